"""The sparsity pattern of a Jacobian, and the compression that it allows.

Output i depends on variable j or it does not: that is read off the expressions, at no point in particular.  Two columns
that share no row can be computed together, because their sum has the entries of both: one sweep, or one
difference, moves both variables.  So the columns are coloured, and there are as many sweeps as colours (A. R. Curtis,
M. J. D. Powell and J. K. Reid: On the estimation of sparse Jacobian matrices, J. Inst. Maths Applics 13, 1974).  Rows
that share no column are coloured alike, for reverse mode.

A set of rows or columns is an integer whose bits are its members, so that a set of thousands costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import wengert_list


class SparsityPattern(NamedTuple):
    """The entries of a Jacobian that may differ from 0: a set of columns for every row."""

    rows: tuple[int, ...]
    column_count: int

    def has(self, row: int, column: int) -> bool:
        """Tell whether an entry may differ from 0."""
        return bool(self.rows[row] >> column & 1)

    @property
    def columns(self) -> tuple[int, ...]:
        """The entries by column: a set of rows for every column."""
        numbered = list(enumerate(self.rows))
        return tuple(sum(1 << row for row, set_ in numbered if set_ >> j & 1) for j in range(self.column_count))

    @property
    def entry_count(self) -> int:
        """The number of entries that may differ from 0."""
        return sum(row.bit_count() for row in self.rows)


def pattern_of(outputs: Sequence[Expression], wrt: Sequence[str]) -> SparsityPattern:
    """Return which outputs depend on which variables.

    An output counts as dependent on what decides a branch, or is rounded, although no derivative flows there: a
    difference quotient that moves such a variable may notice.
    """
    places = {name: place for place, name in enumerate(wrt)}
    depends: dict[Expression, int] = {}
    for node in wengert_list(*outputs):
        if isinstance(node, Variable):
            depends[node] = 1 << places[node.name] if node.name in places else 0
            continue
        variables = 0
        for argument in node.arguments:
            variables |= depends[argument]
        depends[node] = variables
    return SparsityPattern(tuple(depends[output] for output in outputs), len(wrt))


def colour(sets: Sequence[int]) -> list[int]:
    """Colour rows or columns greedily: each gets the first colour, from 0, that none of its neighbours has."""
    unions: list[int] = []
    colours = []
    for members in sets:
        chosen = next((number for number, union in enumerate(unions) if not union & members), len(unions))
        if chosen == len(unions):
            unions.append(0)
        unions[chosen] |= members
        colours.append(chosen)
    return colours


def groups_of(colours: Sequence[int]) -> list[list[int]]:
    """Return the members of every colour, in order."""
    groups: list[list[int]] = [[] for _ in range(max(colours, default=-1) + 1)]
    for member, number in enumerate(colours):
        groups[number].append(member)
    return groups
