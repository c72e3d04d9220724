"""The cells of Excel workbooks."""

import datetime
import sys
import zipfile

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs import workbook


@pytest.fixture
def book(tmp_path):
    """Write a workbook from rows by the name of their worksheet, and return its path."""
    openpyxl = pytest.importorskip("openpyxl")

    def write(name="m.xlsx", **sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = tmp_path / name
        made.save(path)
        return str(path)

    return write


def test_cells_are_text_and_empty_rows_are_none(book):
    path = book(
        one=[["学生", "x"], [], [None, " "], ["Ada", 0.5, 3.0, 12, True, "=2*x"], [datetime.datetime(2026, 5, 1)]]
    )
    worksheet = workbook.read(path)
    assert worksheet.records == [
        (1, ["学生", "x"]),
        (4, ["Ada", "0.5", "3", "12", "True", "2*x"]),
        (5, ["2026-05-01"]),
    ]
    assert (worksheet.name, worksheet.others) == ("one", 0)


@pytest.mark.parametrize(
    ("formula", "computed", "text"),
    [("=1/3", 1 / 3, "1/3"), ("=A1+1", 3, "3"), ("=2*x", "#NAME?", "2*x"), ("=PI()", 3.14, "3.14")],
)
def test_a_formula_is_what_was_typed_unless_a_number_came_from_other_cells(formula, computed, text):
    assert workbook.text_of(formula, computed) == text


def test_the_first_worksheet_with_anything_in_it_is_read(book):
    worksheet = workbook.read(book(empty=[], answers=[["a"]], more=[["b"]]))
    assert (worksheet.name, worksheet.others) == ("answers", 1)


def test_a_workbook_without_cells(book):
    assert workbook.read(book(empty=[])).records == []


def test_what_is_no_workbook(tmp_path, book):
    path = tmp_path / "m.xlsx"
    path.write_text("student;x")
    with pytest.raises(DiffcompareError, match="not an Excel workbook"):
        workbook.read(str(path))
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(DiffcompareError, match="password"):
        workbook.read(str(path))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(DiffcompareError, match="damaged"):
        workbook.read(str(path))
    with pytest.raises(DiffcompareError, match="no such file"):
        workbook.read(str(tmp_path / "none.xlsx"))


def test_one_that_is_too_large_is_not_unpacked(book, monkeypatch):
    path = book(one=[["a"]])
    monkeypatch.setattr(workbook, "MAX_BYTES", 100)
    with pytest.raises(DiffcompareError, match="more than"):
        workbook.read(path)


def test_without_openpyxl_the_command_to_install_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(DiffcompareError) as caught:
        workbook.read("m.xlsx")
    assert caught.value.diagnostic.help == 'pip install "diffcompare[xlsx]"'


@pytest.mark.parametrize(("place", "address"), [((3, 1), "B3"), ((1, 0), "A1"), ((2, 26), "AA2"), ((9, 702), "AAA9")])
def test_what_a_cell_is_called(place, address):
    assert workbook.address(*place) == address
