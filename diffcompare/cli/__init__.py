"""The command line; only this package prints and imports typer."""

from __future__ import annotations

import gc
import sys

from diffcompare import __version__, safe_io

TYPE_CHECKING = False  # typing takes longer to import than `--version` to answer
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Exit codes: 0 answered, 1 negative verdict, 2 wrong input, 3 undefined or not differentiable at the point,
    70 internal error, 74 output cannot be written, 130 interrupted, 141 the reader of a pipe has gone.
    """
    if arguments is not None:
        return _run(list(arguments))
    # The process is short and allocates mostly modules, in which the garbage collector finds nothing: walking them
    # after imports and again at exit would take a fifth of the time of a small question.
    gc.set_threshold(200_000)
    try:
        return _run([_decoded(argument) for argument in sys.argv[1:]])
    finally:
        gc.freeze()


def _decoded(argument: str) -> str:
    """Return the argument decoded as UTF-8, if Python decoded it otherwise because of the locale."""
    if argument.isprintable():
        return argument
    try:
        return argument.encode(sys.getfilesystemencoding(), "surrogateescape").decode("utf-8")
    except UnicodeError:
        return argument


def _run(arguments: Sequence[str]) -> int:
    try:
        try:
            return _answer(arguments)
        except safe_io.ReaderGone:
            return 141
        except Exception as error:
            from diffcompare.cli.output import report

            return report(error, arguments)
    except KeyboardInterrupt:
        return 130


def _answer(arguments: Sequence[str]) -> int:
    if tuple(arguments[:1]) in (("--version",), ("-V",)):  # importing typer would take longer than all the rest
        safe_io.write(f"diffcompare {__version__}\n")
        return 0
    if not arguments:
        from diffcompare.cli.prompt import open_prompt

        code = open_prompt(_run)
        if code is not None:
            return code
    if list(arguments[:1]) == ["help"]:  # `help grad` is `grad --help`
        arguments = [*arguments[1:], "--help"]
    from diffcompare.cli.command_line import answer

    code = answer(arguments)
    if code is not None:
        return code
    from diffcompare.cli.app import run

    return run(arguments)
