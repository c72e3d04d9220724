"""Hessians, and Hessians times a vector: sweeps over sweeps, sympy's formulas twice, and second differences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.backends.automatic import by_name, explain_undefined, plain_gradient, reverse_mode
from diffcompare.backends.finite_differences import CENTRAL, EPSILON, describe_steps
from diffcompare.backends.jacobian_methods import MatrixAnswer, VectorProblem, by_rows, formulas_of, values_elsewhere
from diffcompare.backends.jacobian_methods import reverse_mode as reverse_rows
from diffcompare.backends.problem import Problem, RecordedProgram, Size, Status, Work, exceeds_budget
from diffcompare.backends.symbolic import client
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Expression, apply
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Deadline, Real, Undefined, evaluate, values_at
from diffcompare.numeric.extended_range import EXTENDED, Extended, may_leave_range
from diffcompare.numeric.second_order import gradient_formulas, hessian_product, product_work
from diffcompare.numeric.sweeps import primal_work, reverse, reverse_work

ORDER_TWO_STEP = EPSILON ** (1 / 4)  # balances h^2 and eps/h^2, the errors of a second difference


class HessianProblem(NamedTuple):
    """The problem of the Hessian of an expression, or of its product with `vector`, by the variables `wrt`."""

    expression: Expression
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    vector: Mapping[str, float] | None = None
    step: float | None = None
    budget: float | None = 5.0
    program: RecordedProgram | None = None  # a Python function, of which the expression is the tape of one run

    @property
    def columns(self) -> dict[str, Mapping[str, float]]:
        """The direction of every column: single variables, or the vector."""
        return {name: {name: 1.0} for name in self.wrt} if self.vector is None else {"v": self.vector}

    @property
    def scalar(self) -> Problem:
        """The problem of the gradient."""
        return Problem(self.expression, self.point, self.wrt, None, self.step, self.budget, "none")

    def answer(
        self,
        method: str,
        columns: Mapping[str, Mapping[str, float | None]],
        sweeps: int | None = None,
        work: Work | None = None,
        *,
        status: Status = "ok",
        variant: str | None = None,
        size: Size | None = None,
        notes: tuple[str, ...] = (),
    ) -> MatrixAnswer:
        """Return the answer of a method from its columns; a number that is missing makes it `undefined`."""
        rows = tuple({column: columns.get(column, {}).get(row) for column in self.columns} for row in self.wrt)
        if status == "ok" and any(None in row.values() for row in rows):
            status = "undefined"
        return MatrixAnswer(method, status, rows, sweeps, work, variant, size, notes)


# --- Sweeps over sweeps -----------------------------------------------------------------------------------------------


def forward_over_reverse(problem: HessianProblem) -> MatrixAnswer:
    """Sweep backwards over dual numbers, once for every column."""
    method, deadline = "forward-over-reverse", Deadline(problem.budget)
    nodes = wengert_list(problem.expression)
    operations = len(problem.columns) * product_work(nodes, active_nodes(nodes, problem.wrt))
    work = Work(1, operations)
    if exceeds_budget(operations, problem.budget):
        return _not_started(method, problem, operations)
    values = evaluate(nodes, problem.point, CAREFUL)
    if type(values[problem.expression]) is Undefined:
        return problem.answer(method, {}, notes=(explain_undefined(nodes, values, problem.expression),))
    wide = may_leave_range(values)
    columns: dict[str, dict[str, float | None]] = {}
    for name, direction in problem.columns.items():
        if deadline.has_passed:
            return problem.answer(method, columns, len(columns), work, status="timed-out", notes=(_timed_out(problem),))
        try:
            columns[name] = _dual_sweep(problem, direction, wide=wide)
        except NotDifferentiable as refusal:
            note = f"no second partial is known of {shorten(refusal.node)}"
            return problem.answer(method, {}, status="not-supported", notes=(note,))
    return problem.answer(method, columns, len(columns), work)


def _dual_sweep(problem: HessianProblem, direction: Mapping[str, float], *, wide: bool) -> dict[str, float | None]:
    """Return the Hessian times a direction, with wider exponents where numbers come near the ends of the range."""
    seed = {name: Real(number) for name, number in direction.items() if number}
    _, _, product = hessian_product(problem.expression, problem.point, problem.wrt, seed, CAREFUL)
    plain = {name: float(number) for name, number in product.items()}
    if wide or not all(map(math.isfinite, plain.values())):
        seed_beyond = {name: Extended.of(number) for name, number in direction.items() if number}
        _, _, beyond = hessian_product(problem.expression, problem.point, problem.wrt, seed_beyond, EXTENDED)
        extended = {name: n.to_double() if isinstance(n, Extended) else float(n) for name, n in beyond.items()}
        plain |= {name: number for name, number in extended.items() if math.isfinite(number)}
    return {name: number if math.isfinite(number) else None for name, number in plain.items()}


def reverse_over_reverse(problem: HessianProblem) -> MatrixAnswer:
    """Write the reverse sweep down as formulas, and sweep backwards over each; for a product over their sum."""
    method = "reverse-over-reverse"
    nodes = wengert_list(problem.expression)
    values = values_at(nodes, problem.point)
    if type(values[problem.expression]) is Undefined:
        return problem.answer(method, {}, notes=(explain_undefined(nodes, values, problem.expression),))
    try:
        formulas = gradient_formulas(_along_branches(nodes, values), problem.wrt)
    except NotDifferentiable as refusal:
        note = f"no partial is known of {shorten(refusal.node)} by this argument"
        return problem.answer(method, {}, status="not-supported", notes=(note,))
    gradient = VectorProblem(tuple(formulas.values()), problem.point, problem.wrt, None, problem.budget)
    if problem.vector is not None:
        return _sweep_of_product(problem, gradient)
    answer = reverse_rows(gradient)
    # Row i of the second sweeps is the gradient of df/dxi, and so column i of the Hessian.
    columns = dict(zip(problem.wrt, answer.rows, strict=True))
    notes = tuple(_about_gradient(note, problem) for note in answer.notes)
    return problem.answer(method, columns, answer.sweeps, answer.work, status=answer.status, notes=notes)


def _along_branches(nodes: Sequence[Expression], values: Mapping[Expression, Any]) -> Expression:
    """Return the expression of the nodes with every `if` replaced by its branch at the point: the other may be
    undefined there, and so would be its share in a formula, even times 0.
    """
    along: dict[Expression, Expression] = {}
    for node in nodes:
        arguments = tuple([along[argument] for argument in node.arguments])
        compared = [values[argument] for argument in node.arguments[:2]]
        if node.operation is None:
            along[node] = node
        elif node.operation.selects and Undefined not in map(type, compared):
            along[node] = arguments[node.operation.selects(*compared)]
        else:
            along[node] = apply(node.operation, arguments)
    return along[nodes[-1]]


def _sweep_of_product(problem: HessianProblem, gradient: VectorProblem) -> MatrixAnswer:
    """Sweep backwards once over the gradient's program, with the vector as the adjoints of the partials."""
    assert problem.vector is not None
    nodes = wengert_list(*gradient.outputs)
    active = active_nodes(nodes, problem.wrt)
    values = evaluate(nodes, problem.point, CAREFUL)
    adjoints: dict[Expression, Any] = {}
    for name, output in zip(problem.wrt, gradient.outputs, strict=True):
        if type(values[output]) is Undefined:
            note = _about_gradient(explain_undefined(wengert_list(output), values, output), problem)
            return problem.answer("reverse-over-reverse", {}, notes=(note,))
        adjoints[output] = adjoints.get(output, Real(0.0)) + Real(problem.vector.get(name, 0.0))
    swept = by_name(reverse(nodes, values, active, adjoints, CAREFUL), problem.wrt)
    product = {name: float(number) if math.isfinite(number) else None for name, number in swept.items()}
    work = Work(1, reverse_work(nodes, active) + 2 * len(problem.wrt))
    return problem.answer("reverse-over-reverse", {"v": product}, 1, work)


