"""The truth against plain mpmath at 2,000 digits, whose slopes are differences of values."""

import math
import time
import tomllib
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
import reference
from hypothesis import HealthCheck, assume, given, settings
from mpmath import mp
from rows import every_row
from strategies import ALL, expressions, points

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import OPERATIONS, Number, Variable
from diffcompare.language.operations import sin, sqrt
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.truth import establish as module
from diffcompare.truth import one_sided
from diffcompare.truth.establish import Truth, establish
from diffcompare.truth.rounding import Slopes

EXPRESSIONS = Path(__file__).parents[2] / "expressions"
CATALOGUE = {
    entry["name"]: entry
    for file in sorted(EXPRESSIONS.glob("*.toml"))
    for entry in tomllib.loads(file.read_text(encoding="utf-8"))["expression"]
}


def true(text, budget=20.0, **point):
    """The truth about a text at a point."""
    expression = parse(text) if isinstance(text, str) else text
    names = tuple(variables(wengert_list(expression)))
    return establish(Problem(expression, {name: float(x) for name, x in point.items()}, names, budget=budget))


def assert_established(text, **point):
    """Status ok, and the value and every partial as mpmath has them."""
    expression = parse(text)
    truth = true(text, **point)
    assert truth.status == "ok", truth
    with mpmath.workdps(reference.DIGITS):
        reference.assert_true(truth.value, reference.value(expression, point))
        for name, partial in truth.gradient.items():
            reference.assert_true(partial, reference.slope(expression, point, name))
    return truth


# --- The catalogue ----------------------------------------------------------------------------------------------------


@every_row("name", [name for name, entry in CATALOGUE.items() if "gradient_at_point" in entry])
def test_the_figures_of_the_catalogue_are_found(name):
    entry = CATALOGUE[name]
    truth = true(entry["expression"], **entry["point"])
    if "value" in entry:
        assert truth.value.nearest == entry["value"]
    for variable, figure in entry["gradient_at_point"].items():
        assert truth.gradient[variable].nearest == figure


@every_row("name", CATALOGUE)
def test_every_entry_of_the_catalogue_has_a_truth(name):
    entry = CATALOGUE[name]
    truth = true(entry["expression"], **entry.get("point", {}))
    assert truth.status in ("ok", "nondifferentiable")


# --- Cancellation: what fools two precisions that agree ---------------------------------------------------------------

CANCELLING = [
    ("((x + 1e90) - 1e90)^2", {"x": 1.5}),
    ("((x + 1e900) - 1e900)^2", {"x": 1.5}),
    ("((x + 1e300) - 1e300)*((y - 1e500) + 1e500)", {"x": 1.5, "y": -0.1}),
    ("sin((x + 1e60) - 1e60)", {"x": 0.3}),
    ("exp((x - 1e200) + 1e200)", {"x": -2.5}),
    ("(x*1e90 + 1)*(x*1e90 - 1) - x^2*1e180", {"x": 1.7}),
    ("(x + 1e30)^3 - x^3 - 3*x^2*1e30 - 3*x*1e60 - 1e90", {"x": 0.7}),
    ("sin(x + 1e40) - sin(1e40)", {"x": 1e-30}),
    ("(1 - cos(x))/x^2", {"x": 1e-40}),
    ("(exp(x) - 1 - x)/x^2", {"x": 1e-50}),
    ("(sqrt(1 + x) - 1)/x", {"x": 1e-100}),
    ("ln(1 + x)", {"x": 1e-60}),
    ("(1 + 1/x)^x", {"x": 1e60}),
    ("tanh(x) - 1", {"x": 60}),
    ("1 - erf(x)", {"x": 12}),
    ("atan(x) - pi/2", {"x": 1e150}),
    ("exp(x) - exp(-x) - 2*sinh(x)", {"x": 2.5}),
    ("sin(x)^2 + cos(x)^2", {"x": 0.7}),
    ("sin(x)^2 + cos(x)^2 - 1", {"x": 0.7}),
    ("exp(x) - exp(2*x)/exp(x)", {"x": 10}),
    ("cosh(x)^2 - sinh(x)^2", {"x": 30}),
    ("ln(exp(x)) - x", {"x": 0.1}),
    ("(x^2 - y^2) - (x - y)*(x + y)", {"x": 1e10, "y": 1 + 2**-40}),
    ("333.75*b^6 + a^2*(11*a^2*b^2 - b^6 - 121*b^4 - 2) + 5.5*b^8 + a/(2*b)", {"a": 77617, "b": 33096}),
    ("(x - 0.1)*1e30", {"x": 0.1}),
    ("3*(4/3 - x) - 1", {"x": 1}),
    ("tan(x)", {"x": math.pi / 2}),
    ("sin(x)", {"x": math.pi}),
    ("sin(pi*x)", {"x": 1e15}),
    ("x - floor(x)", {"x": 1e15 + 0.125}),
    ("acos(x)", {"x": 1 - 2**-53}),
    ("(x^17 + 1e40) - 1e40", {"x": 1.1}),
    ("abs((x + 1e90) - 1e90) - x", {"x": -3}),
    ("max((x + 1e90) - 1e90, 0)", {"x": 1e-5}),
    ("if((x + 1e90) - 1e90 > 0, x^2, 1/x)", {"x": 1e-9}),
    ("((x + 1e120) - 1e120)/((x + 1e240) - 1e240)*x", {"x": 0.3}),
]


