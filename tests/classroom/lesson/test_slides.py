"""Slides in a browser: nothing is cut, on the screen and on paper; keys; the second window."""

import base64
import re

import browser
import pytest

from diffcompare.classroom.lesson.plan import Plan, versions
from diffcompare.classroom.lesson.slides import slides

MIN_LETTERS = 16  # pixels of 720
CUT = """
all.filter(slide => slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1
    || slide.querySelector(".content") && shareShown(slide) < 1).map(slide => slide.id)
"""
BEYOND = """
[...document.querySelectorAll(".slide")].flatMap(slide => {
  const edge = slide.getBoundingClientRect(), inside = [...slide.querySelectorAll("p, h1, h2, h3, table, pre, svg, li")];
  return inside.filter(part => { const box = part.getBoundingClientRect();
    return box.width && (box.right > edge.right + 1 || box.bottom > edge.bottom + 1 || box.left < edge.left - 1); })
    .map(part => `${slide.id} ${part.tagName}`);
})
"""
CONTRAST = """
(() => {
  const light = text => text.match(/[\\d.]+/g).slice(0, 3).map(each => each / 255)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0);
  return Math.min(...[...document.querySelectorAll(".slide :is(p, h1, h2, h3, h3 span, td, th, code, .minutes)")].map(each => {
    const paper = each.matches("h3 span, .running, .running *") ? each : each.closest(".slide");
    const [x, y] = [light(getComputedStyle(each).color), light(getComputedStyle(paper).backgroundColor)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); }));
})()
"""


@pytest.fixture(scope="module")
def deck(plays, tmp_path_factory):
    path = tmp_path_factory.mktemp("slides") / "slides.html"
    path.write_text(slides(Plan(None, tuple([versions(each)[0] for each in plays.values()]))), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def window(deck, tmp_path_factory):
    with browser.showing(deck, tmp_path_factory.mktemp("profile")) as opened:
        yield opened
        assert opened.complaints == []
        assert all(url.startswith(("file:", "about:")) for url in opened.requests)


def test_nothing_is_loaded(deck):
    text = deck.read_text(encoding="utf-8")
    assert not re.search(r"@import|fetch\(|XMLHttpRequest|url\((?!#)|import\(|\bsrc=", text)
    assert "default-src 'none'" in text


def test_nothing_is_cut_and_letters_are_large(window, plays):
    assert window.run("all.forEach(fitted); all.length") == 1 + sum(
        2 + len(each.frames) + sum(frame.broken is not None for frame in each.frames) for each in plays.values()
    )
    assert window.run(CUT) == []
    letters = window.run("all.map(slide => parseFloat(slide.style.getPropertyValue('--letters'))).filter(Boolean)")
    assert min(letters) >= MIN_LETTERS
    assert sorted(letters)[len(letters) // 10] >= 17
    for scheme in ("light", "dark"):
        window.emulate(scheme=scheme, motion="reduce")
        assert window.run(CONTRAST) >= 4.5


def test_keys_reveal_go_on_and_jump(window):
    here = "[here().id, here().dataset.state]"
    window.run("go(all.findIndex(slide => slide.id === 'trace-31'))")
    seen = []
    for key in ("ArrowRight", " ", "ArrowRight", "PageUp", "ArrowLeft", "n", "p", "p", "End", "Home"):
        seen.append(window.run(here))
        window.press(key)
    assert seen == [
        ["trace-31", "asked"], ["trace-31", "told"], ["trace-31b", "told"], ["trace-32", "asked"], ["trace-31b", "told"],
        ["trace-31", "told"], ["swell-0", "told"], ["trace-0", "told"], ["four-ways-0", "told"], ["chaos-end", "told"],
    ]  # fmt: skip
    visible = "['.asked', '.told'].map(kind => getComputedStyle(here().querySelector(kind)).visibility)"
    window.run("go(all.findIndex(slide => slide.id === 'trace-31'))")
    assert window.run(visible) == ["visible", "hidden"]
    window.press("ArrowRight")
    assert window.run(visible) == ["hidden", "visible"]
    window.press("o")
    window.press("ArrowRight")
    window.press("Enter")
    assert window.run("[here().id, inOverview()]") == ["trace-31b", False]
    window.press("?")
    assert window.run("byId('help').open") is True
    window.run("byId('keys').click(); byId('help').close()")
    window.press("n")
    assert window.run("here().id") == "trace-31b"
    window.run("byId('keys').click()")


@pytest.mark.thorough
def test_the_address_names_the_slide(window, deck):
    window.open(deck, "#kinks/2")
    assert window.run("here().id") == "kinks-2"
    window.press("ArrowRight")
    window.press("ArrowRight")
    assert window.run("new Promise(done => setTimeout(() => done(location.hash), 250))") == "#kinks/2b"


@pytest.mark.thorough
def test_the_second_window_is_told_and_tells(window, deck):
    """What it gets is a message from the window that opened it; its keys go back there."""
    window.run("window.sent = []; presenter = {postMessage: message => sent.push(message)}; go(2)")
    assert window.run("sent.at(-1).slide") == 2
    window.run("heard({source: presenter, data: {deck: 'key', action: 'next'}}); presenter = null")
    assert window.run("state.slide") in (2, 3)
    window.open(deck, "#presenter")
    window.run(
        "present({slide: all.findIndex(slide => slide.id === 'trace-31'), step: 0, started: Date.now() - 61500})"
    )
    assert window.run("byId('clock').textContent") == "1:01"
    assert "Another message arrives at x1" in window.run("byId('said').innerText")
    assert window.run("getComputedStyle(byId('coming').querySelector('.told')).visibility") == "visible"
    window.open(deck)


@pytest.mark.thorough
def test_on_paper_every_slide_has_a_page(window, deck):
    window.open(deck)
    pdf = base64.b64decode(window.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == window.run("all.length")
    assert set(re.findall(rb"/MediaBox\s*\[([^]]*)\]", pdf)) == {b"0 0 960 540"}
    assert window.run("all.every(slide => sized.has(slide) || !slide.querySelector('.content'))"), "sized for paper"
    window.send("Emulation.setEmulatedMedia", media="print", features=[])
    assert window.run(BEYOND) == []
    window.emulate(motion="reduce")


@pytest.mark.thorough
def test_on_a_phone_slides_are_cards(window):
    window.resize(390, 844)
    assert window.run("document.documentElement.scrollWidth") == 390
    heights = window.run("all.map(slide => slide.offsetHeight)")
    assert min(heights) > 60
    assert window.run("getComputedStyle(all.at(-2).querySelector('.told')).visibility") == "visible"
    window.resize(1280, 720)
