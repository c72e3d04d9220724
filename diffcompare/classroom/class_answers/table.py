"""What the columns of a class's answers mean, whatever their order and however people spell them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.batch.csv_reader import delimiter_of
from diffcompare.batch.workbook import SheetRecord, address
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.column_titles import role_by_words, role_of
from diffcompare.inputs.equations import Notation, notation_of
from diffcompare.language.parser import parse

# Tables of text as spreadsheets write them, read so that every character of a cell keeps its place in the file.
#
# Commas, semicolons, tabs or bars; quotes, within which a quote is written twice; a line `sep=;` in front, as Excel
# writes it. A quote that is not closed costs the line on which it opens, and not the rest of the file. The cells of
# a workbook have their places already.

MAX_CELL_LENGTH = 100_000  # Characters of a quoted cell.

_SEPARATOR = re.compile(r"sep=(.)\n", re.I)


class TableCell(NamedTuple):
    """A cell without its quotes, without spaces around it, and where its text begins in the file."""

    text: str
    start: int
    quoted: bool = False
    open: bool = False
    """Whether it begins with a quote that is not closed."""
    address: str = ""
    """What a spreadsheet calls it."""
    written: str = ""
    """As it stands in the file, where that has decimal commas."""
    doubtful: tuple[int, int] | None = None
    """Where a number stands whose comma may be one between arguments."""

    @property
    def shown(self) -> str:
        """As it was written."""
        return self.written or self.text


class Book:
    """The records of a workbook; a cell begins at the number of its row."""

    delimiter = "\t"
    on_surplus = "give the column a title, or empty the cell"
    """What to do where a record has more cells than the header."""

    def __init__(self, rows: Sequence[SheetRecord]) -> None:
        self.rows = rows

    def records(self) -> Iterator[list[TableCell]]:
        """The records that are not empty, from the header on."""
        for number, cells in self.rows:
            yield [
                _cell(text, number)._replace(start=number, address=address(number, place))
                for place, text in enumerate(cells)
            ]

    def line(self, cell: TableCell) -> int:
        """The number of its row."""
        return cell.start

    def where(self, cell: TableCell, offset: int = 0) -> str:
        """The cell, whatever the character in it."""
        return cell.address


class Sheet:
    """The text of a file as records of cells."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r", "\n")
        said = _SEPARATOR.match(self.text)
        self.start = said.end() if said else 0
        self.delimiter = said[1] if said else delimiter_of(self.text)
        sign = {"\t": "a tab", " ": "a blank"}.get(self.delimiter, f"`{self.delimiter}`")
        self.on_surplus = f"a cell with {sign} in it stands between quotes"
        self.on_surplus += "; decimals have a point" if self.delimiter == "," else ""
        self.ends = [match.start() for match in re.finditer("\n", self.text)]
        """Where lines end."""

    def records(self) -> Iterator[list[TableCell]]:
        """The records that are not empty, from the header on."""
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
            if match.end() >= end or self.text[match.end()] == "\n":
                if any(cell.text for cell in record):
                    yield record
                record = []

    def place(self, cell: TableCell, offset: int = 0) -> tuple[int, int]:
        """The line and the column, from 1, of a character of a cell."""
        position = cell.start
        for character in cell.text[:offset]:
            position += 2 if cell.quoted and character == '"' else 1
        line = bisect_left(self.ends, position)
        return line + 1, position - (self.ends[line - 1] if line else -1)

    def line(self, cell: TableCell) -> int:
        """The line on which it begins."""
        return self.place(cell)[0]

    def where(self, cell: TableCell, offset: int = 0) -> str:
        """`line:column` of a character of a cell."""
        line, column = self.place(cell, offset)
        return f"{line}:{column}"


def _cell(text: str, start: int, quoted: bool = False) -> TableCell:
    """The cell without spaces, and without the sign that tells spreadsheets of a text (') or a formula (=)."""
    said = text.strip()
    start += len(text) - len(text.lstrip())
    if said.startswith(("'", "=")):
        start += 1 + len(said[1:]) - len(said[1:].lstrip())
        said = said[1:].strip()
    return TableCell(said, start, quoted, not quoted and said.startswith('"'))


