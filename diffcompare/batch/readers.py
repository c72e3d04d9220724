"""All rows of all files, one after the other, and every one of them at many points where there is a table of points."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, cast

from diffcompare.batch.input_files import InputFile, is_regular
from diffcompare.batch.row import NOTHING, InputRow, LineStream, broken, lines_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.encodings import InUtf8, codec_of, of_stream
from diffcompare.inputs.expression_file import MAXIMUM_BYTES, decoded, tables_in, too_long
from diffcompare.inputs.file_kinds import is_unreadable, unreadable

# Rows of a text file: one expression a line, `name:` in front and `@ x1=2, x2=5` behind where they are wanted.
#
# Neither `:` nor `@` nor `#` is part of the language, so a line is read in one way only.


def text_rows(stream: LineStream, file: str) -> Iterator[InputRow]:
    """The rows of a text file; empty lines and comments (`#` to the end of the line) are none."""
    for number, line in lines_of(stream, file):
        if isinstance(line, InputRow):
            yield line
            continue
        row = text_row(line, file, number)
        if row is not None:
            yield row


def text_row(line: str, file: str, number: int) -> InputRow | None:
    """The row of one line, or None where it says nothing."""
    said = line.partition("#")[0] if "#" in line else line
    if not said or said.isspace():
        return None
    start, name, point = 0, None, None
    head, colon, rest = said.partition(":")
    if colon and "@" not in head:
        start, name, said = len(head) + 1, head.strip() or None, rest
    if "@" in said:
        said, _, point = said.partition("@")
    text = said.strip()
    column = start + len(said) - len(said.lstrip()) + 1 if text else start + 1
    return InputRow(file, number, column, name, text, point)


# Rows of a `.jsonl` file: one object a line with `expression`, and perhaps `name`, `point` and `hand`.

EXAMPLE = '{"name": "a", "expression": "x^2*y", "point": {"x": 2, "y": 3}}'

_OTHER_NAMES: dict[str, str] = {"id": "name", "expr": "expression", "at": "point", "gradient": "hand", "grad": "hand"}


class _Wrong(Exception):
    """What is wrong with an object, and its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def json_rows(stream: LineStream, file: str) -> Iterator[InputRow]:
    """The rows of a file of JSON lines; empty lines are none."""
    for number, line in lines_of(stream, file):
        if isinstance(line, InputRow):
            yield line
        elif line and not line.isspace():
            yield json_row(line, file, number)


def json_row(line: str, file: str, number: int) -> InputRow:
    """The row of one line."""
    try:
        table = _object(line)
        name, text = table.get("name"), table["expression"]
        if name is not None and not isinstance(name, str):
            name = json.dumps(name)
        if not isinstance(text, str):
            raise _Wrong("E626", "`expression` is not a text")
        point, hand = table.get("point"), table.get("hand") or NOTHING
        if point is not None and not isinstance(point, dict | str):
            raise _Wrong("E626", "`point` is not an object of numbers")
        if not isinstance(hand, dict) or not all(isinstance(formula, str) for formula in hand.values()):
            raise _Wrong("E626", "`hand` is not an object of formulas")
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return broken(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}", error.colno)
    except _Wrong as wrong:
        return broken(file, number, wrong.code, "bad_value", str(wrong), f"a line is {EXAMPLE}")
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits; brackets a thousand deep
        message = f"not JSON that can be read: {str(error).partition(';')[0].lower()}"
        return broken(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}")
    return InputRow(file, number, _column(line), name, text, point, hand)


def _object(line: str) -> dict[str, Any]:
    found = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
    if not isinstance(found, dict):
        raise _Wrong("E624", "the line is JSON, and not an object")
    table: dict[str, Any] = {_OTHER_NAMES.get(str(key), str(key)): value for key, value in found.items()}
    if "expression" not in table:
        raise _Wrong("E626", "the object has no `expression`")
    return table


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Wrong("E627", f"the key `{twice}` comes twice")
    return table


