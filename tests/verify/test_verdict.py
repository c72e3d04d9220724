"""Verdicts: right answers in whatever form are right, wrong ones have a counterexample, and holes and intervals are named."""

import math

import pytest
from hypothesis import given
from rows import every_row
from strategies import expressions

from diffcompare.inputs.conditions import parse_conditions
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import lift
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.verify.verdict import WHERE_DEFINED, judge, positive_variables


def judged(text, answer, domain=(), **options):
    expression = parse(text)
    conditions = parse_conditions(domain, variables(wengert_list(expression)))
    judgements, _ = judge(expression, {"x": parse(answer)}, conditions=conditions, **options)
    return judgements["x"]


@every_row(
    ("text", "answer"),
    [
        ("x^2", "x + x"),
        ("x^2*sin(x)", "x*(2*sin(x) + x*cos(x))"),
        ("sin(x)^2", "sin(2*x)"),
        ("sin(x)^3", "3/4*(cos(x) - cos(3*x))"),
        ("tan(x)", "sec(x)^2"),
        ("tan(x)", "2/(1 + cos(2*x))"),
        ("ln(|x|)", "1/x"),
        ("ln(x)", "1/|x|"),  # they are the same where ln(x) is defined
        ("|x|*x", "2*|x|"),
        ("x^x", "exp(x*ln(x))*(1 + ln(x))"),
        ("2^x", "2^x*ln(4)/2"),
        ("log10(x)", "1/(x*ln(10))"),
        ("ln(tan(x/2))", "1/sin(x)"),
        ("atan(1/x)", "-1/(1 + x^2)"),
        ("tanh(x)", "4/(exp(x) + exp(-x))^2"),
        ("sqrt(x)", "sqrt(x)/(2*x)"),
        ("cbrt(x)", "cbrt(x)/(3*x)"),
        ("max(x, 1)^2", "if(x > 1, 2*x, 0)"),
        ("hypot(x, 1)", "x/sqrt(x^2 + 1)"),
        ("erf(x)", "2/sqrt(pi)*e^(-x^2)"),
        ("sin(x)^2 + cos(x)^2", "0"),
        ("sin(x)^2 + cos(x)^2", "sin(x) - sin(x)"),
        ("(x + 1)^10", "10*(1 + x)^9"),
        ("gamma(x)", "gamma(x)*digamma(x)"),
        ("7", "0"),
    ],
)
def test_right_in_whatever_form(text, answer):
    assert judged(text, answer).verdict == "proved"


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("if(floor(x) == 3, x^2, x)", "if(floor(x) == 3, 2*x, 1)", "1"),
        ("if(|x| == x, x^2, -x)", "if(x > 0, 2*x, -1)", "-1"),
        ("if(x - x == 0, x^2, x)", "2*x", "1"),
        ("relu(relu(x))", "if(x > 0, 1, 0)", "1"),
        ("max(|x|, x)", "sign(x)", "1"),
        ("|max(x, 0)|", "if(x > 0, 1, 0)", "1"),
        ("sign(|x| - x)*x", "if(x < 0, 1, 0)", "0"),
        ("min(x^2, x*x)", "2*x", "x"),
    ],
)
def test_two_that_are_equal_in_a_whole_region_are_no_kink(text, right, wrong):
    assert judged(text, right).verdict in ("proved", "agrees")
    assert judged(text, wrong).verdict == "wrong"


@every_row(
    ("text", "answer", "point", "yours", "right"),
    [
        ("x^2", "2*x + 1e-12", 2, "4.000000000001", "4"),
        ("x^2", "2*x + 1e-400", 2, "4 + 1e-400", "4"),
        ("x^2", "2*x + 1e-40", 2, f"4.{'0' * 39}1", "4"),
        ("ln(|x|)", "1/|x|", -1, "1", "-1"),
        ("x^2", "if(x > 1e30, 3*x, 2*x)", 2e30, "6e+30", "4e+30"),
        ("x^2", "if(x == 1, 5, 2*x)", 1, "5", "2"),
        ("x^2", "2*x + max(0, 1 - 1e6*|x - 3|)", 3, "7", "6"),
        ("2*x", "2 + exp(x - 1000)", 1000, "3", "2"),
        ("x^2", "2*|x|", -1, "2", "-2"),
        ("sqrt(x)", "1/(2*x)", None, None, None),
        ("sin(x)", "cos(x)*(1 + 1e-15)", None, None, None),
    ],
)
def test_a_wrong_answer_has_a_counterexample(text, answer, point, yours, right):
    judgement = judged(text, answer)
    assert judgement.verdict == "wrong"
    if point is not None:
        assert judgement.counterexample == ({"x": point}, yours, right)


