"""What a command reads, so that nothing of it is ever written over.

An option whose value names a file says so where it is declared, with one of the marks below.  A file is known by what
it is and not by what it is called: `./x.csv`, a link to it and `X.CSV` on some disks are all the same.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import Parameter
from typing import NamedTuple, TextIO

from diffcompare.safe_io import STANDARD_OUTPUT, CannotWrite

STREAM = "-"
"""Standard input among what is read, standard output among what is written."""
ELSEWHERE = "write another file, with -o"


class Reads(NamedTuple):
    """The mark of an option that names what is read; `file` is the file in its value, None where that is none."""

    file: Callable[[str], str | None]


def _of_expression(argument: str) -> str | None:
    from diffcompare.inputs.resolve import file_and_name

    path, _ = file_and_name(argument)
    return path or (argument if argument == STREAM or os.path.splitext(argument)[1] else None)


READS_FILE = Reads(str)
READS_EXPRESSION = Reads(_of_expression)


def named(parameters: Mapping[str, Parameter], values: Mapping[str, object]) -> Iterator[str]:
    """The files that the values of marked options name, `-` for standard input."""
    for name, parameter in parameters.items():
        mark = next(
            (each for each in getattr(parameter.annotation, "__metadata__", ()) if isinstance(each, Reads)), None
        )
        if mark is None:
            continue
        given = values[name]
        for value in given if isinstance(given, list | tuple) else [given]:
            path = mark.file(value) if isinstance(value, str) else None
            if path is not None:
                yield path


def keep(read: Iterable[str], *written: str) -> None:
    """Raise CannotWrite where one of the files to be written (`-`: standard output) is one of those that are read.

    Nothing is opened for it: to open a file for writing is to empty it.
    """
    known: dict[tuple[int, int], str] = {}
    catalogue = _catalogue() if any(path.lower().endswith(".toml") for path in written) else []
    for path in [*read, *catalogue]:
        found = _identity(sys.stdin if path == STREAM else path)
        if found is not None:
            known.setdefault(found, "standard input" if path == STREAM else f"`{path}`")
    for path in written if known else ():
        found = _identity(sys.stdout if path == STREAM else path)
        if found in known:
            destination = STANDARD_OUTPUT if path == STREAM else f"`{path}`"
            same = known[found] == destination
            raise CannotWrite(
                destination, "it is read here" if same else f"it is {known[found]}, which is read here", ELSEWHERE
            )


def _catalogue() -> list[str]:
    """The files of the catalogue, which every command reads that meets an expression."""
    from diffcompare.inputs.catalogue import directory

    return [os.path.join(directory(), name) for name in os.listdir(directory())]


def _identity(place: str | TextIO | None) -> tuple[int, int] | None:
    """Device and number of a file that holds something to lose; None for a pipe, a device, a folder and nothing."""
    try:
        found = os.stat(place) if isinstance(place, str) else os.fstat(place.fileno()) if place is not None else None
    except (OSError, ValueError):  # nothing is there; a stream of a test has no number
        return None
    return (found.st_dev, found.st_ino) if found is not None and stat.S_ISREG(found.st_mode) else None
