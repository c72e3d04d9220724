"""The scheduler of a run: rows are read, given out, and written in order, a bounded number at a time."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from diffcompare import processes
from diffcompare.batch.pool import Pool, PoolLost, Result
from diffcompare.batch.row import InputRow
from diffcompare.batch.row_result import RowSummary

MAX_UNDER_WAY = 2000  # rows read and not yet written
MAX_BYTES = 64 << 20  # of results whose turn has not come, or of rows under way: then no more rows are given out
MIN_ROWS = 256  # with fewer rows under way their length does not matter
WAIT_SECONDS = 0.1  # for results, before the pool checks for overdue workers again

# --- Names of several rows, by which results could not be told apart --------------------------------------------------

MAX_NAMES = 50_000  # names remembered
MAX_LISTED_DUPLICATES = 5


class DuplicateNames:
    """Finds names that occur more than once, as the rows go by."""

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


# --- From the files through the pool to the sink ----------------------------------------------------------------------


class RowFeed:
    """Numbered rows, taken as they come."""

    def __init__(self, rows: Iterator[tuple[int, InputRow]], *, ahead: bool) -> None:
        """`ahead` lets a thread read ahead, because standard input may keep one waiting.  Raises PoolLost."""
        self.rows = rows
        self.ended = False  # whether there are no more rows
        self.read: queue.Queue[list[tuple[int, InputRow]] | BaseException] | None = queue.Queue(64) if ahead else None
        if self.read is not None:
            try:
                processes.beside(self._read_ahead)
            except OSError as error:
                why = f"standard input cannot be read beside the work: {str(error.strerror).lower()}"
                raise PoolLost(why, "save it as a file") from None

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


class Sink(Protocol):
    """A destination of results."""

    early: dict[int, Result]
    """Results of an interrupted run whose turn has not come, by row number."""

    def rows_so_far(self) -> Iterator[RowSummary]:
        """Yield the rows that an interrupted run has written."""

    def write(self, output: bytes, /) -> None:
        """Write whole rows, which come in order."""

    def keep_early(self, result: Result) -> None:
        """Keep a result whose turn has not come."""

    def compact(self) -> None:
        """Forget the early results: all of them have been written."""

    def close(self, *, complete: bool) -> None:
        """End the run, which is complete or was interrupted."""


def run(rows: RowFeed, pool: Pool, order: ReorderBuffer, count: Callable[[RowSummary], None], sink: Sink) -> None:
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


def number_rows(rows: Iterator[InputRow], skip: int, names: DuplicateNames) -> Iterator[tuple[int, InputRow]]:
    """Yield rows with their numbers from number `skip` on; `names` gets the name of every row."""
    for number, row in enumerate(rows):
        names.add(row)
        if number >= skip:
            yield number, row
