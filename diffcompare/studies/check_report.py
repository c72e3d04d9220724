"""A check as a document: the verdicts, then for each partial its evidence, the mistake, and the step done right."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import (
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Equations,
    Heading,
    Listing,
    Paragraph,
    Source,
    Table,
)
from diffcompare.language.expression import Expression, PendingDerivative
from diffcompare.language.parser import parse
from diffcompare.language.printer import to_text
from diffcompare.language.tokenizer import locate
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.studies.question import format_point
from diffcompare.studies.record import counted, question_data, question_entries, warnings_data
from diffcompare.verify.domain import domain_of
from diffcompare.verify.regions import intervals_text
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST, Verdict

if TYPE_CHECKING:
    from diffcompare.misconceptions.messages import Mistake
    from diffcompare.studies.check import Check
    from diffcompare.verify.verdict import Judgement


# Where a subexpression stands in a text: for carets under it.
#
# Nodes know no positions, for equal ones are the same object. So the pieces of the text that could be an expression
# are read, the shortest first, until one is the subexpression.

MAX_TOKENS = 120

"""A longer text is not searched: its pieces are too many."""


def span_of(text: str, node: Expression, names: Collection[str] = ()) -> tuple[int, int] | None:
    """The first and the last character + 1 of the first piece of the text that is the node; None if there is none."""
    tokens, starts, ends = locate(text, MAX_TOKENS + 1)
    if len(tokens) > MAX_TOKENS:
        return None
    pieces = [
        (ends[last] + (tokens[last][-1:] == "(") - starts[first], starts[first], first, last)
        for first in range(len(tokens))
        for last in range(first, len(tokens))
        if _is_balanced(tokens[first : last + 1])
    ]
    for _, start, _, last in sorted(pieces):
        end = ends[last]
        if _reads(text[start:end], names) is node:
            return start, end
    return None


def _is_balanced(tokens: list[str]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token[-1:] == "(") - (token == ")")
        if depth < 0 or token in (";", "="):
            return False
    return depth == 0 and tokens.count("|") % 2 == 0 and tokens[0] not in ("*", "/", "^", "**", ",", "+")


def _reads(piece: str, names: Collection[str]) -> Expression | None:
    try:
        return parse(piece, names)
    except DiffcompareError:
        return None


# The sentences of a check.

HEADLINES: Mapping[Verdict, str] = {
    "proved": "is right: that is proved",
    "agrees": "is right as far as can be seen",
    "agrees where it is defined": "agrees where it is defined",
    "wrong": "is wrong",
    "undecided": "is undecided",
}

MAX_LESSONS = 6

"""Kinds of mistakes that the last sentence has."""


def evidence(check: Check, name: str) -> str:
    """What the verdict on a partial rests on, in a sentence or two."""
    judgement = check.judgements[name]
    where = domain(check, judgement)
    seen = f"both have the same value at {counted(judgement.points, 'point')} ({where}), to 30 digits and more"
    if judgement.verdict == "wrong":
        return _wrong(judgement)
    if judgement.verdict == "undecided":
        return judgement.argument
    said = f"{judgement.argument}; {seen}" if judgement.argument else f"{seen}. {_chance(judgement)}"
    return said + _gaps(judgement)


def _chance(judgement: Judgement) -> str:
    return (
        "No proof was found. Where both are analytic, a difference that is not 0 everywhere has only isolated zeros, "
        f"and {judgement.points} points chosen without looking at it would all have to be among them"
    )


def _wrong(judgement: Judgement) -> str:
    counterexample = judgement.counterexample
    assert counterexample is not None
    at = f"at {format_point(counterexample.point)} " if counterexample.point else ""
    said = f"{at}yours is {counterexample.answer} and the derivative is {counterexample.partial}"
    right, wrong = (intervals_text(judgement.intervals, outcome) for outcome in ("same", "different"))
    if right and wrong:
        said += f". Yours is right for {right} and wrong for {wrong}"
    elif right and not any(each.outcome == "unknown" for each in judgement.intervals):
        said += ". It is right at all other points that were tried"
    elif right:
        said += f". Yours is right for {right}"
    elif judgement.half_space:
        said += f". Yours is right at all points that were tried where {judgement.half_space}"
    return said


def _gaps(judgement: Judgement) -> str:
    """Where the formula has no value although the function has a derivative."""
    said = ""
    if judgement.holes:
        points = [f"({format_point(hole)})" if len(hole) > 1 else format_point(hole) for hole in judgement.holes[:3]]
        said += f". Yours has a hole at {' and '.join(points)}, where the function has a derivative"
    if judgement.undefined_at is not None:
        said += f". Yours has {gap(judgement)}, where the function has a derivative"
    return said


def gap(judgement: Judgement) -> str:
    """The region in which a formula has no value: `no value for x < 0`; a point of it where that is not known."""
    assert judgement.undefined_at is not None
    region = missing_region(judgement)
    if region is not None:
        return f"no value for {region}"
    needs = f" (it needs {judgement.unmet_requirement})" if judgement.unmet_requirement else ""
    return f"no value for instance at {format_point(judgement.undefined_at)}{needs}"


def missing_region(judgement: Judgement) -> str | None:
    """The intervals of the only variable on which a formula has no value; None where they are not all known."""
    if any(each.outcome == "unknown" for each in judgement.intervals):
        return None
    return intervals_text(judgement.intervals, "undefined") or None


def domain(check: Check, judgement: Judgement) -> str:
    """The domain that the points are from."""
    if not check.answers or not check.question.parsed.expression.varies:
        return "a constant"
    if judgement.intervals:
        return intervals_text(judgement.intervals, "same") or intervals_text(judgement.intervals)
    required = [*domain_of(check.question.parsed.expression), *check.conditions]
    return "where " + ", ".join(required) if required else "no restriction"


def verdict(check: Check) -> str:
    """The closing sentence."""
    if len(check.judgements) == 1:
        ((name, judgement),) = check.judgements.items()
        return f"df/d{name} {headline(check, judgement)}{_lesson(check, ': ')}"
    by: dict[Verdict, list[str]] = {}
    for name, judgement in check.judgements.items():
        by.setdefault(judgement.verdict, []).append(f"df/d{name}")
    parts = [f"{_listed(by[each])}: {_said(each, check)}" for each in WORST_FIRST if each in by]
    return f"{'; '.join(parts)}{_lesson(check, '. The mistakes: ')}"


def headline(check: Check, judgement: Judgement) -> str:
    """The verdict as the predicate of a sentence: `is wrong`."""
    said = HEADLINES[judgement.verdict]
    if judgement.verdict == WHERE_DEFINED:
        said += f", but has {gap(judgement)}{_counts(check)}"
    return said


def _said(verdict: Verdict, check: Check) -> str:
    return HEADLINES[verdict].removeprefix("is ") + (_counts(check) if verdict == WHERE_DEFINED else "")


def _counts(check: Check) -> str:
    return ", and so counts as wrong" if check.where_defined == "wrong" else ""


def _lesson(check: Check, before: str) -> str:
    """The kinds of the mistakes, each once, and the end of the sentence."""
    kinds = {part.kind: None for mistake in check.mistakes.values() for part in parts(mistake)}
    return f"{before}{'; '.join(KINDS[kind].title for kind in list(kinds)[:MAX_LESSONS])}." if kinds else "."


def parts(mistake: Mistake | None) -> Iterator[Mistake]:
    """A mistake, and the other one where two were made at once."""
    while mistake is not None:
        yield mistake
        mistake = mistake.second


def as_sentence(text: str) -> str:
    """A clause with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


