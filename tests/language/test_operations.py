"""The table: one loop over its rows, against mpmath and against values that know no partials."""

import cmath
import functools
import importlib
import itertools
import math
from fractions import Fraction

import mpmath
import pytest
import reference
from flint import arb
from mpmath import mp
from rows import every_row

from diffcompare.backends.finite_differences import CENTRAL, quotient
from diffcompare.backends.problem import Problem
from diffcompare.inputs.conditions import parse_conditions
from diffcompare.language.expression import OPERATIONS, Constant, Expression, Number, Variable, lift
from diffcompare.language.operations import (
    CONSTANTS,
    FUNCTIONS,
    LIBRARIES,
    RELATIONS,
    exact_integer,
    exp,
    general_power,
    integer_power,
    is_choice,
    is_integer_power,
    is_linear,
    is_negation,
    is_power,
    is_product,
    is_quotient,
    is_sum,
    raise_to,
)
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.arb_functions import SLOW_BITS, precision
from diffcompare.numeric.balls import BALLS, ENTIRE, Ball
from diffcompare.numeric.balls import lift as ball
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined, values_at
from diffcompare.studies.listings import parameters
from diffcompare.truth.establish import establish

ROWS = list(OPERATIONS.values())
SMOOTH = [row for row in ROWS if not row.selects]
VALUE_ULPS = {"gamma": 8, "lgamma": 8, "digamma": 8, "cbrt": 4, "csc": 3, "sec": 3, "cot": 3}
"""Rows whose value needs more than 2 ulp: libm's own gamma and cbrt, quotients of two rounded values."""

PARTIAL_ULPS = {"gamma": 8, "lgamma": 8}
"""Rows whose partial needs more than 4 ulp: it contains the value, which is no better."""


def inside(row, sample):
    return type(CAREFUL.functions[row](*map(Real, sample))) is not Undefined


def at_kink(row, sample):
    return bool(row.kink.text) and row.kink.contains(*map(Real, sample))


def smooth_samples(row, *, kinks=False):
    """The samples of a row inside its domain (and not at a kink of it)."""
    points = [sample for sample in row.samples if inside(row, sample) and (kinks or not at_kink(row, sample))]
    assert points
    return points


def partial_at(row, sample, position, number=float):
    """A partial read over a number type, at the row's own value."""
    arguments = [number(x) for x in sample]
    partial = row.partials[position]
    return partial(row(*arguments), *arguments) if callable(partial) else partial


def positions(row):
    return [position for position, partial in enumerate(row.partials) if partial is not None]


# --- Values and partials ----------------------------------------------------------------------------------------------


def test_the_table_has_rows():
    assert len(ROWS) > 50
    assert all(row.arity == len(row.partials) for row in ROWS)


@every_row("row", ROWS)
def test_every_row_has_samples_inside_its_domain(row):
    assert sum(inside(row, sample) for sample in row.samples) >= 2
    assert all(len(sample) == row.arity for sample in row.samples)


@every_row("row", SMOOTH)
def test_a_value_in_doubles_is_right_to_two_ulp(row):
    for sample in smooth_samples(row, kinks=True):
        with mpmath.workdps(50):
            truth = reference.row(row.name)(*map(mp.mpf, sample))
            near_a_root = row.name == "lgamma" and abs(row.real(*sample) - truth) <= 2**-50  # of the size of its terms
            assert reference.ulps(row.real(*sample), truth) <= VALUE_ULPS.get(row.name, 2) or near_a_root


@every_row("row", SMOOTH)
def test_a_value_in_balls_contains_the_truth(row):
    for sample in smooth_samples(row, kinks=True):
        for spread in (0, 2**-60, 2**-20):
            with precision(128):
                balls = [Ball(arb(x, spread * abs(x))) if spread and row.name != "^n" else ball(x) for x in sample]
                if row.name == "polygamma":
                    balls[0] = ball(sample[0])
                enclosure = BALLS.functions[row](*balls) if spread == 0 else row(*balls)
            for ends in (1, -1, 0.4):
                with mpmath.workdps(120):
                    where = [mp.mpf(ball.mid) + ends * mp.mpf(ball.rad) for ball in balls]
                    gap = abs(reference.row(row.name)(*where) - mp.mpf(enclosure.mid))
                    assert gap <= mp.mpf(enclosure.rad) + mp.mpf(10) ** -100
            if spread == 0:
                assert enclosure is not ENTIRE


