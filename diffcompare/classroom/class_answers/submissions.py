"""The checked answers of a class: who answered what to which question, each with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from diffcompare.diagnostics import Diagnostic
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.studies.check import Check, Counting
from diffcompare.studies.record import Record
from diffcompare.verify.verdict import WHERE_DEFINED, Verdict
from diffcompare.verify.verdict import WORST_FIRST as VERDICTS

if TYPE_CHECKING:
    from diffcompare.classroom.class_answers.report import Summary
    from diffcompare.misconceptions.messages import Mistake


# The checked answers of a class: one record a row, with the check of every partial in it.

Outcome: TypeAlias = Verdict | Literal["error", "not answered"]

WORST_FIRST: tuple[Outcome, ...] = ("error", *VERDICTS, "not answered")


def right_outcomes(where_defined: Counting) -> tuple[Outcome, ...]:
    """Return the outcomes that count as right."""
    return ("proved", "agrees", WHERE_DEFINED) if where_defined == "right" else ("proved", "agrees")


def wrong_outcomes(where_defined: Counting) -> tuple[Outcome, ...]:
    """Return the outcomes that count as wrong."""
    return ("wrong", WHERE_DEFINED) if where_defined == "wrong" else ("wrong",)


class CellError(NamedTuple):
    """An error that kept a cell from being checked, and its place: `file:line:column`."""

    place: str
    diagnostic: Diagnostic

    @property
    def text(self) -> str:
        """Error message and advice on one line."""
        message = "; ".join(part for part in (self.diagnostic.message, self.diagnostic.advice) if part)
        return " ".join(message.split())


class PartialAnswer(NamedTuple):
    """The answer for one partial: its check, or the error in it."""

    name: str  # the variable; for a stray answer, the title of its column
    text: str
    check: Check | None = None
    error: CellError | None = None
    stray: bool = False  # whether the function does not have this partial, or the row has an answer for it already

    @property
    def label(self) -> str:
        """Name of the partial: `df/dx`."""
        return self.name if self.stray else f"df/d{self.name}"

    @property
    def outcome(self) -> Outcome:
        """Verdict, or `error`."""
        return "error" if self.check is None else self.check.judgements[self.name].verdict

    @property
    def mistake(self) -> Mistake | None:
        """Mistake that explains a wrong answer, if one was found."""
        return None if self.check is None else self.check.mistakes[self.name]


def who(student: str, number: str) -> str:
    """Return what a student is called: the name with the id, or the one that there is."""
    return f"{student} ({number})" if student and number else student or number


class AnswerRow(NamedTuple):
    """A row of the table, checked or yet to be checked."""

    line: int
    student: str
    number: str  # the student's id
    label: str  # a short name of the question: the text of its column, else the function as written
    text: str  # the function as written
    question: ParsedInput | None
    domain: tuple[str, ...] = ()
    partials: tuple[PartialAnswer, ...] = ()
    missing: tuple[str, ...] = ()  # variables whose partials were not answered
    error: CellError | None = None  # an error of the row as a whole

    @property
    def who(self) -> str:
        """Student's name with the id, or the line if there is neither."""
        return who(self.student, self.number) or f"line {self.line}"

    @property
    def outcome(self) -> Outcome:
        """Outcome of the worst partial; `not answered` if there is none."""
        if self.error is not None:
            return "error"
        outcomes = {partial.outcome for partial in self.partials}
        return next((outcome for outcome in WORST_FIRST if outcome in outcomes), "not answered")


@dataclass(frozen=True, repr=False)
class Class(Record):
    """The checked answers of a class."""

    report = "diffcompare.classroom.class_answers.report"

    file: str
    rows: tuple[AnswerRow, ...]
    seed: int = 0
    where_defined: Counting = "right"
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @cached_property
    def summary(self) -> Summary:
        """Counts of the mistakes, and of how each question went."""
        summary: Summary = self.from_report("summary_of")
        return summary

    @property
    def exit_code(self) -> int:
        """1 if a row is wrong or could not be read, else 0."""
        failed = (*wrong_outcomes(self.where_defined), "error")
        outcomes = {
            outcome for row in self.rows for outcome in (row.outcome, *(partial.outcome for partial in row.partials))
        }
        return int(not outcomes.isdisjoint(failed))

    def by_student(self) -> Mapping[str, list[AnswerRow]]:
        """Return the rows of every student, in the order of the table."""
        students: dict[str, list[AnswerRow]] = {}
        for row in self.rows:
            students.setdefault(row.who, []).append(row)
        return students
