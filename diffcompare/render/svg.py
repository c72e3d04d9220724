"""SVG: the pictures of a document, one below the other, as a file or inside a page.

Each kind of picture has one drawing function, `draw(block) -> SvgDrawing`; it uses the style classes below, which hold
the colours of both schemes.  Meaning is never in a colour alone: primal is solid, tangent dotted, adjoint dashed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Bars, Document, Graph, Picture, Plot
from diffcompare.render.text_layout import clean

if TYPE_CHECKING:
    from diffcompare.render import Look

# For each kind of picture the package whose module `svg` draws it, and the function there
DRAWERS = {Graph: ("graph", "draw_graph"), Plot: ("chart", "draw_plot"), Bars: ("chart", "draw_bars")}

GAP = 24  # pixels between two pictures

# Okabe-Ito.  Marks on white: blue 5.2 : 1, vermillion 3.9, green 3.4; text in their darker kin.
LIGHT = {
    "paper": "#fff", "ink": "#111827", "faint": "#6b7280", "rule": "#d1d5db",
    "blue": "#0072B2", "vermillion": "#D55E00", "green": "#009E73", "purple": "#AA4499",
    "blue-text": "#0072B2", "vermillion-text": "#A84300", "green-text": "#00664B", "orange-text": "#8A5A00",
}  # fmt: skip
DARK = {
    "paper": "#111827", "ink": "#f3f4f6", "faint": "#9ca3af", "rule": "#374151",
    "blue": "#56B4E9", "vermillion": "#E69F00", "green": "#2fbf98", "purple": "#CC79A7",
    "blue-text": "#56B4E9", "vermillion-text": "#FF9E66", "green-text": "#2fbf98", "orange-text": "#F0C04A",
}  # fmt: skip
PRINTED = {"paper": "#fff", "ink": "#000", "faint": "#444", "rule": "#bbb"}
SERIES = ("blue", "vermillion", "green", "purple", "ink", "faint")  # colours of the first, second ... curve or bar

_SHAPES = """\
.dc-svg { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px; }
.dc-svg .shape { stroke-width: 1.8; }
.dc-svg .name { font-weight: bold; font-size: 15px; }
.dc-svg .label { font-size: 14px; }
.dc-svg .figure, .dc-svg .partial { font-size: 12.5px; font-variant-numeric: tabular-nums; }
.dc-svg .arrow { stroke-width: 1.8; }
.dc-svg .arrow.inactive { stroke-width: 1; }
.dc-svg .arrow.condition { stroke-width: 1.4; stroke-dasharray: 1.5 4; }
.dc-svg .inactive .shape { stroke-width: 1.2; stroke-dasharray: 8 3 2 3; }
.dc-svg .on-second .shape { stroke-width: 2.2; stroke-dasharray: 7 3; }
.dc-svg .on-first .shape { stroke-width: 2.2; }
.dc-svg .primal rect, .dc-svg .tangent rect, .dc-svg .adjoint rect { stroke-width: 1.5; }
.dc-svg .tangent rect { stroke-width: 2; stroke-dasharray: .1 3.4; stroke-linecap: round; }
.dc-svg .adjoint rect { stroke-dasharray: 6 3; }
"""
_COLOURS = """\
.dc-svg .paper { fill: $paper; }
.dc-svg text { fill: $ink; }
.dc-svg .faint { fill: $faint; }
.dc-svg .rule { stroke: $rule; fill: none; }
.dc-svg .ink { stroke: $ink; fill: none; }
.dc-svg .shape { fill: $paper; stroke: $ink; }
.dc-svg .arrow { stroke: $ink; fill: none; }
.dc-svg .head { fill: $ink; stroke: none; }
.dc-svg .arrow.inactive { stroke: $faint; }
.dc-svg .arrow.inactive .head { fill: $faint; }
.dc-svg .inactive .shape { stroke: $faint; }
.dc-svg .on-first .shape { stroke: $blue; }
.dc-svg .on-second .shape { stroke: $vermillion; }
.dc-svg .plate { fill: $paper; stroke: $ink; }
.dc-svg .primal rect { stroke: $blue-text; }
.dc-svg .tangent rect { stroke: $orange-text; }
.dc-svg .adjoint rect { stroke: $vermillion-text; }
.dc-svg .primal text { fill: $blue-text; }
.dc-svg .tangent text { fill: $orange-text; }
.dc-svg .adjoint text { fill: $vermillion-text; }
""" + "".join([f".dc-svg .in-{name} {{ stroke: ${name}; fill: ${name}; }}\n" for name in SERIES]) + """\
.dc-svg .hollow { fill: $paper; }
.dc-svg .hatch { stroke: $paper; fill: none; }
"""  # fmt: skip


def _properties(palette: Mapping[str, str]) -> str:
    return f".dc-svg {{ {' '.join([f'--dc-{name}: {value};' for name, value in palette.items()])} }}\n"


def _coloured(value: Callable[[str], str]) -> str:
    """Return the style rules about colours, with each `$name` replaced by its value."""
    return re.sub(r"\$([a-z-]+)", lambda name: value(name[1]), _COLOURS)


# File viewers (librsvg, CairoSVG) do not know all of this, and skip a block that asks for custom properties: the rules
# before it have to suffice for them.
_IN_BROWSERS = """\
.dc-svg { max-width: 100%; height: auto; }
.dc-svg .partial { paint-order: stroke; stroke: var(--dc-paper); stroke-width: 4px; stroke-linejoin: round; }
"""
STYLE = (
    f"{_SHAPES}{_coloured(LIGHT.__getitem__)}@supports (fill: var(--dc-ink)) {{\n{_IN_BROWSERS}{_properties(LIGHT)}"
    f"@media (prefers-color-scheme: dark) {{\n{_properties(DARK)}}}\n@media print {{\n{_properties(PRINTED)}}}\n"
    f"{_coloured(lambda name: f'var(--dc-{name})')}}}\n"
)


# The properties that the style sheet gives each class by itself
_PRESENTED = [
    (name, dict(re.findall(r"([a-z]+): ([^;]+);", rules)))
    for name, rules in re.findall(r"^\.dc-svg \.([a-z-]+) {(.+)}$", _coloured(LIGHT.__getitem__), re.MULTILINE)
]


def _presented(body: str) -> str:
    """Return the elements with their colours as attributes too, for viewers that ignore style sheets.

    An attribute has lower priority than any rule of a style sheet, so other viewers show no difference.
    """

    def attributed(tag: re.Match[str]) -> str:
        classes = tag["classes"].split()
        properties = {key: value for name, rules in _PRESENTED if name in classes for key, value in rules.items()}
        missing = {key: value for key, value in properties.items() if f" {key}=" not in tag[0]}
        return tag[0] + "".join([f' {key}="{value}"' for key, value in missing.items()])

    return re.sub(r'<[a-z]+ [^<>]*?class="(?P<classes>[^"]*)"[^<>/]*', attributed, body)


class SvgDrawing(NamedTuple):
    """A picture: its size in pixels, its elements, and a description in one sentence."""

    width: float
    height: float
    body: str
    description: str


def render(document: Document, look: Look) -> str:
    """Return the document's pictures as an SVG file.  Raises DiffcompareError (E512) if it has none."""
    drawings = [(block.caption, drawing(block)) for block in pictures(document)]
    if not drawings:
        message = "this result has no picture that could be drawn as SVG"
        raise DiffcompareError(Diagnostic("E512", "bad_value", message, help="choose another format, such as html"))
    width = max(drawn.width for _, drawn in drawings)
    parts, top = [], 0.0
    for _, drawn in drawings:
        parts.append(f'<g transform="translate(0 {top:g})">\n{drawn.body}</g>\n')
        top += drawn.height + GAP
    title = "; ".join(caption for caption, _ in drawings if caption)
    whole = SvgDrawing(width, top - GAP, "".join(parts), " ".join(drawn.description for _, drawn in drawings))
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(whole, title, STYLE)}\n'
    return text if look.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def pictures(document: Document) -> list[Picture]:
    """Return the blocks that can be drawn."""
    return [block for block in document.blocks if isinstance(block, Graph | Plot | Bars)]


