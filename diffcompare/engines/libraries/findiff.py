"""findiff: `Diff` on a grid around the point, with its estimate of the error.

The grid is ours, since the library has no default: its spacing is that of the best differences of second order, the
cube root of the machine epsilon, times the coordinate where that is beyond 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode

POINTS = 9  # of the grid


def load() -> Loaded:
    """Import findiff."""
    import findiff
    import numpy as np
    from scipy import special

    functions = {
        "exp": np.exp, "expm1": np.expm1, "ln": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
        "sqrt": np.sqrt, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
        "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
        "acosh": np.arccosh, "atanh": np.arctanh, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
        "atan2": np.arctan2, "hypot": np.hypot, "max": np.maximum, "min": np.minimum, "where": np.where,
        "sigmoid": special.expit, "erf": special.erf, "erfc": special.erfc, "gamma": special.gamma,
        "lgamma": special.gammaln, "digamma": special.digamma, "polygamma": special.polygamma,
        "logaddexp": np.logaddexp, "relu": lambda x: np.maximum(x, 0), "softplus": lambda x: np.logaddexp(x, 0),
        "mod": np.mod, "clip01": lambda x: np.clip(x, 0, 1),
        "prod": lambda *x: math.prod(x), "min3": lambda x, y, z: np.minimum(np.minimum(x, y), z),
    }  # fmt: skip

    def mode(order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            partials, errors = [], []
            for i in wrt:
                spacing = np.finfo(float).eps ** (1 / (2 + order)) * max(1.0, abs(point[i]))
                inputs = [np.full(POINTS, x) for x in point]
                inputs[i] = point[i] + spacing * (np.arange(POINTS) - POINTS // 2)
                operator = findiff.Diff(0, spacing)
                operator = operator if order == 1 else operator**order
                estimate = operator.estimate_error(np.broadcast_to(f(*inputs), POINTS).astype(float))
                partials.append(float(estimate.derivative[POINTS // 2]))
                errors.append(float(estimate.error[POINTS // 2]))
            return EngineAnswer(float(f(*map(np.float64, point))), partials, errors)

        return answer

    return Loaded(functions, {"grid": mode(1), "second": mode(2)})


ENGINE = Engine(load, "findiff", ("grid",), second=("second",), way="numerically")
