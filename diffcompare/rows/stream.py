"""All rows of all files, one after the other, and every one of them at many points where there is a table of points."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import BinaryIO

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.encodings import InUtf8, codec_of, of_stream
from diffcompare.file_kinds import is_unreadable, unreadable
from diffcompare.rows.places import Place, is_regular
from diffcompare.rows.row import Row, broken

_READERS = {"txt": "text", "toml": "tables", "csv": "table", "jsonl": "json_lines"}
_CODE_PAGES = ("txt", "csv", "jsonl")
"""Formats that may come in other encodings than UTF-8."""


def rows_of(
    found: Iterable[Place], points: str | None = None, tell: Callable[[Diagnostic], None] = lambda note: None
) -> Iterator[Row]:
    """The rows of files, in their order.  What cannot be read is a row that says so.

    `points` is a CSV file: every row is then taken at each of its points.  `tell` gets notes on how a file was read.
    Raises DiffcompareError where the file of points cannot be used.
    """
    rows = (row for place in found for row in _rows(place, tell))
    if points is None:
        yield from rows
        return
    for row in rows:
        if row.error is not None:
            yield row
            continue
        for line, point in points_of(points):
            yield row._replace(point=point, point_place=f"{points}:{line}")


def points_of(path: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The points of a table, each with its line.  Raises DiffcompareError for the first that is none."""
    from diffcompare.rows.table import points

    if is_unreadable(path):
        raise unreadable(path)
    if not is_regular(path):
        raise DiffcompareError(
            Diagnostic("E621", "io_error", f"`{path}` is no file with points", help="a CSV file: x,y and below 2,5")
        )
    try:
        with open(path, "rb") as stream:
            for line, point in points(_decoded(Place(path, path, "csv"), stream, lambda note: None), path):
                if isinstance(point, Row):
                    assert point.error is not None
                    message = f"{path}:{line}: {point.error.message}"
                    raise DiffcompareError(point.error._replace(message=message))
                yield line, point
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DiffcompareError(Diagnostic("E602", "io_error", f"cannot read {path}: {reason}")) from None


def _standard_input() -> BinaryIO:
    """Standard input by a buffer of its own: a thread may still wait for that when Python ends, and closes its own."""
    if sys.stdin is None:
        return io.BytesIO()
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:  # a stream of a test
        return sys.stdin.buffer


def _rows(place: Place, tell: Callable[[Diagnostic], None]) -> Iterator[Row]:
    try:
        if place.path is None:
            stream = _standard_input()
            yield from _read(place, _decoded(place, stream, tell), tell)
        elif not is_regular(place.path):
            raise OSError("it is not a regular file")
        elif place.format == "xlsx":
            yield from _workbook(place, place.path, tell)
        else:
            with open(place.path, "rb") as stream:
                yield from _read(place, _decoded(place, stream, tell), tell)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        yield broken(place.name, 1, "E602", "io_error", f"the file cannot be read: {reason}", "or pipe it: -")


def _read(place: Place, stream: BinaryIO | InUtf8, tell: Callable[[Diagnostic], None]) -> Iterator[Row]:
    reader = import_module(f"diffcompare.rows.{_READERS[place.format]}")
    yield from reader.rows(stream, place.name, *([tell] if place.format == "csv" else []))


def _workbook(place: Place, path: str, tell: Callable[[Diagnostic], None]) -> Iterator[Row]:
    from diffcompare.rows import table, workbook

    try:
        worksheet = workbook.read(path)
    except DiffcompareError as error:
        found = error.diagnostic
        yield Row(place.name, 1, error=found._replace(source=f"{place.name}:1"))
        return
    if worksheet.others:
        tell(_note("W596", f"{place.name}: read the worksheet `{worksheet.name}`, the first that is filled"))
    yield from table.rows_of_records(worksheet.records, place.name, tell)


def _decoded(place: Place, stream: BinaryIO, tell: Callable[[Diagnostic], None]) -> BinaryIO | InUtf8:
    """The stream in UTF-8, whatever its encoding is: as was said, or as it seems where it can be read twice."""
    if place.format not in _CODE_PAGES:
        return stream
    if place.encoding is not None:
        return InUtf8(stream, codec_of(place.encoding) or place.encoding)
    if place.path is None:
        return stream
    codec, guessed, word = of_stream(stream)
    if guessed is not None:
        message = f"{place.name} is not UTF-8, and read as {guessed}" + (f": `{word}`" if word else "")
        tell(_note("W593", message, "if names look wrong, say its encoding: --encoding gbk; or save it as UTF-8"))
    return stream if codec in ("utf-8", "utf-8-sig") else InUtf8(stream, codec)


def _note(code: str, message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic(code, "note", message, help=help, severity="note")
