"""Worker processes: how they are started and set up, and how they ended, in words.

A worker reads lines from its standard input and answers on its standard output, and it ends when its input does, so
that a parent that is killed leaves no stray process.
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


def start(module: str, stderr: int | None = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Run the function `main` of one of our modules in a new process.  Raises OSError if that is impossible.

    Its standard error is thrown away, unless `stderr` is None: then it is ours.
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
    )


def start_thread(function: Callable[..., object], *arguments: Any) -> threading.Thread:
    """Run a function in a thread that ends with this process.  Raises OSError if none can be started."""
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
    """Limit the address space to a number of bytes, where the system can, and ignore Ctrl-C: the parent gets it too."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = most if soft == resource.RLIM_INFINITY else min(most, soft)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ImportError, ValueError, OSError):
        pass  # this system has no such limit


def describe_end(process: subprocess.Popen[bytes], name: str) -> str:
    """Say in words how a process ended; `name` is what the user calls it."""
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return f"{name} does not answer"
    return f"{name} ended ({f'signal {-code}' if code < 0 else f'exit code {code}'})"
