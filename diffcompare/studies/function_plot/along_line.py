"""A function and its derivative along one variable, in doubles: the numbers that a plot draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from diffcompare.backends.automatic import plain_gradient, reverse_mode
from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Deadline, Undefined, is_number, value_at
from diffcompare.studies.compiled_function import CompiledFunction
from diffcompare.verify.domain import fewest_digits_between, find_boundaries, find_guards

MAX_BOUNDARIES = 200  # more cannot be told apart
MAX_PATHS = 40  # decisions of a program that change within the window and are looked for
BISECTIONS = 60


class PlotSample(NamedTuple):
    """Value and slope at x; None where there is no finite number."""

    x: float
    value: float | None
    slope: float | None


class _UnquestioningFunction(CompiledFunction):
    """A compiled function that returns nan where there is no number, and does not ask why, which takes long."""

    def _careful(self, results: tuple[str, ...], numbers: Sequence[Any]) -> Any:
        point = dict(zip(self.variables, numbers, strict=True))
        value = _finite(value_at(self.expression, point))
        if value is None:
            return math.nan, (math.nan,)
        slopes = reverse_mode(Problem(self.expression, point, self.wrt)).gradient
        return value, tuple([math.nan if slope is None else slope for slope in slopes.values()])


class FunctionAlong:
    """A function along the variable of a problem, with the other variables at its point.

    A formula is compiled once.  A Python function that decides by its variables is run anew at every x.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.name = problem.wrt[0]
        self.deadline = Deadline(problem.budget)
        self.known: dict[float, PlotSample] = {}
        self.formula: Expression | None = None
        self._compiled: _UnquestioningFunction | None = None
        try:
            self.formula = problem.formula
        except DiffcompareError:  # it decides by a variable
            return
        self._compiled = _UnquestioningFunction(self.formula, list(problem.point), [self.name])

    def __call__(self, x: float) -> PlotSample:
        """Return value and slope at x."""
        sample = self.known.get(x)
        if sample is None:
            sample = self.known[x] = PlotSample(x, *self._numbers(x))
        return sample

    def value(self, x: float) -> float | None:
        """Return the value at x."""
        return self(x).value

    def slope(self, x: float) -> float | None:
        """Return the slope at x by reverse mode."""
        return self(x).slope

    def _numbers(self, x: float) -> tuple[float | None, float | None]:
        point = {**self.problem.point, self.name: x}
        if self._compiled is None:
            return self._run(point)
        value, (slope,) = self._compiled.value_and_gradient(*point.values())
        return _finite(value), _finite(slope)

    def _run(self, point: dict[str, float]) -> tuple[float | None, float | None]:
        """Return value and slope of a program at a point, along the path that it takes there."""
        program = self.problem.program
        assert program is not None
        try:
            output: Any = program.record(point).output
        except DiffcompareError:
            return program.value(point), None
        value = _finite(value_at(output, point))
        gradient = None if value is None else plain_gradient(wengert_list(output), [self.name], point)
        return value, None if gradient is None else gradient[self.name]

    def boundaries(self, grid: Sequence[float]) -> list[float]:
        """Return where the function may have a pole, a jump, a kink or an end between the points of a rising grid."""
        if self.formula is None:
            return self._other_paths(grid)
        nodes = wengert_list(self.formula)
        found = find_boundaries(
            [self.formula], find_guards(nodes), self.name, self.problem.point, self.deadline.check, grid, MAX_BOUNDARIES
        )
        return [x for x in found if grid[0] < x < grid[-1]]

    def _other_paths(self, grid: Sequence[float]) -> list[float]:
        """Return where a program changes its path."""
        paths = [self._path(x) for x in grid]
        found: list[float] = []
        for place, path in enumerate(paths[1:], 1):
            if path != paths[place - 1] and len(found) < MAX_PATHS:
                found.append(bisected(grid[place - 1], grid[place], lambda x, path=path: self._path(x) == path))  # type: ignore[misc]
        return found

    def _path(self, x: float) -> object:
        """Return the outcomes of all decisions at x; None where the program does not run."""
        program = self.problem.program
        assert program is not None
        self.deadline.check()
        try:
            recording = program.record({**self.problem.point, self.name: x})
        except DiffcompareError:
            return None
        return tuple([(decision.sign, decision.outcome) for decision in recording.decisions])


def _finite(value: float | Undefined) -> float | None:
    return None if type(value) is Undefined or not is_number(value) else float(value)  # type: ignore[arg-type]


def bisected(low: float, high: float, is_behind: Callable[[float], bool]) -> float:
    """Return the place between two points from which on something holds that does not hold at the lower one."""
    for _ in range(BISECTIONS):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if is_behind(middle):
            high = middle
        else:
            low = middle
    return fewest_digits_between(low, high)
