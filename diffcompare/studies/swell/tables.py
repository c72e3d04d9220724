"""The tables and bars of a swell study: sizes, accuracy and work, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diffcompare.document import Axis, Bars, Cell, Code, Column, Plot, Series, Table, approximate, columns
from diffcompare.formatting import integer
from diffcompare.studies.swell.families import FAMILIES
from diffcompare.studies.swell.measure import MAX_DEGREE, SWEEPS, SYMPY, DerivativeForm, SweepWork, SwellRow
from diffcompare.studies.swell.study import Swell

AD_COLUMNS = " | ".join(f">{name}={title}" for name, title in SWEEPS.items())


def _heads(swell: Swell, *parts: str) -> tuple[Column, ...]:
    """Return the column that names the rows, and those that these parts describe (see `document.columns`)."""
    label = Column("n", "n", "right") if swell.is_numbered else Column("order" if swell.by_order else "name", "")
    return (label, *columns(" | ".join(filter(None, parts))))


def _name(swell: Swell, row: SwellRow) -> Cell:
    return row.member.number if swell.is_numbered else row.member.name


def polynomials(swell: Swell, rows: Sequence[SwellRow]) -> Table | None:
    """Return the survey's Table 1, or its like for other polynomials; None where no row is a small polynomial."""
    written = [(row, row.polynomial) for row in rows if row.polynomial is not None]
    # Of a family whose members have ever more variables, only the first would be in the table.
    if not written or (swell.is_numbered and FAMILIES[swell.kind].whole):
        return None
    letter = f"{FAMILIES[swell.kind].letter}_n" if swell.is_numbered else "f"
    factored = "what is differentiated" if swell.by_order else letter
    heads = _heads(swell, f"factored={factored} | unsimplified=unsimplified derivative | simplified")
    table = tuple((_name(swell, row), *_written(form, [head.key for head in heads[1:]])) for row, form in written)
    caption = (
        "Table 1, as the survey writes it" if swell.kind == "logistic" else "Polynomials, factored and multiplied out"
    )
    left_out = len(rows) - swell.by_order - len(written)
    return Table(
        "polynomials", heads, table, caption + f" (in one variable, up to degree {MAX_DEGREE})" * bool(left_out)
    )


def _written(form: DerivativeForm, names: Iterable[str]) -> list[Cell]:
    formulas = form.formulas
    return [form.trouble if formulas is None else formulas[name] for name in names]


