"""On paper: every demo on a page of its own, all steps in one table, the graph at the end, black on white."""

import base64
import re
from dataclasses import replace

import pytest

from diffcompare.classroom.demos import NAMES
from diffcompare.classroom.lesson.page import page
from diffcompare.document import Table


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
    for computed in plays.values():
        rows, text = paper.run(
            f"(sheet => [sheet.querySelectorAll(':scope > table > tbody').length, sheet.innerText])(document.querySelector('#{computed.demo.name} .printed'))"
        )
        assert rows == len(computed.frames)
        for frame in computed.frames:
            assert frame.title in text
            assert frame.rule in text
        assert computed.demo.lesson in text
    graph = paper.run("document.querySelector('#trace .printed svg').textContent")
    assert "v̄₋₁ = 5.5" in graph
    assert "v̄₀ = 1.716" in graph


def test_the_tables_of_a_step_stand_under_it_where_there_is_room(paper, plays):
    text = paper.run("document.querySelector('#four-ways .printed').innerText")
    (table,) = [block for block in plays["four-ways"].frames[-1].blocks if isinstance(block, Table)]
    assert all(str(row[0]) in text for row in table.rows)
    assert len(table.rows) >= 8
    assert text.count("e-1") > 8  # errors
    assert "; " in paper.run("document.querySelector('#step .printed').innerText")  # too many: by name


def test_a_step_beside_its_tables_and_above_its_numbers(paper):
    """The sentence stands beside tables, whose height it does not add to; a list of numbers has the whole width."""
    heights, widths = paper.run(
        "['#fd-strikes-back', '#step'].map(demo => [...document.querySelectorAll(`${demo} .printed > table > tbody`)])"
        ".map(steps => steps.filter(step => step.rows.length > 1))"
        ".map((steps, n) => steps.map(step => n ? step.rows[1].cells[1].colSpan : step.rows[0].cells[4].rowSpan))"
    )
    assert set(heights) == {2}
    assert set(widths) == {4}


def test_a_step_without_numbers_keeps_its_tables_however_many_rows_a_demo_has(plays):
    demo = plays["step"]
    frames = [frame._replace(numbers={}) if number == 0 else frame for number, frame in enumerate(demo.frames)]
    (kept,) = [block for block in frames[0].blocks if isinstance(block, Table)]
    printed = page([replace(demo, frames=tuple(frames))]).partition('class="printed')[2]
    assert printed.count("<table") == 2, "that of the steps and one inside"
    assert kept.caption in printed


def test_no_buttons_no_frames_no_panels(paper):
    visible = paper.run(
        "[...document.querySelectorAll('button, input, select, nav, .frame, .panel, .controls, .banner, .subject')]"
        ".filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 80))"
    )
    assert visible == []


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


def test_the_pictures_of_the_panels_stand_in_the_place_of_the_demos_own(paper):
    """As they are then: the step that was chosen, the series that were; patterns of their own, and no legend lost."""
    paper.run("byId('exponent').value = '-10'; restep(); dispatchEvent(new Event('beforeprint'))")
    printed = paper.run(
        "(() => { const svg = document.querySelector('#step .printed svg'); return [svg.querySelectorAll('.dots > *').length,"
        " svg.querySelectorAll('polyline').length, svg.querySelector('.mark').cx.baseVal.value - across(1e-10), svg.checkVisibility()]; })()"
    )
    assert (printed[0], printed[1], printed[3]) == (258, 5, True)
    assert abs(printed[2]) < 0.01
    bars, missing, legend, ids = paper.run(
        "(() => { const figure = document.querySelector('#swell .printed figure'), bars = [...figure.querySelectorAll('.bar')];"
        " return [figure.querySelectorAll('svg.bars .bar').length,"
        " bars.filter(each => !document.querySelector(each.getAttribute('fill').match(/#[^)]*/)[0]).closest('.printed')).length,"
        " figure.querySelector('.legend').innerText, [...document.querySelectorAll('[id]')].map(each => each.id)]; })()"
    )
    assert (bars, missing) == (48, 0)
    assert legend.split() == ["tree", "light", "tree", "DAG", "after", "CSE"]
    assert len(set(ids)) == len(ids)
    fills = paper.run(
        "[0, 1, 2, 3].map(each => getComputedStyle(document.querySelector(`.printed .fill${each}`)).fill)"
    )
    assert fills == ["rgb(0, 0, 0)", *["rgb(255, 255, 255)"] * 3]  # and three hatches