@every_row(("text", "point"), CANCELLING)
def test_cancellation_costs_precision_and_never_digits(text, point):
    assert_established(text, **point)


def test_agreement_of_two_precisions_would_have_been_wrong():
    """The input that made the radius necessary: at 34 and at 68 digits its gradient is 0."""
    truth = true("((x+1e90)-1e90)^2", x=1.5)
    assert (truth.value.text, truth.gradient["x"].text) == ("2.250000000000000000000000", "3.000000000000000000000000")


@every_row(
    ("text", "x", "partial"),
    [
        ("x^1000", 1.5, "8.225603979374489861516261e+178"),
        ("x^1000", 1e300, None),
        ("x^-1000", 1e300, None),
        ("exp(exp(x))", 10, "2.067737167809616619520636e+9570"),
        ("exp(-x)", 1e5, None),
        ("sin(x)", 1e300, "-0.5753861119575490466882443"),
        ("sin(x*x)", 1e300, None),
        ("cos(x)", 1.7976931348623157e308, None),
        ("x*1e-320", 3, "1.000000000000000000000000e-320"),
        ("x*1e-330", 3, "1.000000000000000000000000e-330"),
        ("x^2*1e-170", 1e-140, None),
        ("x*5e-324*0.5", 1, None),
        ("1/x", 1e-300, None),
        ("softplus(x)", 1e5, "1.000000000000000000000000"),
        ("sigmoid(x)", -1e4, None),
        ("lgamma(x)", 1e5, None),
        ("lgamma(x)", 1e300, None),
        ("gamma(x)", 1.4616321449683622, "-8.184094266442788991817633e-17"),
        ("digamma(x)", 1.4616321449683622, "0.9676722454476212549951696"),
        ("digamma(x)", -0.5040830082644554, None),
        ("polygamma(2, x)", 0.3, None),
        ("erfc(x)", 30, None),
        ("cot(x)", 1e-300, None),
    ],
)
def test_large_small_and_special(text, x, partial):
    is_slow = "gamma" in text or "erfc" in text
    expression, digits = parse(text), 500 if is_slow else 6000 if text == "sin(x*x)" else reference.DIGITS
    truth = true(text, x=x)
    assert truth.status == "ok"
    with mpmath.workdps(digits):
        reference.assert_true(truth.value, reference.value(expression, {"x": x}), digits)
        reference.assert_true(truth.gradient["x"], reference.slope(expression, {"x": x}, "x", digits), digits)
    assert partial in (None, truth.gradient["x"].text)


@pytest.mark.parametrize(
    ("text", "x"),
    [("x^2*1e-200", 1e-150), ("tanh(x)", 1e4), ("sigmoid(x)", 1e5), ("erf(x)", 1e10), ("erfc(x)", 1e300)],
)
def test_a_partial_known_to_be_below_half_the_smallest_double_may_be_0(text, x):
    partial = true(text, x=x).gradient["x"]
    assert partial.nearest == 0
    assert mpmath.mpf(partial.bound) < mpmath.mpf(2) ** -1074


