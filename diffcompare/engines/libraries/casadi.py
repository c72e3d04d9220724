"""CasADi: `gradient`, `jtimes` and `jacobian` of expressions of its SX and MX types, evaluated as a `Function`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.engines.engine import KEPT, Engine, EngineAnswer, Function, Loaded, Mode, Preparation, Prepared


def load() -> Loaded:
    """Import CasADi."""
    import casadi as ca

    functions = {
        "exp": ca.exp, "expm1": ca.expm1, "ln": ca.log, "log1p": ca.log1p, "log10": ca.log10, "sqrt": ca.sqrt,
        "sin": ca.sin, "cos": ca.cos, "tan": ca.tan, "asin": ca.asin, "acos": ca.acos, "atan": ca.atan,
        "sinh": ca.sinh, "cosh": ca.cosh, "tanh": ca.tanh, "asinh": ca.asinh, "acosh": ca.acosh, "atanh": ca.atanh,
        "abs": ca.fabs, "sign": ca.sign, "floor": ca.floor, "ceil": ca.ceil, "erf": ca.erf, "atan2": ca.atan2,
        "hypot": ca.hypot, "max": ca.fmax, "min": ca.fmin, "where": ca.if_else,
        "relu": lambda x: ca.fmax(x, 0), "mod": lambda x, y: x - y * ca.floor(x / y),  # fmod has the sign of x
        "clip01": lambda x: ca.fmin(ca.fmax(x, 0), 1), "norm": lambda *x: ca.norm_2(ca.vertcat(*x)),
        "min3": lambda *x: ca.mmin(ca.vertcat(*x)), "prod": lambda *x: math.prod(x),
        "logaddexp": lambda *x: ca.logsumexp(ca.vertcat(*x)),
    }  # fmt: skip

    def forward(value: Any, inputs: Any, wrt: Sequence[int]) -> Any:
        seeds = [[float(i == j) for j in range(inputs.numel())] for i in wrt]
        return ca.vertcat(*[ca.jtimes(value, inputs, ca.DM(seed)) for seed in seeds])

    def mode(symbol: Callable[..., Any], partials: Callable[[Any, Any, Sequence[int]], Any]) -> Mode:
        @lru_cache(KEPT)
        def built(f: Function, count: int, wrt: tuple[int, ...]) -> Callable[..., Any]:
            inputs = symbol("x", count)
            value = inputs.__class__(f(*ca.vertsplit(inputs)))
            return ca.Function("f", [inputs], [value, partials(value, inputs, wrt)])  # type: ignore[no-any-return]

        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            number, gradient = built(f, len(point), tuple(wrt))(ca.DM(list(point)))
            return EngineAnswer(float(number), [float(gradient[i]) for i in range(len(wrt))])

        return answer

    def built(symbol: Callable[..., Any], partials: Callable[[Any, Any, Sequence[int]], Any]) -> Preparation:
        def prepare(f: Function, point: Sequence[float], wrt: Sequence[int]) -> Prepared:
            inputs, at = symbol("x", len(point)), ca.DM(list(point))
            value = inputs.__class__(f(*ca.vertsplit(inputs)))
            alone = ca.Function("f", [inputs], [value])
            gradient = ca.Function("g", [inputs], [partials(value, inputs, wrt)])
            return Prepared(lambda: list(map(float, gradient(at).full()[:, 0])), lambda: float(alone(at)))

        return prepare

    def reverse(value: Any, inputs: Any, wrt: Sequence[int]) -> Any:
        return ca.gradient(value, inputs)[list(wrt)]

    def jacobian(value: Any, inputs: Any, wrt: Sequence[int]) -> Any:
        return ca.jacobian(value, inputs)[list(wrt)]

    def hessian(value: Any, inputs: Any, wrt: Sequence[int]) -> Any:
        return ca.diag(ca.hessian(value, inputs)[0])[list(wrt)]

    def nested(slope: Callable[[Any, Any], Any]) -> Callable[[Function, Any], Any]:
        def derive(f: Function, x: Any) -> Any:
            y = ca.SX.sym("y")
            return ca.substitute(slope(ca.SX(f(y)), y), y, ca.SX(x))

        return derive

    modes = {
        "reverse": mode(ca.SX.sym, reverse), "forward": mode(ca.SX.sym, forward),
        "jacobian": mode(ca.SX.sym, jacobian), "hessian": mode(ca.SX.sym, hessian),
        "reverse-mx": mode(ca.MX.sym, reverse), "forward-mx": mode(ca.MX.sym, forward),
        "hessian-mx": mode(ca.MX.sym, hessian),
    }  # fmt: skip
    inside = {"gradient": nested(ca.gradient), "jtimes": nested(lambda value, y: ca.jtimes(value, y, ca.DM(1)))}
    prepared = {"reverse": built(ca.SX.sym, reverse), "forward": built(ca.SX.sym, forward)}
    return Loaded(functions, modes, nested=inside, as_double=lambda x: float(ca.evalf(x)), prepared=prepared)


ENGINE = Engine(
    load,
    "casadi",
    ("reverse", "forward"),
    audited=("jacobian", "reverse-mx", "forward-mx"),
    second=("hessian", "hessian-mx"),
    nested=("gradient", "jtimes"),
)
