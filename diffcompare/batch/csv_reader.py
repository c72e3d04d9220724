"""CSV as spreadsheets write it: byte-order mark, CRLF, quotes, semicolons with decimal commas, tabs.

The columns are `name`, `expression` (also in other languages), `hand_x` or `df/dx` (a hand-coded partial; for several
outputs a column of the Jacobian, `[y, 1]`), `point`, and one for every variable.  Columns for remarks (`title`,
`comment` ...) are ignored; columns that match no variable of the expression are left out, with a note.  An empty cell
counts as missing.

Tables of test functions may give a range for every variable, in columns `v1_name, v1_low, v1_high, v2_name, ...`, as
the AI Feynman database does (Udrescu and Tegmark, Science Advances 6, 2020).  Then a point is chosen inside.  Other
titles are given their meaning by `--columns`; columns without a title mean nothing.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from diffcompare.batch.rows import MAX_LINE_LENGTH, InputRow, LineStream, error_row, lines_of
from diffcompare.diagnostics import MIN_SLIP_LIKENESS, Diagnostic, DiffcompareError, did_you_mean, note
from diffcompare.inputs.cell_text import MAX_CELL_LENGTH, unwrapped
from diffcompare.inputs.column_choice import MAX_COLUMNS, NO_CHOICE, ColumnChoice, advice, listed
from diffcompare.inputs.files import function_file
from diffcompare.inputs.formulas import notation_of
from diffcompare.inputs.localized_tables import count_known_titles, role_of, with_decimal_points
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.tokenizer import SUPERSCRIPTS, canonical

# --- Points within ranges ---------------------------------------------------------------------------------------------

GOLDEN_RATIO = 0.6180339887498949
MARGIN = 0.1  # part of a range left free at either end

_ENDS = (("_low", "_high"), ("_min", "_max"), ("_lower", "_upper"))


class Range(NamedTuple):
    """Indices of the columns that give the range of one variable."""

    name: int
    low: int
    high: int


def ranges_in(titles: Sequence[str]) -> list[Range]:
    """Return the columns that give ranges, one item for every variable."""
    columns = {title.lower(): column for column, title in enumerate(titles) if title}
    ranges = []
    for title, column in columns.items():
        stem = title.removesuffix("_name")
        ends = [(stem + low, stem + high) for low, high in _ENDS if {stem + low, stem + high} <= columns.keys()]
        if title.endswith("_name") and ends:
            ranges.append(Range(column, columns[ends[0][0]], columns[ends[0][1]]))
    return ranges


def point_in(ranges: Sequence[Range], cells: Sequence[str]) -> dict[str, str]:
    """Return coordinates, as text, for the variables whose ranges a record gives.

    Multiples of the golden ratio put every variable elsewhere in its range: at the middle of equal ranges all
    variables would be equal, and their differences 0.
    """
    point: dict[str, str] = {}
    for number, columns in enumerate(ranges):
        if max(columns) < len(cells) and cells[columns.name].strip():
            try:
                low, high = float(cells[columns.low]), float(cells[columns.high])
            except ValueError:
                continue
            if not (math.isfinite(low) and math.isfinite(high)):
                continue
            part = MARGIN + (1 - 2 * MARGIN) * ((number + 1) * GOLDEN_RATIO % 1)
            point[cells[columns.name].strip()] = f"{low + part * (high - low):.4g}"
    return point


# --- Columns ----------------------------------------------------------------------------------------------------------

DELIMITERS = (",", ";", "\t", "|")
MAX_TITLE_LINES = 5  # first lines, among which the header is
MAX_HEADER = 10_000  # characters of the header from which the delimiter is recognized

# Titles with the same meaning; the first one that a table has counts.
_NAMES = ("name", "id", "filename", "label", "bezeichnung", "名称", "名稱")
_EXPRESSIONS = ("expression", "expr", "f", "formula", "equation")
_POINTS = ("point", "at")

_REMARKS = (
    "title", "lesson", "source", "domain", "tier", "group", "note", "notes", "comment", "comments", "remark", "remarks",
    "complexity", "loss", "score", "sympy_format", "lambda_format",  # what PySR says of an equation
)  # fmt: skip

_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")

_NAME = re.compile(rf"[^\W\dπ{SUPERSCRIPTS}][^\Wπ{SUPERSCRIPTS}]*")

# Endings of titles that describe a variable instead of giving its value: `theta_low`.
_ABOUT = re.compile(r"_(?:low|high|lower|upper|lo|hi|min|max|from|to|range|units?|name|std|err|error|desc\w*)$", re.I)

HAND_COLUMN = "hand"  # names a Python function that returns the gradient of another one
_EXAMPLE = "the first line names the columns: name,expression,x,y,hand_x"


class CsvColumns:
    """The columns of a table and their meanings, recognized by their titles unless `--columns` gives them.

    Raises DiffcompareError (E638) for a column that `--columns` names and the table does not have.
    """

    def __init__(self, header: Sequence[str], choice: ColumnChoice = NO_CHOICE, file: str = "") -> None:
        self.titles = [title.strip() for title in header]
        folded = [title.lower() for title in self.titles]
        roles = list(map(role_of, self.titles))
        self.expression = choice.place("expression", self.titles, file)
        if self.expression is None:
            self.expression = _first(_EXPRESSIONS, folded)
        if self.expression is None:
            self.expression = _first(("function",), roles)
        self.names = choice.places("name", self.titles, file)
        if not self.names:
            named = (_first(_NAMES, folded), _first(("student", "email"), roles))
            self.names = [place for place in named if place not in (None, self.expression)][:1]
        self.point = choice.place("point", self.titles, file)
        if self.point is None:
            self.point = _first(_POINTS, folded)
        self.hand: dict[str, int] = {}
        self.variables: dict[str, int] = {}
        self.ranges = ranges_in(self.titles)
        used = {*self.names, self.expression, self.point, *chain.from_iterable(self.ranges)}
        for place, title in enumerate(self.titles):
            if title and place not in used and title.lower() not in _REMARKS:
                self._classify(place, title)
        self.twice = self._twice(choice)

    def _twice(self, choice: ColumnChoice) -> str | None:
        """Return a title that occurs twice where it matters: of a column that is used, or may be a variable."""
        several = {title for title, number in Counter(self.titles).items() if title and number > 1}
        if not several:
            return None
        chosen = {self.titles[place] for role in choice.selectors for place in choice.places(role, self.titles, "")}
        used = [self.titles[place] for place in (self.expression, *self.hand.values()) if place is not None]
        used += [title for title in self.titles if _NAME.fullmatch(title) and title.lower() not in _REMARKS]
        return next((title for title in used if title in several - chosen), None)

    def _classify(self, place: int, title: str) -> None:
        """Sort a column into the hand-coded partials, or into those that may be variables."""
        notation = notation_of(title) if "/" in title else None
        if title.startswith("hand_"):
            self.hand[title[5:]] = place
        elif notation is not None and notation.by is not None and notation.order == 1:
            self.hand.setdefault(notation.by, place)
        else:
            self.variables.setdefault(title, place)


def _first(wanted: Sequence[str], titles: Sequence[str | None]) -> int | None:
    return next((titles.index(title) for title in wanted if title in titles), None)


# --- Records ----------------------------------------------------------------------------------------------------------

Tell = Callable[[Diagnostic], None]
Record: TypeAlias = "InputRow | tuple[int, list[str]]"  # the line on which it begins and its cells, or an error row


def rows(
    stream: LineStream, file: str, tell: Tell = lambda note: None, choice: ColumnChoice = NO_CHOICE
) -> Iterator[InputRow]:
    """Yield the rows of a table with a column `expression`; `tell` gets notes on what was left out."""
    table = _CsvTable(file, choice)
    yield from table.rows(table.records_of(stream), tell)


def rows_of_records(
    records: Sequence[tuple[int, list[str]]], file: str, tell: Tell, choice: ColumnChoice = NO_CHOICE
) -> Iterator[InputRow]:
    """Yield the rows of a worksheet whose cells have been read already."""
    table = _CsvTable(file, choice)
    table.delimiter = "\t"
    yield from table.rows(records or (table.empty(),), tell)


def points(stream: LineStream, file: str) -> Iterator[tuple[int, dict[str, str] | InputRow]]:
    """Yield the points of a table with a column for every variable.

    Each comes as its line and the coordinates by name, as text, or as its line and an error row.
    """
    table = _CsvTable(file)
    for record in table.below_header(table.records_of(stream), has_expressions=False):
        if isinstance(record, InputRow):
            yield record.line, record
        else:
            yield record[0], table.coordinates(record[1])


class _CsvTable:
    """A table that is being read."""

    def __init__(self, file: str, choice: ColumnChoice = NO_CHOICE) -> None:
        self.file = file
        self.choice = choice
        self.number = 0  # of the line that was read last
        self.broken: list[InputRow] = []  # lines that cannot be decoded, to be reported after the record before them
        self.columns: CsvColumns | None = None  # known below the header
        self.delimiter = ","
        self.left_out: dict[str, None] = {}  # columns left out in some row, in the order in which they were
        self.decimal = False  # whether decimal commas were read
        self.within_ranges = False  # whether a point was chosen within ranges

    def rows(self, records: Iterable[Record], tell: Tell) -> Iterator[InputRow]:
        """Yield the row of every record; at the end `tell` gets notes on how the table was read."""
        for record in self.below_header(records, has_expressions=True):
            yield record if isinstance(record, InputRow) else self._row(*record)
        for code, message in self._notes():
            tell(note(code, f"{self.file}: {message}"))

    def _notes(self) -> Iterator[tuple[str, str]]:
        """Yield the code and the message of every note on how the table was read."""
        if self.left_out:
            listed = ", ".join(f"`{title}`" for title in list(self.left_out)[:12]) + ", ..." * (len(self.left_out) > 12)
            which = f"column{'s' * (len(self.left_out) > 1)} {listed}"
            yield "W632", f"left out the {which}, where the expression has no such variable"
        if self.within_ranges:
            yield "W633", "points are chosen within the ranges that the columns `..._low` and `..._high` give"
        if self.decimal:
            yield "W594", "commas within numbers are read as decimal commas"

    def below_header(self, records: Iterable[Record], *, has_expressions: bool) -> Iterator[Record]:
        """Yield the records below the header, which is the first one, and all error rows."""
        for record in records:
            if self.columns is not None or isinstance(record, InputRow):
                yield record
                continue
            number, cells = record
            complaint = self._complaint(cells, number, has_expressions)
            if complaint is not None:
                yield complaint
                return

    def records_of(self, stream: LineStream) -> Iterator[Record]:
        """Yield the cells of every record of a text, and error rows."""
        csv.field_size_limit(MAX_LINE_LENGTH)
        lines = self._texts(stream)
        # A line such as `sep=;`, which Excel writes in front of the header, is not part of the table.
        first = next((text for text in lines if text.strip() and not text.lower().startswith("sep=")), None)
        if first is None:
            yield from self._drain() if self.broken else (self.empty(),)
            return
        self.delimiter = delimiter_of(first)
        reader = csv.reader((f"{text}\n" for text in chain([first], lines)), delimiter=self.delimiter, strict=True)
        while True:
            begins = self.number + (self.columns is not None)
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
            if any(cell.strip() for cell in cells):
                yield min(begins, self.number), cells

    def _texts(self, stream: LineStream) -> Iterator[str]:
        for number, line in lines_of(stream, self.file):
            self.number = number
            if isinstance(line, InputRow):
                self.broken.append(line)
            else:
                yield line

    def _drain(self) -> Iterator[InputRow]:
        yield from self.broken
        self.broken.clear()

    def empty(self) -> InputRow:
        """Return the error row of a table without a header."""
        return error_row(self.file, 1, "E622", "bad_value", "the table is empty", _EXAMPLE)

    def _complaint(self, header: Sequence[str], number: int, has_expressions: bool) -> InputRow | None:
        """Take the columns of the table from its header; return an error row if they cannot be used, else None."""
        if len(header) > MAX_COLUMNS:
            message = f"the table has {len(header):,} columns, and more than {MAX_COLUMNS:,} are not read"
            return error_row(self.file, number, "E622", "resource_limit", message, _EXAMPLE)
        try:
            self.columns = columns = CsvColumns(header, self.choice, self.file)
        except DiffcompareError as error:
            return InputRow(self.file, number, error=error.diagnostic._replace(source=f"{self.file}:{number}"))
        if columns.twice is not None:
            message = f"the column `{columns.twice}` appears twice"
            return error_row(self.file, number, "E627", "bad_value", message, "give every column a name of its own")
        if not has_expressions or columns.expression is not None:
            return None
        message = f"the table has no column `expression`: it has {listed(columns.titles)}"
        help = f"{_EXAMPLE}; or for example {advice('expression', columns.titles)}"
        return error_row(self.file, number, "E622", "bad_value", message, help)

    def _malformed(self, begins: int, why: str) -> InputRow:
        message = f"not valid CSV: {why}"
        if "unexpected end" in why:
            message = f"a quote that opens here is not closed before the end, in line {self.number}"
        return error_row(self.file, begins, "E623", "syntax_error", message, "write a quote within a cell twice")

    def _row(self, number: int, cells: list[str]) -> InputRow:
        """Return the row of a record, or an error row if the record has too many cells."""
        assert self.columns is not None
        if len(cells) > len(self.columns.titles) and any(cell.strip() for cell in cells[len(self.columns.titles) :]):
            message = f"{len(cells)} cells under {len(self.columns.titles)} columns"
            help = f"put an expression that contains `{self.delimiter}` in quotes"
            return error_row(self.file, number, "E623", "syntax_error", message, help)
        column = self.columns.expression or 0
        text = self._formula(cells, column) or ""
        hand = self._hand(cells, text)
        name = " ".join(part for place in self.columns.names if (part := _text(cells, place))) or None
        point: Mapping[str, str] | str | None = self._point(cells, text) or None
        if point is None and self.columns.point is not None:
            point = _text(cells, self.columns.point)
        if point is None and self.columns.ranges:
            point = self._within_ranges(cells, text)
        return InputRow(self.file, number, self._column(cells, column), name, text, point, hand)

    def _hand(self, cells: list[str], text: str) -> Mapping[str, str] | str:
        """Return the partials that a record gives: formulas by variable, or a function in a column `hand`."""
        assert self.columns is not None
        place = self.columns.variables.get(HAND_COLUMN)
        if place is not None and function_file(text) is not None:
            named = _text(cells, place) or ""
            if function_file(named) is not None:
                return named
        return {name: formula for name, at in self.columns.hand.items() if (formula := self._formula(cells, at))}

    def _formula(self, cells: list[str], place: int) -> str | None:
        """Return the formula in a cell, with decimal points in place of decimal commas."""
        text = _text(cells, place)
        if text is not None and len(text) <= MAX_CELL_LENGTH:
            text = unwrapped(text)
        if text is None or self.delimiter == "," or "," not in text:
            return text
        converted = with_decimal_points(text)
        self.decimal = self.decimal or converted.decimal
        return converted.text

    def _point(self, cells: list[str], text: str) -> dict[str, str]:
        """Return the coordinates of the variables of an expression, and note the columns that are left out."""
        given = self.coordinates(cells)
        if function_file(text) is not None:
            return {name: value for name, value in given.items() if name != HAND_COLUMN}
        if not given:
            return given
        names = {canonical(name) for name in _NAME.findall(text)}
        known = {name: value for name, value in given.items() if canonical(name) in names}
        extra = [name for name in given if name not in known]
        if extra:
            without_value = names - {canonical(name) for name in known} - set(CONSTANTS) - set(FUNCTIONS)
            for name in extra:
                if _is_misspelled(name, without_value):
                    known[name] = given[name]  # to be reported as an unknown variable, with a suggestion
                else:
                    self.left_out[name] = None
        return known

    def _within_ranges(self, cells: list[str], text: str) -> dict[str, str] | None:
        """Return a point within the record's ranges if there is a range for every name in the expression."""
        assert self.columns is not None
        names = set(_NAME.findall(text)) - set(CONSTANTS) - set(FUNCTIONS)
        point = point_in(self.columns.ranges, cells)
        if not names or not names <= point.keys():
            return None
        self.within_ranges = True
        return {name: value for name, value in point.items() if name in names}

    def coordinates(self, cells: list[str]) -> dict[str, str]:
        """Return the values that a record gives for variables, as text."""
        assert self.columns is not None
        values = {name: text for name, place in self.columns.variables.items() if (text := _text(cells, place))}
        if self.delimiter == ",":
            return values
        return {name: _with_point(text) for name, text in values.items()}

    def _column(self, cells: list[str], place: int) -> int:
        """Return the column in which a cell begins, provided that no cell before it is quoted."""
        return sum(len(cell) + 1 for cell in cells[:place]) + 1


