"""Rows on a Dask cluster, through its executor: the same function, with the same results, on other machines.

A task that runs cannot be stopped from here, and the cluster may be shared: so a task is over after a moment, or
after the row that takes it longer, and gives back what it has not begun with.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from time import monotonic
from typing import Any

from diffcompare import __version__
from diffcompare.batch import row_result as options_of
from diffcompare.batch.pool import CrewLost, Result
from diffcompare.batch.row import InputRow
from diffcompare.batch.row_result import Options, answered, refused, summary_from_plain
from diffcompare.diagnostics import Diagnostic, DiffcompareError

PORTION = 4  # Rows in one task
MOMENT = 0.1  # Seconds after which a task begins with no further row
AHEAD = 3  # Tasks under way for every thread of the cluster
PATIENCE = 30  # Seconds in which the scheduler and the workers have to answer
ALONE = 10  # Seconds for which a cluster may have no worker, at the beginning and later
LOOK = 1.0  # Seconds between two looks at who is there
MAX_NAMED = 3  # Workers that are named
LENGTH = 200  # Characters of what others say that are passed on


Answers = list[tuple[bytes, bytes]]


def answer_rows(rows: list[list[Any]], options: dict[str, Any]) -> Answers:
    """What a worker of the cluster does: the first of these rows answered, one at least."""
    from diffcompare.batch.row import from_plain as row_of

    asked, began = options_of.from_plain(options), monotonic()
    found: Answers = []
    for fields in rows:
        found.append(answered(row_of(fields), asked))
        if monotonic() - began > MOMENT:
            break
    return found


def version() -> str:
    """What a worker says when it is asked for the first time."""
    return __version__


class ClusterCrew:
    """The workers of a Dask cluster.  Where one is lost, the scheduler gives its rows to another."""

    def __init__(self, options: Options, scheduler: str) -> None:
        """Raises DiffcompareError where there is no Dask, no scheduler at that address, or nobody who can work."""
        self.options, self.scheduler = options, scheduler
        self.spoken = logging.root.manager.disable
        logging.disable()  # what goes wrong is said here, in our words
        self.client: Any = None
        self.finished: queue.SimpleQueue[tuple[Sequence[tuple[int, InputRow]], Future[Answers]]] = queue.SimpleQueue()
        self.under_way = self.threads = 0
        self.given_twice: set[int] = set()
        self.known: set[str] = set()
        """Workers that were asked what they have."""
        self.looked = self.seen = monotonic()
        try:
            self.client = _client(scheduler)
            _wait_for_workers(self.client, scheduler)
            self.identity = self._identity()
            self._look()
            _try(self.client, scheduler)
            self.executor = self.client.get_executor(pure=False, retries=2)
        except BaseException:
            self._leave()
            raise

    def room(self) -> int:
        """A task, while there are fewer than the threads of the cluster can use.  Raises CrewLost."""
        if monotonic() - self.looked > LOOK:
            self._look()
        return PORTION if self.under_way < AHEAD * max(self.threads, 1) else 0

    def _look(self) -> None:
        """Count the threads; a cluster that has none for long, or whose scheduler is another one, is lost."""
        try:
            if self.client.status != "running":
                raise OSError
            present = self.client.nthreads(callback_timeout=PATIENCE)
            if self._identity() != self.identity:  # it knows nothing of our rows
                raise OSError
            others = _lacking(self.client, sorted(present.keys() - self.known))
        except (OSError, ValueError, TimeoutError):
            raise self._lost() from None
        if others:
            raise CrewLost(others, INSTALL)
        self.known |= present.keys()
        self.threads = sum(present.values())
        self.looked = monotonic()
        if self.threads:
            self.seen = self.looked
        elif self.looked - self.seen > ALONE:
            raise CrewLost(f"the cluster at {self.scheduler} has no workers any more", _start_one(self.scheduler))

    def _identity(self) -> str:
        return str(self.client.scheduler_info(n_workers=1)["id"])

    def _lost(self) -> CrewLost:
        why = f"the scheduler at {self.scheduler} is gone, or was started anew"
        return CrewLost(why, "see that it runs")

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """Submit rows as one task.  Raises CrewLost."""
        try:
            future = self.executor.submit(answer_rows, [row.plain() for _, row in rows], self.options.plain())
        except Exception:
            if self.client.status == "running":
                raise
            raise self._lost() from None
        self.under_way += 1
        future.add_done_callback(lambda done: self.finished.put((rows, done)))

    def results(self, wait: float) -> list[Result]:
        """What has been finished, after waiting for it at most so many seconds.  Raises CrewLost."""
        found: list[Result] = []
        with contextlib.suppress(queue.Empty):
            found += self._take(*self.finished.get(timeout=wait))
            while True:
                found += self._take(*self.finished.get_nowait())
        if not found:
            self.room()  # is anybody there?
        return found

    def _take(self, rows: Sequence[tuple[int, InputRow]], done: Future[Answers]) -> list[Result]:
        self.under_way -= 1
        try:
            error = done.exception()
        except CancelledError:
            raise self._lost() from None
        first = rows[0][0]
        if error is not None and first not in self.given_twice:  # a worker that dies may take its messages with it
            self.given_twice.add(first)
            self.give(rows)
            return []
        answers = done.result() if error is None else [self._refused(row, error) for _, row in rows]
        if rows[len(answers) :]:
            self.give(rows[len(answers) :])
        found = zip(rows, answers, strict=False)
        return [
            Result(number, summary_from_plain(json.loads(short)), written) for (number, _), (short, written) in found
        ]

    def _refused(self, row: InputRow, error: BaseException) -> tuple[bytes, bytes]:
        why = f"the cluster has no answer: {_in_short(error)}"
        return refused(row, self.options, Diagnostic("E811", "resource_limit", why, help="run it on one machine"))

    def end(self) -> None:
        """Take back what nobody has begun with."""
        with contextlib.suppress(Exception):  # of a scheduler that is gone nothing can be taken back
            if self.client.status == "running":
                self.executor.shutdown(wait=False)
        self._leave()

    def _leave(self) -> None:
        with contextlib.suppress(Exception):
            self.client.close(timeout=ALONE)
        logging.disable(self.spoken)


INSTALL = f'on every worker `pip install "diffcompare[dask]=={__version__}"`'


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        message = "`--scheduler` needs Dask, which is not installed"
        help = 'pip install "diffcompare[dask]"'
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None
    try:
        return Client(scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call,unused-ignore]
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: no thread can be started
        message = f"no scheduler answers at {scheduler}: {' '.join(str(error).split())[:LENGTH]}"
        help = "start one with `dask scheduler`, and give its address"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None


def _wait_for_workers(client: Any, scheduler: str) -> None:
    """Raise DiffcompareError where nobody comes."""
    try:
        client.wait_for_workers(1, timeout=ALONE)
    except TimeoutError:
        message = f"the cluster at {scheduler} has no workers"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=_start_one(scheduler))) from None


def _lacking(client: Any, workers: list[str]) -> str:
    """Which of these workers lack this version of diffcompare; empty where none does.

    They are asked by a function of the standard library: one of ours, where ours is not, ends the worker.
    """
    from pydoc import locate

    if not workers:
        return ""
    found = client.run(locate, "diffcompare.__version__", workers=workers, on_error="return", callback_timeout=PATIENCE)
    others = {worker: has for worker, has in found.items() if has != __version__ and not isinstance(has, OSError)}
    if not others:  # one that could not be asked has gone
        return ""
    named = "; ".join(f"{worker} {_has(version)}" for worker, version in list(others.items())[:MAX_NAMED])
    count = f"{len(others)} of {len(found)} workers" if len(found) > 1 else "a worker"
    return f"{count} of the cluster cannot answer rows, which takes diffcompare {__version__}: {named}"


def _try(client: Any, scheduler: str) -> None:
    """Raise DiffcompareError where the scheduler, which looks into tasks as well, cannot pass one on."""
    try:
        client.submit(version, pure=False).result(timeout=PATIENCE)
    except TimeoutError:
        pass  # all workers are busy with other things
    except Exception as error:
        cause = error.__cause__ or error
        message = f"the scheduler at {scheduler} cannot give out rows: {_in_short(cause)}"
        help = f"diffcompare {__version__} is to be installed there too"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None


def _has(version: object) -> str:
    if isinstance(version, BaseException):
        return f"cannot import it: {_in_short(version)}"
    return "has none" if version is None else f"has {version}"


def _in_short(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:LENGTH]


def _start_one(scheduler: str) -> str:
    return f"start one with `dask worker {scheduler}`, where diffcompare is installed"
