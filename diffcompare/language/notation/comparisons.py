"""Conditions of other notations, and the choice between two expressions that they make.

Our language has `if(a < b, x, y)` with one comparison.  `and`, `or`, `not` and chains of comparisons become several of
them; the graph of the expression shares what they have in common, so that it does not swell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from diffcompare.language.expression import Constant, Expression, Number, apply
from diffcompare.language.operations import CONSTANTS, OPERATIONS, RELATIONS, negate

MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Relation:
    """`left sign right`, with a sign of the language."""

    left: Expression
    sign: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Always:
    """A condition that always holds, or never."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that holds where another one does not."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """`and`, or with `either` the `or` of two conditions."""

    left: Condition
    right: Condition
    either: bool = False


Condition: TypeAlias = Relation | Always | Not | Both


def depth(condition: Condition) -> int:
    """Return how deep a condition is nested; the readers bound it with MAX_DEPTH."""
    match condition:
        case Not(inner):
            return 1 + depth(inner)
        case Both(left, right):
            return 1 + max(depth(left), depth(right))
    return 1


def choose(condition: Condition, yes: Expression, no: Expression) -> Expression:
    """Return the expression that is `yes` where the condition holds, and `no` elsewhere."""
    match condition:
        case Relation(left, sign, right):
            return apply(OPERATIONS[f"if {sign}"], (left, right, yes, no))
        case Always(holds):
            return yes if holds else no
        case Not(inner):
            return choose(inner, no, yes)
        case Both(left, right, either):
            if either:
                return choose(left, yes, choose(right, yes, no))
            return choose(left, choose(right, yes, no), no)


def as_number(condition: Condition) -> Expression:
    """Return a condition as the number that programs make of it: 1 where it holds, else 0."""
    return choose(condition, Number(1), Number(0))


# --- Do some conditions cover everything? -----------------------------------------------------------------------------

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def uncovered(conditions: Sequence[Condition]) -> str | None:
    """Return a place where none of the conditions holds, in words; None if one of them holds everywhere.

    It is decided where all compare the same expression with numbers, or the same two expressions; of others the words
    only say that it is not known.  The conditions are tried at all numbers, between them and beyond.
    """
    keys: dict[tuple[Expression, Expression | None], set[float]] = {}
    for condition in conditions:
        for relation in _relations(condition):
            key, _, bound = _normal(relation)
            flipped = key if key[1] is None else (key[1], key[0])
            keys.setdefault(flipped if flipped in keys else key, set()).add(bound)
    if len(keys) != 1:
        return (
            None if any(isinstance(condition, Always) and condition.holds for condition in conditions) else "somewhere"
        )
    ((key, bounds),) = keys.items()
    numbers = sorted(bounds)
    between = [(a + b) / 2 for a, b in pairwise(numbers)]
    for place in sorted([*numbers, *between, numbers[0] - 1, numbers[-1] + 1]):
        if not any(_holds(condition, key, place) for condition in conditions):
            if key[1] is not None:
                return f"where {key[0]} {'=' if place == 0 else '<' if place < 0 else '>'} {key[1]}"
            return f"at {key[0]} = {place:.15g}"
    return None


def _relations(condition: Condition) -> list[Relation]:
    match condition:
        case Relation():
            return [condition]
        case Not(inner):
            return _relations(inner)
        case Both(left, right):
            return [*_relations(left), *_relations(right)]
    return []


def _normal(relation: Relation) -> tuple[tuple[Expression, Expression | None], str, float]:
    """Return what is compared, the sign, and the number it is compared with."""
    left, right = _number(relation.left), _number(relation.right)
    if right is not None:
        return (relation.left, None), relation.sign, right
    if left is not None:
        return (relation.right, None), _FLIPPED[relation.sign], left
    return (relation.left, relation.right), relation.sign, 0.0


def _number(expression: Expression) -> float | None:
    if isinstance(expression, Number):
        return expression.double
    if isinstance(expression, Constant):
        return CONSTANTS[expression.name]
    if expression.operation is negate:
        inner = _number(expression.arguments[0])
        return None if inner is None else -inner
    return None


def _holds(condition: Condition, key: tuple[Expression, Expression | None], place: float) -> bool:
    match condition:
        case Always(holds):
            return holds
        case Not(inner):
            return not _holds(inner, key, place)
        case Both(left, right, either):
            held = _holds(left, key, place), _holds(right, key, place)
            return any(held) if either else all(held)
        case Relation():
            own, sign, bound = _normal(condition)
            return bool(RELATIONS[sign if own == key else _FLIPPED[sign]](place, bound))
