"""`dc.scan` and `scan`: value, gradient and the error of every method over a grid of points.

Every method is computed at every point, over arrays, and compared with reverse mode there.  The truth takes a
millisecond a point: it is established at a sample, and at the points where a method is farthest off.

E661  an axis or a grid that cannot be computed      E664  the engine of `--compute` is not there
E665  an unknown engine                              W661  the truth is known at a part of the sample only
W662  the time was up before all points
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any, NamedTuple

from diffcompare.backends import automatic, backend, expanded, run_backend
from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.grids.careful_blocks import GridFunction
from diffcompare.grids.complex_blocks import Unsupported
from diffcompare.grids.grid_axes import GridAxis, PointGrid, checked_axis, checked_grid, parse_axes
from diffcompare.grids.measured_grid import (
    REFERENCE,
    GridMethod,
    MeasuredGrid,
    answers_at,
    curve,
    grid_method,
    grid_program,
    measure_grid,
    sample_places,
)
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import Deadline
from diffcompare.studies.accuracy import measure, truth_about
from diffcompare.studies.question import (
    asked_variables,
    checked_names,
    checked_positive,
    is_function,
    merged,
    question_and_point,
)
from diffcompare.studies.record import Record

DEFAULT_SAMPLE = 100  # points with truth
MAX_SAMPLE = 100_000
DEFAULT_METHODS = ("hand-coded", "forward-difference", "central-difference", "forward-ad", "reverse-ad")
CURVE_POINTS = 160


class SampledErrors(NamedTuple):
    """The errors of a method against the truth at the sample, in ulp; None where no point has one."""

    points: int
    median: float | None = None
    root_mean_square: float | None = None
    largest: float | None = None
    place: int = -1


class WorstPoint(NamedTuple):
    """The point at which a method is farthest from the truth, as far as is known, and the partial that is."""

    method: str
    name: str
    place: int
    ulp: float
    digits: float | None
    value: float
    truth: str


@dataclass(frozen=True, repr=False)
class Scan(Record):
    """A function, its gradient and the errors of all methods over a grid.

    Fields:
        question: The input as it was read.
        grid: The points: axes and fixed variables.
        wrt: The variables to differentiate by.
        methods: The names of the methods, in the order asked.
        measured: What was measured at all points.
        sampled: The errors against the truth by method; empty without a truth.
        sample: The number of points with truth, out of those that were asked for.
        worst: For every method the point where it is farthest from the truth.
        not_over_arrays: Methods that were computed at the sample only, with the function that arrays lack.
        curves: f and its partials along the only axis; empty for several axes.
        engine: What computed reverse mode: `numpy` or `c`.
        notes: What the user should know.
        failure: What is wrong with the whole grid, if anything is.
    """

    report = "diffcompare.studies.scan_report"

    question: ParsedInput
    grid: PointGrid
    wrt: tuple[str, ...]
    methods: tuple[str, ...]
    measured: MeasuredGrid
    sampled: Mapping[str, SampledErrors]
    sample: tuple[int, int]
    worst: tuple[WorstPoint, ...]
    not_over_arrays: Mapping[str, str]
    curves: Mapping[str, Sequence[tuple[float, float]]]
    engine: str
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None

    @property
    def arrays(self) -> Mapping[str, Any]:
        """All numbers as arrays in the order of the points, the last axis moving fastest; empty unless kept."""
        return self.measured.arrays

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what the grid teaches."""
        text: str = self.from_report("verdict")
        return text


