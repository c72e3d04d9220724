"""The rows of a table of answers: who answered what to which question, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from diffcompare.classroom.class_answers.table import (
    EXAMPLE,
    AnswerColumns,
    Book,
    Sheet,
    TableCell,
    columns_of,
    header_of,
    variable_for,
    with_variables,
)
from diffcompare.diagnostics import Diagnostic, DiffcompareError, note
from diffcompare.document import NOTHING
from diffcompare.inputs import workbook
from diffcompare.inputs.catalogue import scan
from diffcompare.inputs.encodings import decode, example
from diffcompare.inputs.files import file_suffix, read_bytes
from diffcompare.inputs.formulas import variable_of
from diffcompare.inputs.localized_tables import ambiguous_comma, with_decimal_points
from diffcompare.inputs.resolve import ParsedInput, resolve
from diffcompare.language.parser import read
from diffcompare.language.syntax.misread_names import refuse_misread
from diffcompare.language.wengert import variables, wengert_list
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
        if self.student and self.number:
            return f"{self.student} ({self.number})"
        return self.student or self.number or f"line {self.line}"

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


# A cell of a student who did not know an answer.
_NO_ANSWER = re.compile(r"\W*\?+\W*|[-–—.…/_ ]+|n/?a|n\.a\.|none|idk|keine ahnung|weiß nicht|不知道|不会|不會", re.I)

_ZERO = re.compile(r"(?:[^=]*=)?\s*0+(?:\.0+)?")

# A function as an equation: `f(x) = x^2`, `y = x^2`.
_FUNCTION_OF = re.compile(r"([^\W\d]\w*)\s*(?:\(\s*\w+(?:\s*,\s*\w+)*\s*\))?\s*:?=(?!=)\s*([^=;]+)")

_SPREADSHEET_ERROR = re.compile(r"#[A-ZÀ-Ý/0-9]+[!?]?")

_MONTH = "(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])"

# A date, which spreadsheets make of an answer such as `1/2`.
_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}([/.])\d{{1,2}}\1\d{{4}}|\d{{1,2}}[-. ]+{_MONTH}\.?|{_MONTH}-\d\d", re.I
)


class ParsedRow(NamedTuple):
    """A row as it was read, before its answers are checked."""

    row: AnswerRow
    domain: TableCell | None
    answers: Mapping[str, TableCell] = NOTHING  # by variable
    errors: Mapping[str, CellError] = NOTHING  # errors of single answers, by the title of their column


class AnswerTable:
    """A table of answers, with the questions that occur in it."""

    def __init__(self, path: str, encoding: str | None = None) -> None:
        self.path = path
        self.notes: list[Diagnostic] = []
        self.sheet = self._sheet(encoding)
        self.decimal = False  # whether numbers are written with decimal commas
        records = list(self.sheet.records())
        if not records:
            raise DiffcompareError(
                Diagnostic("E591", "bad_value", f"{path}: the table is empty", source=path, help=EXAMPLE)
            )
        place = header_of(records)
        columns = columns_of(records[place], path)
        self.records = [list(map(self._with_points, record)) for record in records[place + 1 :]]
        if self.decimal:
            self.notes.append(note("W594", "commas within numbers are read as decimal commas"))
        self.questions: dict[str, ParsedInput | Diagnostic] = {}
        names = self._variables(columns)
        certain = all(isinstance(question, ParsedInput) for question in self.questions.values()) and bool(names)
        self.columns, self.left_out = with_variables(columns, names, path, certain=certain)
        self.usual = "x" if "x" in names else next(iter(names), "x")
        """The variable of a constant's derivative, if no column names one."""

    def _sheet(self, encoding: str | None) -> Sheet | Book:
        if file_suffix(self.path) == ".xlsx":
            worksheet = workbook.read(self.path)
            if worksheet.others:
                self.notes.append(note("W596", f"read the worksheet `{worksheet.name}`, the first that is not empty"))
            return Book(worksheet.records)
        decoded = decode(read_bytes(self.path), self.path, encoding)
        if decoded.guessed:
            message = f"the table is not UTF-8; it is read as {decoded.encoding}: `{example(decoded.text)}`"
            if decoded.encoding == "UTF-8":
                message = "the table has bytes that are not UTF-8, which are shown as \N{REPLACEMENT CHARACTER}"
            help = "if names look wrong, give its encoding: --encoding gbk; or save it as UTF-8"
            self.notes.append(note("W593", message, help))
        return Sheet(decoded.text)

    def _with_points(self, cell: TableCell) -> TableCell:
        """Return the cell with decimal points for decimal commas, which are possible unless commas separate cells."""
        if self.sheet.delimiter == ",":
            return cell
        converted = with_decimal_points(cell.text)
        self.decimal = self.decimal or converted.decimal
        if not (converted.decimal or converted.doubtful):
            return cell
        return cell._replace(text=converted.text, written=cell.text, doubtful=converted.doubtful)

    def _variables(self, columns: AnswerColumns) -> dict[str, None]:
        """Parse all questions, and return the names of their variables."""
        names: dict[str, None] = {}  # a set that keeps the order
        for record in self.records:
            text = _at(record, columns.function).text
            if text and text not in self.questions:
                self.questions[text] = question = _question(text)
                if isinstance(question, ParsedInput):
                    names.update(dict.fromkeys(variables(wengert_list(question.parsed.expression))))
        return names

    def rows(self) -> list[ParsedRow]:
        """Return all rows in their order."""
        return [self._row(record) for record in self.records]

    def students(self) -> list[str]:
        """Return all students, each once."""
        return list(dict.fromkeys(parsed.row.who for parsed in self.rows()))

    def check(self, cell: TableCell) -> None:
        """Raise DiffcompareError for an answer that a spreadsheet changed, or with an ambiguous comma."""
        if self.decimal and cell.doubtful:
            raise DiffcompareError(ambiguous_comma(cell.text, cell.doubtful))
        if _DATE.fullmatch(cell.text) or _SPREADSHEET_ERROR.fullmatch(cell.text):
            raise DiffcompareError(_changed_by_spreadsheet(cell.text))

    def error(self, cell: TableCell, diagnostic: Diagnostic) -> CellError:
        """Return the error of a cell, with the place that the diagnostic points to."""
        offset = diagnostic.span[0] if diagnostic.span and diagnostic.text == cell.text else 0
        return CellError(f"{self.path}:{self.sheet.where(cell, offset)}", diagnostic)

    def _row(self, record: Sequence[TableCell]) -> ParsedRow:
        columns = self.columns
        function = _at(record, columns.function)
        question = self.questions.get(function.text)
        row = AnswerRow(
            self.sheet.line(record[0]),
            " ".join(f"{_at(record, columns.student).shown} {_at(record, columns.family).shown}".split()),
            _at(record, columns.number).shown,
            " ".join((_at(record, columns.label).shown or function.shown).split()),
            function.shown,
            question if isinstance(question, ParsedInput) else None,
        )
        domain = cell if (cell := _at(record, columns.domain)).text else None
        error = self._row_error(record, function, question)
        if error is not None or row.question is None:
            return ParsedRow(row._replace(question=None, error=error), domain)
        names = variables(wengert_list(row.question.parsed.expression)) or self._of_constant(record)
        return ParsedRow(row, domain, *self._answers(record, names))

    def _row_error(
        self, record: Sequence[TableCell], function: TableCell, question: ParsedInput | Diagnostic | None
    ) -> CellError | None:
        """Return the error of a record as a whole, if it has one."""
        surplus = next((cell for cell in record[len(self.columns.titles) :] if cell.text), None)
        unclosed = next((cell for cell in record if cell.open), None)
        if unclosed is not None:
            message = "a quote opens here and is not closed in this cell"
            help = "write a quote within a cell twice"
            return self.error(unclosed, Diagnostic("E594", "syntax_error", message, help=help))
        if surplus is not None:
            message = f"there are {len(record)} cells under {len(self.columns.titles)} columns"
            help = self.sheet.on_surplus
            return self.error(surplus, Diagnostic("E594", "syntax_error", message, help=help))
        if not function.text:
            if not any(_at(record, place).text for place in self.columns.answers):
                return None
            title = self.columns.titles[self.columns.function]
            message = f"the cell `{title}` is empty, so there is nothing to differentiate"
            place = function if function.start >= 0 else record[0]
            return self.error(place, Diagnostic("E593", "bad_value", message, help="write the function, or @name"))
        if self.decimal and function.doubtful:
            return self.error(function, ambiguous_comma(function.text, function.doubtful))
        if isinstance(question, Diagnostic):
            return self.error(function, question)
        try:
            refuse_misread(question.parsed.notes if question else (), self.columns.answers.values())
        except DiffcompareError as error:
            return self.error(function, error.diagnostic)
        return None

    def _of_constant(self, record: Sequence[TableCell]) -> list[str]:
        """Return the variables of a constant's derivatives: those whose columns have an answer."""
        answered = [name for place, name in self.columns.answers.items() if _at(record, place).text]
        return list(dict.fromkeys(name or self.usual for name in answered))

    def _answers(
        self, record: Sequence[TableCell], names: Sequence[str]
    ) -> tuple[dict[str, TableCell], dict[str, CellError]]:
        answers: dict[str, TableCell] = {}
        errors: dict[str, CellError] = {}
        for place, wanted in self.columns.answers.items():
            cell = _at(record, place)
            if not cell.text or _NO_ANSWER.fullmatch(cell.text):
                continue
            name, title = variable_for(wanted, names), self.columns.titles[place]
            if name is None and not wanted:
                name = _named_in(cell.text, names)
            if name is None and wanted and _ZERO.fullmatch(cell.text):
                name, names = wanted, [*names, wanted]  # 0 is right for a function without that variable
            if name is None:
                errors[title] = self.error(cell, _no_partial(wanted, title, names))
            elif name in answers:
                message = f"a second answer for df/d{name}"
                errors[title] = self.error(cell, Diagnostic("E592", "bad_value", message, help="keep one of them"))
            else:
                answers[name] = cell
        return {name: answers[name] for name in names if name in answers}, errors


