"""Families: every member's derivative in every form, beside the member itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.problem import Problem
from diffcompare.studies.inputs import checked_positive
from diffcompare.studies.swell.measure import TIDYINGS, Draft, Known, Purse, by_rules, completed, failure_of, truth_of
from diffcompare.studies.swell.members import DEFAULT, FAMILIES, Member, of_family, of_file
from diffcompare.studies.swell.polynomials import table_rows
from diffcompare.studies.swell.record import Row, Swell
from diffcompare.studies.swell.sympy_forms import prepare, sympy_forms


def swell_family(
    family: str,
    which: range | None = None,
    *,
    at: Mapping[str, float] | None = None,
    wrt: Sequence[str] = (),
    budget: float | None = 5.0,
) -> Swell:
    """Members of a family (its name, or a .txt or .toml file) by number: f and f', in every form.

    `budget` is in seconds for each method, all members together (for sympy twice: see `sympy_forms`).
    Raises DiffcompareError for a family, a range, a point or a variable that is none.
    """
    budget = checked_positive("budget", budget)
    title, definition, members = _members(family, which, at, wrt)
    prepare()  # sympy is imported in its own process while the rules are applied
    rows, failures = _measured(members, budget)
    if len(failures) == len(rows):
        return Swell(family, title, definition, rows, budget, failure=failures[0])
    warnings = tuple(failure._replace(severity="warning") for failure in failures)
    return Swell(family, title, definition, rows, budget, warnings)


def _members(
    family: str, which: range | None, at: Mapping[str, float] | None, wrt: Sequence[str]
) -> tuple[str, str, tuple[Member, ...]]:
    """What the family is called, how it is defined, and the members asked for."""
    known = FAMILIES.get(family)
    if known is not None:
        return known.title, known.definition, of_family(known, which or DEFAULT, at, wrt)
    if not family.lower().endswith((".txt", ".toml")):
        raise _unknown(family)
    members = of_file(family, which, at, wrt)
    return family, f"{len(members)} expression{'s' * (len(members) != 1)}", members


def _measured(members: Sequence[Member], budget: float | None) -> tuple[tuple[Row, ...], list[Diagnostic]]:
    """The rows, and what is wrong with the points of some."""
    rules, truths, sweeps = {name: Purse(budget) for name in TIDYINGS}, Purse(budget), Purse(budget)
    known: dict[str, Known] = {name: {} for name in TIDYINGS}
    drafts, failures = [], []
    for member in members:
        problem = Problem(member.expression, member.point, member.wrt, budget=budget)
        forms = {name: by_rules(member.expression, member.wrt, name, rules[name], known[name]) for name in TIDYINGS}
        truth = truth_of(problem, truths)
        failure = failure_of(problem, truth)
        if failure is not None:
            failures.append(failure._replace(message=f"{member.name}: {failure.message}"))
        drafts.append(Draft(member, forms, problem, truth.status, truth.gradient))
    asked = [(draft.to_sweep, 1) for draft in drafts if draft.to_sweep]
    polynomials, more = table_rows(asked, budget), sympy_forms(asked, budget)
    rows = zip(drafts, more, polynomials, strict=True)
    return tuple(completed(draft, forms, sweeps, polynomial) for draft, forms, polynomial in rows), failures


def _unknown(family: str) -> DiffcompareError:
    from difflib import get_close_matches

    close = get_close_matches(family.lower(), FAMILIES, 1, 0.5)
    cure = f"did you mean `{close[0]}`?" if close else f"choose {', '.join(FAMILIES)}, or a .txt or .toml file"
    return DiffcompareError(Diagnostic("E563", "bad_value", f"there is no family `{family}`", help=cure))