def _about_gradient(note: str, problem: HessianProblem) -> str:
    """Say in a note on output 1, 2 ... of the gradient which partial that is."""
    note = re.sub(r"\bf(\d+)(?=:| )", lambda number: f"df/d{problem.wrt[int(number[1]) - 1]}", note)
    return re.sub(r"\bdf(\d+)(?=/)", lambda number: f"d(df/d{problem.wrt[int(number[1]) - 1]})", note)


# --- sympy ------------------------------------------------------------------------------------------------------------


def symbolic(problem: HessianProblem) -> MatrixAnswer:
    """Differentiate sympy's formulas of the gradient by sympy once more."""
    deadline = Deadline(problem.budget)
    formulas, why = formulas_of((problem.expression,), problem.program)
    if why:
        return problem.answer("symbolic", {}, status="not-supported", notes=(why,))
    first = client.differentiate(problem.scalar._replace(expression=formulas[0]), ("raw",))
    if first.formulas is None or set(first.formulas) != set(problem.wrt):
        return problem.answer("symbolic", {}, status=first.status, notes=first.notes)
    outputs = tuple(first.formulas[name] for name in problem.wrt)
    answer = by_rows("symbolic", VectorProblem(outputs, problem.point, problem.wrt, None, deadline.remaining))
    columns, work = dict(zip(problem.wrt, answer.rows, strict=True)), answer.work
    if problem.vector is not None:
        columns = {"v": _times_vector(columns, problem.vector, problem.wrt)}
        work = None if work is None else Work(work.evaluations, work.operations + 2 * len(problem.wrt) ** 2)
    notes = tuple(_about_gradient(note, problem) for note in answer.notes)
    return problem.answer("symbolic", columns, answer.sweeps, work, status=answer.status, size=answer.size, notes=notes)


