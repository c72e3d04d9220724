"""A check as a record: the answers, the judgement of each, and the mistake behind each that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.checking import Judgement, Verdict
from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document
from diffcompare.expression import Expression
from diffcompare.source import Question
from diffcompare.studies.telling import Shown

if TYPE_CHECKING:
    from diffcompare.mistakes import Mistake
    from diffcompare.studies.derive import Derive

EXIT_CODES: Mapping[Verdict, int] = {"proved": 0, "agrees": 0, "wrong": 1, "undecided": 3}


class Answer(NamedTuple):
    """A partial that somebody wrote."""

    text: str
    expression: Expression


@dataclass(frozen=True, repr=False)
class Check(Shown):
    """Whether partials are right, and why not."""

    question: Question
    answers: Mapping[str, Answer]
    judgements: Mapping[str, Judgement]
    mistakes: Mapping[str, Mistake | None]
    missing: tuple[str, ...]
    """Variables of the function for whose partials no answer was given."""
    conditions: tuple[str, ...] = ()
    seed: int = 0
    solution: Derive | None = None
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """One verdict over all partials: that of the worst."""
        found = {judgement.verdict for judgement in self.judgements.values()}
        return next(verdict for verdict in ("wrong", "undecided", "agrees", "proved") if verdict in found)

    @property
    def ok(self) -> bool:
        """Whether every partial is proved or agrees."""
        return self.verdict in ("proved", "agrees")

    @property
    def exit_code(self) -> int:
        """0 where all is right, 1 where something is wrong, 3 where something is undecided."""
        return EXIT_CODES[self.verdict]

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.check.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The verdicts, the evidence and the mistakes; `brief` has the verdicts only."""
        from diffcompare.studies.check.document import document

        return document(self, brief=brief)
