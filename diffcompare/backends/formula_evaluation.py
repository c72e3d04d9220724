"""Evaluate formulas of a gradient at a point, and measure them in nodes and operations."""

from __future__ import annotations

from collections.abc import Mapping

from diffcompare.backends.problem import Problem, Size, Status, Work
from diffcompare.language.expression import Expression
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import dag_size, tree_size, wengert_list
from diffcompare.numeric.evaluate import Undefined, describe_outside, evaluate, is_number, values_at
from diffcompare.numeric.extended_range import EXTENDED, may_leave_range, recover_range
from diffcompare.numeric.operation_counts import formula_work


def evaluate_formulas(
    formulas: Mapping[str, Expression], problem: Problem
) -> tuple[dict[str, float | None], tuple[str, ...], Status]:
    """Return the value of every formula at the point, notes on those without one, and the status of the answer."""
    nodes = wengert_list(*formulas.values())
    values = values_at(nodes, problem.point)
    partials = {name: values[formula] for name, formula in formulas.items()}
    range_notes: tuple[str, ...] = ()
    if may_leave_range(values):
        wide = evaluate(nodes, problem.point, EXTENDED)
        partials, range_notes = recover_range(partials, {name: wide[formula] for name, formula in formulas.items()})
    gradient: dict[str, float | None] = {}
    notes = []
    for name, value in partials.items():
        gradient[name] = float(value) if is_number(value) else None
        if type(value) is Undefined:
            node = next(node for node in nodes if values[node] is value)
            notes.append(f"by {name}: {shorten(node)} is undefined: {describe_outside(value)}")
        elif not is_number(value):
            notes.append(f"by {name}: the formula evaluates to {float(value)}")
    return gradient, (*notes, *range_notes), "undefined" if notes else "ok"


def measure(formulas: Mapping[str, Expression]) -> tuple[Size, Work]:
    """Return the size of a whole gradient and the work of evaluating it, with equal subexpressions counted once."""
    roots = tuple(formulas.values())
    return Size(tree_size(*roots), dag_size(*roots)), Work(1, formula_work(roots))
