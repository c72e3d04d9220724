"""Readers of text, JSON lines and TOML, and the rows of all input files.

With a table of points every row is taken at each of them.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, cast

from diffcompare.batch.input_files import InputFile, is_regular
from diffcompare.batch.row import NOTHING, InputRow, LineStream, error_row, lines_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.encodings import InUtf8, codec_of, encoding_of_stream
from diffcompare.inputs.expression_file import tables_in
from diffcompare.inputs.files import MAX_FILE_BYTES, decoded, is_unreadable, too_long, unreadable

# --- Text: one expression a line, with an optional `name:` in front and an optional `@ x1=2, x2=5` behind -------------
#
# Neither `:` nor `@` nor `#` is part of the language, so a line can be read in only one way.


def text_rows(stream: LineStream, file: str) -> Iterator[InputRow]:
    """Yield the rows of a text file, without empty lines and comments (`#` to the end of the line)."""
    for number, line in lines_of(stream, file):
        if isinstance(line, InputRow):
            yield line
            continue
        row = text_row(line, file, number)
        if row is not None:
            yield row


def text_row(line: str, file: str, number: int) -> InputRow | None:
    """Return the row of a line, or None if the line is empty."""
    content = line.partition("#")[0] if "#" in line else line
    if not content or content.isspace():
        return None
    start, name, point = 0, None, None
    head, colon, rest = content.partition(":")
    if colon and "@" not in head:
        start, name, content = len(head) + 1, head.strip() or None, rest
    if "@" in content:
        content, _, point = content.partition("@")
    text = content.strip()
    column = start + len(content) - len(content.lstrip()) + 1 if text else start + 1
    return InputRow(file, number, column, name, text, point)


# --- JSON lines: one object a line with `expression`, and perhaps `name`, `point` and `hand` --------------------------

EXAMPLE = '{"name": "a", "expression": "x^2*y", "point": {"x": 2, "y": 3}}'

_OTHER_NAMES: dict[str, str] = {"id": "name", "expr": "expression", "at": "point", "gradient": "hand", "grad": "hand"}


class _BadObject(Exception):
    """An object that is no row: the message says why; `code` is that of the diagnostic."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def json_rows(stream: LineStream, file: str) -> Iterator[InputRow]:
    """Yield the rows of a file of JSON lines, without empty lines."""
    for number, line in lines_of(stream, file):
        if isinstance(line, InputRow):
            yield line
        elif line and not line.isspace():
            yield json_row(line, file, number)


def json_row(line: str, file: str, number: int) -> InputRow:
    """Return the row of a line; a line that cannot be read gives an error row."""
    try:
        table = _object(line)
        name, text = table.get("name"), table["expression"]
        if name is not None and not isinstance(name, str):
            name = json.dumps(name)
        if not isinstance(text, str):
            raise _BadObject("E626", "`expression` is not a text")
        point, hand = table.get("point"), table.get("hand") or NOTHING
        if point is not None and not isinstance(point, dict | str):
            raise _BadObject("E626", "`point` is not an object of numbers")
        if not isinstance(hand, dict) or not all(isinstance(formula, str) for formula in hand.values()):
            raise _BadObject("E626", "`hand` is not an object of formulas")
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return error_row(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}", error.colno)
    except _BadObject as wrong:
        return error_row(file, number, wrong.code, "bad_value", str(wrong), f"a line is {EXAMPLE}")
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits; brackets a thousand deep
        message = f"not JSON that can be read: {str(error).partition(';')[0].lower()}"
        return error_row(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}")
    return InputRow(file, number, _column(line), name, text, point, hand)


def _object(line: str) -> dict[str, Any]:
    """Return the object of a line, with standard names for its keys.  Raises _BadObject and json.JSONDecodeError."""
    value = json.loads(line, object_pairs_hook=_without_duplicates, parse_constant=_reject_constant)
    if not isinstance(value, dict):
        raise _BadObject("E624", "the line is JSON, but not an object")
    table: dict[str, Any] = {_OTHER_NAMES.get(str(key), str(key)): item for key, item in value.items()}
    if "expression" not in table:
        raise _BadObject("E626", "the object has no `expression`")
    return table


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _BadObject("E627", f"the key `{twice}` appears twice")
    return table


def _reject_constant(token: str) -> None:
    raise _BadObject("E624", f"not valid JSON: `{token}` is not a number")


def _column(line: str) -> int:
    """Return the column in which the expression begins, found by the usual spelling of its key, else 1."""
    for key in ('"expression"', '"expr"'):
        position = line.find(key)
        if position >= 0:
            quote = line.find('"', line.find(":", position + len(key)))
            return quote + 2 if quote >= 0 else 1
    return 1


# --- TOML in the format of the catalogue ------------------------------------------------------------------------------


