"""Jacobians: forward mode by columns, reverse mode by rows, differences by columns, other methods output by output.

Forward mode sweeps once for every variable and finds a column, reverse mode once for every output and finds a row, and
a difference quotient moves one variable.  Where the Jacobian is sparse, groups of columns or rows are found together
(see `sparsity`), by the same sweeps: a group is a list of variables, or of outputs, and an uncompressed Jacobian has
groups of one.  The numbers are the same to the last bit, because nothing that reaches an entry knows of the rest of its
group.

The work of both modes is counted alike, as a program does it that knows nothing of zeros: a sweep evaluates all outputs
and goes through all of their operations, so that n forward sweeps take n*c*ops(f) and m reverse sweeps m*c*ops(f) (A.
G. Baydin, B. A. Pearlmutter, A. A. Radul and J. M. Siskind: Automatic differentiation in machine learning: a survey,
JMLR 18, 2018, section 3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from diffcompare.backends import backend, run_backend
from diffcompare.backends.automatic import explain_undefined, node_values, origin_of
from diffcompare.backends.finite_differences import (
    BACKWARD,
    CENTRAL,
    FIVE_POINT,
    FORWARD,
    Stencil,
    describe_steps,
    run_beside,
)
from diffcompare.backends.finite_differences import differentiate as by_stencil
from diffcompare.backends.problem import (
    NOTHING,
    Derivative,
    Hand,
    OutputProgram,
    Problem,
    ProgramOfSeveral,
    RecordedProgram,
    Size,
    Status,
    Work,
    exceeds_budget,
    lacking_definition,
    measure,
)
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import (
    CAREFUL,
    FLOATS,
    RANGE_ERRORS,
    Deadline,
    NumberSystem,
    Undefined,
    evaluate,
    is_number,
    is_undefined,
    values_at,
)
from diffcompare.numeric.extended_range import EXTENDED, may_leave_range, recover_range
from diffcompare.numeric.sparsity import SparsityPattern, pattern_of
from diffcompare.numeric.sweeps import forward, forward_work, local_partials, primal_work, reverse, reverse_work
from diffcompare.numeric.user_operations import written_out

Entry: TypeAlias = tuple[int, str]  # the number of an output, and a variable
Groups: TypeAlias = Sequence[Sequence[int]]  # the columns, or rows, that one sweep finds together


class VectorProblem(NamedTuple):
    """The problem of differentiating several outputs at a point with respect to the variables `wrt`.

    `step` and `budget` are those of `Problem`.  Columns, and rows, are found in groups where these are given.  For a
    Python function, `program`, the outputs are those of its run at the point.  `hands` are the partials of every output
    that a person wrote.
    """

    outputs: tuple[Expression, ...]
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    step: float | None = None
    budget: float | None = 5.0
    columns: Groups | None = None
    rows: Groups | None = None
    program: ProgramOfSeveral | None = None
    hands: Sequence[Hand] = ()

    def row(self, number: int, budget: float | None = None) -> Problem:
        """Return the problem of one output."""
        program = None if self.program is None else OutputProgram(self.program, number)
        output, budget = self.outputs[number], budget or self.budget
        hand = self.hands[number] if self.hands else None
        return Problem(output, self.point, self.wrt, hand, self.step, budget, "none", program)

    @property
    def pattern(self) -> SparsityPattern:
        """The entries that may differ from 0."""
        return pattern_of(self.outputs, self.wrt)


class MatrixAnswer(NamedTuple):
    """A Jacobian, or a Hessian, by one method: rows of partials by variable, None where there is no number.

    `sweeps` counts the passes: sweeps of AD, evaluations of differences and of formulas.
    """

    method: str
    status: Status
    rows: tuple[Mapping[str, float | None], ...]
    sweeps: int | None = None
    work: Work | None = None
    variant: str | None = None
    size: Size | None = None
    notes: tuple[str, ...] = ()


def values_elsewhere(
    outputs: Sequence[Expression], point: Mapping[str, float], program: RecordedProgram | None = None
) -> list[float | None]:
    """Return the values of outputs at another point, where a program runs anew, on a path of its own."""
    if program is not None:
        try:
            outputs = program.record(point).outputs
        except (DiffcompareError, ValueError):  # it does not run there, or returns another number of outputs
            return [None] * len(outputs)
    values = values_at(wengert_list(*outputs), point)
    return [float(values[output]) if is_number(values[output]) else None for output in outputs]


def formulas_of(outputs: Sequence[Expression], program: RecordedProgram | None) -> tuple[tuple[Expression, ...], str]:
    """Return outputs as formulas that hold everywhere, and the reason why there are none."""
    if program is None:
        written = tuple(map(written_out, outputs))
        return written, lacking_definition(written)
    decisions = program.recording.decisions
    why = f"the program decides {program.recording.question(decisions[0])}" if decisions else ""
    written = tuple(map(written_out, program.recording.expressions))
    return written, why or lacking_definition(written)


def no_rows(problem: VectorProblem) -> tuple[Mapping[str, float | None], ...]:
    """Return a Jacobian of which nothing is known."""
    return tuple(dict.fromkeys(problem.wrt) for _ in problem.outputs)


# --- Automatic differentiation ----------------------------------------------------------------------------------------

# Fills in the entries that the values of all nodes give, over one number system.
Sweep: TypeAlias = Callable[[VectorProblem, Mapping[Expression, Any], NumberSystem, Deadline], dict[Entry, Any]]


def forward_mode(problem: VectorProblem) -> MatrixAnswer:
    """Compute the Jacobian by forward sweeps, one for every group of columns."""
    groups = _columns(problem)
    nodes = wengert_list(*problem.outputs)
    operations = len(groups) * forward_work(nodes, active_nodes(nodes, problem.wrt))
    if exceeds_budget(operations, problem.budget):
        return _not_started("forward-ad", problem, operations)
    return _run("forward-ad", problem, _sweep_forwards, len(groups), Work(1, operations))


def _sweep_forwards(
    problem: VectorProblem, values: Mapping[Expression, Any], system: NumberSystem, deadline: Deadline
) -> dict[Entry, Any]:
    nodes = wengert_list(*problem.outputs)
    edges = local_partials(nodes, values, active_nodes(nodes, problem.wrt))
    pattern, entries = problem.pattern, {}
    for group in _columns(problem):
        deadline.check()
        tangents = forward(edges, {Variable(problem.wrt[column]): system.one for column in group}, system)
        for row, output in enumerate(problem.outputs):
            for column in group:
                if pattern.has(row, column) and type(values[output]) is not Undefined:
                    entries[row, problem.wrt[column]] = tangents.get(output, 0.0)
    return entries


def reverse_mode(problem: VectorProblem) -> MatrixAnswer:
    """Compute the Jacobian by reverse sweeps, one for every group of rows."""
    groups = _rows(problem)
    nodes = wengert_list(*problem.outputs)
    operations = len(groups) * reverse_work(nodes, active_nodes(nodes, problem.wrt))
    if exceeds_budget(operations, problem.budget):
        return _not_started("reverse-ad", problem, operations)
    return _run("reverse-ad", problem, _sweep_backwards, len(groups), Work(1, operations))


def _sweep_backwards(
    problem: VectorProblem, values: Mapping[Expression, Any], system: NumberSystem, deadline: Deadline
) -> dict[Entry, Any]:
    nodes = wengert_list(*problem.outputs)
    active = active_nodes(nodes, problem.wrt)
    pattern, entries = problem.pattern, {}
    for group in _rows(problem):
        deadline.check()
        defined = [row for row in group if type(values[problem.outputs[row]]) is not Undefined]
        outputs = dict.fromkeys([problem.outputs[row] for row in defined], system.one)
        adjoints = reverse(wengert_list(*outputs), values, active, outputs, system)
        for row in defined:
            for column, name in enumerate(problem.wrt):
                if pattern.has(row, column):
                    entries[row, name] = adjoints.get(Variable(name), 0.0)
    return entries


def _columns(problem: VectorProblem) -> Groups:
    return [[column] for column in range(len(problem.wrt))] if problem.columns is None else problem.columns


def _rows(problem: VectorProblem) -> Groups:
    return [[row] for row in range(len(problem.outputs))] if problem.rows is None else problem.rows


def _run(method: str, problem: VectorProblem, sweep: Sweep, sweeps: int, work: Work) -> MatrixAnswer:
    """Evaluate, sweep and return the answer: in plain doubles first, carefully if these raise or end in inf or nan."""
    nodes = wengert_list(*problem.outputs)
    deadline = Deadline(problem.budget)
    for system in (FLOATS, CAREFUL):
        try:
            values = node_values(nodes, problem, system)
            entries = sweep(problem, values, system, deadline)
        except RANGE_ERRORS:
            assert system is FLOATS, "careful evaluation does not raise"
            continue
        except NotDifferentiable as refusal:
            note = f"no partial of {shorten(refusal.node)} with respect to this argument is known"
            return MatrixAnswer(method, "not-supported", no_rows(problem), sweeps, None, notes=(note,))
        except TimeoutError:
            note = f"timed out after {problem.budget:g} s"
            return MatrixAnswer(method, "timed-out", no_rows(problem), sweeps, work, notes=(note,))
        if all(map(math.isfinite, entries.values())):
            break
    notes: tuple[str, ...] = ()
    if may_leave_range(values):
        wide = sweep(problem, evaluate(nodes, problem.point, EXTENDED), EXTENDED, Deadline(None))
        entries, notes = _recovered(entries, wide)
    rows = tuple(
        {
            name: _number(entries.get((number, name), None if is_undefined(values[output]) else 0.0))
            for name in problem.wrt
        }
        for number, output in enumerate(problem.outputs)
    )
    notes += tuple(_reasons(problem, values, entries))
    status: Status = "undefined" if any(None in row.values() for row in rows) else "ok"
    return MatrixAnswer(method, status, rows, sweeps, work, notes=notes)


def _recovered(entries: dict[Entry, Any], wide: Mapping[Entry, Any]) -> tuple[dict[Entry, Any], tuple[str, ...]]:
    """Return the entries with what was lost beyond the range of doubles, and notes on it."""
    labels = {label(*entry): entry for entry in entries}
    plain = {text: entries[entry] for text, entry in labels.items()}
    known = {text: wide.get(entry, plain[text]) for text, entry in labels.items()}
    recovered, notes = recover_range(plain, known)
    return {entry: recovered[text] for text, entry in labels.items()}, tuple(
        note.removeprefix("df/d") for note in notes
    )


def label(row: int, name: str) -> str:
    """Return an entry as notes and tables call it: `df2/dx`."""
    return f"df{row + 1}/d{name}"


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _reasons(problem: VectorProblem, values: Mapping[Expression, Any], entries: Mapping[Entry, Any]) -> list[str]:
    """Say for every output without a whole row why that is so."""
    notes = []
    for number, output in enumerate(problem.outputs):
        nodes = wengert_list(output)
        if type(values[output]) is Undefined:
            notes.append(f"f{number + 1}: {explain_undefined(nodes, values, output)}")
            continue
        if is_undefined(values[output]):
            notes.append(f"f{number + 1}: its value is nan")
        lost = [name for name in problem.wrt if not math.isfinite(entries.get((number, name), 0.0))]
        if lost:
            active = active_nodes(nodes, problem.wrt)
            listed = ", ".join(f"{entries[number, name]} by {name}" for name in lost)
            notes.append(f"f{number + 1}: {listed}: {origin_of(nodes, values, active)}")
    return notes


# --- Differences ------------------------------------------------------------------------------------------------------


def difference(stencil: Stencil, problem: VectorProblem) -> MatrixAnswer:
    """Compute the Jacobian by a stencil, moving the variables of a group at once, each by its own step.

    An entry whose output has no value at a point of the stencil is left to the one-sided stencils, one by one.
    """
    steps = {name: problem.step or stencil.default_step(problem.point[name]) for name in problem.wrt}
    nodes = wengert_list(*problem.outputs)
    cost = primal_work(nodes, active_nodes(nodes, problem.wrt))
    pattern, deadline = problem.pattern, Deadline(problem.budget)
    evaluations = len(_columns(problem)) * (len(stencil.offsets) - (0 in stencil.offsets)) + (0 in stencil.offsets)
    operations = evaluations * cost + pattern.entry_count * stencil.combining_operations
    if exceeds_budget(operations, problem.budget):
        return _not_started(stencil.name, problem, operations)
    rows: list[dict[str, float | None]] = [dict.fromkeys(problem.wrt) for _ in problem.outputs]
    notes: list[str] = []
    middle = _values(problem, problem.point, notes) if 0 in stencil.offsets else []
    runs_everywhere = problem.program is not None and problem.columns is None  # the pattern is that of one path
    for group in _columns(problem):
        if deadline.has_passed:
            notes.append(f"timed out after {problem.budget:g} s")
            break
        moves = {problem.wrt[column]: _real_step(problem, problem.wrt[column], steps) for column in group}
        ends = [middle if not offset else _moved(problem, moves, offset, notes) for offset in stencil.offsets]
        for row in range(len(problem.outputs)):
            for column in group:
                name = problem.wrt[column]
                values = [end[row] for end in ends]
                known = runs_everywhere or pattern.has(row, column)
                rows[row][name] = _quotient(stencil, values, moves[name]) if known else 0.0
                if rows[row][name] is None and known:
                    rows[row][name], note = _one_by_one(stencil, problem, row, name)
                    notes += [note] if note else []
    status: Status = "ok"
    if any(None in row.values() for row in rows):
        status = "timed-out" if deadline.has_passed else "undefined"
    work = Work(evaluations, operations)
    return MatrixAnswer(
        stencil.name,
        status,
        tuple(rows),
        evaluations,
        work,
        describe_steps(steps.values()),
        notes=tuple(dict.fromkeys(notes)),
    )


def _real_step(problem: VectorProblem, name: str, steps: Mapping[str, float]) -> float:
    """Return the step that the doubles around a coordinate really have."""
    x = problem.point[name]
    return (x + steps[name]) - x


def _moved(problem: VectorProblem, moves: Mapping[str, float], offset: int, notes: list[str]) -> list[float | None]:
    moved = {name: problem.point[name] + offset * step for name, step in moves.items()}
    return _values(problem, {**problem.point, **moved}, notes)


def _values(problem: VectorProblem, point: Mapping[str, float], notes: list[str]) -> list[float | None]:
    """Return the outputs at a point near that of the problem, for a program by a run on its own path."""
    if problem.program is None:
        return values_elsewhere(problem.outputs, point)
    outputs, note = run_beside(problem.program, problem.point, point)
    notes += [note] if note and note not in notes else []
    return outputs or [None] * len(problem.outputs)


def _quotient(stencil: Stencil, values: Sequence[float | None], step: float) -> float | None:
    """Return a difference quotient; None without a value, without a step, or beyond the range of doubles."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not step:
        return None
    try:
        total = math.fsum(weight * value for weight, value in zip(stencil.weights, known, strict=True))
        quotient = total / (stencil.denominator * step)
    except (OverflowError, ValueError, ZeroDivisionError):
        return None
    return quotient if math.isfinite(quotient) else None


