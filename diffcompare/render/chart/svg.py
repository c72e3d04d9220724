"""Plots and bar charts as SVG, readable without colours.

Every curve of a plot has its own colour, marker and dash, any one of which identifies it.  Bars are horizontal, in
groups, with their numbers at the ends; their fills differ in colour and in pattern.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare.diagnostics import width
from diffcompare.localization import translate
from diffcompare.render.chart.scale import (
    Scale,
    Tick,
    placed,
    power_text,
    scale_of,
    scales,
    spread,
    tick_label,
    tick_labels,
)
from diffcompare.render.svg import SERIES, SvgDrawing, text, text_width

if TYPE_CHECKING:
    from diffcompare.document import Bars, Plot, Series


# --- Plots ------------------------------------------------------------------------------------------------------------

PLOT_WIDTH, HEIGHT = 960, 600
LEFT, RIGHT, PLOT_TOP, BOTTOM = 84, 32, 44, 72  # margins; the left one grows with the numbers of the axis
SIZE, TITLE_SIZE = 18, 21  # of letters: to be read from the last row when the picture fills a screen
LETTER = 0.56  # of the size: the width of a letter, on average
LEGEND_ROW, SAMPLE_LINE = 32, 44
MAX_MARKERS = 14  # on one curve
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DASHES = ("", "9 4", "2 4", "12 4 2 4")
# The shapes of the marks that the terminal draws, in the same order.
MARKERS = (
    '<circle r="5"/>', '<rect x="-4.5" y="-4.5" width="9" height="9"/>', '<path d="M0-6L5.5 4.5H-5.5Z"/>',
    '<path d="M0-6.5L6 0L0 6.5L-6 0Z"/>', '<circle class="hollow" r="5"/>',
    '<rect class="hollow" x="-4.5" y="-4.5" width="9" height="9"/>', '<path class="hollow" d="M0-6L5.5 4.5H-5.5Z"/>',
    '<path class="hollow" d="M0-6.5L6 0L0 6.5L-6 0Z"/>',
)  # fmt: skip


def colour_class(number: int) -> str:
    """Return the style class for the colour of the curve with this number."""
    return f"in-{SERIES[number % len(SERIES)]}"


def draw_plot(plot: Plot, wide: float = PLOT_WIDTH, high: float = HEIGHT) -> SvgDrawing:
    """Draw the plot: axes with a grid, curves, and a legend below, which begins `high` pixels from the top."""
    x_scale, y_scale = scales(plot)
    frame = _PlotArea(plot, y_scale, wide, high)
    parts = [_heading(plot, wide), _grid(plot, x_scale, y_scale, frame)]
    labels = []
    occupied: list[tuple[float, float]] = []
    for number, series in enumerate(plot.series):
        places = [[frame.at(place) for place in piece] for piece in placed(series, x_scale, y_scale)]
        parts.append(_curve(number, series, places, len(plot.series)))
        occupied += [point for piece in places for point in piece if series.marks == "curve"]
        labels += [(frame.at((x_scale.place(x), y_scale.place(y))), label) for x, y, label in series.labels]
    parts.append(_labels(labels, occupied, frame))
    legend, rows = _plot_legend(plot, wide, high + 14)
    return SvgDrawing(wide, high + 14 + rows * LEGEND_ROW, "".join([*parts, legend]), _plot_description(plot))


_Box = tuple[float, float, float, float]  # left, top, right and bottom


class _PlotArea:
    """The rectangle between the axes, in pixels."""

    def __init__(self, plot: Plot, y_scale: Scale, wide: float, high: float) -> None:
        ticks = y_scale.ticks(10)
        widest = 5 if plot.y.log else max([len(label) for label in tick_labels(ticks, log=False)], default=0)
        self.left = max(LEFT, 48 + LETTER * SIZE * widest)
        self.right, self.top, self.bottom = wide - RIGHT, PLOT_TOP, high - BOTTOM

    def at(self, place: tuple[float, float]) -> tuple[float, float]:
        """Return the pixel at a place from 0 to 1 along both axes."""
        x, y = place
        return self.left + x * (self.right - self.left), self.bottom - y * (self.bottom - self.top)

    def contains(self, box: _Box) -> bool:
        """Tell whether a box (left, top, right, bottom) is inside."""
        left, top, right, bottom = box
        return self.left <= left and right <= self.right and self.top <= top and bottom <= self.bottom


def _heading(plot: Plot, wide: float) -> str:
    size = min(TITLE_SIZE, (wide - LEFT) / (0.6 * max(width(plot.caption), 1)))
    caption = f'<text x="{LEFT}" y="28" font-size="{size:.3g}" font-weight="bold">{text(plot.caption)}</text>\n'
    return caption if plot.caption else ""


def _grid(plot: Plot, x_scale: Scale, y_scale: Scale, frame: _PlotArea) -> str:
    """Draw lines at the ticks with their numbers, the lines at 0, the frame, and the titles of the axes."""
    (left, bottom), (right, top) = frame.at((0, 0)), frame.at((1, 1))
    parts = []
    ticks = _ticks_with_room(x_scale, right - left)
    for tick, number in zip(ticks, _numbers(ticks, plot.x.log), strict=True):
        x = frame.at((tick.place, 0))[0]
        kind = "ink" if plot.x.span and tick.number == 0 else "rule"
        parts.append(f'<path class="{kind}" d="M{x:.1f} {bottom:.1f}V{top:.1f}"/>')
        middle = min(x, right + RIGHT - 4 - LETTER * SIZE * len(number) / 2)
        parts.append(
            f'<text x="{middle:.1f}" y="{bottom + 24:.1f}" font-size="{SIZE}" text-anchor="middle">{number}</text>'
        )
    ticks = y_scale.ticks(10)
    for tick, number in zip(ticks, _numbers(ticks, plot.y.log), strict=True):
        height = frame.at((0, tick.place))[1]
        kind = "ink" if plot.y.span and tick.number == 0 else "rule"
        parts.append(f'<path class="{kind}" d="M{left:.1f} {height:.1f}H{right:.1f}"/>')
        parts.append(
            f'<text x="{left - 10:.1f}" y="{height + 6:.1f}" font-size="{SIZE}" text-anchor="end">{number}</text>'
        )
    parts.append(f'<path class="ink" d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}"/>')
    middle = (left + right) / 2
    parts.append(
        f'<text x="{middle:.1f}" y="{bottom + 54:.1f}" font-size="{SIZE}" text-anchor="middle">'
        f"{text(plot.x.title)}</text>"
    )
    turned = f"translate(24 {(top + bottom) / 2:.1f}) rotate(-90)"
    parts.append(f'<text transform="{turned}" font-size="{SIZE}" text-anchor="middle">{text(plot.y.title)}</text>\n')
    return "\n".join(parts)


def _ticks_with_room(scale: Scale, room: float) -> list[Tick]:
    """Return the ticks of the horizontal axis: as many as have room for their numbers."""
    for most in range(12, 1, -1):
        ticks = scale.ticks(most)
        if LETTER * SIZE * sum(map(len, _numbers(ticks, scale.log))) <= 0.75 * room:
            break
    return ticks


def _numbers(ticks: Sequence[Tick], log: bool) -> list[str]:
    """Return the numbers of ticks; powers of ten with superscript characters, which every viewer places correctly."""
    if log:
        return [_number(tick.number, log) for tick in ticks]
    return [text(label) for label in tick_labels(ticks, log=False)]


def _number(number: float, log: bool) -> str:
    """Return a tick's number; powers of ten with superscript characters, which every viewer places correctly."""
    if log and number == int(number):
        return f"10{str(int(number)).translate(_SUPERSCRIPTS)}"
    return text(tick_label(number, log=log))


