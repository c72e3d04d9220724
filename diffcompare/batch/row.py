"""One input row: what a line of a file says, not yet parsed, and where it stands.

A row holds only text and numbers, so that it can be sent to another process or machine.  A line from which no row can
be made becomes a row with a diagnostic: an error costs its own row and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from diffcompare.diagnostics import Diagnostic

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


def _not_utf8(file: str, number: int, column: int, what: str) -> InputRow:
    return error_row(
        file,
        number,
        "E605",
        "io_error",
        f"the text is not UTF-8: {what}",
        "save it as UTF-8, or say its encoding: --encoding gbk",
        column,
    )


def _too_long(file: str, number: int) -> InputRow:
    message = f"the line is longer than {MAX_LINE_LENGTH:,} bytes"
    return error_row(file, number, "E625", "resource_limit", message, "a line holds one expression, of at most 1 MB")


NOTHING: Mapping[str, Any] = {}


class InputRow(NamedTuple):
    """One expression, where it stands, and what its file says about it."""

    file: str
    line: int
    column: int = 1
    """Column in which the expression begins, from 1."""
    name: str | None = None
    text: str = ""
    """The expression."""
    point: str | Mapping[str, Any] | None = None
    """Text such as `x1=2, x2=5`, or numbers or texts by variable; None if the row gives no point."""
    hand: Mapping[str, str] = NOTHING
    """Hand-coded partials by variable."""
    entry: Mapping[str, Any] | None = None
    """Table of a TOML file, which says more than other formats can."""
    point_place: str | None = None
    """`file:line` of the point if it comes from a table of points."""
    error: Diagnostic | None = None
    """Why the line is no row, if it is not."""

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
