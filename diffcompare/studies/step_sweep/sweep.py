"""`dc.sweep` and `sweep`: the error of difference formulas against their step, and of methods that have none.

The picture is Figure 3 of Baydin, Pearlmutter, Radul and Siskind, "Automatic Differentiation in Machine Learning: a
Survey", JMLR 18(153), 2018: truncation error falls with the step, round-off grows as the step shrinks.

E551  no variable to step along         E553  no derivative to measure errors against
E552  several variables                 W551  measured against reverse mode, not against the truth
W552  the budget was spent              W553  along the recorded path of a program, which decides
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor, isfinite, isinf, log10, sqrt
from typing import Any, NamedTuple

from diffcompare.backends import BACKENDS, DIFFERENCES, ONE_AT_A_TIME, backend, run_backend
from diffcompare.backends.problem import Problem, path_note
from diffcompare.backends.symbolic import client
from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, evaluate, is_number, values_at
from diffcompare.numeric.float32 import FLOAT32, rounded
from diffcompare.studies.accuracy import correct_digits, truth_about
from diffcompare.studies.failure import point_failure
from diffcompare.studies.question import Setup, bad_value, checked_names, checked_positive, question_and_point, set_up
from diffcompare.studies.record import Record
from diffcompare.studies.step_sweep import slopes
from diffcompare.studies.step_sweep.measurements import (
    Bin,
    CancellationRow,
    Curve,
    Grid,
    StepFreeAnswer,
    answers_without_step,
    cancellation_table,
    complex_rule,
    curves,
    error_of,
    formulas,
    grid_for,
    table_steps,
)
from diffcompare.studies.step_sweep.slopes import FittedSlope, Prediction, predict, rule_of_thumb
from diffcompare.truth.establish import Truth
from diffcompare.truth.higher_derivatives import higher_derivatives
from diffcompare.truth.rounding import TrueNumber

# --- The record -------------------------------------------------------------------------------------------------------

MIN_SAMPLES = 5  # steps per bin below which no slope is fitted to round-off: the error of single steps is random


class Arithmetic(NamedTuple):
    """The arithmetic of the quotients, and their number."""

    nominal: bool = False  # True if quotients are divided by h as written, not by (x + h) - x
    single: bool = False  # True if everything is rounded to float32
    bins: int = 1  # bins per decade
    samples: int = 1  # steps per bin

    @property
    def unit_roundoff(self) -> float:
        """The unit roundoff u: half the distance from 1 to the next number."""
        return 2.0**-24 if self.single else 2.0**-53


class CurveFindings(NamedTuple):
    """The findings about one error curve, with the predictions of theory and of the rule of thumb."""

    best: Bin | None  # the bin with the least median error; among equally good ones that of the longest step
    equals: int  # the number of bins as good as the best, which counts too
    # The fitted power of h on the branch of long steps; None where there is no such branch.
    truncation: FittedSlope | None
    # The fitted power of h on the branch of short steps; None where there is no such branch.
    round_off: FittedSlope | None
    theory: Prediction | None  # the best step in theory; None for the complex step
    rule: float | None  # the step of the rule of thumb
    rule_error: float | None  # the median error of the bin with that step


@dataclass(frozen=True, repr=False)
class StepSweep(Record):
    """Errors of difference formulas against their step, along one variable at one point.

    Fields:
        question: The input as it was read.
        problem: Expression, point and the variable of the steps.
        value: The value of f at the point; in float32 with `single`.
        truth: Value and gradient to 25 digits, as far as they are known.
        arithmetic: The arithmetic of the quotients, and their number.
        true: The number that errors are measured against: the true derivative, or reverse mode's if the truth is not
            known.
        curves: The errors of every formula, longest step first.
        cancellation: The values f(x+h) whose difference from f(x) loses digits.
        tiny: The complex step at steps far below those of the differences.
        higher: The derivatives of orders 2 to 5 at the point; None where one is not known.
        complete: True if the time budget was enough for all steps.
        failure: The reason why nothing could be measured at this point, if so.
        notes: Warnings and notes for the user.

    `without_step`, the answers of automatic and symbolic differentiation, is asked for when it is first looked at: the
    table of errors does without, and without sympy.
    """

    report = "diffcompare.studies.step_sweep.report"

    question: ParsedInput
    problem: Problem
    value: float | Undefined
    truth: Truth
    arithmetic: Arithmetic
    true: TrueNumber | None = None
    curves: tuple[Curve, ...] = ()
    cancellation: tuple[CancellationRow, ...] = ()
    tiny: tuple[Bin, ...] = ()
    higher: dict[int, float | None] | None = None
    complete: bool = True
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The variable of the steps."""
        return self.problem.wrt[0]

    @property
    def x(self) -> float:
        """The value of that variable."""
        return self.problem.point[self.name]

    @cached_property
    def without_step(self) -> tuple[StepFreeAnswer, ...]:
        """The answers of automatic and symbolic differentiation; none where nothing could be measured."""
        return answers_without_step(self.problem, self.true, single=self.arithmetic.single) if self.true else ()

    @cached_property
    def floor(self) -> float:
        """About one ulp of the derivative: smaller errors are a matter of luck."""
        return 2 * self.arithmetic.unit_roundoff * abs(self.true.nearest) if self.true else 0.0

    @cached_property
    def length(self) -> float | None:
        """sqrt|f/f''|, the characteristic length of the function, which the rule of thumb takes to be 1."""
        second = (self.higher or {}).get(2)
        if not second or not is_number(self.value) or not self.value:
            return None
        length = sqrt(abs(self.value / second))  # type: ignore[operator]
        return length if length > 0 and isfinite(length) else None

    @cached_property
    def findings(self) -> dict[str, CurveFindings]:
        """The findings about every curve, by method."""
        return {curve.method: self._findings(curve) for curve in self.curves}

    def _findings(self, curve: Curve) -> CurveFindings:
        value = float(self.value) if is_number(self.value) else 0.0  # type: ignore[arg-type]
        u = self.arithmetic.unit_roundoff
        rule = rule_of_thumb(curve.method, self.x, 2 * u)
        return CurveFindings(
            slopes.best(curve, self.floor),
            slopes.equally_good(curve, self.floor),
            slopes.truncation(curve, self.floor),
            slopes.round_off(curve, self.floor) if self.arithmetic.samples >= MIN_SAMPLES else None,
            predict(curve.method, value, self.higher or {}, u),
            rule,
            _error_near(curve, rule, self.arithmetic.bins),
        )

    def curve(self, method: str) -> Curve | None:
        """Return the curve of a method; None where it was not measured."""
        return next((curve for curve in self.curves if curve.method == method), None)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what the curves teach."""
        text: str = self.from_report("verdict")
        return text


def _error_near(curve: Curve, step: float | None, bins: int) -> float | None:
    """Return the median error of the bin that contains a step; None where there is none."""
    if step is None:
        return None
    nearest = min(curve.bins, key=lambda bin: abs(bin.exponent - log10(step)), default=None)
    if nearest is None or abs(nearest.exponent - log10(step)) > 0.5 / bins + 1e-9:
        return None
    return nearest.error


def digits_at(sweep: StepSweep, curve: Curve) -> float | None:
    """Return the correct digits of a curve's best bin."""
    best = sweep.findings[curve.method].best
    if best is None or best.error is None or sweep.true is None:
        return None
    return digits_of(sweep, best.error)


