"""Records of matrices: the best known matrix, errors entry by entry, and the tables and data of all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diffcompare import formatting
from diffcompare.backends.jacobian_methods import MatrixAnswer
from diffcompare.document import (
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Equations,
    Measured,
    Outcome,
    Paragraph,
    Table,
    approximate,
    columns,
)
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.wengert import wengert_list
from diffcompare.studies.accuracy import FULL_DIGITS, error_cells, measure, tenths
from diffcompare.studies.question import format_point
from diffcompare.studies.record import Record, cell, counted, in_a_line, join, plain, select
from diffcompare.truth.own_backwards import disagreement
from diffcompare.truth.rounding import TrueNumber

MAX_GRID_COLUMNS = 24  # of a matrix that people are shown whole
MAX_EDGES = 8  # columns of a wider one that they are shown, and twice as many rows
MAX_ENTRY_ROWS = 80  # rows of the table of entries that people are shown
BEST = (  # methods without an error of their own, the best first
    "reverse-ad", "forward-ad", "forward-over-reverse", "reverse-over-reverse", "taylor-mode", "nested-forward",
    "symbolic", "hand-coded",
)  # fmt: skip
MIN_EXACT_DIGITS = 8.0  # of such a method; where it keeps fewer, an operation of the user's own may be wrong
ERRORS = ("absolute", "relative", "ulp")


class MatrixRecord(Record):
    """A matrix of partials by several methods: rows have labels, columns are variables."""

    __slots__ = ()

    if TYPE_CHECKING:
        question: ParsedInput
        answers: tuple[MatrixAnswer, ...]
        problem: Any

        @property
        def operations(self) -> int:
            """The number of operations of the function."""

        @property
        def row_labels(self) -> tuple[str, ...]:
            """The names of the rows."""

        def true_entry(self, row: int, name: str) -> TrueNumber | None:
            """Return the true number of an entry."""

        def exists(self, row: int, name: str) -> bool:
            """Tell whether an entry may exist: False where the truth knows of none."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns: by default the variables."""
        return tuple(self.problem.wrt)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self.row_labels), len(self.column_names)

    @cached_property
    def matrix(self) -> list[list[float | None]]:
        """The best known matrix: the truth rounded to doubles where it is known, else that of an exact method."""
        return [[self._best(row, name) for name in self.column_names] for row in range(len(self.row_labels))]

    @property
    def numbers_by_row(self) -> list[dict[str, float]]:
        """The rows of the best known matrix by column; nan where an entry is not known."""
        rows = [[math.nan if entry is None else entry for entry in row] for row in self.matrix]
        return [dict(zip(self.column_names, row, strict=True)) for row in rows]

    @property
    def matrix_is_known(self) -> bool:
        """True if every entry is known to the truth."""
        return all(self.true_entry(row, name) is not None for row, name in self.entries())

    def entries(self) -> Iterator[tuple[int, str]]:
        """Yield row and variable of every entry, row by row."""
        for row in range(len(self.row_labels)):
            for name in self.column_names:
                yield row, name

    def _best(self, row: int, name: str) -> float | None:
        true = self.true_entry(row, name)
        if true is not None or not self.exists(row, name):
            return None if true is None else true.nearest
        known = (answer.rows[row][name] for answer in self.trusted)
        return next((value for value in known if value is not None), None)

    @cached_property
    def trusted(self) -> list[MatrixAnswer]:
        """The answers that count where the truth is not known, the best first.

        Differences give a number even where there is no derivative, so that they count only if no exact method answers.
        """
        by_method = {answer.method: answer for answer in self.answers}
        exact = [by_method[method] for method in BEST if method in by_method]
        return [answer for answer in exact if answer.status in ("ok", "undefined")] or list(self.answers)

    @property
    def is_answered(self) -> bool:
        """True if the truth, or a method that counts, has every entry."""
        return self.matrix_is_known or any(answer.status == "ok" for answer in self.trusted)

    def errors(self, answer: MatrixAnswer, row: int, name: str) -> dict[str, float | None]:
        """Return the errors and the correct digits of an entry (see `accuracy.measure`)."""
        value = answer.rows[row][name]
        if (row, name, value) not in self._measured:  # many methods give the same number
            self._measured[row, name, value] = measure(value, self.true_entry(row, name))
        return self._measured[row, name, value]

    @cached_property
    def _measured(self) -> dict[tuple[int, str, float | None], dict[str, float | None]]:
        return {}

    def worst_digits(self, answer: MatrixAnswer) -> float | None:
        """Return the digits of the worst entry; None where none can be counted or one has no number."""
        if any(None in row.values() for row in answer.rows):
            return None
        digits = [self.errors(answer, row, name)["digits"] for row, name in self.entries()]
        return min((number for number in digits if number is not None), default=None)

    def worst_error(self, answer: MatrixAnswer) -> float | None:
        """Return the largest absolute error of a method; None where none is known."""
        absolute = [self.errors(answer, row, name)["absolute"] for row, name in self.entries()]
        return max((number for number in absolute if number is not None), default=None)


