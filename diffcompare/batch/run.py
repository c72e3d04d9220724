"""A batch run: rows are read, handed out to workers, and written in order, a bounded number at a time."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from diffcompare import processes
from diffcompare.batch.input_files import InputFile, fingerprint, is_stream, points_of, rows_of
from diffcompare.batch.pool import Pool, Result
from diffcompare.batch.row_result import Options, RowSummary
from diffcompare.batch.rows import InputRow
from diffcompare.batch.summary import Statistics
from diffcompare.diagnostics import Diagnostic
from diffcompare.studies.record import Record

MAX_UNDER_WAY = 2000  # rows read and not yet written
MAX_BYTES = 64 << 20  # of results whose turn has not come, or of rows under way: then no more rows are given out
MIN_ROWS = 256  # with fewer rows under way their length does not matter
WAIT_SECONDS = 0.1  # for results, before the pool checks for overdue workers again

MAX_NAMES = 50_000  # names remembered, to find duplicates
MAX_LISTED_DUPLICATES = 5


@dataclass(frozen=True, repr=False)
class Batch(Record):
    """The statistics of a run.  Nothing in it depends on the time that the run took, or on interruptions."""

    report = "diffcompare.batch.summary"

    files: tuple[str, ...]
    options: Options
    statistics: Statistics
    rows: Sequence[RowSummary] = ()  # every row in short, if a format shows them all together
    notes: tuple[Diagnostic, ...] = ()  # how the files were read, and duplicate names

    @property
    def failure(self) -> Diagnostic | None:
        """Always None: rows may fail, the run does not."""
        return None

    @property
    def verdict(self) -> str:
        """One sentence on all rows."""
        text: str = self.from_report("verdict")
        return text


def run_identity(version: str, files: Sequence[InputFile], points: str | None, options: Options) -> dict[str, Any]:
    """Return what results depend on: runs with the same identity have the same results, to the byte."""
    inputs = [*files, *([InputFile(points, points, "csv")] if points is not None else [])]
    inputs += [InputFile(options.ops, options.ops, "py")] if options.ops is not None else []
    return {"version": version, "inputs": fingerprint(inputs), "options": options.plain()}


class Run:
    """A run in progress; its statistics so far can be shown meanwhile."""

    def __init__(self, files: Sequence[InputFile], options: Options, *, points: str | None = None) -> None:
        """Prepare a run; every row is taken at each point of `points`, a CSV file (DiffcompareError if it has none)."""
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

        The results are opened after the pool has started: if no worker is available, old results stay as they are.
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
        notes = (*self.reading_notes, *self.names.notes())
        return Batch(tuple(file.name for file in self.files), self.options, self.statistics, notes=notes)

    def _work(self, sink: Sink, pool: Pool, order: ReorderBuffer, keep: Callable[[RowSummary], None] | None) -> None:
        rows = number_rows(rows_of(self.files, self.points, self.reading_notes.append), self.resumed, self.names)
        schedule(RowFeed(rows, ahead=any(map(is_stream, self.files))), pool, order, self._count(keep), sink)

    def _count(self, keep: Callable[[RowSummary], None] | None) -> Callable[[RowSummary], None]:
        def count(row: RowSummary) -> None:
            self.statistics.add(row)
            if keep is not None:
                keep(row)

        return count


# --- The scheduler: from the files through the pool to the sink -------------------------------------------------------


def number_rows(rows: Iterator[InputRow], skip: int, names: DuplicateNames) -> Iterator[tuple[int, InputRow]]:
    """Yield rows with their numbers from number `skip` on; `names` gets the name of every row."""
    for number, row in enumerate(rows):
        names.add(row)
        if number >= skip:
            yield number, row


class DuplicateNames:
    """Finds names that occur more than once, as the rows go by: their results could not be told apart."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}  # the place where a name occurs first
        self.listed: list[tuple[str, str, str]] = []  # (name, place, first place)
        self.count = 0
        self.full = False  # whether names were no longer remembered

    def add(self, row: InputRow) -> None:
        """Remember the name of a row, or count it as a duplicate."""
        if row.name is None or row.point_place is not None:
            return
        first = self.first.get(row.name)
        if first is not None:
            self.count += 1
            if len(self.listed) < MAX_LISTED_DUPLICATES:
                self.listed.append((row.name, row.place, first))
        elif len(self.first) < MAX_NAMES:
            self.first[row.name] = row.place
        else:
            self.full = True

    def notes(self) -> Iterator[Diagnostic]:
        """Yield what there is to say about duplicate names."""
        for name, place, first in self.listed:
            yield _note(f"{place}: the name `{name}` was used before, at {first}")
        more = self.count - len(self.listed)
        if more:
            yield _note(f"{more} more names are used more than once")
        if self.full:
            yield _note(f"names after the first {MAX_NAMES:,} different ones were not compared")


