"""tinygrad: reverse mode by `Tensor.gradient`, on tensors of doubles with memory of their own, on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode


def load() -> Loaded:
    """Import tinygrad."""
    from tinygrad import Tensor, dtypes

    def of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        def of_two(a: Any, b: Any) -> Any:
            dtype = a.dtype if isinstance(a, Tensor) else b.dtype
            return function(*[x if isinstance(x, Tensor) else Tensor(x, dtype=dtype) for x in (a, b)])

        return of_two

    def stacked(xs: Sequence[Any]) -> Any:
        return xs[0].stack(*xs[1:])

    functions = {
        "exp": Tensor.exp, "ln": Tensor.log, "log2": Tensor.log2, "log10": Tensor.log10, "sqrt": Tensor.sqrt,
        "sin": Tensor.sin, "cos": Tensor.cos, "tan": Tensor.tan, "asin": Tensor.asin, "acos": Tensor.acos,
        "atan": Tensor.atan, "sinh": Tensor.sinh, "cosh": Tensor.cosh, "tanh": Tensor.tanh, "asinh": Tensor.asinh,
        "acosh": Tensor.acosh, "atanh": Tensor.atanh, "abs": Tensor.abs, "sign": Tensor.sign, "floor": Tensor.floor,
        "ceil": Tensor.ceil, "relu": Tensor.relu, "sigmoid": Tensor.sigmoid, "softplus": Tensor.softplus,
        "erf": Tensor.erf, "max": of_tensors(Tensor.maximum), "min": of_tensors(Tensor.minimum),
        "where": lambda condition, yes, no: condition.where(yes, no), "mod": Tensor.mod,
        "logaddexp": Tensor.logaddexp, "clip01": lambda x: x.clip(0, 1), "prod": lambda *xs: stacked(xs).prod(),
        "min3": lambda *xs: stacked(xs).min(), "std": lambda *xs: stacked(xs).std(correction=0),
        "norm": lambda *xs: stacked(xs).square().sum().sqrt(), "sorted_first": lambda *xs: stacked(xs).sort(0)[0][0],
        "logsumexp": lambda *xs: stacked(xs).logsumexp(),
        "cumprod_last": lambda *xs: stacked(xs).cumprod(0)[-1],
    }  # fmt: skip

    def buffer(x: float) -> Any:
        return Tensor([x], dtype=dtypes.float64).realize()  # a number without an axis would be a constant

    def single(x: float) -> Any:
        return Tensor([x], dtype=dtypes.float32).realize()

    def scalar(x: float) -> Any:
        return Tensor(x, dtype=dtypes.float64)

    def reverse(number: Callable[[float], Any]) -> Mode:
        def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            inputs = list(map(number, point))
            value = f(*inputs).sum()
            partials = value.gradient(*[inputs[i] for i in wrt])
            return EngineAnswer(value.item(), [partial.item() for partial in partials])

        return mode

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(buffer, point))
        slopes = [f(*inputs).sum().gradient(inputs[i])[0].sum().gradient(inputs[i])[0] for i in wrt]
        return EngineAnswer(float("nan"), [slope.item() for slope in slopes])

    def nested(f: Function, x: Any) -> Any:
        x = x if isinstance(x, Tensor) else buffer(x)
        return f(x).sum().gradient(x)[0]

    (buffer(1.0) + 1.0).item()  # it needs a compiler for the CPU: without one it fails here
    modes = {
        "reverse": reverse(buffer),
        "reverse, float32": reverse(single),
        "reverse, of Tensor(scalar)": reverse(scalar),
        "gradient of gradient": second,
    }
    return Loaded(functions, modes, nested={"gradient": nested}, as_double=lambda x: float(x.item()))


ENGINE = Engine(
    load,
    "tinygrad",
    ("reverse",),
    audited=("reverse, float32", "reverse, of Tensor(scalar)"),
    second=("gradient of gradient",),
    nested=("gradient",),
    single=("reverse, float32",),
)