def test_a_counterexample_is_one_in_doubles_too():
    judgement = judged("x^3 + ln(x)", "3*x^2 + 2/x")
    x = judgement.counterexample.point["x"]
    assert float(judgement.counterexample.partial) == pytest.approx(3 * x**2 + 1 / x, rel=1e-5)
    assert float(judgement.counterexample.answer) == pytest.approx(3 * x**2 + 2 / x, rel=1e-5)


def test_each_side_of_a_kink_is_looked_at():
    judgement = judged("ln(|x|)", "1/|x|")
    assert [(interval.low, interval.high, interval.outcome) for interval in judgement.intervals] == [
        (-math.inf, 0, "different"),
        (0, math.inf, "same"),
    ]


def test_a_domain_of_the_users_own():
    assert judged("ln(|x|)", "1/|x|", ["x > 0"]).verdict == "proved"
    assert judged("x^2", "if(x > 100, 2*x, 0)", ["x > 200"]).verdict in ("proved", "agrees")
    assert judged("x^2", "if(x > 100, 2*x, 0)", ["50 < x < 200"]).verdict == "wrong"


def test_a_hole_is_named_and_costs_nothing():
    judgement = judged("x^2/2 + x", "(x^2 - 1)/(x - 1)")
    assert judgement.verdict == "proved"
    assert judgement.holes == ({"x": 1.0},)


def test_a_hole_where_the_denominator_only_touches_zero():
    assert judged("x", "(x^2 - 2*x + 1)/(x^2 - 2*x + 1)").holes == ({"x": 1.0},)


def test_no_value_on_a_whole_side_is_said():
    judgement = judged("cbrt(x)", "1/(3*x^(2/3))")
    assert (judgement.verdict, judgement.undefined_at, judgement.unmet_requirement) == (
        WHERE_DEFINED,
        {"x": -1.0},
        "x > 0",
    )
    assert judgement.argument.startswith("according to sympy")


@pytest.mark.parametrize(
    ("text", "answer", "unmet_requirement"),
    [
        ("x^4", "4*sqrt(x)^6", "x >= 0"),
        ("x^2", "2*x*ln(5 - x)/ln(5 - x)", "5 - x > 0"),
        ("x^2", "2*sin(asin(x))", "-1 <= x <= 1"),
        ("x^2", "2*x*floor(x)/floor(x)", "floor(x) != 0"),
        ("sin(x)^2", "2*sqrt(sin(x))^2*cos(x)", "sin(x) >= 0"),
        ("x^2*y", "2*x*y*sqrt(x - y)/sqrt(x - y)", "x - y >= 0"),
        ("x^2*y", "2*x*y + 0*sqrt(y - x)*ln(x - 80)", "x - 80 > 0"),
    ],
)
def test_half_a_domain_is_not_all_of_it(text, answer, unmet_requirement):
    judgement = judged(text, answer)
    assert (judgement.verdict, judgement.unmet_requirement) == (WHERE_DEFINED, unmet_requirement)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("x^2*y", "2*x*y*(x - 2)/(x - 2)"),
        ("x^2*y", "2*x*y*(x - y)/(x - y)"),
        ("x^2", "2*x*sin(x)/sin(x)"),
        ("y^x", "ln(y)*y^x"),  # at y = 0, the edge of its own domain, y^x has a derivative, and ln(y) no value
    ],
)
def test_a_line_or_a_point_without_a_value_is_a_hole(text, answer):
    assert judged(text, answer).verdict == "proved"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("sqrt(y - x)*ln(x - 80)", "sqrt(y - x)/(x - 80) - ln(x - 80)/(2*sqrt(y - x))"),
        ("ln(x - 1e6)", "1/(x - 1e6)"),
        ("asin(x - 500)", "1/sqrt(1 - (x - 500)^2)"),
        ("sqrt(1 - x^2 - y^2)*ln(y - 0.99)", "-x*ln(y - 0.99)/sqrt(1 - x^2 - y^2)"),
        ("sqrt(x - y)*sqrt(y - z)*ln(z - 100)", "sqrt(y - z)*ln(z - 100)/(2*sqrt(x - y))"),
    ],
)
def test_points_are_found_in_the_domain_however_far_or_narrow(text, answer):
    assert judged(text, answer).verdict == "proved"
    assert judged(text, f"2*({answer})").verdict == "wrong"


def test_without_a_value_anywhere_nothing_is_decided():
    assert judged("x^2", "ln(-1)").verdict == "undecided"
    assert judged("ln(-1 - x^2)", "x").verdict == "undecided"


def test_several_variables_are_judged_one_by_one():
    judgements, _ = judge(parse("x^2*y"), {"x": parse("2*x*y"), "y": parse("x^2 + 1e-30")})
    assert [judgements[name].verdict for name in ("x", "y")] == ["proved", "wrong"]
    assert judgements["y"].counterexample.point == {"x": 2.0, "y": 5.0}


