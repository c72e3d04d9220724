"""The measurements of a step sweep: errors at many steps, the cancellation table, methods without a step.

The error at a single step is an accident of rounding, so steps are collected in bins: a bin is centred on 10^(k/4), has
many steps at even distances on a logarithmic axis, and its error is their median.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from functools import partial
from math import isfinite, log10
from statistics import median
from typing import NamedTuple

from diffcompare.backends import backend, complex_step, finite_differences, run_backend
from diffcompare.backends.finite_differences import Line, Rounding, Stencil
from diffcompare.backends.problem import Derivative, Problem
from diffcompare.backends.symbolic import client
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.complex_numbers import COMPLEX, in_precision_of
from diffcompare.numeric.evaluate import Deadline, evaluate, evaluate_along, is_number
from diffcompare.numeric.float32 import FLOAT32, rounded
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.truth.rounding import TrueNumber

# --- Error curves -----------------------------------------------------------------------------------------------------

MAX_BINS = 4  # per decade
MAX_SAMPLES = 31  # steps per bin, which makes 124 per decade
FEW_SAMPLES = 31  # steps per bin for a formula without round-off, whatever the others have
# Node evaluations in all: a large expression gets fewer steps in each bin, and then fewer bins.
MAX_EVALUATIONS = 3_000_000
EVALUATIONS = 12  # per step, for all formulas; a complex one counts as much as the six real ones

Rule = Callable[[float], float | None]


class Bin(NamedTuple):
    """One formula at steps around 10^exponent; None where it has no quotient."""

    exponent: float
    quotient: float | None  # the median of the quotients
    error: float | None  # the median of their errors
    error_at: float | None  # the error at the step in the middle alone, as a calculation by hand would find it

    @property
    def step(self) -> float:
        """The step in the middle of the bin."""
        return power_of_ten(self.exponent)


class Curve(NamedTuple):
    """The errors of one formula, from the longest step to the shortest; `order` is that of its truncation error."""

    method: str
    order: int
    bins: tuple[Bin, ...]


def power_of_ten(exponent: float) -> float:
    """Return 10^exponent; for an integer exponent the double nearest to it, as written 1e-8."""
    return float(f"1e{exponent:.0f}") if exponent == round(exponent) else float(10.0**exponent)


class Grid(NamedTuple):
    """The exponents of the bins' middles, longest step first; bins per decade and steps per bin."""

    middles: tuple[float, ...]
    bins: int
    samples: int
    closed: bool = False  # True if the first and last steps are at the ends of the bin


