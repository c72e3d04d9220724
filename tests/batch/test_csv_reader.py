"""Tables as spreadsheets write them."""

import io

import pytest
from rows import every_row

from diffcompare.batch import csv_reader
from diffcompare.batch.csv_reader import point_in, ranges_in


def rows(content: str):
    return list(csv_reader.rows(io.BytesIO(content.encode()), "f.csv"))


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
    parsed = rows("name,expression,x\n,x^2,\n,,\n\na,x,1\n")
    assert [(row.name, row.point, row.line) for row in parsed] == [(None, None, 2), ("a", {"x": "1"}, 5)]


def test_a_cell_of_several_lines_begins_where_it_begins():
    parsed = rows('expression,x\n"x +\n1",2\nx,3\n')
    assert [(row.text, row.line) for row in parsed] == [("x +\n1", 2), ("x", 4)]


def test_the_apostrophe_before_a_formula_is_taken_off_again():
    (row,) = rows("expression\n'-x^2\n")
    assert row.text == "-x^2"


def test_columns_that_are_no_variables_are_left_out_and_named():
    notes = []
    parsed = list(csv_reader.rows(io.BytesIO(FEYNMAN.encode()), "f.csv", notes.append))
    assert [(row.name, row.text, row.point) for row in parsed] == [
        ("I.6.2a", "exp(-theta**2/2)/sqrt(2*pi)", {"theta": "2.189"}),
        ("I.12.1", "mu*Nn", {"Nn": "2"}),
    ]
    left_out, chosen = notes
    assert "left out the columns `Number`, `Output`, `# variables`, `units`, where" in left_out.message
    assert "within the ranges" in chosen.message


FEYNMAN = """Filename,Number,Output,Formula,# variables,v1_name,v1_low,v1_high,units,Nn
I.6.2a,1,f,exp(-theta**2/2)/sqrt(2*pi),1,theta,1,3,,
I.12.1,7,F,mu*Nn,2,mu,1,5,"m/s, kg",2
"""


def test_a_title_that_is_nearly_a_variable_without_a_value_is_kept():
    (row,) = rows("expression,X,theta1,units,theta_low\nx*theta,2,3,m,0\n")
    assert row.point == {"X": "2", "theta1": "3"}


def test_superscripts_and_subscripts_are_no_part_of_a_name():
    (row,) = rows("expression,x,y1,n\nx²*y₁,2,3,4\n")
    assert row.point == {"x": "2", "y1": "3"}


def test_titles_of_other_languages_and_partials_by_their_names():
    (row,) = rows("名称;函数;x;df/dx\na;0,5*x^2;1,5;x\n")
    assert (row.name, row.text, row.point, row.hand) == ("a", "0.5*x^2", {"x": "1.5"}, {"x": "x"})


def test_a_column_with_the_whole_point():
    (row,) = rows('expression,point\nx*y,"x=1, y=2"\n')
    assert row.point == "x=1, y=2"


def test_the_rows_of_a_worksheet():
    parsed = list(
        csv_reader.rows_of_records([(1, ["expression", "x"]), (4, ["x^2", "3"]), (5, ["y", "1"])], "m.xlsx", print)
    )
    assert [(row.text, row.point, row.line) for row in parsed] == [("x^2", {"x": "3"}, 4), ("y", None, 5)]


@every_row(
    ("text", "delimiter"),
    [
        ("expression,x", ","),
        ("f(x,y);df(x,y)/dx", ";"),
        ("student;f(x,y)", ";"),
        ("name|expression", "|"),
        ("a\rb;x", ","),
        ("Results, all\n\nstudent;expression;x", ";"),
        ("x", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_the_one_that_makes_sense_of_the_header(text, delimiter):
    assert csv_reader.delimiter_of(text) == delimiter


@pytest.mark.parametrize(
    ("content", "line", "code", "word"),
    [
        ("", 1, "E622", "empty"),
        ("a,b\n1,2\n", 1, "E622", "`expression`: it has `a`, `b`"),
        ("expression,x,x\nx,1,2\n", 1, "E627", "`x` appears twice"),
        ('expression\nx\n"x + 1\ny\n', 3, "E623", "not closed before the end, in line 4"),
        ("expression,x\natan2(x,1),2\n", 2, "E623", "3 cells under 2 columns"),
    ],
)
def test_what_is_wrong_with_a_table(content, line, code, word):
    row = rows(content)[-1]
    assert (row.line, row.error.code) == (line, code)
    assert word in row.error.message


def test_points():
    parsed = list(csv_reader.points(io.BytesIO(b"x,y\n1,2\n3,\n"), "p.csv"))
    assert parsed == [(2, {"x": "1", "y": "2"}), (3, {"x": "3"})]


TITLES = ["Formula", "v1_name", "v1_low", "v1_high", "v2_name", "v2_low", "v2_high"]


def test_columns_of_ranges():
    assert ranges_in(TITLES) == [(1, 2, 3), (4, 5, 6)]
    assert ranges_in(["a_name", "a_min", "a_max"]) == [(0, 1, 2)]
    assert ranges_in(["name", "v1_name", "v1_low", "x_low", "x_high"]) == []


def test_a_point_is_inside_and_no_two_coordinates_of_equal_ranges_are_equal():
    point = point_in(ranges_in(TITLES), ["x*y", "x", "1", "5", "y", "1", "5"])
    assert point == {"x": "3.378", "y": "2.155"}


@pytest.mark.parametrize("cells", [["", "", "", ""], ["x", "x"], ["x", "x", "low", "5"], ["x", "x", "1", "inf"]])
def test_a_range_that_is_not_said_gives_no_coordinate(cells):
    assert point_in(ranges_in(TITLES), cells) == {}
