"""A quiz as plain data: the JSON document of `quiz`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.backends.textbook_rules import ZERO, derivatives_of
from diffcompare.printer import to_text
from diffcompare.studies.check.data import partial_data
from diffcompare.studies.quiz.record import MOST_POINTS
from diffcompare.studies.quiz.wording import practice, verdict
from diffcompare.studies.telling import SCHEMA, question_data
from diffcompare.tidying import tidy
from diffcompare.wengert import listing

if TYPE_CHECKING:
    from diffcompare.expression import Expression
    from diffcompare.studies.quiz.questions import Exercise
    from diffcompare.studies.quiz.record import Quiz, Round


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
        "most": MOST_POINTS,
        "derivative": to_text(derivative_of(exercise)),
    }


def derivative_of(exercise: Exercise) -> Expression:
    """The right answer, tidied."""
    expression = exercise.expression
    return tidy(derivatives_of(listing(expression), exercise.by).get(expression, ZERO), expression)
