"""Bars as SVG: groups of horizontal bars, each with its number at the end; fills differ in colour and in pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.language import say
from diffcompare.render.glyphs import width
from diffcompare.render.plot_svg import color
from diffcompare.render.scale import power_text, scale_of
from diffcompare.render.svg import Drawing, text

if TYPE_CHECKING:
    from diffcompare.document import Bars

WIDTH = 960
TOP, BAR, GAP = 44, 18, 14
NUMBER = 96
"""Pixels for the number after the longest bar."""
CHARACTER = 8
"""Pixels of a character of a label, at most."""
HATCHES = ("", "M0 4H8", "M4 0V8", "M0 8L8 0", "M0 4H8M4 0V8", "M0 0L8 8")
"""The lines of a fill's pattern, in a square of 8 pixels."""


def draw(bars: Bars) -> Drawing:
    """The bars from the top to the bottom, and a legend where there are several series."""
    heights = [height for _, row in bars.series for height in row if height is not None]
    scale = scale_of(heights, log=bars.axis.log, from_zero=True)
    left = min(24 + CHARACTER * max(map(width, bars.labels), default=0), WIDTH // 2)
    parts = [_patterns(bars)]
    if bars.caption:
        parts.append(f'<text x="16" y="26" font-size="18" font-weight="bold">{text(bars.caption)}</text>\n')
    y = float(TOP)
    for place, label in enumerate(bars.labels):
        middle = y + BAR * len(bars.series) / 2
        parts.append(f'<text x="{left - 10}" y="{middle + 5:g}" text-anchor="end">{text(label)}</text>\n')
        for number, (name, row) in enumerate(bars.series):
            height = row[place]
            shown = height is not None and (height > 0 or not bars.axis.log)
            wide = scale.place(height) * (WIDTH - left - NUMBER) if height is not None and shown else 0.0
            parts.append(_bar(bars.key, number, f"{label}, {name}", left, y, wide, height))
            y += BAR
        y += GAP
    parts.append(f'<path class="ink" d="M{left} {TOP - 6}V{y - GAP + 6:g}"/>\n')
    how = say(" (lengths are logarithms)") if bars.axis.log else ""
    parts.append(f'<text class="faint" x="{left}" y="{y + 12:g}">{text(bars.axis.title + how)}</text>\n')
    legend, y = _legend(bars, left, y + 34)
    return Drawing(WIDTH, y, "".join([*parts, legend]), _description(bars))


def _fill(key: str, number: int) -> str:
    return f"url(#{text(key)}-{number})"


def _patterns(bars: Bars) -> str:
    parts = []
    for number in range(len(bars.series)):
        lines = HATCHES[number % len(HATCHES)]
        hatch = f'<path class="hatch" d="{lines}" stroke-width="2"/>' if lines else ""
        parts.append(
            f'<pattern id="{text(bars.key)}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect class="{color(number)}" width="8" height="8"/>{hatch}</pattern>\n'
        )
    return f"<defs>\n{''.join(parts)}</defs>\n"


def _bar(key: str, number: int, name: str, left: float, y: float, wide: float, height: float | None) -> str:
    if height is None:
        return f'<text class="faint" x="{left + 6}" y="{y + 13:g}" font-size="12">{text(say("no value"))}</text>\n'
    wide = max(wide, 2.0 if height else 0.0)
    box = f'<rect x="{left}" y="{y + 1:g}" width="{wide:.1f}" height="{BAR - 2}" fill="{_fill(key, number)}">'
    number_at = f'<text x="{left + wide + 6:.1f}" y="{y + 13:g}" font-size="12">{power_text(height)}</text>'
    return f"{box}<title>{text(name)}</title></rect>{number_at}\n"


def _legend(bars: Bars, left: float, y: float) -> tuple[str, float]:
    """The fill and name of every series, and where the drawing ends."""
    parts, x = [], left
    for number, (name, _) in enumerate(bars.series):
        wide = 44 + CHARACTER * width(name)
        if x > left and x + wide > WIDTH:
            x, y = left, y + 24
        parts.append(f'<rect x="{x:g}" y="{y - 12:g}" width="22" height="14" fill="{_fill(bars.key, number)}"/>')
        parts.append(f'<text x="{x + 30:g}" y="{y:g}">{text(name)}</text>\n')
        x += wide + 16
    return "".join(parts), y + 16


def _description(bars: Bars) -> str:
    """What the bars show, for whoever does not see them."""
    groups = []
    for place, label in enumerate(bars.labels):
        numbers = [f"{name} {_spoken(row[place])}" for name, row in bars.series]
        groups.append(f"{label}: {say(', ').join(numbers)}")
    return say("{axis}. {groups}.", axis=bars.axis.title, groups=say("; ").join(groups))


def _spoken(height: float | None) -> str:
    return say("no value") if height is None else power_text(height)
