"""A plugin for pytest (`-p without_processes`): neither a process nor a thread can be started, as in a browser."""

from __future__ import annotations

import subprocess
import threading

import pytest


@pytest.fixture(autouse=True, scope="session")
def _refused():
    with pytest.MonkeyPatch.context() as patch:
        refuse(patch)
        yield


def refuse(patch: pytest.MonkeyPatch) -> None:
    """Let every start of a process or a thread fail as it fails in CPython on WebAssembly."""

    def no_process(*_, **__):
        raise OSError(138, "emscripten does not support processes.")

    def no_thread(_):
        raise RuntimeError("can't start new thread")

    patch.setattr(subprocess.Popen, "__init__", no_process)
    patch.setattr(subprocess.Popen, "__del__", lambda _: None)
    patch.setattr(threading.Thread, "start", no_thread)
