"""The JSON of `grad`: every field in every case, and never a number that JSON cannot hold.

The fixture `plain_data` checks every field against the schema (see conftest.py); the tests below check what is in it.
"""

import json
import math

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.inputs.catalogue import load
from diffcompare.studies.accuracy import correct_digits
from diffcompare.studies.record import large

BY_HAND_AND_AD = ("hand-coded", "forward-ad", "reverse-ad")


def methods(data):
    return {method["method"]: method for method in data["methods"]}


def test_an_ordinary_case(plain_data):
    data = plain_data(dc.compare("ln(x1) + x1*x2 - sin(x2)", x1=2, x2=5))
    assert data["expression"] == {
        "text": "ln(x1) + x1*x2 - sin(x2)",
        "read_as": "ln(x1) + x1*x2 - sin(x2)",
        "variables": ["x1", "x2"],
        "operations": 5,
        "size": {"tree": 9, "dag": 7},
    }
    assert (data["entry"], data["point"], data["value"]) == ("baydin", {"x1": 2.0, "x2": 5.0}, 11.652071455223084)
    assert data["truth"]["status"] == "ok"
    assert data["truth"]["value"] == "11.65207145522308377831039"
    assert data["truth"]["gradient"] == {"x1": "5.500000000000000000000000", "x2": "1.716337814536773735533361"}
    assert all(float(bound) < 1e-25 for bound in data["truth"]["bound"].values())
    assert (data["warnings"], "error" in data) == ([], False)
    assert [method["method"] for method in data["methods"]] == [
        "hand-coded", "forward-difference", "central-difference", "symbolic", "forward-ad", "reverse-ad",
    ]  # fmt: skip


def test_a_note_has_its_place(plain_data):
    comparison = dc.compare("2x + e", x=1, methods=["reverse-ad"])
    assert [(warning["code"], warning["span"]) for warning in comparison.data()["warnings"]] == [
        ("W301", [0, 2]),
        ("W303", [5, 6]),
    ]
    (warning,) = plain_data(dc.compare("x^2", methods=["reverse-ad"]))["warnings"]
    assert (warning["code"], warning["span"]) == ("W311", None)


def test_a_method_with_formulas(plain_data):
    hand = methods(plain_data(dc.compare("x*sin(x)", x=1.2, hand={"x": "sin(x) + cos(x)"}, methods=["hand-coded"])))
    assert hand["hand-coded"] == {
        "method": "hand-coded",
        "variant": "given",
        "status": "ok",
        "gradient": {"x": math.sin(1.2) + math.cos(1.2)},
        "error": {
            "absolute": {"x": pytest.approx(0.2 * math.cos(1.2))},
            "relative": {"x": pytest.approx(0.2 * math.cos(1.2) / (math.sin(1.2) + 1.2 * math.cos(1.2)))},
            "ulp": {"x": pytest.approx(0.2 * math.cos(1.2) / math.ulp(1.3), abs=1)},
        },
        "digits": {"x": 1.2},
        "work": {"evaluations": 1, "operations": 3},
        "formula": {"x": "sin(x) + cos(x)"},
        "swell": {"raw": {"tree": 5, "dag": 4}, "cse": None, "simplified": None},
        "notes": [],
    }


def test_a_method_without_formulas(plain_data):
    answers = methods(plain_data(dc.compare("x*y", x=3, y=2, methods=["reverse-ad", "forward-difference"], step=0.5)))
    assert answers["reverse-ad"] == {
        "method": "reverse-ad",
        "variant": None,
        "status": "ok",
        "gradient": {"x": 2.0, "y": 3.0},
        "error": {kind: {"x": 0.0, "y": 0.0} for kind in ("absolute", "relative", "ulp")},
        "digits": {"x": 15.9, "y": 15.9},
        "work": {"evaluations": 1, "operations": 3},
        "formula": None,
        "swell": None,
        "notes": [],
    }
    assert answers["forward-difference"]["variant"] == "h = 0.5"
    assert answers["forward-difference"]["work"]["evaluations"] == 3


