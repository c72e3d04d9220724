"""HTML: one self-contained page that needs no network, or a fragment for notebooks.

Only a page with a sortable table has a script.  The page carries its own content security policy, so that the browser
enforces that nothing is loaded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise

from diffcompare import formatting
from diffcompare.document import (
    MAX_DRAWN,
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
from diffcompare.localization import language, translate
from diffcompare.render import Look, svg
from diffcompare.render.sortable_table import DIGEST, SCRIPT
from diffcompare.render.sortable_table import STYLE as SORTABLE_STYLE
from diffcompare.render.text_layout import (
    SIGNS,
    clean,
    for_people,
    group_place,
    introduction,
    is_prose,
    point_padding,
    repeats,
)
from diffcompare.render.typeset_html import STYLE as TYPESET_STYLE
from diffcompare.render.typeset_html import formula_html

# The style sheets of the HTML renderer.
#
# Contrast of text is at least 4.5 : 1 in both schemes: vermillion text is #A84300 on white (6.1) and #E69F00 on #111827
# (7.9).  What is wrong is also underlined, because colour alone means nothing to some readers and to some printers.

# All rules apply to elements inside `.diffcompare` only; colours are those of the host page, except for the underline.
# Notebooks style lists, tables and code themselves (JupyterLab floats lists); in a fragment each rule outweighs theirs.
# A picture is hidden until the style shows it: where styles are taken away, only its words would be left of it.
FRAGMENT_STYLE = (
    """\
.diffcompare .scroll { overflow-x: auto; max-width: 100%; margin: 1em 0 .3em; }
.diffcompare .scroll table { border-collapse: collapse; margin: 0; border: 0; border-top: 2px solid;
  border-bottom: 2px solid; display: table; table-layout: auto; width: auto; color: inherit; }
.diffcompare .scroll caption { text-align: left; font-weight: bold; padding: 0 .6em .4em 0; color: inherit; }
.diffcompare .scroll th, .diffcompare .scroll td { padding: .25em .6em; vertical-align: baseline; text-align: left;
  border: 0; max-width: none; }
