"""The rows of a table of answers: who answered what to which question, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from diffcompare.catalogue import scan
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.expression_file import read_bytes
from diffcompare.parser import read
from diffcompare.source import Question, resolve
from diffcompare.studies.answers.cells import Cell, Sheet, decoded
from diffcompare.studies.answers.columns import EXAMPLE, Columns, columns_of, variable_for, with_variables
from diffcompare.studies.answers.record import Trouble, who
from diffcompare.wengert import listing, variables


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

    def __init__(self, path: str) -> None:
        self.path = path
        text, self.encoding = decoded(read_bytes(path))
        self.sheet = Sheet(text)
        records = self.sheet.records()
        header = next(records, None)
        if header is None:
            raise DiffcompareError(
                Diagnostic("E591", "bad_value", f"{path}: the table is empty", source=path, help=EXAMPLE)
            )
        columns = columns_of(header, path)
        self.records = list(records)
        self.questions: dict[str, Question | Diagnostic] = {}
        self.columns, self.left_out = with_variables(columns, self._variables(columns), path)

    def _variables(self, columns: Columns) -> set[str]:
        """The variables of all questions, which are read for it."""
        found: set[str] = set()
        for record in self.records:
            text = _at(record, columns.function).text
            if text and text not in self.questions:
                self.questions[text] = question = _question(text)
                if isinstance(question, Question):
                    found.update(variables(listing(question.parsed.expression)))
        return found

    def rows(self) -> list[Given]:
        """All rows in their order."""
        return [self._row(record) for record in self.records]

    def students(self) -> list[str]:
        """Everybody who has a row, once."""
        return list(dict.fromkeys(who(given.student, given.number, given.line) for given in self.rows()))

    def trouble(self, cell: Cell, diagnostic: Diagnostic) -> Trouble:
        """What is wrong with a cell, where its diagnostic says it is."""
        offset = diagnostic.span[0] if diagnostic.span and diagnostic.text == cell.text else 0
        line, column = self.sheet.place(cell, offset)
        return Trouble(f"{self.path}:{line}:{column}", diagnostic)

    def _row(self, record: Sequence[Cell]) -> Given:
        columns = self.columns
        function = _at(record, columns.function)
        question = self.questions.get(function.text)
        given = Given(
            self.sheet.place(record[0])[0],
            _at(record, columns.student).text,
            _at(record, columns.number).text,
            _at(record, columns.label).text or function.text,
            function.text,
            question if isinstance(question, Question) else None,
            cell if (cell := _at(record, columns.domain)).text else None,
            {},
            {},
        )
        trouble = self._trouble(record, function, question)
        if trouble is not None or given.question is None:
            return given._replace(question=None, trouble=trouble)
        answers, troubles = self._answers(record, variables(listing(given.question.parsed.expression)))
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
            help = f"a cell with `{self.sheet.delimiter}` in it stands between quotes; decimals have a point"
            return self.trouble(surplus, Diagnostic("E594", "syntax_error", message, help=help))
        if not function.text:
            title = self.columns.titles[self.columns.function]
            message = f"the cell `{title}` is empty: it is not said what was to be differentiated"
            place = function if function.start >= 0 else record[0]
            return self.trouble(place, Diagnostic("E593", "bad_value", message, help="write the function, or @name"))
        return self.trouble(function, question) if isinstance(question, Diagnostic) else None

    def _answers(self, record: Sequence[Cell], names: Sequence[str]) -> tuple[dict[str, Cell], dict[str, Trouble]]:
        answers: dict[str, Cell] = {}
        troubles: dict[str, Trouble] = {}
        for place, wanted in self.columns.answers.items():
            cell = _at(record, place)
            if not cell.text:
                continue
            name, title = variable_for(wanted, names), self.columns.titles[place]
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
    """An expression, `@name`, or the bare name of an entry of the catalogue; a cell names no file."""
    try:
        if text.startswith("@"):
            return resolve(text)
        if text.isidentifier() and len(text) > 2 and any(stanza.name == text for stanza in scan()):
            return resolve(f"@{text}")
        return Question(text, read(text), "expression", "expression")
    except DiffcompareError as error:
        return error.diagnostic


def _no_partial(wanted: str, title: str, names: Iterable[str]) -> Diagnostic:
    listed = ", ".join(names)
    if not wanted:
        message = f"the column `{title}` is for functions of one variable, and this one has {listed or 'none'}"
        return Diagnostic("E595", "unknown_variable", message, help="name the column after the variable: df/dx")
    message = f"the function has no variable `{wanted}`, and there is an answer in the column `{title}`"
    return Diagnostic(
        "E595", "unknown_variable", message, help=f"its variables are {listed}" if listed else "it is constant"
    )
