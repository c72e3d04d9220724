"""`dc.hessian` and `hessian`: second derivatives by every method against the truth, and Hessians times a vector."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.backends import GROUPS, ONE_AT_A_TIME, answers_of, expanded, prepare
from diffcompare.backends.hessian_methods import METHODS, HessianProblem
from diffcompare.backends.jacobian_methods import MatrixAnswer
from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.inputs.function_point import direction_of
from diffcompare.inputs.point import unknown_variable
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import operation_count, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number, value_at
from diffcompare.studies.failure import no_answer, point_failure
from diffcompare.studies.matrix_tables import MatrixRecord
from diffcompare.studies.question import (
    bad_value,
    checked_names,
    checked_point,
    checked_positive,
    format_coordinate,
    question_and_point,
    set_up,
)
from diffcompare.truth.rounding import Slopes, TrueNumber
from diffcompare.truth.second_derivatives import SecondTruth, establish_second

MAX_VARIABLES = 300  # of a whole Hessian; a product has no such limit


class Asymmetry(NamedTuple):
    """The largest difference between an entry and its mirror image, and where it is."""

    size: float
    row: str
    column: str


@dataclass(frozen=True, repr=False)
class Hessian(MatrixRecord):
    """The Hessian of an expression, or its product with a vector, by all methods and the truth.

    Fields:
        question: The input as it was read.
        problem: The expression, the point, the variables, and the vector if there is one.
        value: The value in doubles; `Undefined` outside the domain.
        truth: The second derivatives to 25 digits; None if `truth` was False.
        answers: One `MatrixAnswer` for each method, in the order asked.
        notes: What the user should know about the input.
    """

    report = "diffcompare.studies.hessian_report"

    question: ParsedInput
    problem: HessianProblem
    value: float | Undefined
    truth: SecondTruth | None
    answers: tuple[MatrixAnswer, ...]
    notes: tuple[Diagnostic, ...] = ()

    @property
    def row_labels(self) -> tuple[str, ...]:
        """The variables."""
        return self.problem.wrt

    @property
    def column_names(self) -> tuple[str, ...]:
        """The variables, or `v` for a product."""
        return tuple(self.problem.columns)

    @cached_property
    def operations(self) -> int:
        """The number of operations of the expression."""
        return operation_count(wengert_list(self.problem.expression))

    @property
    def shaped(self) -> dict[str, Any]:
        """The matrix by variable and variable, for a product by variable; nan where an entry is not known.

        For a function it goes by parameter and parameter, and has the shape of the first, followed by the second's.
        """
        rows = dict(zip(self.problem.wrt, self.numbers_by_row, strict=True))
        product = self.problem.vector is not None
        if self.question.program is None:
            return {name: row["v"] if product else row for name, row in rows.items()}
        at = self.question.program.at
        if product:
            return at.shaped({name: row["v"] for name, row in rows.items()})
        shaped: dict[str, Any] = {}
        for parameter in at.parameters:
            own = {name: rows[name] for name in parameter.names if name in rows}
            if len(own) < len(parameter.names):
                shaped |= {name: at.shaped(row) for name, row in own.items()}
            else:
                shaped[parameter.name] = at.jacobian_of(list(own.values()), parameter.shape)
        return shaped

    def true_entry(self, row: int, name: str) -> TrueNumber | None:
        """Return a true second derivative; None where it is not known."""
        return self.truth.entries.get((self.problem.wrt[row], name)) if self.truth else None

    def exists(self, row: int, name: str) -> bool:
        """Tell whether an entry may exist: False where the truth knows of none."""
        if self.truth is None:
            return True
        return self.truth.first.status not in ("undefined", "nondifferentiable") and (
            self.truth.status != "nondifferentiable" or self.true_entry(row, name) is not None
        )

    def asymmetry(self, answer: MatrixAnswer) -> Asymmetry | None:
        """Return how far the matrix of a method is from symmetric; None for a product or where numbers are missing."""
        wrt = self.problem.wrt
        if self.problem.vector is not None or any(None in row.values() for row in answer.rows):
            return None
        largest = Asymmetry(0.0, "", "")
        for number, row in enumerate(wrt):
            for other in range(number):
                one, mirrored = answer.rows[number][wrt[other]], answer.rows[other][row]
                assert one is not None
                assert mirrored is not None
                if abs(one - mirrored) > largest.size:
                    largest = Asymmetry(abs(one - mirrored), row, wrt[other])
        return largest

    @cached_property
    def failure(self) -> Diagnostic | None:
        """The error at a point without second derivatives; None where there are some."""
        first = self.truth.first if self.truth else None
        nodes = wengert_list(self.problem.expression)
        failure = point_failure(nodes, self.problem.scalar, self.value, first)
        if failure is not None:
            return failure
        if self.truth is not None and self.truth.status == "nondifferentiable":
            (row, column), slopes = next(iter(self.truth.slopes.items()))
            return _no_second_derivative(row, column, slopes)
        if self.answers and not self.is_answered:
            return no_answer(self.answers, self.truth.notes if self.truth else (), "Hessian")
        return None

    @property
    def has_tables(self) -> bool:
        """False where the function has no value, so that there is nothing to tabulate."""
        return is_number(self.value)


def _no_second_derivative(row: str, column: str, slopes: Slopes) -> Diagnostic:
    sides = [format_coordinate(side) if side is not None else "none" for side in slopes]
    line = f"along {row}" if row == column else f"where {row} and {column} move alike"
    message = (
        f"there is no second derivative at this point ({line}: {sides[0]} from one side, {sides[1]} from the other)"
    )
    help = "choose another point; the table shows what each method says here"
    return Diagnostic("E803", "nondifferentiable", message, help=help)


def hessian_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    times: Mapping[str, float] | None = None,
    methods: str | Iterable[str] = tuple(METHODS),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
) -> Hessian:
    """Compute the Hessian of a question, with the options of `hessian`."""
    names = select_methods(checked_names("methods", methods), METHODS)
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    prepare(names)
    setup = set_up(question, at, wrt)
    vector = None
    if times is not None:
        if question.program is not None:
            numbers = direction_of(question.program.at, times, "vector")
        elif not isinstance(times, Mapping):
            raise bad_value(f"a vector is not {type(times).__name__}", "times", 'give names and numbers: {"x": 1.0}')
        else:
            numbers = checked_point(list(times), times)
        vector = _vector(numbers, setup.wrt, setup.point)
    problem = HessianProblem(question.parsed.expression, setup.point, setup.wrt, vector, step, budget, question.program)
    _check_size(problem)
    value = value_at(problem.expression, setup.point)
    known = None
    if truth:
        with ONE_AT_A_TIME:
            scalar = problem.scalar._replace(program=question.program)
            known = establish_second(scalar, None if vector is None else {"v": vector})
    answers = answers_of(names, lambda name: METHODS[name](problem))
    return Hessian(question, problem, value, known, answers, setup.notes)


def select_methods(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """Return the requested methods, each once; `all` and groups stand for several.  Raises DiffcompareError (E712)."""
    known = list(known)
    for name in names:
        if name not in (*known, *GROUPS, "all"):
            near = did_you_mean(name, known)
            help = f"did you mean `{near}`?" if near else f"the methods here are {', '.join(known)}"
            raise DiffcompareError(Diagnostic("E712", "bad_value", f"no method `{name}` here", help=help))
    return expanded(names, known)


def _vector(times: Mapping[str, float], wrt: Sequence[str], variables: Collection[str]) -> dict[str, float]:
    """Return the vector of a product, 0 for variables that are not named."""
    for name, number in times.items():
        if name in variables and name not in wrt:
            message = f"the vector moves `{name}`, which is not among the variables to differentiate by"
            raise bad_value(message, "--times", f"take it in: --wrt {','.join([*wrt, name])}")
        if name not in wrt:
            raise unknown_variable(name, wrt, "--times", f"{name}={format_coordinate(number)}")
    return {name: float(times.get(name, 0.0)) for name in wrt}


def _check_size(problem: HessianProblem) -> None:
    if problem.vector is None and len(problem.wrt) > MAX_VARIABLES:
        message = f"a Hessian in {len(problem.wrt)} variables is too large: the limit is {MAX_VARIABLES}"
        help = "name some variables (--wrt), or ask for a product with a vector (--times)"
        raise DiffcompareError(Diagnostic("E718", "resource_limit", message, help=help))


def hessian(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    times: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = tuple(METHODS),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    ops: Any = None,
    **values: float,
) -> Hessian:
    """Compute second derivatives by several methods and measure each against the truth.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue) or `FILE.toml:name`.
        point: A mapping of variable names to numbers, or one number where there is one variable; None: a default.
        times: A vector, by variable: the answer is then the Hessian times it, and the Hessian is never formed by the
            methods that can do without.
        wrt: The variables to differentiate by; none means all of them.
        methods: Names out of second-difference, difference-of-gradients, symbolic, forward-over-reverse and
            reverse-over-reverse, or "all".
        step: The step h of the differences; None: a good one.
        budget: Seconds that each method may take; None: no limit.
        truth: Whether to compute the true second derivatives, to 25 digits with error bounds.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        A `Hessian`; its `matrix` is the best known one, rows and columns by variable (for a product it has one column).

    Raises:
        DiffcompareError: For an expression that cannot be read, and for a wrong point, variable, method or number.
        TypeError: For an expression of another type.

    Example:
        >>> hessian("x^2*y", x=1, y=2, methods="forward-over-reverse").matrix
        [[4.0, 2.0], [2.0, 0.0]]
        >>> hessian("x^2*y", x=1, y=2, times={"x": 1}, methods="forward-over-reverse").matrix
        [[4.0], [2.0]]

    Source: B. Christianson: Automatic Hessians by reverse accumulation.  IMA J. Numer. Anal. 12, 1992.
    """
    question, at = question_and_point(expression, point, values, ops=ops, budget=budget, asks=False)
    return hessian_question(
        question, at=at, wrt=wrt, times=times, methods=methods, step=step, budget=budget, truth=truth
    )
