"""The reverse sweep over a tape: from its last entry to its first, without a call for the commonest operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from diffcompare.language.operations import OPERATIONS


def sweep_back(
    entries: Sequence[Any],
    values: Sequence[Any],
    variables: int,
    adjoints: list[Any],
    total: Callable[[Iterable[Any]], Any],
) -> None:
    """Add the contributions of all entries to `adjoints`, which has an entry for each and holds the seeds.

    `values` has the numbers of the entries, then those of the constants, the last one first; the first entries are the
    variables.  `total` sums several contributions.
    """
    # The commonest rows, whose partials need no call of theirs.
    add, subtract, product, quotient = (OPERATIONS[sign] for sign in "+-*/")
    negative, absolute, sine, exponential, power = (OPERATIONS[name] for name in ("neg", "abs", "sin", "exp", "^n"))
    cosine = OPERATIONS["cos"].real
    # The contributions to an entry after the first one: a single one as it is, several in a list.
    others: list[Any] = [None] * len(entries)
    # Spelled out for two arguments and for one: this loop is where the sweep spends its time.
    places = range(len(entries) - 1, variables - 1, -1)
    backwards = zip(places, reversed(entries), reversed(adjoints), reversed(others), strict=False)
    for place, (row, left, right, value, _, _), adjoint, before in backwards:
        if adjoint is None:
            continue
        if before is not None:
            adjoint = total((adjoint, *before)) if type(before) is list else adjoint + before
            adjoints[place] = adjoint
        if right is None:
            if row is exponential:
                contribution = adjoint * value
            elif row is negative:
                contribution = -adjoint
            elif row is sine and type(values[left]) is float:
                contribution = adjoint * cosine(values[left])
            elif row is absolute and type(value) is float and value:
                contribution = adjoint if value == values[left] else -adjoint
            else:
                (partial,) = row.partials
                contribution = adjoint * (partial if type(partial) is int else partial(value, values[left]))
        elif type(right) is tuple:
            _pass_on(entries[place], adjoint, values, adjoints, others)
            continue
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
                    partial = row.partials[1]
                    contribution = adjoint * (
                        partial if type(partial) is int else partial(value, values[left], values[right])
                    )
                if adjoints[right] is None:
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
                partial = row.partials[0]
                contribution = adjoint * (
                    partial if type(partial) is int else partial(value, values[left], values[right])
                )
        if adjoints[left] is None:
            adjoints[left] = contribution
        else:
            before = others[left]
            if before is None:
                others[left] = contribution
            elif type(before) is list:
                before.append(contribution)
            else:
                others[left] = [before, contribution]
    for place in range(variables):
        before = others[place]
        if before is not None:
            adjoints[place] = total((adjoints[place], *(before if type(before) is list else (before,))))


def _pass_on(entry: Any, adjoint: Any, values: Sequence[Any], adjoints: list[Any], others: list[Any]) -> None:
    """Add the contributions of an operation of more than two arguments."""
    row, left, right, value, _, _ = entry
    places = places_of(left, right)
    arguments = [values[argument] for argument in places]
    for argument, partial in zip(places, row.partials, strict=True):
        if argument >= 0:
            contribution = adjoint * (partial if type(partial) is int else partial(value, *arguments))
            if adjoints[argument] is None:
                adjoints[argument] = contribution
            else:
                before = others[argument]
                gathered = before if type(before) is list else [] if before is None else [before]
                others[argument] = [*gathered, contribution]


def places_of(left: int, right: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the places of all arguments of an entry."""
    return (left,) if right is None else (left, *right) if type(right) is tuple else (left, right)  # type: ignore
