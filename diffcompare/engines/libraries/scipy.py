"""SciPy: `scipy.differentiate.derivative` of each variable, with its estimate of the error."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode


def functions_of_arrays() -> dict[str, Callable[..., Any]]:
    """Return the functions that users of differences write: those of NumPy and SciPy, on numbers and on arrays."""
    import numpy as np
    from scipy import special

    return {
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


def load() -> Loaded:
    """Import SciPy."""
    import numpy as np
    from scipy.differentiate import derivative

    def mode(direction: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            partials, errors = [], []
            for i in wrt:
                result = derivative(_along(f, point, i), point[i], step_direction=direction)
                partials.append(float(result.df))
                errors.append(float(result.error))
            return EngineAnswer(float(f(*map(np.float64, point))), partials, errors)

        return answer

    def _along(f: Function, point: Sequence[float], i: int) -> Function:
        """Return f as a function of an array of values of one coordinate."""

        def g(x: Any) -> Any:
            inputs = [np.full_like(x, value) for value in point]
            inputs[i] = x
            return f(*inputs)

        return g

    return Loaded(functions_of_arrays(), {"central": mode(0), "forward": mode(1), "backward": mode(-1)})


ENGINE = Engine(load, "scipy", ("central",), audited=("forward", "backward"), way="numerically")
