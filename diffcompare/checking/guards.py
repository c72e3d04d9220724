"""Guards: expressions at whose zeros a formula may change its character.

They are read off the table: what an operation with a domain or a kink is applied to, and the difference of what is
compared.  A product is taken apart, for it changes where one of its factors does: 1/(x-1)^2 at the zero of x - 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diffcompare.expression import Expression
from diffcompare.operations import exact_integer

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
    if operation.selects or (operation.kink.text and len(arguments) == 2):
        yield arguments[0] - arguments[1]
    elif operation.name == "^n":
        power = exact_integer(arguments[1])
        if power is not None and power < 0:
            yield arguments[0]
    elif operation.name == "/":
        yield arguments[1]
    elif operation.domain.text or operation.kink.text:
        yield from arguments


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
