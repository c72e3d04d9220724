"""The answers of a class on the command line, and the folder of texts for the students."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from diffcompare.cli.files import write_file
from diffcompare.cli.output import Answer
from diffcompare.cli.streams import CannotWrite, reason
from diffcompare.diagnostics import Diagnostic

MOST_NAMED = 6


def class_answer(
    path: str,
    domain: Sequence[str],
    seed: int,
    budget: float | None,
    folder: str | None,
    *,
    encoding: str | None = None,
    solution: bool = False,
    brief: bool = False,
) -> Answer:
    """Check the table of answers, and write the texts if a folder is named for them."""
    from diffcompare.studies.answers import Table, check_class
    from diffcompare.studies.answers.feedback import MARK, file_names, texts

    table = Table(path, encoding)
    old: list[str] = []
    if folder is not None:  # before any work is done
        old = _check(folder, file_names(table.students()).values(), MARK)
    found = check_class(table, domain=domain, seed=seed, budget=budget)
    notes = found.notes
    if folder is not None:
        notes = (*notes, _write(folder, texts(found, solution=solution), old))
    return Answer(found.document(brief=brief), notes, None, found.exit_code)


def _check(folder: str, names: Iterable[str], mark: str) -> list[str]:
    """Which of the files are there already.  Raises CannotWrite where one of them is not a text of ours."""
    if not os.path.isdir(folder):
        parent = os.path.dirname(folder.rstrip(os.sep)) or "."
        if os.path.exists(folder):
            raise CannotWrite(f"into `{folder}`", "it is not a directory", "name a directory, or one to be made")
        if not os.path.isdir(parent):
            raise CannotWrite(f"into `{folder}`", f"there is no directory `{parent}`", "make the directory first")
        return []
    old = [name for name in names if os.path.lexists(os.path.join(folder, name))]
    for name in old:
        if not _is_ours(os.path.join(folder, name), mark):
            help = "nothing was written; move that file, or name another directory"
            raise CannotWrite(f"`{os.path.join(folder, name)}`", "a file that is not such a text is there", help)
    return old


def _is_ours(path: str, mark: str) -> bool:
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(len(mark)) == mark.encode()
    except OSError:
        return False


def _write(folder: str, texts: Mapping[str, str], old: Sequence[str]) -> Diagnostic:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"into `{folder}`", reason(error)) from None
    for name, text in texts.items():
        write_file(os.path.join(folder, name), text)
    names = list(texts)
    listed = ", ".join(names[:MOST_NAMED]) + f" and {len(names) - MOST_NAMED} more" * (len(names) > MOST_NAMED)
    message = f"wrote {len(names)} text{'s' * (len(names) != 1)} to {folder}: {listed}"
    if old:
        message += f"; {len(old)} of them in the place of older ones"
    return Diagnostic("W592", "note", message, severity="note")
