"""A function and its gradient over a whole grid by every method, measured block by block against reverse mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from diffcompare.backends import automatic
from diffcompare.backends.finite_differences import STENCILS
from diffcompare.codegen.tangent_sweep import tangent_sweep
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.grids.block_program import gradient_program
from diffcompare.grids.c_kernel import CKernel
from diffcompare.grids.careful_blocks import GridFormulas, GridFunction, GridProgram
from diffcompare.grids.complex_blocks import GridComplexStep
from diffcompare.grids.difference_blocks import GridDifferences, KinkSides
from diffcompare.grids.error_statistics import ErrorStatistics, ulps_between
from diffcompare.grids.grid_axes import PointGrid
from diffcompare.language.expression import Expression
from diffcompare.numeric.evaluate import Deadline

BLOCK = 8_192  # points that are measured at a time
FIRST_BLOCK = 64  # the first ones, lest a budget be spent by a block of numbers that take a millisecond each
MAX_STRETCHES = 96  # of the first axis, each with its largest error, for the plot
REFERENCE = "reverse-ad"
ENGINES = ("numpy", "c")  # that compute value and gradient in reverse mode


def grid_program(engine: str, expression: Expression, variables: Sequence[str], wrt: Sequence[str]) -> GridProgram:
    """Return the program of an engine for value and partials.

    Raises DiffcompareError for an unknown engine (E665) and one that is not there (E664), and NotDifferentiable.
    """
    if engine == "numpy":
        return gradient_program(expression, variables, wrt)
    if engine == "c":
        return CKernel(expression, variables, wrt)
    help = f"the engines are {', '.join(ENGINES)}"
    raise DiffcompareError(Diagnostic("E665", "bad_value", f"unknown engine `{engine}`", source="--compute", help=help))


class GridMethod(Protocol):
    """A method over blocks of points."""

    def run(self, columns: Sequence[Any], partials: Sequence[Any], wrt: Sequence[str], value: Any) -> Any:
        """Fill the partials with respect to `wrt`, given f; return a code for every point, or None if all are fine."""


class AutomaticMethod:
    """Forward mode, or reverse mode once more."""

    def __init__(self, function: GridFunction) -> None:
        self.function = function

    def run(self, columns: Sequence[Any], partials: Sequence[Any], wrt: Sequence[str], value: Any) -> Any:
        """Fill the partials."""
        return self.function.run(columns, [np.empty(len(value)), *partials])


class FormulaMethod:
    """Formulas for the partials, by hand or by computer algebra."""

    def __init__(self, formulas: GridFormulas) -> None:
        self.formulas = formulas

    def run(self, columns: Sequence[Any], partials: Sequence[Any], wrt: Sequence[str], value: Any) -> Any:
        """Fill the partials."""
        return self.formulas.run(columns, partials)


def grid_method(
    name: str,
    expression: Expression,
    variables: Sequence[str],
    wrt: Sequence[str],
    step: float | None,
    formulas: Callable[[str], Mapping[str, Expression]],
) -> GridMethod:
    """Return a method over blocks; `formulas` gives those of a method that has some.

    Raises Unsupported for the complex step where a function has no complex form over arrays.
    """
    if name == "forward-ad":
        return AutomaticMethod(GridFunction(expression, variables, wrt, tangent_sweep, automatic.forward_mode))
    if name == REFERENCE:
        return AutomaticMethod(GridFunction(expression, variables, wrt, singly=automatic.reverse_mode))
    if name == "complex-step":
        return GridComplexStep(expression, variables, step)
    if name == "richardson" or name in {stencil.name for stencil in STENCILS}:
        values = GridFunction(expression, variables, ())
        return GridDifferences(name, values, KinkSides(expression, variables), step)
    own = formulas(name)
    return FormulaMethod(GridFormulas([own[variable] for variable in wrt], variables))


class Extremes(NamedTuple):
    """The smallest and the largest value of a quantity, with the numbers of their points; None where it has none."""

    smallest: float | None = None
    smallest_place: int = -1
    largest: float | None = None
    largest_place: int = -1

    def extended(self, block: Any, start: int) -> Extremes:
        """Return the extremes with those of one more block, whose first point has the number `start`."""
        known = np.isfinite(block)
        if not known.any():
            return self
        low = int(np.argmin(np.where(known, block, math.inf)))
        high = int(np.argmax(np.where(known, block, -math.inf)))
        smallest, largest = float(block[low]), float(block[high])
        first = self.smallest is None or smallest < self.smallest
        last = self.largest is None or largest > self.largest
        return Extremes(
            smallest if first else self.smallest,
            start + low if first else self.smallest_place,
            largest if last else self.largest,
            start + high if last else self.largest_place,
        )


class MeasuredGrid(NamedTuple):
    """The measurements over a grid.

    `done` is the number of points that were computed, from the first one on: all of them unless the time was up.
    `extremes` are those of f and of its partials by name; `function` has the codes of points without a gradient, and
    `methods` the deviations from reverse mode; `arrays` are all numbers, if they were kept.
    """

    done: int
    extremes: Mapping[str, Extremes]
    function: ErrorStatistics
    methods: Mapping[str, ErrorStatistics]
    stretches: Sequence[float]
    arrays: Mapping[str, Any]


def measure_grid(
    grid: PointGrid,
    function: GridFunction,
    methods: Mapping[str, GridMethod],
    *,
    keep: bool = False,
    deadline: Deadline | None = None,
) -> MeasuredGrid:
    """Evaluate all methods at all points, in their order, as long as there is time.

    Args:
        grid: The points.
        function: Value and gradient in reverse mode, from which deviations are measured.
        methods: The other methods by name.
        keep: Return all numbers as arrays, too.
        deadline: The end of the time budget; None for no limit.
    """
    wrt, total = list(function.wrt), grid.points
    axis = grid.axes[0]
    bins = min(MAX_STRETCHES, axis.points)
    inner = total // axis.points
    extremes = {name: Extremes() for name in ("f", *wrt)}
    own = ErrorStatistics(bins)
    statistics = {name: ErrorStatistics(bins) for name in methods}
    arrays: dict[str, Any] = {}
    if keep:
        names = ["f", *[f"df_d{name}" for name in wrt], *[f"ulp_{name.replace('-', '_')}" for name in methods]]
        arrays = {name: np.full(total, np.nan) for name in names}
    done = 0
    size = FIRST_BLOCK
    while done < total:
        if done and deadline is not None and deadline.has_passed:
            break
        start = done
        places = np.arange(start, min(start + size, total))
        size = min(2 * size, BLOCK)
        columns = grid.columns(places)
        value, *partials = results = [np.empty(len(places)) for _ in range(len(wrt) + 1)]
        codes = function.run(columns, results)
        stretches = places // inner * bins // axis.points
        own.add(np.full(len(places), np.nan), start, stretches, codes)
        for name, result in zip(extremes, results, strict=True):
            extremes[name] = extremes[name].extended(result, start)
        for name, method in methods.items():
            errors, failed = _deviations(method, columns, wrt, value, partials, codes)
            statistics[name].add(errors, start, stretches, failed)
            if keep:
                arrays[f"ulp_{name.replace('-', '_')}"][places] = errors
        if keep:
            for name, result in zip(("f", *[f"df_d{name}" for name in wrt]), results, strict=True):
                arrays[name][places] = result
        done = start + len(places)
    middles = axis.values((np.arange(bins) + 0.5) * (axis.points - 1) / bins) if bins > 1 else np.array([axis.start])
    return MeasuredGrid(done, extremes, own, statistics, middles.tolist(), arrays)


def _deviations(
    method: GridMethod, columns: Sequence[Any], wrt: Sequence[str], value: Any, partials: Sequence[Any], codes: Any
) -> tuple[Any, Any]:
    """Return the largest deviation of a partial at every point of a block, and where the method alone failed."""
    answers = [np.empty(len(value)) for _ in wrt]
    failed = method.run(columns, answers, wrt, value)
    errors = np.full(len(value), np.nan)
    for answer, partial in zip(answers, partials, strict=True):
        errors = np.fmax(errors, ulps_between(answer, partial))
    if codes is not None:
        errors[codes > 0] = np.nan
        if failed is not None:
            failed = np.where(codes > 0, 0, failed)
    return errors, failed


def sample_places(total: int, count: int) -> list[int]:
    """Return numbers of points that lie evenly in a grid along every axis: multiples of the golden ratio, and the ends.

    (No stride of a flat grid would do: it may keep to one column.)
    """
    golden = (math.sqrt(5) - 1) / 2
    inside = {int(total * (place * golden % 1)) for place in range(1, max(count - 1, 1))}
    return sorted({0, total - 1, *inside})


def answers_at(
    grid: PointGrid, places: Sequence[int], function: GridFunction, methods: Mapping[str, GridMethod]
) -> dict[str, dict[str, list[float]]]:
    """Return the partials by method and variable at some points; nan where there is none."""
    columns = grid.columns(np.asarray(places, dtype=np.int64))
    value, *partials = results = [np.empty(len(places)) for _ in range(len(function.wrt) + 1)]
    function.run(columns, results)
    answers = {REFERENCE: dict(zip(function.wrt, [partial.tolist() for partial in partials], strict=True))}
    for name, method in methods.items():
        found = [np.empty(len(places)) for _ in function.wrt]
        method.run(columns, found, function.wrt, value)
        answers[name] = dict(zip(function.wrt, [partial.tolist() for partial in found], strict=True))
    return answers


def curve(grid: PointGrid, function: GridFunction, count: int) -> dict[str, list[tuple[float, float]]]:
    """Return f and its partials as points along the first axis, where all numbers are finite."""
    axis = grid.axes[0]
    steps = min(count, axis.points)
    places = np.unique(np.linspace(0, axis.points - 1, steps).astype(np.int64))
    results = [np.empty(len(places)) for _ in range(len(function.wrt) + 1)]
    function.run(grid.columns(places), results)
    xs = axis.values(places).tolist()
    return {
        name: [(x, y) for x, y in zip(xs, result.tolist(), strict=True) if math.isfinite(y)]
        for name, result in zip(("f", *[f"df/d{name}" for name in function.wrt]), results, strict=True)
    }
