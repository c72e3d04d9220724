"""HIPS autograd: reverse mode by `autograd.grad`, forward mode by `autograd.make_jvp`, on NumPy's numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from diffcompare.engines.engine import ARRAY, Engine, EngineAnswer, Function, Loaded, common_element


def load() -> Loaded:
    """Import autograd."""
    import autograd
    import autograd.numpy as np
    from autograd.differential_operators import value_and_grad

    def special(name: str) -> Callable[..., Any]:
        """Return a function of autograd's SciPy, which takes six times as long to import as autograd itself."""

        def call(*xs: Any, **options: Any) -> Any:
            from autograd.scipy import special

            return getattr(special, name)(*xs, **options)

        return call

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
    if find_spec("scipy"):  # an extra of autograd
        functions |= {
            "sigmoid": special("expit"), "erf": special("erf"), "erfc": special("erfc"), "gamma": special("gamma"),
            "lgamma": special("gammaln"), "digamma": special("psi"), "polygamma": special("polygamma"),
            "logsumexp": lambda *xs: special("logsumexp")(np.stack(xs), axis=0),
        }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = value_and_grad(f, tuple(wrt))(*map(np.float64, point))
        return EngineAnswer(float(value), list(map(float, partials)))

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(np.float64, point))
        value, partials = float("nan"), []
        for i in wrt:
            value, tangent = autograd.make_jvp(f, i)(*inputs)(np.float64(1))
            partials.append(float(tangent))
        return EngineAnswer(float(value), partials)

    def reverse_floats(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = value_and_grad(f, tuple(wrt))(*point)
        return EngineAnswer(float(value), list(map(float, partials)))

    def reverse_array(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [np.full(ARRAY, x) for x in point]
        partials = autograd.grad(lambda *xs: np.sum(f(*xs)), tuple(wrt))(*inputs)
        return EngineAnswer(float("nan"), [common_element(partial) for partial in partials])

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(np.float64, point))
        return EngineAnswer(float("nan"), [float(autograd.grad(autograd.grad(f, i), i)(*inputs)) for i in wrt])

    def nested_grad(f: Function, x: Any) -> Any:
        return autograd.grad(f)(x)

    def nested_jvp(f: Function, x: Any) -> Any:
        return autograd.make_jvp(f)(x)(np.float64(1))[1]

    def complex_grad(f: Function, z: complex) -> complex:
        analytic = np.iscomplexobj(f(np.complex128(z)))
        return complex((autograd.holomorphic_grad if analytic else autograd.grad)(f)(np.complex128(z)))

    modes = {
        "reverse": reverse,
        "forward": forward,
        "reverse, python float": reverse_floats,
        "reverse, array of 17": reverse_array,
        "grad of grad": second,
    }
    nested = {"grad": nested_grad, "make_jvp": nested_jvp}
    return Loaded(functions, modes, nested=nested, of_complex={"grad, complex": complex_grad}, number=np.float64)


ENGINE = Engine(
    load,
    "autograd[scipy]",
    ("reverse", "forward"),
    audited=("reverse, python float", "reverse, array of 17"),
    second=("grad of grad",),
    nested=("grad", "make_jvp"),
    of_complex=("grad, complex",),
)
