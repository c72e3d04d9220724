"""The output of a command: progress, then the result or an error, with its format, look, destination and exit code."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Literal, NamedTuple, TextIO

from diffcompare import safe_io
from diffcompare.cli.arguments import wants_json
from diffcompare.cli.commands import COMMANDS
from diffcompare.diagnostics import Diagnostic, DiffcompareError, to_line, usage_error, width
from diffcompare.document import Document
from diffcompare.localization import language
from diffcompare.render import FILES, FORMATS, Look, check_library, format_of_suffix, render, render_file

COLORS = ("auto", "always", "never")
CHARSETS = ("auto", "braille", "blocks", "ascii")
FORMULAS = ("text", "unicode", "latex")  # of `--formulas`
SUFFIXES = (
    ".txt", ".json", ".jsonl", ".csv", ".npz", ".md", ".html", ".tex", ".svg", ".png", ".pdf", ".dot", ".mmd", ".py",
    ".js", ".c",
)  # fmt: skip
MIN_WIDTH = 20
ESCAPING = ("json", "jsonl", "svg")  # formats that can express every character in ASCII
SCHEMA = "diffcompare/1"
INTERNAL_ERROR = 70
OUTPUT_ERROR = 74
INTERRUPTED = 130
PATIENCE = 0.5  # seconds before the first line of progress
INTERVAL = 0.5  # seconds between its updates


class CommandResult(NamedTuple):
    """The document that a command shows, notes for stderr, and the failure that kept it from showing more, if any."""

    document: Document
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None
    code: int = 0
    """The exit code without a failure: 1 for a negative verdict, 3 for an undecided one, 130 if stopped halfway."""
    page: str | None = None
    """A page to write as HTML in place of the rendered document, if the command makes one."""
    summary: Document | None = None
    """What to show on standard output where the result itself goes to a file, if there is more to say than nothing."""


class Settings(NamedTuple):
    """The options that all commands share."""

    format: str | None = None
    json: bool = False
    output: str | None = None
    digits: int | None = None
    color: str = "auto"
    charset: str = "auto"
    formulas: Literal["text", "unicode", "latex"] = "text"
    quiet: bool = False
    debug: bool = False
    verbose: bool = False
    """Whether a document is shown in its long form; formats for programs always have that."""


def show(result: CommandResult, settings: Settings, live: LiveOutput | None = None) -> int:
    """Write the result to its destination, in the place of what was shown of it before, and return the exit code."""
    if settings.verbose:
        result = result._replace(document=result.document.detailed)
    if live is not None and live.is_shown:
        safe_io.write(live.erased())
    else:
        _tell_notes(result, settings)
    format = choose_format(settings)
    to_file = settings.output not in (None, "-")
    if format in FILES and result.document.blocks:
        assert settings.output is not None, "the format is that of a file's suffix"
        safe_io.write_file(settings.output, render_file(result.document, format))
    elif result.document.blocks or format in ("json", "jsonl"):  # a mere failure goes to stderr only
        text = result.page if format == "html" else None
        if text is None:
            text = render(result.document, format, look=choose_look(settings, to_file=to_file))
        if settings.output is not None and to_file:
            safe_io.write_file(settings.output, text)
        else:
            safe_io.write(text)
    if result.summary is not None and to_file and not settings.quiet:
        format_here = choose_format(settings._replace(format=None, json=False, output=None))
        safe_io.write(render(result.summary, format_here, look=choose_look(settings)))
    if result.failure is None:
        return result.code
    safe_io.tell(result.failure)
    if result.code == INTERRUPTED:
        return INTERRUPTED
    return DiffcompareError(result.failure).exit_code


# What is said of the notation: a line each, once in a run, and at the prompt once in a session.
READINGS = ("W301", "W303", "W304", "W306", "W310")
_told: set[str] = set()  # of them, in the session at the prompt
_in_session = False
_screen = threading.Lock()  # held while a frame, or the line of progress below it, is written


@contextlib.contextmanager
def one_session(*, begins: bool) -> Iterator[None]:
    """Remember in the body which notes on the notation have been told; a session that begins has told none."""
    global _in_session
    if begins:
        _told.clear()
    _in_session = True
    try:
        yield
    finally:
        _in_session = False


def _tell_notes(result: CommandResult, settings: Settings) -> None:
    told = _told if _in_session else set()
    for note in () if settings.quiet else result.notes:
        if note.severity != "note" or note.code not in READINGS:
            safe_io.tell(note)
        elif note.code not in told:
            told.add(note.code)
            safe_io.complain(f"{to_line(note)}\n")


class LiveOutput:
    """The output of a result that grows: on a terminal, each frame is written over the one before it.

    A frame is at most as high as the terminal, because what has left the screen cannot be overwritten.  One line below
    it is free for progress.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lines: list[str] = []  # of the frame on the screen

    @classmethod
    def possible(cls, settings: Settings) -> LiveOutput | None:
        """Return the live output of a command; None for files, pipes, and terminals without escape sequences."""
        if (
            settings.output not in (None, "-")
            or not safe_io.is_terminal(sys.stdout)
            or os.environ.get("TERM") == "dumb"
        ):
            return None
        return cls(settings) if choose_format(settings) == "terminal" and choose_look(settings).colour else None

    def show(self, result: CommandResult) -> None:
        """Write a frame over the one before it; the first follows the notes."""
        if self._settings.verbose:
            result = result._replace(document=result.document.detailed)
        if not result.document.blocks:
            return
        lines = _top(render(result.document, "terminal", look=choose_look(self._settings)).split("\n")[:-1])
        with _screen:
            if not self.is_shown:
                if safe_io.is_terminal(sys.stderr):
                    safe_io.complain("\r\x1b[2K")  # a line of progress may be there
                _tell_notes(result, self._settings)
            safe_io.write(self.erased() + "".join([f"{line}\n" for line in lines]))
        self._lines = lines

    @property
    def is_shown(self) -> bool:
        """True if there is a frame on the screen, and the notes above it."""
        return bool(self._lines)

    def erased(self) -> str:
        """Return what moves the cursor back to the beginning of the frame and clears the screen from there on.

        The first line is cleared alone: where a terminal is cleared as a whole, some keep what was on it above.
        """
        rows = _rows(self._lines, terminal_size()[0])
        return f"\r\x1b[{rows}A\x1b[2K\x1b[B\x1b[J\x1b[A" if rows else ""


