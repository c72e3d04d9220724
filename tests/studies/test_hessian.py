"""`dc.hessian`: the matrix against the truth, its symmetry, products, kinks, and the schema of its JSON."""

import json

import pytest

import diffcompare as dc
from diffcompare.backends.jacobian_methods import MatrixAnswer
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Table
from diffcompare.render import TEXTS, render

FAST = ("forward-over-reverse", "reverse-over-reverse", "second-difference")


def table(found, key):
    return next(block for block in found.document().blocks if isinstance(block, Table) and block.key == key)


def test_the_matrix_and_its_accuracy():
    found = dc.hessian("ln(x1) + x1*x2 - sin(x2)", x1=2, x2=5, methods=FAST)
    assert found.matrix == [[-0.25, 1.0], [1.0, -0.9589242746631385]]
    digits = {answer.method: found.worst_digits(answer) for answer in found.answers}
    assert digits["forward-over-reverse"] == digits["reverse-over-reverse"] == 15.9
    assert 6 < digits["second-difference"] < 10
    assert found.failure is None


def test_symmetry_is_looked_at():
    found = dc.hessian(
        "x^2*sin(y)*exp(z)", x=1.1, y=2, z=0.3, methods=("forward-over-reverse", "difference-of-gradients")
    )
    exact, rough = (found.asymmetry(answer) for answer in found.answers)
    assert exact.size < 1e-15
    assert 0 < rough.size < 1e-6
    assert "symmetric" in found.data()["verdict"]
    first, *_ = str(found).splitlines()  # which is about the digits, and leaves symmetry and cost to the long form
    assert first.startswith("✓ Forward-over-reverse")
    assert first.count(". ") == 0
    crooked = MatrixAnswer(
        "crooked",
        "ok",
        ({"x": 1.0, "y": 2.0, "z": 0.0}, {"x": 2.5, "y": 1.0, "z": 0.0}, {"x": 0.0, "y": 0.0, "z": 0.0}),
    )
    assert found.asymmetry(crooked) == (0.5, "y", "x")


def test_a_product_never_forms_the_matrix():
    names = {f"x{number}": 1.0 + number / 500 for number in range(500)}
    found = dc.hessian("*".join(names), names, times={"x3": 1.0}, methods="forward-over-reverse", truth=False)
    assert found.shape == (500, 1)
    assert found.answers[0].sweeps == 1
    assert found.answers[0].work.operations < 13 * found.operations
    with pytest.raises(DiffcompareError) as caught:
        dc.hessian("*".join(names), names)
    assert "--times" in caught.value.diagnostic.help


def test_a_product_has_its_truth():
    found = dc.hessian("x^2*sin(y)", x=1, y=2, times={"x": 1, "y": -1}, methods=FAST)
    assert found.true_entry(0, "v").text == "2.650888526745648164787176"
    assert found.matrix[0] == [2.650888526745648]


def test_a_kink_of_the_slope():
    found = dc.hessian("x*|x|*y", x=0, y=2, methods=FAST)
    assert (found.failure.code, found.failure.kind) == ("E803", "nondifferentiable")
    assert "along x: -4 from one side, 4 from the other" in found.failure.message
    assert found.matrix == [[None, 0.0], [0.0, 0.0]]
    assert table(found, "slopes").rows == (("x", -4.0, 4.0),)


@pytest.mark.parametrize("text", ["cbrt(x)^4", "x^1.5"])
def test_the_number_of_a_difference_is_no_answer_where_the_exact_methods_have_none(text):
    found = dc.hessian(text, x=0, methods=FAST)
    assert found.matrix == [[None]]
    assert (found.failure.code, found.truth.status) == ("E805", "unresolved")
    assert dc.hessian(text, x=0, methods="second-difference").matrix == [list(found.answers[2].rows[0].values())]


def test_an_entry_is_not_taken_for_one_of_another_variable():
    assert "\nd2f/dx1dx1  truth" in str(dc.hessian("x1^2", x1=1, methods="forward-over-reverse").details())


def test_an_infinite_partial_leaves_the_truth_open():
    found = dc.hessian("asin(x/x)", x=1.7, methods=FAST)
    assert found.truth.status == "unresolved"
    assert "no truth about d2f/dx2" in found.truth.notes


def test_no_gradient_no_hessian():
    assert dc.hessian("|x|", x=0, methods=FAST).failure.code == "E803"
    undefined = dc.hessian("ln(x)", x=-1, methods=FAST)
    assert (undefined.failure.code, undefined.document().blocks) == ("E802", ())


