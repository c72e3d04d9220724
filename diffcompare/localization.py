"""The language of texts for people: English as written in the program, or Chinese from `chinese.toml`.

A text is looked up as a whole.  A text that was put together is a `Phrase`, which remembers its pattern and its values:
the pattern is looked up, and the values are set into its translation.  A value is translated if it is a phrase itself,
and left alone otherwise: a user's names and formulas need no translation.  A text without an entry stays English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

LANGUAGES = ("en", "zh")
_TABLES = {"zh": "chinese.toml"}

_in_use: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


class Phrase(str):
    """An English text that knows how it was put together."""

    pattern: str
    values: Mapping[str, Any]


def phrase(pattern: str, /, **values: Any) -> Phrase:
    """Return a pattern with its values, as `str.format` sets them; a pattern without values may have braces."""
    made = Phrase(pattern.format(**values) if values else pattern)
    made.pattern, made.values = pattern, values
    return made


@contextmanager
def use_language(name: str) -> Iterator[None]:
    """Use a language, one of `LANGUAGES`, for all texts inside the `with` block."""
    token = _in_use.set(name)
    try:
        yield
    finally:
        _in_use.reset(token)


def language() -> str:
    """Return the language in use."""
    return _in_use.get()


def translate(pattern: str, /, **values: Any) -> str:
    """Return a pattern with its values, in the language in use."""
    return translated(phrase(pattern, **values))


def translated(text: str, place: str = "") -> str:
    """Return a text in the language in use; `place` is the section of the table that is looked up first."""
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
    """Return the table by sections, and all sections as one; of two entries for a text the first counts."""
    import tomllib
    from pathlib import Path

    with open(Path(__file__).with_name(_TABLES[name]), "rb") as file:
        sections: dict[str, dict[str, str]] = tomllib.load(file)
    everywhere: dict[str, str] = {}
    for section in sections.values():
        everywhere = {**section, **everywhere}
    return sections, everywhere
