"""The command line.  Only this package prints, and only it imports typer."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # typing takes longer to import than `--version` to answer
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 answered, 1 a verdict is negative, 2 the input is wrong, 3 undefined or not differentiable at the point,
    70 a fault of ours, 74 output cannot be written, 130 interrupted, 141 the reader went away.
    """
    if arguments is not None:
        return _run(list(arguments))
    # This process is ours and short.  Modules are what it mostly allocates, and a collector that walks them as they
    # are imported, and again when Python ends, finds nothing: it takes a fifth of the time of a small question.
    gc.set_threshold(200_000)
    try:
        return _run([_decoded(argument) for argument in sys.argv[1:]])
    finally:
        gc.freeze()


def _decoded(argument: str) -> str:
    """The argument read as UTF-8, where Python read it otherwise because the locale said so and could not."""
    if argument.isprintable():
        return argument
    try:
        return argument.encode(sys.getfilesystemencoding(), "surrogateescape").decode("utf-8")
    except UnicodeError:
        return argument


def _run(arguments: list[str]) -> int:
    try:
        from diffcompare import safe_io

        try:
            return _answer(arguments)
        except safe_io.ReaderGone:
            return 141
        except Exception as error:
            from diffcompare.cli.errors import explain

            return explain(error, arguments)
    except KeyboardInterrupt:
        return 130


def _answer(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):  # before typer is imported, which takes longer than all the rest
        from diffcompare import __version__
        from diffcompare.safe_io import write

        write(f"diffcompare {__version__}\n")
        return 0
    from diffcompare.cli.app import run

    return run(arguments)
