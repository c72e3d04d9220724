"""Pauses of Python's garbage collector while many objects are made of which none is garbage: nodes, tapes, balls.

The collector looks through all new objects again and again while there are more of them: for a hundred thousand nodes
that takes a third of the time of parsing.  What makes them frees nothing that refers to itself, so that nothing is
missed.
"""

from __future__ import annotations

import gc
from _thread import RLock  # without the rest of `threading`, which a script that asks for one gradient need not load
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

MIN_OBJECTS = 10_000  # with fewer the collector takes less than a millisecond

_lock = RLock()
_open = 0  # pauses that have begun and not ended, in all threads
_was_enabled = False  # whether the collector was enabled before the first of them

_NO_PAUSE: AbstractContextManager[None] = nullcontext()


def collection_paused(objects: int = MIN_OBJECTS) -> AbstractContextManager[None]:
    """Return a context in which no search for garbage begins, if about so many objects are to be made that it matters.

    Contexts may be nested, and open in several threads: as the last one ends, also by an exception, the collector is
    enabled again if it was before the first.
    """
    return _pause() if objects >= MIN_OBJECTS else _NO_PAUSE


@contextmanager
def _pause() -> Iterator[None]:
    global _open, _was_enabled
    with _lock:
        if not _open:
            _was_enabled = gc.isenabled()
            gc.disable()
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
            if not _open and _was_enabled:
                gc.enable()
