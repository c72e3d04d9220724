"""Higher derivatives: the derivative of the derivative, in every form, order by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.evaluation import Reading
from diffcompare.expression import Expression, Number, Variable
from diffcompare.problem import Problem
from diffcompare.studies.inputs import checked_positive, pose
from diffcompare.studies.swell.measure import (
    NOT_ASKED,
    TIDYINGS,
    Draft,
    Purse,
    by_rules,
    completed,
    failure_of,
    sized,
    truth_of,
)
from diffcompare.studies.swell.members import Member
from diffcompare.studies.swell.polynomials import table_rows
from diffcompare.studies.swell.record import Form, Swell
from diffcompare.studies.swell.sympy_forms import prepare, sympy_forms
from diffcompare.sweeps import NotDifferentiable, forward, local_partials
from diffcompare.wengert import active_nodes, dag_size, listing

if TYPE_CHECKING:
    from diffcompare.source import Question

DEFAULT, HIGHEST = 4, 12

MOST_NODES = 20_000
"""Distinct nodes of a formula that is differentiated once more."""

EXPRESSIONS = Reading({}, lambda node, point: node, lambda terms: reduce(add, terms), Number(1))
"""The reading in which a sweep writes formulas: its numbers are expressions."""


def swell_orders(
    question: Question,
    order: int = DEFAULT,
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
    if not 1 <= order <= HIGHEST:
        raise _wrong_order(str(order))
    prepare()  # sympy is imported in its own process while the rules are applied
    point, asked, notes = pose(question, at, wrt)
    name = _one(asked, wrt)
    if len(asked) > 1:
        said = f"higher derivatives are taken by one variable, here by `{name}`"
        notes = (*notes, Diagnostic("W561", "note", said, help=f"--wrt {asked[1]}", severity="note"))
    problem = Problem(question.parsed.expression, point, (name,), budget=budget)
    if dag_size(problem.expression) > MOST_NODES:
        message = f"the expression has more than {MOST_NODES:,} nodes, too many to be differentiated again and again"
        raise DiffcompareError(Diagnostic("E567", "resource_limit", message, help="`diffcompare grad` takes it"))
    drafts, failure = _drafts(problem, order)
    orders = [(problem, draft.member.number) for draft in drafts[1:]]
    polynomials, more = table_rows(orders, budget), sympy_forms(orders, budget)
    sweeps = Purse(budget)
    rows = [completed(drafts[0]._replace(to_sweep=None), {}, sweeps)._replace(sweeps={})]
    rows += [completed(*each[:2], sweeps, each[2]) for each in zip(drafts[1:], more, polynomials, strict=True)]
    return Swell("order", question.text, f"by {name}", tuple(rows), budget, notes, failure)


def _drafts(problem: Problem, highest: int) -> tuple[list[Draft], Diagnostic | None]:
    """f itself and its derivatives up to an order, or to the first that does not exist at the point."""
    (name,) = problem.wrt
    rules, truths = {each: Purse(problem.budget) for each in TIDYINGS}, Purse(problem.budget)
    forms: dict[str, Form] = {each: sized({name: problem.expression}) for each in TIDYINGS}
    truth = truth_of(problem, truths)
    drafts = [Draft(_member(problem, 0), forms, problem, truth.status, {name: truth.value})]
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
        drafts.append(Draft(_member(problem, k), forms, to_sweep, status, true))
        if failure is not None:
            return drafts, failure if k == 1 else failure._replace(message=f"{_primed(k)}: {failure.message}")
        to_sweep = _nested(to_sweep)
    return drafts, None


def _member(problem: Problem, order: int) -> Member:
    return Member(order, _primed(order), problem.expression, problem.point, problem.wrt)


def _primed(order: int) -> str:
    """f, one to three primes, f^(4), f^(5) ..."""
    return "f" + "'" * order if order <= 3 else f"f^({order})"


def _next(below: Form, name: str, form: str, purse: Purse) -> Form:
    """The derivative of a derivative."""
    if below.formulas is None or below.size is None:
        return NOT_ASKED
    if below.size.dag > MOST_NODES:
        return Form(f"stopped at {MOST_NODES} nodes", "too-large")
    return by_rules(below.formulas[name], (name,), form, purse)


def _nested(problem: Problem | None) -> Problem | None:
    """The problem of the next order: a forward sweep, read over expressions, has written the list to sweep along."""
    if problem is None:
        return None
    nodes = listing(problem.expression)
    try:
        edges = local_partials(nodes, {node: node for node in nodes}, active_nodes(nodes, problem.wrt))
    except NotDifferentiable:
        return None
    tangent: Expression = forward(edges, Variable(problem.wrt[0]), EXPRESSIONS).get(nodes[-1], Number(0))
    return problem._replace(expression=tangent) if dag_size(tangent) <= MOST_NODES else None


def order_of(text: str | None) -> int:
    """The order that `--order` asks for.  Raises DiffcompareError (E564)."""
    if text is None:
        return DEFAULT
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= HIGHEST:
        return int(text)
    raise _wrong_order(text)


def _wrong_order(text: str) -> DiffcompareError:
    message = f"`--order` is a number from 1 to {HIGHEST}, not `{text}`"
    return DiffcompareError(Diagnostic("E564", "bad_value", message, help=f"for example `--order {DEFAULT}`"))


def _one(asked: Sequence[str], wrt: Sequence[str]) -> str:
    """The variable to differentiate by."""
    if len(wrt) > 1:
        message = "higher derivatives are taken by one variable"
        raise DiffcompareError(Diagnostic("E565", "bad_value", message, help=f"keep one: --wrt {asked[0]}"))
    if not asked:
        message = "the expression has no variable to differentiate by"
        raise DiffcompareError(Diagnostic("E565", "bad_value", message, help='for example diffcompare swell "x^3"'))
    return asked[0]
