"""HTML: one self-contained page without network, or a fragment for notebooks.

A page has no script, unless it has a table that readers will want to sort and filter.

The page brings its own content security policy, so "loads nothing" is enforced by the browser and not a promise.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from diffcompare.document import Equations, Graph, Heading, Listing, Measured, Paragraph, Source, Table
from diffcompare.language import language, say
from diffcompare.render import Look, cells, html_script, svg
from diffcompare.render.glyphs import clean
from diffcompare.render.html_style import FRAGMENT_STYLE, PAGE_STYLE
from diffcompare.render.layout import for_people, group_place, introduction, is_prose, point_padding, repeats

if TYPE_CHECKING:
    from diffcompare.document import Block, Cell, Column, Document, Picture

LONG = 30
"""Characters of text from which on a cell may take several lines."""

_LONGEST_LEFT = 24
_EXPONENT = re.compile(r"\d[\d.]*e-\d+")


def render(document: Document, look: Look) -> str:
    """The document as a page."""
    titles = [block.text for block in document.blocks if isinstance(block, Heading)]
    sortable = any(isinstance(block, Table) and block.sortable for block in document.blocks)
    allowed = f"; script-src '{html_script.DIGEST}'" if sortable else ""
    script = f"<script>{html_script.SCRIPT}</script>\n" if sortable else ""
    style = FRAGMENT_STYLE + _picture_style(document) + PAGE_STYLE + (html_script.STYLE if sortable else "")
    page = (
        "<!DOCTYPE html>\n"
        f'<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'{allowed}\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_escaped(titles[0] if titles else 'diffcompare')}</title>\n"
        f"<style>\n{style}</style>\n</head>\n<body>\n"
        f'<main class="diffcompare">\n{body(document, look, 0)}</main>\n{script}</body>\n</html>\n'
    )
    return page if look.unicode else page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def fragment(document: Document, look: Look | None = None) -> str:
    """The document as a part of someone else's page (`_repr_html_`): its style reaches nothing outside of it."""
    inner = body(document, look or Look(), 2)  # a notebook has its own h1 and h2
    return f'<div class="diffcompare">\n<style>\n{FRAGMENT_STYLE}{_picture_style(document)}</style>\n{inner}</div>\n'


def _picture_style(document: Document) -> str:
    """The style of pictures, for a document that has any."""
    return svg.STYLE if svg.pictures(document) else ""


def _escaped(text: str) -> str:
    return html.escape(clean(text))


def _prose(text: str) -> str:
    """Escaped text in which no line breaks at the minus of an exponent."""
    return _EXPONENT.sub(r'<span class="whole">\g<0></span>', _escaped(text))


def body(document: Document, look: Look, lower: int) -> str:
    """The blocks as elements, their headings lowered by so many levels: a part of a page that has the style."""
    return "".join([f"{_block(block, look, lower)}\n" for block in for_people(document.blocks)])


def _block(block: Block, look: Look, lower: int) -> str:
    if isinstance(block, Heading):
        level = min(max(block.level, 1) + lower, 6)
        return f"<h{level}>{_escaped(block.text)}</h{level}>"
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Table):
        return _table(block, look)
    if isinstance(block, Listing):
        return _listing(block, look)
    if isinstance(block, Graph):
        return _graph(block, look)
    if isinstance(block, Equations):
        return _equations(block, look)
    if isinstance(block, Source):
        return _source(block)
    return _picture(block, look)


def _picture(picture: Picture, look: Look) -> str:
    """A picture with its numbers below it, folded away."""
    table = f"<details><summary>{_escaped(say('The numbers'))}</summary>\n{_table(picture.table, look)}\n</details>"
    return f'<figure>\n<div class="scroll">\n{svg.picture(picture)}\n</div>\n{table}\n</figure>'


def _graph(graph: Graph, look: Look) -> str:
    """The graph drawn, with its table to be unfolded; one too large to be drawn as its table."""
    from diffcompare.render.graph_layout import MOST_DRAWN

    table = _table(graph.table, look)
    if len(graph.vertices) > MOST_DRAWN:
        return table
    name = _escaped(graph.caption)
    drawing = f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n{svg.picture(graph)}\n</div>\n'
    return (
        f"<figure>\n{drawing}<figcaption>{name}</figcaption>\n</figure>\n"
        f"<details>\n<summary>{_escaped(graph.table.caption)}</summary>\n{table}\n</details>"
    )


def _paragraph(paragraph: Paragraph) -> str:
    word, text = introduction(paragraph.role, paragraph.text)
    if word:
        return f'<p class="{paragraph.role}"><strong>{_escaped(word)}</strong>{_lines(text)}</p>'
    return f'<p class="verdict">{_lines(text)}</p>' if paragraph.role == "verdict" else f"<p>{_lines(text)}</p>"


def _lines(text: str) -> str:
    return "<br>".join([_prose(line) for line in text.split("\n")])


def _cell(cell: Cell, look: Look) -> str:
    if isinstance(cell, Measured):
        right, wrong, rest = cells.marked(cell, look.digits)
        if wrong:
            title = say("differs from the truth, {truth}", truth=cell.truth)
            return f'{right}<u class="wrong" title="{_escaped(title)}">{wrong}</u>{rest}'
    text = cells.text(cell, look.digits, missing="\u2013")
    return f"<code>{_escaped(text)}</code>" if cells.is_formula(cell) else _prose(text)


