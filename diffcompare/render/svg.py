"""SVG: the pictures of a document, one below the other, as a file or inside a page.

Each kind of picture has one drawing function, `draw(block) -> SvgDrawing`; it uses the style classes below, which hold
the colours of both schemes: literal ones, since most programs that read SVG files know no custom properties.  Meaning
is never in a colour alone: primal is solid, tangent dotted, adjoint dashed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, width
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
_WIDE, _BROAD = frozenset("mwMW@%…—"), frozenset("+−±=≈≠<>≤≥×÷~^#")  # letters of one em, and of 0.84
SERIES = ("blue", "vermillion", "green", "purple", "ink", "faint")  # colours of the first, second ... curve or bar

_SHAPES = """\
.dc-svg { font-family: "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; font-size: 14px; }
.dc-svg .shape { stroke-width: 1.8; }
.dc-svg .name { font-weight: bold; font-size: 15px; }
.dc-svg .label { font-size: 14px; font-weight: normal; }
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


def colours(palette: Mapping[str, str], rules: str = _COLOURS) -> str:
    """Return style rules about colours, of every class if no others are given: `$name` is the palette's colour.

    The palette has all the names of `LIGHT`.
    """
    return re.sub(r"\$([a-z-]+)", lambda name: palette[name[1]], rules)


# What only browsers need.  A viewer that does not know `paint-order` would draw the outline over the text.
_IN_BROWSERS = """\
@supports (paint-order: stroke) {
.dc-svg { max-width: 100%; height: auto; }
.dc-svg .partial, .dc-svg .beside { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round; }
}
"""
# Literal colours, because most programs that read SVG files know no custom properties.  They skip the rules in a block,
# and with light colours for the screen and for paper nothing is missing.
_LITERAL = _SHAPES + colours(LIGHT)
STYLE = (
    f"{_LITERAL}{_IN_BROWSERS}@media screen and (prefers-color-scheme: dark) {{\n{colours(DARK)}"
    f".dc-svg .partial, .dc-svg .beside {{ stroke: {DARK['paper']}; }}\n}}\n"
    f"@media print {{\n{colours(LIGHT | PRINTED)}}}\n"
)


# --- Attributes -------------------------------------------------------------------------------------------------------
#
# The literal rules are repeated as attributes, for programs that ignore style sheets, and for pages that lose them (a
# notebook on the web, an office document).  An attribute has lower priority than any rule of a style sheet.


Names = frozenset[str]  # of an element: its tag, and its classes with a dot before them


class _Rule(NamedTuple):
    """A rule: names of the element and of elements around it, and the attributes it stands for."""

    path: tuple[Names, ...]
    attributes: dict[str, str]

    def matches(self, path: tuple[Names, ...]) -> bool:
        """Tell whether the rule is about the last element of a path."""
        *around, own = self.path
        above = iter(reversed(path[:-1]))
        return own <= path[-1] and all(any(wanted <= names for names in above) for wanted in reversed(around))

    def specificity(self) -> tuple[int, int]:
        """Return the rank among the rules that match an element."""
        names = [name for names in self.path for name in names]
        classes = sum([name.startswith(".") for name in names])
        return classes, len(names) - classes


def _read_rules(sheet: str) -> list[_Rule]:
    """Return the rules of a style sheet without blocks; of two that match an element, the later one applies."""
    rules = []
    for selectors, declarations in re.findall(r"^(.*) {(.*)}$", sheet, re.MULTILINE):
        attributes = dict(re.findall(r"([a-z-]+): ([^;]+);", declarations))
        attributes.pop("font-variant-numeric", None)  # no attribute in SVG
        for selector in selectors.split(", "):
            path = tuple([frozenset(re.findall(r"\.?[a-z-]+", element)) for element in selector.split()])
            rules.append(_Rule(path, attributes))
    return sorted(rules, key=_Rule.specificity)


_RULES = _read_rules(_LITERAL)
_TAG = re.compile(r"<(/?)([a-zA-Z]+)([^<>]*?)(/?)>")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


@cache
def _ruled(path: tuple[Names, ...]) -> dict[str, str]:
    """Return the attributes that the rules give the last element of a path."""
    return {key: value for rule in _RULES if rule.matches(path) for key, value in rule.attributes.items()}


def _presented(element: str) -> str:
    """Return an element, and those in it, with the attributes that the rules stand for, unless it inherits them."""
    path: list[Names] = []
    inherited: list[dict[str, str]] = [{}]

    def attributed(tag: re.Match[str]) -> str:
        closing, name, rest, empty = tag.groups()
        if not closing:
            written = dict(_ATTRIBUTE.findall(rest))
            path.append(frozenset([name, *[f".{word}" for word in written.get("class", "").split()]]))
            ruled = _ruled(tuple(path))
            for key, value in ruled.items():
                if key in written:
                    rest = rest.replace(f' {key}="{written[key]}"', f' {key}="{value}"')
                elif inherited[-1].get(key) != value:
                    rest += f' {key}="{escape(value)}"'
            inherited.append(inherited[-1] | written | ruled)
        if closing or empty:
            path.pop()
            inherited.pop()
        return f"<{closing}{name}{rest}{empty}>"

    return _TAG.sub(attributed, element)


class SvgDrawing(NamedTuple):
    """A picture: its size in pixels, its elements, and a description in one sentence."""

    width: float
    height: float
    body: str
    description: str


def render(document: Document, look: Look) -> str:
    """Return the document's pictures as an SVG file.  Raises DiffcompareError (E512) if it has none."""
    title, whole = assemble(document)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(whole, title, STYLE)}\n'
    return text if look.unicode else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def assemble(document: Document) -> tuple[str, SvgDrawing]:
    """Return the title, and the document's pictures as one.  Raises DiffcompareError (E512) if it has none."""
    drawings = [(block.caption, drawing(block)) for block in pictures(document)]
    if not drawings:
        message = "this result has no picture to draw"
        raise DiffcompareError(Diagnostic("E512", "bad_value", message, help="choose another format, such as html"))
    widest = max(drawn.width for _, drawn in drawings)
    parts, top = [], 0.0
    for _, drawn in drawings:
        parts.append(f'<g transform="translate(0 {top:g})">\n{drawn.body}</g>\n')
        top += drawn.height + GAP
    title = "; ".join(caption for caption, _ in drawings if caption)
    return title, SvgDrawing(widest, top - GAP, "".join(parts), " ".join(drawn.description for _, drawn in drawings))


