"""A check as a document: the verdicts, then for each partial its evidence, the mistake, and the step done right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
from diffcompare.expression import Expression, Open
from diffcompare.studies.check.data import spans
from diffcompare.studies.check.wording import as_sentence, evidence, parts, verdict
from diffcompare.studies.inputs import shown_point
from diffcompare.studies.telling import question_entries
from diffcompare.wengert import listing

if TYPE_CHECKING:
    from diffcompare.mistakes import Mistake
    from diffcompare.studies.check.record import Check

MOST_EXPLAINED = 8
"""Partials that are explained, those that are wrong before the others; the table has them all."""
MOST_ROWS = 60
LONGEST = 160
"""Characters of a text that is shown with carets."""


def document(check: Check, *, brief: bool = False) -> Document:
    """The verdicts, and unless it is to be brief what they rest on."""
    if brief:
        return Document((_verdicts(check),), check.data)
    blocks: list[Block] = [Heading("Is this the derivative?", 1), _question(check)]
    if len(check.answers) > 1:
        blocks.append(_verdicts(check))
    order = sorted(check.answers, key=lambda name: check.judgements[name].verdict != "wrong")
    for name in order[:MOST_EXPLAINED]:
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
        witness = judgement.witness
        seen: tuple[Cell, ...] = (None, None, None)
        if witness is not None:
            seen = (Code(shown_point(witness.point)), Code(witness.yours), Code(witness.right))
        kind = None if mistake is None else mistake.kind
        rows.append((f"df/d{name}", judgement.verdict, answer.expression, *seen, kind))
    return Table("verdicts", columns, tuple(rows), "Verdicts", most=MOST_ROWS)


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
    return any(type(node) is Open for node in listing(formula))


def marked(label: str, text: str, spans: list[tuple[int, int]]) -> list[str]:
    """A text with carets under the places."""
    if not spans or len(text) > LONGEST or "\n" in text:
        return []
    carets = [" "] * len(text)
    for start, end in spans:
        carets[start:end] = "^" * (end - start)
    return [f"{label:<6} {text}", f"{'':<6} {''.join(carets).rstrip()}"]
