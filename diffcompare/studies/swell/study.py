"""Higher derivatives: the derivative of the derivative, in every form, order by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from diffcompare.backends.problem import Problem
from diffcompare.backends.symbolic.client import prepare
from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, dag_size, wengert_list
from diffcompare.numeric.evaluate import NumberSystem
from diffcompare.numeric.sweeps import forward, local_partials
from diffcompare.studies.question import checked_positive, set_up
from diffcompare.studies.swell.families import DEFAULT_MEMBERS, FAMILIES, Member, of_family, of_file
from diffcompare.studies.swell.measure import (
    NOT_ASKED,
    TIDYINGS,
    Known,
    PartialRow,
    TimeBudget,
    by_rules,
    completed,
    failure_of,
    sized,
    truth_of,
)
from diffcompare.studies.swell.results import DerivativeForm, Swell, SwellRow
from diffcompare.studies.swell.sympy_forms import sympy_forms, table_rows

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput


# Families: every member's derivative in every form, beside the member itself.


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
        return known.title, known.definition, of_family(known, which or DEFAULT_MEMBERS, at, wrt)
    if not family.lower().endswith((".txt", ".toml")):
        raise _unknown(family)
    members = of_file(family, which, at, wrt)
    return family, f"{len(members)} expression{'s' * (len(members) != 1)}", members


def _measured(members: Sequence[Member], budget: float | None) -> tuple[tuple[SwellRow, ...], list[Diagnostic]]:
    """The rows, and what is wrong with the points of some."""
    rules, truths, sweeps = {name: TimeBudget(budget) for name in TIDYINGS}, TimeBudget(budget), TimeBudget(budget)
    known: dict[str, Known] = {name: {} for name in TIDYINGS}
    drafts, failures = [], []
    for member in members:
        problem = Problem(member.expression, member.point, member.wrt, budget=budget)
        forms = {name: by_rules(member.expression, member.wrt, name, rules[name], known[name]) for name in TIDYINGS}
        truth = truth_of(problem, truths)
        failure = failure_of(problem, truth)
        if failure is not None:
            failures.append(failure._replace(message=f"{member.name}: {failure.message}"))
        drafts.append(PartialRow(member, forms, problem, truth.status, truth.gradient))
    asked = [(draft.to_sweep, 1) for draft in drafts if draft.to_sweep]
    polynomials, more = table_rows(asked, budget), sympy_forms(asked, budget)
    rows = zip(drafts, more, polynomials, strict=True)
    return tuple(completed(draft, forms, sweeps, polynomial) for draft, forms, polynomial in rows), failures


def _unknown(family: str) -> DiffcompareError:
    close = did_you_mean(family, FAMILIES)
    cure = f"did you mean `{close}`?" if close else f"choose {', '.join(FAMILIES)}, or a .txt or .toml file"
    return DiffcompareError(Diagnostic("E563", "bad_value", f"there is no family `{family}`", help=cure))


DEFAULT_ORDER, MAX_ORDER = 4, 12

MAX_NODES = 20_000

"""Distinct nodes of a formula that is differentiated once more."""

EXPRESSIONS = NumberSystem({}, lambda node, point: node, lambda terms: reduce(add, terms), Number(1))

"""The reading in which a sweep writes formulas: its numbers are expressions."""


def swell_orders(
    question: ParsedInput,
    order: int = DEFAULT_ORDER,
    *,
    at: Mapping[str, float] | None = None,
    wrt: Sequence[str] = (),
    budget: float | None = 5.0,
) -> Swell:
    """An expression and its derivatives up to an order, by one variable (by default the first).

    The truth about an order is that of the sweep, in balls, along the light formula of the order below; the work of
    AD at order k is that of one sweep along the list that k - 1 nested forward sweeps wrote.
    Raises DiffcompareError for an order, a point or a variable that will not do.
    """
    budget = checked_positive("budget", budget)
    if not 1 <= order <= MAX_ORDER:
        raise _wrong_order(str(order))
    prepare()  # sympy is imported in its own process while the rules are applied
    point, asked, notes = set_up(question, at, wrt)
    name = _one(asked, wrt)
    if len(asked) > 1:
        said = f"higher derivatives are taken by one variable, here by `{name}`"
        notes = (*notes, Diagnostic("W561", "note", said, help=f"--wrt {asked[1]}", severity="note"))
    problem = Problem(question.parsed.expression, point, (name,), budget=budget)
    if dag_size(problem.expression) > MAX_NODES:
        message = f"the expression has more than {MAX_NODES:,} nodes, too many to be differentiated again and again"
        raise DiffcompareError(Diagnostic("E567", "resource_limit", message, help="`diffcompare grad` takes it"))
    drafts, failure = _drafts(problem, order)
    orders = [(problem, draft.member.number) for draft in drafts[1:]]
    polynomials, more = table_rows(orders, budget), sympy_forms(orders, budget)
    sweeps = TimeBudget(budget)
    rows = [completed(drafts[0]._replace(to_sweep=None), {}, sweeps)._replace(sweeps={})]
    rows += [completed(*each[:2], sweeps, each[2]) for each in zip(drafts[1:], more, polynomials, strict=True)]
    return Swell("order", question.text, f"by {name}", tuple(rows), budget, notes, failure)


def _drafts(problem: Problem, highest: int) -> tuple[list[PartialRow], Diagnostic | None]:
    """f itself and its derivatives up to an order, or to the first that does not exist at the point."""
    (name,) = problem.wrt
    rules, truths = {each: TimeBudget(problem.budget) for each in TIDYINGS}, TimeBudget(problem.budget)
    forms: dict[str, DerivativeForm] = {each: sized({name: problem.expression}) for each in TIDYINGS}
    truth = truth_of(problem, truths)
    drafts = [PartialRow(_member(problem, 0), forms, problem, truth.status, {name: truth.value})]
    failure = failure_of(problem, truth)
    to_sweep: Problem | None = problem
    for k in range(1, highest + 1):
        formulas = forms["light"].formulas
        if k > 1 and formulas is not None:
            below = problem._replace(expression=formulas[name])
            truth = truth_of(below, truths)
            failure = failure_of(below, truth)
        status, true = (truth.status, truth.gradient) if formulas else ("unresolved", {})
        forms = {each: _next(forms[each], name, each, rules[each]) for each in TIDYINGS}
        drafts.append(PartialRow(_member(problem, k), forms, to_sweep, status, true))
        if failure is not None:
            return drafts, failure if k == 1 else failure._replace(message=f"{_primed(k)}: {failure.message}")
        to_sweep = _nested(to_sweep)
    return drafts, None


def _member(problem: Problem, order: int) -> Member:
    return Member(order, _primed(order), problem.expression, problem.point, problem.wrt)


def _primed(order: int) -> str:
    """f, one to three primes, f^(4), f^(5) ..."""
    return "f" + "'" * order if order <= 3 else f"f^({order})"


def _next(below: DerivativeForm, name: str, form: str, purse: TimeBudget) -> DerivativeForm:
    """The derivative of a derivative."""
    if below.formulas is None or below.size is None:
        return NOT_ASKED
    if below.size.dag > MAX_NODES:
        return DerivativeForm(f"stopped at {MAX_NODES} nodes", "too-large")
    return by_rules(below.formulas[name], (name,), form, purse)


def _nested(problem: Problem | None) -> Problem | None:
    """The problem of the next order: a forward sweep, read over expressions, has written the list to sweep along."""
    if problem is None:
        return None
    nodes = wengert_list(problem.expression)
    try:
        edges = local_partials(nodes, {node: node for node in nodes}, active_nodes(nodes, problem.wrt))
    except NotDifferentiable:
        return None
    tangent: Expression = forward(edges, Variable(problem.wrt[0]), EXPRESSIONS).get(nodes[-1], Number(0))
    return problem._replace(expression=tangent) if dag_size(tangent) <= MAX_NODES else None


def order_of(text: str | None) -> int:
    """The order that `--order` asks for.  Raises DiffcompareError (E564)."""
    if text is None:
        return DEFAULT_ORDER
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_ORDER:
        return int(text)
    raise _wrong_order(text)


def _wrong_order(text: str) -> DiffcompareError:
    message = f"`--order` is a number from 1 to {MAX_ORDER}, not `{text}`"
    return DiffcompareError(Diagnostic("E564", "bad_value", message, help=f"for example `--order {DEFAULT_ORDER}`"))


def _one(asked: Sequence[str], wrt: Sequence[str]) -> str:
    """The variable to differentiate by."""
    if len(wrt) > 1:
        message = "higher derivatives are taken by one variable"
        raise DiffcompareError(Diagnostic("E565", "bad_value", message, help=f"keep one: --wrt {asked[0]}"))
    if not asked:
        message = "the expression has no variable to differentiate by"
        raise DiffcompareError(Diagnostic("E565", "bad_value", message, help='for example diffcompare swell "x^3"'))
    return asked[0]
