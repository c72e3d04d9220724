"""Documents: columns of tables, written as one line."""

from __future__ import annotations

from diffcompare.document import Column, columns


def test_columns_are_written_between_bars():
    assert columns("method | >value | >step=best h | value=f(x+h)") == (
        Column("method", "method"),
        Column("value", "value", "right"),
        Column("step", "best h", "right"),
        Column("value", "f(x+h)"),
    )


def test_a_star_marks_a_group_column():
    assert columns("*partial | >*order=k") == (
        Column("partial", "partial", group=True),
        Column("order", "k", "right", group=True),
    )
