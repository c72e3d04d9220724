"""Exports with a student in every row and a column for every answer, as learning platforms and forms write them.

Moodle writes `Question 1, Response 1, Right answer 1` (in many languages), Canvas and the forms of Google and
Microsoft put the question into the title of its column.  Where a table does not say what was asked, `--asked` does.
Every answer becomes a record of its own, whose cells keep their places in the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.classroom.class_answers.question_text import Asked, read_question
from diffcompare.classroom.class_answers.table import (
    AnswerColumns,
    People,
    TableCell,
    first_free,
    function_columns,
    in_role,
    people_of,
    titles_of,
)
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.cell_text import named_answers
from diffcompare.inputs.column_choice import ColumnChoice, column_pattern, listed, missing_column
from diffcompare.inputs.localized_tables import role_of

MAX_TITLES = 500  # columns of a table in whose titles questions are looked for
MAX_ABOVE = 5  # records above the header, such as a title of the table

_NUMBERED = re.compile(r"(.*\D)\s*(\d{1,4})", re.S)
# What forms put around the title of a question to make that of its points: `Points - ...`, `... [Score]`.
_ABOUT_ANOTHER = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? ?[-–—] (.+)|(.+) \[[^\]]+\]", re.S)


class AnswerSource(NamedTuple):
    """The columns of one answer, and what was asked there."""

    answer: int
    asked: TableCell | int  # what was asked of everybody, or the column that says it
    right: int | None = None
    input: str = ""  # the name of an input of STACK, where a cell has several


class WideTable(NamedTuple):
    """The meaning of the columns of a table with a column for every answer."""

    people: People
    domain: int | None
    sources: tuple[AnswerSource, ...]
    titles: tuple[str, ...]
    found: bool  # whether the columns of answers were found by their titles

    @property
    def left_out(self) -> list[str]:
        """Titles of columns without a meaning; those of many words come first, which may be questions."""
        used: set[object] = {*self.people.names, self.people.number, self.people.email, self.domain}
        used.update(place for source in self.sources for place in (source.answer, source.asked, source.right))
        titles = [title for place, title in enumerate(self.titles) if title and place not in used]
        return sorted(dict.fromkeys(titles), key=lambda title: -len(title.split()))

    @property
    def reading(self) -> str:
        """Meaning of the columns, in words."""
        names = [self.titles[place] for place in self.people.names]
        answers = dict.fromkeys(self.titles[source.answer] for source in self.sources)
        asked = dict.fromkeys(self.titles[source.asked] for source in self.sources if isinstance(source.asked, int))
        right = dict.fromkeys(self.titles[source.right] for source in self.sources if source.right is not None)
        parts = [f"answers are in {listed(list(answers))}"]
        parts += [f"what was asked in {listed(list(asked))}"] if asked else []
        parts += [f"right answers in {listed(list(right))}"] if right else []
        parts += [f"the student's name in {' and '.join(f'`{name}`' for name in names)}"] if names else []
        return ", ".join(parts)


def header_of(records: Sequence[Sequence[TableCell]], choice: ColumnChoice) -> int:
    """Return the index of the header: the first record with the columns that a table of answers needs, else 0."""
    for place, record in enumerate(records[:MAX_ABOVE]):
        titles = titles_of(record)
        if choice.selectors:
            try:
                if all(choice.places(role, titles, "") for role in choice.selectors):
                    return place
            except DiffcompareError:
                continue
        elif function_columns(titles) or _numbered("answer", titles) or _with_questions(titles):
            return place
    return 0


def wide_table(header: Sequence[TableCell], choice: ColumnChoice, asked: Sequence[str], file: str) -> WideTable | None:
    """Return the meaning of the columns if the table has one for every answer, None for one with a question a row.

    `asked` says what was asked, once for each column of answers, or once as `@` and the columns that say it.  Raises
    DiffcompareError: E591 where a column is missing, or it is not known what was asked.
    """
    titles = titles_of(header)
    answers = choice.places("answer", titles, file)
    questions, functions = _asked(asked, choice, titles, file)
    numbered = not answers and _numbered("answer", titles)
    answers = answers or list(_numbered("answer", titles).values())
    if not answers and not functions:
        exact = [place for place, title in enumerate(titles) if role_of(title) == "function"]
        answers = [] if exact or questions else list(_with_questions(titles))
    if not answers and asked:
        answers = list(_numbered("function", titles).values()) if functions else []
        answers = answers or in_role("answer", titles, words=False)
        if not answers:
            raise missing_column("the table has no column of answers", "answer", titles, file, code="E591")
    if not answers:
        return None
    if not questions and not functions:
        questions = list(_numbered("function", titles).values()) if numbered else []
        questions = [place for place in questions or function_columns(titles) if place not in answers]
    right = choice.places("right", titles, file) or list(_numbered("right", titles).values())
    right = right or in_role("right", titles, words=False)
    if functions:
        cells: Sequence[TableCell | int] = [TableCell(text, -1) for text in functions]
    elif questions:
        cells = _paired(questions, answers, titles, file)
    else:
        by_title = _with_questions(titles)
        silent = [titles[place] for place in answers if place not in by_title]
        if silent:
            raise _not_asked(silent[0], len(answers), file)
        cells = [header[place]._replace(text=titles[place], quoted=False) for place in answers]
    of_right = dict(zip(answers, _paired(right, answers, titles, file), strict=True)) if right else {}
    taken = {*answers, *questions, *right}
    domain = choice.place("domain", titles, file)
    if len(functions) > 1 and len(answers) == 1:  # STACK's inputs share a cell
        sources = [AnswerSource(answers[0], cell, of_right.get(answers[0])) for cell in cells]
    elif functions and len(functions) != len(answers):
        raise _uneven(len(functions), [titles[place] for place in answers], file)
    else:
        sources = [AnswerSource(place, cell, of_right.get(place)) for place, cell in zip(answers, cells, strict=True)]
    people = people_of(titles, taken, choice, file)
    domain = first_free(in_role("domain", titles, words=False), taken) if domain is None else domain
    return WideTable(people, domain, tuple(sources), tuple(titles), "answer" not in choice.selectors)


def _asked(asked: Sequence[str], choice: ColumnChoice, titles: Sequence[str], file: str) -> tuple[list[int], list[str]]:
    """Return the columns that say what was asked, or the functions that `--asked` gives.

    Raises DiffcompareError for a function that cannot be read, and for a column that is not there.
    """
    columns = choice.places("expression", titles, file)
    functions: list[str] = []
    for text in asked:
        places = column_pattern(text[1:], titles) if text.startswith("@") else []
        if places:
            columns += places
            continue
        question = read_question(text)
        if isinstance(question, Diagnostic):
            if text.startswith("@"):
                message = f"{file}: no column `{text[1:]}` says what was asked: it has {listed(titles)}"
                question = Diagnostic("E638", "bad_value", message, help='for example --asked @"Question *"')
            raise DiffcompareError(question._replace(source="--asked"))
        functions.append(text)
    if columns and functions:
        message = "what was asked is given by columns and by functions"
        raise DiffcompareError(Diagnostic("E591", "bad_value", message, help="leave out one of them", source=file))
    return columns, functions


def _numbered(role: str, titles: Sequence[str]) -> dict[int, int]:
    """Return the columns whose titles are numbered ones of a role, `Response 1`, by their numbers."""
    numbered: dict[int, int] = {}
    for place, title in enumerate(titles):
        match = _NUMBERED.fullmatch(title) if title[-1:].isdigit() else None
        if match and (len(match[1].strip()) > 2 or not match[1].isascii()) and role_of(match[1]) == role:
            numbered.setdefault(int(match[2]), place)
    return numbered


def _with_questions(titles: Sequence[str]) -> dict[int, Asked]:
    """Return the columns whose titles are sentences with a function, without those of points for such a one."""
    questions: dict[int, Asked] = {}
    if len(titles) > MAX_TITLES:
        return questions
    about = [_ABOUT_ANOTHER.fullmatch(title) for title in titles]
    known = set(titles)
    for place, (title, match) in enumerate(zip(titles, about, strict=True)):
        if " " not in title.strip() and title.isascii():
            continue
        if match is not None and (match[1] or match[2]) in known:
            continue
        asked = read_question(title)
        if isinstance(asked, Asked) and asked.in_words:
            questions[place] = asked
    return questions


def _paired(others: Sequence[int], answers: Sequence[int], titles: Sequence[str], file: str) -> list[int]:
    """Return the column that belongs to every one of answers: of the same number, in the same order, or the only one.

    Raises DiffcompareError (E591) where their numbers differ.
    """
    if len(others) == 1:
        return [others[0]] * len(answers)
    numbers = [{int(match[2]): place for place in places if (match := _NUMBERED.fullmatch(titles[place]))}
               for places in (others, answers)]  # fmt: skip
    if len(numbers[0]) == len(others) and len(numbers[1]) == len(answers) and numbers[0].keys() >= numbers[1].keys():
        return [numbers[0][number] for number in numbers[1]]
    if len(others) != len(answers):
        message = f"{file}: {len(others)} columns ({_named(others, titles)}) for {len(answers)} of answers"
        help = f'name as many: --columns "expression={"+".join(str(place + 1) for place in answers)}"'
        raise DiffcompareError(Diagnostic("E591", "bad_value", f"{message} ({_named(answers, titles)})", help=help))
    return list(others)


def _named(places: Sequence[int], titles: Sequence[str]) -> str:
    return listed([titles[place] for place in places])


def _not_asked(title: str, count: int, file: str) -> DiffcompareError:
    message = f"{file}: nothing says what was asked in the column `{title}`"
    help = "give the functions, one for each column of answers:" + ' --asked "x^2"' * min(count, 3)
    return DiffcompareError(Diagnostic("E591", "bad_value", message, help=help, source=file))


def _uneven(functions: int, answers: Sequence[str], file: str) -> DiffcompareError:
    message = (
        f"{file}: {len(answers)} columns of answers, but `--asked` names {functions} function{'s' * (functions != 1)}"
    )
    help = f"give `--asked` once for each of {listed(answers)}"
    return DiffcompareError(Diagnostic("E591", "bad_value", message, help=help, source=file))


# --- A record for every answer ----------------------------------------------------------------------------------------

_TITLES = ("student", "id", "email", "function", "question", "domain", "right answer", "answer")
_NOTHING = TableCell("", -1)


def one_answer_a_row(
    wide: WideTable, records: Sequence[Sequence[TableCell]], file: str
) -> tuple[AnswerColumns, list[list[TableCell]]]:
    """Return the columns and the records of a table with an answer in every row.

    Raises DiffcompareError (E591) where cells of STACK have more answers than were asked for.
    """
    sources = _with_inputs(wide, records, file)
    narrow: list[list[TableCell]] = []
    for record in records:
        people = _person(wide.people, record)
        domain = cell_at(record, wide.domain)
        for source in sources:
            asked = cell_at(record, source.asked) if isinstance(source.asked, int) else source.asked
            label = TableCell(_label(wide, source), -1)
            answer, right = (_input(cell_at(record, place), source.input) for place in (source.answer, source.right))
            narrow.append([*people, asked, label, domain, right, answer, *record[len(wide.titles) :]])
    names = (0,) if wide.people.names else ()
    number, email = (place + 1 if column is not None else None for place, column in enumerate(wide.people[1:]))
    absent = {0} - {*names} | {1} - {number} | {2} - {email}
    titles = tuple("" if place in absent else title for place, title in enumerate(_TITLES))
    return AnswerColumns(names, number, email, 3, 4, 5, 6, {7: ""}, {}, titles), narrow


def is_of_nobody(wide: WideTable, record: Sequence[TableCell]) -> bool:
    """Tell whether the last record is no person's: Moodle ends with `Overall average`, who was asked nothing."""
    asked = [source.asked for source in wide.sources if isinstance(source.asked, int)]
    people = [place for place in (wide.people.number, wide.people.email) if place is not None]
    empty = [*asked, *people, *(source.answer for source in wide.sources)]
    return bool(asked or people) and not any(cell_at(record, place).text for place in empty)


