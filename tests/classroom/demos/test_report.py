"""Frames as documents and as data; every player reads this one list."""

import json
import re

import pytest
from rows import every_row

from diffcompare.classroom.demos import ENCORES, NAMES, TEN, load_demo
from diffcompare.classroom.demos.frame import mask, table
from diffcompare.classroom.demos.report import catalogue, cell_data, compute, document, frame_data, tables_of
from diffcompare.diagnostics import DiffcompareError
from diffcompare.render import TEXTS, render

QUICK = ("trace", "tape", "memory")


def test_the_ten_take_an_hour():
    assert sum(load_demo(name).minutes for name in TEN) in range(60, 71)
    assert len(TEN) == 10
    assert (*TEN, *ENCORES) == NAMES


@every_row("name", NAMES)
def test_every_demo_says_what_it_claims_and_what_to_take_home(name):
    which = load_demo(name)
    assert which.name == name
    assert which.claim.endswith(".")
    assert which.lesson.endswith(".")


@every_row("name", NAMES)
def test_frames_are_complete(name, played):
    frames = played(name).frames
    assert frames
    for frame in frames:
        assert frame.title
        assert frame.blocks
        assert bool(frame.question) == bool(frame.question_blocks), frame.title
    assert any(frame.question for frame in frames)


@every_row("name", NAMES)
def test_what_is_asked_is_not_told(name, played):
    """A question's answer stands in no table beside it: where a cell is `?` the revealed one has a value."""
    for frame in played(name).frames:
        hidden, revealed = tables_of(frame.question_blocks), tables_of(frame.blocks)
        if not any("?" in row for question_table in hidden for row in question_table.rows):
            continue
        for before, after in zip(hidden, revealed, strict=True):
            assert len(before.rows) == len(after.rows)
            assert not any("?" in row for row in after.rows)


@pytest.mark.parametrize("name", QUICK)
def test_numbers_of_the_data_are_those_of_the_frames(name, played):
    data = json.loads(render(played(name).document(), "json"))
    (which,) = data["demos"]
    assert which["name"] == name
    for frame, frame_entry in zip(played(name).frames, which["frames"], strict=True):
        assert frame_entry["numbers"] == {key: cell_data(value) for key, value in frame.numbers.items()}


@pytest.mark.parametrize("name", QUICK)
def test_plain_and_markdown_have_the_numbers_of_the_tables(name, played):
    played_document = played(name).document()
    texts = [render(played_document, format) for format in ("plain", "markdown")]
    for frame in played(name).frames:
        for table_data in frame_data(frame)["tables"]:
            for cell in (cell for row in table_data["rows"] for cell in row if isinstance(cell, float)):
                assert all(repr(cell) in text for text in texts)


@every_row("name", NAMES)
@every_row("format", TEXTS)
def test_every_demo_can_be_written_in_every_format(name, format, played):
    text = render(played(name).document(), format)
    assert text
    if format == "plain":
        assert all(frame.sentence in text for frame in played(name).frames)


def test_a_row_with_too_few_cells_is_an_error():
    with pytest.raises(ValueError, match="does not have 2 cells"):
        table("t", "", "a | b", [("x",)])


def test_a_brief_document_has_claim_table_sentence():
    text = render(document([compute(load_demo("memory"))], brief=True), "plain")
    assert text.startswith("memory: ")
    assert "3003" in text
    assert text.rstrip().endswith(load_demo("memory").lesson)
    assert "WHY" not in text


def test_one_frame():
    text = render(document([compute(load_demo("trace"))], only=3), "plain")
    assert re.search(r"^3/\d+  ", text, re.M)
    assert not re.search(r"^4/", text, re.M)


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_no_such_frame(number):
    with pytest.raises(DiffcompareError, match="there is no frame"):
        document([compute(load_demo("memory"))], only=number)


def test_no_such_demo():
    with pytest.raises(DiffcompareError) as caught:
        load_demo("trcae")
    assert caught.value.diagnostic.code == "E581"
    assert "trace" in caught.value.diagnostic.help


def test_the_list_names_every_demo():
    text = render(catalogue(), "plain")
    assert all(name in text for name in NAMES)


def test_a_mask_covers_cells_only():
    asked = table("t", "", "a | >b", [("x", 1), ("y", 2)])
    assert mask(asked, (-1, 1)).rows == (("x", 1), ("y", "?"))
    assert [column.align for column in asked.columns] == ["left", "right"]
