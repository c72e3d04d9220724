"""Tables of answers: their cells with places in the file, and the meaning of their columns in any order or spelling."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.batch.csv_reader import delimiter_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.column_choice import MAX_COLUMNS, NO_CHOICE, ColumnChoice, advice, missing_column
from diffcompare.inputs.formulas import Notation, notation_of
from diffcompare.inputs.localized_tables import role_by_words, role_of
from diffcompare.inputs.workbook import SheetRecord, address
from diffcompare.language.parser import parse

# Text tables as spreadsheets write them, read so that every character of a cell keeps its place in the file.
#
# Cells are separated by commas, semicolons, tabs or bars; within quotes, a quote is doubled; a line `sep=;` may come
# first, as Excel writes it. An unclosed quote invalidates its line only, not the rest of the file.

MAX_CELL_LENGTH = 100_000  # characters of a quoted cell

_SEPARATOR = re.compile(r"sep=(.)\n", re.I)


class TableCell(NamedTuple):
    """A cell without quotes and surrounding spaces, and the position of its text in the file."""

    text: str
    start: int
    quoted: bool = False
    open: bool = False  # whether it begins with an unclosed quote
    address: str = ""  # its name in a spreadsheet: `B3`
    written: str = ""  # the original text, if it has decimal commas
    doubtful: tuple[int, int] | None = None  # span of a number whose comma may separate arguments instead
    rewritten: bool = False  # whether characters of the text have no place of their own in the file

    @property
    def shown(self) -> str:
        """Text as it was written."""
        return self.written or self.text


class Book:
    """The records of a workbook; a cell's position is the number of its row."""

    delimiter = "\t"
    # What to do where a record has more cells than the header.
    on_surplus = "give the column a title, or empty the cell"

    def __init__(self, rows: Sequence[SheetRecord]) -> None:
        self.rows = rows

    def records(self) -> Iterator[list[TableCell]]:
        """Yield the records that are not empty, from the header on."""
        for number, cells in self.rows:
            yield [
                _cell(text, number)._replace(start=number, address=address(number, place))
                for place, text in enumerate(cells)
            ]

    def line(self, cell: TableCell) -> int:
        """Return the number of the cell's row."""
        return cell.start

    def where(self, cell: TableCell, offset: int = 0) -> str:
        """Return the cell's address, whatever the offset."""
        return cell.address


class Sheet:
    """The records of a text file."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r", "\n")
        declared = _SEPARATOR.match(self.text)
        self.start = declared.end() if declared else 0
        self.delimiter = declared[1] if declared else delimiter_of(self.text)
        sign = {"\t": "a tab", " ": "a blank"}.get(self.delimiter, f"`{self.delimiter}`")
        self.on_surplus = f"put a cell that contains {sign} in quotes"
        self.on_surplus += "; write decimals with a point" if self.delimiter == "," else ""
        self.ends = [match.start() for match in re.finditer("\n", self.text)]  # where lines end

    def records(self) -> Iterator[list[TableCell]]:
        """Yield the records that are not empty, from the header on.

        Raises DiffcompareError (E591) for one of too many cells.
        """
        ends = re.escape(self.delimiter)
        quoted = re.compile(rf'[ ]*+"([^"]*+(?:""[^"]*+)*+)"[ ]*+(?=[{ends}\n]|\Z)')
        bare = re.compile(rf"[^{ends}\n]*+")
        position, end = self.start, len(self.text)
        record: list[TableCell] = []
        while position <= end:
            match = quoted.match(self.text, position, min(position + MAX_CELL_LENGTH, end))
            if match:
                record.append(_cell(match[1].replace('""', '"'), match.start(1), quoted=True))
            else:
                match = bare.match(self.text, position)
                assert match is not None
                record.append(_cell(match[0], position))
            position = match.end() + 1
            if len(record) > MAX_COLUMNS:
                message = f"line {self.line(record[0])} has more than {MAX_COLUMNS:,} cells"
                raise DiffcompareError(Diagnostic("E591", "resource_limit", message, help=EXAMPLE))
            if match.end() >= end or self.text[match.end()] == "\n":
                if any(cell.text for cell in record):
                    yield record
                record = []

    def place(self, cell: TableCell, offset: int = 0) -> tuple[int, int]:
        """Return line and column, from 1, of a character of a cell."""
        position = cell.start
        for character in cell.text[:offset]:
            position += 2 if cell.quoted and character == '"' else 1
        line = bisect_left(self.ends, position)
        return line + 1, position - (self.ends[line - 1] if line else -1)

    def line(self, cell: TableCell) -> int:
        """Return the line on which the cell begins."""
        return self.place(cell)[0]

    def where(self, cell: TableCell, offset: int = 0) -> str:
        """Return `line:column` of a character of a cell."""
        line, column = self.place(cell, offset)
        return f"{line}:{column}"


def _cell(text: str, start: int, quoted: bool = False) -> TableCell:
    """Return the cell without spaces, and without the ' or = with which spreadsheets mark a text or a formula."""
    content = text.strip()
    start += len(text) - len(text.lstrip())
    if content.startswith(("'", "=")):
        start += 1 + len(content[1:]) - len(content[1:].lstrip())
        content = content[1:].strip()
    return TableCell(content, start, quoted, not quoted and content.startswith('"'))


