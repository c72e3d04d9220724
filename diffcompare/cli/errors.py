"""Reports of errors: a diagnostic on stderr, a JSON document on stdout if JSON is requested, and an exit code."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from diffcompare import safe_io
from diffcompare.diagnostics import Diagnostic, DiffcompareError

SCHEMA = "diffcompare/1"
INTERNAL_ERROR = 70
OUTPUT_ERROR = 74


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Report an error that ended the command, and return the exit code."""
    from diffcompare.cli.arguments import wants_json

    diagnostic, code = _diagnose(error)
    safe_io.tell(diagnostic)
    if code == INTERNAL_ERROR and "--debug" in arguments:
        import traceback

        safe_io.complain("".join(traceback.format_exception(error)))
    if wants_json(arguments) and getattr(error, "destination", None) != safe_io.STANDARD_OUTPUT:
        with contextlib.suppress(safe_io.ReaderGone, safe_io.CannotWrite):  # the exit code still reports it
            safe_io.write(_document(diagnostic, arguments))
    return code


def _diagnose(error: Exception) -> tuple[Diagnostic, int]:
    if isinstance(error, DiffcompareError):
        return error.diagnostic, error.exit_code
    if isinstance(error, safe_io.CannotWrite):
        return Diagnostic("E508", "io_error", str(error), help=error.help), OUTPUT_ERROR
    name = f"{type(error).__name__}: {error}".partition("\n")[0].removesuffix(": ")
    return Diagnostic("E900", "internal_error", f"internal error: {name}; run with --debug"), INTERNAL_ERROR


def _document(diagnostic: Diagnostic, arguments: Sequence[str]) -> str:
    from diffcompare.cli.commands import COMMANDS
    from diffcompare.cli.output import Settings, choose_look
    from diffcompare.document import Document
    from diffcompare.render import render

    command = arguments[0] if arguments and arguments[0] in COMMANDS else None
    data: dict[str, object] = {"schema": SCHEMA, "command": command, "error": diagnostic.data()}
    return render(Document((), data), "json", look=choose_look(Settings()))
