"""ddx: reverse mode by `Equation.jacobian`, forward mode by `Equation.jvp`, of a graph that is built once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from typing import Any

from diffcompare.engines.engine import KEPT, Engine, EngineAnswer, Function, Loaded, Mode


def load() -> Loaded:
    """Import ddx."""
    import ddx

    def expression(x: Any) -> Any:
        return x if isinstance(x, ddx.Expression) else ddx.Expression(x)

    def of_expressions(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *inputs: function(*map(expression, inputs))

    def elements(xs: Sequence[Any]) -> list[Any]:
        vector = ddx.pack(xs)
        return [vector[i] for i in range(len(xs))]

    functions = {
        "exp": ddx.exp, "ln": ddx.log, "log10": ddx.log10, "sqrt": ddx.sqrt, "cbrt": ddx.cbrt, "sin": ddx.sin,
        "cos": ddx.cos, "tan": ddx.tan, "asin": ddx.asin, "acos": ddx.acos, "atan": ddx.atan, "sinh": ddx.sinh,
        "cosh": ddx.cosh, "tanh": ddx.tanh, "asinh": ddx.asinh, "acosh": ddx.acosh, "atanh": ddx.atanh,
        "abs": ddx.abs, "sign": ddx.sign, "erf": ddx.erf, "atan2": of_expressions(ddx.atan2),
        "hypot": of_expressions(ddx.hypot), "max": of_expressions(ddx.max), "min": of_expressions(ddx.min),
        "where": of_expressions(ddx.select), "relu": lambda x: ddx.max(x, expression(0)),
        "clip01": lambda x: ddx.min(ddx.max(x, expression(0)), expression(1)),
        "prod": lambda *xs: reduce(operator.mul, elements(xs)), "min3": lambda *xs: reduce(ddx.min, elements(xs)),
        "norm": lambda *xs: ddx.sqrt(ddx.dot(ddx.pack(xs), ddx.pack(xs))),
    }  # fmt: skip

    @lru_cache(KEPT)
    def built(f: Function, count: int) -> Any:
        return ddx.equation(lambda: f(*[ddx.var(f"x{i}") for i in range(count)]))

    @lru_cache(KEPT)
    def kernel(f: Function, count: int) -> Any:
        return ddx.equation(lambda: f(*[ddx.var(f"x{i}") for i in range(count)])).compile()

    def equation(f: Function, point: Sequence[float]) -> Any:
        return built(f, len(point))

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, gradient = equation(f, point).jacobian(point)
        return EngineAnswer(float(value), [float(gradient[i]) for i in wrt])

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        model = equation(f, point)
        answers = [model.jvp([float(i == j) for j in range(len(point))], point) for i in wrt]
        return EngineAnswer(float(model(point)), [float(slope) for _, slope in answers])

    def vjp(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, gradient = equation(f, point).vjp([1.0], point)
        return EngineAnswer(float(value), [float(gradient[i]) for i in wrt])

    def compiled(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        model = kernel(f, len(point))
        if not model.uses_kernel:
            raise NotImplementedError("no kernel")
        value, gradient = model.jacobian(point)
        return EngineAnswer(float(value), [float(gradient[i]) for i in wrt])

    def second(name: str) -> Mode:
        def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            value, _, hessian = getattr(equation(f, point), name)(point)
            return EngineAnswer(float(value), [float(hessian[i][i]) for i in wrt])

        return mode

    def product(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        model = equation(f, point)
        products = [model.hvp([float(i == j) for j in range(len(point))], point)[2] for i in wrt]
        return EngineAnswer(float(model(point)), [float(product[i]) for i, product in zip(wrt, products, strict=True)])

    modes = {
        "reverse": reverse,
        "forward": forward,
        "reverse, vjp": vjp,
        "reverse, compiled": compiled,
        "hessian": second("hessian"),
        "dense_hessian": second("dense_hessian"),
        "hvp": product,
    }
    return Loaded(functions, modes)


ENGINE = Engine(
    load,
    "ddx-ad",
    ("reverse", "forward"),
    audited=("reverse, vjp", "reverse, compiled"),
    second=("hessian", "dense_hessian", "hvp"),
)
