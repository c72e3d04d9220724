"""Other libraries in demos: those that are installed are asked while the demo runs, and else a dated table is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos.frame import Frame
from diffcompare.document import Cell, Table, columns
from diffcompare.engines.registry import engine, engine_and_mode, engine_methods, installed_engines
from diffcompare.localization import Phrase, phrase
from diffcompare.studies.compare import compare
from diffcompare.studies.engine_answers import as_text

MEASURED_ON = "2026-11-30"
MAX_TOGETHER = 8  # libraries whose answers to all questions fit on one screen of 24 lines
BUDGET = 20.0  # seconds for each library, beyond its import


class LibraryQuestion(NamedTuple):
    """A function of x, a point, and the derivative there, as text: `-1 | 1` are the slopes on both sides."""

    text: str
    x: float
    truth: str


# What each library returned on that day in its newest release: its version, and a number for every question.
Measured = Mapping[str, tuple[str, Sequence[float]]]


def installed() -> tuple[str, ...]:
    """Return the names of the libraries that can be asked now."""
    return installed_engines()


class LibraryAnswer(NamedTuple):
    """The number that a library, or one of its modes, returned; text where it is none."""

    method: str
    version: str | None
    number: Cell


def libraries_frames(
    title: str, questions: Sequence[LibraryQuestion], measured: Measured, sentence: str
) -> Iterator[Frame]:
    """Yield the numbers that other libraries return, with the libraries that return each, on one frame or several.

    They are asked now if there are any.  Programs of computer algebra are none: they have no answer to most questions.
    """
    names = [name for name in installed_engines() if engine(name).way != "numerically" and not engine(name).program]
    caption = phrase("Installed here, and asked now")
    if not names:
        caption = phrase("Measured on {date}, not now: no library is installed here", date=MEASURED_ON)
    rows: list[tuple[Cell, ...]] = []
    for place, question in enumerate(questions):
        answers = (
            _asked_now(names, question)
            if names
            else [LibraryAnswer(name, version, _cell(numbers[place])) for name, (version, numbers) in measured.items()]
        )
        asked = phrase("{text} at {x}", text=question.text, x=f"{question.x:g}")
        rows += [(asked, *row) for row in [*_by_number(answers), (question.truth, phrase("truth"))]]
        if len(names) > MAX_TOGETHER or question is questions[-1]:
            heads = columns("*function | >number=d/dx | ~library")
            yield Frame(title, (Table("libraries", heads, tuple(rows), caption),), "", sentence)
            rows = []


def _asked_now(names: Sequence[str], question: LibraryQuestion) -> list[LibraryAnswer]:
    """Return the number of every mode of these libraries."""
    methods = engine_methods(names)
    comparison = compare(question.text, {"x": question.x}, methods=methods, truth=False, budget=BUDGET)
    return [
        LibraryAnswer(answer.method, answer.engine and answer.engine.version, _answer_cell(answer))
        for answer in comparison.answers
    ]


def _by_number(answers: Iterable[LibraryAnswer]) -> list[tuple[Cell, Cell]]:
    """Return a row for each number with the libraries that return it: the most common first, those without one last.

    The modes of a library are named where they differ.
    """
    libraries: dict[str, list[LibraryAnswer]] = {}
    for answer in answers:
        name, _ = engine_and_mode(answer.method) or (answer.method, "")
        libraries.setdefault(name, []).append(answer)
    groups: dict[Cell, list[str]] = {}
    for name, modes in libraries.items():
        alike = len({mode.number for mode in modes}) == 1
        for mode in modes[:1] if alike else modes:
            groups.setdefault(mode.number, []).append(f"{name if alike else mode.method} {mode.version}")
    ordered = sorted(groups, key=lambda number: (isinstance(number, Phrase), -len(groups[number])))
    return [(number, ", ".join(groups[number])) for number in ordered]


def _answer_cell(answer: Derivative) -> Cell:
    raw = answer.engine.raw.get("x") if answer.engine else None
    return phrase(answer.status) if raw is None else _cell(raw)


def _cell(number: float | complex) -> Cell:
    """Return a number as a cell, 0 without a sign; inf, nan and complex numbers as text."""
    return number + 0.0 if isinstance(number, float) and math.isfinite(number) else as_text(number)
