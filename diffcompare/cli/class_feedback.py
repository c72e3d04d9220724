"""The answers of a class on the command line, and the folder of texts for the students."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from diffcompare import output_folder as folders
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import Diagnostic
from diffcompare.safe_io import CannotWrite

if TYPE_CHECKING:
    from diffcompare.studies.check import Counting

MAX_NAMED = 6


def class_answer(
    path: str,
    domain: Sequence[str],
    seed: int,
    budget: float | None,
    folder: str | None,
    *,
    encoding: str | None = None,
    output: str | None = None,
    solution: bool = False,
    where_defined: Counting = "right",
    brief: bool = False,
) -> CommandResult:
    """Check the table of answers, and write the texts if a folder is named for them."""
    from diffcompare.classroom.class_answers.feedback import file_names, texts
    from diffcompare.classroom.class_answers.grade import check_class
    from diffcompare.classroom.class_answers.submissions import AnswerTable

    table = AnswerTable(path, encoding)
    if folder is not None:  # before any work is done
        _check(folder, file_names(table.students()).values(), output)
    found = check_class(table, domain=domain, seed=seed, budget=budget, where_defined=where_defined)
    notes = found.notes
    if folder is not None:
        written = texts(found, solution=solution)
        notes = (*notes, _written(folder, list(written), folders.write(folder, written, output)))
    return CommandResult(found.document(brief=brief), notes, None, found.exit_code)


def _check(folder: str, names: Iterable[str], output: str | None) -> None:
    parent = os.path.dirname(folder.rstrip(os.sep)) or "."
    if not os.path.isdir(parent):
        raise CannotWrite(f"into `{folder}`", f"there is no directory `{parent}`", "make the directory first")
    folders.check(folder, list(names), output)


def _written(folder: str, names: Sequence[str], old: Sequence[str]) -> Diagnostic:
    listed = ", ".join(names[:MAX_NAMED]) + f" and {len(names) - MAX_NAMED} more" * (len(names) > MAX_NAMED)
    message = f"wrote {len(names)} text{'s' * (len(names) != 1)} to {folder}: {listed}"
    if old:
        message += f"; {len(old)} of them in the place of older ones"
    return Diagnostic("W592", "note", message, severity="note")