.diffcompare .scroll th { font-weight: normal; white-space: nowrap; }
.diffcompare .scroll thead th { font-weight: bold; border-bottom: 1px solid; }
.diffcompare .scroll tbody + tbody { border-top: 1px solid #8886; }
.diffcompare .scroll .right { text-align: right; }
.diffcompare .scroll td { white-space: nowrap; }
.diffcompare .scroll td.prose { white-space: normal; min-width: 16em; max-width: 40em; }
.diffcompare code, .diffcompare .number { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-variant-numeric: tabular-nums; }
.diffcompare code { white-space: nowrap; background: none; padding: 0; color: inherit; font-size: inherit; }
.diffcompare .number, .diffcompare .scroll code, .diffcompare dd code { font-size: .94em; }
.diffcompare .scroll .long { white-space: normal; min-width: 12em; }
.diffcompare .scroll table.equations { border: 0; }
.diffcompare .scroll .equations tr { background: none; }
.diffcompare .scroll .formula code { white-space: normal; overflow-wrap: anywhere; line-break: strict; }
.diffcompare .scroll td.formula { white-space: normal; padding-left: 1.4em; text-indent: -1.2em; min-width: 16em; }
.diffcompare .scroll td.remark { font-style: italic; font-size: .9em; }
.diffcompare pre { margin: 0; }
.diffcompare pre code { white-space: pre; }
.diffcompare .gutter { opacity: .7; user-select: none; }
.diffcompare mark.running { color: inherit; background: color-mix(in srgb, currentColor 16%, transparent);
  font-weight: bold; }
.diffcompare mark.running u { text-underline-offset: .25em; text-decoration-thickness: .12em; }
.diffcompare u.wrong { text-decoration: underline #D55E00 .14em; text-underline-offset: .2em; }
.diffcompare .whole { white-space: nowrap; }
.diffcompare .legend { margin: 0 0 1em; font-size: .85em; }
.diffcompare .verdict { font-weight: bold; }
.diffcompare .scroll ~ .verdict, .diffcompare details ~ .verdict { margin-top: 1em; }
.diffcompare .right .sign { color: #009E73; }
.diffcompare .wrong .sign { color: #D55E00; }
.diffcompare .undecided .sign { color: #B07A00; }
.diffcompare dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: .25em 1.2em;
  align-items: baseline; margin: 1em 0; }
.diffcompare dt { font-weight: bold; overflow-wrap: anywhere; }
.diffcompare dd { margin: 0; overflow-x: auto; }
.diffcompare dl.facts { display: grid; margin: 1em 0; width: auto; overflow: visible; }
.diffcompare .facts dt, .diffcompare .facts dd { display: block; float: none; clear: none; width: auto; margin: 0;
  padding: 0; border: 0; text-align: left; color: inherit; background: none; }
.diffcompare figure { margin: 1em 0; }
.diffcompare figcaption { font-weight: bold; }
.diffcompare figure > .scroll[hidden] { display: block !important; }
.diffcompare figure svg { display: block; }
.diffcompare summary { cursor: pointer; display: list-item; }
.diffcompare p, .diffcompare h1, .diffcompare h2, .diffcompare h3 { overflow-wrap: anywhere; }
"""
    + TYPESET_STYLE
)

PAGE_STYLE = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #111827; --wrong: #A84300; --line: #0072B2; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #111827; --ink: #f3f4f6; --wrong: #E69F00; --line: #56B4E9; }
}
html { font-size: 112.5%; background: var(--paper); color: var(--ink); }
body { margin: 0; font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; line-height: 1.5; }
main { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 64rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; }
.diffcompare u.wrong { color: var(--wrong); text-decoration-color: currentColor; }
.note, .warning, .verdict { border-left: .25rem solid var(--line); padding-left: .8rem; margin: 1rem 0; }
.warning { border-left-style: dashed; border-left-color: var(--wrong); }
.verdict { font-size: 1.1rem; border-left-style: double; border-left-width: .4rem; }
.scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--line); outline-offset: 2px; }
@media (max-width: 40rem) { .diffcompare figure svg { max-width: none; } }
@media print {
  :root { --paper: #fff; --ink: #000; --wrong: #000; --line: #000; }
  html { font-size: 75%; }
  main { max-width: none; padding: 0; }
  .diffcompare .scroll, .diffcompare dd { overflow: visible; }
  .diffcompare figure svg { max-width: 100%; height: auto; }
  .diffcompare code { white-space: normal; overflow-wrap: break-word; }
  .diffcompare table:not(.equations) .typeset math { math-style: compact; font-size: .9em; line-height: 1; }
  .filter:has(:placeholder-shown) { display: none; }
  thead { display: table-header-group; }
  tr, tbody:not(:only-of-type), figure, .note, .warning, .verdict { break-inside: avoid; }
  .diffcompare .scroll:not(:has(tr:nth-child(25))) { break-inside: avoid; }
  h1, h2, h3, caption, thead { break-after: avoid; }
}
"""


LONG = 30  # longer text may take several lines of its cell

_MAX_LEFT_LENGTH = 24  # a longer left side of an equation gets a line of its own

_EXPONENT = re.compile(r"\d[\d.]*e-\d+")


def render(document: Document, look: Look) -> str:
    """Return the document as a page."""
    titles = [block for block in document.blocks if isinstance(block, Heading)]
    if not titles:  # a short form begins with its verdict, and a page has a title
        titles = [block for block in document.detailed.blocks if isinstance(block, Heading)][:1]
        document = document._replace(blocks=(*titles, *document.blocks))
    sortable = any(isinstance(block, Table) and block.sortable for block in document.blocks)
    allowed = f"; script-src '{DIGEST}'" if sortable else ""
    script = f"<script>{SCRIPT}</script>\n" if sortable else ""
    style = FRAGMENT_STYLE + _picture_style(document) + PAGE_STYLE + (SORTABLE_STYLE if sortable else "")
    page = (
        "<!DOCTYPE html>\n"
        f'<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'{allowed}\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_escaped(titles[0].text if titles else 'diffcompare')}</title>\n"
        f"<style>\n{style}</style>\n</head>\n<body>\n"
        f'<main class="diffcompare">\n{body(document, look, 0)}</main>\n{script}</body>\n</html>\n'
    )
    return page if look.unicode else page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def fragment(document: Document, look: Look | None = None) -> str:
    """Return the document as part of another page (`_repr_html_`); its style affects nothing outside."""
    inner = body(document, look or Look(), 2)  # a notebook has its own h1 and h2
    # A class named three times counts thrice: no rule of the page about its own tables and code has as much weight.
    style = re.sub(r"(\.diffcompare|\.dc-svg) ", r"\1\1\1 ", FRAGMENT_STYLE + _picture_style(document))
    return f'<div class="diffcompare">\n<style>\n{style}</style>\n{inner}</div>\n'


def _picture_style(document: Document) -> str:
    """Return the style of pictures if the document has any."""
    return svg.STYLE if svg.pictures(document) else ""


def _escaped(text: str) -> str:
    return html.escape(clean(text))


def _prose(text: str) -> str:
    """Return escaped text in which no line breaks at the minus of an exponent."""
    return _EXPONENT.sub(r'<span class="whole">\g<0></span>', _escaped(text))


def body(document: Document, look: Look, lower: int) -> str:
    """Return the blocks as elements, for a page that has the style, with headings lowered by some levels."""
    return "".join([f"{_block(block, look, lower)}\n" for block in for_people(document.blocks)])


def _block(block: Block, look: Look, lower: int) -> str:
    match block:
        case Heading():
            level = min(max(block.level, 1) + lower, 6)
            return f"<h{level}>{_escaped(block.text)}</h{level}>"
        case Paragraph():
            return _paragraph(block)
        case Table():
            return _table(block, look)
        case Listing():
            return _listing(block, look)
        case Equations():
            return _equations(block, look)
        case Source():
            return _source(block)
        case Graph():
            return _graph(block, look)
        case Plot() | Bars():
            return _chart(block, look)


def _chart(chart: Plot | Bars, look: Look) -> str:
    """Show a chart with its numbers collapsed below."""
    table = f"<details><summary>{_escaped(translate('The numbers'))}</summary>\n{_table(chart.table, look)}\n</details>"
    return f'<figure>\n<div class="scroll" hidden="hidden">\n{svg.picture(chart)}\n</div>\n{table}\n</figure>'


def _graph(graph: Graph, look: Look) -> str:
    """Show the drawn graph with its table collapsed below; only the table if the graph is too large to draw."""
    table = _table(graph.table, look)
    if len(graph.vertices) > MAX_DRAWN:
        return table
    name = _escaped(graph.caption)
    region = f'<div class="scroll" role="region" aria-label="{name}" tabindex="0" hidden="hidden">'
    drawing = f"{region}\n{svg.picture(graph)}\n</div>\n"
    return (
        f"<figure>\n{drawing}<figcaption>{name}</figcaption>\n</figure>\n"
        f"<details>\n<summary>{_escaped(graph.table.caption)}</summary>\n{table}\n</details>"
    )


def _paragraph(paragraph: Paragraph) -> str:
    word, text = introduction(paragraph.role, paragraph.text)
    if word:
        return f'<p class="{paragraph.role}"><strong>{_escaped(word)}</strong>{_lines(text)}</p>'
    if paragraph.role != "verdict":
        return f"<p>{_lines(text)}</p>"
    kind = f"verdict {paragraph.outcome}".rstrip()
    sign = SIGNS[paragraph.outcome][0]
    mark = f'<span class="sign">{sign}</span> ' if sign else ""
    return f'<p class="{kind}">{mark}{_lines(text)}</p>'


def _lines(text: str) -> str:
    return "<br>".join([_prose(line) for line in text.split("\n")])


def _cell(cell: Cell, look: Look) -> str:
    if isinstance(cell, Measured):
        right, wrong, rest = formatting.marked(cell, look.digits)
        if wrong:
            title = translate("differs from the truth, {truth}", truth=cell.truth)
            return f'{right}<u class="wrong" title="{_escaped(title)}">{wrong}</u>{rest}'
    formula = formatting.formula_of(cell)
    if formula is not None:
        return formula_html(formula)
    text = formatting.text(cell, look.digits, missing="\u2013")
    return f"<code>{_escaped(text)}</code>" if formatting.is_formula(cell) else _prose(text)


def _table(table: Table, look: Look) -> str:
    name = _escaped(table.caption or table.key)
    points = _points(table, look)
    heads = "".join([_head(column, any(row[place] for row in points)) for place, column in enumerate(table.columns)])
    caption = f"<caption>{_escaped(table.caption)}</caption>\n" if table.caption else ""
    legend = f"\n{_legend()}" if formatting.any_wrong(table, look.digits) else ""
    kind = ' class="sortable"' if table.sortable else ""
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n<table{kind}>\n{caption}'
        f"<thead><tr>{heads}</tr></thead>\n{''.join(_groups(table, points, look))}</table>\n</div>{legend}"
    )


def _legend() -> str:
    mark = f'<u class="wrong">{translate("Underlined")}</u>'
    return f'<p class="legend">{translate("{mark}: digits that differ from the truth.", mark=mark)}</p>'


def _head(column: Column, in_line: bool) -> str:
    """Return a column's header; in a decimal-aligned column it begins where the numbers begin."""
    return f'<th scope="col" class="{"left" if in_line else column.align}">{_escaped(column.title)}</th>'


def _groups(table: Table, points: list[list[int]], look: Look) -> Iterator[str]:
    """Yield one `<tbody>` for each group of rows, so that pages break between groups; a single one without groups."""
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
    """Return a row; its headers are the group cell (spanning all rows of the group) and the first cell beside it."""
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
    prose = is_prose(table, number) and any(len(row[number] or "") > LONG for row in table.rows)  # type: ignore[arg-type]
    kind = " number" if formatting.is_number(cell) else " prose" if prose else ""
    long = " long" if isinstance(cell, str) and len(cell) > LONG and not kind else ""
    return f"{column.align}{kind}{long}"


def _points(table: Table, look: Look) -> list[list[int]]:
    """Return for every cell the padding, in digits, that aligns its decimal point with the column."""
    columns = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        columns.append(point_padding(column, values, [formatting.text(value, look.digits) for value in values]))
    return [list(row) for row in zip(*columns, strict=True)]


def _points_style(spaces: int) -> str:
    return f' style="padding-right:calc({spaces}ch + .6em)"' if spaces else ""


def _equations(equations: Equations, look: Look) -> str:
    """Return a table of three columns without rules: left side, `=` and right side, remark."""
    name = _escaped(equations.caption or equations.key)
    caption = f"<caption>{_escaped(equations.caption)}</caption>\n" if equations.caption else ""
    rows = []
    for row in equations.rows:
        left = "" if row.left is None else _cell(row.left, look)
        wide = len(formatting.text(row.left)) > _MAX_LEFT_LENGTH if row.left is not None else False
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
    """Return a program whose lines are not folded."""
    lines = "\n".join([_source_line(source, gutter, line) for gutter, line in source.gutters])
    name = _escaped(translate(f"{source.language} source"))
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n'
        f'<pre><code class="language-{_escaped(source.language)}">{lines}</code></pre>\n</div>'
    )


def _source_line(source: Source, gutter: str, line: str) -> str:
    if not gutter:
        return _escaped(line)
    number = f'<span class="gutter">{_escaped(gutter)}</span>'
    if not gutter.startswith(">"):
        return f"{number}{_escaped(line)}"
    before, segment, after = map(_escaped, source.split(line))
    at_work = f"<u>{segment}</u>" if segment else ""
    return f'<mark class="running">{number}{before}{at_work}{after}</mark>'


def _listing(listing: Listing, look: Look) -> str:
    entries = []
    for label, cell in listing.entries:
        kind = ' class="number"' if formatting.is_number(cell) else ""
        entries.append(f"<dt>{_escaped(label)}</dt><dd{kind}>{_cell(cell, look)}</dd>\n")
    return f'<dl class="facts">\n{"".join(entries)}</dl>'
