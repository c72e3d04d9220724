"""Output of a command's result: in which format, with which look, and to which destination."""

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
MIN_WIDTH = 20
ESCAPING = ("json", "jsonl", "svg")  # formats that can express every character in ASCII


class CommandResult(NamedTuple):
    """The document that a command shows, notes for stderr, and the failure that kept it from showing more, if any."""

    document: Document
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None
    code: int = 0
    """The exit code without a failure: 1 for a negative verdict, 3 for an undecided one."""
    page: str | None = None
    """A page to write as HTML in place of the rendered document, if the command makes one."""


class Settings(NamedTuple):
    """The options that all commands share."""

    format: str | None = None
    json: bool = False
    output: str | None = None
    digits: int | None = None
    color: str = "auto"
    charset: str = "auto"
    quiet: bool = False
    debug: bool = False


def show(result: CommandResult, settings: Settings) -> int:
    """Write the result to its destination and return the exit code."""
    from diffcompare.diagnostics import DiffcompareError

    if not settings.quiet:
        for note in result.notes:
            safe_io.tell(note)
    format = choose_format(settings)
    to_file = settings.output not in (None, "-")
    if result.document.blocks or format in ("json", "jsonl"):  # a mere failure goes to stderr only
        text = result.page if format == "html" else None
        if text is None:
            text = render(result.document, format, look=choose_look(settings, to_file=to_file))
        if settings.output is not None and to_file:
            output_files.write_file(settings.output, text)
        else:
            safe_io.write(text)
    if result.failure is None:
        return result.code
    safe_io.tell(result.failure)
    return DiffcompareError(result.failure).exit_code


def choose_format(settings: Settings) -> str:
    """Return the requested format, else the one the file suffix implies, else `terminal` or `plain`.

    Raises DiffcompareError if the options contradict each other or the suffix implies no format.
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
            f"cannot tell the format from the name `{path}`",
            f"end it in {', '.join(SUFFIXES)}, or choose: --format {'|'.join(FORMATS)}",
        )
    return format


def check_destination(settings: Settings) -> None:
    """Raise an error before any work is done if its result could not be written."""
    format = choose_format(settings)
    to_file = settings.output not in (None, "-")
    if settings.output is not None and to_file:
        output_files.check_destination(settings.output)
    if language() != "en" and format not in ESCAPING and choose_look(settings, to_file=to_file).charset == "ascii":
        requested = settings.charset == "ascii"
        help = "leave out `--charset ascii`" if requested else "set PYTHONUTF8=1, or write a file: `-o FILE`"
        raise usage_error("E506", f"`--lang {language()}` cannot be written in ASCII", help)


def choose_look(settings: Settings, *, to_file: bool = False) -> Look:
    """Return what the destination can show: a file takes all characters, but escape sequences only on request."""
    import shutil

    stream = None if to_file else sys.stdout
    wide = shutil.get_terminal_size().columns if stream is not None else Look().width
    return Look(
        width=max(wide, MIN_WIDTH),
        color=choose_color(settings.color, stream, os.environ),
        styled=choose_styled(settings.color, stream, os.environ),
        charset=choose_charset(settings.charset, stream),
        digits=settings.digits,
    )


def choose_charset(choice: str, stream: TextIO | None) -> Literal["braille", "blocks", "ascii"]:
    """Return the requested character set (default: braille), or ASCII if the stream has no other."""
    if choice == "ascii" or not (stream is None or safe_io.is_unicode(getattr(stream, "encoding", None))):
        return "ascii"
    return "blocks" if choice == "blocks" else "braille"


def choose_color(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Decide on colour: --color > NO_COLOR > FORCE_COLOR > TERM=dumb > terminal; empty variables do not count."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return choose_styled(choice, stream, environment)


def choose_styled(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Decide whether escape sequences are allowed at all: NO_COLOR forbids colour, but not bold or underline."""
    if choice != "auto":
        return choice == "always"
    if environment.get("FORCE_COLOR"):
        return not environment.get("NO_COLOR") or is_terminal(stream)
    return environment.get("TERM") != "dumb" and is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether the stream is a terminal; a closed or missing stream is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