# A check as plain data: the JSON document of `check`, schema diffcompare/1.


def data(check: Check) -> dict[str, Any]:
    """The verdict over all, and by variable the verdict, its evidence, the witness and the mistake."""
    names = variables(wengert_list(check.question.parsed.expression))
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
    counterexample, mistake = judgement.counterexample, check.mistakes.get(name)
    return {
        "verdict": judgement.verdict,
        "yours": {"text": answer.text, "read_as": to_text(answer.expression)},
        "evidence": evidence(check, name),
        "argument": judgement.argument or None,
        "points": judgement.points,
        "domain": domain(check, judgement),
        "pieces": [_interval(judgement, place) for place in range(len(judgement.intervals))],
        "holes": [dict(hole) for hole in judgement.holes],
        "no_value": None if judgement.undefined_at is None else _gap(judgement),
        "witness": None
        if counterexample is None
        else {"point": dict(counterexample.point), "yours": counterexample.answer, "right": counterexample.partial},
        "mistake": None if mistake is None else mistake_data(check, name, mistake),
    }


def _gap(judgement: Judgement) -> dict[str, Any]:
    """Where the formula has no value: the region, what it would need there, and a point."""
    return {
        "region": missing_region(judgement),
        "needs": judgement.unmet_requirement,
        "point": dict(judgement.undefined_at or {}),
    }