def _at(record: Sequence[TableCell], place: int | None) -> TableCell:
    return record[place] if place is not None and place < len(record) else TableCell("", -1)


def _question(text: str) -> ParsedInput | Diagnostic:
    """Return the question in a cell: an expression, `@name`, or the bare name of a catalogue entry, but no file.

    `f(x) = x^2` and `y = x^2` are the expression x^2.
    """
    equation = _FUNCTION_OF.fullmatch(text)
    if equation is not None:
        text = equation[2]
    try:
        if text.startswith("@"):
            return resolve(text)
        if text.isidentifier() and len(text) > 2 and any(stanza.name == text for stanza in scan()):
            return resolve(f"@{text}")
        return ParsedInput(text, read(text), "expression", "expression")
    except DiffcompareError as error:
        return error.diagnostic


def _named_in(answer: str, names: Sequence[str]) -> str | None:
    """Return the variable that an answer names itself: `df/dx = y`."""
    try:
        return variable_of(answer, names)
    except DiffcompareError:
        return None


def _changed_by_spreadsheet(answer: str) -> Diagnostic:
    """Return the error of an answer that a spreadsheet turned into something else."""
    mistaken_for = "a date" if _DATE.fullmatch(answer) else "a formula of its own"
    message = f"the spreadsheet shows `{answer}` here: it took the answer for {mistaken_for}"
    return Diagnostic("E597", "bad_value", message, help="in the spreadsheet put an apostrophe in front of it: '2*x")


def _no_partial(wanted: str, title: str, names: Iterable[str]) -> Diagnostic:
    listed = ", ".join(names)
    if not wanted:
        message = f"the column `{title}` is for functions of one variable, and this one has {listed or 'none'}"
        return Diagnostic("E595", "unknown_variable", message, help="name the column after the variable: df/dx")
    message = f"the function has no variable `{wanted}`, and there is an answer in the column `{title}`"
    return Diagnostic(
        "E595", "unknown_variable", message, help=f"its variables are {listed}" if listed else "it is constant"
    )
