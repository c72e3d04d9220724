"""The report of a check: the verdicts in words, evidence, mistakes with carets under them, and the step done right.

`data` writes the JSON document (schema diffcompare/1), `document` the blocks that renderers show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

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
    Outcome,
    Paragraph,
    Source,
    Table,
    columns,
)
from diffcompare.language.expression import Expression, PendingDerivative
from diffcompare.language.parser import parse
from diffcompare.language.tokenizer import locate
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.messages import Mistake
from diffcompare.studies.check import EXIT_CODES, Check
from diffcompare.studies.check_wording import (
    as_sentence,
    domain,
    evidence,
    missing_region,
    opening,
    parts,
    verdict,
)
from diffcompare.studies.question import format_point
from diffcompare.studies.record import closing_data, plain, question_data, question_entries, select
from diffcompare.verify.verdict import Judgement

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
OUTCOMES: Mapping[int, Outcome] = {0: "right", 1: "wrong", 3: "undecided"}  # by exit code
MAX_LINE_LENGTH = 160  # characters of a text with carets


def document(check: Check, *, brief: bool = False) -> Document:
    """Return the verdict, and what is wrong with the step done right; a brief document is the table of verdicts alone.

    The long form has the evidence for every partial.
    """
    if brief:
        return Document((_verdicts(check),), check.data)
    return Document(tuple(_short(check)), check.data, details=lambda: tuple(_everything(check)))


def _short(check: Check) -> Iterator[Block]:
    """Yield the verdict in a line, then the mistakes, or why nothing could be decided."""
    yield Paragraph(opening(check), "verdict", OUTCOMES[check.exit_code])
    not_right = [name for name in check.answers if EXIT_CODES[check.judgements[name].verdict]]
    if len(check.answers) > 1 and not_right:
        yield _verdicts(check)
    for name in sorted(not_right, key=lambda name: check.judgements[name].verdict != "wrong")[:MAX_EXPLAINED]:
        if len(check.answers) > 1:
            yield Heading(f"df/d{name}: {check.judgements[name].verdict}")
        if len(check.answers) > 1 or check.judgements[name].verdict != "wrong":
            yield Paragraph(as_sentence(evidence(check, name)))
        for part in parts(check.mistakes.get(name)):
            yield from mistake_blocks(check, name, part)
    yield from _missing(check)
    if check.solution is not None:
        yield from check.solution.document().blocks


def _everything(check: Check) -> Iterator[Block]:
    """Yield the question, the evidence for each partial and the mistakes in it, and the verdict."""
    yield Heading("Is this the derivative?", 1)
    yield _question(check)
    if len(check.answers) > 1:
        yield _verdicts(check)
    order = sorted(check.answers, key=lambda name: check.judgements[name].verdict != "wrong")
    for name in order[:MAX_EXPLAINED]:
        yield from explained(check, name)
    yield from _missing(check)
    if check.solution is not None:
        yield from check.solution.document().blocks
    yield Paragraph(verdict(check), "verdict")


def _missing(check: Check) -> Iterator[Block]:
    if check.missing:
        names = ", ".join(check.missing[:20])
        yield Paragraph(f"No answer was given for the partials with respect to {names}.", "note")


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
