"""A sign of life on stderr: after half a second, and only where a person looks on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from diffcompare.safe_io import complain

PATIENCE = 0.5
"""Seconds in which nobody wonders yet."""
BEAT = 0.5
"""Seconds between two lines."""


@contextmanager
def sign_of_life(task: str, details: Callable[[float], str] | None = None) -> Iterator[None]:
    """While the body runs, say what is being done and for how long; the line is gone before the answer comes.

    `details` knows what to say after so many seconds, in place of them.
    """
    try:
        watched = sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # it is closed
        watched = False
    if not watched:
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(task, details or _seconds, done), daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:  # the answer needs no thread
        complain(f"{task}: no line will say how long it takes: {str(error) or 'out of memory'}\n")
    try:
        yield
    finally:
        done.set()
        if thread.ident is not None:
            thread.join()


def _seconds(passed: float) -> str:
    return f"{passed:.0f} s"


def _beat(task: str, details: Callable[[float], str], done: threading.Event) -> None:
    start, longest = monotonic(), 0
    wait = PATIENCE
    while not done.wait(wait):
        line = f"{task}: {details(monotonic() - start)} (Ctrl-C stops it)"
        complain("\r" + line.ljust(longest))
        longest, wait = max(longest, len(line)), BEAT
    if longest:
        complain("\r" + " " * longest + "\r")
