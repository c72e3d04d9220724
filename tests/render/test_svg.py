"""Pictures as SVG and in a page: well-formed, within their frame, told in words, no meaning in a colour alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from pictures import BARS, NUMBERS, PICTURES, PLOT
from render_graphs import drawn

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Document, Heading, Picture
from diffcompare.render import Look, render
from diffcompare.render.chart.svg import HATCHES, _hatch
from diffcompare.render.html import fragment
from diffcompare.render.svg import DARK, LIGHT, PRINTED, STYLE, drawing

SHOWN = ("primal", "tangent", "adjoint")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def root() -> ElementTree.Element:
    return ElementTree.fromstring(render(PICTURES, "svg"))


def test_a_file_has_both_pictures_with_a_title_and_a_sentence_about_each(root: ElementTree.Element) -> None:
    assert root.findtext(f"{SVG}title") == "Error against step; How formulas <grow>"
    description = root.findtext(f"{SVG}desc") or ""
    assert "error over step h on logarithmic axes: forward from 3e-08 to 0.3; " in description
    assert "n = 200: tree 4.82e+60, DAG 600, sympy no value." in description


def test_everything_lies_within_the_frame(root: ElementTree.Element) -> None:
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in root.iter():
        assert float(element.get("x", "0").rstrip("%")) >= -1 or element.tag == f"{SVG}rect"
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.get("d", "")):
            assert -10 <= float(x) <= width
            assert -10 <= float(y) <= height


def test_curves_differ_in_marker_and_dash_and_not_only_in_colour() -> None:
    body = drawing(PLOT).body
    curves = re.findall(r'<g class="in-[^"]*">\n(.*?)</g>\n(?=<g class="in-|<text|$)', body, re.S)
    legend = curves[-len(PLOT.series) :]
    looks = [re.sub(r'd="M[^"]*H[^"]*"|translate\([^)]*\)', "", entry) for entry in legend]
    assert len(set(looks)) == len(PLOT.series)


def test_bars_differ_in_pattern_and_each_has_its_number() -> None:
    body = drawing(BARS).body
    legend = body[body.rindex("nodes") :]
    hatches = re.findall(r'width="22.*?</rect>(?:<path class="hatch"[^>]* d="([^"]*)"/>)?<text', legend)
    assert len(set(hatches)) == len(hatches) == 3
    assert all(f">{number}</text>" in body for number in ("5", "4.82e+60", "600", "no value"))


@pytest.mark.parametrize(("wide", "high"), [(22, 14), (3, 16), (0.5, 2), (417.3, 16)])
def test_every_line_of_a_pattern_lies_within_its_rectangle(wide: float, high: float) -> None:
    for kind in {kind for kinds in HATCHES for kind in kinds}:
        for x, y, end_x, end_y in re.findall(
            r"M(\S+) ([^HVL]+)(?:[HVL](\S+?)(?: (\S+?))?)(?=M|$)", _hatch(kind, wide, high)
        ):
            assert all(0 <= float(number) <= max(wide, high) + 0.05 for number in (x, y, end_x, end_y or "0"))
            if end_y:
                assert max(float(x), float(end_x)) <= wide + 0.05
                assert max(float(y), float(end_y)) <= high + 0.05
                assert abs(float(x) - float(end_x)) == pytest.approx(abs(float(y) - float(end_y)), abs=0.11)


def painted(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str, str]]:
    """Every element with its fill and stroke in a viewer that skips blocks with an `@` (librsvg, CairoSVG)."""
    sheet = "".join(element.text or "" for element in root.iter(f"{SVG}style")).split("@")[0]
    rules = []
    for selectors, declarations in re.findall(r"(.*?)\s*{(.*?)}\s*", sheet, re.S):
        for selector in selectors.split(","):
            weight = (selector.count("."), len(re.findall(r"(?:^| )\w", selector)))
            rules.append((weight, selector.split(), dict(re.findall(r"([\w-]+): ([^;]+);", declarations))))
    rules.sort(key=lambda rule: rule[0])

    def walk(element, above, inherited):
        names = [f".{name}" for name in element.get("class", "").split()] + [element.tag.removeprefix(SVG)]
        path, own = [*above, set(names)], dict(inherited)
        own |= {name: value for name, value in element.attrib.items() if name in own}
        for _, selector, declarations in rules:
            if matches(selector, path):
                own |= {name: value.strip() for name, value in declarations.items() if name in own}
        yield element, own["fill"], own["stroke"]
        for child in element:
            yield from walk(child, path, own)

    yield from walk(root, [], {"fill": "black", "stroke": "none"})


def matches(selector: list[str], path: list[set[str]]) -> bool:
    """Whether the last element of the path is selected: its parts are found upwards, one after the other."""
    *outer, own = (set(re.findall(r"\.?[\w-]+", part)) for part in selector)
    if not own <= path[-1]:
        return False
    above = iter(path[:-1])
    return all(any(part <= box for box in above) for part in outer)


DRAWN = [PLOT, BARS, *[drawn("x*sin(x) + if(x > y, 2, y)^2", show=show) for show in SHOWN]]


@pytest.mark.parametrize("styled", [True, False])
@pytest.mark.parametrize("block", DRAWN)
def test_a_viewer_has_every_colour_without_blocks_of_rules_and_without_any_rule(block: Picture, styled: bool) -> None:
    written = render(Document((block,)), "svg")
    elements = list(painted(ElementTree.fromstring(written if styled else written.replace(STYLE, ""))))
    colours = {*LIGHT.values(), "none"}
    for element, fill, stroke in elements:
        tag = element.tag.removeprefix(SVG)
        if tag == "text":
            assert fill in colours - {LIGHT["paper"], "none"}
            assert stroke == "none", "its outline would cover it"
        if tag in ("path", "rect", "ellipse", "circle"):
            assert fill in colours
            assert stroke in colours
            assert (fill, stroke) != ("none", "none")
    assert elements[0][0].get("height") != "auto"
    assert "height: auto" not in STYLE.split("@")[0]
    assert any(fill == LIGHT["paper"] for _, fill, _ in elements)


@pytest.mark.parametrize("block", DRAWN)
def test_attributes_say_what_the_rules_say(block: Picture) -> None:
    written = render(Document((block,)), "svg")
    with_rules = painted(ElementTree.fromstring(written))
    without = painted(ElementTree.fromstring(written.replace(STYLE, "")))
    for (element, *colours), (_, *others) in zip(with_rules, without, strict=True):
        if element.tag.removeprefix(SVG) in ("path", "rect", "ellipse", "circle", "text"):
            assert colours == others, ElementTree.tostring(element)


@pytest.mark.parametrize("block", DRAWN)
def test_a_picture_uses_nothing_that_viewers_of_files_do_not_know(block: Picture) -> None:
    for written in (render(Document((block,)), "svg"), fragment(Document((block,)))):
        svg = written[written.index("<svg") : written.index("</svg>")] + STYLE
        outside = re.sub(r"@(media|supports)[^{]*{(?:[^{}]*{[^{}]*})*[^{}]*}", "", svg)
        assert "@" not in outside
        assert not re.search(r"var\(|--|color-mix|light-dark|oklch|&[^a-z#]|<pattern|url\(|currentColor|\d%", outside)
    assert "var(" not in STYLE


def test_schemes_have_the_rules_of_the_light_one_with_their_own_colours() -> None:
    rule = re.compile(r"^(\.dc-svg .*?) { (.*) }$", re.M)
    literal, _, dark, paper = STYLE.split("\n@")
    in_dark, in_print = dict(rule.findall(dark)), dict(rule.findall(paper))
    coloured = {selector: rules for selector, rules in rule.findall(literal) if "#" in rules}
    assert coloured.keys() == in_print.keys() == in_dark.keys() - {".dc-svg .partial, .dc-svg .beside"}
    assert coloured.items() - in_dark.items() == coloured.items()
    assert LIGHT.keys() == DARK.keys() >= PRINTED.keys()


def test_text_from_outside_is_escaped() -> None:
    assert "one &amp; the same" in drawing(PLOT).body
    assert "<grow>" not in render(PICTURES, "svg")


def test_a_page_embeds_the_pictures_with_their_numbers_folded_away() -> None:
    page = render(PICTURES, "html")
    assert page.count("<svg") == page.count("<figure>") == page.count("<details>") == 2
    assert page.count(STYLE) == 1
    assert "<svg" in fragment(PICTURES)
    assert "dc-svg" not in render(Document((Heading("No picture"),)), "html")


def test_other_formats_write_the_table() -> None:
    assert "3.3e-07" in render(PICTURES, "csv")
    assert r"3.3\times 10^{-7}" in render(PICTURES, "latex")


def test_latex_thins_the_points_of_a_plot_to_a_page_and_says_so() -> None:
    many = PLOT._replace(table=NUMBERS._replace(caption="Medians", rows=tuple((float(k), 1.0) for k in range(90))))
    text = render(Document((many,)), "latex")
    assert text.count("tabularnewline") == 1 + 30
    assert "Medians (1 row in 3)" in text
    assert render(Document((many,)), "csv").count("\n") == 91


def test_markdown_has_the_drawing_of_a_pipe_in_a_block_of_code() -> None:
    plain = render(PICTURES, "plain").split("\n\n")
    assert f"```text\n{plain[1]}\n```" in render(PICTURES, "markdown")


def test_ascii_means_ascii() -> None:
    assert render(PICTURES, "svg", look=Look(charset="ascii")).isascii()


def test_a_document_without_a_picture_cannot_be_drawn() -> None:
    with pytest.raises(DiffcompareError) as refused:
        render(Document((Heading("No picture"),)), "svg")
    assert refused.value.diagnostic.code == "E512"
