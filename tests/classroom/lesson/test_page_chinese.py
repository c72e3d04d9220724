"""The lesson in Chinese, in a real browser: no word of English is left, and every number is the same."""

import json
import re

import browser
import pytest
from english import words

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.frame import localized
from diffcompare.classroom.demos.report import compute, demo_data, frame_data
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.classroom.lesson.page import page
from diffcompare.classroom.lesson.texts import ENGLISH
from diffcompare.localization import use_language
from diffcompare.studies.question import question_of

POINT = {"x1": 0.5, "x2": -1.25}
CHOSEN = ("trace", "swell", "step", "nan")
"""Demos of the page: those with panels, and one without."""
NAMES = {*CHOSEN, "CSE", "python", "Python", "Home", "End", "Shift", "Space", "PageUp", "PageDown", "Richardson"}
"""Names of demos, which are typed, of programs, of keys, and of a person."""


def in_chinese(computed):
    frames = computed.frames
    return compute(localized(computed.demo._replace(frames=lambda: frames)))


@pytest.fixture(scope="module")
def chinese(plays):
    with use_language("zh"):
        return [in_chinese(plays[name]) for name in CHOSEN]


@pytest.fixture(scope="module")
def chinese_file(chinese, tmp_path_factory):
    path = tmp_path_factory.mktemp("chinese") / "lesson.html"
    with use_language("zh"):
        path.write_text(page(chinese), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def chinese_window(chinese_file, tmp_path_factory):
    with browser.showing(chinese_file, tmp_path_factory.mktemp("profile")) as window:
        yield window


def baked(path):
    return json.loads(re.search(r'id="figures">(.*?)</script>', path.read_text(encoding="utf-8"), re.S)[1])


def numbers(data):
    """All numbers of plain data, in their order."""
    if isinstance(data, dict):
        return [value_in for value in data.values() for value_in in numbers(value)]
    if isinstance(data, list):
        return [value_in for value in data for value_in in numbers(value)]
    return [data] if isinstance(data, int | float) else []


def test_the_figures_are_the_same(file, chinese_file, chinese):
    english, translated = baked(file), baked(chinese_file)
    english["demos"] = [demo for demo in english["demos"] if demo["name"] in CHOSEN]
    assert len(numbers(english)) > 1000
    assert numbers(english["demos"]) == numbers(translated["demos"])
    assert numbers(english["programs"]) == numbers(translated["programs"])
    assert english["words"].keys() == translated["words"].keys() == ENGLISH.keys()
    assert translated["demos"] == json.loads(json.dumps([demo_data(demo) for demo in chinese]))


def test_the_page_says_which_language_it_is_in(chinese_window, chinese):
    assert chinese_window.run("document.documentElement.lang") == "zh"
    assert chinese_window.run("document.title") == "导数是怎样算出来的"
    for demo in chinese:
        assert demo.demo.claim in chinese_window.run(f"byId('{demo.demo.name}').querySelector('h2').textContent")


@pytest.mark.thorough
def test_every_step_by_keys_in_chinese(chinese_window, chinese):
    chinese_window.run("go(0, 0, false)")
    seen = 0
    for demo in chinese:
        for number, frame in enumerate(demo.frames, 1):
            display = chinese_window.run("[here().id, here().innerText, byId('next').textContent]")
            assert display[0] == f"{demo.demo.name}-{number}"
            assert frame.title in display[1]
            assert display[2] == ("揭晓" if frame.question else "下一步")
            if frame.question:
                assert f"先猜：{frame.question}" in display[1]
                chinese_window.press("ArrowRight")
                display = chinese_window.run("[here().id, here().innerText, byId('next').textContent]")
            assert frame.sentence in display[1]
            assert not words(re.sub(r"\b(def|return|while)\b", "", display[1])), display[1]
            seen += 1
            chinese_window.press("ArrowRight")
        chinese_window.press("ArrowRight")  # past the closing sentence
    assert seen > 50
    assert chinese_window.complaints == []


def test_no_word_of_english_is_left_anywhere(chinese_window):
    """Texts, labels, titles and descriptions, and what is computed here: panels, bars, another point."""
    chinese_window.run(f"Object.entries({json.dumps(POINT)}).forEach(([name, x]) => byId(`at-${{name}}`).value = x)")
    chinese_window.run("byId('at-x1').dispatchEvent(new Event('input')); byId('accuracy').click()")
    texts = chinese_window.run(
        "(() => { const every = [...document.querySelectorAll('body *')].filter(each => !each.closest('script, template, code, pre'));"
        " const own = each => [...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data);"
        " return every.flatMap(each => [...own(each), each.getAttribute('aria-label'), each.getAttribute('title'),"
        " each.getAttribute('aria-valuetext')]).filter(Boolean); })()"
    )
    assert len(texts) > 1000
    left = {word for text in texts for word in words(text) if not machine(text)} - NAMES
    chinese_window.run("byId('accuracy').click(); restore()")
    assert not left


def machine(text):
    """Figures by name, as the printed page has them, and names of expressions."""
    return " = " in text and "; " in text


def test_another_point_is_told_as_by_python(chinese_window):
    ours_all = chinese_window.run(f"framesAt(traced(figures.programs.baydin, {json.dumps(POINT)}))")
    text = "ln(x1) + x1*x2 - sin(x2)"
    which = load_demo("trace")._replace(frames=lambda: frames_of(question_of(text, tuple(POINT)), POINT))
    with use_language("zh"):
        frames = localized(which).frames()
    assert len(ours_all) == len(frames)
    for ours, frame in zip(ours_all, frames, strict=True):
        expected = frame_data(frame)
        assert [ours[key] or None for key in ("title", "question", "rule", "sentence")] == [
            expected[key] for key in ("title", "question", "rule", "sentence")
        ]


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_nothing_overflows_sideways_in_chinese(chinese_window, chinese, size):
    chinese_window.resize(*size)
    try:
        wide = chinese_window.run(
            "framesOf.flatMap((frames, demo) => frames.map((frame, number) => {"
            " go(demo, number, true); return [frame.id, document.documentElement.scrollWidth]; }))"
        )
        assert not [cell for cell in wide if cell[1] > size[0]]
    finally:
        chinese_window.resize(1280, 720)
