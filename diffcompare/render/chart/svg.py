"""Plots and bar charts as SVG, readable without colours.

Every curve of a plot has its own colour, marker and dash, any one of which identifies it.  Bars are horizontal, in
groups, with their numbers at the ends; their fills differ in colour and in pattern.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.diagnostics import width
from diffcompare.localization import translate
from diffcompare.render.chart.scale import Scale, power_text, scale_of, spread, tick_label
from diffcompare.render.svg import SERIES, SvgDrawing, text

if TYPE_CHECKING:
    from diffcompare.document import Axis, Bars, Plot, Series


# --- Plots ------------------------------------------------------------------------------------------------------------

PLOT_WIDTH, HEIGHT = 960, 600
LEFT, RIGHT, PLOT_TOP, BOTTOM = 84, 24, 44, 64  # margins
LEGEND_ROW, LEGEND_COLUMN = 26, 290
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


def draw_plot(plot: Plot) -> SvgDrawing:
    """Draw the plot: axes with a grid, curves, and a legend below."""
    points = [point for series in plot.series for point in series.points]
    x_scale = scale_of([x for x, _ in points], log=plot.x.log)
    y_scale = scale_of([y for _, y in points], log=plot.y.log)
    parts = [_heading(plot), _grid(plot.x, x_scale, plot.y, y_scale)]
    for number, series in enumerate(plot.series):
        places = [(_across(x_scale.place(x)), _down(y_scale.place(y))) for x, y in series.points]
        parts.append(_curve(number, series, places, len(plot.series)))
    per_row = max((PLOT_WIDTH - LEFT) // LEGEND_COLUMN, 1)
    for number, series in enumerate(plot.series):
        row, column = divmod(number, per_row)
        parts.append(_entry(number, series, LEFT + column * LEGEND_COLUMN, HEIGHT + 14 + row * LEGEND_ROW))
    rows = -(-len(plot.series) // per_row)
    return SvgDrawing(PLOT_WIDTH, HEIGHT + 14 + rows * LEGEND_ROW, "".join(parts), _plot_description(plot))


def _across(place: float) -> float:
    return LEFT + place * (PLOT_WIDTH - LEFT - RIGHT)


def _down(place: float) -> float:
    return HEIGHT - BOTTOM - place * (HEIGHT - PLOT_TOP - BOTTOM)


def _heading(plot: Plot) -> str:
    caption = f'<text x="{LEFT}" y="26" font-size="18" font-weight="bold">{text(plot.caption)}</text>\n'
    return caption if plot.caption else ""


def _grid(x: Axis, x_scale: Scale, y: Axis, y_scale: Scale) -> str:
    """Draw lines at the ticks with their numbers, the frame, and the titles of the axes."""
    left, right, bottom, top = _across(0), _across(1), _down(0), _down(1)
    parts = []
    for place, number in x_scale.ticks(12):
        at = f"{_across(place):.1f}"
        parts.append(f'<path class="rule" d="M{at} {bottom:.1f}V{top:.1f}"/>')
        parts.append(f'<text x="{at}" y="{bottom + 22:.1f}" text-anchor="middle">{_number(number, x.log)}</text>')
    for place, number in y_scale.ticks(10):
        height = _down(place)
        parts.append(f'<path class="rule" d="M{left:.1f} {height:.1f}H{right:.1f}"/>')
        parts.append(
            f'<text x="{left - 10:.1f}" y="{height + 5:.1f}" text-anchor="end">{_number(number, y.log)}</text>'
        )
    parts.append(f'<path class="ink" d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}"/>')
    middle = (left + right) / 2
    parts.append(f'<text x="{middle:.1f}" y="{bottom + 46:.1f}" text-anchor="middle">{text(x.title)}</text>')
    turned = f"translate(22 {(top + bottom) / 2:.1f}) rotate(-90)"
    parts.append(f'<text transform="{turned}" text-anchor="middle">{text(y.title)}</text>\n')
    return "\n".join(parts)


def _number(number: float, log: bool) -> str:
    """Return a tick's number; powers of ten with superscript characters, which every viewer places correctly."""
    if log and number == int(number):
        return f"10{str(int(number)).translate(_SUPERSCRIPTS)}"
    return text(tick_label(number, log=log))


def _curve(number: int, series: Series, places: list[tuple[float, float]], curves: int) -> str:
    """Draw the line and its markers, shifted so that they do not hide those of a curve below it."""
    parts = [f'<g class="{colour_class(number)}">\n']
    if series.marks != "dots" and places:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        dash = "8 6" if series.marks == "level" else DASHES[number % len(DASHES)]
        parts.append(f'<path d="M{path}" fill="none" stroke-width="2" stroke-dasharray="{dash or "none"}"/>\n')
    chosen = spread(len(places), MAX_MARKERS)
    shift = number * chosen.step // max(curves, 1) if series.marks == "line" else 0
    for place in chosen if series.marks != "dots" else range(len(places)):
        if place + shift < len(places):
            parts.append(_marker(number, *places[place + shift]))
    return "".join([*parts, "</g>\n"])


