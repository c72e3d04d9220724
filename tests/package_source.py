"""The source of the package as syntax trees, parsed once in a process, whoever asks."""

import ast
import functools
import gc
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "diffcompare"


@functools.cache
def trees():
    """Return the syntax trees of all files by path.

    They are half a million objects, kept to the end: no garbage collection walks them, then or later.
    """
    gc.disable()
    try:
        parsed = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    finally:
        gc.enable()
    gc.freeze()
    return parsed
