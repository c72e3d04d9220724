"""Count the elementary operations of a method (its *work*), which are the same on every machine.

A row applied is 1 operation, a subexpression without an active variable none.  A sweep adds, for every active
argument, the operations of its partial (the row's own lambda, read over expressions and counted) and 1
multiplication, none where the partial is literally 1 or -1.  Forward mode adds 1 addition for every further active
argument, reverse mode 1 for every contribution after the first.  Work depends on the expression, never on the point:
of an `if`, whichever branch costs more is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.language.operations import is_integer_power
from diffcompare.language.wengert import active_nodes, wengert_list


def primal_work(nodes: Sequence[Expression], active: Collection[Expression]) -> int:
    """Count the operations of one evaluation."""
    return sum(1 for node in nodes if node.operation is not None and node in active)


def reverse_work(nodes: Sequence[Expression], active: Collection[Expression]) -> int:
    """Count the operations of one evaluation and one reverse sweep."""
    uses: dict[Expression, int] = {}
    work = 0
    for node in nodes:
        if node.operation is None or node not in active:
            continue
        work += 1
        for argument, cost in _edges(node, active):
            work += cost
            uses[argument] = uses.get(argument, 0) + 1
    return work + sum(count - 1 for count in uses.values())


def forward_work(nodes: Sequence[Expression], active: Collection[Expression]) -> int:
    """Count the operations of one sweep of pairs (value, tangent); a gradient needs one sweep for every variable."""
    work = 0
    for node in nodes:
        if node.operation is not None and node in active:
            costs = [cost for _, cost in _edges(node, active)]
            work += 1 + sum(costs) + max(len(costs) - 1, 0)
    return work


def formula_work(roots: Collection[Expression]) -> int:
    """Count the operations of evaluating formulas: equal subexpressions once, those without a variable never."""
    nodes = wengert_list(*roots)
    return primal_work(nodes, active_nodes(nodes))


def _edges(node: Expression, active: Collection[Expression]) -> list[tuple[Expression, int]]:
    """Return the active arguments through which a derivative flows, each with the cost of its partial."""
    operation = node.operation
    assert operation is not None
    exponent = node.arguments[1] if is_integer_power(node) else None
    edges = []
    for position, argument in enumerate(node.arguments):
        if argument in active:
            cost = partial_cost(operation, position, exponent)
            if cost is not None:
                edges.append((argument, cost))
    return edges


@lru_cache(maxsize=4096)
def partial_cost(operation: Operation, position: int, exponent: Expression | None = None) -> int | None:
    """Count the operations of one partial and its multiplication; None for a partial that is always 0.

    The partial of x^n depends on n, so that an integer power needs its exponent as well.
    """
    partial = operation.partials[position]
    if callable(partial):
        arguments: list[Expression] = [Variable(f"v{index}") for index in range(operation.arity)]
        if exponent is not None:
            arguments[1] = exponent
        formula = partial(Variable("y"), *arguments)
        if isinstance(formula, Expression):
            return 1 + formula_work([formula])
        partial = formula  # a number after all: the partial of x^0 or x^1
    return None if partial in (0, None) else 0 if partial in (1, -1) else 1
