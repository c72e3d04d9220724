"""uncertainties: the derivatives by which it propagates standard deviations, through the functions of `umath`."""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, python_where


def load() -> Loaded:
    """Import uncertainties."""
    from uncertainties import ufloat, umath

    functions = {
        "exp": umath.exp, "expm1": umath.expm1, "ln": umath.log, "log1p": umath.log1p, "log10": umath.log10,
        "sqrt": umath.sqrt, "sin": umath.sin, "cos": umath.cos, "tan": umath.tan, "asin": umath.asin,
        "acos": umath.acos, "atan": umath.atan, "sinh": umath.sinh, "cosh": umath.cosh, "tanh": umath.tanh,
        "asinh": umath.asinh, "acosh": umath.acosh, "atanh": umath.atanh, "abs": abs, "floor": umath.floor,
        "ceil": umath.ceil, "erf": umath.erf, "erfc": umath.erfc, "gamma": umath.gamma, "lgamma": umath.lgamma,
        "atan2": umath.atan2, "hypot": umath.hypot, "max": max, "min": min, "where": python_where,
        "mod": operator.mod, "min3": min, "prod": lambda *x: math.prod(x),
        "median": lambda *x: statistics.median(x), "sorted_first": lambda *x: sorted(x)[0],
    }  # fmt: skip

    def derivatives(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [ufloat(x, 1.0) for x in point]
        value = f(*inputs)
        partials = value.derivatives  # only of the variables that it depends on
        return EngineAnswer(float(value.nominal_value), [float(partials.get(inputs[i], 0.0)) for i in wrt])

    def nested(f: Function, x: Any) -> Any:
        y = x if hasattr(x, "derivatives") else ufloat(x, 1.0)
        return f(y).derivatives[y]

    return Loaded(functions, {"derivatives": derivatives}, nested={"derivatives": nested})


ENGINE = Engine(load, "uncertainties", ("derivatives",), nested=("derivatives",))
