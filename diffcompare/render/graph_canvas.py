"""A canvas of characters for words and wires."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.render.glyphs import width

if TYPE_CHECKING:
    from diffcompare.render import Look
    from diffcompare.render.folding import Line

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
_WIRES = {
    LEFT | RIGHT: "─", UP | DOWN: "│", LEFT | DOWN: "┐", LEFT | UP: "┘", RIGHT | DOWN: "┌", RIGHT | UP: "└",
    LEFT | UP | DOWN: "┤", RIGHT | UP | DOWN: "├", LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    LEFT | RIGHT | UP | DOWN: "┼", LEFT: "─", RIGHT: "─",
}  # fmt: skip


class Wire(NamedTuple):
    """The lines from one node, or one bend, to the next column: the row where it starts, and those where it ends."""

    start: int
    ends: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, int]:
        """The first and the last row of its upright part."""
        return min(self.start, *self.ends), max(self.start, *self.ends)

    @property
    def straight(self) -> bool:
        """Whether it never turns."""
        return self.ends == (self.start,)


class Canvas:
    """Characters by row and column, and the wires under them."""

    def __init__(self) -> None:
        self.characters: dict[tuple[int, int], str] = {}
        self.wires: dict[tuple[int, int], dict[Wire, int]] = {}
        self.styles: dict[tuple[int, int], str] = {}

    def write(self, row: int, column: int, text: str, style: str = "") -> None:
        """Text; a mark that combines belongs to the character before it, and a wide one takes two places."""
        for character in text:
            if width(character) == 0:
                self.characters[row, column - 1] += character
                continue
            self.characters[row, column] = character
            self.styles[row, column] = style
            for place in range(1, width(character)):
                self.characters[row, column + place] = ""
            column += width(character)

    def across(self, wire: Wire, row: int, start: int, end: int) -> None:
        """A level piece of a wire, from one column to another."""
        for column in range(start, end + 1):
            bits = (LEFT if column > start else 0) | (RIGHT if column < end else 0)
            self._add(wire, row, column, bits)

    def upright(self, wire: Wire, column: int) -> None:
        """The upright piece of a wire."""
        first, last = wire.rows
        for row in range(first, last + 1):
            self._add(wire, row, column, (UP if row > first else 0) | (DOWN if row < last else 0))

    def _add(self, wire: Wire, row: int, column: int, bits: int) -> None:
        here = self.wires.setdefault((row, column), {})
        here[wire] = here.get(wire, 0) | bits

    def lines(self, look: Look) -> list[Line]:
        """The rows, in spans of one style each."""
        signs = dict(self.characters)
        for place, wires in self.wires.items():
            upright = [bits for bits in wires.values() if bits & (UP | DOWN)]
            bits = upright[0] if upright else next(iter(wires.values()))
            signs.setdefault(place, _sign(bits, look))
        rows = max(row for row, _ in signs)
        wide = max(column for _, column in signs)
        lines: list[Line] = []
        for row in range(rows + 1):
            last = max([column for column in range(wide + 1) if signs.get((row, column), " ") != " "], default=-1)
            places = [(row, column) for column in range(last + 1)]
            spans = groupby(places, lambda place: self.styles.get(place, ""))
            lines.append([("".join([signs.get(place, " ") for place in group]), style) for style, group in spans])
        return lines


def _sign(bits: int, look: Look) -> str:
    sign = _WIRES[bits]
    return sign if look.unicode else {"─": "-", "│": "|"}.get(sign, "+")
