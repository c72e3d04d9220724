"""Where rows come from: files, folders, patterns such as `data/*.csv`, and standard input."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs import file_kinds
from diffcompare.inputs.encodings import check_encoding

STANDARD_INPUT = "standard input"
INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")  # The formats, called like the suffixes of their files
# The format by suffix; a workbook cannot come by standard input.
_FORMATS = {**{f".{format}": format for format in INPUT_FORMATS}, ".tsv": "csv", ".xlsx": "xlsx"}


class InputFile(NamedTuple):
    """A file (None: standard input), what it is called, its format, and the encoding that somebody said it has."""

    path: str | None
    name: str
    format: str
    encoding: str | None = None


def places(
    arguments: Iterable[str],
    format: str | None = None,
    leave_out: Collection[str] = (),
    encoding: str | None = None,
) -> list[InputFile]:
    """The files that arguments name, in their order; those of a folder and of a pattern sorted.

    `format` is that of every input whose name does not say it; files to `leave_out` (results) are passed over in
    folders and patterns.  Raises DiffcompareError for what is not there and for what has no format.
    """
    check_encoding(encoding)
    found: list[InputFile] = []
    unwanted = {os.path.realpath(path) for path in leave_out}
    for argument in arguments:
        if argument == "-":
            if any(place.path is None for place in found):
                raise _wrong("E627", "standard input can be read once only", "name `-` once")
            found.append(InputFile(None, STANDARD_INPUT, _format_of("-", format)))
        elif os.path.isdir(argument):
            paths = [path for path in _below(argument) if os.path.realpath(path) not in unwanted]
            found += [InputFile(path, path, suffix_of(path) or "") for path in paths if suffix_of(path)]
        elif os.path.lexists(argument) or not _is_pattern(argument):
            if not os.path.lexists(argument):
                raise _wrong("E621", f"there is no file `{argument}`", "check the path", "io_error")
            found.append(InputFile(argument, argument, _format_of(argument, format)))
        else:
            found += [place for place in _matches(argument, format) if os.path.realpath(place.name) not in unwanted]
    if not found:
        endings = ", ".join(_FORMATS)
        raise _wrong("E621", "there is no file of expressions", f"their names end in {endings}", "io_error")
    return found if encoding is None else [place._replace(encoding=encoding) for place in found]


def is_regular(path: str) -> bool:
    """Whether it is a file that can be read to its end and read again: not a pipe, which may never begin."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def is_stream(place: InputFile) -> bool:
    """Whether it can be read once only, at whatever pace."""
    return place.path is None


def expected(found: Iterable[InputFile], points: str | None = None) -> int | None:
    """About how many rows there are, at most: lines, or entries; None where only the end of a stream will tell."""
    count = 0
    for place in found:
        if place.path is None or place.format == "xlsx":
            return None
        if is_regular(place.path):
            with contextlib.suppress(OSError):
                count += _count(place.path, b"[[expression]]" if place.format == "toml" else b"\n")
    if points is not None:
        with contextlib.suppress(OSError):
            count *= max(_count(points, b"\n") - 1, 1)
    return count


def _count(path: str, mark: bytes) -> int:
    with open(path, "rb") as file:
        return sum(block.count(mark) for block in iter(lambda: file.read(1 << 20), b""))


def fingerprint(found: Iterable[InputFile]) -> str:
    """A digest of the names and contents of files: it differs where any of them does."""
    digest = hashlib.sha256()
    for place in found:
        digest.update(f"{place.name}\0{place.format}\0{place.encoding or ''}".encode("utf-8", "surrogateescape"))
        digest.update(_content_digest(place))
    return digest.hexdigest()


def _content_digest(place: InputFile) -> bytes:
    if place.path is None or not is_regular(place.path):
        return b"-"
    try:
        with open(place.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return str(error.errno).encode()


def suffix_of(path: str) -> str | None:
    """The format that a name says, None where it says none."""
    return _FORMATS.get(file_kinds.suffix_of(path))


def _format_of(argument: str, format: str | None) -> str:
    suffix = file_kinds.suffix_of(argument)
    if suffix in file_kinds.CURES and suffix not in file_kinds.PLAIN_TEXT:
        raise file_kinds.unreadable(argument)
    found = suffix_of(argument) or format
    if found is None:
        subject = STANDARD_INPUT if argument == "-" else f"`{argument}`"
        raise _wrong("E621", f"nothing says the format of {subject}", "for example --input-format txt")
    return found


def _below(folder: str) -> Iterator[str]:
    """The files of a folder and of the folders in it, sorted; hidden ones are passed over."""
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        shown = sorted(name for name in files if not name.startswith("."))
        yield from (os.path.normpath(os.path.join(directory, name)) for name in shown)


def _is_pattern(argument: str) -> bool:
    return any(character in argument for character in "*?[")


def _matches(pattern: str, format: str | None) -> list[InputFile]:
    from glob import glob

    paths = [path for path in sorted(glob(pattern, recursive=True)) if not os.path.isdir(path)]
    if not paths:
        raise _wrong("E621", f"no file goes with the pattern `{pattern}`", "check the path", "io_error")
    return [InputFile(path, path, _format_of(path, format)) for path in paths]


def _wrong(code: str, message: str, help: str, kind: str = "bad_value") -> DiffcompareError:
    return DiffcompareError(Diagnostic(code, kind, message, help=help))
