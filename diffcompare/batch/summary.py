"""The figures of a run as a document: method by method, the worst rows, the rows that failed, and the verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from diffcompare.backends.registry import DIFFERENCES
from diffcompare.batch.row_result import Digest, MethodSummary
from diffcompare.document import Approximate, Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.studies.record import SCHEMA, counted, join, large

if TYPE_CHECKING:
    from diffcompare.batch.run import Batch


# Figures over any number of rows in constant memory: counts, medians to two digits, and the worst rows.
#
# The same rows in the same order give the same figures, however the run was interrupted.

MAX_WORST = 5  # Rows that are named as the worst

MAX_FAILED = 10  # Failed rows that are named at the end

STEPS = 200  # Steps of a median between a number and ten times as much: 1.2 % each


@dataclass(slots=True)
class Median:
    """A median of numbers from 0 on, to about a hundredth of its size, from counts of how many are how large."""

    counts: Counter[float] = field(default_factory=Counter)

    def add(self, number: float) -> None:
        """Count one number in."""
        self.counts[-math.inf if number == 0 else float(round(STEPS * math.log10(number)))] += 1

    @property
    def value(self) -> float | None:
        """The lower median; None of no numbers."""
        left = (self.counts.total() + 1) // 2
        for size in sorted(self.counts):
            left -= self.counts[size]
            if left <= 0:
                return 0.0 if size == -math.inf else 10 ** (size / STEPS)
        return None


@dataclass(slots=True)
class MethodTally:
    """What one method did over all rows."""

    answered: int = 0
    refused: int = 0
    timed_out: int = 0
    worst: float | None = None
    worst_row: str | None = None
    errors: Median = field(default_factory=Median)
    work: int = 0
    swells: Median = field(default_factory=Median)

    def add(self, cell: MethodSummary, called: str) -> None:
        """Count one answer in."""
        if cell.status == "ok":
            self.answered += 1
        elif cell.status == "timed-out":
            self.timed_out += 1
        else:
            self.refused += 1
        if cell.error is not None:
            self.errors.add(cell.error)
            if self.worst is None or cell.error > self.worst:
                self.worst, self.worst_row = cell.error, called
        self.work += cell.operations or 0
        if cell.swell is not None:
            self.swells.add(cell.swell)


@dataclass(frozen=True, slots=True)
class Worst:
    """A row on which a method of exact rules is far from the truth."""

    row: str
    method: str
    partial: str
    error: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A row that failed: where it stands, its name, and why."""

    place: str
    name: str | None
    code: str
    why: str


@dataclass(slots=True)
class Statistics:
    """Everything that is counted."""

    methods: Sequence[str]
    max_error: float | None = None
    rows: int = 0
    failed: int = 0
    by_method: dict[str, MethodTally] = field(default_factory=dict)
    worst: list[Worst] = field(default_factory=list)
    failures: list[Failed] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.by_method = {method: MethodTally() for method in self.methods}

    def add(self, row: Digest) -> bool:
        """Count one row in, and say whether it is well."""
        self.rows += 1
        for cell in row.cells:
            self.by_method.setdefault(cell.method, MethodTally()).add(cell, row.called)
        self._note_worst(row)
        if row.check is not None:
            self.checked[row.check[0]] += 1
        failed = next(self._failures(row), None)
        if failed is None:
            return True
        self.failed += 1
        self.codes[failed.code] += 1
        if len(self.failures) < MAX_FAILED:
            self.failures.append(failed)
        return False

    def _note_worst(self, row: Digest) -> None:
        """A row counts once, by the worst method of exact rules: differences are rough everywhere."""
        exact = [cell for cell in row.cells if cell.method not in DIFFERENCES and cell.error and cell.partial]
        if not exact:
            return
        cell = max(exact, key=lambda each: each.error or 0.0)
        assert cell.error is not None
        assert cell.partial is not None
        if len(self.worst) == MAX_WORST and cell.error <= self.worst[-1].error:
            return
        self.worst.append(Worst(row.called, cell.method, cell.partial, cell.error))
        self.worst.sort(key=lambda each: -each.error)  # stable: of equals the first rows stay
        del self.worst[MAX_WORST:]

    def _failures(self, row: Digest) -> Iterator[Failed]:
        if row.error is not None:
            yield Failed(row.place, row.name, *row.error)
        elif row.cells and not any(cell.status == "ok" for cell in row.cells):
            yield Failed(row.place, row.name, "E812", "no method has an answer")
        if row.check is not None and row.check[0] in ("wrong", "undecided"):
            verdict, partials = row.check
            yield Failed(row.place, row.name, "E814", f"by hand {partials} is {verdict}: see `diffcompare check`")
        if self.max_error is not None:
            for cell in row.cells:
                why = _excess(cell, self.max_error)
                if why:
                    yield Failed(row.place, row.name, "E813", why)


def _excess(cell: MethodSummary, most: float) -> str:
    """How a method misses a bound on its error; empty where it does not."""
    if cell.status != "ok":
        return f"{cell.method} has no answer ({cell.status})"
    if cell.unknown is not None:
        return f"of {cell.method} the error of df/d{cell.unknown} is not known"
    if cell.error is not None and cell.error > most:
        return f"{cell.method} is off by {cell.error:.2g} in df/d{cell.partial}, more than {most:g}"
    return ""


# The closing sentence of a run.


def verdict(batch: Batch) -> str:
    """What the tables come to; every figure in it comes from them."""
    clauses = [*_well(batch), *_worst_clause(batch), *_stopped(batch)]
    sentence = "; ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _well(batch: Batch) -> list[str]:
    rows, failed = batch.tally.rows, batch.tally.failed
    if not rows:
        return ["there is no row"]
    if not failed:
        return [f"all {rows} rows are well" if rows > 1 else "the row is well"]
    return [f"{failed} of {counted(rows, 'row')} failed"]


