"""Terminal output: tables between rules, folded to the width without ever cutting a number.

The layout is made in `block_layout`, because rich drops digits when a table is too narrow; rich only writes the escape
sequences.  All text goes through `rich.text.Text` and never through markup, which would delete `[b]`.  Digits that
differ from the truth are underlined and vermillion, or in brackets on a dumb terminal.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.document import (
    Bars,
    Block,
    Cell,
    Column,
    Document,
    Equations,
    Graph,
    Heading,
    Listing,
    Measured,
    Paragraph,
    Plot,
    Source,
    Table,
)
from diffcompare.localization import translate
from diffcompare.render.block_layout import Entry, chart_lines, entry_lines, equation_lines, graph_lines, table_lines
from diffcompare.render.text_layout import (
    Line,
    clean,
    close_together,
    for_people,
    introduced,
    is_prose,
    line_text,
    prose_lines,
    signed,
    stage_mark,
    wrap,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffcompare.render import Look

# Okabe-Ito vermillion #D55E00, from the 256 colours that every terminal has.
_STYLES = {"": "", "strong": "bold", "faint": "dim", "warning": "color(166)", "wrong": "underline color(166)"}
_STYLES |= {f"hue{number}": f"color({colour})" for number, colour in enumerate((32, 166, 36, 175, 178, 74))}
_STYLES |= {"primal": "color(32)", "tangent": "color(172)", "adjoint": "color(166)", "now": "reverse"}
_STYLES |= {"right": "bold color(36)", "wrong-verdict": "bold color(166)", "undecided": "bold color(178)"}
_OUTCOMES = {"right": "right", "wrong": "wrong-verdict", "undecided": "undecided"}
_FACES = {"verdict": "strong", "warning": "warning"}


def render(document: Document, look: Look) -> str:
    """Write the document as text, with escape sequences only where `look` allows them."""
    return "".join([f"{line}\n" for line in painted(document_lines(document, look), look)])


def document_lines(document: Document, look: Look) -> list[Line]:
    """Return lines of styled spans, no wider than the look allows except for what cannot be folded."""
    lines: list[Line] = []
    blocks = for_people(document.blocks)
    for place, block in enumerate(blocks):
        if place and not close_together(blocks[place - 1], block):
            lines.append([])
        lines += _block(block, look)
    return lines


def painted(lines: Sequence[Line], look: Look) -> list[str]:
    """Turn styled lines into text, with escape sequences if the look allows styles."""
    if not look.styled:
        return [line_text(line).rstrip() for line in lines]
    from rich.console import Console
    from rich.text import Text

    file = io.StringIO()
    console = Console(file=file, width=look.width, force_terminal=True, force_jupyter=False, color_system="256",
                      no_color=not look.colour, legacy_windows=False)  # fmt: skip
    for line in lines:
        text = Text.assemble(*[(part, _STYLES[style]) for part, style in line])
        text.rstrip()
        console.print(text, no_wrap=True, overflow="ignore", crop=False)
    return file.getvalue().split("\n")[:-1]


def _block(block: Block, look: Look) -> list[Line]:
    match block:
        case Heading():
            return _prose(block.text, "strong", look)
        case Paragraph():
            text = signed(block.outcome, introduced(block.role, block.text), look.unicode)
            return _prose(text, _OUTCOMES.get(block.outcome) or _FACES.get(block.role, ""), look)
        case Table():
            return _table(block, look)
        case Listing():
            return _listing(block, look)
        case Equations():
            caption = _prose(block.caption, "strong", look) if block.caption else []
            return caption + equation_lines(block, look, look.width)
        case Source():
            return source_lines(block, look)
        case Graph():
            return [*_drawing(block, look), *_table(block.table, look)]
        case Plot() | Bars():
            return _chart(block, look)


def source_lines(source: Source, look: Look) -> list[Line]:
    """Return the lines of a program behind their numbers; in the running one, what is at work stands out."""
    lines: list[Line] = []
    for gutter, line in source.gutters:
        if gutter.startswith(">"):
            before, segment, after = (clean(part, look.unicode) for part in source.split(line))
            lines.append([(gutter, "strong"), (before, "strong"), (segment, "now"), (after, "strong")])
        else:
            lines.append([(gutter, "faint"), (clean(line, look.unicode), "")])
    return lines


def _listing(listing: Listing, look: Look) -> list[Line]:
    entries: list[Entry] = [
        (clean(label, look.unicode), _cell(cell, look), wrap if isinstance(cell, str) else None)
        for label, cell in listing.entries
    ]
    return entry_lines(entries, look.width)


def _chart(chart: Plot | Bars, look: Look) -> list[Line]:
    return chart_lines(chart, look, look.width) or _table(chart.table, look)


def _drawing(graph: Graph, look: Look) -> list[Line]:
    """Draw the graph in characters, followed by an empty line; where the terminal is too narrow, say so instead."""
    drawing, legend = graph_lines(graph, look, look.width)
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
    laid_out = table_lines(table, titles, body, legend, look)
    if not laid_out and table.narrow:
        blocks = for_people(table.narrow)
        return [line for place, block in enumerate(blocks) for line in (*([[]] if place else []), *_block(block, look))]
    return lines + list(map(_bar, laid_out))


def _bar(line: Line) -> Line:
    """Extend the highlight of the current row over the spaces between its cells."""
    now = [place for place, (_, style) in enumerate(line) if style == "now"]
    if not now:
        return line
    bar = [(text, "now") for text, _ in line[now[0] : now[-1] + 1]]
    return [*line[: now[0]], *bar, *line[now[-1] + 1 :]]


def _coloured(cell: Line, column: Column) -> Line:
    return [(text, style or column.quantity or "") for text, style in cell]


def _staged(table: Table, titles: list[str], body: list[list[Line]], look: Look) -> tuple[list[str], list[list[Line]]]:
    """Prefix each row with the mark of its stage, and highlight the current row."""
    marked: list[list[Line]] = []
    for stage, row in zip(table.stages, body, strict=True):
        cells: list[Line] = [[(f"{stage_mark(stage, look.unicode)} ", ""), *row[0]], *row[1:]]
        marked.append([[(text, "now") for text, _ in cell] for cell in cells] if stage == "now" else cells)
    return [f"  {titles[0]}", *titles[1:]], marked


def _cell(cell: Cell, look: Look) -> Line:
    """Return a cell's text, with the digits marked that differ from the truth."""
    if isinstance(cell, Measured):
        right, wrong, rest = formatting.marked(cell, look.digits)
        mark = (wrong, "wrong") if look.styled or not wrong else (f"[{wrong}]", "")
        return [(right, ""), mark, (rest, "")]
    return [(clean(formatting.text(cell, look.digits), look.unicode), "")]
