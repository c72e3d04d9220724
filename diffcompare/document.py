"""Documents: what a study has to show, as blocks of values.

A cell holds a *value*, never a formatted string: a float, an integer, an expression, a word.  How many digits a
float shows, how a missing value looks and how a table folds are the business of the renderers, and every renderer
can write every document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from diffcompare.expression import Expression


NOTHING: Mapping[str, Any] = {}
"""The default of fields that hold a mapping; never written to."""


class Measured(NamedTuple):
    """A double beside the truth as decimal text (25 digits), so that a renderer can mark the digits that differ."""

    value: float
    truth: str | None = None


class Approximate(NamedTuple):
    """A number of which a few digits are enough: an error, a ratio.  Shown to `digits` significant digits."""

    value: float
    digits: int = 2


class Code(NamedTuple):
    """Text in the language of expressions or of a shell: never wrapped, set in a fixed-width face, escaped."""

    text: str


Cell: TypeAlias = "str | int | float | bool | Measured | Approximate | Code | Expression | None"


class Column(NamedTuple):
    """A column of a table.  `key` is its name for machines (CSV), `title` its heading for people."""

    key: str
    title: str
    align: Literal["left", "right"] = "left"
    group: bool = False
    """A cell equal to the one above is left out on screens (the method's name over several partials)."""


class Heading(NamedTuple):
    """A heading; level 1 is the title of the document."""

    text: str
    level: int = 2


class Paragraph(NamedTuple):
    """A paragraph of prose.  `role` says what it is for: plain text, a side note, a warning or the closing verdict."""

    text: str
    role: Literal["text", "note", "warning", "verdict"] = "text"


class Table(NamedTuple):
    """Rows of cells under columns.  `caption` names it; `key` says which table this is to a machine."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


class Listing(NamedTuple):
    """Name-value lines: (label, cell)."""

    entries: tuple[tuple[str, Cell], ...]


Block: TypeAlias = Heading | Paragraph | Table | Listing


class Document(NamedTuple):
    """Blocks in reading order, and the plain data behind them (what JSON prints)."""

    blocks: tuple[Block, ...]
    data: Mapping[str, Any] = NOTHING
