"""A pool of worker processes on this machine, and the worker: the module that `processes.start` runs.

A pool takes numbered rows and returns results in any order.  A worker that is lost is replaced, and its rows are given
out again; the row that it was working on is tried twice more, and then its result is an error.  A worker that takes too
long over one row is ended.

A worker reads JSON lines: first the options, then lists of `[number, row]`.  For every row it writes a packed result.
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

from diffcompare import processes, worker_process
from diffcompare.batch.row_result import (
    Options,
    RowSummary,
    answer_row,
    options_from_plain,
    refuse_row,
    summary_from_plain,
)
from diffcompare.batch.rows import InputRow, row_from_plain
from diffcompare.diagnostics import Diagnostic

MODULE = "diffcompare.batch.pool"
PORTION_SECONDS = 0.05  # of work given out at once
MAX_PORTION = 64  # rows given out at once, however short they are
IMPORT_SECONDS = 60.0  # added for the first row of a process, which imports what it needs
MAX_TRIES = 3  # of a row whose worker is lost
HELP = "close other programs, or ask for fewer processes with --jobs"


class Result(NamedTuple):
    """The answer to a row."""

    number: int  # number of the row, from 0 over all files
    summary: RowSummary
    output: bytes  # whole lines for the results


def pack(number: int, summary: bytes, output: bytes) -> bytes:
    """Return a result as a worker sends it: its number and two lengths, the row's summary (JSON) and its output."""
    return b"%d %d %d\n%b%b" % (number, len(summary), len(output), summary, output)


def unpack(stream: BinaryIO) -> Result | None:
    """Read the next result that `pack` wrote; return None at the end.  Raises ValueError if it is torn."""
    header = stream.readline()
    if not header:
        return None
    number, summary_length, output_length = map(int, header.split())
    summary, output = stream.read(summary_length), stream.read(output_length)
    if len(summary) + len(output) < summary_length + output_length:
        raise ValueError("the result is incomplete")
    return Result(number, summary_from_plain(json.loads(summary)), output)


class PoolLost(Exception):
    """Raised when no worker is left: the message says why, and `help` what to do."""

    def __init__(self, why: str, help: str) -> None:
        super().__init__(why)
        self.help = help