def sizes(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    """Return the sizes, as trees and as DAGs, of derivatives by the rules of a textbook."""
    own_heads = "" if swell.by_order else ">f_tree=f tree | >f_dag=f DAG"
    rules = ">raw_tree=raw tree | >raw_dag=raw DAG | >light_tree=light tree | >light_dag=light DAG"
    table = []
    for row in rows:
        own: tuple[Cell, ...] = () if swell.by_order else (row.size.tree, row.size.dag)
        table.append((_name(swell, row), *own, *_both(row, "raw"), *_both(row, "light")))
    functions = "the derivatives" if swell.by_order else "f and of its derivative"
    return Table("sizes", _heads(swell, own_heads, rules), tuple(table), f"Nodes of {functions}, textbook rules")


def _both(row: SwellRow, name: str) -> tuple[Cell, Cell]:
    form = row.forms[name]
    return (form.trouble, None) if form.size is None else (form.size.tree, form.size.dag)


def sympy_sizes(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    """Return the sizes of sympy's forms."""
    heads = _heads(
        swell,
        ">sympy_tree=tree | >sympy_dag=DAG",
        ">cse_tree=after CSE | >expanded_tree=expanded | >simplified_tree=simplified",
    )
    asked = [row for row in rows if "sympy" in row.forms]
    later = [tuple(_tree(row.forms[name]) for name in SYMPY[1:]) for row in asked]
    table = [(_name(swell, row), *_both(row, "sympy"), *cells) for row, cells in zip(asked, later, strict=True)]
    return Table("sympy_sizes", heads, tuple(table), "Nodes of sympy's derivative")


def _tree(form: DerivativeForm) -> Cell:
    return form.trouble if form.size is None else form.size.tree


def bars(swell: Swell, rows: Sequence[SwellRow]) -> Bars:
    """Return the bar chart of trees against DAGs."""
    series = {"raw tree": ("raw", 0), "light tree": ("light", 0), "light DAG": ("light", 1), "after CSE": ("cse", 0)}
    labels = tuple(str(_name(swell, row)) for row in rows)
    heights = tuple((title, tuple(_height(row, *which) for row in rows)) for title, which in series.items())
    heads = _heads(swell, *[f">{title.replace(' ', '_')}={title}" for title in series])
    cells = tuple(zip([_name(swell, row) for row in rows], *[values for _, values in heights], strict=True))
    caption = "Trees against DAGs"
    table = Table("bars", heads, cells, caption)
    return Bars("swell", Axis("nodes", log=True), labels, heights, table, caption)


def _height(row: SwellRow, name: str, place: int) -> int | None:
    """Return the nodes of a form, as a tree (place 0 of its size) or as a DAG (place 1); None where there are none."""
    form = row.forms.get(name)
    return None if form is None or form.size is None else form.size[place]


def accuracy(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    """Return the truth, and the relative errors of the textbook's formulas and of the sweeps."""
    single = all(len(row.member.wrt) < 2 for row in rows)
    heads = _heads(swell, "truth" * single, ">raw | >light", AD_COLUMNS)
    table = []
    for row in rows:
        true: tuple[Cell, ...] = (_true(row),) if single else ()
        own = [_error(row.forms[name]) for name in ("raw", "light")]
        sweeps = [_sweep_error(row.sweeps.get(name)) for name in SWEEPS]
        table.append((_name(swell, row), *true, *own, *sweeps))
    caption = "Relative error at the point" + ("" if single else ", of the worst partial")
    return Table("accuracy", heads, tuple(table), caption)


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
    return approximate(form.error)


def _sweep_error(sweep: SweepWork | None) -> Cell:
    if sweep is None:
        return None
    if sweep.status != "ok":
        return sweep.status
    return approximate(sweep.error)


def sympy_accuracy(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    """Return the relative errors of sympy's forms."""
    heads = _heads(swell, ">sympy=raw | >cse=after CSE | >expanded | >simplified")
    asked = [row for row in rows if "sympy" in row.forms]
    table = tuple((_name(swell, row), *[_error(row.forms[name]) for name in SYMPY]) for row in asked)
    return Table("sympy_accuracy", heads, table, "Relative error of sympy's forms")


def work(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    """Return the operations of f, of the sweeps and of the light formulas."""
    forms = ">light=light, parts once | >written=light, written out"
    heads = _heads(swell, "" if swell.by_order else ">f", AD_COLUMNS, forms)
    table = []
    for row in rows:
        own: tuple[Cell, ...] = () if swell.by_order else (row.operations,)
        sweeps = [row.sweeps[name].work if name in row.sweeps else None for name in SWEEPS]
        light = row.forms["light"]
        table.append((_name(swell, row), *own, *sweeps, light.work, light.written))
    return Table("work", heads, tuple(table), "Operations")


def work_note(swell: Swell) -> str:
    """Say what the columns of the table of operations count."""
    if swell.by_order:
        return (
            "Operations: AD at order k is one sweep, values and derivatives, along the list that k - 1 nested forward "
            "sweeps wrote, equal parts once; the formula alone is counted with equal parts once and written out."
        )
    return (
        "Operations: AD computes f and all partials asked for; the formulas alone are counted with equal parts once, "
        "and written out."
    )


# --- Growth: one picture and one table --------------------------------------------------------------------------------


def growth_picture(swell: Swell, rows: Sequence[SwellRow]) -> Plot | Bars:
    """Return the sizes over n, or over the order, as lines on a logarithmic axis: equal factors are equal heights.

    The functions of a file are in no order, and two rows make no line: they are bars from 0 on.
    """
    heights = _grown(swell, rows)
    table = _growth(swell, rows)
    caption = "Nodes of the derivatives" if swell.by_order else "Nodes of f and of its derivative"
    numbers = [row.member.number for row in rows]
    if len(rows) < 3 or not (swell.is_numbered or swell.by_order):
        labels = tuple(str(_name(swell, row)) for row in rows)
        return Bars("growth", Axis("nodes"), labels, tuple(heights.items()), table, caption)
    series = []
    for title, sizes in heights.items():
        points = [(number, size) for number, size in zip(numbers, sizes, strict=True) if size]
        if points:
            ends = f"{title}: {counted(points[0][1])} to {counted(points[-1][1])}"
            series.append(Series(ends, tuple(points)))
    x = Axis("order of the derivative" if swell.by_order else "n", whole=True)
    return Plot("growth", x, Axis("nodes", log=True), tuple(series), table, caption)


def growth_table(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    """Return the sizes that the picture of the growth shows."""
    return _growth(swell, rows)._replace(caption="")


def _grown(swell: Swell, rows: Sequence[SwellRow]) -> dict[str, tuple[int | None, ...]]:
    """Return the sizes by what they are of."""
    own = {} if swell.by_order else {"f tree": tuple(row.size.tree for row in rows)}
    name = "" if swell.by_order else "f' " if len(rows[-1].member.wrt) == 1 else "gradient "
    forms = {f"{name}tree": ("light", 0), f"{name}DAG": ("light", 1), "sympy, CSE": ("cse", 0)}
    return own | {title: tuple(_height(row, *form) for row in rows) for title, form in forms.items()}


def _growth(swell: Swell, rows: Sequence[SwellRow]) -> Table:
    heights = _grown(swell, rows)
    keys = [*["f_tree"] * (not swell.by_order), "tree", "dag", "cse"]
    heads = _heads(swell, *[f">{key}={title}" for key, title in zip(keys, heights, strict=True)])
    ours = list(heights.values())[:-1]
    by_sympy = [_tree(row.forms["cse"]) if "cse" in row.forms else None for row in rows]  # or why it is missing
    cells = zip([_name(swell, row) for row in rows], *ours, by_sympy, strict=True)
    return Table("growth", heads, tuple(cells), "Nodes", summary=True)


def counted(number: int) -> str:
    """Return a count with its thousands marked, or the order of magnitude of a long one."""
    if number < 10**15:
        return f"{number:,}"
    digits = integer(number)
    return digits if digits.startswith("about") else f"{digits[0]}.{digits[1:3]}e{len(digits) - 1}"
