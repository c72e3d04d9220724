"""ALGOPY: forward mode by `UTPM`, univariate Taylor polynomials, and reverse mode by `CGraph`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, python_where


def load() -> Loaded:
    """Import algopy."""
    import algopy
    import numpy as np

    functions = {
        "exp": algopy.exp, "expm1": algopy.expm1, "ln": algopy.log, "log1p": algopy.log1p, "sqrt": algopy.sqrt,
        "sin": algopy.sin, "cos": algopy.cos, "tan": algopy.tan, "asin": algopy.arcsin, "acos": algopy.arccos,
        "atan": algopy.arctan, "sinh": algopy.sinh, "cosh": algopy.cosh, "tanh": algopy.tanh,
        "abs": algopy.absolute, "sign": algopy.sign, "max": algopy.maximum, "min": algopy.minimum,
        "erf": algopy.special.erf, "sigmoid": algopy.special.expit, "lgamma": algopy.special.gammaln,
        "digamma": algopy.special.psi, "polygamma": algopy.special.polygamma, "where": python_where,
        "prod": lambda *x: math.prod(x),
    }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        graph = algopy.CGraph()
        inputs = algopy.Function(np.array(point))
        graph.trace_on()
        value = f(*[inputs[i] for i in range(len(point))])
        number = float(value.x)  # before it becomes the number of another sweep
        graph.trace_off()
        graph.independentFunctionList = [inputs]
        graph.dependentFunctionList = [value]
        gradient = graph.gradient(np.array(point))
        return EngineAnswer(number, [float(gradient[i]) for i in wrt])

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = algopy.UTPM.init_jacobian(list(point))
        value = f(*[inputs[i] for i in range(len(point))])
        gradient = algopy.UTPM.extract_jacobian(value)
        return EngineAnswer(float(value.data[0].flat[0]), [float(gradient[i]) for i in wrt])

    def hessian(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = algopy.UTPM.init_hessian(list(point))
        value = f(*[inputs[i] for i in range(len(point))])
        matrix = algopy.UTPM.extract_hessian(len(point), value)
        return EngineAnswer(float(value.data[0].flat[0]), [float(matrix[i][i]) for i in wrt])

    return Loaded(functions, {"reverse": reverse, "forward": forward, "hessian": hessian})


ENGINE = Engine(load, "algopy", ("reverse", "forward"), second=("hessian",))
