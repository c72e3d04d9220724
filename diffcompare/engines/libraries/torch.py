"""PyTorch: reverse mode by `torch.autograd.grad`, forward mode by `torch.func.jvp`, on tensors of doubles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded


def load() -> Loaded:
    """Import PyTorch."""
    import torch

    def tensor(x: Any) -> Any:
        return x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64)

    def of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda a, b: function(tensor(a), tensor(b))

    functions = {
        "exp": torch.exp, "expm1": torch.expm1, "ln": torch.log, "log1p": torch.log1p, "log2": torch.log2,
        "log10": torch.log10, "sqrt": torch.sqrt, "sin": torch.sin, "cos": torch.cos, "tan": torch.tan,
        "asin": torch.asin, "acos": torch.acos, "atan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh,
        "tanh": torch.tanh, "asinh": torch.asinh, "acosh": torch.acosh, "atanh": torch.atanh, "abs": torch.abs,
        "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "relu": torch.relu, "sigmoid": torch.sigmoid,
        "softplus": torch.nn.functional.softplus, "erf": torch.erf, "erfc": torch.erfc, "lgamma": torch.lgamma,
        "digamma": torch.digamma, "polygamma": lambda n, x: torch.polygamma(int(n), x),
        "atan2": of_tensors(torch.atan2), "hypot": of_tensors(torch.hypot), "max": of_tensors(torch.maximum),
        "min": of_tensors(torch.minimum), "where": lambda c, a, b: torch.where(c, tensor(a), tensor(b)),
    }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [tensor(x).requires_grad_() for x in point]
        value = f(*inputs)
        partials = torch.autograd.grad(value, [inputs[i] for i in wrt], materialize_grads=True)
        return EngineAnswer(value.item(), [partial.item() for partial in partials])

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = tuple(map(tensor, point))
        value, partials = tensor(float("nan")), []
        for i in wrt:
            seed = tuple(tensor(float(i == j)) for j in range(len(point)))
            value, tangent = torch.func.jvp(f, inputs, seed)
            partials.append(tangent.item())
        return EngineAnswer(value.item(), partials)

    return Loaded(functions, {"reverse": reverse, "forward": forward})


ENGINE = Engine(load, "torch", ("reverse", "forward"))
