"""HTML: one page that loads nothing, runs nothing and can be read by everybody."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import browser
import pytest
from contrast import contrast
from render_graphs import drawn

from diffcompare import compare
from diffcompare.document import Column, Document, Equation, Equations, Table
from diffcompare.language.parser import parse
from diffcompare.render import Look, render
from diffcompare.render.html import FRAGMENT_STYLE, PAGE_STYLE, fragment

VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Collects tags and attributes, and checks that every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_declares_itself_and_loads_nothing(grad: Document) -> None:
    page = render(grad, "html")
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert "<title>Four routes to one gradient</title>" in page
    assert not re.search(r"https?:|src=|@import|url\(|<script|<link|fetch", page)


def test_tables_have_captions_and_scopes(grad: Document) -> None:
    tags = Outline(render(grad, "html")).tags
    assert [tag for tag, _ in tags].count("caption") == 2
    scopes = [attributes["scope"] for tag, attributes in tags if tag == "th"]
    assert scopes.count("col") == 12
    assert scopes.count("rowgroup") == 6
    assert scopes.count("row") == 12 + 6
    assert all(attributes.get("aria-label") for _, attributes in tags if attributes.get("role") == "region")


def test_wrong_digits_are_underlined_and_say_why(grad: Document) -> None:
    page = render(grad, "html")
    assert '1.7163378<u class="wrong" title="differs from the truth, 1.716337814536773780498380">596305847</u>' in page
    assert "Underlined</u>: digits that differ from the truth." in page


def test_text_is_text(hostile: Document) -> None:
    outline = Outline(render(hostile, "html"))
    assert {tag for tag, _ in outline.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h2", "p", "br", "strong", "dl", "dt", "dd", "code",
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span",
    }  # fmt: skip
    assert outline.text.count("<script>alert(1)</script>") > 5
    assert "\x1b" not in outline.text


def test_a_number_does_not_break_at_its_exponent(grad: Document) -> None:
    assert '<span class="whole">2.9802322387695312e-08</span>' in render(grad, "html")


def test_a_fragment_leaves_its_host_alone(grad: Document) -> None:
    text = fragment(grad)
    assert text.startswith('<div class="diffcompare">')
    assert not {"html", "body", "main", "h1", "h2"} & {tag for tag, _ in Outline(text).tags}
    rules = re.sub(r"\{[^}]*\}", "\n", FRAGMENT_STYLE).split("\n")
    selectors = [selector.strip() for rule in rules for selector in rule.split(",") if selector.strip()]
    assert all(selector.startswith(".diffcompare ") for selector in selectors)


def test_ascii_loses_nothing() -> None:
    from diffcompare.document import Heading

    assert "&#8706;f" in render(Document((Heading("∂f"),)), "html", look=Look(charset="ascii"))


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast(scheme: int) -> None:
    roots = re.findall(r":root \{([^}]*)\}", PAGE_STYLE)
    colors = dict(re.findall(r"--(\w+): (#\w+)", roots[scheme]))
    for name, least in (("ink", 7.0), ("wrong", 4.5), ("line", 3.0)):
        assert contrast(colors["paper"], colors[name]) >= least, name


def test_a_table_to_be_sorted_brings_its_script_and_the_policy_allows_that_one_alone() -> None:
    table = Table("rows", (Column("n", "n", "right"),), ((1,), (2,)), sortable=True)
    page = render(Document((table,)), "html", look=Look(charset="ascii"))
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert '<table class="sortable">' in page
    assert "<script" not in render(Document((table._replace(sortable=False),)), "html")


# What pages do to the lists, tables, code and classes of whatever a cell shows.
HOSTS = {
    "JupyterLab 4.6": """
