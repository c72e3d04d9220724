"""Figures of the panel of swell: sizes of the derivative of l1 to l12 in four forms, and how right two answers are."""

from __future__ import annotations

from typing import Any

from diffcompare.backends import symbolic
from diffcompare.problem import Problem
from diffcompare.studies.demos.polynomial import derivative_of_logistic, error_in_doubles
from diffcompare.studies.demos.swell import MEMBERS, X
from diffcompare.studies.swell.measure import Draft, Known, Purse, by_rules, completed, sized, truth_of
from diffcompare.studies.swell.members import FAMILIES, Member, of_family
from diffcompare.studies.swell.record import Form, Row

SECONDS = 5.0
"""For one derivative by sympy; the largest takes a quarter of a second."""


def bars() -> list[dict[str, Any]]:
    """A row for every member: nodes by form, relative errors at X; None where there is no number.

    `expanded` is None from the member on whose coefficients overflow: those of later ones are larger.
    """
    symbolic.prepare()  # sympy is imported in its own process while the rules are applied
    known: dict[str, Known] = {"raw": {}, "light": {}}
    measured = [_measured(member, known) for member in of_family(FAMILIES["logistic"], MEMBERS, {"x": X})]
    expanded: list[float | None] = []
    for row in measured:
        overflown = bool(expanded) and expanded[-1] is None
        expanded.append(None if overflown else error_in_doubles(derivative_of_logistic(row.member.number), X))
    return [{**_figures(row), "expanded": error} for row, error in zip(measured, expanded, strict=True)]


def _measured(member: Member, known: dict[str, Known]) -> Row:
    problem = Problem(member.expression, member.point, member.wrt, budget=SECONDS)
    forms = {name: by_rules(member.expression, member.wrt, name, Purse(None), known[name]) for name in known}
    truth = truth_of(problem, Purse(None))
    draft = Draft(member, forms, problem, truth.status, truth.gradient)
    return completed(draft, {"cse": _after_elimination(problem)}, Purse(None))


def _after_elimination(problem: Problem) -> Form:
    symbolic.prepare()
    answer = symbolic.derive(problem, ["raw", "cse"], 1)
    return sized(answer.formulas["cse"], answer.sizes["cse"]) if "cse" in answer.formulas else Form("none", "failed")


def _figures(row: Row) -> dict[str, Any]:
    raw, light, cse = (row.forms[name].size for name in ("raw", "light", "cse"))
    assert raw is not None
    assert light is not None
    return {
        "n": row.member.number,
        "raw tree": raw.tree,
        "light tree": light.tree,
        "light dag": light.dag,
        "cse": cse.tree if cse else None,
        "reverse": row.sweeps["reverse"].error,
    }