STROKES = {"curve": "3.5", "guide": "2"}  # the widths of lines; others have 2 as well


def _curve(number: int, series: Series, pieces: list[list[tuple[float, float]]], curves: int) -> str:
    """Draw the line and its markers, shifted so that they do not hide those of a curve below it."""
    owner = number if series.of is None else series.of
    parts = [f'<g class="{colour_class(owner)}">\n']
    if series.marks not in ("dots", "rings"):
        stroke = f'stroke-width="{STROKES.get(series.marks, "2")}" stroke-dasharray="{_dash(owner, series)}"'
        for piece in pieces:
            path = "L".join([f"{x:.1f} {y:.1f}" for x, y in piece])
            parts.append(f'<path d="M{path}" fill="none" {stroke}/>\n')
    places = [place for piece in pieces for place in piece]
    if series.marks == "rings":
        parts += [_marker(MARKERS[4], *place) for place in places]
    elif series.marks in ("line", "level", "dots"):
        chosen = spread(len(places), MAX_MARKERS)
        shift = number * chosen.step // max(curves, 1) if series.marks == "line" else 0
        for place in chosen if series.marks != "dots" else range(len(places)):
            if place + shift < len(places):
                parts.append(_marker(MARKERS[owner % len(MARKERS)], *places[place + shift]))
    return "".join([*parts, "</g>\n"])


def _dash(number: int, series: Series) -> str:
    return "8 6" if series.marks == "level" else DASHES[number % len(DASHES)] or "none"