@every_row("row", SMOOTH)
def test_a_partial_is_the_derivative_of_the_value(row):
    """Independent of the partial: mpmath's values only.  In doubles to a few ulp, in balls to 60 digits."""
    for sample in smooth_samples(row):
        for position in positions(row):
            truth = reference.partial(row.name, sample, position)
            assert reference.ulps(float(partial_at(row, sample, position)), truth) <= PARTIAL_ULPS.get(row.name, 4)
            with precision(256):
                enclosure = ball(partial_at(row, sample, position, ball))
            with mpmath.workdps(100):
                gap = abs(truth - mp.mpf(enclosure.mid))
                assert gap <= mp.mpf(enclosure.rad) + abs(truth) * mp.mpf(10) ** -60
                assert mp.mpf(enclosure.rad) <= abs(truth) * mp.mpf(10) ** -55 + mp.mpf(10) ** -70


@pytest.mark.parametrize("symbol", RELATIONS)
def test_a_choice_passes_on_its_branch_and_its_slope(symbol):
    row = OPERATIONS[f"if {symbol}"]
    for left, right in [(0.5, 1.5), (1.5, 0.5), (1.0, 1.0)]:
        holds = RELATIONS[symbol](left, right)
        assert row(left, right, -0.3, 2.0) == (-0.3 if holds else 2.0)
        slopes = [partial_at(row, (left, right, -0.3, 2.0), position) for position in range(4)]
        assert slopes == [0, 0, int(holds), int(not holds)]


# --- Stability: the points where the textbook's form of a partial loses digits -----------------------------------------

HARD = [
    *[("tanh", (x,)) for x in (18.0, -18.0, 0.49, 0.51, 5.0, 30.0, 300.0)],
    *[("sigmoid", (x,)) for x in (36.0, -36.0, 700.0, -700.0, 4.9, 0.0)],
    *[("softplus", (x,)) for x in (800.0, -700.0, 36.0, -36.0)],
    *[(name, (x,)) for name in ("asin", "acos") for x in (1 - 2**-53, -1 + 2**-53, 1 - 2**-20, -0.999)],
    *[("atanh", (x,)) for x in (1 - 2**-53, -1 + 2**-53)],
    *[("atan", (x,)) for x in (1e200, -1e200, 1e150, 1e-200, 1e8)],
    *[("atan2", pair) for pair in ((1e300, 2e300), (1e-300, 3e-300), (1e-200, 1e200), (3e145, -2e145), (1.0, -1e-9))],
    *[("acosh", (x,)) for x in (1 + 1e-12, 1e200, 1e9, 1.0000001)],
    *[("asinh", (x,)) for x in (1e200, -1e-200, 1e8)],
    *[(name, (x,)) for name in ("erf", "erfc") for x in (5.0, -5.0, 20.0, 26.0, 2.673465736592019)],
    *[("hypot", pair) for pair in ((1e200, 1e200), (1e-200, 1e-200), (3e307, 1.0), (1e-320, 1e-310))],
    *[(name, (x,)) for name in ("lgamma", "gamma") for x in (1.4616321449683622, 1.46, 1.4616, 1.7, 1.2)],
    *[("digamma", (x,)) for x in (1.4616321449683622, 1.4616321449683625, 1e8)],
    *[("^", pair) for pair in ((1e-5, 1 / 3), (1e5, 0.1), (7.3, 100.3), (1e-300, 0.7), (2.0, 1e-5), (0.5, 3.5))],
    *[("/", pair) for pair in ((1.0, 1e200), (1e200, 1e200), (3.0, 1e-120), (1e-300, 1e160))],
    *[("sqrt", (x,)) for x in (1e-300, 5e-324, 1e300)],
    *[("cbrt", (x,)) for x in (1e-300, -1e300)],
    *[("tan", (x,)) for x in (math.pi / 2, 1.5707, 1e16)],
    *[("log1p", (x,)) for x in (1e-300, 1e16, -1 + 2**-53)],
    *[("expm1", (x,)) for x in (1e-300, -50.0, 700.0)],
    *[(name, (x,)) for name in ("log10", "log2", "ln") for x in (3.0, 1e-300, 1e300)],
]


@every_row(("name", "sample"), HARD)
def test_a_partial_is_stable_where_the_textbook_form_is_not(name, sample):
    row = OPERATIONS[name]
    for position in positions(row):
        truth = reference.partial(name, sample, position, digits=25)
        assert reference.ulps(float(partial_at(row, sample, position, Real)), truth) <= 4


