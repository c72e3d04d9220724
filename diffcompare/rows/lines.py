"""Lines of a file one at a time, whatever the file holds: what is too long or not UTF-8 is a broken row of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from diffcompare.rows.row import Row, broken

LONGEST = 10_000_000
"""Bytes of one line."""
_BLOCK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class LineStream(Protocol):
    """What lines can be read from."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or as much of it."""


def lines_of(stream: LineStream, file: str) -> Iterator[tuple[int, str | Row]]:
    """The number of every line, and its text without the line end, or the row that says why there is none."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
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


def _decoded(line: bytes, file: str, number: int) -> str | Row:
    line = line.rstrip(b"\r\n")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode("utf-8")) + 1
        return _not_utf8(file, number, column, f"byte 0x{line[error.start]:02x} in column {column}")


def _not_utf8(file: str, number: int, column: int, what: str) -> Row:
    return broken(
        file,
        number,
        "E605",
        "io_error",
        f"the text is not UTF-8: {what}",
        "save it as UTF-8, or say its encoding: --encoding gbk",
        column,
    )


def _too_long(file: str, number: int) -> Row:
    message = f"the line is longer than {LONGEST:,} bytes"
    return broken(file, number, "E625", "resource_limit", message, "a line holds one expression, of at most 1 MB")
