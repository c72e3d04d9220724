"""A check as plain data: the JSON document of `check`, schema diffcompare/1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from diffcompare.printer import to_text
from diffcompare.spans import span_of
from diffcompare.studies.check.wording import domain, evidence, missing_region, verdict
from diffcompare.studies.telling import question_data, warnings_data
from diffcompare.wengert import listing, variables

if TYPE_CHECKING:
    from diffcompare.checking import Judgement
    from diffcompare.mistakes import Mistake
    from diffcompare.studies.check.record import Check


def data(check: Check) -> dict[str, Any]:
    """The verdict over all, and by variable the verdict, its evidence, the witness and the mistake."""
    names = variables(listing(check.question.parsed.expression))
    question = question_data("check", check.question, {})
    question["expression"]["variables"] = names
    del question["point"]
    return {
        **question,
        "domain": list(check.conditions),
        "seed": check.seed,
        "where_defined": check.where_defined,
        "verdict": check.verdict,
        "partials": {name: partial_data(check, name) for name in check.answers},
        "missing": list(check.missing),
        "sentence": verdict(check),
        "warnings": warnings_data(check.notes),
    }


def partial_data(check: Check, name: str) -> dict[str, Any]:
    """All that is known of one partial."""
    judgement, answer = check.judgements[name], check.answers[name]
    witness, mistake = judgement.witness, check.mistakes.get(name)
    return {
        "verdict": judgement.verdict,
        "yours": {"text": answer.text, "read_as": to_text(answer.expression)},
        "evidence": evidence(check, name),
        "argument": judgement.argument or None,
        "points": judgement.points,
        "domain": domain(check, judgement),
        "pieces": [_stretch(judgement, place) for place in range(len(judgement.stretches))],
        "holes": [dict(hole) for hole in judgement.holes],
        "no_value": None if judgement.outside is None else _gap(judgement),
        "witness": None
        if witness is None
        else {"point": dict(witness.point), "yours": witness.yours, "right": witness.right},
        "mistake": None if mistake is None else mistake_data(check, name, mistake),
    }


def _gap(judgement: Judgement) -> dict[str, Any]:
    """Where the formula has no value: the region, what it would need there, and a point."""
    return {
        "region": missing_region(judgement),
        "needs": judgement.needs,
        "point": dict(judgement.outside or {}),
    }


def _stretch(judgement: Judgement, place: int) -> dict[str, Any]:
    stretch = judgement.stretches[place]
    return {
        "variable": stretch.name,
        "from": stretch.low if math.isfinite(stretch.low) else None,
        "to": stretch.high if math.isfinite(stretch.high) else None,
        "outcome": stretch.outcome,
    }


def mistake_data(check: Check, name: str, mistake: Mistake) -> dict[str, Any]:
    """The kind as a slug, the sentence, and where it was made and shows, as spans of the texts."""
    step = mistake.step
    place, shows = spans(check, name, mistake)
    return {
        "kind": mistake.kind,
        "sentence": mistake.sentence,
        "span": list(place) if place else None,
        "answer_span": list(shows[0]) if shows else None,
        "answer_spans": [list(span) for span in shows],
        "at": to_text(mistake.node) if mistake.node is not None else None,
        "step": None if step is None else {"rule": step.rule, "of": to_text(step.left), "after": to_text(step.right)},
        "also": list(mistake.also),
        "second": None if mistake.second is None else mistake_data(check, name, mistake.second),
    }


def spans(check: Check, name: str, mistake: Mistake) -> tuple[tuple[int, int] | None, list[tuple[int, int]]]:
    """Where the mistake was made in the text of the function, and where it shows in the text of the answer."""
    names = variables(listing(check.question.parsed.expression))
    place = None if mistake.node is None else span_of(check.question.text, mistake.node, names)
    return place, list(_shown(check.answers[name].text, mistake, names))


def _shown(text: str, mistake: Mistake, names: list[str]) -> Iterator[tuple[int, int]]:
    for part in mistake.shows:
        found = span_of(text, part, names)
        if found is not None:
            yield found
