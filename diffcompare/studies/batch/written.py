"""What is written for one row: a line of JSON, or lines of CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.studies.batch.answer import document, failure, text
from diffcompare.studies.batch.digest import Digest, digest

if TYPE_CHECKING:
    from diffcompare.diagnostics import Diagnostic
    from diffcompare.document import Cell
    from diffcompare.rows import Row
    from diffcompare.studies.batch.options import Options

CSV_COLUMNS = (
    "name", "file", "line", "expression", "point", "method", "status", "partial", "value", "truth", "absolute",
    "relative", "ulp", "digits", "work", "error",
)  # fmt: skip


def answered(row: Row, options: Options) -> tuple[bytes, bytes]:
    """The digest of a row, as JSON, and what is to be written for it."""
    return _both(document(row, options), options)


def refused(row: Row, options: Options, diagnostic: Diagnostic) -> tuple[bytes, bytes]:
    """The same for a row that nobody can answer."""
    return _both(failure(row, diagnostic), options)


def _both(found: dict[str, Any], options: Options) -> tuple[bytes, bytes]:
    written = WRITERS[options.format](found) if options.format in WRITERS else ""
    return _sent(digest(found)), written.encode("utf-8", "backslashreplace")


def _sent(short: Digest) -> bytes:
    return json.dumps(short).encode()


def _csv(found: Mapping[str, Any]) -> str:
    from diffcompare.render.csv import lines

    return lines(_csv_rows(found))


def csv_header() -> str:
    """The first line of the CSV of a run."""
    from diffcompare.render.csv import lines

    return lines([CSV_COLUMNS])


def _csv_rows(found: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    """One line for each method and partial, or one for the row that has neither."""
    from diffcompare.document import Code

    point = ",".join(f"{name}={value!r}" for name, value in found.get("point", {}).items())
    expression = Code(found["expression"]["text"]) if "expression" in found else None
    head = (found["name"], found["file"], found["line"], expression, Code(point) if point else None)
    error = f"{found['error']['code']}: {found['error']['message']}" if "error" in found else None
    truth = (found.get("truth") or {}).get("gradient", {})
    rows: list[tuple[Cell, ...]] = []
    for method in found.get("methods", ()):
        work = method["work"]["operations"] if method["work"] else None
        for name, value in method["gradient"].items():
            errors = (method["error"][kind][name] for kind in ("absolute", "relative", "ulp"))
            numbers = (value, truth.get(name), *errors, method["digits"][name], work)
            rows.append((*head, method["method"], method["status"], name, *numbers, error))
    empty = (None,) * (len(CSV_COLUMNS) - len(head) - 1)
    return rows or [(*head, *empty, error)]


WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {"jsonl": text, "csv": _csv}
"""The formats in which rows are written one by one."""
