"""Documents: the result of a study for people, as blocks of values that every renderer can write.

A cell holds a *value*, never a formatted string: a float, an integer, an expression, a word.  The renderers decide how
many digits a float shows, how a missing value looks and how a table is folded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from diffcompare.language.expression import Expression


NOTHING: Mapping[str, Any] = {}  # the default of fields that hold a mapping; never written to


class Measured(NamedTuple):
    """A double beside the truth as decimal text (25 digits), so that a renderer can mark the digits that differ."""

    value: float
    truth: str | None = None


class Approximate(NamedTuple):
    """A number of which a few digits are enough: an error, a ratio.  Shown to `digits` significant digits."""

    value: float
    digits: int = 2


def approximate(value: float | None, digits: int = 2) -> Approximate | None:
    """Return a number to be shown to a few digits; None where there is none."""
    return None if value is None else Approximate(value, digits)


class Code(NamedTuple):
    """Text in the language of expressions or of a shell: broken only between terms, in a fixed-width face, escaped."""

    text: str
    formula: Expression | None = None  # what the text writes, for formats that typeset it


Cell: TypeAlias = "str | int | float | bool | Measured | Approximate | Code | Expression | None"


# The quantity of AD that a number is: always marked by a sign as well as by a colour.
Quantity: TypeAlias = Literal["primal", "tangent", "adjoint"]
Stage: TypeAlias = Literal["", "done", "now"]  # of a step of a sweep: still to come, done, or shown now


class Column(NamedTuple):
    """A column of a table.  `key` is its name for machines (CSV), `title` its heading for people."""

    key: str
    title: str
    align: Literal["left", "right"] = "left"
    # A cell equal to the one above is left out on screens (the method's name over several partials).
    group: bool = False
    quantity: Quantity | None = None  # the AD quantity that the column holds, if any
    spare: bool = False  # left out, with a note, where the table is too wide for the page with it
    folds: bool = False  # a line of a program, `3: y = x`: folded where it closes a table, or its number alone


@cache
def columns(text: str) -> tuple[Column, ...]:
    """Return columns written as `key=title` between bars; a key alone is its own title.

    A mark before the key says more: `>` aligns the column to the right, `*` makes it a group column, `-` a spare one,
    `~` one that folds.
    """
    listed = []
    for part in map(str.strip, text.split("|")):
        key, _, title = part.lstrip(">*-~").partition("=")
        marks = part[: part.index(key)]
        align: Literal["left", "right"] = "right" if ">" in marks else "left"
        listed.append(Column(key, title or key, align, group="*" in marks, spare="-" in marks, folds="~" in marks))
    return tuple(listed)


class Heading(NamedTuple):
    """A heading; level 1 is the title of the document."""

    text: str
    level: int = 2


Outcome: TypeAlias = Literal["", "right", "wrong", "undecided"]


class Paragraph(NamedTuple):
    """A paragraph of prose.  `role` says what it is for: plain text, a side note, a warning or the verdict.

    A verdict may have an outcome, which renderers show by a sign and a colour.
    """

    text: str
    role: Literal["text", "note", "warning", "verdict"] = "text"
    outcome: Outcome = ""


class Table(NamedTuple):
    """Rows of cells under columns.  `caption` names it; `key` says which table this is to a machine."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    # People are shown this many rows, the first half and the last half, with a note between; machines get all.
    most: int | None = None
    summary: bool = False  # for people, it sums up another table of the document; CSV has only the other one
    # Readers will want to sort and filter its rows, where a format can do that; it has no group columns.
    sortable: bool = False
    unseen: int = 0  # the last rows are not shown: the columns have room for them, as they have in other steps
    stages: tuple[Stage, ...] = ()  # one for each row, in a table that is filled step by step
    # Its first column names the rows: where the table is too wide, it is set in blocks of columns that all begin with
    # this one.  People are shown this many of the other columns at most, the first half and the last half.
    blocks: bool = False
    most_columns: int | None = None
    narrow: tuple[Block, ...] = ()  # in its place where it is wider than the page


class Listing(NamedTuple):
    """Name-value lines: (label, cell)."""

    entries: tuple[tuple[str, Cell], ...]


class Equation(NamedTuple):
    """A line of a derivation: left = right, with a remark; without a left side it continues the line above."""

    left: Cell
    right: Cell
    remark: str = ""


class Equations(NamedTuple):
    """Lines of a derivation, aligned at their `=`."""

    key: str
    rows: tuple[Equation, ...]
    caption: str = ""

    @property
    def table(self) -> Table:
        """The equations as a table, every row with its left side, for renderers that set no equations."""
        left: Cell = None
        rows: list[tuple[Cell, ...]] = []
        for row in self.rows:
            left = left if row.left is None else row.left
            rows.append((left, row.right, row.remark))
        return Table(self.key, columns("left | right | remark"), tuple(rows), self.caption)


