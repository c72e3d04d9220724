"""The language in which people are spoken to: English as it stands in the program, or Chinese from a table.

A text is looked up as a whole.  One that was put together is a `Phrase`, which remembers its pattern and its values:
the pattern is looked up, and the values are set into what was found.  A value is translated where it is a phrase
itself, and left alone otherwise: the names and formulas of a user are in no language of ours.  What has no entry stays
English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

LANGUAGES = ("en", "zh")
_TABLES = {"zh": "chinese.toml"}

_spoken: ContextVar[str] = ContextVar("spoken", default=LANGUAGES[0])


class Phrase(str):
    """An English text that knows how it was put together."""

    pattern: str
    values: Mapping[str, Any]


def phrase(pattern: str, /, **values: Any) -> Phrase:
    """The pattern with its values, as `str.format` sets them; one without values may have braces of its own."""
    made = Phrase(pattern.format(**values) if values else pattern)
    made.pattern, made.values = pattern, values
    return made


@contextmanager
def use_language(name: str) -> Iterator[None]:
    """In here people are spoken to in this language, one of `LANGUAGES`."""
    token = _spoken.set(name)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The language that is spoken."""
    return _spoken.get()


def translate(pattern: str, /, **values: Any) -> str:
    """A pattern with its values in the language that is spoken."""
    return translated(phrase(pattern, **values))


def translated(text: str, place: str = "") -> str:
    """The text in the language that is spoken; `place` is the section of the table that is asked first."""
    if language() not in _TABLES:
        return text
    if not isinstance(text, Phrase):
        return _entry(text, place)
    values = {
        name: translated(value, place) if isinstance(value, Phrase) else value for name, value in text.values.items()
    }
    pattern = _entry(text.pattern, place)
    return pattern.format(**values) if values else pattern


def _entry(text: str, place: str) -> str:
    sections, everywhere = _table(language())
    return sections.get(place, {}).get(text) or everywhere.get(text, text)


@cache
def _table(name: str) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    """The table by sections, and all of it: of two entries for one text the first counts."""
    import tomllib
    from pathlib import Path

    with open(Path(__file__).with_name(_TABLES[name]), "rb") as file:
        sections: dict[str, dict[str, str]] = tomllib.load(file)
    everywhere: dict[str, str] = {}
    for section in sections.values():
        everywhere = {**section, **everywhere}
    return sections, everywhere