def scan_question(
    question: ParsedInput,
    over: Sequence[GridAxis],
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    methods: Sequence[str] = DEFAULT_METHODS,
    step: float | None = None,
    sample: int = DEFAULT_SAMPLE,
    truth: bool = True,
    compute: str = "numpy",
    keep: bool = False,
    budget: float | None = 5.0,
) -> Scan:
    """Scan a parsed expression over some axes; see `scan` for the arguments."""
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    expression = _formula(question)
    names = variables(wengert_list(expression))
    grid = _grid(question, names, over, at)
    asked = _checked_wrt(asked_variables(question, wrt), grid)
    for name in methods:
        backend(name)  # raises for one that does not exist
    try:
        program = grid_program(compute, expression, grid.variables, asked)
        function = GridFunction(expression, grid.variables, asked, singly=automatic.reverse_mode, program=program)
    except NotDifferentiable as refusal:
        message = f"no partial is known for {shorten(refusal.node)}"
        help = "choose others with --wrt"
        raise DiffcompareError(Diagnostic("E541", "nondifferentiable", message, help=help)) from None
    over_arrays, refused = _methods(methods, question, expression, grid, asked, step, budget)
    seconds = None if budget is None else budget * (len(over_arrays) + 1)
    measured = measure_grid(grid, function, over_arrays, keep=keep, deadline=Deadline(seconds))
    places = sample_places(measured.done, min(sample, measured.done)) if truth and measured.done else []
    places += [found.place for found in measured.methods.values() if truth and found.place >= 0]
    judged = _Judged(question, expression, grid, asked, step, budget)
    judged.judge(list(dict.fromkeys(places)), function, over_arrays, refused)
    worst = tuple([judged.worst[name] for name in methods if name in judged.worst])
    curves = curve(grid, function, CURVE_POINTS) if len(grid.axes) == 1 else {}
    return Scan(
        question, grid, asked, tuple(methods), measured, judged.errors(methods), judged.known, worst, refused, curves,
        compute, (*question.parsed.notes, *_cut_short(measured, grid), *judged.notes), _failure(measured, grid),
    )  # fmt: skip


def _formula(question: ParsedInput) -> Expression:
    """Return the function as one formula for all points."""
    if question.program is None:
        return question.parsed.expression
    return Problem(question.parsed.expression, {}, (), program=question.program).formula


def _grid(
    question: ParsedInput, names: Sequence[str], over: Sequence[GridAxis], at: Mapping[str, float] | None
) -> PointGrid:
    moving = {axis.name for axis in over}
    known = {**(question.point or {}), **(at or {})}
    for name in [*moving, *(at or {})]:
        if name not in names:
            source = "--over" if name in moving else "--at"
            help = f"its variables are {', '.join(names[:8])}" if names else "it is constant"
            raise _no_variable(name, "E661", source, help)
    fixed = {name: known[name] for name in names if name in known and (name in (at or {}) or name not in moving)}
    return checked_grid(names, over, fixed)


def _checked_wrt(wrt: str | Sequence[str], grid: PointGrid) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(checked_names("wrt", wrt))) or grid.variables
    for name in asked:
        if name not in grid.variables:
            raise _no_variable(name, "E705", "--wrt", f"its variables are {', '.join(grid.variables[:8])}")
    return asked


def _no_variable(name: str, code: str, source: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic(code, "bad_value", f"there is no variable `{name}`", source=source, help=help))


