"""Time limits of calls of a user's function: it is interrupted wherever it is, and no `except:` of its own stops that.

A watch in another thread lets CPython raise OutOfTime in the thread that runs the function.  From Python 3.12 on it is
raised at every line of the user's that begins, and at every jump (`sys.monitoring`): in handlers, too.  In Python 3.11
it is raised at the next jump back or call (`PyThreadState_SetAsyncExc`); where the function catches it, it is raised
again as soon as it is dropped, which in a loop is at the loop's own jump, outside of the `try`.
"""

from __future__ import annotations

import functools
import math
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep
from types import CodeType
from typing import Any

from diffcompare import processes
from diffcompare.recording.source_lines import is_user_file

INTERVAL = 0.02  # seconds between two looks at the clock while a function runs
IDLE = 50  # looks at no function, after which the watch ends: a thread costs as much as several short runs
TOOL = 4  # of `sys.monitoring`; 0 to 2 and 5 are those of debuggers and profilers
PATIENCE = 0.5  # seconds after which a function that keeps what it caught is interrupted anew

_LOCK = threading.Lock()
_RUNNING: set[TimeLimit] = set()
_WATCHES: list[threading.Thread] = []


class OutOfTime(BaseException):
    """The time of a run is up; no `except Exception` of the function's own catches it."""


class _Nothing(BaseException):
    """Raised in place of an interruption that is not needed any more."""


class TimeLimit:
    """The limit of one call: seconds (None for no limit), and what else ends it, once it is true."""

    def __init__(self, seconds: float | None, is_exceeded: Callable[[], bool] = lambda: False) -> None:
        self.seconds = math.inf if seconds is None else seconds
        self.is_exceeded = is_exceeded
        self.end = math.inf
        self.has_passed = False
        self.interruption: type[OutOfTime] | None = None

    def check(self) -> None:
        """Raise OutOfTime when the time is up."""
        if self.is_over:
            self.has_passed = True
            raise OutOfTime

    @property
    def is_over(self) -> bool:
        """True when the call has to end."""
        return monotonic() > self.end or (not self.has_passed and self.is_exceeded())

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return the result of a function.  Raises OutOfTime where it takes too long, and whatever it raises itself."""
        self.thread, self.end = threading.get_ident(), monotonic() + self.seconds
        with _LOCK:
            _RUNNING.add(self)
            if not (_WATCHES and _WATCHES[0].is_alive()):
                with suppress(OSError):  # without another thread the clock is looked at by `check` alone
                    _WATCHES[:] = [processes.start_thread(_watch)]
        try:
            try:
                result = function(*arguments)
            finally:
                self._let_go()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._let_go()  # once more: the interruption may have come while that was done
            if self.has_passed:
                raise OutOfTime().with_traceback(error.__traceback__) from None
            raise
        if self.has_passed:  # and the function has caught the interruption
            raise OutOfTime
        return result

    def interrupt(self) -> None:
        """Raise an exception in the thread that runs the function.  The lock is held."""
        self.end, self.has_passed = monotonic() + PATIENCE, True
        if hasattr(sys, "monitoring"):
            _raise_at_lines(self.thread)
            return
        if self.interruption is None:
            self.interruption = type(OutOfTime.__name__, (OutOfTime,), {})
            again = _raising_in(self.thread, self.interruption)
            self.interruption.__del__ = staticmethod(again)  # type: ignore[attr-defined]
        _raising_in(self.thread, self.interruption)()

    def _let_go(self) -> None:
        with _LOCK:
            _RUNNING.discard(self)
            if self.has_passed and hasattr(sys, "monitoring"):
                _raise_at_lines(None)
            if self.interruption is not None and "__del__" in vars(self.interruption):
                del self.interruption.__del__  # type: ignore[attr-defined]
                _take_back(self.thread)


def _raising_in(thread: int, interruption: type[BaseException]) -> Callable[[], object]:
    """Return what raises an exception in a thread, without a step of Python's at which it could come out at once."""
    import ctypes

    set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return functools.partial(set_exception, ctypes.c_ulong(thread), ctypes.py_object(interruption))


def _take_back(this_thread: int) -> None:
    """Replace an exception that is on its way to this thread by one that ends here.

    Only an exception that was raised is forgotten: where CPython 3.11 is told that there is none (NULL), it goes on
    looking for it at every call, and under a profiler or a debugger it never comes to the call itself.
    """
    try:
        _raising_in(this_thread, _Nothing)()
        for _ in range(100):  # it is raised at a jump, if not before
            pass
    except (_Nothing, OutOfTime):  # the other one, if it was raised before it could be replaced
        pass


def _raise_at_lines(thread: int | None) -> None:
    """Raise OutOfTime at every line of the user's code that a thread begins, and at every jump; None for no thread."""
    monitoring, tool = sys.monitoring, TOOL  # type: ignore[attr-defined]

    def begin(code: CodeType, *where: int) -> None:
        if threading.get_ident() == thread and is_user_file(code.co_filename):
            raise OutOfTime

    if monitoring.get_tool(tool) is None:
        monitoring.use_tool_id(tool, "diffcompare")
    events = (monitoring.events.LINE, monitoring.events.JUMP)
    for event in events:
        monitoring.register_callback(tool, event, None if thread is None else begin)
    monitoring.set_events(tool, 0 if thread is None else sum(events))


def _watch() -> None:
    """Interrupt the functions whose time is up, until none has been running for a while."""
    idle = 0
    while True:
        sleep(INTERVAL)
        with _LOCK:
            idle = 0 if _RUNNING else idle + 1
            if idle > IDLE:
                _WATCHES.clear()
                return
            for limit in _RUNNING:
                if limit.is_over:
                    limit.interrupt()
