"""NVIDIA Warp: reverse mode by `warp.Tape`, on arrays of one double, by functions that `warp.map` compiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded


def load() -> Loaded:
    """Import Warp, without its greeting."""
    import warp as wp

    wp.config.log_level = wp.LOG_ERROR
    wp.init()
    wp.set_device("cpu")

    def number(x: float, *, varies: bool = False) -> Any:
        return wp.array([x], dtype=wp.float64, requires_grad=varies)

    def mapped(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *inputs: wp.map(function, *[x if isinstance(x, wp.array) else number(x) for x in inputs])

    def relu(x):
        return wp.max(x, wp.float64(0.0))

    def clip01(x):
        return wp.clamp(x, wp.float64(0.0), wp.float64(1.0))

    def min3(x, y, z):
        return wp.min(wp.min(x, y), z)

    def prod(x, y, z):
        return x * y * z

    def norm(x, y):
        return wp.length(wp.vec2d(x, y))

    def if_less(a, b, yes, no):
        return wp.where(a < b, yes, no)

    def if_less_equal(a, b, yes, no):
        return wp.where(a <= b, yes, no)

    def if_greater(a, b, yes, no):
        return wp.where(a > b, yes, no)

    def if_greater_equal(a, b, yes, no):
        return wp.where(a >= b, yes, no)

    def if_equal(a, b, yes, no):
        return wp.where(a == b, yes, no)

    def if_unequal(a, b, yes, no):
        return wp.where(a != b, yes, no)

    functions = {
        1: {
            "neg": wp.neg, "exp": wp.exp, "ln": wp.log, "log2": wp.log2, "log10": wp.log10, "sqrt": wp.sqrt,
            "cbrt": wp.cbrt, "sin": wp.sin, "cos": wp.cos, "tan": wp.tan, "asin": wp.asin, "acos": wp.acos,
            "atan": wp.atan, "sinh": wp.sinh, "cosh": wp.cosh, "tanh": wp.tanh, "abs": wp.abs, "sign": wp.sign,
            "floor": wp.floor, "ceil": wp.ceil, "erf": wp.erf, "erfc": wp.erfc, "relu": relu, "clip01": clip01,
        },
        2: {
            "+": wp.add, "-": wp.sub, "*": wp.mul, "/": wp.div, "^n": wp.pow, "^": wp.pow, "atan2": wp.atan2,
            "max": wp.max, "min": wp.min, "mod": wp.mod, "norm": norm,
        },
        3: {"min3": min3, "prod": prod},
        4: {
            "if <": if_less, "if <=": if_less_equal, "if >": if_greater, "if >=": if_greater_equal,
            "if ==": if_equal, "if !=": if_unequal,
        },
    }  # fmt: skip
    ready = {}
    for count, named in functions.items():
        for name, function in named.items():
            ready[name] = mapped(function)
            ready[name](*[number(0.0)] * count)  # compiled now, on the first load on a machine; later ones find it

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [number(x, varies=True) for x in point]
        with wp.Tape() as tape:
            value = f(*inputs)
        tape.backward(grads={value: number(1.0)})
        return EngineAnswer(float(value.numpy()[0]), [float(inputs[i].grad.numpy()[0]) for i in wrt])

    return Loaded(ready, {"reverse": reverse})


ENGINE = Engine(load, "warp-lang", ("reverse",))
