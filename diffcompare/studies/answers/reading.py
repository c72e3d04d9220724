"""The rows of a table of answers: who answered what to which question, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from diffcompare.catalogue import scan
from diffcompare.commas import doubt, with_points
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.encodings import decode, example
from diffcompare.equations import variable_of
from diffcompare.explain.misread import refuse_misread
from diffcompare.expression_file import read_bytes
from diffcompare.file_kinds import suffix_of
from diffcompare.parser import read
from diffcompare.rows import workbook
from diffcompare.source import Question, resolve
from diffcompare.studies.answers.cells import Book, Cell, Sheet
from diffcompare.studies.answers.columns import EXAMPLE, Columns, columns_of, header_of, variable_for, with_variables
from diffcompare.studies.answers.record import Trouble, who
from diffcompare.wengert import listing, variables

_NO_ANSWER = re.compile(r"\W*\?+\W*|[-–—.…/_ ]+|n/?a|n\.a\.|none|idk|keine ahnung|weiß nicht|不知道|不会|不會", re.I)
"""What stands in a cell where nobody knew an answer."""
_ZERO = re.compile(r"(?:[^=]*=)?\s*0+(?:\.0+)?")
_FUNCTION_OF = re.compile(r"([^\W\d]\w*)\s*(?:\(\s*\w+(?:\s*,\s*\w+)*\s*\))?\s*:?=(?!=)\s*([^=;]+)")
"""A function as an equation: `f(x) = x^2`, `y = x^2`."""
_SPREADSHEET_ERROR = re.compile(r"#[A-ZÀ-Ý/0-9]+[!?]?")

_MONTH = "(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])"
_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}([/.])\d{{1,2}}\1\d{{4}}|\d{{1,2}}[-. ]+{_MONTH}\.?|{_MONTH}-\d\d", re.I
)
"""What becomes of `1/2` in a spreadsheet that takes it for a day."""


class Given(NamedTuple):
    """A row as it was read: its texts stand in the record `answers` by variable, with what is wrong with some."""

    line: int
    student: str
    number: str
    label: str
    text: str
    """The question as written."""
    question: Question | None
    domain: Cell | None
    answers: Mapping[str, Cell]
    troubles: Mapping[str, Trouble]
    """What is wrong with the answer in the column of that name."""
    trouble: Trouble | None = None
    """What is wrong with the whole row."""


class Table:
    """A table of answers, and the questions that are asked in it."""

    def __init__(self, path: str, encoding: str | None = None) -> None:
        self.path = path
        self.notes: list[Diagnostic] = []
        self.sheet = self._sheet(encoding)
        self.decimal = False
        """Whether numbers are written with decimal commas."""
        records = list(self.sheet.records())
        if not records:
            raise DiffcompareError(
                Diagnostic("E591", "bad_value", f"{path}: the table is empty", source=path, help=EXAMPLE)
            )
        place = header_of(records)
        columns = columns_of(records[place], path)
        self.records = [list(map(self._with_points, record)) for record in records[place + 1 :]]
        if self.decimal:
            self.notes.append(_note("W594", "commas within numbers are read as decimal commas"))
        self.questions: dict[str, Question | Diagnostic] = {}
        names = self._variables(columns)
        certain = all(isinstance(each, Question) for each in self.questions.values()) and bool(names)
        self.columns, self.left_out = with_variables(columns, names, path, certain=certain)
        self.usual = "x" if "x" in names else next(iter(names), "x")
        """The variable by which a constant is differentiated where no column says it."""

    def _sheet(self, encoding: str | None) -> Sheet | Book:
        if suffix_of(self.path) == ".xlsx":
            worksheet = workbook.read(self.path)
            if worksheet.others:
                self.notes.append(_note("W596", f"read the worksheet `{worksheet.name}`, the first that is filled"))
            return Book(worksheet.records)
        found = decode(read_bytes(self.path), self.path, encoding)
        if found.guessed:
            message = f"the table is not UTF-8, and read as {found.encoding}: `{example(found.text)}`"
            if found.encoding == "UTF-8":
                message = "the table has bytes that are not UTF-8, which are shown as \N{REPLACEMENT CHARACTER}"
            help = "if names look wrong, say its encoding: --encoding gbk; or save it as UTF-8"
            self.notes.append(_note("W593", message, help))
        return Sheet(found.text)

    def _with_points(self, cell: Cell) -> Cell:
        """The cell with decimal points where it has decimal commas, which it may have where no comma parts cells."""
        if self.sheet.delimiter == ",":
            return cell
        found = with_points(cell.text)
        self.decimal = self.decimal or found.decimal
        if not (found.decimal or found.doubtful):
            return cell
        return cell._replace(text=found.text, written=cell.text, doubtful=found.doubtful)

    def _variables(self, columns: Columns) -> dict[str, None]:
        """The variables of all questions, which are read for it."""
        found: dict[str, None] = {}
        for record in self.records:
            text = _at(record, columns.function).text
            if text and text not in self.questions:
                self.questions[text] = question = _question(text)
                if isinstance(question, Question):
                    found.update(dict.fromkeys(variables(listing(question.parsed.expression))))
        return found

    def rows(self) -> list[Given]:
        """All rows in their order."""
        return [self._row(record) for record in self.records]

    def students(self) -> list[str]:
        """Everybody who has a row, once."""
        return list(dict.fromkeys(who(given.student, given.number, given.line) for given in self.rows()))

    def check(self, cell: Cell) -> None:
        """Raise DiffcompareError for an answer that a spreadsheet changed, or with a comma of two meanings."""
        if self.decimal and cell.doubtful:
            raise DiffcompareError(doubt(cell.text, cell.doubtful))
        if _DATE.fullmatch(cell.text) or _SPREADSHEET_ERROR.fullmatch(cell.text):
            raise DiffcompareError(_spoilt(cell.text))

    def trouble(self, cell: Cell, diagnostic: Diagnostic) -> Trouble:
        """What is wrong with a cell, where its diagnostic says it is."""
        offset = diagnostic.span[0] if diagnostic.span and diagnostic.text == cell.text else 0
        return Trouble(f"{self.path}:{self.sheet.where(cell, offset)}", diagnostic)

    def _row(self, record: Sequence[Cell]) -> Given:
        columns = self.columns
        function = _at(record, columns.function)
        question = self.questions.get(function.text)
        given = Given(
            self.sheet.line(record[0]),
            " ".join(f"{_at(record, columns.student).shown} {_at(record, columns.family).shown}".split()),
            _at(record, columns.number).shown,
            " ".join((_at(record, columns.label).shown or function.shown).split()),
            function.shown,
            question if isinstance(question, Question) else None,
            cell if (cell := _at(record, columns.domain)).text else None,
            {},
            {},
        )
        trouble = self._trouble(record, function, question)
        if trouble is not None or given.question is None:
            return given._replace(question=None, trouble=trouble)
        names = variables(listing(given.question.parsed.expression)) or self._of_constant(record)
        answers, troubles = self._answers(record, names)
        return given._replace(answers=answers, troubles=troubles)

    def _trouble(
        self, record: Sequence[Cell], function: Cell, question: Question | Diagnostic | None
    ) -> Trouble | None:
        """What is wrong with the record as such."""
        surplus = next((cell for cell in record[len(self.columns.titles) :] if cell.text), None)
        unclosed = next((cell for cell in record if cell.open), None)
        if unclosed is not None:
            message = "a quote opens here and is not closed in this cell"
            help = "a quote within a cell is written twice"
            return self.trouble(unclosed, Diagnostic("E594", "syntax_error", message, help=help))
        if surplus is not None:
            message = f"there are {len(record)} cells under {len(self.columns.titles)} columns"
            help = self.sheet.on_surplus
            return self.trouble(surplus, Diagnostic("E594", "syntax_error", message, help=help))
        if not function.text:
            if not any(_at(record, place).text for place in self.columns.answers):
                return None
            title = self.columns.titles[self.columns.function]
            message = f"the cell `{title}` is empty: it is not said what was to be differentiated"
            place = function if function.start >= 0 else record[0]
            return self.trouble(place, Diagnostic("E593", "bad_value", message, help="write the function, or @name"))
        if self.decimal and function.doubtful:
            return self.trouble(function, doubt(function.text, function.doubtful))
        if isinstance(question, Diagnostic):
            return self.trouble(function, question)
        try:
            refuse_misread(question.parsed.notes if question else (), self.columns.answers.values())
        except DiffcompareError as error:
            return self.trouble(function, error.diagnostic)
        return None

    def _of_constant(self, record: Sequence[Cell]) -> list[str]:
        """The variables by which a constant is differentiated: those in whose columns there is an answer."""
        answered = [name for place, name in self.columns.answers.items() if _at(record, place).text]
        return list(dict.fromkeys(name or self.usual for name in answered))

    def _answers(self, record: Sequence[Cell], names: Sequence[str]) -> tuple[dict[str, Cell], dict[str, Trouble]]:
        answers: dict[str, Cell] = {}
        troubles: dict[str, Trouble] = {}
        for place, wanted in self.columns.answers.items():
            cell = _at(record, place)
            if not cell.text or _NO_ANSWER.fullmatch(cell.text):
                continue
            name, title = variable_for(wanted, names), self.columns.titles[place]
            if name is None and not wanted:
                name = _named_in(cell.text, names)
            if name is None and wanted and _ZERO.fullmatch(cell.text):
                name, names = wanted, [*names, wanted]  # which is right of a function without that variable
            if name is None:
                troubles[title] = self.trouble(cell, _no_partial(wanted, title, names))
            elif name in answers:
                message = f"a second answer for the partial by `{name}`"
                troubles[title] = self.trouble(cell, Diagnostic("E592", "bad_value", message, help="keep one of them"))
            else:
                answers[name] = cell
        return {name: answers[name] for name in names if name in answers}, troubles


def _at(record: Sequence[Cell], place: int | None) -> Cell:
    return record[place] if place is not None and place < len(record) else Cell("", -1)


def _question(text: str) -> Question | Diagnostic:
    """An expression, `@name`, or the bare name of an entry of the catalogue; a cell names no file.

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
        return Question(text, read(text), "expression", "expression")
    except DiffcompareError as error:
        return error.diagnostic


def _named_in(answer: str, names: Sequence[str]) -> str | None:
    """The variable that an answer names itself: `df/dx = y`."""
    try:
        return variable_of(answer, names)
    except DiffcompareError:
        return None


def _spoilt(answer: str) -> Diagnostic:
    """What to say where a spreadsheet made something else of an answer."""
    what = "a date" if _DATE.fullmatch(answer) else "a formula of its own"
    message = f"the spreadsheet shows `{answer}` here: it took the answer for {what}"
    return Diagnostic("E597", "bad_value", message, help="in the spreadsheet put an apostrophe in front of it: '2*x")


def _note(code: str, message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic(code, "note", message, help=help, severity="note")


def _no_partial(wanted: str, title: str, names: Iterable[str]) -> Diagnostic:
    listed = ", ".join(names)
    if not wanted:
        message = f"the column `{title}` is for functions of one variable, and this one has {listed or 'none'}"
        return Diagnostic("E595", "unknown_variable", message, help="name the column after the variable: df/dx")
    message = f"the function has no variable `{wanted}`, and there is an answer in the column `{title}`"
    return Diagnostic(
        "E595", "unknown_variable", message, help=f"its variables are {listed}" if listed else "it is constant"
    )