def _marker(number: int, x: float, y: float) -> str:
    shape = MARKERS[number % len(MARKERS)].replace('class="hollow"', 'class="hollow" stroke-width="2"')
    return f'<g transform="translate({x:.1f} {y:.1f})">{shape}</g>\n'


def _entry(number: int, series: Series, x: float, y: float) -> str:
    dash = "8 6" if series.marks == "level" else DASHES[number % len(DASHES)]
    line = f'<path d="M{x} {y}H{x + 44}" fill="none" stroke-width="2" stroke-dasharray="{dash or "none"}"/>\n'
    line = "" if series.marks == "dots" else line
    mark = f'<g class="{colour_class(number)}">\n{line}{_marker(number, x + 22, y)}</g>\n'
    return f'{mark}<text x="{x + 54}" y="{y + 5}">{text(series.name)}</text>\n'


def _plot_description(plot: Plot) -> str:
    """Describe the plot for screen readers."""
    how = translate(" on logarithmic axes") if plot.x.log and plot.y.log else ""
    ranges = []
    for series in plot.series:
        ys = [y for _, y in series.points]
        if ys:
            low, high = min(ys), max(ys)
            ranges.append(
                f"{series.name} {low:.2g}"
                if low == high
                else translate("{name} from {low:.2g} to {high:.2g}", name=series.name, low=low, high=high)
            )
    return translate(
        "{y} over {x}{how}: {ranges}.", y=plot.y.title, x=plot.x.title, how=how, ranges=translate("; ").join(ranges)
    )


# --- Bars -------------------------------------------------------------------------------------------------------------

BARS_WIDTH = 960
BARS_TOP, BAR, GAP = 44, 18, 14  # above the first bar, height of a bar, between groups
NUMBER = 96  # room for the number after the longest bar
CHARACTER = 8  # greatest width of a character of a label
HATCHES = ("", "M0 4H8", "M4 0V8", "M0 8L8 0", "M0 4H8M4 0V8", "M0 0L8 8")  # fill patterns in a square of 8 pixels


def draw_bars(bars: Bars) -> SvgDrawing:
    """Draw the bars from top to bottom, with a legend below."""
    heights = [height for _, row in bars.series for height in row if height is not None]
    scale = scale_of(heights, log=bars.axis.log, from_zero=True)
    left = min(24 + CHARACTER * max(map(width, bars.labels), default=0), BARS_WIDTH // 2)
    parts = [_patterns(bars)]
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
            parts.append(_bar(bars.key, number, f"{label}, {name}", left, y, wide, height))
            y += BAR
        y += GAP
    parts.append(f'<path class="ink" d="M{left} {BARS_TOP - 6}V{y - GAP + 6:g}"/>\n')
    how = translate(" (lengths are logarithms)") if bars.axis.log else ""
    parts.append(f'<text class="faint" x="{left}" y="{y + 12:g}">{text(bars.axis.title + how)}</text>\n')
    legend, y = _legend(bars, left, y + 34)
    return SvgDrawing(BARS_WIDTH, y, "".join([*parts, legend]), _bars_description(bars))


def _fill(key: str, number: int) -> str:
    return f"url(#{text(key)}-{number})"


def _patterns(bars: Bars) -> str:
    parts = []
    for number in range(len(bars.series)):
        lines = HATCHES[number % len(HATCHES)]
        hatch = f'<path class="hatch" d="{lines}" stroke-width="2"/>' if lines else ""
        parts.append(
            f'<pattern id="{text(bars.key)}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect class="{colour_class(number)}" width="8" height="8"/>{hatch}</pattern>\n'
        )
    return f"<defs>\n{''.join(parts)}</defs>\n"


def _bar(key: str, number: int, name: str, left: float, y: float, wide: float, height: float | None) -> str:
    if height is None:
        return (
            f'<text class="faint" x="{left + 6}" y="{y + 13:g}" font-size="12">{text(translate("no value"))}</text>\n'
        )
    wide = max(wide, 2.0 if height else 0.0)
    box = f'<rect x="{left}" y="{y + 1:g}" width="{wide:.1f}" height="{BAR - 2}" fill="{_fill(key, number)}">'
    number_at = f'<text x="{left + wide + 6:.1f}" y="{y + 13:g}" font-size="12">{power_text(height)}</text>'
    return f"{box}<title>{text(name)}</title></rect>{number_at}\n"


def _legend(bars: Bars, left: float, y: float) -> tuple[str, float]:
    """Return the fill and name of every series, and the y coordinate at which the drawing ends."""
    parts, x = [], left
    for number, (name, _) in enumerate(bars.series):
        wide = 44 + CHARACTER * width(name)
        if x > left and x + wide > BARS_WIDTH:
            x, y = left, y + 24
        parts.append(f'<rect x="{x:g}" y="{y - 12:g}" width="22" height="14" fill="{_fill(bars.key, number)}"/>')
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
