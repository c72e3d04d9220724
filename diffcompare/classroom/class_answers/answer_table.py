"""A table of answers: its file, the meaning of its columns, its questions, and its rows before they are checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from diffcompare.classroom.class_answers.exports import (
    cell_at,
    header_of,
    is_of_nobody,
    name_in,
    one_answer_a_row,
    wide_table,
)
from diffcompare.classroom.class_answers.question_text import Asked, read_question
from diffcompare.classroom.class_answers.submissions import AnswerRow, CellError, who
from diffcompare.classroom.class_answers.table import (
    EXAMPLE,
    AnswerColumns,
    Book,
    Sheet,
    TableCell,
    columns_of,
    variable_for,
    with_variables,
)
from diffcompare.diagnostics import Diagnostic, DiffcompareError, note
from diffcompare.document import NOTHING
from diffcompare.inputs import workbook
from diffcompare.inputs.cell_text import MAX_CELL_LENGTH, unwrapped, without_markup
from diffcompare.inputs.column_choice import ANSWER_ROLES, parse_columns
from diffcompare.inputs.encodings import decode, example
from diffcompare.inputs.files import file_suffix, read_bytes
from diffcompare.inputs.formulas import variable_of
from diffcompare.inputs.localized_tables import ambiguous_comma, with_decimal_points
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.syntax.misread_names import refuse_misread
from diffcompare.language.wengert import variables, wengert_list

MAX_READINGS = 3  # readings of questions in a note

# The maximum number of points in a title: `Bewertung/10,00`.
_POINTS_WITH_COMMA = re.compile(r"/\d+,\d+\Z")

# A cell of a student who did not know an answer.
_NO_ANSWER = re.compile(
    r"[^\w?]*+\?\W*|[-–—.…/_ ]+|n/?a|n\.a\.|none|idk|keine ahnung|weiß nicht|不知道|不会|不會", re.I
)

_ZERO = re.compile(r"(?:[^=]*=)?\s*0+(?:\.0+)?")

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
    right: TableCell | None = None  # what the table has for the right answer
    right_by: str | None = None  # the variable by which it is the partial, None where only the right answer can say it
    unassigned: TableCell | None = None  # the answer for the partial that the right answer is
    wanted: Sequence[str] = ()  # the variables by which partials were asked for; none if by all of the function


class AnswerTable:
    """A table of answers, with the questions that occur in it."""

    def __init__(
        self, path: str, encoding: str | None = None, *, columns: str | None = None, asked: Sequence[str] = ()
    ) -> None:
        self.path = path
        self.notes: list[Diagnostic] = []
        choice = parse_columns(columns, ANSWER_ROLES)
        self.sheet = self._sheet(encoding)
        records = list(self.sheet.records())
        if not records:
            message = f"{path}: the table is empty"
            raise DiffcompareError(Diagnostic("E591", "bad_value", message, source=path, help=EXAMPLE))
        place = header_of(records, choice)
        header, below = records[place], records[place + 1 :]
        self.width = len(header)
        # Whether numbers are written with decimal commas: the maximum number of points is one, in a title of Moodle.
        self.commas = self.sheet.delimiter != "," or any(_POINTS_WITH_COMMA.search(cell.text) for cell in header)
        self.decimal = False
        wide = wide_table(header, choice, asked, path)
        if wide is None:
            found = columns_of(header, path, choice)
        else:
            if below and is_of_nobody(wide, below[-1]):
                line, name = self.sheet.line(below[-1][0]), name_in(below[-1], wide.people.names)
                self.notes.append(note("W591", f"left out line {line}, `{name}`, where nothing was asked or answered"))
                below = below[:-1]
            found, below = one_answer_a_row(wide, below, path)
            if wide.found:
                self.notes.append(note("W597", wide.reading, "if that is not right: --columns"))
        unwrap = {**dict.fromkeys(found.formulas, unwrapped), found.function: without_markup}
        self.records = [
            [self._prepared(cell, unwrap.get(place)) for place, cell in enumerate(record)] for record in below
        ]
        if self.decimal:
            self.notes.append(note("W594", "commas within numbers are read as decimal commas"))
        self.asked: dict[str, Asked | Diagnostic] = {}  # by the text of the question
        names = self._variables(found)
        certain = all(isinstance(asked, Asked) for asked in self.asked.values()) and bool(names)
        self.columns, self.left_out = with_variables(found, names, path, certain=certain)
        self.is_wide = wide is not None
        """Whether the table has a column for every answer."""
        if wide is not None:
            self.left_out = wide.left_out if wide.found else []
        self.numbers = self._numbers(None if wide is None else len(wide.sources))
        self.usual = "x" if "x" in names else next(iter(names), "x")
        """The variable of a constant's derivative, if no column names one."""

    def _sheet(self, encoding: str | None) -> Sheet | Book:
        if file_suffix(self.path) in workbook.SUFFIXES:
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

    def _prepared(self, cell: TableCell, unwrap: Callable[[str], str] | None) -> TableCell:
        """Return the cell without what a program wrote around its formula, and with points for decimal commas.

        Decimal commas are possible unless commas separate cells.
        """
        if unwrap is not None and cell.text and len(cell.text) <= MAX_CELL_LENGTH:
            cell = _unwrapped(cell, unwrap)
        if not self.commas or "," not in cell.text:
            return cell
        converted = with_decimal_points(cell.text)
        self.decimal = self.decimal or converted.decimal
        if not (converted.decimal or converted.doubtful):
            return cell
        return cell._replace(text=converted.text, written=cell.text, doubtful=converted.doubtful)

    def _numbers(self, answers: int | None) -> list[str]:
        """Return what tells people of one name apart in every record: the id, the e-mail address, or the line.

        In a table with so many `answers` a row, rows are different people unless something else says that they are not.
        """
        columns = self.columns
        names = [name_in(record, columns.names) for record in self.records]
        numbers = [cell_at(record, columns.number).shown for record in self.records]
        emails = [cell_at(record, columns.email).shown.casefold() for record in self.records]
        told_apart: dict[str, set[str]] = {}
        for name, number, email in zip(names, numbers, emails, strict=True):
            if not number:
                told_apart.setdefault(name, set()).add(email)
        rows = Counter(
            name for name, number, email in zip(names, numbers, emails, strict=True) if not (number or email)
        )
        for place, (name, email) in enumerate(zip(names, emails, strict=True)):
            if numbers[place] or not name:
                continue
            if email and len(told_apart[name]) > 1:
                numbers[place] = email
            elif answers is not None and not email and rows[name] > answers:
                numbers[place] = self._line(place)
        return self._without_doubles(names, numbers)

    def _without_doubles(self, names: Sequence[str], numbers: list[str]) -> list[str]:
        """Return numbers with which nobody is called what another one is: `Ada (7)` by name, or Ada with the id 7."""
        people: dict[tuple[str, str], str] = {}  # with the number of the first record that is theirs
        called = {
            who(name, number) or self._line(place)
            for place, (name, number) in enumerate(zip(names, numbers, strict=True))
            if number or not name
        }
        for place, (name, number) in enumerate(zip(names, numbers, strict=True)):
            if not number and name and who(name, "") in called:
                numbers[place] = people.setdefault((name, number), self._line(place))
        return numbers

    def _line(self, place: int) -> str:
        return f"line {self.sheet.line(self.records[place][0])}"

    def _variables(self, columns: AnswerColumns) -> dict[str, None]:
        """Parse all questions, and return the names of their variables."""
        names: dict[str, None] = {}  # a set that keeps the order
        in_words: list[str] = []
        for record in self.records:
            text = cell_at(record, columns.function).text
            if text and text not in self.asked:
                self.asked[text] = asked = read_question(text)
                if isinstance(asked, Asked):
                    names.update(dict.fromkeys(_names_of(asked.question)))
                    if asked.in_words:
                        in_words.append(f"`{' '.join(text.split())}` asks for the derivative of {asked.question.text}")
        if in_words:
            more = f" (and {len(in_words) - MAX_READINGS} more)" * (len(in_words) > MAX_READINGS)
            self.notes.append(note("W598", "; ".join(in_words[:MAX_READINGS]) + more))
        return names

    def rows(self) -> list[ParsedRow]:
        """Return all rows in their order."""
        return [self._row(record, number) for record, number in zip(self.records, self.numbers, strict=True)]

    def students(self) -> list[str]:
        """Return all students, each once."""
        return list(dict.fromkeys(parsed.row.who for parsed in self.rows()))

    def check(self, cell: TableCell) -> None:
        """Raise DiffcompareError for an answer that a spreadsheet changed, or with an ambiguous comma."""
        if len(cell.text) > MAX_CELL_LENGTH:
            message = f"the cell has {len(cell.text):,} characters, and more than {MAX_CELL_LENGTH:,} are no answer"
            raise DiffcompareError(Diagnostic("E594", "resource_limit", message))
        if self.decimal and cell.doubtful:
            raise DiffcompareError(ambiguous_comma(cell.text, cell.doubtful))
        if _DATE.fullmatch(cell.text) or _SPREADSHEET_ERROR.fullmatch(cell.text):
            raise DiffcompareError(_changed_by_spreadsheet(cell.text))

    def error(self, cell: TableCell, diagnostic: Diagnostic) -> CellError:
        """Return the error of a cell, with the place that the diagnostic points to."""
        if cell.start < 0 and not cell.address:
            return CellError(self.path, diagnostic)
        exact = diagnostic.text == cell.text and not cell.rewritten
        offset = diagnostic.span[0] if diagnostic.span and exact else 0
        return CellError(f"{self.path}:{self.sheet.where(cell, offset)}", diagnostic)

    def _row(self, record: Sequence[TableCell], number: str) -> ParsedRow:
        columns = self.columns
        function = cell_at(record, columns.function)
        asked = self.asked.get(function.text)
        row = AnswerRow(
            self.sheet.line(record[0]),
            name_in(record, columns.names),
            number,
            " ".join((cell_at(record, columns.label).shown or function.shown).split()),
            function.shown,
            asked.question if isinstance(asked, Asked) else None,
        )
        domain = cell if (cell := cell_at(record, columns.domain)).text else None
        error = self._row_error(record, function, asked)
        if error is not None or row.question is None or not isinstance(asked, Asked):
            return ParsedRow(row._replace(question=None, error=error), domain)
        names = _names_of(row.question) or self._of_constant(record)
        answers, errors = self._answers(record, names, asked.by)
        is_single = not any(columns.answers.values())  # one column for the answer, whichever partial it is
        wanted = (asked.by,) if asked.by and is_single else ()
        right = cell_at(record, columns.right)
        if _is_blank(right):
            return ParsedRow(row, domain, answers, errors, wanted=wanted)
        by = asked.by or variable_for("", names) or next(iter(answers), None)
        if by is None and is_single and len(columns.answers) == 1:
            cell = cell_at(record, *columns.answers)
            return ParsedRow(row, domain, right=right, unassigned=None if _is_blank(cell) else cell)
        return ParsedRow(row, domain, answers, errors, right, by, wanted=wanted)

    def _row_error(
        self, record: Sequence[TableCell], function: TableCell, asked: Asked | Diagnostic | None
    ) -> CellError | None:
        """Return the error of a record as a whole, if it has one."""
        surplus = next((cell for cell in record[len(self.columns.titles) :] if cell.text), None)
        unclosed = next((cell for cell in record if cell.open), None)
        if unclosed is not None:
            message = "a quote opens here and is not closed in this cell"
            help = "write a quote within a cell twice"
            return self.error(unclosed, Diagnostic("E594", "syntax_error", message, help=help))
        if surplus is not None:
            cells = self.width + len(record) - len(self.columns.titles)
            message = f"there are {cells} cells under {self.width} columns"
            help = self.sheet.on_surplus
            return self.error(surplus, Diagnostic("E594", "syntax_error", message, help=help))
        if not function.text:
            if not any(cell_at(record, place).text for place in self.columns.answers):
                return None
            title = self.columns.titles[self.columns.function]
            message = f"the cell `{title}` is empty, so there is nothing to differentiate"
            place = function if function.start >= 0 else record[0]
            return self.error(place, Diagnostic("E593", "bad_value", message, help="write the function, or @name"))
        if self.decimal and function.doubtful:
            return self.error(function, ambiguous_comma(function.text, function.doubtful))
        if isinstance(asked, Diagnostic):
            return self.error(function, asked)
        try:
            refuse_misread(asked.question.parsed.notes if asked else (), self.columns.answers.values())
        except DiffcompareError as error:
            return self.error(function, error.diagnostic)
        return None

    def _of_constant(self, record: Sequence[TableCell]) -> list[str]:
        """Return the variables of a constant's derivatives: those whose columns have an answer."""
        answered = [name for place, name in self.columns.answers.items() if cell_at(record, place).text]
        return list(dict.fromkeys(name or self.usual for name in answered))

    def _answers(
        self, record: Sequence[TableCell], names: Sequence[str], by: str
    ) -> tuple[dict[str, TableCell], dict[str, CellError]]:
        answers: dict[str, TableCell] = {}
        errors: dict[str, CellError] = {}
        for place, wanted in self.columns.answers.items():
            cell = cell_at(record, place)
            if _is_blank(cell):
                continue
            name, title = variable_for(wanted or by, names), self.columns.titles[place]
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


def _unwrapped(cell: TableCell, unwrap: Callable[[str], str]) -> TableCell:
    """Return a cell without what is around its formula; its characters keep their places if they stand together."""
    text = unwrap(cell.text)
    if text == cell.text:
        return cell
    offset = cell.text.find(text) if text and not (cell.quoted and '"' in cell.text) else -1
    if offset < 0 or cell.rewritten:
        return cell._replace(text=text, rewritten=True)
    return cell._replace(text=text, start=cell.start + offset * (not cell.address))


def _is_blank(cell: TableCell) -> bool:
    """Tell whether a cell has no answer: it is empty, or says that somebody did not know one."""
    return not cell.text or _NO_ANSWER.fullmatch(cell.text) is not None


def _names_of(question: ParsedInput) -> list[str]:
    return variables(wengert_list(question.parsed.expression))


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
        return Diagnostic("E595", "unknown_variable", message, help='name the column df/dx, or: --asked "d/dx (x*y)"')
    message = f"the function has no variable `{wanted}`, and there is an answer in the column `{title}`"
    return Diagnostic(
        "E595", "unknown_variable", message, help=f"its variables are {listed}" if listed else "it is constant"
    )
