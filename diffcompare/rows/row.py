"""One row: what its line of a file says, not yet parsed.

A row holds text, numbers and nothing else, so that it can be sent to another process or machine as it is.  A line
from which no row can be made is a row as well, with the diagnostic: it costs its own place and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic

NOTHING: Mapping[str, Any] = {}


class Row(NamedTuple):
    """One expression, where it stands, and what its file says about it."""

    file: str
    line: int
    column: int = 1
    """Where the expression begins in its line, from 1."""
    name: str | None = None
    text: str = ""
    point: str | Mapping[str, Any] | None = None
    """As text (`x1=2, x2=5`), or a number or text by name; None where the row gives none."""
    hand: Mapping[str, str] = NOTHING
    """Partials by hand, by variable."""
    entry: Mapping[str, Any] | None = None
    """The table of a TOML file, which says more than other formats can."""
    point_place: str | None = None
    """`file:line` of the point, where it comes from a table of points."""
    error: Diagnostic | None = None

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"

    def plain(self) -> list[Any]:
        """The row as plain data; `from_plain` makes the same row of it."""
        return [*self[:-1], None if self.error is None else list(self.error)]


def from_plain(fields: list[Any]) -> Row:
    """The row that `plain` wrote."""
    error = fields[-1]
    return Row._make([*fields[:-1], None if error is None else _diagnostic(error)])


def _diagnostic(fields: list[Any]) -> Diagnostic:
    found = Diagnostic(*fields)
    return found if found.span is None else found._replace(span=(found.span[0], found.span[1]))


def broken(file: str, line: int, code: str, kind: str, message: str, help: str, column: int = 1, **more: Any) -> Row:
    """The row of a line that cannot be used: its place and what is wrong with it."""
    diagnostic = Diagnostic(code, kind, message, help=help, source=f"{file}:{line}")
    return Row(file, line, column, error=diagnostic, **more)