def test_an_exact_zero_is_the_text_0():
    truth = true("x - x + 0*y", x=0.1, y=3)
    assert [number.text for number in (truth.value, *truth.gradient.values())] == ["0", "0", "0"]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("(1 + 2^-53)*x", 1.0),  # an exact tie goes to the even double
        ("(1 + 3*2^-53)*x", 1 + 2**-51),
        ("(1 + 2^-53 + 2^-300)*x", 1 + 2**-52),  # not a tie, at 300 bits
        ("(1 + 2^-53 - 2^-300)*x", 1.0),
        ("(1 + 2^-53 + 2^-900)*exp(x - 1)", 1 + 2**-52),  # the same, but never exact
        ("x*4^0.5", 2.0),  # a root that is exact, though no ball can know it
    ],
)
def test_ties_and_near_ties_round_as_they_should(text, nearest):
    truth = true(text, x=1)
    assert (truth.value.nearest, truth.gradient["x"].nearest) == (nearest, nearest)


def test_precision_beyond_20000_bits_still_has_a_midpoint():
    truth = true("sin(x) + 1e1000^8 - 1e1000^8", x=1)
    with mpmath.workdps(40):
        assert truth.gradient["x"].errors(math.cos(1))[0] == pytest.approx(float(abs(mp.mpf(math.cos(1)) - mp.cos(1))))


@settings(suppress_health_check=list(HealthCheck))
@given(expressions(ALL, largest=7, names=("x", "y"), cancel=True), points(("x", "y")))
def test_random_expressions_are_never_wrong(expression, point):
    """The worst bug there is: a wrong digit, or a bound that does not hold."""
    names = tuple(variables(wengert_list(expression)))
    assume(names)
    truth = establish(Problem(expression, point, names, budget=2.0))
    assume(truth.value is not None)
    with mpmath.workdps(reference.DIGITS):
        try:
            value = reference.value(expression, point)
            assume(isinstance(value, mpmath.mpf))
            sides = {name: reference.slopes(expression, point, name) for name in names if truth.gradient[name]}
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            # The reference looks at both branches, and beyond the edge of the domain, where mpmath's numbers are
            # complex, of which its hypot knows nothing.
            assume(False)
        assume(all(isinstance(side, mpmath.mpf) for pair in sides.values() for side in pair))
        # Where the reference itself has lost all digits it is no judge.
        assume(all(abs(value) < abs(left) * mp.mpf(10) ** 300 or left == 0 for left, _ in sides.values()))
        reference.assert_true(truth.value, value)
        for name, (left, right) in sides.items():
            if abs(left - right) <= mp.mpf(10) ** -330 * max(abs(left), 1):
                reference.assert_true(truth.gradient[name], (left + right) / 2)


@pytest.mark.parametrize(
    ("text", "x", "partial"),
    [
        ("tanh(x)", 800, "5.381321586102656753720785e-695"),
        ("tanh(x)", -1e4, "5.157294433560374993406524e-8686"),
        ("sigmoid(x)", 800, "3.667874584177687213455496e-348"),
        ("1 - tanh(x)^2", 800, "-1.076264317220531350744157e-694"),
        ("erf(x)", 40, "1.518042792299904619975502e-695"),
    ],
)
def test_a_number_below_all_doubles_is_not_0(text, x, partial):
    truth = true(text, x=x).gradient["x"]
    assert (truth.text, truth.nearest) == (partial, 0.0)


def test_a_value_that_cancels_to_below_all_doubles_is_not_0():
    assert true("1 - tanh(x)", x=800).value.text == "2.690660793051328376860393e-695"


@pytest.mark.parametrize("text", ["sin(x)^2 + cos(x)^2", "exp(-x^2)"])
def test_what_may_be_0_is_0_to_within_a_bound(text):
    truth = true(text, x=1e5).gradient["x"]
    assert (truth.text, truth.nearest) == ("0", 0.0)
    assert 0 < mpmath.mpf(truth.bound) < mpmath.mpf(10) ** -2400