def test_the_swell_of_sympy_has_three_stages(plain_data):
    symbolic = methods(plain_data(dc.compare("x^2*sin(x)", x=1, methods=["symbolic"])))["symbolic"]
    assert symbolic["status"] == "ok"
    assert all(size["dag"] <= size["tree"] for size in symbolic["swell"].values())
    assert dc.gradient("x^2*sin(x)", {"x": 1}) == pytest.approx(symbolic["gradient"], rel=1e-14)


def test_a_true_partial_of_zero_has_an_absolute_error_only(plain_data):
    data = plain_data(dc.compare("x^3 + y", x=0, y=1, methods=["central-difference", "reverse-ad"]))
    assert data["truth"]["gradient"]["x"] == "0"
    central = methods(data)["central-difference"]
    assert central["error"]["absolute"]["x"] == central["gradient"]["x"] > 0
    for column in (central["error"]["relative"], central["error"]["ulp"], central["digits"]):
        assert column["x"] is None
        assert column["y"] is not None


def test_an_undefined_point(plain_data):
    data = plain_data(dc.compare("ln(x - 5)*y", x=1, y=2))
    assert data["value"] is None
    assert data["truth"]["status"] == "undefined"
    assert data["truth"]["value"] is None
    assert data["truth"]["gradient"] == {"x": None, "y": None}
    answers = methods(data)
    assert answers["reverse-ad"]["status"] == "undefined"
    assert answers["reverse-ad"]["gradient"] == {"x": None, "y": None}
    assert data["error"] == {
        "code": "E802",
        "kind": "domain_error",
        "message": "the function is undefined at this point: ln(x - 5) needs x - 5 > 0, and x - 5 is -4",
        "span": None,
        "help": "choose a point at which x - 5 > 0",
    }


def test_a_kink(plain_data):
    data = plain_data(dc.compare("abs(x) + y^2", x=0, y=1, methods=["reverse-ad"]))
    assert data["truth"]["status"] == "nondifferentiable"
    assert data["truth"]["slopes"] == {"x": {"left": -1.0, "right": 1.0}}
    assert data["truth"]["gradient"] == {"x": None, "y": "2.000000000000000000000000"}
    assert (data["error"]["code"], data["error"]["kind"]) == ("E803", "nondifferentiable")
    reverse = methods(data)["reverse-ad"]
    assert reverse["gradient"] == {"x": 0.0, "y": 2.0}, "what a method says there is shown all the same"
    assert reverse["error"]["absolute"] == {"x": None, "y": 0.0}


def test_slopes_that_are_no_numbers_are_words(plain_data):
    slopes = plain_data(dc.compare("sqrt(x)", x=0, methods=[]))["truth"]["slopes"]
    assert slopes == {"x": {"left": None, "right": "inf"}}
    slopes = plain_data(dc.compare("sqrt(1 - x^2)", x=1, methods=[]))["truth"]["slopes"]
    assert slopes == {"x": {"left": "-inf", "right": None}}


def test_an_overflow(plain_data):
    data = plain_data(dc.compare("exp(x)", x=1000, methods=BY_HAND_AND_AD))
    assert data["value"] is None
    assert data["truth"]["value"] == "1.970071114017046993888879e+434"
    assert data["truth"]["gradient"] == {"x": "1.970071114017046993888879e+434"}
    assert (data["error"]["code"], data["error"]["kind"]) == ("E804", "overflow")
    for method in data["methods"]:
        assert (method["status"], method["gradient"], method["digits"]) == ("undefined", {"x": None}, {"x": None})


def test_a_value_lost_on_the_way_is_no_failure(plain_data):
    data = plain_data(dc.compare("ln(exp(x))", x=1000, methods=BY_HAND_AND_AD))
    assert data["value"] is None
    assert data["truth"]["value"] == "1000.000000000000000000000"
    assert "error" not in data


