"""The package `ad`: forward mode by `adnumber`, with second derivatives by `d2`, through the functions of `admath`."""

from __future__ import annotations

import math
import operator
import statistics
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, as_number, python_where


def load() -> Loaded:
    """Import ad."""
    from ad import admath, adnumber

    functions = {
        "exp": admath.exp, "expm1": admath.expm1, "ln": admath.log, "log1p": admath.log1p, "log10": admath.log10,
        "sqrt": admath.sqrt, "sin": admath.sin, "cos": admath.cos, "tan": admath.tan, "cot": admath.cot,
        "sec": admath.sec, "csc": admath.csc, "asin": admath.asin, "acos": admath.acos, "atan": admath.atan,
        "sinh": admath.sinh, "cosh": admath.cosh, "tanh": admath.tanh, "asinh": admath.asinh, "acosh": admath.acosh,
        "atanh": admath.atanh, "abs": abs, "floor": admath.floor, "ceil": admath.ceil, "erf": admath.erf,
        "erfc": admath.erfc, "gamma": admath.gamma, "lgamma": admath.lgamma, "atan2": admath.atan2,
        "hypot": admath.hypot, "max": max, "min": min, "where": python_where, "mod": operator.mod, "min3": min,
        "prod": lambda *x: math.prod(x), "median": lambda *x: statistics.median(x),
        "sorted_first": lambda *x: sorted(x)[0],
    }  # fmt: skip

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [adnumber(x) for x in point]
        value = f(*inputs)
        return EngineAnswer(as_number(value.x), [as_number(value.d(inputs[i])) for i in wrt])

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [adnumber(x) for x in point]
        value = f(*inputs)
        return EngineAnswer(as_number(value.x), [as_number(value.d2(inputs[i])) for i in wrt])

    def nested(f: Function, x: Any) -> Any:
        y = adnumber(x)
        return f(y).d(y)

    def of_complex(f: Function, z: complex) -> complex:
        x = adnumber(z)
        return complex(f(x).d(x))

    modes = {"forward": forward, "second": second}
    return Loaded(functions, modes, nested={"d": nested}, of_complex={"forward, complex": of_complex})


ENGINE = Engine(load, "ad", ("forward",), second=("second",), nested=("d",), of_complex=("forward, complex",))
