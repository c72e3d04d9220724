"""Readings of other notations, and their values: what a reader says a text means, beside a Python function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

from diffcompare.language.expression import Constant, Double, Expression, Number
from diffcompare.language.notation.recognition import in_notation
from diffcompare.language.notation.translation import NotationFault
from diffcompare.language.operations import CONSTANTS
from diffcompare.language.wengert import variables, wengert_list

POINTS = ((0.7, 1.3, 0.4), (1.6, 0.6, 2.2), (0.3, 2.1, 1.1))


def value(expression: Expression, point: dict[str, float]) -> float:
    """Return the value of an expression over floats, node by node."""
    values: dict[Expression, float] = {}
    nodes = wengert_list(expression)
    leaves = [leaf for node in nodes for leaf in node.arguments if leaf.operation is None]
    for node in [*leaves, *nodes]:
        if isinstance(node, Number | Double):
            values[node] = node.double
        elif isinstance(node, Constant):
            values[node] = CONSTANTS[node.name]
        elif node.operation is None:
            values[node] = point[node.name]  # type: ignore[attr-defined]
        else:
            values[node] = node.operation(*[values[argument] for argument in node.arguments])
    return values[expression]


def assert_means(notation: str, text: str, function: Callable[..., float], names: tuple[str, ...] = ()) -> None:
    """Assert that a text is read as the function, whose parameters are the variables, at a few points."""
    expression = in_notation(notation, text, names).expression
    is_builtin = inspect.isbuiltin(function)  # sin, whose parameter says nothing
    parameters = ["x"] if is_builtin else list(inspect.signature(function).parameters)
    assert set(variables(wengert_list(expression))) <= set(parameters), str(expression)
    for numbers in POINTS:
        point = dict(zip(parameters, (*numbers, 0.9, 1.9), strict=False))
        expected = function(*point.values())
        assert math.isclose(value(expression, point), expected, rel_tol=1e-12, abs_tol=1e-12), str(expression)


def readings(notation: str, text: str, names: tuple[str, ...] = ()) -> list[str]:
    """Return the readings of a text that has several; of one that is not read, none."""
    try:
        translation = in_notation(notation, text, names)
    except NotationFault as fault:
        return [reading for reading, _ in fault.readings]
    return [f"read as {translation.expression}"]


def refusal(notation: str, text: str, names: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return the words and the place of the error about a text; a text that is read fails."""
    try:
        translation = in_notation(notation, text, names)
    except NotationFault as fault:
        return fault.message, text[slice(*fault.span)]
    raise AssertionError(f"read as {translation.expression}")