.output { width: 100%; overflow: auto; }
.output dl, .output dt, .output dd { display: block; }
.output dl { width: 100%; overflow: hidden; padding: 0; margin: 0; }
.output dt { font-weight: bold; float: left; width: 20%; padding: 0; margin: 0; }
.output dd { float: left; width: 80%; padding: 0; margin: 0; }
.output table { border: none; table-layout: fixed; margin-left: auto; }
:not(.text).output td, :not(.text).output th, :not(.text).output tr { text-align: right; }
.output td, .output th, .output tr { padding: .5em; white-space: normal; max-width: none; border: none; }
.output pre, .output code { background-color: #eee; padding: 0; white-space: pre-wrap; }
.themed .output :not(pre) > code { background-color: #ddd; padding: 1px 5px; }
.output tbody tr:nth-child(odd) { background: #eee; }
""",
    "the classic notebook, with Bootstrap 3": """
dt { float: left; width: 14.9px; clear: left; overflow: hidden; text-align: right; }
dd { margin-left: 40px; }
code { padding: 2px 4px; font-size: 90%; color: #c7254e; background-color: #f9f2f4; }
.output table { width: 100%; border: 1px solid; }
.output td, .output th { border: 1px solid; text-align: right; }
caption { color: #777; }
summary { display: block; }
.label { display: inline; font-size: 75%; font-weight: bold; color: #fff; }
.output svg text { fill: #fff; font-weight: bold; }
""",
    "VS Code": """
table, thead, tr, th, td, tbody { border: none; border-spacing: 0; border-collapse: collapse; }
table, th, tr { vertical-align: middle; text-align: right; }
th, td { padding: 4px 8px; }
code { color: #d7ba7d; background: #333; }
""",
}


def test_in_a_notebook_the_header_and_the_tables_stand_as_on_a_page(tmp_path: Path) -> None:
    """Whether the notebook's style sheet comes before what the cell shows, or after it."""
    record = compare("x^2*sin(x)", x=1.5, methods="reverse-ad", truth=False)
    graph = drawn("x^2*sin(x)")
    others = fragment(Document((graph, Equations("e", (Equation(parse("f"), parse("x^2")),)))))
    output = f'<div class="themed"><div class="output">{record.details()._repr_html_()}{others}</div></div>'
    for place, style in enumerate(HOSTS.values()):
        style = f"<style>{style}</style>"
        for name, parts in (("before", style + output), ("after", output + style)):
            page = f"<!DOCTYPE html><meta charset=utf-8>{parts}"
            (tmp_path / f"{name}{place}.html").write_text(page, "utf-8")
    with browser.showing(tmp_path / "before0.html", tmp_path / "profile") as window:
        for place, host in enumerate(HOSTS):
            for name in ("before", "after"):
                window.open(tmp_path / f"{name}{place}.html")
                assert_it_stands_as_on_a_page(window, f"{name} what {host} says")


def assert_it_stands_as_on_a_page(window: browser.Browser, where: str) -> None:
    def styles(selector: str, name: str) -> set[str]:
        return set(window.run(f"[...document.querySelectorAll('{selector}')].map(it => getComputedStyle(it).{name})"))

    assert "left" in styles("tbody td", "textAlign"), where
    assert styles("dt", "textAlign") == {"left"}, where
    assert styles("td.left", "borderLeftWidth") == {"0px"}, where
    assert styles(".equations tr", "backgroundColor") == {"rgba(0, 0, 0, 0)"}, where
    assert styles("code", "backgroundColor") == {"rgba(0, 0, 0, 0)"}, where
    assert styles("caption, code", "color") == {"rgb(0, 0, 0)"}, where
    assert styles("svg .label", "fontWeight") == {"400"}, where
    assert styles("svg .label", "fill") == {"rgb(17, 24, 39)"}, where
    assert styles("summary", "display") == {"list-item"}, where
    assert max(window.run("[...document.querySelectorAll('tbody tr')].map(each => each.offsetHeight)")) < 50, where
    boxes = window.run(
        "[...document.querySelectorAll('dt, dd')].map(each => each.getClientRects()[0])"
        ".map(box => [box.left, box.top, box.width, box.height])"
    )
    names, values = boxes[::2], boxes[1::2]
    for label, value in zip(names, values, strict=True):
        assert label[2] > 10, where
        assert max(label[3], value[3]) < 40, f"one line each, {where}"
        assert abs(label[1] - value[1]) < 12, f"side by side, {where}"
        assert value[0] > label[0] + label[2], where
    assert len({value[0] for value in values}) == 1, f"one below the other, {where}"


def test_a_filter_that_hides_nothing_is_not_printed():
    (style,) = re.findall(r"@media print \{\n(.*?)\n\}", PAGE_STYLE, re.S)
    assert ".filter:has(:placeholder-shown) { display: none; }" in style
