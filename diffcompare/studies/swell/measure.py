"""The measurements of a swell study: size, value and error of derivatives as formulas, by the rules and by sympy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import NamedTuple, TypeAlias

from diffcompare.backends import ONE_AT_A_TIME
from diffcompare.backends.automatic import FORWARD_MODE, REVERSE_MODE
from diffcompare.backends.hand_coded import textbook
from diffcompare.backends.problem import Problem, Size
from diffcompare.backends.symbolic import client
from diffcompare.backends.symbolic.client import prepare
from diffcompare.diagnostics import Diagnostic
from diffcompare.language.differentiation_rules import LIGHT, RAW, RuleStyle
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import (
    NotDifferentiable,
    exact_integer,
    is_integer_power,
    is_linear,
    is_product,
    is_quotient,
)
from diffcompare.language.wengert import active_nodes, operation_count, tree_sum, variables, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, values_at
from diffcompare.numeric.sweeps import forward_work, reverse_work
from diffcompare.studies.accuracy import truth_about
from diffcompare.studies.failure import point_failure
from diffcompare.studies.swell.families import Member
from diffcompare.truth.establish import Truth
from diffcompare.truth.rounding import TrueNumber

OWN = ("raw", "light")
SYMPY = ("sympy", "cse", "expanded", "simplified")
# The forms of a derivative, with their titles.
FORMS = {
    "raw": "textbook rules, raw",
    "light": "textbook rules, light",
    "sympy": "sympy",
    "cse": "sympy, after CSE",
    "expanded": "sympy, expanded",
    "simplified": "sympy, simplified",
}

SWEEPS = {"forward": "forward AD", "reverse": "reverse AD"}


class DerivativeForm(NamedTuple):
    """A derivative as formulas, one for every variable, or the reason why there are none."""

    trouble: str | None = None  # the reason why there are no formulas, in words: `timed out after 5 s`, `not asked`
    status: str = "ok"  # the status of the method, or `not-asked` or `too-large`
    formulas: Mapping[str, Expression] | None = None
    size: Size | None = None
    work: int | None = None  # operations to evaluate the formulas, shared subexpressions once
    # Operations of the formulas written out, with every subexpression as often as it appears.
    written: int | None = None
    values: Mapping[str, float | None] | None = None  # the values of the formulas at the point, in doubles
    error: float | None = None  # the largest relative error of the values
    outside: str | None = None  # the reason why a value is missing: `undefined`, or `overflow` for inf and nan


class SweepWork(NamedTuple):
    """One mode of automatic differentiation: its operations, its gradient and the largest relative error."""

    status: str
    work: int | None = None
    values: Mapping[str, float | None] | None = None
    error: float | None = None


class SwellRow(NamedTuple):
    """One member, or one order of the derivative of an expression."""

    member: Member
    size: Size  # the size of f, which is the same in all orders
    operations: int  # the operations to evaluate f
    forms: Mapping[str, DerivativeForm]
    sweeps: Mapping[str, SweepWork]
    status: str  # the status of the truth
    true: Mapping[str, TrueNumber | None]
    # The polynomial `factored`, and its derivative `unsimplified` and `simplified`, as in Table 1 of Baydin et al.
    # 2018; None for a function that is not a polynomial of small degree in one variable.
    polynomial: DerivativeForm | None = None


# --- Forms by the rules of a textbook, and their errors ---------------------------------------------------------------

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
    to_sweep: Problem | None  # the problem for automatic differentiation; None where it has become too large
    status: str  # the status of the truth
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
    by_sympy: Mapping[str, DerivativeForm],
    budget: TimeBudget,
    polynomial: DerivativeForm | None = None,
) -> SwellRow:
    """Return the finished row: the error of every form, and the sweeps of automatic differentiation."""
    member, true = partial.member, partial.true
    forms = {name: _evaluated(form, member.point, true) for name, form in {**partial.forms, **by_sympy}.items()}
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
    truth = truth_about(problem._replace(budget=budget.left))
    budget.charge(since)
    return truth


def failure_of(problem: Problem, truth: Truth) -> Diagnostic | None:
    """Return what is wrong with the point, in the words of `grad`; None where there is a derivative."""
    nodes = wengert_list(problem.expression)
    failure = point_failure(nodes, problem, values_at(nodes, problem.point)[nodes[-1]], truth)
    if failure is not None and failure.kind == "nondifferentiable":
        return failure._replace(help="choose another point; sizes and work are the same everywhere")
    return failure


# --- Polynomials as in Table 1 of the survey: factored, by the product rule, and simplified ---------------------------

MAX_DEGREE = 8  # that of the last row of the survey's table


def table_rows(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[DerivativeForm | None]:
    """Return the row of Table 1 for every problem and order of the derivative; None except for small polynomials.

    The formulas of a row are `factored` (the polynomial itself), and its derivative `unsimplified` and `simplified`.
    """
    remaining = TimeBudget(budget)
    return [_table_row(problem, order, remaining) if _is_small(problem) else None for problem, order in problems]


def _table_row(problem: Problem, order: int, remaining: TimeBudget) -> DerivativeForm:
    if remaining.is_empty:
        return remaining.timed_out
    answer = client.derive(problem._replace(budget=remaining.left), ("raw", "polynomial"), order)
    remaining.spend(answer.seconds)
    if "polynomial" in answer.formulas:
        return sized(answer.formulas["polynomial"])
    status, why = next(iter(answer.troubles.values()), ("failed", "not reached"))
    return DerivativeForm(why, status)


def _is_small(problem: Problem) -> bool:
    nodes = wengert_list(problem.expression)
    if len(problem.wrt) != 1 or set(variables(nodes)) - set(problem.wrt):
        return False
    degree = degree_bound(nodes)
    return degree is not None and degree <= MAX_DEGREE


def degree_bound(nodes: Sequence[Expression]) -> int | None:
    """Return an upper bound of the degree of the last node; None where it is not written as a polynomial."""
    degrees: dict[Expression, int | None] = {}
    for node in nodes:
        degrees[node] = _degree(node, [degrees[argument] for argument in node.arguments])
    return degrees[nodes[-1]]


def _degree(node: Expression, degrees: Sequence[int | None]) -> int | None:
    if node.operation is None:
        return 0 if isinstance(node, Number) else 1 if isinstance(node, Variable) else None
    first, last = degrees[0], degrees[-1]
    if first is None or last is None:
        return None
    if is_linear(node):
        return max(first, last)
    if is_product(node):
        return first + last
    if is_quotient(node):
        return first if last == 0 else None
    exponent = exact_integer(node.arguments[1]) if is_integer_power(node) else None
    return first * exponent if exponent is not None and exponent >= 0 else None


# --- Forms by sympy ---------------------------------------------------------------------------------------------------

# Our forms, and the stages of the sympy worker that produce them.
STAGES = {"sympy": "raw", "cse": "cse", "expanded": "expanded", "simplified": "simplified"}

# The share of the budget, and the forms of each round; the worker derives the others from the first.
ROUNDS = ((0.5, ("sympy", "cse")), (0.5, ("sympy", "expanded")), (1.0, ("sympy", "simplified")))


FINAL_STATUSES = ("timed-out", "out-of-memory")  # a larger member would end in the same way


def sympy_forms(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[dict[str, DerivativeForm]]:
    """Return the forms by sympy for every problem and order of the derivative, or why there are none.

    There are three rounds over all problems: the derivative as it comes and after common-subexpression elimination,
    then expanded, then simplified, which takes longest.  They have half a budget, half a budget and a whole one.  When
    a round runs out of time it ends, because later members are larger; a member without a derivative from the first
    round is left out of the others.
    """
    results = [dict.fromkeys(STAGES, NOT_ASKED) for _ in problems]
    remaining = list(zip(results, problems, strict=True))
    for share, names in ROUNDS:
        _round(remaining, names, TimeBudget(None if budget is None else share * budget))
        remaining = [(forms, problem) for forms, problem in remaining if forms[names[0]].formulas is not None]
    return results


def _round(
    members: Sequence[tuple[dict[str, DerivativeForm], tuple[Problem, int]]],
    names: Sequence[str],
    remaining: TimeBudget,
) -> None:
    """Ask for these forms of one member after the other, and store the results in place."""
    for forms, (problem, order) in members:
        open_names = [name for name in names if forms[name].formulas is None]
        if remaining.is_empty:
            forms.update(dict.fromkeys(open_names, remaining.timed_out))
            return
        prepare()  # start a new worker if the last one was ended
        stages = [STAGES[name] for name in names]
        answer = client.derive(problem._replace(budget=remaining.left, simplify="full"), stages, order)
        remaining.spend(answer.seconds)
        forms.update({name: _form(answer, name, problem, remaining) for name in open_names})
        if any(status in FINAL_STATUSES for status, _ in answer.troubles.values()):
            return


def _form(answer: client.SympyAnswer, name: str, problem: Problem, remaining: TimeBudget) -> DerivativeForm:
    """Return the formulas of one form, or why there are none."""
    stage = STAGES[name]
    if stage in answer.formulas:
        return _complete(answer, stage, problem)
    if any(status == "timed-out" for status, _ in answer.troubles.values()):
        return remaining.timed_out
    status, why = answer.troubles.get(stage, ("failed", "not reached"))
    return DerivativeForm(why, status)


def _complete(answer: client.SympyAnswer, stage: str, problem: Problem) -> DerivativeForm:
    formulas = answer.formulas[stage]
    missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        return DerivativeForm(f"undefined: {answer.undefined[missing[0]]}", "undefined")
    return sized(formulas, answer.sizes[stage])
