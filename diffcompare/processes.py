"""Worker processes: how they are started and set up, and how they ended, in words.

A worker reads lines from its standard input and answers on its standard output, and it ends when its input does, so
that a parent that is killed leaves no stray process.

Where the system starts no process, as a browser does not, a worker answers in this one.  What is different there:
nothing limits the memory; the time is limited only where the system has an alarm and this is the main thread (in a
browser whoever asks ends the page's own worker); and sympy has no larger stack.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

# `-m MODULE`, for a package that may not be installed: it is this very package that is imported, wherever it lives,
# and whatever else lives there (or in the working directory: `-P`) cannot stand in for a library.
BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[1]); import diffcompare; sys.path.append(sys.path.pop(0)); "
    "from importlib import import_module; main = import_module(sys.argv[2]).main; main()"
)


def start(
    module: str, stderr: int | None = subprocess.DEVNULL, *, with_children: bool = False
) -> subprocess.Popen[bytes]:
    """Run the function `main` of one of our modules in a new process.  Raises OSError if that is impossible.

    Its standard error is thrown away, unless `stderr` is None: then it is ours.  One `with_children` leads a group of
    processes, where the system has such groups, so that whatever it starts can be ended with it.
    """
    if not sys.executable:
        raise OSError("no Python interpreter is known that could run it")
    package = Path(__file__).resolve().parents[1]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BOOTSTRAP, str(package), module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, "PYTHONHASHSEED": "0"},  # so that sympy's formulas do not differ from run to run
        start_new_session=with_children,
    )


def start_thread(function: Callable[..., object], *arguments: Any) -> threading.Thread:
    """Run a function in a thread that ends with this process.  Raises OSError if none can be started."""
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:  # Python's words for what the system calls "try again"
        raise OSError(errno.EAGAIN, str(error) or "out of memory") from None
    return thread


def describe_end(process: subprocess.Popen[bytes], name: str) -> str:
    """Say in words how a process ended; `name` is what the user calls it."""
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return f"{name} does not answer"
    return f"{name} ended ({f'signal {-code}' if code < 0 else f'exit code {code}'})"


class WorkerLost(Exception):
    """The worker ended, or could not be started; the text says how."""


_passing: set[LineWorker] = set()  # workers that end with the command that started them


def end_passing_workers() -> None:
    """End the workers that a command started for itself alone, where this process runs another one after it."""
    for worker in list(_passing):
        worker.end()


class LineWorker:
    """A worker process that answers requests, a line of JSON each.

    The function `conversation(requests)` of its module yields the answers, whatever the requests come from.

    Attributes:
        can_be_left: Whether it goes on while nobody waits for its answer.
        is_ready: Whether those who talk to it have had its greeting.
        process: The process.
        owner: The process that started it: a forked child must not talk to its parent's worker.
    """

    can_be_left = True

    def __init__(
        self,
        module: str,
        name: str,
        stderr: int | None = subprocess.DEVNULL,
        *,
        with_children: bool = False,
        is_passing: bool = False,
    ) -> None:
        """Start the function `main` of one of our modules; `name` is what users call it in a message.

        One `with_children` is ended together with the processes that it started, and one that `is_passing` with the
        command.  Raises OSError where no process or no thread can be started.
        """
        self.name = name
        self.is_ready = False
        self.owner = os.getpid()
        self.with_children = with_children and hasattr(os, "killpg")
        self.process = start(module, stderr, with_children=with_children)
        self.lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()  # None at the end
        try:
            self._reader = start_thread(self._read)
        except OSError:
            self.process.kill()
            self.process.communicate()
            raise
        if is_passing:
            _passing.add(self)

    def _read(self) -> None:
        """Pass on the lines of the worker, in a thread because Windows cannot wait for a pipe with a time limit."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    @property
    def is_usable(self) -> bool:
        """True for a worker that is alive and ours."""
        return self.owner == os.getpid() and self.process.poll() is None

    @property
    def has_answered(self) -> bool:
        """True while a line of the worker, or its end, has come that nobody has received."""
        return not self.lines.empty()

    def send(self, *requests: Mapping[str, Any]) -> None:
        """Send requests, which are answered in this order.  Raises WorkerLost."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(b"".join([json.dumps(request).encode() + b"\n" for request in requests]))
            self.process.stdin.flush()
        except OSError:
            raise WorkerLost(describe_end(self.process, self.name)) from None

    def receive(self, deadline: float | None = None) -> dict[str, Any]:
        """Return the next answer.

        Raises TimeoutError at the deadline (of the monotonic clock, in seconds), and WorkerLost if the worker ended.
        """
        end = math.inf if deadline is None else deadline
        while True:
            try:
                # In slices, because a waiting thread misses Ctrl-C on Windows.
                line = self.lines.get(timeout=min(max(end - monotonic(), 0.0), 0.5))
            except queue.Empty:
                if monotonic() >= end:
                    raise TimeoutError from None
                continue
            if line is None:
                self.lines.put(None)
                raise WorkerLost(describe_end(self.process, self.name))
            try:
                return json.loads(line)  # type: ignore[no-any-return]
            except ValueError:  # the worker died in the middle of a line
                raise WorkerLost(describe_end(self.process, self.name)) from None

    def end(self) -> None:
        """Kill the worker, unless it belongs to the parent of a fork, and leave neither a zombie nor an open file."""
        _passing.discard(self)
        if self.owner != os.getpid():
            return
        if self.with_children:
            with contextlib.suppress(OSError):  # nobody is left
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self._reader.join(1)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class AlarmRang(BaseException):
    """The time of an answer is up; no `except Exception` on the way catches it."""


class LocalWorker:
    """A worker in this process, with the methods of a LineWorker.

    Attributes:
        can_be_left: Whether it goes on while nobody waits for its answer.
        is_ready: Whether those who talk to it have had its greeting.
    """

    can_be_left = False

    def __init__(self, module: str) -> None:
        """Have the function `conversation` of a module answer."""
        self.is_ready = False
        self.is_usable = True
        self.has_answered = True  # nobody has to wait for it before others may begin
        self._requests: deque[Mapping[str, Any]] = deque()
        self._answers: Iterator[dict[str, Any]] = import_module(module).conversation(self._asked())

    def _asked(self) -> Iterator[Mapping[str, Any]]:
        while self._requests:
            yield self._requests.popleft()

    def send(self, *requests: Mapping[str, Any]) -> None:
        """Keep requests, which are answered in this order."""
        self._requests.extend(requests)

    def receive(self, deadline: float | None = None) -> dict[str, Any]:
        """Compute the next answer, unless it is too late to begin.

        Raises TimeoutError at the deadline (of the monotonic clock, in seconds), and WorkerLost if there is none.
        """
        if deadline is not None and monotonic() > deadline:
            self.end()
            raise TimeoutError
        with _alarm(deadline) as passed, contextlib.redirect_stdout(sys.stderr):
            try:
                answer = next(self._answers, None)
            except AlarmRang:
                answer = None
        if passed:
            self.end()
            raise TimeoutError
        if answer is None:
            self.end()
            raise WorkerLost("it has ended")
        return answer

    def end(self) -> None:
        """Forget what was asked."""
        self.is_usable = False
        self._requests.clear()
        self._answers = iter(())


@contextlib.contextmanager
def _alarm(deadline: float | None) -> Iterator[list[bool]]:
    """Raise AlarmRang at a deadline, where the system can do that; the list is not empty once it has passed."""
    passed: list[bool] = []
    if (
        deadline is None
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield passed
        return

    def ring(*_: object) -> None:
        passed.append(True)
        raise AlarmRang

    before = signal.signal(signal.SIGALRM, ring)
    try:
        # Again every second, for whoever catches everything.
        signal.setitimer(signal.ITIMER_REAL, max(deadline - monotonic(), 1e-3), 1.0)
        yield passed
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


AnyWorker: TypeAlias = LineWorker | LocalWorker


def start_worker(
    module: str,
    name: str,
    stderr: int | None = subprocess.DEVNULL,
    *,
    with_children: bool = False,
    is_passing: bool = False,
) -> AnyWorker:
    """Start a worker as LineWorker does; where no process can be started (in a browser), it answers in this one."""
    try:
        return LineWorker(module, name, stderr, with_children=with_children, is_passing=is_passing)
    except OSError:
        return LocalWorker(module)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
