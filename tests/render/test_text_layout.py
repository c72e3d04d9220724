"""Arithmetic of columns."""

from __future__ import annotations

from diffcompare.document import Column, Document, Table
from diffcompare.render.text_layout import is_prose, longest_word, point_padding, repeats, wrap


def test_decimal_points_stand_in_line() -> None:
    assert point_padding(Column("v", "v", "right"), [1.25, 10.5, None], ["1.25", "10.5", "-"]) == [0, 1, 3]


def test_points_are_left_alone_where_the_column_would_grow_much() -> None:
    texts = ["1.7163378145367738e-20", "12345678901234.5"]
    assert point_padding(Column("v", "v", "right"), [1.0, 2.0], texts) == [0, 0]


def test_words_are_folded_and_never_cut() -> None:
    assert wrap("one 1.7163378145367738 two three", 10) == ["one", "1.7163378145367738", "two three"]


def test_lines_of_chinese_end_between_any_two_characters_but_not_at_punctuation() -> None:
    assert wrap("自动微分看到的是路径", 8) == ["自动微分", "看到的是", "路径"]
    assert wrap("自动微分，看到", 8) == ["自动微", "分，看到"]
    assert wrap("看（到）的", 4) == ["看", "（到）", "的"]
    assert wrap("值 ln(x1) 是", 6) == ["值", "ln(x1)", "是"]
    assert wrap("ẋ 是 1", 80) == ["ẋ 是 1"]
    assert longest_word(["自动微分 ln(x)"]) == 5


def test_points_of_chinese_cells_stand_in_line() -> None:
    assert point_padding(Column("v", "v", "right"), [1.25, "溢出"], ["1.25", "溢出"]) == [0, 3]


def test_group_cells_are_left_out_below_themselves_only() -> None:
    columns = (Column("method", "", group=True), Column("stage", "", group=True), Column("value", ""))
    rows = (("a", "raw", 1), ("a", "raw", 1), ("a", "cse", 1), ("b", "cse", 1))
    assert repeats(Table("t", columns, rows)) == [
        (False, False, False),
        (True, True, False),
        (True, False, False),
        (False, False, False),
    ]


def test_only_a_closing_column_of_text_is_prose(grad: Document) -> None:
    values, cost = [block for block in grad.blocks if isinstance(block, Table)]
    assert not any(is_prose(values, place) for place in range(7))
    assert [is_prose(cost, place) for place in range(5)] == [False, False, False, False, True]
