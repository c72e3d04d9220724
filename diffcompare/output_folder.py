"""A folder of generated files, written again and again, but never over somebody else's file.

Every file ends with a line that holds a checksum of the lines above.  So a file counts as ours only as long as nobody
has changed it: a text with a teacher's own remark, or another picture with that name, is never written over.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping

from diffcompare.safe_io import CannotWrite, denied, help_for, reason, write_file

# By suffix: what a file is called, and what encloses its last line so that viewers skip it.
KINDS = {".txt": ("text", "[", "]"), ".md": ("page", "<!-- ", " -->"), ".svg": ("picture", "<!-- ", " -->")}
SEAL = "diffcompare "
LENGTH = 16  # hexadecimal digits of the checksum


def check(folder: str, names: Collection[str], output: str | None = None) -> list[str]:
    """Return those of the files that exist already.  Raises CannotWrite if one of them is somebody else's.

    `output` is another file that the same command writes; it must not be one of them.
    """
    if not folder:
        raise CannotWrite("into a directory without a name", "the name is empty", "for example `lecture`")
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise CannotWrite(f"into `{folder}`", "it is not a directory", "name a directory that exists, or a new one")
    if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(f"into `{folder}`", reason(denied()), f"{help_for(denied())}, or name another directory")
    paths = [os.path.join(folder, name) for name in names]
    if output is not None and any(is_same_file(output, path) for path in paths):
        raise CannotWrite(f"`{output}`", "a file of that name is written there too", "name another file with -o")
    old = [path for path in paths if os.path.lexists(path)]
    for path in old:
        reason_to_keep = _reason_to_keep(path)
        if reason_to_keep is not None:
            raise CannotWrite(
                f"`{path}`", reason_to_keep, "nothing was written; move that file, or name another directory"
            )
    return old


def write(folder: str, texts: Mapping[str, str], output: str | None = None) -> list[str]:
    """Write files by name, in a folder that is made if it is missing; return those that existed, as `check` does."""
    old = check(folder, texts, output)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"into `{folder}`", reason(error), f"{help_for(error)}, or name another directory") from None
    for name, text in texts.items():
        write_file(os.path.join(folder, name), sealed(name, text))
    return old


def sealed(name: str, text: str) -> str:
    """Return the text with a last line that holds its checksum."""
    _, before, behind = KINDS[os.path.splitext(name)[1]]
    text = text if text.endswith("\n") else f"{text}\n"
    return f"{text}{before}{_checksum(text)}{behind}\n"


def _reason_to_keep(path: str) -> str | None:
    """Return None for a file as `sealed` made it, with any ends of lines; for another file, why it is kept."""
    kind, before, behind = KINDS[os.path.splitext(path)[1]]
    text = ""
    if os.path.isfile(path):  # to open a pipe would be to wait for its other end
        with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
            text = file.read()
    head, _, last = text.rstrip("\n").rpartition("\n")
    if last == before + _checksum(f"{head}\n") + behind:
        return None
    if f"\n{before}{SEAL}" in text:
        return "it was changed after it was written"
    return f"it exists and is not a {kind} written by diffcompare"


def _checksum(text: str) -> str:
    import hashlib

    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "backslashreplace")
    return SEAL + hashlib.sha256(plain).hexdigest()[:LENGTH]


def is_same_file(path: str, other: str) -> bool:
    """Tell whether two paths are of one file, which need not be there yet."""
    if os.path.exists(path) and os.path.exists(other):
        return os.path.samefile(path, other)
    return os.path.realpath(path).casefold() == os.path.realpath(other).casefold()  # some disks fold case
