"""Gradients by several arguments that were given in another order than the arguments have."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

MOST_ARGUMENTS = 4
"""Of more arguments not all orders are tried, but those in which two changed places."""


def orders(count: int) -> list[tuple[int, ...]]:
    """The orders in which the gradients by some arguments may have been given: first those of two that changed."""
    found = []
    for one, other in combinations(range(count), 2):
        order = list(range(count))
        order[one], order[other] = other, one
        found.append(tuple(order))
    if count <= MOST_ARGUMENTS:
        found += [order for order in permutations(range(count)) if order not in found and order != tuple(range(count))]
    return found


def in_another_order(names: Sequence[str], order: Sequence[int]) -> str:
    """Say which gradients stand in each other's place."""
    moved = [(names[place], names[source]) for place, source in enumerate(order) if place != source]
    if len(moved) == 2:
        return f"the gradients by {moved[0][0]} and by {moved[1][0]} are swapped"
    said = ", ".join(f"that by {source} stands in the place of {place}" for place, source in moved)
    return f"the gradients by the arguments are in another order: {said}"
