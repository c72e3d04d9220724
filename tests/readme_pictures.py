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

# A terminal is dark here: the program's own green and orange are made for both, and brighter on dark
PAPER, INK, DIM = "#0d1117", "#e6edf3", "#8b949e"
COLOURS = [
    (139, 148, 158), (255, 123, 114), (63, 185, 80), (210, 153, 34),
    (88, 166, 255), (188, 140, 255), (57, 197, 207), (230, 237, 243),
]  # fmt: skip
THEME = TerminalTheme((13, 17, 23), COLOURS[7], COLOURS, COLOURS)
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
        f'<rect class="paper" width="{width}" height="{height}" rx="6" fill="{PAPER}"/>\n{rows}</svg>\n'
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
    colour = f"#{bytes(style.color.get_truecolor(THEME)).hex()}" if style.color else DIM if style.dim else INK
    bold = ' font-weight="bold"' if style.bold else ""
    line = ' text-decoration="underline"' if style.underline else ""
    return (
        f'<text x="{EDGE + column * CELL:.1f}" y="{EDGE + (place + 0.75) * LINE:.1f}" '
        f'textLength="{len(words) * CELL:.1f}" fill="{colour}"{bold}{line}>{escape(words)}</text>\n'
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
