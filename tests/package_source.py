"""The source of the package as syntax trees, parsed and walked once in a process, whoever asks."""

import ast
import contextlib
import functools
import gc
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "diffcompare"


@contextlib.contextmanager
def _kept_to_the_end():
    """Let no garbage collection walk what is made here, half a million objects, then or later."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()


@functools.cache
def trees():
    """Return the syntax trees of all files by path."""
    with _kept_to_the_end():
        return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def _nodes_by_type():
    with _kept_to_the_end():
        found = defaultdict(list)
        for path, tree in trees().items():
            for node in ast.walk(tree):
                found[type(node)].append((path, node))
        return found


def nodes(*types):
    """Return (path, node) for every node of these types, file by file for each type."""
    return [found for kind in types for found in _nodes_by_type()[kind]]
