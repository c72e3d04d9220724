"""Feedback for every student: what is right, what is wrong, and a hint that leaves the work to the student."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

from diffcompare.classroom.class_answers.report import UNEXPLAINED
from diffcompare.diagnostics import to_text as diagnostic_text
from diffcompare.document import Block, Document, Heading, Paragraph, Source
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import to_text
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import dag_size, wengert_list
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.render import render
from diffcompare.studies.check_report import marked, spans, step_blocks
from diffcompare.studies.check_wording import as_sentence, evidence, headline, parts
from diffcompare.studies.derive import derive_question

if TYPE_CHECKING:
    from diffcompare.classroom.class_answers.submissions import AnswerRow, Class, PartialAnswer
    from diffcompare.misconceptions.messages import Mistake
    from diffcompare.studies.check import Check

MARK = "Feedback from diffcompare"  # the first words of every text
MAX_NAME_LENGTH = 60
MAX_NODES = 1_000  # distinct nodes of a derivative, up to which hints are searched for its text

_RESERVED = re.compile(r"(con|prn|aux|nul|(?:com|lpt)[\d¹²³])(\..*)?", re.I)
_COMPARISON = re.compile(r": d/d\w+\[.*", re.S)


def texts(answers: Class, *, solution: bool = False) -> dict[str, str]:
    """Return the feedback texts by file name, one for each student; `solution` adds the derivations."""
    students = answers.by_student()
    names = file_names(students)
    return {
        names[student]: render(Document(tuple(_student(student, rows, solution))), "plain")
        for student, rows in students.items()
    }


def file_names(students: Iterable[str]) -> dict[str, str]:
    """Return a file name for each student that every system accepts, no two of which differ in case only."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        plain = re.sub(r"[^\w.-]+", "_", normalize("NFC", student)).strip("._-")[:MAX_NAME_LENGTH].rstrip("._-")
        stem = f"_{plain}" if _RESERVED.fullmatch(plain) else plain or "student"
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names[student] = f"{name}.txt"
    return names


def _student(student: str, rows: Iterable[AnswerRow], solution: bool) -> Iterator[Block]:
    yield Heading(f"{MARK} for {student}", 1)
    for row in rows:
        yield Heading(row.label or "A question that was left out")
        yield from _row(row, solution)


def _row(row: AnswerRow, solution: bool) -> Iterator[Block]:
    if row.label != row.text:
        yield Paragraph(f"f = {row.text}")
    if row.domain:
        yield Paragraph(f"where {', '.join(row.domain)}")
    if row.error is not None:
        yield Paragraph(f"This could not be read: {row.error.text}")
        return
    for partial in row.partials:
        yield from _about(partial, solution)
    for name in row.missing:
        yield Paragraph(f"df/d{name}: no answer.")
    if solution and row.question is not None:
        derived = derive_question(row.question).document()
        yield from (block for block in derived.blocks if not isinstance(block, Heading) or block.level > 1)


def _about(partial: PartialAnswer, solution: bool) -> Iterator[Block]:
    if partial.check is None:
        assert partial.error is not None
        diagnostic = partial.error.diagnostic
        if diagnostic.span is None or diagnostic.text is None:
            yield Paragraph(f"{partial.label} could not be read: {partial.error.text}")
        else:
            yield Paragraph(f"{partial.label} could not be read.")
            yield Source("text", diagnostic_text(diagnostic._replace(source=f"your {partial.label}")))
        return
    judgement = partial.check.judgements[partial.name]
    text = partial.check.answers[partial.name].text if "=" in partial.text else partial.text  # not df/dx = f'(x) = 2x
    yield Paragraph(f"{partial.label} = {text} {headline(partial.check, judgement)}.")
    right = _right(partial.check, partial.name)
    if judgement.counterexample is not None and not (solution or right is None or right.varies):
        yield Paragraph("The right derivative is a constant, and yours has a different value.")
    elif partial.outcome in ("wrong", "undecided") or judgement.holes or judgement.undefined_at:
        yield Paragraph(as_sentence(evidence(partial.check, partial.name)))
    for mistake in parts(partial.mistake):
        yield from _mistake(partial.check, partial.name, mistake, right, solution)


def _mistake(check: Check, name: str, mistake: Mistake, right: Expression | None, solution: bool) -> Iterator[Block]:
    sentence = mistake.sentence if solution else hint(mistake, right)
    yield Paragraph(as_sentence(f"Hint: {sentence}"))
    place, shows = spans(check, name, mistake)
    lines = [
        *marked("f", check.question.text, [place] if place else []),
        *marked("yours", check.answers[name].text, shows),
    ]
    if lines:
        yield Source("text", "\n".join(lines))
    yield from step_blocks(check, name, mistake, solution)


def hint(mistake: Mistake, right: Expression | None) -> str:
    """Return the mistake without the right answer; only its kind, if the rest would give the solution away."""
    sentence = _COMPARISON.sub("", mistake.sentence)
    title = KINDS[mistake.kind].title if mistake.kind in KINDS else mistake.kind
    if right is None or mistake.kind in UNEXPLAINED or to_text(right) in sentence:
        return title if mistake.node is None else f"{title}, in {to_text(mistake.node)}"
    return sentence


def _right(check: Check, name: str) -> Expression | None:
    """Return the derivative by the rules, simplified; None if it is not available."""
    expression = check.question.parsed.expression
    try:
        raw = derivatives_of(wengert_list(expression), name).get(expression, ZERO)
    except NotDifferentiable:
        return None
    return simplify(raw, expression) if dag_size(raw) <= MAX_NODES else None
