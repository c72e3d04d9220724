"""What the suffix of a file says about it: what can be read here, what elsewhere, and what to do with all others."""

from __future__ import annotations

import os
import re

from diffcompare.diagnostics import Diagnostic, DiffcompareError

TABLES = (".csv", ".tsv", ".xlsx")
"""Of many expressions, or of a class's answers."""
READABLE = (".toml", ".txt", ".jsonl", *TABLES)

_TO_CSV = "save it as CSV UTF-8 (.csv), or as .xlsx"
_TO_TEXT = "copy the expression out of it, or save it as plain text (.txt)"
CURES: dict[str, str] = {
    **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".xltx", ".ods", ".fods", ".numbers", ".et", ".gnumeric"), _TO_CSV),
    **dict.fromkeys((".sxc", ".dif", ".slk", ".parquet", ".sav", ".dta", ".rds"), _TO_CSV),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages", ".pdf", ".wps", ".ppt", ".pptx", ".odp"), _TO_TEXT),
    **dict.fromkeys((".ipynb", ".tex", ".md", ".html", ".htm", ".mw", ".nb", ".mws", ".ggb", ".xml", ".py"), _TO_TEXT),
    **dict.fromkeys((".json", ".yaml", ".yml", ".ini"), "write one object a line (.jsonl), or TOML (.toml)"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".heic", ".bmp", ".svg"), "a picture cannot be read: type it"),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".tar"), "unpack it, and name a file in it"),
}
"""What to do with a file of a kind that cannot be read."""
PLAIN_TEXT = (".tex", ".md", ".html", ".htm", ".xml", ".py", ".ini", ".mw", ".nb", ".mws", ".json", ".yaml", ".yml")
"""Kinds that cannot be read as what they are, and yet are lines of text."""
_SUFFIX = re.compile(r"\.[A-Za-z]\w{0,7}")


def suffix_of(path: str) -> str:
    """The suffix in small letters, empty where there is none that is one."""
    suffix = os.path.splitext(path)[1]
    return suffix.lower() if _SUFFIX.fullmatch(suffix) else ""


def is_unreadable(argument: str) -> bool:
    """Whether an argument names a file of a kind that cannot be read, and is no expression.

    It does where its suffix is a known one, and where there is a file of that name with whatever suffix.
    """
    suffix = suffix_of(argument)
    if not suffix or suffix in READABLE:
        return False
    named = suffix in CURES and not argument[: -len(suffix)][-1:].isdigit()  # `x*2.md` is a product
    return named or _is_file(argument)


def unreadable(path: str) -> DiffcompareError:
    """The error for such a file."""
    suffix = suffix_of(path)
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
