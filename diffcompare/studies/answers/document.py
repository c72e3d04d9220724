"""A class's answers as a document: what was done wrong how often, how every question went, and all rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from diffcompare.checking import WHERE_DEFINED
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.printer import to_text
from diffcompare.studies.answers.record import Outcome
from diffcompare.studies.check.wording import as_sentence, gap, parts
from diffcompare.studies.inputs import shown_point
from diffcompare.studies.telling import counted

if TYPE_CHECKING:
    from diffcompare.studies.answers.counting import Group
    from diffcompare.studies.answers.record import Class, Part, Row

MOST_NAMED = 6
"""Students who are named in a row of the summary."""
MOST_MISTAKES = 40
SELDOM: Mapping[Outcome, str] = {
    WHERE_DEFINED: "where defined",
    "undecided": "undecided",
    "error": "unreadable",
    "not answered": "unanswered",
}
MOST_TOLD = 5
"""Mistakes that are told in sentences; the table has them all."""


def document(found: Class, *, brief: bool = False) -> Document:
    """The summary and the rows, and if it is to be brief the rows only."""
    if brief:
        return Document((_rows(found),), found.data)
    summary = found.summary
    blocks: list[Block] = [Heading("The answers of a class", 1), _counts(found)]
    if summary.groups:
        blocks.append(Heading("What went wrong"))
        blocks += [
            Paragraph(as_sentence(f"{group.made} of {group.of}: {told(group)}")) for group in summary.groups[:MOST_TOLD]
        ]
        blocks.append(_mistakes(found))
    blocks += [Heading("Question by question"), _questions(found), Heading("Row by row"), _rows(found)]
    blocks.append(Paragraph(verdict(found), "verdict"))
    return Document(tuple(blocks), found.data)


def told(group: Group) -> str:
    """`the inner derivative is missing, in sin(x^2)`."""
    if group.kind is None:
        return f"{group.title} leads from {to_text(group.at)} to {group.answer}"
    return f"{group.title}, in {to_text(group.at)}"


def verdict(found: Class) -> str:
    """The closing sentence."""
    summary = found.summary
    outcomes = summary.outcomes
    were = "was" if summary.judged == 1 else "were"
    said = f"{counted(summary.judged, 'answer')} of {counted(summary.students, 'student')} {were} judged"
    said += f": {summary.right} right, {summary.wrong} wrong"
    if outcomes[WHERE_DEFINED]:
        said += f" ({outcomes[WHERE_DEFINED]} of the {found.where_defined} ones only agree where they are defined)"
    if outcomes["undecided"]:
        said += f", {outcomes['undecided']} undecided"
    if outcomes["error"]:
        said += f"; {outcomes['error']} could not be read"
    if summary.groups and summary.groups[0].made > 1:
        first = summary.groups[0]
        said += f". The most frequent mistake ({first.made} of {first.of}): {told(first)}"
    return f"{said}."


def _counts(found: Class) -> Listing:
    summary, outcomes = found.summary, found.summary.outcomes
    entries: list[tuple[str, Cell]] = [
        ("file", Code(found.file)),
        ("rows", summary.rows),
        ("students", summary.students),
        ("answers judged", summary.judged),
        ("right", summary.right),
        ("wrong", summary.wrong),
    ]
    entries += [(label, outcomes[outcome]) for outcome, label in SELDOM.items() if outcomes[outcome]]
    return Listing(tuple(entries))


def _mistakes(found: Class) -> Table:
    columns = (
        Column("count", "count", "right"),
        Column("of", "of", "right"),
        Column("mistake", "mistake"),
        Column("at", "in"),
        Column("answer", "most often as"),
        Column("students", "students"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            group.made,
            group.of,
            group.kind or group.title,
            group.at,
            Code(group.answer),
            _named(group.rows),
        )
        for group in found.summary.groups
    ]
    return Table("mistakes", columns, tuple(rows), "Mistakes, the most frequent first", MOST_MISTAKES, summary=True)


def _named(rows: tuple[Row, ...]) -> str:
    names = list(dict.fromkeys(row.who for row in rows))
    return ", ".join(names[:MOST_NAMED]) + f" and {len(names) - MOST_NAMED} more" * (len(names) > MOST_NAMED)


def _questions(found: Class) -> Table:
    """How many answers to each partial of each question turned out how; what never occurs has no column."""
    seen = [outcome for outcome in SELDOM if found.summary.outcomes[outcome]]
    columns = (
        Column("question", "question", group=True),
        Column("partial", "partial"),
        Column("judged", "judged", "right"),
        Column("right", "right", "right"),
        Column("wrong", "wrong", "right"),
        *(Column(outcome.replace(" ", "_"), SELDOM[outcome], "right") for outcome in seen),
        Column("commonest", "most often"),
    )
    rows: list[tuple[Cell, ...]] = []
    for tally in found.summary.tallies:
        counts, commonest = tally.outcomes, tally.commonest
        rows.append(
            (
                ", ".join([tally.label, *tally.domain]),
                f"df/d{tally.name}",
                tally.judged,
                tally.right,
                tally.wrong,
                *(counts[outcome] for outcome in seen),
                None if commonest is None else commonest.kind or commonest.title,
            )
        )
    return Table("questions", columns, tuple(rows), "Answers by question", summary=True)


def _rows(found: Class) -> Table:
    columns = (
        Column("line", "line", "right"),
        Column("student", "student"),
        Column("question", "question"),
        Column("partial", "partial"),
        Column("answer", "answer"),
        Column("verdict", "verdict"),
        Column("kind", "mistake"),
        Column("sentence", "what went wrong"),
        Column("witness", "seen at"),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in found.rows:
        first = (row.line, row.who, row.label)
        if not row.parts:
            said = None if row.trouble is None else f"{row.trouble.place}: {row.trouble.text}"
            rows.append((*first, None, None, row.outcome, None, said, None))
        rows += [(*first, *_part(part)) for part in row.parts]
    return Table("rows", columns, tuple(rows), "Every answer")


def _part(part: Part) -> tuple[Cell, ...]:
    if part.check is None:
        assert part.trouble is not None
        said = f"{part.trouble.place}: {part.trouble.text}"
        return part.partial, Code(part.text) if part.text else None, part.outcome, None, said, None
    judgement, mistakes = part.check.judgements[part.name], list(parts(part.mistake))
    witness, seen = judgement.witness, None
    if witness is not None:
        seen = Code(f"{shown_point(witness.point)}: {witness.yours}, not {witness.right}".removeprefix(": "))
    kinds = ", ".join(mistake.kind for mistake in mistakes) or None
    words = "; and ".join(mistake.sentence for mistake in mistakes) or None
    if judgement.verdict == "undecided":
        words = judgement.argument
    elif judgement.verdict == WHERE_DEFINED:
        words = gap(judgement)
    return part.partial, Code(part.text), part.outcome, kinds, words, seen
