"""The sweep: the error of every difference formula against its step, beside the methods that have none.

E551  no variable to step along         E553  no derivative to measure errors against
E552  several variables                 W551  measured against reverse mode, not against the truth
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor, isfinite, isinf, log10, sqrt
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.backends.problem import Derivative, Problem
from diffcompare.backends.registry import BACKENDS, DIFFERENCES, ONE_AT_A_TIME, backend, run_backend
from diffcompare.backends.symbolic import client
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import Undefined, evaluate, is_number, values_at
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.studies.accuracy import correct_digits
from diffcompare.studies.failure import point_failure
from diffcompare.studies.question import Setup, bad_value, checked_names, checked_positive, question_and_point, set_up
from diffcompare.studies.record import Record
from diffcompare.studies.step_sweep import slopes
from diffcompare.studies.step_sweep.cancellation import StripRow, strip, strip_steps
from diffcompare.studies.step_sweep.error_curves import (
    Bin,
    Curve,
    Grid,
    complex_rule,
    curves,
    error_of,
    formulas,
    grid_for,
)
from diffcompare.studies.step_sweep.slopes import FittedSlope, Prediction, predict, rule_of_thumb
from diffcompare.truth.establish import Truth, establish
from diffcompare.truth.higher_derivatives import higher_derivatives
from diffcompare.truth.rounding import TrueNumber

if TYPE_CHECKING:
    pass


# The methods without a step: automatic and symbolic differentiation, level lines under the curves.

METHODS = ("forward-ad", "reverse-ad", "symbolic")


class Level(NamedTuple):
    """The answer of a method without a step; None with a note where it has none."""

    method: str
    value: float | None
    error: float | None
    note: str = ""


def levels(problem: Problem, truth: TrueNumber, *, single: bool) -> tuple[Level, ...]:
    """Every method's answer by the problem's one variable, in doubles or in float32."""
    return tuple([_level(method, problem, truth, single=single) for method in METHODS])


def _level(method: str, problem: Problem, truth: TrueNumber, *, single: bool) -> Level:
    (name,) = problem.wrt
    answer = client.differentiate(problem, ("raw",)) if method == "symbolic" else run_backend(backend(method), problem)
    value = answer.gradient.get(name)
    if value is not None and single:
        value = _level_in_float32(method, problem, answer)
    if value is None:
        return Level(method, None, None, "; ".join(answer.notes) or answer.status)
    return Level(method, value, error_of(value, truth))


def _level_in_float32(method: str, problem: Problem, answer: Derivative) -> float | None:
    """The same sweep, or the same formula, over float32."""
    from math import isfinite

    from diffcompare.numeric.float32 import FLOAT32

    (name,) = problem.wrt
    if method == "symbolic":
        formula = (answer.formulas or {}).get(name)
        found = _value(formula, problem) if formula is not None else None
    else:
        nodes = wengert_list(problem.at(problem.point))
        values, active, variable = evaluate(nodes, problem.point, FLOAT32), active_nodes(nodes, [name]), Variable(name)
        try:
            if method == "reverse-ad":
                found = reverse(nodes, values, active, nodes[-1], FLOAT32).get(variable, 0.0)
            else:
                found = forward(local_partials(nodes, values, active), variable, FLOAT32).get(nodes[-1], 0.0)
        except NotDifferentiable:
            return None
    return float(found) if isinstance(found, float) and isfinite(found) else None


def _value(formula: Expression, problem: Problem) -> object:
    from diffcompare.numeric.float32 import FLOAT32

    return evaluate(wengert_list(formula), problem.point, FLOAT32)[formula]


# The record of a sweep over steps: what was measured, and what follows from it.

MIN_SAMPLES = 5

"""Steps in a bin without which round-off has no slope: the error of a single step proves nothing."""


class Arithmetic(NamedTuple):
    """How it was computed: which step is divided by, in which precision, in how many bins and steps."""

    nominal: bool = False
    single: bool = False
    bins: int = 1
    """Bins in a decade."""
    samples: int = 1
    """Steps in a bin."""

    @property
    def unit_roundoff(self) -> float:
        """Half the distance from 1 to the next number."""
        return 2.0**-24 if self.single else 2.0**-53


class Findings(NamedTuple):
    """What a curve says."""

    best: Bin | None
    equals: int
    """How many bins are as good: among equals the longest step is called the best."""
    truncation: FittedSlope | None
    round_off: FittedSlope | None
    theory: Prediction | None
    rule: float | None
    """The step of the rule of thumb."""
    rule_error: float | None
    """The median error of the bin that it lies in."""


@dataclass(frozen=True, repr=False)
class StepSweep(Record):
    """Errors against steps, by one variable at one point.  Shows itself as a document."""

    report = "diffcompare.studies.step_sweep.report"

    question: ParsedInput
    problem: Problem
    value: float | Undefined
    truth: Truth
    arithmetic: Arithmetic
    true: TrueNumber | None = None
    """What errors are measured against: the true derivative, or reverse mode's where the truth is not known."""
    curves: tuple[Curve, ...] = ()
    levels: tuple[Level, ...] = ()
    strip: tuple[StripRow, ...] = ()
    tiny: tuple[Bin, ...] = ()
    """The complex step at steps far below those of the differences."""
    higher: dict[int, float | None] | None = None
    complete: bool = True
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The variable."""
        return self.problem.wrt[0]

    @property
    def x(self) -> float:
        """Where that variable is."""
        return self.problem.point[self.name]

    @cached_property
    def floor(self) -> float:
        """About an ulp of the derivative: a smaller error is a matter of luck."""
        return 2 * self.arithmetic.unit_roundoff * abs(self.true.nearest) if self.true else 0.0

    @cached_property
    def length(self) -> float | None:
        """sqrt|f/f''|: the function's own scale of length, which the rule of thumb takes to be 1."""
        second = (self.higher or {}).get(2)
        if not second or not is_number(self.value) or not self.value:
            return None
        length = sqrt(abs(self.value / second))  # type: ignore[operator]
        return length if length > 0 and isfinite(length) else None

    @cached_property
    def findings(self) -> dict[str, Findings]:
        """What every curve says, by method."""
        return {curve.method: self._findings(curve) for curve in self.curves}

    def _findings(self, curve: Curve) -> Findings:
        value = float(self.value) if is_number(self.value) else 0.0  # type: ignore[arg-type]
        u = self.arithmetic.unit_roundoff
        rule = rule_of_thumb(curve.method, self.x, 2 * u)
        return Findings(
            slopes.best(curve, self.floor),
            slopes.equals(curve, self.floor),
            slopes.truncation(curve, self.floor),
            slopes.round_off(curve, self.floor) if self.arithmetic.samples >= MIN_SAMPLES else None,
            predict(curve.method, value, self.higher or {}, u),
            rule,
            _error_near(curve, rule, self.arithmetic.bins),
        )

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what to learn from the curves."""
        text: str = self.from_report("verdict")
        return text


def _error_near(curve: Curve, step: float | None, bins: int) -> float | None:
    """The median error of the bin in which a step lies."""
    from math import log10

    if step is None:
        return None
    nearest = min(curve.bins, key=lambda each: abs(each.exponent - log10(step)), default=None)
    if nearest is None or abs(nearest.exponent - log10(step)) > 0.5 / bins + 1e-9:
        return None
    return nearest.error


def digits_at(sweep: StepSweep, curve: Curve) -> float | None:
    """The correct digits of a curve's best bin."""
    best = sweep.findings[curve.method].best
    if best is None or best.error is None or sweep.true is None:
        return None
    return digits_of(sweep, best.error)


