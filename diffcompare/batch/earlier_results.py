"""Files that an earlier run has written, told from those of other people by what stands at their beginning."""

from __future__ import annotations

import os
import re

from diffcompare.batch.journal import unfinished
from diffcompare.batch.row_result import csv_header

BEGINNING = 4096  # Bytes that are looked at
_ROW = re.compile(rb'\{"name": .*"file": .*"schema": "diffcompare/')
_FIGURES = re.compile(
    rb"(# |<!DOCTYPE html>.*<title>|% Needs .*\\section\*\{)?\d+ expressions?, side by side"
    rb'|\{\s*"schema": "diffcompare/',
    re.S,
)
_STATE = (b'{"complete": true, "inputs": "', b'{"inputs": "')


def may_be_replaced(path: str) -> bool:
    """Whether nothing is lost with a file: it is not there, it is empty, or it holds what a run has written."""
    found = _beginning(path)
    if not found or found.startswith(csv_header().encode()) or _ROW.match(found) or _FIGURES.match(found):
        return True
    return b"\n" not in found and unfinished(path)  # the run was killed in the midst of its first row


def is_state(path: str) -> bool:
    """The same of a state: nothing is there, or a state, or the beginning of one (a crash may have torn it)."""
    found = _beginning(path).rstrip(b"\0")
    return any(found.startswith(words) or words.startswith(found) for words in _STATE)


def _beginning(path: str) -> bytes:
    if not os.path.isfile(path):  # to open a pipe would be to wait for its other end
        return b""
    try:
        with open(path, "rb") as stream:
            return stream.read(BEGINNING)
    except OSError:
        return b"?"
