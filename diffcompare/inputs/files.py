"""Files that users name: the arguments that name one, the kinds that can be read, their bytes and their text.

Whatever is wrong with a file becomes a diagnostic that says what to do: how to save it in a form that can be read.
"""

from __future__ import annotations

import os
import re

from diffcompare.diagnostics import Diagnostic, DiffcompareError

TABLES = (".csv", ".tsv", ".xlsx", ".ods")  # of many expressions, or of the answers of a class
READABLE = (".toml", ".txt", ".jsonl", *TABLES)
PYTHON = ".py"  # of functions

MAX_FILE_BYTES = 10_000_000

_TO_CSV = "save it as CSV UTF-8 (.csv), or as .xlsx"
_TO_TEXT = "copy the expression out of it, or save it as plain text (.txt)"
CURES: dict[str, str] = {  # what to do with a file of a kind that cannot be read, by suffix
    **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".xltx", ".fods", ".numbers", ".et", ".gnumeric"), _TO_CSV),
    **dict.fromkeys((".sxc", ".dif", ".slk", ".parquet", ".sav", ".dta", ".rds"), _TO_CSV),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages", ".pdf", ".wps", ".ppt", ".pptx", ".odp"), _TO_TEXT),
    **dict.fromkeys((".ipynb", ".tex", ".md", ".html", ".htm", ".mw", ".nb", ".mws", ".ggb", ".xml", ".py"), _TO_TEXT),
    **dict.fromkeys((".json", ".yaml", ".yml", ".ini"), "write one object a line (.jsonl), or TOML (.toml)"),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".gif", ".heic", ".bmp", ".svg"), "a picture cannot be read: type the expression"
    ),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".tar"), "unpack it, and name a file in it"),
}
# Kinds that cannot be read as such, but are lines of text.
PLAIN_TEXT = (".tex", ".md", ".html", ".htm", ".xml", ".py", ".ini", ".mw", ".nb", ".mws", ".json", ".yaml", ".yml")
_SUFFIX = r"\.[A-Za-z]\w{0,7}"


def function_file(argument: str) -> tuple[str, str] | None:
    """Return the file and the name in an argument `FILE.py:name`, split at its last colon; None for anything else."""
    path, colon, name = argument.rpartition(":")
    if colon and path.lower().endswith(PYTHON) and (name.replace(".", "").isidentifier() or not name):
        return path, name
    return (argument, "") if argument.lower().endswith(PYTHON) and _is_file(argument) else None


def file_and_name(argument: str) -> tuple[str | None, str | None]:
    """Return the file that an argument names, if it does, and the name of the entry in it, if it has one.

    Raises DiffcompareError for a file of a kind that cannot be read.
    """
    lowered = argument.lower()
    if is_unreadable(argument):
        raise unreadable(argument)
    if lowered.endswith(READABLE):
        return argument, None
    end = lowered.rfind(".toml:")
    if end >= 0:
        return argument[: end + len(".toml")], argument[end + len(".toml:") :]
    return None, None


def file_suffix(path: str) -> str:
    """Return the suffix of a file in lower case; empty if it has none or one that no file would have."""
    suffix = os.path.splitext(path)[1]
    return suffix.lower() if suffix and re.fullmatch(_SUFFIX, suffix) else ""


def is_unreadable(argument: str) -> bool:
    """Tell whether an argument is not an expression but names a file of a kind that cannot be read.

    It does if its suffix is a known one, or if there is a file of that name.
    """
    suffix = file_suffix(argument)
    if not suffix or suffix in READABLE:
        return False
    named = suffix in CURES and not argument[: -len(suffix)][-1:].isdigit()  # `x*2.md` is a product
    return named or _is_file(argument)


def unreadable(path: str) -> DiffcompareError:
    """Return the error for a file of a kind that cannot be read."""
    suffix = file_suffix(path)
    if suffix in CURES and not _is_file(path):
        message, help = f"there is no file `{path}`, and a {suffix} file cannot be read", CURES[suffix]
    else:
        message = f"`{path}` is a {suffix} file, which cannot be read"
        help = CURES.get(suffix, f"its name should end in {', '.join(READABLE)}")
    return DiffcompareError(Diagnostic("E613", "io_error", message, source=path, help=help))


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except (OSError, ValueError):  # ValueError: a NUL
        return False


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_text(path: str, maximum: int = MAX_FILE_BYTES) -> str:
    """Return the text of a file.  Raises DiffcompareError if it cannot be read, is too long or not UTF-8."""
    return decoded(read_bytes(path, maximum), path)


def read_bytes(path: str, maximum: int = MAX_FILE_BYTES) -> bytes:
    """Return the content of a regular file.  Raises DiffcompareError if it is missing, too long, or not text."""
    if file_suffix(path) in CURES and file_suffix(path) not in PLAIN_TEXT:
        raise unreadable(path)
    try:
        if os.path.isdir(path):
            raise _cannot_read(path, "it is a directory", "name a file in it")
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe may never end, nor begin
            raise _cannot_read(path, "it is not a regular file", "pipe it to standard input: -")
        with open(path, "rb") as file:
            content = file.read(maximum + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        help = "check the path; an argument that ends like a file name is never an expression"
        raise _cannot_read(path, reason[:1].lower() + reason[1:], help) from None
    if len(content) > maximum:
        raise too_long(path, maximum)
    return content


def decoded(content: bytes, source: str) -> str:
    """Decode bytes as strict UTF-8, remove a byte-order mark, and convert line ends to newlines."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{source} is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}"
        raise DiffcompareError(
            Diagnostic(code="E605", kind="io_error", message=message, source=source, help="save the text as UTF-8")
        ) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def too_long(source: str, maximum: int) -> DiffcompareError:
    """Return the error for an input that is too long."""
    message = f"{source} is longer than {maximum:,} bytes"
    return DiffcompareError(
        Diagnostic(code="E606", kind="resource_limit", message=message, source=source, help="split it into pieces")
    )


def _cannot_read(path: str, reason: str, help: str) -> DiffcompareError:
    message = f"cannot read {path}: {reason}"
    return DiffcompareError(Diagnostic(code="E602", kind="io_error", message=message, source=path, help=help))
