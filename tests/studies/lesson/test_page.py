"""The lesson in a real browser: every frame by keys, numbers equal to the command line's, nothing loaded."""

import json
import os
import re
from html.parser import HTMLParser

import browser
import pytest

from diffcompare.document import Plot
from diffcompare.render import cells, render
from diffcompare.studies.demos.play import demo_data, play, tables_of
from diffcompare.studies.lesson.page import page
from diffcompare.studies.lesson.program import SHIPPED, program, shipped
from diffcompare.studies.lesson.style import STYLE

NAMES = ("trace", "step", "tape", "nan")


@pytest.fixture(scope="module")
def plays():
    return [play(name) for name in NAMES]


@pytest.fixture(scope="module")
def file(plays, tmp_path_factory):
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    path.write_text(page(plays), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def window(file, tmp_path_factory):
    if browser.find() is None:
        assert not os.environ.get("REQUIRE_BROWSER"), "there has to be a browser where this is set"
        pytest.skip("no Chromium is installed")
    opened = browser.Browser(tmp_path_factory.mktemp("profile"))
    opened.resize(1280, 720)
    yield opened
    opened.close()


# --- Without a browser ------------------------------------------------------------------------------------------------


def test_nothing_is_loaded(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["']?(?!#)""", text)
    assert not re.search(r"@import|fetch\(|XMLHttpRequest|url\((?!#)|import\(", text)
    assert "default-src 'none'" in text
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", text)


def test_the_figures_are_those_of_the_frames(file, plays):
    baked = re.search(r'id="figures">(.*?)</script>', file.read_text(encoding="utf-8"), re.S)[1]
    assert json.loads(baked)["demos"] == json.loads(json.dumps([demo_data(each) for each in plays]))


def test_ids_are_unique_and_elements_are_closed(file):
    class Reader(HTMLParser):
        ids, stack = [], []

        def handle_starttag(self, tag, attributes):
            self.ids += [value for name, value in attributes if name == "id"]
            if tag not in (
                "meta",
                "input",
                "br",
                "rect",
                "path",
                "line",
                "ellipse",
                "circle",
                "polygon",
                "polyline",
                "col",
            ):
                self.stack.append(tag)

        def handle_startendtag(self, tag, attributes):
            self.ids += [value for name, value in attributes if name == "id"]

        def handle_endtag(self, tag):
            if tag in ("rect", "path", "line", "ellipse", "circle", "polygon", "polyline"):
                return
            assert self.stack.pop() == tag

    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    assert reader.stack == []
    assert sorted(set(reader.ids)) == sorted(reader.ids)


def test_what_the_tape_does_not_know_is_no_program():
    assert program("relu(x)", {"x": 1.0}) is None
    found = program("x^2", {"x": 3.0})
    assert (found["values"][-1], max(found["adjoints"])) == (9, 6)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("scheme", "paper", "ink"), [(0, "#ffffff", "#111827"), (1, "#111827", "#f3f4f6")])
def test_contrast(scheme, paper, ink):
    """Text 4.5 : 1 on the page and on panels, borders 3 : 1, in the light and in the dark scheme."""
    accent, bad, soft = re.findall(r"--accent: (#\w{6}); --bad: (#\w{6}); --soft: (#\w{6})", STYLE)[scheme]
    assert contrast(ink, paper) >= 4.5
    assert contrast(ink, soft) >= 4.5
    assert contrast(accent, paper) >= 3
    assert contrast(bad, paper) >= 4.5


# --- In a browser -----------------------------------------------------------------------------------------------------


def shown(window):
    return window.run("[...document.querySelectorAll('.frame')].filter(each => each.offsetParent).map(each => each.id)")


def test_every_frame_by_keys(window, file, plays):
    window.open(file)
    for each in plays:
        for number, frame in [*enumerate(each.frames, 1), ("end", None)]:
            assert shown(window) == [f"{each.demo.name}-{number}"]
            visible = window.run("document.querySelector('.frame.here').innerText")
            if frame is not None and frame.question:
                assert frame.question in visible
                assert "WHY" not in visible
                window.press("ArrowRight")
                assert shown(window) == [f"{each.demo.name}-{number}"]
                visible = window.run("document.querySelector('.frame.here').innerText")
            if frame is not None and frame.sentence:
                assert frame.sentence in visible
            window.press("ArrowRight")
    assert window.complaints == []


def test_the_numbers_shown_are_those_of_the_command_line(window, file, plays):
    window.open(file)
    told = 0
    for each in plays:
        plain = render(each.document(), "plain")
        for number, frame in enumerate(each.frames, 1):
            text = window.run(
                f"document.getElementById('{each.demo.name}-{number}').querySelector('.told').textContent"
            )
            for cell in (cell for shown in tables_of(frame.blocks) for row in shown.rows for cell in row):
                if cells.is_number(cell):
                    assert cells.text(cell) in text
                    assert cells.text(cell) in plain or isinstance(frame.blocks[0], Plot)  # there the curve alone
                    told += 1
    assert told > 500


def test_exact_numbers_of_the_trace_stand_on_the_page(window, file):
    window.open(file, "#trace/1")
    text = window.run("document.getElementById('trace-31').textContent")
    assert "1.7163378145367738" in text


def test_keys_back_ends_break_and_predict(window, file):
    window.open(file, "#trace/2")
    window.press("ArrowLeft")
    assert shown(window) == ["trace-1"]
    window.press("End")
    assert shown(window) == ["trace-end"]
    window.press("Home")
    assert shown(window) == ["trace-1"]
    window.run("go(0, 29, false)")
    assert window.run("getComputedStyle(here().querySelector('.broken')).display") == "none"
    window.press("b")
    assert window.run("getComputedStyle(here().querySelector('.broken')).display") == "block"
    window.press("p")
    assert window.run("state.predict") is False
    window.run("document.getElementById('keys').click()")
    before = shown(window)
    window.press("ArrowRight")
    assert shown(window) == before  # shortcuts are off
    window.run("document.getElementById('keys').click()")


def test_the_tape_of_the_page_is_that_of_python(window, file):
    window.open(file, "#trace/1")
    assert window.run("document.getElementById('banner').hidden") is True
    window.run("document.getElementById('at-x1').value = '3'; retrace()")
    rows = window.run(
        "[...document.querySelectorAll('#retraced tr')].map(row => [...row.children].map(cell => cell.textContent))"
    )
    expected = program("ln(x1) + x1*x2 - sin(x2)", {"x1": 3.0, "x2": 5.0})
    named = [place for place, node in enumerate(expected["nodes"]) if node["name"]]
    assert [float(row[2]) for row in rows] == pytest.approx([expected["values"][place] for place in named], rel=1e-12)
    assert [float(row[3]) for row in rows] == pytest.approx([expected["adjoints"][place] for place in named], rel=1e-12)


@pytest.mark.parametrize("name", SHIPPED)
def test_another_expression_can_be_chosen(window, file, name):
    window.open(file, "#trace/1")
    window.run(f"document.getElementById('expression').value = '{name}'; choose()")
    found = shipped()[name]
    adjoints = window.run(
        "[...document.querySelectorAll('#retraced tr')].map(row => [row.children[1].textContent, row.children[3].textContent])"
    )
    assert found is not None
    for place, node in enumerate(found["nodes"]):
        if "variable" in node:
            assert float(dict(adjoints)[node["variable"]]) == pytest.approx(found["adjoints"][place], rel=1e-12)


def test_a_tape_that_computes_otherwise_raises_the_banner(window, file, tmp_path):
    window.open(file, "#trace/1")
    window.run("figures.programs.baydin.values[6] *= 1 + 1e-10; check()")
    assert window.run("document.getElementById('banner').hidden") is False


def test_the_step_moves(window, file, plays):
    window.open(file, "#step/1")
    frame = next(frame for frame in plays[1].frames if "quotient 1e-06" in frame.numbers)
    window.run("document.getElementById('exponent').value = '-6'; restep()")
    shown_quotient = float(window.run("document.getElementById('step-quotient').textContent"))
    assert shown_quotient == pytest.approx(frame.numbers["quotient 1e-06"], rel=1e-8)
    ring = window.run("+document.getElementById('ring').getAttribute('cx')")
    window.run("document.getElementById('exponent').value = '-17'; restep()")
    assert window.run("+document.getElementById('ring').getAttribute('cx')") < ring
    assert window.run("[...document.querySelectorAll('#curve polyline')].every(each => each.points.length > 40)")
    assert float(window.run("document.getElementById('step-quotient').textContent")) == 0


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_nothing_overflows_sideways(window, file, plays, size):
    window.resize(*size)
    window.open(file)
    try:
        for demo, each in enumerate(plays):
            for number in range(len(each.frames) + 1):
                for revealed in ("false", "true"):
                    window.run(f"go({demo}, {number}, {revealed})")
                    wide = window.run("document.documentElement.scrollWidth")
                    assert wide <= size[0], (each.demo.name, number + 1)
    finally:
        window.resize(1280, 720)


def test_reduced_motion_and_focus(window, file):
    window.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    window.open(file)
    assert window.run("getComputedStyle(here()).animationName") == "none"
    window.send("Emulation.setEmulatedMedia", features=[])
    order = []
    for _ in range(5):
        window.press("Tab")
        order.append(window.run("document.activeElement.textContent"))
    assert order[: len(NAMES)] == list(NAMES)


def test_the_address_names_the_step(window, file):
    window.open(file, "#trace/5")
    assert shown(window) == ["trace-5"]
    window.run("new Promise(done => { addEventListener('hashchange', done, {once: true}); location.hash = '#nan/2'; })")
    assert shown(window) == ["nan-2"]


def test_the_live_region_says_the_rule(window, file, plays):
    window.open(file, "#trace/2")
    assert plays[0].frames[1].rule in window.run("document.getElementById('spoken').textContent")


def test_print_has_a_page_for_every_demo(window, file):
    import base64

    window.open(file)
    pdf = base64.b64decode(window.send("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == len(NAMES)


def test_nothing_was_requested_and_nothing_complained(window):
    assert all(url.startswith("file:") for url in window.requests)
    assert window.complaints == []
