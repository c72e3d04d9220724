"""The side of a worker in its own process: its output is kept for answers, and its memory is limited.

It stands apart from `processes`, the side of the parent, so that a worker does not import what starts processes: that
takes as long as the rest of ours.
"""

from __future__ import annotations

import os
import signal
from typing import BinaryIO, NoReturn


def reserve_output() -> BinaryIO:
    """Keep standard output for answers: whatever else prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def limit_memory(most: int) -> None:
    """Limit the address space to a number of bytes, where the system can, and ignore Ctrl-C: the parent gets it too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = most if soft == resource.RLIM_INFINITY else min(most, soft)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ImportError, ValueError, OSError):
        pass  # this system has no such limit


def end_with_children() -> NoReturn:
    """End this process at once, and whatever it started if it leads a group of processes."""
    if hasattr(os, "getpgrp") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)
