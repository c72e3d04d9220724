"""A gradient check as a document: the entries, worst first, what they have in common, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare.document import (
    Approximate,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Listing,
    Paragraph,
    Table,
)
from diffcompare.studies.callables.values import shown
from diffcompare.studies.callables.wording import noise_note, verdict
from diffcompare.studies.telling import cell

if TYPE_CHECKING:
    from diffcompare.studies.callables.entries import Entry
    from diffcompare.studies.callables.inspection import Inspection
    from diffcompare.studies.callables.record import GradientCheck

MOST_ROWS = 24
"""Entries that people are shown at a point; machines get all."""

COLUMNS = (
    Column("entry", "entry"),
    Column("verdict", "verdict"),
    Column("given", "given", "right"),
    Column("found", "found", "right"),
    Column("error", "within", "right"),
    Column("ratio", "given/found", "right"),
    Column("method", "by"),
    Column("remark", "remark"),
)


def document(check: GradientCheck) -> Document:
    """A table for every point, and the verdict."""
    blocks: list[Block] = [Heading("The gradient against the values of the function", 1)]
    blocks.append(Listing((("function", check.name), ("evaluations", check.evaluations))))
    for number, each in enumerate(check.points, 1):
        blocks += _point(each, number if len(check.points) > 1 else 0)
    blocks.append(Paragraph(verdict(check), "verdict"))
    return Document(tuple(blocks), check.data)


def _point(each: Inspection, number: int) -> list[Block]:
    suffix = f"_{number}" if number else ""
    blocks: list[Block] = [Listing((("at", Code(shown(each.place, each.place.coordinates))),))]
    if each.directions:
        blocks.append(_table(f"directions{suffix}", each.directions, "Along random directions"))
    if each.entries:
        caption = "Entries that were located" if each.directions else "Entries, the worst first"
        blocks.append(_table(f"entries{suffix}", each.entries, caption))
    notes = [noise_note(each), f"{each.trouble}." if each.trouble else ""]
    if number and each.pattern:
        notes.append(f"{each.pattern.sentence}.")
    return [*blocks, *[Paragraph(note, "note") for note in notes if note]]


def _table(key: str, entries: Sequence[Entry], caption: str) -> Table:
    rows = tuple(_row(entry) for entry in entries)
    return Table(key, COLUMNS, rows, caption, most=MOST_ROWS)


def _row(entry: Entry) -> tuple[Cell, ...]:
    found = None if entry.found is None else float(entry.found)
    error = Approximate(entry.slope.error) if found is not None else None
    ratio = None if entry.ratio is None else Approximate(entry.ratio, 6)
    return (entry.name, entry.verdict, cell(entry.given), found, error, ratio, entry.method, entry.remark)
