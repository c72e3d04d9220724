"""A progress line on stderr: after half a second, and only if stderr is a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from diffcompare.safe_io import complain

PATIENCE = 0.5  # seconds before the first line
INTERVAL = 0.5  # seconds between updates


@contextmanager
def progress_line(task: str, details: Callable[[float], str] | None = None) -> Iterator[None]:
    """Show the task and the time it has taken while the body runs, and erase the line at the end.

    `details` returns the text to show after so many seconds, in place of the time.
    """
    try:
        watched = sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # stderr is closed
        watched = False
    if not watched:
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show_progress, args=(task, details or _seconds, done), daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:  # the command itself needs no thread
        complain(f"{task}: cannot show progress: {str(error) or 'out of memory'}\n")
    try:
        yield
    finally:
        done.set()
        if thread.ident is not None:
            thread.join()


def _seconds(passed: float) -> str:
    return f"{passed:.0f} s"


def _show_progress(task: str, details: Callable[[float], str], done: threading.Event) -> None:
    start, longest = monotonic(), 0
    wait = PATIENCE
    while not done.wait(wait):
        line = f"{task}: {details(monotonic() - start)} (Ctrl-C stops it)"
        complain("\r" + line.ljust(longest))
        longest, wait = max(longest, len(line)), INTERVAL
    if longest:
        complain("\r" + " " * longest + "\r")
