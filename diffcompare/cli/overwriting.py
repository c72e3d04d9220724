"""Protection of a command's input files from being overwritten by its output.

An option whose value names a file is declared with one of the marks below.  Files are compared by identity and not by
name: `./x.csv`, a link to it, and `X.CSV` on some disks are the same file.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import Parameter
from typing import NamedTuple, TextIO

from diffcompare.safe_io import STANDARD_OUTPUT, CannotWrite

STREAM = "-"  # standard input or standard output
ELSEWHERE = "write another file, with -o"


class Reads(NamedTuple):
    """The mark of an option that names input; `file` returns the file that a value names, or None."""

    file: Callable[[str], str | None]


def _file_of_expression(argument: str) -> str | None:
    from diffcompare.inputs.resolve import file_and_name

    path, _ = file_and_name(argument)
    return path or (argument if argument == STREAM or os.path.splitext(argument)[1] else None)


READS_FILE = Reads(str)
READS_EXPRESSION = Reads(_file_of_expression)


def files_read(parameters: Mapping[str, Parameter], values: Mapping[str, object]) -> Iterator[str]:
    """Yield the files that the values of marked options name, `-` for standard input."""
    for name, parameter in parameters.items():
        marks = [mark for mark in getattr(parameter.annotation, "__metadata__", ()) if isinstance(mark, Reads)]
        value = values[name]
        for mark in marks:
            for text in value if isinstance(value, list | tuple) else [value]:
                path = mark.file(text) if isinstance(text, str) else None
                if path is not None:
                    yield path


def refuse(read: Iterable[str], *written: str) -> None:
    """Raise CannotWrite if a file to be written (`-`: standard output) is one of those that are read.

    No file is opened for this, since opening a file for writing empties it.
    """
    names: dict[tuple[int, int], str] = {}
    catalogue = _catalogue() if any(path.lower().endswith(".toml") for path in written) else []
    for path in [*read, *catalogue]:
        identity = _identity(sys.stdin if path == STREAM else path)
        if identity is not None:
            names.setdefault(identity, "standard input" if path == STREAM else f"`{path}`")
    for path in written if names else ():
        identity = _identity(sys.stdout if path == STREAM else path)
        if identity in names:
            destination, name = STANDARD_OUTPUT if path == STREAM else f"`{path}`", names[identity]
            reason = "it is read here" if name == destination else f"it is {name}, which is read here"
            raise CannotWrite(destination, reason, ELSEWHERE)


def _catalogue() -> list[str]:
    """List the files of the catalogue, which all commands with expressions read."""
    from diffcompare.inputs.catalogue import directory

    return [os.path.join(directory(), name) for name in os.listdir(directory())]


def _identity(place: str | TextIO | None) -> tuple[int, int] | None:
    """Return device and inode of a regular file; None for a pipe, a device, a folder or a file that does not exist."""
    if place is None:
        return None
    try:
        status = os.stat(place) if isinstance(place, str) else os.fstat(place.fileno())
    except (OSError, ValueError):  # nothing is there, or a test's stream has no descriptor
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