def _methods(
    methods: Sequence[str],
    question: ParsedInput,
    expression: Expression,
    grid: PointGrid,
    wrt: tuple[str, ...],
    step: float | None,
    budget: float | None,
) -> tuple[dict[str, GridMethod], dict[str, str]]:
    """Return the methods over arrays, and the reasons why others are not, or have no answer at all."""
    middle = grid.point(grid.points // 2)
    refused: dict[str, str] = {}
    over_arrays: dict[str, GridMethod] = {}

    def formulas(name: str) -> Mapping[str, Expression]:
        answer = run_backend(backend(name), Problem(expression, middle, wrt, question.hand, None, budget))
        if answer.formulas is None or any(variable not in answer.formulas for variable in wrt):
            raise Unsupported("; ".join(answer.notes) or "no formulas")
        return answer.formulas

    for name in methods:
        if name == REFERENCE:
            continue
        try:
            over_arrays[name] = grid_method(name, expression, grid.variables, wrt, step, formulas)
        except Unsupported as reason:
            refused[name] = str(reason)
    return over_arrays, refused


class _Judged:
    """Establishes the truth at points of a grid, and judges the answers of all methods there."""

    def __init__(
        self,
        question: ParsedInput,
        expression: Expression,
        grid: PointGrid,
        wrt: tuple[str, ...],
        step: float | None,
        budget: float | None,
    ) -> None:
        self.question, self.expression, self.grid, self.wrt = question, expression, grid, wrt
        self.step, self.budget = step, budget
        self.ulps: dict[str, list[tuple[float, int]]] = {}
        self.worst: dict[str, WorstPoint] = {}
        self.known = (0, 0)
        self.notes: tuple[Diagnostic, ...] = ()

    def judge(
        self,
        places: Sequence[int],
        function: GridFunction,
        methods: Mapping[str, GridMethod],
        singly: Iterable[str],
    ) -> None:
        """Measure all methods at some points; `singly` are those that are asked at one point at a time."""
        if not places or not self.wrt:
            return
        answers = answers_at(self.grid, places, function, methods)
        deadline, known, done = Deadline(self.budget), 0, 0
        for number, place in enumerate(places):
            if deadline.has_passed:
                break
            done += 1
            point = self.grid.point(place)
            problem = Problem(self.expression, point, self.wrt, self.question.hand, self.step, self.budget)
            truth = truth_about(problem._replace(budget=deadline.remaining))
            if truth.status != "ok":
                continue
            known += 1
            at_point = {
                name: {variable: numbers[number] for variable, numbers in found.items()}
                for name, found in answers.items()
            }
            for name in singly:
                alone = run_backend(backend(name), problem).gradient
                at_point[name] = {v: math.nan if alone.get(v) is None else float(alone[v] or 0.0) for v in self.wrt}
            for name, gradient in at_point.items():
                self._measure(name, gradient, truth.gradient, place)
        self.known = (known, len(places))
        if done < len(places):
            message = f"the budget was enough for the truth at {done:,} of {len(places):,} points"
            self.notes = (Diagnostic("W661", "note", message, help="--budget 30", severity="note"),)

    def _measure(self, method: str, gradient: Mapping[str, float], true: Mapping[str, Any], place: int) -> None:
        worst = -1.0
        for variable, partial in gradient.items():
            number = true.get(variable)
            errors = measure(partial if math.isfinite(partial) else None, number)
            ulp = errors["ulp"]
            if ulp is None:
                continue
            worst = max(worst, ulp)
            if method not in self.worst or ulp > self.worst[method].ulp:
                text = number.text if number is not None else ""
                self.worst[method] = WorstPoint(method, variable, place, ulp, errors["digits"], partial, text)
        if worst >= 0:
            self.ulps.setdefault(method, []).append((worst, place))

    def errors(self, methods: Sequence[str]) -> dict[str, SampledErrors]:
        """Return the statistics of the errors by method."""
        found = {}
        for name in methods:
            errors = self.ulps.get(name, [])
            if not errors:
                found[name] = SampledErrors(0)
                continue
            numbers = [ulp for ulp, _ in errors]
            largest, place = max(errors)
            mean = math.sqrt(math.fsum([(ulp / max(largest, 1.0)) ** 2 for ulp in numbers]) / len(numbers))
            found[name] = SampledErrors(len(numbers), median(numbers), mean * max(largest, 1.0), largest, place)
        return found


def _cut_short(measured: MeasuredGrid, grid: PointGrid) -> tuple[Diagnostic, ...]:
    if measured.done == grid.points:
        return ()
    message = f"the budget was enough for the first {measured.done:,} of {grid.points:,} points"
    return (Diagnostic("W662", "note", message, help="--budget 60, or fewer points", severity="warning"),)


def _failure(measured: MeasuredGrid, grid: PointGrid) -> Diagnostic | None:
    """Return what is wrong with the grid where f has no value at any of its points."""
    if measured.extremes["f"].smallest is not None:
        return None
    message = "the function has no finite value at any point of the grid"
    help = f"choose other axes: --over {grid.axes[0].name}=1:10:1000"
    return Diagnostic("E704", "domain_error", message, help=help)


def scan(
    expression: Any,
    over: Mapping[str, Any] | str | Sequence[str],
    at: Any = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = DEFAULT_METHODS,
    step: float | None = None,
    sample: int = DEFAULT_SAMPLE,
    truth: bool = True,
    compute: str = "numpy",
    keep: bool = False,
    budget: float | None = 5.0,
    ops: Any = None,
    **values: Any,
) -> Scan:
    """Compute value, gradient and the error of every method over a grid: `scan("x^2*sin(x)", {"x": (0, 10, 1000)})`.

    Every method is computed at every point, over arrays, and compared with reverse mode; the truth is established at a
    sample, and where a method is farthest off.

    Args:
        expression: Text, an `Expression`, `@name`, `FILE.toml:name`, or a Python function that decides nothing.
        over: An axis for every variable that moves: first value, last value and number of points, both ends included
            as in `numpy.linspace`, and "log" for even factors; or as text, "x=0:10:1000".
        at: The values of the other variables by name.
        wrt: The variables to differentiate by; default: all.
        methods: Names of methods, or `all`; `symbolic`, which asks sympy once, is left out by default.
        step: Step of the difference quotients and of the complex step; default: that of each formula at each point.
        sample: The number of points with truth, spread evenly.
        truth: Establish the truth; without it methods are compared with reverse mode only.
        compute: What computes reverse mode: `numpy`, or `c` where there is a compiler.
        keep: Keep all numbers as arrays (`Scan.arrays`).
        budget: Seconds for each method on average, and for the truth; None for no limit.
        ops: Functions of your own that the text calls by name.
        **values: The values of the other variables by keyword.

    Returns:
        A `Scan`: extremes of f and of its partials, errors in ulp (median, root mean square, largest and where), points
        at which a method fails, and the worst points.

    Raises:
        DiffcompareError: The expression cannot be parsed, an axis is none, or the grid is too large.

    Example:
        >>> scanned = scan("x*sin(x)", {"x": (0, 10, 1001)}, methods=["forward-ad"], sample=5)
        >>> scanned.grid.points
        1001
    """
    axes, names = _axes(over), _method_names(methods)
    if is_function(expression):  # it is recorded somewhere on the grid
        fixed = merged(at, values)
        start = {axis.name: axis.start for axis in axes if axis.name not in (fixed or {})}
        question, _ = question_and_point(expression, {**start, **(fixed or {})}, {}, budget=budget)
    else:
        question, fixed = question_and_point(expression, at, values, ops=ops, budget=budget)
    return scan_question(
        question, axes, at=fixed, wrt=wrt, methods=names, step=step, sample=sample, truth=truth,
        compute=compute, keep=keep, budget=budget,
    )  # fmt: skip


def _method_names(methods: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(expanded(checked_names("methods", methods)))


def _axes(over: Mapping[str, Any] | str | Sequence[str]) -> tuple[GridAxis, ...]:
    if isinstance(over, Mapping):
        axes = []
        for name, axis in over.items():
            try:
                start, stop, points, *rest = axis
                axes.append(checked_axis(str(name), float(start), float(stop), int(points), is_log=rest == ["log"]))
            except (TypeError, ValueError):
                help = 'first value, last value, number of points: {"x": (0, 10, 1000)}'
                raise DiffcompareError(
                    Diagnostic("E661", "bad_value", f"`{name}` has no axis", source="over", help=help)
                ) from None
        return tuple(axes)
    return parse_axes([over] if isinstance(over, str) else list(over))