# --- Data -------------------------------------------------------------------------------------------------------------


def grid(record: MatrixRecord, cell: Callable[[int, str], Any]) -> list[list[Any]]:
    """Return a matrix as nested lists, rows first, with a value for every entry."""
    return [[cell(row, name) for name in record.column_names] for row in range(len(record.row_labels))]


def true_texts(record: MatrixRecord, field: str) -> list[list[str | None]]:
    """Return the 25 digits (`text`) or the bounds (`bound`) of all entries."""

    def cell(row: int, name: str) -> str | None:
        true = record.true_entry(row, name)
        return None if true is None else getattr(true, field)

    return grid(record, cell)


def method_data(record: MatrixRecord, answer: MatrixAnswer, key: str) -> dict[str, Any]:
    """Return a method's matrix with its errors for JSON; `key` is what the matrix is called."""
    measured = grid(record, lambda row, name: record.errors(answer, row, name))
    return {
        **select(answer, "method | variant? | status"),
        key: plain(grid(record, lambda row, name: answer.rows[row][name])),
        "error": {kind: [[errors[kind] for errors in row] for row in measured] for kind in ERRORS},
        "digits": [[errors["digits"] for errors in row] for row in measured],
        **select(answer, "sweeps | work | size | notes"),
    }


def arrays(record: MatrixRecord, key: str, **others: Any) -> dict[str, Any]:
    """Return the best known matrix and that of every method by name, its labels and the point, as nested lists."""
    by_method = {
        answer.method.replace("-", "_"): grid(record, lambda row, name, answer=answer: answer.rows[row][name])  # type: ignore[misc]
        for answer in record.answers
    }
    return {
        key: record.matrix,
        "rows": list(record.row_labels),
        "columns": list(record.column_names),
        "variables": list(record.problem.point),
        "point": list(record.problem.point.values()),
        **others,
        **by_method,
    }


# --- Tables -----------------------------------------------------------------------------------------------------------


def matrix_table(
    record: MatrixRecord, key: str, caption: str, corner: str, title: Callable[[str], str] = "d/d{}".format
) -> list[Table]:
    """Return the best known matrix written as one; people are shown the edges of one that is very wide."""
    names = record.column_names
    if not names:
        return []
    is_wide = len(names) > MAX_GRID_COLUMNS
    heads = (Column("row", corner), *[Column(f"d{name}", title(name), "right") for name in names])
    rows: list[tuple[Cell, ...]] = [(name, *row) for name, row in zip(record.row_labels, record.matrix, strict=True)]
    most, most_columns = (2 * MAX_EDGES, MAX_EDGES) if is_wide else (MAX_ENTRY_ROWS, None)
    return [Table(key, heads, tuple(rows), caption, most=most, blocks=True, most_columns=most_columns)]


def entry_table(
    record: MatrixRecord,
    label: Callable[[int, str], str],
    shown: Sequence[tuple[int, str]],
    caption: str,
    *,
    brief: bool,
) -> Table:
    """Return the entries, each by every method beside the truth, with errors and digits."""
    heads = columns("*entry | method | value | >absolute=error | >-relative | >-ulp | >digits")
    rows: list[tuple[Cell, ...]] = []
    for row, name in shown:
        true = record.true_entry(row, name)
        if true is not None and not brief:
            rows.append((label(row, name), "truth", Code(true.text), None, None, None, None))
        for answer in record.answers:
            value = answer.rows[row][name]
            cell: Cell = answer.status if answer.status != "ok" else None
            if value is not None:
                cell = Measured(value, true.text if true and math.isfinite(true.nearest) else None)
            cells = (label(row, name), answer.method, cell, *error_cells(record.errors(answer, row, name)))
            rows.append(cells)
    kept = tuple(row[:3] if brief else row for row in rows)
    return Table("values", heads[:3] if brief else heads, kept, caption, most=MAX_ENTRY_ROWS)


def cost_table(record: MatrixRecord) -> Table:
    """Return what every method costs and how accurate its worst entry is."""
    heads = columns(
        "method | how | >sweeps | >operations=work | >ratio=per f | >tree | >dag=DAG | >digits | >absolute=error"
    )
    rows = [_cost_row(record, answer) for answer in record.answers]
    return Table("cost", heads, tuple(rows), "Cost, and the worst entry", blocks=True)


def _cost_row(record: MatrixRecord, answer: MatrixAnswer) -> tuple[Cell, ...]:
    work = None if answer.work is None else answer.work.operations
    return (
        answer.method,
        answer.variant or (answer.status if answer.status != "ok" else None),
        answer.sweeps,
        work,
        approximate(None if work is None or not record.operations else work / record.operations, 3),
        answer.size.tree if answer.size else None,
        answer.size.dag if answer.size else None,
        tenths(record.worst_digits(answer)),
        approximate(record.worst_error(answer)),
    )


