"""Errors measured: every difference formula at many steps, and the median of each quarter of a decade.

The error of one step is an accident of rounding, so that little rests on one: a bin is centred on 10^(k/4), has many
steps at even distances, and its error is their median.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from math import isfinite
from statistics import median
from time import monotonic
from typing import NamedTuple

from diffcompare.backends import complex_step, finite_differences
from diffcompare.backends.finite_differences import Line, Rounding, Stencil
from diffcompare.backends.problem import Problem
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import evaluate, evaluate_along, is_number
from diffcompare.truth.rounding import TrueNumber

MAX_BINS = 4
"""Bins in a decade."""
MAX_SAMPLES = 31
"""Steps in a bin: 124 in a decade."""
FEW_SAMPLES = 31
"""Steps in a bin for a formula without round-off, whatever the others have."""
MAX_EVALUATIONS = 3_000_000
"""Nodes to be evaluated in all: a large expression gets fewer steps in each bin, and then fewer bins."""
EVALUATIONS = 12
"""Evaluations at one step, for all formulas; the complex one counts as much as the six real ones."""

OFFSETS = sorted({offset for stencil in finite_differences.STENCILS for offset in stencil.offsets})
"""Where the stencils look, in steps."""

Rule = Callable[[float], float | None]


class Bin(NamedTuple):
    """What one formula does at steps around 10^exponent; None where it has no quotient."""

    exponent: float
    quotient: float | None
    """The median of the quotients."""
    error: float | None
    """The median of their errors."""
    error_at: float | None
    """The error of the one step in the middle: what a calculation by hand would find."""

    @property
    def step(self) -> float:
        """The step in the middle."""
        return power_of_ten(self.exponent)


class Curve(NamedTuple):
    """A formula's errors from its longest step to its shortest."""

    method: str
    order: int
    bins: tuple[Bin, ...]


def power_of_ten(exponent: float) -> float:
    """10^exponent; the double that is written 1e-8 where the exponent is whole."""
    return float(f"1e{exponent:.0f}") if exponent == round(exponent) else float(10.0**exponent)


class Grid(NamedTuple):
    """The middles of the bins as powers of ten, longest step first; bins in a decade and steps in a bin."""

    middles: tuple[float, ...]
    bins: int
    samples: int
    closed: bool = False
    """Whether the ends of a bin are steps of it."""


def grid_for(high: float, low: float, nodes: int) -> Grid:
    """Bins from 10^high down to 10^low, as fine as an expression of so many nodes allows; a single one for one step.

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
    """So many steps at even distances (on a logarithmic axis) in the bin around 10^exponent.

    Each stands in the middle of its share of the bin; in a closed bin the first and the last stand at its ends.
    """
    shares = samples - 1 if closed else samples
    offsets = [((2 * number + (not closed)) / shares - 1) / (2 * bins) for number in range(samples)]
    return [power_of_ten(exponent + offset) for offset in offsets]


def thinned(steps: Sequence[float]) -> Sequence[float]:
    """Steps for a method without round-off, of which few tell as much: their middle is the same."""
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
    """The formulas (none named: all) at all steps, by the problem's one variable, and whether time was enough."""
    line, every = formulas(problem, nominal=nominal, single=single)
    rules = {name: each for name, each in every.items() if name in (methods or every)}
    deadline = None if problem.budget is None else monotonic() + problem.budget
    found: dict[str, list[Bin]] = {name: [] for name in rules}
    for exponent in grid.middles:
        if deadline is not None and monotonic() > deadline:
            break
        steps = bin_steps(exponent, grid.bins, grid.samples, closed=grid.closed)
        line.expect(steps)
        for name, (rule, _) in rules.items():
            some = steps if name != complex_step.BACKEND.name else thinned(steps)
            found[name].append(_bin(exponent, [rule(step) for step in some], truth))
        line.forget()
    measured = tuple(Curve(name, order, tuple(found[name])) for name, (_, order) in rules.items())
    return measured, len(measured[0].bins) == len(grid.middles)