@pytest.mark.parametrize(
    ("text", "t", "partial"),
    [
        ("exp(-t*exp(3600))", 0, "-2.884927155669398615533201e+1563"),
        ("exp(t*exp(1e4))", 0, "8.806818225662921587261496e+4342"),
        ("sin(t*exp(3600))", 0, "2.884927155669398615533201e+1563"),
        ("sin(t*1e900*1e900)", 0, "1.000000000000000000000000e+1800"),
        ("if(t == 0, 0, (1 - cos(t*1e900*1e900))/t)", 0, "5.000000000000000000000000e+3599"),
    ],
)
def test_a_slope_beyond_all_steps_is_finite_all_the_same(text, t, partial):
    truth = true(text, t=t)
    assert (truth.status, truth.gradient["t"].text, abs(truth.gradient["t"].nearest)) == ("ok", partial, math.inf)


def test_a_slope_whose_steps_would_take_seconds_is_not_called_infinite():
    assert true("sin(t*exp(1e5))", t=0).status == "unresolved"


# --- Kinks, steps and edges -------------------------------------------------------------------------------------------

INF = math.inf

BROKEN = [
    ("abs(x)", 0, -1, 1),
    ("|x - 2|*3", 2, -3, 3),
    ("|sin(pi*x)|", 0, -math.pi, math.pi),
    ("floor(x)", 0, INF, 0),
    ("ceil(x)", 0, 0, INF),
    ("floor(10*x)/10", 0.5, INF, 0),
    ("sign(x)", 0, INF, INF),
    ("|x|^(1/3)", 0, -INF, INF),
    ("cbrt(x)", 0, INF, INF),
    ("sqrt(x)", 0, None, INF),
    ("x^0.5", 0, None, INF),
    ("asin(x)", 1, INF, None),
    ("acos(1 - x)", 0, None, INF),
    ("acosh(x)", 1, None, INF),
    ("sqrt(x^2)", 0, -1, 1),
    ("hypot(x, 2*x)", 0, -math.sqrt(5), math.sqrt(5)),
    ("max(x, 0)", 0, 0, 1),
    ("relu(x)", 0, 0, 1),
    ("max(x, -x)", 0, -1, 1),
    ("min(x, x^2)", 1, 2, 1),
    ("if(x >= 0, x, -x)", 0, -1, 1),
    ("if(x > 0, ln(x), 0)", 0, 0, -INF),
    ("if(x != 0, x, 5)", 0, INF, -INF),
    ("atan2(x, -1)", 0, INF, -1),
    ("||x| - 1|", 0, 1, -1),
    ("floor(x)*x", 0, -1, 0),
    ("|x| + x", 0, 0, 2),
    ("|x|*1e-300", 0, -1e-300, 1e-300),
    ("|x| + relu(x - 1e-1000)", 0, -1, 1),
    ("|x| + sin(1e900*x)*1e-900", 0, 0, 2),
    ("|x| + 1e-1000*tanh(1e1000*x)", 0, 0, 2),
    ("max(if(x >= 0, x, -x), x)", 0, -1, 1),
    ("|sqrt(x)^2 - 2|", 2, -1, 1),
    ("if(x == 0, 0, x*atan(1/x))", 0, -math.pi / 2, math.pi / 2),
    ("if(x == 0, 1, (exp(|x|) - 1)/|x|)", 0, -0.5, 0.5),
    ("if(x == 0, 1, exp(-1/x^2))", 0, INF, -INF),
]


@every_row(("text", "x", "left", "right"), BROKEN)
def test_a_kink_has_two_slopes_and_no_derivative(text, x, left, right):
    truth = true(text, x=x)
    assert truth.status == "nondifferentiable"
    assert truth.gradient == {"x": None}
    assert truth.slopes == {"x": Slopes(left, right)}


def test_a_kink_below_25_digits_is_still_a_kink():
    truth = true("x + |x|*1e-30", x=0)
    assert (truth.status, truth.slopes) == ("nondifferentiable", {"x": Slopes(1.0, 1.0)})


