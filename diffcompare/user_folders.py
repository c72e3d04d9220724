"""Folders of the user's own: where each system keeps what a program remembers, and what it can make again."""

from __future__ import annotations

import os
import sys


def state_folder() -> str:
    """Return the folder for what the program remembers of its use; it need not exist."""
    return _folder("Application Support", "XDG_STATE_HOME", "~/.local/state")


def cache_folder() -> str:
    """Return the folder for what can be made again; it need not exist."""
    return _folder("Caches", "XDG_CACHE_HOME", "~/.cache")


def _folder(in_library: str, variable: str, default: str) -> str:
    """Return the folder in macOS's Library, in Windows's local data, or by the XDG Base Directory Specification."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser(f"~/Library/{in_library}")
    else:
        base = os.environ.get(variable, "")
        if not os.path.isabs(base):  # it does not count, says the specification
            base = os.path.expanduser(default)
    return os.path.join(base, "diffcompare")
