"""`dc.taylor`: the coefficients against the truth, where an expansion breaks off, and the schema of its JSON."""

import json
import math

import pytest

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.render import TEXTS, render

FAST = ("central-difference", "nested-forward", "taylor-mode")


def test_the_coefficients_and_their_accuracy():
    found = dc.taylor("sin(x)*exp(x)", 0.0, order=6, methods=FAST)
    assert found.coefficients == pytest.approx([0, 1, 1, 1 / 3, 0, -1 / 30, -1 / 90], abs=1e-17)
    assert found.true_entry(6, "coefficient").text == "-0.01111111111111111111111111"
    digits = {answer.method: found.worst_digits(answer) for answer in found.answers}
    assert digits["taylor-mode"] > 15
    assert digits["central-difference"] < 8
    assert found.failure is None


def test_derivatives_are_rounded_once():
    found = dc.taylor("exp(x)", 0.0, order=17, methods="taylor-mode").data()
    assert found["derivatives"] == [1.0] * 18


def test_without_the_truth_the_best_method_speaks():
    found = dc.taylor("exp(x)", 0.0, order=3, methods=("central-difference", "taylor-mode"), truth=False)
    assert found.coefficients == [1, 1, 1 / 2, 1 / 6]


def test_the_work_of_nesting_is_told_beside_that_of_one_series():
    data = dc.taylor("sin(x)*exp(x)", 0.5, order=6, methods=FAST[1:], truth=False).data()
    nested, series = ([cost["operations"] for cost in method["by_order"]] for method in data["methods"])
    assert nested[-1] > 2 * series[-1]
    assert str(nested[-1]) in data["verdict"]
    assert str(series[-1]) in data["verdict"]


def test_one_variable_of_several():
    found = dc.taylor("x^2*y^3", {"x": 2, "y": 1}, order=2, wrt="y", methods="taylor-mode")
    assert found.coefficients == [4.0, 12.0, 12.0]
    (note,) = dc.taylor("x^2*y", x=2, y=1, methods="taylor-mode").notes
    assert "here `x`" in note.message
    with pytest.raises(DiffcompareError):
        dc.taylor("x*y", x=1, y=1, wrt=["x", "y"])


@pytest.mark.parametrize(
    ("text", "order", "left", "right"), [("x*|x|", 2, -2, 2), ("|x|^3 + x", 3, -6, 6), ("relu(x)^4", 4, 0, 24)]
)
def test_an_expansion_breaks_off_where_both_sides_differ(text, order, left, right):
    found = dc.taylor(text, 0.0, order=5, methods="taylor-mode")
    assert (found.failure.code, found.failure.kind) == ("E803", "nondifferentiable")
    assert f"order {order} at this point ({left} from the left, {right} from the right)" in found.failure.message
    assert None not in found.coefficients[:order]
    assert found.coefficients[order:] == [None] * (6 - order)
    assert dc.taylor(text, 0.0, order=order - 1, methods="taylor-mode").failure is None


def test_a_gap_that_is_filled_has_its_series_in_the_truth():
    """The methods follow the branch taken at the point, which is a constant: the truth tells."""
    found = dc.taylor("if(x == 0, 1, sin(x)/x)", 0.0, order=2, methods="taylor-mode")
    assert found.coefficients == pytest.approx([1, 0, -1 / 6])
    assert [row["coefficient"] for row in found.answers[0].rows] == [1, 0, 0]
    assert found.worst_digits(found.answers[0]) == 0


def test_no_value_no_expansion():
    undefined = dc.taylor("ln(x)", -1.0, methods=FAST)
    assert (undefined.failure.code, undefined.document().blocks) == ("E802", ())
    assert dc.taylor("|x|", 0.0, methods=FAST).failure.code == "E803"


def test_the_schema():
    data = json.loads(dc.taylor("x^3", 2.0, order=2, methods="taylor-mode").to_json())
    assert list(data) == [
        "schema", "command", "expression", "entry", "point", "value", "status", "wrt", "order", "shape",
        "coefficients", "derivatives", "truth", "methods", "verdict", "warnings",
    ]  # fmt: skip
    assert (data["wrt"], data["order"], data["shape"]) == ("x", 2, [3])
    assert (data["coefficients"], data["derivatives"]) == ([8.0, 12.0, 6.0], [8.0, 12.0, 12.0])
    assert data["truth"]["coefficients"][1] == "12.00000000000000000000000"
    (method,) = data["methods"]
    assert method["coefficients"] == data["coefficients"]
    assert method["error"]["ulp"] == [0.0, 0.0, 0.0]
    assert len(method["by_order"]) == 3


@pytest.mark.parametrize("format", TEXTS)
def test_every_format_has_the_coefficients(format):
    text = render(dc.taylor("ln(x)", 3.0, order=2, methods=FAST).document(), format)
    assert "0.05555555555555555" in text


def test_wrong_input():
    for wrong in ({"order": -1}, {"order": True}, {"order": 41}, {"order": 2.5}, {"methods": "taylor"}):
        with pytest.raises(DiffcompareError):
            dc.taylor("x^2", 1.0, **wrong)
    with pytest.raises(DiffcompareError, match="diffcompare taylor"):
        dc.taylor("3")


def test_order_0_is_the_value():
    found = dc.taylor("sin(x)", 1.0, order=0, methods="all")
    assert found.coefficients == [math.sin(1)]
    assert [found.worst_digits(answer) for answer in found.answers] == [15.9] * 4
    assert {cost.operations for result in found.results for cost in result.by_order} <= {1, None}
    kink = dc.taylor("|x|", 0.0, order=0, methods="taylor-mode")
    assert (kink.coefficients, kink.failure) == ([0.0], None)
    assert dc.taylor("ln(x)", 0.0, order=0, methods="taylor-mode").failure.code == "E802"


def test_a_python_function_whose_differences_cross_a_branch():
    def bent(x):
        return x * x if x < 0.5 else x**3

    found = dc.taylor(bent, x=0.4999, order=2, methods=FAST)
    assert found.coefficients == pytest.approx([0.4999**2, 2 * 0.4999, 1])
    assert found.worst_digits(found.answers[0]) == 0  # some of its points take the other branch
    assert found.worst_digits(found.answers[2]) == 15.9


def test_the_arrays_for_numpy_go_by_order():
    arrays = dc.taylor("exp(x)", 0.0, order=3, methods="taylor-mode").document().arrays
    assert arrays["coefficients"] == arrays["taylor_mode"] == [1.0, 1.0, 0.5, 1 / 6]
    assert (arrays["derivatives"], arrays["columns"]) == ([1.0] * 4, ["x"])
