"""A class's answers, judged: what many students wrote is judged once, and what goes wrong in a row stays in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from diffcompare.classroom.class_answers.submissions import AnswerRow, AnswerTable, Class, ParsedRow, Part
from diffcompare.classroom.class_answers.table import TableCell
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.formulas import formula_text, formulas_from, parse_conditions
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.check import Check, Counting, GivenPartial, check_question

BUDGET = 2.0  # Seconds for the points of an answer, and again for its proof.

Key: TypeAlias = tuple[Expression, tuple[str, ...], str, Expression]


def check_class(
    table: str | AnswerTable,
    *,
    domain: Sequence[str] = (),
    seed: int = 0,
    budget: float | None = None,
    where_defined: Counting = "right",
) -> Class:
    """Check the answers in a table, or in the file of that name: a student, a question and the partials in every row.

    `domain` holds where a row has none of its own; `where_defined` says as what an answer counts that agrees where it
    is defined, but has no value in some region; `budget` is in seconds, for each answer that nobody else gave.
    Raises DiffcompareError for a file that is no such table; what is wrong with a row is told in the row.
    """
    table = AnswerTable(table) if isinstance(table, str) else table
    judge = _Judge(table, tuple(domain), seed, budget or BUDGET, where_defined)
    rows = tuple(judge.row(given) for given in table.rows())
    return Class(table.path, rows, seed, where_defined, _notes(table, rows))


class _Judge:
    """Checks rows, and remembers the checks."""

    def __init__(
        self, table: AnswerTable, domain: tuple[str, ...], seed: int, budget: float, where_defined: Counting
    ) -> None:
        self.table, self.domain, self.seed, self.budget = table, domain, seed, budget
        self.where_defined = where_defined
        self.checks: dict[Key, Check | Diagnostic] = {}

    def row(self, given: ParsedRow) -> AnswerRow:
        domain = self.domain if given.domain is None else (given.domain.text,)
        row = AnswerRow(
            given.line, given.student, given.number, given.label, given.text, given.question, domain, (), (),
            given.trouble,
        )  # fmt: skip
        if given.question is None:
            return row
        names = variables(wengert_list(given.question.parsed.expression)) or list(given.answers)
        try:
            parse_conditions(domain, names)
        except DiffcompareError as error:
            if given.domain is None:
                raise
            return row._replace(trouble=self.table.trouble(given.domain, error.diagnostic))
        parts = [self._part(given.question, domain, name, cell) for name, cell in given.answers.items()]
        parts += [Part(title, "", None, trouble, stray=True) for title, trouble in given.troubles.items()]
        missing = tuple(name for name in names if name not in given.answers)
        return row._replace(parts=tuple(parts), missing=missing)

    def _part(self, question: ParsedInput, domain: tuple[str, ...], name: str, cell: TableCell) -> Part:
        expression = question.parsed.expression
        try:
            self.table.check(cell)
            names = list(dict.fromkeys([*variables(wengert_list(expression)), name]))
            formula = formulas_from({name: cell.text}, names, lambda name: f"df/d{name}")[name]
            answer = GivenPartial(formula_text(cell.text, name, names), formula)
        except DiffcompareError as error:
            return Part(name, cell.shown, None, self.table.trouble(cell, error.diagnostic))
        key = (expression, domain, name, answer.expression)
        if key not in self.checks:
            self.checks[key] = self._checked(question, domain, answer, name)
        check = self.checks[key]
        if isinstance(check, Diagnostic):
            return Part(name, cell.shown, None, self.table.trouble(cell, check))
        own = replace(check, question=question, answers={name: answer}, notes=())
        return Part(name, cell.shown, own)

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
        except Exception as error:  # whatever it is, it shall not cost the other rows their verdicts
            return Diagnostic("E900", "internal_error", f"a fault of ours: {type(error).__name__}: {error}")


def _notes(table: AnswerTable, rows: Sequence[AnswerRow]) -> tuple[Diagnostic, ...]:
    found = [*table.notes, *_twice(rows)]
    left_out = table.left_out
    if left_out:
        listed = ", ".join(f"`{title}`" for title in left_out[:8]) + ", ..." * (len(left_out) > 8)
        message = f"left out the column{'s' * (len(left_out) > 1)} {listed}: no function has such a variable"
        found.append(Diagnostic("W591", "note", message, severity="note"))
    return tuple(found)


def _twice(rows: Sequence[AnswerRow]) -> Iterator[Diagnostic]:
    """A note where one name answers a question twice: that may be two students."""
    seen: dict[tuple[str, str, Expression], int] = {}
    for row in rows:
        if row.question is None or not row.parts or not (row.student or row.number):
            continue
        key = (row.who, row.label, row.question.parsed.expression)
        if key in seen:
            message = f"`{row.who}` answers {row.label} twice, in lines {seen[key]} and {row.line}"
            help = "if these are two students, a column `id` tells them apart"
            yield Diagnostic("W595", "note", message, help=help, severity="note")
            return
        seen[key] = row.line
