"""A run from its files to its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diffcompare.batch.input_files import InputFile, fingerprint, is_stream
from diffcompare.batch.pool import Crew, LocalCrew, Result
from diffcompare.batch.readers import points_of, rows_of
from diffcompare.batch.row_result import Digest, Options
from diffcompare.batch.scheduler import MAX_NAMES, InOrder, Names, Numbered, Sink, numbered, run
from diffcompare.batch.summary import Statistics
from diffcompare.diagnostics import Diagnostic
from diffcompare.studies.record import Record

if TYPE_CHECKING:
    pass


# The record of a run: what is to be said when all rows are done.


@dataclass(frozen=True, repr=False)
class Batch(Record):
    """A run over many rows, in figures.  Nothing in it depends on the time that the run took, or on interruptions."""

    report = "diffcompare.batch.summary"

    files: tuple[str, ...]
    options: Options
    tally: Statistics
    rows: Sequence[Digest] = ()
    """Every row in short, where a format shows them all together."""
    notes: tuple[Diagnostic, ...] = ()

    @property
    def failure(self) -> Diagnostic | None:
        """Rows may fail; the run does not."""
        return None

    @property
    def verdict(self) -> str:
        """One sentence."""
        text: str = self.from_report("verdict")
        return text


class Passing:
    """A sink that passes rows on and keeps none."""

    def __init__(self, pass_on: Callable[[bytes], None]) -> None:
        self.early: dict[int, Result] = {}
        self.write = pass_on

    def kept(self) -> Iterator[Digest]:
        """None."""
        return iter(())

    def put_by(self, result: Result) -> None:
        """It waits in memory."""

    def tidy(self) -> None:
        """Nothing to do."""

    def close(self, *, complete: bool) -> None:
        """Nothing to do."""


def belongs(version: str, found: Sequence[InputFile], points: str | None, options: Options) -> dict[str, Any]:
    """What results belong to: the same makes the same results, to the byte."""
    inputs = [*found, InputFile(points, points, "csv")] if points is not None else found
    return {"version": version, "inputs": fingerprint(inputs), "options": options.plain()}


class Run:
    """A run that is going on: its figures so far are there for whoever looks on."""

    def __init__(self, found: Sequence[InputFile], options: Options, *, points: str | None = None) -> None:
        self.found, self.options, self.points = found, options, points
        self.tally = Statistics(options.methods, options.max_error)
        self.names = Names()
        self.told: list[Diagnostic] = []
        """What was said of how the files were read."""
        self.resumed = 0
        """Rows that were there already."""
        self.begun = False
        """Whether the results were opened."""
        if points is not None:
            next(points_of(points), None)  # what is wrong with it is said before anything is done

    def go(
        self, sink: Callable[[], Sink], crew: Callable[[], Crew], keep: Callable[[Digest], None] | None = None
    ) -> Batch:
        """Run to the end.  `keep` gets every row in short, in order; whatever is raised, no process is left behind.

        Results are opened when the crew is there: where nobody comes to work, older ones are as they were.
        """
        at_work = crew()
        try:
            return self._go(sink(), at_work, keep)
        finally:
            at_work.end()

    def _go(self, sink: Sink, crew: Crew, keep: Callable[[Digest], None] | None) -> Batch:
        self.begun, complete = True, False
        try:
            for row in sink.kept():
                self.tally.add(row)
            self.resumed = self.tally.rows
            early = {number: result for number, result in sink.early.items() if number >= self.resumed}
            self._work(sink, crew, InOrder(self.resumed, early), keep)
            complete = True
        finally:
            sink.close(complete=complete)
        return Batch(tuple(place.name for place in self.found), self.options, self.tally, notes=self._notes())

    def _work(self, sink: Sink, crew: Crew, order: InOrder, keep: Callable[[Digest], None] | None) -> None:
        rows = numbered(rows_of(self.found, self.points, self.told.append), self.resumed, self.names)
        run(Numbered(rows, ahead=any(map(is_stream, self.found))), crew, order, self._count(keep), sink)

    def _count(self, keep: Callable[[Digest], None] | None) -> Callable[[Digest], None]:
        def count(row: Digest) -> None:
            self.tally.add(row)
            if keep is not None:
                keep(row)

        return count

    def _notes(self) -> tuple[Diagnostic, ...]:
        """How the files were read, and names that come twice."""
        notes = [
            *self.told,
            *(
                _note(f"{place}: the name `{name}` was used before, at {first}")
                for name, place, first in self.names.twice
            ),
        ]
        more = self.names.count - len(self.names.twice)
        if more:
            notes.append(_note(f"{more} more names are used more than once"))
        if self.names.full:
            notes.append(_note(f"names after the first {MAX_NAMES:,} different ones were not compared"))
        return tuple(notes)


def _note(message: str) -> Diagnostic:
    return Diagnostic("W631", "note", message, severity="warning")


def local(options: Options, jobs: int) -> Callable[[], Crew]:
    """A crew of processes on this machine."""
    return lambda: LocalCrew(options, jobs)