def _no_constant(token: str) -> None:
    raise _Wrong("E624", f"not valid JSON: `{token}` is no number")


def _column(line: str) -> int:
    """Where the text of the expression begins, by a look at the usual spelling."""
    for key in ('"expression"', '"expr"'):
        found = line.find(key)
        if found >= 0:
            quote = line.find('"', line.find(":", found + len(key)))
            return quote + 2 if quote >= 0 else 1
    return 1


# Rows of a TOML file in the format of the catalogue; an entry that is wrong costs only itself.


def toml_rows(stream: BinaryIO, file: str) -> Iterator[InputRow]:
    """The entries of a file as rows."""
    try:
        content = stream.read(MAXIMUM_BYTES + 1)
        if len(content) > MAXIMUM_BYTES:
            raise too_long(file, MAXIMUM_BYTES)
        found = tables_in(decoded(content, file), file)
    except DiffcompareError as error:
        where = error.diagnostic.source.rpartition(":")
        line = int(where[2]) if where[0] == file and where[2].isdecimal() else 1
        column = error.diagnostic.span[0] + 1 if error.diagnostic.span else 1
        yield InputRow(file, line, column, error=error.diagnostic)
        return
    for table, header in found:
        name = table.get("name", table.get("id"))
        plain = {key: value for key, value in table.items() if _is_plain(value)}
        yield InputRow(file, header or 1, 1, name if isinstance(name, str) else None, entry=plain)


def _is_plain(value: object) -> bool:
    """Whether JSON can hold it: not dates, which no entry needs."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float | bool)


_CODE_PAGES = ("txt", "csv", "jsonl")  # Formats that may come in other encodings than UTF-8


def rows_of(
    found: Iterable[InputFile], points: str | None = None, tell: Callable[[Diagnostic], None] = lambda note: None
) -> Iterator[InputRow]:
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
    from diffcompare.batch.csv_reader import points

    if is_unreadable(path):
        raise unreadable(path)
    if not is_regular(path):
        raise DiffcompareError(
            Diagnostic("E621", "io_error", f"`{path}` is no file with points", help="a CSV file: x,y and below 2,5")
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
    """Standard input by a buffer of its own: a thread may still wait for that when Python ends, and closes its own."""
    if sys.stdin is None:
        return io.BytesIO()
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:  # a stream of a test
        return sys.stdin.buffer


def _rows(place: InputFile, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    try:
        if place.path is None:
            stream = _standard_input()
            yield from _read(place, _in_utf8(place, stream, tell), tell)
        elif not is_regular(place.path):
            raise OSError("it is not a regular file")
        elif place.format == "xlsx":
            yield from _workbook(place, place.path, tell)
        else:
            with open(place.path, "rb") as stream:
                yield from _read(place, _in_utf8(place, stream, tell), tell)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        yield broken(place.name, 1, "E602", "io_error", f"the file cannot be read: {reason}", "or pipe it: -")


def _read(place: InputFile, stream: BinaryIO | InUtf8, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    if place.format == "csv":
        from diffcompare.batch import csv_reader

        yield from csv_reader.rows(stream, place.name, tell)
    else:
        read = {"txt": text_rows, "toml": toml_rows, "jsonl": json_rows}[place.format]
        yield from read(cast(BinaryIO, stream), place.name)


def _workbook(place: InputFile, path: str, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    from diffcompare.batch import csv_reader, workbook

    try:
        worksheet = workbook.read(path)
    except DiffcompareError as error:
        found = error.diagnostic
        yield InputRow(place.name, 1, error=found._replace(source=f"{place.name}:1"))
        return
    if worksheet.others:
        tell(_note("W596", f"{place.name}: read the worksheet `{worksheet.name}`, the first that is filled"))
    yield from csv_reader.rows_of_records(worksheet.records, place.name, tell)


def _in_utf8(place: InputFile, stream: BinaryIO, tell: Callable[[Diagnostic], None]) -> BinaryIO | InUtf8:
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
