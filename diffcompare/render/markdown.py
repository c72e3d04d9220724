"""GitHub-flavoured Markdown: text is escaped, formulas are code, digits that differ from the truth are bold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.document import (
    MAX_DRAWN,
    Bars,
    Block,
    Cell,
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
from diffcompare.render.block_layout import chart_lines, equation_lines
from diffcompare.render.graph.diagram_code import flowchart
from diffcompare.render.latex import aligned, can_be_typeset
from diffcompare.render.text_layout import (
    clean,
    for_people,
    introduction,
    line_text,
    repeats,
    signed,
)

if TYPE_CHECKING:
    from diffcompare.render import Look

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$#!]")
_BLOCK_START = re.compile(r"^(\d*)([-+=.)])")  # a list, a rule or an underlined heading
_BARE_LINK = re.compile(r"(https?)://|www\.|@")


def render(document: Document, look: Look) -> str:
    """Write the blocks, separated by empty lines."""
    return "\n".join([_block(block, look) + "\n" for block in for_people(document.blocks)])


def _block(block: Block, look: Look) -> str:
    match block:
        case Heading():
            return f"{'#' * min(max(block.level, 1), 6)} {_prose(block.text, look)}"
        case Paragraph():
            return _paragraph(block, look)
        case Table():
            return _table(block, look)
        case Listing():
            return _listing(block, look)
        case Equations():
            return _equations(block, look)
        case Source():
            lines = [f"{gutter}{line}".rstrip() for gutter, line in block.gutters]
            return _fenced("\n".join(lines), block.language, look)
        case Graph():
            return _graph(block, look)
        case Plot() | Bars():
            return _chart(block, look)


def _chart(chart: Plot | Bars, look: Look) -> str:
    """Draw a chart with characters in a block of code."""
    lines = [line_text(line).rstrip() for line in chart_lines(chart, look)]
    return _fenced("\n".join(lines), "text", look) if lines else _table(chart.table, look)


def _graph(graph: Graph, look: Look) -> str:
    """Write the graph as a flowchart, which GitHub draws, followed by its table."""
    table = _table(graph.table, look)
    return f"```mermaid\n{flowchart(graph, look)}```\n\n{table}" if len(graph.vertices) <= MAX_DRAWN else table


def _paragraph(paragraph: Paragraph, look: Look) -> str:
    word, text_after = introduction(paragraph.role, paragraph.text)
    if word:
        return f"> **{_prose(word, look)}** {_lines(text_after, look, '> ')}"
    text = _lines(signed(paragraph.outcome, paragraph.text, look.unicode), look)
    return f"**{text.strip()}**" if paragraph.role == "verdict" else text


def _lines(text: str, look: Look, start: str = "") -> str:
    return f"\\\n{start}".join([_prose(line, look) for line in text.split("\n")])


def _prose(text: str, look: Look) -> str:
    """Escape everything that Markdown would read as markup, a list or a link."""
    escaped = _SPECIAL.sub(r"\\\g<0>", clean(text, look.unicode).strip())
    escaped = _BLOCK_START.sub(r"\1\\\2", escaped)
    return _BARE_LINK.sub(
        lambda link: link[0].replace(":", "&#58;").replace(".", "&#46;").replace("@", "&#64;"), escaped
    )


def _code(text: str, look: Look, *, in_table: bool = False) -> str:
    """Return a code span; an HTML one where backticks cannot hold the text (a backtick, a backslash in a table)."""
    text = clean(text, look.unicode)
    if not text.strip():
        return ""
    if "`" in text or (in_table and "\\" in text):
        return f"<code>{re.sub(r'[^A-Za-z0-9 ]', lambda char: f'&#{ord(char[0])};', text)}</code>"
    return f"`{text.replace('|', chr(92) + '|') if in_table else text}`"


def _cell(cell: Cell, look: Look, *, in_table: bool = False) -> str:
    if formatting.is_formula(cell):
        return _code(formatting.text(cell), look, in_table=in_table)
    if isinstance(cell, Measured):
        right, wrong, rest = formatting.marked(cell, look.digits)
        return f"{right}**{wrong}**{rest}" if wrong else right
    text = formatting.text(cell, look.digits, missing="")
    return clean(text) if formatting.is_number(cell) else _prose(text, look)


def _table(table: Table, look: Look) -> str:
    header = [_prose(column.title, look) for column in table.columns]
    rule = ["--:" if column.align == "right" else ":--" for column in table.columns]
    rows = [header, rule]
    for row, left_out in zip(table.rows, repeats(table), strict=True):
        rows.append(["" if out else _cell(cell, look, in_table=True) for cell, out in zip(row, left_out, strict=True)])
    text = "\n".join([f"| {' | '.join(row)} |" for row in rows])
    if table.caption:
        text = f"**{_prose(table.caption, look)}**\n\n{text}"
    legend = translate("{mark}: digits that differ from the truth.", mark=translate("In bold"))
    return f"{text}\n\n{legend}" if formatting.any_wrong(table, look.digits) else text


def _equations(equations: Equations, look: Look) -> str:
    """Write mathematics as GitHub typesets it; formulas too large for that become lines of code."""
    caption = f"**{_prose(equations.caption, look)}**\n\n" if equations.caption else ""
    if can_be_typeset(equations):
        lines = aligned(equations, lambda remark: rf"&& \text{{{_math_prose(remark)}}}")
        return caption + _fenced("\n".join([r"\begin{aligned}", *lines, r"\end{aligned}"]), "math", look)
    lines = list(map(line_text, equation_lines(equations, look)))
    return caption + _fenced("\n".join(lines), "text", look)


def _math_prose(text: str) -> str:
    r"""Return text for use inside \text, without characters that are special there or in Markdown."""
    return re.sub(r"[\\{}$&#%^_~`<>]", " ", clean(text))


def _fenced(text: str, language: str, look: Look) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    lines = "\n".join([clean(line, look.unicode) for line in text.rstrip().split("\n")])
    return f"{fence}{language}\n{lines}\n{fence}"


def _listing(listing: Listing, look: Look) -> str:
    return "\n".join([f"- {_prose(label, look)}: {_cell(cell, look)}" for label, cell in listing.entries])
