"""Standard streams: one quiet, tested outcome for everything that can go wrong in reading and writing.

A reader that leaves (`| head`), a full disk, a closed stream, a character that the encoding lacks: each is expected.
"""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False  # `--version` needs this module: it is short, and imports what Python has imported anyway
if TYPE_CHECKING:
    from typing import TextIO

    from diffcompare.diagnostics import Diagnostic

STANDARD_OUTPUT = "to standard output"
MAX_INPUT_BYTES = 1_000_000  # of an expression from standard input or from a text file
UTF_8 = frozenset({"utf8", "utf8sig", "cp65001"})


_OPEN = "make it writable, and close it where another program has it open"  # which Windows calls a denial too
_CURES = {
    **dict.fromkeys(("ENOSPC", "EDQUOT", "EFBIG"), "make room"),
    **dict.fromkeys(("EACCES", "EPERM", "EBUSY", "ETXTBSY"), _OPEN),
    **dict.fromkeys(("ENOENT", "ENOTDIR"), "make the directory first"),
    **dict.fromkeys(("ENAMETOOLONG", "ELOOP", "EINVAL"), "give it another name"),
    "EISDIR": "add the name of a file",
    "EROFS": "make the disk writable",
}


class ReaderGone(Exception):
    """The reader of our output has left, so there is nobody to report anything to."""


class CannotWrite(Exception):
    """Output cannot be written: the destination, the reason, what is there now, and what to do."""

    def __init__(self, destination: str, reason: str, help: str | None = None) -> None:
        super().__init__(f"cannot write {destination}: {reason}")
        self.destination = destination
        self.help = help


def write(text: str) -> None:
    """Write text to stdout, now.  Raises ReaderGone or CannotWrite."""
    if sys.stdout is None:
        raise CannotWrite(STANDARD_OUTPUT, "it is closed", "`-o FILE` writes a file")
    try:
        sys.stdout.write(encodable(text, sys.stdout.encoding or "utf-8"))
        sys.stdout.flush()
    except OSError as error:
        discard(sys.stdout)
        if reader_is_gone(error):
            raise ReaderGone from None
        raise CannotWrite(STANDARD_OUTPUT, reason(error), "`-o FILE` writes a file") from None


def write_bytes(content: bytes) -> None:
    """Write UTF-8 to stdout, now, as it is or in the encoding that stdout has.  Raises ReaderGone or CannotWrite."""
    write(content.decode("utf-8"))


def complain(text: str) -> None:
    """Write text to stderr, and do nothing if even that is impossible."""
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
    """Read standard input, at most one byte more than an expression may have.  Raises DiffcompareError."""
    from diffcompare.diagnostics import usage_error

    try:
        return b"" if sys.stdin is None else sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)
    except OSError as error:
        raise usage_error(
            "E510", f"cannot read standard input: {reason(error)}", "pipe an expression into it"
        ) from None


def is_unicode(encoding: str | None) -> bool:
    """Tell whether box-drawing characters and the like can be written in this encoding."""
    return (encoding or "").lower().replace("-", "").replace("_", "") in UTF_8


def encodable(text: str, encoding: str) -> str:
    """Escape the characters that the encoding lacks, and lone surrogates; a last resort."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    return text


def reader_is_gone(error: OSError) -> bool:
    """Tell whether the other end of a pipe was closed (Windows calls that an invalid argument)."""
    return error.errno in (errno.EPIPE, errno.ESHUTDOWN) or (os.name == "nt" and error.errno == errno.EINVAL)


def reason(error: OSError) -> str:
    """Return the system's message, without its number and the name of the file."""
    return (error.strerror or type(error).__name__).lower()


def cure(error: OSError) -> str:
    """Return what to do about a file that cannot be written."""
    return _CURES.get(errno.errorcode.get(error.errno or 0, ""), "remove the cause")


def denied() -> PermissionError:
    """Return the error that the system would raise where it does not let us write, to be used before trying."""
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def discard(stream: TextIO) -> None:
    """Redirect a stream to nowhere: the rest of its buffer would fail once more, noisily, when Python exits."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):  # a stream of a test, or one that is closed
        return
