"""Rows of a CSV file as spreadsheets write them: byte-order mark, CRLF, quotes, semicolons with decimal commas, tabs.

Columns are `name`, `expression`, `hand_x` (a partial by hand), and one for every variable; columns for remarks
(`title`, `comment` ...) are passed over.  An empty cell says nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from diffcompare.rows.lines import LONGEST, lines_of
from diffcompare.rows.row import Row, broken
from diffcompare.titles import known_titles

DELIMITERS = (",", ";", "\t", "|")
FIRST_LINES = 5
"""Lines among which the header is."""
LONGEST_HEADER = 10_000
"""Characters of the header by which the delimiter is told."""
_SPOKEN = {"id": "name", "expr": "expression", "f": "expression", "formula": "expression"}
_REMARKS = frozenset(
    (
        "title",
        "lesson",
        "source",
        "domain",
        "tier",
        "group",
        "note",
        "notes",
        "comment",
        "comments",
        "remark",
        "remarks",
    )
)
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")
_EXAMPLE = "the first line names the columns: name,expression,x,y,hand_x"


class Columns:
    """What the columns of a table are, by its first line."""

    def __init__(self, header: Sequence[str]) -> None:
        titles = [title.strip() for title in header]
        self.titles = [_SPOKEN.get(title.lower(), title) for title in titles]
        known = [title.lower() if title.lower() in ("name", "expression") else title for title in self.titles]
        self.places = {title: place for place, title in reversed(list(enumerate(known))) if title}
        self.twice = next((title for title in known if title and known.count(title) > 1), None)
        self.hand = {title[5:]: place for title, place in self.places.items() if title.startswith("hand_")}
        named = {"name", "expression", *_REMARKS}
        self.variables = {
            title: place
            for title, place in self.places.items()
            if title.lower() not in named and not title.startswith("hand_")
        }


def rows(stream: BinaryIO, file: str) -> Iterator[Row]:
    """The rows of a table with a column `expression`."""
    yield from _Table(stream, file).rows()


def points(stream: BinaryIO, file: str) -> Iterator[tuple[int, dict[str, str] | Row]]:
    """The points of a table with a column for every variable: the line, and the coordinates as text by name."""
    table = _Table(stream, file)
    for record in table.records():
        if isinstance(record, Row):
            yield record.line, record
            continue
        number, cells = record
        assert table.columns is not None
        yield number, table.coordinates(cells)


class _Table:
    """A table that is being read."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self.file = file
        self.lines = lines_of(stream, file)
        self.number = 0
        self.broken: list[Row] = []
        self.columns: Columns | None = None
        self.delimiter = ","

    def rows(self) -> Iterator[Row]:
        for record in self.records(("expression",)):
            yield record if isinstance(record, Row) else self._row(*record)

    def records(self, needed: Sequence[str] = ()) -> Iterator[Row | tuple[int, list[str]]]:
        """The cells of every record below the header, with the line on which it begins."""
        csv.field_size_limit(LONGEST)
        first = self._first_line()
        if first is None:
            if self.broken:
                yield from self._drain()
            else:
                yield broken(self.file, 1, "E622", "bad_value", "the table is empty", _EXAMPLE)
            return
        self.delimiter = delimiter_of(first)
        reader = csv.reader(self._texts(first), delimiter=self.delimiter, strict=True)
        while True:
            begins = self.number if self.columns is None else self.number + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield from self._drain()
                yield self._malformed(begins, str(error))
                if self.columns is None:
                    return
                continue
            yield from self._drain()
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if self.columns is not None:
                yield self._begins(begins), cells
                continue
            self.columns = Columns(cells)
            complaint = self._complaint(needed)
            if complaint is not None:
                yield complaint
                return

    def _begins(self, begins: int) -> int:
        return min(begins, self.number)

    def _first_line(self) -> str | None:
        """The header; a line `sep=;` in front of it, as Excel writes it, has said its piece by being there."""
        for text in self._next_texts():
            if text.strip() and not text.lower().startswith("sep="):
                return text
        return None

    def _next_texts(self) -> Iterator[str]:
        for number, line in self.lines:
            self.number = number
            if isinstance(line, Row):
                self.broken.append(line)
            else:
                yield line

    def _texts(self, first: str) -> Iterator[str]:
        yield f"{first}\n"
        for text in self._next_texts():
            yield f"{text}\n"

    def _drain(self) -> Iterator[Row]:
        yield from self.broken
        self.broken.clear()

    def _complaint(self, needed: Sequence[str]) -> Row | None:
        assert self.columns is not None
        if self.columns.twice is not None:
            message = f"the column `{self.columns.twice}` comes twice"
            return broken(self.file, self.number, "E627", "bad_value", message, "give every column a name of its own")
        missing = next((title for title in needed if title not in self.columns.places), None)
        if missing is None:
            return None
        found = ", ".join(title for title in self.columns.titles[:8] if title)
        message = f"the table has no column `{missing}`: it has {found}"
        return broken(self.file, self.number, "E622", "bad_value", message, _EXAMPLE)

    def _malformed(self, begins: int, why: str) -> Row:
        message = f"not valid CSV: {why}"
        if "unexpected end" in why:
            message = f"a quote that opens here is not closed before the end, in line {self.number}"
        return broken(self.file, begins, "E623", "syntax_error", message, "a quote within a cell is written twice")

    def _row(self, number: int, cells: list[str]) -> Row:
        assert self.columns is not None
        if len(cells) > len(self.columns.titles) and any(cell.strip() for cell in cells[len(self.columns.titles) :]):
            message = f"{len(cells)} cells under {len(self.columns.titles)} columns"
            help = f"put an expression with `{self.delimiter}` in it between quotes"
            return broken(self.file, number, "E623", "syntax_error", message, help)
        place = self.columns.places["expression"]
        text = _text(cells, place) or ""
        hand = {name: formula for name, at in self.columns.hand.items() if (formula := _text(cells, at))}
        name = _text(cells, self.columns.places["name"]) if "name" in self.columns.places else None
        return Row(self.file, number, self._column(cells, place), name, text, self.coordinates(cells) or None, hand)

    def coordinates(self, cells: list[str]) -> dict[str, str]:
        """What the record says about variables."""
        assert self.columns is not None
        found = {name: said for name, place in self.columns.variables.items() if (said := _text(cells, place))}
        if self.delimiter != ";":
            return found
        return {name: _with_point(said) for name, said in found.items()}

    def _column(self, cells: list[str], place: int) -> int:
        """Where a cell begins, if only the cell itself may be quoted."""
        return sum(len(cell) + 1 for cell in cells[:place]) + 1


