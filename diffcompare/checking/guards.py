"""Guards: expressions at whose zeros a formula may change its character.

They are read off the table: what an operation with a domain or a kink is applied to, and the difference of what is
compared.  A product is taken apart, for it changes where one of its factors does: 1/(x-1)^2 at the zero of x - 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from diffcompare.expression import Constant, Expression
from diffcompare.operations import OPERATIONS, exact_integer

MOST = 60
"""Guards that are looked at; a formula with more of them is sampled without its pieces being complete."""


def guards(nodes: Iterable[Expression]) -> list[Expression]:
    """The guards of a Wengert list, each once, in its order."""
    found: dict[Expression, None] = {}
    for node in nodes:
        if node.operation is not None and node.varies:
            for guarded in _guarded(node):
                found |= dict.fromkeys(factor for factor in _factors(guarded) if factor.varies)
    return list(found)[:MOST]


def _guarded(node: Expression) -> Iterator[Expression]:
    operation, arguments = node.operation, node.arguments
    assert operation is not None
    if operation.selects or operation.kink.text == "a = b":
        yield arguments[0] - arguments[1]
    elif operation.name == "^n":
        power = exact_integer(arguments[1])
        if power is not None and power < 0:
            yield arguments[0]
    elif operation.name == "/":
        yield arguments[1]
    elif operation.name in ("floor", "ceil"):
        yield OPERATIONS["sin"](Constant("pi") * arguments[0])
    elif operation.domain.text or operation.kink.text:
        yield from demands_of(node) or arguments


def demands(nodes: Iterable[Expression], conditions: Iterable[Expression] = ()) -> list[Expression]:
    """What is positive within the domains of all operations of a Wengert list, and where the conditions hold."""
    found = [*map(_of_condition, conditions), *(demand for node in nodes for demand in demands_of(node))]
    return [demand for demand in dict.fromkeys(found) if demand is not None and demand.varies][:MOST]


def _of_condition(condition: Expression) -> Expression | None:
    """What is positive where an inequality holds (an `if` with the values 1 and 0); None for x = y and x != y."""
    assert condition.operation is not None
    left, right = condition.arguments[:2]
    return {">": left - right, "<": right - left}.get(condition.operation.name.removeprefix("if ")[0])


def demands_of(node: Expression) -> list[Expression]:
    """What is positive within the domain of one operation: x - 1 for acosh(x), 1 + x and 1 - x for asin(x)."""
    operation, arguments = node.operation, node.arguments
    if operation is None:
        return []
    if operation.name == "^":
        return [arguments[0]]
    bounds = _BOUNDS.fullmatch(operation.domain.text)
    if bounds is None:
        return []
    (x,) = arguments
    least, relation, other = bounds.groups()
    found = [_above(x, int(least))] if least else []
    return [*found, _above(x, int(other)) if relation == ">" else int(other) - x]


def _above(x: Expression, bound: int) -> Expression:
    return x - bound if bound > 0 else x + -bound if bound < 0 else x


_BOUNDS = re.compile(r"(?:(-?\d+) <=? )?x ([<>])=? (-?\d+)")
"""The domain of an operation of one argument: `x > -1`, `-1 <= x <= 1`."""


def _factors(guard: Expression) -> Iterator[Expression]:
    """The factors of a product, of a numerator and of the base of a power."""
    pending = [guard]
    while pending:
        node = pending.pop()
        name = node.operation.name if node.operation is not None else ""
        if name == "*":
            pending += node.arguments
        elif name in ("neg", "^n", "/", "sqrt", "abs"):
            pending.append(node.arguments[0])
        else:
            yield node
