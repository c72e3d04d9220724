"""Swell as plain data: the JSON document, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.printer import to_text
from diffcompare.studies.swell.record import FORMS
from diffcompare.studies.telling import SCHEMA, warnings_data

if TYPE_CHECKING:
    from diffcompare.problem import Size
    from diffcompare.studies.swell.record import Form, Row, Sweep, Swell

LARGEST_FORMULA = 300
"""Distinct nodes of a formula that is written down; of a larger one there are sizes only."""


def data(swell: Swell) -> dict[str, Any]:
    """Everything that was measured; numbers in full precision, null where there is none."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "swell",
        "kind": "order" if swell.by_order else "family",
        "of": swell.title,
        "definition": swell.definition,
        "budget": swell.budget,
        "forms": FORMS,
        "rows": [_row(row, by_order=swell.by_order) for row in swell.rows],
        "verdict": swell.verdict,
        "warnings": warnings_data(swell.notes),
    }
    if swell.failure is not None:
        document["error"] = swell.failure.data()
    return document


def _row(row: Row, *, by_order: bool) -> dict[str, Any]:
    member = row.member
    return {
        "order" if by_order else "n": member.number,
        "name": member.name,
        "expression": _text(member.expression, row.size.dag),
        "size": _size(row.size),
        "operations": row.operations,
        "point": dict(member.point),
        "wrt": list(member.wrt),
        "truth": {
            "status": row.status,
            "values": {name: true.text if true else None for name, true in row.true.items()},
        },
        "polynomial": _polynomial(row.polynomial),
        "forms": {name: _form(form) for name, form in row.forms.items()},
        "sweeps": {name: _sweep(sweep) for name, sweep in row.sweeps.items()},
    }


def _polynomial(form: Form | None) -> dict[str, Any] | None:
    """A row of the survey's Table 1: what is differentiated, factored, and its derivative."""
    if form is None:
        return None
    formulas = form.formulas or dict.fromkeys(("factored", "unsimplified", "simplified"))
    texts = {name: None if formula is None else to_text(formula) for name, formula in formulas.items()}
    return {"status": form.status, "note": form.trouble, **texts}


def _form(form: Form) -> dict[str, Any]:
    return {
        "status": form.status if form.outside is None else form.outside,
        "note": form.trouble,
        "size": _size(form.size) if form.size else None,
        "work": form.work,
        "written_out": form.written,
        "values": dict(form.values) if form.values else None,
        "relative_error": form.error,
        "formulas": _formulas(form),
    }


def _formulas(form: Form) -> dict[str, str | None] | None:
    """The formulas as text, unless they are so large that nobody reads them."""
    if form.formulas is None or form.size is None:
        return None
    return {name: _text(formula, form.size.dag) for name, formula in form.formulas.items()}


def _text(formula: Any, nodes: int) -> str | None:
    return to_text(formula) if nodes <= LARGEST_FORMULA else None


def _sweep(sweep: Sweep) -> dict[str, Any]:
    values = dict(sweep.values) if sweep.values else None
    return {"status": sweep.status, "work": sweep.work, "values": values, "relative_error": sweep.error}


def _size(size: Size) -> dict[str, int]:
    return {"tree": size.tree, "dag": size.dag}