# Who answers, the first of these that there is; titles of other languages follow (`titles`).
STUDENT = (
    *("student", "name", "pupil", "learner"),
    *("student name", "full name", "email", "e-mail", "email address", "username"),
)

FUNCTION = ("expression", "function", "f", "f(x)", "question", "entry")

# What stands beside a first name.
FAMILY_NAME = ("surname", "last name", "family name", "nachname", "familienname", "apellido", "apellidos", "cognome",
               "nom de famille", "sobrenome", "фамилия", "příjmení", "nazwisko", "soyad", "achternaam")  # fmt: skip

# What has the family name beside it, even where that is only called `Name`.
GIVEN_NAME = ("first name", "given name", "vorname", "prénom", "imię", "jméno", "voornaam", "förnamn", "fornavn", "ad")

MAX_ABOVE = 5  # Records above the header that say what the table is about.

_NAME = r"([^\W\d]\w*)"

_PARTIAL = re.compile(
    rf"(?:.*[\s:,(\[])?(?:[d∂]\s*f?\s*/\s*[d∂]\s*|df_d|d_d|f_|(?:hand|partial|grad|gradient)[\s_.]+){_NAME}[\s:?)\]]*",
    re.I,
)

_BARE = re.compile(_NAME)

# A name as variables have it: what is taken for one where no function says it.
_SHORT = re.compile(r"[^\W\d_]{1,2}_?\d*")

_BY_WORDS = re.compile(rf".*\s(?:by|wrt|to|nach|a|à|по|do|för|etter|med|respect)\s+{_NAME}\W*", re.I)

_FUNCTION_ITSELF = re.compile(r"([^\W\d_])\s*(?:\([^()]*\))?\s*=?")  # `g(t)`, `f(x; y)`, `y =`.

EXAMPLE = "the first line names the columns, for example: student,expression,x,y"


class AnswerColumns(NamedTuple):
    """Places of columns: None for one that the table does not have."""

    student: int | None
    family: int | None
    """The family name, where it has a column of its own."""
    number: int | None
    function: int
    label: int | None
    """What the question is called, where another column has the function."""
    domain: int | None
    answers: dict[int, str]
    """The variable by place; the empty name for that of the only variable."""
    bare: dict[int, str]
    """Names that may be variables: whether they are depends on the functions."""
    titles: tuple[str, ...]


def header_of(records: Sequence[Sequence[TableCell]]) -> int:
    """The place of the header: the first record with a column for the function, the first of all where none has one."""
    return next(
        (place for place, record in enumerate(records[:MAX_ABOVE]) if _function([cell.text for cell in record])), 0
    )


def columns_of(header: Sequence[TableCell], file: str) -> AnswerColumns:
    """The columns of a table.  Raises DiffcompareError (E591) where none has the function."""
    titles = [" ".join(cell.text.split()) for cell in header]
    known = {title.casefold(): place for place, title in reversed(list(enumerate(titles))) if title}
    functions = _function(titles)
    if not functions:
        raise _table(f"the table has no column `expression`: it has {_listed(titles)}", file)
    label = known["question"] if known.get("question") in functions[1:] else None
    taken = {*functions[:1], label}
    student, family = _names(titles, known, taken)
    number = _first(_in_role("number", titles, words=False), {*taken, student})
    domain = _first(_in_role("domain", titles, words=False), taken)
    taken |= {student, number, domain, family}
    answers: dict[int, str] = {}
    bare: dict[int, str] = {}
    for place, title in enumerate(titles):
        if place not in taken and title:
            _sort(place, title, answers, bare)
    return AnswerColumns(student, family, number, functions[0], label, domain, answers, bare, tuple(titles))


def _names(titles: Sequence[str], known: Mapping[str, int], taken: Collection[int | None]) -> tuple[int | None, ...]:
    """The places of the student's name and of the family name, where that has a column of its own."""
    called = [known[title] for title in STUDENT if title in known]
    given = _first([known[title] for title in GIVEN_NAME if title in known], taken)
    family = _first([known[title] for title in FAMILY_NAME if title in known], {*taken, given})
    if given is not None:
        by_role = [
            place for place in _in_role("student", titles, words=False) if "mail" not in titles[place].casefold()
        ]
        return given, _first(by_role, {*taken, given}) if family is None else family
    student = _first(called or _in_role("student", titles), taken)
    return (family, None) if student is None else (student, None if family == student else family)


