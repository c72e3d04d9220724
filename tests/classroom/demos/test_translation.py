"""Demos in Chinese: every word, and none of the numbers, is another one."""

import html
import re

import pytest
from english import words
from rows import every_row

from diffcompare.classroom.demos import NAMES, load_demo
from diffcompare.classroom.demos.frame import localized
from diffcompare.classroom.demos.report import ComputedDemo, catalogue, compute, demo_data, frame_data, tables_of
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.document import Bars, Document, Graph, Plot, Source, Table
from diffcompare.inputs.resolve import resolve
from diffcompare.localization import Phrase, use_language
from diffcompare.render import render

OF_ONE_S_OWN = (
    ("x^2*sin(x)", {"x": 1.5}),
    ("if(x > 0, x^2, ln(x))", {"x": 2.0}),
    ("if(x > 0, ln(x), 0)*y + 3", {"x": -1.0, "y": 2.0}),
    ("exp(x)/(1 + exp(x))", {"x": 0.5}),
    ("x + 2*3", {"x": 1.0}),
    ("|x|*sqrt(y)", {"x": 0.0, "y": 1.0}),
)


@pytest.fixture(params=[*NAMES, *OF_ONE_S_OWN], ids=str)
def pair(request, played):
    """A demo in English and in Chinese, played."""
    computed = played(request.param) if isinstance(request.param, str) else of_ones_own(*request.param)
    return computed, chinese(computed)


def of_ones_own(text, point):
    frames = tuple(frames_of(resolve(text, names=tuple(point)), point))
    return ComputedDemo(load_demo("trace")._replace(frames=lambda: frames), frames)


def chinese(computed):
    with use_language("zh"):
        return compute(localized(computed.demo._replace(frames=lambda: computed.frames)))


def blocks_of(frame):
    return [*frame.blocks, *frame.question_blocks, *(frame.broken.blocks if frame.broken else ())]


def texts(computed):
    """Every text that a player shows, in one order for every language."""
    yield from (computed.demo.title, computed.demo.claim, computed.demo.lesson)
    for frame in computed.frames:
        yield from (frame.title, frame.rule, frame.sentence, frame.question)
        if frame.broken:
            yield from (frame.broken.bug, frame.broken.sentence)
        for block in blocks_of(frame):
            yield from texts_of(block)


def texts_of(block):
    table = block if isinstance(block, Table) else None
    if isinstance(block, Plot | Bars | Graph):
        table = block.table
        yield block.caption
    if isinstance(block, Plot):
        yield from (block.x.title, block.y.title, *[series.name for series in block.series])
    if isinstance(block, Bars):
        yield from (block.axis.title, *[name for name, _ in block.series])
    if isinstance(block, Source) and block.language == "text":
        yield block.text
    if table:
        yield table.caption
        yield from (column.title for column in table.columns)
        yield from (cell for row in table.rows for cell in row if isinstance(cell, str))


def numbers(text):
    return sorted(re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", text))


def test_no_word_of_english_is_left(pair):
    left = {text: computed for text in texts(pair[1]) if (computed := words(text))}
    assert not left


def test_whatever_is_prose_is_chinese(pair):
    for english, chinese in zip(*map(texts, pair), strict=True):
        if len(words(english)) > 1:
            assert re.search("[\u4e00-\u9fff]", chinese), english


def test_the_numbers_are_the_same(pair):
    english, chinese = ([{**frame_data(frame)} for frame in language.frames] for language in pair)
    for original, other in zip(english, chinese, strict=True):
        assert original["numbers"] == other["numbers"]
        assert (original["broken"] or {}).get("numbers") == (other["broken"] or {}).get("numbers")
    for original, other in zip(*map(texts, pair), strict=True):
        assert numbers(re.sub(r"Act \d", "", original)) == numbers(other)


def test_keys_and_cells_are_the_same_but_for_words(pair):
    for original, other in zip(*[demo.frames for demo in pair], strict=True):
        assert (original.sweep, original.node) == (other.sweep, other.node)
        for before, after in zip(*[tables_of(blocks_of(frame)) for frame in (original, other)], strict=True):
            assert (before.key, [column.key for column in before.columns]) == (
                after.key,
                [column.key for column in after.columns],
            )
            for cell, translated in zip(*[sum(rows_of.rows, ()) for rows_of in (before, after)], strict=True):
                assert translated == cell or type(cell) is Phrase


def test_names_of_users_stay():
    point = {"value": 2.0, "seed": 3.0, "truth": 5.0, "first": 7.0}
    translated = chinese(of_ones_own("value*seed + truth/first", point))
    rules = [row[1] for frame in translated.frames for table in tables_of(frame.blocks) for row in table.rows]
    assert set(rules) >= set(point)
    assert "对 seed 的导数是多少？" in [frame.question for frame in translated.frames]


def test_english_is_left_alone():
    which = load_demo("memory")
    assert localized(which) is which


@every_row("format", ["terminal", "plain", "markdown", "html"])
@every_row("name", NAMES)
def test_renderers_add_no_word_of_english(name, format, played):
    translated = chinese(played(name))
    with use_language("zh"):
        text = render(translated.document(), format).replace(f"{name}：", "")
    if format == "html":
        assert '<html lang="zh">' in text
        text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "\n", text, flags=re.DOTALL))
    if format == "markdown":
        text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    program = "\n".join(
        block.text for frame in translated.frames for block in frame.blocks if isinstance(block, Source)
    )
    left = [word for line in text.splitlines() for word in words(line) if line.strip() not in program]
    assert not left


def test_pictures_are_read_aloud_in_chinese(played):
    translated = chinese(played("trace"))
    with use_language("zh"):
        text = render(Document(translated.frames[-2].blocks), "svg")
    (told_aloud,) = re.findall("<desc>(.*)</desc>", text)
    assert "值 11.65，伴随值 1，输出。" in told_aloud
    assert not [word for text_part in re.findall(">([^<>{}]+)<", text) for word in words(text_part)]


def test_the_list_is_translated_and_its_data_are_the_same():
    english = catalogue()
    with use_language("zh"):
        chinese = catalogue()
        assert "四条路" in render(chinese, "plain")
    names = [[entry["name"] for entry in listed.data["list"]] for listed in (english, chinese)]
    kinds = [[entry["kind"] for entry in listed.data["list"]] for listed in (english, chinese)]
    assert names[0] == names[1]
    assert kinds[0] == kinds[1]


def test_machines_find_the_same_keys(played):
    english = demo_data(played("trace"))
    translated = demo_data(chinese(played("trace")))
    assert keys(english) == keys(translated)
    assert translated["claim"] != english["claim"]


def keys(data):
    if isinstance(data, dict):
        return {key: keys(value) for key, value in data.items()}
    return [keys(item) for item in data] if isinstance(data, list) else None
