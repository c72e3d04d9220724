"""Hand-coded: what a person wrote, and what the textbook's rules give where nobody did."""

import math

import pytest
from hypothesis import assume, given
from rows import every_row
from strategies import ALL, expressions, points

from diffcompare.backends import automatic
from diffcompare.backends.hand_coded import BACKEND, textbook
from diffcompare.backends.problem import Hand, Problem, Size, Work
from diffcompare.language.differentiation_rules import LIGHT, RAW
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import NotDifferentiable, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import tree_size, variables, wengert_list

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
POINT = {"x1": 2.0, "x2": 5.0}


def differentiate(text, hand=None, budget=5.0, **point):
    expression = parse(text) if isinstance(text, str) else text
    names = tuple(variables(wengert_list(expression)))
    return BACKEND.differentiate(Problem(expression, point, names, hand=hand, budget=budget))


def by_rules(text, name="x"):
    return str(textbook(parse(text), [name])[name])


# --- What a person wrote ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["given", "file", "catalogue"])
def test_given_formulas_are_evaluated_as_they_are(origin):
    hand = Hand({"x1": parse("1/x1 + x2"), "x2": parse("x1 - cos(x2)")}, origin)
    answer = differentiate(SURVEY, hand, **POINT)
    assert (answer.variant, answer.status, answer.notes) == (origin, "ok", ())
    assert answer.gradient == {"x1": 5.5, "x2": 2 - math.cos(5)}
    assert answer.formulas == hand.formulas
    assert answer.sizes["raw"] == Size(9, 7)
    assert answer.work == Work(1, 4)


def test_a_wrong_formula_gives_its_wrong_number():
    """A lecture slide's derivative of SiLU: 1.1359 where 0.8234 is right."""
    hand = Hand({"x": parse("(1+exp(-x)+x*(1+exp(-x)))/(1+exp(-x))^2")}, "given")
    assert differentiate("x/(1+exp(-x))", hand, x=0.7).gradient["x"] == pytest.approx(1.1359192126858823, rel=1e-14)
    assert differentiate("x/(1+exp(-x))", x=0.7).gradient["x"] == pytest.approx(0.8233867834733424, rel=1e-14)


def test_missing_formulas_are_derived_and_the_row_says_so():
    hand = Hand({"x2": parse("x1 - cos(x2)")}, "given")
    answer = differentiate(SURVEY, hand, **POINT)
    assert answer.variant == "given"
    assert answer.notes == ("textbook rules for x1",)
    assert list(answer.gradient) == ["x1", "x2"]
    assert answer.gradient["x1"] == 5.5


def test_formulas_for_other_variables_are_left_alone():
    hand = Hand({"x": parse("2*x"), "y": parse("ln(-1)")}, "file")
    answer = BACKEND.differentiate(Problem(parse("x^2"), {"x": 3.0}, ("x",), hand=hand))
    assert answer.gradient == {"x": 6.0}


def test_a_formula_without_a_value_is_explained():
    hand = Hand({"x": parse("1/x"), "y": parse("exp(1000*y)")}, "given")
    answer = differentiate("x*y", hand, x=0.0, y=1.0)
    assert (answer.status, answer.gradient) == ("undefined", {"x": None, "y": None})
    assert answer.notes == (
        "df/dx: 1/x is undefined: its arguments are 1, 0 (needs the second != 0)",
        "df/dy: the formula evaluates to inf",
    )


# --- The rule sheet ---------------------------------------------------------------------------------------------------


@every_row(
    ("text", "formula"),
    [
        ("x + y", "1"),
        ("x - y", "1"),
        ("y - x", "-1"),
        ("-x", "-1"),
        ("y*x", "y"),
        ("x*sin(x)", "sin(x) + x*cos(x)"),
        ("x/y", "1/y"),
        ("y/x", "-y/x^2"),
        ("sin(x)/x", "(cos(x)*x - sin(x))/x^2"),
        ("x^3", "3*x^2"),
        ("x^2", "2*x"),
        ("x^1", "1"),
        ("x^0", "0"),
        ("x^-1", "-1*x^-2"),
        ("sin(x)^2", "2*sin(x)*cos(x)"),
        ("x^0.5", "0.5*x^-0.5"),
        ("x^1.5", "1.5*x^0.5"),
        ("x^(1/3)", "1/3*x^(-(2/3))"),
        ("x^(5/3)", "5/3*x^(2/3)"),
        ("x^y", "y*x^(y - 1)"),
        ("2^x", "2^x*ln(2)"),
        ("x^x", "x*x^(x - 1) + x^x*ln(x)"),
        ("exp(2*x)", "exp(2*x)*2"),
        ("ln(x)", "1/x"),
        ("tan(x)", "1 + tan(x)^2"),
        ("if(x > 0, x^2, y)", "if(x > 0, 2*x, 0)"),
        ("sin(y)", "0"),
        ("2 + 3*y", "0"),
    ],
)
def test_the_rules_one_by_one(text, formula):
    assert by_rules(text) == formula


def test_the_formulas_are_left_unsimplified():
    """Light trees of the teaching notes, section 2: (6n - 5) 2^(n-1) - 1 nodes for the logistic map."""
    node = Variable("x")
    for n in range(2, 9):
        node = 4 * node * (1 - node)
        formula = textbook(node, ["x"])["x"]
        # The notes keep `0 - a`; a person writes -a: (6n - 6) 2^(n-1) nodes, and 8n - 7 as a DAG.
        assert tree_size(formula) == 6 * (n - 1) * 2 ** (n - 1)
        assert len(wengert_list(formula)) == 8 * n - 7


