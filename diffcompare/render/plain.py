"""Plain text for pipes and files: columns two spaces apart, all digits, no boxes, no folding.

Nothing is marked or left out, so that `awk` and `grep` can read each row by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.document import (
    Bars,
    Block,
    Cell,
    Document,
    Equations,
    Graph,
    Heading,
    Listing,
    Paragraph,
    Plot,
    Source,
    Table,
)
from diffcompare.render.block_layout import chart_lines, equation_lines, graph_lines
from diffcompare.render.text_layout import (
    clean,
    close_together,
    for_people,
    introduced,
    line_text,
    padding_of,
    point_padding,
    signed,
    title_padding,
)

if TYPE_CHECKING:
    from diffcompare.render import Look


def render(document: Document, look: Look) -> str:
    """Write the document as lines without trailing spaces."""
    lines: list[str] = []
    blocks = for_people(document.blocks)
    for place, block in enumerate(blocks):
        if place and not close_together(blocks[place - 1], block):
            lines.append("")
        lines += _block(block, look)
    return "".join([f"{line.rstrip()}\n" for line in lines])


def _block(block: Block, look: Look) -> list[str]:
    match block:
        case Heading():
            return [clean(block.text, look.unicode)]
        case Paragraph():
            text = signed(block.outcome, introduced(block.role, block.text), look.unicode)
            return [clean(line, look.unicode) for line in text.split("\n")]
        case Table():
            return _table_or_narrow(block, look)
        case Listing():
            return _listing(block, look)
        case Equations():
            caption = [clean(block.caption, look.unicode)] if block.caption else []
            return caption + list(map(line_text, equation_lines(block, look)))
        case Source():
            return [clean(f"{gutter}{line}", look.unicode).rstrip() for gutter, line in block.gutters]
        case Graph():
            return [*_drawing(block, look), *_table(block.table, look)]
        case Plot() | Bars():
            return _chart(block, look)


def _chart(chart: Plot | Bars, look: Look) -> list[str]:
    return list(map(line_text, chart_lines(chart, look))) or _table(chart.table, look)


def _drawing(graph: Graph, look: Look) -> list[str]:
    """Draw the graph in characters, followed by an empty line; nothing if it is too large."""
    drawing, legend = graph_lines(graph, look)
    lines = [*map(line_text, drawing), *([""] if drawing and legend else []), *legend]
    return [clean(graph.caption, look.unicode), *lines, ""] if lines else []


def _text(cell: Cell, look: Look) -> str:
    return clean(formatting.text(cell, look.digits), look.unicode) or "-"


def _table_or_narrow(table: Table, look: Look) -> list[str]:
    """Set a table, or what it has in its place where it is wider than a page."""
    lines = _table(table, look)
    if not table.narrow or max([width(line.rstrip()) for line in lines], default=0) <= look.width:
        return lines
    blocks = for_people(table.narrow)
    return [line for place, block in enumerate(blocks) for line in (*([""] if place else []), *_block(block, look))]


def _table(table: Table, look: Look) -> list[str]:
    columns = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        texts = [_text(value, look) for value in values]
        padding = point_padding(column, values, texts)
        title = clean(column.title, look.unicode)
        title += title_padding(title, texts, padding)
        padded = [text + " " * spaces for text, spaces in zip(texts, padding, strict=True)]
        columns.append(_aligned([title, *padded], column.align))
    caption = [clean(table.caption, look.unicode)] if table.caption else []
    return caption + ["  ".join(row) for row in zip(*columns, strict=True)]


def _listing(listing: Listing, look: Look) -> list[str]:
    labels = _aligned([clean(label, look.unicode) for label, _ in listing.entries], "left")
    return [f"{label}  {_text(cell, look)}" for label, (_, cell) in zip(labels, listing.entries, strict=True)]


def _aligned(texts: list[str], align: str) -> list[str]:
    columns = max(map(width, texts), default=0)
    padded = []
    for text in texts:
        before, after = padding_of(text, columns, align)
        padded.append(before + text + after)
    return padded
