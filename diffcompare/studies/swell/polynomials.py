"""Polynomials as the survey's Table 1 writes them: factored, by the product rule, and simplified."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.backends import symbolic
from diffcompare.expression import Expression, Number, Variable
from diffcompare.operations import exact_integer
from diffcompare.problem import Problem
from diffcompare.studies.swell.measure import Purse, sized
from diffcompare.studies.swell.record import Form
from diffcompare.wengert import listing, variables

HIGHEST = 8
"""Degree up to which polynomials are written: that of the last row of the survey's table."""


def table_rows(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[Form | None]:
    """For every problem and order of the derivative its row of the table, None for what is no small polynomial.

    The formulas of a row are called `factored` (what is differentiated), `unsimplified` and `simplified`.
    """
    purse = Purse(budget)
    return [_table_row(problem, order, purse) if _is_small(problem) else None for problem, order in problems]


def _table_row(problem: Problem, order: int, purse: Purse) -> Form:
    if purse.is_empty:
        return purse.timed_out
    answer = symbolic.derive(problem._replace(budget=purse.left), ("raw", "polynomial"), order)
    purse.spend(answer.seconds)
    if "polynomial" in answer.formulas:
        return sized(answer.formulas["polynomial"])
    status, why = next(iter(answer.troubles.values()), ("failed", "not reached"))
    return Form(why, status)


def _is_small(problem: Problem) -> bool:
    nodes = listing(problem.expression)
    if len(problem.wrt) != 1 or set(variables(nodes)) - set(problem.wrt):
        return False
    degree = degree_bound(nodes)
    return degree is not None and degree <= HIGHEST


def degree_bound(nodes: Sequence[Expression]) -> int | None:
    """What the degree of a Wengert list's last node cannot exceed; None where that is no polynomial in its text."""
    degrees: dict[Expression, int | None] = {}
    for node in nodes:
        degrees[node] = _degree(node, [degrees[argument] for argument in node.arguments])
    return degrees[nodes[-1]]


def _degree(node: Expression, parts: Sequence[int | None]) -> int | None:
    if node.operation is None:
        return 0 if isinstance(node, Number) else 1 if isinstance(node, Variable) else None
    first, last = parts[0], parts[-1]
    if first is None or last is None:
        return None
    name = node.operation.name
    if name in ("+", "-", "neg"):
        return max(first, last)
    if name == "*":
        return first + last
    if name == "/":
        return first if last == 0 else None
    exponent = exact_integer(node.arguments[1]) if name == "^n" else None
    return first * exponent if exponent is not None and exponent >= 0 else None
