"""Swell as plain data: the JSON document, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.printer import shared_texts, to_text
from diffcompare.studies.swell.record import FORMS
from diffcompare.studies.telling import SCHEMA, warnings_data
from diffcompare.wengert import dag_size, listing

if TYPE_CHECKING:
    from diffcompare.problem import Size
    from diffcompare.studies.swell.record import Form, Row, Sweep, Swell

APART = 20_000
"""Nodes of the formulas of a form, each for itself, up to which each is a text that stands for itself; of more the
shared parts are written once, as definitions."""

MOST_WRITTEN = 200_000
"""Nodes of all formulas in a document; of what is beyond it has the sizes, and says so."""

LEFT_OUT = f"all formulas of the document together have more than {MOST_WRITTEN} nodes: ask for this row alone"


class Ink:
    """How many nodes may still be written."""

    def __init__(self) -> None:
        self.left = MOST_WRITTEN

    def takes(self, nodes: int) -> bool:
        """Whether so many nodes may be written; then they are taken off."""
        enough = nodes <= self.left
        self.left -= nodes if enough else 0
        return enough


def data(swell: Swell) -> dict[str, Any]:
    """Everything that was measured; numbers in full precision, null where there is none."""
    ink = Ink()
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


def _row(row: Row, ink: Ink, *, by_order: bool) -> dict[str, Any]:
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


def _polynomial(form: Form | None) -> dict[str, Any] | None:
    """A row of the survey's Table 1: what is differentiated, factored, and its derivative."""
    if form is None:
        return None
    formulas = form.formulas or dict.fromkeys(("factored", "unsimplified", "simplified"))
    texts = {name: None if formula is None else to_text(formula) for name, formula in formulas.items()}
    return {"status": form.status, "note": form.trouble, **texts}


def _form(form: Form, ink: Ink) -> dict[str, Any]:
    return {
        "status": form.status if form.outside is None else form.outside,
        "note": form.trouble,
        "size": _size(form.size) if form.size else None,
        "work": form.work,
        "written_out": form.written,
        "values": dict(form.values) if form.values else None,
        "relative_error": form.error,
        **_formulas(form, ink),
    }


def _formulas(form: Form, ink: Ink) -> dict[str, Any]:
    """The formulas as texts that stand for themselves, or in terms of definitions, or why they are not written."""
    if form.formulas is None:
        return {"formulas": None, "definitions": None, "formulas_left_out": None}
    roots = list(form.formulas.values())
    nodes = len(listing(*roots))
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


def _sweep(sweep: Sweep) -> dict[str, Any]:
    values = dict(sweep.values) if sweep.values else None
    return {"status": sweep.status, "work": sweep.work, "values": values, "relative_error": sweep.error}


def _size(size: Size) -> dict[str, int]:
    return {"tree": size.tree, "dag": size.dag}
