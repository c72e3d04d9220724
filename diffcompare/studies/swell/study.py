"""`swell`: the members of a family, or the higher derivatives of one expression, and the record of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from diffcompare.backends.problem import Problem
from diffcompare.backends.symbolic.client import prepare
from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, dag_size, wengert_list
from diffcompare.numeric.second_order import EXPRESSIONS
from diffcompare.numeric.sweeps import forward, local_partials
from diffcompare.studies.question import checked_order, checked_positive, one_variable, set_up
from diffcompare.studies.record import Record, primed
from diffcompare.studies.swell.families import DEFAULT_MEMBERS, FAMILIES, Member, of_family, of_file
from diffcompare.studies.swell.measure import (
    NOT_ASKED,
    RULE_STYLES,
    DerivativeForm,
    KnownDerivatives,
    PartialRow,
    SwellRow,
    TimeBudget,
    by_rules,
    completed,
    failure_of,
    sized,
    sympy_forms,
    table_rows,
    truth_of,
)

# --- The record -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Swell(Record):
    """The growth of derivatives: a row for every member of a family, or for every order of the derivative."""

    report = "diffcompare.studies.swell.report"

    kind: str  # `order`, or the name of the family, or the path of the file
    title: str
    # The definition of the family, the number of expressions of a file, or the variable of differentiation.
    definition: str
    rows: tuple[SwellRow, ...]
    budget: float | None
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None

    @property
    def by_order(self) -> bool:
        """True if the rows are orders of one expression."""
        return self.kind == "order"

    @property
    def is_numbered(self) -> bool:
        """True if the rows are members of a family, which have numbers (the expressions of a file have names)."""
        return self.kind in FAMILIES

    @cached_property
    def verdict(self) -> str:
        """Sentences that say what the tables teach, with their figures."""
        text: str = self.from_report("verdict")
        return text


# --- Families ---------------------------------------------------------------------------------------------------------


def swell_family(
    family: str,
    which: range | None = None,
    *,
    at: Mapping[str, float] | None = None,
    wrt: Sequence[str] = (),
    budget: float | None = 5.0,
) -> Swell:
    """Measure members of a family (its name, or a .txt or .toml file): f and f' in every form.

    `which` are the numbers of the members.  `budget` is in seconds, for each method and all members together; sympy
    has twice as much (see `sympy_forms`).  Raises DiffcompareError for an unknown family or variable, and for an
    invalid range or point.
    """
    budget = checked_positive("budget", budget)
    title, definition, members = _members(family, which, at, wrt)
    prepare()  # sympy is imported in a process of its own, in the meantime
    rows, failures = _measured(members, budget)
    if len(failures) == len(rows):
        return Swell(family, title, definition, rows, budget, failure=failures[0])
    warnings = tuple(failure._replace(severity="warning") for failure in failures)
    return Swell(family, title, definition, rows, budget, warnings)


def _members(
    family: str, which: range | None, at: Mapping[str, float] | None, wrt: Sequence[str]
) -> tuple[str, str, tuple[Member, ...]]:
    """Return the title of a family, its definition, and the members with these numbers."""
    known = FAMILIES.get(family)
    if known is not None:
        return known.title, known.definition, of_family(known, which or DEFAULT_MEMBERS, at, wrt)
    if not family.lower().endswith((".txt", ".toml")):
        raise _unknown(family)
    members = of_file(family, which, at, wrt)
    return family, f"{len(members)} expression{'s' * (len(members) != 1)}", members


def _measured(members: Sequence[Member], budget: float | None) -> tuple[tuple[SwellRow, ...], list[Diagnostic]]:
    """Return the rows, and what is wrong with the points of some members."""
    rules = {name: TimeBudget(budget) for name in RULE_STYLES}
    truths, sweeps = TimeBudget(budget), TimeBudget(budget)
    known: dict[str, KnownDerivatives] = {name: {} for name in RULE_STYLES}
    partial_rows, failures = [], []
    for member in members:
        problem = Problem(member.expression, member.point, member.wrt, budget=budget)
        forms = {name: by_rules(member.expression, member.wrt, name, rules[name], known[name]) for name in RULE_STYLES}
        truth = truth_of(problem, truths)
        failure = failure_of(problem, truth)
        if failure is not None:
            failures.append(failure._replace(message=f"{member.name}: {failure.message}"))
        partial_rows.append(PartialRow(member, forms, problem, truth.status, truth.gradient))
    asked = [(row.to_sweep, 1) for row in partial_rows if row.to_sweep]
    polynomials, by_sympy = table_rows(asked, budget), sympy_forms(asked, budget)
    rows = zip(partial_rows, by_sympy, polynomials, strict=True)
    return tuple(completed(row, forms, sweeps, polynomial) for row, forms, polynomial in rows), failures


def _unknown(family: str) -> DiffcompareError:
    close = did_you_mean(family, FAMILIES)
    help = f"did you mean `{close}`?" if close else f"choose {', '.join(FAMILIES)}, or a .txt or .toml file"
    return DiffcompareError(Diagnostic("E563", "bad_value", f"there is no family `{family}`", help=help))


# --- Higher derivatives -----------------------------------------------------------------------------------------------

MAX_ORDER = 12
MAX_NODES = 20_000  # distinct nodes of a formula that is differentiated once more


def swell_orders(
    question: ParsedInput,
    order: int | None = None,
    *,
    at: Mapping[str, float] | None = None,
    wrt: Sequence[str] = (),
    budget: float | None = 5.0,
) -> Swell:
    """Measure an expression and its derivatives up to an order, in one variable (by default the first).

    The truth at an order is the derivative, in ball arithmetic, of the light formula of the order below.  The work of
    AD at order k is that of one sweep along the list that k - 1 nested forward sweeps have written.
    Raises DiffcompareError for an invalid order, point or variable, and for an expression that is too large.
    """
    budget = checked_positive("budget", budget)
    order = checked_order(order, MAX_ORDER)
    prepare()  # sympy is imported in a process of its own, in the meantime
    question = question.as_expression()
    point, asked, notes = set_up(question, at, wrt)
    name, chosen = one_variable(asked, wrt)
    notes = (*notes, *chosen)
    problem = Problem(question.parsed.expression, point, (name,), budget=budget)
    if dag_size(problem.expression) > MAX_NODES:
        message = f"the expression has more than {MAX_NODES:,} nodes, too many to be differentiated repeatedly"
        raise DiffcompareError(
            Diagnostic("E567", "resource_limit", message, help="`diffcompare grad` differentiates it once")
        )
    (first, *later), failure = _partial_rows(problem, order)
    orders = [(problem, row.member.number) for row in later]
    polynomials, by_sympy = table_rows(orders, budget), sympy_forms(orders, budget)
    sweeps = TimeBudget(budget)
    rows = [completed(first._replace(to_sweep=None), {}, sweeps)._replace(sweeps={})]
    derivatives = zip(later, by_sympy, polynomials, strict=True)
    rows += [completed(row, forms, sweeps, polynomial) for row, forms, polynomial in derivatives]
    return Swell("order", question.text, f"by {name}", tuple(rows), budget, notes, failure)


def _partial_rows(problem: Problem, highest: int) -> tuple[list[PartialRow], Diagnostic | None]:
    """Return f itself and its derivatives up to an order, or to the first that does not exist at the point."""
    (name,) = problem.wrt
    rules, truths = {style: TimeBudget(problem.budget) for style in RULE_STYLES}, TimeBudget(problem.budget)
    forms: dict[str, DerivativeForm] = {style: sized({name: problem.expression}) for style in RULE_STYLES}
    truth = truth_of(problem, truths)
    rows = [PartialRow(_member(problem, 0), forms, problem, truth.status, {name: truth.value})]
    failure = failure_of(problem, truth)
    to_sweep: Problem | None = problem
    for k in range(1, highest + 1):
        formulas = forms["light"].formulas
        if k > 1 and formulas is not None:
            below = problem._replace(expression=formulas[name])
            truth = truth_of(below, truths)
            failure = failure_of(below, truth)
        status, true = (truth.status, truth.gradient) if formulas else ("unresolved", {})
        forms = {style: _next(forms[style], name, style, rules[style]) for style in RULE_STYLES}
        rows.append(PartialRow(_member(problem, k), forms, to_sweep, status, true))
        if failure is not None:
            return rows, failure if k == 1 else failure._replace(message=f"{primed(k)}: {failure.message}")
        to_sweep = _nested(to_sweep)
    return rows, None


def _member(problem: Problem, order: int) -> Member:
    return Member(order, primed(order), problem.expression, problem.point, problem.wrt)


def _next(below: DerivativeForm, name: str, style: str, budget: TimeBudget) -> DerivativeForm:
    """Return the derivative of a derivative, in the same style."""
    if below.formulas is None or below.size is None:
        return NOT_ASKED
    if below.size.dag > MAX_NODES:
        return DerivativeForm(f"stopped at {MAX_NODES} nodes", "too-large")
    return by_rules(below.formulas[name], (name,), style, budget)


def _nested(problem: Problem | None) -> Problem | None:
    """Return the problem of the next order, whose expression a forward sweep over expressions writes."""
    if problem is None:
        return None
    nodes = wengert_list(problem.expression)
    try:
        edges = local_partials(nodes, {node: node for node in nodes}, active_nodes(nodes, problem.wrt))
    except NotDifferentiable:
        return None
    tangent: Expression = forward(edges, Variable(problem.wrt[0]), EXPRESSIONS).get(nodes[-1], Number(0))
    return problem._replace(expression=tangent) if dag_size(tangent) <= MAX_NODES else None
