"""Places in the source of a running program: the line of an operation, and errors that point at it."""

from __future__ import annotations

import ast
import linecache
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError

# Code in these folders is not the user's: an operation that runs there belongs to the line that called it.
_PACKAGE = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")})
_INSTALLED = ("site-packages", "dist-packages")


class SourcePlace(NamedTuple):
    """A stretch of a line of source; lines count from 1, columns from 0."""

    file: str
    line: int
    start: int
    end: int

    @property
    def source_line(self) -> str:
        """The whole line, without its indentation; empty where the source is not at hand."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return f"{self.line}: {self.source_line}" if self.source_line else f"line {self.line}"

    @property
    def in_prose(self) -> str:
        """The place in a sentence: line 3, `y = x*y`."""
        return f"line {self.line}, `{self.source_line}`" if self.source_line else f"line {self.line}"


@lru_cache(maxsize=512)
def _positions(code: CodeType) -> list[tuple[int | None, int | None, int | None, int | None]]:
    return list(code.co_positions())


@lru_cache(maxsize=4096)
def place_of(code: CodeType, instruction: int) -> SourcePlace:
    """Return the place of an instruction, which is an offset in bytes as in `frame.f_lasti`."""
    positions = _positions(code)
    index = instruction // 2
    line, last, start, end = positions[index] if 0 <= index < len(positions) else (None, None, None, None)
    line = line or code.co_firstlineno
    text = linecache.getline(code.co_filename, line)
    start = _characters(text, start or 0)
    end = _characters(text, end) if end is not None and last == line else len(text.rstrip())
    return SourcePlace(code.co_filename, line, start, end)


def _characters(line: str, column: int) -> int:
    """Return a column in characters; Python counts the bytes of the line."""
    return column if line.isascii() else len(line.encode()[:column].decode(errors="ignore"))


@lru_cache(maxsize=1024)
def is_user_file(file: str) -> bool:
    """Tell whether a file is the user's: neither ours, nor Python's own, nor of an installed library."""
    if file.startswith((_PACKAGE, "<frozen")):
        return False
    if any(folder in file for folder in _INSTALLED):
        return False
    return not file.startswith(_LIBRARIES)


def user_frame(frame: FrameType) -> FrameType:
    """Return the innermost frame from this one outwards that runs the user's code; the frame itself if none does."""
    outer: FrameType | None = frame
    while outer is not None:
        if is_user_file(outer.f_code.co_filename):
            return outer
        outer = outer.f_back
    return frame


def place_here() -> SourcePlace:
    """Return the place of the user's code that is running now."""
    frame = user_frame(sys._getframe(1))
    return place_of(frame.f_code, frame.f_lasti)


def definition_of(function: object) -> SourcePlace | None:
    """Return the line on which a function is defined."""
    code = getattr(function, "__code__", None)
    if code is None or not is_user_file(code.co_filename):
        return None
    line = linecache.getline(code.co_filename, code.co_firstlineno)
    return SourcePlace(code.co_filename, code.co_firstlineno, len(line) - len(line.lstrip()), len(line.rstrip()))


@lru_cache(maxsize=64)
def _definitions(text: str) -> list[tuple[int, int]]:
    """Return the first and last line of every `def` in a file."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def function_around(file: str, line: int) -> tuple[int, int]:
    """Return the first and last line of the innermost `def` around a line; the line alone where there is none."""
    definitions = _definitions("".join(linecache.getlines(file)))
    return max([(first, last) for first, last in definitions if first <= line <= last], default=(line, line))


def place_of_error(traceback: TracebackType | None) -> SourcePlace | None:
    """Return the innermost place of the user's code in a traceback, if possible one whose source is at hand."""
    places = []
    while traceback is not None:
        if is_user_file(traceback.tb_frame.f_code.co_filename):
            places.append(place_of(traceback.tb_frame.f_code, traceback.tb_lasti))
        traceback = traceback.tb_next
    return next((place for place in reversed(places) if place.source_line), places[-1] if places else None)


def error_at(
    place: SourcePlace | None, code: str, kind: str, message: str, help: str | None = None, label: str = ""
) -> DiffcompareError:
    """Return an error that shows the source line with a caret, where the source is at hand."""
    if place is None:
        return DiffcompareError(Diagnostic(code, kind, message, help=help))
    text = "".join(linecache.getlines(place.file))
    if not text:
        return DiffcompareError(Diagnostic(code, kind, f"{message} (line {place.line})", help=help))
    before = sum(len(line) for line in linecache.getlines(place.file)[: place.line - 1])
    span = (before + place.start, before + max(place.end, place.start + 1))
    return DiffcompareError(Diagnostic(code, kind, message, span, help, text, place.file, label))
