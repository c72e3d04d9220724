"""The reverse sweep over a tape: from its last entry to its first, without a call for the commonest operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from diffcompare.language.expression import Operation
from diffcompare.language.operations import OPERATIONS


def sweep_back(
    entries: Sequence[Any],
    values: Sequence[Any],
    variables: int,
    adjoints: list[Any],
    total: Callable[[list[Any]], Any],
) -> list[Any]:
    """Return the adjoints of the variables, which are the first entries; None where nothing arrives.

    `values` has the numbers of the entries, then those of the constants, the last one first.  `adjoints` has an entry
    for each entry, a seed or None.  The sweep takes one off its end at every operation, so that the memory of an
    adjoint serves the next one, and only those of the variables are left.  `total` sums several contributions.
    """
    # The commonest rows, whose partials need no call of theirs.
    add, subtract, product, quotient = (OPERATIONS[sign] for sign in "+-*/")
    names = ("neg", "abs", "sin", "cos", "exp", "^n")
    negative, absolute, sine, cosine, exponential, power = (OPERATIONS[name] for name in names)
    sin, cos = sine.real, cosine.real
    # The contributions to an operation after the first one: a single one as it is, several in a list; and all those to
    # a variable, which are often as many as there are rounds of a loop.
    others: list[Any] = [None] * len(entries)
    to_variables = [[] if seed is None else [seed] for seed in adjoints[:variables]]
    last_adjoint, last_others = adjoints.pop, others.pop
    # Spelled out for two arguments and for one: this loop is where the sweep spends its time.
    for row, left, right, value, _, _ in islice(reversed(entries), len(entries) - variables):
        adjoint, before = last_adjoint(), last_others()
        if adjoint is None:
            continue
        if before is not None:
            adjoint = total([adjoint, *before]) if type(before) is list else adjoint + before
        if right is None:
            if row is exponential:
                contribution = adjoint * value
            elif row is negative:
                contribution = -adjoint
            elif row is sine and type(values[left]) is float:
                contribution = adjoint * cos(values[left])
            elif row is cosine and type(values[left]) is float:
                contribution = adjoint * -sin(values[left])
            elif row is absolute and type(value) is float and value:
                contribution = adjoint if value == values[left] else -adjoint
            elif type(left) is tuple:
                _pass_on(row, left, adjoint, value, values, adjoints, others, to_variables)
                continue
            else:
                partial = row.partials[0]
                if type(partial) is not int:
                    partial = partial(value, values[left])
                if type(partial) is int and not partial:
                    continue
                contribution = adjoint * partial
        else:
            if right >= 0:
                if row is product:
                    contribution = adjoint * values[left]
                elif row is add:
                    contribution = adjoint
                elif row is subtract:
                    contribution = -adjoint
                elif row is quotient:
                    contribution = adjoint * (-value / values[right])
                else:
                    _pass_on(row, (left, right), adjoint, value, values, adjoints, others, to_variables)
                    continue
                if right < variables:
                    to_variables[right].append(contribution)
                elif adjoints[right] is None:
                    adjoints[right] = contribution
                else:
                    before = others[right]
                    if before is None:
                        others[right] = contribution
                    elif type(before) is list:
                        before.append(contribution)
                    else:
                        others[right] = [before, contribution]
            if left < 0:
                continue
            if row is product:
                contribution = adjoint * values[right]
            elif row is add or row is subtract:
                contribution = adjoint
            elif row is quotient:
                contribution = adjoint * (1.0 / values[right])
            elif row is power and values[right] == 2:
                contribution = adjoint * (2 * values[left])
            else:
                partial = row.partials[0](value, values[left], values[right])
                if type(partial) is int and not partial:
                    continue
                contribution = adjoint * partial
        if left < variables:
            to_variables[left].append(contribution)
        elif adjoints[left] is None:
            adjoints[left] = contribution
        else:
            before = others[left]
            if before is None:
                others[left] = contribution
            elif type(before) is list:
                before.append(contribution)
            else:
                others[left] = [before, contribution]
    return [total(several) if len(several) > 1 else several[0] if several else None for several in to_variables]


def _pass_on(
    row: Operation,
    places: tuple[int, ...],
    adjoint: Any,
    value: Any,
    values: Sequence[Any],
    adjoints: list[Any],
    others: list[Any],
    to_variables: list[list[Any]],
) -> None:
    """Add the contributions of an operation to its arguments, by the partials of its row."""
    arguments = [values[place] for place in places]
    partial: Any
    for argument, partial in zip(places, row.partials, strict=True):
        if argument < 0:
            continue
        if type(partial) is not int:
            partial = partial(value, *arguments)
        if type(partial) is int and not partial:
            continue
        contribution = adjoint * partial
        if argument < len(to_variables):
            to_variables[argument].append(contribution)
        elif adjoints[argument] is None:
            adjoints[argument] = contribution
        else:
            before = others[argument]
            if type(before) is list:
                before.append(contribution)
            else:
                others[argument] = contribution if before is None else [before, contribution]


def places_of(left: int | tuple[int, ...], right: int | None) -> tuple[int, ...]:
    """Return the places of all arguments of an entry."""
    return left if type(left) is tuple else (left,) if right is None else (left, right)  # type: ignore
