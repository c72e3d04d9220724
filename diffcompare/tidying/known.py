"""What may be relied on wherever a function is defined: what of it has a value there, and what is not 0."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from diffcompare.expression import Constant, Expression
from diffcompare.operations import exact_integer
from diffcompare.wengert import listing

_NEVER_ZERO = ("exp", "cosh", "sigmoid")


class Known(NamedTuple):
    """What may be relied on wherever the original function is defined."""

    kept: Collection[Expression] = frozenset()
    """The nodes of the original: their sums and functions are left as they are."""
    defined: Collection[Expression] = frozenset()
    nonzero: Collection[Expression] = frozenset()
    decimals: bool = False
    """Whether the formula has decimals in it, so that 3/4 is written 0.75."""


def known_of(original: Expression) -> Known:
    """Its nodes; and of those that are always evaluated what must be so for it to have a value."""
    always: dict[Expression, None] = {}
    stack = [original]
    while stack:
        node = stack.pop()
        if node not in always:
            always[node] = None
            selects = node.operation is not None and node.operation.selects
            stack.extend(node.arguments[:2] if selects else node.arguments)
    nonzero: set[Expression] = set()
    for node in always:
        if node.operation is not None:
            nonzero.update(_factors_of(_needed_nonzero(node)))
    return Known(frozenset(listing(original)), frozenset(always), frozenset(nonzero))


def _needed_nonzero(node: Expression) -> list[Expression]:
    """The arguments that cannot be 0 where this operation is defined."""
    assert node.operation is not None
    name, arguments = node.operation.name, node.arguments
    if name == "/":
        return [arguments[1]]
    if name == "^n":
        exponent = exact_integer(arguments[1])
        return [arguments[0]] if exponent is not None and exponent < 0 else []
    return [arguments[0]] if node.operation.domain.text == "x > 0" else []


def _factors_of(nodes: Sequence[Expression]) -> list[Expression]:
    """The factors of products: if a product is not 0, none of them is."""
    found, stack = [], list(nodes)
    while stack:
        node = stack.pop()
        found.append(node)
        if node.operation is not None and node.operation.name in ("*", "^n", "neg", "/"):
            stack.extend(node.arguments[:1] if node.operation.name in ("^n", "/") else node.arguments)
    return found


def never_zero(factor: Expression, known: Known) -> bool:
    if isinstance(factor, Constant) or factor in known.nonzero:
        return True
    return factor.operation is not None and factor.operation.name in _NEVER_ZERO


def is_total(node: Expression) -> bool:
    """Whether an operation is defined for all arguments."""
    if node.operation is None or not node.operation.domain.text:
        return True
    exponent = exact_integer(node.arguments[1]) if node.operation.name == "^n" else None
    return exponent is not None and exponent >= 0