def digits_of(sweep: StepSweep, error: float) -> float | None:
    """Return the correct digits that an absolute error leaves; None where the true derivative is 0."""
    true = sweep.true
    if true is None or true.nearest == 0:
        return None
    return correct_digits(max(error / abs(true.nearest), sweep.arithmetic.unit_roundoff))


# --- The study --------------------------------------------------------------------------------------------------------

RANGE, RANGE_SINGLE = (-1, -16), (0, -8)  # exponents of the longest and shortest step by default, for |x| of size 1
# Steps for the complex step alone; the last is the smallest positive number.
TINY = (1e-20, 1e-50, 1e-100, 1e-200, 1e-300, 5e-324)
TINY_SINGLE = (1e-10, 1e-15, 1e-20, 1e-30, 2.0**-149)


def sweep_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    steps: tuple[float, float] | None = None,
    nominal: bool = False,
    single: bool = False,
    samples: int | None = None,
    methods: str | Iterable[str] = (),
    budget: float | None = 5.0,
    brief: bool = False,
) -> StepSweep:
    """Sweep over the step for a parsed expression, at the point `at` or its default; see `sweep` for the arguments.

    `brief` tells that nobody will look at the methods without a step.
    """
    budget, methods, single = checked_positive("budget", budget), _formulas(methods), bool(single)
    if not brief:
        client.prepare()  # sympy is imported in a process of its own, in the meantime
    posed = set_up(question, at, wrt)
    name = _variable(posed, asked=bool(wrt))
    point = _point_in_float32(posed.point) if single else posed.point
    problem = Problem(question.parsed.expression, point, (name,), question.hand, None, budget, program=question.program)
    nodes = wengert_list(problem.expression)
    high, low = _range(steps, point[name], single=single)
    grid = grid_for(high, low, len(nodes))
    if samples is not None:
        grid = grid._replace(samples=_odd(samples), closed=samples > 1)
    value = values_at(nodes, point)[problem.expression]
    truth = truth_about(problem)
    failure = _failure(nodes, problem, value, truth, single=single)
    arithmetic = Arithmetic(nominal, single, grid.bins, grid.samples)
    record = StepSweep(question, problem, value, truth, arithmetic, failure=failure, notes=posed.notes)
    return record if failure is not None else _measured(record, grid, high, low, methods)


