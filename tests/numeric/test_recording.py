"""Define-by-run: what a Python function did at a point, as an expression of the language."""

import math

import pytest

from diffcompare.backends import automatic, finite_differences
from diffcompare.classroom.demos.branches import recorded_problem
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Variable
from diffcompare.language.operations import exp, ln, relu, sin
from diffcompare.language.parser import parse
from diffcompare.numeric.evaluate import Undefined, value_at
from diffcompare.numeric.recording import record, saved


def survey(x1, x2):
    return ln(x1) + x1 * x2 - sin(x2)


def root(x):
    y = 1
    while abs(y * y - x) > 1e-14 * x:
        y = (y + x / y) / 2
    return y


def test_a_straight_program_is_the_typed_expression():
    tape = record(survey, {"x1": 2.0, "x2": 5.0})
    assert tape.expression is parse("ln(x1) + x1*x2 - sin(x2)")
    assert tape.value == 11.652071455223084
    assert [node.operation.name for node in tape.steps] == ["ln", "*", "+", "sin", "-"]  # as Python ran them
    assert tape.decisions == ()


def test_a_loop_is_unrolled_as_often_as_it_ran():
    near, far = record(root, {"x": 2.0}), record(root, {"x": 2000.0})
    assert near.value == pytest.approx(math.sqrt(2), rel=1e-15)
    assert [decision.outcome for decision in near.decisions] == [True] * 5 + [False]
    assert len(far.decisions) > len(near.decisions)
    assert value_at(near.expression, {"x": 2.0}) == near.value


def test_only_the_branch_taken_is_on_the_tape():
    def branching(x):
        return x**2 if x > 0 else -x

    assert record(branching, {"x": 3.0}).expression is parse("x^2")
    tape = record(branching, {"x": -3.0})
    assert tape.expression is parse("-x")
    assert str(tape.decisions[0]) == "x > 0"
    assert tape.decisions[0].outcome is False


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: 1 - x, "1 - x"),
        (lambda x: 2 / x, "2/x"),
        (lambda x: x**2.5, "x^2.5"),
        (lambda x: x**-2, "x^-2"),
        (lambda x: 2**x, "2^x"),
        (lambda x: -x + (+x), "-x + x"),
        (lambda x: relu(x) * exp(x), "relu(x)*exp(x)"),
        (lambda x: abs(x) - 0.25, "abs(x) - 0.25"),
        (lambda x: x - (-2), "x - (-2)"),
        (lambda x: x**0.5 if x else x, "x^0.5"),
        (lambda x: max(x, 1) * min(x, 1), "x*1"),
        (lambda x: 3, "3"),
    ],
)
def test_arithmetic_is_read_as_the_parser_reads_it(function, text):
    tape = record(function, {"x": 1.5})
    assert tape.expression is parse(text)
    assert tape.value == value_at(parse(text), {"x": 1.5})


def test_every_method_differentiates_a_program():
    problem = recorded_problem(root, {"x": 2.0})
    for method in (automatic.FORWARD_MODE, automatic.REVERSE_MODE, finite_differences.CENTRAL_DIFFERENCE):
        assert method.differentiate(problem).gradient["x"] == pytest.approx(1 / math.sqrt(8), rel=1e-8)


def test_a_difference_runs_the_program_at_both_its_points():
    def stepping(x):
        return 0 * x if x == 0 else x

    problem = recorded_problem(stepping, {"x": 0.0})
    assert automatic.reverse_mode(problem).gradient["x"] == 0
    assert finite_differences.CENTRAL_DIFFERENCE.differentiate(problem).gradient["x"] == 1


def test_backward_adds_to_what_is_there():
    tape = record(survey, {"x1": 2.0, "x2": 5.0})
    adjoints = {tape.expression: 1.0}
    tape.backward(adjoints)
    assert adjoints[Variable("x1")] == 5.5
    assert adjoints[Variable("x2")] == 1.7163378145367738
    adjoints[tape.expression] = 1.0
    tape.backward(adjoints)
    assert adjoints[Variable("x1")] == 22


@pytest.mark.parametrize(
    ("text", "result", "arguments"),
    [("x + y", False, []), ("x*y", False, ["x", "y"]), ("3*x", False, []), ("x/y", True, ["y"]),
     ("sin(x)", False, ["x"]), ("exp(x)", True, []), ("sqrt(x)", True, []), ("x*x", False, ["x"])],
)  # fmt: skip
def test_what_an_operation_saves_is_what_its_partials_read(text, result, arguments):
    kept = saved(parse(text))
    assert (kept.result, [str(argument) for argument in kept.arguments]) == (result, arguments)


def test_outside_a_domain_is_a_value():
    assert type(record(lambda x: ln(x), {"x": -1.0}).value) is Undefined


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (lambda x: math.sin(x), "E584"),
        (lambda x: int(x), "E584"),
        (lambda x: x < "a", "E584"),
        (lambda x: x * math.inf, "E584"),
        (lambda x: x if ln(x) > 0 else 0, "E585"),
        (lambda x: "x", "E586"),
        (lambda x: None, "E586"),
    ],
)
def test_what_cannot_be_recorded_is_an_error_with_a_cure(function, code):
    with pytest.raises(DiffcompareError) as caught:
        record(function, {"x": -1.0})
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.help


def test_two_numbers_are_not_equal_to_what_is_no_number():
    assert record(lambda x: x if x != "a" else 0, {"x": 1.0}).expression is Variable("x")


def test_what_a_number_cannot_be_added_to_is_a_type_error():
    with pytest.raises(TypeError):
        record(lambda x: x + "a", {"x": 1.0})