def toml_rows(stream: BinaryIO, file: str) -> Iterator[InputRow]:
    """Yield the entries of a file as rows; a mistake in an entry costs no other entry."""
    try:
        content = stream.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise too_long(file, MAX_FILE_BYTES)
        tables = tables_in(decoded(content, file), file)
    except DiffcompareError as error:
        where = error.diagnostic.source.rpartition(":")
        line = int(where[2]) if where[0] == file and where[2].isdecimal() else 1
        column = error.diagnostic.span[0] + 1 if error.diagnostic.span else 1
        yield InputRow(file, line, column, error=error.diagnostic)
        return
    for table, header in tables:
        name = table.get("name", table.get("id"))
        plain = {key: value for key, value in table.items() if _is_plain(value)}
        yield InputRow(file, header or 1, 1, name if isinstance(name, str) else None, entry=plain)


def _is_plain(value: object) -> bool:
    """Tell whether JSON can hold a value; it cannot hold dates, which no entry needs."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float | bool)


# --- All files --------------------------------------------------------------------------------------------------------

_ENCODED_FORMATS = ("txt", "csv", "jsonl")  # formats that may come in other encodings than UTF-8


def rows_of(
    files: Iterable[InputFile], points: str | None = None, tell: Callable[[Diagnostic], None] = lambda note: None
) -> Iterator[InputRow]:
    """Yield the rows of all files, in order; what cannot be read gives an error row.

    `points` is a CSV file: every row is then taken at each of its points.  `tell` gets notes on how a file was read.
    Raises DiffcompareError where the file of points cannot be used.
    """
    rows = (row for file in files for row in _rows(file, tell))
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
    """Yield the points of a table, each with its line.  Raises DiffcompareError for the first that is not a point."""
    from diffcompare.batch.csv_reader import points

    if is_unreadable(path):
        raise unreadable(path)
    if not is_regular(path):
        raise DiffcompareError(
            Diagnostic("E621", "io_error", f"`{path}` is not a file of points", help="a CSV file: x,y and below 2,5")
        )
    try:
        with open(path, "rb") as stream:
            for line, point in points(_in_utf8(InputFile(path, path, "csv"), stream, lambda note: None), path):
                if isinstance(point, InputRow):
                    assert point.error is not None
                    message = f"{path}:{line}: {point.error.message}"
                    raise DiffcompareError(point.error._replace(message=message))
                yield line, point
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DiffcompareError(Diagnostic("E602", "io_error", f"cannot read {path}: {reason}")) from None


def _standard_input() -> BinaryIO:
    """Open standard input with a buffer of its own: a thread may still wait for it when Python closes sys.stdin."""
    if sys.stdin is None:
        return io.BytesIO()
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:  # not a real file, as in tests
        return sys.stdin.buffer


def _rows(file: InputFile, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    """Yield the rows of one file; an error row says why it cannot be read."""
    try:
        if file.path is None:
            stream = _standard_input()
            yield from _read(file, _in_utf8(file, stream, tell), tell)
        elif not is_regular(file.path):
            raise OSError("it is not a regular file")
        elif file.format == "xlsx":
            yield from _workbook(file, file.path, tell)
        else:
            with open(file.path, "rb") as stream:
                yield from _read(file, _in_utf8(file, stream, tell), tell)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        yield error_row(file.name, 1, "E602", "io_error", f"the file cannot be read: {reason}", "or pipe it: -")


def _read(file: InputFile, stream: BinaryIO | InUtf8, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    if file.format == "csv":
        from diffcompare.batch import csv_reader

        yield from csv_reader.rows(stream, file.name, tell)
    else:
        read = {"txt": text_rows, "toml": toml_rows, "jsonl": json_rows}[file.format]
        yield from read(cast(BinaryIO, stream), file.name)


def _workbook(file: InputFile, path: str, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    from diffcompare.batch import csv_reader, workbook

    try:
        worksheet = workbook.read(path)
    except DiffcompareError as error:
        yield InputRow(file.name, 1, error=error.diagnostic._replace(source=f"{file.name}:1"))
        return
    if worksheet.others:
        tell(_note("W596", f"{file.name}: read the worksheet `{worksheet.name}`, the first that is filled"))
    yield from csv_reader.rows_of_records(worksheet.records, file.name, tell)


def _in_utf8(file: InputFile, stream: BinaryIO, tell: Callable[[Diagnostic], None]) -> BinaryIO | InUtf8:
    """Return the stream recoded to UTF-8, from the given encoding or, if it can be read twice, a recognized one."""
    if file.format not in _ENCODED_FORMATS:
        return stream
    if file.encoding is not None:
        return InUtf8(stream, codec_of(file.encoding) or file.encoding)
    if file.path is None:
        return stream
    codec, guessed, word = encoding_of_stream(stream)
    if guessed is not None:
        message = f"{file.name} is not UTF-8, and read as {guessed}" + (f": `{word}`" if word else "")
        tell(_note("W593", message, "if names look wrong, say its encoding: --encoding gbk; or save it as UTF-8"))
    return stream if codec in ("utf-8", "utf-8-sig") else InUtf8(stream, codec)


def _note(code: str, message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic(code, "note", message, help=help, severity="note")
