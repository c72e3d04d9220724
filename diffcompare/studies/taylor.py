"""`dc.taylor` and `taylor`: Taylor coefficients by every method, each against the truth, and what every order costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from diffcompare.backends import ONE_AT_A_TIME, answers_of, prepare
from diffcompare.backends.jacobian_methods import MatrixAnswer
from diffcompare.backends.taylor_methods import METHODS, TaylorAnswer, TaylorProblem
from diffcompare.diagnostics import Diagnostic
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import operation_count, wengert_list
from diffcompare.numeric.arb_functions import Unavailable
from diffcompare.numeric.evaluate import Deadline, Undefined, is_number, value_at
from diffcompare.studies.failure import no_answer, point_failure
from diffcompare.studies.hessian import select_methods
from diffcompare.studies.matrix_tables import MatrixRecord
from diffcompare.studies.question import (
    DEFAULT_ORDER,
    checked_names,
    checked_order,
    checked_positive,
    format_coordinate,
    one_variable,
    question_and_point,
    set_up,
)
from diffcompare.truth.decisions import judged
from diffcompare.truth.establish import Truth
from diffcompare.truth.higher_derivatives import TaylorTruth, taylor_truth
from diffcompare.truth.rounding import TrueNumber

MAX_ORDER = 40


@dataclass(frozen=True, repr=False)
class Taylor(MatrixRecord):
    """The Taylor coefficients of an expression along one variable, by all methods and the truth.

    Fields:
        question: The input as it was read.
        problem: The expression, the point, the variable and the order.
        value: The value in doubles; `Undefined` outside the domain.
        first: The truth about value and slope; None if `truth` was False.
        truth: The coefficients to 25 digits; None if `truth` was False or there is no slope.
        results: One `TaylorAnswer` for each method, in the order asked: its coefficients, and its cost by order.
        notes: What the user should know about the input.
    """

    report = "diffcompare.studies.taylor_report"

    question: ParsedInput
    problem: TaylorProblem
    value: float | Undefined
    first: Truth | None
    truth: TaylorTruth | None
    results: tuple[TaylorAnswer, ...]
    notes: tuple[Diagnostic, ...] = ()

    @property
    def answers(self) -> tuple[MatrixAnswer, ...]:  # type: ignore[override]
        """The answers of all methods, a row for every order."""
        return tuple(result.answer for result in self.results)

    @property
    def row_labels(self) -> tuple[str, ...]:
        """The coefficients c0, c1 ..."""
        return tuple(f"c{order}" for order in range(self.problem.order + 1))

    @property
    def column_names(self) -> tuple[str, ...]:
        """The only column."""
        return ("coefficient",)

    @property
    def coefficients(self) -> list[float | None]:
        """The best known coefficients, from order 0."""
        return [row[0] for row in self.matrix]

    @cached_property
    def operations(self) -> int:
        """The number of operations of the expression."""
        return operation_count(wengert_list(self.problem.expression))

    def true_entry(self, row: int, name: str) -> TrueNumber | None:
        """Return a true coefficient; None where it is not known."""
        return self.truth.coefficients[row] if self.truth else None

    def exists(self, row: int, name: str) -> bool:
        """Tell whether a coefficient may exist: False from the order on at which the truth breaks off."""
        if row and self.first is not None and self.first.status in ("undefined", "nondifferentiable"):
            return False
        broken = self.truth.broken if self.truth else None
        return broken is None or row < broken[0]

    @cached_property
    def failure(self) -> Diagnostic | None:
        """The error at a point where the expansion does not exist; None where it does."""
        nodes = wengert_list(self.problem.expression)
        first = self.first
        if self.problem.order == 0 and first is not None and first.status == "nondifferentiable":
            first = None  # the value needs no slope
        failure = point_failure(nodes, self.problem.scalar, self.value, first)
        if failure is not None:
            return failure
        broken = self.truth.broken if self.truth else None
        if broken is not None:
            order, left, right = broken
            sides = f"{format_coordinate(left)} from the left, {format_coordinate(right)} from the right"
            message = f"there is no derivative of order {order} at this point ({sides})"
            help = f"ask for a lower order: --order {order - 1}" if order > 1 else "choose another point"
            return Diagnostic("E803", "nondifferentiable", message, help=help)
        if not self.is_answered:
            return no_answer(self.answers, self.first.notes if self.first else (), "series")
        return None

    @property
    def has_tables(self) -> bool:
        """False where the function has no value, so that there is nothing to tabulate."""
        return is_number(self.value)


def taylor_question(
    question: ParsedInput,
    order: int | None = None,
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = tuple(METHODS),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
) -> Taylor:
    """Expand a question, with the options of `taylor`."""
    order = checked_order(order, MAX_ORDER, least=0)
    names = select_methods(checked_names("methods", methods), METHODS)
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    prepare(names)
    setup = set_up(question, at, wrt)
    name, chosen = one_variable(setup.wrt, wrt, "taylor")
    problem = TaylorProblem(question.parsed.expression, setup.point, name, order, step, budget, question.program)
    value = value_at(problem.expression, setup.point)
    first, known = _truth(problem) if truth else (None, None)
    answers = answers_of(names, lambda name: METHODS[name](problem))
    return Taylor(question, problem, value, first, known, answers, (*setup.notes, *chosen))


def _truth(problem: TaylorProblem) -> tuple[Truth, TaylorTruth | None]:
    scalar = problem.scalar._replace(program=problem.program)
    with ONE_AT_A_TIME:
        deadline = Deadline(problem.budget)
        first = judged(scalar)
        if problem.order == 0 and first.value is not None:
            return first, TaylorTruth((first.value,), None)
        if first.status in ("undefined", "nondifferentiable", "unavailable"):
            return first, None
        try:
            tied = bool(first.tied)
            return first, taylor_truth(scalar, problem.name, problem.order, deadline.check, tied=tied)
        except (TimeoutError, Unavailable):
            return first, None


def taylor(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    order: int = DEFAULT_ORDER,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = tuple(METHODS),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    ops: Any = None,
    **values: float,
) -> Taylor:
    """Compute Taylor coefficients by several methods and measure each against the truth.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue) or `FILE.toml:name`.
        point: A mapping of variable names to numbers, or one number where there is one variable; None: a default.
        order: The highest order, from 0 (the value) to 40.
        wrt: The variable to expand in; by default the first.
        methods: Names out of central-difference, symbolic, nested-forward and taylor-mode, or "all".
        step: The step h of the differences; None: a good one for every order.
        budget: Seconds that each method may take; None: no limit.
        truth: Whether to compute the true coefficients, to 25 digits with error bounds.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        A `Taylor`; its `coefficients` are the best known ones, from order 0.  Times the factorial of its order, one is
        the derivative.

    Raises:
        DiffcompareError: For an expression that cannot be read, and for a wrong order, point, variable or method.
        TypeError: For an expression of another type.

    Example:
        >>> taylor("1/(1 - x)", 0.5, order=3, methods="taylor-mode").coefficients
        [2.0, 4.0, 8.0, 16.0]

    Source: A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapter 13.
    """
    question, at = question_and_point(expression, point, values, ops=ops, budget=budget, asks=False)
    return taylor_question(question, order, at=at, wrt=wrt, methods=methods, step=step, budget=budget, truth=truth)
