"""A process that answers rows: the module that `processes.start` runs.

Lines in: first the options, then lists of `[number, row]`, all JSON.  For every row it writes a line with three
numbers (the row's, and two lengths), and then as many bytes of its digest (JSON) and of what is to be written.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, BinaryIO, NamedTuple, Protocol

from diffcompare import processes
from diffcompare.batch.row import InputRow
from diffcompare.batch.row_result import Digest, Options, refused, summary_from_plain
from diffcompare.diagnostics import Diagnostic

# Processes that work on rows side by side, on this machine.
#
# A crew takes numbered rows and gives back results in any order.  A worker that is lost is replaced, and its rows are
# given out again; the row that it was working on is tried two times more, and then its place in the results says what
# happened.  A worker that takes too long over one row is ended.

MODULE = "diffcompare.batch.pool"

PORTION = 0.05  # Seconds of work that are given out at once

MAX_AT_ONCE = 64  # Rows that are given out at once, however short they are

FIRST_ROW = 60.0  # Seconds more for the first row of a process, which imports what it needs

TRIES = 3

CURE = "end other programs, or ask for fewer processes with --jobs"


class Result(NamedTuple):
    """A row answered: its number, its digest, and what is to be written."""

    number: int
    digest: Digest
    written: bytes


class CrewLost(Exception):
    """Nobody is left to work on rows: why, and what to do."""

    def __init__(self, why: str, help: str) -> None:
        super().__init__(why)
        self.help = help


class Crew(Protocol):
    """Whoever works on rows."""

    def room(self) -> int:
        """How many rows it would take now."""

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """Hand over rows, at most as many as there is room for."""

    def results(self, wait: float) -> list[Result]:
        """What has been finished, after waiting for it at most so many seconds."""

    def end(self) -> None:
        """Stop working, whatever is unfinished."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    reader: threading.Thread | None = None
    pending: deque[tuple[int, InputRow]] = field(default_factory=deque)
    """The rows that it has, the one that it works on first."""
    since: float = 0.0
    """When it began with that row."""
    fresh: bool = True
    lost: bool = False


