"""`dc.compare` and `grad`: one expression at one point, every method side by side, each against the truth."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from diffcompare.backends import (
    DEFAULT_METHODS,
    DIFFERENCES,
    METHODS,
    answers_of,
    backend,
    run_backend,
    select_backends,
    watched_answers,
)
from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.problem import Derivative, Hand, Problem, Size
from diffcompare.diagnostics import Diagnostic, DiffcompareError, ManyNumbers
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import active_nodes, dag_size, operation_count, tree_size, variables, wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS, Undefined, is_number, values_at
from diffcompare.studies.accuracy import FULL_DIGITS, at_own_precision, full_digits, measure, truth_about
from diffcompare.studies.question import (
    checked_names,
    checked_positive,
    checked_simplify,
    is_function,
    own_operations,
    own_partials,
    question_and_point,
    set_up,
)
from diffcompare.studies.record import Record

if TYPE_CHECKING:
    from diffcompare.studies.array_comparison import ArrayComparison
    from diffcompare.truth.establish import Truth
    from diffcompare.truth.rounding import TrueNumber

# Where the truth is not known, the gradient is that of the first of these methods that has an answer.
FALLBACKS = ("reverse-ad", "forward-ad", "symbolic", "hand-coded", "complex-step")


@dataclass(frozen=True, repr=False)
class Comparison(Record):
    """The answers of all methods and the truth; shown as tables in a terminal and in a notebook.

    Fields:
        question: The input as it was read: text, parsed expression, and the catalogue entry that it is, if any.
        problem: What the methods were given: expression, point, variables, formulas by hand, step and budget.
        value: The value of f at the point in doubles; `Undefined` outside the domain, or inf or nan.
        truth: Value and gradient to 25 digits with error bounds, and the one-sided slopes at a kink; None if `truth`
            was False.
        answers: One `Derivative` for each method, in the order asked: its status, the gradient as doubles by variable
            (None where a partial has no number), the work (evaluations of f and operations), formulas and notes.
        notes: What the user should know about the input, such as which default point was chosen.
        was_interrupted: Whether Ctrl-C stopped the methods that have a process of their own.
    """

    report = "diffcompare.studies.compare_report"
    tables = "diffcompare.studies.compare_tables"

    question: ParsedInput
    problem: Problem
    value: float | Undefined
    truth: Truth | None
    answers: tuple[Derivative, ...]
    notes: tuple[Diagnostic, ...] = ()
    was_interrupted: bool = False

    @property
    def is_pending(self) -> bool:
        """True while a method is at work: for somebody who watches the comparison grow."""
        return any(answer.is_pending for answer in self.answers)

    @cached_property
    def nodes(self) -> Sequence[Expression]:
        """The Wengert list of the expression."""
        return wengert_list(self.problem.expression)

    @cached_property
    def size(self) -> Size:
        """The number of nodes of the expression, as a tree and as a DAG."""
        return Size(tree_size(self.problem.expression), dag_size(self.problem.expression))

    @cached_property
    def operations(self) -> int:
        """The number of operations of the expression, each shared one counted once."""
        return operation_count(self.nodes)

    @cached_property
    def gradient(self) -> dict[str, float | None]:
        """The best known gradient: the truth rounded to doubles where it is known, else that of an exact method."""
        if self.truth is not None and any(self.truth.gradient.values()) and self.truth.source != "differences":
            return {name: true.nearest if true else None for name, true in self.truth.gradient.items()}
        answered = {answer.method: answer.gradient for answer in self.answers if answer.status == "ok"}
        best = next((method for method in (*FALLBACKS, *METHODS) if method in answered), None)
        return dict(answered[best]) if best else dict.fromkeys(self.problem.wrt)

    def true_partial(self, name: str) -> TrueNumber | None:
        """Return the true partial with respect to a variable; None where it is not known."""
        return self.truth.gradient.get(name) if self.truth else None

    def measure(self, name: str, partial: float | None) -> dict[str, float | None]:
        """Return the errors and the correct digits of a partial with respect to a variable (see `accuracy.measure`)."""
        if (name, partial) not in self._measured:  # many methods give the same number
            self._measured[name, partial] = measure(partial, self.true_partial(name))
        return self._measured[name, partial]

    def errors(self, answer: Derivative, name: str) -> dict[str, float | None]:
        """Return the errors of a method's partial; ulp and digits of a library are those of its own precision."""
        partial = answer.gradient.get(name)
        errors = self.measure(name, partial)
        return errors if answer.engine is None else at_own_precision(errors, answer.engine.digits)

    @cached_property
    def _measured(self) -> dict[tuple[str, float | None], dict[str, float | None]]:
        return {}

    @cached_property
    def failure(self) -> Diagnostic | None:
        """The reason why there is no gradient at this point; None where there is one."""
        answered = any(answer.status == "ok" for answer in self.answers)
        if is_number(self.value) and (self.truth.status == "ok" if self.truth is not None else answered):
            return None  # as nearly always: what may be wrong need not be loaded
        from diffcompare.studies.failure import no_answer, point_failure

        failure = point_failure(self.nodes, self.problem, self.value, self.truth)
        true = None if self.truth is None else self.truth.gradient.values()
        if failure is not None or answered or (true is not None and None not in true):
            return failure
        return no_answer(self.answers, () if self.truth is None else self.truth.notes)

    @property
    def has_no_value(self) -> bool:
        """True where the function is undefined or overflows."""
        return not super().has_tables

    @property
    def has_tables(self) -> bool:
        """False where the function has no value, unless a library was asked what it makes of it."""
        return not self.has_no_value or any(answer.engine for answer in self.answers)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what to learn from the tables."""
        text: str = self.from_report("verdict")
        return text


# --- The accuracy of every method, partial by partial -----------------------------------------------------------------

# A method of exact rules that keeps fewer digits than this has lost some to rounding, or is wrong.
MIN_EXACT_DIGITS = 12.0
# Half of the digits of a double: a method that keeps fewer has lost them to cancellation, or its formula is wrong.
MIN_USEFUL_DIGITS = 8.0
GIVEN = ("given", "file")  # variants of formulas that the user wrote
NEARBY_TOLERANCE = 1e-3  # how close partials near a kink must be to the truth at the kink

# How far a point is moved off a kink; at smaller distances a formula like (exp(x) - 1)/x has lost its digits.
DISTANCES = (1e-7, 1e-5, 1e-4, 1e-3)
MIN_NORMAL = sys.float_info.min  # subnormal doubles have fewer digits, so that counting them says nothing of a method


class MethodAccuracy(NamedTuple):
    """The accuracy of one method: the correct digits of each partial, or the error where the truth is 0."""

    method: str
    answer: Derivative
    # True for exact rules, False for difference formulas and for a complex step whose length the user chose.
    exact: bool
    digits: Mapping[str, float]  # correct digits of the partials of which digits can be counted
    errors_at_zero: Mapping[str, float]  # absolute errors of the partials whose true value is 0, or underflows to 0
    no_number: tuple[str, ...]  # partials that fit into a double, but for which the method has no number
    tolerance: float  # errors at zero up to this are explained by rounding, given the size of the gradient
    full: float = FULL_DIGITS  # the digits that its numbers can keep: fewer in single precision

    @property
    def min_digits(self) -> float | None:
        """The digits of its worst partial; None where none can be counted."""
        return min(self.digits.values(), default=None)

    @property
    def far_off(self) -> bool:
        """True if every wrong partial is wrong by more than a small move of the point explains."""
        return all(
            digits < -math.log10(NEARBY_TOLERANCE) for digits in self.digits.values() if digits < MIN_EXACT_DIGITS
        ) and all(error > NEARBY_TOLERANCE for name, error in self.errors_at_zero.items() if name in self.wrong)

    @property
    def wrong(self) -> list[str]:
        """The partials that are wrong by more than the rounding of a few operations explains."""
        enough = MIN_EXACT_DIGITS - FULL_DIGITS + self.full
        lost = [name for name, digits in self.digits.items() if digits < enough]
        return lost + [name for name, error in self.errors_at_zero.items() if error > self.tolerance]


def method_accuracies(comparison: Comparison) -> list[MethodAccuracy]:
    """Return the accuracy of every method that answered, also where some or all partials have no number."""
    true_partials = {name: comparison.true_partial(name) for name in comparison.problem.wrt}
    sizes = [abs(true.nearest) for true in true_partials.values() if true is not None and math.isfinite(true.nearest)]
    tolerance = (max(sizes, default=0.0) or 1.0) * 10**-MIN_EXACT_DIGITS
    return [
        _method_accuracy(comparison, answer, true_partials, tolerance)
        for answer in comparison.answers
        if answer.status in ("ok", "undefined")
    ]


def _method_accuracy(
    comparison: Comparison, answer: Derivative, true_partials: Mapping[str, TrueNumber | None], tolerance: float
) -> MethodAccuracy:
    method = answer.method
    exact = method not in DIFFERENCES and not (method == "complex-step" and comparison.problem.step is not None)
    full = FULL_DIGITS
    if answer.engine is not None:
        exact, full = answer.engine.way != "numerically", full_digits(answer.engine.digits)
        tolerance *= 10 ** (FULL_DIGITS - full)
    digits, errors_at_zero, no_number = {}, {}, []
    for name, true in true_partials.items():
        partial = answer.gradient.get(name)
        if true is None or not math.isfinite(true.nearest):
            continue
        if partial is None:
            no_number.append(name)
        elif true.nearest == 0:
            errors_at_zero[name] = abs(partial)
        elif has_countable_digits(true):
            kept = comparison.errors(answer, name)["digits"] or 0.0
            digits[name] = full if kept >= true.known_digits else kept
    return MethodAccuracy(method, answer, exact, digits, errors_at_zero, tuple(no_number), tolerance, full)


def has_countable_digits(true: TrueNumber) -> bool:
    """Tell whether correct digits can be counted: not for 0, nor for numbers that are subnormal or overflow."""
    return MIN_NORMAL <= abs(true.nearest) < math.inf


def value_digits(comparison: Comparison) -> float | None:
    """Return the correct digits of the value of f; None where they cannot be counted."""
    true = comparison.truth.value if comparison.truth else None
    if true is None or not has_countable_digits(true) or not is_number(comparison.value):
        return None
    return measure(float(comparison.value), true)["digits"]  # type: ignore[arg-type]


def kinks(comparison: Comparison) -> list[tuple[Expression, set[str]]]:
    """Return the active operations that are at a kink or at the edge of a branch, with the variables of each."""
    values = values_at(comparison.nodes, comparison.problem.point)
    active = active_nodes(comparison.nodes, comparison.problem.wrt)
    kinked = []
    for node in comparison.nodes:
        if node in active and node.operation is not None and node.operation.kink.text:
            arguments = [values[argument] for argument in node.arguments]
            compared = len(arguments) if node.operation.selects is None else 2
            moving = any(argument in active for argument in node.arguments[:compared])
            if moving and all(map(is_number, arguments[:compared])) and node.operation.kink.contains(*arguments):
                kinked.append((node, set(variables(wengert_list(node)))))
    return kinked


def tied_lines(comparison: Comparison) -> list[tuple[str, set[str]]]:
    """Return the line of a program at which another path begins at the point, with all variables; else nothing."""
    tied = comparison.truth.tied if comparison.truth else ""
    return [(tied, set(comparison.problem.wrt))] if tied else []


def right_nearby(comparison: Comparison, names: Collection[str]) -> bool:
    """Tell whether AD finds these true partials when the point is moved a little: then a kink made it miss them."""
    for distance in DISTANCES:
        for direction in (distance, -distance):
            moved = {
                # Each coordinate moves by an amount of its own, so that a kink along x == y is left, too.
                name: x + direction * (1 + number / 2) * max(1.0, abs(x))
                for number, (name, x) in enumerate(comparison.problem.point.items())
            }
            partials = _gradient_beside(comparison.problem, moved)
            if partials is not None and all(_is_near(partials[name], comparison.true_partial(name)) for name in names):
                return True
    return False


def _gradient_beside(problem: Problem, point: Mapping[str, float]) -> Mapping[str, float] | None:
    """Return the gradient by reverse mode at another point, where a program may take a different path."""
    if problem.program is None:
        return gradient_at(problem.expression, point)
    try:
        gradient = problem.program.record(point).gradient()
    except (DiffcompareError, *RANGE_ERRORS):
        return None
    return gradient if all(map(math.isfinite, gradient.values())) else None


def _is_near(partial: float, true: TrueNumber | None) -> bool:
    tolerance = NEARBY_TOLERANCE
    return true is not None and math.isclose(partial, true.nearest, rel_tol=tolerance, abs_tol=tolerance)


# --- Comparing --------------------------------------------------------------------------------------------------------


def compare_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    hand: Hand | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = DEFAULT_METHODS,
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    simplify: bool | str = "quick",
    watch: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """Compare the methods on a question, with the options of `compare`.

    `at` is the point, `hand` overrides the question's own formulas.  `watch` sees the comparison as soon as only those
    methods are at work that have a process of their own, and again while they answer; Ctrl-C then stops these alone.
    Raises DiffcompareError for a wrong point, variable, method, step or budget.
    """
    names = checked_names("methods", methods)
    # Whoever gives a formula wants to see it judged.
    selected = select_backends(names if hand is None or {"hand-coded", "all"} & set(names) else ["hand-coded", *names])
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    names = [method.name for method in selected]
    for method in selected:
        if method.prepare is not None:
            method.prepare()  # a library is imported in its own process while this one does everything else
    setup = set_up(question, at, wrt)
    hand = hand or question.hand
    problem = Problem(
        question.parsed.expression,
        setup.point,
        setup.wrt,
        hand,
        step,
        budget,
        checked_simplify(simplify),
        question.program,
        question.native or question.program,
    )
    value = (
        values_at(wengert_list(problem.expression), setup.point)[problem.expression]
        if question.program is None
        else question.program.recording.value
    )
    established = truth_about(problem) if truth else None
    compared = Comparison(question, problem, value, established, (), setup.notes)
    if watch is not None and any(method.prepare for method in selected):
        pending = Derivative("", "pending", gradient=dict.fromkeys(setup.wrt))
        answers, was_interrupted = watched_answers(
            selected, problem, lambda so_far: watch(replace(compared, answers=so_far)), pending
        )
        return replace(compared, answers=answers, was_interrupted=was_interrupted)
    last = [method.name for method in selected if method.prepare is not None]
    return replace(compared, answers=answers_of(names, lambda name: run_backend(backend(name), problem), last))


@overload
def compare(expression: str | Expression, point: Any = None, /, **options: Any) -> Comparison: ...
@overload
def compare(expression: Callable[..., Any], point: Any = None, /, **options: Any) -> Comparison | ArrayComparison: ...
def compare(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    methods: str | Iterable[str] = DEFAULT_METHODS,
    hand: Mapping[str, str | Expression] | Callable[..., Any] | None = None,
    wrt: str | Sequence[str] = (),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    simplify: bool | str = "quick",
    engines: str | Iterable[str] = (),
    native: str | Iterable[str] = (),
    ops: Any = None,
    **values: Any,
) -> Comparison | ArrayComparison:
    """Differentiate an expression by several methods and measure each against the truth.

    The methods are the four ways of the survey: hand-coded, numerical, symbolic and automatic differentiation.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue), `FILE.toml:name`, or a Python function,
            which is recorded as it runs; vectors and matrices among its parameters have variables `w[0]`, `W[0, 1]`.
        point: A mapping of variable names to numbers, or one number where there is one variable.  None: the classic
            point of a catalogue entry, else a default point, which the notes name.
        methods: Names of methods, or "all"; `diffcompare grad --help` lists them.
        hand: Formulas that a person derived, by variable; for a Python function, another one that returns its gradient.
        wrt: The variables of differentiation; none means all of them.
        step: The step h of difference formulas and of the complex step, in units of the variable; None: a good one.
        budget: Seconds that each method may take; None: no limit.  So long may a Python function run, too.
        truth: Whether to compute the true gradient, to 25 digits with error bounds.
        simplify: How hard sympy looks for shorter formulas: "none", "quick" (cheap forms of formulas of up to 200
            operations) or "full", which may take longer than all the rest.
        engines: Names of other libraries to ask as well, such as "torch" and "jax", or "all" that are installed.
        native: Libraries that run a Python function as it is written for them, of "torch", "jax" and "autograd": it is
            called with their own arrays of doubles.  Where it cannot be recorded, f is what the first of them computes.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        A `Comparison`; its `gradient` is the best known one, `data()` has every number, `str()` the tables.  A point
        that is undefined or not differentiable is one, too (see `failure`); of large arrays, an `ArrayComparison`.

    Raises:
        DiffcompareError: For an expression that cannot be read, and for a wrong point, variable, method or number.
        TypeError: For an expression of another type.

    Example:
        >>> compare("x^2*sin(x)", x=1.5, methods=["reverse-ad", "central-difference"]).gradient
        {'x': 3.151643663564495}

    Source: A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind: Automatic differentiation in machine learning:
    a survey.  JMLR 18(153), 2018; sections 2 and 3.
    """
    if isinstance(values.get("method"), str | list | tuple):
        raise TypeError("compare() asks several methods: the option is `methods`")
    libraries, asked = checked_names("native", native), checked_names("engines", engines)
    if asked or libraries:
        from diffcompare.engines.registry import engine_methods, native_methods

        methods = [*checked_names("methods", methods), *engine_methods(asked), *native_methods(libraries)]
    try:
        question, at = question_and_point(expression, point, values, ops=ops, budget=budget, native=libraries)
    except ManyNumbers as refused:
        from diffcompare.studies.array_comparison import compare_arrays  # needs NumPy

        by_hand = (lambda run: Hand({}, "given", run.gradient_by(hand))) if is_function(hand) else None
        return compare_arrays(refused, hand=by_hand, wrt=wrt, methods=methods, budget=budget, truth=truth)
    with own_operations(ops):
        own = own_partials(hand, question)
    return compare_question(
        question, at=at, hand=own, wrt=wrt, methods=methods, step=step, budget=budget, truth=truth, simplify=simplify
    )
