"""The report of a swell study: formulas while they are short, then sizes, accuracy and work.

`data` writes the JSON document (schema diffcompare/1), `document` the blocks that renderers show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from diffcompare.document import Block, Cell, Code, Document, Equation, Equations, Heading, Listing, Paragraph, Table
from diffcompare.formatting import approximate
from diffcompare.language.expression import Expression, PendingDerivative, Variable
from diffcompare.language.printer import infix, shared_texts, swells, to_text
from diffcompare.language.wengert import dag_size, wengert_list
from diffcompare.studies.question import format_coordinate
from diffcompare.studies.record import SCHEMA, closing_data, plain, select
from diffcompare.studies.swell.families import FAMILIES
from diffcompare.studies.swell.measure import FORMS, DerivativeForm, SwellRow
from diffcompare.studies.swell.study import Swell
from diffcompare.studies.swell.tables import (
    accuracy,
    bars,
    counted,
    growth_picture,
    growth_table,
    polynomials,
    sizes,
    sympy_accuracy,
    sympy_sizes,
    work,
    work_note,
)

# --- Sentences --------------------------------------------------------------------------------------------------------

FAR_WORSE = 1000  # factor between the errors of a formula and of a sweep that is worth a sentence
UNIT_ROUNDOFF = 2**-53


def verdict(swell: Swell) -> str:
    """Return sentences about sizes, accuracy and work, each where the figures support it."""
    if swell.failure is not None:
        return "There is no derivative to measure at this point."
    sentences = (_sizes(swell), _accuracy(swell), _overflow(swell), _work(swell))
    return " ".join(filter(None, sentences))


def _sizes(swell: Swell) -> str:
    known = [row for row in swell.rows if row.forms["light"].size is not None]
    if not known:
        return ""
    # The members of a family grow; the lines of a file are in any order.
    row = known[-1] if swell.is_numbered or swell.by_order else max(known, key=_tree)
    size = row.forms["light"].size
    assert size is not None
    nodes = f"{counted(size.dag)} node{'s' * (size.dag != 1)} as a DAG, {counted(size.tree)} as a tree"
    where = f"{place(swell, row)} {_what(swell, row)} is {nodes}"
    lesson = "Swell is a property of trees" if size.tree >= 2 * size.dag else "There is little to share"
    return f"{lesson}: {where} (f itself {counted(row.size.dag)} and {counted(row.size.tree)})."


def _tree(row: SwellRow) -> int:
    size = row.forms["light"].size
    return 0 if size is None else size.tree


def _what(swell: Swell, row: SwellRow) -> str:
    if swell.by_order:
        return row.member.name
    return "f'" if len(row.member.wrt) == 1 else "the gradient"


def _accuracy(swell: Swell) -> str:
    """Name the worst form that is shorter than the textbook's and far less accurate than a sweep."""
    worse = [
        (form.error, row, name)
        for row in swell.rows
        for name in ("expanded", "simplified")
        if (form := row.forms.get(name)) is not None and form.error is not None and _is_worse(form, row)
    ]
    if not worse:
        return ""
    error, row, adjective = max(worse, key=itemgetter(0))
    sweep = row.sweeps["reverse"].error or 0.0
    return (
        f"A shorter formula is not a better one: {place(swell, row)} the {adjective} form has relative error "
        f"{approximate(error, 1)}, reverse AD {approximate(sweep, 2)}."
    )


def _overflow(swell: Swell) -> str:
    """Name the first row whose formula overflows where a sweep does not."""
    for row in swell.rows:
        sweep = row.sweeps.get("reverse")
        if row.forms["light"].outside == "overflow" and sweep is not None and sweep.error is not None:
            known = f"it overflows, reverse AD has relative error {approximate(sweep.error, 2)}"
            return f"A formula can fail where a sweep does not: {place(swell, row)} {known}."
    return ""


def _is_worse(form: DerivativeForm, row: SwellRow) -> bool:
    """Tell whether a form is shorter than the textbook's, and far less accurate than a sweep."""
    sweep, light = row.sweeps.get("reverse"), row.forms["light"]
    if sweep is None or sweep.error is None or form.error is None or form.size is None or light.size is None:
        return False
    return form.size.tree < light.size.tree and form.error > FAR_WORSE * max(sweep.error, UNIT_ROUNDOFF)


def _work(swell: Swell) -> str:
    """Compare, for a gradient, the operations of the formulas written out with those of the sweeps."""
    row = swell.rows[-1]
    forward, reverse, light = row.sweeps.get("forward"), row.sweeps.get("reverse"), row.forms["light"]
    if len(row.member.wrt) < 2 or forward is None or reverse is None or light.written is None:
        return ""
    if forward.work is None or reverse.work is None:
        return ""
    start = place(swell, row)
    return (
        f"{start[0].upper()}{start[1:]} the gradient written out takes {counted(light.written)} operations, "
        f"{len(row.member.wrt)} forward sweeps {counted(forward.work)}, and one reverse sweep {counted(reverse.work)}."
    )


