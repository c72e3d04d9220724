"""A quiz as a document: question by question what was answered, what to practise, and the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.studies.quiz.wording import MOST_TOPICS, advice, practice, verdict

if TYPE_CHECKING:
    from diffcompare.studies.quiz.record import Quiz


def document(quiz: Quiz, *, brief: bool = False) -> Document:
    """The rounds as a table, and unless it is to be brief what follows from them."""
    if brief:
        return Document((_rounds(quiz),), quiz.data)
    blocks: list[Block] = [Heading("The score", 1)]
    if quiz.answered:
        blocks.append(_rounds(quiz))
    blocks += [Paragraph(text) for text in advice(quiz)]
    commands = [("practise", Code(each.command)) for each in practice(quiz)[:MOST_TOPICS]]
    if commands:
        blocks.append(Listing(tuple(commands)))
    blocks.append(Paragraph(verdict(quiz), "verdict"))
    return Document(tuple(blocks), quiz.data)


def _rounds(quiz: Quiz) -> Table:
    columns = (
        Column("number", "no.", "right"),
        Column("function", "f"),
        Column("asked", "asked"),
        Column("topic", "topic"),
        Column("level", "level", "right"),
        Column("outcome", "outcome"),
        Column("wrong", "wrong", "right"),
        Column("hints", "hints", "right"),
        Column("points", "points", "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for number, each in enumerate(quiz.rounds, 1):
        exercise = each.exercise
        about: tuple[Cell, ...] = (number, exercise.expression, exercise.wanted, exercise.topic, exercise.level)
        if each.outcome is not None:
            rows.append((*about, each.outcome, each.wrong, each.hints, each.points))
    return Table("rounds", columns, tuple(rows), "Points")
