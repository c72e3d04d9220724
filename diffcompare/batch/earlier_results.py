"""Files of an earlier run, recognized by how they begin: other files are never replaced."""

from __future__ import annotations

import os
import re

from diffcompare.batch.journal import unfinished
from diffcompare.batch.row_result import csv_header

BEGINNING = 4096  # bytes
_ROW = re.compile(rb'\{"name": .*"file": .*"schema": "diffcompare/')
_STATISTICS = re.compile(
    rb"(# |<!DOCTYPE html>.*<title>|% Needs .*\\section\*\{)?\d+ expressions?, side by side"
    rb'|\{\s*"schema": "diffcompare/',
    re.S,
)
_STATE = (b'{"complete": true, "inputs": "', b'{"inputs": "')


def may_be_replaced(path: str) -> bool:
    """Tell whether nothing is lost with a file: it does not exist, is empty, or holds the results of a run."""
    beginning = _beginning(path)
    if not beginning or beginning.startswith(csv_header().encode()):
        return True
    if _ROW.match(beginning) or _STATISTICS.match(beginning):
        return True
    return b"\n" not in beginning and unfinished(path)  # the run was killed in the middle of its first row


def is_state(path: str) -> bool:
    """Tell whether the state of a run may be written: nothing is there, or a state, perhaps torn by a crash."""
    beginning = _beginning(path).rstrip(b"\0")
    return any(beginning.startswith(words) or words.startswith(beginning) for words in _STATE)


def _beginning(path: str) -> bytes:
    if not os.path.isfile(path):  # opening a pipe would wait for its other end
        return b""
    try:
        with open(path, "rb") as stream:
            return stream.read(BEGINNING)
    except OSError:
        return b"?"
