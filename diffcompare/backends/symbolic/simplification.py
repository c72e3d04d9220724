"""Simplification in bounded time: cheap forms of a formula, of which the shortest is taken.  Worker process only.

`sympy.simplify` tries all that it knows, and takes from ten milliseconds to minutes for formulas of the same length.
The forms here cost a few times as much as the derivative.  Which of them are tried is decided by counts of operations,
never by a clock, so that every machine finds the same formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb
from typing import Any

import sympy
from sympy.simplify.fu import TR5, TR6

from diffcompare.backends.symbolic.from_sympy import parts, postorder

MAX_OPERATIONS = 200  # of all partials together, written out
MAX_CANCELLED_OPERATIONS = 100  # of a formula whose fractions are multiplied out and cancelled
MAX_CANCELLED_TERMS = 130  # that its numerator may have when it is multiplied out


def forms(formula: Any) -> Iterator[Any]:
    """Yield the formula and cheap forms of it: with common factors in front, over one denominator, cancelled."""
    yield formula
    yield sympy.factor_terms(formula)
    yield sympy.together(formula)
    if _is_small(formula):
        yield sympy.cancel(formula)
    if formula.has(sympy.sin) and formula.has(sympy.cos):
        yield sympy.factor_terms(TR5(formula))  # sin(x)^2 = 1 - cos(x)^2
        yield sympy.factor_terms(TR6(formula))


def count_operations(formula: Any) -> int:
    """Count the operations of a formula, written out as a tree: every sum, product, power and function application."""
    counts: dict[Any, int] = {}
    for node in postorder(formula):
        operands = parts(node)
        own = max(1, len(operands) - 1) if operands else 0
        counts[node] = own + sum([counts[operand] for operand in operands])
    return counts[formula]


def _is_small(formula: Any) -> bool:
    """Tell whether a formula stays small when it is multiplied out."""
    if count_operations(formula) > MAX_CANCELLED_OPERATIONS:
        return False
    degree, generators = _degree(formula)
    return comb(degree + generators, generators) <= MAX_CANCELLED_TERMS


def _degree(formula: Any) -> tuple[int, int]:
    """Return a bound of the degree of numerator and denominator, and the number of variables and functions in them."""
    degrees: dict[Any, int] = {}
    generators = set()
    stack = [(formula, False)]
    while stack:
        node, ready = stack.pop()
        if node in degrees:
            continue
        is_power = node.is_Pow and node.exp.is_Integer
        operands = node.args if node.is_Add or node.is_Mul else node.args[:1] if is_power else ()
        if operands and not ready:
            stack += [(node, True), *[(operand, False) for operand in operands]]
        elif not operands:
            degrees[node] = 0 if node.is_Rational else 1
            generators |= set() if node.is_Rational else {node}
        elif is_power:
            degrees[node] = abs(int(node.exp)) * degrees[node.base]
        elif node.is_Mul or any(_has_denominator(operand) for operand in operands):
            degrees[node] = sum([degrees[operand] for operand in operands])
        else:
            degrees[node] = max([degrees[operand] for operand in operands])
    return degrees[formula], len(generators)


def _has_denominator(formula: Any) -> bool:
    return any(power.exp.is_negative for power in formula.atoms(sympy.Pow))