def digits_of(sweep: StepSweep, error: float) -> float | None:
    """The correct digits that an error leaves; None where the true derivative is 0."""
    true = sweep.true
    if true is None or true.nearest == 0:
        return None
    return correct_digits(max(error / abs(true.nearest), sweep.arithmetic.unit_roundoff))


RANGE, RANGE_SINGLE = (-1, -16), (0, -8)

"""The powers of ten between which steps lie by default, for a point of size 1."""

TINY = (1e-20, 1e-50, 1e-100, 1e-200, 1e-300, 5e-324)

TINY_SINGLE = (1e-10, 1e-15, 1e-20, 1e-30, 2.0**-149)

"""Steps for the complex step alone; the last one is the smallest number there is."""


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
) -> StepSweep:
    """Sweep over the step, by one variable (`wrt`; none: the first one).

    `steps` are the longest and the shortest step; `nominal` divides by the step as it is written, not by the one that
    x takes; `single` computes in float32, at the point rounded to float32; `samples` is an odd number of steps from
    end to end of a bin, by default what the expression allows; `methods` are the formulas, by default all.  Raises
    DiffcompareError for a wrong point, variable, range of steps, number of samples or budget; a point without a
    derivative is an answer, see `failure`.
    """
    from diffcompare.backends.symbolic.client import prepare

    budget, methods, single = checked_positive("budget", budget), _formulas(methods), bool(single)
    prepare()  # sympy is imported in its own process while this one does everything else
    posed = set_up(question, at, wrt)
    name = _one(posed, asked=bool(wrt))
    point = _point_in_float32(posed.point) if single else posed.point
    problem = Problem(question.parsed.expression, point, (name,), question.hand, None, budget)
    nodes = wengert_list(problem.expression)
    high, low = _range(steps, point[name], single=single)
    grid = grid_for(high, low, len(nodes))
    if samples is not None:
        grid = grid._replace(samples=_odd(samples), closed=samples > 1)
    value = values_at(nodes, point)[problem.expression]
    with ONE_AT_A_TIME:
        truth = establish(problem)
    failure = _failure(nodes, problem, value, truth, single=single)
    arithmetic = Arithmetic(nominal, single, grid.bins, grid.samples)
    record = StepSweep(question, problem, value, truth, arithmetic, failure=failure, notes=posed.notes)
    return record if failure is not None else _measured(record, grid, high, low, methods)