class Pool(Protocol):
    """Workers that answer rows."""

    def room(self) -> int:
        """Return how many rows the pool would take now."""

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """Hand over numbered rows, at most as many as there is room for."""

    def results(self, wait: float) -> list[Result]:
        """Return the results that are finished, after waiting at most `wait` seconds for the first."""

    def end(self) -> None:
        """Stop working, even on unfinished rows."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    reader: threading.Thread | None = None
    # Rows that the worker has; it works on the first.
    pending: deque[tuple[int, InputRow]] = field(default_factory=deque)
    since: float = 0.0  # time at which it began with the first row
    fresh: bool = True  # whether it has not answered any row yet
    lost: bool = False  # whether it was ended because a row took too long


class LocalPool:
    """Worker processes of this machine."""

    def __init__(self, options: Options, jobs: int, tell: Callable[[Diagnostic], None] | None = None) -> None:
        """Start `jobs` processes; `tell` gets a warning if some cannot be started.  Raises PoolLost if none can."""
        self.options, self.jobs, self.tell = options, jobs, tell
        self.finished: queue.SimpleQueue[tuple[_Worker, Result | None]] = queue.SimpleQueue()
        self.returned: deque[tuple[int, InputRow]] = deque()  # rows of lost workers, to be given out again
        self.tries: dict[int, int] = {}  # by number of a row whose worker was lost
        self.ready: list[Result] = []
        self.seconds = PORTION_SECONDS  # running mean of the time that a row takes
        self.workers: list[_Worker] = []
        try:
            while len(self.workers) < jobs and self._add_worker():
                pass
        except BaseException:
            self.end()
            raise

    # --- Giving -------------------------------------------------------------------------------------------------------

    def room(self) -> int:
        """Return the size of a portion if some worker has room for one, else 0."""
        if self.returned:
            return 0
        least = min(len(worker.pending) for worker in self.workers)
        portion = self._portion()
        return portion if least <= portion else 0

    def _portion(self) -> int:
        return max(1, min(MAX_PORTION, int(PORTION_SECONDS / self.seconds)))

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """Hand rows to the worker that has fewest."""
        self._give(min(self.workers, key=lambda worker: len(worker.pending)), rows)

    def _give(self, worker: _Worker, rows: Sequence[tuple[int, InputRow]]) -> None:
        if not worker.pending:
            worker.since = monotonic()
        worker.pending.extend(rows)
        assert worker.process.stdin is not None
        # If the process is gone, its reader reports it, and its rows are given out again.
        with contextlib.suppress(OSError):
            worker.process.stdin.write(plain(list(rows)))
            worker.process.stdin.flush()

    # --- Taking -------------------------------------------------------------------------------------------------------

    def results(self, wait: float) -> list[Result]:
        """Return the finished results, after waiting at most `wait` seconds; end workers that are overdue."""
        results, self.ready = self.ready, []
        with contextlib.suppress(queue.Empty):
            self._take(results, *self.finished.get(timeout=0 if results else wait))
            while True:
                self._take(results, *self.finished.get_nowait())
        self._end_overdue_workers()
        return results

    def _take(self, results: list[Result], worker: _Worker, result: Result | None) -> None:
        """Add a result; None means that the worker has ended, and replaces it."""
        if result is None:
            self._replace(worker)
            return
        now = monotonic()
        if not worker.fresh:
            self.seconds += 0.1 * (now - worker.since - self.seconds)
            self.seconds = max(self.seconds, PORTION_SECONDS / MAX_PORTION)
        worker.fresh, worker.since = False, now
        if worker.pending and worker.pending[0][0] == result.number:
            worker.pending.popleft()
            self.tries.pop(result.number, None)
            results.append(result)

    def _end_overdue_workers(self) -> None:
        """End workers that take too long over a row, and give out the rows of lost workers again."""
        time_limit = self.options.time_limit
        now = monotonic()
        for worker in self.workers if time_limit is not None else ():
            assert time_limit is not None
            allowed = time_limit + IMPORT_SECONDS * worker.fresh
            if worker.pending and now - worker.since > allowed and not worker.lost:
                number, row = worker.pending.popleft()
                why = f"the row was not finished within {allowed:g} s, and the process that worked on it was ended"
                self.ready.append(self._refused(number, row, "timed out: " + why))
                worker.process.kill()
                worker.lost = True
        while self.returned:
            self.give([self.returned.popleft()])

    def _replace(self, worker: _Worker) -> None:
        """Replace a worker that has ended; the row that it worked on counts as tried."""
        why = processes.describe_end(worker.process, "the process that worked on the row")
        self._close(worker)
        self.workers.remove(worker)
        rows = list(worker.pending)
        if rows and not worker.lost:
            number, row = rows[0]
            self.tries[number] = self.tries.get(number, 0) + 1
            if self.tries[number] >= MAX_TRIES:
                self.ready.append(self._refused(number, row, f"{why}, and so did {MAX_TRIES - 1} others"))
                rows = rows[1:]
        self.returned.extend(rows)
        self._add_worker()

    def _refused(self, number: int, row: InputRow, why: str) -> Result:
        diagnostic = Diagnostic("E811", "resource_limit", why, help="use fewer methods, or a smaller `--budget`")
        summary, output = refuse_row(row, self.options, diagnostic)
        return Result(number, summary_from_plain(json.loads(summary)), output)

    # --- The life of a worker -----------------------------------------------------------------------------------------

    def _add_worker(self) -> bool:
        """Start one more worker; if that fails, the others carry on without it."""
        try:
            self.workers.append(self._start())
        except OSError as error:
            why = (error.strerror or str(error)).lower().rstrip(".")
            if not self.workers:
                raise PoolLost(f"no process can be started to work on rows: {why}", HELP) from None
            if self.tell is not None:
                message = f"{len(self.workers)} of {self.jobs} processes are at work: another cannot be started: {why}"
                self.tell(Diagnostic("W634", "note", message, help=HELP, severity="warning"))
            return False
        return True

    def _start(self) -> _Worker:
        worker = _Worker(processes.start(MODULE), since=monotonic())
        assert worker.process.stdin is not None
        with contextlib.suppress(OSError):
            worker.process.stdin.write(json.dumps(self.options.plain()).encode() + b"\n")
            worker.process.stdin.flush()
        try:
            worker.reader = processes.start_thread(self._read, worker)
        except OSError:
            self._close(worker)
            raise
        return worker

    def _read(self, worker: _Worker) -> None:
        """Read the results of a worker, in a thread: not every system can wait for several pipes at once."""
        pipe = worker.process.stdout
        assert pipe is not None
        try:
            while result := unpack(pipe):  # type: ignore[arg-type]
                self.finished.put((worker, result))
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


# --- The worker -------------------------------------------------------------------------------------------------------

MAX_MEMORY = 4 << 30  # bytes of address space, where the system can limit them
STACK_SIZE = 64 << 20  # bytes
FLUSH_INTERVAL = 0.02  # seconds for which answers to short rows may wait for each other


def main() -> None:
    """Answer rows until standard input closes, even in the middle of a row."""
    output = worker_process.reserve_output()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    worker_process.limit_memory(MAX_MEMORY)
    threading.stack_size(STACK_SIZE)
    threading.Thread(target=_work, args=(lines, output), daemon=True).start()
    try:
        for line in sys.stdin.buffer:
            lines.put(line)
    finally:
        os._exit(0)  # the child that runs sympy sees its input close, and ends likewise


def _work(lines: queue.SimpleQueue[bytes], pipe: BinaryIO) -> None:
    """Answer the rows of all lines, in a thread, because the main thread waits for the end of the input."""
    try:
        gc.set_threshold(100_000)
        options = options_from_plain(json.loads(lines.get()))
        flushed = monotonic()
        while True:
            for number, fields in json.loads(lines.get()):
                pipe.write(pack(number, *answer_row(row_from_plain(fields), options)))
                if monotonic() - flushed > FLUSH_INTERVAL:
                    pipe.flush()
                    flushed = monotonic()
            pipe.flush()
            flushed = monotonic()
    except BaseException:
        os._exit(1)  # the pool sees the pipe close, and gives the rows out again


def plain(rows: list[tuple[int, Any]]) -> bytes:
    """Return numbered rows as a line for a worker."""
    return json.dumps([[number, row.plain()] for number, row in rows]).encode() + b"\n"
