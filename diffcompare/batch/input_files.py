"""The input files of a run and their rows: files, folders, patterns such as `data/*.csv`, and standard input.

With a table of points every row is taken at each of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import BinaryIO, NamedTuple, cast

from diffcompare.batch import csv_reader
from diffcompare.batch.rows import InputRow, error_row, json_rows, text_rows, toml_rows
from diffcompare.diagnostics import Diagnostic, DiffcompareError, note, usage_error
from diffcompare.inputs import workbook
from diffcompare.inputs.column_choice import NO_CHOICE, ColumnChoice
from diffcompare.inputs.encodings import InUtf8, check_encoding, codec_of, encoding_of_stream
from diffcompare.inputs.files import CURES, PLAIN_TEXT, file_suffix, is_unreadable, unreadable

STANDARD_INPUT = "standard input"
INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")  # named after the suffixes of their files
# Formats by suffix; a workbook cannot come from standard input.
_FORMATS = {
    **{f".{format}": format for format in INPUT_FORMATS},
    ".tsv": "csv",
    **dict.fromkeys(workbook.SUFFIXES, "workbook"),
}


class InputFile(NamedTuple):
    """A file of expressions."""

    path: str | None  # None for standard input
    name: str  # name of the file in messages and results
    format: str
    encoding: str | None = None  # encoding that the user gave; None if it is to be recognized
    columns: ColumnChoice = NO_CHOICE  # the meanings of columns that the user gave


def find_input_files(
    arguments: Iterable[str],
    format: str | None = None,
    leave_out: Collection[str] = (),
    encoding: str | None = None,
    columns: ColumnChoice = NO_CHOICE,
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
                raise usage_error("E627", "standard input can be read only once", "name `-` once")
            files.append(InputFile(None, STANDARD_INPUT, _format_of("-", format)))
        elif os.path.isdir(argument):
            paths = [path for path in _files_below(argument) if os.path.realpath(path) not in unwanted]
            files += [InputFile(path, path, suffix_of(path) or "") for path in paths if suffix_of(path)]
        elif os.path.lexists(argument) or not _is_pattern(argument):
            if not os.path.lexists(argument):
                raise _missing(f"there is no file `{argument}`", "check the path")
            files.append(InputFile(argument, argument, _format_of(argument, format)))
        else:
            files += [file for file in _matches(argument, format) if os.path.realpath(file.name) not in unwanted]
    if not files:
        suffixes = ", ".join(_FORMATS)
        raise _missing("there is no file of expressions", f"their names end in {suffixes}")
    return [file._replace(encoding=encoding, columns=columns) for file in files]


def is_regular(path: str) -> bool:
    """Tell whether a file can be read to its end and read again, unlike a pipe, which may never begin."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def is_stream(file: InputFile) -> bool:
    """Tell whether an input can be read only once, and may have to be waited for."""
    return file.path is None


def estimate_rows(files: Iterable[InputFile], points: str | None = None) -> int | None:
    """Return an upper estimate of the number of rows: lines, or entries; None for streams and workbooks."""
    count = 0
    for file in files:
        if file.path is None or file.format == "workbook":
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
    """Return a digest (SHA-256) of the names, formats, encodings, columns and contents of files."""
    digest = hashlib.sha256()
    for file in files:
        given = f"{file.name}\0{file.format}\0{file.encoding or ''}\0{file.columns.spec}"
        digest.update(given.encode("utf-8", "surrogateescape"))
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
        raise usage_error("E621", f"the format of {subject} is unknown", "for example --input-format txt")
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
        raise _missing(f"no file matches the pattern `{pattern}`", "check the path")
    return [InputFile(path, path, _format_of(path, format)) for path in paths]


