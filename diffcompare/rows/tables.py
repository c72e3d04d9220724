"""Rows of a TOML file in the format of the catalogue; an entry that is wrong costs only itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from diffcompare.diagnostics import DiffcompareError
from diffcompare.expression_file import MAXIMUM_BYTES, decoded, tables_in, too_long
from diffcompare.rows.row import Row


def rows(stream: BinaryIO, file: str) -> Iterator[Row]:
    """The entries of a file as rows."""
    try:
        content = stream.read(MAXIMUM_BYTES + 1)
        if len(content) > MAXIMUM_BYTES:
            raise too_long(file, MAXIMUM_BYTES)
        found = tables_in(decoded(content, file), file)
    except DiffcompareError as error:
        where = error.diagnostic.source.rpartition(":")
        line = int(where[2]) if where[0] == file and where[2].isdecimal() else 1
        column = error.diagnostic.span[0] + 1 if error.diagnostic.span else 1
        yield Row(file, line, column, error=error.diagnostic)
        return
    for table, header in found:
        name = table.get("name", table.get("id"))
        plain = {key: value for key, value in table.items() if _is_plain(value)}
        yield Row(file, header or 1, 1, name if isinstance(name, str) else None, entry=plain)


def _is_plain(value: object) -> bool:
    """Whether JSON can hold it: not dates, which no entry needs."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float | bool)
