"""Measuring: how large formulas are, what they say in doubles, and how far that is from the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from diffcompare.backends import forward, reverse
from diffcompare.backends.hand_coded import textbook
from diffcompare.backends.problem import Problem, Size
from diffcompare.backends.registry import ONE_AT_A_TIME
from diffcompare.diagnostics import Diagnostic
from diffcompare.language.differentiation_rules import LIGHT, RAW, RuleStyle
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, operation_count, tree_sum, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, values_at
from diffcompare.numeric.operation_counts import forward_work, reverse_work
from diffcompare.studies.failure import point_failure
from diffcompare.studies.swell.families import Member
from diffcompare.studies.swell.results import SWEEPS, DerivativeForm, SweepWork, SwellRow

if TYPE_CHECKING:
    from diffcompare.truth.establish import Truth
    from diffcompare.truth.rounding import TrueNumber

TIDYINGS: Mapping[str, RuleStyle] = {"raw": RAW, "light": LIGHT}
"""The two forms that come from the rules of a textbook."""

NOT_ASKED = DerivativeForm("not asked", "not-asked")


class TimeBudget:
    """Seconds to be spent by one method on all rows together; None: as many as it likes."""

    def __init__(self, seconds: float | None) -> None:
        self.whole = seconds
        self.left = seconds

    @property
    def is_empty(self) -> bool:
        """Whether all has been spent."""
        return self.left is not None and self.left <= 0

    def charge(self, since: float) -> None:
        """Pay for the time since then."""
        self.spend(monotonic() - since)

    def spend(self, seconds: float) -> None:
        """Pay for so much time."""
        if self.left is not None:
            self.left -= seconds

    @property
    def timed_out(self) -> DerivativeForm:
        """What is said where all has been spent."""
        return DerivativeForm(f"timed out after {self.whole:g} s", "timed-out")


class PartialRow(NamedTuple):
    """A row before its formulas are judged: what is known of the member, its formulas and the truth."""

    member: Member
    forms: Mapping[str, DerivativeForm]
    to_sweep: Problem | None
    """What the sweeps of automatic differentiation go along; None where that has become too large."""
    status: str
    true: Mapping[str, TrueNumber | None]


Known: TypeAlias = "dict[str, dict[Expression, Expression]]"
"""Derivatives by variable and node: a member of a family is a part of the next one."""


def by_rules(
    expression: Expression, wrt: Sequence[str], name: str, purse: TimeBudget, known: Known | None = None
) -> DerivativeForm:
    """The derivative by the rules of a textbook, raw or light, or why there is none.

    The rules go along the Wengert list once for every variable and write expressions, as a forward sweep over the
    table would; but a sweep multiplies partials (du*v and dv*u, one after the other, nothing for an argument that
    does not vary), where the rules write what a textbook has: (u v)' = u' v + u v', and all the zeros of it.
    """
    if purse.is_empty:
        return NOT_ASKED
    since = monotonic()
    try:
        formulas = textbook(expression, wrt, purse.left, TIDYINGS[name], known)
    except TimeoutError:
        return purse.timed_out
    except NotDifferentiable as refusal:
        operation = refusal.node.operation
        return DerivativeForm(f"no rule for {operation.name if operation else 'this'}", "not-supported")
    finally:
        purse.charge(since)
    return sized(formulas)  # counting is not charged: sizes must not depend on the clock


def sized(formulas: Mapping[str, Expression], size: Size | None = None) -> DerivativeForm:
    """Formulas with their size (unless it is known already) and their work."""
    roots = tuple(formulas.values())
    nodes = wengert_list(*roots)
    size = size or Size(tree_sum(nodes, roots, lambda node: 1), len(nodes))
    # Of an operation without a variable nobody counts the work, as everywhere.
    work, written = sum(map(_is_work, nodes)), tree_sum(nodes, roots, _is_work)
    return DerivativeForm(formulas=formulas, size=size, work=work, written=written)


def _is_work(node: Expression) -> bool:
    return node.operation is not None and node.varies


def completed(
    draft: PartialRow, more: Mapping[str, DerivativeForm], purse: TimeBudget, polynomial: DerivativeForm | None = None
) -> SwellRow:
    """The row: every form judged by the truth, and the sweeps beside them."""
    member, true = draft.member, draft.true
    forms = {name: _judged(form, member.point, true) for name, form in {**draft.forms, **more}.items()}
    sweeps = {name: SweepWork("too-large") for name in SWEEPS}
    if draft.to_sweep is not None:
        sweeps = _swept(draft.to_sweep, true, purse)
    nodes = wengert_list(member.expression)
    size = Size(tree_sum(nodes, nodes[-1:], lambda node: 1), len(nodes))
    return SwellRow(member, size, operation_count(nodes), forms, sweeps, draft.status, true, polynomial)


def _judged(form: DerivativeForm, point: Mapping[str, float], true: Mapping[str, TrueNumber | None]) -> DerivativeForm:
    """The form with the values of its formulas at the point and their largest relative error."""
    if form.formulas is None:
        return form
    found = values_at(wengert_list(*form.formulas.values()), point)
    values, outside = {}, None
    for name, formula in form.formulas.items():
        value = found[formula]
        values[name] = float(value) if is_number(value) else None
        if type(value) is Undefined:
            outside = "undefined"
        elif values[name] is None:
            outside = outside or "overflow"
    return form._replace(values=values, outside=outside, error=None if outside else _worst(values, true))


def _worst(values: Mapping[str, float | None], true: Mapping[str, TrueNumber | None]) -> float | None:
    """The largest relative error; None where no truth is known but 0."""
    errors = []
    for name, value in values.items():
        known = true.get(name)
        if value is not None and known is not None and math.isfinite(known.nearest):
            errors.append(known.errors(value)[1])
    return max([error for error in errors if error is not None], default=None)


def _swept(problem: Problem, true: Mapping[str, TrueNumber | None], purse: TimeBudget) -> dict[str, SweepWork]:
    """Both modes of automatic differentiation on a problem; without time for it, the work that it would be."""
    nodes = wengert_list(problem.expression)
    active = active_nodes(nodes, problem.wrt)
    work = {"forward": len(problem.wrt) * forward_work(nodes, active), "reverse": reverse_work(nodes, active)}
    found = {}
    for name, backend in zip(SWEEPS, (forward, reverse), strict=True):
        found[name] = SweepWork(NOT_ASKED.status, work[name])
        if not purse.is_empty:
            since = monotonic()
            with ONE_AT_A_TIME:
                answer = backend.differentiate(problem)
            purse.charge(since)
            error = _worst(answer.gradient, true) if answer.status == "ok" else None
            found[name] = SweepWork(answer.status, work[name], answer.gradient, error)
    return found


def truth_of(problem: Problem, purse: TimeBudget) -> Truth:
    """The truth about a problem, as long as there is time for it."""
    from diffcompare.truth.establish import Truth, establish

    if purse.is_empty:
        return Truth("timed-out", gradient=dict.fromkeys(problem.wrt))
    since = monotonic()
    with ONE_AT_A_TIME:
        found = establish(problem._replace(budget=purse.left))
    purse.charge(since)
    return found


def failure_of(problem: Problem, truth: Truth) -> Diagnostic | None:
    """What is wrong with the point, as `grad` says it; None where there is a derivative."""
    nodes = wengert_list(problem.expression)
    found = point_failure(nodes, problem, values_at(nodes, problem.point)[nodes[-1]], truth)
    if found is not None and found.kind == "nondifferentiable":
        return found._replace(help="choose another point; sizes and work are the same everywhere")
    return found