# Titles of the student's column, the best first; other languages are in `inputs.column_titles`.
STUDENT = (
    *("student", "name", "pupil", "learner"),
    *("student name", "full name", "email", "e-mail", "email address", "username"),
)

FUNCTION = ("expression", "function", "f", "f(x)", "question", "entry")

# Titles of the column next to the first name.
FAMILY_NAME = ("surname", "last name", "family name", "nachname", "familienname", "apellido", "apellidos",
               "apellido(s)", "cognome", "nom de famille", "sobrenome", "фамилия", "příjmení", "nazwisko", "soyad",
               "achternaam")  # fmt: skip

# Titles of a column next to that of the family name, even if the latter is only called `Name`.
GIVEN_NAME = (
    "first name",
    "given name",
    "vorname",
    "nombre",
    "prénom",
    "imię",
    "jméno",
    "voornaam",
    "förnamn",
    "fornavn",
    "ad",
)

_NAME = r"([^\W\d]\w*)"

_PARTIAL = re.compile(
    rf"(?:.*[\s:,(\[])?(?:[d∂]\s*f?\s*/\s*[d∂]\s*|df_d|d_d|f_|(?:hand|partial|grad|gradient)[\s_.]+){_NAME}[\s:?)\]]*",
    re.I,
)

_BARE = re.compile(_NAME)

# A name short enough for a variable, used if no function tells its variables.
_SHORT = re.compile(r"[^\W\d_]{1,2}_?\d*")

_BY_WORDS = re.compile(rf".*\s(?:by|wrt|to|nach|a|à|по|do|för|etter|med|respect)\s+{_NAME}\W*", re.I)

_FUNCTION_ITSELF = re.compile(r"([^\W\d_])\s*(?:\([^()]*\))?\s*=?")  # `g(t)`, `f(x; y)`, `y =`.

EXAMPLE = "the first line names the columns, for example: student,expression,x,y"


class AnswerColumns(NamedTuple):
    """The columns of a table by their meaning; None for one that it does not have."""

    names: tuple[int, ...]  # the student's name, which may be in several columns
    number: int | None
    email: int | None
    function: int
    label: int | None  # the question's name, if another column has the function
    domain: int | None
    right: int | None  # the right answer, which has to be the derivative
    answers: dict[int, str]  # variables by column; an empty name stands for the only variable of the function
    bare: dict[int, str]  # names by column that are variables if some function has such a variable
    titles: tuple[str, ...]

    @property
    def formulas(self) -> set[int]:
        """Columns with formulas, or what may be such."""
        return {place for place in (self.function, self.domain, self.right) if place is not None}.union(
            self.answers, self.bare
        )


