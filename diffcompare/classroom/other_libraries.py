"""Other libraries in demos: those that are installed are asked while the demo runs, and else a dated table is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos.frame import Frame, table
from diffcompare.document import Cell, Code
from diffcompare.engines.registry import engine, engine_methods, installed_engines
from diffcompare.localization import phrase
from diffcompare.studies.compare import compare
from diffcompare.studies.engine_answers import as_text

MEASURED_ON = "2026-11-30"
BUDGET = 20.0  # seconds for each library, beyond its import


class LibraryQuestion(NamedTuple):
    """A function of x, a point, and the derivative there, as text: `-1 | 1` are the slopes on both sides."""

    text: str
    x: float
    truth: str


# What each library returned on that day in its newest release: its version, and a number for every question.
Measured = Mapping[str, tuple[str, Sequence[float]]]


def libraries_frame(title: str, questions: Sequence[LibraryQuestion], measured: Measured, sentence: str) -> Frame:
    """Return the frame of the numbers that other libraries return, asked now if there are any, with their versions.

    Programs of computer algebra are none: they have no answer to most of these questions.
    """
    names = [name for name in installed_engines() if engine(name).way != "numerically" and not engine(name).program]
    asked = _asked_now(names, questions) if names else {}
    rows: list[tuple[Cell, ...]]
    if asked:
        rows = [(Code(method), *cells) for method, cells in asked.items()]
        caption, rule = phrase("Installed here, and asked now"), ""
    else:
        rows = [(Code(name), version, *map(_cell, numbers)) for name, (version, numbers) in measured.items()]
        caption = phrase("Measured on {date}, not now", date=MEASURED_ON)
        rule = phrase("no library is installed here")
    rows.append((phrase("truth"), None, *[question.truth for question in questions]))
    heads = ["library", "version", *[phrase(">{text} at {x}", text=q.text, x=f"{q.x:g}") for q in questions]]
    return Frame(title, (table("libraries", caption, heads, rows),), rule, sentence)


def _asked_now(names: Sequence[str], questions: Sequence[LibraryQuestion]) -> dict[str, list[Cell]]:
    """Return the version and the numbers of every mode of these libraries."""
    found: dict[str, list[Cell]] = {}
    for question in questions:
        methods = engine_methods(names)
        comparison = compare(question.text, {"x": question.x}, methods=methods, truth=False, budget=BUDGET)
        for answer in comparison.answers:
            version = answer.engine.version if answer.engine else None
            found.setdefault(answer.method, [version]).append(_answer_cell(answer))
    return found


def _answer_cell(answer: Derivative) -> Cell:
    raw = answer.engine.raw.get("x") if answer.engine else None
    return phrase(answer.status) if raw is None else _cell(raw)


def _cell(number: float | complex) -> Cell:
    """Return a number as a cell; inf, nan and complex numbers as text."""
    return number if isinstance(number, float) and math.isfinite(number) else as_text(number)
