"""`--columns`: which columns of a table mean what, where its titles do not say it.

    student=Last name+First name,answer=Response *

A meaning stands before `=`; behind it are titles, patterns with `*`, or numbers from 1, joined by `+`.  A title may be
in quotes, and has to be only where it contains `+`, or a comma before a meaning and `=`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean, usage_error
from diffcompare.inputs.localized_tables import normalized

MAX_COLUMNS = 16_384  # of a table, as in Excel
MAX_LISTED = 8  # titles in a message

ANSWER_ROLES = ("student", "id", "expression", "answer", "right", "domain")
BATCH_ROLES = ("name", "expression", "point")
_OTHER_NAMES = {
    **dict.fromkeys(("function", "question", "formula", "equation", "asked"), "expression"),
    **dict.fromkeys(("email", "e-mail", "number"), "id"),
}

_SELECTOR = re.compile(r'\s*("[^"]*"|[^+"]*)\s*(\+|\Z)')
_UNSAFE = re.compile(r'["$`\\!%]')  # signs that some shell reads within quotes


class ColumnChoice(NamedTuple):
    """The selectors of columns by meaning, as `--columns` gives them."""

    spec: str
    selectors: dict[str, str]

    def places(self, role: str, titles: Sequence[str], file: str) -> list[int]:
        """Return the columns with a meaning, in the order in which they are named; none if it is not given.

        Raises DiffcompareError (E638) for a title, pattern or number that the table does not have.
        """
        text = self.selectors.get(role)
        if text is None:
            return []
        whole = _matching(_unquoted(text), titles)  # a title with a `+` of its own
        if whole:
            return whole
        places: list[int] = []
        for part in _parts(text):
            found = _matching(part, titles)
            if not found:
                raise missing_column(f"no column `{part}` for `{role}`", role, titles, file, near=part)
            places += [place for place in found if place not in places]
        return places

    def place(self, role: str, titles: Sequence[str], file: str) -> int | None:
        """Return the only column with a meaning, None if it is not given.  Raises DiffcompareError for several."""
        places = self.places(role, titles, file)
        if len(places) > 1:
            message = f"{file}: `{role}={self.selectors[role]}` is {len(places)} columns"
            help = f"name one of them by its number: --columns {role}={places[0] + 1}"
            raise DiffcompareError(Diagnostic("E638", "bad_value", message, source=file, help=help))
        return places[0] if places else None


NO_CHOICE = ColumnChoice("", {})


def parse_columns(spec: str | None, roles: Sequence[str]) -> ColumnChoice:
    """Return the choice that `--columns` gives; `roles` are the meanings that columns may have.

    Raises DiffcompareError (E637) for a text that is not `meaning=columns`, and for a meaning that there is not.
    """
    if spec is None or not spec.strip():
        return NO_CHOICE
    known = {**{name: role for name, role in _OTHER_NAMES.items() if role in roles}, **{role: role for role in roles}}
    starts = list(re.finditer(rf"(?:\A|,)\s*({'|'.join(map(re.escape, known))})\s*=", spec, re.I))
    example = f'for example --columns "{roles[0]}=1,{roles[1]}=Title of a column"'
    if not starts or starts[0].start() != 0:
        word = spec.partition("=")[0].strip()
        close = did_you_mean(word, roles)
        message = (
            f"`--columns` has no meaning `{word}`: {', '.join(roles)}" if "=" in spec else "`--columns` has no `=`"
        )
        raise usage_error("E637", message, f"did you mean `{close}`?" if close and "=" in spec else example)
    selectors: dict[str, str] = {}
    for start, end in zip(starts, [*(match.start() for match in starts[1:]), len(spec)], strict=True):
        role, text = known[start[1].lower()], spec[start.end() : end].strip()
        if not text or role in selectors:
            message = f"`--columns` gives `{role}` {'twice' if role in selectors else 'no column'}"
            raise usage_error("E637", message, f"join columns by +: {role}=1+2" if role in selectors else example)
        selectors[role] = text
    return ColumnChoice(spec, selectors)


def column_pattern(text: str, titles: Sequence[str]) -> list[int]:
    """Return the columns that a title, a pattern with `*` or a number names."""
    return _matching(_unquoted(text), titles)


def missing_column(
    message: str, role: str, titles: Sequence[str], file: str, *, near: str = "", code: str = "E638"
) -> DiffcompareError:
    """Return the error of a column that a table does not have: it names those there are, and a `--columns` to paste."""
    message = f"{file}: {message}: it has {listed(titles)}"
    help = f"for example {advice(role, titles, near)}"
    return DiffcompareError(Diagnostic(code, "bad_value", message, source=file, help=help))


def advice(role: str, titles: Sequence[str], near: str = "") -> str:
    """Return a `--columns` to paste that gives a column a meaning: the one with the nearest title, or the last."""
    named = [title for title in titles if title]
    close = did_you_mean(near, named) if near else None
    title = close or (named[-1] if named else "2")
    if _UNSAFE.search(title) or titles.count(title) > 1 or "," in title or "+" in title:
        title = str(list(titles).index(title) + 1) if title in titles else "2"
    return f'--columns "{role}={title}"'


def listed(titles: Sequence[str]) -> str:
    """Return the titles of a table for a message, the first of them if there are many."""
    named = [f"`{title}`" for title in titles if title]
    return ", ".join(named[:MAX_LISTED]) + ", ..." * (len(named) > MAX_LISTED) or "none"


def _parts(text: str) -> list[str]:
    parts, position = [], 0
    while position <= len(text):
        match = _SELECTOR.match(text, position)
        if match is None:  # a quote within a title
            return [part.strip() for part in text.split("+")]
        parts.append(_unquoted(match[1]))
        position = match.end() + (not match[2])
    return parts


def _unquoted(text: str) -> str:
    text = text.strip()
    inside = text[1:-1]
    return inside if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inside else text


def _matching(text: str, titles: Sequence[str]) -> list[int]:
    """Return the columns with a title; else those that match a pattern; else the one of a number."""
    folded = list(map(_folded, titles))
    wanted = _folded(text)
    if not wanted:
        return []
    exact = [place for place, title in enumerate(folded) if title == wanted]
    if not exact and normalized(text) and "*" not in text:
        exact = [place for place, title in enumerate(titles) if title and normalized(title) == normalized(text)]
    if exact:
        return exact
    if "*" in text:
        pieces = wanted.split("*")
        return [place for place, title in enumerate(folded) if title and _fits(pieces, title)]
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 5 and 1 <= int(wanted) <= len(titles):
        return [int(wanted) - 1]
    return []


def _fits(pieces: Sequence[str], title: str) -> bool:
    """Tell whether a title consists of these pieces with anything between them, each found at its first place."""
    first, *middle, last = pieces
    if len(title) < len(first) + len(last) or not (title.startswith(first) and title.endswith(last)):
        return False
    position, end = len(first), len(title) - len(last)
    for piece in middle:
        found = title.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def _folded(title: str) -> str:
    return " ".join(title.split()).casefold()