MENDED = [
    ("x*|x|", 0, "0"),
    ("|x|^3", 0, "0"),
    ("relu(x)^2", 0, "0"),
    ("x^2*sign(x)", 0, "0"),
    ("floor(x)*x^2", 0, "0"),
    ("relu(x) - relu(-x)", 0, "1.000000000000000000000000"),
    ("max(x, 2*x - x)", 0, "1.000000000000000000000000"),
    ("max(x, x)", 3, "1.000000000000000000000000"),
    ("max(x, sin(x))", 0, "1.000000000000000000000000"),
    ("if(x == 0, 0, x)", 0, "1.000000000000000000000000"),
    ("if(x > 0, x, sin(x))", 0, "1.000000000000000000000000"),
    ("if(x == 0, 1, sin(x)/x)", 0, "0"),
    ("if(x == 0, 0, x^2*sin(1/x))", 0, "0"),
    ("if(x == 0, 0, exp(-1/x^2))", 0, "0"),
    ("if(x == 0, 0, x^2*ln(|x|))", 0, "0"),
    ("if(x == 0, 0, x^2*atan(1/x))", 0, "0"),
    ("if(x < 1e-200, x, 2*x)", 0, "1.000000000000000000000000"),
    ("if(|x| < 1e-1000, x, 2*x)", 0, "1.000000000000000000000000"),
    ("|x| - |x|", 0, "0"),
    ("0*|x| + x", 0, "1.000000000000000000000000"),
    ("x^3", 0, "0"),
    ("x^0", 0, "0"),
    ("if(x >= x, exp(5), x)", 1, "0"),
    ("sin(1e900*x)", 0, "1.000000000000000000000000e+900"),
    ("tanh(1e1000*x)", 0, "1.000000000000000000000000e+1000"),
    ("x*sin(1e300*x)", 0, "0"),
    ("gamma(x)*|x - 3|*(x - 3)", 3, "0"),
]


GAPS = [
    ("(1 - cos(x))/x^2", 0, "1/2", 0),
    ("sin(x)/x", 0, "1", 0),
    ("tan(x)/x", 0, "1", 0),
    ("(exp(x) - 1)/x", 0, "1", Fraction(1, 2)),
    ("(x - sin(x))/x^3", 0, "1/6", 0),
    ("ln(1 + x)/x", 0, "1", Fraction(-1, 2)),
    ("(sqrt(1 + x) - 1)/x", 0, "1/2", Fraction(-1, 8)),
    ("ln(x)/(x - 1)", 1, "1", Fraction(-1, 2)),
    ("(sqrt(x + 2) - 2)/(x - 2)", 2, "1/4", Fraction(-1, 64)),
    ("(x^7 - 1)/(x^3 - 1)", 1, "7/3", Fraction(14, 3)),
    ("x/(exp(x) - 1)", 0, "1", Fraction(-1, 2)),
    ("1/sin(x) - 1/x", 0, "0", Fraction(1, 6)),
    ("cot(x) - 1/x", 0, "0", Fraction(-1, 3)),
    ("1/ln(1 + x) - 1/x", 0, "1/2", Fraction(-1, 12)),
    ("(sin(x) - x + x^3/6)/x^5", 0, "1/120", 0),
    ("(sigmoid(x) - 1/2)/x", 0, "1/4", 0),
    ("(1 - cos(x))/x^2 + 1e-900*x", 0, "1/2", Fraction(1, 10**900)),
]
"""A quotient with a gap, where it is, the value there and the slope."""


@every_row(("text", "x", "value", "slope"), GAPS)
def test_a_gap_that_is_filled_has_a_slope(text, x, value, slope):
    truth = true(f"if(x == {x}, {value}, {text})", x=x)
    assert truth.status == "ok"
    assert abs(truth.gradient["x"].centre - slope) <= Fraction(truth.gradient["x"].bound) <= abs(slope) / 10**30


@every_row(("text", "x", "value", "slope"), GAPS[:6])
@every_row("off", ["1e-50", "1e-900*1e-900"])  # the second one is beyond all steps
def test_a_gap_that_is_filled_with_another_value_is_a_jump(text, x, value, slope, off):
    truth = true(f"if(x == {x}, {value} + {off}, {text})", x=x)
    assert (truth.status, truth.slopes["x"]) == ("nondifferentiable", Slopes(INF, -INF))


