"""Safe input and output: streams and files, atomic writes, and one quiet, tested outcome for all that can go wrong.

A reader that leaves (`| head`), a full disk, a closed stream, a character that the encoding lacks: each is expected.  A
file is written atomically, or piece by piece, and never over a file that the command reads.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

TYPE_CHECKING = False  # `--version` needs this module: it is short, and imports what Python has imported anyway
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from diffcompare.diagnostics import Diagnostic

STREAM = "-"  # standard input or standard output, among names of files
STANDARD_OUTPUT = "to standard output"
MAX_INPUT_BYTES = 1_000_000  # of an expression from standard input or from a text file
UTF_8 = frozenset({"utf8", "utf8sig", "cp65001"})

KEPT = "nothing was written (an existing file is unchanged)"
BEFORE = "the file holds the output up to here"
ANOTHER_OUTPUT = "write another file, with -o"
_OPEN = "make it writable, and close it where another program has it open"  # which Windows calls a denial too
_CURES = {
    **dict.fromkeys(("ENOSPC", "EDQUOT", "EFBIG"), "make room"),
    **dict.fromkeys(("EACCES", "EPERM", "EBUSY", "ETXTBSY"), _OPEN),
    **dict.fromkeys(("ENOENT", "ENOTDIR"), "create the directory first"),
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


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether the stream is a terminal; a closed or missing stream is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


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


def help_for(error: OSError) -> str:
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


# --- Files ------------------------------------------------------------------------------------------------------------


def check_destination(path: str) -> None:
    """Raise CannotWrite if it is clear in advance that a file cannot be written there."""
    parent = os.path.dirname(path) or "."
    if not path:
        raise CannotWrite("a file without a name", "the name is empty", "for example `-o result.json`")
    if os.path.isdir(path):
        raise CannotWrite(f"`{path}`", "it is a directory", "add the name of a file")
    if os.path.exists(parent) and not os.path.isdir(parent):
        raise CannotWrite(f"`{path}`", f"`{parent}` is not a directory", "choose another directory")
    if not os.path.isdir(parent):
        raise CannotWrite(f"`{path}`", f"there is no directory `{parent}`", "create the directory first")
    try:
        exists = os.stat(path) is not None
    except FileNotFoundError:
        exists = False
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _trouble(path, error, KEPT) from None
    if not os.access(path if exists else parent, os.W_OK):
        raise _trouble(path, denied(), KEPT)


def _trouble(path: str, error: OSError | ValueError, state: str) -> CannotWrite:
    """Return an error that says what is wrong with a file, what is there now (`state`), and what to do."""
    if isinstance(error, ValueError):
        return CannotWrite(f"`{path}`", str(error), "choose another name")
    return CannotWrite(f"`{path}`", reason(error), f"{state}: {help_for(error)}, or choose another file")


def write_file(path: str, text: str | bytes) -> None:
    """Write a file, text in UTF-8, atomically: whatever fails, an existing file stays unchanged."""
    content = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    try:
        if is_special(path):
            with open(path, "wb") as stream:
                stream.write(content)
        else:
            replace_file(os.path.realpath(path), content)
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


def replace_file(path: str, content: bytes) -> None:
    """Replace a file atomically, or leave it as it is and raise OSError."""
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


def protect_inputs(read: Iterable[str], *written: str) -> None:
    """Raise CannotWrite if a file to be written (`-`: standard output) is one of those that are read.

    Files are compared by identity and not by name: `./x.csv`, a link to it, and `X.CSV` on some disks are the same
    file.  None is opened for this, since opening a file for writing empties it.
    """
    names: dict[tuple[int, int], str] = {}
    for path in read:
        identity = _identity(sys.stdin if path == STREAM else path)
        if identity is not None:
            names.setdefault(identity, "standard input" if path == STREAM else f"`{path}`")
    for path in written if names else ():
        identity = _identity(sys.stdout if path == STREAM else path)
        if identity in names:
            destination, name = STANDARD_OUTPUT if path == STREAM else f"`{path}`", names[identity]
            why = "it is read here" if name == destination else f"it is {name}, which is read here"
            raise CannotWrite(destination, why, ANOTHER_OUTPUT)


def _identity(place: str | TextIO | None) -> tuple[int, int] | None:
    """Return device and inode of a regular file; None for a pipe, a device, a folder or a file that does not exist."""
    if place is None:
        return None
    try:
        status = os.stat(place) if isinstance(place, str) else os.fstat(place.fileno())
    except (OSError, ValueError):  # nothing is there, or a test's stream has no descriptor
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
