"""A quiz as a record: its questions, what was answered, and the points.  Every state of a quiz is such a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document
from diffcompare.studies.check.wording import parts
from diffcompare.studies.telling import Shown

if TYPE_CHECKING:
    from diffcompare.studies.check import Check
    from diffcompare.studies.quiz.questions import Exercise

TRIES = 3
"""Wrong answers after which the derivation is shown."""
MOST_POINTS = 3
"""For a right answer at once.  A wrong one and a hint that was asked for cost one each, but a point is always left."""

A_TERM = "term-missing"
"""The kind that is no mistake with a name of its own: it says a term of the right answer, and so gives it away."""

Outcome: TypeAlias = Literal["right", "wrong", "skipped"]
Ending: TypeAlias = Literal["finished", "quit", "end-of-input", "interrupted"]


@dataclass(frozen=True)
class Try:
    """An answer that was judged."""

    text: str
    by: str
    check: Check

    @property
    def verdict(self) -> str:
        """That of the check."""
        return self.check.verdict

    @property
    def kinds(self) -> tuple[str, ...]:
        """The mistakes in it, as slugs."""
        return tuple(mistake.kind for mistake in parts(self.check.mistakes.get(self.by)))


@dataclass(frozen=True)
class Round:
    """A question and what became of it."""

    exercise: Exercise
    tries: tuple[Try, ...] = ()
    hints: int = 0
    """Hints that were asked for."""
    shown: int = 0
    """Hints that were shown, those after a wrong answer among them."""
    outcome: Outcome | None = None
    """None as long as it is open."""

    @property
    def wrong(self) -> int:
        """Answers that were wrong."""
        return sum(each.verdict == "wrong" for each in self.tries)

    @property
    def points(self) -> int:
        """What it brought."""
        return max(MOST_POINTS - self.wrong - self.hints, 1) if self.outcome == "right" else 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """The mistakes that were made, each once."""
        return tuple(dict.fromkeys(kind for each in self.tries for kind in each.kinds))


@dataclass(frozen=True, repr=False)
class Quiz(Shown):
    """A quiz, begun or ended."""

    rounds: tuple[Round, ...]
    level: int | None
    """None where the questions climb from level to level."""
    topic: str | None
    seed: int
    ending: Ending | None = None
    failure: Diagnostic | None = None

    @property
    def place(self) -> int | None:
        """Which round is open; None where the quiz is over."""
        if self.ending is not None:
            return None
        return next((place for place, each in enumerate(self.rounds) if each.outcome is None), None)

    @property
    def current(self) -> Round | None:
        """The round that is open."""
        return None if self.place is None else self.rounds[self.place]

    def with_current(self, **changes: Any) -> Quiz:
        """The quiz after something happened to its open round; it is finished with the last one."""
        assert self.place is not None
        rounds = list(self.rounds)
        rounds[self.place] = replace(rounds[self.place], **changes)
        over = all(each.outcome is not None for each in rounds)
        return replace(self, rounds=tuple(rounds), ending="finished" if over else None)

    @property
    def answered(self) -> tuple[Round, ...]:
        """The rounds that are over: those that count."""
        return tuple(each for each in self.rounds if each.outcome is not None)

    @property
    def points(self) -> int:
        """All points."""
        return sum(each.points for each in self.answered)

    @property
    def most(self) -> int:
        """The points that could have been had so far."""
        return MOST_POINTS * len(self.answered)

    @cached_property
    def lost(self) -> Mapping[str, int]:
        """Points lost by topic, the most first: what is to be practised."""
        found: dict[str, int] = {}
        for each in self.answered:
            if each.points < MOST_POINTS:
                topic = each.exercise.topic
                found[topic] = found.get(topic, 0) + MOST_POINTS - each.points
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.quiz.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The score, question by question, and what to practise; `brief` has the table only."""
        from diffcompare.studies.quiz.document import document

        return document(self, brief=brief)