def pictures(document: Document) -> list[Picture]:
    """Return the blocks that can be drawn."""
    return [block for block in document.blocks if isinstance(block, Graph | Plot | Bars)]


def picture(block: Picture, **sizes: float) -> str:
    """Return one picture as an element for a page whose style sheet contains `STYLE`; `sizes` as in `drawing`."""
    return _element(drawing(block, **sizes), block.caption, "")


def drawing(block: Picture, **sizes: float) -> SvgDrawing:
    """Draw a picture with the function for its kind, which may take sizes in pixels: `wide` and `high` of a plot."""
    package, function = DRAWERS[type(block)]
    module = import_module(f"diffcompare.render.{package}.svg")
    drawn: SvgDrawing = getattr(module, function)(block, **sizes)
    return drawn


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """Return the pixels that text may need: as many as in DejaVu Sans and Verdana, the widest of the usual fonts."""
    ems = sum([1.0 if letter in _WIDE else 0.84 if letter in _BROAD or letter.isupper() else 0.64 for letter in words])
    narrower = len(words) - width(words)  # marks without a width; letters of two columns count twice
    return (ems - 0.64 * narrower) * size * (1.1 if bold else 1.0)


def text(words: str) -> str:
    """Return text escaped for an element or an attribute."""
    return escape(clean(words))


def _element(drawn: SvgDrawing, title: str, style: str) -> str:
    sheet = f"<style>\n{style}</style>\n" if style else ""
    name = f"<title>{text(title)}</title>\n" if title else ""
    namespace = 'xmlns="http://www.w3.org/2000/svg" ' if style else ""  # not needed inside a page
    size = f'width="{drawn.width:g}" height="{drawn.height:g}" viewBox="0 0 {drawn.width:g} {drawn.height:g}"'
    # The size in pixels again: Qt paints 100% of another one.
    body = f'<rect class="paper" width="{drawn.width:g}" height="{drawn.height:g}"/>\n{drawn.body}'
    return _presented(
        f'<svg {namespace}class="dc-svg" role="img" {size}>\n{name}'
        f"<desc>{text(drawn.description)}</desc>\n{sheet}{body}</svg>"
    )