@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("if(x == 1, e, (exp(x) - e)/(x - 1))", 1, lambda: mp.e / 2),
        ("if(x == 0, e, (1 + x)^(1/x))", 0, lambda: -mp.e / 2),
        ("if(x == 0, ln(2), (2^x - 1)/x)", 0, lambda: mp.log(2) ** 2 / 2),
        ("if(x == 0, exp(-1/2), cos(x)^(1/x^2)) + x", 0, lambda: mp.mpf(1)),
        ("if(x == 0, pi, gamma(x)*sin(pi*x))", 0, lambda: -mp.pi * mp.euler),
        ("if(x == 1, 1/e, (x - 1)/(exp(x) - e))", 1, lambda: -1 / (2 * mp.e)),  # not known not to be 0/0 at 1
    ],
)
def test_a_gap_that_no_zero_is_exact_in_is_left_to_values_of_growing_precision(text, x, slope):
    with mpmath.workdps(100):
        reference.assert_true(true(text, x=x).gradient["x"], slope(), digits=500)


@every_row(("text", "x", "partial"), MENDED)
def test_a_kink_that_heals_has_a_derivative(text, x, partial):
    truth = true(text, x=x)
    assert (truth.status, truth.gradient["x"].text) == ("ok", partial)


@pytest.mark.parametrize(
    "text",
    [
        "if(x == 0, 0, x*sin(1/x))",
        "if(x == 0, 0, x*sin(pi/x))",  # all steps of a power of 2 meet its zeros
        "if(x == 0, 0, x*cos(2*pi/x))",  # and here its maxima
        "if(x == 0, 0, x*ln(|x|))",
        "|x|^0.99",
    ],
)
def test_where_no_limit_is_found_none_is_claimed(text):
    truth = true(text, x=0)
    assert (truth.status, truth.gradient["x"]) == ("unresolved", None)
    assert truth.notes == ("df/dx: no limit of the slopes was found",)


def test_oscillation_on_one_side_is_no_edge_of_the_domain():
    assert true("if(x > 0, x*sin(1/x), x)", x=0).status == "unresolved"


@pytest.mark.parametrize(
    ("text", "point", "partials"),
    [
        ("x^1.5", {"x": 0}, {"x": "0"}),
        ("x^y", {"x": 0, "y": 2}, {"x": "0", "y": "0"}),
        ("x^y", {"x": 0, "y": 1}, {"x": "1.000000000000000000000000", "y": "0"}),
    ],
)
def test_at_the_edge_of_a_domain_the_slope_from_inside_counts(text, point, partials):
    truth = true(text, **point)
    assert {name: partial.text for name, partial in truth.gradient.items()} == partials
    assert truth.notes == ("df/dx: the slope from the right, at the edge of the domain",)


def test_a_kink_of_one_variable_leaves_the_others_alone():
    truth = true("|x| + sin(y)*x^2 + y^3", x=0, y=2)
    assert truth.gradient["y"].text == "12.00000000000000000000000"
    assert truth.gradient["x"] is None
    assert truth.slopes == {"x": Slopes(-1.0, 1.0)}


def test_a_kink_in_a_condition_that_does_not_switch_is_none(monkeypatch):
    """Nothing passes through it: the sweep alone is proof, and nobody asks for slopes."""
    monkeypatch.setattr(one_sided, "one_sided_slopes", None)
    truth = true("if(|x| < 1, x^2, x)", x=0)
    assert (truth.status, truth.notes) == ("ok", ())


# --- What cannot be known ---------------------------------------------------------------------------------------------


def test_outside_the_domain_the_truth_names_the_node():
    truth = true("1 + ln(x)", x=-1)
    assert (truth.status, truth.value, truth.gradient) == ("undefined", None, {"x": None})
    node, outside = truth.undefined
    assert (str(node), outside.arguments) == ("ln(x)", (-1.0,))


