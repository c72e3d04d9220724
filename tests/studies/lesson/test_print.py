"""On paper: every demo on a page of its own, all steps in one table, the graph at the end, black on white."""

import base64
import re

import pytest

from diffcompare.studies.demos import NAMES


def test_a_page_for_every_demo(window):
    pdf = base64.b64decode(window.send("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == len(NAMES)


def test_every_demo_begins_a_page(paper):
    breaks = paper.run(
        "demos.map(demo => { const {breakBefore, breakInside} = getComputedStyle(demo); return [breakBefore, breakInside]; })"
    )
    assert breaks == [["auto", "avoid"], *[["page", "avoid"]] * (len(NAMES) - 1)]


@pytest.fixture
def paper(window, go):
    """What is to be seen on paper, whatever was on the screen: a dark projector with a question open."""
    window.run("actions.projector()")
    go("trace", 30, revealed=False)
    features = [
        {"name": "prefers-color-scheme", "value": "dark"},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    window.send("Emulation.setEmulatedMedia", media="print", features=features)
    yield window
    window.emulate(motion="reduce")


def test_all_steps_in_one_table_and_the_final_graph(paper, plays):
    for each in plays.values():
        rows, text = paper.run(
            f"(sheet => [sheet.querySelectorAll('tbody').length, sheet.innerText])(document.querySelector('#{each.demo.name} .printed'))"
        )
        assert rows == len(each.frames)
        for frame in each.frames:
            assert frame.title in text
            assert frame.rule in text
        assert each.demo.lesson in text
    graph = paper.run("document.querySelector('#trace .printed svg').textContent")
    assert "v̄₋₁ = 5.5" in graph
    assert "v̄₀ = 1.716" in graph


def test_no_buttons_no_frames_no_panels(paper):
    shown = paper.run(
        "[...document.querySelectorAll('button, input, select, nav, .frame, .panel, .controls, .banner, .subject')]"
        ".filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 80))"
    )
    assert shown == []


def test_black_on_white(paper):
    colours = paper.run(
        "(() => { const found = new Set(); const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);"
        " while (walker.nextNode()) { const at = walker.currentNode.parentElement;"
        " if (walker.currentNode.data.trim() && at.checkVisibility() && !at.closest('title, desc'))"
        " found.add(at.closest('svg') ? getComputedStyle(at).fill : getComputedStyle(at).color); }"
        " return [...found, getComputedStyle(root).backgroundColor]; })()"
    )
    assert set(colours) <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)", "rgb(255, 255, 255)"}
    assert colours[-1] == "rgb(255, 255, 255)"


def test_rows_are_not_split_and_lines_differ_without_colour(paper):
    assert paper.run(
        "[...document.querySelectorAll('.printed tr, .printed tbody')].every(row => getComputedStyle(row).breakInside === 'avoid')"
    )
    dashes = paper.run(
        "['primal', 'adjoint', 'message'].map(kind => getComputedStyle(document.querySelector(`#trace .printed .${kind} rect`)).strokeDasharray)"
    )
    assert len(set(dashes)) == 3
