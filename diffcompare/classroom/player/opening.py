"""The first screen of a demo: its claim, which is known before any of its frames is computed."""

from __future__ import annotations

from diffcompare.classroom.demos.frame import Demo
from diffcompare.diagnostics import width
from diffcompare.localization import translate
from diffcompare.render import Look
from diffcompare.render.text_layout import Line, clean, cut, padded, wrap

NARROWEST, LOWEST = 20, 6  # columns and rows for which the screen is made, however small the window is
KEYS = ("[space] next", "[?] help", "[q] quit")


def opening_lines(demo: Demo, look: Look, rows: int, *, waits: bool) -> list[Line]:
    """Return the screen with title and claim of a demo; `waits` says that a key has been pressed, and frames come."""
    columns, rows = max(look.width, NARROWEST) - 1, max(rows, LOWEST)
    left, right = f" {demo.name}  {demo.title}", translate("{count} min", count=demo.minutes)
    title = f"{left}{' ' * max(columns - width(left) - width(right), 1)}{right}"
    claim = wrap(clean(demo.claim, look.unicode), max(columns - 2, 1))
    body: list[Line] = [
        [],
        *[[(f" {line}", "strong")] for line in claim],
        [],
        [(translate(" computing ..."), "faint")] * waits,
    ]
    lines: list[Line] = [[(title, "strong")], *padded(body[: rows - 2], rows - 2)]
    lines.append([(" ".join(map(translate, KEYS)), "")])
    texts = [[(clean(text, look.unicode), style) for text, style in line] for line in lines]
    return [cut(line, columns, clean("…", look.unicode)) for line in texts]