def _measured(record: StepSweep, grid: Grid, high: float, low: float, methods: Sequence[str]) -> StepSweep:
    """Return the record with all measurements."""
    problem, (nominal, single, *_) = record.problem, record.arithmetic
    true, notes = _reference(problem, record.truth)
    with ONE_AT_A_TIME:
        higher = {} if record.truth.status in ("timed-out", "unavailable") else higher_derivatives(problem, record.name)
        measured, complete = curves(problem, true, grid, nominal=nominal, single=single, methods=methods)
        line, rules = formulas(problem, nominal=nominal, single=single)
        forward, _ = rules["forward-difference"]
        shared = cancellation_table(line, forward, record.x, table_steps(high, low), single=single)
        tiny = _tiny(problem, true, single=single)
        value = line(record.x)
    notes = (*notes, *_recorded_path(problem, single=single))
    if not complete:
        notes = (*notes, _cut_short(problem))
    return replace(
        record, value=value if single and value is not None else record.value, true=true, curves=measured,
        cancellation=shared, tiny=tiny, higher=higher, complete=complete,
        notes=(*record.notes, *notes),
    )  # fmt: skip


def sweep(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    steps: tuple[float, float] | None = None,
    nominal: bool = False,
    single: bool = False,
    samples: int | None = None,
    methods: str | Iterable[str] = (),
    budget: float | None = 5.0,
    ops: Any = None,
    **values: Any,
) -> StepSweep:
    """Measure the error of difference quotients against their step: `sweep("x^2*sin(x)", x=1.5)`.

    Truncation error falls with h, round-off grows as 1/h: the picture of both is Figure 3 of the survey, here for any
    expression.  Printed, the record shows the plot as text, its tables, and what they teach.

    Args:
        expression: Text, an `Expression`, `@name`, `FILE.toml:name`, or a Python function of numbers and vectors.
        point: The values by variable, or one number for a function of one variable; default: a suitable point.
        wrt: The variable to step along; default: the first one.
        steps: The longest and the shortest step h, in the units of the variable; default: 1e-1 to 1e-16 (1 to 1e-8
            with `single`), and longer where |x| is large.
        nominal: Divide by h as it is written; default: by (x + h) - x, the step that x really takes.
        single: Compute in float32, at the point rounded to float32.
        samples: Steps per bin, an odd number, from end to end of the bin; default: 31, or fewer for a large expression.
            A bin is a quarter of a decade (larger for a large expression), and its error the median of its steps.
        methods: Names of the formulas, such as `central-difference`, `complex-step`; default: all.
        budget: Seconds for each part of the work; None for no limit.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: The point by keyword.

    Returns:
        A `StepSweep`: absolute errors by formula and bin (`curves`), fitted slopes and best steps (`findings`), a
        sentence (`verdict`).  A point without a derivative raises nothing: see `failure`.

    Raises:
        DiffcompareError: The expression cannot be parsed, or an argument is out of its range.

    Example:
        >>> swept = sweep("exp(x)*sin(y)", x=1, y=2, wrt="y", steps=(1e-1, 1e-8), methods=["central-difference"])
        >>> [curve.method for curve in swept.curves]
        ['central-difference']

    Source: A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind: Automatic differentiation in machine learning:
    a survey, JMLR 18(153), 2018, figure 3.
    """
    question, at = question_and_point(expression, point, values, ops=ops, budget=budget)
    return sweep_question(
        question, at=at, wrt=wrt, steps=steps, nominal=nominal, single=single, samples=samples, methods=methods,
        budget=budget,
    )  # fmt: skip


def _odd(samples: int) -> int:
    """Return the number of steps per bin, if it is odd, so that one is in the middle; else raise DiffcompareError."""
    if not isinstance(samples, int) or samples < 1 or samples % 2 == 0:
        raise bad_value(f"{samples!r} is not an odd number of steps", "samples", "give 1, 3, 5 or more")
    return samples


def _formulas(methods: str | Iterable[str]) -> list[str]:
    """Return the names of the formulas; raise DiffcompareError for the name of a method without a step."""
    names = checked_names("methods", methods)
    known = (*DIFFERENCES, "complex-step")
    for name in names:
        if name not in known:
            message = f"`{name}` has no step" if name in BACKENDS else f"no formula `{name}`"
            raise bad_value(message, "methods", f"the formulas are {', '.join(known)}")
    return names


