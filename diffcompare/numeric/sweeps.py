"""The forward and the reverse sweep of automatic differentiation, over any number system.

Both multiply the same partials and differ only in the order.  Neither evaluates a partial that is not needed: an
argument that does not depend on a variable of interest is skipped (0 * nan would be nan), and so is the branch that
an `if` did not take.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.numeric.evaluate import NumberSystem, Undefined


def partials(
    node: Expression, values: Mapping[Expression, Any], active: Collection[Expression]
) -> list[tuple[Expression, Any]]:
    """Return the active arguments of a node, each with the partial by it, but for partials that are the integer 0.

    Raises NotDifferentiable if the row has no partial by an active argument.
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
    output: Expression,
    system: NumberSystem,
    check: Callable[[], None] | None = None,
) -> dict[Expression, Any]:
    """Sweep backwards once and return the adjoint of every active node that reaches the output.

    A node's adjoint is the total of the contributions of its uses, summed when the sweep arrives at it (all its
    uses come later in the list); over doubles the total is correctly rounded.  `check` is called for every node
    and may raise, to end the sweep.  Raises NotDifferentiable if a partial that is needed does not exist.
    """
    total = system.total
    # Contributions gather in the adjoint's entry: a single one as it is, several in a list.
    adjoints: dict[Expression, Any] = {output: system.one} if output in active else {}
    for node in reversed(nodes):
        if node not in adjoints:
            continue
        adjoint = adjoints[node]
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
        partial: Any
        for partial, argument in zip(operation.partials, arguments):  # noqa: B905
            if argument not in active:
                continue
            if type(partial) is not int:
                if partial is None:
                    raise NotDifferentiable(node)
                if arity == 1:
                    partial = partial(values[node], values[argument])
                elif arity == 2:
                    left, right = arguments
                    partial = partial(values[node], values[left], values[right])
                else:
                    partial = partial(values[node], *[values[each] for each in arguments])
            if type(partial) is not int:
                contribution = adjoint * partial
            elif partial == 1:
                contribution = adjoint
            elif partial:
                contribution = scaled(adjoint, partial)
            else:
                continue
            if argument not in adjoints:
                adjoints[argument] = contribution
            elif type(adjoints[argument]) is list:
                adjoints[argument].append(contribution)
            else:
                adjoints[argument] = [adjoints[argument], contribution]
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