class LocalCrew:
    """Worker processes of this machine."""

    def __init__(self, options: Options, jobs: int, tell: Callable[[Diagnostic], None] | None = None) -> None:
        """`tell` hears of processes that cannot be started.  Raises CrewLost where none can be."""
        self.options, self.jobs, self.tell = options, jobs, tell
        self.finished: queue.SimpleQueue[tuple[_Worker, Result | None]] = queue.SimpleQueue()
        self.returned: deque[tuple[int, InputRow]] = deque()
        """Rows of workers that were lost, to be given out again."""
        self.tries: dict[int, int] = {}
        self.ready: list[Result] = []
        self.seconds = PORTION
        """What a row takes, by the rows so far."""
        self.workers: list[_Worker] = []
        try:
            while len(self.workers) < jobs and self._join():
                pass
        except BaseException:
            self.end()
            raise

    # --- Giving ------------------------------------------------------------------------------------------------------

    def room(self) -> int:
        """A portion for the worker that has least, where it has less than that."""
        if self.returned:
            return 0
        least = min(len(worker.pending) for worker in self.workers)
        portion = self._portion()
        return portion if least <= portion else 0

    def _portion(self) -> int:
        return max(1, min(MAX_AT_ONCE, int(PORTION / self.seconds)))

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """To the worker that has least."""
        self._give(min(self.workers, key=lambda worker: len(worker.pending)), rows)

    def _give(self, worker: _Worker, rows: Sequence[tuple[int, InputRow]]) -> None:
        if not worker.pending:
            worker.since = monotonic()
        worker.pending.extend(rows)
        assert worker.process.stdin is not None
        with contextlib.suppress(OSError):  # it is gone: its reader will say so, and its rows are given out again
            worker.process.stdin.write(plain(list(rows)))
            worker.process.stdin.flush()

    # --- Taking ------------------------------------------------------------------------------------------------------

    def results(self, wait: float) -> list[Result]:
        """What has been finished, after waiting for it at most so many seconds."""
        found, self.ready = self.ready, []
        with contextlib.suppress(queue.Empty):
            self._take(found, *self.finished.get(timeout=0 if found else wait))
            while True:
                self._take(found, *self.finished.get_nowait())
        self._look_after()
        return found

    def _take(self, found: list[Result], worker: _Worker, result: Result | None) -> None:
        if result is None:
            self._replace(worker)
            return
        now = monotonic()
        if not worker.fresh:
            self.seconds += 0.1 * (now - worker.since - self.seconds)
            self.seconds = max(self.seconds, PORTION / MAX_AT_ONCE)
        worker.fresh, worker.since = False, now
        if worker.pending and worker.pending[0][0] == result.number:
            worker.pending.popleft()
            self.tries.pop(result.number, None)
            found.append(result)

    def _look_after(self) -> None:
        """End workers that take too long, and give out again what lost workers had."""
        patience = self.options.patience
        now = monotonic()
        for worker in self.workers if patience is not None else ():
            assert patience is not None
            allowed = patience + FIRST_ROW * worker.fresh
            if worker.pending and now - worker.since > allowed and not worker.lost:
                number, row = worker.pending.popleft()
                why = f"the row was not done within {allowed:g} s, and the process that worked on it was ended"
                self.ready.append(self._refused(number, row, "timed out: " + why))
                worker.process.kill()
                worker.lost = True
        while self.returned:
            self._give(min(self.workers, key=lambda each: len(each.pending)), [self.returned.popleft()])

    def _replace(self, worker: _Worker) -> None:
        """A new worker for one that has ended; the row that it had in hand counts as tried."""
        why = processes.epitaph(worker.process, "the process that worked on the row")
        self._close(worker)
        self.workers.remove(worker)
        rows = list(worker.pending)
        if rows and not worker.lost:
            number, row = rows[0]
            self.tries[number] = self.tries.get(number, 0) + 1
            if self.tries[number] >= TRIES:
                self.ready.append(self._refused(number, row, f"{why}, and so did {TRIES - 1} others"))
                rows = rows[1:]
        self.returned.extend(rows)
        self._join()

    def _refused(self, number: int, row: InputRow, why: str) -> Result:
        diagnostic = Diagnostic("E811", "resource_limit", why, help="ask fewer methods, or give less `--budget`")
        short, written = refused(row, self.options, diagnostic)
        return Result(number, summary_from_plain(json.loads(short)), written)

    # --- The life of a worker ----------------------------------------------------------------------------------------

    def _join(self) -> bool:
        """One worker more; where none can be started, the others go on alone, if there are any."""
        try:
            self.workers.append(self._start())
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            if not self.workers:
                raise CrewLost(f"no process can be started to work on rows: {why}", CURE) from None
            if self.tell is not None:
                message = f"{len(self.workers)} of {self.jobs} processes are at work: another cannot be started: {why}"
                self.tell(Diagnostic("W634", "note", message, help=CURE, severity="warning"))
            return False
        return True

    def _start(self) -> _Worker:
        worker = _Worker(processes.start(MODULE), since=monotonic())
        assert worker.process.stdin is not None
        with contextlib.suppress(OSError):
            worker.process.stdin.write(json.dumps(self.options.plain()).encode() + b"\n")
            worker.process.stdin.flush()
        try:
            worker.reader = processes.beside(self._read, worker)
        except OSError:
            self._close(worker)
            raise
        return worker

    def _read(self, worker: _Worker) -> None:
        """In a thread, because not every system can wait for several pipes at once."""
        output = worker.process.stdout
        assert output is not None
        try:
            while head := output.readline():
                number, short, long = map(int, head.split())
                digest, written = output.read(short), output.read(long)
                if len(digest) + len(written) < short + long:
                    break
                self.finished.put((worker, Result(number, summary_from_plain(json.loads(digest)), written)))
        except (OSError, ValueError):
            pass
        self.finished.put((worker, None))

    def _close(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.wait()
        if worker.reader is not None:
            worker.reader.join(1)
        for stream in (worker.process.stdin, worker.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def end(self) -> None:
        """End every worker; none is left behind, not even as a zombie."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            self._close(worker)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


MEMORY = 4 << 30  # Bytes of address space, where the system can limit them

STACK = 64 << 20

BREATH = 0.02  # Seconds for which answers to short rows may wait for each other


def main() -> None:
    """Answer rows until standard input closes, even in the midst of a row."""
    output = processes.reserve_output()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    processes.limit_memory(MEMORY)
    threading.stack_size(STACK)
    threading.Thread(target=_work, args=(lines, output), daemon=True).start()
    try:
        for line in sys.stdin.buffer:
            lines.put(line)
    finally:
        os._exit(0)  # its child that runs sympy ends likewise


def _work(lines: queue.SimpleQueue[bytes], output: BinaryIO) -> None:
    try:
        from diffcompare.batch import row_result as options_of
        from diffcompare.batch.row import from_plain
        from diffcompare.batch.row_result import answered

        gc.set_threshold(100_000)
        options = options_of.from_plain(json.loads(lines.get()))
        flushed = monotonic()
        while True:
            for number, fields in json.loads(lines.get()):
                short, written = answered(from_plain(fields), options)
                output.write(b"%d %d %d\n" % (number, len(short), len(written)))
                output.write(short)
                output.write(written)
                if monotonic() - flushed > BREATH:
                    output.flush()
                    flushed = monotonic()
            output.flush()
            flushed = monotonic()
    except BaseException:
        os._exit(1)  # whoever gave the rows notices


def plain(rows: list[tuple[int, Any]]) -> bytes:
    """A list of numbered rows as a line for a worker."""
    return json.dumps([[number, row.plain()] for number, row in rows]).encode() + b"\n"
