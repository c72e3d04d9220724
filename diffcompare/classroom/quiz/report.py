"""A quiz as a document: question by question what was answered, what to practise, and the score."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.classroom.quiz.session import A_TERM, MAX_POINTS
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.printer import to_text
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.studies.check_report import partial_data
from diffcompare.studies.record import SCHEMA, counted, question_data

if TYPE_CHECKING:
    from diffcompare.classroom.quiz.exercises import Exercise
    from diffcompare.classroom.quiz.session import Quiz, Round
    from diffcompare.language.expression import Expression


# The sentences of a quiz: the score, and what to practise.

MAX_TOPICS = 3  # Topics that are named.


class Practice(NamedTuple):
    """A topic on which points were lost: how many of how many, and how to practise it."""

    topic: str
    lost: int
    of: int
    command: str


def practice(quiz: Quiz) -> list[Practice]:
    """The topics to practise, that with the most points lost first."""
    found = []
    for topic, lost in quiz.lost.items():
        rounds = [each for each in quiz.answered if each.exercise.topic == topic]
        level = min(each.exercise.level for each in rounds if each.points < MAX_POINTS)
        command = f"diffcompare quiz --topic {topic} --level {level}"
        found.append(Practice(topic, lost, MAX_POINTS * len(rounds), command))
    return found


def verdict(quiz: Quiz) -> str:
    """The closing sentence: the score, and whether the quiz was ended early."""
    answered = quiz.answered
    early = ""
    if len(answered) < len(quiz.rounds):
        early = f"The quiz was ended after {len(answered)} of {counted(len(quiz.rounds), 'question')}. "
    if not answered:
        return f"{early}Nothing was answered, so there is no score."
    right = [each for each in answered if each.outcome == "right"]
    at_once = sum(each.points == MAX_POINTS for each in right)
    said = f"{len(right)} of {len(answered)} right"
    if right and at_once < len(right):
        said += f", {at_once or 'none'} of them at once and without a hint"
    return f"{early}{said}: {quiz.points} of {counted(quiz.most, 'point')}."


def advice(quiz: Quiz) -> list[str]:
    """What to practise, and the mistakes that were made."""
    topics = practice(quiz)
    if not topics:
        return []
    named = [f"{each.topic} ({each.of - each.lost} of {counted(each.of, 'point')})" for each in topics[:MAX_TOPICS]]
    said = [f"To practise: {', '.join(named)}."]
    mistakes = Counter(kind for each in quiz.rounds for kind in each.kinds if kind != A_TERM)
    if mistakes:
        titles = [KINDS[kind].title + (f" ({count} times)" if count > 1 else "") for kind, count in mistakes.items()]
        said.append(f"Mistakes: {'; '.join(titles)}.")
    return said


# A quiz as plain data: the JSON document of `quiz`, schema diffcompare/1.


def data(quiz: Quiz) -> dict[str, Any]:
    """What was asked, every answer with its verdict, and the score."""
    return {
        "schema": SCHEMA,
        "command": "quiz",
        "seed": quiz.seed,
        "level": quiz.level,
        "topic": quiz.topic,
        "ending": quiz.ending,
        "questions": [_round(number, each) for number, each in enumerate(quiz.rounds, 1)],
        "score": {
            "points": quiz.points,
            "most": quiz.most,
            "questions": len(quiz.rounds),
            "answered": len(quiz.answered),
            "right": sum(each.outcome == "right" for each in quiz.rounds),
        },
        "practice": [
            {"topic": each.topic, "lost": each.lost, "of": each.of, "command": each.command} for each in practice(quiz)
        ],
        "verdict": verdict(quiz),
        "warnings": [],
    }


def _round(number: int, each: Round) -> dict[str, Any]:
    exercise = each.exercise
    return {
        "number": number,
        "expression": question_data("quiz", exercise.question, exercise.point)["expression"],
        "by": exercise.by,
        "level": exercise.level,
        "topic": exercise.topic,
        "point": dict(exercise.point),
        "domain": list(exercise.domain),
        "tries": [{**partial_data(tried.check, tried.by), "kinds": list(tried.kinds)} for tried in each.tries],
        "hints": each.hints,
        "outcome": each.outcome,
        "kinds": list(each.kinds),
        "points": each.points,
        "most": MAX_POINTS,
        "derivative": to_text(derivative_of(exercise)),
    }


def derivative_of(exercise: Exercise) -> Expression:
    """The right answer, tidied."""
    expression = exercise.expression
    return simplify(derivatives_of(wengert_list(expression), exercise.by).get(expression, ZERO), expression)


def document(quiz: Quiz, *, brief: bool = False) -> Document:
    """The rounds as a table, and unless it is to be brief what follows from them."""
    if brief:
        return Document((_rounds(quiz),), quiz.data)
    blocks: list[Block] = [Heading("The score", 1)]
    if quiz.answered:
        blocks.append(_rounds(quiz))
    blocks += [Paragraph(text) for text in advice(quiz)]
    commands = [("practise", Code(each.command)) for each in practice(quiz)[:MAX_TOPICS]]
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
