"""A batch run from its input files to its statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diffcompare.batch.input_files import InputFile, fingerprint, is_stream
from diffcompare.batch.pool import Pool, Result
from diffcompare.batch.readers import points_of, rows_of
from diffcompare.batch.row_result import Options, RowSummary
from diffcompare.batch.scheduler import MAX_NAMES, DuplicateNames, ReorderBuffer, RowFeed, Sink, number_rows, run
from diffcompare.batch.summary import Statistics
from diffcompare.diagnostics import Diagnostic
from diffcompare.studies.record import Record


@dataclass(frozen=True, repr=False)
class Batch(Record):
    """The statistics of a run.  Nothing in it depends on the time that the run took, or on interruptions."""

    report = "diffcompare.batch.summary"

    files: tuple[str, ...]
    options: Options
    statistics: Statistics
    rows: Sequence[RowSummary] = ()
    """Every row in short, if a format shows them all together."""
    notes: tuple[Diagnostic, ...] = ()
    """How the files were read, and duplicate names."""

    @property
    def failure(self) -> Diagnostic | None:
        """Always None: rows may fail, the run does not."""
        return None

    @property
    def verdict(self) -> str:
        """One sentence on all rows."""
        text: str = self.from_report("verdict")
        return text


class PassThrough:
    """A sink that passes rows on and keeps none."""

    def __init__(self, pass_on: Callable[[bytes], None]) -> None:
        self.early: dict[int, Result] = {}
        self.write = pass_on

    def rows_so_far(self) -> Iterator[RowSummary]:
        """Yield nothing: no run is resumed."""
        return iter(())

    def keep_early(self, result: Result) -> None:
        """Do nothing: the result waits in memory."""

    def compact(self) -> None:
        """Do nothing."""

    def close(self, *, complete: bool) -> None:
        """Do nothing."""


def run_identity(version: str, files: Sequence[InputFile], points: str | None, options: Options) -> dict[str, Any]:
    """Return what results depend on: runs with the same identity have the same results, to the byte."""
    inputs = [*files, InputFile(points, points, "csv")] if points is not None else files
    return {"version": version, "inputs": fingerprint(inputs), "options": options.plain()}


class Run:
    """A run in progress; its statistics so far can be shown meanwhile."""

    def __init__(self, files: Sequence[InputFile], options: Options, *, points: str | None = None) -> None:
        """`points` is a CSV file, at whose points every row is taken.  Raises DiffcompareError if it has none."""
        self.files, self.options, self.points = files, options, points
        self.statistics = Statistics(options.methods, options.max_error)
        self.names = DuplicateNames()
        self.reading_notes: list[Diagnostic] = []  # how the files were read
        self.resumed = 0  # rows that an interrupted run had written
        self.begun = False  # whether the results were opened
        if points is not None:
            next(points_of(points), None)  # so that a mistake in it is reported before anything is done

    def go(
        self, sink: Callable[[], Sink], pool: Callable[[], Pool], keep: Callable[[RowSummary], None] | None = None
    ) -> Batch:
        """Run to the end; `keep` gets the summary of every row, in order.  No process is left behind, even on errors.

        The results are opened after the pool has started: where no worker can be had, old results stay as they are.
        """
        workers = pool()
        try:
            return self._go(sink(), workers, keep)
        finally:
            workers.end()

    def _go(self, sink: Sink, pool: Pool, keep: Callable[[RowSummary], None] | None) -> Batch:
        """Run with open results and a started pool, and close the results."""
        self.begun, complete = True, False
        try:
            for row in sink.rows_so_far():
                self.statistics.add(row)
            self.resumed = self.statistics.rows
            early = {number: result for number, result in sink.early.items() if number >= self.resumed}
            self._work(sink, pool, ReorderBuffer(self.resumed, early), keep)
            complete = True
        finally:
            sink.close(complete=complete)
        return Batch(tuple(file.name for file in self.files), self.options, self.statistics, notes=self._notes())

    def _work(self, sink: Sink, pool: Pool, order: ReorderBuffer, keep: Callable[[RowSummary], None] | None) -> None:
        rows = number_rows(rows_of(self.files, self.points, self.reading_notes.append), self.resumed, self.names)
        run(RowFeed(rows, ahead=any(map(is_stream, self.files))), pool, order, self._count(keep), sink)

    def _count(self, keep: Callable[[RowSummary], None] | None) -> Callable[[RowSummary], None]:
        def count(row: RowSummary) -> None:
            self.statistics.add(row)
            if keep is not None:
                keep(row)

        return count

    def _notes(self) -> tuple[Diagnostic, ...]:
        """Return how the files were read, and duplicate names."""
        notes = [
            *self.reading_notes,
            *(
                _note(f"{place}: the name `{name}` was used before, at {first}")
                for name, place, first in self.names.listed
            ),
        ]
        more = self.names.count - len(self.names.listed)
        if more:
            notes.append(_note(f"{more} more names are used more than once"))
        if self.names.full:
            notes.append(_note(f"names after the first {MAX_NAMES:,} different ones were not compared"))
        return tuple(notes)


def _note(message: str) -> Diagnostic:
    return Diagnostic("W631", "note", message, severity="warning")
