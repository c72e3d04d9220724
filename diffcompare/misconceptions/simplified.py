"""Mistakes made before differentiating: a part of the function is taken for something simpler than it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression, apply
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.messages import short
from diffcompare.misconceptions.points import Sample
from diffcompare.misconceptions.power_patterns import root_of_square
from diffcompare.misconceptions.search import Explanation, Search

MAX_SIMPLIFIED_NODES = 300
"""Nodes up to which the derivative of the simpler function is looked at."""
MAX_REPLACED = 12
"""Nodes that are replaced, one at a time."""
ONE_OF_TWO = ("max", "min")


def simplified(search: Search) -> Iterator[Explanation]:
    """The derivative of the function in which |u| was taken for u, or an `if` for one of its branches."""
    function = search.function
    if len(function.nodes) > MAX_SIMPLIFIED_NODES:
        return
    found = [each for node in function.nodes for each in simpler(node, function.active)]
    for node, kind, part in found[:MAX_REPLACED]:
        if kind == "root-of-square" and not search.is_right_in_part:
            continue
        try:
            wrong = derivative(with_part(function.root, node, part), function.by)
        except NotDifferentiable:
            continue
        yield Explanation(kind, partial(_equals, wrong), _says(node, kind, part), node=node)


def simpler(node: Expression, active: Collection[Expression]) -> Iterator[tuple[Expression, str, Expression]]:
    """The node, the kind of the mistake, and what the node is taken for; constants are not told of."""
    operation, arguments = node.operation, node.arguments
    if operation is None or node not in active:
        return
    if operation.name == "abs":
        yield node, "root-of-square", arguments[0]
    elif root_of_square(node, active) is not None:
        yield node, "root-of-square", arguments[0].arguments[0]
    parts = arguments[2:] if operation.selects else arguments if operation.name in ONE_OF_TWO else ()
    for part in parts:
        if part in active:
            yield node, "one-branch", part


def _says(node: Expression, kind: str, part: Expression) -> str:
    text = short(part)
    if kind == "root-of-square":
        return f"{short(node)} is |{text}|, which is not {text} where {text} < 0"
    return f"{short(node)} is taken for {text} everywhere"


def with_part(root: Expression, old: Expression, new: Expression) -> Expression:
    """The function with one of its nodes replaced."""
    built: dict[Expression, Expression] = {old: new}
    for node in wengert_list(root):
        if node not in built:
            built[node] = node
            if node.operation is not None:
                built[node] = apply(node.operation, tuple(built[argument] for argument in node.arguments))
    return built[root]


def derivative(expression: Expression, by: str) -> Expression:
    """The derivative by the textbook rules.  Raises NotDifferentiable."""
    return derivatives_of(wengert_list(expression), by).get(expression, ZERO)


def _equals(formula: Expression, sample: Sample) -> tuple[Any, Any]:
    return sample.evaluate(formula), sample.answer
