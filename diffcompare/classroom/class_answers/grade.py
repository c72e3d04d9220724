"""Grading a class: the same answer of many students is checked once, and errors stay in their row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from diffcompare.classroom.class_answers.answer_table import AnswerTable, ParsedRow
from diffcompare.classroom.class_answers.submissions import (
    AnswerRow,
    CellError,
    Class,
    PartialAnswer,
    right_outcomes,
)
from diffcompare.classroom.class_answers.table import TableCell
from diffcompare.diagnostics import Diagnostic, DiffcompareError, note
from diffcompare.inputs.conditions import parse_conditions
from diffcompare.inputs.formulas import formula_text, formulas_from
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.check import Check, Counting, GivenPartial, check_question

BUDGET = 2.0  # seconds for the points of an answer, and again for its proof

Key: TypeAlias = tuple[Expression, tuple[str, ...], str, Expression]


def check_class(
    table: str | AnswerTable,
    *,
    domain: Sequence[str] = (),
    seed: int = 0,
    budget: float | None = None,
    where_defined: Counting = "right",
) -> Class:
    """Check the answers in a table, or in the file of that name.

    Every row has a student, a question and the partials.  `domain` holds for rows without one of their own; `budget` is
    in seconds, for each different answer; `where_defined` says how to count an answer that agrees where it is defined,
    but has no value in some region.  Raises DiffcompareError for a file that is no such table; errors of a row are in
    the row.
    """
    table = AnswerTable(table) if isinstance(table, str) else table
    grader = _Grader(table, tuple(domain), seed, budget or BUDGET, where_defined)
    rows = tuple(map(grader.grade, table.rows()))
    return Class(table.path, rows, seed, where_defined, _notes(table, rows))


class _Grader:
    """Checks rows, and remembers the checks by question and answer."""

    def __init__(
        self, table: AnswerTable, domain: tuple[str, ...], seed: int, budget: float, where_defined: Counting
    ) -> None:
        self.table, self.domain, self.seed, self.budget = table, domain, seed, budget
        self.where_defined = where_defined
        self.checks: dict[Key, Check | Diagnostic] = {}

    def grade(self, parsed: ParsedRow) -> AnswerRow:
        """Return the row with its answers checked; an error in a row stays in that row."""
        domain = self.domain if parsed.domain is None else (parsed.domain.text,)
        row = parsed.row._replace(domain=domain)
        if row.question is None:
            return row
        names = variables(wengert_list(row.question.parsed.expression)) or list(parsed.answers)
        try:
            parse_conditions(domain, names)
        except DiffcompareError as error:
            if parsed.domain is None:
                raise
            return row._replace(error=self.table.error(parsed.domain, error.diagnostic))
        if parsed.right is not None and parsed.right_by is None:
            parsed = self._with_partial(parsed, parsed.right, row.question, domain, names)
        refusal = self._refusal(parsed, row.question, domain)
        if refusal is not None:
            return row._replace(question=None, error=refusal)
        partials = [self._partial(row.question, domain, name, cell) for name, cell in parsed.answers.items()]
        partials += [PartialAnswer(title, "", None, error, stray=True) for title, error in parsed.errors.items()]
        missing = tuple(name for name in parsed.wanted or names if name not in parsed.answers)
        return row._replace(partials=tuple(partials), missing=missing)

    def _with_partial(
        self, parsed: ParsedRow, right: TableCell, question: ParsedInput, domain: tuple[str, ...], names: Sequence[str]
    ) -> ParsedRow:
        """Return a row with the partial that was asked for, if the right answer is one of them and no other."""
        fitting = [
            name for name in names
            if self._partial(question, domain, name, right).outcome in right_outcomes("right")
        ]  # fmt: skip
        if len(fitting) != 1:
            return parsed
        answers = {} if parsed.unassigned is None else {fitting[0]: parsed.unassigned}
        return parsed._replace(right_by=fitting[0], wanted=fitting, answers=answers)

    def _refusal(self, parsed: ParsedRow, question: ParsedInput, domain: tuple[str, ...]) -> CellError | None:
        """Return why a row is not graded: what the table has for the right answer is not the derivative."""
        if parsed.right is None:
            return None
        if parsed.right_by is None:
            help = 'say by which variable: --asked "d/dx (x*y)"'
            message = f"the right answer here, {parsed.right.shown}, is no partial of {question.text}, or several"
            return self.table.error(parsed.right, Diagnostic("E639", "bad_value", message, help=help))
        right = self._partial(question, domain, parsed.right_by, parsed.right)
        if right.error is not None:
            diagnostic = right.error.diagnostic
            return right.error._replace(
                diagnostic=diagnostic._replace(message=f"the right answer cannot be read: {diagnostic.message}")
            )
        if right.outcome in right_outcomes("right"):
            return None
        message = f"the right answer here, {parsed.right.shown}, is not the derivative of {question.text}"
        if right.outcome == "undecided":
            message = f"it cannot be decided whether the right answer here, {parsed.right.shown}, is the derivative"
        help = 'so this is not what was asked: say what was, --asked "x^2"'
        return self.table.error(parsed.right, Diagnostic("E639", "bad_value", message, help=help))

    def _partial(self, question: ParsedInput, domain: tuple[str, ...], name: str, cell: TableCell) -> PartialAnswer:
        expression = question.parsed.expression
        try:
            self.table.check(cell)
            names = list(dict.fromkeys([*variables(wengert_list(expression)), name]))
            formula = formulas_from({name: cell.text}, names, lambda name: f"df/d{name}")[name]
            answer = GivenPartial(formula_text(cell.text, name, names), formula)
        except DiffcompareError as error:
            return PartialAnswer(name, cell.shown, None, self.table.error(cell, error.diagnostic))
        key = (expression, domain, name, answer.expression)
        if key not in self.checks:
            self.checks[key] = self._checked(question, domain, answer, name)
        check = self.checks[key]
        if isinstance(check, Diagnostic):
            return PartialAnswer(name, cell.shown, None, self.table.error(cell, check))
        own = replace(check, question=question, answers={name: answer}, notes=())
        return PartialAnswer(name, cell.shown, own)

    def _checked(
        self, question: ParsedInput, domain: tuple[str, ...], answer: GivenPartial, name: str
    ) -> Check | Diagnostic:
        try:
            return check_question(
                question, {name: answer.text}, domain=domain, seed=self.seed, budget=self.budget,
                formulas={name: answer.expression}, where_defined=self.where_defined,
            )  # fmt: skip
        except DiffcompareError as error:
            return error.diagnostic
        except Exception as error:  # a bug must not cost the other rows their verdicts
            return Diagnostic("E900", "internal_error", f"internal error: {type(error).__name__}: {error}")


def _notes(table: AnswerTable, rows: Sequence[AnswerRow]) -> tuple[Diagnostic, ...]:
    notes = [*table.notes, *_answered_twice(rows)]
    left_out = table.left_out
    if left_out:
        listed = ", ".join(f"`{title}`" for title in left_out[:8]) + ", ..." * (len(left_out) > 8)
        message = f"left out the column{'s' * (len(left_out) > 1)} {listed}"
        help = "if one has answers: --columns" if table.is_wide else ""
        notes.append(note("W591", message if table.is_wide else f"{message}: no function has such a variable", help))
    return tuple(notes)


def _answered_twice(rows: Sequence[AnswerRow]) -> Iterator[Diagnostic]:
    """Yield a note if one name answers a question twice, which may be two students."""
    seen: dict[tuple[str, str, Expression], int] = {}
    for row in rows:
        if row.question is None or not row.partials or not (row.student or row.number):
            continue
        key = (row.who, row.label, row.question.parsed.expression)
        if key in seen:
            message = f"`{row.who}` answers {row.label} twice, in lines {seen[key]} and {row.line}"
            help = "if these are two students, a column `id` tells them apart"
            yield note("W595", message, help)
            return
        seen[key] = row.line