def test_only_one_quadrant_is_wrong():
    judgements, _ = judge(parse("x^2*y"), {"y": parse("x^2 + if(x < 0, if(y < 0, 1, 0), 0)")})
    assert judgements["y"].verdict == "wrong"
    assert judgements["y"].counterexample.point["x"] < 0 > judgements["y"].counterexample.point["y"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("x*y", "if(x > 50, if(y > 50, 0, y), y)"),
        ("x*y", "if(x > 1000, if(y < -5000, 0, y), y)"),
        ("x*y*z", "y*z + if(x > 20, if(y > 20, if(z > 20, 1, 0), 0), 0)"),
        ("x*y", "y + if((x - 3.3)^2 + (y + 4.4)^2 < 0.001, 1, 0)"),
        ("x*y", "y + if((x - y)^2 + (x + y - 30)^2 < 0.001, 1, 0)"),
        ("x*y", "y + relu(1e-3 - |x - 2.2| - |y - 1.3|)"),
    ],
)
def test_a_corner_or_a_spot_of_the_plane_is_found(text, answer):
    assert judged(text, answer).verdict == "wrong"


@pytest.mark.parametrize("answer", ["if(x > 5, 0, sec(x)^2)", "if(x > -5, sec(x)^2, 0)", "if(x > 30, 0, sec(x)^2)"])
def test_of_many_pieces_none_goes_without_points(answer):
    assert judged("tan(x)", answer).verdict == "wrong"


@pytest.mark.parametrize(
    ("answer", "yours"),
    [
        ("2*x + exp(-1e4)", "4 + 1.13548e-4343"),
        ("2*x + erfc(100)", "4 + 6.40596e-4346"),
        ("2*x - 10^-400", "4 - 1e-400"),
    ],
)
def test_a_difference_beyond_all_digits_is_one(answer, yours):
    judgement = judged("x^2", answer)
    assert (judgement.verdict, judgement.counterexample.answer, judgement.counterexample.partial) == (
        "wrong",
        yours,
        "4",
    )


@pytest.mark.parametrize(
    ("text", "answer", "half_space"),
    [
        ("c^2*sqrt(1 + x^2/c^2)", "c*x/sqrt(c^2 + x^2)", "c > 0"),
        ("x*y", "-|y|", "y < 0"),
        ("x*y", "y + 1", None),
        ("x^2", "2*|x|", None),
    ],
)
def test_the_half_of_space_in_which_it_is_right(text, answer, half_space):
    assert (judged(text, answer).verdict, judged(text, answer).half_space) == ("wrong", half_space)


def test_the_seed_moves_points_and_not_the_verdict():
    for seed in range(5):
        assert judged("x^2", "2*x + 1e-12", seed=seed).verdict == "wrong"
        assert judged("sin(x)^2", "sin(2*x)", seed=seed).verdict == "proved"


def test_without_a_proof_it_agrees(monkeypatch):
    monkeypatch.setattr("diffcompare.verify.verdict.prove_by_sympy", lambda *arguments: None)
    assert judged("sin(x)^2", "sin(2*x)").verdict == "agrees"


def test_positive_variables():
    assert positive_variables([parse("ln(x) + sqrt(y) + z^w + ln(a + 1)")]) == ["x", "y", "z"]
    assert positive_variables([parse("if(x > 0, ln(x), 0)")]) == []
    assert positive_variables([parse("x")], parse_conditions(["x > 0, y >= 1, z >= 0"], "xyz")) == ["x", "y"]


@pytest.mark.thorough
@given(expressions())
def test_the_rules_are_never_called_wrong_and_a_slip_is_never_called_right(expression):
    nodes = wengert_list(expression)
    names = variables(nodes)
    if not names:
        return
    name = names[0]
    raw = derivatives_of(nodes, name).get(expression, ZERO)
    right, _ = judge(expression, {name: raw}, budget=1.0)
    assert right[name].verdict != "wrong"
    slip, _ = judge(expression, {name: raw + lift(1) / lift(10**20)}, budget=1.0)
    assert slip[name].verdict in ("wrong", "undecided")


class Checks:
    """A deadline that passes after so many looks at the clock."""

    def __init__(self, looks):
        self.left = looks

    def check(self):
        self.left -= 1
        if self.left < 0:
            raise TimeoutError


@pytest.mark.parametrize("looks", [0, 1, 10, 100, 300, 1000, 3000])
def test_however_early_the_budget_ends_there_is_a_verdict(monkeypatch, looks):
    monkeypatch.setattr("diffcompare.verify.verdict.Deadline", lambda budget: Checks(looks))
    judgements, _ = judge(parse("relu(sin(x))"), {"x": parse("cos(x)")}, budget=1.0)
    assert judgements["x"].verdict in {"wrong", "undecided"}
    assert all(interval.outcome != "same" or interval.high < math.inf for interval in judgements["x"].intervals)
