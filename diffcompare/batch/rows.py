"""Rows of text, JSON lines and TOML: one expression each, not yet parsed, with its place in the file.

A row holds only text and numbers, so that it can be sent to another process or machine.  A line from which no row can
be made becomes a row with a diagnostic: an error costs its own row and no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple, Protocol

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import NOTHING
from diffcompare.inputs.expression_file import tables_in
from diffcompare.inputs.files import MAX_FILE_BYTES, decoded, function_file, too_long


class InputRow(NamedTuple):
    """One expression, its place, and what its file says about it."""

    file: str
    line: int
    column: int = 1  # column in which the expression begins, from 1
    name: str | None = None
    text: str = ""  # the expression
    # Text such as `x1=2, x2=5`, or numbers or texts by variable; None if the row gives no point.
    point: str | Mapping[str, Any] | None = None
    hand: Mapping[str, str] | str = NOTHING  # hand-coded partials by variable, or `FILE.py:name` for a Python function
    entry: Mapping[str, Any] | None = None  # table of a TOML file, which says more than other formats can
    point_place: str | None = None  # `file:line` of the point if it comes from a table of points
    error: Diagnostic | None = None  # why the line is not a row, if it is not

    @property
    def place(self) -> str:
        """`file:line` of the row."""
        return f"{self.file}:{self.line}"

    def plain(self) -> list[Any]:
        """Return the row as plain data for JSON."""
        return [*self[:-1], None if self.error is None else list(self.error)]


def row_from_plain(fields: list[Any]) -> InputRow:
    """Restore the row that `InputRow.plain` returned."""
    error = fields[-1]
    return InputRow._make([*fields[:-1], None if error is None else _diagnostic(error)])


def _diagnostic(fields: list[Any]) -> Diagnostic:
    diagnostic = Diagnostic(*fields)
    if diagnostic.span is None:
        return diagnostic
    return diagnostic._replace(span=(diagnostic.span[0], diagnostic.span[1]))  # JSON made a list of the tuple


def error_row(
    file: str, line: int, code: str, kind: str, message: str, help: str, column: int = 1, **more: Any
) -> InputRow:
    """Return the row of a line that cannot be used: its place and what is wrong with it."""
    diagnostic = Diagnostic(code, kind, message, help=help, source=f"{file}:{line}")
    return InputRow(file, line, column, error=diagnostic, **more)


# --- Lines ------------------------------------------------------------------------------------------------------------

MAX_LINE_LENGTH = 10_000_000  # bytes
_BLOCK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class LineStream(Protocol):
    """A stream that lines can be read from."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return the next line, or its first `size` bytes."""


def lines_of(stream: LineStream, file: str) -> Iterator[tuple[int, str | InputRow]]:
    """Yield the number and the text of every line, without its line end.

    A line that is too long or not UTF-8 yields an error row in place of its text, and costs no other line.
    """
    number = 0
    while line := stream.readline(MAX_LINE_LENGTH + 1):
        number += 1
        if len(line) > MAX_LINE_LENGTH:
            _skip_rest(stream, line)
            yield number, _too_long(file, number)
            continue
        if number == 1:
            if line[:2] in _OTHER_ENCODINGS:
                yield number, _not_utf8(file, 1, 1, f"it is {_OTHER_ENCODINGS[line[:2]]}")
                return
            line = line.removeprefix(_BOM)
        yield number, _decoded(line, file, number)


def _skip_rest(stream: LineStream, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(_BLOCK)


def _decoded(line: bytes, file: str, number: int) -> str | InputRow:
    line = line.rstrip(b"\r\n")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode("utf-8")) + 1
        return _not_utf8(file, number, column, f"byte 0x{line[error.start]:02x} in column {column}")


def _not_utf8(file: str, number: int, column: int, reason: str) -> InputRow:
    return error_row(
        file,
        number,
        "E605",
        "io_error",
        f"the text is not UTF-8: {reason}",
        "save it as UTF-8, or give its encoding: --encoding gbk",
        column,
    )


def _too_long(file: str, number: int) -> InputRow:
    message = f"the line is longer than {MAX_LINE_LENGTH:,} bytes"
    return error_row(file, number, "E625", "resource_limit", message, "a line holds one expression, of at most 1 MB")


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
    head, colon, behind = content.partition(":")
    if colon and "@" not in head:
        start, name, content = len(head) + 1, head.strip() or None, behind
    if "@" in content:
        content, _, point = content.partition("@")
    text = content.strip()
    column = start + len(content) - len(content.lstrip()) + 1 if text else start + 1
    return InputRow(file, number, column, name, text, point)


# --- JSON lines: one object a line with `expression`, and perhaps `name`, `point` and `hand` --------------------------

EXAMPLE = '{"name": "a", "expression": "x^2*y", "point": {"x": 2, "y": 3}}'

_OTHER_NAMES: dict[str, str] = {"id": "name", "expr": "expression", "at": "point", "gradient": "hand", "grad": "hand"}


class _BadObject(Exception):
    """An object that cannot be a row: the message says why, and `code` is the code of the diagnostic."""

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
            raise _BadObject("E626", "`expression` is not a string")
        point, hand = table.get("point"), _with_columns(table.get("hand") or NOTHING)
        if point is not None and not isinstance(point, dict | str):
            raise _BadObject("E626", "`point` is not an object of numbers")
        if not _is_hand(hand, text):
            raise _BadObject("E626", "`hand` is not an object of formulas")
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return error_row(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}", error.colno)
    except _BadObject as wrong:
        return error_row(file, number, wrong.code, "bad_value", str(wrong), f"a line is {EXAMPLE}")
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits; brackets a thousand deep
        message = f"not valid JSON: {str(error).partition(';')[0].lower()}"
        return error_row(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}")
    return InputRow(file, number, _column(line), name, text, point, hand)


def _with_columns(hand: Any) -> Any:
    """Return partials with every column of a Jacobian as text: `["y", "1"]` is `[y, 1]`."""
    if not isinstance(hand, dict):
        return hand
    return {
        name: f"[{', '.join(column)}]"
        if isinstance(column, list) and all(isinstance(x, str) for x in column)
        else column
        for name, column in hand.items()
    }


def _is_hand(hand: object, text: str) -> bool:
    """Tell whether a value gives partials: formulas by variable, or for a Python function another one, by name."""
    if isinstance(hand, str):
        return function_file(hand) is not None and function_file(text) is not None
    return isinstance(hand, dict) and all(isinstance(formula, str) for formula in hand.values())


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