def _sort(place: int, title: str, answers: dict[int, str], bare: dict[int, str]) -> None:
    """Put a column among the answers, or among what may be one."""
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


def _function(titles: Sequence[str]) -> list[int]:
    """The places of what may be the function, the likeliest first."""
    folded = [title.casefold().strip() for title in titles]
    own = [folded.index(title) for title in FUNCTION if title in folded]
    return own or _in_role("function", titles) or _differentiated(titles)


def _differentiated(titles: Sequence[str]) -> list[int]:
    """The places of titles `g(t)` or `y` beside those of derivatives, `g'(t)` or `dy/dx`."""
    names = {notation.function for title in titles if (notation := _notation(title)) is not None}
    matches = [(place, _FUNCTION_ITSELF.fullmatch(title)) for place, title in enumerate(titles)]
    return [place for place, match in matches if match is not None and match[1] in names]


def _notation(title: str) -> Notation | None:
    """The derivative that a title names: `dy/dx =`."""
    return notation_of(title.rstrip(" =:?"))


def _in_role(role: str, titles: Sequence[str], *, words: bool = True) -> list[int]:
    """The places of titles that mean something, by themselves or else by their words."""
    whole = [place for place, title in enumerate(titles) if role_of(title) == role]
    if whole or not words:
        return whole
    return [place for place, title in enumerate(titles) if role_of(title) is None and role_by_words(title) == role]


def with_variables(
    columns: AnswerColumns, variables: Collection[str], file: str, *, certain: bool = True
) -> tuple[AnswerColumns, list[str]]:
    """The columns with those of the bare names that are variables of some function; and the titles left out.

    Where not every function says its variables, or has any (not `certain`), a short name is taken for one rather than
    that there be no answers.  Raises DiffcompareError (E591) where no column has answers, and (E592) where
    one that is used comes twice.
    """
    answers = {place: name for place, name in columns.bare.items() if variable_for(name, variables) is not None}
    if not answers and not columns.answers and not certain:
        answers = {place: name for place, name in columns.bare.items() if _SHORT.fullmatch(name)}
    found = columns._replace(answers=dict(sorted({**columns.answers, **answers}.items())))
    if not found.answers:
        wanted = "` or `".join(sorted(variables)[:4]) or "x"
        raise _table(f"the table has no column of answers (`{wanted}`): it has {_listed(columns.titles)}", file)
    used = {*found.answers, found.student, found.family, found.number, found.function, found.label, found.domain}
    _check_twice([columns.titles[place] for place in used if place is not None], columns.titles, file)
    return found, list(
        dict.fromkeys(title for place, title in enumerate(columns.titles) if title and place not in used)
    )


def variable_for(name: str, variables: Iterable[str]) -> str | None:
    """The variable that a column means: the one of that name, else the only one whose letters differ in case only."""
    known = list(variables)
    if not name:
        return known[0] if len(known) == 1 else None
    if name in known:
        return name
    near = [each for each in known if each.casefold() == name.casefold()]
    return near[0] if len(near) == 1 else None


def _variable(name: str) -> str:
    """The name as the language spells it: `x₁` is `x1`."""
    try:
        return str(parse(name, names=(name,)))
    except DiffcompareError:
        return name


def _first(places: Iterable[int], taken: Collection[int | None]) -> int | None:
    return next((place for place in places if place not in taken), None)


def _check_twice(used: Iterable[str], titles: Sequence[str], file: str) -> None:
    for title in used:
        if titles.count(title) > 1:
            message = f"the column `{title}` comes twice"
            help = "give every column a name of its own"
            raise DiffcompareError(Diagnostic("E592", "bad_value", message, source=file, help=help))


def _listed(titles: Sequence[str]) -> str:
    named = [f"`{title}`" for title in titles if title]
    return ", ".join(named[:8]) + ", ..." * (len(named) > 8) or "none"


def _table(message: str, file: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E591", "bad_value", f"{file}: {message}", source=file, help=EXAMPLE))
