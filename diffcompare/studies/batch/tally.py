"""Figures over any number of rows in constant memory: counts, medians to two digits, and the worst rows.

The same rows in the same order give the same figures, however the run was interrupted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from diffcompare.studies.batch.digest import Cell, Digest
from diffcompare.studies.methods import DIFFERENCES

MOST_WORST = 5
"""Rows that are named as the worst."""
MOST_FAILED = 10
"""Failed rows that are named at the end."""
STEPS = 200
"""Steps of a median between a number and ten times as much: 1.2 % each."""


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

    def add(self, cell: Cell, called: str) -> None:
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
class Tally:
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
        if len(self.failures) < MOST_FAILED:
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
        if len(self.worst) == MOST_WORST and cell.error <= self.worst[-1].error:
            return
        self.worst.append(Worst(row.called, cell.method, cell.partial, cell.error))
        self.worst.sort(key=lambda each: -each.error)  # stable: of equals the first rows stay
        del self.worst[MOST_WORST:]

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


def _excess(cell: Cell, most: float) -> str:
    """How a method misses a bound on its error; empty where it does not."""
    if cell.status != "ok":
        return f"{cell.method} has no answer ({cell.status})"
    if cell.unknown is not None:
        return f"of {cell.method} the error of df/d{cell.unknown} is not known"
    if cell.error is not None and cell.error > most:
        return f"{cell.method} is off by {cell.error:.2g} in df/d{cell.partial}, more than {most:g}"
    return ""
