"""SVG: the pictures of a document, one below the other, in a file of its own or inside of a page.

A drawer is one module with one function, `draw(block) -> Drawing`; it may use the classes below, which hold the colours
of both schemes.  Meaning is never in a colour alone: primal is solid, tangent dotted, adjoint dashed.
"""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Bars, Graph, Plot
from diffcompare.render.glyphs import clean

if TYPE_CHECKING:
    from diffcompare.document import Document, Picture
    from diffcompare.render import Look

DRAWERS: dict[type, str] = {Graph: "graph_svg", Plot: "plot_svg", Bars: "bars_svg"}
"""The module that draws each kind of picture."""

GAP = 24
"""Pixels between two pictures."""

# Okabe-Ito.  Marks on white: blue 5.2 : 1, vermillion 3.9, green 3.4; text in their darker kin.
STYLE = """\
.dc-svg { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px; }
.dc-svg { max-width: 100%; height: auto; }
.dc-svg { --dc-paper: #fff; --dc-ink: #111827; --dc-faint: #6b7280; --dc-rule: #d1d5db; }
.dc-svg { --dc-blue: #0072B2; --dc-vermillion: #D55E00; --dc-green: #009E73; --dc-purple: #AA4499; }
.dc-svg { --dc-blue-text: #0072B2; --dc-vermillion-text: #A84300; --dc-green-text: #00664B; }
.dc-svg { --dc-orange-text: #8A5A00; }
@media (prefers-color-scheme: dark) {
  .dc-svg { --dc-paper: #111827; --dc-ink: #f3f4f6; --dc-faint: #9ca3af; --dc-rule: #374151; }
  .dc-svg { --dc-blue: #56B4E9; --dc-vermillion: #E69F00; --dc-green: #2fbf98; --dc-purple: #CC79A7; }
  .dc-svg { --dc-blue-text: #56B4E9; --dc-vermillion-text: #E69F00; --dc-green-text: #2fbf98; }
  .dc-svg { --dc-vermillion-text: #FF9E66; --dc-orange-text: #F0C04A; }
}
@media print {
  .dc-svg { --dc-paper: #fff; --dc-ink: #000; --dc-faint: #444; --dc-rule: #bbb; }
}
.dc-svg .paper { fill: var(--dc-paper); }
.dc-svg text { fill: var(--dc-ink); }
.dc-svg .faint { fill: var(--dc-faint); }
.dc-svg .rule { stroke: var(--dc-rule); fill: none; }
.dc-svg .ink { stroke: var(--dc-ink); fill: none; }
.dc-svg .shape { fill: var(--dc-paper); stroke: var(--dc-ink); stroke-width: 1.8; }
.dc-svg .name { font-weight: bold; font-size: 15px; }
.dc-svg .label { font-size: 14px; }
.dc-svg .figure, .dc-svg .partial { font-size: 12.5px; font-variant-numeric: tabular-nums; }
.dc-svg .partial { paint-order: stroke; stroke: var(--dc-paper); stroke-width: 4px; stroke-linejoin: round; }
.dc-svg .arrow { stroke: var(--dc-ink); stroke-width: 1.8; fill: none; }
.dc-svg .arrow .head { fill: var(--dc-ink); stroke: none; }
.dc-svg .arrow.inactive { stroke: var(--dc-faint); stroke-width: 1; }
.dc-svg .arrow.inactive .head { fill: var(--dc-faint); }
.dc-svg .arrow.condition { stroke-width: 1.4; stroke-dasharray: 1.5 4; }
.dc-svg .inactive .shape { stroke: var(--dc-faint); stroke-width: 1.2; stroke-dasharray: 8 3 2 3; }
.dc-svg .primal rect, .dc-svg .tangent rect, .dc-svg .adjoint rect { fill: var(--dc-paper); stroke-width: 1.5; }
.dc-svg .primal rect { stroke: var(--dc-blue-text); }
.dc-svg .tangent rect { stroke: var(--dc-orange-text); stroke-width: 2; stroke-dasharray: .1 3.4;
  stroke-linecap: round; }
.dc-svg .adjoint rect { stroke: var(--dc-vermillion-text); stroke-dasharray: 6 3; }
.dc-svg .primal text { fill: var(--dc-blue-text); }
.dc-svg .tangent text { fill: var(--dc-orange-text); }
.dc-svg .adjoint text { fill: var(--dc-vermillion-text); }
"""


class Drawing(NamedTuple):
    """A picture's size in pixels, its elements, and what it shows in one sentence."""

    width: float
    height: float
    body: str
    description: str


def render(document: Document, look: Look) -> str:
    """The document's pictures as an SVG file.  Raises DiffcompareError where it has none."""
    drawings = [(block.caption, drawing(block)) for block in pictures(document)]
    if not drawings:
        message = "there is no picture in this answer that could be drawn as SVG"
        raise DiffcompareError(Diagnostic("E512", "bad_value", message, help="choose another format, such as html"))
    width = max(each.width for _, each in drawings)
    parts, top = [], 0.0
    for _, each in drawings:
        parts.append(f'<g transform="translate(0 {top:g})">\n{each.body}</g>\n')
        top += each.height + GAP
    title = "; ".join(caption for caption, _ in drawings if caption)
    whole = Drawing(width, top - GAP, "".join(parts), " ".join(each.description for _, each in drawings))
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(whole, title, STYLE)}\n'
    return text if look.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def pictures(document: Document) -> list[Picture]:
    """The blocks that can be drawn."""
    return [block for block in document.blocks if isinstance(block, Graph | Plot | Bars)]


def picture(block: Picture) -> str:
    """One picture as an element of a page, whose style sheet has `STYLE` in it."""
    return _element(drawing(block), block.caption, "")


def drawing(block: Picture) -> Drawing:
    """A picture drawn by the module for its kind."""
    module = import_module(f"diffcompare.render.{DRAWERS[type(block)]}")
    drawn: Drawing = module.draw(block)
    return drawn


def text(words: str) -> str:
    """Text as it may stand in an element or an attribute."""
    return escape(clean(words))


def _element(drawn: Drawing, title: str, style: str) -> str:
    sheet = f"<style>\n{style}</style>\n" if style else ""
    name = f"<title>{text(title)}</title>\n" if title else ""
    namespace = 'xmlns="http://www.w3.org/2000/svg" ' if style else ""  # a page knows it without
    size = f'width="{drawn.width:g}" height="{drawn.height:g}" viewBox="0 0 {drawn.width:g} {drawn.height:g}"'
    return (
        f'<svg {namespace}class="dc-svg" role="img" {size}>\n{name}'
        f"<desc>{text(drawn.description)}</desc>\n{sheet}"
        f'<rect class="paper" width="100%" height="100%"/>\n{drawn.body}</svg>'
    )
