"""Rows of a text file: one expression a line, `name:` in front and `@ x1=2, x2=5` behind where they are wanted.

Neither `:` nor `@` nor `#` is part of the language, so a line is read in one way only.
"""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare.rows.lines import LineStream, lines_of
from diffcompare.rows.row import Row


def rows(stream: LineStream, file: str) -> Iterator[Row]:
    """The rows of a text file; empty lines and comments (`#` to the end of the line) are none."""
    for number, line in lines_of(stream, file):
        if isinstance(line, Row):
            yield line
            continue
        row = row_of(line, file, number)
        if row is not None:
            yield row


def row_of(line: str, file: str, number: int) -> Row | None:
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
    return Row(file, number, column, name, text, point)