def _with_point(said: str) -> str:
    """A number with a decimal point, where it has a comma."""
    return said.replace(",", ".") if _DECIMAL_COMMA.fullmatch(said) else said


def _text(cells: Sequence[str], place: int) -> str | None:
    """A cell without the apostrophe by which spreadsheets are told that it is text; None where it is empty."""
    said = cells[place].strip() if place < len(cells) else ""
    return said.removeprefix("'").strip() or None


def delimiter_of(text: str) -> str:
    """The delimiter of a table: the one by which most titles of the header are known, else that it has most of.

    A line or two above the header, which say what the table is about, are passed over.
    """
    lines = [line for line in text[:LONGEST_HEADER].split("\n") if line.strip()]
    found = [_delimiter(line) for line in lines[:FIRST_LINES]] or [(0, 0, DELIMITERS[0])]
    best = max(found, key=lambda each: each[0])
    return best[2] if best[0] > 1 else found[0][2]


def _delimiter(header: str) -> tuple[int, int, str]:
    """How many titles the delimiter of a line makes known, how often it is there, and which it is."""
    bare = re.sub(r'"[^"]*"', '""', header)
    there = [each for each in DELIMITERS if each in bare] or [DELIMITERS[0]]
    return max(
        ((known_titles(next(csv.reader([header], delimiter=each))), bare.count(each), each) for each in there),
        key=lambda each: each[:2],
    )
