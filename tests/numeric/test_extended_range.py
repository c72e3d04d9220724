"""Numbers with an exponent of their own: the bits of doubles while they last, and a partial where doubles lose it."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rows import every_row
from strategies import expressions, points

import diffcompare as dc
from diffcompare.language.expression import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Undefined, evaluate
from diffcompare.numeric.extended_range import EXTENDED, Extended, lift, near_range_limits
from diffcompare.numeric.sweeps import reverse

NUMBERS = st.floats(min_value=-1e70, max_value=1e70).filter(lambda x: x == 0 or abs(x) > 1e-70)
EXACT_METHODS = ("forward-ad", "reverse-ad", "hand-coded", "symbolic")


@given(NUMBERS, NUMBERS)
def test_within_the_range_arithmetic_has_the_bits_of_doubles(a, b):
    u, v = Extended.of(a), Extended.of(b)
    assert float(u) == a
    assert ((u + v).to_double(), (u - v).to_double(), (u * v).to_double()) == (a + b, a - b, a * b)
    assert (-u).to_double() == -a
    assert abs(u).to_double() == abs(a)
    if b:
        assert (u / v).to_double() == a / b
        assert (a / v).to_double() == a / b
    if a > 0:
        assert OPERATIONS["sqrt"](u).to_double() == math.sqrt(a)
    assert (1 + u).to_double() == 1 + a
    assert (1 - u).to_double() == 1 - a


@given(NUMBERS, st.integers(-1000, 1000))
def test_scaling_there_and_back_loses_nothing(a, exponent):
    power = Extended.of(1.0, exponent)
    assert (Extended.of(a) * power * power * power / power / power / power).to_double() == a


def test_beyond_the_range_numbers_go_on_and_end_as_inf_or_0():
    large, small = Extended.of(1e300), Extended.of(1e-300)
    assert (large * large).to_double() == math.inf
    assert (-large * large).to_double() == -math.inf
    assert (small * small).to_double() == 0.0
    assert math.copysign(1, (-small * small).to_double()) == -1
    assert (large * large * small * small).to_double() == pytest.approx(1, rel=1e-15)
    assert ((large**3) ** -1 * large**3).to_double() == pytest.approx(1, rel=1e-15)
    assert OPERATIONS["sqrt"](large * large).to_double() == pytest.approx(1e300, rel=1e-15)
    assert Extended.of(5e-324).to_double() == 5e-324
    assert (Extended.of(5e-324) / 2).to_double() == 0.0


def test_comparisons_never_take_a_tiny_number_for_0_or_a_huge_one_for_inf():
    tiny, huge = Extended.of(1e-300) * 1e-300, Extended.of(1e300) * 1e300
    assert tiny != 0
    assert 0 < tiny < huge < math.inf


def test_poles_stay_poles():
    assert (Extended.of(1.0) / 0.0).to_double() == math.inf
    assert (Extended.of(-1.0) / 0.0).to_double() == -math.inf
    assert math.isnan((Extended.of(0.0) / 0.0).to_double())
    assert math.isnan((Extended.of(math.inf) * 0.0).to_double())
    assert math.isnan((Extended.of(math.inf) - math.inf).to_double())
    assert (Extended.of(math.inf) + 1).to_double() == math.inf


@pytest.mark.parametrize(
    "text", ["x^2*sin(x) - exp(x)/(1+x)", "atan2(x, 3)*sqrt(x)", "if(x > 1, x^-3, 2*x)", "max(x, 2)"]
)
def test_an_expression_has_the_value_it_has_in_doubles(text):
    expression = parse(text)
    for x in (0.3, 1.7, 5.0):
        wide = evaluate(wengert_list(expression), {"x": x}, EXTENDED)[expression]
        plain = evaluate(wengert_list(expression), {"x": x}, CAREFUL)[expression]
        assert wide.to_double() == pytest.approx(plain, rel=1e-15)


@given(expressions(), points())
def test_a_sweep_that_stays_within_the_range_gives_the_same_bits(expression, point):
    nodes = wengert_list(expression)
    active = active_nodes(nodes, point)
    plain = evaluate(nodes, point, CAREFUL)
    assume(all(type(value) is not Undefined and is_ordinary(value) for value in plain.values()))
    adjoints = reverse(nodes, plain, active, expression, CAREFUL)
    assume(all(map(is_ordinary, adjoints.values())))
    wide = reverse(nodes, evaluate(nodes, point, EXTENDED), active, expression, EXTENDED)
    assert {node: lift(adjoint).to_double() for node, adjoint in wide.items()} == adjoints


def is_ordinary(value):
    return value == 0 or 1e-150 < abs(value) < 1e150


def test_outside_a_domain_there_is_no_number():
    expression = parse("ln(x - 1e200)")
    assert type(evaluate(wengert_list(expression), {"x": 1.0}, EXTENDED)[expression]) is Undefined


@pytest.mark.parametrize(("literal", "mantissa", "exponent"), [("1e400", 0.8534, 1329), ("1e-400", 0.5859, -1328)])
def test_a_literal_beyond_the_range_is_read(literal, mantissa, exponent):
    expression = parse(literal)
    value = evaluate(wengert_list(expression), {}, EXTENDED)[expression]
    assert value.exponent == exponent
    assert value.mantissa == pytest.approx(mantissa, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "near"),
    [([1.0, 0.0, -3.0], False), ([0.0], False), ([], False), ([1e110], True), ([-1e-110], True), ([math.inf], True)],
)
def test_what_is_near_range_limits(values, near):
    assert near_range_limits(values) is near


@every_row(
    ("text", "x", "partial"),
    [
        ("1/cosh(x)", 600, -5.300793106008621632677359e-261),
        ("(x*1e-170)^2*1e300", 1, 2e-40),
        ("1/x^2", 1e-100, -2e300),
        ("atan(1/x)", 1e-160, -1.0),
        ("exp(x)/exp(x)^2", 500, -7.124576406741285531549157e-218),
        ("sqrt(x^2 + 1e400)", 1e200, 0.7071067811865475),
        ("sqrt(x*x)", 1e-200, 1.0),
        ("x^-3/x^-4", 1e-90, 1.0),
        ("hypot(x*1e200, 1e200)", 1, 7.071067811865475e199),
        ("x*1e-320*1e310", 1, 1e-10),
    ],
)
def test_a_partial_that_fits_into_a_double_is_found_by_every_exact_method(text, x, partial):
    comparison = dc.compare(text, x=x, methods=EXACT_METHODS, budget=20)
    for answer in comparison.answers:
        assert answer.status == "ok", answer
        assert answer.gradient["x"] == pytest.approx(partial, rel=1e-14), answer.method
    assert dc.gradient(text, {"x": x}, method="reverse-ad")["x"] == pytest.approx(partial, rel=1e-14)


def test_a_note_says_what_plain_doubles_had():
    (answer,) = dc.compare("1/cosh(x)", x=600, methods="reverse-ad").answers
    assert answer.notes == ("df/dx: -0.0 in plain doubles, as an intermediate result leaves their range",)
    (answer,) = dc.compare("x*1e100", x=2, methods="reverse-ad").answers
    assert answer.notes == ()


def test_functions_keep_their_range_so_that_an_overflow_of_exp_is_seen():
    (answer,) = dc.compare("ln(exp(x))", x=800, methods="reverse-ad").answers
    assert answer.status == "undefined"


@every_row(
    ("text", "x", "by_x", "by_y"),
    [
        ("y*log10(x^2)", 1e200, 8.685889638065037e-201, 400),  # a double ends at 308
        ("y*max(x^2, 0)/x", 1e-200, 1, 1e-200),
        ("y*relu(x^2)/x", 1e200, 1, 1e200),
        ("y*softplus(x^2)/x", 1e200, 1, 1e200),
        ("y*hypot(x^2, 1)/x", 1e200, 1, 1e200),
        ("y*exp(ln(x^2)/2)", 1e200, 1, 1e200),
        ("y*if(x > 0, x^2, 0)/x", 1e-200, 1, 1e-200),
        ("y*tanh(x^2)", 1e200, 0, 1),
        ("y*cos(x^2)", 1e-200, 0, 1),
    ],
)
def test_a_row_at_a_number_that_no_double_is_near(text, x, by_x, by_y):
    gradient = dc.gradient(text, {"x": x, "y": 1})
    assert gradient == {"x": pytest.approx(by_x, rel=1e-12), "y": pytest.approx(by_y, rel=1e-12)}


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("y*sin(x^2)", 1e200),
        ("y*asinh(x^2)", 1e200),
        ("y*cbrt(x^3)", 1e200),
        ("y*(x^2)^0.5", 1e-200),
        ("log1p(0.1*x)*log1p(x^-2)*y", 2e-305),
        ("y*hypot(x^2, x^2)", 1e200),
    ],
)
def test_where_a_row_cannot_be_told_at_such_a_number_there_is_no_answer_instead_of_a_wrong_one(text, x):
    with pytest.raises(dc.DiffcompareError):
        dc.gradient(text, {"x": x, "y": 1})
