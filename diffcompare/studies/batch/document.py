"""The figures of a run as a document: method by method, the worst rows, the rows that failed, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.document import Approximate, Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.studies.telling import counted

if TYPE_CHECKING:
    from diffcompare.studies.batch.digest import Digest
    from diffcompare.studies.batch.record import Batch
    from diffcompare.studies.batch.tally import MethodTally

MOST_FILES = 3
"""Files that are named."""


def document(batch: Batch, *, brief: bool = False) -> Document:
    """The tables of `batch`."""
    if brief:
        return Document((_methods(batch),), batch.data)
    blocks: list[Block] = [Heading(f"{counted(batch.tally.rows, 'expression')}, side by side", 1), _about(batch)]
    if batch.tally.by_method:
        blocks.append(_methods(batch))
    if batch.tally.worst:
        blocks.append(_worst(batch))
    if batch.rows:
        blocks.append(_rows(batch))
    blocks.append(Paragraph(batch.verdict, "verdict"))
    return Document(tuple(blocks), batch.data)


def _about(batch: Batch) -> Listing:
    names = batch.files[:MOST_FILES]
    more = len(batch.files) - len(names)
    files = ", ".join(names) + (f" and {counted(more, 'other file')}" if more else "")
    tally = batch.tally
    entries: list[tuple[str, Cell]] = [("from", files), ("rows", f"{tally.rows}, of which {tally.failed} failed")]
    if tally.max_error is not None:
        entries.append(("bound", Approximate(tally.max_error)))
    if tally.checked:
        entries.append(("by hand", ", ".join(f"{count} {verdict}" for verdict, count in sorted(tally.checked.items()))))
    return Listing(tuple(entries))


def _methods(batch: Batch) -> Table:
    columns = (
        Column("method", "method"),
        Column("answered", "answered", "right"),
        Column("refused", "refused", "right"),
        Column("timed_out", "timed out", "right"),
        Column("worst", "worst error", "right"),
        Column("median", "median", "right"),
        Column("work", "work", "right"),
        Column("swell", "swell", "right"),
    )
    rows = tuple((method, *_method_row(found)) for method, found in batch.tally.by_method.items())
    return Table("methods", columns, rows, "Methods: errors against the truth, operations in all, median swell")


def _method_row(found: MethodTally) -> tuple[Cell, ...]:
    return (
        found.answered,
        found.refused,
        found.timed_out,
        _approximate(found.worst),
        _approximate(found.errors.value),
        found.work,
        _approximate(found.swells.value),
    )


def _worst(batch: Batch) -> Table:
    columns = (
        Column("row", "row"),
        Column("method", "method"),
        Column("partial", "partial"),
        Column("error", "error", "right"),
    )
    rows = tuple(
        (Code(worst.row), worst.method, f"df/d{worst.partial}", Approximate(worst.error)) for worst in batch.tally.worst
    )
    return Table("worst", columns, rows, "Worst rows of the methods of exact rules")


def _rows(batch: Batch) -> Table:
    """Every row with the error of every method."""
    methods = list(batch.tally.by_method)
    columns = (
        Column("place", "place"),
        Column("name", "name"),
        *[Column(method, method, "right") for method in methods],
        Column("remark", "remark"),
    )
    rows = tuple(_row(row, methods) for row in batch.rows)
    return Table("rows", columns, rows, "Rows: the worst error of each method", sortable=True)


def _row(row: Digest, methods: list[str]) -> tuple[Cell, ...]:
    cells = {cell.method: cell for cell in row.cells}
    errors: list[Cell] = []
    for method in methods:
        cell = cells.get(method)
        shown = None if cell is None else cell.status if cell.status != "ok" else _approximate(cell.error)
        errors.append(shown)
    remark = ": ".join(row.error) if row.error else f"by hand: {row.check[0]}" if row.check else ""
    return (Code(row.place), row.name, *errors, remark)


def _approximate(number: float | None) -> Cell:
    return None if number is None else Approximate(number)