def place(swell: Swell, row: SwellRow) -> str:
    """Return the row as a phrase: `at n = 4`."""
    if swell.by_order:
        return f"at order {row.member.number}"
    return f"at n = {row.member.number}" if swell.is_numbered else f"for {row.member.name}"


def growth(swell: Swell) -> str:
    """Return one sentence with the figures of the growth: the first and the last derivative, as trees and as DAGs."""
    if swell.failure is not None:
        return swell.verdict
    known = [(row, size) for row in swell.rows if (size := row.forms["light"].size) is not None]
    if swell.by_order:
        known = known[1:] or known  # the first row is f
    if not known:
        return "Growth: no derivative could be written down in the time of --budget."
    (first, start), (last, end) = known[0], known[-1]
    if first is last or not (swell.is_numbered or swell.by_order):
        last, end = max(known, key=lambda pair: pair[1].tree)
        where = f"{place(swell, last)}, {_what(swell, last)}"
        return (
            f"Growth: {where} has {_nodes(end.tree)} as a tree and {counted(end.dag)} as a DAG "
            f"(f itself {counted(last.size.tree)} and {counted(last.size.dag)})."
        )
    what = "the derivative" if swell.by_order else _what(swell, last)
    steps = last.member.number - first.member.number
    factor = math.exp((math.log(end.tree) - math.log(start.tree)) / steps)
    times = f", {approximate(factor)} times with each {'order' if swell.by_order else 'n'}" if steps > 1 else ""
    return (
        f"Growth: from {place(swell, first).removeprefix('at ')} to {last.member.number} {what} grows from "
        f"{counted(start.tree)} to {_nodes(end.tree)} as a tree{times}; as a DAG, with equal parts once, from "
        f"{counted(start.dag)} to {counted(end.dag)}."
    )


def _nodes(count: int) -> str:
    return f"{counted(count)} node{'s' * (count != 1)}"


# --- JSON -------------------------------------------------------------------------------------------------------------

# Up to this many nodes, formulas of a form are complete texts; in larger ones shared subexpressions become definitions.
MAX_COMPLETE_NODES = 20_000
MAX_WRITTEN = 200_000  # nodes of all formulas in a document; beyond it, only sizes are written
LEFT_OUT = f"all formulas of the document together have more than {MAX_WRITTEN} nodes: ask for this row alone"


class NodeBudget:
    """The number of nodes that may still be written to a JSON document."""

    def __init__(self) -> None:
        self.left = MAX_WRITTEN

    def takes(self, nodes: int) -> bool:
        """Subtract nodes if there are enough; tell whether there are."""
        enough = nodes <= self.left
        self.left -= nodes if enough else 0
        return enough


def data(swell: Swell) -> dict[str, Any]:
    """Return everything measured as plain data; numbers in full precision, None where there is none."""
    budget = NodeBudget()
    return {
        "schema": SCHEMA,
        "command": "swell",
        "kind": "order" if swell.by_order else "family",
        "of": swell.title,
        "definition": swell.definition,
        "budget": swell.budget,
        "forms": FORMS,
        "rows": [_row(row, budget, by_order=swell.by_order) for row in swell.rows],
        "verdict": swell.verdict,
        **closing_data(swell),
    }


def _row(row: SwellRow, budget: NodeBudget, *, by_order: bool) -> dict[str, Any]:
    member = row.member
    expression = to_text(member.expression) if budget.takes(row.size.dag) else None
    return {
        "order" if by_order else "n": member.number,
        "name": member.name,
        "expression": expression,
        "expression_left_out": None if expression else LEFT_OUT,
        "size": plain(row.size),
        "operations": row.operations,
        "point": dict(member.point),
        "wrt": list(member.wrt),
        "truth": {
            "status": row.status,
            "values": {name: true.text if true else None for name, true in row.true.items()},
        },
        "polynomial": _polynomial(row.polynomial),
        "forms": {name: _form(form, budget) for name, form in row.forms.items()},
        "sweeps": {
            name: select(sweep, "status | work | values? | relative_error=error") for name, sweep in row.sweeps.items()
        },
    }


def _polynomial(form: DerivativeForm | None) -> dict[str, Any] | None:
    """Return a row of the survey's Table 1: the polynomial, factored, and its derivative."""
    if form is None:
        return None
    formulas = form.formulas or dict.fromkeys(("factored", "unsimplified", "simplified"))
    texts = {name: None if formula is None else to_text(formula) for name, formula in formulas.items()}
    return {"status": form.status, "note": form.trouble, **texts}


def _form(form: DerivativeForm, budget: NodeBudget) -> dict[str, Any]:
    return {
        "status": form.status if form.outside is None else form.outside,
        **select(form, "note=trouble | size | work | written_out=written | values? | relative_error=error"),
        **_formulas_data(form, budget),
    }