def test_the_schema():
    data = json.loads(dc.hessian("x^2*y", x=1, y=2, methods="forward-over-reverse").to_json())
    assert list(data) == [
        "schema", "command", "expression", "entry", "point", "value", "status", "shape", "rows", "columns", "vector",
        "hessian", "truth", "methods", "verdict", "warnings",
    ]  # fmt: skip
    assert (data["shape"], data["rows"], data["columns"], data["vector"]) == ([2, 2], ["x", "y"], ["x", "y"], None)
    assert data["hessian"] == [[4.0, 2.0], [2.0, 0.0]]
    assert data["truth"]["hessian"][0] == ["4.000000000000000000000000", "2.000000000000000000000000"]
    (method,) = data["methods"]
    assert method["hessian"] == data["hessian"]
    assert method["asymmetry"] == {"largest": 0.0, "entry": None}
    product = dc.hessian("x^2*y", x=1, y=2, times={"x": 1}, methods="forward-over-reverse").data()
    assert (product["shape"], product["columns"], product["vector"]) == ([2, 1], ["v"], {"x": 1.0, "y": 0.0})
    assert product["product"] == product["methods"][0]["product"] == [[4.0], [2.0]]


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_has_the_matrix(format):
    text = render(dc.hessian("x^2*y/3", x=1, y=2, methods=FAST).document(), format)
    assert "0.6666666666666666" in text


def test_constants_and_wrong_input():
    assert dc.hessian("3").matrix == []
    for wrong, code in (
        ({"methods": "forward-over-revers"}, "E712"),
        ({"times": {"z": 1}}, "E705"),
        ({"times": {"x": 1}, "wrt": "y"}, "E703"),
        ({"times": {"x": [1]}}, "E703"),
        ({"times": 5}, "E703"),
    ):
        with pytest.raises(DiffcompareError) as caught:
            dc.hessian("x*y", x=1, y=2, **wrong)
        assert caught.value.diagnostic.code == code


def polynomial(x, y):
    total = 0.0
    for power in range(3):
        total = total + y * x**power
    return total


def test_a_python_function():
    found = dc.hessian(polynomial, x=1.5, y=2.0)
    assert found.matrix == [[4.0, 4.0], [4.0, 0.0]]
    assert all(answer.status == "ok" for answer in found.answers)


def test_a_vector_of_a_function_has_the_shapes_of_its_parameters():
    def f(w, b):
        return (w[0] * w[0] * w[1] + w[1] * b) * 1.0

    products = [
        dc.hessian(f, w=[1.0, 2.0], b=3.0, times=times, methods="forward-over-reverse").matrix
        for times in ({"w": [1, 0]}, {"w[0]": 1})
    ]
    assert products == [[[4.0], [2.0], [0.0]]] * 2


def test_the_hessian_has_the_shapes_of_two_parameters():
    """These are the shapes of `jax.hessian`."""

    def function(W, x):
        return sum(entry**2 * x for row in W for entry in row)

    at = {"W": [[1.0, 2.0], [3.0, 4.0]], "x": 5.0}
    shaped = dc.hessian(function, at, methods="forward-over-reverse").shaped
    assert shaped["x"] == {"W": [[2.0, 4.0], [6.0, 8.0]], "x": 0.0}
    assert shaped["W"]["x"] == [[2.0, 4.0], [6.0, 8.0]]
    assert shaped["W"]["W"][0][1] == [[0.0, 10.0], [0.0, 0.0]]
    product = dc.hessian(function, at, times={"x": 1}, methods="forward-over-reverse")
    assert product.shaped == product.data()["nested"] == {"W": [[2.0, 4.0], [6.0, 8.0]], "x": 0.0}
    assert dc.hessian("x*y^2", x=1, y=2, methods="forward-over-reverse").shaped["x"] == {"x": 0.0, "y": 4.0}
    with pytest.raises(DiffcompareError, match="of the vector is a number, and at the point of shape"):
        dc.hessian(function, at, times={"W": 1.0})
    with pytest.raises(DiffcompareError, match=r"two values for `W\[0, 0\]`"):
        dc.hessian(function, at, times={"W": [[1.0, 2.0], [3.0, 4.0]], "W[0,0]": 1.0})


def test_the_product_with_the_vector_0_is_0():
    found = dc.hessian("x^2*sin(y)", x=1, y=2, times={"x": 0}, methods="all")
    assert found.matrix == [[0.0], [0.0]]
    assert all(row == {"v": 0.0} for answer in found.answers for row in answer.rows)
    assert {answer.status for answer in found.answers} == {"ok"}
    assert found.failure is None
