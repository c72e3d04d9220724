"""Tables of text as spreadsheets write them, read so that every character of a cell keeps its place in the file.

Commas, semicolons or tabs; quotes, within which a quote is written twice; a line `sep=;` in front, as Excel writes it.
A quote that is not closed costs the line on which it opens, and not the rest of the file.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import NamedTuple

DELIMITERS = (",", ";", "\t")
LONGEST = 100_000
"""Characters of a quoted cell."""

_SEPARATOR = re.compile(r"sep=(.)\n", re.I)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a table and its encoding: UTF-8, UTF-16 with its mark ("Unicode text"), else that of Windows.

    Excel's plain CSV is in the code page of the machine; in the western one every byte has a meaning or is marked.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _plain(content.decode("utf-16", "replace")), "UTF-16"
    try:
        return _plain(content.decode("utf-8")), "UTF-8"
    except UnicodeDecodeError:
        return _plain(content.decode("cp1252", "replace")), "Windows-1252"


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


class Cell(NamedTuple):
    """A cell without its quotes, without spaces around it, and where its text begins in the file."""

    text: str
    start: int
    quoted: bool = False
    open: bool = False
    """Whether it begins with a quote that is not closed."""


class Sheet:
    """The text of a file as records of cells."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r", "\n")
        said = _SEPARATOR.match(self.text)
        self.start = said.end() if said else 0
        self.delimiter = said[1] if said else _delimiter(self.text)

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
        return self.text.count("\n", 0, position) + 1, position - self.text.rfind("\n", 0, position)


def _cell(text: str, start: int, quoted: bool = False) -> Cell:
    """The cell without spaces, and without the sign that tells spreadsheets of a text (') or a formula (=)."""
    said = text.strip()
    start += len(text) - len(text.lstrip())
    if said.startswith(("'", "=")):
        start += 1 + len(said[1:]) - len(said[1:].lstrip())
        said = said[1:].strip()
    return Cell(said, start, quoted, not quoted and said.startswith('"'))


def _delimiter(text: str) -> str:
    """The delimiter that the header has most of, outside quotes."""
    header = text.lstrip("\n").partition("\n")[0]
    return max(DELIMITERS, key=re.sub(r'"[^"]*"', "", header).count)
