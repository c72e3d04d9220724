"""Functions that are written for a library: the library's own arrays come in, and its own gradient comes out."""

import sys
import types

import numpy as np
import pytest

import diffcompare as dc
from diffcompare.engines import engine_client, native, registry
from diffcompare.engines.registry import NATIVE_MODES


class Tracked:
    """A number of a made-up library, which nothing else can compute with."""

    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __mul__(self, other):
        return Tracked(self.value * other.value, self.value * other.tangent + self.tangent * other.value)


def square(x):
    if not isinstance(x, Tracked):
        raise TypeError("square() takes numbers of this library")
    return x * x


@pytest.fixture
def library(monkeypatch):
    """Put a made-up library in place of autograd: forward mode on numbers of its own, for scalars only."""

    def differentiate(f, arrays, value_only):
        value = f(*map(Tracked, arrays)).value
        tangents = [f(*[Tracked(x, float(i == j)) for j, x in enumerate(arrays)]).tangent for i in range(len(arrays))]
        return value, list(map(np.float64, tangents))

    monkeypatch.setattr(native, "LIBRARIES", {"autograd": dict.fromkeys(NATIVE_MODES, differentiate)})
    monkeypatch.setattr(engine_client, "version", lambda name: "1.0")
    monkeypatch.setattr(registry, "version", lambda name: "1.0")


def test_a_function_that_cannot_be_recorded_is_what_the_library_computes(library):
    def f(x, y):
        return square(x) * y

    comparison = dc.compare(f, {"x": 3.0, "y": 2.0}, native=["autograd"])
    rows = {answer.method: answer for answer in comparison.answers}
    assert rows["autograd-native"].gradient == {"x": 12.0, "y": 9.0}
    assert rows["autograd-native"].variant == "autograd 1.0"
    assert rows["autograd-native"].engine.value == 18.0
    assert rows["central-difference"].gradient["x"] == pytest.approx(12.0, rel=1e-9), "of the library's values"
    assert rows["reverse-ad"].status == rows["symbolic"].status == "not-supported"
    assert comparison.truth.source == "differences"
    assert comparison.measure("x", 12.0)["absolute"] == 0
    assert [note.code for note in comparison.notes] == ["W315"]
    assert "square() takes numbers of this library" in comparison.notes[0].message
    assert "hand-coded, symbolic, forward-ad and reverse-ad cannot differentiate this function" in comparison.verdict


def test_a_function_that_can_be_recorded_is_compared_with_everything(library):
    comparison = dc.compare(lambda x: x * x * x, {"x": 2.0}, native="autograd")
    assert comparison.truth.gradient["x"].text.startswith("12.00")
    assert {answer.method: answer.gradient["x"] for answer in comparison.answers}["autograd-native"] == 12.0
    assert comparison.notes == ()


def test_a_wrong_gradient_of_the_library_is_named(library, monkeypatch):
    monkeypatch.setattr(
        native,
        "LIBRARIES",
        {"autograd": dict.fromkeys(NATIVE_MODES, lambda f, arrays, value_only: (8.0, [np.float64(11.0)]))},
    )
    verdict = dc.compare(lambda x: x * x * x, {"x": 2.0}, native="autograd").verdict
    assert verdict.startswith("Autograd-native and autograd-native-forward are wrong: df/dx is 12.0, not 11.0")


def test_what_the_function_raises_there_is_a_row(library):
    comparison = dc.compare(lambda x: x + 1, {"x": 2.0}, native="autograd")
    for row, method in zip(comparison.answers[-2:], ("autograd-native", "autograd-native-forward"), strict=True):
        assert (row.method, row.status) == (method, "failed")
        assert row.notes[0].startswith("the function raised TypeError: unsupported operand type(s) for +")


def test_neither_recorded_nor_run_is_the_error_of_the_library(library):
    with pytest.raises(dc.DiffcompareError, match="the function raised AttributeError"):
        dc.compare(lambda x: x.nothing, {"x": 2.0}, native="autograd")


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "the function returned None"),
        (np.ones(2), "the function returned array.*which is not a number"),
        (1j, "the function returned a complex number"),
    ],
)
def test_what_is_no_number_is_named(result, message, monkeypatch):
    monkeypatch.setattr(registry, "version", lambda name: "1.0")
    monkeypatch.setattr(
        native, "LIBRARIES", {"autograd": dict.fromkeys(NATIVE_MODES, lambda f, arrays, value_only: (f(*arrays), []))}
    )
    with pytest.raises(dc.DiffcompareError, match=message) as error:
        dc.compare(lambda x: result, {"x": 2.0}, native="autograd")
    assert error.value.diagnostic.code == "E586"


@pytest.mark.parametrize(
    ("ask", "code", "message"),
    [
        (
            lambda: dc.compare("x^2", x=1, native="torch"),
            "E703",
            "`native` runs a Python function written for the library",
        ),
        (lambda: dc.compare(lambda x: x, x=1, native="trch"), "E715", "no engine `trch`"),
    ],
)
def test_mistakes(ask, code, message):
    with pytest.raises(dc.DiffcompareError, match=message) as error:
        ask()
    assert error.value.diagnostic.code == code


def test_every_library_that_functions_are_written_for_has_a_way_to_call_them():
    assert tuple(native.LIBRARIES) == registry.WRITTEN_FOR
    assert {tuple(modes) for modes in native.LIBRARIES.values()} == {NATIVE_MODES}


# --- The real libraries -----------------------------------------------------------------------------------------------

SOURCES = {
    "torch": "import torch as np\ndef f(x, w, A):\n    return np.sin(x)*(w @ w) + np.linalg.norm(A @ w)\n",
    "jax": "import jax.numpy as np\ndef f(x, w, A):\n    return np.sin(x)*(w @ w) + np.linalg.norm(A @ w)\n",
    "autograd": "import autograd.numpy as np\ndef f(x, w, A):\n    return np.sin(x)*np.dot(w, w)"
    " + np.linalg.norm(np.dot(A, w))\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_vectors_and_matrices_arrive_as_arrays_of_the_library(name, tmp_path):
    if registry.version(name) is None:
        pytest.skip(f"{name} is not installed")
    module = types.ModuleType("written_for")
    (tmp_path / "written_for.py").write_text(SOURCES[name])
    sys.modules.pop("written_for", None)
    exec(compile(SOURCES[name], tmp_path / "written_for.py", "exec"), module.__dict__)
    point = {"x": 1.0, "w": [1.0, 2.0], "A": [[1.0, 2.0], [3.0, 4.0]]}
    rows = dc.compare(module.f, point, native=name, methods=[], truth=False).answers
    assert [row.method for row in rows] == [f"{name}-native", f"{name}-native-forward"]
    right = {  # x: cos(1)*5; w: 2*sin(1)*w + A'Aw/|Aw|; A: outer(Aw, w)/|Aw|, with Aw = (5, 11)
        "x": 5 * np.cos(1), "w[0]": 2 * np.sin(1) + 38 / 146**0.5, "w[1]": 4 * np.sin(1) + 54 / 146**0.5,
        "A[0, 0]": 5 / 146**0.5, "A[0, 1]": 10 / 146**0.5, "A[1, 0]": 11 / 146**0.5, "A[1, 1]": 22 / 146**0.5,
    }  # fmt: skip
    for row in rows:
        assert row.status == "ok", row.notes
        assert row.gradient == pytest.approx(right, rel=1e-14)
