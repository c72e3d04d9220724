"""Advect: reverse mode by `advect.value_and_grad`, forward mode by `advect.jvp`, of functions written with NumPy."""

from __future__ import annotations

import contextlib
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
    """Import Advect."""
    import advect as ad
    import numpy as np

    functions = {
        "exp": np.exp, "expm1": np.expm1, "ln": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
        "sqrt": np.sqrt, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
        "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh,
        "acosh": np.arccosh, "atanh": np.arctanh, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
        "atan2": np.arctan2, "hypot": np.hypot, "max": np.maximum, "min": np.minimum, "where": np.where,
        "relu": lambda x: np.maximum(x, 0), "mod": np.mod, "logaddexp": np.logaddexp,
        "clip01": lambda x: np.clip(x, 0, 1), "prod": lambda *xs: np.prod(np.stack(xs), axis=0),
        "min3": lambda *xs: np.min(np.stack(xs), axis=0), "median": lambda *xs: np.median(np.stack(xs), axis=0),
        "std": lambda *xs: np.std(np.stack(xs), axis=0), "norm": lambda *xs: np.linalg.norm(np.stack(xs), axis=0),
        "sinc": np.sinc, "sorted_first": lambda *xs: np.sort(np.stack(xs), axis=0)[0],
        "cumprod_last": lambda *xs: np.cumprod(np.stack(xs), axis=0)[-1],
        "conj": np.conj, "re_im": lambda z: np.real(z) * np.imag(z),
    }  # fmt: skip
    with contextlib.suppress(ImportError):  # SciPy is an extra of Advect
        from advect.scipy import special

        functions |= {
            "sigmoid": special.expit, "erf": special.erf, "erfc": special.erfc, "lgamma": special.gammaln,
            "digamma": special.digamma, "polygamma": special.polygamma,
            "logsumexp": lambda *xs: special.logsumexp(np.stack(xs), axis=0),
        }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = ad.value_and_grad(f, tuple(wrt))(*map(np.float64, point))
        return EngineAnswer(float(value), list(map(float, partials)))

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(np.float64, point))
        value, partials = float("nan"), []
        for i in wrt:
            value, tangent = ad.jvp(f, i)(*inputs, tangents=np.float64(1))
            partials.append(float(tangent))
        return EngineAnswer(float(value), partials)

    def staged(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(np.float64, point))
        value, partials = ad.value_and_grad(ad.stage(f, *inputs), tuple(wrt))(*inputs)
        return EngineAnswer(float(value), list(map(float, partials)))

    def reverse_array(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [np.full(ARRAY, x) for x in point]
        partials = ad.grad(lambda *xs: np.sum(f(*xs)), tuple(wrt))(*inputs)
        return EngineAnswer(float("nan"), [common_element(partial) for partial in partials])

    def second(derive: Callable[[Function, int], Function]) -> Mode:
        def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            inputs = list(map(np.float64, point))
            return EngineAnswer(float("nan"), [float(derive(f, i)(*inputs)) for i in wrt])

        return mode

    def nested_grad(f: Function, x: Any) -> Any:
        return ad.grad(f)(np.float64(x) if isinstance(x, float | int) else x)

    def nested_jvp(f: Function, x: Any) -> Any:
        return ad.jvp(f)(np.float64(x) if isinstance(x, float | int) else x, tangents=np.float64(1))[1]

    def complex_reverse(f: Function, z: complex) -> complex:
        value, pull = ad.vjp(f)(np.array(z))
        found = pull(np.ones_like(value))
        return complex(found[0] if isinstance(found, tuple) else found)

    def complex_forward(f: Function, z: complex) -> complex:
        def along(direction: complex) -> Any:
            return ad.jvp(f)(np.array(z), tangents=np.array(direction, complex))[1]

        return along_both_axes(along, np.iscomplexobj)

    modes = {
        "reverse": reverse,
        "forward": forward,
        "reverse, staged": staged,
        "reverse, array of 17": reverse_array,
        "grad of grad": second(lambda f, i: ad.grad(ad.grad(f, i), i)),
        "hessian": second(lambda f, i: ad.hessian(f, i)),
    }
    nested = {"grad": nested_grad, "jvp": nested_jvp}
    of_complex = {"vjp, complex": complex_reverse, "jvp, complex": complex_forward}
    return Loaded(functions, modes, nested=nested, of_complex=of_complex)


ENGINE = Engine(
    load,
    "advect",
    ("reverse", "forward"),
    audited=("reverse, staged", "reverse, array of 17"),
    second=("grad of grad", "hessian"),
    nested=("grad", "jvp"),
    of_complex=("vjp, complex", "jvp, complex"),
)
