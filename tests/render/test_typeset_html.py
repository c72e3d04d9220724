"""Typeset mathematics in HTML, as a browser shows it and as it is copied."""

import re

import browser
from hypothesis import given
from strategies import expressions

from diffcompare.document import Code, Document, Equation, Equations, Listing, Table, columns
from diffcompare.language.parser import parse
from diffcompare.render import render
from diffcompare.render.html import fragment
from diffcompare.render.typeset_html import formula_html
from diffcompare.studies.derive import derive
from diffcompare.studies.graph import graph
from diffcompare.studies.trace import trace

F = parse("x1^2*sin(x1)/sqrt(1 + x2)")


def test_a_browser_sets_formulas_and_copies_their_text(tmp_path):
    table = Table("t", columns("node | rule"), (("v", Code("2·x", parse("2*x"))),))
    document = Document((Listing((("f", F),)), Equations("e", (Equation(parse("f"), F, "rule"),)), table))
    (tmp_path / "page.html").write_text(render(document, "html"), encoding="utf-8")
    with browser.showing(tmp_path / "page.html", tmp_path / "profile") as window:
        tall = window.run("[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)")
        assert tall[0] > 1.8 * tall[-1] > 20  # a fraction beside 2x
        assert window.run("document.documentElement.scrollWidth <= innerWidth")
        copied = window.run("getSelection().selectAllChildren(document.body), getSelection().toString()")
        assert copied.count("x1^2*sin(x1)/sqrt(1 + x2)") == 2
        assert "2*x" in copied
        assert "\u2062" not in copied
        seen = window.run("getComputedStyle(document.querySelector('.copied')).clipPath")
        assert seen == "inset(50%)"
        assert window.complaints == []


def test_brackets_are_close_and_lines_of_fractions_differ(tmp_path):
    formulas = [parse(text) for text in ("sin(x)", "a/b/c", "c/(a/b)", "if(x < 1, 1, 2000000)")]
    (tmp_path / "page.html").write_text(
        render(Document((Listing(tuple(("f", f) for f in formulas)),)), "html"), "utf-8"
    )
    with browser.showing(tmp_path / "page.html", tmp_path / "profile") as window:
        window.run("width = (element) => element.getBoundingClientRect().width; 0")
        pieces = "[...document.querySelectorAll('math')[0].querySelectorAll('mi, mo')]"
        sine, _, opening, letter, closing = window.run(f"{pieces}.map(width)")
        assert max(opening, closing) < 1.2 * letter < sine
        outer = "width(e.closest('mfrac:has(> mrow)'))"
        lines = window.run(f"[...document.querySelectorAll('mfrac mfrac')].map(e => width(e) / {outer})")
        assert len(lines) == 2
        assert max(lines) < 0.8
        left = window.run(
            "[...document.querySelectorAll('mtd:first-child > mn')].map(e => e.getBoundingClientRect().left)"
        )
        assert left[0] == left[1]


def test_notebooks_have_typeset_formulas():
    html = derive("x^2*sin(x)", x=2)._repr_html_()
    assert '<math displaystyle="true" alttext="x^2*sin(x)">' in html
    assert ".diffcompare.diffcompare.diffcompare .typeset" in html


def test_without_styles_and_mathml_the_text_is_left_and_no_picture(tmp_path):
    """As JupyterLab shows a notebook that is not trusted."""
    html = f"{trace('x^2*sin(x)', x=2)._repr_html_()}{graph('x^2', x=2)._repr_html_()}{parse('y^3/2')._repr_html_()}"
    bare = re.sub(
        "</?(math|m[a-z]+|svg|g|path|text|tspan|rect)\\b[^>]*>", "", re.sub("(?s)<style>.*?</style>", "", html)
    )
    bare = bare.replace(" hidden>", ">")  # JupyterLab drops the attribute where it has no value
    texts = []
    for number, page in enumerate((bare, html)):
        file = tmp_path / f"{number}.html"
        file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{page}", "utf-8")
        with browser.showing(file, tmp_path / "profile") as window:
            texts.append(window.run("document.body.innerText"))
            shown = window.run("[...document.querySelectorAll('math, svg')].map(each => each.checkVisibility())")
            assert all(shown)
            assert bool(shown) == (page is html)
    assert "x^2*sin(x)" in texts[0]
    assert "y^3/2" in texts[0]
    assert "x2" not in re.sub("x\\^2", "", texts[0])


@given(expressions())
def test_every_formula_has_its_text(expression):
    html = formula_html(expression)
    assert re.search(r"<code[^>]*>.+</code>", html)


def test_a_large_formula_is_cut_as_text():
    html = fragment(Document((Listing((("f", parse("sin(" * 20_000 + "x" + ")" * 20_000)),)),)))
    assert "<math" not in html
    assert len(html) < 20_000
