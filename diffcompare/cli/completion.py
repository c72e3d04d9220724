"""What the Tab key offers.  It runs the program each time, so everything is imported late and only as needed."""

from __future__ import annotations


def expressions(incomplete: str) -> list[str]:
    """Names of the catalogue; an expression itself is for the user to write."""
    if not incomplete.startswith("@"):
        return []
    from diffcompare.inputs.catalogue import scan

    return _beginning(incomplete, [f"@{stanza.name}" for stanza in scan()])


def methods(incomplete: str) -> list[str]:
    """Names of methods, and `all`; also after a comma."""
    from diffcompare.backends.registry import METHODS

    before, comma, word = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in _beginning(word, [*METHODS, "all"])]


def operations(incomplete: str) -> list[str]:
    """Names of operations."""
    import diffcompare.language.operations  # noqa: F401  (it fills the table)
    from diffcompare.language.operations import OPERATIONS

    return _beginning(incomplete, list(OPERATIONS))


def modes(incomplete: str) -> list[str]:
    """Which sweeps to trace."""
    from diffcompare.cli.arguments import MODES

    return _beginning(incomplete, list(MODES))


def levels(incomplete: str) -> list[str]:
    """How hard a quiz is."""
    from diffcompare.classroom.quiz.exercises import LEVELS

    return _beginning(incomplete, [str(level) for level in LEVELS])


def topics(incomplete: str) -> list[str]:
    """What a quiz is about."""
    from diffcompare.classroom.quiz.exercises import TOPICS

    return _beginning(incomplete, list(TOPICS))


def demos(incomplete: str) -> list[str]:
    """Names of demos, and `all`."""
    from diffcompare.classroom.demos import NAMES

    return _beginning(incomplete, [*NAMES, "all"])


def groups(incomplete: str) -> list[str]:
    """Names of the catalogue's groups."""
    from diffcompare.inputs.catalogue import scan

    return _beginning(incomplete, list(dict.fromkeys(stanza.group for stanza in scan())))


def input_formats(incomplete: str) -> list[str]:
    """Names of formats of files with expressions."""
    from diffcompare.cli.arguments import INPUT_FORMATS

    return _beginning(incomplete, list(INPUT_FORMATS))


def formats(incomplete: str) -> list[str]:
    """Names of output formats."""
    from diffcompare.render import FORMATS

    return _beginning(incomplete, list(FORMATS))


def shown(incomplete: str) -> list[str]:
    """What a graph shows beside its nodes."""
    from diffcompare.cli.arguments import SHOWN

    return _beginning(incomplete, list(SHOWN))


def counted(incomplete: str) -> list[str]:
    """As what an answer counts."""
    from diffcompare.cli.arguments import COUNTED

    return _beginning(incomplete, list(COUNTED))


def colors(incomplete: str) -> list[str]:
    """When to use colour."""
    from diffcompare.cli.output import COLORS

    return _beginning(incomplete, list(COLORS))


def charsets(incomplete: str) -> list[str]:
    """Character sets."""
    from diffcompare.cli.output import CHARSETS

    return _beginning(incomplete, list(CHARSETS))


def languages(incomplete: str) -> list[str]:
    """Languages that demos are told in."""
    from diffcompare.localization import LANGUAGES

    return _beginning(incomplete, list(LANGUAGES))


def _beginning(start: str, words: list[str]) -> list[str]:
    return [word for word in words if word.startswith(start)]