class Source(NamedTuple):
    """A program, to be shown verbatim; its lines are numbered where the number of the first one is known."""

    language: str
    text: str
    first: int | None = None
    running: int | None = None  # the number of the line that is running
    segment: tuple[int, int] | None = None  # the columns of the running line, from 0 on, that are at work

    @property
    def table(self) -> Table:
        """The numbered lines as a table, for renderers that know tables only."""
        return Table(self.language, columns(">line | text"), tuple(enumerate(self.text.splitlines(), self.first or 1)))

    def split(self, line: str) -> tuple[str, str, str]:
        """Return what is before the segment at work in the running line, the segment, and what is after it."""
        start, end = self.segment or (0, 0)
        return line[:start], line[start:end], line[end:]

    @property
    def gutters(self) -> list[tuple[str, str]]:
        """The lines, each with the mark and the number before it: `> 12  `, and nothing where none is numbered."""
        lines = self.text.rstrip().split("\n")
        if self.first is None:
            return [("", line) for line in lines]
        digits = len(str(self.first + len(lines) - 1))
        return [
            (f"{'>' if number == self.running else ' '} {number:{digits}}  ", line)
            for number, line in enumerate(lines, self.first)
        ]


# Pictures.  Each carries the table of its data, for renderers that do not draw it and for readers who want the numbers.


class Axis(NamedTuple):
    """An axis of a plot: its title, and whether it is logarithmic."""

    title: str
    log: bool = False
    span: tuple[float, float] | None = None  # both ends, for a window that cuts curves off; None: all points fit
    whole: bool = False  # ticks at whole numbers only: it counts


class Series(NamedTuple):
    """A curve of a plot: points (x, y) in the order of x; neither nan nor inf, and positive on a logarithmic axis."""

    name: str
    points: tuple[tuple[float, float], ...]
    # A line through the points with a mark here and there, dots that are not joined, a dashed line that stays level, a
    # thick line without marks (the graph of a function), a thin one (a tangent), or rings: ends that do not belong.
    marks: Literal["line", "dots", "level", "curve", "guide", "rings"] = "line"
    breaks: tuple[int, ...] = ()  # numbers of points to which no line leads from the point before: poles, jumps
    labels: tuple[tuple[float, float, str], ...] = ()  # short texts to be written beside points (x, y)
    of: int | None = None  # the number of the series that it is part of: in its colour, and without a legend


def pieces(series: Series) -> list[tuple[tuple[float, float], ...]]:
    """Return the points of a curve in pieces: nothing is drawn between one and the next."""
    ends = [0, *series.breaks, len(series.points)]
    return [series.points[start:end] for start, end in pairwise(ends) if end > start]


class Plot(NamedTuple):
    """Curves over one axis."""

    key: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    table: Table
    caption: str = ""


class Bars(NamedTuple):
    """Groups of bars: one group for every label, in it one bar for every series (name, heights; None where unknown).

    A height is a number from 0 on, possibly an integer far beyond the range of doubles.
    """

    key: str
    axis: Axis
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | float | None, ...]], ...]
    table: Table
    caption: str = ""


class Vertex(NamedTuple):
    """A node of a graph: its name in the Wengert list, its operation, and numbers to show (quantity, value)."""

    name: str
    label: str
    kind: Literal["variable", "constant", "operation"]
    level: int
    active: bool = True
    # Possibly inf or nan; None where the operation is undefined.
    numbers: tuple[tuple[Quantity, float | None], ...] = ()
    stage: Stage = ""
    line: int | None = None  # of the program that it was recorded from
    source_line: str = ""
    path: str = ""  # the only one of two paths on which it lies
    formula: Expression | None = None  # what the label writes, for formats that typeset it


class Edge(NamedTuple):
    """An arrow between nodes, by their names, and what to write on it."""

    source: str
    target: str
    label: str = ""
    # The source decides only which argument the target takes (the condition of an `if`): no derivative flows
    # here.
    decides: bool = False


class Graph(NamedTuple):
    """A directed graph in levels: every edge leads to a higher level."""

    key: str
    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    table: Table
    caption: str = ""
    outputs: tuple[str, ...] | None = None  # names of vertices; None: the last one that no other one uses


Picture: TypeAlias = Plot | Bars | Graph
Block: TypeAlias = Heading | Paragraph | Table | Listing | Equations | Source | Picture


class Document(NamedTuple):
    """Blocks in reading order, and the plain data for JSON, or a function that makes it."""

    blocks: tuple[Block, ...]
    data: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = NOTHING
    arrays: Mapping[str, Any] = NOTHING  # nested lists of numbers, by name, for programs that compute with them
    # A function that makes the blocks of the long form, of which `blocks` say what matters; None if they say it all.
    details: Callable[[], tuple[Block, ...]] | None = None

    @property
    def detailed(self) -> Document:
        """The long form: the document with every table, which formats for programs write."""
        return self if self.details is None else self._replace(blocks=self.details(), details=None)


MAX_DRAWN = 60  # nodes of a graph up to which a drawing can be read