def note_table(answers: Sequence[MatrixAnswer]) -> list[Table]:
    """Return the notes of the methods as a table, if there are any."""
    rows = tuple((answer.method, note) for answer in answers for note in answer.notes)
    return [Table("notes", columns("*method | note"), rows, "Notes", most=MAX_ENTRY_ROWS)] if rows else []


def accuracy_sentence(record: MatrixRecord) -> str:
    """Say how many digits the methods keep in their worst entry, and which operation of the user's own is to blame.

    Empty without a truth.
    """
    digits = {answer.method: record.worst_digits(answer) for answer in record.answers}
    known: Mapping[str, float] = {method: number for method, number in digits.items() if number is not None}
    if not known:
        return ""
    place = "every entry" if record.matrix_is_known else "every entry with a truth"
    full = [method for method, number in known.items() if number >= FULL_DIGITS]
    rest = [method for method, number in known.items() if number < FULL_DIGITS]
    parts = [f"{join(full)} keep{'s' * (len(full) == 1)} all {FULL_DIGITS} digits in {place}"] if full else []
    if rest:
        numbers = [f"{known[method]:.1f}" for method in rest]
        kept = numbers[0] if len(set(numbers)) == 1 else join(numbers)
        kept += "" if full else " digits"
        entry = "its worst entry" if len(rest) == 1 else "their worst entries"
        parts.append(f"{join(rest)} keep{'s' * (len(rest) == 1)} {kept} in {entry}")
    blamed = None
    if any(known[method] < MIN_EXACT_DIGITS for method in rest if method in BEST):
        blamed = disagreement(wengert_list(*record.question.parsed.outputs), record.problem.point)
    sentence = "; ".join([*([blamed] if blamed else []), *parts])
    return f"{sentence[0].upper()}{sentence[1:]}."


# --- The short form ---------------------------------------------------------------------------------------------------

MAX_FUNCTIONS = 6  # outputs that have a line of their own
STOPPED = ("timed-out", "interrupted", "out-of-memory")


def short_form(
    record: MatrixRecord,
    sentences: Sequence[str],
    functions: Sequence[tuple[str, Cell, Any]],
    matrix: Sequence[Block],
    details: Callable[[], Sequence[Block]],
    data: Callable[[], Mapping[str, Any]],
    numbers: Mapping[str, Any],
    doubts: Sequence[str],
) -> Document:
    """Return the verdict, a line for each function with its value, and the matrix, with everything else as details.

    Args:
        record: The matrix by several methods.
        sentences: What there is to say, the most important first; empty ones are left out.
        functions: Name, formula and value of every output; None in place of a value for what is given.
        matrix: The table of the best known numbers.
        details: Makes the blocks of the long form.
        data: Makes the JSON document.
        numbers: The arrays of the document.
        doubts: What is to be known about the truth.
    """
    outcome = outcome_of(record)
    if record.failure is not None:
        sentences = [as_sentence(record.failure.message), *sentences[:1]]  # what it would cost does not matter
    sentence = " ".join(filter(None, sentences)) or "There is no truth to measure the numbers by."
    at = f"at {format_point(record.problem.point)}: " if record.problem.point else ""
    rows: list[Equation] = []
    for name, formula, value in functions[:MAX_FUNCTIONS]:
        remark = "" if value is None else f"{'' if rows else at}{formatting.text(cell(value))}"
        rows.append(Equation(name, in_a_line(formula), remark))
    blocks: list[Block] = [Paragraph(sentence, "verdict", outcome), Equations("functions", tuple(rows)), *matrix]
    if outcome != "right":  # whoever is wrong has a row, and a reason
        blocks += [cost_table(record), *note_table(record.answers)] if record.answers else []
    if len(functions) > MAX_FUNCTIONS:
        left_out = counted(len(functions) - MAX_FUNCTIONS, "other output")
        blocks.append(Paragraph(f"`-v`, or `details()` in Python, shows {left_out} too", "note"))
    blocks += [Paragraph(doubt, "note") for doubt in doubts]
    return Document(tuple(blocks), data, numbers, lambda: tuple(details()))


def outcome_of(record: MatrixRecord) -> Outcome:
    """Tell whether the methods are right: wrong is one without a number that exists, or with another number."""
    for answer in record.answers:
        digits = record.worst_digits(answer)
        lacks = answer.status not in STOPPED and any(
            answer.rows[row][name] is None and record.true_entry(row, name) is not None
            for row, name in record.entries()
        )
        if answer.status == "not-supported":
            continue
        if lacks or (digits is not None and digits < (MIN_EXACT_DIGITS if answer.method in BEST else 1)):
            return "wrong"
    known = record.matrix_is_known and not any(answer.status in STOPPED for answer in record.answers)
    return "right" if known and record.failure is None else "undecided" if record.failure is None else "wrong"


def as_sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop; names such as f1 keep their small letter."""
    return f"{text if text[1:2].isdigit() else text[:1].upper() + text[1:]}."
