"""Swell as a document: the formulas while they are short, then sizes, accuracy and work, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from diffcompare.document import Block, Cell, Code, Document, Equation, Equations, Heading, Listing, Paragraph, Table
from diffcompare.formatting import approximate, integer
from diffcompare.language.expression import Expression, PendingDerivative, Variable
from diffcompare.language.printer import infix, shared_texts, swells, to_text
from diffcompare.language.wengert import dag_size, wengert_list
from diffcompare.studies.question import format_coordinate
from diffcompare.studies.record import SCHEMA, warnings_data
from diffcompare.studies.swell.families import FAMILIES
from diffcompare.studies.swell.results import FORMS
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

if TYPE_CHECKING:
    from diffcompare.backends.problem import Size
    from diffcompare.studies.swell.results import DerivativeForm, SweepWork, Swell, SwellRow


# What swell teaches, in sentences with the figures of the tables.

CATASTROPHE = 1000

"""How many times worse than a sweep a formula has to be before it is called no better."""

UNIT = 2**-53


def verdict(swell: Swell) -> str:
    """One sentence about sizes, one about accuracy and one about work, each where there is something to say."""
    if swell.failure is not None:
        return "There is no derivative to measure at this point."
    found = (_sizes(swell), _accuracy(swell), _overflow(swell), _work(swell))
    return " ".join([sentence for sentence in found if sentence])


def _sizes(swell: Swell) -> str:
    known = [row for row in swell.rows if row.forms["light"].size is not None]
    if not known:
        return ""
    # The members of a family grow, the lines of a file come as they come.
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
    """The form that is shorter than the textbook's and the worst of those far less accurate than a sweep."""
    found = [
        (form.error, row, name)
        for row in swell.rows
        for name in ("expanded", "simplified")
        if (form := row.forms.get(name)) is not None and form.error is not None and _is_worse(form, row)
    ]
    if not found:
        return ""
    error, row, adjective = max(found, key=lambda each: each[0])
    sweep = row.sweeps["reverse"].error or 0.0
    return (
        f"A shorter formula is not a better one: {place(swell, row)} the {adjective} form has relative error "
        f"{approximate(error, 1)}, reverse AD {approximate(sweep, 2)}."
    )


def _overflow(swell: Swell) -> str:
    """The first formula that has no value in doubles where a sweep has."""
    for row in swell.rows:
        sweep = row.sweeps.get("reverse")
        if row.forms["light"].outside == "overflow" and sweep is not None and sweep.error is not None:
            known = f"it overflows, reverse AD has relative error {approximate(sweep.error, 2)}"
            return f"A formula can fail where a sweep does not: {place(swell, row)} {known}."
    return ""


def _is_worse(form: DerivativeForm, row: SwellRow) -> bool:
    """Whether a form is shorter than the textbook's, and far less accurate than a sweep."""
    sweep, light = row.sweeps.get("reverse"), row.forms["light"]
    if sweep is None or sweep.error is None or form.error is None or form.size is None or light.size is None:
        return False
    return form.size.tree < light.size.tree and form.error > CATASTROPHE * max(sweep.error, UNIT)


def _work(swell: Swell) -> str:
    """Of a whole gradient: the work of the formulas written out, and of the sweeps."""
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
    """Which row, as the sentence says it."""
    if swell.by_order:
        return f"at order {row.member.number}"
    return f"at n = {row.member.number}" if swell.is_numbered else f"for {row.member.name}"


def counted(number: int) -> str:
    """A count with its thousands marked; the order of magnitude of a long one."""
    if number < 10**15:
        return f"{number:,}"
    digits = integer(number)
    return digits if digits.startswith("about") else f"{digits[0]}.{digits[1:3]}e{len(digits) - 1}"


# Swell as plain data: the JSON document, schema diffcompare/1.

APART = 20_000

"""Nodes of the formulas of a form, each for itself, up to which each is a text that stands for itself; of more the
shared parts are written once, as definitions."""

MAX_WRITTEN = 200_000

"""Nodes of all formulas in a document; of what is beyond it has the sizes, and says so."""

LEFT_OUT = f"all formulas of the document together have more than {MAX_WRITTEN} nodes: ask for this row alone"


class NodeBudget:
    """How many nodes may still be written."""

    def __init__(self) -> None:
        self.left = MAX_WRITTEN

    def takes(self, nodes: int) -> bool:
        """Whether so many nodes may be written; then they are taken off."""
        enough = nodes <= self.left
        self.left -= nodes if enough else 0
        return enough


def data(swell: Swell) -> dict[str, Any]:
    """Everything that was measured; numbers in full precision, null where there is none."""
    ink = NodeBudget()
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "swell",
        "kind": "order" if swell.by_order else "family",
        "of": swell.title,
        "definition": swell.definition,
        "budget": swell.budget,
        "forms": FORMS,
        "rows": [_row(row, ink, by_order=swell.by_order) for row in swell.rows],
        "verdict": swell.verdict,
        "warnings": warnings_data(swell.notes),
    }
    if swell.failure is not None:
        document["error"] = swell.failure.data()
    return document