def _interval(judgement: Judgement, place: int) -> dict[str, Any]:
    interval = judgement.intervals[place]
    return {
        "variable": interval.name,
        "from": interval.low if math.isfinite(interval.low) else None,
        "to": interval.high if math.isfinite(interval.high) else None,
        "outcome": interval.outcome,
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
    names = variables(wengert_list(check.question.parsed.expression))
    place = None if mistake.node is None else span_of(check.question.text, mistake.node, names)
    return place, list(_shown(check.answers[name].text, mistake, names))


def _shown(text: str, mistake: Mistake, names: list[str]) -> Iterator[tuple[int, int]]:
    for part in mistake.affected_terms:
        found = span_of(text, part, names)
        if found is not None:
            yield found


MAX_EXPLAINED = 8

"""Partials that are explained, those that are wrong before the others; the table has them all."""

MAX_ROWS = 60

MAX_LINE_LENGTH = 160

"""Characters of a text that is shown with carets."""


def document(check: Check, *, brief: bool = False) -> Document:
    """The verdicts, and unless it is to be brief what they rest on."""
    if brief:
        return Document((_verdicts(check),), check.data)
    blocks: list[Block] = [Heading("Is this the derivative?", 1), _question(check)]
    if len(check.answers) > 1:
        blocks.append(_verdicts(check))
    order = sorted(check.answers, key=lambda name: check.judgements[name].verdict != "wrong")
    for name in order[:MAX_EXPLAINED]:
        blocks += explained(check, name)
    if check.missing:
        blocks.append(Paragraph(f"No answer was given for the partials by {', '.join(check.missing[:20])}.", "note"))
    if check.solution is not None:
        blocks += check.solution.document().blocks
    blocks.append(Paragraph(verdict(check), "verdict"))
    return Document(tuple(blocks), check.data)


def _question(check: Check) -> Listing:
    entries: list[tuple[str, Cell]] = question_entries(check.question, {})
    if len(check.answers) == 1:
        entries += [(f"your df/d{name}", answer.expression) for name, answer in check.answers.items()]
    entries += [("domain", Code(condition)) for condition in check.conditions]
    return Listing(tuple(entries))


def _verdicts(check: Check) -> Table:
    columns = (
        Column("partial", "partial"),
        Column("verdict", "verdict"),
        Column("answer", "your answer"),
        Column("at", "at"),
        Column("yours", "yours", "right"),
        Column("right", "right", "right"),
        Column("mistake", "mistake"),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, answer in check.answers.items():
        judgement, mistake = check.judgements[name], check.mistakes.get(name)
        counterexample = judgement.counterexample
        seen: tuple[Cell, ...] = (None, None, None)
        if counterexample is not None:
            seen = (Code(format_point(counterexample.point)), Code(counterexample.answer), Code(counterexample.partial))
        kind = None if mistake is None else mistake.kind
        rows.append((f"df/d{name}", judgement.verdict, answer.expression, *seen, kind))
    return Table("verdicts", columns, tuple(rows), "Verdicts", most=MAX_ROWS)


def explained(check: Check, name: str, title: str = "") -> list[Block]:
    """The evidence on one partial, and the mistakes in it."""
    judgement, mistake = check.judgements[name], check.mistakes.get(name)
    blocks: list[Block] = [
        Heading(f"{title or f'df/d{name}'}: {judgement.verdict}"),
        Paragraph(as_sentence(evidence(check, name))),
    ]
    for part in parts(mistake):
        blocks += mistake_blocks(check, name, part)
    return blocks


def mistake_blocks(check: Check, name: str, mistake: Mistake) -> list[Block]:
    """A mistake: its sentence, where it was made and where it shows, and the step done right."""
    blocks: list[Block] = [Paragraph(as_sentence(f"The mistake: {mistake.sentence}"))]
    place, shows = spans(check, name, mistake)
    lines = [
        *marked("f", check.question.text, [place] if place else []),
        *marked("yours", check.answers[name].text, shows),
    ]
    if lines:
        blocks.append(Source("text", "\n".join(lines)))
    return [*blocks, *step_blocks(check, name, mistake, check.solution is not None)]


def step_blocks(check: Check, name: str, mistake: Mistake, solution: bool) -> Iterator[Block]:
    """The step done right; only its rule where the step is the whole solution, which is for who asks for it."""
    step = mistake.step
    if step is None:
        return
    if solution or mistake.node is not check.question.parsed.expression or is_open(step.right):
        row = Equation(step.left, step.right, step.rule)
        yield Equations(f"step_{name}_{mistake.kind}", (row,), "That step, done right")
    else:
        yield Paragraph(as_sentence(f"What is needed there: the {step.rule.removeprefix('the ')}"))


def is_open(formula: Expression) -> bool:
    """Whether something is left to differentiate."""
    return any(type(node) is PendingDerivative for node in wengert_list(formula))


def marked(label: str, text: str, spans: list[tuple[int, int]]) -> list[str]:
    """A text with carets under the places."""
    if not spans or len(text) > MAX_LINE_LENGTH or "\n" in text:
        return []
    carets = [" "] * len(text)
    for start, end in spans:
        carets[start:end] = "^" * (end - start)
    return [f"{label:<6} {text}", f"{'':<6} {''.join(carets).rstrip()}"]
