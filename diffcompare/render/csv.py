"""CSV: the tables of a document, each with a header line, separated by empty lines.

All digits are written, missing values are empty, and group cells are repeated.  For a document without tables the
listings are written as name and value.  Text that a spreadsheet would execute as a formula gets a leading apostrophe
(CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from diffcompare.document import Cell, Document, Listing, Table
from diffcompare.formatting import exact, is_number
from diffcompare.render.text_layout import ascii_only

if TYPE_CHECKING:
    from diffcompare.render import Look

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def render(document: Document, look: Look) -> str:
    """Write the tables as RFC 4180 rows, with a newline as line end."""
    blocks = document.detailed.blocks
    tables = [getattr(block, "table", block) for block in blocks]
    sections = [_table(table) for table in tables if isinstance(table, Table) and not table.summary]
    if not sections:
        sections = [_listing(block) for block in blocks if isinstance(block, Listing)]
    text = "\n".join(sections)
    return text if look.unicode else ascii_only(text)


def lines(rows: Iterable[Iterable[Cell]]) -> str:
    """Format rows of cells as lines, for callers that write a long table piece by piece."""
    return _rows([_field(cell) for cell in row] for row in rows)


def _table(table: Table) -> str:
    header = [_harmless(column.key) for column in table.columns]
    return _rows([header, *([_field(cell) for cell in row] for row in table.rows)])


def _listing(listing: Listing) -> str:
    return _rows([["name", "value"], *([_harmless(label), _field(cell)] for label, cell in listing.entries)])


def _rows(rows: Iterable[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _field(cell: Cell) -> str:
    return exact(cell) if is_number(cell) else _harmless(exact(cell))


def _harmless(text: str) -> str:
    """Return the text defused for spreadsheets; numbers that are stored as text (25 digits of truth) stay numbers."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text) else text
