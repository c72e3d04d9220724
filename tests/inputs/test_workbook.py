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


# --- OpenDocument -----------------------------------------------------------------------------------------------------

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def written_ods(path, sheets):
    """Write a workbook as LibreOffice does, the cells of its sheets given as XML, and return its path."""
    body = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES}><office:body>'
            f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        )
    return str(path)


def row(*cells):
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def text(content):
    return f'<table:table-cell office:value-type="string"><text:p>{content}</text:p></table:table-cell>'


def number(value, formula=""):
    formula = f'table:formula="{formula}" ' if formula else ""
    return f'<table:table-cell {formula}office:value-type="float" office:value="{value}"/>'


EMPTY_END = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'


def test_an_opendocument_workbook_is_read_as_one_of_excel(tmp_path):
    pytest.importorskip("python_calamine")
    rows = row(text("student"), text("x")) + row(text("Ada"), number(3), number(0.5), number(7, "of:=SUM([.A1:.A2])"))
    worksheet = workbook.read(written_ods(tmp_path / "m.ods", {"empty": "", "one": rows + EMPTY_END, "two": rows}))
    assert worksheet.records == [(1, ["student", "x", "", ""]), (2, ["Ada", "3", "0.5", "7"])]
    assert (worksheet.name, worksheet.others) == ("one", 1)


def test_a_formula_that_may_be_an_answer_is_not_read_as_its_value(tmp_path):
    pytest.importorskip("python_calamine")
    path = written_ods(tmp_path / "m.ods", {"one": row(text("Ada"), number(0.333333333333333, "of:=1/3"))})
    with pytest.raises(DiffcompareError, match="a cell has the formula =1/3, which cannot be told from") as error:
        workbook.read(path)
    assert "save it as .xlsx" in error.value.diagnostic.help


def test_cells_repeated_a_billion_times_are_an_error_or_bounded(tmp_path):
    pytest.importorskip("python_calamine")
    wide = '<table:table-cell table:number-columns-repeated="1000000000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    ((_, cells),) = workbook.read(written_ods(tmp_path / "m.ods", {"one": row(wide)})).records
    assert len(cells) == workbook.MAX_COLUMNS
    filled = EMPTY_END.replace("<table:table-cell ", text("x") + "<table:table-cell ")
    with pytest.raises(DiffcompareError, match="a row with something in it is repeated 1048570 times"):
        workbook.read(written_ods(tmp_path / "m.ods", {"one": filled}))


def test_what_is_no_opendocument_workbook(tmp_path):
    pytest.importorskip("python_calamine")
    (tmp_path / "m.ods").write_text("student;x")
    with pytest.raises(DiffcompareError, match="not an OpenDocument workbook"):
        workbook.read(str(tmp_path / "m.ods"))


def test_without_calamine_the_command_to_install_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(DiffcompareError) as caught:
        workbook.read("m.ods")
    assert caught.value.diagnostic.help == 'pip install "diffcompare[ods]"'