def test_the_textbook_form_of_tanh_has_lost_four_percent_at_18():
    """Show that 1 - y^2 in doubles loses its digits, which is why the table writes another form."""
    y, truth = math.tanh(18.0), float(reference.partial("tanh", (18.0,), 0))
    assert 0.03 < abs((1 - y * y) / truth - 1) < 0.05


@pytest.mark.parametrize("b", [1 / 3, 0.1, 1e17, 3.5, 2**53 + 2.0, 1e-20, -0.3])
def test_the_exponent_is_lowered_only_where_that_is_exact(b):
    from diffcompare.language.operations import _less_one_exactly

    assert _less_one_exactly(b) == (Fraction(b) - 1 == Fraction(b - 1))


# --- Names and definitions --------------------------------------------------------------------------------------------


@every_row("row", ROWS)
def test_a_rows_names_exist_in_their_libraries(row):
    homes = {"math": math, "cmath": cmath, "flint": arb, "mpmath": mpmath}
    for library, name in row.names.items():
        if row.name.isidentifier() and row.name != "neg" and not row.selects:
            home = homes.get(library) or importlib.import_module(library)
            assert hasattr(home, name), (library, name)
    assert set(row.names) <= {*LIBRARIES, "math"}


@pytest.mark.parametrize("library", ["math", "cmath", "flint", "numpy", "mpmath"])
def test_a_name_computes_the_row(library):
    for row in SMOOTH:
        name = row.names.get(library)
        if name is None or not row.name.isidentifier() or row.name == "neg":
            continue
        function = getattr(arb if library == "flint" else importlib.import_module(library), name)
        for sample in row.samples:
            if inside(row, sample):
                arguments = [int(sample[0]), *sample[1:]] if row.name == "polygamma" else sample
                arguments = map(arb, sample) if library == "flint" else arguments
                value = complex(function(*arguments))
                assert value.real == pytest.approx(row.real(*sample), rel=1e-13, abs=1e-15)


def test_sympy_means_the_same_by_its_names():
    import sympy

    for row in SMOOTH:
        name = row.names.get("sympy")
        if name is None or not row.name.isidentifier() or row.name == "neg":
            continue
        for sample in row.samples:
            if inside(row, sample):
                value = getattr(sympy, name)(*map(sympy.Rational, sample)).evalf(30)
                assert float(value) == pytest.approx(row.real(*sample), rel=1e-13, abs=1e-15)


@every_row("row", [row for row in SMOOTH if row.definition])
def test_a_definition_agrees_with_the_value(row):
    for sample in row.samples:
        if inside(row, sample):
            with precision(200):
                own, defined = row(*map(ball, sample)), row.definition(*map(ball, sample))
            with mpmath.workdps(80):
                gap = abs(mp.mpf(own.mid) - mp.mpf(defined.mid))
                assert gap <= mp.mpf(own.rad) + mp.mpf(defined.rad)


def test_functions_are_called_by_their_names_and_aliases():
    assert FUNCTIONS["arcsin"] is FUNCTIONS["asin"] is OPERATIONS["asin"]
    assert FUNCTIONS["log"] is FUNCTIONS["ln"]
    assert FUNCTIONS["psi"] is FUNCTIONS["digamma"]
    assert not {"+", "neg", "^n", "if <"} & set(FUNCTIONS)
    names = [name for row in set(FUNCTIONS.values()) for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))


# --- Domains, kinks and the house rules -------------------------------------------------------------------------------


@every_row(
    ("name", "sample"),
    [
        ("ln", (0.0,)),
        ("ln", (-1.0,)),
        ("sqrt", (-1e-300,)),
        ("asin", (1.0000000000000002,)),
        ("atanh", (1.0,)),
        ("acosh", (0.5,)),
        ("log1p", (-1.0,)),
        ("/", (1.0, 0.0)),
        ("^n", (0.0, -1.0)),
        ("^", (-2.0, 2.0)),
        ("^", (0.0, 0.0)),
        ("^", (0.0, -0.5)),
        ("atan2", (0.0, 0.0)),
        ("cot", (0.0,)),
        ("gamma", (-3.0,)),
        ("lgamma", (0.0,)),
        ("digamma", (-1.0,)),
        ("polygamma", (0.5, 2.0)),
        ("polygamma", (-1.0, 2.0)),
    ],
)
def test_outside_its_domain_a_row_has_no_value_in_either_reading(name, sample):
    row = OPERATIONS[name]
    assert CAREFUL.functions[row](*map(Real, sample)) == Undefined(row, sample)
    with pytest.raises((ValueError, ZeroDivisionError)):
        row.real(*sample)


