"""Bars in a terminal: one line for each, its name before it and its number after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.language import say
from diffcompare.render.canvas import hue
from diffcompare.render.folding import prose_lines
from diffcompare.render.glyphs import clean, width
from diffcompare.render.scale import Scale, power_text, scale_of

if TYPE_CHECKING:
    from diffcompare.document import Bars
    from diffcompare.render import Look
    from diffcompare.render.folding import Line

WIDEST = 120
NARROWEST = 4
_FILLS, _ASCII_FILLS = "█▓▒░", "#=+-"


def draw(bars: Bars, look: Look, columns: int) -> list[Line]:
    """The groups one below the other in so many columns; the length of a bar says its height."""
    lines = prose_lines(clean(bars.caption, look.unicode), "strong", columns) if bars.caption else []
    heights = [height for _, row in bars.series for height in row if height is not None]
    scale = scale_of(heights, log=bars.axis.log, from_zero=True)
    labels = _padded([clean(label, look.unicode) for label in bars.labels])
    names = _padded([clean(name, look.unicode) for name, _ in bars.series])
    after = max((len(power_text(height)) for height in heights), default=1) + 1
    before = width("".join([*labels[:1], *names[:1]])) + 2
    room = min(columns, WIDEST) - before - after
    for place, label in enumerate(labels):
        for number, (name, (_, row)) in enumerate(zip(names, bars.series, strict=True)):
            start = f"{label if number == 0 else ' ' * width(label)} {name} "
            if room < NARROWEST:  # the words keep lines of their own
                lines += prose_lines(f"{label} {name}", "", columns)
                start = ""
            bar = _bar(row[place], scale, room if start else columns - after, look, number)
            lines.append([(start, ""), *bar])
    title = clean(bars.axis.title, look.unicode) + (say(" (lengths are logarithms)") if bars.axis.log else "")
    return [*lines, *prose_lines(title, "", columns)]


def _padded(texts: list[str]) -> list[str]:
    columns = max(map(width, texts), default=0)
    return [text + " " * (columns - width(text)) for text in texts]


def _bar(height: float | None, scale: Scale, room: int, look: Look, number: int) -> Line:
    """A bar in the fill of its series, and its number; nothing but 0 has no bar at all."""
    if height is None:
        return [("-", "")]
    fills = _FILLS if look.unicode else _ASCII_FILLS
    filled = scale.place(height) if height > 0 or not scale.log else 0.0
    length = max(round(filled * max(room, 1)), 1 if height else 0)
    return [(fills[number % len(fills)] * length, hue(number)), (f" {power_text(height)}", "")]