def _one_by_one(stencil: Stencil, problem: VectorProblem, row: int, name: str) -> tuple[float | None, str]:
    """Return an entry by the stencil for a single output, which has one-sided stencils to fall back to, and a note."""
    single = by_stencil(stencil, problem.row(row)._replace(wrt=(name,)))
    return single.gradient[name], "; ".join(f"f{row + 1} {note}" for note in single.notes)


# --- Any other method, output by output -------------------------------------------------------------------------------


def by_rows(method: str, problem: VectorProblem) -> MatrixAnswer:
    """Compute the Jacobian by a method for single outputs, one after the other within one budget."""
    answers: list[Derivative] = []
    deadline = Deadline(problem.budget)
    for number in range(len(problem.outputs)):
        if deadline.has_passed:
            break
        answers.append(run_backend(backend(method), problem.row(number, deadline.remaining)))
    rows = [answer.gradient or dict.fromkeys(problem.wrt) for answer in answers]
    rows += [dict.fromkeys(problem.wrt)] * (len(problem.outputs) - len(rows))
    status: Status = next((answer.status for answer in answers if answer.status != "ok"), "ok")
    if len(answers) < len(problem.outputs) and status == "ok":
        status = "timed-out"
    notes = tuple(dict.fromkeys(f"f{n + 1}: {note}" for n, answer in enumerate(answers) for note in answer.notes))
    if len({answer.notes for answer in answers}) == 1:
        notes = answers[0].notes  # the same of every output
    size, work = _size_and_work(answers) if len(answers) == len(problem.outputs) else (None, None)
    sweeps = sum(answer.work.evaluations for answer in answers if answer.work is not None)
    variant = "given" if problem.hands and method == "hand-coded" else None
    return MatrixAnswer(method, status, tuple(rows), sweeps, work, variant, size, notes)


