"""Arguments that settle a formula for good: it is what the rules give, or sympy shows the difference to be 0."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.backends.textbook_rules import ZERO, derivatives_of
from diffcompare.expression import Expression
from diffcompare.problem import Problem
from diffcompare.sweeps import NotDifferentiable
from diffcompare.tidying import tidy
from diffcompare.wengert import dag_size, listing

LARGEST = 10_000
"""Distinct nodes up to which formulas are tidied and compared."""
LARGEST_FOR_SYMPY = 600


def by_tidying(expression: Expression, name: str, answer: Expression) -> tuple[str | None, Expression | None]:
    """Why the formula is that of the rule sheet, and answer - derivative, tidied: they are one formula once both are.

    The argument is None if they are not, the difference if it is too large.
    """
    try:
        raw = derivatives_of(listing(expression), name).get(expression, ZERO)
    except NotDifferentiable:
        return None, None
    if answer is raw:
        return "it is the formula that the rules give", ZERO
    if dag_size(raw, answer) > LARGEST:
        return None, None
    difference = tidy(answer - raw, expression)
    if difference is ZERO or tidy(answer, expression) is tidy(raw, expression):
        return "tidied, it is the formula that the rules give", ZERO
    return None, difference


def by_sympy(
    expression: Expression, name: str, answer: Expression, budget: float, positive: Sequence[str] = ()
) -> str | None:
    """Whether sympy shows within the budget (in seconds) that the difference is 0; the argument in words."""
    from diffcompare.backends import symbolic

    if dag_size(expression, answer) > LARGEST_FOR_SYMPY:
        return None
    step = symbolic.prove(Problem(expression, {}, (name,), budget=budget), answer, positive)
    return f"by sympy, {step} of the difference is 0" if step else None
