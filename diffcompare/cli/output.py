"""What a command has to show, shown: which format, with which look, to which place."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TextIO

from diffcompare import output_files, safe_io
from diffcompare.diagnostics import usage_error
from diffcompare.localization import language
from diffcompare.render import FORMATS, Look, format_of_suffix, render

if TYPE_CHECKING:
    from diffcompare.diagnostics import Diagnostic
    from diffcompare.document import Document

COLORS = ("auto", "always", "never")
CHARSETS = ("auto", "braille", "blocks", "ascii")
SUFFIXES = (".txt", ".json", ".jsonl", ".csv", ".md", ".html", ".tex", ".svg", ".dot", ".mmd", ".py")
NARROWEST = 20
ESCAPING = ("json", "jsonl", "svg")
"""Formats that can say every character in ASCII."""


class CommandResult(NamedTuple):
    """What a command has to show, what is to be said on the side, and the failure that kept it from showing more."""

    document: Document
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None
    code: int = 0
    """The exit code where there is no failure: 1 for a negative verdict, 3 where nothing could be decided."""
    page: str | None = None
    """The document as a page that is more than a rendering: written where HTML is asked for."""


class Settings(NamedTuple):
    """The options that every command has."""

    format: str | None = None
    json: bool = False
    output: str | None = None
    digits: int | None = None
    color: str = "auto"
    charset: str = "auto"
    quiet: bool = False
    debug: bool = False


def show(answer: CommandResult, settings: Settings) -> int:
    """Write the answer where it belongs and return the exit code."""
    from diffcompare.diagnostics import DiffcompareError

    if not settings.quiet:
        for note in answer.notes:
            safe_io.tell(note)
    format = choose_format(settings)
    to_file = settings.output not in (None, "-")
    if answer.document.blocks or format in ("json", "jsonl"):  # a failure with nothing to show is told on stderr only
        text = answer.page if format == "html" else None
        if text is None:
            text = render(answer.document, format, look=choose_look(settings, to_file=to_file))
        if settings.output is not None and to_file:
            output_files.write_file(settings.output, text)
        else:
            safe_io.write(text)
    if answer.failure is None:
        return answer.code
    safe_io.tell(answer.failure)
    return DiffcompareError(answer.failure).exit_code


def choose_format(settings: Settings) -> str:
    """The format asked for, else that of the file's suffix, else what suits the place.

    Raises DiffcompareError where the options contradict each other, or the suffix is that of no format.
    """
    if settings.json:
        if settings.format not in (None, "json"):
            raise usage_error("E506", f"`--json` and `--format {settings.format}` contradict each other", "keep one")
        return "json"
    if settings.format is not None:
        return settings.format
    if settings.output not in (None, "-"):
        return _format_of_file(settings.output)
    return "terminal" if is_terminal(sys.stdout) else "plain"


def _format_of_file(path: str) -> str:
    format = format_of_suffix(path)
    if format is None and os.path.isdir(path):
        output_files.check_destination(path)
    if format is None:
        raise usage_error(
            "E506",
            f"no format goes with the name `{path}`",
            f"end it in {', '.join(SUFFIXES)}, or choose: --format {'|'.join(FORMATS)}",
        )
    return format


def check(settings: Settings) -> None:
    """Find out before any work is done that its result could not be written."""
    format = choose_format(settings)
    to_file = settings.output not in (None, "-")
    if settings.output is not None and to_file:
        output_files.check_destination(settings.output)
    if language() != "en" and format not in ESCAPING and choose_look(settings, to_file=to_file).charset == "ascii":
        asked = settings.charset == "ascii"
        cure = "leave out `--charset ascii`" if asked else "set PYTHONUTF8=1, or write a file: `-o FILE`"
        raise usage_error("E506", f"`--lang {language()}` cannot be written in ASCII", cure)


def choose_look(settings: Settings, *, to_file: bool = False) -> Look:
    """What the place can show: a file takes every character, and escape sequences only if asked for them."""
    import shutil

    stream = None if to_file else sys.stdout
    wide = shutil.get_terminal_size().columns if stream is not None else Look().width
    return Look(
        width=max(wide, NARROWEST),
        color=choose_color(settings.color, stream, os.environ),
        styled=choose_styled(settings.color, stream, os.environ),
        charset=choose_charset(settings.charset, stream),
        digits=settings.digits,
    )


def choose_charset(choice: str, stream: TextIO | None) -> Literal["braille", "blocks", "ascii"]:
    """The set asked for (braille, if none is), or ASCII where the stream has no other; a file takes everything."""
    if choice == "ascii" or not (stream is None or safe_io.is_unicode(getattr(stream, "encoding", None))):
        return "ascii"
    return "blocks" if choice == "blocks" else "braille"


def choose_color(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """--color > NO_COLOR > FORCE_COLOR > TERM=dumb > whether it is a terminal; a variable counts unless it is empty."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return choose_styled(choice, stream, environment)


def choose_styled(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Whether there may be escape sequences at all: NO_COLOR forbids colour, but not bold or underline."""
    if choice != "auto":
        return choice == "always"
    if environment.get("FORCE_COLOR"):
        return not environment.get("NO_COLOR") or is_terminal(stream)
    return environment.get("TERM") != "dumb" and is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person reads this (False for a stream that is closed or missing)."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
