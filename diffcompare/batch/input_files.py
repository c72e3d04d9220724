"""The input files of a run: files, folders, patterns such as `data/*.csv`, and standard input."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.encodings import check_encoding
from diffcompare.inputs.files import CURES, PLAIN_TEXT, file_suffix, unreadable

STANDARD_INPUT = "standard input"
INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")  # named after the suffixes of their files
# Formats by suffix; a workbook cannot come from standard input.
_FORMATS = {**{f".{format}": format for format in INPUT_FORMATS}, ".tsv": "csv", ".xlsx": "xlsx"}


class InputFile(NamedTuple):
    """A file of expressions."""

    path: str | None
    """None for standard input."""
    name: str
    """Name of the file in messages and results."""
    format: str
    encoding: str | None = None
    """Encoding that the user gave; None if it is to be recognized."""


def find_input_files(
    arguments: Iterable[str],
    format: str | None = None,
    leave_out: Collection[str] = (),
    encoding: str | None = None,
) -> list[InputFile]:
    """Return the files that the arguments name, in their order; those of a folder or pattern are sorted.

    `format` is the format of every input whose name does not tell it; files to `leave_out` (results) are skipped in
    folders and patterns.  Raises DiffcompareError for a missing file and for an unknown format.
    """
    check_encoding(encoding)
    files: list[InputFile] = []
    unwanted = {os.path.realpath(path) for path in leave_out}
    for argument in arguments:
        if argument == "-":
            if any(file.path is None for file in files):
                raise _error("E627", "standard input can be read once only", "name `-` once")
            files.append(InputFile(None, STANDARD_INPUT, _format_of("-", format)))
        elif os.path.isdir(argument):
            paths = [path for path in _files_below(argument) if os.path.realpath(path) not in unwanted]
            files += [InputFile(path, path, suffix_of(path) or "") for path in paths if suffix_of(path)]
        elif os.path.lexists(argument) or not _is_pattern(argument):
            if not os.path.lexists(argument):
                raise _error("E621", f"there is no file `{argument}`", "check the path", "io_error")
            files.append(InputFile(argument, argument, _format_of(argument, format)))
        else:
            files += [file for file in _matches(argument, format) if os.path.realpath(file.name) not in unwanted]
    if not files:
        suffixes = ", ".join(_FORMATS)
        raise _error("E621", "there is no file of expressions", f"their names end in {suffixes}", "io_error")
    return files if encoding is None else [file._replace(encoding=encoding) for file in files]


def is_regular(path: str) -> bool:
    """Tell whether a file can be read to its end and read again, unlike a pipe, which may never begin."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def is_stream(file: InputFile) -> bool:
    """Tell whether an input can be read only once, and may keep one waiting."""
    return file.path is None


def estimate_rows(files: Iterable[InputFile], points: str | None = None) -> int | None:
    """Return an upper estimate of the number of rows: lines, or entries; None for streams and workbooks."""
    count = 0
    for file in files:
        if file.path is None or file.format == "xlsx":
            return None
        if is_regular(file.path):
            with contextlib.suppress(OSError):
                count += _count(file.path, b"[[expression]]" if file.format == "toml" else b"\n")
    if points is not None:
        with contextlib.suppress(OSError):
            count *= max(_count(points, b"\n") - 1, 1)
    return count


def _count(path: str, mark: bytes) -> int:
    """Count the occurrences of a mark in a file."""
    with open(path, "rb") as file:
        return sum(block.count(mark) for block in iter(lambda: file.read(1 << 20), b""))


def fingerprint(files: Iterable[InputFile]) -> str:
    """Return a digest (SHA-256) of the names, formats, encodings and contents of files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.format}\0{file.encoding or ''}".encode("utf-8", "surrogateescape"))
        digest.update(_content_digest(file))
    return digest.hexdigest()


def _content_digest(file: InputFile) -> bytes:
    if file.path is None or not is_regular(file.path):
        return b"-"
    try:
        with open(file.path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        return str(error.errno).encode()


def suffix_of(path: str) -> str | None:
    """Return the format that a file name implies, None if it implies none."""
    return _FORMATS.get(file_suffix(path))


def _format_of(argument: str, format: str | None) -> str:
    suffix = file_suffix(argument)
    if suffix in CURES and suffix not in PLAIN_TEXT:
        raise unreadable(argument)
    known = suffix_of(argument) or format
    if known is None:
        subject = STANDARD_INPUT if argument == "-" else f"`{argument}`"
        raise _error("E621", f"the format of {subject} is unknown", "for example --input-format txt")
    return known


def _files_below(folder: str) -> Iterator[str]:
    """Yield the files of a folder and its folders, sorted, without hidden ones."""
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        visible = sorted(name for name in files if not name.startswith("."))
        yield from (os.path.normpath(os.path.join(directory, name)) for name in visible)


def _is_pattern(argument: str) -> bool:
    return any(character in argument for character in "*?[")


def _matches(pattern: str, format: str | None) -> list[InputFile]:
    from glob import glob

    paths = [path for path in sorted(glob(pattern, recursive=True)) if not os.path.isdir(path)]
    if not paths:
        raise _error("E621", f"no file matches the pattern `{pattern}`", "check the path", "io_error")
    return [InputFile(path, path, _format_of(path, format)) for path in paths]


def _error(code: str, message: str, help: str, kind: str = "bad_value") -> DiffcompareError:
    return DiffcompareError(Diagnostic(code, kind, message, help=help))
