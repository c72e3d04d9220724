"""numdifftools: `Derivative` of each variable with its estimate of the error, by differences or complex steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode


def load() -> Loaded:
    """Import numdifftools."""
    import numdifftools as nd
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

    def mode(method: str, order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            partials, errors = [], []
            for i in wrt:
                derivative = nd.Derivative(_along(f, point, i), n=order, method=method, full_output=True)
                result = derivative(point[i])
                partial, about = (result.estimate, result) if hasattr(result, "estimate") else result  # a pair once
                partials.append(float(partial))
                errors.append(float(np.max(about.error_estimate)))
            return EngineAnswer(float(f(*point)), partials, errors)

        return answer

    modes = {method: mode(method, 1) for method in ("central", "complex", "forward", "backward")}
    return Loaded(functions, {**modes, "second": mode("central", 2)})


def _along(f: Function, point: Sequence[float], i: int) -> Function:
    """Return f as a function of one coordinate."""

    def g(x: Any) -> Any:
        return f(*point[:i], x, *point[i + 1 :])

    return g


ENGINE = Engine(
    load, "numdifftools", ("central", "complex"), audited=("forward", "backward"), second=("second",), way="numerically"
)
