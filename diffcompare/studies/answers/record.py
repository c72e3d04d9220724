"""A class's answers as a record: a row for every row of the table, with the check of every partial in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from diffcompare.checking import WHERE_DEFINED, Verdict
from diffcompare.checking import WORST_FIRST as VERDICTS
from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document
from diffcompare.studies.check.record import Counting
from diffcompare.studies.telling import Shown

if TYPE_CHECKING:
    from diffcompare.mistakes import Mistake
    from diffcompare.source import Question
    from diffcompare.studies.answers.counting import Summary
    from diffcompare.studies.check import Check

Outcome: TypeAlias = Verdict | Literal["error", "not answered"]
WORST_FIRST: tuple[Outcome, ...] = ("error", *VERDICTS, "not answered")


def right_outcomes(where_defined: Counting) -> tuple[Outcome, ...]:
    """What counts as right."""
    return ("proved", "agrees", WHERE_DEFINED) if where_defined == "right" else ("proved", "agrees")


def wrong_outcomes(where_defined: Counting) -> tuple[Outcome, ...]:
    """What counts as wrong."""
    return ("wrong", WHERE_DEFINED) if where_defined == "wrong" else ("wrong",)


def who(student: str, number: str, line: int) -> str:
    """The student's name with the id, or the line where there is neither."""
    if student and number:
        return f"{student} ({number})"
    return student or number or f"line {line}"


class Trouble(NamedTuple):
    """What kept a cell from being judged, and where: `file:line:column`."""

    place: str
    diagnostic: Diagnostic

    @property
    def text(self) -> str:
        """The trouble on one line."""
        said = "; ".join(part for part in (self.diagnostic.message, self.diagnostic.advice) if part)
        return " ".join(said.split())


class Part(NamedTuple):
    """The answer for one partial: its check, or what is wrong with it."""

    name: str
    """The variable; the title of the column for an answer that has no place in the function."""
    text: str
    check: Check | None = None
    trouble: Trouble | None = None
    stray: bool = False
    """Whether it is an answer for a partial that the function does not have, or that has an answer already."""

    @property
    def partial(self) -> str:
        """What to call it: `df/dx`."""
        return self.name if self.stray else f"df/d{self.name}"

    @property
    def outcome(self) -> Outcome:
        """Its verdict, or `error`."""
        return "error" if self.check is None else self.check.judgements[self.name].verdict

    @property
    def mistake(self) -> Mistake | None:
        """The mistake that was found in it."""
        return None if self.check is None else self.check.mistakes[self.name]


class Row(NamedTuple):
    """A row of the table."""

    line: int
    student: str
    number: str
    """The student's id."""
    label: str
    """The question in few words: what its column says, else the function as written."""
    text: str
    """The function as written."""
    question: Question | None
    domain: tuple[str, ...]
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    """Variables for whose partials there is no answer."""
    trouble: Trouble | None = None
    """What is wrong with the row as a whole."""

    @property
    def who(self) -> str:
        """The student in a few words."""
        return who(self.student, self.number, self.line)

    @property
    def outcome(self) -> Outcome:
        """That of the worst partial; `not answered` where there is none."""
        if self.trouble is not None:
            return "error"
        found = {part.outcome for part in self.parts}
        return next((outcome for outcome in WORST_FIRST if outcome in found), "not answered")


@dataclass(frozen=True, repr=False)
class Class(Shown):
    """The answers of a class, judged."""

    file: str
    rows: tuple[Row, ...]
    seed: int = 0
    where_defined: Counting = "right"
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @cached_property
    def summary(self) -> Summary:
        """What was done wrong how often, and how each question went."""
        from diffcompare.studies.answers.counting import summary

        return summary(self.rows, self.where_defined)

    @property
    def exit_code(self) -> int:
        """1 where a row is wrong or could not be read, else 0."""
        failed = (*wrong_outcomes(self.where_defined), "error")
        outcomes = {outcome for row in self.rows for outcome in (row.outcome, *(part.outcome for part in row.parts))}
        return int(not outcomes.isdisjoint(failed))

    def by_student(self) -> Mapping[str, list[Row]]:
        """The rows of every student, in the order of the table."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.who, []).append(row)
        return found

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.answers.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The summary and the rows; `brief` has the rows only."""
        from diffcompare.studies.answers.document import document

        return document(self, brief=brief)