def _table(table: Table, look: Look) -> str:
    name = _escaped(table.caption or table.key)
    points = _points(table, look)
    heads = "".join([_head(column, any(row[place] for row in points)) for place, column in enumerate(table.columns)])
    caption = f"<caption>{_escaped(table.caption)}</caption>\n" if table.caption else ""
    legend = f"\n{_legend()}" if cells.any_wrong(table, look.digits) else ""
    kind = ' class="sortable"' if table.sortable else ""
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n<table{kind}>\n{caption}'
        f"<thead><tr>{heads}</tr></thead>\n{''.join(_groups(table, points, look))}</table>\n</div>{legend}"
    )


def _legend() -> str:
    mark, told = '<u class="wrong">{mark}</u>', "{mark}: digits that differ from the truth."
    return f'<p class="legend">{say(told, mark=mark.format(mark=say("Underlined")))}</p>'


def _head(column: Column, in_line: bool) -> str:
    """A column's header; where decimal points stand in line it begins where the numbers begin."""
    return f'<th scope="col" class="{"left" if in_line else column.align}">{_escaped(column.title)}</th>'


def _groups(table: Table, points: list[list[int]], look: Look) -> Iterator[str]:
    """One `<tbody>` for each group of rows, so that a page break falls between groups; without groups one for all."""
    group = group_place(table)
    left_out = repeats(table)
    starts = [place for place, out in enumerate(left_out) if place == 0 or (group is not None and not out[group])]
    for start, end in pairwise([*starts, len(table.rows)]):
        rows = []
        for place in range(start, end):
            span = (end - start if place == start else 0) if group is not None else 1
            rows.append(_row(table, place, left_out[place], points[place], group, span, look))
        yield f"<tbody>\n{''.join(rows)}</tbody>\n"


def _row(
    table: Table, place: int, left_out: tuple[bool, ...], points: list[int], group: int | None, span: int, look: Look
) -> str:
    """A row; its header is the group cell (over all rows of the group) and the first cell beside it."""
    texts = []
    first = next((number for number, column in enumerate(table.columns) if not column.group), 0)
    for number, (column, cell) in enumerate(zip(table.columns, table.rows[place], strict=True)):
        if number == group:
            scope = f'scope="rowgroup" rowspan="{span}"' if span > 1 else 'scope="row"'
            texts.append(f'<th {scope} class="left">{_cell(cell, look)}</th>' if span else "")
            continue
        text = "" if left_out[number] or (cell is None and is_prose(table, number)) else _cell(cell, look)
        if number == first and column.align == "left":
            texts.append(f'<th scope="row" class="{_class(table, number, cell)}">{text}</th>')
        else:
            texts.append(f'<td class="{_class(table, number, cell)}"{_points_style(points[number])}>{text}</td>')
    return f"<tr>{''.join(texts)}</tr>\n"


def _class(table: Table, number: int, cell: Cell) -> str:
    column: Column = table.columns[number]
    kind = " number" if cells.is_number(cell) else " prose" if is_prose(table, number) else ""
    long = " long" if isinstance(cell, str) and len(cell) > LONG and not kind else ""
    return f"{column.align}{kind}{long}"


def _points(table: Table, look: Look) -> list[list[int]]:
    """For every cell, how many digits wide a space brings its decimal point in line with those above and below."""
    columns = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        columns.append(point_padding(column, values, [cells.text(value, look.digits) for value in values]))
    return [list(row) for row in zip(*columns, strict=True)]


def _points_style(spaces: int) -> str:
    return f' style="padding-right:calc({spaces}ch + .6em)"' if spaces else ""


def _equations(equations: Equations, look: Look) -> str:
    """A table of three columns without lines: left side, `=` and right side, remark."""
    name = _escaped(equations.caption or equations.key)
    caption = f"<caption>{_escaped(equations.caption)}</caption>\n" if equations.caption else ""
    rows = []
    for row in equations.rows:
        left = "" if row.left is None else _cell(row.left, look)
        wide = len(cells.text(row.left)) > _LONGEST_LEFT if row.left is not None else False
        if wide:
            rows.append(f'<tr><th scope="row" colspan="3" class="left">{left}</th></tr>\n')
        first = "<td></td>" if wide or not left else f'<th scope="row" class="right">{left}</th>'
        rows.append(
            f'<tr>{first}<td class="left formula">= {_cell(row.right, look)}</td>'
            f'<td class="left remark">{_escaped(row.remark)}</td></tr>\n'
        )
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n<table class="equations">\n{caption}'
        f"<tbody>\n{''.join(rows)}</tbody>\n</table>\n</div>"
    )


def _source(source: Source) -> str:
    """A program; its lines are not folded."""
    lines = "\n".join([_escaped(line) for line in source.text.rstrip().split("\n")])
    name = _escaped(say(f"{source.language} source"))
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n'
        f'<pre><code class="language-{_escaped(source.language)}">{lines}</code></pre>\n</div>'
    )


def _listing(listing: Listing, look: Look) -> str:
    entries = []
    for label, cell in listing.entries:
        kind = ' class="number"' if cells.is_number(cell) else ""
        entries.append(f"<dt>{_escaped(label)}</dt><dd{kind}>{_cell(cell, look)}</dd>\n")
    return f'<dl class="facts">\n{"".join(entries)}</dl>'
