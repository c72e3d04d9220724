"""PyTorch: reverse mode by `torch.autograd.grad`, forward mode by `torch.func.jvp`, on tensors of doubles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import (
    ARRAY,
    Engine,
    EngineAnswer,
    Function,
    Loaded,
    Mode,
    along_both_axes,
    common_element,
)


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
        "mod": torch.remainder, "logaddexp": torch.logaddexp, "clip01": lambda x: torch.clamp(x, 0, 1),
        "prod": lambda *xs: torch.prod(torch.stack(xs), 0), "min3": lambda *xs: torch.amin(torch.stack(xs), 0),
        "median": lambda *xs: torch.median(torch.stack(xs)), "sinc": torch.sinc,
        "logsumexp": lambda *xs: torch.logsumexp(torch.stack(xs), 0),
        "norm": lambda *xs: torch.linalg.norm(torch.stack(xs), dim=0),
        "std": lambda *xs: torch.std(torch.stack(xs), 0, correction=0),
        "sorted_first": lambda *xs: torch.sort(torch.stack(xs), 0).values[0],
        "cumprod_last": lambda *xs: torch.cumprod(torch.stack(xs), 0)[-1],
        "conj": torch.conj, "re_im": lambda z: z.real * z.imag,
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

    def reverse_array(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [torch.full((ARRAY,), x, dtype=torch.float64, requires_grad=True) for x in point]
        seed = torch.ones(ARRAY, dtype=torch.float64)
        partials = torch.autograd.grad(f(*inputs), [inputs[i] for i in wrt], seed, materialize_grads=True)
        return EngineAnswer(float("nan"), [common_element(partial) for partial in partials])

    def second(derive: Callable[..., Any]) -> Mode:
        def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            inputs = tuple(map(tensor, point))
            return EngineAnswer(float("nan"), [derive(derive(f, i), i)(*inputs).item() for i in wrt])

        return mode

    def grad(f: Function, x: Any) -> Any:
        return torch.func.grad(f)(tensor(x))

    def jvp(f: Function, x: Any) -> Any:
        x = tensor(x)
        return torch.func.jvp(f, (x,), (torch.ones_like(x),))[1]

    def autograd_grad(f: Function, x: Any) -> Any:
        x = x if isinstance(x, torch.Tensor) and x.requires_grad else tensor(x).requires_grad_()
        return torch.autograd.grad(f(x), x, create_graph=True)[0]

    def complex_tensor(z: complex) -> Any:
        return torch.tensor(z, dtype=torch.complex128)

    def complex_reverse(f: Function, z: complex) -> complex:
        x = complex_tensor(z).requires_grad_()
        value = f(x)
        return complex(torch.autograd.grad(value, x, torch.ones_like(value))[0].item())

    def complex_forward(f: Function, z: complex) -> complex:
        def along(direction: complex) -> Any:
            return torch.func.jvp(f, (complex_tensor(z),), (complex_tensor(direction),))[1]

        return along_both_axes(along, torch.is_complex)

    modes = {
        "reverse": reverse,
        "forward": forward,
        "reverse, array of 17": reverse_array,
        "reverse over reverse": second(torch.func.grad),
        "forward over forward": second(torch.func.jacfwd),
    }
    nested = {"func.grad": grad, "func.jvp": jvp, "autograd.grad": autograd_grad}
    of_complex = {"reverse, complex": complex_reverse, "forward, complex": complex_forward}
    return Loaded(functions, modes, nested=nested, of_complex=of_complex, number=tensor)


ENGINE = Engine(
    load,
    "torch",
    ("reverse", "forward"),
    audited=("reverse, array of 17",),
    second=("reverse over reverse", "forward over forward"),
    nested=("func.grad", "func.jvp", "autograd.grad"),
    of_complex=("reverse, complex", "forward, complex"),
)
