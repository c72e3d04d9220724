"""Measure formulas: their size, their values in doubles, and the error of these against the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple, TypeAlias

from diffcompare.backends.automatic import FORWARD_MODE, REVERSE_MODE
from diffcompare.backends.hand_coded import textbook
from diffcompare.backends.problem import Problem, Size
from diffcompare.backends.registry import ONE_AT_A_TIME
from diffcompare.diagnostics import Diagnostic
from diffcompare.language.differentiation_rules import LIGHT, RAW, RuleStyle
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, operation_count, tree_sum, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, values_at
from diffcompare.numeric.sweeps import forward_work, reverse_work
from diffcompare.studies.failure import point_failure
from diffcompare.studies.swell.families import Member
from diffcompare.studies.swell.results import SWEEPS, DerivativeForm, SweepWork, SwellRow
from diffcompare.truth.establish import Truth, establish
from diffcompare.truth.rounding import TrueNumber

RULE_STYLES: Mapping[str, RuleStyle] = {"raw": RAW, "light": LIGHT}  # the two forms by the rules of a textbook

NOT_ASKED = DerivativeForm("not asked", "not-asked")


class TimeBudget:
    """Seconds that one method may spend on all rows together; None for no limit."""

    def __init__(self, seconds: float | None) -> None:
        self.whole = seconds
        self.left = seconds

    @property
    def is_empty(self) -> bool:
        """True if all time has been spent."""
        return self.left is not None and self.left <= 0

    def charge(self, since: float) -> None:
        """Subtract the time since a reading of `monotonic`."""
        self.spend(monotonic() - since)

    def spend(self, seconds: float) -> None:
        """Subtract seconds."""
        if self.left is not None:
            self.left -= seconds

    @property
    def timed_out(self) -> DerivativeForm:
        """The form to be reported when all time has been spent."""
        return DerivativeForm(f"timed out after {self.whole:g} s", "timed-out")


class PartialRow(NamedTuple):
    """A row before its formulas are evaluated: the member, its formulas and the truth."""

    member: Member
    forms: Mapping[str, DerivativeForm]
    to_sweep: Problem | None
    """The problem for automatic differentiation; None where it has become too large."""
    status: str
    """The status of the truth."""
    true: Mapping[str, TrueNumber | None]


# Derivatives by variable and node, kept because each member of a family is a part of the next.
KnownDerivatives: TypeAlias = "dict[str, dict[Expression, Expression]]"


def by_rules(
    expression: Expression, wrt: Sequence[str], name: str, budget: TimeBudget, known: KnownDerivatives | None = None
) -> DerivativeForm:
    """Return the derivative by the rules of a textbook, in the style `name` (raw or light), or why there is none.

    The rules run along the Wengert list once for every variable and write expressions.  A forward sweep would multiply
    partials and skip constant arguments; the rules write what a textbook has, (u v)' = u' v + u v', with all its zeros.
    """
    if budget.is_empty:
        return NOT_ASKED
    since = monotonic()
    try:
        formulas = textbook(expression, wrt, budget.left, RULE_STYLES[name], known)
    except TimeoutError:
        return budget.timed_out
    except NotDifferentiable as refusal:
        operation = refusal.node.operation
        return DerivativeForm(f"no rule for {operation.name if operation else 'this'}", "not-supported")
    finally:
        budget.charge(since)
    return sized(formulas)  # counting costs no budget: sizes must not depend on the clock


def sized(formulas: Mapping[str, Expression], size: Size | None = None) -> DerivativeForm:
    """Return formulas with their size (unless it is given) and the number of operations to evaluate them."""
    roots = tuple(formulas.values())
    nodes = wengert_list(*roots)
    size = size or Size(tree_sum(nodes, roots, lambda node: 1), len(nodes))
    # Constant subexpressions cost nothing, as in all operation counts.
    work, written = sum(map(_is_work, nodes)), tree_sum(nodes, roots, _is_work)
    return DerivativeForm(formulas=formulas, size=size, work=work, written=written)


def _is_work(node: Expression) -> bool:
    return node.operation is not None and node.varies


def completed(
    partial: PartialRow,
    more: Mapping[str, DerivativeForm],
    budget: TimeBudget,
    polynomial: DerivativeForm | None = None,
) -> SwellRow:
    """Return the finished row: the error of every form, and the sweeps of automatic differentiation."""
    member, true = partial.member, partial.true
    forms = {name: _evaluated(form, member.point, true) for name, form in {**partial.forms, **more}.items()}
    sweeps = {name: SweepWork("too-large") for name in SWEEPS}
    if partial.to_sweep is not None:
        sweeps = _swept(partial.to_sweep, true, budget)
    nodes = wengert_list(member.expression)
    size = Size(tree_sum(nodes, nodes[-1:], lambda node: 1), len(nodes))
    return SwellRow(member, size, operation_count(nodes), forms, sweeps, partial.status, true, polynomial)


def _evaluated(
    form: DerivativeForm, point: Mapping[str, float], true: Mapping[str, TrueNumber | None]
) -> DerivativeForm:
    """Return the form with the values of its formulas at the point and their largest relative error."""
    if form.formulas is None:
        return form
    computed = values_at(wengert_list(*form.formulas.values()), point)
    values, outside = {}, None
    for name, formula in form.formulas.items():
        value = computed[formula]
        values[name] = float(value) if is_number(value) else None
        if type(value) is Undefined:
            outside = "undefined"
        elif values[name] is None:
            outside = outside or "overflow"
    return form._replace(values=values, outside=outside, error=None if outside else _worst(values, true))


def _worst(values: Mapping[str, float | None], true: Mapping[str, TrueNumber | None]) -> float | None:
    """Return the largest relative error; None where no nonzero truth is known."""
    errors = []
    for name, value in values.items():
        known = true.get(name)
        if value is not None and known is not None and math.isfinite(known.nearest):
            errors.append(known.errors(value)[1])
    return max([error for error in errors if error is not None], default=None)


def _swept(problem: Problem, true: Mapping[str, TrueNumber | None], budget: TimeBudget) -> dict[str, SweepWork]:
    """Run both modes of automatic differentiation; without time left, only count the operations."""
    nodes = wengert_list(problem.expression)
    active = active_nodes(nodes, problem.wrt)
    work = {"forward": len(problem.wrt) * forward_work(nodes, active), "reverse": reverse_work(nodes, active)}
    sweeps = {}
    for name, backend in zip(SWEEPS, (FORWARD_MODE, REVERSE_MODE), strict=True):
        sweeps[name] = SweepWork(NOT_ASKED.status, work[name])
        if not budget.is_empty:
            since = monotonic()
            with ONE_AT_A_TIME:
                answer = backend.differentiate(problem)
            budget.charge(since)
            error = _worst(answer.gradient, true) if answer.status == "ok" else None
            sweeps[name] = SweepWork(answer.status, work[name], answer.gradient, error)
    return sweeps


def truth_of(problem: Problem, budget: TimeBudget) -> Truth:
    """Return the truth about a problem, if there is time left for it."""
    if budget.is_empty:
        return Truth("timed-out", gradient=dict.fromkeys(problem.wrt))
    since = monotonic()
    with ONE_AT_A_TIME:
        truth = establish(problem._replace(budget=budget.left))
    budget.charge(since)
    return truth


def failure_of(problem: Problem, truth: Truth) -> Diagnostic | None:
    """Return what is wrong with the point, in the words of `grad`; None where there is a derivative."""
    nodes = wengert_list(problem.expression)
    failure = point_failure(nodes, problem, values_at(nodes, problem.point)[nodes[-1]], truth)
    if failure is not None and failure.kind == "nondifferentiable":
        return failure._replace(help="choose another point; sizes and work are the same everywhere")
    return failure
