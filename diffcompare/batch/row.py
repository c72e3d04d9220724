"""One row: what its line of a file says, not yet parsed.

A row holds text, numbers and nothing else, so that it can be sent to another process or machine as it is.  A line
from which no row can be made is a row as well, with the diagnostic: it costs its own place and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from diffcompare.diagnostics import Diagnostic

# Lines of a file one at a time, whatever the file holds: what is too long or not UTF-8 is a broken row of its own.

MAX_LINE_LENGTH = 10_000_000  # Bytes of one line

_BLOCK = 1 << 20

_BOM = b"\xef\xbb\xbf"

_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class LineStream(Protocol):
    """What lines can be read from."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or as much of it."""


def lines_of(stream: LineStream, file: str) -> Iterator[tuple[int, str | InputRow]]:
    """The number of every line, and its text without the line end, or the row that says why there is none."""
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
    return broken(
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
    return broken(file, number, "E625", "resource_limit", message, "a line holds one expression, of at most 1 MB")


NOTHING: Mapping[str, Any] = {}


class InputRow(NamedTuple):
    """One expression, where it stands, and what its file says about it."""

    file: str
    line: int
    column: int = 1
    """Where the expression begins in its line, from 1."""
    name: str | None = None
    text: str = ""
    point: str | Mapping[str, Any] | None = None
    """As text (`x1=2, x2=5`), or a number or text by name; None where the row gives none."""
    hand: Mapping[str, str] = NOTHING
    """Partials by hand, by variable."""
    entry: Mapping[str, Any] | None = None
    """The table of a TOML file, which says more than other formats can."""
    point_place: str | None = None
    """`file:line` of the point, where it comes from a table of points."""
    error: Diagnostic | None = None

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"

    def plain(self) -> list[Any]:
        """The row as plain data; `from_plain` makes the same row of it."""
        return [*self[:-1], None if self.error is None else list(self.error)]


def from_plain(fields: list[Any]) -> InputRow:
    """The row that `plain` wrote."""
    error = fields[-1]
    return InputRow._make([*fields[:-1], None if error is None else _diagnostic(error)])


def _diagnostic(fields: list[Any]) -> Diagnostic:
    found = Diagnostic(*fields)
    return found if found.span is None else found._replace(span=(found.span[0], found.span[1]))


def broken(
    file: str, line: int, code: str, kind: str, message: str, help: str, column: int = 1, **more: Any
) -> InputRow:
    """The row of a line that cannot be used: its place and what is wrong with it."""
    diagnostic = Diagnostic(code, kind, message, help=help, source=f"{file}:{line}")
    return InputRow(file, line, column, error=diagnostic, **more)
