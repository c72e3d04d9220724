"""What the columns of a class's answers mean, whatever their order and however people spell them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.parser import parse
from diffcompare.studies.answers.cells import Cell

STUDENT = (
    *("student", "name", "pupil", "learner"),
    *("student name", "full name", "email", "e-mail", "email address", "username"),
)
NUMBER = ("id", "student id", "student_id", "id number", "matriculation number")
FUNCTION = ("expression", "function", "f", "f(x)", "question", "entry")
DOMAIN = ("domain",)
ONLY = ("derivative", "answer", "f'", "f'(x)", "hand")
"""The partial by the only variable, whatever its name."""

_NAME = r"([^\W\d]\w*)"
_PARTIAL = re.compile(
    rf"(?:.*[\s:,(\[])?(?:[d∂]\s*f?\s*/\s*[d∂]\s*|df_d|d_d|f_|(?:hand|partial|grad|gradient)[\s_.]+){_NAME}[\s:?)\]]*",
    re.I,
)
_BARE = re.compile(_NAME)
EXAMPLE = "the first line names the columns, for example: student,expression,x,y"


class Columns(NamedTuple):
    """Places of columns: None for one that the table does not have."""

    student: int | None
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


def columns_of(header: Sequence[Cell], file: str) -> Columns:
    """The columns of a table.  Raises DiffcompareError (E591, E592) for a column too few or twice."""
    titles = [" ".join(cell.text.split()) for cell in header]
    known = {title.casefold(): place for place, title in reversed(list(enumerate(titles))) if title}
    _check_twice(titles, file)
    functions = [known[title] for title in FUNCTION if title in known]
    if not functions:
        raise _table(f"the table has no column `expression`: it has {_listed(titles)}", file)
    domain = _first(DOMAIN, known)
    label = known["question"] if known.get("question") in functions[1:] else None
    students = [known[title] for title in STUDENT if title in known]
    number = _first(NUMBER, known)
    taken = {*functions[:1], label, domain, *students[:1], number}
    answers, bare = {}, {}
    for place, title in enumerate(titles):
        if place in taken or not title:
            continue
        match = _PARTIAL.fullmatch(title)
        if match:
            answers[place] = _variable(match[1])
        elif title.casefold() in ONLY:
            answers[place] = ""
        elif _BARE.fullmatch(title):
            bare[place] = _variable(title)
    return Columns(students[0] if students else None, number, functions[0], label, domain, answers, bare, tuple(titles))


def with_variables(columns: Columns, variables: Collection[str], file: str) -> tuple[Columns, list[str]]:
    """The columns with those of the bare names that are variables of some function; and the titles left out.

    Raises DiffcompareError (E591) where no column has answers.
    """
    answers = {place: name for place, name in columns.bare.items() if variable_for(name, variables) is not None}
    found = columns._replace(answers=dict(sorted({**columns.answers, **answers}.items())))
    if not found.answers:
        wanted = "` or `".join(sorted(variables)[:4]) or "x"
        raise _table(f"the table has no column of answers (`{wanted}`): it has {_listed(columns.titles)}", file)
    used = {*found.answers, columns.student, columns.number, columns.function, columns.label, columns.domain}
    return found, [title for place, title in enumerate(columns.titles) if title and place not in used]


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


def _first(names: Iterable[str], known: dict[str, int]) -> int | None:
    return next((known[name] for name in names if name in known), None)


def _check_twice(titles: Sequence[str], file: str) -> None:
    for place, title in enumerate(titles):
        if title and title in titles[:place]:
            message = f"the column `{title}` comes twice"
            help = "give every column a name of its own"
            raise DiffcompareError(Diagnostic("E592", "bad_value", message, source=file, help=help))


def _listed(titles: Sequence[str]) -> str:
    named = [f"`{title}`" for title in titles if title]
    return ", ".join(named[:8]) + ", ..." * (len(named) > 8) or "none"


def _table(message: str, file: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E591", "bad_value", f"{file}: {message}", source=file, help=EXAMPLE))