def _worst_clause(batch: Batch) -> list[str]:
    """The largest error of a method of exact rules, and what the median says beside it."""
    if not batch.tally.worst:
        return []
    worst = batch.tally.worst[0]
    median = batch.tally.by_method[worst.method].errors.value
    beside = "" if median is None else f" (its median is {median:.2g})"
    return [f"of the methods of exact rules {worst.method} is furthest off: {worst.error:.2g} at {worst.row}{beside}"]


def _stopped(batch: Batch) -> list[str]:
    late = [f"{method} {found.timed_out}" for method, found in batch.tally.by_method.items() if found.timed_out]
    none = [f"{method} {found.refused}" for method, found in batch.tally.by_method.items() if found.refused]
    return [
        *([f"timed out: {join(late)}"] if late else []),
        *([f"without an answer: {join(none)}"] if none else []),
    ]


# The figures of a run as plain data.


def data(batch: Batch) -> dict[str, Any]:
    """The whole record; a median is right to two digits."""
    tally = batch.tally
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "batch",
        "files": list(batch.files),
        "rows": tally.rows,
        "failed": tally.failed,
        "methods": [{"method": method, **_method(found)} for method, found in tally.by_method.items()],
        "worst": [
            {"row": worst.row, "method": worst.method, "partial": worst.partial, "error": worst.error}
            for worst in tally.worst
        ],
        "failures": [
            {"place": failed.place, "name": failed.name, "code": failed.code, "message": failed.why}
            for failed in tally.failures
        ],
        "failures_by_code": dict(sorted(tally.codes.items())),
        "verdict": batch.verdict,
        "warnings": [{"code": note.code, "message": note.message, "span": None} for note in batch.notes],
    }
    if tally.checked:
        document["checked"] = dict(sorted(tally.checked.items()))
    return document


def _method(found: MethodTally) -> dict[str, Any]:
    return {
        "answered": found.answered,
        "refused": found.refused,
        "timed_out": found.timed_out,
        "error": {"worst": found.worst, "row": found.worst_row, "median": found.errors.value},
        "work": large(found.work),
        "swell": found.swells.value,
    }


MAX_FILES = 3  # Files that are named


def document(batch: Batch, *, brief: bool = False) -> Document:
    """The tables of `batch`."""
    if brief:
        return Document((_methods(batch),), batch.data)
    blocks: list[Block] = [Heading(f"{counted(batch.tally.rows, 'expression')}, side by side", 1), _about(batch)]
    if batch.tally.by_method:
        blocks.append(_methods(batch))
    if batch.tally.worst:
        blocks.append(_worst(batch))
    if batch.rows:
        blocks.append(_rows(batch))
    blocks.append(Paragraph(batch.verdict, "verdict"))
    return Document(tuple(blocks), batch.data)


def _about(batch: Batch) -> Listing:
    names = batch.files[:MAX_FILES]
    more = len(batch.files) - len(names)
    files = ", ".join(names) + (f" and {counted(more, 'other file')}" if more else "")
    tally = batch.tally
    entries: list[tuple[str, Cell]] = [("from", files), ("rows", f"{tally.rows}, of which {tally.failed} failed")]
    if tally.max_error is not None:
        entries.append(("bound", Approximate(tally.max_error)))
    if tally.checked:
        entries.append(("by hand", ", ".join(f"{count} {verdict}" for verdict, count in sorted(tally.checked.items()))))
    return Listing(tuple(entries))


def _methods(batch: Batch) -> Table:
    columns = (
        Column("method", "method"),
        Column("answered", "answered", "right"),
        Column("refused", "refused", "right"),
        Column("timed_out", "timed out", "right"),
        Column("worst", "worst error", "right"),
        Column("median", "median", "right"),
        Column("work", "work", "right"),
        Column("swell", "swell", "right"),
    )
    rows = tuple((method, *_method_row(found)) for method, found in batch.tally.by_method.items())
    return Table("methods", columns, rows, "Methods: errors against the truth, operations in all, median swell")


def _method_row(found: MethodTally) -> tuple[Cell, ...]:
    return (
        found.answered,
        found.refused,
        found.timed_out,
        _approximate(found.worst),
        _approximate(found.errors.value),
        found.work,
        _approximate(found.swells.value),
    )


def _worst(batch: Batch) -> Table:
    columns = (
        Column("row", "row"),
        Column("method", "method"),
        Column("partial", "partial"),
        Column("error", "error", "right"),
    )
    rows = tuple(
        (Code(worst.row), worst.method, f"df/d{worst.partial}", Approximate(worst.error)) for worst in batch.tally.worst
    )
    return Table("worst", columns, rows, "Worst rows of the methods of exact rules")


def _rows(batch: Batch) -> Table:
    """Every row with the error of every method."""
    methods = list(batch.tally.by_method)
    columns = (
        Column("place", "place"),
        Column("name", "name"),
        *[Column(method, method, "right") for method in methods],
        Column("remark", "remark"),
    )
    rows = tuple(_row(row, methods) for row in batch.rows)
    return Table("rows", columns, rows, "Rows: the worst error of each method", sortable=True)


def _row(row: Digest, methods: list[str]) -> tuple[Cell, ...]:
    cells = {cell.method: cell for cell in row.cells}
    errors: list[Cell] = []
    for method in methods:
        cell = cells.get(method)
        shown = None if cell is None else cell.status if cell.status != "ok" else _approximate(cell.error)
        errors.append(shown)
    remark = ": ".join(row.error) if row.error else f"by hand: {row.check[0]}" if row.check else ""
    return (Code(row.place), row.name, *errors, remark)


def _approximate(number: float | None) -> Cell:
    return None if number is None else Approximate(number)
