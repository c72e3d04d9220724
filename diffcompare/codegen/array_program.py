"""A joint sweep over NumPy arrays: every node is one call for all points, and doubtful points are marked.

NumPy's functions take the place of those of `math`, and may differ from them in the last bits; the arithmetic does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy

from diffcompare.codegen.joint_sweep import TOTAL, JointSweep, Slope
from diffcompare.codegen.libraries import FOR_NUMPY, PYTHON_PARTIALS
from diffcompare.codegen.magnitudes import watch
from diffcompare.codegen.point_program import defined
from diffcompare.language.expression import Double, Expression, Operation, Variable
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS

_ARITHMETIC = {
    "+": numpy.add, "-": numpy.subtract, "*": numpy.multiply, "/": numpy.divide, "neg": numpy.negative,
    "^n": numpy.power,
}  # fmt: skip
_RELATIONS = {
    "<": numpy.less, "<=": numpy.less_equal, ">": numpy.greater, ">=": numpy.greater_equal, "==": numpy.equal,
    "!=": numpy.not_equal,
}  # fmt: skip


class ArrayResult(NamedTuple):
    """The value and the partials at all points, and whether each point has to be asked again, by the careful sweep."""

    value: Any
    partials: list[Any]
    doubtful: Any


class ArrayProgram:
    """The nodes of a joint sweep with a function of arrays each."""

    def __init__(self, sweep: JointSweep, names: Sequence[str]) -> None:
        self.sweep, self.names = sweep, names
        self.limits = watch(sweep.nodes, wengert_list(sweep.value)).limits
        self.constants: dict[Expression, float] = {leaf: leaf.double for leaf in sweep.nodes if type(leaf) is Double}
        self.steps = [(node, self._function(node)) for node in sweep.nodes if node.operation is not None]
        self.has_flags = False  # True once a function has left its domain or the doubles at some point of the run

    def __call__(self, arrays: Sequence[Any]) -> ArrayResult:
        """Compute value and partials at the points of arrays of one shape, one array for each variable."""
        self.has_flags = False
        with numpy.errstate(divide="call", over="call", invalid="call", under="ignore", call=self._raise_flag):
            values = self._evaluate(arrays)
            doubtful = numpy.zeros(arrays[0].shape, dtype=bool)
            looked_at = [values[node] for node, _ in self.steps] if self.has_flags else []
            results = [values[self.sweep.value], *[values[node] for node in self.sweep.partials.values()]]
            for numbers in (*looked_at, *results):
                doubtful |= ~numpy.isfinite(numbers)
            for node, (low, high) in self.limits.items():
                if node in values:
                    size = numpy.abs(values[node])
                    doubtful |= ~(size < high) | ((size <= low) & (size > 0))
        own = [numpy.array(numpy.broadcast_to(result, arrays[0].shape), dtype=float) for result in results]
        return ArrayResult(own[0], own[1:], doubtful)

    def _evaluate(self, arrays: Sequence[Any]) -> dict[Expression, Any]:
        values: dict[Expression, Any] = dict(self.constants)
        values.update(zip(map(Variable, self.names), arrays, strict=True))
        for node, function in self.steps:
            values[node] = function(*[values[argument] for argument in node.arguments])
        return values

    def _raise_flag(self, *_: Any) -> None:
        self.has_flags = True

    def _function(self, node: Expression) -> Callable[..., Any]:
        """Return the function of arrays for the row of a node; outside its domain its values are nan or inf."""
        operation = node.operation
        assert operation is not None
        if operation is TOTAL:
            return _total
        if operation.selects is not None:
            relation = _RELATIONS[operation.name[3:]]
            return lambda left, right, yes, no: numpy.where(relation(left, right), yes, no)
        if type(operation) is Slope and (operation.of.name, operation.position) in PYTHON_PARTIALS:
            return _slope(operation.of.name, operation.position)
        if operation.name in _ARITHMETIC:
            return _ARITHMETIC[operation.name]
        if operation.name == "^":
            return _power
        in_numpy = operation.names.get("numpy") if operation is OPERATIONS.get(operation.name) else None
        if in_numpy is not None and operation.name != "atan2":
            return getattr(numpy, in_numpy)  # type: ignore[no-any-return]
        return self._point_by_point(operation)

    def _point_by_point(self, operation: Operation) -> Callable[..., Any]:
        """Return the row of doubles as a function of arrays."""

        def at_point(*numbers: float) -> float:
            try:
                return operation.real(*numbers)
            except RANGE_ERRORS:
                self.has_flags = True
                return math.nan

        return numpy.vectorize(at_point, otypes=[float])


def _power(base: Any, exponent: Any) -> Any:
    is_inside = (base > 0) | ((base == 0) & (numpy.asarray(exponent) > 0))
    return numpy.where(is_inside, numpy.power(numpy.where(is_inside, base, numpy.log(-1.0)), exponent), math.nan)


def _total(*terms: Any) -> Any:
    """Return a sum with the errors of its additions (Knuth's TwoSum) added at the end."""
    total, lost = terms[0], 0.0
    for term in terms[1:]:
        larger = total + term
        part = larger - total
        lost = lost + ((total - (larger - part)) + (term - part))
        total = larger
    return total + lost


@cache
def _slope(name: str, position: int) -> Callable[..., Any]:
    """Return a partial that decides by its argument, as generated programs write it for NumPy."""
    text = PYTHON_PARTIALS[name, position].format(y="y", a="a", b="b", hypot="numpy.hypot")
    parameters = ("y", "a", "b")[: 1 + OPERATIONS[name].arity]
    source = f"{FOR_NUMPY}\n\ndef compiled({', '.join(parameters)}):\n    return {text}\n"
    return defined(source, {"numpy": numpy, "math": math})
