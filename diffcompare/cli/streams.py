"""Writing to stdout, stderr and files so that nothing which can go wrong there goes wrong silently or noisily.

A reader that leaves (`| head`), a full disk, a character that the encoding lacks: each has one quiet, tested outcome.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

TYPE_CHECKING = False  # typing takes longer to import than `--version` to answer
if TYPE_CHECKING:
    from typing import TextIO

    from diffcompare.diagnostics import Diagnostic

UTF_8 = frozenset({"utf8", "utf8sig", "cp65001"})

KEPT = "nothing was written; an old file of that name is as it was"


class ReaderGone(Exception):
    """Whoever read our output has left: nobody is to be told anything any more."""


class CannotWrite(Exception):
    """Output that cannot be written: where to, and why; what then stands there, and what to do."""

    def __init__(self, destination: str, reason: str, help: str | None = None) -> None:
        super().__init__(f"cannot write {destination}: {reason}")
        self.help = help


def write(text: str) -> None:
    """Write text to stdout, now.  Raises ReaderGone or CannotWrite."""
    if sys.stdout is None:
        raise CannotWrite("to standard output", "it is closed", "`-o FILE` writes a file")
    try:
        sys.stdout.write(encodable(text, sys.stdout.encoding or "utf-8"))
        sys.stdout.flush()
    except OSError as error:
        discard(sys.stdout)
        if reader_is_gone(error):
            raise ReaderGone from None
        raise CannotWrite("to standard output", reason(error), "`-o FILE` writes a file") from None


def complain(text: str) -> None:
    """Write text to stderr; when even that cannot be done, there is nobody left to tell."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(encodable(text, sys.stderr.encoding or "utf-8"))
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def tell(diagnostic: Diagnostic) -> None:
    """Write a diagnostic to stderr."""
    from diffcompare.diagnostics import to_text

    complain(f"{to_text(diagnostic)}\n")


def read_input() -> bytes:
    """Standard input, at most a byte more than an expression may have.  Raises DiffcompareError."""
    from diffcompare.cli.usage import usage_error
    from diffcompare.source import MAXIMUM_BYTES

    try:
        return b"" if sys.stdin is None else sys.stdin.buffer.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise usage_error(
            "E510", f"cannot read standard input: {reason(error)}", "pipe an expression into it"
        ) from None


def is_unicode(encoding: str | None) -> bool:
    """Whether box-drawing characters and the like can be written in this encoding."""
    return (encoding or "").lower().replace("-", "").replace("_", "") in UTF_8


def encodable(text: str, encoding: str) -> str:
    """The text with whatever the encoding lacks (and half a surrogate pair) as an escape: a last resort."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def reader_is_gone(error: OSError) -> bool:
    """Whether the other end of a pipe was closed (Windows calls that an invalid argument)."""
    return error.errno in (errno.EPIPE, errno.ESHUTDOWN) or (os.name == "nt" and error.errno == errno.EINVAL)


def reason(error: OSError) -> str:
    """What the system says, without its number and the file's name."""
    return (error.strerror or type(error).__name__).lower()


def discard(stream: TextIO) -> None:
    """Let the stream end in nothing: what is left in its buffer would fail once more, noisily, when Python ends."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):  # a stream of a test, or one that is closed
        return


def check_destination(path: str) -> None:
    """Raise CannotWrite where it is plain beforehand that a file cannot be written there."""
    parent = os.path.dirname(path) or "."
    if not path:
        raise CannotWrite("a file without a name", "the name is empty", "for example `-o result.json`")
    if os.path.isdir(path):
        raise CannotWrite(f"`{path}`", "it is a directory", "add the name of a file")
    if not os.path.isdir(parent):
        raise CannotWrite(f"`{path}`", f"there is no directory `{parent}`", "make the directory first")


def write_file(path: str, text: str) -> None:
    """Write a file in UTF-8, at once or not at all: whatever fails, an old file of that name stays as it was."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        if _is_special(path):
            with open(path, "wb") as stream:
                stream.write(content)
        else:
            _replace(os.path.realpath(path), content)
    except OSError as error:
        if reader_is_gone(error):
            raise ReaderGone from None
        raise CannotWrite(f"`{path}`", reason(error), KEPT) from None


def _is_special(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)  # /dev/null, a named pipe: nothing there to replace
    except FileNotFoundError:
        return False


def _replace(path: str, content: bytes) -> None:
    exists = os.path.exists(path)
    if exists and not os.access(path, os.W_OK):  # the directory's permission would be enough, but is not what is meant
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
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