def formulas(problem: Problem, *, nominal: bool, single: bool) -> tuple[Along, dict[str, tuple[Rule, int]]]:
    """The function along the variable, and every difference formula with its order, as functions of the step."""
    (name,) = problem.wrt
    x = problem.point[name]
    rounded: Rounding = rounding(single)
    line = Along(problem, nominal=nominal, single=single)
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
    """The complex step as a function of the step."""
    nodes = wengert_list(problem.at(problem.point))
    reading = complex_step.in_precision_of(rounding(single)) if single else complex_step.COMPLEX
    (name,) = problem.wrt

    def rule(step: float) -> float | None:
        h = rounding(single)(step)
        found = complex_step.quotient(nodes, problem.point, name, h, reading) if h else None
        return None if found is None else rounding(single)(found)

    return rule


def error_of(quotient: float, truth: TrueNumber) -> float:
    """The absolute error of a double."""
    return errors_of([quotient], truth)[0]


def errors_of(quotients: Sequence[float], truth: TrueNumber) -> list[float]:
    """Absolute errors of doubles: how far each is from the double nearest the truth, and that from the truth."""
    beyond = 0.0 if truth.centre is None else float(Fraction(truth.nearest) - truth.centre)
    return [abs((quotient - truth.nearest) + beyond) for quotient in quotients]


def _rule(formula: Callable[..., float | None], line: Line, x: float, nominal: bool, rounded: Rounding) -> Rule:
    return lambda step: formula(line, x, step, nominal=nominal, rounded=rounded)


class Along:
    """The function along the problem's one variable; every value is computed once, until all are forgotten."""

    def __init__(self, problem: Problem, *, nominal: bool, single: bool) -> None:
        (self._name,) = problem.wrt
        self._point, self._nominal, self._single = problem.point, nominal, single
        self._nodes = wengert_list(problem.at(problem.point))
        self._compute = (
            self._in_single if single else partial(finite_differences.CountedValues(problem).along, self._name)
        )
        self.known: dict[float, float | None] = {}

    def __call__(self, x: float) -> float | None:
        """The value, None where it is not a finite number."""
        if x not in self.known:
            self.known[x] = self._compute(x)
        return self.known[x]

    def expect(self, steps: Iterable[float]) -> None:
        """Compute together what the formulas ask for at these steps; what is missed here is computed when asked for."""
        x = self._point[self._name]
        asked = [each for h in steps for each in (h, h / 2)]
        taken = asked if self._nominal else [(x + h) - x for h in asked]
        places = list(dict.fromkeys([x + offset * h for h in taken for offset in OFFSETS]))
        if self._single:
            return
        values = evaluate_along(self._nodes, self._point, self._name, places)[self._nodes[-1]]
        numbers = [float(value) if is_number(value) else None for value in values]
        self.known |= dict(zip(places, numbers, strict=True))

    def forget(self) -> None:
        """Keep nothing any more."""
        self.known.clear()

    def _in_single(self, x: float) -> float | None:
        from diffcompare.numeric.float32 import FLOAT32

        value = evaluate(self._nodes, {**self._point, self._name: x}, FLOAT32)[self._nodes[-1]]
        return float(value) if is_number(value) else None


def rounding(single: bool) -> Rounding:
    """How every result is rounded: not at all beyond doubles, or to float32."""
    if not single:
        return float
    from diffcompare.numeric.float32 import rounded

    return rounded


def _bin(exponent: float, quotients: Sequence[float | None], truth: TrueNumber) -> Bin:
    """The medians of a bin; None where half of the steps have no quotient (no step beside x, or outside the domain)."""
    known = [each for each in quotients if each is not None and isfinite(each)]
    errors = errors_of(known, truth)
    middle = quotients[len(quotients) // 2]
    at = None if middle is None or not isfinite(middle) else error_of(middle, truth)
    if 2 * len(known) <= len(quotients):
        return Bin(exponent, None, None, at)
    return Bin(exponent, median(known), median(errors), at)


def stencil_of(method: str) -> Stencil | None:
    """The stencil of that name; None for the formulas that are none."""
    return next((stencil for stencil in finite_differences.STENCILS if stencil.name == method), None)
