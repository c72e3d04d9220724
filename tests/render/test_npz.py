"""Arrays as NumPy reads them."""

import io

import numpy
import pytest

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Document, Paragraph
from diffcompare.render.npz import archive, npy


def read(content):
    return dict(numpy.load(io.BytesIO(content)))


@pytest.mark.parametrize(
    "array", [[1.0, 2.5], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[0.1]], [], [[], []], [[[1.0], [2.0]]]]
)
def test_numbers(array):
    found = numpy.load(io.BytesIO(npy(array)))
    assert found.dtype == float
    assert found.tolist() == array


def test_what_is_missing_is_nan_and_texts_are_texts():
    assert numpy.isnan(numpy.load(io.BytesIO(npy([None, 1.0]))))[0]
    assert numpy.load(io.BytesIO(npy(["x1", "θ"]))).tolist() == ["x1", "θ"]


def test_the_numbers_lie_aligned():
    assert npy([1.0]).index(b"\n") % 64 == 63


def test_a_jacobian():
    arrays = read(
        archive(dc.jacobian("[x*y, ln(x)]", x=2, y=3, methods=["reverse-ad", "central-difference"]).document())
    )
    assert arrays["jacobian"].tolist() == [[3.0, 2.0], [0.5, 0.0]]
    assert arrays["pattern"].tolist() == [[1, 1], [1, 0]]
    assert (arrays["rows"].tolist(), arrays["columns"].tolist()) == (["f1", "f2"], ["x", "y"])
    assert arrays["central_difference"] == pytest.approx(arrays["reverse_ad"])


def test_equal_arrays_make_equal_files():
    documents = [dc.hessian("x^2*y", x=1, y=2, methods="forward-over-reverse").document() for _ in range(2)]
    assert archive(documents[0]) == archive(documents[1])


def test_a_document_without_arrays_is_refused():
    with pytest.raises(DiffcompareError):
        archive(Document((Paragraph("words"),)))