def _row(row: SwellRow, ink: NodeBudget, *, by_order: bool) -> dict[str, Any]:
    member = row.member
    expression = to_text(member.expression) if ink.takes(row.size.dag) else None
    return {
        "order" if by_order else "n": member.number,
        "name": member.name,
        "expression": expression,
        "expression_left_out": None if expression else LEFT_OUT,
        "size": _size(row.size),
        "operations": row.operations,
        "point": dict(member.point),
        "wrt": list(member.wrt),
        "truth": {
            "status": row.status,
            "values": {name: true.text if true else None for name, true in row.true.items()},
        },
        "polynomial": _polynomial(row.polynomial),
        "forms": {name: _form(form, ink) for name, form in row.forms.items()},
        "sweeps": {name: _sweep(sweep) for name, sweep in row.sweeps.items()},
    }


def _polynomial(form: DerivativeForm | None) -> dict[str, Any] | None:
    """A row of the survey's Table 1: what is differentiated, factored, and its derivative."""
    if form is None:
        return None
    formulas = form.formulas or dict.fromkeys(("factored", "unsimplified", "simplified"))
    texts = {name: None if formula is None else to_text(formula) for name, formula in formulas.items()}
    return {"status": form.status, "note": form.trouble, **texts}


def _form(form: DerivativeForm, ink: NodeBudget) -> dict[str, Any]:
    return {
        "status": form.status if form.outside is None else form.outside,
        "note": form.trouble,
        "size": _size(form.size) if form.size else None,
        "work": form.work,
        "written_out": form.written,
        "values": dict(form.values) if form.values else None,
        "relative_error": form.error,
        **_formulas_data(form, ink),
    }


def _formulas_data(form: DerivativeForm, ink: NodeBudget) -> dict[str, Any]:
    """The formulas as texts that stand for themselves, or in terms of definitions, or why they are not written."""
    if form.formulas is None:
        return {"formulas": None, "definitions": None, "formulas_left_out": None}
    roots = list(form.formulas.values())
    nodes = len(wengert_list(*roots))
    if not ink.takes(nodes):
        return {"formulas": None, "definitions": None, "formulas_left_out": LEFT_OUT}
    if len(roots) == 1 or nodes <= APART >= sum(map(dag_size, roots)):
        texts, definitions = list(map(to_text, roots)), None
    else:
        definitions, texts = shared_texts(roots)
    return {
        "formulas": dict(zip(form.formulas, texts, strict=True)),
        "definitions": definitions,
        "formulas_left_out": None,
    }


def _sweep(sweep: SweepWork) -> dict[str, Any]:
    values = dict(sweep.values) if sweep.values else None
    return {"status": sweep.status, "work": sweep.work, "values": values, "relative_error": sweep.error}


def _size(size: Size) -> dict[str, int]:
    return {"tree": size.tree, "dag": size.dag}


MAX_ROWS = 24

"""Rows of a table; of more, the first and the last are shown, and machines get all."""

LONG, FEW_ROWS = 10**18, 8

"""From this size on its digits fill the screen: fewer rows are shown."""

SHORT = 160

"""Nodes of a formula, written out, that people are shown."""

MAX_FORMULAS = 6

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

    def table(of: Callable[[Swell, Sequence[SwellRow]], Table]) -> Table:
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


def _most(rows: Sequence[SwellRow]) -> int:
    """Rows of a table that people are shown: fewer where they are long."""
    trees = [form.size.tree for row in rows for form in row.forms.values() if form.size is not None]
    return MAX_ROWS if max(trees, default=0) < LONG else FEW_ROWS


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
    """The point of the last row, of which the others have a part; its beginning, where it is long."""
    point = swell.rows[-1].member.point
    if not swell.is_numbered and any(row.member.point != point for row in swell.rows):
        return "each at its own point"
    shown = ", ".join(f"{name} = {format_coordinate(x)}" for name, x in list(point.items())[:3])
    return shown if len(point) <= 3 else f"{shown}, ... ({len(point)} variables)"


# --- Formulas ---------------------------------------------------------------------------------------------------------


def _formulas(swell: Swell) -> list[Block]:
    """f, its derivative by textbook rules, and what sympy makes of that, while they are short."""
    rows: list[Equation] = []
    for row in swell.rows[int(swell.by_order) :][:MAX_FORMULAS]:
        light = row.forms["light"]
        if light.size is None or light.size.tree > SHORT * len(row.member.wrt):
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
    """The formula written out, even where it swells: that is what is to be seen."""
    return Code(infix(formula, {})) if swells(formula, wengert_list(formula)) else formula