def _marker(shape: str, x: float, y: float) -> str:
    shape = shape.replace('class="hollow"', 'class="hollow" stroke-width="2"')
    return f'<g transform="translate({x:.1f} {y:.1f})">{shape}</g>\n'


def _labels(
    labels: Sequence[tuple[tuple[float, float], str]], occupied: Sequence[tuple[float, float]], frame: _PlotArea
) -> str:
    """Write labels beside their points: where no other label is, and as few points of curves as possible."""
    parts: list[str] = []
    taken: list[_Box] = []
    for (x, y), label in labels:
        wide = LETTER * SIZE * width(label)
        boxes = [
            (left, y + down - SIZE, left + wide, y + down + 4)
            for down in (22, -10, 44, -32)
            for left in (x + 12, x - 12 - wide)
        ]
        free = [box for box in boxes if frame.contains(box) and not any(_overlap(box, other) for other in taken)]
        if free:
            box = min(free, key=lambda box: sum(box[0] <= a <= box[2] and box[1] <= b <= box[3] for a, b in occupied))
            taken.append(box)
            at = f'x="{box[0]:.1f}" y="{box[3] - 4:.1f}"'
            parts.append(f'<text class="beside" {at} font-size="{SIZE}">{text(label)}</text>\n')
    return "".join(parts)


