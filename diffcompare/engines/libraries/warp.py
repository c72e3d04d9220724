"""NVIDIA Warp: reverse mode by `warp.Tape`, on arrays of one double, by functions that `warp.map` compiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded


def load() -> Loaded:
    """Import Warp, without its greeting."""
    import warp as wp

    wp.config.quiet = True
    wp.init()
    wp.set_device("cpu")

    def mapped(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *inputs: wp.map(function, *[x if isinstance(x, wp.array) else wp.float64(x) for x in inputs])

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
        "+": wp.add, "-": wp.sub, "*": wp.mul, "/": wp.div, "neg": wp.neg, "^n": wp.pow, "^": wp.pow, "exp": wp.exp,
        "ln": wp.log, "log2": wp.log2, "log10": wp.log10, "sqrt": wp.sqrt, "cbrt": wp.cbrt, "sin": wp.sin,
        "cos": wp.cos, "tan": wp.tan, "asin": wp.asin, "acos": wp.acos, "atan": wp.atan, "sinh": wp.sinh,
        "cosh": wp.cosh, "tanh": wp.tanh, "abs": wp.abs, "sign": wp.sign, "floor": wp.floor, "ceil": wp.ceil,
        "erf": wp.erf, "erfc": wp.erfc, "atan2": wp.atan2, "max": wp.max, "min": wp.min, "mod": wp.mod,
        "relu": relu, "clip01": clip01, "min3": min3, "prod": prod, "norm": norm, "if <": if_less,
        "if <=": if_less_equal, "if >": if_greater, "if >=": if_greater_equal, "if ==": if_equal, "if !=": if_unequal,
    }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [wp.array([x], dtype=wp.float64, requires_grad=True) for x in point]
        with wp.Tape() as tape:
            value = f(*inputs)
        tape.backward(grads={value: wp.ones(1, dtype=wp.float64)})
        return EngineAnswer(value.numpy()[0], [float(inputs[i].grad.numpy()[0]) for i in wrt])

    return Loaded({name: mapped(function) for name, function in functions.items()}, {"reverse": reverse})


ENGINE = Engine(load, "warp-lang", ("reverse",))