@pytest.mark.parametrize(
    ("name", "sample", "value"),
    [("^n", (0.0, 0.0), 1.0), ("^", (0.0, 0.5), 0.0), ("gamma", (-1e-309,), -math.inf), ("gamma", (1e-309,), math.inf)],
)
def test_at_the_edge_of_its_domain_a_row_has_a_value(name, sample, value):
    assert OPERATIONS[name].real(*sample) == value


@every_row("row", [row for row in ROWS if row.domain.text and "..." not in row.domain.text])
def test_the_words_of_a_domain_say_what_its_test_says(row):
    """At doubles, where cos is never 0; the dots of gamma are no condition that could be read."""
    names = parameters(row)
    clauses = [parse_conditions([clause.replace(" and ", ", ")], names) for clause in row.domain.text.split(", or ")]
    for sample in itertools.product((-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0), repeat=row.arity):
        point = dict(zip(names, sample, strict=True))
        expected = any(
            all(values_at(wengert_list(condition), point)[condition] for condition in clause) for clause in clauses
        )
        assert bool(row.domain.contains(*sample)) == expected, point


@pytest.mark.parametrize(("name", "zero"), [("tan", "cos"), ("sec", "cos"), ("cot", "sin"), ("csc", "sin")])
def test_a_quotient_of_sin_and_cos_has_no_value_at_the_zeros_of_its_denominator(name, zero):
    assert OPERATIONS[name].domain.text == f"{zero}(x) != 0"


def test_the_house_rules_at_kinks():
    """sign(0) = 0, relu'(0) = 0, and a tie of min or max takes the second argument."""
    assert OPERATIONS["sign"].real(0.0) == 0
    assert partial_at(OPERATIONS["abs"], (0.0,), 0) == 0
    assert partial_at(OPERATIONS["relu"], (0.0,), 0) == 0
    for name in ("min", "max"):
        assert [partial_at(OPERATIONS[name], (1.0, 1.0), position) for position in (0, 1)] == [0, 1]


@every_row(
    ("name", "sample"),
    [
        *[(name, (0.0,)) for name in ("abs", "sign", "relu", "cbrt", "floor")],
        *[("floor", (-3.0,)), ("ceil", (2.0,)), ("min", (1.0, 1.0)), ("max", (0.5, 0.5)), ("hypot", (0.0, 0.0))],
        *[("atan2", (0.0, -1.0)), ("if <", (1.0, 1.0, 0.0, 0.0))],
    ],
)
def test_kinks_are_declared(name, sample):
    row = OPERATIONS[name]
    assert row.kink.contains(*sample)
    assert not row.kink.contains(*[x + 0.25 * (index + 1) for index, x in enumerate(sample)])


@pytest.mark.parametrize(
    ("x", "n", "partial"), [(0.0, 0.0, 0), (0.0, 1.0, 1), (0.0, 2.0, 0), (3.0, 2.0, 6), (2.0, -1.0, -0.25)]
)
def test_an_integer_power_folds_its_exponent(x, n, partial):
    """0*x^-1 would be nan at 0, and x^0 is 1 wherever x is."""
    assert partial_at(OPERATIONS["^n"], (x, n), 0) == partial


def test_powers_as_the_parser_reads_them():
    x, y = Variable("x"), Variable("y")
    assert raise_to(x, Number(3)).operation is integer_power
    assert raise_to(x, -Number(3)).operation is integer_power
    assert raise_to(x, y).operation is general_power
    assert raise_to(x, Number(5, 1)).operation is general_power
    assert raise_to(Constant("e"), x) is exp(x)
    assert (exact_integer(-Number(3)), exact_integer(Number(5, 1)), exact_integer(x)) == (-3, None, None)


def test_constants_are_the_nearest_doubles():
    with mpmath.workdps(50):
        assert {name: float(getattr(mp, name)) for name in ("pi", "e")} == CONSTANTS


def test_literals_in_partials_are_what_they_say():
    """1/ln 10, 1/ln 2, 2/sqrt(pi), each rounded once."""
    with mpmath.workdps(60):
        assert partial_at(OPERATIONS["log10"], (1.0,), 0) == float(1 / mp.log(10))
        assert partial_at(OPERATIONS["log2"], (1.0,), 0) == float(1 / mp.log(2))
        assert partial_at(OPERATIONS["erf"], (0.0,), 0) == float(2 / mp.sqrt(mp.pi))


# --- Mutants: no partial may be wrong and stay unseen -----------------------------------------------------------------

