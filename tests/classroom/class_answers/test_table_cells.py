"""Tables as spreadsheets write them, and the places of their cells."""

import pytest
from rows import every_row

from diffcompare.classroom.class_answers.table import Sheet


def texts(text):
    return [[cell.text for cell in record] for record in Sheet(text).records()]


@every_row(
    ("text", "records"),
    [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
        ("a\tb\n1\t2", [["a", "b"], ["1", "2"]]),
        ('a,b\n"max(x, 1)",2\n', [["a", "b"], ["max(x, 1)", "2"]]),
        ('a,b\n"say ""hi""",""\n', [["a", "b"], ['say "hi"', ""]]),
        ('a,b\n"two\nlines",2\n', [["a", "b"], ["two\nlines", "2"]]),
        ('"a;b",c\n1,2\n', [["a;b", "c"], ["1", "2"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("sep=|\na|b\n", [["a", "b"]]),
        ("\n\na,b\n,,\n \n1,2,\n,,\n", [["a", "b"], ["1", "2", ""]]),
        ("a,b\n 1 ,  2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\n'-x,'=y\n", [["a", "b"], ["-x", "=y"]]),
        ("", []),
    ],
)
def test_records(text, records):
    assert texts(text) == records


def test_a_quote_that_is_not_closed_costs_its_own_line_only():
    sheet = Sheet('a,b\n1,"x\n2,"y"\n3,z\n')
    _, broken, *others = sheet.records()
    assert [cell.open for cell in broken] == [False, True]
    assert [[cell.text for cell in record] for record in others] == [["2", "y"], ["3", "z"]]


@pytest.mark.parametrize(
    ("text", "mark", "place"),
    [
        ("a,b\n1,xy?\n", "?", (2, 5)),
        ('a,b\n1, "xy?"\n', "?", (2, 7)),
        ('a,b\n1,"x""y?"\n', "?", (2, 8)),
        ('a,b\n"1\n2","x\ny?"\n', "?", (4, 2)),
        ("a,b\n1,'-y?\n", "?", (2, 6)),
    ],
)
def test_a_character_of_a_cell_has_its_place_in_the_file(text, mark, place):
    sheet = Sheet(text)
    cell = next(cell for record in sheet.records() for cell in record if mark in cell.text)
    assert sheet.place(cell, cell.text.index(mark)) == place
    line, column = place
    assert text.splitlines()[line - 1][column - 1] == mark


def test_a_formula_of_the_spreadsheet_is_an_answer():
    [[cell]] = Sheet("=3*x^2").records()
    assert (cell.text, cell.start) == ("3*x^2", 1)