def cell_at(record: Sequence[TableCell], place: int | None) -> TableCell:
    """Return a cell of a record, an empty one where the record ends before."""
    return record[place] if place is not None and place < len(record) else _NOTHING


def name_in(record: Sequence[TableCell], names: Sequence[int]) -> str:
    """Return the name in the columns of a record."""
    return " ".join(" ".join(cell_at(record, place).shown for place in names).split())


def _person(people: People, record: Sequence[TableCell]) -> list[TableCell]:
    """Return cells for the name, the id and the e-mail address; the first one has the place of the record."""
    name = TableCell(name_in(record, people.names), record[0].start, address=record[0].address)
    return [name, cell_at(record, people.number), cell_at(record, people.email)]


def _label(wide: WideTable, source: AnswerSource) -> str:
    """Return a short name of a question: the title of its column of answers, and the input of STACK."""
    title = wide.titles[source.answer]
    return f"{title}, {source.input}" if source.input else title


def _with_inputs(wide: WideTable, records: Sequence[Sequence[TableCell]], file: str) -> list[AnswerSource]:
    """Return the sources of answers, one for each input of STACK where cells have several."""
    inputs: dict[int, list[str]] = {}
    for place in dict.fromkeys(source.answer for source in wide.sources):
        cells = [named_answers(cell_at(record, place).text) or () for record in records]
        inputs[place] = list(dict.fromkeys(answer.name for answers in cells for answer in answers))
    sources: list[AnswerSource] = []
    for place, names in inputs.items():
        own = [source for source in wide.sources if source.answer == place]
        if len(names) > 1 or len(own) > 1:
            names = sorted(names)
            if len(own) == 1 and _have_right_answers(own[0], records):
                own *= len(names)
            if len(own) != len(names):
                message = f"{file}: `{wide.titles[place]}` has {len(names)} answers in a cell ({', '.join(names)}), "
                message += f"and {len(own)} function{'s' * (len(own) != 1)} asked"
                help = "give the functions, one for each answer:"
                help += "".join(f' --asked "d/d{name} (x*y*z)"' for name in "xyz"[: max(len(names), 1)])
                raise DiffcompareError(Diagnostic("E591", "bad_value", message, help=help, source=file))
            sources += [source._replace(input=name) for source, name in zip(own, names, strict=True)]
        else:
            sources += own
    return sources


def _have_right_answers(source: AnswerSource, records: Sequence[Sequence[TableCell]]) -> bool:
    """Tell whether every answer to one of several inputs has a right one beside it, which says what was asked there."""
    if source.right is None:
        return False
    for record in records:
        right = {answer.name for answer in named_answers(cell_at(record, source.right).text) or () if answer.text}
        answered = named_answers(cell_at(record, source.answer).text) or ()
        if not right.issuperset(answer.name for answer in answered if answer.text):
            return False
    return True


def _input(cell: TableCell, name: str) -> TableCell:
    """Return an answer in a cell of STACK: that of an input, or the only one; any other cell as it is."""
    answers = named_answers(cell.text)
    if answers is None:
        return cell
    texts = [answer.text for answer in answers if not name or answer.name == name]
    return cell._replace(text=texts[0] if texts else "", rewritten=True)
