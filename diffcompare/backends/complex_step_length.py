"""How long a complex step has to be: short beside whatever f varies on, and long enough that no digit underflows.

1e-20 serves where numbers are of ordinary size.  At x = 1e-30 it is no small step, and what is called with 1e21*x,
or divided by x - 1 at the next double after 1, varies on a scale of its own; where numbers are tiny, on the other hand,
the product of one of them and the step falls below the range of doubles.  Both leave traces in the complex values.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes
from diffcompare.numeric.evaluate import Undefined, evaluate, is_number, values_at
from diffcompare.numeric.extended_range import EXTENDED, Extended
from diffcompare.numeric.sweeps import forward, local_partials

DEFAULT_STEP = 1e-20
SMALL = 1e-6
"""From here downwards the step follows x."""
SHORT = 1e-8
"""The square of this is below the rounding: beside the real part an imaginary part no larger than this is small."""
ROOM = 1e-292
"""Steps below this leave no room for products with other small numbers; they are avoided where x allows it."""
LEAST = 5e-324
SMALLEST = sys.float_info.min
"""Below this a double has fewer digits."""
SHORTER = (1e-10, 1e-20, 1e-30, 1e-60, 1e-120, 1e-200, 1e-260)
"""By how much a step is shortened that is not short."""
LONGER = (1e-12, 1e-8, 1e-4, 1.0)
"""Parts of |x| that are tried where imaginary parts underflow, and then steps that look away from x."""
FAR = (1e-100, 1e-50, 1e-20, 1.0)
SCALED = ("+", "-", "*", "/", "neg", "^n", "abs", "min", "max", "relu", "hypot", "sqrt", "cbrt", "ln", "log2", "log10")
"""Rows that vary on the scale of their arguments."""
NEAR = 1e-14
"""A longer step is believed if twice the step gives the same to this part: a truncation error would be four times."""

At: TypeAlias = "Callable[[float], Mapping[Expression, Any] | None]"
"""The values of all nodes at x + ih, by h; None where one of them cannot be computed."""
Quotient: TypeAlias = "Callable[[Mapping[Expression, Any] | None, float], float | None]"


class StepLength(NamedTuple):
    """What one variable's steps came to."""

    partial: float | None
    h: float
    evaluations: int
    note: str = ""


def default_step(x: float) -> float:
    """1e-20, or 1e-20 of |x| where x is small (at 0 there is nothing to follow), and no less than x allows.

    Where x is huge the angle of x + ih, which roots of it go by, must not underflow.
    """
    size = abs(x)
    if size == 0 or size >= SMALL:
        return max(DEFAULT_STEP, ROOM * size)
    return max(DEFAULT_STEP * size, min(ROOM, SHORT * size), LEAST)


