"""Plain text for pipes and files: aligned columns two spaces apart, every digit, no boxes, no folding at any width.

Nothing is marked or left out, so that every row can be read by itself by `awk` or `grep`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.document import Equations, Graph, Heading, Listing, Paragraph, Source, Table
from diffcompare.render.equations import equation_lines
from diffcompare.render.pictures import COLUMNS, picture_lines
from diffcompare.render.text_layout import (
    clean,
    close_together,
    for_people,
    introduced,
    padding_of,
    point_padding,
    title_padding,
)

if TYPE_CHECKING:
    from diffcompare.document import Block, Cell, Document
    from diffcompare.render import Look


def render(document: Document, look: Look) -> str:
    """The document as lines of text without trailing spaces."""
    lines: list[str] = []
    blocks = for_people(document.blocks)
    for place, block in enumerate(blocks):
        if place and not close_together(blocks[place - 1], block):
            lines.append("")
        lines += _block(block, look)
    return "".join([f"{line.rstrip()}\n" for line in lines])


def _block(block: Block, look: Look) -> list[str]:
    if isinstance(block, Heading):
        return [clean(block.text, look.unicode)]
    if isinstance(block, Paragraph):
        return [clean(line, look.unicode) for line in introduced(block.role, block.text).split("\n")]
    if isinstance(block, Table):
        return _table(block, look)
    if isinstance(block, Listing):
        return _listing(block, look)
    if isinstance(block, Graph):
        return [*_drawing(block, look), *_table(block.table, look)]
    if isinstance(block, Equations):
        return _equations(block, look)
    if isinstance(block, Source):
        return _source(block, look)
    drawn = picture_lines(block, look, COLUMNS)
    return ["".join([text for text, _ in line]) for line in drawn] or _block(block.table, look)


def _drawing(graph: Graph, look: Look) -> list[str]:
    """The graph in characters, if it can be drawn, and an empty line."""
    from diffcompare.render.graph.text import MAX_WIDTH, drawn

    lines = drawn(graph, look, MAX_WIDTH)
    return [clean(graph.caption, look.unicode), *lines, ""] if lines else []


def _text(cell: Cell, look: Look) -> str:
    return clean(formatting.text(cell, look.digits), look.unicode) or "-"


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


def _equations(equations: Equations, look: Look) -> list[str]:
    caption = [clean(equations.caption, look.unicode)] if equations.caption else []
    return caption + ["".join([text for text, _ in line]) for line in equation_lines(equations, look)]


def _source(source: Source, look: Look) -> list[str]:
    return [clean(line, look.unicode) for line in source.text.splitlines()]


def _aligned(texts: list[str], align: str) -> list[str]:
    columns = max(map(width, texts), default=0)
    padded = []
    for text in texts:
        before, after = padding_of(text, columns, align)
        padded.append(before + text + after)
    return padded
