"""Swell as a document: the formulas while they are short, then sizes, accuracy and work, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from diffcompare.document import (
    Approximate,
    Axis,
    Bars,
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
from diffcompare.studies.inputs import coordinate
from diffcompare.studies.swell.members import FAMILIES
from diffcompare.studies.swell.record import SWEEPS, SYMPY

if TYPE_CHECKING:
    from diffcompare.studies.swell.record import Form, Row, Sweep, Swell

MOST_ROWS = 24
"""Rows of a table; of more, the first and the last are shown, and JSON has them all."""

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
        return Document((), swell.data())
    rows, left_out = _shown(swell.rows)
    blocks: list[Block] = [] if brief else [Heading(_title(swell), 1), _question(swell)]
    if not brief:
        blocks += _formulas(swell)
    blocks += [_sizes(swell, rows), _sympy_sizes(swell, rows)]
    if not brief:
        if len(rows) > 1:
            blocks.append(_bars(swell, rows))
        if swell.failure is None:
            blocks += [_accuracy(swell, rows), _sympy_accuracy(swell, rows)]
        blocks += [_work(swell, rows), Paragraph(COUNTED, "note"), Paragraph(_work_note(swell), "note")]
        blocks += [Paragraph(left_out, "note")] if left_out else []
        blocks.append(Paragraph(swell.verdict, "verdict"))
    return Document(tuple(blocks), swell.data())


def _shown(rows: Sequence[Row]) -> tuple[Sequence[Row], str]:
    """The rows for people, and what is said of those left out."""
    sizes = [form.size.tree for row in rows for form in row.forms.values() if form.size is not None]
    most = MOST_ROWS if max(sizes, default=0) < LONG else FEW_ROWS
    if len(rows) <= most:
        return rows, ""
    half = most // 2
    first, last = rows[half].member.number, rows[-half - 1].member.number
    return [*rows[:half], *rows[-half:]], f"The tables leave out the rows {first} to {last}; --json has them all."


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
    entries: list[tuple[str, Cell]] = []
    for row in swell.rows[int(swell.by_order) :][:MOST_FORMULAS]:
        light = row.forms["light"]
        if light.size is None or light.size.tree > SHORT * len(row.member.wrt):
            break
        entries += _formula_entries(swell, row)
    return [Heading("Formulas"), Listing(tuple(entries))] if entries else []


def _formula_entries(swell: Swell, row: Row) -> list[tuple[str, Cell]]:
    name = row.member.name
    entries: list[tuple[str, Cell]] = []
    if not swell.by_order:
        entries.append((name, row.member.expression))
        name = f"{name}'" if len(row.member.wrt) < 2 else f"{name} by {row.member.wrt[0]}"
    for key, how in (("light", "by the rules"), ("simplified", "simplified")):
        form = row.forms.get(key)
        if form is not None and row.member.wrt:
            cell: Cell = form.trouble if form.formulas is None else next(iter(form.formulas.values()))
            entries.append((f"{name} {how}", cell))
    return entries


# --- Tables -----------------------------------------------------------------------------------------------------------


def _label(swell: Swell) -> Column:
    return Column("n", "n", "right") if swell.is_numbered else Column("order" if swell.by_order else "name", "")


def _name(swell: Swell, row: Row) -> Cell:
    return row.member.number if swell.is_numbered else row.member.name


def _sizes(swell: Swell, rows: Sequence[Row]) -> Table:
    """Trees and DAGs by the rules of a textbook."""
    columns = [_label(swell)]
    if not swell.by_order:
        columns += [Column("f_tree", "f tree", "right"), Column("f_dag", "f DAG", "right")]
    for name in ("raw", "light"):
        columns += [Column(f"{name}_tree", f"{name} tree", "right"), Column(f"{name}_dag", f"{name} DAG", "right")]
    table = []
    for row in rows:
        own: tuple[Cell, ...] = () if swell.by_order else (row.size.tree, row.size.dag)
        table.append((_name(swell, row), *own, *_both(row, "raw"), *_both(row, "light")))
    what = "the derivatives" if swell.by_order else "f and of its derivative"
    return Table("sizes", tuple(columns), tuple(table), f"Nodes of {what}, textbook rules")


def _both(row: Row, name: str) -> tuple[Cell, Cell]:
    form = row.forms[name]
    return (form.trouble, None) if form.size is None else (form.size.tree, form.size.dag)


def _sympy_sizes(swell: Swell, rows: Sequence[Row]) -> Table:
    columns = (
        _label(swell),
        Column("sympy_tree", "tree", "right"),
        Column("sympy_dag", "DAG", "right"),
        Column("cse_tree", "after CSE", "right"),
        Column("expanded_tree", "expanded", "right"),
        Column("simplified_tree", "simplified", "right"),
    )
    asked = [row for row in rows if "sympy" in row.forms]
    later = [tuple(_tree(row.forms[name]) for name in SYMPY[1:]) for row in asked]
    table = [(_name(swell, row), *_both(row, "sympy"), *cells) for row, cells in zip(asked, later, strict=True)]
    return Table("sympy_sizes", columns, tuple(table), "Nodes of sympy's derivative")


def _tree(form: Form) -> Cell:
    return form.trouble if form.size is None else form.size.tree


def _bars(swell: Swell, rows: Sequence[Row]) -> Bars:
    """Trees against DAGs, by member."""
    series: tuple[tuple[str, Callable[[Row], int | None]], ...] = (
        ("raw tree", lambda row: _height(row, "raw")),
        ("light tree", lambda row: _height(row, "light")),
        ("light DAG", lambda row: _height(row, "light", dag=True)),
        ("after CSE", lambda row: _height(row, "cse")),
    )
    labels = tuple(str(_name(swell, row)) for row in rows)
    heights = tuple((title, tuple(height(row) for row in rows)) for title, height in series)
    columns = (_label(swell), *[Column(title.replace(" ", "_"), title, "right") for title, _ in series])
    cells = tuple(zip([_name(swell, row) for row in rows], *[values for _, values in heights], strict=True))
    caption = "Trees against DAGs"
    table = Table("bars", columns, cells, caption)
    return Bars("swell", Axis("nodes", log=True), labels, heights, table, caption)


def _height(row: Row, name: str, *, dag: bool = False) -> int | None:
    form = row.forms.get(name)
    if form is None or form.size is None:
        return None
    return form.size.dag if dag else form.size.tree


def _accuracy(swell: Swell, rows: Sequence[Row]) -> Table:
    """The truth, and the relative error of the textbook's formulas and of the sweeps."""
    columns = [_label(swell)]
    single = all(len(row.member.wrt) < 2 for row in rows)
    if single:
        columns.append(Column("truth", "truth"))
    columns += [Column(name, name, "right") for name in ("raw", "light")]
    columns += [Column(name, title, "right") for name, title in SWEEPS.items()]
    table = []
    for row in rows:
        true: tuple[Cell, ...] = (_true(row),) if single else ()
        own = [_error(row.forms[name]) for name in ("raw", "light")]
        sweeps = [_sweep_error(row.sweeps.get(name)) for name in SWEEPS]
        table.append((_name(swell, row), *true, *own, *sweeps))
    caption = "Relative error at the point" + ("" if single else ", of the worst partial")
    return Table("accuracy", tuple(columns), tuple(table), caption)