def terminal_size() -> tuple[int, int]:
    """Return the columns and rows of the terminal."""
    import shutil

    return shutil.get_terminal_size()


def _rows(lines: Sequence[str], columns: int) -> int:
    """Count the rows of the terminal that lines take: one that is too wide goes on in the next row."""
    return sum([max(1, -(-width(re.sub(r"\x1b\[[\d;]*m", "", line)) // columns)) for line in lines])


def _top(lines: list[str]) -> list[str]:
    """Return as many lines as the terminal has room for, the last of them a sign that there are more."""
    columns, rows = terminal_size()
    if _rows(lines, columns) < rows:
        return lines
    kept = lines[: max(0, rows - 2)]
    while kept and _rows(kept, columns) > rows - 2:
        kept.pop()
    return [*kept, "…"]


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
    return "terminal" if safe_io.is_terminal(sys.stdout) else "plain"


def _format_of_file(path: str) -> str:
    format = format_of_suffix(path)
    if format is None and os.path.isdir(path):
        safe_io.check_destination(path)
    if format is None:
        raise usage_error(
            "E506",
            f"cannot tell the format from the name `{path}`",
            f"end it in {', '.join(SUFFIXES)}, or choose: --format {'|'.join(FORMATS)}",
        )
    return format


def check_format(settings: Settings, formats: Sequence[str]) -> None:
    """Raise DiffcompareError (E512) if the output file has the suffix of a format that the command does not write."""
    if settings.format is None and not settings.json and settings.output not in (None, "-"):
        format = format_of_suffix(settings.output)
        if format is not None and format not in formats:
            message = f"this command does not write {format}, which the name `{settings.output}` asks for"
            raise usage_error("E512", message, f"it writes {', '.join(formats)}")


def check_destination(settings: Settings) -> None:
    """Raise an error before any work is done if its result could not be written."""
    format = choose_format(settings)
    to_file = settings.output not in (None, "-")
    if settings.output is not None and to_file:
        safe_io.check_destination(settings.output)
    check_library(format)
    if language() != "en" and format not in ESCAPING and choose_look(settings, to_file=to_file).charset == "ascii":
        requested = settings.charset == "ascii"
        help = "leave out `--charset ascii`" if requested else "set PYTHONUTF8=1, or write a file: `-o FILE`"
        raise usage_error("E506", f"`--lang {language()}` cannot be written in ASCII", help)


def choose_look(settings: Settings, *, to_file: bool = False) -> Look:
    """Return what the destination can show: a file takes all characters, but escape sequences only on request."""
    stream = None if to_file else sys.stdout
    wide = terminal_size()[0] if stream is not None else Look().width
    return Look(
        width=max(wide, MIN_WIDTH),
        colour=choose_colour(settings.color, stream, os.environ),
        styled=choose_styled(settings.color, stream, os.environ),
        charset=choose_charset(settings.charset, stream),
        digits=settings.digits,
        formulas=settings.formulas,
    )


def choose_charset(choice: str, stream: TextIO | None) -> Literal["braille", "blocks", "ascii"]:
    """Return the requested character set (default: braille), or ASCII if the stream has no other."""
    if choice == "ascii" or not (stream is None or safe_io.is_unicode(getattr(stream, "encoding", None))):
        return "ascii"
    return "blocks" if choice == "blocks" else "braille"


def choose_colour(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
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
        return not environment.get("NO_COLOR") or safe_io.is_terminal(stream)
    return environment.get("TERM") != "dumb" and safe_io.is_terminal(stream)


# --- Errors -----------------------------------------------------------------------------------------------------------


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Report an error that ended the command, and return the exit code."""
    diagnostic, code = _diagnose(error)
    safe_io.tell(diagnostic)
    if code == INTERNAL_ERROR and "--debug" in arguments:
        import traceback

        safe_io.complain("".join(traceback.format_exception(error)))
    if wants_json(arguments) and getattr(error, "destination", None) != safe_io.STANDARD_OUTPUT:
        with contextlib.suppress(safe_io.ReaderGone, safe_io.CannotWrite):  # the exit code still reports it
            safe_io.write(_error_document(diagnostic, arguments))
    return code


def _diagnose(error: Exception) -> tuple[Diagnostic, int]:
    if isinstance(error, DiffcompareError):
        return error.diagnostic, error.exit_code
    if isinstance(error, safe_io.CannotWrite):
        return Diagnostic("E508", "io_error", str(error), help=error.help), OUTPUT_ERROR
    name = f"{type(error).__name__}: {error}".partition("\n")[0].removesuffix(": ")
    return Diagnostic("E900", "internal_error", f"internal error: {name}; run with --debug"), INTERNAL_ERROR


def _error_document(diagnostic: Diagnostic, arguments: Sequence[str]) -> str:
    command = arguments[0] if arguments and arguments[0] in COMMANDS else None
    data: dict[str, object] = {"schema": SCHEMA, "command": command, "error": diagnostic.data()}
    return render(Document((), data), "json", look=choose_look(Settings()))


# --- Progress ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def progress_line(task: str, details: Callable[[float], str] | None = None) -> Iterator[None]:
    """Show the task and the time it has taken while the body runs, and erase the line at the end.

    The line is written to stderr, after half a second, and only if stderr is a terminal.
    `details` returns the text to show after so many seconds, in place of the time.
    """
    if not safe_io.is_terminal(sys.stderr):
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show_progress, args=(task, details or _seconds, done), daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:  # the command itself needs no thread
        safe_io.complain(f"{task}: cannot show progress: {str(error) or 'out of memory'}\n")
    try:
        yield
    finally:
        done.set()
        if thread.ident is not None:
            thread.join()


def _seconds(passed: float) -> str:
    return f"{passed:.0f} s"


def _show_progress(task: str, details: Callable[[float], str], done: threading.Event) -> None:
    start, longest = monotonic(), 0
    wait = PATIENCE
    while not done.wait(wait):
        line = f"{task}: {details(monotonic() - start)} (Ctrl-C stops it)"
        with _screen:
            safe_io.complain("\r" + line.ljust(longest))
        longest, wait = max(longest, len(line)), INTERVAL
    if longest:
        safe_io.complain("\r" + " " * longest + "\r")
