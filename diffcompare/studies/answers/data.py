"""A class's answers as plain data: the JSON document of `check answers.csv`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.checking import WORST_FIRST
from diffcompare.printer import to_text
from diffcompare.studies.answers.record import Outcome
from diffcompare.studies.check.data import partial_data
from diffcompare.studies.telling import SCHEMA, warnings_data

if TYPE_CHECKING:
    from diffcompare.studies.answers.counting import Group, Summary, Tally
    from diffcompare.studies.answers.record import Class, Part, Row, Trouble

OUTCOMES: tuple[Outcome, ...] = (*reversed(WORST_FIRST), "error", "not answered")


def data(found: Class) -> dict[str, Any]:
    """The summary, the mistakes by frequency, the questions, and the rows in their order."""
    summary = found.summary
    return {
        "schema": SCHEMA,
        "command": "check",
        "file": found.file,
        "seed": found.seed,
        "where_defined": found.where_defined,
        "summary": {"rows": summary.rows, "students": summary.students, **_counts(summary)},
        "mistakes": [_group(group) for group in summary.groups],
        "questions": [_tally(tally) for tally in summary.tallies],
        "rows": [_row(row) for row in found.rows],
        "warnings": warnings_data(found.notes),
    }


def _counts(counted: Summary | Tally) -> dict[str, int]:
    """What counts as right and as wrong, and how often there was every other outcome."""
    outcomes = {outcome.replace(" ", "_"): counted.outcomes[outcome] for outcome in OUTCOMES}
    return {"right": counted.right, **outcomes, "wrong": counted.wrong}


def _group(group: Group) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "title": group.title,
        "at": to_text(group.at),
        "partials": list(group.names),
        "count": group.made,
        "of": group.of,
        "answer": group.answer,
        "lines": [row.line for row in group.rows],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    commonest = tally.commonest
    return {
        "question": tally.label,
        "function": to_text(tally.function),
        "domain": list(tally.domain),
        "partial": tally.name,
        **_counts(tally),
        "commonest": None if commonest is None else {"kind": commonest.kind, "at": to_text(commonest.at)},
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "line": row.line,
        "student": row.student or None,
        "id": row.number or None,
        "question": row.label,
        "expression": row.text,
        "read_as": None if row.question is None else to_text(row.question.parsed.expression),
        "domain": list(row.domain),
        "verdict": row.outcome,
        "error": None if row.trouble is None else _trouble(row.trouble),
        "partials": {part.name: _part(part) for part in row.parts if not part.stray},
        "missing": list(row.missing),
        "strays": [{"column": part.name, **_part(part)} for part in row.parts if part.stray],
    }


def _part(part: Part) -> dict[str, Any]:
    if part.check is not None:
        return {**partial_data(part.check, part.name), "error": None}
    assert part.trouble is not None
    return {"verdict": "error", "yours": {"text": part.text}, "error": _trouble(part.trouble)}


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {"place": trouble.place, **trouble.diagnostic.data()}
