"""mpmath: differences by `mpmath.diff`, with as many digits more as they lose."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import (
    Engine,
    EngineAnswer,
    Function,
    Loaded,
    Mode,
    each_number,
    number_or_none,
    python_where,
)


def load() -> Loaded:
    """Import mpmath."""
    import mpmath as mp

    functions: dict[str, Callable[..., Any]] = {
        "exp": mp.exp, "expm1": mp.expm1, "ln": mp.log, "log1p": mp.log1p, "log2": lambda x: mp.log(x, 2),
        "log10": mp.log10, "sqrt": mp.sqrt, "cbrt": mp.cbrt, "sin": mp.sin, "cos": mp.cos, "tan": mp.tan,
        "cot": mp.cot, "sec": mp.sec, "csc": mp.csc, "asin": mp.asin, "acos": mp.acos, "atan": mp.atan,
        "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh, "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh,
        "abs": abs, "sign": mp.sign, "floor": mp.floor, "ceil": mp.ceil, "sigmoid": mp.sigmoid, "erf": mp.erf,
        "erfc": mp.erfc, "gamma": mp.gamma, "lgamma": lambda x: mp.log(abs(mp.gamma(x))), "digamma": mp.digamma,
        "polygamma": lambda n, x: mp.psi(int(n), x), "atan2": mp.atan2, "hypot": mp.hypot, "max": max, "min": min,
        "where": python_where, "mod": lambda x, y: x % y, "min3": min, "prod": lambda *x: math.prod(x),
        "median": lambda *x: statistics.median(x),
        "sorted_first": lambda *x: sorted(x)[0],
    }  # fmt: skip

    def mode(order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            at = tuple(map(mp.mpf, point))

            def partial(i: int) -> Any:
                return mp.diff(f, at, tuple(order * (i == j) for j in range(len(at))))

            partials = each_number([lambda i=i: partial(i) for i in wrt])
            return EngineAnswer(number_or_none(lambda: f(*at)), partials)

        return answer

    return Loaded(functions, {"differences": mode(1), "second": mode(2)})


ENGINE = Engine(load, "mpmath", ("differences",), second=("second",), way="numerically")
