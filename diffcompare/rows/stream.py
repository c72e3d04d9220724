"""All rows of all files, one after the other, and every one of them at many points where there is a table of points."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import BinaryIO

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.rows.places import Place, is_regular
from diffcompare.rows.row import Row, broken

_READERS = {"txt": "text", "toml": "tables", "csv": "table", "jsonl": "json_lines"}


def rows_of(found: Iterable[Place], points: str | None = None) -> Iterator[Row]:
    """The rows of files, in their order.  What cannot be read is a row that says so.

    `points` is a CSV file: every row is then taken at each of its points.  Raises DiffcompareError where that file
    cannot be used.
    """
    rows = (row for place in found for row in _rows(place))
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

    if not is_regular(path):
        raise DiffcompareError(
            Diagnostic("E621", "io_error", f"`{path}` is no file with points", help="a CSV file: x,y and below 2,5")
        )
    try:
        with open(path, "rb") as stream:
            for line, point in points(stream, path):
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


def _rows(place: Place) -> Iterator[Row]:
    reader = import_module(f"diffcompare.rows.{_READERS[place.format]}")
    try:
        if place.path is None:
            yield from reader.rows(_standard_input(), place.name)
        elif not is_regular(place.path):
            raise OSError("it is not a regular file")
        else:
            with open(place.path, "rb") as stream:
                yield from reader.rows(stream, place.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        yield broken(place.name, 1, "E602", "io_error", f"the file cannot be read: {reason}", "or pipe it: -")
