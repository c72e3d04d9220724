"""Processes of our own that work beside this one: how they are started, and how they set themselves up.

A worker reads lines from its standard input and answers on its standard output, and it ends when its input does: so a
parent that is killed leaves no stray process.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

# `-m MODULE`, for a package that may not be installed: it is this very package that is imported, wherever it lives,
# and whatever else lives there (or in the working directory: `-P`) cannot stand in for a library.
BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[1]); import diffcompare; sys.path.append(sys.path.pop(0)); "
    "from importlib import import_module; main = import_module(sys.argv[2]).main; main()"
)


def start(module: str) -> subprocess.Popen[bytes]:
    """Start the function `main` of a module of ours.  Raises OSError where that cannot be done."""
    if not sys.executable:
        raise OSError("no Python interpreter is known that could run it")
    package = Path(__file__).resolve().parents[1]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BOOTSTRAP, str(package), module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONHASHSEED": "0"},  # sympy's formulas shall not differ from run to run
    )


def beside(function: Callable[..., object], *arguments: Any) -> threading.Thread:
    """Run a function in a thread, which ends with this process.  Raises OSError where none can be started."""
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:  # Python's words for what the system calls "try again"
        raise OSError(errno.EAGAIN, str(error) or "out of memory") from None
    return thread


def reserve_output() -> BinaryIO:
    """Keep standard output for answers: whatever else prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def limit_memory(most: int) -> None:
    """Bytes of address space, where the system can limit it; and no terminal's Ctrl-C: the parent gets that too."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = most if soft == resource.RLIM_INFINITY else min(most, soft)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ImportError, ValueError, OSError):
        pass  # this system has no such limit


def epitaph(process: subprocess.Popen[bytes], what: str) -> str:
    """How a process ended, in words."""
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return f"{what} does not answer"
    return f"{what} ended ({f'signal {-code}' if code < 0 else f'exit code {code}'})"
