"""Plots and bar charts drawn with characters.

A plot is a grid of cells, each of which is divided into dots as the character set allows: braille has 2 x 4 dots in a
cell, quadrant blocks 2 x 2, ASCII one (the mark of the curve).  Every curve has its own mark, so that colour is never
needed.  A bar is one line, with its name before it and its number after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from diffcompare.diagnostics import width
from diffcompare.document import Bars, Plot
from diffcompare.localization import translate
from diffcompare.render.chart.scale import Scale, placed, power_text, scale_of, scales, tick_labels
from diffcompare.render.text_layout import Line, clean, line_width, prose_lines

if TYPE_CHECKING:
    from diffcompare.render import Look


# Marks that tell curves apart without colours: shapes first, then letters.
MARKS = "●■▲◆○□△◇abcdefghijklmnopqrstuvwxyz"
ASCII_MARKS = "o#^x*+%@abcdefghijklmnpqrstuvwyz"
HUES = 6  # the styles `hue0` to `hue5` of a span; more curves share them, but never a mark
_DOTS = {"braille": (2, 4), "blocks": (2, 2), "ascii": (1, 1)}
_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # bit of each dot, by row and column
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_MARK_SPACING = 12  # columns from one mark of a curve to the next

Place = tuple[int, int]


def marks(look: Look) -> str:
    """Return the marks of the first, second ... curve in this character set."""
    return MARKS if look.unicode else ASCII_MARKS


def curve_style(number: int) -> str:
    """Return the style of the curve with this number."""
    return f"hue{number % HUES}"


class DotCanvas:
    """A grid of cells (row 0 on top) to which curves are added; points have coordinates from 0 to 1, y upwards."""

    def __init__(self, columns: int, rows: int, look: Look) -> None:
        self.columns, self.rows, self.look = columns, rows, look
        self.wide, self.high = _DOTS[look.charset]
        self.dots: dict[Place, int] = {}
        self.owner: dict[Place, int] = {}
        self.marked: dict[Place, int] = {}
        self.written: dict[Place, str] = {}

    def line(self, curve: int, points: Sequence[tuple[float, float]], *, dashed: bool = False) -> list[Place]:
        """Draw a polyline and return the cells that it passes, in order."""
        passed: dict[Place, None] = {}
        places = [self._dot(point) for point in points]
        steps = [dot for start, end in pairwise(places) for dot in _straight(start, end)] or places
        for number, dot in enumerate(steps):
            passed[self._cell(dot)] = None
            if not dashed or number // (2 * self.wide) % 2 == 0:
                self._set(curve, dot)
        return list(passed)

    def scatter(self, curve: int, points: Sequence[tuple[float, float]]) -> list[Place]:
        """Draw unconnected dots and return their cells."""
        dots = [self._dot(point) for point in points]
        for dot in dots:
            self._set(curve, dot)
        return [self._cell(dot) for dot in dots]

    def mark(self, curve: int, curves: int, cells: Sequence[Place]) -> None:
        """Mark the curve at every twelfth column, each curve at its own columns, so that coinciding curves all show."""
        every = max(_MARK_SPACING, curves)
        columns: set[int] = set()
        for cell in cells:
            if (cell[0] - curve * every // curves) % every == 0 and cell[0] not in columns:
                columns.add(cell[0])
                self.marked[cell] = curve
        if not columns and cells:  # a curve of few columns
            free = [cell for cell in cells if cell not in self.marked]
            if free:
                self.marked[free[len(free) // 2]] = curve

    def write(self, label: str, point: tuple[float, float]) -> None:
        """Write a label below and beside a point, if it is on the canvas and there is room for all of it."""
        column, row = self._cell(self._dot(point))
        starts = [(column + 2, row + 1), (column + 2, row), (column - len(label) - 1, row)]
        for start, line in starts:
            cells = [(start + number, line) for number in range(-1, len(label) + 1)]
            is_free = all(0 <= cell[0] < self.columns and cell not in self.written for cell in cells)
            if is_free and 0 <= line < self.rows and not any(cell in self.marked for cell in cells):
                self.written |= dict(zip(cells, f" {label} ", strict=True))
                return

    def lines(self) -> Iterator[Line]:
        """Yield the rows from the top, as spans in the styles of their curves."""
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
        if cell in self.written:
            return self.written[cell], ""
        if cell in self.marked:
            return marks(self.look)[self.marked[cell]], curve_style(self.marked[cell])
        if cell not in self.dots:
            return " ", ""
        curve, bits = self.owner[cell], self.dots[cell]
        if self.look.charset == "ascii":
            return marks(self.look)[curve], curve_style(curve)
        return chr(0x2800 + bits) if self.look.charset == "braille" else _QUADRANTS[bits], curve_style(curve)

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
    """Yield the dots on a straight line, including both ends."""
    across, down = end[0] - start[0], end[1] - start[1]
    steps = max(abs(across), abs(down), 1)
    for step in range(steps + 1):
        yield start[0] + round(across * step / steps), start[1] + round(down * step / steps)


# --- Plots ------------------------------------------------------------------------------------------------------------

MAX_PLOT_WIDTH, MAX_PLOT_HEIGHT, MIN_PLOT_HEIGHT = 160, 32, 8


def draw_plot(plot: Plot, look: Look, columns: int, rows: int | None = None) -> list[Line]:
    """Draw the plot in the columns there are: caption, curves between axes, legend.

    `rows` is the number of rows between the axes, and the plot then fills the columns; without it both depend on each
    other.
    """
    points = [point for series in plot.series for point in series.points]
    lines = prose_lines(clean(plot.caption, look.unicode), "strong", columns) if plot.caption else []
    if not points:
        return lines
    x_scale, y_scale = scales(plot)
    widest = MAX_PLOT_WIDTH if rows is None else columns
    rows = min(max(columns // 4, MIN_PLOT_HEIGHT), MAX_PLOT_HEIGHT) if rows is None else rows
    labels = _row_labels(y_scale, rows)
    margin = max(map(width, labels.values())) + 1
    canvas = DotCanvas(max(min(columns, widest) - margin - 1, 8), rows, look)
    _add_curves(canvas, plot, x_scale, y_scale)
    bar, cross, corner, rule, notch = "│┤└─┬" if look.unicode else "|++-+"
    lines += prose_lines(clean(plot.y.title, look.unicode), "", columns) if plot.y.title else []
    for row, line in enumerate(canvas.lines()):
        label = labels.get(row, "")
        lines.append([(label.rjust(margin - 1) + " " + (cross if label else bar), ""), *line])
    ticks, names = _column_labels(x_scale, canvas.columns, rule, notch)
    lines += [[(" " * margin + corner + ticks, "")], [(" " * (margin + 1) + names, "")]]
    lines += _centred(clean(plot.x.title, look.unicode), margin + 1, canvas.columns, columns)
    return [*lines, *_legend(plot, look, columns)]


def rows_around(plot: Plot, look: Look, columns: int) -> int:
    """Return the number of lines that a plot has above and below its canvas: titles, the axis with its labels, legend.

    Of a title below the axis it counts one line, which is folded only in very few columns.
    """
    titles = [prose_lines(clean(title, look.unicode), "", columns) for title in (plot.caption, plot.y.title) if title]
    return sum(map(len, titles)) + 3 + len(_legend(plot, look, columns))


def _add_curves(canvas: DotCanvas, plot: Plot, x_scale: Scale, y_scale: Scale) -> None:
    drawn: dict[int, list[Place]] = {}
    for number, series in enumerate(plot.series):
        owner = number if series.of is None else series.of
        for piece in placed(series, x_scale, y_scale):
            if series.marks in ("dots", "rings"):
                cells = canvas.scatter(owner, piece)
            else:
                cells = canvas.line(owner, piece, dashed=series.marks == "level")
            drawn.setdefault(owner, []).extend(cells)
    for owner, cells in drawn.items():
        canvas.mark(owner, len(plot.series), cells)
    for series in plot.series:
        for x, y, label in series.labels:
            canvas.write(label, (x_scale.place(x), y_scale.place(y)))


def _row_labels(scale: Scale, rows: int) -> dict[int, str]:
    """Return the labels of the ticks by row."""
    labels: dict[int, str] = {}
    ticks = scale.ticks(max(rows // 2, 2))
    for tick, label in zip(ticks, tick_labels(ticks, log=scale.log), strict=True):
        labels.setdefault(round((1 - tick.place) * (rows - 1)), label)
    return labels


def _column_labels(scale: Scale, columns: int, rule: str, notch: str) -> tuple[str, str]:
    """Return the horizontal axis and the labels under its ticks, leaving out labels that would touch or stick out."""
    axis, names = [rule] * columns, " " * columns
    ticks = scale.ticks(max(columns // 7, 2))
    for tick, label in zip(ticks, tick_labels(ticks, log=scale.log), strict=True):
        column = round(tick.place * (columns - 1))
        start = min(max(column - len(label) // 2, 0), columns - len(label))
        axis[column] = notch
        if start >= 0 and not names[max(start - 1, 0) : start + len(label) + 1].strip():
            names = names[:start] + label + names[start + len(label) :]
    return "".join(axis), names


def _centred(title: str, margin: int, room: int, columns: int) -> list[Line]:
    if width(title) > room:
        return prose_lines(title, "", columns)
    return [[(" " * (margin + (room - width(title)) // 2) + title, "")]]


def _legend(plot: Plot, look: Look, columns: int) -> list[Line]:
    """Return the marks and names of the curves, as many in a line as fit."""
    lines: list[Line] = [[]]
    for number, series in enumerate(plot.series):
        if series.of is not None:
            continue
        name = clean(series.name, look.unicode)
        entry: Line = [(marks(look)[number], curve_style(number)), (f" {name}", "")]
        if lines[-1] and line_width(lines[-1]) + 3 + line_width(entry) > columns:
            lines.append([])
        lines[-1] += [("   ", ""), *entry] if lines[-1] else entry
    return lines


# --- Bars -------------------------------------------------------------------------------------------------------------

MAX_BARS_WIDTH = 120
MIN_BAR_WIDTH = 4
_FILLS, _ASCII_FILLS = "█▓▒░", "#=+-"


def draw_bars(bars: Bars, look: Look, columns: int) -> list[Line]:
    """Draw the groups of bars one below the other in so many columns."""
    lines = prose_lines(clean(bars.caption, look.unicode), "strong", columns) if bars.caption else []
    heights = [height for _, row in bars.series for height in row if height is not None]
    scale = scale_of(heights, log=bars.axis.log, from_zero=True)
    labels = _padded([clean(label, look.unicode) for label in bars.labels])
    names = _padded([clean(name, look.unicode) for name, _ in bars.series])
    after = max((len(power_text(height)) for height in heights), default=1) + 1
    before = width("".join([*labels[:1], *names[:1]])) + 2
    room = min(columns, MAX_BARS_WIDTH) - before - after
    for place, label in enumerate(labels):
        for number, (name, (_, row)) in enumerate(zip(names, bars.series, strict=True)):
            start = f"{label if number == 0 else ' ' * width(label)} {name} "
            if room < MIN_BAR_WIDTH:  # label and name get a line of their own
                lines += prose_lines(f"{label} {name}", "", columns)
                start = ""
            bar = _bar(row[place], scale, room if start else columns - after, look, number)
            lines.append([(start, ""), *bar])
    title = clean(bars.axis.title, look.unicode) + (translate(" (lengths are logarithms)") if bars.axis.log else "")
    return [*lines, *prose_lines(title, "", columns)]


def _padded(texts: list[str]) -> list[str]:
    columns = max(map(width, texts), default=0)
    return [text + " " * (columns - width(text)) for text in texts]


def _bar(height: float | None, scale: Scale, room: int, look: Look, number: int) -> Line:
    """Draw a bar in the fill of its series, and its number; only 0 has no bar at all."""
    if height is None:
        return [("-", "")]
    fills = _FILLS if look.unicode else _ASCII_FILLS
    filled = scale.place(height) if height > 0 or not scale.log else 0.0
    length = max(round(filled * max(room, 1)), 1 if height else 0)
    return [(fills[number % len(fills)] * length, curve_style(number)), (f" {power_text(height)}", "")]