def _missing(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E621", "io_error", message, help=help))


# --- The rows of all files --------------------------------------------------------------------------------------------

_ENCODED_FORMATS = ("txt", "csv", "jsonl")  # formats that may come in other encodings than UTF-8


def rows_of(
    files: Iterable[InputFile], points: str | None = None, tell: Callable[[Diagnostic], None] = lambda note: None
) -> Iterator[InputRow]:
    """Yield the rows of all files, in order; anything that cannot be read becomes an error row.

    `points` is a CSV file: every row is then taken at each of its points.  `tell` gets notes on how a file was read.
    Raises DiffcompareError where the file of points cannot be used.
    """
    rows = (row for file in files for row in _rows(file, tell))
    if points is None:
        yield from rows
        return
    for row in rows:
        if row.error is not None:
            yield row
            continue
        for line, point in points_of(points):
            yield row._replace(point=point, point_place=f"{points}:{line}")


def points_of(path: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the points of a table, each with its line.  Raises DiffcompareError for the first that is not a point."""
    if is_unreadable(path):
        raise unreadable(path)
    if not is_regular(path):
        raise _missing(f"`{path}` is not a file of points", "a CSV file: x,y and below 2,5")
    try:
        with open(path, "rb") as stream:
            for line, point in csv_reader.points(
                _in_utf8(InputFile(path, path, "csv"), stream, lambda note: None), path
            ):
                if isinstance(point, InputRow):
                    assert point.error is not None
                    message = f"{path}:{line}: {point.error.message}"
                    raise DiffcompareError(point.error._replace(message=message))
                yield line, point
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DiffcompareError(Diagnostic("E602", "io_error", f"cannot read {path}: {reason}")) from None


def _standard_input() -> BinaryIO:
    """Open standard input with a buffer of its own: a thread may still wait for it when Python closes sys.stdin."""
    if sys.stdin is None:
        return io.BytesIO()
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:  # not a real file, as in tests
        return sys.stdin.buffer


def _rows(file: InputFile, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    """Yield the rows of one file; an error row says why it cannot be read."""
    try:
        if file.path is None:
            stream = _standard_input()
            yield from _read(file, _in_utf8(file, stream, tell), tell)
        elif not is_regular(file.path):
            raise OSError("it is not a regular file")
        elif file.format == "workbook":
            yield from _workbook(file, file.path, tell)
        else:
            with open(file.path, "rb") as stream:
                yield from _read(file, _in_utf8(file, stream, tell), tell)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        yield error_row(file.name, 1, "E602", "io_error", f"the file cannot be read: {reason}", "or pipe it: -")


def _read(file: InputFile, stream: BinaryIO | InUtf8, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    if file.format == "csv":
        yield from csv_reader.rows(stream, file.name, tell, file.columns)
    else:
        read = {"txt": text_rows, "toml": toml_rows, "jsonl": json_rows}[file.format]
        yield from read(cast(BinaryIO, stream), file.name)


def _workbook(file: InputFile, path: str, tell: Callable[[Diagnostic], None]) -> Iterator[InputRow]:
    try:
        worksheet = workbook.read(path)
    except DiffcompareError as error:
        yield InputRow(file.name, 1, error=error.diagnostic._replace(source=f"{file.name}:1"))
        return
    if worksheet.others:
        tell(note("W596", f"{file.name}: read the worksheet `{worksheet.name}`, the first that is not empty"))
    yield from csv_reader.rows_of_records(worksheet.records, file.name, tell, file.columns)


def _in_utf8(file: InputFile, stream: BinaryIO, tell: Callable[[Diagnostic], None]) -> BinaryIO | InUtf8:
    """Return the stream recoded to UTF-8, from the given encoding or, if it can be read twice, a recognized one."""
    if file.format not in _ENCODED_FORMATS:
        return stream
    if file.encoding is not None:
        return InUtf8(stream, codec_of(file.encoding) or file.encoding)
    if file.path is None:
        return stream
    codec, guessed, word = encoding_of_stream(stream)
    if guessed is not None:
        message = f"{file.name} is not UTF-8; it is read as {guessed}" + (f": `{word}`" if word else "")
        tell(note("W593", message, "if names look wrong, give its encoding: --encoding gbk; or save it as UTF-8"))
    return stream if codec in ("utf-8", "utf-8-sig") else InUtf8(stream, codec)