def _times_vector(
    columns: Mapping[str, Mapping[str, float | None]], vector: Mapping[str, float], wrt: Sequence[str]
) -> dict[str, float | None]:
    """Return a matrix, by columns, times a vector."""
    product: dict[str, float | None] = {}
    for row in wrt:
        entries = [(columns[column][row], vector.get(column, 0.0)) for column in wrt]
        known = [entry * number for entry, number in entries if entry is not None]
        product[row] = math.fsum(known) if len(known) == len(entries) else None
    return product


# --- Differences ------------------------------------------------------------------------------------------------------


def second_difference(problem: HessianProblem) -> MatrixAnswer:
    """Take second differences of values, mixed ones for two variables."""
    method, deadline = "second-difference", Deadline(problem.budget)
    steps = _steps(problem)
    nodes = wengert_list(problem.expression)
    cost = primal_work(nodes, active_nodes(nodes, problem.wrt))
    values = _Values(problem)
    columns: dict[str, dict[str, float | None]] = {}
    planned = 2 * len(problem.wrt) * len(problem.columns) * cost
    if exceeds_budget(planned, problem.budget):
        return _not_started(method, problem, planned)
    operations = 0
    for column, direction in problem.columns.items():
        if deadline.has_passed:
            break
        along = _scaled(direction, problem.step or (ORDER_TWO_STEP if problem.vector else steps[column]), problem)
        columns[column] = {}
        for row in problem.wrt:
            if row != column and row in columns and problem.vector is None:
                columns[column][row] = columns[row][column]  # the same four values
                continue
            own = {row: _real_step(problem, row, steps[row])}
            columns[column][row] = values.mixed(own, along, row if row == column else None)
            operations += 3 if row == column else 4
    status: Status = "timed-out" if len(columns) < len(problem.columns) else "ok"
    work = Work(values.count, values.count * cost + operations)
    variant = describe_steps(steps.values())
    return problem.answer(method, columns, values.count, work, status=status, variant=variant)


def _steps(problem: HessianProblem) -> dict[str, float]:
    return {name: problem.step or ORDER_TWO_STEP * max(1.0, abs(problem.point[name])) for name in problem.wrt}


def _real_step(problem: HessianProblem, name: str, step: float) -> float:
    return (problem.point[name] + step) - problem.point[name]


def _scaled(direction: Mapping[str, float], step: float, problem: HessianProblem) -> dict[str, float]:
    """Return the moves of a step along a direction, as the doubles around the point have them."""
    if len(direction) == 1:
        ((name, number),) = direction.items()
        return {name: _real_step(problem, name, step * number)}
    return {name: step * number for name, number in direction.items()}


