"""fastdual: forward mode by `autojac`, second derivatives by `autohess`, through NumPy's functions of its numbers."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, python_where


def load() -> Loaded:
    """Import fastdual."""
    import fastdual
    import numpy as np

    functions = {
        "exp": np.exp, "expm1": np.expm1, "ln": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
        "sqrt": np.sqrt, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
        "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
        "acosh": np.arccosh, "atanh": np.arctanh, "abs": abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
        "atan2": np.arctan2, "hypot": np.hypot, "max": np.maximum, "min": np.minimum, "where": python_where,
        "mod": operator.mod, "clip01": lambda x: np.clip(x, 0, 1), "norm": lambda *x: np.linalg.norm(np.array(x)),
        "min3": lambda *x: np.min(np.array(x)), "prod": lambda *x: np.prod(np.array(x)),
        "cumprod_last": lambda *x: np.cumprod(np.array(x))[-1], "median": lambda *x: np.median(np.array(x)),
        "sorted_first": lambda *x: np.sort(np.array(x))[0], "std": lambda *x: np.std(np.array(x)),
        "logaddexp": np.logaddexp,
    }  # fmt: skip

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, jacobian = fastdual.autojac(f)(*point)
        return EngineAnswer(float(value[0]), [float(jacobian[0][i]) for i in wrt])

    def hessian(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, matrix = fastdual.autohess(f)(*point)
        return EngineAnswer(float(value), [float(matrix[i][i]) for i in wrt])

    def autojac(f: Function, x: Any) -> Any:
        return fastdual.autojac(f)(x)[1][0][0]

    modes = {"forward": forward, "hessian": hessian}
    return Loaded(functions, modes, nested={"autojac": autojac})


ENGINE = Engine(load, "fastdual", ("forward",), second=("hessian",), nested=("autojac",))
