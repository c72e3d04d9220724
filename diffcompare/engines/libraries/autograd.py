"""HIPS autograd: reverse mode by `autograd.grad`, forward mode by `autograd.make_jvp`, on Python's floats."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded


def load() -> Loaded:
    """Import autograd."""
    import autograd
    import autograd.numpy as np
    from autograd.differential_operators import value_and_grad

    functions = {
        "exp": np.exp, "expm1": np.expm1, "ln": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
        "sqrt": np.sqrt, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
        "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
        "acosh": np.arccosh, "atanh": np.arctanh, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
        "atan2": np.arctan2, "hypot": np.hypot, "max": np.maximum, "min": np.minimum, "where": np.where,
    }  # fmt: skip
    with contextlib.suppress(ImportError):  # SciPy is an extra of autograd
        from autograd.scipy import special

        functions |= {
            "sigmoid": special.expit, "erf": special.erf, "erfc": special.erfc, "gamma": special.gamma,
            "lgamma": special.gammaln, "digamma": special.psi, "polygamma": special.polygamma,
        }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = value_and_grad(f, tuple(wrt))(*point)
        return EngineAnswer(float(value), list(map(float, partials)))

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = float("nan"), []
        for i in wrt:
            value, tangent = autograd.make_jvp(f, i)(*point)(1.0)
            partials.append(float(tangent))
        return EngineAnswer(float(value), partials)

    return Loaded(functions, {"reverse": reverse, "forward": forward})


ENGINE = Engine(load, "autograd", ("reverse", "forward"))
