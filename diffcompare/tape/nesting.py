"""Derivatives as values: `grad(y, x)`, and `derivative(f)`, which is a function again and nests in any order.

Every `derivative` has an input of its own, so that the inner and the outer one are never taken for each other.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.tape import tape_errors
from diffcompare.tape.array_functions import Clone
from diffcompare.tape.variable import AccumulateGrad, Variable, enable_grad, nodes_below, sweep


def grad(output: Variable, inputs: Variable | Sequence[Variable], gradient: Any = None, *,
         retain_graph: bool | None = None, create_graph: bool = False) -> Any:  # fmt: skip
    """Return the derivatives of `output` with respect to Variables, None where it does not depend on one.

    No `.grad` changes.  Two names of one Variable are one input: `derivative` makes an input of its own.
    """
    wanted = [inputs] if isinstance(inputs, Variable) else inputs
    if not all(variable.requires_grad for variable in wanted):
        raise tape_errors.no_gradient_passes("an input")
    gradients = sweep(output, gradient, retain_graph, create_graph, wanted)
    return gradients[0] if isinstance(inputs, Variable) else tuple(gradients)


def derivative(f: Callable[..., Any], argument: int = 0) -> Callable[..., Variable]:
    """Return the function whose value is the derivative of `f` with respect to one of its arguments.

    derivative(lambda x: x * derivative(lambda y: x + y)(x))(1.0)      # 1
    derivative(lambda x: derivative(lambda y: x * y**2)(x))(3.0)       # 12: y starts at x, and is not x
    """

    def slope(*arguments: Any) -> Variable:
        given = arguments[argument]
        outer = given if isinstance(given, Variable) else Variable(given)
        input_node = None
        with enable_grad():
            if outer.requires_grad:
                inner = Clone.apply(outer)
            else:
                inner = Variable(outer, requires_grad=True)
                input_node = _Input(inner)
                inner.accumulator = weakref.ref(input_node)
            result = f(*arguments[:argument], inner, *arguments[argument + 1 :])
            gradient = None
            if isinstance(result, Variable) and result.requires_grad:
                (gradient,) = sweep(result, None, None, True, [inner])
        if input_node is not None:
            input_node.is_finished = True
        if gradient is None:
            return Variable(outer.value * 0.0)
        plain: Variable = gradient.detach()
        return plain if _is_finished(gradient) else gradient

    return slope


def _is_finished(variable: Variable) -> bool:
    """Tell whether nothing below a Variable will be differentiated again."""
    root, _ = variable.edge
    leaves = [node for node in nodes_below(root) if not node.next_functions] if root else []
    return all(isinstance(leaf, _Input) and leaf.is_finished for leaf in leaves)


class _Input(AccumulateGrad):
    """The input of a derivative."""

    __slots__ = ("is_finished",)

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable)
        self.is_finished = False