@pytest.mark.parametrize("expression", ["2 + 3", "pi", "sqrt(2)^2"])
def test_a_constant(plain_data, expression):
    data = plain_data(dc.compare(expression, methods="all"))
    assert data["point"] == {}
    assert data["truth"]["gradient"] == {}
    assert len(data["methods"]) == 10
    for method in data["methods"]:
        assert (method["status"], method["gradient"], method["digits"]) == ("ok", {}, {})
        assert method["variant"] in (None, "textbook", "h = 1e-20")


def test_what_cannot_be_had_in_the_time_is_null(plain_data):
    """A microsecond is enough for nobody; the differences look at the clock between two variables."""
    text = "+".join(f"sin(x^{power})*y" for power in range(2, 1500))
    data = plain_data(dc.compare(text, x=0.5, y=2, methods=["symbolic", "reverse-ad"], budget=1e-6))
    symbolic, reverse = data["methods"]
    assert (symbolic["status"], symbolic["gradient"]) == ("timed-out", {"x": None, "y": None})
    assert (symbolic["work"], symbolic["formula"]) == (None, None)
    assert symbolic["notes"] == ["timed out after 1e-06 s"]
    assert (data["truth"]["status"], data["truth"]["gradient"]) == ("timed-out", {"x": None, "y": None})
    assert reverse["status"] == "ok"
    assert reverse["digits"] == {"x": None, "y": None}
    assert "error" not in data


# --- Sizes ------------------------------------------------------------------------------------------------------------


def doubled(times):
    """Return x*x, squared again and again: a tree of 2^(times + 1) - 1 nodes, a DAG of times + 1."""
    tree = dc.parse("x")
    for _ in range(times):
        tree = tree * tree
    return tree


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (51, 2**52 - 1),
        (52, 2**53 - 1),
        (53, str(2**54 - 1)),
        (60, str(2**61 - 1)),
        (14_283, str(2**14_284 - 1)),
        (14_284, "about 10^4300"),
    ],
)
def test_sizes_beyond_the_integers_of_json(plain_data, times, expected):
    """Exact below 2^53, decimal text from there, an order of magnitude beyond the 4,300 digits that Python prints."""
    method = "hand-coded" if times < 100 else "reverse-ad"
    comparison = dc.compare(doubled(times), x=1, methods=method, truth=False)
    data = comparison.data()
    assert data["expression"]["size"] == {"tree": expected, "dag": times + 1}
    json.dumps(data, allow_nan=False)
    if times < 100:
        plain_data(comparison)
        size = data["methods"][0]["swell"]["raw"]["tree"]
        assert isinstance(size, str)
        assert int(size) > 2**53


def test_large_integers():
    assert large(2**53 - 1) == 2**53 - 1
    assert large(2**53) == str(2**53)
    assert large(10**4300 - 1) == "9" * 4300
    assert large(10**4300) == "about 10^4300"
    assert large(10**4301 - 1) == "about 10^4300"


def test_correct_digits_are_rounded_down_and_end_at_a_double():
    assert correct_digits(None) is None
    assert correct_digits(0.0) == 15.9
    assert correct_digits(1e-300) == 15.9
    assert correct_digits(2.2e-8) == 7.6
    assert correct_digits(1.0) == 0.0
    assert correct_digits(50.0) == 0.0


# --- The catalogue ----------------------------------------------------------------------------------------------------


@every_row("name", [entry.name for entry in load()])
def test_every_entry_of_the_catalogue_keeps_to_the_schema(compared, plain_data, name):
    data = plain_data(compared(name))
    assert data["entry"] == name


def test_an_infinite_quotient_is_no_number(plain_data):
    """The values fit into doubles, but their difference over the step does not."""
    data = plain_data(dc.compare("1e308*x^10", x=1, methods="all"))
    assert all(method["gradient"] == {"x": None} for method in data["methods"])
    plain_data(dc.compare("1.7e308*sin(x)", x=1.5, methods="all"))