def _overlap(box: _Box, other: _Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _plot_legend(plot: Plot, wide: float, top: float) -> tuple[str, int]:
    """Return the legend, and the number of its rows; `top` is the y coordinate of the first one."""
    shown = [(number, series) for number, series in enumerate(plot.series) if series.of is None]
    widest = max([width(series.name) for _, series in shown], default=0)
    per_row = max(int((wide - LEFT) // (SAMPLE_LINE + 34 + LETTER * SIZE * widest)), 1)
    parts = []
    for place, (number, series) in enumerate(shown):
        row, column = divmod(place, per_row)
        x = LEFT + column * ((wide - LEFT) // per_row)
        parts.append(_entry(number, series, x, top + row * LEGEND_ROW))
    return "".join(parts), -(-len(shown) // per_row)


def _entry(number: int, series: Series, x: float, y: float) -> str:
    stroke = f'stroke-width="{STROKES.get(series.marks, "2")}" stroke-dasharray="{_dash(number, series)}"'
    line = f'<path d="M{x} {y}H{x + SAMPLE_LINE}" fill="none" {stroke}/>\n' if series.marks != "dots" else ""
    marker = _marker(MARKERS[number % len(MARKERS)], x + SAMPLE_LINE / 2, y)
    mark = f'<g class="{colour_class(number)}">\n{line}{"" if series.marks in STROKES else marker}</g>\n'
    at = f'x="{x + SAMPLE_LINE + 10}" y="{y + 6}" font-size="{SIZE}"'
    return f"{mark}<text {at}>{text(series.name)}</text>\n"


def _plot_description(plot: Plot) -> str:
    """Describe the plot for screen readers."""
    how = translate(" on logarithmic axes") if plot.x.log and plot.y.log else ""
    ranges = []
    for series in plot.series:
        if series.of is not None:
            continue
        ys = [y for _, y in series.points]
        if ys:
            low, high = min(ys), max(ys)
            ranges.append(
                f"{series.name} {power_text(low, 2)}"
                if low == high
                else translate(
                    "{name} from {low} to {high}", name=series.name, low=power_text(low, 2), high=power_text(high, 2)
                )
            )
    return translate(
        "{y} over {x}{how}: {ranges}.", y=plot.y.title, x=plot.x.title, how=how, ranges=translate("; ").join(ranges)
    )


# --- Bars -------------------------------------------------------------------------------------------------------------

BARS_WIDTH = 960
BARS_TOP, BAR, GAP = 44, 18, 14  # above the first bar, height of a bar, between groups
NUMBER = 96  # room for the number after the longest bar
LABEL_SIZE = 14  # of letters beside the bars, as the style sheet says
HATCH = 8  # pixels between two lines of a pattern
# Drawn line by line: not every viewer fills shapes with a `<pattern>`, and its id could occur twice in a page.
HATCHES: tuple[tuple[str, ...], ...] = ((), ("level",), ("upright",), ("rising",), ("level", "upright"), ("falling",))


def draw_bars(bars: Bars) -> SvgDrawing:
    """Draw the bars from top to bottom, with a legend below."""
    heights = [height for _, row in bars.series for height in row if height is not None]
    scale = scale_of(heights, log=bars.axis.log, from_zero=True)
    left = min(
        24 + max([math.ceil(text_width(label, LABEL_SIZE)) for label in bars.labels], default=0), BARS_WIDTH // 2
    )
    parts = []
    if bars.caption:
        parts.append(f'<text x="16" y="26" font-size="18" font-weight="bold">{text(bars.caption)}</text>\n')
    y = float(BARS_TOP)
    for place, label in enumerate(bars.labels):
        middle = y + BAR * len(bars.series) / 2
        parts.append(f'<text x="{left - 10}" y="{middle + 5:g}" text-anchor="end">{text(label)}</text>\n')
        for number, (name, row) in enumerate(bars.series):
            height = row[place]
            on_axis = height is not None and (height > 0 or not bars.axis.log)
            wide = scale.place(height) * (BARS_WIDTH - left - NUMBER) if height is not None and on_axis else 0.0
            parts.append(_bar(number, f"{label}, {name}", left, y, wide, height))
            y += BAR
        y += GAP
    parts.append(f'<path class="ink" d="M{left} {BARS_TOP - 6}V{y - GAP + 6:g}"/>\n')
    how = translate(" (lengths are logarithms)") if bars.axis.log else ""
    parts.append(f'<text class="faint" x="{left}" y="{y + 12:g}">{text(bars.axis.title + how)}</text>\n')
    legend, y = _legend(bars, left, y + 34)
    return SvgDrawing(BARS_WIDTH, y, "".join([*parts, legend]), _bars_description(bars))


def _filled(number: int, left: float, top: float, wide: float, high: float, inside: str = "") -> str:
    """Draw a rectangle with the colour and the pattern of a series."""
    box = f'x="{left:g}" y="{top:g}" width="{wide:.1f}" height="{high:g}"'
    lines = "".join([_hatch(kind, wide, high) for kind in HATCHES[number % len(HATCHES)]])
    place = f'transform="translate({left:g} {top:g})"'
    hatch = f'<path class="hatch" stroke-width="2" {place} d="{lines}"/>' if lines else ""
    return f'<rect class="{colour_class(number)}" {box}>{inside}</rect>{hatch}'


def _hatch(kind: str, wide: float, high: float) -> str:
    """Return the lines of a pattern within a rectangle at (0, 0) as path data."""
    if kind == "level":
        return "".join([f"M0 {y}H{wide:.1f}" for y in range(HATCH // 2, math.ceil(high), HATCH)])
    if kind == "upright":
        return "".join([f"M{x} 0V{high:g}" for x in range(HATCH // 2, math.ceil(wide), HATCH)])
    lines = []
    for total in range(HATCH, math.ceil(wide + high), HATCH):  # of the coordinates, along a line
        start, end = max(0.0, total - high), min(total, wide)
        heights = [total - x if kind == "rising" else high - (total - x) for x in (start, end)]
        lines.append(f"M{start:.1f} {heights[0]:.1f}L{end:.1f} {heights[1]:.1f}")
    return "".join(lines)


def _bar(number: int, name: str, left: float, y: float, wide: float, height: float | None) -> str:
    if height is None:
        return (
            f'<text class="faint" x="{left + 6}" y="{y + 13:g}" font-size="12">{text(translate("no value"))}</text>\n'
        )
    wide = max(wide, 2.0 if height else 0.0)
    bar = _filled(number, left, y + 1, wide, BAR - 2, f"<title>{text(name)}</title>")
    number_at = f'<text x="{left + wide + 6:.1f}" y="{y + 13:g}" font-size="12">{power_text(height)}</text>'
    return f"{bar}{number_at}\n"


def _legend(bars: Bars, left: float, y: float) -> tuple[str, float]:
    """Return the fill and name of every series, and the y coordinate at which the drawing ends."""
    parts, x = [], left
    for number, (name, _) in enumerate(bars.series):
        wide = 44 + text_width(name, LABEL_SIZE)
        if x > left and x + wide > BARS_WIDTH:
            x, y = left, y + 24
        parts.append(_filled(number, x, y - 12, 22, 14))
        parts.append(f'<text x="{x + 30:g}" y="{y:g}">{text(name)}</text>\n')
        x += wide + 16
    return "".join(parts), y + 16


def _bars_description(bars: Bars) -> str:
    """Describe the bars for screen readers."""
    groups = []
    for place, label in enumerate(bars.labels):
        numbers = [f"{name} {_number_text(row[place])}" for name, row in bars.series]
        groups.append(f"{label}: {translate(', ').join(numbers)}")
    return translate("{axis}. {groups}.", axis=bars.axis.title, groups=translate("; ").join(groups))


def _number_text(height: float | None) -> str:
    return translate("no value") if height is None else power_text(height)