def _variable(posed: Setup, *, asked: bool) -> str:
    """Return the variable to step along; raise DiffcompareError where there is none, or more than one was named."""
    if not posed.point:
        message = "there is no variable to step along: the expression is a constant"
        raise DiffcompareError(Diagnostic("E551", "bad_value", message, help="write an expression with a variable"))
    if asked and len(posed.wrt) > 1:
        message = f"a sweep goes along one variable, not {len(posed.wrt)}"
        raise DiffcompareError(Diagnostic("E552", "bad_value", message, help=f"--wrt {posed.wrt[0]}"))
    return posed.wrt[0]


def _point_in_float32(point: Mapping[str, float]) -> dict[str, float]:
    low = {name: rounded(x) for name, x in point.items()}
    for name, x in low.items():
        if not isfinite(x):
            raise bad_value(f"the value of `{name}` is beyond the range of float32 (3.4e38)", "point")
    return low


def _range(steps: tuple[float, float] | None, x: float, *, single: bool) -> tuple[float, float]:
    """Return the exponents of the longest and the shortest step, which by default grow with x, as its ulp does."""
    if steps is not None:
        ends = [checked_positive("steps", step) or 0.0 for step in steps] if isinstance(steps, Sequence) else []
        if len(ends) != 2 or 0.0 in ends or isinstance(steps, str):
            raise bad_value(f"`steps` is {shown(steps)}", "steps", "give the longest and the shortest step")
        return log10(max(ends)), log10(min(ends))
    size = floor(log10(abs(x))) if abs(x) >= 10 else 0
    high, low = RANGE_SINGLE if single else RANGE
    return high + size, low + size


def _failure(
    nodes: Sequence[Expression], problem: Problem, value: float | Undefined, truth: Truth, *, single: bool
) -> Diagnostic | None:
    """Return why nothing can be measured at this point; None where all is well."""
    failure = point_failure(nodes, problem, value, truth)
    if failure is not None:
        return failure._replace(help="choose another point") if failure.code == "E803" else failure
    true = truth.gradient.get(problem.wrt[0])
    if true is not None and isinf(true.nearest):
        message = f"the derivative is {true.text}, beyond the range of doubles (1.8e308)"
        return Diagnostic("E804", "overflow", message, help="choose another point, or scale the function down")
    if true is None and _by_reverse(problem) is None:
        why = "; ".join(truth.notes) or truth.status
        message = f"neither the truth nor reverse mode has a derivative to measure errors against ({why})"
        return Diagnostic("E553", "resource_limit", message, help="choose another point, or a larger --budget")
    if single and not is_number(evaluate(nodes, problem.point, FLOAT32)[nodes[-1]]):
        message = "in float32 the function has no finite value at this point"
        return Diagnostic("E804", "overflow", message, help="leave out --float32, or choose a point nearer to 0")
    return None


def _by_reverse(problem: Problem) -> float | None:
    return run_backend(backend("reverse-ad"), problem).gradient.get(problem.wrt[0])


def _reference(problem: Problem, truth: Truth) -> tuple[TrueNumber, tuple[Diagnostic, ...]]:
    """Return the derivative that errors are measured against, and a warning where it is not the truth."""
    true = truth.gradient.get(problem.wrt[0])
    if true is not None:
        return true, ()
    value = _by_reverse(problem) or 0.0
    why = "; ".join(truth.notes) or truth.status
    message = f"errors are measured against reverse-ad, because the truth is not known ({why})"
    help = "a larger --budget may help" if truth.status == "timed-out" else None
    note = Diagnostic("W551", "note", message, help=help, severity="warning")
    return TrueNumber(repr(value), value, Fraction(value), "unknown"), (note,)


def _recorded_path(problem: Problem, *, single: bool) -> list[Diagnostic]:
    """Say of a program that decides what does not run it anew at every point."""
    path = path_note(problem.program)
    what = "everything in float32" if single else "the complex step"
    return [Diagnostic("W553", "note", f"{what} {path}", severity="note")] if path else []


def _cut_short(problem: Problem) -> Diagnostic:
    message = f"the shortest steps were left out, because the budget of {problem.budget:g} s was spent"
    return Diagnostic("W552", "note", message, help="give a larger --budget", severity="warning")


def _tiny(problem: Problem, true: TrueNumber, *, single: bool) -> tuple[Bin, ...]:
    """Measure the complex step alone, down to the smallest positive number."""
    rule = complex_rule(problem, single=single)
    bins = []
    for step in TINY_SINGLE if single else TINY:
        quotient = rule(step)
        error = None if quotient is None else error_of(quotient, true)
        bins.append(Bin(log10(step), quotient, error, error))
    return tuple(bins)
