"""A check as a record: the answers, the judgement of each, and the mistake behind each that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from diffcompare.checking import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict
from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document
from diffcompare.expression import Expression
from diffcompare.source import Question
from diffcompare.studies.telling import Shown

if TYPE_CHECKING:
    from diffcompare.mistakes import Mistake
    from diffcompare.studies.derive import Derive

EXIT_CODES: Mapping[Verdict, int] = {
    "proved": 0, "agrees": 0, "agrees where it is defined": 0, "wrong": 1, "undecided": 3,
}  # fmt: skip

Counting: TypeAlias = Literal["right", "wrong"]
"""As what an answer counts that agrees where it is defined, but has no value in some region: that is the teacher's
choice."""


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
    where_defined: Counting = "right"
    solution: Derive | None = None
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """One verdict over all partials: that of the worst."""
        found = {judgement.verdict for judgement in self.judgements.values()}
        return next(verdict for verdict in WORST_FIRST if verdict in found)

    @property
    def ok(self) -> bool:
        """Whether every partial is proved or agrees; where it is defined, if that is to count as right."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 where all is right, 1 where something is wrong, 3 where something is undecided."""
        found = {judgement.verdict for judgement in self.judgements.values()}
        if self.where_defined == "wrong" and WHERE_DEFINED in found:
            return 1
        return EXIT_CODES[self.verdict]

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.check.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The verdicts, the evidence and the mistakes; `brief` has the verdicts only."""
        from diffcompare.studies.check.document import document

        return document(self, brief=brief)