def _formulas_data(form: DerivativeForm, budget: NodeBudget) -> dict[str, Any]:
    """Return formulas as complete texts, or in terms of definitions, or the reason why they are left out."""
    if form.formulas is None:
        return {"formulas": None, "definitions": None, "formulas_left_out": None}
    roots = list(form.formulas.values())
    nodes = len(wengert_list(*roots))
    if not budget.takes(nodes):
        return {"formulas": None, "definitions": None, "formulas_left_out": LEFT_OUT}
    if len(roots) == 1 or nodes <= MAX_COMPLETE_NODES >= sum(map(dag_size, roots)):
        texts, definitions = list(map(to_text, roots)), None
    else:
        definitions, texts = shared_texts(roots)
    return {
        "formulas": dict(zip(form.formulas, texts, strict=True)),
        "definitions": definitions,
        "formulas_left_out": None,
    }


# --- Document ---------------------------------------------------------------------------------------------------------

MAX_TABLE_ROWS = 24  # of more, the first and the last are shown; machine formats have all
LONG, FEW_ROWS = 10**18, 8  # from this size on the digits fill the screen, and fewer rows are shown
MAX_SHOWN_NODES = 160  # of a formula, written out
MAX_FORMULAS = 6  # rows whose formulas are shown

COUNTED = (
    "Nodes: every number, variable and operation is one. As a tree a part counts as often as it is written, as a DAG "
    "once. Raw: the rules to the letter, with all zeros and ones; light: without terms 0*u, factors 1*u and +0."
)


def document(swell: Swell, *, brief: bool = False) -> Document:
    """Return the document of a swell study, with all tables as its details; a brief one has the sizes only."""
    if not swell.has_tables:
        return Document((), swell.data)
    if brief:
        return Document(long_form(swell, brief=True), swell.data)
    most = _most(swell.rows)
    blocks: list[Block] = [Paragraph(growth(swell), "verdict")]
    if len(swell.rows) > 1:
        blocks.append(growth_picture(swell, _ends(swell.rows, most)))
    blocks.append(growth_table(swell, swell.rows)._replace(most=most))
    return Document(tuple(blocks), swell.data, details=lambda: long_form(swell))


def long_form(swell: Swell, *, brief: bool = False) -> tuple[Block, ...]:
    """Return formulas, sizes, accuracy and work; with `brief` the tables of sizes only."""
    most = _most(swell.rows)

    def table(of: Callable[[Swell, Sequence[SwellRow]], Table]) -> Table:
        return of(swell, swell.rows)._replace(most=most)

    blocks: list[Block] = [] if brief else [Heading(_title(swell), 1), _question(swell)]
    if not brief:
        table_1 = polynomials(swell, swell.rows)
        blocks += ([] if table_1 is None else [table_1._replace(most=most)]) + _formulas(swell)
    blocks += [table(sizes), table(sympy_sizes)]
    if not brief:
        if len(swell.rows) > 1:
            blocks.append(bars(swell, _ends(swell.rows, most)))
        if swell.failure is None:
            blocks += [table(accuracy), table(sympy_accuracy)]
        blocks += [table(work), Paragraph(COUNTED, "note"), Paragraph(work_note(swell), "note")]
        blocks.append(Paragraph(swell.verdict, "verdict"))
    return tuple(blocks)


def _most(rows: Sequence[SwellRow]) -> int:
    """Return how many rows a table shows: fewer where they are long."""
    trees = [form.size.tree for row in rows for form in row.forms.values() if form.size is not None]
    return MAX_TABLE_ROWS if max(trees, default=0) < LONG else FEW_ROWS


def _ends(rows: Sequence[SwellRow], most: int) -> Sequence[SwellRow]:
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
    """Return the point of the last row, which contains those of the others; abbreviated where it is long."""
    point = swell.rows[-1].member.point
    if not swell.is_numbered and any(row.member.point != point for row in swell.rows):
        return "each at its own point"
    text = ", ".join(f"{name} = {format_coordinate(x)}" for name, x in list(point.items())[:3])
    return text if len(point) <= 3 else f"{text}, ... ({len(point)} variables)"


# --- Formulas ---------------------------------------------------------------------------------------------------------


def _formulas(swell: Swell) -> list[Block]:
    """Return the equations of f, its derivative by the rules, and sympy's simplified form, while they are short."""
    rows: list[Equation] = []
    for row in swell.rows[int(swell.by_order) :][:MAX_FORMULAS]:
        light = row.forms["light"]
        if light.size is None or light.size.tree > MAX_SHOWN_NODES * len(row.member.wrt):
            break
        rows += _equations_of(swell, row)
    return [Equations("formulas", tuple(rows), "Formulas")] if rows else []


def _equations_of(swell: Swell, row: SwellRow) -> list[Equation]:
    name = Variable(row.member.name)
    rows = [] if swell.by_order else [Equation(name, row.member.expression)]
    left: Cell = name if swell.by_order or not row.member.wrt else PendingDerivative(name, row.member.wrt[0])
    for key, how in (("light", "by the rules"), ("simplified", "simplified by sympy")):
        form = row.forms.get(key)
        if form is not None and form.formulas:
            rows.append(Equation(left, _whole(next(iter(form.formulas.values()))), how))
            left = None
    return rows


def _whole(formula: Expression) -> Cell:
    """Return the formula written out in full even where it is large: the swell is the point."""
    return Code(infix(formula, {})) if swells(formula, wengert_list(formula)) else formula
