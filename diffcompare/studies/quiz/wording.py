"""The sentences of a quiz: the score, and what to practise."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.mistakes import KINDS
from diffcompare.studies.quiz.record import A_TERM, MOST_POINTS
from diffcompare.studies.telling import counted

if TYPE_CHECKING:
    from diffcompare.studies.quiz.record import Quiz

MOST_TOPICS = 3
"""Topics that are named."""


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
        level = min(each.exercise.level for each in rounds if each.points < MOST_POINTS)
        command = f"diffcompare quiz --topic {topic} --level {level}"
        found.append(Practice(topic, lost, MOST_POINTS * len(rounds), command))
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
    at_once = sum(each.points == MOST_POINTS for each in right)
    said = f"{len(right)} of {len(answered)} right"
    if right and at_once < len(right):
        said += f", {at_once or 'none'} of them at once and without a hint"
    return f"{early}{said}: {quiz.points} of {counted(quiz.most, 'point')}."


def advice(quiz: Quiz) -> list[str]:
    """What to practise, and the mistakes that were made."""
    topics = practice(quiz)
    if not topics:
        return []
    named = [f"{each.topic} ({each.of - each.lost} of {counted(each.of, 'point')})" for each in topics[:MOST_TOPICS]]
    said = [f"To practise: {', '.join(named)}."]
    mistakes = Counter(kind for each in quiz.rounds for kind in each.kinds if kind != A_TERM)
    if mistakes:
        titles = [KINDS[kind].title + (f" ({count} times)" if count > 1 else "") for kind, count in mistakes.items()]
        said.append(f"Mistakes: {'; '.join(titles)}.")
    return said