def test_a_branch_not_taken_is_not_looked_at():
    truth = true("if(x > 0, ln(x), 0)", x=-1)
    assert (truth.status, truth.value.text, truth.gradient["x"].text) == ("ok", "0", "0")


@pytest.mark.parametrize(
    ("text", "excess"),
    [
        ("exp(exp(exp(x)))", "exp of a number beyond 2^2100"),
        ("sin(exp(exp(x)))", "sin of a number beyond 2^20000"),
        ("gamma(x) + 1e1000^3 - 1e1000^3", "gamma to more than 8000 bits"),
    ],
)
def test_numbers_beyond_reach_are_named(text, excess):
    truth = true(text, x=10.5)
    assert (truth.status, truth.notes) == ("unresolved", (f"no truth: it would need {excess}",))


def test_a_question_that_no_precision_decides_stays_open():
    truth = true("if(sqrt(x)^2 == 2, 1, 2)", x=2)
    assert (truth.status, truth.value) == ("unresolved", None)
    assert truth.notes == ("no truth with 32768 bits: they do not decide if(sqrt(x)^2 == 2, 1, 2)",)


def test_a_question_in_a_branch_not_taken_need_not_be_decided():
    truth = true("if(x > 0, x^2, 1/(sin(x)^2 + cos(x)^2 - 1))", x=2)
    assert (truth.status, truth.gradient["x"].text) == ("ok", "4.000000000000000000000000")


def test_no_partial_by_an_order():
    truth = true("polygamma(x, 2)", x=1)
    assert truth.status == "unresolved"
    assert "no partial" in truth.notes[0]


def test_the_budget_ends_the_search_soon():
    x = Variable("x")
    expression = x
    for _ in range(20_000):
        expression = sin(expression)
    begin = time.monotonic()
    truth = true(expression, budget=0.05, x=1)
    assert truth == Truth("timed-out", gradient={"x": None}, notes=("no truth within 0.05 s",))
    assert time.monotonic() - begin < 5  # listing and all: far less, but machines can be busy


def test_without_a_budget_there_is_no_limit():
    assert true("sin(x)", budget=None, x=1).status == "ok"


# --- The table may not vouch for itself -------------------------------------------------------------------------------


def test_a_wrong_partial_is_found_out_though_another_variable_is_far_larger(monkeypatch):
    monkeypatch.setattr(OPERATIONS["sin"], "partials", (lambda y, x: OPERATIONS["cos"](x) * lift_1001(x),))
    truth = true("1e40*x + sin(y)", x=1, y=1)
    with mpmath.workdps(60):
        assert truth.gradient["y"].text == mpmath.nstr(mp.cos(1), 25)


def lift_1001(x):
    return x.constant(1001) / x.constant(1000)


def test_the_check_of_values_is_what_finds_it(monkeypatch):
    """Break the witness, and the wrong partial goes through: so it was the witness."""
    monkeypatch.setattr(OPERATIONS["sin"], "partials", (lambda y, x: OPERATIONS["cos"](x) * lift_1001(x),))
    monkeypatch.setattr(module, "directional_check", lambda *arguments: True)
    truth = true("sin(y)", y=1)
    assert truth.gradient["y"].nearest == pytest.approx(1.001 * math.cos(1))


def test_points_are_doubles_and_literals_exact():
    """0.1 in the expression is 1/10; 0.1 in the point is the double nearest to it."""
    truth = true("(x - 0.1)*1e30", x=0.1)
    exact = (Fraction(0.1) - Fraction(1, 10)) * 10**30
    assert truth.value.nearest == float(exact)