MUTATIONS = {
    "negated": lambda partial, y, *arguments: -1 * of(partial, y, arguments),
    "scaled": lambda partial, y, *arguments: of(partial, y, arguments) * lifted(y, 1001) / lifted(y, 1000),
    "zero": lambda partial, y, *arguments: 0 * of(partial, y, arguments),
}


def of(partial, y, arguments):
    return partial(y, *arguments) if callable(partial) else partial


def lifted(like, number):
    return float(number) if isinstance(like, float) else like.constant(number)


def mutants():
    for row in ROWS:
        for position, partial in enumerate(row.partials):
            if partial is not None and not (type(partial) is int and partial == 0):
                kinds = MUTATIONS if row.name not in SLOW_BITS else ["scaled"]
                for kind in kinds:
                    yield row, position, kind


def problem_about(row, position, sample):
    """The row itself at a sample, by one of its arguments."""
    names = [f"v{index}" for index in range(row.arity)]
    point = dict(zip(names, map(float, sample), strict=True))
    # Orders and exponents stay literals: nothing is known by them.
    arguments = [
        Variable(name) if partial is not None else lift(int(point.pop(name)))
        for name, partial in zip(names, row.partials, strict=True)
    ]
    return Problem(row(*arguments), point, (names[position],), budget=30.0)


def telling_samples(row, position):
    """Samples where the partial is neither 0 nor at a kink nor too small to be told from 0."""
    for sample in row.samples:
        if inside(row, sample) and (row.selects or not at_kink(row, sample)):
            slope = partial_at(row, sample, position)
            if abs(slope) > 1e-10 and abs(slope) < 1e10:
                yield sample


@functools.cache
def established(row, position, sample):
    """The truth about an argument of a row, once for all its mutants."""
    return establish(problem_about(row, position, sample))


@every_row(("row", "position", "kind"), mutants())
def test_a_wrong_partial_does_not_survive(row, position, kind):
    """Not the truth, which asks values; nor a comparison with central differences."""
    sample = next(telling_samples(row, position))
    problem = problem_about(row, position, sample)
    name = problem.wrt[0]
    right = established(row, position, sample).gradient[name]
    original = row.partials[position]
    wrong = list(row.partials)
    wrong[position] = lambda y, *arguments: MUTATIONS[kind](original, y, *arguments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row, "partials", tuple(wrong))

        by_table = float(partial_at(row, tuple(map(float, sample)), position))
        assert abs(by_table - right.nearest) > 5e-4 * abs(right.nearest)

        truth = establish(problem)
        assert truth.status != "ok" or truth.gradient[name].nearest == right.nearest

        x = problem.point[name]
        moved = lambda t: row.real(*[t if index == position else s for index, s in enumerate(map(float, sample))])
        difference = quotient(CENTRAL, moved, x, CENTRAL.default_step(x))
        assert difference == pytest.approx(right.nearest, rel=1e-4)
        assert difference != pytest.approx(by_table, rel=4e-4)


def test_every_partial_that_is_not_zero_has_a_telling_sample():
    for row in ROWS:
        for position, partial in enumerate(row.partials):
            if partial is not None and not (type(partial) is int and partial == 0):
                assert next(telling_samples(row, position), None) is not None, (row.name, position)


def test_partials_read_over_expressions_are_formulas():
    x = Variable("x")
    assert isinstance(partial_at(OPERATIONS["sin"], (0.0,), 0, lambda _: x), Expression)
    assert str(OPERATIONS["^n"].partials[0](x, x, Number(3))) == "3*x^2"
    assert str(OPERATIONS["tanh"].partials[0](Variable("y"), x)) == "1 - y^2"


PREDICATES = {
    is_sum: ("a + b", "a - b"),
    is_negation: ("-a",),
    is_linear: ("a + b", "a - b", "-a"),
    is_product: ("a*b",),
    is_quotient: ("a/b",),
    is_integer_power: ("a^2", "a^-1"),
    is_power: ("a^2", "a^-1", "a^b", "2^a"),
    is_choice: ("if(a < b, a, 1)", "if(a == 0, 1, b)"),
}


@every_row("predicate", PREDICATES)
def test_a_predicate_knows_an_expression_by_its_outermost_operation(predicate):
    texts = {text for texts in PREDICATES.values() for text in texts} | {
        "a",
        "3",
        "pi",
        "sin(a + b)",
        "e^a",
        "max(a, b)",
    }
    assert {text for text in texts if predicate(parse(text))} == set(PREDICATES[predicate])
