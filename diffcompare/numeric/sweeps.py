"""The forward and reverse sweeps of automatic differentiation (tangents, adjoints), and the operations they take.

Both multiply the same partials and differ only in the order.  Neither evaluates a partial that is not needed: an
argument that does not depend on a variable of interest is skipped (0 * nan would be nan), and so is the branch that
an `if` did not take.

Cost is counted in elementary operations (*work*), which are the same on every machine.  A row applied is 1 operation,
a subexpression without an active variable none.  A sweep adds, for every active argument, the operations of its partial
(the row's own lambda, read over expressions and counted) and 1 multiplication, none where the partial is literally 1 or
-1.  Forward mode adds 1 addition for every further active argument, reverse mode 1 for every contribution after the
first.  Work depends on the expression, never on the point: of an `if`, whichever branch costs more is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.language.operations import NotDifferentiable, is_integer_power
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import NumberSystem, Undefined


def partials(
    node: Expression, values: Mapping[Expression, Any], active: Collection[Expression]
) -> list[tuple[Expression, Any]]:
    """Return the active arguments of a node, each with its partial, except for partials that are the integer 0.

    Raises NotDifferentiable if the row has no partial for an active argument.
    """
    active_partials = []
    numbers: list[Any] | None = None
    arguments = node.arguments
    for partial, argument in zip(node.operation.partials, arguments):  # type: ignore[union-attr]  # noqa: B905
        if argument in active:
            if type(partial) is not int:
                if partial is None:
                    raise NotDifferentiable(node)
                if numbers is None:
                    numbers = [values[argument] for argument in arguments]
                partial = partial(values[node], *numbers)
            if type(partial) is not int or partial:
                active_partials.append((argument, partial))
    return active_partials


def scaled(number: Any, partial: Any) -> Any:
    """Return `number * partial`, without a multiplication where the partial is literally 1 or -1."""
    if type(partial) is int:
        if partial == 1:
            return number
        if partial == -1:
            return -number
    return number * partial


def reverse(
    nodes: Sequence[Expression],
    values: Mapping[Expression, Any],
    active: Collection[Expression],
    seeds: Expression | Mapping[Expression, Any],
    system: NumberSystem,
    check: Callable[[], None] | None = None,
) -> dict[Expression, Any]:
    """Sweep backwards once and return the adjoint of every active node that reaches the output.

    A single output as seed has the adjoint 1; a mapping gives adjoints to several outputs, for the gradient of a sum of
    them.  A node's adjoint is the total of the contributions of its uses, summed when the sweep arrives at it (all its
    uses come later in the list); over doubles the total is correctly rounded.  `check` is called for every node
    and may raise, to end the sweep.  Raises NotDifferentiable if a partial that is needed does not exist.
    """
    total = system.total
    # Contributions gather in the adjoint's entry: a single one as it is, several in a list.
    seeded = dict(seeds) if isinstance(seeds, Mapping) else {seeds: system.one}
    adjoints: dict[Expression, Any] = {output: seed for output, seed in seeded.items() if output in active}
    received = adjoints.get
    for node in reversed(nodes):
        adjoint = received(node)
        if adjoint is None:
            continue
        if type(adjoint) is list:
            adjoint = adjoints[node] = total(adjoint)
        operation = node.operation
        if operation is None:
            continue
        if check is not None:
            check()
        # `partials(node, ...)` spelled out: this loop is where reverse mode spends its time.
        arguments = node.arguments
        arity = len(arguments)
        place = 0
        partial: Any
        for partial in operation.partials:
            argument = arguments[place]
            place += 1
            if argument not in active:
                continue
            if type(partial) is not int:
                if partial is None:
                    raise NotDifferentiable(node)
                if arity == 2:
                    left, right = arguments
                    partial = partial(values[node], values[left], values[right])
                elif arity == 1:
                    partial = partial(values[node], values[argument])
                else:
                    partial = partial(values[node], *[values[operand] for operand in arguments])
            if type(partial) is not int:
                contribution = adjoint * partial
            elif partial == 1:
                contribution = adjoint
            elif partial:
                contribution = scaled(adjoint, partial)
            else:
                continue
            before = received(argument)
            if before is None:
                adjoints[argument] = contribution
            elif type(before) is list:
                before.append(contribution)
            else:
                adjoints[argument] = [before, contribution]
    return adjoints


def local_partials(
    nodes: Iterable[Expression], values: Mapping[Expression, Any], active: Collection[Expression]
) -> list[tuple[Expression, list[tuple[Expression, Any]]]]:
    """Return the partials of every active operation, to be shared by several forward sweeps.

    A node outside its domain has none: either it is in a branch not taken, or the answer is undefined anyway.
    """
    return [
        (node, partials(node, values, active))
        for node in nodes
        if node in active and node.operation is not None and type(values[node]) is not Undefined
    ]


def forward(
    edges: Iterable[tuple[Expression, Sequence[tuple[Expression, Any]]]],
    seeds: Expression | Mapping[Expression, Any],
    system: NumberSystem,
) -> dict[Expression, Any]:
    """Sweep forwards once and return the tangent of every node that depends on a seeded variable.

    `edges` are the local partials.  A single variable as seed has the tangent 1; a mapping gives tangents to several
    variables, for the derivative along a direction.
    """
    tangents: dict[Expression, Any] = dict(seeds) if isinstance(seeds, Mapping) else {seeds: system.one}
    for node, arguments in edges:
        terms = [scaled(tangents[argument], partial) for argument, partial in arguments if argument in tangents]
        if terms:
            tangents[node] = terms[0] if len(terms) == 1 else system.total(terms)
    return tangents


# --- Operation counts -------------------------------------------------------------------------------------------------


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
        for place, cost in _costs(node.operation, exponent_of(node)):
            argument = node.arguments[place]
            if argument in active:
                work += cost
                uses[argument] = uses.get(argument, 0) + 1
    return work + sum(count - 1 for count in uses.values())


def forward_work(nodes: Sequence[Expression], active: Collection[Expression]) -> int:
    """Count the operations of one sweep of pairs (value, tangent); a gradient needs one sweep for every variable."""
    work = 0
    for node in nodes:
        if node.operation is not None and node in active:
            edges = _costs(node.operation, exponent_of(node))
            costs = [cost for place, cost in edges if node.arguments[place] in active]
            work += 1 + sum(costs) + max(len(costs) - 1, 0)
    return work


def formula_work(roots: Collection[Expression]) -> int:
    """Count the operations of evaluating formulas: equal subexpressions once, those without a variable never."""
    nodes = wengert_list(*roots)
    return primal_work(nodes, active_nodes(nodes))


def active_edges(node: Expression, active: Collection[Expression]) -> list[tuple[int, Expression]]:
    """Return the active arguments through which a derivative flows, each with its position."""
    assert node.operation is not None
    arguments = node.arguments
    edges = _costs(node.operation, exponent_of(node))
    return [(position, arguments[position]) for position, _ in edges if arguments[position] in active]


def exponent_of(node: Expression) -> Expression | None:
    """Return the exponent of an integer power, on which the form of its partial depends; None for other nodes."""
    return node.arguments[1] if is_integer_power(node) else None


@lru_cache(maxsize=4096)
def _costs(operation: Operation, exponent: Expression | None) -> list[tuple[int, int]]:
    """Return the positions of the arguments through which a derivative flows, each with the cost of its partial."""
    costs = [(position, partial_cost(operation, position, exponent)) for position in range(operation.arity)]
    return [(position, cost) for position, cost in costs if cost is not None]


@lru_cache(maxsize=4096)
def partial_cost(operation: Operation, position: int, exponent: Expression | None = None) -> int | None:
    """Count the operations of one partial and its multiplication; None for a partial that is always 0.

    The partial of x^n depends on n, so that an integer power needs its exponent as well.
    """
    partial = partial_of(operation, position, exponent)
    if isinstance(partial, Expression):
        return 1 + formula_work([partial])
    return None if partial in (0, None) else 0 if partial in (1, -1) else 1


def partial_of(operation: Operation, position: int, exponent: Expression | None = None) -> Any:
    """Return the partial of a row as a formula in y, v0, v1 ...; the number that it is, or None, where it is none."""
    partial = operation.partials[position]
    if not callable(partial):
        return partial
    arguments: list[Expression] = [Variable(f"v{index}") for index in range(operation.arity)]
    if exponent is not None:
        arguments[1] = exponent
    return partial(Variable("y"), *arguments)  # a number after all for the partial of x^0 or x^1