@given(expressions(ALL, largest=7), points())
def test_the_rules_agree_with_reverse_mode(expression, point):
    """A second witness: its sums, products, quotients and powers are not those of the table."""
    names = tuple(variables(wengert_list(expression)))
    problem = Problem(expression, point, names)
    hand, sweep = BACKEND.differentiate(problem), automatic.reverse_mode(problem)
    assume(hand.status == sweep.status == "ok")
    for name in names:
        by_hand, by_sweep = hand.gradient[name], sweep.gradient[name]
        if abs(by_hand - by_sweep) > 1e-6 * max(abs(by_hand), abs(by_sweep)):
            # They differ by cancellation only: both are wrong by about as much as the terms are large.
            assume(_scale(expression, point) < 1e6)
            assert by_hand == pytest.approx(by_sweep, rel=1e-6, abs=1e-6 * _scale(expression, point))


def _scale(expression, point):
    """The largest size of a value or a partial on the way."""
    from diffcompare.language.wengert import active_nodes
    from diffcompare.numeric.evaluate import CAREFUL, evaluate, is_number
    from diffcompare.numeric.sweeps import local_partials

    nodes = wengert_list(expression)
    values = evaluate(nodes, point, CAREFUL)
    edges = local_partials(nodes, values, active_nodes(nodes, point))
    sizes = [abs(value) for value in values.values() if is_number(value)]
    sizes += [abs(partial) for _, partials in edges for _, partial in partials]
    largest = max(max(sizes), 1 / min([size for size in sizes if size] or [1]))
    return math.inf if math.isnan(largest) else largest ** min(len(nodes), 4)


def test_a_branch_not_taken_is_not_evaluated():
    answer = differentiate("if(x > 0, ln(x), 0)", x=-1.0)
    assert (answer.status, answer.gradient, answer.notes) == ("ok", {"x": 0.0}, ("textbook rules",))


def test_no_rule_for_an_order():
    answer = differentiate("polygamma(x, 2)", x=1.0)
    assert (answer.status, answer.notes) == ("not-supported", ("no rule is known for polygamma(x, 2)",))
    with pytest.raises(NotDifferentiable):
        textbook(parse("polygamma(x, 2)"), ["x"])


def test_a_constant_has_no_formulas():
    answer = differentiate("2 + 3")
    assert (answer.status, answer.gradient, answer.formulas, answer.notes) == ("ok", {}, {}, ())


def test_every_choice_has_a_rule():
    from diffcompare.language.differentiation_rules import RULES

    assert {name for name in OPERATIONS if name.startswith("if ")} <= set(RULES)


# --- Size -------------------------------------------------------------------------------------------------------------


def test_a_deep_nest():
    deep = Variable("x")
    for _ in range(5_000):
        deep = sin(deep)
    answer = differentiate(deep, budget=None, x=1.0)
    assert answer.status == "ok"
    # cos of every inner node, and a product for all but the innermost.
    assert answer.work == Work(1, 4_999 + 5_000 + 4_999)
    assert answer.sizes["raw"].dag == 1 + 4_999 + 5_000 + 4_999
    assert answer.gradient["x"] == pytest.approx(automatic.gradient_at(deep, {"x": 1.0})["x"], rel=1e-9)


def test_the_budget_ends_the_work_between_two_variables(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr("diffcompare.numeric.evaluate.monotonic", lambda: next(clock))
    names = [f"x{index}" for index in range(20)]
    answer = differentiate("*".join(names), **dict.fromkeys(names, 1.0))
    assert (answer.status, answer.notes) == ("timed-out", ("timed out after 5 s",))
    assert answer.gradient == dict.fromkeys(sorted(names, key=lambda name: int(name[1:])))


def test_thousands_of_variables_are_not_begun():
    names = [f"x{index}" for index in range(5_000)]
    total = Variable("x0")
    for name in names[1:]:
        total = total * Variable(name)
    answer = differentiate(total, budget=0.1, **dict.fromkeys(names, 1.0))
    assert answer.notes == ("not started: 24995000 operations would not fit into 0.1 s",)


def test_formulas_by_hand_are_evaluated_however_many():
    names = [f"x{index}" for index in range(5_000)]
    total = Variable("x0")
    for name in names[1:]:
        total = total + Variable(name)
    hand = Hand(dict.fromkeys(names, parse("1")), "given")
    answer = differentiate(total, hand, budget=0.1, **dict.fromkeys(names, 1.0))
    assert (answer.status, set(answer.gradient.values())) == ("ok", {1.0})


# --- To the letter, and light -----------------------------------------------------------------------------------------


@every_row(
    ("text", "raw", "light"),
    [
        ("4*x", "0*x + 4*1", "4"),
        ("1 - x", "0 - 1", "0 - 1"),
        ("x - 1", "1 - 0", "1"),
        ("-x", "-1", "-1"),
        ("x*x", "1*x + x*1", "x + x"),
        ("x/2", "(1*2 - x*0)/2^2", "1/2"),
        ("2/x", "(0*x - 2*1)/x^2", "(0 - 2)/x^2"),
        ("x^3", "3*x^2*1", "3*x^2"),
        ("x^0.5", "0.5*x^-0.5*1", "0.5*x^-0.5"),
        ("sin(2*x)", "cos(2*x)*(0*x + 2*1)", "cos(2*x)*2"),
        ("sin(1) + x", "0 + 1", "1"),
        ("7", "0", "0"),
    ],
)
def test_raw_rules_keep_every_zero_and_light_rules_none(text, raw, light):
    expression = parse(text)
    assert str(textbook(expression, ["x"], style=RAW)["x"]) == raw
    assert str(textbook(expression, ["x"], style=LIGHT)["x"]) == light
