"""Derivations: the steps in their order, the formulas that they end in, and the survey's Table 1."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from rows import every_row
from strategies import ALL, expressions
from thorough_tier import one_in

from diffcompare.backends.hand_coded import textbook
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Equations
from diffcompare.language.expression import Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.render import TEXTS, Look, render
from diffcompare.studies import derive as check
from diffcompare.studies import derive as record
from diffcompare.studies.derive import derive, names_of

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
L2 = "4*x*(1-x)"
L3 = "16*x*(1-x)*(1-2*x)^2"
L4 = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"


def lines(text, wrt=(), point=None):
    """Return the lines of the first derivation, each with its rule."""
    derived = derive(text, point, wrt=wrt).derivations[0]
    return [(step.rule, str(line)) for step, line in zip(derived.steps, derived.lines, strict=True)]


def result(text, point=None):
    """Return the unsimplified and the tidied formula."""
    derived = derive(text, point).derivations[0]
    return str(derived.raw), str(derived.tidied)


# --- One rule a line --------------------------------------------------------------------------------------------------


def test_the_survey_s_example():
    assert lines(SURVEY, "x1") == [
        ("difference rule", "d/dx1[ln(x1) + x1*x2]"),
        ("sum rule", "d/dx1[ln(x1)] + d/dx1[x1*x2]"),
        ("derivative of ln", "1/x1 + d/dx1[x1*x2]"),
        ("constant factor rule", "1/x1 + x2"),
    ]


def test_the_chain_rule_shows_the_inner_derivative():
    assert lines("exp(sin(x^2))") == [
        ("exponential rule, chain rule", "exp(sin(x^2))*d/dx[sin(x^2)]"),
        ("derivative of sin, chain rule", "exp(sin(x^2))*(cos(x^2)*d/dx[x^2])"),
        ("power rule", "exp(sin(x^2))*(cos(x^2)*(2*x))"),
    ]


def test_the_outermost_operation_comes_first_and_then_from_left_to_right():
    assert [rule for rule, _ in lines("sin(x)*x^2/ln(x)")] == [
        "quotient rule",
        "product rule",
        "derivative of sin",
        "power rule",
        "derivative of ln",
    ]


def test_a_shared_subexpression_is_differentiated_once():
    assert lines("a = x^2; a*sin(a)") == [
        ("product rule", "d/dx[x^2]*sin(x^2) + x^2*d/dx[sin(x^2)]"),
        ("power rule", "2*x*sin(x^2) + x^2*d/dx[sin(x^2)]"),
        ("derivative of sin, chain rule", "2*x*sin(x^2) + x^2*(cos(x^2)*(2*x))"),
    ]


@every_row(
    ("text", "raw", "tidied"),
    [
        ("sin(x)/x", "(cos(x)*x - sin(x))/x^2", "(x*cos(x) - sin(x))/x^2"),
        ("x^x", "x*x^(x - 1) + x^x*ln(x)", "x^x*(1 + ln(x))"),
        ("2^x", "2^x*ln(2)", "2^x*ln(2)"),
        ("e^(sin(x^2))", "exp(sin(x^2))*(cos(x^2)*(2*x))", "2*x*exp(sin(x^2))*cos(x^2)"),
        ("sqrt(1 - x)", "1/(2*sqrt(1 - x))*(-1)", "-1/(2*sqrt(1 - x))"),
        ("|x|", "sign(x)", "sign(x)"),
        ("if(x > 0, x^2*3, -x)", "if(x > 0, 2*x*3, -1)", "if(x > 0, 6*x, -1)"),
        ("max(x, x^2)", "if(x > x^2, 1, 0) + if(x > x^2, 0, 1)*(2*x)", "if(x > x^2, 1, 0) + 2*x*if(x > x^2, 0, 1)"),
        ("atan2(x, 2)", "2/(x^2 + 2^2)", "2/(x^2 + 4)"),
        ("x^2*ln(x)", "2*x*ln(x) + x^2*(1/x)", "2*x*ln(x) + x"),
        ("1/(1 + exp(-x))", "-(exp(-x)*(-1))/(1 + exp(-x))^2", "exp(-x)/(1 + exp(-x))^2"),
        ("floor(x)*x", "floor(x)", "floor(x)"),
        ("sin(floor(x))", "0", "0"),
        ("x", "1", "1"),
    ],
)
def test_results(text, raw, tidied):
    assert result(text, {"x": 1.5}) == (raw, tidied)


def test_a_constant_is_derived_by_x():
    record = derive("2 + 3")
    assert [step.rule for step in record.derivations[0].steps] == ["constant rule"]
    assert str(record.derivations[0].raw) == "0"
    assert record.data()["verdict"].endswith("There is no variable, so there is nothing to check.")


def test_a_term_that_does_not_depend_on_the_variable_is_named():
    assert str(derive(SURVEY, wrt="x1").derivations[0].steps[0].constant) == "sin(x2)"
    assert "difference rule, sin(x2) is constant" in render(derive(SURVEY).document(), "plain")


@given(expressions(ALL, largest=9))
def test_the_last_line_is_the_formula_of_the_hand_coded_backend_node_for_node(expression):
    names = variables(wengert_list(expression))
    assume(names)
    formulas = textbook(expression, names)
    nodes = wengert_list(expression)
    for name in names:
        derived = record.derivation(nodes, name, names_of(nodes))
        assert derived.raw is formulas[name]
        assert derived.lines is None or derived.lines[-1] is formulas[name]


# --- The survey's Table 1 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unsimplified", "table"),
    [
        (L2, "4*(1 - x) + 4*x*(-1)", "4*(1 - x) - 4*x"),
        (
            L3,
            "(16*(1 - x) + 16*x*(-1))*(1 - 2*x)^2 + 16*x*(1 - x)*(2*(1 - 2*x)*(-2))",
            "16*(1 - x)*(1 - 2*x)^2 - 16*x*(1 - 2*x)^2 - 64*x*(1 - x)*(1 - 2*x)",
        ),
        (
            L4,
            "((64*(1 - x) + 64*x*(-1))*(1 - 2*x)^2 + 64*x*(1 - x)*(2*(1 - 2*x)*(-2)))*(1 - 8*x + 8*x^2)^2"
            " + 64*x*(1 - x)*(1 - 2*x)^2*(2*(1 - 8*x + 8*x^2)*(-8 + 8*(2*x)))",
            "64*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2 - 64*x*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2"
            " - 256*x*(1 - x)*(1 - 2*x)*(1 - 8*x + 8*x^2)^2"
            " + 128*x*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)*(-8 + 16*x)",
        ),
    ],
)
def test_table_1_middle_column(text, unsimplified, table):
    """Two factors at a time the rules give the first; with every factor differentiated in a term of its own, which is
    how the survey prints it (but for the order of terms and factors), it is the tidied formula."""
    assert result(text, {"x": 0.2}) == (unsimplified, table)


def test_the_derivative_of_l4_at_a_fifth():
    values = derive(L4, {"x": 0.2}).data()["derivations"][0]["value"]
    assert values["truth"].startswith("9.0660864000000007")  # 708288/78125 = 9.0660864, at the double nearest 1/5
    assert values["tidied"] == pytest.approx(708288 / 78125, rel=1e-14)


# --- Data and documents -----------------------------------------------------------------------------------------------


def test_the_data_of_a_step():
    data = derive("x^2*y", {"x": 2.0, "y": 3.0}, wrt="x").data()
    assert (data["schema"], data["command"], data["left_out"], data["names"]) == ("diffcompare/1", "derive", [], {})
    assert data["derivations"][0] == {
        "by": "x",
        "steps": [
            {
                "rule": "constant factor rule", "name": None, "of": "x^2*y", "after": "d/dx[x^2]*y",
                "constant": None, "line": "d/dx[x^2]*y",
            },
            {
                "rule": "power rule", "name": None, "of": "x^2", "after": "2*x",
                "constant": None, "line": "2*x*y",
            },
        ],
        "steps_left_out": 0,
        "steps_left_out_why": None,
        "unsimplified": {"text": "2*x*y", "size": {"tree": 5, "dag": 5}},
        "tidied": {"text": "2*x*y", "size": {"tree": 5, "dag": 5}},
        "value": {"unsimplified": 12.0, "tidied": 12.0, "reverse-ad": 12.0, "truth": "12.00000000000000000000000"},
    }  # fmt: skip
    assert data["rules"] == {"constant factor rule": 1, "power rule": 1}
    assert data["verdict"] == (
        "2 rules applied: constant factor rule once and power rule once. The unsimplified derivative has 5 nodes, "
        "the tidied one 5. At x = 2, y = 3 both formulas agree with the truth to all 15.9 digits of a double."
    )


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("text", one_in(3, [SURVEY, L4, "x^y*|x|", "2 + 3", "*".join(f"sin(x{i})" for i in range(30))]))
def test_every_format_writes_every_derivation(format, text):
    assert render(derive(text).document(), format, look=Look(charset="ascii")).isascii()


@every_row("width", [60, 80, 200])
@every_row("text", [SURVEY, L4, "exp(sin(x^2))/sqrt(1 + x)", "*".join(f"sin(x^{n})" for n in range(2, 20))])
def test_no_line_of_a_terminal_is_too_long_and_nothing_is_cut(text, width):
    record = derive(text)
    screen = render(record.document(), "terminal", look=Look(width=width))
    assert all(len(line) <= width for line in screen.splitlines())
    squeezed = "".join(screen.split())
    for derived in record.derivations:
        for formula in derived.lines or [step.after for step in derived.steps]:
            assert "".join(str(formula).split()) in squeezed or len(str(formula)) > width // 2


def test_by_names_every_line_is_short():
    """Beyond 16 rules or 320 characters the whole is not written again and again."""
    record = derive("*".join(f"sin(x^{n})" for n in range(2, 14)), {"x": 0.7})
    assert record.derivations[0].lines is None
    text = render(record.document(), "plain")
    assert " v1 = x^2\n" in text
    assert "d/dx[v13] = cos(v1)*d/dx[v1]" in text
    assert max(map(len, text.split("By x")[1].split("\n\n")[0].splitlines())) < 80


def test_the_parts_of_a_function_have_one_name_each():
    text = render(derive("a = x^2; b = sin(a); c = a*b; d = c*c + b; d*exp(d)*a*ln(d)", {"x": 1.1}).document(), "plain")
    assert "f = v10\n" in text
    assert text.count("v4 = ") == 1


def test_a_name_of_a_variable_is_no_name_of_a_subexpression():
    names = derive("*".join(f"sin(v1^{n})" for n in range(2, 14)), {"v1": 0.7}).data()["names"]
    assert names["w1"] == "v1^2"


def test_a_large_expression_is_cut_and_says_so():
    x = Variable("x")
    total = x
    for number in range(2, 1_002):
        total = total + sin(number * x)
    text = render(derive(total, {"x": 0.5}).document(), "plain")
    assert len(text.splitlines()) < 160
    assert "2,940 more steps for df/dx follow, which are in the JSON document." in text


def test_many_variables_are_cut_and_say_so():
    names = [f"x{number}" for number in range(40)]
    record = derive("*".join(names), dict.fromkeys(names, 1.0))
    text = render(record.document(), "plain")
    assert text.count("By x") == 6
    assert "the first 6 of 40 variables are shown, 34 are left out; the JSON document has those for 40" in text
    assert len(record.data()["derivations"]) == 40


@pytest.mark.thorough
def test_a_deep_nest(monkeypatch):
    """Of 100,000 steps 20,000 are written down; here of 12,000 a hundred."""
    monkeypatch.setattr(record, "MAX_STEPS", 100)
    deep = Variable("x")
    for _ in range(12_000):
        deep = sin(deep)
    record_of_sines = derive(deep, {"x": 1.0})
    data = json.loads(render(record_of_sines.document(), "json"))
    assert record_of_sines.derivations[0].rules == 12_000
    assert data["derivations"][0]["steps_left_out"] == 11_900
    assert "too many to be tidied" in data["verdict"]
    assert "agrees with reverse mode to" in data["verdict"]


# --- Points -----------------------------------------------------------------------------------------------------------


def test_a_point_that_was_given_and_is_a_kink_is_a_failure():
    record = derive("|x|", {"x": 0.0})
    assert record.failure.kind == "nondifferentiable"
    assert (
        "The formulas cannot be checked at x = 0: the function has no derivative at this point"
        in record.data()["verdict"]
    )


def test_where_there_is_no_point_it_is_derived_all_the_same():
    record = derive("ln(-1 - x^2)")
    assert record.failure is None
    assert str(record.derivations[0].tidied) == "2*x/(1 + x^2)"
    assert "cannot be checked here" in record.data()["verdict"]


def test_where_the_truth_is_not_known_reverse_mode_has_to_do(monkeypatch):
    monkeypatch.setattr(check, "MAX_NODES_WITH_TRUTH", 0)
    assert (
        derive("S^2", {"S": 3.0})
        .data()["verdict"]
        .endswith("At S = 3 both formulas agree with reverse mode to all 15.9 digits of a double.")
    )


def test_no_rule_is_an_error_with_a_cure():
    with pytest.raises(DiffcompareError) as caught:
        derive("polygamma(x, y)", {"x": 1.0, "y": 2.0})
    assert caught.value.diagnostic.code == "E541"
    assert str(derive("polygamma(1, y)", {"y": 2.0}).derivations[0].raw) == "polygamma(1 + 1, y)"


def test_an_unknown_language():
    with pytest.raises(DiffcompareError, match="unknown language `fortran`"):
        derive("x").code("fortran")


def test_equations_as_a_table_repeat_their_left_side():
    block = next(block for block in derive(L2).document().blocks if isinstance(block, Equations))
    assert [str(row[0]) for row in block.table.rows] == ["d/dx[4*x*(1 - x)]"] * len(block.rows)
    assert parse(str(block.rows[-1].right)) is block.rows[-1].right


def test_a_derivative_that_is_known_already_is_not_hidden_under_another_rule():
    text = str(derive("1 + x^2*(1 + x^2)"))
    assert "sum rule, d/dx[x^2] from above" in text


def test_tidying_never_makes_a_formula_much_larger():
    loop = "a = 4*x*(1 - x); b = 4*a*(1 - a); c = 4*b*(1 - b); d = 4*c*(1 - c); g = 4*d*(1 - d); 4*g*(1 - g)"
    for derived in derive(loop).derivations:
        assert 2 * derived.sizes["tidied"].tree <= 3 * derived.sizes["raw"].tree
