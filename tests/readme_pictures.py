"""The pictures of the README: two that the program draws, and what it prints on a terminal in colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import sessions
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

FOLDER = sessions.ROOT / "tests" / "golden" / "pictures"

# The sixteen colours of a terminal, dark enough for white paper (at least 4.5 : 1) where anything is written in them
COLOURS = [
    (17, 24, 39), (180, 35, 24), (0, 102, 75), (138, 90, 0), (0, 98, 155), (136, 54, 122), (0, 103, 110), (85, 93, 107),
]  # fmt: skip
THEME = TerminalTheme((255, 255, 255), COLOURS[0], COLOURS, COLOURS)
CELL, LINE, EDGE = 8.4, 19, 14  # pixels: the width and height of a cell at 14 pixels, and the margin


def terminal(command: str, directory: Path, columns: int = 80) -> str:
    """An SVG of what a command prints on a terminal of so many columns."""
    printed = sessions.run_here(f"{command} --format terminal --color always", directory, COLUMNS=str(columns))
    lines = Text.from_ansi(f"$ {command}\n{printed}").split("\n")
    width, height = round(columns * CELL) + 2 * EDGE, len(lines) * LINE + 2 * EDGE
    rows = "".join([_row(line, place) for place, line in enumerate(lines)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="ui-monospace, \'DejaVu Sans Mono\', Consolas, monospace" font-size="14">\n'
        f"<title>{escape(command)}</title>\n"
        f'<rect class="paper" width="{width}" height="{height}" rx="6" fill="#ffffff" stroke="#d1d5db"/>\n{rows}</svg>\n'
    )


def _row(line: Text, place: int) -> str:
    """The pieces of a line: a browser makes one blank of several, so each group of words has its own place."""
    pieces, column = [], 0
    for segment in line.render(Console(color_system="standard", width=10_000)):
        for words in re.finditer(r"\S+(?: \S+)*", segment.text):
            pieces.append(_piece(words[0], segment.style or Style.null(), column + words.start(), place))
        column += len(segment.text)
    return "".join(pieces)


def _piece(words: str, style: Style, column: int, place: int) -> str:
    """Words stretched over their cells, so that columns are in line in any font."""
    colour = style.color.get_truecolor(THEME) if style.color else COLOURS[7 if style.dim else 0]
    bold = ' font-weight="bold"' if style.bold else ""
    line = ' text-decoration="underline"' if style.underline else ""
    return (
        f'<text x="{EDGE + column * CELL:.1f}" y="{EDGE + (place + 0.75) * LINE:.1f}" '
        f'textLength="{len(words) * CELL:.1f}" fill="#{bytes(colour).hex()}"{bold}{line}>{escape(words)}</text>\n'
    )


def drawn(command: str, directory: Path) -> str:
    """The SVG that a command writes to `picture.svg`."""
    path = directory / "picture.svg"
    assert "error[" not in sessions.run_here(f"{command} -o {path}", directory)
    return path.read_text(encoding="utf-8")


PICTURES: dict[str, tuple[str, Callable[[str, Path], str]]] = {
    "table.svg": ('diffcompare grad "ln(x1)+x1*x2-sin(x2)"', terminal),
    "graph.svg": ("diffcompare graph @baydin --show adjoint", drawn),
    "steps.svg": ("diffcompare sweep @logistic_l4", drawn),
}
"""Under the name of its file, the command that a picture shows and what makes the picture of it."""
