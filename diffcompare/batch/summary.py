"""Statistics of a run, and their report: the methods, the worst rows, the failed rows, and the verdict.

The statistics take constant memory for any number of rows: counts, medians to two digits, and the worst rows.  The same
rows in the same order give the same statistics, however the run was interrupted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.backends import DIFFERENCES, METHODS
from diffcompare.batch.row_result import MethodSummary, RowSummary
from diffcompare.document import (
    Approximate,
    Block,
    Cell,
    Code,
    Document,
    Heading,
    Listing,
    Outcome,
    Paragraph,
    Table,
    approximate,
    columns,
)
from diffcompare.engines.registry import engine, engine_and_mode
from diffcompare.studies.accuracy import BITS
from diffcompare.studies.record import SCHEMA, counted, join, large

if TYPE_CHECKING:
    from diffcompare.batch.run import Batch


MAX_WORST = 5  # rows named as the worst
MAX_FAILED = 10  # failed rows named at the end
BINS_PER_DECADE = 200  # of the median: 1.2 % each


@dataclass(slots=True)
class Median:
    """The median of non-negative numbers to about 1 %, from a histogram of their logarithms."""

    counts: Counter[float] = field(default_factory=Counter)

    def add(self, number: float) -> None:
        """Add a number."""
        self.counts[-math.inf if number == 0 else float(round(BINS_PER_DECADE * math.log10(number)))] += 1

    @property
    def value(self) -> float | None:
        """The lower median; None if there are no numbers."""
        left = (self.counts.total() + 1) // 2
        for bin in sorted(self.counts):
            left -= self.counts[bin]
            if left <= 0:
                return 0.0 if bin == -math.inf else 10 ** (bin / BINS_PER_DECADE)
        return None


@dataclass(slots=True)
class MethodStatistics:
    """The answers of one method to all rows."""

    answered: int = 0
    refused: int = 0
    timed_out: int = 0
    worst: float | None = None
    worst_row: str | None = None
    errors: Median = field(default_factory=Median)
    work: int | None = None  # None where nobody counts it, as in other libraries
    swells: Median = field(default_factory=Median)

    def add(self, cell: MethodSummary, label: str) -> None:
        """Add the answer to the row with this label."""
        if cell.status == "ok":
            self.answered += 1
        elif cell.status == "timed-out":
            self.timed_out += 1
        else:
            self.refused += 1
        if cell.error is not None:
            self.errors.add(cell.error)
            if self.worst is None or cell.error > self.worst:
                self.worst, self.worst_row = cell.error, label
        if cell.operations is not None:
            self.work = (self.work or 0) + cell.operations
        if cell.swell is not None:
            self.swells.add(cell.swell)


@cache
def _is_exact(method: str) -> bool:
    """Tell whether a method has exact rules in doubles: no difference formula, and no such library."""
    if method in METHODS:
        return method not in DIFFERENCES
    asked = engine_and_mode(method)
    return asked is None or (engine(asked[0]).way != "numerically" and engine(asked[0]).digits >= BITS)


class WorstRow(NamedTuple):
    """A row on which an exact method is far from the truth."""

    row: str
    method: str
    partial: str
    error: float


class FailedRow(NamedTuple):
    """A row that failed, and why."""

    place: str
    name: str | None
    code: str
    message: str


@dataclass(slots=True)
class Statistics:
    """The statistics of all rows so far."""

    methods: Sequence[str]
    max_error: float | None = None
    rows: int = 0
    failed: int = 0
    by_method: dict[str, MethodStatistics] = field(default_factory=dict)
    worst: list[WorstRow] = field(default_factory=list)
    failures: list[FailedRow] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.by_method = {method: MethodStatistics() for method in self.methods}

    def add(self, row: RowSummary) -> None:
        """Add a row."""
        self.rows += 1
        for cell in row.cells:
            self.by_method.setdefault(cell.method, MethodStatistics()).add(cell, row.label)
        self._note_worst(row)
        if row.check is not None:
            self.checked[row.check[0]] += 1
        failure = next(self._failures(row), None)
        if failure is not None:
            self.failed += 1
            self.codes[failure.code] += 1
            if len(self.failures) < MAX_FAILED:
                self.failures.append(failure)

    def _note_worst(self, row: RowSummary) -> None:
        """Keep a row among the worst, once, by its worst exact method: differences are rough everywhere."""
        exact = [cell for cell in row.cells if _is_exact(cell.method) and cell.error and cell.partial]
        if not exact:
            return
        cell = max(exact, key=lambda cell: cell.error or 0.0)
        assert cell.error is not None
        assert cell.partial is not None
        if len(self.worst) == MAX_WORST and cell.error <= self.worst[-1].error:
            return
        self.worst.append(WorstRow(row.label, cell.method, cell.partial, cell.error))
        self.worst.sort(key=lambda row: -row.error)  # stable: among equals the first rows stay
        del self.worst[MAX_WORST:]

    def _failures(self, row: RowSummary) -> Iterator[FailedRow]:
        """Yield the reasons for which a row fails, the most important first."""
        if row.error is not None:
            yield FailedRow(row.place, row.name, *row.error)
        elif row.cells and not any(cell.status == "ok" for cell in row.cells):
            yield FailedRow(row.place, row.name, "E812", "no method has an answer")
        if row.check is not None and row.check[0] in ("wrong", "undecided"):
            verdict, partials = row.check
            yield FailedRow(row.place, row.name, "E814", f"by hand {partials} is {verdict}: see `diffcompare check`")
        if self.max_error is not None:
            for cell in row.cells:
                why = _excess(cell, self.max_error)
                if why:
                    yield FailedRow(row.place, row.name, "E813", why)


def _excess(cell: MethodSummary, most: float) -> str:
    """Say how a method misses a bound on its error; return "" if it does not."""
    if cell.status != "ok":
        return f"{cell.method} has no answer ({cell.status})"
    if cell.unknown is not None:
        return f"the error of {cell.method} in df/d{cell.unknown} is unknown"
    if cell.error is not None and cell.error > most:
        return f"{cell.method} is off by {cell.error:.2g} in df/d{cell.partial}, more than {most:g}"
    return ""


# --- The closing sentence ---------------------------------------------------------------------------------------------


def verdict(batch: Batch) -> str:
    """Return the conclusion from the tables; every number in it is also in a table."""
    clauses = [*_success(batch), *_worst_clause(batch), *_stopped(batch)]
    sentence = "; ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _success(batch: Batch) -> list[str]:
    rows, failed = batch.statistics.rows, batch.statistics.failed
    if not rows:
        return ["there are no rows"]
    if not failed:
        return [f"all {rows} rows succeeded" if rows > 1 else "the row succeeded"]
    return [f"{failed} of {counted(rows, 'row')} failed"]


def _worst_clause(batch: Batch) -> list[str]:
    """Return the largest error of an exact method, with the median beside it."""
    if not batch.statistics.worst:
        return []
    worst = batch.statistics.worst[0]
    median = batch.statistics.by_method[worst.method].errors.value
    beside = "" if median is None else f" (its median is {median:.2g})"
    return [f"of the exact methods {worst.method} is furthest off: {worst.error:.2g} at {worst.row}{beside}"]


def _stopped(batch: Batch) -> list[str]:
    """Return which methods timed out or had no answer, and how often."""
    by_method = batch.statistics.by_method
    timed_out = [f"{name} {method.timed_out}" for name, method in by_method.items() if method.timed_out]
    refused = [f"{name} {method.refused}" for name, method in by_method.items() if method.refused]
    return [
        *([f"timed out: {join(timed_out)}"] if timed_out else []),
        *([f"without an answer: {join(refused)}"] if refused else []),
    ]


# --- JSON -------------------------------------------------------------------------------------------------------------


def data(batch: Batch) -> dict[str, Any]:
    """Return the whole record as plain data; a median is right to two digits."""
    statistics = batch.statistics
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "batch",
        "files": list(batch.files),
        "rows": statistics.rows,
        "failed": statistics.failed,
        "methods": [{"method": name, **_method_data(method)} for name, method in statistics.by_method.items()],
        "worst": [worst._asdict() for worst in statistics.worst],
        "failures": [failed._asdict() for failed in statistics.failures],
        "failures_by_code": dict(sorted(statistics.codes.items())),
        "verdict": batch.verdict,
        "warnings": [{"code": note.code, "message": note.message, "span": None} for note in batch.notes],
    }
    if statistics.checked:
        document["checked"] = dict(sorted(statistics.checked.items()))
    return document


def _method_data(method: MethodStatistics) -> dict[str, Any]:
    return {
        "answered": method.answered,
        "refused": method.refused,
        "timed_out": method.timed_out,
        "error": {"worst": method.worst, "row": method.worst_row, "median": method.errors.value},
        "work": None if method.work is None else large(method.work),
        "swell": method.swells.value,
    }


# --- Document ---------------------------------------------------------------------------------------------------------

MAX_FILES = 3  # named above the tables


def document(batch: Batch, *, brief: bool = False) -> Document:
    """Return the verdict, the methods and the rows; a brief document has the table of methods only.

    The long form says where the rows come from, and which are the worst.
    """
    if brief:
        return Document((_methods(batch),), batch.data)
    tally = batch.statistics
    stopped = any(method.timed_out for method in tally.by_method.values())
    outcome: Outcome = "wrong" if tally.failed else "undecided" if stopped or not tally.rows else "right"
    short: list[Block] = [Paragraph(batch.verdict, "verdict", outcome)]
    short += [_about(batch)] if tally.checked or tally.max_error is not None else []
    short += [_methods(batch)] if tally.by_method else []
    short += [_rows(batch)] if batch.rows else []
    return Document(tuple(short), batch.data, details=lambda: _everything(batch))


def _everything(batch: Batch) -> tuple[Block, ...]:
    """Return the blocks of the long form, with the verdict below the tables."""
    blocks: list[Block] = [Heading(f"{counted(batch.statistics.rows, 'expression')}, side by side", 1), _about(batch)]
    if batch.statistics.by_method:
        blocks.append(_methods(batch))
    if batch.statistics.worst:
        blocks.append(_worst(batch))
    if batch.rows:
        blocks.append(_rows(batch))
    blocks.append(Paragraph(batch.verdict, "verdict"))
    return tuple(blocks)


def _about(batch: Batch) -> Listing:
    names = batch.files[:MAX_FILES]
    more = len(batch.files) - len(names)
    files = ", ".join(names) + (f" and {counted(more, 'other file')}" if more else "")
    statistics = batch.statistics
    entries: list[tuple[str, Cell]] = [
        ("from", files),
        ("rows", f"{statistics.rows}, of which {statistics.failed} failed"),
    ]
    if statistics.max_error is not None:
        entries.append(("bound", Approximate(statistics.max_error)))
    if statistics.checked:
        entries.append(
            ("by hand", ", ".join(f"{count} {verdict}" for verdict, count in sorted(statistics.checked.items())))
        )
    return Listing(tuple(entries))


def _methods(batch: Batch) -> Table:
    titles = columns(
        "method | >answered | >refused | >timed_out=timed out | >worst=worst error | >median | >work | >swell"
    )
    rows = tuple((name, *_method_row(method)) for name, method in batch.statistics.by_method.items())
    return Table("methods", titles, rows, "Methods: errors against the truth, operations in all, median swell")


def _method_row(method: MethodStatistics) -> tuple[Cell, ...]:
    return (
        method.answered,
        method.refused,
        method.timed_out,
        approximate(method.worst),
        approximate(method.errors.value),
        method.work,
        approximate(method.swells.value),
    )


def _worst(batch: Batch) -> Table:
    rows = tuple(
        (Code(worst.row), worst.method, f"df/d{worst.partial}", Approximate(worst.error))
        for worst in batch.statistics.worst
    )
    return Table("worst", columns("row | method | partial | >error"), rows, "Worst rows of the exact methods")


def _rows(batch: Batch) -> Table:
    """Return the table of all rows, with the error of every method."""
    methods = list(batch.statistics.by_method)
    titles = columns(" | ".join(["place", "name", *[f">{method}" for method in methods], "remark"]))
    rows = tuple(_row(row, methods) for row in batch.rows)
    return Table("rows", titles, rows, "Rows: the worst error of each method", sortable=True)


def _row(row: RowSummary, methods: list[str]) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        cell.method: approximate(cell.error) if cell.status == "ok" else cell.status for cell in row.cells
    }
    remark = ": ".join(row.error) if row.error else f"by hand: {row.check[0]}" if row.check else ""
    return (Code(row.place), row.name, *map(cells.get, methods), remark)
