"""`dc.jacobian` and `jacobian`: the Jacobian of several outputs by every method, each against the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.backends import JACOBIAN_METHODS, answers_of, prepare, select_backends
from diffcompare.backends.jacobian_methods import (
    BY_GROUPS,
    Entry,
    MatrixAnswer,
    VectorProblem,
    differentiate,
)
from diffcompare.backends.problem import Hand
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import operation_count, wengert_list
from diffcompare.numeric.evaluate import Deadline, Undefined, is_number, is_undefined, values_at
from diffcompare.numeric.sparsity import SparsityPattern, colour, groups_of
from diffcompare.studies.accuracy import truth_about
from diffcompare.studies.failure import no_answer, point_failure
from diffcompare.studies.matrix_tables import MatrixRecord
from diffcompare.studies.question import checked_names, checked_positive, question_and_point, set_up
from diffcompare.truth.establish import Truth
from diffcompare.truth.rounding import TrueNumber

MAX_ENTRIES = 100_000  # of a Jacobian: every one is computed by every method, and written


class Compression(NamedTuple):
    """The colours of columns and rows, and whether the compressed sweeps gave the same numbers to the last bit."""

    columns: list[int]
    rows: list[int]
    different: Mapping[str, Entry]
    """The methods whose compressed Jacobian differs from the one without compression, each with such an entry."""


@dataclass(frozen=True, repr=False)
class Jacobian(MatrixRecord):
    """The Jacobian of several outputs by all methods, and the truth.

    Fields:
        question: The input as it was read.
        problem: The outputs, the point, and the variables to differentiate by.
        values: The value of every output in doubles; `Undefined` outside its domain.
        truths: Value and gradient of every output to 25 digits; empty if `truth` was False.
        answers: One `MatrixAnswer` for each method, in the order asked.
        pattern: The entries that may differ from 0.
        compression: The colours of the compressed sweeps; None without `compressed`.
        notes: What the user should know about the input.
    """

    report = "diffcompare.studies.jacobian_report"

    question: ParsedInput
    problem: VectorProblem
    values: tuple[float | Undefined, ...]
    truths: tuple[Truth, ...]
    answers: tuple[MatrixAnswer, ...]
    pattern: SparsityPattern
    compression: Compression | None = None
    notes: tuple[Diagnostic, ...] = ()

    @property
    def row_labels(self) -> tuple[str, ...]:
        """The names of the outputs: f1, f2 ..."""
        return tuple(f"f{number + 1}" for number in range(len(self.problem.outputs)))

    @cached_property
    def operations(self) -> int:
        """The number of operations of all outputs together, each shared one counted once."""
        return operation_count(wengert_list(*self.problem.outputs))

    @property
    def shaped(self) -> dict[str, Any]:
        """The matrix by variable, a partial of every output; nan where it is not known.

        For a function it goes by parameter, and has the shape that the function returns, followed by the parameter's.
        """
        rows = self.numbers_by_row
        if self.question.program is not None:
            return self.question.program.at.jacobian_of(rows, self.question.program.recording.shape)
        columns = {name: [row[name] for row in rows] for name in self.problem.wrt}
        return columns if self.question.parsed.listed else {name: column[0] for name, column in columns.items()}

    def true_entry(self, row: int, name: str) -> TrueNumber | None:
        """Return the true partial of an output; None where it is not known."""
        known = self.truths and not is_undefined(self.values[row])
        return self.truths[row].gradient.get(name) if known else None

    def exists(self, row: int, name: str) -> bool:
        """Tell whether an entry may exist: False where the output is undefined or has no derivative."""
        if is_undefined(self.values[row]):
            return False
        return not self.truths or self.truths[row].status not in ("undefined", "nondifferentiable")

    @cached_property
    def failure(self) -> Diagnostic | None:
        """The error at the point of the first output that has no gradient there; None where all have one."""
        for number, output in enumerate(self.problem.outputs):
            truth = self.truths[number] if self.truths else None
            failure = point_failure(wengert_list(output), self.problem.row(number), self.values[number], truth)
            if failure is not None:
                name = f"f{number + 1}: " if len(self.problem.outputs) > 1 else ""
                return failure._replace(message=f"{name}{failure.message}")
        if self.answers and not self.is_answered:
            return no_answer(self.answers, [note for truth in self.truths for note in truth.notes], "Jacobian")
        return None

    @property
    def has_tables(self) -> bool:
        """False where no output has a value, so that there is nothing to tabulate."""
        return any(map(is_number, self.values))


def jacobian_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = JACOBIAN_METHODS,
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    compressed: bool = False,
    hands: Sequence[Hand] = (),
) -> Jacobian:
    """Compute the Jacobian of a question, with the options of `jacobian`, and the partials that a person wrote."""
    names = [backend.name for backend in select_backends(checked_names("methods", methods))]
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    prepare(names)
    setup = set_up(question, at, wrt)
    program = question.program
    outputs = question.parsed.outputs
    problem = VectorProblem(outputs, setup.point, setup.wrt, step, budget, program=program, hands=hands)
    _check_size(problem)
    nodes = wengert_list(*problem.outputs)
    node_values = values_at(nodes, setup.point) if program is None else program.recording.values
    truths = _truths(problem) if truth else ()
    pattern = problem.pattern
    columns, rows = colour(pattern.columns), colour(pattern.rows)
    grouped = problem._replace(columns=groups_of(columns), rows=groups_of(rows)) if compressed else problem
    answers = answers_of(names, lambda name: differentiate(name, grouped))
    compression = Compression(columns, rows, _different(problem, answers)) if compressed else None
    values = tuple(node_values[output] for output in problem.outputs)
    return Jacobian(question, grouped, values, truths, answers, pattern, compression, setup.notes)


def _check_size(problem: VectorProblem) -> None:
    entries = len(problem.outputs) * len(problem.wrt)
    if entries > MAX_ENTRIES:
        message = f"the Jacobian has {entries:,} entries, and {MAX_ENTRIES:,} is the limit"
        raise DiffcompareError(Diagnostic("E718", "resource_limit", message, help="name some variables: --wrt"))


def _truths(problem: VectorProblem) -> tuple[Truth, ...]:
    """Return the truth about every output, all within one budget."""
    deadline, truths = Deadline(problem.budget), []
    for number in range(len(problem.outputs)):
        left = deadline.remaining
        truths.append(truth_about(problem.row(number, None if left is None else max(left, 1e-9))))
    return tuple(truths)


def _different(problem: VectorProblem, answers: Sequence[MatrixAnswer]) -> dict[str, Entry]:
    """Return the methods whose numbers differ, in any bit, from those without compression, each with the first entry.

    The pattern of a Python function is that of its run at the point: a step across a branch may find other entries.
    """
    different = {}
    for answer in answers:
        if answer.method in BY_GROUPS and answer.status != "timed-out":
            whole = differentiate(answer.method, problem)
            entries = [(row, name) for row in range(len(problem.outputs)) for name in problem.wrt]
            wrong = (entry for entry in entries if answer.rows[entry[0]][entry[1]] != whole.rows[entry[0]][entry[1]])
            place = next(wrong, None) if whole.status != "timed-out" else None
            if place is not None:
                different[answer.method] = place
    return different


def jacobian(
    expression: str | Expression | Sequence[str | Expression],
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = JACOBIAN_METHODS,
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    compressed: bool = False,
    ops: Any = None,
    **values: float,
) -> Jacobian:
    """Differentiate several outputs by several methods and measure each against the truth.

    Args:
        expression: Text with a list of outputs, `"[x*y, x + y^2]"`, or a sequence of expressions.
        point: A mapping of variable names to numbers, or one number where there is one variable; None: a default.
        wrt: The variables to differentiate by; none means all of them.
        methods: Names of methods, or "all"; `diffcompare grad --help` lists them.
        step: The step h of the differences; None: a good one.
        budget: Seconds that each method may take; None: no limit.
        truth: Whether to compute the true Jacobian, to 25 digits with error bounds.
        compressed: Whether to find columns, and rows, that share no entry by one sweep together.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        A `Jacobian`; its `matrix` is the best known one, rows by output and columns by variable, `data()` has every
        number, `str()` the tables.

    Raises:
        DiffcompareError: For outputs that cannot be read, and for a wrong point, variable, method or number.
        TypeError: For an expression of another type.

    Example:
        >>> jacobian("[x*y, x + y^2]", x=2, y=3, methods="reverse-ad").matrix
        [[3.0, 2.0], [1.0, 6.0]]

    Source: A. Griewank and A. Walther: Evaluating derivatives, second edition, SIAM 2008, chapters 7 and 8.
    """
    question, at = question_and_point(expression, point, values, several=True, ops=ops, budget=budget)
    return jacobian_question(
        question, at=at, wrt=wrt, methods=methods, step=step, budget=budget, truth=truth, compressed=compressed
    )