def picture(block: Picture) -> str:
    """Return one picture as an element for a page whose style sheet contains `STYLE`."""
    return _element(drawing(block), block.caption, "")


def drawing(block: Picture) -> SvgDrawing:
    """Draw a picture with the function for its kind."""
    package, function = DRAWERS[type(block)]
    module = import_module(f"diffcompare.render.{package}.svg")
    drawn: SvgDrawing = getattr(module, function)(block)
    return drawn


def text(words: str) -> str:
    """Return text escaped for an element or an attribute."""
    return escape(clean(words))


def _element(drawn: SvgDrawing, title: str, style: str) -> str:
    sheet = f"<style>\n{style}</style>\n" if style else ""
    name = f"<title>{text(title)}</title>\n" if title else ""
    namespace = 'xmlns="http://www.w3.org/2000/svg" ' if style else ""  # not needed inside a page
    size = f'width="{drawn.width:g}" height="{drawn.height:g}" viewBox="0 0 {drawn.width:g} {drawn.height:g}"'
    body = f'<rect class="paper" width="100%" height="100%"/>\n{drawn.body}'
    return (
        f'<svg {namespace}class="dc-svg" role="img" {size}>\n{name}'
        f"<desc>{text(drawn.description)}</desc>\n{sheet}"
        f"{_presented(body) if style else body}</svg>"
    )
