"""Workbooks of Excel (`.xlsx`) and OpenDocument (`.ods`): their cells as text, by libraries that are optional.

openpyxl reads those of Excel with their formulas, calamine those of LibreOffice without: one in which an answer may
have been typed as a formula (`=2*x`) is refused.

A number becomes text as Python prints it.  A formula becomes the text behind its `=`, because that is how pupils type
an answer (`=3*x^2`, `=1/3`), except where the spreadsheet computed a number from other cells.
"""

from __future__ import annotations

import datetime
import html
import os
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.files import file_suffix

SUFFIXES = (".xlsx", ".ods")
MAX_BYTES = 200_000_000  # of an unpacked workbook
MAX_COLUMNS = 1_000
MAX_REPEATED_DIGITS = 4  # of the number of times that a row of an .ods is repeated
_REPEATED = re.compile(rb'table:number-rows-repeated="(\d+)"')
_FORMULA = re.compile(rb'table:formula="([^"]*)"')
_NUMBERS_ONLY = re.compile(r"[\d\s.()+*/-]+")  # a formula of numbers alone stays one: 1/3 is not 0.3333333333333333


class SheetRecord(NamedTuple):
    """A non-empty row of a worksheet: its number, from 1, and its cells as text."""

    number: int
    cells: list[str]


class Worksheet(NamedTuple):
    """The worksheet that is read."""

    name: str
    others: int  # number of other worksheets that have cells
    records: list[SheetRecord]


def read(path: str) -> Worksheet:
    """Return the first worksheet that is not empty.  Raises DiffcompareError where the workbook cannot be read."""
    read_sheets = _read_opendocument if file_suffix(path) == ".ods" else _read_excel
    library = _library(path)
    try:
        _check(path)
        sheets = read_sheets(library, path)
    except DiffcompareError:
        raise
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower(), "check the path", "E602") from None
    except Exception as error:  # libraries raise all kinds of exceptions for damaged files
        kind = "OpenDocument" if read_sheets is _read_opendocument else "Excel"
        why = f"it is not an {kind} workbook, or a damaged one ({type(error).__name__})"
        raise _unreadable(path, why, f"save it again as {file_suffix(path)}, or as CSV UTF-8") from None
    filled = [name for name, records in sheets.items() if records]
    if not filled:
        return Worksheet(next(iter(sheets), "Sheet1"), 0, [])
    return Worksheet(filled[0], len(filled) - 1, sheets[filled[0]])


def _read_excel(library: Any, path: str) -> dict[str, list[SheetRecord]]:
    with warnings.catch_warnings(action="ignore"):  # warnings about parts of the file that hold no cells
        formulas, values = [
            _sheets(library.load_workbook(path, read_only=True, data_only=only)) for only in (False, True)
        ]
    return {
        name: [_record(number, cells, values.get(name, {}).get(number, ())) for number, cells in rows.items()]
        for name, rows in formulas.items()
    }


def _read_opendocument(library: Any, path: str) -> dict[str, list[SheetRecord]]:
    """Return the records of every visible worksheet.  Raises DiffcompareError for formulas that may be answers."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml")
    for part in content.split(b"<table:table-row")[1:]:  # a file of a kilobyte may have a million rows
        repeated = _REPEATED.search(part.partition(b">")[0])
        if repeated and len(repeated[1]) > MAX_REPEATED_DIGITS and (b"<text:p" in part or b"office:value" in part):
            why = f"a row with something in it is repeated {repeated[1][:20].decode()} times"
            raise _unreadable(path, why, "delete the rows that repeat it", "E606")
    typed = next((match[1] for match in _FORMULA.finditer(content) if b"[." not in match[1]), None)
    if typed is not None:
        formula = html.unescape(typed.decode("utf-8", "replace")).partition("=")[2]
        why = f"a cell has the formula ={formula[:40]}, which cannot be told from an answer in .ods"
        raise _unreadable(path, why, "save it as .xlsx; in the spreadsheet put an apostrophe in front: '2*x")
    with library.load_workbook(path) as book:
        names = [sheet.name for sheet in book.sheets_metadata if "Hidden" not in str(sheet.visible)]
        return {
            name: [
                _record(number, cells[:MAX_COLUMNS], ())
                for number, cells in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1)
                if any(map(_is_filled, cells))
            ]
            for name in names
        }


def address(row: int, column: int) -> str:
    """Return the name that spreadsheets give a cell: `B3` for row 3 (from 1) and column 1 (from 0)."""
    letters, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _library(path: str) -> Any:
    suffix = file_suffix(path) or ".xlsx"
    try:
        if suffix == ".ods":
            import python_calamine

            return python_calamine
        import openpyxl

        return openpyxl
    except ImportError:
        kind, name = ("an OpenDocument", "python-calamine") if suffix == ".ods" else ("an Excel", "openpyxl")
        message = f"{path} is {kind} workbook, and {name}, which reads it, is not installed"
        help = f'pip install "diffcompare[{suffix[1:]}]"'
        raise DiffcompareError(Diagnostic("E614", "io_error", message, source=path, help=help)) from None


def _check(path: str) -> None:
    """Raise DiffcompareError for a file that is not a workbook, or one that is too large unpacked."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise _unreadable(path, "it is not a regular file", "name the file")
    with open(path, "rb") as stream:
        if stream.read(4) == b"\xd0\xcf\x11\xe0":
            raise _unreadable(path, "it is protected by a password, or an old .xls", "save it without one, as .xlsx")
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_BYTES:
        raise _unreadable(path, f"unpacked, it has more than {MAX_BYTES:,} bytes", "split it into pieces", "E606")


def _sheets(book: Any) -> dict[str, dict[int, list[Any]]]:
    """Return the non-empty rows of every visible worksheet, by title and row number."""
    try:
        return {sheet.title: _rows(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"}
    finally:
        book.close()


def _rows(sheet: Any) -> dict[int, list[Any]]:
    sheet.reset_dimensions()  # the size that a file claims need not be true
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
    return {number: list(cells[:MAX_COLUMNS]) for number, cells in enumerate(rows, 1) if any(map(_is_filled, cells))}


def _is_filled(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _record(number: int, cells: list[Any], computed: Iterable[Any]) -> SheetRecord:
    values: Iterator[Any] = iter(computed)
    return SheetRecord(number, [text_of(cell, next(values, None)) for cell in cells])


def text_of(cell: Any, computed: Any) -> str:
    """Return a cell as text; `computed` is the value that the spreadsheet computed for a formula."""
    if isinstance(cell, str) and cell.startswith("="):
        uses_cells = isinstance(computed, int | float) and not _NUMBERS_ONLY.fullmatch(cell[1:])
        return text_of(computed, None) if uses_cells else cell[1:]
    if isinstance(cell, datetime.datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else str(cell)


def _unreadable(path: str, why: str, help: str, code: str = "E615") -> DiffcompareError:
    return DiffcompareError(Diagnostic(code, "io_error", f"cannot read {path}: {why}", source=path, help=help))