def _measured(record: StepSweep, grid: Grid, high: float, low: float, methods: Sequence[str]) -> StepSweep:
    """The record with everything in it that was to be measured."""
    problem, (nominal, single, *_) = record.problem, record.arithmetic
    true, notes = _reference(problem, record.truth)
    with ONE_AT_A_TIME:
        higher = {} if record.truth.status in ("timed-out", "unavailable") else higher_derivatives(problem, record.name)
        measured, complete = curves(problem, true, grid, nominal=nominal, single=single, methods=methods)
        line, rules = formulas(problem, nominal=nominal, single=single)
        forward, _ = rules["forward-difference"]
        cut = strip(line, forward, record.x, strip_steps(high, low), single=single)
        tiny = _tiny(problem, true, single=single)
        value = line(record.x)
    exact = levels(problem, true, single=single)
    if not complete:
        notes = (*notes, _cut_short(problem))
    return replace(
        record, value=value if single and value is not None else record.value, true=true, curves=measured,
        levels=exact, strip=cut, tiny=tiny, higher=higher, complete=complete, notes=(*record.notes, *notes),
    )  # fmt: skip


def sweep(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    steps: tuple[float, float] | None = None,
    nominal: bool = False,
    single: bool = False,
    samples: int | None = None,
    methods: str | Iterable[str] = (),
    budget: float | None = 5.0,
    **values: float,
) -> StepSweep:
    """Errors against steps: `sweep("x^2*sin(x)", x=1.5)`; the arguments are those of `sweep_question`."""
    question, at = question_and_point(expression, point, values)
    return sweep_question(
        question, at=at, wrt=wrt, steps=steps, nominal=nominal, single=single, samples=samples, methods=methods,
        budget=budget,
    )  # fmt: skip


def _odd(samples: int) -> int:
    """A number of steps of which one is in the middle of its bin."""
    if not isinstance(samples, int) or samples < 1 or samples % 2 == 0:
        raise bad_value(f"{samples!r} is not an odd number of steps", "samples", "give 1, 3, 5 or more")
    return samples