class People(NamedTuple):
    """The columns that say who answered."""

    names: tuple[int, ...]
    number: int | None
    email: int | None


def titles_of(header: Sequence[TableCell]) -> list[str]:
    """Return the titles of a table, without line ends within."""
    return [" ".join(cell.text.split()) for cell in header]


def columns_of(header: Sequence[TableCell], file: str, choice: ColumnChoice = NO_CHOICE) -> AnswerColumns:
    """Return the columns of a table with a question in every row.

    Raises DiffcompareError: E591 if no column has the function, E638 for a column that `choice` names and is not there.
    """
    titles = titles_of(header)
    functions = [place for place in [choice.place("expression", titles, file)] if place is not None]
    functions = functions or function_columns(titles)
    if not functions:
        error = missing_column("the table has no column `expression`", "expression", titles, file, code="E591")
        help = f"{error.diagnostic.help}; or, where everybody was asked the same: {advice('answer', titles)} --asked"
        raise DiffcompareError(error.diagnostic._replace(help=f'{help} "x^2"'))
    label = next((place for place in functions[1:] if titles[place].casefold() == "question"), None)
    taken: set[int | None] = {*functions[:1], label}
    people = people_of(titles, taken, choice, file)
    domain = choice.place("domain", titles, file)
    domain = first_free(in_role("domain", titles, words=False), taken) if domain is None else domain
    right = choice.place("right", titles, file)
    right = first_free(in_role("right", titles, words=False), taken) if right is None else right
    taken |= {*people.names, people.number, people.email, domain, right}
    answers: dict[int, str] = {}
    bare: dict[int, str] = {}
    for place, title in enumerate(titles):
        if place not in taken and title:
            _sort(place, title, answers, bare)
    return AnswerColumns(*people, functions[0], label, domain, right, answers, bare, tuple(titles))


def people_of(titles: Sequence[str], taken: Collection[int | None], choice: ColumnChoice, file: str) -> People:
    """Return the columns that say who answered, given by `choice` or else found by their titles."""
    names = tuple(choice.places("student", titles, file))
    if not names:
        known = {title.casefold(): place for place, title in reversed(list(enumerate(titles))) if title}
        names = tuple(place for place in _names(titles, known, taken) if place is not None)
    number = choice.place("id", titles, file)
    if number is None:
        number = first_free(in_role("number", titles, words=False), {*taken, *names})
    email = first_free(in_role("email", titles, words=False), {*taken, *names, number})
    return People(names, number, email)


def _names(titles: Sequence[str], known: Mapping[str, int], taken: Collection[int | None]) -> tuple[int | None, ...]:
    """Return the columns of the student's name, and of the family name if it has one of its own."""
    called = [known[title] for title in STUDENT if title in known]
    given = first_free([known[title] for title in GIVEN_NAME if title in known], taken)
    family = first_free([known[title] for title in FAMILY_NAME if title in known], {*taken, given})
    if given is not None:
        by_role = in_role("student", titles, words=False)
        return given, first_free(by_role, {*taken, given}) if family is None else family
    student = first_free(called or in_role("student", titles) or in_role("email", titles), taken)
    return (family, None) if student is None else (student, None if family == student else family)


def _sort(place: int, title: str, answers: dict[int, str], bare: dict[int, str]) -> None:
    """Add a column to the answers, or to those that may be answers."""
    match, notation = _PARTIAL.fullmatch(title), _notation(title)
    words = _BY_WORDS.fullmatch(title) if role_by_words(title) == "answer" else None
    if match:
        answers[place] = _variable(match[1])
    elif role_of(title) == "answer":
        answers[place] = ""
    elif notation is not None and any(sign in title for sign in "'′’/\\"):
        primed = any(sign in title for sign in "'′’")
        answers[place] = _variable(notation.by) if notation.by and not primed else ""
    elif words is not None:
        bare[place] = _variable(words[1])
    elif _BARE.fullmatch(title) and role_of(title) is None:
        bare[place] = _variable(title)
    elif role_by_words(title) == "answer":
        answers[place] = ""


