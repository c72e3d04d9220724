"""One row answered: the document that `grad --json` prints for it, with the row's name, file and line in front."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.point import constant_value, parse_point
from diffcompare.problem import Hand
from diffcompare.source import question_of_entry, question_of_text
from diffcompare.studies.compare import compare_question
from diffcompare.studies.telling import SCHEMA
from diffcompare.wengert import listing, variables

if TYPE_CHECKING:
    from diffcompare.expression import Expression
    from diffcompare.rows import Row
    from diffcompare.source import Question
    from diffcompare.studies.batch.options import Options

FOREVER = 1e6
"""Seconds: a check has a budget, whatever the methods have."""


def document(row: Row, options: Options) -> dict[str, Any]:
    """The document of a row.  Whatever is wrong with the row is told in it: nothing is raised."""
    try:
        return {**heading(row), **_compared(row, options)}
    except DiffcompareError as error:
        return failure(row, error.diagnostic)
    except MemoryError:
        return failure(row, Diagnostic("E811", "resource_limit", "the row needs more memory than there is"))
    except Exception as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        return failure(row, Diagnostic("E900", "internal_error", f"a fault of ours: {what[:200]}"))


def heading(row: Row) -> dict[str, Any]:
    """What a row's document has beside that of `grad`."""
    found: dict[str, Any] = {"name": row.name, "file": row.file, "line": row.line}
    if row.point_place is not None:
        found["point_from"] = row.point_place
    return found


def failure(row: Row, diagnostic: Diagnostic) -> dict[str, Any]:
    """The document of a row that could not be asked, with the column of what is wrong in it."""
    column = row.column
    if row.error is None and diagnostic.span is not None and diagnostic.text in (None, row.text):
        column += diagnostic.span[0]
    return {**heading(row), "column": column, "schema": SCHEMA, "command": "grad", "error": diagnostic.data()}


def text(data: Mapping[str, Any]) -> str:
    """A document on one line."""
    return f"{json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(', ', ': '))}\n"


def _compared(row: Row, options: Options) -> dict[str, Any]:
    question, at, hand = pose(row)
    comparison = compare_question(
        question,
        at=at,
        hand=hand,
        wrt=options.wrt,
        methods=options.methods,
        step=options.step,
        budget=options.budget,
        truth=options.truth,
        simplify=options.simplify,
    )
    written = hand or question.hand
    if written is None or written.origin == "catalogue":
        return comparison.data()
    return {**comparison.data(), "check": _check(comparison.problem.expression, written, options)}


def _check(expression: Expression, written: Hand, options: Options) -> dict[str, Any]:
    """The verdicts of `check` on the partials that a person wrote, and the worst of them."""
    from diffcompare.checking import WORST_FIRST, judge

    judgements, _ = judge(expression, written.formulas, budget=options.budget or FOREVER)
    partials = {name: judgement.verdict for name, judgement in judgements.items()}
    worst = next(verdict for verdict in WORST_FIRST if verdict in partials.values())
    return {"verdict": worst, "partials": partials}


def pose(row: Row) -> tuple[Question, Mapping[str, float] | None, Hand | None]:
    """The question of a row, its point, and the partials that its file gives.  Raises DiffcompareError."""
    if row.error is not None:
        raise DiffcompareError(row.error)
    if row.entry is not None:
        from diffcompare.expression_file import entry_from

        entry = entry_from(row.entry, row.file, row.line)
        question = question_of_entry(entry, "file", f"{row.file}:{entry.name}")
        return question, None if row.point_place is None else _point(row.point, row.point_place), None
    at = None if row.point is None else _point(row.point, row.point_place or row.place)
    question = question_of_text(row.text, "file", row.place, tuple(at or ()))
    if not row.hand:
        return question, at, None
    from diffcompare.hand import formulas_from

    names = variables(listing(question.parsed.expression))
    return question, at, Hand(formulas_from(row.hand, names, lambda name: f"{row.place}, hand {name}"), "given")


def _point(given: str | Mapping[str, Any] | None, place: str) -> dict[str, float]:
    """The point that a row gives, as text or by name."""
    if given is None:
        return {}
    if isinstance(given, str):
        return parse_point([given])
    return {name: _coordinate(value, f"{place}, {name}") for name, value in given.items()}


def _coordinate(value: Any, source: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return constant_value(repr(value), source) if isinstance(value, int) else value
    if isinstance(value, str):
        return constant_value(value, source)
    message = f"the value of a coordinate is not a number but {json.dumps(value)[:40]}"
    raise DiffcompareError(Diagnostic("E703", "bad_value", message, source=source, help='for example {"x": 2.5}'))
