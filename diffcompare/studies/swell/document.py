"""Swell as a document: the formulas while they are short, then sizes, accuracy and work, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from diffcompare.document import Block, Cell, Code, Document, Equation, Equations, Heading, Listing, Paragraph, Table
from diffcompare.expression import Expression, Open, Variable
from diffcompare.printer import swells, written
from diffcompare.studies.inputs import coordinate
from diffcompare.studies.swell.members import FAMILIES
from diffcompare.studies.swell.tables import (
    accuracy,
    bars,
    polynomials,
    sizes,
    sympy_accuracy,
    sympy_sizes,
    work,
    work_note,
)
from diffcompare.wengert import listing

if TYPE_CHECKING:
    from diffcompare.studies.swell.record import Row, Swell

MOST_ROWS = 24
"""Rows of a table; of more, the first and the last are shown, and machines get all."""

LONG, FEW_ROWS = 10**18, 8
"""From this size on its digits fill the screen: fewer rows are shown."""

SHORT = 160
"""Nodes of a formula, written out, that people are shown."""

MOST_FORMULAS = 6
"""Rows of which the formulas are shown."""

COUNTED = (
    "Nodes: every number, variable and operation is one. As a tree a part counts as often as it is written, as a DAG "
    "once. Raw: the rules to the letter, with all zeros and ones; light: without terms 0*u, factors 1*u and +0."
)


def document(swell: Swell, *, brief: bool = False) -> Document:
    """The tables of `swell`; a brief document has the sizes only."""
    if not swell.has_tables:
        return Document((), swell.data)
    most = _most(swell.rows)

    def table(of: Callable[[Swell, Sequence[Row]], Table]) -> Table:
        return of(swell, swell.rows)._replace(most=most)

    blocks: list[Block] = [] if brief else [Heading(_title(swell), 1), _question(swell)]
    if not brief:
        found = polynomials(swell, swell.rows)
        blocks += ([] if found is None else [found._replace(most=most)]) + _formulas(swell)
    blocks += [table(sizes), table(sympy_sizes)]
    if not brief:
        if len(swell.rows) > 1:
            blocks.append(bars(swell, _ends(swell.rows, most)))
        if swell.failure is None:
            blocks += [table(accuracy), table(sympy_accuracy)]
        blocks += [table(work), Paragraph(COUNTED, "note"), Paragraph(work_note(swell), "note")]
        blocks.append(Paragraph(swell.verdict, "verdict"))
    return Document(tuple(blocks), swell.data)


def _most(rows: Sequence[Row]) -> int:
    """Rows of a table that people are shown: fewer where they are long."""
    trees = [form.size.tree for row in rows for form in row.forms.values() if form.size is not None]
    return MOST_ROWS if max(trees, default=0) < LONG else FEW_ROWS


def _ends(rows: Sequence[Row], most: int) -> Sequence[Row]:
    return rows if len(rows) <= most else [*rows[: most // 2], *rows[-(most // 2) :]]


def _title(swell: Swell) -> str:
    return "Swell of higher derivatives" if swell.by_order else f"Swell of {swell.title}"


def _question(swell: Swell) -> Listing:
    first, last = swell.rows[0].member, swell.rows[-1].member
    entries: list[tuple[str, Cell]] = []
    if swell.by_order:
        entries += [("f", first.expression), ("by", Code(first.wrt[0]))]
    else:
        entries.append(("family" if swell.is_numbered else "file", Code(swell.definition)))
        source = FAMILIES[swell.kind].source if swell.is_numbered else ""
        entries += [("source", source)] if source else []
        entries.append(("members", Code(first.name if first is last else f"{first.name} to {last.name}")))
    entries.append(("at", Code(_point(swell))))
    return Listing(tuple(entries))


def _point(swell: Swell) -> str:
    """The point of the last row, of which the others have a part; its beginning, where it is long."""
    point = swell.rows[-1].member.point
    if not swell.is_numbered and any(row.member.point != point for row in swell.rows):
        return "each at its own point"
    shown = ", ".join(f"{name} = {coordinate(x)}" for name, x in list(point.items())[:3])
    return shown if len(point) <= 3 else f"{shown}, ... ({len(point)} variables)"


# --- Formulas ---------------------------------------------------------------------------------------------------------


def _formulas(swell: Swell) -> list[Block]:
    """f, its derivative by textbook rules, and what sympy makes of that, while they are short."""
    rows: list[Equation] = []
    for row in swell.rows[int(swell.by_order) :][:MOST_FORMULAS]:
        light = row.forms["light"]
        if light.size is None or light.size.tree > SHORT * len(row.member.wrt):
            break
        rows += _equations_of(swell, row)
    return [Equations("formulas", tuple(rows), "Formulas")] if rows else []


def _equations_of(swell: Swell, row: Row) -> list[Equation]:
    name = Variable(row.member.name)
    rows = [] if swell.by_order else [Equation(name, row.member.expression)]
    left: Cell = name if swell.by_order or not row.member.wrt else Open(name, row.member.wrt[0])
    for key, how in (("light", "by the rules"), ("simplified", "simplified by sympy")):
        form = row.forms.get(key)
        if form is not None and form.formulas:
            rows.append(Equation(left, _whole(next(iter(form.formulas.values()))), how))
            left = None
    return rows


def _whole(formula: Expression) -> Cell:
    """The formula written out, even where it swells: that is what is to be seen."""
    return Code(written(formula, {})) if swells(formula, listing(formula)) else formula
