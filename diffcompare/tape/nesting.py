"""Derivatives of functions on the tape, nested in any order: `derivative(f)` is a function again.

Every derivative has an input of its own, so that the inner and the outer one are never taken for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diffcompare.tape.array_functions import Clone
from diffcompare.tape.variable import AccumulateGrad, Variable, nodes_below, walk
from diffcompare.tape.variable_operators import enable_grad


def derivative(f: Callable[..., Any], argument: int = 0) -> Callable[..., Variable]:
    """Return the function whose value is the derivative of `f` with respect to one of its arguments.

    derivative(lambda x: x * derivative(lambda y: x + y)(x))(1.0)      # 1
    derivative(lambda x: derivative(lambda y: x * y**2)(x))(3.0)       # 12: y starts at x, and is not x
    """

    def slope(*arguments: Any) -> Variable:
        given = arguments[argument]
        outer = given if isinstance(given, Variable) else Variable(given)
        with enable_grad():
            inner = Clone.apply(outer) if outer.node else _input(outer)
            result = f(*arguments[:argument], inner, *arguments[argument + 1 :])
            gradient = None
            if isinstance(result, Variable) and result.node is not None:
                gradient = walk(result, None, None, True, [inner])[0]
        if isinstance(inner.node, _Input):
            inner.node.is_finished = True
        if gradient is None:
            return Variable(outer.value * 0.0)
        plain: Variable = gradient.detach()
        return plain if _is_finished(gradient) else gradient

    return slope


def _input(value: Variable) -> Variable:
    variable = Variable(value, requires_grad=True)
    variable.accumulator = _Input(variable)
    return variable


def _is_finished(variable: Variable) -> bool:
    """Tell whether nothing below a Variable will be differentiated again."""
    leaves = [node for node in nodes_below(variable.node, ()) if not node.inputs] if variable.node else []
    return all(isinstance(leaf, _Input) and leaf.is_finished for leaf in leaves)


class _Input(AccumulateGrad):
    """The input of a derivative."""

    __slots__ = ("is_finished",)

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable)
        self.is_finished = False
