"""The report of a check: the verdicts in words, evidence, mistakes with carets under them, and the step done right.

`data` writes the JSON document (schema diffcompare/1), `document` the blocks that renderers show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import (
    Block,
    Cell,
    Code,
    Document,
    Equation,
    Equations,
    Heading,
    Listing,
    Paragraph,
    Source,
    Table,
    columns,
)
from diffcompare.language.expression import Expression, PendingDerivative
from diffcompare.language.parser import parse
from diffcompare.language.tokenizer import locate
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.misconceptions.messages import Mistake
from diffcompare.studies.question import format_point
from diffcompare.studies.record import closing_data, counted, join, plain, question_data, question_entries, select
from diffcompare.verify.domain import domain_of
from diffcompare.verify.regions import intervals_text
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict

if TYPE_CHECKING:
    from diffcompare.studies.check import Check

# --- Positions of subexpressions in a text ----------------------------------------------------------------------------
#
# Nodes have no positions, because equal nodes are one object.  So the substrings that could be an expression are
# parsed, the shortest first, until one is the subexpression.

MAX_TOKENS = 120  # longer texts have too many substrings to search


def span_of(text: str, node: Expression, names: Collection[str] = ()) -> tuple[int, int] | None:
    """Return the (start, end) of the shortest substring that parses to the node; None if there is none."""
    tokens, starts, ends = locate(text, MAX_TOKENS + 1)
    if len(tokens) > MAX_TOKENS:
        return None
    substrings = [
        (ends[last] + (tokens[last][-1:] == "(") - starts[first], starts[first], first, last)
        for first in range(len(tokens))
        for last in range(first, len(tokens))
        if _is_balanced(tokens[first : last + 1])
    ]
    for _, start, _, last in sorted(substrings):
        end = ends[last]
        if _parse_or_none(text[start:end], names) is node:
            return start, end
    return None


def _is_balanced(tokens: list[str]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token[-1:] == "(") - (token == ")")
        if depth < 0 or token in (";", "="):
            return False
    return depth == 0 and tokens.count("|") % 2 == 0 and tokens[0] not in ("*", "/", "^", "**", ",", "+")


def _parse_or_none(text: str, names: Collection[str]) -> Expression | None:
    try:
        return parse(text, names)
    except DiffcompareError:
        return None


# --- Sentences --------------------------------------------------------------------------------------------------------

HEADLINES: Mapping[Verdict, str] = {
    "proved": "is right: this is proved",
    "agrees": "is right as far as can be seen",
    "agrees where it is defined": "agrees where it is defined",
    "wrong": "is wrong",
    "undecided": "is undecided",
}

MAX_LESSONS = 6  # kinds of mistakes in the closing sentence


def evidence(check: Check, name: str) -> str:
    """Return the evidence for the verdict on a partial, in a sentence or two."""
    judgement = check.judgements[name]
    where = domain(check, judgement)
    by_differences = f"{judgement.opaque} has no `definition`, so that the derivative comes from differences of values"
    digits = f"as far as can be told: {by_differences}" if judgement.opaque else "to 30 digits and more"
    agreement = f"both have the same value at {counted(judgement.points, 'point')} ({where}), {digits}"
    if judgement.verdict == "wrong":
        return f"{_wrong(judgement)}{f'; {by_differences}' if judgement.opaque else ''}"
    if judgement.verdict == "undecided":
        return judgement.argument
    if judgement.argument:
        return f"{judgement.argument}; {agreement}{_gaps(judgement)}"
    return f"{agreement}. {_chance(judgement)}{_gaps(judgement)}"


def _chance(judgement: Judgement) -> str:
    return (
        "No proof was found. Where both are analytic, a difference that is not 0 everywhere has only isolated zeros, "
        f"and {judgement.points} points chosen without looking at it would all have to be among them"
    )


def _wrong(judgement: Judgement) -> str:
    counterexample = judgement.counterexample
    assert counterexample is not None
    at = f"at {format_point(counterexample.point)} " if counterexample.point else ""
    sentence = f"{at}yours is {counterexample.answer} and the derivative is {counterexample.partial}"
    right, wrong = (intervals_text(judgement.intervals, outcome) for outcome in ("same", "different"))
    if right and wrong:
        sentence += f". Yours is right for {right} and wrong for {wrong}"
    elif right and not any(interval.outcome == "unknown" for interval in judgement.intervals):
        sentence += ". It is right at all other points that were tried"
    elif right:
        sentence += f". Yours is right for {right}"
    elif judgement.half_space:
        sentence += f". Yours is right at all points that were tried where {judgement.half_space}"
    return sentence


def _gaps(judgement: Judgement) -> str:
    """Return sentences about holes and regions where the formula has no value but the function has a derivative."""
    sentence = ""
    if judgement.holes:
        points = [f"({format_point(hole)})" if len(hole) > 1 else format_point(hole) for hole in judgement.holes[:3]]
        sentence += f". Yours has a hole at {' and '.join(points)}, where the function has a derivative"
    if judgement.undefined_at is not None:
        sentence += f". Yours has {gap(judgement)}, where the function has a derivative"
    return sentence


def gap(judgement: Judgement) -> str:
    """Describe where a formula has no value: `no value for x < 0`, or one such point if the region is not known."""
    assert judgement.undefined_at is not None
    region = missing_region(judgement)
    if region is not None:
        return f"no value for {region}"
    needs = f" (it needs {judgement.unmet_requirement})" if judgement.unmet_requirement else ""
    return f"no value, for instance at {format_point(judgement.undefined_at)}{needs}"


def missing_region(judgement: Judgement) -> str | None:
    """Return the intervals of the only variable where a formula has no value; None if they are not all known."""
    if any(interval.outcome == "unknown" for interval in judgement.intervals):
        return None
    return intervals_text(judgement.intervals, "undefined") or None


def domain(check: Check, judgement: Judgement) -> str:
    """Return the domain that the sample points are taken from, as text."""
    if not check.answers or not check.question.parsed.expression.varies:
        return "a constant"
    if judgement.intervals:
        return intervals_text(judgement.intervals, "same") or intervals_text(judgement.intervals)
    required = dict.fromkeys([*domain_of(check.question.parsed.expression), *check.conditions])  # each named once
    return "where " + ", ".join(required) if required else "no restriction"


def verdict(check: Check) -> str:
    """Return the closing sentence, over all partials."""
    if len(check.judgements) == 1:
        ((name, judgement),) = check.judgements.items()
        return f"df/d{name} {headline(check, judgement)}{_lesson(check, ': ')}"
    by: dict[Verdict, list[str]] = {}
    for name, judgement in check.judgements.items():
        by.setdefault(judgement.verdict, []).append(f"df/d{name}")
    clauses = [f"{join(by[verdict], most=6)}: {_predicate(verdict, check)}" for verdict in WORST_FIRST if verdict in by]
    return f"{'; '.join(clauses)}{_lesson(check, '. The mistakes: ')}"


def headline(check: Check, judgement: Judgement) -> str:
    """Return the verdict as the predicate of a sentence: `is wrong`."""
    predicate = HEADLINES[judgement.verdict]
    if judgement.verdict == WHERE_DEFINED:
        predicate += f", but has {gap(judgement)}{_counts(check)}"
    return predicate


def _predicate(verdict: Verdict, check: Check) -> str:
    return HEADLINES[verdict].removeprefix("is ") + (_counts(check) if verdict == WHERE_DEFINED else "")


def _counts(check: Check) -> str:
    return ", and so counts as wrong" if check.where_defined == "wrong" else ""


def _lesson(check: Check, before: str) -> str:
    """Return the titles of the kinds of mistakes, each once, and the end of the sentence."""
    kinds = {part.kind: None for mistake in check.mistakes.values() for part in parts(mistake)}
    return f"{before}{'; '.join(KINDS[kind].title for kind in list(kinds)[:MAX_LESSONS])}." if kinds else "."


def parts(mistake: Mistake | None) -> Iterator[Mistake]:
    """Yield a mistake, and the second one where two were made at once."""
    while mistake is not None:
        yield mistake
        mistake = mistake.second


def as_sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


# --- JSON -------------------------------------------------------------------------------------------------------------


def data(check: Check) -> dict[str, Any]:
    """Return the JSON document: the overall verdict, and for each partial the verdict, evidence and mistake."""
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
        **closing_data(check),
    }


def partial_data(check: Check, name: str) -> dict[str, Any]:
    """Return everything about one partial as plain data."""
    judgement, answer = check.judgements[name], check.answers[name]
    mistake = check.mistakes.get(name)
    return {
        "verdict": judgement.verdict,
        "yours": select(answer, "text | read_as=expression"),
        "evidence": evidence(check, name),
        "argument": judgement.argument or None,
        "points": judgement.points,
        "domain": domain(check, judgement),
        "pieces": [
            select(interval, "variable=name | from=low | to=high | outcome") for interval in judgement.intervals
        ],
        "holes": plain(judgement.holes),
        "no_value": None if judgement.undefined_at is None else _gap(judgement),
        "witness": select(judgement.counterexample, "point | yours=answer | right=partial"),
        "mistake": None if mistake is None else mistake_data(check, name, mistake),
    }


def _gap(judgement: Judgement) -> dict[str, Any]:
    """Return where the formula has no value: the region, the condition that fails there, and a point."""
    return {
        "region": missing_region(judgement),
        "needs": judgement.unmet_requirement,
        "point": dict(judgement.undefined_at or {}),
    }


def mistake_data(check: Check, name: str, mistake: Mistake) -> dict[str, Any]:
    """Return a mistake as plain data: its kind, its sentence, and the spans of function and answer that it concerns."""
    place, shows = spans(check, name, mistake)
    return {
        **select(mistake, "kind | sentence"),
        "span": plain(place),
        "answer_span": plain(shows[0]) if shows else None,
        "answer_spans": plain(shows),
        "at": plain(mistake.node),
        "step": select(mistake.step, "rule | of=left | after=right"),
        "also": list(mistake.also),
        "second": None if mistake.second is None else mistake_data(check, name, mistake.second),
    }


def spans(check: Check, name: str, mistake: Mistake) -> tuple[tuple[int, int] | None, list[tuple[int, int]]]:
    """Return the span of the function where the mistake was made, and the spans of the answer where it shows."""
    names = variables(wengert_list(check.question.parsed.expression))
    place = None if mistake.node is None else span_of(check.question.text, mistake.node, names)
    return place, list(_visible_spans(check.answers[name].text, mistake, names))


def _visible_spans(text: str, mistake: Mistake, names: list[str]) -> Iterator[tuple[int, int]]:
    for part in mistake.affected_terms:
        span = span_of(text, part, names)
        if span is not None:
            yield span


# --- Document ---------------------------------------------------------------------------------------------------------

MAX_EXPLAINED = 8  # partials that are explained, wrong ones first; the table has them all
MAX_TABLE_ROWS = 60
MAX_LINE_LENGTH = 160  # characters of a text with carets


def document(check: Check, *, brief: bool = False) -> Document:
    """Return the document of a check; a brief one is the table of verdicts alone."""
    if brief:
        return Document((_verdicts(check),), check.data)
    blocks: list[Block] = [Heading("Is this the derivative?", 1), _question(check)]
    if len(check.answers) > 1:
        blocks.append(_verdicts(check))
    order = sorted(check.answers, key=lambda name: check.judgements[name].verdict != "wrong")
    for name in order[:MAX_EXPLAINED]:
        blocks += explained(check, name)
    if check.missing:
        blocks.append(
            Paragraph(f"No answer was given for the partials with respect to {', '.join(check.missing[:20])}.", "note")
        )
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
    heads = columns("partial | verdict | answer=your answer | at | >yours | >right | mistake")
    rows: list[tuple[Cell, ...]] = []
    for name, answer in check.answers.items():
        judgement, mistake = check.judgements[name], check.mistakes.get(name)
        counterexample = judgement.counterexample
        values: tuple[Cell, ...] = (None, None, None)
        if counterexample is not None:
            point = Code(format_point(counterexample.point))
            values = (point, Code(counterexample.answer), Code(counterexample.partial))
        kind = None if mistake is None else mistake.kind
        rows.append((f"df/d{name}", judgement.verdict, answer.expression, *values, kind))
    return Table("verdicts", heads, tuple(rows), "Verdicts", most=MAX_TABLE_ROWS)


def explained(check: Check, name: str, title: str = "") -> list[Block]:
    """Return the blocks about one partial: the evidence, and the mistakes in it."""
    judgement, mistake = check.judgements[name], check.mistakes.get(name)
    blocks: list[Block] = [
        Heading(f"{title or f'df/d{name}'}: {judgement.verdict}"),
        Paragraph(as_sentence(evidence(check, name))),
    ]
    for part in parts(mistake):
        blocks += mistake_blocks(check, name, part)
    return blocks


def mistake_blocks(check: Check, name: str, mistake: Mistake) -> list[Block]:
    """Return the blocks about a mistake: its sentence, the texts with carets, and the step done right."""
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
    """Yield the step done right, or only its rule if the step would give away a solution that was not asked for."""
    step = mistake.step
    if step is None:
        return
    if solution or mistake.node is not check.question.parsed.expression or is_open(step.right):
        row = Equation(step.left, step.right, step.rule)
        yield Equations(f"step_{name}_{mistake.kind}", (row,), "That step, done right")
    else:
        yield Paragraph(as_sentence(f"What is needed there: the {step.rule.removeprefix('the ')}"))


def is_open(formula: Expression) -> bool:
    """Tell whether a formula still contains a derivative to be worked out."""
    return any(type(node) is PendingDerivative for node in wengert_list(formula))


def marked(label: str, text: str, spans: list[tuple[int, int]]) -> list[str]:
    """Return a text and a line of carets under the spans; nothing for a text that is too long."""
    if not spans or len(text) > MAX_LINE_LENGTH or "\n" in text:
        return []
    carets = [" "] * len(text)
    for start, end in spans:
        carets[start:end] = "^" * (end - start)
    return [f"{label:<6} {text}", f"{'':<6} {''.join(carets).rstrip()}"]
