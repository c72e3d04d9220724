"""Tables of text as spreadsheets write them, read so that every character of a cell keeps its place in the file.

Commas, semicolons, tabs or bars; quotes, within which a quote is written twice; a line `sep=;` in front, as Excel
writes it.  A quote that is not closed costs the line on which it opens, and not the rest of the file.  The cells of a
workbook have their places already.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from diffcompare.rows.table import delimiter_of
from diffcompare.rows.workbook import Record, address

LONGEST = 100_000
"""Characters of a quoted cell."""

_SEPARATOR = re.compile(r"sep=(.)\n", re.I)


class Cell(NamedTuple):
    """A cell without its quotes, without spaces around it, and where its text begins in the file."""

    text: str
    start: int
    quoted: bool = False
    open: bool = False
    """Whether it begins with a quote that is not closed."""
    address: str = ""
    """What a spreadsheet calls it."""
    written: str = ""
    """As it stands in the file, where that has decimal commas."""
    doubtful: tuple[int, int] | None = None
    """Where a number stands whose comma may be one between arguments."""

    @property
    def shown(self) -> str:
        """As it was written."""
        return self.written or self.text


class Book:
    """The records of a workbook; a cell begins at the number of its row."""

    delimiter = "\t"
    on_surplus = "give the column a title, or empty the cell"
    """What to do where a record has more cells than the header."""

    def __init__(self, rows: Sequence[Record]) -> None:
        self.rows = rows

    def records(self) -> Iterator[list[Cell]]:
        """The records that are not empty, from the header on."""
        for number, cells in self.rows:
            yield [
                _cell(text, number)._replace(start=number, address=address(number, place))
                for place, text in enumerate(cells)
            ]

    def line(self, cell: Cell) -> int:
        """The number of its row."""
        return cell.start

    def where(self, cell: Cell, offset: int = 0) -> str:
        """The cell, whatever the character in it."""
        return cell.address


class Sheet:
    """The text of a file as records of cells."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r", "\n")
        said = _SEPARATOR.match(self.text)
        self.start = said.end() if said else 0
        self.delimiter = said[1] if said else delimiter_of(self.text)
        sign = {"\t": "a tab", " ": "a blank"}.get(self.delimiter, f"`{self.delimiter}`")
        self.on_surplus = f"a cell with {sign} in it stands between quotes"
        self.on_surplus += "; decimals have a point" if self.delimiter == "," else ""
        self.ends = [match.start() for match in re.finditer("\n", self.text)]
        """Where lines end."""

    def records(self) -> Iterator[list[Cell]]:
        """The records that are not empty, from the header on."""
        ends = re.escape(self.delimiter)
        quoted = re.compile(rf'[ ]*+"([^"]*+(?:""[^"]*+)*+)"[ ]*+(?=[{ends}\n]|\Z)')
        bare = re.compile(rf"[^{ends}\n]*+")
        position, end = self.start, len(self.text)
        record: list[Cell] = []
        while position <= end:
            match = quoted.match(self.text, position, min(position + LONGEST, end))
            if match:
                record.append(_cell(match[1].replace('""', '"'), match.start(1), quoted=True))
            else:
                match = bare.match(self.text, position)
                assert match is not None
                record.append(_cell(match[0], position))
            position = match.end() + 1
            if match.end() >= end or self.text[match.end()] == "\n":
                if any(cell.text for cell in record):
                    yield record
                record = []

    def place(self, cell: Cell, offset: int = 0) -> tuple[int, int]:
        """The line and the column, from 1, of a character of a cell."""
        position = cell.start
        for character in cell.text[:offset]:
            position += 2 if cell.quoted and character == '"' else 1
        line = bisect_left(self.ends, position)
        return line + 1, position - (self.ends[line - 1] if line else -1)

    def line(self, cell: Cell) -> int:
        """The line on which it begins."""
        return self.place(cell)[0]

    def where(self, cell: Cell, offset: int = 0) -> str:
        """`line:column` of a character of a cell."""
        line, column = self.place(cell, offset)
        return f"{line}:{column}"


def _cell(text: str, start: int, quoted: bool = False) -> Cell:
    """The cell without spaces, and without the sign that tells spreadsheets of a text (') or a formula (=)."""
    said = text.strip()
    start += len(text) - len(text.lstrip())
    if said.startswith(("'", "=")):
        start += 1 + len(said[1:]) - len(said[1:].lstrip())
        said = said[1:].strip()
    return Cell(said, start, quoted, not quoted and said.startswith('"'))