def _true(row: Row) -> Cell:
    known = next(iter(row.true.values()), None)
    if known is None:
        return row.status if row.member.wrt else None
    return Code(known.text)


def _error(form: Form | None) -> Cell:
    if form is None:
        return None
    if form.trouble is not None or form.outside is not None:
        return form.trouble or form.outside
    return None if form.error is None else Approximate(form.error)


def _sweep_error(sweep: Sweep | None) -> Cell:
    if sweep is None:
        return None
    if sweep.status != "ok":
        return sweep.status
    return None if sweep.error is None else Approximate(sweep.error)


def _sympy_accuracy(swell: Swell, rows: Sequence[Row]) -> Table:
    titles = ("raw", "after CSE", "expanded", "simplified")
    columns = (_label(swell), *[Column(name, title, "right") for name, title in zip(SYMPY, titles, strict=True)])
    asked = [row for row in rows if "sympy" in row.forms]
    table = tuple((_name(swell, row), *[_error(row.forms[name]) for name in SYMPY]) for row in asked)
    return Table("sympy_accuracy", columns, table, "Relative error of sympy's forms")


def _work(swell: Swell, rows: Sequence[Row]) -> Table:
    columns = [_label(swell)]
    if not swell.by_order:
        columns.append(Column("f", "f", "right"))
    columns += [Column(name, title, "right") for name, title in SWEEPS.items()]
    columns += [Column("light", "light, parts once", "right"), Column("written", "light, written out", "right")]
    table = []
    for row in rows:
        own: tuple[Cell, ...] = () if swell.by_order else (row.operations,)
        sweeps = [row.sweeps[name].work if name in row.sweeps else None for name in SWEEPS]
        light = row.forms["light"]
        table.append((_name(swell, row), *own, *sweeps, light.work, light.written))
    return Table("work", tuple(columns), tuple(table), "Operations")


def _work_note(swell: Swell) -> str:
    """What the columns of operations count."""
    if swell.by_order:
        return (
            "Operations: AD at order k is one sweep, values and derivatives, along the list that k - 1 nested forward "
            "sweeps wrote, equal parts once; the formula alone is counted with equal parts once and written out."
        )
    return (
        "Operations: AD computes f and all partials asked for; the formulas alone are counted with equal parts once, "
        "and written out."
    )
