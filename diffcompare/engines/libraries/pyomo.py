"""Pyomo: `differentiate` of an expression, in its modes `reverse_numeric` and `reverse_symbolic`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode, each_number, number_or_none


def load() -> Loaded:
    """Import Pyomo."""
    import pyomo.environ as pyo
    from pyomo.core.expr.calculus.derivatives import Modes, differentiate

    functions = {
        "exp": pyo.exp, "ln": pyo.log, "log10": pyo.log10, "sqrt": pyo.sqrt, "sin": pyo.sin, "cos": pyo.cos,
        "tan": pyo.tan, "asin": pyo.asin, "acos": pyo.acos, "atan": pyo.atan, "sinh": pyo.sinh, "cosh": pyo.cosh,
        "tanh": pyo.tanh, "asinh": pyo.asinh, "acosh": pyo.acosh, "atanh": pyo.atanh, "abs": abs, "floor": pyo.floor,
        "ceil": pyo.ceil, "prod": lambda *x: math.prod(x),
        "where": lambda condition, yes, no: pyo.Expr_if(IF=condition, THEN=yes, ELSE=no),
    }  # fmt: skip

    def mode(kind: Modes) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            model = pyo.ConcreteModel()
            model.x = pyo.Var(range(len(point)), initialize=dict(enumerate(point)))
            expression = f(*[model.x[i] for i in range(len(point))])
            variables = [model.x[i] for i in wrt]

            def partial(variable: Any) -> Any:
                return pyo.value(differentiate(expression, wrt=variable, mode=kind))

            partials = each_number([lambda variable=variable: partial(variable) for variable in variables])
            return EngineAnswer(number_or_none(lambda: pyo.value(expression)), partials)

        return answer

    return Loaded(
        functions, {"reverse-numeric": mode(Modes.reverse_numeric), "reverse-symbolic": mode(Modes.reverse_symbolic)}
    )


ENGINE = Engine(load, "pyomo", ("reverse-numeric", "reverse-symbolic"))
