"""A pool of workers on a Dask cluster, through its executor: answers computed on other machines.

A running task cannot be stopped from here, and the cluster may be shared.  So a task ends after a moment, or after the
row that takes longer, and the rows that it has not begun are given out again.
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
from diffcompare.batch.pool import PoolLost, Result
from diffcompare.batch.row_result import Options, answer_row, options_from_plain, refuse_row, summary_from_plain
from diffcompare.batch.rows import InputRow, row_from_plain
from diffcompare.diagnostics import Diagnostic, DiffcompareError

TASK_ROWS = 4  # rows in one task
TASK_SECONDS = 0.1  # after which a task begins no further row
TASKS_PER_THREAD = 3  # tasks under way for every thread of the cluster
ANSWER_SECONDS = 30  # in which the scheduler and the workers have to answer
WORKERLESS_SECONDS = 10  # for which a cluster may have no worker, at the beginning and later
CHECK_SECONDS = 1.0  # between two checks of the workers
MAX_NAMED = 3  # workers named in a message
MAX_QUOTED = 200  # characters quoted from other people's messages


Answers = list[tuple[bytes, bytes]]


def answer_rows(rows: list[list[Any]], options: dict[str, Any]) -> Answers:
    """Answer rows on a worker of the cluster until TASK_SECONDS have passed, but at least the first of them."""
    run_options, began = options_from_plain(options), monotonic()
    answers: Answers = []
    for fields in rows:
        answers.append(answer_row(row_from_plain(fields), run_options))
        if monotonic() - began > TASK_SECONDS:
            break
    return answers


def version() -> str:
    """Return the version of diffcompare on a worker: the first task that a cluster gets."""
    return __version__


class DaskPool:
    """The workers of a Dask cluster.  Where one is lost, the scheduler gives its rows to another."""

    def __init__(self, options: Options, scheduler: str) -> None:
        """Connect to a scheduler, given by its address.

        Raises DiffcompareError where Dask is not installed, no scheduler answers, or no worker can answer rows.
        """
        self.options, self.scheduler = options, scheduler
        self.logging_level = logging.root.manager.disable
        logging.disable()  # our own messages say what goes wrong
        self.client: Any = None
        self.finished: queue.SimpleQueue[tuple[Sequence[tuple[int, InputRow]], Future[Answers]]] = queue.SimpleQueue()
        self.under_way = self.threads = 0
        self.given_twice: set[int] = set()  # numbers of the first rows of tasks that were lost with their worker
        self.checked_workers: set[str] = set()  # those that have the right version
        self.last_check = self.last_worker = monotonic()  # when workers were counted, and when there was one
        try:
            self.client = _client(scheduler)
            _wait_for_workers(self.client, scheduler)
            self.identity = self._identity()
            self._check_workers()
            _try_task(self.client, scheduler)
            self.executor = self.client.get_executor(pure=False, retries=2)
        except BaseException:
            self._leave()
            raise

    def room(self) -> int:
        """Return the size of a task if the threads of the cluster can use one more, else 0.  Raises PoolLost."""
        if monotonic() - self.last_check > CHECK_SECONDS:
            self._check_workers()
        return TASK_ROWS if self.under_way < TASKS_PER_THREAD * max(self.threads, 1) else 0

    def _check_workers(self) -> None:
        """Count the threads of the cluster.

        Raises PoolLost where it has had none for long, its scheduler was replaced, or a new worker lacks our version.
        """
        try:
            if self.client.status != "running":
                raise OSError
            present = self.client.nthreads(callback_timeout=ANSWER_SECONDS)
            if self._identity() != self.identity:  # another scheduler, which knows nothing of our rows
                raise OSError
            unfit = _unfit_workers(self.client, sorted(present.keys() - self.checked_workers))
        except (OSError, ValueError, TimeoutError):
            raise self._lost() from None
        if unfit:
            raise PoolLost(unfit, INSTALL)
        self.checked_workers |= present.keys()
        self.threads = sum(present.values())
        self.last_check = monotonic()
        if self.threads:
            self.last_worker = self.last_check
        elif self.last_check - self.last_worker > WORKERLESS_SECONDS:
            raise PoolLost(f"the cluster at {self.scheduler} no longer has any workers", _start_one(self.scheduler))

    def _identity(self) -> str:
        return str(self.client.scheduler_info(n_workers=1)["id"])

    def _lost(self) -> PoolLost:
        why = f"the scheduler at {self.scheduler} is gone, or was restarted"
        return PoolLost(why, "check that it is running")

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """Submit rows as one task.  Raises PoolLost."""
        try:
            future = self.executor.submit(answer_rows, [row.plain() for _, row in rows], self.options.plain())
        except Exception:
            if self.client.status == "running":
                raise
            raise self._lost() from None
        self.under_way += 1
        future.add_done_callback(lambda done: self.finished.put((rows, done)))

    def results(self, wait: float) -> list[Result]:
        """Return the finished results, after waiting at most `wait` seconds for the first.  Raises PoolLost."""
        results: list[Result] = []
        with contextlib.suppress(queue.Empty):
            results += self._take(*self.finished.get(timeout=wait))
            while True:
                results += self._take(*self.finished.get_nowait())
        if not results:
            self.room()  # checks whether the cluster is still there
        return results

    def _take(self, rows: Sequence[tuple[int, InputRow]], done: Future[Answers]) -> list[Result]:
        """Return the results of a task; rows not begun, and those of a lost worker, are given out again."""
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
        return [
            Result(number, summary_from_plain(json.loads(summary)), output)
            for (number, _), (summary, output) in zip(rows, answers, strict=False)
        ]

    def _refused(self, row: InputRow, error: BaseException) -> tuple[bytes, bytes]:
        why = f"the cluster has no answer: {_one_line(error)}"
        return refuse_row(row, self.options, Diagnostic("E811", "resource_limit", why, help="run it on one machine"))

    def end(self) -> None:
        """Take back the tasks that no worker has begun."""
        with contextlib.suppress(Exception):  # nothing can be taken back from a scheduler that is gone
            if self.client.status == "running":
                self.executor.shutdown(wait=False)
        self._leave()

    def _leave(self) -> None:
        with contextlib.suppress(Exception):
            self.client.close(timeout=WORKERLESS_SECONDS)
        logging.disable(self.logging_level)


INSTALL = f'on every worker `pip install "diffcompare[dask]=={__version__}"`'


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        message = "`--scheduler` needs Dask, which is not installed"
        help = 'pip install "diffcompare[dask]"'
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None
    try:
        return Client(scheduler, timeout=ANSWER_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call,unused-ignore]
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: no thread can be started
        message = f"no scheduler answers at {scheduler}: {' '.join(str(error).split())[:MAX_QUOTED]}"
        help = "start one with `dask scheduler`, and give its address"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None


def _wait_for_workers(client: Any, scheduler: str) -> None:
    """Wait for the first worker.  Raises DiffcompareError if none comes."""
    try:
        client.wait_for_workers(1, timeout=WORKERLESS_SECONDS)
    except TimeoutError:
        message = f"the cluster at {scheduler} has no workers"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=_start_one(scheduler))) from None


def _unfit_workers(client: Any, workers: list[str]) -> str:
    """Say which of the workers lack this version of diffcompare; return "" if none does.

    They are asked by a function of the standard library: to load one of ours would end a worker that lacks it.
    """
    from pydoc import locate

    if not workers:
        return ""
    versions = client.run(
        locate, "diffcompare.__version__", workers=workers, on_error="return", callback_timeout=ANSWER_SECONDS
    )
    unfit = {  # a worker that could not be asked is gone: its answer is an OSError, not a version
        worker: version
        for worker, version in versions.items()
        if version != __version__ and not isinstance(version, OSError)
    }
    if not unfit:
        return ""
    named = "; ".join(f"{worker} {_describe_version(version)}" for worker, version in list(unfit.items())[:MAX_NAMED])
    count = f"{len(unfit)} of {len(versions)} workers" if len(versions) > 1 else "a worker"
    return f"{count} of the cluster cannot answer rows, which requires diffcompare {__version__}: {named}"


def _try_task(client: Any, scheduler: str) -> None:
    """Send one task.  Raises DiffcompareError if the scheduler, which unpickles tasks too, cannot pass it on."""
    try:
        client.submit(version, pure=False).result(timeout=ANSWER_SECONDS)
    except TimeoutError:
        pass  # all workers are busy with other things
    except Exception as error:
        cause = error.__cause__ or error
        message = f"the scheduler at {scheduler} cannot hand out rows: {_one_line(cause)}"
        help = f"install diffcompare {__version__} there too"
        raise DiffcompareError(Diagnostic("E634", "io_error", message, help=help)) from None


def _describe_version(version: object) -> str:
    if isinstance(version, BaseException):
        return f"cannot import it: {_one_line(version)}"
    return "has none" if version is None else f"has {version}"


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:MAX_QUOTED]


def _start_one(scheduler: str) -> str:
    return f"start one with `dask worker {scheduler}`, where diffcompare is installed"
