"""Objects, one a line."""

import io

import pytest

from diffcompare.batch import readers


def rows(content: str):
    return list(readers.json_rows(io.BytesIO(content.encode()), "f.jsonl"))


def test_an_object():
    (row,) = rows('{"name": "a", "expression": "x*y", "point": {"x": 2, "y": "pi"}, "hand": {"x": "y"}, "more": []}\n')
    assert (row.name, row.text, row.point, row.hand) == ("a", "x*y", {"x": 2, "y": "pi"}, {"x": "y"})
    assert row.column == 30


def test_only_the_expression_is_needed():
    (row,) = rows('{"expression": "x"}')
    assert (row.name, row.point, row.hand) == (None, None, {})


@pytest.mark.parametrize(
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
def test_a_line_that_is_none(line, code, column):
    row, after = rows(f'{line}\n{{"expression": "x"}}\n')
    assert (row.error.code, row.line, row.column) == (code, 1, column)
    assert after.error is None