def _is_misspelled(name: str, variables: set[str]) -> bool:
    """Tell whether a title is probably a misspelled variable, and not the title of some other column."""
    if not variables or not name.isidentifier() or _ABOUT.search(name):
        return False
    return did_you_mean(name, variables, MIN_SLIP_LIKENESS, abbreviated=False) is not None


def _with_point(number: str) -> str:
    """Return a number with a decimal point in place of a decimal comma."""
    return number.replace(",", ".") if _DECIMAL_COMMA.fullmatch(number) else number


def _text(cells: Sequence[str], place: int) -> str | None:
    """Return the text of a cell, None if it is empty; an apostrophe in front marks text in spreadsheets."""
    text = cells[place].strip() if place < len(cells) else ""
    return text.removeprefix("'").strip() or None


def delimiter_of(text: str) -> str:
    """Return the delimiter of a table: the one that yields most known titles, else the most frequent in its first line.

    The header may come after a line or two about the table.
    """
    lines = [line for line in text[:MAX_HEADER].splitlines() if line.strip()]
    candidates = [_delimiter(line) for line in lines[:MAX_TITLE_LINES]] or [(0, 0, DELIMITERS[0])]
    best = max(candidates, key=lambda candidate: candidate[0])
    return best[2] if best[0] > 1 else candidates[0][2]


def _delimiter(header: str) -> tuple[int, int, str]:
    """Return the best delimiter of a line, after the number of known titles that it yields and how often it occurs."""
    unquoted = re.sub(r'"[^"]*"', '""', header)
    present = [mark for mark in DELIMITERS if mark in unquoted] or [DELIMITERS[0]]
    titles = {mark: count_known_titles(next(csv.reader([header], delimiter=mark))) for mark in present}
    best = max(present, key=lambda mark: (titles[mark], unquoted.count(mark)))
    return titles[best], unquoted.count(best), best
