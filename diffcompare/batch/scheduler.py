"""The run: rows are read, given out, and written in their order, with a bounded number of them under way."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from diffcompare import processes
from diffcompare.batch.pool import Crew, CrewLost, Result
from diffcompare.batch.row import InputRow
from diffcompare.batch.row_result import Digest

# Names that several rows have: results could not be told apart by them.

MAX_NAMES = 50_000  # Names that are remembered

MAX_TWICE = 5  # Names that are told


class Names:
    """The names of rows, as they go by."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.twice: list[tuple[str, str, str]] = []
        """(name, its place, where it came first)"""
        self.count = 0
        self.full = False

    def see(self, row: InputRow) -> None:
        """Remember the name of a row, or note that it was there before."""
        if row.name is None or row.point_place is not None:
            return
        before = self.first.get(row.name)
        if before is not None:
            self.count += 1
            if len(self.twice) < MAX_TWICE:
                self.twice.append((row.name, row.place, before))
        elif len(self.first) < MAX_NAMES:
            self.first[row.name] = row.place
        else:
            self.full = True


MAX_UNDER_WAY = 2000  # Rows read and not yet written

MAX_BYTES = 64 << 20  # Bytes of results whose turn has not come, from which on no more rows are given out

FEW = 256  # Rows so few that their length does not matter

PAUSE = 0.1  # Seconds between two looks at what is overdue


class Numbered:
    """Rows with their numbers, taken as they come: a thread reads ahead, because standard input may take its time."""

    def __init__(self, rows: Iterator[tuple[int, InputRow]], *, ahead: bool) -> None:
        self.rows = rows
        self.ended = False
        self.read: queue.Queue[list[tuple[int, InputRow]] | BaseException] | None = queue.Queue(64) if ahead else None
        if self.read is not None:
            try:
                processes.beside(self._read)
            except OSError as error:
                why = f"standard input cannot be read beside the work: {str(error.strerror).lower()}"
                raise CrewLost(why, "save it as a file") from None

    def take(self, most: int) -> list[tuple[int, InputRow]]:
        """At most so many rows; none where none has arrived, or where there are no more (then `ended` is set)."""
        if self.read is None:
            found = list(islice(self.rows, most))
            self.ended = len(found) < most
            return found
        found = []
        while len(found) < most and not self.ended:
            try:
                item = self.read.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, BaseException):
                raise item
            found += item
            self.ended = not item
        return found

    def _read(self) -> None:
        assert self.read is not None
        try:
            for row in self.rows:
                self.read.put([row])
            self.read.put([])
        except BaseException as error:
            self.read.put(error)


class InOrder:
    """Results brought into the order of their rows."""

    def __init__(self, first: int, early: dict[int, Result]) -> None:
        self.next = first
        self.early = early
        self.bytes = sum(len(result.written) for result in early.values())

    def add(self, results: list[Result]) -> None:
        """Take in results in any order."""
        for result in results:
            self.early[result.number] = result
            self.bytes += len(result.written)

    def due(self) -> Iterator[Result]:
        """Those whose turn has come."""
        while self.next in self.early:
            result = self.early.pop(self.next)
            self.bytes -= len(result.written)
            self.next += 1
            yield result


class Sink(Protocol):
    """Where results go."""

    early: dict[int, Result]

    def kept(self) -> Iterator[Digest]:
        """The rows that are there already."""

    def write(self, written: bytes, /) -> None:
        """Write rows, in their order."""

    def put_by(self, result: Result) -> None:
        """Keep a result whose turn has not come."""

    def tidy(self) -> None:
        """Called when every result that was put by has been written."""

    def close(self, *, complete: bool) -> None:
        """The run is over, or broken off."""


def run(rows: Numbered, crew: Crew, order: InOrder, count: Callable[[Digest], None], sink: Sink) -> None:
    """Bring every row from `rows` through the crew to the sink, in order, each counted as it is written."""
    under_way: dict[int, int] = {}  # characters of every row, by its number
    while True:
        while not rows.ended and _is_room(under_way, order):
            room = crew.room()
            found = rows.take(room) if room else []
            if not found:
                break
            asked = [(number, row) for number, row in found if number not in order.early]
            if asked:
                crew.give(asked)
                under_way |= {number: len(row.text) for number, row in asked}
        if rows.ended and not under_way:
            _write(order, count, sink)
            return
        results = crew.results(PAUSE)
        for result in results:
            under_way.pop(result.number, None)
        order.add(results)
        _write(order, count, sink)
        for result in results:
            if result.number in order.early:
                sink.put_by(result)
        if not order.early:
            sink.tidy()


def _is_room(under_way: Mapping[int, int], order: InOrder) -> bool:
    """Whether more rows may be read: neither too many are under way, nor too long ones, nor too much waits its turn."""
    if len(under_way) + len(order.early) >= MAX_UNDER_WAY or order.bytes >= MAX_BYTES:
        return False
    return len(under_way) < FEW or sum(under_way.values()) < MAX_BYTES


def _write(order: InOrder, count: Callable[[Digest], None], sink: Sink) -> None:
    due = list(order.due())
    if due:
        sink.write(b"".join(result.written for result in due))
        for result in due:
            count(result.digest)


def numbered(rows: Iterator[InputRow], skip: int, names: Names) -> Iterator[tuple[int, InputRow]]:
    """Rows from the one after `skip` on, with their numbers; all of them are looked at for names that come twice."""
    for number, row in enumerate(rows):
        names.see(row)
        if number >= skip:
            yield number, row
