"""Pictures as SVG and in a page: well-formed, within their frame, told in words, no meaning in a colour alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from pictures import BARS, NUMBERS, PICTURES, PLOT

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Document, Heading
from diffcompare.render import Look, render
from diffcompare.render.html import fragment
from diffcompare.render.svg import drawing

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def root() -> ElementTree.Element:
    return ElementTree.fromstring(render(PICTURES, "svg"))


def test_a_file_has_both_pictures_with_a_title_and_a_sentence_about_each(root: ElementTree.Element) -> None:
    assert root.findtext(f"{SVG}title") == "Error against step; How formulas <grow>"
    told = root.findtext(f"{SVG}desc") or ""
    assert "error over step h on logarithmic axes: forward from 3e-08 to 0.3; " in told
    assert "n = 200: tree 4.82e+60, DAG 600, sympy no value." in told


def test_everything_lies_within_the_frame(root: ElementTree.Element) -> None:
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in root.iter():
        assert float(element.get("x", "0").rstrip("%")) >= -1 or element.tag == f"{SVG}rect"
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.get("d", "")):
            assert -10 <= float(x) <= width
            assert -10 <= float(y) <= height


def test_curves_differ_in_marker_and_dash_and_not_only_in_colour() -> None:
    body = drawing(PLOT).body
    curves = re.findall(r'<g style="stroke:[^"]*">\n(.*?)</g>\n(?=<g style|<text|$)', body, re.S)
    legend = curves[-len(PLOT.series) :]
    looks = [re.sub(r'd="M[^"]*H[^"]*"|translate\([^)]*\)', "", entry) for entry in legend]
    assert len(set(looks)) == len(PLOT.series)


def test_bars_differ_in_pattern_and_each_has_its_number() -> None:
    body = drawing(BARS).body
    assert len(re.findall(r"<pattern id=", body)) == 3
    hatches = re.findall(r'<pattern.*?(<path d="[^"]*"|</pattern>)', body)
    assert len(set(hatches)) == 3
    assert all(f">{number}</text>" in body for number in ("5", "4.82e+60", "600", "no value"))


def test_text_from_outside_is_escaped() -> None:
    assert "one &amp; the same" in drawing(PLOT).body
    assert "<grow>" not in render(PICTURES, "svg")


def test_a_page_embeds_the_pictures_with_their_numbers_folded_away() -> None:
    page = render(PICTURES, "html")
    assert page.count("<svg") == page.count("<figure>") == page.count("<details>") == 2
    assert page.count("--dc-paper: #fff") == 2, "the style stands in the page once (screen and print)"
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
