"""JAX: reverse mode by `jax.value_and_grad`, forward mode by `jax.jvp`, with doubles switched on."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded


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

    return Loaded(functions, {"reverse": reverse, "forward": forward})


ENGINE = Engine(load, "jax", ("reverse", "forward"))
