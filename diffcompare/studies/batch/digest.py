"""What is kept of a row's document for the summary: a few figures, the same whether the row was just computed or read
from the results of an interrupted run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """One method's answer to one row, in short."""

    method: str
    status: str
    error: float | None
    """Of its worst partial: relative, and absolute where the true partial is 0; None where it is not known."""
    partial: str | None
    """The variable of that partial."""
    unknown: str | None
    """The variable of a partial of which no error is known."""
    operations: int | None
    swell: float | None
    """Nodes of the gradient's formulas over those of f, as trees."""


class Digest(NamedTuple):
    """One row in short."""

    place: str
    name: str | None
    error: tuple[str, str] | None
    """Code and message of what is wrong with the row."""
    check: tuple[str, str] | None
    """The verdict on the partials by hand, and which of them it is about."""
    cells: tuple[Cell, ...]

    @property
    def called(self) -> str:
        """What to call the row."""
        return self.name or self.place


def digest(document: Mapping[str, Any]) -> Digest:
    """The digest of a row's document."""
    error = document.get("error")
    size = document["expression"]["size"]["tree"] if "expression" in document else None
    cells = tuple([_cell(method, size) for method in document.get("methods", ())])
    place = f"{document['file']}:{document['line']}"
    if "column" in document:
        place += f":{document['column']}"
    if "point_from" in document:
        place += f" at {document['point_from']}"
    check = document.get("check")
    return Digest(
        place,
        document["name"],
        (error["code"], error["message"]) if error else None,
        _checked(check) if check else None,
        cells,
    )


def from_plain(fields: list[Any]) -> Digest:
    """The digest that was sent as JSON."""
    place, name, error, check, cells = fields
    check = tuple(check) if check else None
    return Digest(place, name, tuple(error) if error else None, check, tuple([Cell(*cell) for cell in cells]))


def _checked(check: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict, and the partials that have it."""
    names = [f"df/d{name}" for name, verdict in check["partials"].items() if verdict == check["verdict"]]
    return check["verdict"], ", ".join(names)


def _cell(method: Mapping[str, Any], size: Any) -> Cell:
    worst = partial = unknown = None
    for name, error in _errors(method):
        if error is None:
            unknown = unknown or name
        elif worst is None or error > worst:
            worst, partial = error, name
    work, swell = method["work"], method["swell"]
    raw = swell["raw"] if swell else None
    return Cell(
        method["method"],
        method["status"],
        worst,
        partial,
        unknown,
        int(work["operations"]) if work and isinstance(work["operations"], int) else None,
        raw["tree"] / size if raw and isinstance(raw["tree"], int) and isinstance(size, int) else None,
    )


def _errors(method: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    relative = method["error"]["relative"]
    for name, absolute in method["error"]["absolute"].items():
        yield name, absolute if relative[name] is None else relative[name]
