"""JAX: reverse mode by `jax.value_and_grad`, forward mode by `jax.jvp`, with doubles switched on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.engines.engine import (
    ARRAY,
    KEPT,
    Engine,
    EngineAnswer,
    Function,
    Loaded,
    Mode,
    Prepared,
    along_both_axes,
    common_element,
)


def load() -> Loaded:
    """Import JAX."""
    import jax
    import jax.numpy as jnp
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)
    functions = {
        "exp": jnp.exp, "expm1": jnp.expm1, "ln": jnp.log, "log1p": jnp.log1p, "log2": jnp.log2, "log10": jnp.log10,
        "sqrt": jnp.sqrt, "cbrt": jnp.cbrt, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan, "asin": jnp.arcsin,
        "acos": jnp.arccos, "atan": jnp.arctan, "sinh": jnp.sinh, "cosh": jnp.cosh, "tanh": jnp.tanh,
        "asinh": jnp.arcsinh, "acosh": jnp.arccosh, "atanh": jnp.arctanh, "abs": jnp.abs, "sign": jnp.sign,
        "floor": jnp.floor, "ceil": jnp.ceil, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus, "erf": special.erf, "erfc": special.erfc, "lgamma": special.gammaln,
        "gamma": special.gamma, "digamma": special.digamma, "polygamma": special.polygamma, "atan2": jnp.arctan2,
        "hypot": jnp.hypot, "max": jnp.maximum, "min": jnp.minimum, "where": jnp.where,
        "mod": jnp.mod, "logaddexp": jnp.logaddexp, "clip01": lambda x: jnp.clip(x, 0, 1),
        "prod": lambda *xs: jnp.prod(jnp.stack(xs), axis=0), "min3": lambda *xs: jnp.min(jnp.stack(xs), axis=0),
        "median": lambda *xs: jnp.median(jnp.stack(xs), axis=0), "std": lambda *xs: jnp.std(jnp.stack(xs), axis=0),
        "norm": lambda *xs: jnp.linalg.norm(jnp.stack(xs), axis=0),
        "sinc": jnp.sinc, "logsumexp": lambda *xs: special.logsumexp(jnp.stack(xs), axis=0),
        "sorted_first": lambda *xs: jnp.sort(jnp.stack(xs), axis=0)[0],
        "cumprod_last": lambda *xs: jnp.cumprod(jnp.stack(xs), axis=0)[-1],
        "conj": jnp.conj, "re_im": lambda z: jnp.real(z) * jnp.imag(z),
    }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = jax.value_and_grad(f, tuple(wrt))(*map(jnp.float64, point))
        return EngineAnswer(float(value), list(map(float, partials)))

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = tuple(map(jnp.float64, point))
        value, partials = float("nan"), []
        for i in wrt:
            seed = tuple(jnp.float64(i == j) for j in range(len(point)))
            value, tangent = jax.jvp(f, inputs, seed)
            partials.append(float(tangent))
        return EngineAnswer(float(value), partials)

    @lru_cache(KEPT)
    def program(f: Function, wrt: tuple[int, ...]) -> Callable[..., Any]:
        return jax.jit(jax.value_and_grad(f, wrt))

    @lru_cache(KEPT)
    def program_of_arrays(f: Function, wrt: tuple[int, ...]) -> Callable[..., Any]:
        return jax.jit(jax.grad(lambda *xs: jnp.sum(f(*xs)), wrt))

    def compiled(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        value, partials = program(f, tuple(wrt))(*map(jnp.float64, point))
        return EngineAnswer(float(value), list(map(float, partials)))

    def compiled_array(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        partials = program_of_arrays(f, tuple(wrt))(*[jnp.full(ARRAY, x) for x in point])
        return EngineAnswer(float("nan"), [common_element(partial) for partial in partials])

    def second(outer: Callable[..., Any], inner: Callable[..., Any]) -> Mode:
        def mode(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            inputs = tuple(map(jnp.float64, point))
            return EngineAnswer(float("nan"), [float(outer(inner(f, i), i)(*inputs)) for i in wrt])

        return mode

    def grad(f: Function, x: Any) -> Any:
        return jax.grad(f)(jnp.asarray(x, float))

    def jvp(f: Function, x: Any) -> Any:
        return jax.jvp(f, (jnp.asarray(x, float),), (jnp.float64(1),))[1]

    def complex_grad(f: Function, z: complex) -> complex:
        number = jnp.complex128(z)
        return complex(jax.grad(f, holomorphic=jnp.iscomplexobj(f(number)))(number))

    def complex_forward(f: Function, z: complex) -> complex:
        def along(direction: complex) -> Any:
            return jax.jvp(f, (jnp.complex128(z),), (jnp.complex128(direction),))[1]

        return along_both_axes(along, jnp.iscomplexobj)

    def program_at(f: Function, point: Sequence[float], wrt: Sequence[int]) -> Prepared:
        inputs, both, alone = tuple(map(jnp.float64, point)), program(f, tuple(wrt)), jax.jit(f)
        return Prepared(lambda: list(map(float, both(*inputs)[1])), lambda: float(alone(*inputs)))

    modes = {
        "reverse": reverse,
        "forward": forward,
        "reverse, jit": compiled,
        "reverse, jit, array of 17": compiled_array,
        "grad of grad": second(jax.grad, jax.grad),
        "jacfwd of grad": second(jax.jacfwd, jax.grad),
        "jacfwd of jacfwd": second(jax.jacfwd, jax.jacfwd),
    }
    nested = {"grad": grad, "jvp": jvp}
    of_complex = {"grad, complex": complex_grad, "jvp, complex": complex_forward}
    return Loaded(
        functions, modes, nested=nested, of_complex=of_complex, number=jnp.float64, prepared={"jit": program_at}
    )


ENGINE = Engine(
    load,
    "jax",
    ("reverse", "forward"),
    audited=("reverse, jit", "reverse, jit, array of 17"),
    second=("grad of grad", "jacfwd of grad", "jacfwd of jacfwd"),
    nested=("grad", "jvp"),
    of_complex=("grad, complex", "jvp, complex"),
    compiled=("jit",),
)
