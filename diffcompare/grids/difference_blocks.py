"""Difference quotients at blocks of points, with the steps that `grad` takes, and the kinks that a step crosses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcompare.backends.finite_differences import CENTRAL, EPSILON, FIVE_POINT, STENCILS, Stencil
from diffcompare.codegen.joint_sweep import TOTAL
from diffcompare.grids.block_functions import block_function
from diffcompare.grids.careful_blocks import FINE, NOT_FINITE, GridFormulas, GridFunction
from diffcompare.language.expression import Expression
from diffcompare.language.operations import abs_, cbrt, ceil, floor, is_choice, max_, min_, relu, sign
from diffcompare.language.wengert import wengert_list

KINK = 3  # the code of a point whose difference quotient steps over a kink
MAX_KINKS = 16  # kinked operations that are looked at

_Values = Callable[[Any], Any]  # f along one variable: a block of values for a block of its coordinates


class GridDifferences:
    """The gradient by one difference formula.

    Args:
        method: The name of the formula: a stencil, or `richardson`.
        function: The function, which is asked for values only.
        kinks: What decides on which side of a kink a point is.
        step: The step for all points; None for the default of the formula.
    """

    def __init__(self, method: str, function: GridFunction, kinks: KinkSides, step: float | None = None) -> None:
        stencils = {stencil.name: stencil for stencil in STENCILS}
        self.stencil = stencils.get(method, CENTRAL)
        self.is_extrapolated = method not in stencils
        self.function, self.kinks, self.step = function, kinks, step

    def run(self, columns: Sequence[Any], partials: Sequence[Any], wrt: Sequence[str], value: Any) -> Any:
        """Fill the partials with respect to `wrt` at one block, where `value` has f; return a code for every point.

        A point has a code other than `FINE` where f has no finite value at a point of the formula, and where the
        formula steps over a kink; its partials are those of the formula all the same, and nan in the first case.
        """
        codes = np.zeros(len(value), dtype=np.uint8)
        with np.errstate(all="ignore"):
            for name, partial in zip(wrt, partials, strict=True):
                place = list(self.function.variables).index(name)
                x = np.broadcast_to(np.asarray(columns[place], dtype=float), np.shape(value))
                partial[...] = self._partial(columns, place, x, value)
                if self.kinks:
                    codes[self._crosses(columns, place, x)] = KINK
            for partial in partials:
                lost = ~np.isfinite(partial)
                partial[lost] = np.nan
                codes[lost] = NOT_FINITE
        return codes if codes.any() else None

    def _steps(self, x: Any) -> Any:
        if self.step is not None:
            return np.full_like(x, self.step)
        order = FIVE_POINT.order if self.is_extrapolated else self.stencil.order
        return EPSILON ** (1 / (order + 1)) * np.maximum(1.0, np.abs(x))

    def _partial(self, columns: Sequence[Any], place: int, x: Any, value: Any) -> Any:
        h = self._steps(x)

        def along(moved: Any) -> Any:
            own = [*columns[:place], moved, *columns[place + 1 :]]
            result = np.empty(len(value))
            codes = self.function.run(own, [result])
            return result if codes is None else np.where(codes == FINE, result, np.nan)

        if not self.is_extrapolated:
            return quotient(self.stencil, along, x, h, value)
        coarse = quotient(CENTRAL, along, x, h, value)
        return (4 * quotient(CENTRAL, along, x, h / 2, value) - coarse) / 3

    def _crosses(self, columns: Sequence[Any], place: int, x: Any) -> Any:
        """Return where the outermost points of the formula are on different sides of a kink."""
        step = (x + self._steps(x)) - x
        ends = [x + offset * step for offset in (min(*self.stencil.offsets, 0), max(*self.stencil.offsets, 0))]
        first, last = [self.kinks.sides([*columns[:place], end, *columns[place + 1 :]], len(x)) for end in ends]
        return np.logical_or.reduce([a != b for a, b in zip(first, last, strict=True)])


def quotient(stencil: Stencil, f: _Values, x: Any, h: Any, value: Any) -> Any:
    """Return a stencil's quotients at the steps h, as `finite_differences.quotient` does at one; `value` is f(x)."""
    step = (x + h) - x
    terms = [
        weight * (value if offset == 0 else f(x + offset * step))
        for offset, weight in zip(stencil.offsets, stencil.weights, strict=True)
    ]
    total = np.empty(len(value))
    block_function(TOTAL).write(*terms, total)
    return total / (stencil.denominator * step)


class KinkSides:
    """The numbers that decide on which side of its kinks a function is: the argument of |x|, the sides of `if` ..."""

    def __init__(self, expression: Expression, variables: Sequence[str]) -> None:
        decided: dict[Expression, bool] = {}
        for node in wengert_list(expression):
            if node.varies and node.operation is not None:
                arguments = node.arguments
                if node.operation in (abs_, sign, relu, cbrt):
                    decided[arguments[0]] = False
                elif node.operation in (min_, max_) or is_choice(node):
                    if arguments[0] is not arguments[1]:
                        decided[arguments[0] - arguments[1]] = False
                elif node.operation in (floor, ceil):
                    decided[node] = True
        self.is_step = list(decided.values())[:MAX_KINKS]
        self.formulas = GridFormulas(list(decided)[:MAX_KINKS], variables) if decided else None

    def __bool__(self) -> bool:
        return self.formulas is not None

    def sides(self, columns: Sequence[Any], points: int) -> list[Any]:
        """Return for every kinked operation the side of every point: -1, 0 or 1, or the number of the step."""
        assert self.formulas is not None
        results = [np.empty(points) for _ in self.is_step]
        self.formulas.run(columns, results)
        return [
            np.nan_to_num(result if is_step else np.sign(result))
            for result, is_step in zip(results, self.is_step, strict=True)
        ]
