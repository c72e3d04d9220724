"""Lines of text files and of JSON as rows."""

import io

from rows import every_row

from diffcompare.batch import rows


def text_rows(content: bytes):
    return list(rows.text_rows(io.BytesIO(content), "f.txt"))


@every_row(
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
    (row,) = text_rows(line.encode())
    assert (row.name, row.text, row.point, row.column) == (name, expression, point, column)
    assert row.place == "f.txt:1"


def test_lines_keep_their_numbers_and_only_those_that_say_something_are_rows():
    parsed = text_rows(b"\xef\xbb\xbfx\r\n\r\n# all of it\r\n  \ny # remark")
    assert [(row.line, row.text) for row in parsed] == [(1, "x"), (5, "y")]


def test_a_line_that_is_not_utf8_costs_only_itself():
    parsed = text_rows("x\nζ + ".encode() + b"\xff\ny\n")
    assert [(row.line, row.column, row.error and row.error.code) for row in parsed] == [
        (1, 1, None),
        (2, 5, "E605"),
        (3, 1, None),
    ]


def test_a_file_in_utf16_is_one_error():
    (row,) = text_rows("x\ny\n".encode("utf-16"))
    assert row.error.code == "E605"
    assert "UTF-16" in row.error.message


def test_a_line_that_is_too_long_is_passed_over(monkeypatch):
    monkeypatch.setattr(rows, "MAX_LINE_LENGTH", 100)
    parsed = text_rows(b"x\n" + b"x+" * 5000 + b"x\ny\n")
    assert [(row.line, row.error and row.error.code) for row in parsed] == [(1, None), (2, "E625"), (3, None)]


def json_rows(content: str):
    return list(rows.json_rows(io.BytesIO(content.encode()), "f.jsonl"))


def test_an_object():
    (row,) = json_rows(
        '{"name": "a", "expression": "x*y", "point": {"x": 2, "y": "pi"}, "hand": {"x": "y"}, "more": []}\n'
    )
    assert (row.name, row.text, row.point, row.hand) == ("a", "x*y", {"x": 2, "y": "pi"}, {"x": "y"})
    assert row.column == 30


def test_only_the_expression_is_needed():
    (row,) = json_rows('{"expression": "x"}')
    assert (row.name, row.point, row.hand) == (None, None, {})


@every_row(
    ("line", "code", "column"),
    [
        ('{"expression": "x"', "E624", 19),
        ("[1]", "E624", 1),
        ('{"expression": "x", "point": {"x": NaN}}', "E624", 1),
        ("[" * 100_000, "E624", 1),
        ('{"expression": "x", "point": {"x": ' + "9" * 5000 + "}}", "E624", 1),
        ('{"name": "a"}', "E626", 1),
        ('{"expression": 2}', "E626", 1),
        ('{"expression": "x", "point": [2]}', "E626", 1),
        ('{"expression": "x", "hand": {"x": 2}}', "E626", 1),
        ('{"expression": "x", "expression": "y"}', "E627", 1),
    ],
)
def test_a_line_of_json_that_is_no_row(line, code, column):
    row, after = json_rows(f'{line}\n{{"expression": "x"}}\n')
    assert (row.error.code, row.line, row.column) == (code, 1, column)
    assert after.error is None


def test_a_column_of_a_jacobian_by_hand_is_text_or_a_list():
    for column in ('"[y, 1]"', '["y", "1"]'):
        row = rows.json_row(f'{{"expression": "[x*y, x]", "hand": {{"x": {column}}}}}', "f.jsonl", 1)
        assert (row.error, row.hand) == (None, {"x": "[y, 1]"})
    assert rows.json_row('{"expression": "x", "hand": {"x": [1]}}', "f.jsonl", 1).error.code == "E626"
