"""Drake: forward mode by `AutoDiffXd`, and formulas by `symbolic.Expression.Differentiate`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, each_number, number_or_none, python_where

ALIKE = {  # the names that NumPy has for both kinds of numbers
    "exp": "exp", "ln": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "floor": "floor",
    "ceil": "ceil",
}  # fmt: skip


def load() -> Loaded:
    """Import Drake."""
    import numpy as np
    from pydrake import autodiffutils, math, symbolic

    def either(of_formulas: Callable[..., Any], of_numbers: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of formulas where one of its arguments is one, and of numbers otherwise."""
        kinds = (symbolic.Expression, symbolic.Variable, symbolic.Formula)
        return lambda *x: (of_formulas if any(isinstance(a, kinds) for a in x) else of_numbers)(*x)

    functions: dict[str, Callable[..., Any]] = {row: getattr(np, name) for row, name in ALIKE.items()}
    smallest, largest = either(symbolic.min, math.min), either(symbolic.max, math.max)
    functions |= {
        "abs": either(symbolic.abs, abs), "atan2": either(symbolic.atan2, math.atan2), "max": largest,
        "min": smallest, "where": either(symbolic.if_then_else, python_where),
        "^": either(symbolic.pow, operator.pow), "relu": lambda x: largest(x, 0.0),
        "clip01": lambda x: smallest(largest(x, 0.0), 1.0), "min3": lambda x, y, z: smallest(smallest(x, y), z),
        "prod": lambda *x: prod(x),
        "sorted_first": lambda *x: sorted(x)[0],
    }  # fmt: skip

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = autodiffutils.InitializeAutoDiff(np.array(point)).flatten()
        value = f(*inputs)
        partials = value.derivatives()
        return EngineAnswer(float(value.value()), [float(partials[i]) for i in wrt])

    def formula(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        return of_formula(f, point, wrt, 1)

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        return of_formula(f, point, wrt, 2)

    def of_formula(f: Function, point: Sequence[float], wrt: Sequence[int], order: int) -> EngineAnswer:
        variables = [symbolic.Variable(f"x{i}") for i in range(len(point))]
        value = f(*map(symbolic.Expression, variables))
        value = value if isinstance(value, symbolic.Expression) else symbolic.Expression(float(value))
        at = dict(zip(variables, point, strict=True))

        def partial(i: int) -> float:
            formula = value
            for _ in range(order):
                formula = formula.Differentiate(variables[i])
            return float(formula.Evaluate(at))

        partials = each_number([lambda i=i: partial(i) for i in wrt])
        return EngineAnswer(number_or_none(lambda: value.Evaluate(at)), partials)

    return Loaded(functions, {"forward": forward, "symbolic": formula, "second": second})


ENGINE = Engine(load, "drake", ("forward", "symbolic"), second=("second",))
