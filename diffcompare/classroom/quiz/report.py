"""The report of a quiz: the answers, the topics to practise, and the score."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.classroom.quiz.session import MAX_POINTS, TERM_MISSING, Quiz, Round
from diffcompare.document import Block, Cell, Code, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.printer import to_text
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.studies.check_report import partial_data
from diffcompare.studies.record import SCHEMA, counted, question_data

if TYPE_CHECKING:
    from diffcompare.classroom.quiz.exercises import Exercise
    from diffcompare.language.expression import Expression


# The sentences of a quiz: the score, and what to practise.

MAX_TOPICS = 3  # topics to practise that are named


class Practice(NamedTuple):
    """A topic on which points were lost: how many of how many, and the command to practise it."""

    topic: str
    lost: int
    of: int
    command: str


def practice(quiz: Quiz) -> list[Practice]:
    """Return the topics to practise, the one with the most points lost first."""
    topics = []
    for topic, lost in quiz.points_lost.items():
        rounds = [item for item in quiz.answered if item.exercise.topic == topic]
        level = min(item.exercise.level for item in rounds if item.points < MAX_POINTS)
        command = f"diffcompare quiz --topic {topic} --level {level}"
        topics.append(Practice(topic, lost, MAX_POINTS * len(rounds), command))
    return topics


def verdict(quiz: Quiz) -> str:
    """Return the closing sentence: the score, and whether the quiz was ended early."""
    answered = quiz.answered
    early = ""
    if len(answered) < len(quiz.rounds):
        early = f"The quiz was ended after {len(answered)} of {counted(len(quiz.rounds), 'question')}. "
    if not answered:
        return f"{early}Nothing was answered, so there is no score."
    right = [item for item in answered if item.outcome == "right"]
    at_once = sum(item.points == MAX_POINTS for item in right)
    score = f"{len(right)} of {len(answered)} right"
    if right and at_once < len(right):
        score += f", {at_once or 'none'} of them at the first attempt and without a hint"
    return f"{early}{score}: {quiz.points} of {counted(quiz.max_points, 'point')}."


def advice(quiz: Quiz) -> list[str]:
    """Return sentences about the topics to practise and the mistakes that were made."""
    topics = practice(quiz)
    if not topics:
        return []
    named = [
        f"{entry.topic} ({entry.of - entry.lost} of {counted(entry.of, 'point')})" for entry in topics[:MAX_TOPICS]
    ]
    sentences = [f"To practise: {', '.join(named)}."]
    mistakes = Counter(kind for item in quiz.rounds for kind in item.kinds if kind != TERM_MISSING)
    if mistakes:
        titles = [KINDS[kind].title + (f" ({count} times)" if count > 1 else "") for kind, count in mistakes.items()]
        sentences.append(f"Mistakes: {'; '.join(titles)}.")
    return sentences


# A quiz as plain data: the JSON document of `quiz`, schema diffcompare/1.


def data(quiz: Quiz) -> dict[str, Any]:
    """Return the exercises, every answer with its verdict, and the score as plain data."""
    return {
        "schema": SCHEMA,
        "command": "quiz",
        "seed": quiz.seed,
        "level": quiz.level,
        "topic": quiz.topic,
        "ending": quiz.ending,
        "questions": [_round(number, item) for number, item in enumerate(quiz.rounds, 1)],
        "score": {
            "points": quiz.points,
            "most": quiz.max_points,
            "questions": len(quiz.rounds),
            "answered": len(quiz.answered),
            "right": sum(item.outcome == "right" for item in quiz.rounds),
        },
        "practice": [entry._asdict() for entry in practice(quiz)],
        "verdict": verdict(quiz),
        "warnings": [],
    }


def _round(number: int, item: Round) -> dict[str, Any]:
    exercise = item.exercise
    return {
        "number": number,
        "expression": question_data("quiz", exercise.question, exercise.point)["expression"],
        "by": exercise.by,
        "level": exercise.level,
        "topic": exercise.topic,
        "point": dict(exercise.point),
        "domain": list(exercise.domain),
        "tries": [
            {**partial_data(attempt.check, attempt.by), "kinds": list(attempt.kinds)} for attempt in item.attempts
        ],
        "hints": item.hints,
        "outcome": item.outcome,
        "kinds": list(item.kinds),
        "points": item.points,
        "most": MAX_POINTS,
        "derivative": to_text(derivative_of(exercise)),
    }


def derivative_of(exercise: Exercise) -> Expression:
    """Return the right answer, simplified."""
    expression = exercise.expression
    return simplify(derivatives_of(wengert_list(expression), exercise.by).get(expression, ZERO), expression)


def document(quiz: Quiz, *, brief: bool = False) -> Document:
    """Return the rounds as a table, and unless `brief` the advice and the score."""
    if brief:
        return Document((_rounds(quiz),), quiz.data)
    blocks: list[Block] = [Heading("The score", 1)]
    if quiz.answered:
        blocks.append(_rounds(quiz))
    blocks += [Paragraph(text) for text in advice(quiz)]
    commands = [("practise", Code(entry.command)) for entry in practice(quiz)[:MAX_TOPICS]]
    if commands:
        blocks.append(Listing(tuple(commands)))
    blocks.append(Paragraph(verdict(quiz), "verdict"))
    return Document(tuple(blocks), quiz.data)


def _rounds(quiz: Quiz) -> Table:
    titles = columns(">number=no. | function=f | asked | topic | >level | outcome | >wrong | >hints | >points")
    rows: list[tuple[Cell, ...]] = []
    for number, item in enumerate(quiz.rounds, 1):
        exercise = item.exercise
        question: tuple[Cell, ...] = (number, exercise.expression, exercise.wanted, exercise.topic, exercise.level)
        if item.outcome is not None:
            rows.append((*question, item.outcome, item.wrong, item.hints, item.points))
    return Table("rounds", titles, tuple(rows), "Points")