def grid_for(high: float, low: float, nodes: int) -> Grid:
    """Return bins from 10^high down to 10^low, as fine as an expression of `nodes` nodes allows; one bin if high = low.

    The number of steps in a bin is odd, so that its middle is one of them.
    """
    if high == low:
        return Grid((high,), MAX_BINS, MAX_SAMPLES)
    bins = MAX_BINS
    while bins > 1 and EVALUATIONS * bins * (high - low) * nodes > MAX_EVALUATIONS:
        bins //= 2
    middles = tuple(count / bins for count in range(round(bins * high), round(bins * low) - 1, -1))
    affordable = int(MAX_EVALUATIONS // (EVALUATIONS * len(middles) * nodes))
    return Grid(middles, bins, min(MAX_SAMPLES, max(1, affordable - (affordable + 1) % 2)))


def bin_steps(exponent: float, bins: int, samples: int, *, closed: bool = False) -> list[float]:
    """Return `samples` steps at even distances on a logarithmic axis in the bin around 10^exponent.

    Each is in the middle of its share of the bin; in a closed bin the first and last are at its ends.
    """
    shares = samples - 1 if closed else samples
    offsets = [((2 * number + (not closed)) / shares - 1) / (2 * bins) for number in range(samples)]
    return [power_of_ten(exponent + offset) for offset in offsets]


def thinned(steps: Sequence[float]) -> Sequence[float]:
    """Return fewer steps, with the same middle, for a method without round-off: few are enough for its median."""
    middle = len(steps) // 2
    stride = -(-len(steps) // FEW_SAMPLES)
    return steps[middle % stride :: stride]


def curves(
    problem: Problem,
    truth: TrueNumber,
    grid: Grid,
    *,
    nominal: bool,
    single: bool,
    methods: Sequence[str] = (),
) -> tuple[tuple[Curve, ...], bool]:
    """Measure the formulas (by default all) at all steps along the problem's one variable.

    Returns the curves, and whether the time budget was enough for all bins.
    """
    line, every = formulas(problem, nominal=nominal, single=single)
    rules = {name: rule for name, rule in every.items() if name in (methods or every)}
    deadline = Deadline(problem.budget)
    bins: dict[str, list[Bin]] = {name: [] for name in rules}
    for exponent in grid.middles:
        if deadline.has_passed:
            break
        steps = bin_steps(exponent, grid.bins, grid.samples, closed=grid.closed)
        line.expect(steps, rules)
        for name, (rule, _) in rules.items():
            chosen = steps if name != complex_step.BACKEND.name else thinned(steps)
            column = None if single else _column(name, line, steps, nominal=nominal)
            bins[name].append(_bin(exponent, column or [rule(step) for step in chosen], truth))
        line.forget()
    measured = tuple(Curve(name, order, tuple(bins[name])) for name, (_, order) in rules.items())
    return measured, len(measured[0].bins) == len(grid.middles)


def _column(name: str, line: LineFunction, steps: Sequence[float], *, nominal: bool) -> list[float | None] | None:
    """Return the quotients of a formula in doubles at many steps; None for the complex step."""
    if name == "richardson":
        return finite_differences.richardsons(line.value, line.x, steps, nominal=nominal)
    stencil = stencil_of(name)
    if stencil is None:
        return None
    return finite_differences.quotients(stencil, line.value, line.x, steps, nominal=nominal)


def formulas(problem: Problem, *, nominal: bool, single: bool) -> tuple[LineFunction, dict[str, tuple[Rule, int]]]:
    """Return the function along the variable, and each difference formula as a function of the step, with its order."""
    (name,) = problem.wrt
    x = problem.point[name]
    rounded: Rounding = rounding(single)
    line = LineFunction(problem, nominal=nominal, single=single)
    rules: dict[str, tuple[Rule, int]] = {}
    for stencil in finite_differences.STENCILS:
        rules[stencil.name] = (
            _rule(partial(finite_differences.quotient, stencil), line, x, nominal, rounded),
            stencil.order,
        )
    rules["richardson"] = (
        _rule(finite_differences.richardson, line, x, nominal, rounded),
        finite_differences.FIVE_POINT.order,
    )
    rules["complex-step"] = (complex_rule(problem, single=single), finite_differences.CENTRAL.order)
    return line, rules


def complex_rule(problem: Problem, *, single: bool) -> Rule:
    """Return the complex-step derivative as a function of the step."""
    nodes = wengert_list(problem.expression)
    reading = in_precision_of(rounding(single)) if single else COMPLEX
    (name,) = problem.wrt

    def rule(step: float) -> float | None:
        h = rounding(single)(step)
        quotient = complex_step.quotient(nodes, problem.point, name, h, reading) if h else None
        return None if quotient is None else rounding(single)(quotient)

    return rule


def error_of(quotient: float, truth: TrueNumber) -> float:
    """Return the absolute error of a double."""
    return errors_of([quotient], truth)[0]


def errors_of(quotients: Sequence[float], truth: TrueNumber) -> list[float]:
    """Return the absolute errors of doubles, by way of the double nearest to the truth."""
    # The difference of two nearby doubles is exact, so only the small remainder `beyond` is rounded.
    beyond = 0.0 if truth.centre is None else float(Fraction(truth.nearest) - truth.centre)
    return [abs((quotient - truth.nearest) + beyond) for quotient in quotients]


def _rule(formula: Callable[..., float | None], line: Line, x: float, nominal: bool, rounded: Rounding) -> Rule:
    return lambda step: formula(line, x, step, nominal=nominal, rounded=rounded)


class LineFunction:
    """The function along the problem's one variable, with a cache of its values."""

    def __init__(self, problem: Problem, *, nominal: bool, single: bool) -> None:
        (self._name,) = problem.wrt
        self._point, self._nominal, self._single = problem.point, nominal, single
        self._nodes = wengert_list(problem.expression)
        self._program = problem.program
        if single:
            self._compute: Line = self._in_single
        elif self._program is not None:
            self._compute = self._run
        else:
            self._compute = partial(finite_differences.CountedValues(problem).along, self._name)
        self.known: dict[float, float | None] = {}

    def __call__(self, x: float) -> float | None:
        """Return the value; None where it is not a finite number."""
        if x not in self.known:
            self.known[x] = self._compute(x)
        return self.known[x]

    @property
    def x(self) -> float:
        """The coordinate of the point."""
        return self._point[self._name]

    @property
    def value(self) -> Line:
        """The function, looked up where `expect` has evaluated it everywhere."""
        return self if self._single or self._program is not None else self.known.get

    def expect(self, steps: Sequence[float], methods: Collection[str]) -> None:
        """Evaluate in one pass the points that methods need at these steps; others are evaluated when needed."""
        if self._single or self._program is not None:
            return
        x = self.x
        places: dict[float, None] = {}
        asked: list[tuple[Sequence[float], Stencil]] = [
            (steps, stencil) for stencil in finite_differences.STENCILS if stencil.name in methods
        ]
        if "richardson" in methods:
            asked += [(steps, finite_differences.CENTRAL), ([h / 2 for h in steps], finite_differences.CENTRAL)]
        for lengths, stencil in asked:
            taken = lengths if self._nominal else [(x + h) - x for h in lengths]
            places |= dict.fromkeys([x + offset * h for offset in stencil.offsets for h in taken])
        values = evaluate_along(self._nodes, self._point, self._name, list(places))[self._nodes[-1]]
        numbers = [float(value) if is_number(value) else None for value in values]
        self.known |= dict(zip(places, numbers, strict=True))

    def _run(self, x: float) -> float | None:
        """Call the program, on its own path."""
        assert self._program is not None
        return self._program.value({**self._point, self._name: x})

    def forget(self) -> None:
        """Empty the cache."""
        self.known.clear()

    def _in_single(self, x: float) -> float | None:
        value = evaluate(self._nodes, {**self._point, self._name: x}, FLOAT32)[self._nodes[-1]]
        return float(value) if is_number(value) else None


def rounding(single: bool) -> Rounding:
    """Return the function that rounds every result: the identity on doubles, or rounding to float32."""
    if not single:
        return float
    return rounded


def _bin(exponent: float, quotients: Sequence[float | None], truth: TrueNumber) -> Bin:
    """Return the medians of a bin; None where half of its steps have no quotient (x + h = x, or out of the domain)."""
    known = [quotient for quotient in quotients if quotient is not None and isfinite(quotient)]
    errors = errors_of(known, truth)
    middle = quotients[len(quotients) // 2]
    at = None if middle is None or not isfinite(middle) else error_of(middle, truth)
    if 2 * len(known) <= len(quotients):
        return Bin(exponent, None, None, at)
    return Bin(exponent, median(known), median(errors), at)


def stencil_of(method: str) -> Stencil | None:
    """Return the stencil of that name; None for formulas without one (Richardson, complex step)."""
    return next((stencil for stencil in finite_differences.STENCILS if stencil.name == method), None)


# --- Cancellation: f(x+h) for ever smaller h, and the digits it shares with f(x), which their difference loses --------

DIGITS = {False: 17, True: 9}  # significant digits that distinguish all doubles, and (True) all float32
MAX_TABLE_ROWS = 9


class CancellationRow(NamedTuple):
    """One step: how far x really moves, the value there, and the forward difference."""

    step: float
    taken: float  # (x + h) - x, in the arithmetic at hand
    value: float | None
    shared: int | None  # the number of leading significant digits that f(x+h) shares with f(x)
    quotient: float | None


def cancellation_table(
    line: Line,
    rule: Callable[[float], float | None],
    x: float,
    steps: Sequence[float],
    *,
    single: bool,
) -> tuple[CancellationRow, ...]:
    """Return a row for every step; `line` is f along the variable, `rule` the forward difference by step."""
    rounded = rounding(single)
    here = line(x)
    rows = []
    for step in steps:
        there = rounded(x + rounded(step))
        value = line(there)
        shared = None if value is None or here is None else shared_digits(here, value, DIGITS[single])
        rows.append(CancellationRow(step, rounded(there - x), value, shared, rule(step)))
    return tuple(rows)


def shared_digits(a: float, b: float, digits: int) -> int:
    """Count the significant digits, of `digits`, to which two numbers agree.

    The larger of two counts: leading digits in common, and -log10 of the relative distance, because 19.999999 and 20
    have no digit in common.
    """
    if a == b:
        return digits
    distance = abs(a - b) / abs(a) if a else 1.0
    near = int(min(max(-log10(distance), 0.0), digits)) if 0 < distance < 1 else 0
    return max(near, _in_common(a, b, digits))


def _in_common(a: float, b: float, digits: int) -> int:
    first, second = f"{a:.{digits - 1}e}", f"{b:.{digits - 1}e}"
    (mantissa, _, exponent), (other, _, another) = first.partition("e"), second.partition("e")
    if exponent != another or (mantissa[0] == "-") != (other[0] == "-"):
        return 0
    ours, theirs = mantissa.replace(".", "").lstrip("-"), other.replace(".", "").lstrip("-")
    return next((place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]), digits)


def bracketed(value: float, shared: int, digits: int) -> str:
    """Return a number with its shared digits in brackets: `[0.2890137]4231`."""
    text = f"{value:#.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    places = [place for place, char in enumerate(mantissa) if char.isdecimal()]
    while len(places) > 1 and mantissa[places[0]] == "0":
        del places[0]
    if shared == 0:
        return text
    end = places[min(shared, len(places)) - 1] + 1
    return f"[{mantissa[:end]}]{mantissa[end:]}{e}{exponent}"


def table_steps(high: float, low: float) -> list[float]:
    """Return powers of ten from 10^high down to 10^low, thinned to fit the table."""
    stride = 1 if high - low <= MAX_TABLE_ROWS else 2
    first, last = int(-(-low // stride)) * stride, int(high // stride) * stride
    powers: list[float] = [*range(last, first - 1, -stride)] or [high]
    kept = powers[:: -(-len(powers) // MAX_TABLE_ROWS)]
    return [power_of_ten(power) for power in kept]


# --- Methods without a step: level lines under the error curves -------------------------------------------------------

WITHOUT_STEP = ("forward-ad", "reverse-ad", "symbolic")


class StepFreeAnswer(NamedTuple):
    """The derivative by a method without a step, and its error; None, with a note, where it has no answer."""

    method: str
    value: float | None
    error: float | None
    note: str = ""


def answers_without_step(problem: Problem, truth: TrueNumber, *, single: bool) -> tuple[StepFreeAnswer, ...]:
    """Return the derivative by every method without a step, in doubles or in float32."""
    return tuple([_without_step(method, problem, truth, single=single) for method in WITHOUT_STEP])


def _without_step(method: str, problem: Problem, truth: TrueNumber, *, single: bool) -> StepFreeAnswer:
    (name,) = problem.wrt
    answer = client.differentiate(problem, ("raw",)) if method == "symbolic" else run_backend(backend(method), problem)
    value = answer.gradient.get(name)
    if value is not None and single:
        value = _in_float32(method, problem, answer)
    if value is None:
        return StepFreeAnswer(method, None, None, "; ".join(answer.notes) or answer.status)
    return StepFreeAnswer(method, value, error_of(value, truth))


def _in_float32(method: str, problem: Problem, answer: Derivative) -> float | None:
    """Repeat the method's sweep, or evaluate its formula, over float32; None where that has no finite value."""
    (name,) = problem.wrt
    if method == "symbolic":
        formula = (answer.formulas or {}).get(name)
        slope = _value_in_float32(formula, problem) if formula is not None else None
    else:
        nodes = wengert_list(problem.expression)
        values, active, variable = evaluate(nodes, problem.point, FLOAT32), active_nodes(nodes, [name]), Variable(name)
        try:
            if method == "reverse-ad":
                slope = reverse(nodes, values, active, nodes[-1], FLOAT32).get(variable, 0.0)
            else:
                slope = forward(local_partials(nodes, values, active), variable, FLOAT32).get(nodes[-1], 0.0)
        except NotDifferentiable:
            return None
    return float(slope) if isinstance(slope, float) and isfinite(slope) else None


def _value_in_float32(formula: Expression, problem: Problem) -> object:
    return evaluate(wengert_list(formula), problem.point, FLOAT32)[formula]
