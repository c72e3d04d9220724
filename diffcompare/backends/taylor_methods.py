"""Taylor coefficients by every method: one series, nested dual numbers, sympy's derivatives, and differences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from diffcompare.backends.finite_differences import EPSILON, describe_steps
from diffcompare.backends.jacobian_methods import MatrixAnswer, formulas_of, values_elsewhere
from diffcompare.backends.problem import (
    Problem,
    RecordedProgram,
    Size,
    Status,
    Work,
    evaluate_formulas,
    lacking_definition,
    measure,
)  # fmt: skip
from diffcompare.backends.symbolic import client
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.counting import counted
from diffcompare.numeric.evaluate import Deadline
from diffcompare.numeric.sweeps import primal_work
from diffcompare.numeric.taylor_mode import difference_weights, nested_derivatives, taylor_coefficients

MAX_COUNTED = 12  # orders up to which the work of one series is counted order by order
GROWTH = 4.0  # times the time of one level of nesting that the next one may take


class TaylorProblem(NamedTuple):
    """The problem of the Taylor coefficients of an expression along one variable, up to an order."""

    expression: Expression
    point: Mapping[str, float]
    name: str
    order: int
    step: float | None = None
    budget: float | None = 5.0
    program: RecordedProgram | None = None  # a Python function, of which the expression is the tape of one run

    @property
    def scalar(self) -> Problem:
        """The problem of the first derivative."""
        return Problem(self.expression, self.point, (self.name,), None, self.step, self.budget, "none")


class OrderCost(NamedTuple):
    """The cost of all coefficients up to one order."""

    operations: int | None = None
    size: Size | None = None
    """Nodes of the formula of the derivative of this order."""


class TaylorAnswer(NamedTuple):
    """The answer of one method, and its cost order by order, from 0."""

    answer: MatrixAnswer
    by_order: tuple[OrderCost, ...] = ()


def _answer(
    method: str, problem: TaylorProblem, coefficients: Sequence[float | None], work: Work | None, status: Status = "ok",
    *, variant: str | None = None, size: Size | None = None, notes: tuple[str, ...] = (), passes: int | None = None,
) -> MatrixAnswer:  # fmt: skip
    """Return an answer with a row for every order; numbers that are missing or not finite make it `undefined`."""
    known = [number if number is not None and math.isfinite(number) else None for number in coefficients]
    known += [None] * (problem.order + 1 - len(known))
    rows = tuple({"coefficient": number} for number in known)
    if status == "ok" and None in known:
        status = "undefined"
    return MatrixAnswer(method, status, rows, passes, work, variant, size, notes)


def taylor_mode(problem: TaylorProblem) -> TaylorAnswer:
    """Propagate one truncated series through the function."""
    why = lacking_definition((problem.expression,))
    if why:
        return TaylorAnswer(_answer("taylor-mode", problem, (), None, "not-supported", notes=(why,)))
    nodes, deadline = wengert_list(problem.expression), Deadline(problem.budget)
    costs: list[OrderCost] = []
    coefficients: list[float] | None = None
    for order in range(problem.order + 1):
        if MAX_COUNTED < order < problem.order:
            costs.append(OrderCost())  # one run has all coefficients: the others are for their cost alone
            continue
        expand = partial(taylor_coefficients, nodes, problem.point, problem.name, order, deadline.check)
        try:
            coefficients, operations = counted(expand)
        except TimeoutError:
            note = f"timed out after {problem.budget:g} s, at order {order}"
            answer = _answer("taylor-mode", problem, coefficients or (), None, "timed-out", notes=(note,))
            return TaylorAnswer(answer, tuple(costs))
        costs.append(OrderCost(operations))
    work = Work(1, costs[-1].operations or 0)
    notes = () if coefficients is not None else ("no series: an operation is outside its domain, or at its edge",)
    return TaylorAnswer(_answer("taylor-mode", problem, coefficients or (), work, notes=notes, passes=1), tuple(costs))


def nested_forward(problem: TaylorProblem) -> TaylorAnswer:
    """Nest forward mode in itself, as deep as the budget allows: every level multiplies the work."""
    why = lacking_definition((problem.expression,))
    if why:
        return TaylorAnswer(_answer("nested-forward", problem, (), None, "not-supported", notes=(why,)))
    method, deadline = "nested-forward", Deadline(problem.budget)
    nodes = wengert_list(problem.expression)
    costs: list[OrderCost] = []
    coefficients: list[float] = []
    for order in range(problem.order + 1):
        before = deadline.remaining
        try:
            found, operations = counted(partial(nested_derivatives, nodes, problem.point, problem.name, order))
        except NotDifferentiable as refusal:
            note = f"no partial is known of {shorten(refusal.node)} by this argument"
            return TaylorAnswer(_answer(method, problem, (), None, "not-supported", notes=(note,)))
        if found is None:
            return TaylorAnswer(_answer(method, problem, (), None, notes=("an operation is outside its domain",)))
        costs.append(OrderCost(operations))
        coefficients = [number / math.factorial(power) for power, number in enumerate(found)]
        left = deadline.remaining
        if left is not None and before is not None and order < problem.order and GROWTH * (before - left) > left:
            note = f"stopped at order {order}: one level more would not fit into {problem.budget:g} s"
            work = Work(1, costs[-1].operations or 0)
            return TaylorAnswer(_answer(method, problem, coefficients, work, "timed-out", notes=(note,)), tuple(costs))
    work = Work(1, costs[-1].operations or 0)
    return TaylorAnswer(_answer(method, problem, coefficients, work, passes=1), tuple(costs))


def symbolic(problem: TaylorProblem) -> TaylorAnswer:
    """Differentiate by sympy again and again, and evaluate every formula."""
    deadline = Deadline(problem.budget)
    (expression,), why = formulas_of((problem.expression,), problem.program)
    if why:
        return TaylorAnswer(_answer("symbolic", problem, (), None, "not-supported", notes=(why,)))
    formulas = {"0": expression}
    costs = [OrderCost(size=measure(formulas)[0])]
    notes: tuple[str, ...] = ()
    status: Status = "ok"
    for order in range(1, problem.order + 1):
        if deadline.has_passed:
            status, notes = "timed-out", (f"timed out after {problem.budget:g} s, at order {order}",)
            break
        asked = problem.scalar._replace(expression=expression, budget=deadline.remaining)
        known = client.derive(asked, ("raw",), order)
        formula = known.formulas.get("raw", {}).get(problem.name)
        if formula is None:
            status, why = known.troubles.get("raw", ("failed", known.undefined.get(problem.name, "")))
            notes = (f"order {order}: {why}",)
            break
        formulas[str(order)] = formula
        costs.append(OrderCost(size=measure({"": formula})[0]))
    values, value_notes, _ = evaluate_formulas(formulas, problem.scalar)
    numbers = [_scaled(values[str(order)], order) for order in range(len(formulas))]
    size, work = measure(formulas)
    notes += tuple(re.sub(r"^df/d(?=\d+: )", "order ", note) for note in value_notes)
    answer = _answer("symbolic", problem, numbers, work, status, size=size, notes=notes, passes=len(formulas))
    return TaylorAnswer(answer, tuple(costs))


def _scaled(derivative: float | None, order: int) -> float | None:
    return None if derivative is None else derivative / math.factorial(order)


def difference(problem: TaylorProblem) -> TaylorAnswer:
    """Take central differences of every order; each loses more digits than the one before."""
    nodes = wengert_list(problem.expression)
    cost = primal_work(nodes, active_nodes(nodes, (problem.name,)))
    x = problem.point[problem.name]
    values: dict[float, float | None] = {}

    def f(place: float) -> float | None:
        if place not in values:
            point = {**problem.point, problem.name: place}
            (values[place],) = values_elsewhere((problem.expression,), point, problem.program)
        return values[place]

    coefficients: list[float | None] = []
    steps, costs = [], []
    operations = 0
    for order in range(problem.order + 1):
        step = problem.step or EPSILON ** (1 / (order + 2)) * max(1.0, abs(x))
        weights = difference_weights(order)
        at = [f(x + (order / 2 - place) * step) for place in range(order + 1)]
        coefficients.append(_quotient(weights, at, step, order))
        operations += 2 * order + 1 if order else 0
        steps += [step] if order else []
        costs.append(OrderCost(len(values) * cost + operations))
    work = Work(len(values), costs[-1].operations or 0)
    answer = _answer(
        "central-difference", problem, coefficients, work, variant=describe_steps(steps), passes=len(values)
    )
    return TaylorAnswer(answer, tuple(costs))


def _quotient(weights: Sequence[int], at: Sequence[float | None], step: float, order: int) -> float | None:
    known = [value for value in at if value is not None]
    if len(known) < len(at):
        return None
    try:
        total = math.fsum(weight * value for weight, value in zip(weights, known, strict=True))
        return total / step**order / math.factorial(order)
    except (OverflowError, ValueError, ZeroDivisionError):
        return None


METHODS: dict[str, Callable[[TaylorProblem], TaylorAnswer]] = {
    "central-difference": difference,
    "symbolic": symbolic,
    "nested-forward": nested_forward,
    "taylor-mode": taylor_mode,
}
"""In the order of the tables; the symbolic method waits for its worker, so that a study asks it last."""