def _size_and_work(answers: Sequence[Derivative]) -> tuple[Size | None, Work | None]:
    """Return the size of all formulas together, with shared parts counted once, and the work of all answers."""
    formulas: dict[str, Expression] = {}
    for number, answer in enumerate(answers):
        formulas |= {label(number, name): formula for name, formula in (answer.formulas or NOTHING).items()}
    if answers and all(answer.formulas is not None for answer in answers):
        return measure(formulas)
    works = [answer.work for answer in answers if answer.work is not None]
    if len(works) < len(answers):
        return None, None
    return None, Work(sum(work.evaluations for work in works), sum(work.operations for work in works))


def _not_started(method: str, problem: VectorProblem, operations: int) -> MatrixAnswer:
    note = f"not started: {operations} operations would not fit into {problem.budget:g} s"
    return MatrixAnswer(method, "timed-out", no_rows(problem), notes=(note,))


BY_GROUPS: dict[str, Callable[[VectorProblem], MatrixAnswer]] = {
    "forward-difference": partial(difference, FORWARD),
    "backward-difference": partial(difference, BACKWARD),
    "central-difference": partial(difference, CENTRAL),
    "five-point": partial(difference, FIVE_POINT),
    "forward-ad": forward_mode,
    "reverse-ad": reverse_mode,
}
"""The methods that find groups of columns, or of rows, at once."""


def differentiate(method: str, problem: VectorProblem) -> MatrixAnswer:
    """Compute the Jacobian by the method of a name out of `backends.METHODS`.

    An output without a value at the point has no derivative there, whatever differences and formulas find around it.
    """
    answer = BY_GROUPS[method](problem) if method in BY_GROUPS else by_rows(method, problem)
    nodes = wengert_list(*problem.outputs)
    values = values_at(nodes, problem.point) if problem.program is None else problem.program.recording.values
    lost = [number for number, output in enumerate(problem.outputs) if is_undefined(values[output])]
    if not lost:
        return answer
    rows = tuple([dict.fromkeys(problem.wrt) if n in lost else row for n, row in enumerate(answer.rows)])
    theirs = tuple([f"f{number + 1}{after}" for number in lost for after in ": "])
    notes = [note for note in answer.notes if not note.startswith(theirs)] + _reasons(problem, values, {})
    status: Status = "undefined" if answer.status == "ok" else answer.status
    return answer._replace(rows=rows, status=status, notes=tuple(notes))
