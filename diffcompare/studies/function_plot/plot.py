"""`dc.plot` and `plot`: a function, its derivative, the tangent at a point, and secants that turn into it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.grids.grid_axes import checked_range, parse_range
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import Deadline
from diffcompare.studies.accuracy import truth_about
from diffcompare.studies.function_plot.along_line import FunctionAlong, PlotSample
from diffcompare.studies.function_plot.breaks import Break, Limit, find_breaks
from diffcompare.studies.function_plot.curves import first_samples, refined
from diffcompare.studies.function_plot.true_values import true_values, visible_noise
from diffcompare.studies.function_plot.window import ValueWindow, automatic_range, round_number, value_window
from diffcompare.studies.question import (
    bad_value,
    checked_positive,
    question_and_point,
    question_of,
    set_up,
)
from diffcompare.studies.record import Record
from diffcompare.truth.establish import Truth

SECANTS = (1.0, 0.5, 0.25)  # times the longest: the steps of the secants on one side
SECANTS_AT_KINK = (1.0, 0.5)  # on each side
LONGEST = 0.6  # of the way to the edge of the window: the step of the longest secant, rounded down
NOISY_SAMPLES, TRUE_SAMPLES = 600, 80
FINE = 1e-9  # of the value: a window of noise that is lower shows the values less that at the point
TRUTH_SECONDS = 1.0  # at most, for the slope at the point; reverse mode answers where they do not suffice
ALIKE = 1e-9  # relative: two formulas whose values differ by less are taken for one


class Secant(NamedTuple):
    """The line through the graph at x and at x + h."""

    h: float
    value: float  # at x + h
    slope: float  # (f(x + h) - f(x)) / h, in doubles


class Versus(NamedTuple):
    """Another formula in the same window, and how it differs."""

    text: str
    samples: tuple[PlotSample, ...]
    breaks: tuple[Break, ...]
    differences: tuple[tuple[float, float], ...]  # (x, f - g) where both have a value
    largest: float  # the largest absolute difference
    at: float  # where it is
    here: float | None  # the other value at the point
    is_alike: bool  # True if they differ by rounding alone, wherever both have a value
    one_sided: int  # samples at which only one of the two has a value


@dataclass(frozen=True, repr=False)
class FunctionPlot(Record):
    """The graph of a function along one variable, with its derivative, tangent and secants at a point.

    Fields:
        question: The input as it was read.
        problem: Expression, point and the variable of the plot.
        truth: Value and slope at the point to 25 digits, both slopes at a kink, as far as they are known.
        here: Value and slope at the point in doubles, the slope by reverse mode.
        x: Both ends of the window along the variable.
        y: The values that the window shows.
        samples: The values and slopes that are drawn, in doubles.
        breaks: Poles, jumps, holes, kinks and ends of the domain within the window, in rising order.
        secants: The secants that are drawn, the longest first.
        shows_slopes: True if the derivative is drawn: it fits into the window of the function.
        noise: The largest error of the doubles that were compared with true values, where it is visible; else 0.
        true_curve: The points (x, true value less `level`) that are drawn where the noise is visible.
        level: The number that is subtracted from all values in the picture, where they differ by few ulps.
        versus: Another formula, if one was given.
        automatic: True if the window along x was chosen and not given.
        failure: The reason why there is nothing to draw, if so.
        notes: Warnings and notes for the user.
    """

    report = "diffcompare.studies.function_plot.report"

    question: ParsedInput
    problem: Problem
    truth: Truth
    here: PlotSample
    x: tuple[float, float]
    y: ValueWindow
    samples: tuple[PlotSample, ...]
    breaks: tuple[Break, ...]
    secants: tuple[Secant, ...] = ()
    shows_slopes: bool = False
    noise: float = 0.0
    true_curve: tuple[tuple[float, float], ...] = ()
    level: float = 0.0
    versus: Versus | None = None
    automatic: bool = True
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The variable of the plot."""
        return self.problem.wrt[0]

    @cached_property
    def slope(self) -> float | None:
        """The slope of the tangent: the nearest double to the true one, or that of reverse mode where none is known.

        None where there is no derivative.
        """
        true = self.truth.gradient.get(self.name)
        if true is not None:
            return true.nearest if math.isfinite(true.nearest) else None
        has_none = self.truth.status in ("nondifferentiable", "undefined") or self.break_here is not None
        return None if has_none else self.here.slope

    @cached_property
    def slopes(self) -> tuple[float | None, float | None] | None:
        """The slopes from the left and from the right, where they differ; ±inf where the graph is vertical."""
        found = self.truth.slopes.get(self.name)
        return None if found is None else (found.left, found.right)

    @cached_property
    def break_here(self) -> Break | None:
        """The break at the point, if there is one."""
        return next((place for place in self.breaks if place.x == self.here.x), None)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what the picture shows."""
        text: str = self.from_report("verdict")
        return text


def plot_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    wrt: str | Sequence[str] = (),
    range: str | tuple[float, float] | None = None,
    versus: str | Expression | None = None,
    budget: float | None = 5.0,
) -> FunctionPlot:
    """Plot a parsed expression along one variable; see `plot` for the arguments."""
    budget = checked_positive("budget", budget)
    ends = None if range is None else _checked_ends(range)
    question, wrt = _as_function(question, wrt)
    posed = set_up(question, at, wrt)
    name, chosen = _variable(posed.wrt, wrt)
    point = dict(posed.point)
    notes = [*posed.notes, *chosen]
    if ends is not None and at is None and not ends[0] <= point[name] <= ends[1] and question.program is None:
        point[name] = ends[0] / 2 + ends[1] / 2
        notes = [note for note in notes if note.code != "W311"]
    problem = Problem(question.parsed.expression, point, (name,), question.hand, None, budget, program=question.program)
    function = FunctionAlong(problem)
    other = None if versus is None else _other(versus, problem)
    try:
        return _drawn(question, problem, function, ends, other, notes)
    except TimeoutError:
        message = f"the budget of {problem.budget:g} s was spent before the function was sampled"
        raise DiffcompareError(
            Diagnostic("E571", "resource_limit", message, help="give it more time: --budget 30")
        ) from None


def _drawn(
    question: ParsedInput,
    problem: Problem,
    function: FunctionAlong,
    ends: tuple[float, float] | None,
    other: tuple[str, FunctionAlong] | None,
    notes: Sequence[Diagnostic],
) -> FunctionPlot:
    here = function(problem.point[function.name])
    low, high = ends or automatic_range(function, here.x)
    samples = first_samples(function, low, high)
    truth = truth_about(problem._replace(budget=min(problem.budget or TRUTH_SECONDS, TRUTH_SECONDS)))
    function.deadline = Deadline(problem.budget)
    window, shows_slopes = value_window(
        [s.value for s in samples], [s.slope for s in samples], [here.value if low <= here.x <= high else None]
    )
    failure = None
    if all(sample.value is None for sample in samples) and here.value is None:
        message = f"the function has no finite value from {low:g} to {high:g}"
        failure = Diagnostic("E704", "domain_error", message, help="choose another range: --range a:b, or point: --at")
        return FunctionPlot(
            question, problem, truth, here, (low, high), window, (), (), automatic=ends is None, failure=failure,
            notes=tuple(notes),
        )  # fmt: skip
    shown = [sample for sample in samples if sample.value is not None and window.contains(sample.value)]
    noise, level = visible_noise(function, shown, window.height), 0.0
    true_curve: list[tuple[float, float]] = []
    if noise:
        level = here.value if here.value is not None and window.height < FINE * abs(here.value) else 0.0
        samples, breaks, true_curve, window = _noisy(function, low, high, level)
    else:
        breaks = find_breaks(function, samples, window.height)
        samples = refined(function, samples, breaks, window[:2])
    compared = None
    if other is not None:
        compared = _compared(*other, function, (low, high), here.x)
        numbers = [*[s.value for s in samples], *[s.value for s in compared.samples]]
        window, _ = value_window([*numbers, *[y for _, y in compared.differences]], [], [here.value, compared.here])
    secants = [] if compared or noise else _secants(function, here, (low, high), breaks, truth)
    return FunctionPlot(
        question, problem, truth, here, (low, high), window, tuple(samples), tuple(breaks), tuple(secants),
        shows_slopes and not noise and not compared, noise, tuple(true_curve), level, compared, ends is None, failure,
        tuple(notes),
    )  # fmt: skip


def _noisy(
    function: FunctionAlong, low: float, high: float, level: float
) -> tuple[list[PlotSample], list[Break], list[tuple[float, float]], ValueWindow]:
    """Return dense samples, the breaks, the true curve and the window of a function whose rounding errors are seen.

    The curve and the window are those of the values less `level`.
    """
    assert function.formula is not None
    samples = first_samples(function, low, high, NOISY_SAMPLES)
    xs = [sample.x for sample in first_samples(function, low, high, TRUE_SAMPLES)]
    found = true_values(function.formula, function.problem.point, function.name, xs, [level] * len(xs))
    curve = [(x, y) for x, y in zip(xs, found, strict=True) if y is not None]
    values = [sample.value - level for sample in samples if sample.value is not None]
    window, _ = value_window(values, [], [y for _, y in curve])
    places = function.boundaries([sample.x for sample in samples])
    # Among rounding errors no limit can be told.
    open_ = Limit(None)
    breaks = [Break(x, "hole", None, open_, open_, open_, open_) for x in places if function.value(x) is None]
    return samples, breaks, curve, window


def _secants(
    function: FunctionAlong, here: PlotSample, window: tuple[float, float], breaks: Sequence[Break], truth: Truth
) -> list[Secant]:
    """Return the secants: on the side with more room, or at a kink on both sides."""
    low, high = window
    if here.value is None or not low <= here.x <= high:
        return []
    sides = [1, -1] if high - here.x >= 0.5 * (here.x - low) else [-1, 1]
    both = truth.status == "nondifferentiable"
    found: list[Secant] = []
    for side in sides:
        room = high - here.x if side > 0 else here.x - low
        longest = round_number(LONGEST * room, down=True) if room > 0 else 0.0
        secants = [
            _secant(function, here, side * part * longest, breaks)
            for part in (SECANTS_AT_KINK if both else SECANTS)
            if longest
        ]
        found += [secant for secant in secants if secant is not None]
        if found and not both:
            break
    return found


def _secant(function: FunctionAlong, here: PlotSample, h: float, breaks: Sequence[Break]) -> Secant | None:
    """Return a secant; None where there is no value, or a pole or gap on the way."""
    end = here.x + h
    low, high = sorted((here.x, end))
    if any((low < place.x < high or place.x == end) and place.kind != "kink" for place in breaks):
        return None
    value = function.value(end)
    if value is None or here.value is None or end == here.x:
        return None
    slope = (value - here.value) / (end - here.x)
    return Secant(h, value, slope) if math.isfinite(slope) else None


# --- Another formula --------------------------------------------------------------------------------------------------


def _other(versus: str | Expression, problem: Problem) -> tuple[str, FunctionAlong]:
    """Return the text of another formula, and the formula along the same line."""
    try:
        parsed = question_of(versus, tuple(problem.point), asks=True)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source="--versus")) from None
    parsed, _ = _as_function(parsed, ())
    expression = parsed.parsed.expression
    for name in variables(wengert_list(expression)):
        if name not in problem.point:
            known = ", ".join(problem.point) or "none"
            raise bad_value(f"`{name}` is no variable of the function", "--versus", f"its variables are {known}")
    return parsed.text, FunctionAlong(Problem(expression, problem.point, problem.wrt, None, None, problem.budget))


def _compared(
    text: str, other: FunctionAlong, function: FunctionAlong, window: tuple[float, float], x: float
) -> Versus:
    samples = first_samples(other, *window)
    values, _ = value_window([sample.value for sample in samples], [], [])
    breaks = find_breaks(other, samples, values.height)
    samples = refined(other, samples, breaks, values[:2])
    pairs = [(sample.x, function.value(sample.x), sample.value) for sample in samples]
    known = [(at, f, g) for at, f, g in pairs if f is not None and g is not None]
    differences = [(at, f - g) for at, f, g in known if math.isfinite(f - g)]
    sizes = [abs(f) + abs(g) for _, f, g in known]
    size = sorted(sizes)[len(sizes) // 2] if sizes else 1.0
    alike = all(abs(f - g) <= ALIKE * max(abs(f), abs(g), size) for _, f, g in known)
    at, largest = max(differences, key=lambda pair: abs(pair[1]), default=(x, 0.0))
    return Versus(
        text, tuple(samples), tuple(breaks), tuple(differences), abs(largest), at, other.value(x),
        alike and bool(known), sum((f is None) != (g is None) for _, f, g in pairs),
    )  # fmt: skip


# --- The question -----------------------------------------------------------------------------------------------------


def _as_function(question: ParsedInput, wrt: str | Sequence[str]) -> tuple[ParsedInput, str | Sequence[str]]:
    """Return a question as what is to be plotted: `d/dx (x^2)` is the derivative itself."""
    name = question.parsed.wrt
    if name is None:
        return question, wrt
    nodes = wengert_list(question.parsed.expression)
    derivative = derivatives_of(nodes, name).get(nodes[-1], ZERO)
    parsed = question.parsed._replace(expression=derivative, wrt=None)
    has_name = name in variables(wengert_list(derivative))
    return question._replace(parsed=parsed, entry=None, hand=None, match=None), (wrt or name) if has_name else wrt


def _variable(names: Sequence[str], asked: str | Sequence[str]) -> tuple[str, list[Diagnostic]]:
    """Return the variable to draw along, and a note where it was chosen among several."""
    if not names:
        message = "there is no variable to draw along: the expression is a constant"
        raise DiffcompareError(Diagnostic("E551", "bad_value", message, help="write an expression with a variable"))
    if len(names) == 1:
        return names[0], []
    if asked:
        message = f"a plot goes along one variable, not {len(names)}"
        raise DiffcompareError(Diagnostic("E552", "bad_value", message, help=f"--wrt {names[0]}"))
    message = f"the plot goes along `{names[0]}`, with the others at the point"
    return names[0], [Diagnostic("W571", "note", message, help=f"--wrt {names[1]}", severity="note")]


def _checked_ends(ends: Any) -> tuple[float, float]:
    if isinstance(ends, str):
        return parse_range(ends)
    try:
        low, high = map(float, ends)
    except (TypeError, ValueError, OverflowError):
        raise bad_value(f"`range` is {ends!r}", "range", "give the first and the last value: (0, 10)") from None
    return checked_range(low, high)


def plot(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    range: str | tuple[float, float] | None = None,
    versus: str | Expression | None = None,
    budget: float | None = 5.0,
    ops: Any = None,
    **values: Any,
) -> FunctionPlot:
    """Plot a function with its derivative, tangent and secants: `plot("x^2*sin(x)", x=1.5)`.

    Poles, jumps, holes and kinks are found where they are, and no line is drawn across them.  Where the rounding errors
    of the doubles are visible, the true curve is drawn beside the values.  In a notebook the record is a picture.

    Args:
        expression: Text, an `Expression`, `@name`, `FILE.toml:name`, or a Python function of numbers and vectors.
            Of `d/dx (x^2)` the derivative is what is plotted.
        point: The values by variable, or one number for a function of one variable; default: a suitable point.
        wrt: The variable to draw along, with the others at the point; default: the first one.
        range: The first and the last value of that variable, also as the text "0:2*pi"; default: around the point, as
            the function demands.
        versus: Another formula in the same variables, to be drawn with the difference.
        budget: Seconds for the samples and for the truth at the point; None for no limit.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: The point by keyword.

    Returns:
        A `FunctionPlot`: values and slopes (`samples`), what breaks the graph (`breaks`), the slope of the tangent
        (`slope`, or `slopes` at a kink), `secants`, and a sentence (`verdict`).

    Raises:
        DiffcompareError: The expression cannot be parsed, or an argument is out of its range.

    Example:
        >>> plotted = plot("abs(x)", x=0)
        >>> plotted.slopes, [secant.slope for secant in plotted.secants]
        ((-1.0, 1.0), [1.0, 1.0, -1.0, -1.0])
    """
    question, at = question_and_point(expression, point, values, ops=ops, budget=budget)
    return plot_question(question, at=at, wrt=wrt, range=range, versus=versus, budget=budget)
