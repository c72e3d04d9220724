"""Rows on a Dask cluster, through its executor: the same function, with the same results, on other machines."""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.rows import Row
from diffcompare.studies.batch import options as options_of
from diffcompare.studies.batch.crew import Result
from diffcompare.studies.batch.digest import from_plain
from diffcompare.studies.batch.options import Options
from diffcompare.studies.batch.written import answered, refused

PORTION = 4
"""Rows in one task."""
AHEAD = 3
"""Tasks under way for every thread of the cluster."""
PATIENCE = 30
"""Seconds in which the scheduler has to answer."""

Answers = list[tuple[int, bytes, bytes]]


def answer_rows(rows: list[tuple[int, list[Any]]], options: dict[str, Any]) -> Answers:
    """What a worker of the cluster does: numbered rows answered."""
    from diffcompare.rows.row import from_plain as row_of

    asked = options_of.from_plain(options)
    return [(number, *answered(row_of(fields), asked)) for number, fields in rows]


class ClusterCrew:
    """The workers of a Dask cluster.  Where one is lost, the scheduler gives its rows to another."""

    def __init__(self, options: Options, scheduler: str) -> None:
        """Raises DiffcompareError where there is no Dask, or no scheduler at that address."""
        self.options = options
        self.client = _client(scheduler)
        self.executor = self.client.get_executor(pure=False, retries=2)
        self.finished: queue.SimpleQueue[tuple[Sequence[tuple[int, Row]], Future[Answers]]] = queue.SimpleQueue()
        self.under_way: set[Future[Answers]] = set()
        self.given_twice: set[int] = set()

    def room(self) -> int:
        """A task, while there are fewer than the cluster's threads can use."""
        threads = max(sum(self.client.nthreads().values()), 1)
        return PORTION if len(self.under_way) < AHEAD * threads else 0

    def give(self, rows: Sequence[tuple[int, Row]]) -> None:
        """Submit rows as one task."""
        plain = [(number, row.plain()) for number, row in rows]
        future = self.executor.submit(answer_rows, plain, self.options.plain())
        self.under_way.add(future)
        future.add_done_callback(lambda done: self.finished.put((rows, done)))

    def results(self, wait: float) -> list[Result]:
        """What has been finished, after waiting for it at most so many seconds."""
        found: list[Result] = []
        with contextlib.suppress(queue.Empty):
            found += self._take(*self.finished.get(timeout=wait))
            while True:
                found += self._take(*self.finished.get_nowait())
        return found

    def _take(self, rows: Sequence[tuple[int, Row]], done: Future[Answers]) -> list[Result]:
        self.under_way.discard(done)
        error = done.exception()
        first = rows[0][0]
        if error is not None and first not in self.given_twice:  # a worker that dies may take its messages with it
            self.given_twice.add(first)
            self.give(rows)
            return []
        answers = done.result() if error is None else [(number, *self._refused(row, error)) for number, row in rows]
        return [Result(number, from_plain(json.loads(short)), written) for number, short, written in answers]

    def _refused(self, row: Row, error: BaseException) -> tuple[bytes, bytes]:
        why = f"the cluster has no answer: {' '.join(f'{type(error).__name__}: {error}'.split())[:200]}"
        return refused(row, self.options, Diagnostic("E811", "resource_limit", why, help="run it on one machine"))

    def end(self) -> None:
        """Take back what is not done."""
        for future in list(self.under_way):
            future.cancel()
        self.client.close()


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        message = "`--scheduler` needs Dask, which is not installed"
        help = 'pip install "diffcompare[dask]"'
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None
    try:
        return Client(scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call,unused-ignore]
    except (OSError, ValueError) as error:
        message = f"no scheduler answers at {scheduler}: {' '.join(str(error).split())[:200]}"
        help = "start one with `dask scheduler`, and give its address"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None