def _note(message: str) -> Diagnostic:
    return Diagnostic("W631", "note", message, severity="warning")


class RowFeed:
    """Numbered rows, taken as they come."""

    def __init__(self, rows: Iterator[tuple[int, InputRow]], *, ahead: bool) -> None:
        """Take `rows`; `ahead` lets a thread read ahead, where it can, as standard input may keep one waiting."""
        self.rows = rows
        self.ended = False  # whether there are no more rows
        self.read: queue.Queue[list[tuple[int, InputRow]] | BaseException] | None = queue.Queue(64) if ahead else None
        if self.read is not None:
            try:
                processes.start_thread(self._read_ahead)
            except OSError:
                self.read = None  # and rows are read when they are needed

    def take(self, most: int) -> list[tuple[int, InputRow]]:
        """Return at most so many rows: none if none has arrived yet, or if there are no more (`ended` is set then)."""
        if self.read is None:
            rows = list(islice(self.rows, most))
            self.ended = len(rows) < most
            return rows
        rows = []
        while len(rows) < most and not self.ended:
            try:
                item = self.read.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, BaseException):
                raise item
            rows += item
            self.ended = not item
        return rows

    def _read_ahead(self) -> None:
        assert self.read is not None
        try:
            for row in self.rows:
                self.read.put([row])
            self.read.put([])
        except BaseException as error:
            self.read.put(error)


class ReorderBuffer:
    """Brings results into the order of their rows."""

    def __init__(self, first: int, early: dict[int, Result]) -> None:
        self.next = first
        self.early = early
        self.bytes = sum(len(result.output) for result in early.values())

    def add(self, results: list[Result]) -> None:
        """Add results in any order."""
        for result in results:
            self.early[result.number] = result
            self.bytes += len(result.output)

    def due(self) -> Iterator[Result]:
        """Yield the results that come next in row order, and forget them."""
        while self.next in self.early:
            result = self.early.pop(self.next)
            self.bytes -= len(result.output)
            self.next += 1
            yield result


class Sink:
    """A destination of results.  This one passes rows on and keeps none; a journal can resume a run."""

    def __init__(self, pass_on: Callable[[bytes], None]) -> None:
        self.early: dict[int, Result] = {}  # results of an interrupted run whose turn has not come, by row number
        self.pass_on = pass_on

    def rows_so_far(self) -> Iterator[RowSummary]:
        """Yield the rows that an interrupted run has written."""
        return iter(())

    def write(self, output: bytes) -> None:
        """Write whole rows, which come in order."""
        self.pass_on(output)

    def keep_early(self, result: Result) -> None:
        """Keep a result whose turn has not come, in case the run is interrupted."""

    def compact(self) -> None:
        """Forget the early results: all of them have been written."""

    def close(self, *, complete: bool) -> None:
        """End the run, which is complete or was interrupted."""


def schedule(rows: RowFeed, pool: Pool, order: ReorderBuffer, count: Callable[[RowSummary], None], sink: Sink) -> None:
    """Pass every row through the pool to the sink, in order; `count` gets the summary of each as it is written."""
    under_way: dict[int, int] = {}  # characters of every row, by its number
    while True:
        while not rows.ended and _is_room(under_way, order):
            room = pool.room()
            taken = rows.take(room) if room else []
            if not taken:
                break
            new = [(number, row) for number, row in taken if number not in order.early]
            if new:
                pool.give(new)
                under_way |= {number: len(row.text) for number, row in new}
        if rows.ended and not under_way:
            _write(order, count, sink)
            return
        results = pool.results(WAIT_SECONDS)
        for result in results:
            under_way.pop(result.number, None)
        order.add(results)
        _write(order, count, sink)
        for result in results:
            if result.number in order.early:
                sink.keep_early(result)
        if not order.early:
            sink.compact()


def _is_room(under_way: Mapping[int, int], order: ReorderBuffer) -> bool:
    """Tell whether more rows may be read, by the number and length of those under way and of waiting results."""
    if len(under_way) + len(order.early) >= MAX_UNDER_WAY or order.bytes >= MAX_BYTES:
        return False
    return len(under_way) < MIN_ROWS or sum(under_way.values()) < MAX_BYTES


def _write(order: ReorderBuffer, count: Callable[[RowSummary], None], sink: Sink) -> None:
    due = list(order.due())
    if due:
        sink.write(b"".join(result.output for result in due))
        for result in due:
            count(result.summary)
