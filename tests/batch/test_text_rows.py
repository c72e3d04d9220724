"""Lines of text files as rows."""

import io

import pytest

from diffcompare.batch import readers
from diffcompare.batch import row as lines


def rows(content: bytes):
    return list(readers.text_rows(io.BytesIO(content), "f.txt"))


@pytest.mark.parametrize(
    ("line", "name", "expression", "point", "column"),
    [
        ("x^2", None, "x^2", None, 1),
        ("  x^2  ", None, "x^2", None, 3),
        ("a: x^2", "a", "x^2", None, 4),
        ("the first: x^2 @ x=2", "the first", "x^2", " x=2", 12),
        ("x*y @ x1=2, y=pi/2 # a remark: with @ all", None, "x*y", " x1=2, y=pi/2 ", 1),
        (": x", None, "x", None, 3),
        ("a:", "a", "", None, 3),
        ("x @", None, "x", "", 1),
    ],
)
def test_a_line(line, name, expression, point, column):
    (row,) = rows(line.encode())
    assert (row.name, row.text, row.point, row.column) == (name, expression, point, column)
    assert row.place == "f.txt:1"


def test_lines_keep_their_numbers_and_only_those_that_say_something_are_rows():
    found = rows(b"\xef\xbb\xbfx\r\n\r\n# all of it\r\n  \ny # remark")
    assert [(row.line, row.text) for row in found] == [(1, "x"), (5, "y")]


def test_a_line_that_is_not_utf8_costs_only_itself():
    found = rows("x\nζ + ".encode() + b"\xff\ny\n")
    assert [(row.line, row.column, row.error and row.error.code) for row in found] == [
        (1, 1, None),
        (2, 5, "E605"),
        (3, 1, None),
    ]


def test_a_file_in_utf16_is_one_error():
    (row,) = rows("x\ny\n".encode("utf-16"))
    assert row.error.code == "E605"
    assert "UTF-16" in row.error.message


def test_a_line_that_is_too_long_is_passed_over(monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE_LENGTH", 100)
    found = rows(b"x\n" + b"x+" * 5000 + b"x\ny\n")
    assert [(row.line, row.error and row.error.code) for row in found] == [(1, None), (2, "E625"), (3, None)]