def _formulas(methods: str | Iterable[str]) -> list[str]:
    """The formulas asked for, each of which divides by a step."""
    names = checked_names("methods", methods)
    known = (*DIFFERENCES, "complex-step")
    for name in names:
        if name not in known:
            message = f"there is no step in `{name}`" if name in BACKENDS else f"no formula `{name}`"
            raise bad_value(message, "methods", f"the formulas are {', '.join(known)}")
    return names


def _one(posed: Setup, *, asked: bool) -> str:
    """The variable to step along."""
    if not posed.point:
        message = "there is no variable to step along: the expression is a constant"
        raise DiffcompareError(Diagnostic("E551", "bad_value", message, help="write an expression with a variable"))
    if asked and len(posed.wrt) > 1:
        message = f"a sweep goes along one variable, not {len(posed.wrt)}"
        raise DiffcompareError(Diagnostic("E552", "bad_value", message, help=f"--wrt {posed.wrt[0]}"))
    return posed.wrt[0]


def _point_in_float32(point: Mapping[str, float]) -> dict[str, float]:
    from math import isfinite

    from diffcompare.numeric.float32 import rounded

    low = {name: rounded(x) for name, x in point.items()}
    for name, x in low.items():
        if not isfinite(x):
            raise bad_value(f"the value of `{name}` is beyond the range of float32 (3.4e38)", "point")
    return low


def _range(steps: tuple[float, float] | None, x: float, *, single: bool) -> tuple[float, float]:
    """The exponents of the longest and the shortest step: by default they grow with x, as its spacing does."""
    if steps is not None:
        ends = [checked_positive("steps", step) or 0.0 for step in steps] if isinstance(steps, Sequence) else []
        if len(ends) != 2 or 0.0 in ends or isinstance(steps, str):
            raise bad_value(f"`steps` is {reprlib.repr(steps)}", "steps", "give the longest and the shortest step")
        return log10(max(ends)), log10(min(ends))
    size = floor(log10(abs(x))) if abs(x) >= 10 else 0
    high, low = RANGE_SINGLE if single else RANGE
    return high + size, low + size


def _failure(
    nodes: Sequence[Expression], problem: Problem, value: float | Undefined, truth: Truth, *, single: bool
) -> Diagnostic | None:
    """Why there is nothing to measure, or nothing to measure it against; None where there is."""
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
    if single:
        from diffcompare.numeric.float32 import FLOAT32

        if not is_number(evaluate(nodes, problem.point, FLOAT32)[nodes[-1]]):
            message = "in float32 the function has no finite value at this point"
            return Diagnostic("E804", "overflow", message, help="leave out --float32, or choose a smaller point")
    return None


def _by_reverse(problem: Problem) -> float | None:
    return run_backend(backend("reverse-ad"), problem).gradient.get(problem.wrt[0])


def _reference(problem: Problem, truth: Truth) -> tuple[TrueNumber, tuple[Diagnostic, ...]]:
    """What errors are measured against, and a warning where that is not the truth."""
    true = truth.gradient.get(problem.wrt[0])
    if true is not None:
        return true, ()
    value = _by_reverse(problem) or 0.0
    why = "; ".join(truth.notes) or truth.status
    message = f"errors are measured against reverse-ad, for the truth is not known ({why})"
    help = "a larger --budget may help" if truth.status == "timed-out" else None
    note = Diagnostic("W551", "note", message, help=help, severity="warning")
    return TrueNumber(repr(value), value, Fraction(value), "unknown"), (note,)


def _cut_short(problem: Problem) -> Diagnostic:
    message = f"the shortest steps were left out, because the budget of {problem.budget:g} s ended"
    return Diagnostic("W552", "note", message, help="a larger --budget", severity="warning")


def _tiny(problem: Problem, true: TrueNumber, *, single: bool) -> tuple[Bin, ...]:
    """The complex step on its own, down to the smallest number."""
    rule = complex_rule(problem, single=single)
    found = []
    for step in TINY_SINGLE if single else TINY:
        quotient = rule(step)
        error = None if quotient is None else error_of(quotient, true)
        found.append(Bin(log10(step), quotient, error, error))
    return tuple(found)