class _Values:
    """Values of f at moved points, each computed once, and how many there were."""

    def __init__(self, problem: HessianProblem) -> None:
        self.problem = problem
        self.known: dict[tuple[float, ...], float | None] = {}

    @property
    def count(self) -> int:
        """The number of evaluations."""
        return len(self.known)

    def at(self, moves: Mapping[str, float]) -> float | None:
        """Return f with some variables moved; None where it is no finite number."""
        point = {name: x + moves.get(name, 0.0) for name, x in self.problem.point.items()}
        key = tuple(point.values())
        if key not in self.known:
            (self.known[key],) = values_elsewhere((self.problem.expression,), point, self.problem.program)
        return self.known[key]

    def mixed(self, own: Mapping[str, float], along: Mapping[str, float], single: str | None) -> float | None:
        """Return the second difference along two moves, with three values where both move one variable alike."""
        (step,) = own.values()
        if self.problem.vector is not None and not any(along.values()):
            return None if self.at({}) is None else 0.0  # nothing moves along the vector 0
        length = self._length(along)
        if not step or not length:
            return None
        weights: tuple[int, ...]
        if single is not None:
            values = [self.at(own), self.at({}), self.at({single: -step})]
            weights, divisor = (1, -2, 1), step * step
        else:
            signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
            values = [self.at(_sum(own, one, along, other)) for one, other in signs]
            weights, divisor = (1, -1, -1, 1), 4 * step * length
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        try:
            quotient = math.fsum(w * value for w, value in zip(weights, known, strict=True)) / divisor
        except (OverflowError, ValueError, ZeroDivisionError):
            return None
        return quotient if math.isfinite(quotient) else None

    def _length(self, along: Mapping[str, float]) -> float:
        """Return the factor between the moves and the direction."""
        if self.problem.vector is None:
            return next(iter(along.values()))
        return next((move / self.problem.vector[name] for name, move in along.items() if move), 0.0)


def _sum(own: Mapping[str, float], one: int, along: Mapping[str, float], other: int) -> dict[str, float]:
    moves = {name: one * step for name, step in own.items()}
    for name, step in along.items():
        moves[name] = moves.get(name, 0.0) + other * step
    return moves


def difference_of_gradients(problem: HessianProblem) -> MatrixAnswer:
    """Take central differences of the gradient that reverse mode finds, one for every column."""
    method, deadline = "difference-of-gradients", Deadline(problem.budget)
    nodes = wengert_list(problem.expression)
    cost = reverse_work(nodes, active_nodes(nodes, problem.wrt))
    planned = 2 * len(problem.columns) * cost
    if exceeds_budget(planned, problem.budget):
        return _not_started(method, problem, planned)
    columns: dict[str, Mapping[str, float | None]] = {}
    steps = []
    for column, direction in problem.columns.items():
        if deadline.has_passed:
            break
        x = problem.point.get(column, 0.0)
        step = problem.step or CENTRAL.default_step(x)
        steps.append(step)
        if problem.vector is None:
            step = _real_step(problem, column, step)
        ends = [_gradient(problem, nodes, {name: sign * step * v for name, v in direction.items()}) for sign in (1, -1)]
        columns[column] = {row: _central(ends[0].get(row), ends[1].get(row), step) for row in problem.wrt}
    status: Status = "timed-out" if len(columns) < len(problem.columns) else "ok"
    work = Work(2 * len(columns), 2 * len(columns) * (cost + 2 * len(problem.wrt)))
    return problem.answer(method, columns, 2 * len(columns), work, status=status, variant=describe_steps(steps))


def _gradient(
    problem: HessianProblem, nodes: Sequence[Expression], moves: Mapping[str, float]
) -> Mapping[str, float | None]:
    point = {name: x + moves.get(name, 0.0) for name, x in problem.point.items()}
    if problem.program is not None:
        try:
            return problem.program.record(point).gradient()
        except (DiffcompareError, ValueError):
            return {}
    plain = plain_gradient(nodes, problem.wrt, point)
    return plain if plain is not None else reverse_mode(problem.scalar._replace(point=point)).gradient


def _central(right: float | None, left: float | None, step: float) -> float | None:
    if right is None or left is None or not step:
        return None
    quotient = (right - left) / (2 * step)
    return quotient if math.isfinite(quotient) else None


def _not_started(method: str, problem: HessianProblem, operations: int) -> MatrixAnswer:
    note = f"not started: {operations} operations would not fit into {problem.budget:g} s"
    return problem.answer(method, {}, status="timed-out", notes=(note,))


def _timed_out(problem: HessianProblem) -> str:
    return f"timed out after {problem.budget:g} s"


METHODS: dict[str, Callable[[HessianProblem], MatrixAnswer]] = {
    "second-difference": second_difference,
    "difference-of-gradients": difference_of_gradients,
    "symbolic": symbolic,
    "forward-over-reverse": forward_over_reverse,
    "reverse-over-reverse": reverse_over_reverse,
}
"""In the order of the tables; the symbolic method waits for its worker, so that a study asks it last."""
