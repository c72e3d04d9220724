"""The terminal: tables between rules, folded to the width without ever cutting a number.

The layout is decided in `folding`, from the width of every cell: rich drops digits when a table is too narrow.  What
is left for rich is the escape sequences.  All text goes through `rich.text.Text` and never through markup, which would
delete `[b]`.  Digits that differ from the truth are underlined and vermillion, or in brackets on a dumb terminal.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.document import Equations, Graph, Heading, Listing, Measured, Paragraph, Source, Table
from diffcompare.localization import translate
from diffcompare.render.equations import equation_lines
from diffcompare.render.pictures import picture_lines
from diffcompare.render.table_layout import Entry, Line, entry_lines, prose_lines, table_lines
from diffcompare.render.text_layout import clean, close_together, for_people, introduced, is_prose, stage_mark, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffcompare.document import Block, Cell, Column, Document
    from diffcompare.render import Look

# Okabe-Ito vermillion #D55E00, from the 256 colours that every terminal has.
_STYLES = {"": "", "strong": "bold", "faint": "dim", "warning": "color(166)", "wrong": "underline color(166)"}
_STYLES |= {f"hue{number}": f"color({color})" for number, color in enumerate((32, 166, 36, 175, 178, 74))}
_STYLES |= {"primal": "color(32)", "tangent": "color(172)", "adjoint": "color(166)", "now": "reverse"}
_FACES = {"verdict": "strong", "warning": "warning"}


def render(document: Document, look: Look) -> str:
    """The document as text, with escape sequences only where `look` allows them."""
    return "".join([f"{line}\n" for line in painted(document_lines(document, look), look)])


def document_lines(document: Document, look: Look) -> list[Line]:
    """The document as lines of styled spans, none wider than the look allows but for what cannot be folded."""
    lines: list[Line] = []
    blocks = for_people(document.blocks)
    for place, block in enumerate(blocks):
        if place and not close_together(blocks[place - 1], block):
            lines.append([])
        lines += _block(block, look)
    return lines


def painted(lines: Sequence[Line], look: Look) -> list[str]:
    """Lines as text, with escape sequences where the look has styles."""
    if not look.styled:
        return ["".join([text for text, _ in line]).rstrip() for line in lines]
    from rich.console import Console
    from rich.text import Text

    file = io.StringIO()
    console = Console(file=file, width=look.width, force_terminal=True, force_jupyter=False, color_system="256",
                      no_color=not look.color, legacy_windows=False)  # fmt: skip
    for line in lines:
        text = Text.assemble(*[(part, _STYLES[style]) for part, style in line])
        text.rstrip()
        console.print(text, no_wrap=True, overflow="ignore", crop=False)
    return file.getvalue().split("\n")[:-1]


def _block(block: Block, look: Look) -> list[Line]:
    if isinstance(block, Heading):
        return _prose(block.text, "strong", look)
    if isinstance(block, Paragraph):
        return _prose(introduced(block.role, block.text), _FACES.get(block.role, ""), look)
    if isinstance(block, Table):
        return _table(block, look)
    if isinstance(block, Graph):
        return [*_drawing(block, look), *_table(block.table, look)]
    if isinstance(block, Equations):
        caption = _prose(block.caption, "strong", look) if block.caption else []
        return caption + equation_lines(block, look, look.width)
    if isinstance(block, Source):
        return [[(clean(line, look.unicode), "")] for line in block.text.splitlines()]
    if not isinstance(block, Listing):
        return picture_lines(block, look, look.width) or _block(block.table, look)
    entries: list[Entry] = [
        (clean(label, look.unicode), _cell(cell, look), wrap if isinstance(cell, str) else None)
        for label, cell in block.entries
    ]
    return entry_lines(entries, look.width)


def _drawing(graph: Graph, look: Look) -> list[Line]:
    """The graph in characters, if it can be drawn in so many columns, and an empty line."""
    from diffcompare.render.graph.text import drawing_lines, drawn

    drawing, legend = drawing_lines(graph, look, look.width)
    if not drawing:
        drawing, legend = [], drawn(graph, look, look.width)  # why there is none
    if not drawing and not legend:
        return []
    below = [line for text in legend for line in _prose(text, "", look)]
    return [*_prose(graph.caption, "strong", look), *drawing, *([[]] if drawing and below else []), *below, []]


def _prose(text: str, style: str, look: Look) -> list[Line]:
    cleaned = "\n".join([clean(line, look.unicode) for line in text.split("\n")])
    return prose_lines(cleaned, style, look.width)


def _table(table: Table, look: Look) -> list[Line]:
    lines = _prose(table.caption, "strong", look) if table.caption else []
    titles = [clean(column.title, look.unicode) for column in table.columns]
    body = [
        [
            [] if cell is None and is_prose(table, place) else _coloured(_cell(cell, look), table.columns[place])
            for place, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    if table.stages:
        titles, body = _staged(table, titles, body, look)
    legend = []
    if formatting.any_wrong(table, look.digits):
        how = translate("underlined") if look.styled else translate("in brackets")
        legend = _prose(translate("{mark}: digits that differ from the truth", mark=how), "", look)
    return lines + list(map(_bar, table_lines(table, titles, body, legend, look)))


def _bar(line: Line) -> Line:
    """The row that is shown now as one bar, the spaces between its cells too."""
    now = [place for place, (_, style) in enumerate(line) if style == "now"]
    if not now:
        return line
    bar = [(text, "now") for text, _ in line[now[0] : now[-1] + 1]]
    return [*line[: now[0]], *bar, *line[now[-1] + 1 :]]


def _coloured(cell: Line, column: Column) -> Line:
    return [(text, style or column.quantity or "") for text, style in cell]


def _staged(table: Table, titles: list[str], body: list[list[Line]], look: Look) -> tuple[list[str], list[list[Line]]]:
    """Titles and cells with the mark of every row before it, and the row that is shown now in reverse."""
    marked: list[list[Line]] = []
    for stage, row in zip(table.stages, body, strict=True):
        cells: list[Line] = [[(f"{stage_mark(stage, look.unicode)} ", ""), *row[0]], *row[1:]]
        marked.append([[(text, "now") for text, _ in cell] for cell in cells] if stage == "now" else cells)
    return [f"  {titles[0]}", *titles[1:]], marked


def _cell(cell: Cell, look: Look) -> Line:
    """A cell's text, with the digits marked that differ from the truth."""
    if isinstance(cell, Measured):
        right, wrong, rest = formatting.marked(cell, look.digits)
        mark = (wrong, "wrong") if look.styled or not wrong else (f"[{wrong}]", "")
        return [(right, ""), mark, (rest, "")]
    return [(clean(formatting.text(cell, look.digits), look.unicode), "")]
