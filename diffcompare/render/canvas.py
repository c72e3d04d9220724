"""Drawing with characters: a grid of cells, each of which is split into dots as the character set allows.

Braille has 2 x 4 dots in a cell, quadrant blocks 2 x 2, ASCII one: the mark of the curve itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffcompare.render import Look
    from diffcompare.render.folding import Line

MARKS = "●■▲◆○□△◇abcdefghijklmnopqrstuvwxyz"
"""What tells curves apart where there are no colours: shapes, and letters after those."""
ASCII_MARKS = "o#^x*+%@abcdefghijklmnpqrstuvwyz"
HUES = 6
"""The styles `hue0` to `hue5` of a span; more curves than that share them, but never the mark."""

_DOTS = {"braille": (2, 4), "blocks": (2, 2), "ascii": (1, 1)}
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_EVERY = 12
"""Columns from one mark of a curve to the next."""

Place = tuple[int, int]


def marks(look: Look) -> str:
    """The marks of the first, second, ... curve in this character set."""
    return MARKS if look.unicode else ASCII_MARKS


def hue(number: int) -> str:
    """The style of the curve of that number."""
    return f"hue{number % HUES}"


class Canvas:
    """Cells in columns and rows (row 0 on top), to which curves are added; places are from 0 to 1, y upwards."""

    def __init__(self, columns: int, rows: int, look: Look) -> None:
        self.columns, self.rows, self.look = columns, rows, look
        self.wide, self.high = _DOTS[look.charset]
        self.dots: dict[Place, int] = {}
        self.owner: dict[Place, int] = {}
        self.marked: dict[Place, int] = {}

    def line(self, curve: int, points: Sequence[tuple[float, float]], *, dashed: bool = False) -> list[Place]:
        """A polyline; the cells that it passes, in order."""
        passed: dict[Place, None] = {}
        places = [self._dot(point) for point in points]
        steps = [dot for start, end in pairwise(places) for dot in _straight(start, end)] or places
        for number, dot in enumerate(steps):
            passed[self._cell(dot)] = None
            if not dashed or number // (2 * self.wide) % 2 == 0:
                self._set(curve, dot)
        return list(passed)

    def scatter(self, curve: int, points: Sequence[tuple[float, float]]) -> list[Place]:
        """Dots that are not joined."""
        dots = [self._dot(point) for point in points]
        for dot in dots:
            self._set(curve, dot)
        return [self._cell(dot) for dot in dots]

    def mark(self, curve: int, curves: int, cells: Sequence[Place]) -> None:
        """The curve's mark at every dozenth column, each curve at columns of its own, so that two in one show both."""
        every = max(_EVERY, curves)
        columns: set[int] = set()
        for cell in cells:
            if (cell[0] - curve * every // curves) % every == 0 and cell[0] not in columns:
                columns.add(cell[0])
                self.marked[cell] = curve
        if not columns and cells:  # a curve of a few columns
            free = [cell for cell in cells if cell not in self.marked]
            if free:
                self.marked[free[len(free) // 2]] = curve

    def lines(self) -> Iterator[Line]:
        """The rows from the top, as spans in the styles of their curves."""
        for row in range(self.rows):
            spans: Line = []
            for column in range(self.columns):
                text, style = self._character((column, row))
                if spans and spans[-1][1] == style:
                    spans[-1] = (spans[-1][0] + text, style)
                else:
                    spans.append((text, style))
            yield spans

    def _character(self, cell: Place) -> tuple[str, str]:
        if cell in self.marked:
            return marks(self.look)[self.marked[cell]], hue(self.marked[cell])
        if cell not in self.dots:
            return " ", ""
        curve, bits = self.owner[cell], self.dots[cell]
        if self.look.charset == "ascii":
            return marks(self.look)[curve], hue(curve)
        return chr(0x2800 + bits) if self.look.charset == "braille" else _QUADRANTS[bits], hue(curve)

    def _dot(self, point: tuple[float, float]) -> Place:
        x = round(point[0] * (self.columns * self.wide - 1))
        return x, round((1 - point[1]) * (self.rows * self.high - 1))

    def _cell(self, dot: Place) -> Place:
        return dot[0] // self.wide, dot[1] // self.high

    def _set(self, curve: int, dot: Place) -> None:
        cell, (x, y) = self._cell(dot), (dot[0] % self.wide, dot[1] % self.high)
        bit = _BRAILLE[y][x] if self.look.charset == "braille" else 1 << (2 * y + x)
        self.dots[cell] = self.dots.get(cell, 0) | bit
        self.owner.setdefault(cell, curve)


def _straight(start: Place, end: Place) -> Iterator[Place]:
    """The dots from one to another, both included."""
    across, down = end[0] - start[0], end[1] - start[1]
    steps = max(abs(across), abs(down), 1)
    for step in range(steps + 1):
        yield start[0] + round(across * step / steps), start[1] + round(down * step / steps)
