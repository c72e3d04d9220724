"""Completion by the Tab key, which starts the program each time: everything is imported late and only as needed."""

from __future__ import annotations

from collections.abc import Iterable


def expressions(incomplete: str) -> list[str]:
    """Complete names of the catalogue (`@name`); other expressions cannot be completed."""
    if not incomplete.startswith("@"):
        return []
    from diffcompare.inputs.catalogue import scan

    return beginning(incomplete, [f"@{stanza.name}" for stanza in scan()])


def methods(incomplete: str) -> list[str]:
    """Complete names of methods and `all`, also after a comma."""
    from diffcompare.backends.registry import METHODS

    before, comma, word = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in beginning(word, [*METHODS, "all"])]


def operations(incomplete: str) -> list[str]:
    """Complete names of operations."""
    import diffcompare.language.operations  # noqa: F401  (it fills the table)
    from diffcompare.language.operations import OPERATIONS

    return beginning(incomplete, list(OPERATIONS))


def levels(incomplete: str) -> list[str]:
    """Complete the levels of a quiz."""
    from diffcompare.classroom.quiz.exercises import LEVELS

    return beginning(incomplete, [str(level) for level in LEVELS])


def topics(incomplete: str) -> list[str]:
    """Complete the topics of a quiz."""
    from diffcompare.classroom.quiz.exercises import TOPICS

    return beginning(incomplete, list(TOPICS))


def demos(incomplete: str) -> list[str]:
    """Complete names of demos and `all`."""
    from diffcompare.classroom.demos import NAMES

    return beginning(incomplete, [*NAMES, "all"])


def groups(incomplete: str) -> list[str]:
    """Complete names of the catalogue's groups."""
    from diffcompare.inputs.catalogue import scan

    return beginning(incomplete, list(dict.fromkeys(stanza.group for stanza in scan())))


def beginning(start: str, words: Iterable[str]) -> list[str]:
    """Return the words that begin with what has been typed."""
    return [word for word in words if word.startswith(start)]
