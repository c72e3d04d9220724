"""The joint program of value and gradient: its doubles are those of the plain sweep, and it computes nothing twice."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from rows import every_row
from strategies import ALL, expressions, points

from diffcompare.codegen.joint_sweep import TOTAL, Slope, joint_sweep
from diffcompare.inputs.catalogue import load
from diffcompare.language.expression import OPERATIONS, Double, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, variables, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, RANGE_ERRORS, evaluate
from diffcompare.numeric.sweeps import reverse


def joint_numbers(expression, point):
    """The value and the partials of the joint program; None where it raises or leaves the finite numbers."""
    sweep = joint_sweep(expression, list(point))
    try:
        values = evaluate(sweep.nodes, point, FLOATS)
    except RANGE_ERRORS:
        return None
    numbers = [float(values[sweep.value]), *[float(values[node]) for node in sweep.partials.values()]]
    return numbers if all(map(math.isfinite, numbers)) else None


def plain_numbers(expression, point, numbers=FLOATS):
    """Those of the plain sweep."""
    nodes = wengert_list(expression)
    try:
        values = evaluate(nodes, point, numbers)
        adjoints = reverse(nodes, values, active_nodes(nodes), expression, numbers)
    except RANGE_ERRORS:
        return None
    return [float(values[expression]), *[float(adjoints.get(Variable(name), 0.0)) for name in point]]


def same(expression, point):
    """Equal to the bit, but for the sign of zeros, wherever the joint program has finite numbers.

    A partial that is multiplied by 0 has no place in the joint program.  Where it is infinite (`hypot(0, sign(x))` at 0)
    the plain sweep in doubles raises, and the careful one is compared.
    """
    try:
        joint = joint_numbers(expression, point)
    except NotDifferentiable:
        return True
    return joint is None or joint == (plain_numbers(expression, point) or plain_numbers(expression, point, CAREFUL))


def test_a_partial_that_is_infinite_and_multiplied_by_zero():
    assert same(parse("hypot(-0, sign(x))"), {"x": 0.0})


@every_row("name", [entry.name for entry in load()])
def test_the_catalogue_has_the_bits_of_the_plain_sweep(name):
    entry = next(entry for entry in load() if entry.name == name)
    expression = parse(entry.text, names=entry.names)
    point = {name: 0.7 + 0.1 * place for place, name in enumerate(variables(wengert_list(expression)))}
    assert same(expression, dict(entry.point) or point)
    assert same(expression, point)
    assert joint_numbers(expression, point) is not None or plain_numbers(expression, point) is None


@given(expressions(ALL, largest=14), points())
@settings(max_examples=200)
def test_random_expressions_have_the_bits_of_the_plain_sweep(expression, point):
    assert same(expression, point)


@every_row("name", [name for name, row in OPERATIONS.items() if row.arity <= 2])
def test_every_row_has_the_bits_of_the_plain_sweep(name):
    row = OPERATIONS[name]
    for sample in row.samples:
        arguments = [Variable(f"x{place}") for place in range(row.arity)]
        if name in ("^n", "polygamma"):
            arguments[name == "^n"] = parse(f"{sample[name == '^n']:.0f}")
        expression = row(*arguments) * Variable("z")
        point = {"z": 1.25, **{f"x{place}": number for place, number in enumerate(sample)}}
        assert same(expression, point), sample
        assert name == "polygamma" or (joint_numbers(expression, point) is None) == (
            plain_numbers(expression, point) is None
        )


def operations(text, *wrt):
    expression = parse(text)
    return joint_sweep(expression, wrt or variables(wengert_list(expression)))


def written(node):
    return node.double if type(node) is Double else str(node)


def test_units_signs_and_constants_are_gone():
    sweep = operations("ln(x1) + x1*x2 - sin(x2)")
    assert [written(node) for node in sweep.partials.values()] == ["x2 + 1/x1", "x1 - cos(x2)"]
    assert [node.operation.name for node in sweep.nodes if node.operation] == [
        "ln", "*", "sin", "+", "-", "cos", "/", "+", "-",
    ]  # fmt: skip
    assert str(operations("2*3*x - -y*4").partials["x"]) == "6"


def test_what_is_needed_twice_is_computed_once():
    sweep = operations("exp(x*y)")
    assert [str(node) for node in sweep.partials.values()] == ["exp(x*y)*y", "exp(x*y)*x"]
    assert len([node for node in sweep.nodes if node.operation]) == 4


def test_dead_values_are_gone():
    names = [written(node) for node in operations("x + sin(y)", "x").nodes]
    assert names == ["y", "x", 1.0, "sin(y)", "x + sin(y)"]
    assert operations("x*y", "z").partials["z"].double == 0.0


def test_three_contributions_are_rounded_once():
    sweep = operations("x*1e16 + x - x*1e16")
    assert sweep.partials["x"].double == 1.0
    total = operations("sin(x) + x*y + x*x*y").partials["x"]
    assert total.operation is TOTAL
    assert len(total.arguments) == 4


def test_partials_that_decide_by_their_argument_are_rows_of_their_own():
    rows = [node.operation for node in operations("tanh(x)").nodes if node.operation]
    assert [row.name for row in rows] == ["tanh", "tanh slope 0"]
    assert type(rows[1]) is Slope
    assert "^ slope 0" in [node.operation.name for node in operations("x^y").nodes if node.operation]
    assert "^ slope 0" not in [node.operation.name for node in operations("x^0.5").nodes if node.operation]


def test_a_branch_that_is_not_taken_gets_an_adjoint_of_0():
    sweep = operations("if(x > 1, x*y, sin(y))")
    assert str(sweep.partials["x"]) == "if(x > 1, 1, 0)*y"


def test_a_partial_that_does_not_exist_is_refused():
    with pytest.raises(NotDifferentiable):
        operations("polygamma(x, y)")


@pytest.mark.parametrize("text", ["x*1", "-x", "x*y - x*y", "x/1", "0 - x"])
def test_equal_nodes_keep_totals_of_their_own(text):
    """The plain sweep rounds the total of every node; were `x*1` read as `x`, their totals would be rounded as one."""
    again = text.replace("x*y", "y*x").replace("1", "(2 - 1)").replace("-x", "-(x)")
    expression = parse(
        "sin(a)*cos(a)*(a + 3)/(2 + a^2) + exp(b)*b - b*x + ln(4 + x)*x - x/7 + (a + b)*3".replace(
            "a", f"({text})"
        ).replace("b", f"({again})"),
        names=["x", "y"],
    )
    for place in range(300):
        assert same(expression, {"x": 0.1 + 0.017 * place, "y": 1.3})
