"""The sweep: the error of every difference formula against its step, beside the methods that have none.

E551  no variable to step along         E553  no derivative to measure errors against
E552  several variables                 W551  measured against reverse mode, not against the truth
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor, isinf, log10

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.evaluation import Undefined, evaluate, is_number, values_at
from diffcompare.expression import Expression
from diffcompare.problem import Problem
from diffcompare.source import Question
from diffcompare.studies.failure import point_failure
from diffcompare.studies.inputs import Posed, asked_at, bad_value, checked_positive, pose
from diffcompare.studies.methods import ONE_AT_A_TIME, ask, backend
from diffcompare.studies.steps.curves import Bin, Grid, complex_rule, curves, error_of, formulas, grid_for
from diffcompare.studies.steps.levels import levels
from diffcompare.studies.steps.record import Arithmetic, Sweep
from diffcompare.studies.steps.strip import strip, strip_steps
from diffcompare.truth import Truth, establish
from diffcompare.truth.higher import higher_derivatives
from diffcompare.truth.rounding import TrueNumber
from diffcompare.wengert import listing

__all__ = ["Sweep", "sweep", "sweep_question"]

RANGE, RANGE_SINGLE = (-1, -16), (0, -8)
"""The powers of ten between which steps lie by default, for a point of size 1."""
TINY = (1e-20, 1e-50, 1e-100, 1e-200, 1e-300, 5e-324)
TINY_SINGLE = (1e-10, 1e-15, 1e-20, 1e-30, 2.0**-149)
"""Steps for the complex step alone; the last one is the smallest number there is."""


def sweep_question(
    question: Question,
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    steps: tuple[float, float] | None = None,
    nominal: bool = False,
    single: bool = False,
    samples: int | None = None,
    methods: Sequence[str] = (),
    budget: float | None = 5.0,
) -> Sweep:
    """Sweep over the step, by one variable (`wrt`; none: the first one).

    `steps` are the longest and the shortest step; `nominal` divides by the step as it is written, not by the one that
    x takes; `single` computes in float32, at the point rounded to float32; `samples` is an odd number of steps from
    end to end of a bin, by default what the expression allows; `methods` are the formulas, by default all.  Raises
    DiffcompareError for a wrong point, variable, range of steps, number of samples or budget; a point without a
    derivative is an answer, see `failure`.
    """
    from diffcompare.backends.symbolic import prepare

    budget = checked_positive("budget", budget)
    prepare()  # sympy is imported in its own process while this one does everything else
    posed = pose(question, at, wrt)
    name = _one(posed, asked=bool(wrt))
    point = _in_single(posed.point) if single else posed.point
    problem = Problem(question.parsed.expression, point, (name,), question.hand, None, budget)
    nodes = listing(problem.expression)
    high, low = _range(steps, point[name], single=single)
    grid = grid_for(high, low, len(nodes))
    if samples is not None:
        grid = grid._replace(samples=_odd(samples), closed=samples > 1)
    value = values_at(nodes, point)[problem.expression]
    with ONE_AT_A_TIME:
        truth = establish(problem)
    failure = _failure(nodes, problem, value, truth, single=single)
    arithmetic = Arithmetic(nominal, single, grid.bins, grid.samples)
    record = Sweep(question, problem, value, truth, arithmetic, failure=failure, notes=posed.notes)
    return record if failure is not None else _measured(record, grid, high, low, methods)


def _measured(record: Sweep, grid: Grid, high: float, low: float, methods: Sequence[str]) -> Sweep:
    """The record with everything in it that was to be measured."""
    problem, (nominal, single, *_) = record.problem, record.arithmetic
    true, notes = _reference(problem, record.truth)
    with ONE_AT_A_TIME:
        higher = higher_derivatives(problem, record.name) if record.truth.status != "timed-out" else {}
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
    methods: Sequence[str] = (),
    budget: float | None = 5.0,
    **values: float,
) -> Sweep:
    """Errors against steps: `sweep("x^2*sin(x)", x=1.5)`; the arguments are those of `sweep_question`."""
    question, at = asked_at(expression, point, values)
    return sweep_question(
        question, at=at, wrt=wrt, steps=steps, nominal=nominal, single=single, samples=samples, methods=methods,
        budget=budget,
    )  # fmt: skip


def _odd(samples: int) -> int:
    """A number of steps of which one is in the middle of its bin."""
    if not isinstance(samples, int) or samples < 1 or samples % 2 == 0:
        raise bad_value(f"{samples!r} is not an odd number of steps", "samples", "give 1, 3, 5 or more")
    return samples


def _one(posed: Posed, *, asked: bool) -> str:
    """The variable to step along."""
    if not posed.point:
        message = "there is no variable to step along: the expression is a constant"
        raise DiffcompareError(Diagnostic("E551", "bad_value", message, help="write an expression with a variable"))
    if asked and len(posed.wrt) > 1:
        message = f"a sweep goes along one variable, not {len(posed.wrt)}"
        raise DiffcompareError(Diagnostic("E552", "bad_value", message, help=f"--wrt {posed.wrt[0]}"))
    return posed.wrt[0]


def _in_single(point: Mapping[str, float]) -> dict[str, float]:
    from math import isfinite

    from diffcompare.single import rounded

    low = {name: rounded(x) for name, x in point.items()}
    for name, x in low.items():
        if not isfinite(x):
            raise bad_value(f"the value of `{name}` is beyond the range of float32 (3.4e38)", "point")
    return low


def _range(steps: tuple[float, float] | None, x: float, *, single: bool) -> tuple[float, float]:
    """The exponents of the longest and the shortest step: by default they grow with x, as its spacing does."""
    if steps is not None:
        ends = [checked_positive("steps", step) or 0.0 for step in steps]
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
        from diffcompare.single import SINGLE

        if not is_number(evaluate(nodes, problem.point, SINGLE)[nodes[-1]]):
            message = "in float32 the function has no finite value at this point"
            return Diagnostic("E804", "overflow", message, help="leave out --float32, or choose a smaller point")
    return None


def _by_reverse(problem: Problem) -> float | None:
    return ask(backend("reverse-ad"), problem).gradient.get(problem.wrt[0])


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
