"""Tables as spreadsheets write them."""

import io

import pytest

from diffcompare.rows import table


def rows(content: str):
    return list(table.rows(io.BytesIO(content.encode()), "f.csv"))


def test_columns_by_name():
    (row,) = rows("name,Expression,x,y,hand_x,comment\na,x*y,2,pi/2,y,mine\n")
    assert (row.name, row.text, row.point, row.hand) == ("a", "x*y", {"x": "2", "y": "pi/2"}, {"x": "y"})
    assert (row.line, row.column) == (2, 3)


def test_what_excel_writes_where_numbers_have_a_comma():
    content = '\ufeffsep=;\r\nname;expression;x;y\r\na;"max(x;y)";1,5;-2,5e-3\r\n'
    (row,) = rows(content)
    assert (row.text, row.point, row.line) == ("max(x;y)", {"x": "1.5", "y": "-2.5e-3"}, 3)


def test_tabs():
    (row,) = rows("expression\tx\nx^2\t3\n")
    assert (row.text, row.point) == ("x^2", {"x": "3"})


def test_empty_cells_say_nothing_and_empty_lines_are_no_rows():
    found = rows("name,expression,x\n,x^2,\n,,\n\na,x,1\n")
    assert [(row.name, row.point, row.line) for row in found] == [(None, None, 2), ("a", {"x": "1"}, 5)]


def test_a_cell_of_several_lines_begins_where_it_begins():
    found = rows('expression,x\n"x +\n1",2\nx,3\n')
    assert [(row.text, row.line) for row in found] == [("x +\n1", 2), ("x", 4)]


def test_the_apostrophe_before_a_formula_is_taken_off_again():
    (row,) = rows("expression\n'-x^2\n")
    assert row.text == "-x^2"


@pytest.mark.parametrize(
    ("content", "line", "code", "word"),
    [
        ("", 1, "E622", "empty"),
        ("a,b\n1,2\n", 1, "E622", "`expression`: it has a, b"),
        ("expression,x,x\nx,1,2\n", 1, "E627", "`x` comes twice"),
        ('expression\nx\n"x + 1\ny\n', 3, "E623", "not closed before the end, in line 4"),
        ("expression,x\natan2(x,1),2\n", 2, "E623", "3 cells under 2 columns"),
    ],
)
def test_what_is_wrong_with_a_table(content, line, code, word):
    row = rows(content)[-1]
    assert (row.line, row.error.code) == (line, code)
    assert word in row.error.message


def test_points():
    found = list(table.points(io.BytesIO(b"x,y\n1,2\n3,\n"), "p.csv"))
    assert found == [(2, {"x": "1", "y": "2"}), (3, {"x": "3"})]
