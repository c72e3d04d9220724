"""num-dual: forward mode by `gradient`, second derivatives by `hessian`, through the methods of its dual numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, python_where

METHODS = {
    "exp": "exp", "expm1": "expm1", "ln": "log", "log1p": "log1p", "log2": "log2", "log10": "log10", "sqrt": "sqrt",
    "cbrt": "cbrt", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
}  # fmt: skip


def load() -> Loaded:
    """Import num-dual."""
    import num_dual

    functions = {row: operator.methodcaller(method) for row, method in METHODS.items()}
    functions |= {"abs": abs, "max": max, "min": min, "min3": min, "where": python_where}
    functions |= {"prod": lambda *x: math.prod(x)}

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, gradient = num_dual.gradient(lambda x: f(*x), list(point))
        return EngineAnswer(float(value), [float(gradient[i]) for i in wrt])

    def hessian(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, _, matrix = num_dual.hessian(lambda x: f(*x), list(point))
        return EngineAnswer(float(value), [float(matrix[i][i]) for i in wrt])

    def first_derivative(f: Function, x: Any) -> Any:
        return num_dual.first_derivative(f, x)[1]

    modes = {"forward": forward, "hessian": hessian}
    return Loaded(functions, modes, nested={"first_derivative": first_derivative})


ENGINE = Engine(load, "num-dual", ("forward",), second=("hessian",), nested=("first_derivative",))
