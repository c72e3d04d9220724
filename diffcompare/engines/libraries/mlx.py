"""MLX: reverse mode by `mlx.value_and_grad`, forward mode by `mlx.jvp`, on doubles, which it has on a CPU only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.engines.engine import KEPT, Engine, EngineAnswer, Function, Loaded, Mode


def load() -> Loaded:
    """Import MLX, and let it compute on the CPU."""
    import mlx.core as mx
    import mlx.nn

    mx.set_default_device(mx.cpu)
    functions = {
        "exp": mx.exp, "expm1": mx.expm1, "ln": mx.log, "log1p": mx.log1p, "log2": mx.log2, "log10": mx.log10,
        "sqrt": mx.sqrt, "sin": mx.sin, "cos": mx.cos, "tan": mx.tan, "asin": mx.arcsin, "acos": mx.arccos,
        "atan": mx.arctan, "sinh": mx.sinh, "cosh": mx.cosh, "tanh": mx.tanh, "asinh": mx.arcsinh,
        "acosh": mx.arccosh, "atanh": mx.arctanh, "abs": mx.abs, "sign": mx.sign, "floor": mx.floor, "ceil": mx.ceil,
        "relu": mlx.nn.relu, "sigmoid": mx.sigmoid, "softplus": mlx.nn.softplus, "erf": mx.erf, "atan2": mx.arctan2,
        "max": mx.maximum, "min": mx.minimum, "where": mx.where, "mod": mx.remainder, "logaddexp": mx.logaddexp,
        "clip01": lambda x: mx.clip(x, 0, 1), "prod": lambda *xs: mx.prod(mx.stack(xs), axis=0),
        "min3": lambda *xs: mx.min(mx.stack(xs), axis=0), "median": lambda *xs: mx.median(mx.stack(xs), axis=0),
        "std": lambda *xs: mx.std(mx.stack(xs), axis=0), "norm": lambda *xs: mx.linalg.norm(mx.stack(xs), axis=0),
        "logsumexp": lambda *xs: mx.logsumexp(mx.stack(xs), axis=0),
        "sorted_first": lambda *xs: mx.sort(mx.stack(xs), axis=0)[0],
        "cumprod_last": lambda *xs: mx.cumprod(mx.stack(xs), axis=0)[-1],
    }  # fmt: skip

    def number(x: float) -> Any:
        return mx.array(x, dtype=mx.float64)

    def single(x: float) -> Any:
        return mx.array(x, dtype=mx.float32)

    def by_gradient(number: Callable[[float], Any], *, compiled: bool = False) -> Mode:
        @lru_cache(KEPT)
        def program(f: Function, wrt: tuple[int, ...]) -> Callable[..., Any]:
            derived = mx.value_and_grad(f, list(wrt))
            return mx.compile(derived) if compiled else derived

        def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            value, partials = program(f, tuple(wrt))(*map(number, point))
            partials = partials if len(wrt) > 1 else [partials]
            return EngineAnswer(value.item(), [partial.item() for partial in partials])

        return mode

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(number, point))
        value, partials = float("nan"), []
        for i in wrt:
            (result,), (tangent,) = mx.jvp(f, inputs, [number(i == j) for j in range(len(point))])
            value = result.item()
            partials.append(tangent.item())
        return EngineAnswer(value, partials)

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(number, point))
        return EngineAnswer(float("nan"), [mx.grad(mx.grad(f, i), i)(*inputs).item() for i in wrt])

    def array(x: Any) -> Any:
        return x if isinstance(x, mx.array) else number(x)

    def nested_grad(f: Function, x: Any) -> Any:
        return mx.grad(f)(array(x))

    def nested_jvp(f: Function, x: Any) -> Any:
        return mx.jvp(lambda y: [f(y)], [array(x)], [number(1.0)])[1][0]

    modes = {
        "reverse": by_gradient(number),
        "forward": forward,
        "reverse, float32": by_gradient(single),
        "reverse, compiled": by_gradient(number, compiled=True),
        "grad of grad": second,
    }
    nested = {"grad": nested_grad, "jvp": nested_jvp}
    return Loaded(functions, modes, nested=nested, as_double=lambda x: float(x.item()))


ENGINE = Engine(
    load,
    "mlx[cpu]",
    ("reverse", "forward"),
    audited=("reverse, float32", "reverse, compiled"),
    second=("grad of grad",),
    nested=("grad", "jvp"),
    single=("reverse, float32",),
)