@every_row(
    ("condition", "x", "holds"),
    [
        ("0.1 + 0.2 == 0.3", 2, True), ("0.1 + 0.2 != 0.3", 2, False), ("0.1 + 0.2 <= 0.3", 2, True),
        ("0.3 - 0.2 > 0.1", 2, False), ("0.1^2 == 0.01", 2, True), ("1/49*49 == 1", 2, True), ("-0.1*-10 >= 1", 2, True),
        ("(1/3)^-2 == 9", 2, True), ("(1/3)^(4/2) == 1/9", 2, True), ("sqrt(0.01) == 0.1", 2, True), ("sqrt(0.02) == 0.1", 2, False),
        ("|1/3 - 2/3| == 1/3", 2, True), ("max(1/3, 0.1) == 1/3", 2, True), ("floor(0.1*30) == 3", 2, True),
        ("x/3*3 == x", 2, True), ("x/3*3 == x", 0.1, True), ("x == 0.1", 0.1, False), ("3*x == 0.3", 0.1, False),
        ("1/3 + 1e-900 > 1/3", 2, True), ("0.1 + 1e-1000 == 0.1", 2, False), ("1.1^3*1.1^3 == 1.1^6", 2, True),
    ],
)  # fmt: skip
def test_comparisons_of_rational_numbers_are_decided(condition, x, holds):
    truth = true(f"if({condition}, 5*x, 7*x)", x=x)
    assert truth.status == "ok"
    assert truth.gradient["x"].text.startswith("5." if holds else "7.")


@pytest.mark.parametrize("text", ["1/(0.3 - 0.1 - 0.2)*x", "ln(0.3 - 0.1 - 0.2)*x", "0^(0.3 - 0.1 - 0.2)*x"])
def test_an_exact_zero_made_of_decimals_is_outside_a_domain(text):
    assert true(text, x=2).status == "undefined"


@pytest.mark.parametrize("text", ["|x - 0.1*10|", "max(x/3, 1/3)", "floor(x/3*3)"])
def test_a_kink_at_an_exact_fraction_is_seen(text):
    assert true(text, x=1).status == "nondifferentiable"


def test_a_condition_that_rounding_decides_is_named():
    (node,) = true("if(0.1 + 0.2 == 0.3, x^2, x^3)", x=2).misled
    assert str(node) == "if(0.1 + 0.2 == 0.3, x^2, x^3)"
    assert true("if(x == 0.1, x, 2*x)", x=0.1).misled
    assert not true("if(x == 0.5, x, 2*x)", x=0.5).misled
    assert not true("if(x > 0, x, if(0.1 + 0.2 == 0.3, x, 2*x))", x=1).misled  # nobody looks at the inner one


@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("cos(gamma(x))", 100, lambda x: -mp.sin(mp.gamma(x)) * mp.gamma(x) * mp.digamma(x)),
        ("cos(gamma(x))", 170.5, lambda x: -mp.sin(mp.gamma(x)) * mp.gamma(x) * mp.digamma(x)),
        ("sin(1e200*lgamma(x))", 3.5, lambda x: mp.cos(10**200 * mp.loggamma(x)) * 10**200 * mp.digamma(x)),
    ],
)
def test_a_quick_oscillation_is_followed(text, x, slope):
    """Steps must be shorter than a period of 1e-156, and values have hundreds of digits to lose."""
    truth = true(text, x=x)
    with mpmath.workdps(600):
        reference.assert_true(truth.gradient["x"], slope(mp.mpf(x)), digits=500)


def test_every_number_of_a_truth_is_rounded_from_a_fraction_that_is_at_hand():
    truth = true(sqrt(Variable("x")) * Number(2), x=2)
    partial = truth.gradient["x"]
    assert partial.errors(partial.nearest)[2] < 0.5
    assert abs(partial.centre**2 - Fraction(1, 2)) < Fraction(1, 10**30)


def test_factorials_are_whole_numbers():
    """So a kink at a value of gamma is seen as one."""
    for text, x in (("abs(gamma(x) - 2)", 3), ("abs(lgamma(x))", 2), ("abs(gamma(x) - 24)", 5)):
        assert true(text, x=x).status == "nondifferentiable"
    assert true("abs(gamma(x) - 2)", x=3.0000000000000004).status == "ok"


@pytest.mark.parametrize(("text", "x"), [("sin(x)/x", 1e-8), ("(1 - cos(x))/x^2", 1e-5), ("exp(x)", 1.0)])
def test_a_bound_is_far_below_the_last_digit(text, x):
    """Also where most of the first precision cancels."""
    truth = true(text, x=x)
    for number in (truth.value, truth.gradient["x"]):
        assert abs(Fraction(number.bound) / number.centre) < Fraction(1, 10**33)
