"""The tables of swell, and the bars: sizes, accuracy and work, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from diffcompare.document import Approximate, Axis, Bars, Cell, Code, Column, Table
from diffcompare.studies.swell.families import FAMILIES
from diffcompare.studies.swell.results import SWEEPS, SYMPY
from diffcompare.studies.swell.sympy_forms import MAX_DEGREE

if TYPE_CHECKING:
    from diffcompare.studies.swell.results import DerivativeForm, SweepWork, Swell, SwellRow


def _label(swell: Swell) -> Column:
    return Column("n", "n", "right") if swell.is_numbered else Column("order" if swell.by_order else "name", "")


def _name(swell: Swell, row: SwellRow) -> Cell:
    return row.member.number if swell.is_numbered else row.member.name


def polynomials(swell: Swell, rows: Sequence[SwellRow]) -> Table | None:
    """The survey's Table 1, and the same of other polynomials; None where there is none to be written."""
    written = [(row, row.polynomial) for row in rows if row.polynomial is not None]
    if not written or (swell.is_numbered and FAMILIES[swell.kind].whole):  # of these the first member says nothing
        return None
    letter = f"{FAMILIES[swell.kind].letter}_n" if swell.is_numbered else "f"
    what = "what is differentiated" if swell.by_order else letter
    titles = {"factored": what, "unsimplified": "unsimplified derivative", "simplified": "simplified"}
    columns = (_label(swell), *[Column(name, title) for name, title in titles.items()])
    table = tuple((_name(swell, row), *_written(form, titles)) for row, form in written)
    caption = (
        "Table 1, as the survey writes it" if swell.kind == "logistic" else "Polynomials, factored and multiplied out"
    )
    left_out = len(rows) - swell.by_order - len(written)
    return Table(
        "polynomials", columns, table, caption + f" (in one variable, up to degree {MAX_DEGREE})" * bool(left_out)
    )


def _written(form: DerivativeForm, names: Iterable[str]) -> list[Cell]:
    formulas = form.formulas
    return [form.trouble if formulas is None else formulas[name] for name in names]


def sizes(swell: Swell, rows: Sequence[SwellRow]) -> Table:
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


def _both(row: SwellRow, name: str) -> tuple[Cell, Cell]:
    form = row.forms[name]
    return (form.trouble, None) if form.size is None else (form.size.tree, form.size.dag)


def sympy_sizes(swell: Swell, rows: Sequence[SwellRow]) -> Table:
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


def _tree(form: DerivativeForm) -> Cell:
    return form.trouble if form.size is None else form.size.tree


def bars(swell: Swell, rows: Sequence[SwellRow]) -> Bars:
    """Trees against DAGs, by member."""
    series: tuple[tuple[str, Callable[[SwellRow], int | None]], ...] = (
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


def _height(row: SwellRow, name: str, *, dag: bool = False) -> int | None:
    form = row.forms.get(name)
    if form is None or form.size is None:
        return None
    return form.size.dag if dag else form.size.tree


def accuracy(swell: Swell, rows: Sequence[SwellRow]) -> Table:
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


def _true(row: SwellRow) -> Cell:
    known = next(iter(row.true.values()), None)
    if known is None:
        return row.status if row.member.wrt else None
    return Code(known.text)


def _error(form: DerivativeForm | None) -> Cell:
    if form is None:
        return None
    if form.trouble is not None or form.outside is not None:
        return form.trouble or form.outside
    return None if form.error is None else Approximate(form.error)


def _sweep_error(sweep: SweepWork | None) -> Cell:
    if sweep is None:
        return None
    if sweep.status != "ok":
        return sweep.status
    return None if sweep.error is None else Approximate(sweep.error)


def sympy_accuracy(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    titles = ("raw", "after CSE", "expanded", "simplified")
    columns = (_label(swell), *[Column(name, title, "right") for name, title in zip(SYMPY, titles, strict=True)])
    asked = [row for row in rows if "sympy" in row.forms]
    table = tuple((_name(swell, row), *[_error(row.forms[name]) for name in SYMPY]) for row in asked)
    return Table("sympy_accuracy", columns, table, "Relative error of sympy's forms")


def work(swell: Swell, rows: Sequence[SwellRow]) -> Table:
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


def work_note(swell: Swell) -> str:
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
