"""Second derivatives by sweeps: the Hessian times a vector, and the gradient as a program to be differentiated again.

Forward over reverse is the reverse sweep over dual numbers: one sweep for H·v, at a small multiple of the cost of f
however many variables there are (B. Christianson: Automatic Hessians by reverse accumulation, IMA J. Numer. Anal. 12,
1992).  Reverse over reverse writes the first sweep down as formulas, and sweeps backwards over these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, reduce
from operator import add
from typing import Any

from diffcompare.language.expression import Expression, Number, Operation, Variable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.dual_numbers import duals, tangent_of, value_of
from diffcompare.numeric.evaluate import NumberSystem, evaluate
from diffcompare.numeric.sweeps import active_edges, exponent_of, forward_work, partial_of, reverse

# The number system in which a sweep writes formulas: its numbers are expressions.
EXPRESSIONS = NumberSystem({}, lambda node, point: node, lambda terms: reduce(add, terms), Number(1))


def gradient_formulas(expression: Expression, wrt: Collection[str]) -> dict[str, Expression]:
    """Return a formula for every partial, by a reverse sweep over expressions; all share the nodes of the sweep.

    Raises NotDifferentiable if a partial that is needed does not exist.
    """
    nodes = wengert_list(expression)
    adjoints = reverse(nodes, {node: node for node in nodes}, active_nodes(nodes, wrt), expression, EXPRESSIONS)
    return {name: adjoints.get(Variable(name), Number(0)) for name in wrt}


def hessian_product(
    expression: Expression,
    point: Mapping[str, Any],
    wrt: Collection[str],
    direction: Mapping[str, Any],
    system: NumberSystem,
    over: Callable[..., NumberSystem] = duals,
) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Return the value, the gradient and the Hessian times a direction, by one reverse sweep over dual numbers.

    `direction` has numbers of the system, by variable; `over` makes the system of dual numbers over it.  Where the
    value is an `Undefined`, gradient and product are empty.
    """
    nodes = wengert_list(expression)
    pairs = over(system, direction)
    values = evaluate(nodes, point, pairs)
    value = value_of(values[expression])
    if value is values[expression]:  # an `Undefined` is no pair
        return value, {}, {}
    adjoints = reverse(nodes, values, active_nodes(nodes, wrt), expression, pairs)
    swept = {name: adjoints.get(Variable(name), 0.0) for name in wrt}
    gradient = {name: value_of(adjoint) for name, adjoint in swept.items()}
    return value, gradient, {name: tangent_of(adjoint) for name, adjoint in swept.items()}


def product_work(nodes: Sequence[Expression], active: Collection[Expression]) -> int:
    """Count the operations of one reverse sweep over dual numbers: value, gradient and Hessian times a vector.

    A row applied to pairs costs what it costs in forward mode, a product of pairs 4 operations, a sum 2.
    """
    uses: dict[Expression, int] = {}
    work = forward_work(nodes, active)
    for node in nodes:
        if node.operation is None or node not in active:
            continue
        exponent = exponent_of(node)
        for position, argument in active_edges(node, active):
            work += _dual_partial_cost(node.operation, position, exponent)
            uses[argument] = uses.get(argument, 0) + 1
    return work + 2 * sum(count - 1 for count in uses.values())


@lru_cache(maxsize=4096)
def _dual_partial_cost(operation: Operation, position: int, exponent: Expression | None) -> int:
    """Count the operations of one partial over dual numbers, and of its product with the adjoint."""
    formula = partial_of(operation, position, exponent)
    if isinstance(formula, Expression):
        nodes = wengert_list(formula)
        return forward_work(nodes, active_nodes(nodes)) + 4
    return 0 if formula in (1, -1) else 2