def function_columns(titles: Sequence[str]) -> list[int]:
    """Return the columns that may be the function, the likeliest first."""
    folded = [title.casefold().strip() for title in titles]
    own = [folded.index(title) for title in FUNCTION if title in folded]
    return own or in_role("function", titles) or _differentiated(titles)


def _differentiated(titles: Sequence[str]) -> list[int]:
    """Return the columns with titles `g(t)` or `y` beside those of derivatives, `g'(t)` or `dy/dx`."""
    names = {notation.function for title in titles if (notation := _notation(title)) is not None}
    matches = [(place, _FUNCTION_ITSELF.fullmatch(title)) for place, title in enumerate(titles)]
    return [place for place, match in matches if match is not None and match[1] in names]


def _notation(title: str) -> Notation | None:
    """Return the derivative that a title names: `dy/dx =`."""
    return notation_of(title.rstrip(" =:?"))


def in_role(role: str, titles: Sequence[str], *, words: bool = True) -> list[int]:
    """Return the columns whose titles have a meaning, as a whole or else by their words."""
    whole = [place for place, title in enumerate(titles) if role_of(title) == role]
    if whole or not words:
        return whole
    return [place for place, title in enumerate(titles) if role_of(title) is None and role_by_words(title) == role]


def with_variables(
    columns: AnswerColumns, variables: Collection[str], file: str, *, certain: bool = True
) -> tuple[AnswerColumns, list[str]]:
    """Return the columns with those of the bare names that are variables of some function; and the titles left out.

    If not every function tells its variables, or none has any (not `certain`), a short name is taken for a variable,
    so that no answers are lost.  Raises DiffcompareError: E591 if no column has answers, E592 if a used one occurs
    twice.
    """
    answers = {place: name for place, name in columns.bare.items() if variable_for(name, variables) is not None}
    if not answers and not columns.answers and not certain:
        answers = {place: name for place, name in columns.bare.items() if _SHORT.fullmatch(name)}
    columns = columns._replace(answers=dict(sorted({**columns.answers, **answers}.items())))
    if not columns.answers:
        wanted = "` or `".join(sorted(variables)[:4]) or "x"
        message = f"the table has no column of answers (`{wanted}`)"
        raise missing_column(message, "answer", columns.titles, file, code="E591")
    people = {*columns.names, columns.number, columns.email}
    used = {*people, *columns.answers, columns.function, columns.label, columns.domain, columns.right}
    _refuse_duplicates([columns.titles[place] for place in used if place is not None], columns.titles, file)
    left_out = dict.fromkeys(title for place, title in enumerate(columns.titles) if title and place not in used)
    return columns, list(left_out)


def variable_for(name: str, variables: Iterable[str]) -> str | None:
    """Return the variable that a column means: the one of that name, else the only one that differs in case."""
    known = list(variables)
    if not name:
        return known[0] if len(known) == 1 else None
    if name in known:
        return name
    near = [variable for variable in known if variable.casefold() == name.casefold()]
    return near[0] if len(near) == 1 else None


def _variable(name: str) -> str:
    """Return the name as the language spells it: `x₁` is `x1`."""
    try:
        return str(parse(name, names=(name,)))
    except DiffcompareError:
        return name


def first_free(places: Iterable[int], taken: Collection[int | None]) -> int | None:
    return next((place for place in places if place not in taken), None)


def _refuse_duplicates(used: Iterable[str], titles: Sequence[str], file: str) -> None:
    for title in used:
        if titles.count(title) > 1:
            message = f"the column `{title}` appears twice"
            help = "give every column a name of its own"
            raise DiffcompareError(Diagnostic("E592", "bad_value", message, source=file, help=help))
