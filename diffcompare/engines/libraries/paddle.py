"""PaddlePaddle: reverse mode by `paddle.grad`, on tensors of doubles; it has no forward mode in eager execution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded


def load() -> Loaded:
    """Import PaddlePaddle."""
    import paddle
    from paddle.nn import functional

    paddle.set_device("cpu")

    def tensor(x: Any) -> Any:
        return x if isinstance(x, paddle.Tensor) else paddle.to_tensor(x, dtype="float64")

    def of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *inputs: function(*map(tensor, inputs))

    functions = {
        "exp": paddle.exp, "expm1": paddle.expm1, "ln": paddle.log, "log1p": paddle.log1p, "log2": paddle.log2,
        "log10": paddle.log10, "sqrt": paddle.sqrt, "sin": paddle.sin, "cos": paddle.cos, "tan": paddle.tan,
        "asin": paddle.asin, "acos": paddle.acos, "atan": paddle.atan, "sinh": paddle.sinh, "cosh": paddle.cosh,
        "tanh": paddle.tanh, "asinh": paddle.asinh, "acosh": paddle.acosh, "atanh": paddle.atanh, "abs": paddle.abs,
        "sign": paddle.sign, "floor": paddle.floor, "ceil": paddle.ceil, "relu": functional.relu,
        "sigmoid": functional.sigmoid, "softplus": functional.softplus, "erf": paddle.erf, "lgamma": paddle.lgamma,
        "digamma": paddle.digamma, "polygamma": lambda n, x: paddle.polygamma(x, int(n)),
        "atan2": of_tensors(paddle.atan2), "hypot": of_tensors(paddle.hypot), "max": of_tensors(paddle.maximum),
        "min": of_tensors(paddle.minimum),
        "where": lambda condition, yes, no: paddle.where(condition, tensor(yes), tensor(no)),
        "mod": paddle.mod, "logaddexp": paddle.logaddexp, "clip01": lambda x: paddle.clip(x, 0, 1),
        "prod": lambda *xs: paddle.prod(paddle.stack(xs)), "min3": lambda *xs: paddle.amin(paddle.stack(xs)),
        "median": lambda *xs: paddle.median(paddle.stack(xs)),
        "std": lambda *xs: paddle.std(paddle.stack(xs), unbiased=False),
        "norm": lambda *xs: paddle.linalg.norm(paddle.stack(xs)),
        "sinc": paddle.sinc, "logsumexp": lambda *xs: paddle.logsumexp(paddle.stack(xs)),
        "sorted_first": lambda *xs: paddle.sort(paddle.stack(xs))[0],
        "cumprod_last": lambda *xs: paddle.cumprod(paddle.stack(xs), dim=0)[-1],
        "conj": paddle.conj, "re_im": lambda z: paddle.real(z) * paddle.imag(z),
    }  # fmt: skip

    def variables(point: Sequence[float]) -> list[Any]:
        return [paddle.to_tensor(x, dtype="float64", stop_gradient=False) for x in point]

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = variables(point)
        value = f(*inputs)
        partials = paddle.grad(value, [inputs[i] for i in wrt], allow_unused=True)
        return EngineAnswer(value.item(), [None if partial is None else partial.item() for partial in partials])

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = variables(point)
        partials = []
        for i in wrt:
            (slope,) = paddle.grad(f(*inputs), inputs[i], create_graph=True, allow_unused=True)
            (partial,) = paddle.grad(slope, inputs[i], allow_unused=True)
            partials.append(None if partial is None else partial.item())
        return EngineAnswer(float("nan"), partials)

    def nested_grad(f: Function, x: Any) -> Any:
        x = x if isinstance(x, paddle.Tensor) else variables([x])[0]
        return paddle.grad(f(x), x, create_graph=True)[0]

    def complex_reverse(f: Function, z: complex) -> complex:
        x = paddle.to_tensor(z, dtype="complex128", stop_gradient=False)
        value = f(x)
        return complex(paddle.grad(value, x, paddle.ones_like(value))[0].item())

    modes = {"reverse": reverse, "grad of grad": second}
    return Loaded(functions, modes, nested={"grad": nested_grad}, of_complex={"reverse, complex": complex_reverse})


ENGINE = Engine(
    load,
    "paddlepaddle",
    ("reverse",),
    second=("grad of grad",),
    nested=("grad",),
    of_complex=("reverse, complex",),
    also=("paddlepaddle-gpu",),
)
