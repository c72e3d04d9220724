"""PyTensor: reverse mode by `grad`, forward mode by `pushforward`, in functions that it compiles.

The compiler is in the name of each mode.  NUMBA is the default of PyTensor 3: it compiles each graph by itself, for
seconds, and keeps it in a folder of its own.  FAST_COMPILE rewrites less, and calls its operations from Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.engines.engine import KEPT, Engine, EngineAnswer, Function, Loaded, Mode


def load() -> Loaded:
    """Import PyTensor."""
    import pytensor
    import pytensor.gradient
    import pytensor.tensor as pt

    def tensor(x: Any) -> Any:
        return x if isinstance(x, pytensor.graph.basic.Variable) else pt.constant(x, dtype="float64")

    functions = {
        "exp": pt.exp, "expm1": pt.expm1, "ln": pt.log, "log1p": pt.log1p, "log2": pt.log2, "log10": pt.log10,
        "sqrt": pt.sqrt, "sin": pt.sin, "cos": pt.cos, "tan": pt.tan, "asin": pt.arcsin, "acos": pt.arccos,
        "atan": pt.arctan, "sinh": pt.sinh, "cosh": pt.cosh, "tanh": pt.tanh, "asinh": pt.arcsinh,
        "acosh": pt.arccosh, "atanh": pt.arctanh, "abs": pt.abs, "sign": pt.sign, "floor": pt.floor, "ceil": pt.ceil,
        "sigmoid": pt.sigmoid, "softplus": pt.softplus, "relu": lambda x: pt.maximum(x, 0),
        "erf": pt.erf, "erfc": pt.erfc, "gamma": pt.gamma, "lgamma": pt.gammaln, "digamma": pt.psi,
        "polygamma": pt.polygamma, "atan2": pt.arctan2, "max": pt.maximum, "min": pt.minimum, "where": pt.where,
        "mod": pt.mod, "clip01": lambda x: pt.clip(x, 0, 1), "norm": lambda *x: pt.linalg.norm(pt.stack(x)),
        "min3": lambda *x: pt.min(pt.stack(x)), "prod": lambda *x: pt.prod(pt.stack(x)),
        "cumprod_last": lambda *x: pt.cumprod(pt.stack(x))[-1], "median": lambda *x: pt.median(pt.stack(x)),
        "sorted_first": lambda *x: pt.sort(pt.stack(x))[0], "std": lambda *x: pt.std(pt.stack(x)),
        "logaddexp": pt.logaddexp,
    }  # fmt: skip

    def reverse(value: Any, inputs: Sequence[Any], wrt: Sequence[int]) -> list[Any]:
        return pytensor.grad(value, [inputs[i] for i in wrt], disconnected_inputs="ignore")

    def forward(value: Any, inputs: Sequence[Any], wrt: Sequence[int]) -> list[Any]:
        seeds = [[pt.constant(float(i == j), dtype="float64") for j in range(len(inputs))] for i in wrt]
        return [pytensor.gradient.pushforward(value, list(inputs), seed) for seed in seeds]

    def hessian(value: Any, inputs: Sequence[Any], wrt: Sequence[int]) -> list[Any]:
        return [reverse(reverse(value, inputs, [i])[0], inputs, [i])[0] for i in wrt]

    def mode(partials: Callable[[Any, Sequence[Any], Sequence[int]], list[Any]], compiler: str) -> Mode:
        @lru_cache(KEPT)
        def program(f: Function, count: int, wrt: tuple[int, ...]) -> Callable[..., list[Any]]:
            inputs = [pt.dscalar(f"x{i}") for i in range(count)]
            value = tensor(f(*inputs))
            outputs = [value, *partials(value, inputs, wrt)]
            return pytensor.function(inputs, outputs, mode=compiler, on_unused_input="ignore")

        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            number, *gradient = program(f, len(point), tuple(wrt))(*point)
            return EngineAnswer(float(number), list(map(float, gradient)))

        return answer

    def nested_grad(f: Function, x: Any) -> Any:
        x = tensor(x)
        return pytensor.grad(f(x), x)

    def nested_pushforward(f: Function, x: Any) -> Any:
        x = tensor(x)
        return pytensor.gradient.pushforward(f(x), x, pt.constant(1.0, dtype="float64"))

    modes = {
        "reverse-numba": mode(reverse, "NUMBA"), "forward-numba": mode(forward, "NUMBA"),
        "reverse-fast-compile": mode(reverse, "FAST_COMPILE"), "forward-fast-compile": mode(forward, "FAST_COMPILE"),
        "hessian-numba": mode(hessian, "NUMBA"), "hessian-fast-compile": mode(hessian, "FAST_COMPILE"),
    }  # fmt: skip
    nested = {"grad": nested_grad, "pushforward": nested_pushforward}
    return Loaded(functions, modes, nested=nested, as_double=lambda x: float(x.eval()))


ENGINE = Engine(
    load,
    "pytensor",
    ("reverse-numba", "forward-numba"),
    audited=("reverse-fast-compile", "forward-fast-compile"),
    second=("hessian-numba", "hessian-fast-compile"),
    nested=("grad", "pushforward"),
)
