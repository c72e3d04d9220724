"""`check` for a table of a class's answers: the result, and the folder of feedback texts for the students."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from diffcompare import output_folder as folders
from diffcompare.classroom.class_answers.answer_table import AnswerTable
from diffcompare.classroom.class_answers.feedback import file_names, texts
from diffcompare.classroom.class_answers.grade import check_class
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import Diagnostic
from diffcompare.safe_io import CannotWrite

if TYPE_CHECKING:
    from diffcompare.studies.check import Counting

MAX_NAMED = 6


def check_answer_table(
    path: str,
    domain: Sequence[str],
    seed: int,
    budget: float | None,
    folder: str | None,
    *,
    encoding: str | None = None,
    columns: str | None = None,
    asked: Sequence[str] = (),
    output: str | None = None,
    solution: bool = False,
    where_defined: Counting = "right",
    brief: bool = False,
) -> CommandResult:
    """Check a table of answers, and write the feedback texts if a folder is named for them."""
    table = AnswerTable(path, encoding, columns=columns, asked=asked)
    if folder is not None:  # fail before any work is done
        _check_folder(folder, file_names(table.students()).values(), output)
    checked = check_class(table, domain=domain, seed=seed, budget=budget, where_defined=where_defined)
    notes = checked.notes
    if folder is not None:
        feedback = texts(checked, solution=solution)
        notes = (*notes, _note_of_files(folder, list(feedback), folders.write(folder, feedback, output)))
    return CommandResult(checked.document(brief=brief), notes, None, checked.exit_code)


def _check_folder(folder: str, names: Iterable[str], output: str | None) -> None:
    parent = os.path.dirname(folder.rstrip(os.sep)) or "."
    if not os.path.isdir(parent):
        raise CannotWrite(f"into `{folder}`", f"there is no directory `{parent}`", "create the directory first")
    folders.check(folder, list(names), output)


def _note_of_files(folder: str, names: Sequence[str], replaced: Sequence[str]) -> Diagnostic:
    listed = ", ".join(names[:MAX_NAMED]) + f" and {len(names) - MAX_NAMED} more" * (len(names) > MAX_NAMED)
    message = f"wrote {len(names)} text{'s' * (len(names) != 1)} to {folder}: {listed}"
    if replaced:
        message += f"; {len(replaced)} of them replace older ones"
    return Diagnostic("W592", "note", message, severity="note")
