"""Complex-step differentiation: f'(x) = Im f(x + ih) / h.

No difference cancels, so that h may be as small as 1e-20, or 1e-20 of x, and the truncation error, of order h^2,
disappears (Squire & Trapp 1998; Martins, Sturdza & Alonso 2003).  The price is that f must be analytic and computed in
complex arithmetic.

The step must be short against the scale on which f varies, yet so long that nothing underflows.  1e-20 serves where
numbers are of ordinary size.  At x = 1e-30 it is not small, and a function of 1e21*x, or a quotient by x - 1 at the
next double after 1, varies on a scale of its own.  Where numbers are tiny, on the other hand, the product of one of
them and the step falls below the range of doubles.  Both cases show in the complex values.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.backends.problem import (
    Backend,
    Derivative,
    Problem,
    Status,
    Work,
    exceeds_budget,
    needs_definition,
    not_started,
    path_note,
)
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.complex_numbers import COMPLEX, Complex
from diffcompare.numeric.evaluate import Deadline, NumberSystem, Undefined, evaluate, is_number, values_at
from diffcompare.numeric.extended_range import EXTENDED, Extended
from diffcompare.numeric.sweeps import forward, local_partials, primal_work

DEFAULT_STEP = 1e-20
SMALL_X = 1e-6  # for smaller |x| the step is proportional to x
SHORT = 1e-8  # an imaginary part is small against the real part up to this ratio: its square is below rounding
MIN_STEP = 1e-292  # shorter steps underflow in products with small numbers, and are avoided where x allows it
MIN_DOUBLE = 5e-324
MIN_NORMAL = sys.float_info.min  # smaller doubles have fewer digits
SHORTER_BY = (1e-10, 1e-20, 1e-30, 1e-60, 1e-120, 1e-200, 1e-260)  # factors for a step that is too long
LONGER_BY_X = (1e-12, 1e-8, 1e-4, 1.0)  # steps relative to |x| that are tried where imaginary parts underflow
LONGER = (1e-100, 1e-50, 1e-20, 1.0)  # and then these steps, whatever x is
# Rows that vary on the scale of their arguments.
SCALED = ("+", "-", "*", "/", "neg", "^n", "abs", "min", "max", "relu", "hypot", "sqrt", "cbrt", "ln", "log2", "log10")
CONFIRMED = 1e-14  # relative change on doubling up to which a longer step is accepted: truncation would grow fourfold


def differentiate(problem: Problem) -> Derivative:
    """Compute the gradient by one complex evaluation for every variable, or several where no default step serves."""
    refusal = needs_definition("complex-step", problem, problem.expression)
    if refusal is not None:
        return refusal
    nodes = wengert_list(problem.expression)
    n, cost = len(problem.wrt), primal_work(nodes, active_nodes(nodes, problem.wrt))
    # One division by h for every variable; to take an imaginary part costs nothing.
    planned = n * (cost + 1)
    steps = {problem.step or default_step(problem.point[name]) for name in problem.wrt}
    if exceeds_budget(planned, problem.budget):
        return not_started("complex-step", problem, planned, _variant(steps))
    deadline = Deadline(problem.budget)
    gradient: dict[str, float | None] = dict.fromkeys(problem.wrt)
    chosen: dict[str, StepLength] = {}
    notes: list[str] = []
    status: Status = "ok"
    for name in problem.wrt:
        if deadline.has_passed:
            status = "timed-out"
            notes.append(f"timed out after {problem.budget:g} s")
            break
        chosen[name] = step = StepSearch(nodes, problem.point, name).find(problem.step)
        gradient[name] = step.partial
        if step.partial is None:
            status = "undefined"
        if step.note:
            notes.append(f"df/d{name}: {step.note}")
    path = path_note(problem.program)
    notes += [path] if path else []
    calls = sum(step.evaluations for step in chosen.values())
    steps = {step.h for step in chosen.values()} or steps
    work = Work(calls, calls * (cost + 1))
    return Derivative("complex-step", status, _variant(steps), gradient, work, notes=tuple(notes))


def _variant(steps: Collection[float]) -> str:
    """Describe the step, or the range of the steps where the variables have steps of their own."""
    if not steps:
        return f"h = {DEFAULT_STEP:g}"
    return f"h = {min(steps):g}" if len(steps) == 1 else f"h = {min(steps):g} to {max(steps):g}"


def quotient(
    nodes: Sequence[Expression], point: Mapping[str, float], name: str, h: float, system: NumberSystem = COMPLEX
) -> float | None:
    """Return Im f(x + ih) / h, where x is the variable `name`; None if that is not a finite number."""
    return imaginary_quotient(values_beside(nodes, point, name, h, system), nodes[-1], h)


def values_beside(
    nodes: Sequence[Expression], point: Mapping[str, float], name: str, h: float, system: NumberSystem
) -> Mapping[Expression, Any] | None:
    """Return the value of every node at x + ih; None if one of them cannot be computed."""
    try:
        return evaluate(nodes, {**point, name: Complex(complex(point[name], h))}, system)
    except (ArithmeticError, ValueError, TypeError):
        return None


def imaginary_quotient(values: Mapping[Expression, Any] | None, output: Expression, h: float) -> float | None:
    """Return the imaginary part of the output over the step; None if that is not a finite number."""
    if values is None or type(values[output]) is Undefined:
        return None
    quotient = values[output].z.imag / h
    return quotient if math.isfinite(quotient) else None


# --- The length of the step -------------------------------------------------------------------------------------------


class StepLength(NamedTuple):
    """The step chosen for one variable, the partial that it gives, and the evaluations that the search took."""

    partial: float | None
    h: float
    evaluations: int
    note: str = ""


def default_step(x: float) -> float:
    """Return 1e-20, or 1e-20 of |x| where x is small but not 0, and no less than x allows.

    For huge x the angle of x + ih, on which its roots depend, must not underflow.
    """
    size = abs(x)
    if size == 0 or size >= SMALL_X:
        return max(DEFAULT_STEP, MIN_STEP * size)
    return max(DEFAULT_STEP * size, min(MIN_STEP, SHORT * size), MIN_DOUBLE)


class StepSearch:
    """The search for a step along one variable."""

    def __init__(self, nodes: Sequence[Expression], point: Mapping[str, float], name: str) -> None:
        self.nodes = nodes
        self.point = point
        self.name = name
        self.evaluations = 0
        self.unscaled = {  # arguments of rows that vary on a scale of their own, whatever the size of the argument
            argument
            for node in nodes
            if node.operation is not None and node.operation.name not in SCALED
            for argument in node.arguments
        }

    def find(self, given: float | None) -> StepLength:
        """Return the partial by a given step, or by the default step or one that replaces it."""
        h = given or default_step(self.point[self.name])
        values, partial = self._try(h)
        if given is None and (self._has_value() if partial is None else self._is_long(values)):
            first = partial
            h, values, partial = self._shorten(h, values, partial)
            if first is not None and partial is None:
                return self._result(None, h, "no step is short enough: each gives a different number")
        if partial is None:
            return self._result(None, h, f"no finite complex value at {self.name} + {h:g}i")
        lost, expected = self._first_underflow(values, h)
        if lost is None or math.isclose(partial, expected, rel_tol=CONFIRMED, abs_tol=MIN_DOUBLE):
            return self._result(partial, h, self._too_long_for_x(h, given))
        note = f"the imaginary part of {shorten(lost)} is below the range of doubles, h = {h:g}"
        if given is None:
            longer = self._lengthen()
            if longer is not None:
                return longer
            partial = partial if math.isclose(partial, expected, rel_tol=SHORT) else None
        return self._result(partial, h, note)

    def _result(self, partial: float | None, h: float, note: str = "") -> StepLength:
        return StepLength(partial, h, self.evaluations, note)

    def _try(self, h: float) -> tuple[Mapping[Expression, Any] | None, float | None]:
        self.evaluations += 1
        values = values_beside(self.nodes, self.point, self.name, h, COMPLEX)
        return values, imaginary_quotient(values, self.nodes[-1], h)

    @cached_property
    def real(self) -> Mapping[Expression, Any]:
        """The values at the point itself."""
        return values_at(self.nodes, self.point)

    def _has_value(self) -> bool:
        """Tell whether the function has a value at the point: then a step that finds none may be too long."""
        return is_number(self.real[self.nodes[-1]])

    def _size(self, node: Expression) -> float:
        """Return the size of a node's value at the point itself: at x + ih a real part of 0 may be of the size h^2."""
        value = self.real[node]
        return abs(value) if is_number(value) else 0.0

    def _is_long(self, values: Mapping[Expression, Any] | None) -> bool:
        """Tell whether an imaginary part is not small against the real part, or against 1 in the argument of a sine."""
        if values is None:
            return False
        for node in self.nodes:
            value = values[node]
            if node.operation is not None and type(value) is not Undefined:
                size = abs(value.z.imag)
                if size > SHORT and node in self.unscaled:
                    return True
                if size > SHORT * abs(value.z.real) and size > SHORT * (self._size(node) or 1.0):
                    return True
        return False

    def _shorten(
        self, h: float, values: Mapping[Expression, Any] | None, partial: float | None
    ) -> tuple[float, Mapping[Expression, Any] | None, float | None]:
        """Return the first shorter step that is short enough, with its values and partial.

        If there is none, return the step h itself, with its partial only if the shortest step confirms it.
        """
        shortest = partial
        for factor in SHORTER_BY:
            shorter = h * factor
            if shorter < MIN_STEP:
                break
            shorter_values, quotient = self._try(shorter)
            if quotient is not None and not self._is_long(shorter_values):
                return shorter, shorter_values, quotient
            shortest = quotient or shortest
        agrees = partial is not None and shortest is not None and math.isclose(partial, shortest, rel_tol=SHORT)
        return h, values, partial if agrees else None

    def _first_underflow(self, values: Mapping[Expression, Any] | None, h: float) -> tuple[Expression | None, float]:
        """Return the first node whose imaginary part underflows, there or within its row, and the true partial.

        An imaginary part of 0 may well be right: tangents with extended exponents decide.
        """
        if values is None or not any(self._is_suspicious(node, values) for node in self.nodes):
            return None, math.nan
        tangents, nothing = self._tangents(h), Extended.of(0.0)
        for node in self.nodes:
            size, value = abs(tangents.get(node, nothing)), values[node]
            is_real = type(value) is not Undefined and value.z.imag == 0
            if node.operation is not None and size > 0 and (size < MIN_NORMAL or is_real):
                return node, float(tangents.get(self.nodes[-1], nothing) / Extended.of(h))
        return None, math.nan

    def _is_suspicious(self, node: Expression, values: Mapping[Expression, Any]) -> bool:
        """Tell whether an imaginary part has lost digits, or vanishes although that of an argument does not."""
        value = values[node]
        if node.operation is None or type(value) is Undefined or abs(value.z.imag) >= MIN_NORMAL:
            return False
        arguments = [values[argument] for argument in node.arguments]
        return bool(value.z.imag) or any(type(number) is not Undefined and number.z.imag for number in arguments)

    def _tangents(self, h: float) -> dict[Expression, Any]:
        try:
            edges = local_partials(
                self.nodes, evaluate(self.nodes, self.point, EXTENDED), active_nodes(self.nodes, (self.name,))
            )
        except NotDifferentiable:
            return {}
        return forward(edges, {Variable(self.name): Extended.of(h)}, EXTENDED)

    def _lengthen(self) -> StepLength | None:
        """Return the first longer step that keeps all digits and is confirmed by the step of twice its length."""
        size = abs(self.point[self.name]) or 1.0
        for h in filter(None, (*[factor * size for factor in LONGER_BY_X], *LONGER)):
            values, partial = self._try(h)
            if partial and not any(self._is_suspicious(node, values or {}) for node in self.nodes):
                _, doubled = self._try(2 * h)
                if doubled is not None and math.isclose(partial, doubled, rel_tol=CONFIRMED):
                    return self._result(partial, h, f"a longer step, h = {h:g}: the usual one is lost in underflow")
        return None

    def _too_long_for_x(self, h: float, given: float | None) -> str:
        x = self.point[self.name]
        if given is not None:
            return f"the step is no shorter than {self.name}" if 0 < abs(x) <= h else ""
        return f"no step is short compared with {x:g}" if x and h > 2 * SHORT * abs(x) else ""


BACKEND = Backend("complex-step", differentiate)
