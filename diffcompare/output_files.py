"""Writing a file: at once or not at all, or piece by piece."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from diffcompare.safe_io import CannotWrite, ReaderGone, cure, denied, reader_is_gone, reason

KEPT = "nothing was written (an existing file is unchanged)"
BEFORE = "the file holds the output up to here"
ELSEWHERE = "or choose another file"


def check_destination(path: str) -> None:
    """Raise CannotWrite where it is plain beforehand that a file cannot be written there."""
    parent = os.path.dirname(path) or "."
    if not path:
        raise CannotWrite("a file without a name", "the name is empty", "for example `-o result.json`")
    if os.path.isdir(path):
        raise CannotWrite(f"`{path}`", "it is a directory", "add the name of a file")
    if os.path.exists(parent) and not os.path.isdir(parent):
        raise CannotWrite(f"`{path}`", f"`{parent}` is not a directory", "choose another directory")
    if not os.path.isdir(parent):
        raise CannotWrite(f"`{path}`", f"there is no directory `{parent}`", "make the directory first")
    try:
        exists = os.stat(path) is not None
    except FileNotFoundError:
        exists = False
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _trouble(path, error, KEPT) from None
    if not os.access(path if exists else parent, os.W_OK):
        raise _trouble(path, denied(), KEPT)


def _trouble(path: str, error: OSError | ValueError, what: str) -> CannotWrite:
    """Return an error that says what is wrong with a file, what is there now, and what to do."""
    if isinstance(error, ValueError):
        return CannotWrite(f"`{path}`", str(error), "choose another name")
    return CannotWrite(f"`{path}`", reason(error), f"{what}: {cure(error)}, {ELSEWHERE}")


def write_file(path: str, text: str) -> None:
    """Write a file in UTF-8, at once or not at all: whatever fails, an existing file stays unchanged."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        if is_special(path):
            with open(path, "wb") as stream:
                stream.write(content)
        else:
            _replace(os.path.realpath(path), content)
    except OSError as error:
        if reader_is_gone(error):
            raise ReaderGone from None
        raise _trouble(path, error, KEPT) from None


def appender(path: str) -> Callable[[bytes], None]:
    """Create a file and return a function that adds to it, piece by piece.  Both raise CannotWrite."""

    def add(content: bytes, mode: str = "ab") -> None:
        try:
            with open(path, mode) as stream:
                stream.write(content)
        except OSError as error:
            if reader_is_gone(error):
                raise ReaderGone from None
            raise _trouble(path, error, BEFORE if mode == "ab" else KEPT) from None

    add(b"", "wb")
    return add


def is_special(path: str) -> bool:
    """Tell whether a path is something other than a regular file: /dev/null, a named pipe."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _replace(path: str, content: bytes) -> None:
    exists = os.path.exists(path)
    if exists and not os.access(path, os.W_OK):  # the directory's permission would be enough, but is not what is meant
        raise denied()
    temporary = os.path.join(os.path.dirname(path), f".diffcompare-{os.urandom(6).hex()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        if exists:
            os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