class StepSearch:
    """The steps that are tried along one variable."""

    def __init__(
        self, nodes: Sequence[Expression], point: Mapping[str, float], name: str, at: At, quotient: Quotient
    ) -> None:
        self.nodes = nodes
        self.point = point
        self.name = name
        self.at = at
        self.quotient = quotient
        self.evaluations = 0
        self.followed = {
            argument
            for node in nodes
            if node.operation is not None and node.operation.name not in SCALED
            for argument in node.arguments
        }
        """Arguments of rows that vary on a scale of their own, whatever the size of the argument."""

    def by(self, given: float | None) -> StepLength:
        """The partial by a step that was given, or by the default step and those that its traces lead to."""
        h = given or default_step(self.point[self.name])
        values, partial = self._tried(h)
        if given is None and (self._has_value() if partial is None else self._is_long(values)):
            first = partial
            h, values, partial = self._shortened(h, values, partial)
            if first is not None and partial is None:
                return self._done(None, h, "no step is short enough: each gives another number")
        if partial is None:
            return self._done(None, h, f"no finite complex value at {self.name} + {h:g}i")
        lost, expected = self._lost(values, h)
        if lost is None or math.isclose(partial, expected, rel_tol=NEAR, abs_tol=LEAST):
            return self._done(partial, h, self._too_long_for_x(h, given))
        note = f"the imaginary part of {shorten(lost)} is below the range of doubles, h = {h:g}"
        if given is None:
            longer = self._lengthened()
            if longer is not None:
                return longer
            partial = partial if math.isclose(partial, expected, rel_tol=SHORT) else None
        return self._done(partial, h, note)

    def _done(self, partial: float | None, h: float, note: str = "") -> StepLength:
        return StepLength(partial, h, self.evaluations, note)

    def _tried(self, h: float) -> tuple[Mapping[Expression, Any] | None, float | None]:
        self.evaluations += 1
        values = self.at(h)
        return values, self.quotient(values, h)

    @cached_property
    def real(self) -> Mapping[Expression, Any]:
        """The values at the point itself."""
        return values_at(self.nodes, self.point)

    def _has_value(self) -> bool:
        """Whether the function has a value at the point: then a step that finds none may be too long."""
        return is_number(self.real[self.nodes[-1]])

    def _size(self, node: Expression) -> float:
        """The size of a value; at x + ih the real part of one that is 0 may be of the size of h^2."""
        value = self.real[node]
        return abs(value) if is_number(value) else 0.0

    def _is_long(self, values: Mapping[Expression, Any] | None) -> bool:
        """Whether an imaginary part is not small beside the real one, or beside 1 where a sine, say, is to follow."""
        if values is None:
            return False
        for node in self.nodes:
            value = values[node]
            if node.operation is not None and type(value) is not Undefined:
                size = abs(value.z.imag)
                if size > SHORT and node in self.followed:
                    return True
                if size > SHORT * abs(value.z.real) and size > SHORT * (self._size(node) or 1.0):
                    return True
        return False

    def _shortened(
        self, h: float, values: Mapping[Expression, Any] | None, partial: float | None
    ) -> tuple[float, Mapping[Expression, Any] | None, float | None]:
        """The first shorter step that is short enough; the first one again, if it gives what the shortest gives.

        A step that is no better than the others has no partial.
        """
        shortest = partial
        for part in SHORTER:
            shorter = h * part
            if shorter < ROOM:
                break
            found, quotient = self._tried(shorter)
            if quotient is not None and not self._is_long(found):
                return shorter, found, quotient
            shortest = quotient or shortest
        agrees = partial is not None and shortest is not None and math.isclose(partial, shortest, rel_tol=SHORT)
        return h, values, partial if agrees else None

    def _lost(self, values: Mapping[Expression, Any] | None, h: float) -> tuple[Expression | None, float]:
        """The first node whose imaginary part underflows, there or within its row, and the partial as it should be.

        An imaginary part of 0 may well be right: a tangent whose exponent has no end tells.
        """
        if values is None or not any(self._is_suspicious(node, values) for node in self.nodes):
            return None, math.nan
        tangents, nothing = self._tangents(h), Extended.of(0.0)
        for node in self.nodes:
            size, value = abs(tangents.get(node, nothing)), values[node]
            is_real = type(value) is not Undefined and value.z.imag == 0
            if node.operation is not None and size > 0 and (size < SMALLEST or is_real):
                return node, float(tangents.get(self.nodes[-1], nothing) / Extended.of(h))
        return None, math.nan

    def _is_suspicious(self, node: Expression, values: Mapping[Expression, Any]) -> bool:
        """Whether an imaginary part has few digits, or none though an argument has one."""
        value = values[node]
        if node.operation is None or type(value) is Undefined or abs(value.z.imag) >= SMALLEST:
            return False
        arguments = [values[argument] for argument in node.arguments]
        return bool(value.z.imag) or any(type(each) is not Undefined and each.z.imag for each in arguments)

    def _tangents(self, h: float) -> dict[Expression, Any]:
        try:
            edges = local_partials(
                self.nodes, evaluate(self.nodes, self.point, EXTENDED), active_nodes(self.nodes, (self.name,))
            )
        except NotDifferentiable:
            return {}
        return forward(edges, {Variable(self.name): Extended.of(h)}, EXTENDED)

    def _lengthened(self) -> StepLength | None:
        """The first longer step that has all its digits and that twice the step confirms."""
        size = abs(self.point[self.name]) or 1.0
        for h in filter(None, (*[part * size for part in LONGER], *FAR)):
            values, partial = self._tried(h)
            if partial and not any(self._is_suspicious(node, values or {}) for node in self.nodes):
                _, doubled = self._tried(2 * h)
                if doubled is not None and math.isclose(partial, doubled, rel_tol=NEAR):
                    return self._done(partial, h, f"a longer step, h = {h:g}: the usual one is lost in underflow")
        return None

    def _too_long_for_x(self, h: float, given: float | None) -> str:
        x = self.point[self.name]
        if given is not None:
            return f"the step is no shorter than {self.name}" if 0 < abs(x) <= h else ""
        return f"no step is short beside {x:g}" if x and h > 2 * SHORT * abs(x) else ""
