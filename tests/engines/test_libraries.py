"""What array libraries and engines of deep learning return, measured; each fact holds for the version that it names."""

import math

import pytest
from engine_tiers import marks, needs

from diffcompare.engines import engine_client
from diffcompare.language import serialization
from diffcompare.language.parser import parse

NAN, INF = math.nan, math.inf
VERSIONS = {
    "torch": "2.13.0",
    "jax": "0.12.0.1",
    "autograd": "1.9.1",
    "tinygrad": "0.14.0",
    "mygrad": "2.5.0",
    "advect": "0.3.1",
    "ddx-ad": "4.3.0",
    "mlx": "0.32.4",
    "tensorflow": "2.21.0",
    "paddle": "3.3.1",
    "warp": "1.19.0",
}
FACTS = [
    # kinks: decided function by function, not by a rule of the library
    ("torch", "reverse", "max(x, y)", {"x": 1, "y": 1}, [0.5, 0.5]),
    ("torch", "reverse", "relu(x) - relu(-x)", {"x": 0}, [0.0]),
    ("torch", "reverse, array of 17", "abs(x)", {"x": 0}, [0.0]),
    ("jax", "reverse", "abs(x)", {"x": 0}, [1.0]),
    ("jax", "reverse, jit", "relu(x) - relu(-x)", {"x": 0}, [0.0]),
    ("autograd", "reverse", "relu(x) - relu(-x)", {"x": 0}, [1.0]),
    ("mygrad", "reverse", "max(x, y)", {"x": 1, "y": 1}, [0.0, 0.0]),
    ("advect", "reverse, staged", "relu(x) - relu(-x)", {"x": 0}, [2.0]),
    ("warp", "reverse", "max(x, y)", {"x": 1, "y": 1}, [0.0, 1.0]),
    ("paddle", "reverse", "clip01", {"x": 1}, [1.0]),
    ("mlx", "reverse", "min3", {"x": 1, "y": 1, "z": 1}, [1 / 3, 1 / 3, 1 / 3]),
    ("mlx", "forward", "min3", {"x": 1, "y": 1, "z": 1}, [1.0, 0.0, 0.0]),
    ("torch", "reverse", "median", {"x": 1, "y": 3}, [1.0, 0.0]),
    # powers: the type of the exponent, and an exponent that is not differentiated
    ("jax", "reverse", "x^0", {"x": 0}, [0.0]),
    ("jax", "reverse", "x^0.0", {"x": 0}, [NAN]),
    ("jax", "forward", "x^y", {"x": -2, "y": 3}, [NAN, NAN]),
    ("jax", "reverse", "x^y", {"x": -2, "y": 3}, [12.0, NAN]),
    ("ddx-ad", "forward", "x^y", {"x": -2, "y": 3}, [NAN, NAN]),
    ("tensorflow", "forward", "x^y", {"x": -2, "y": 3}, [12.0, 0.0]),
    # tails and overflow
    ("autograd", "reverse", "tanh(x)", {"x": 20}, [1.6993417021166355e-17]),
    ("torch", "forward", "tanh(x)", {"x": 20}, [0.0]),
    ("advect", "reverse", "sigmoid(x)", {"x": 40}, [4.248354255291589e-18]),
    ("tensorflow", "reverse", "asinh(x)", {"x": 1e200}, [9.99999999999976e-201]),
    ("paddle", "reverse", "hypot(x, y)", {"x": 1e-200, "y": 1e-200}, [INF, INF]),
    ("mygrad", "reverse", "asin(x)", {"x": 1}, [0.0]),
    ("warp", "reverse", "asin(x)", {"x": 1}, [0.0]),
    # branches that are not taken, in reverse and in forward mode
    ("jax", "reverse", "if(x < 0, exp(x), 1)", {"x": 800}, [NAN]),
    ("jax", "forward", "if(x < 0, exp(x), 1)", {"x": 800}, [0.0]),
    ("ddx-ad", "reverse", "if(x < 0, exp(x), 1)", {"x": 800}, [0.0]),
    ("ddx-ad", "reverse", "x*ln(x)", {"x": 0}, [-INF]),
    ("ddx-ad", "reverse, vjp", "x*ln(x)", {"x": 0}, [NAN]),
    # products and remainders
    ("autograd", "forward", "prod", {"x": 0, "y": 2, "z": 3}, [NAN, NAN, NAN]),
    ("tensorflow", "reverse", "cumprod_last", {"x": 0, "y": 2, "z": 3}, [0.0, 0.0, 0.0]),
    ("tensorflow", "reverse", "prod", {"x": 0, "y": 2, "z": 3}, [6.0, 0.0, 0.0]),
    ("warp", "reverse", "mod", {"x": 7, "y": 3}, [1.0, 0.0]),
    # digits that nobody sees: constants that are one node, single precision within doubles
    ("tinygrad", "reverse", "x*y", {"x": 3, "y": 3}, [3.0, 3.0]),
    ("tinygrad", "reverse, of Tensor(scalar)", "x*y", {"x": 3, "y": 3}, [6.0, 6.0]),
    ("mlx", "reverse", "sin(x)/x", {"x": 1e-8}, [0.6077471077442169]),
    ("mlx", "reverse, float32", "0.1234567891*x", {"x": 1}, [0.12345679104328156]),
    # an operation without a derivative
    ("tensorflow", "reverse", "floor(x)", {"x": 1}, [None]),
    # second derivatives
    ("torch", "reverse over reverse", "max(x, 0)^2", {"x": 0}, [0.5]),
    ("jax", "jacfwd of grad", "max(x, 0)^2", {"x": 0}, [0.5]),
    ("advect", "hessian", "max(x, 0)^2", {"x": 0}, [2.0]),
    ("tensorflow", "tape in tape", "max(x, 0)^2", {"x": 0}, [2.0]),
    ("paddle", "grad of grad", "max(x, 0)^2", {"x": 0}, [0.0]),
    ("ddx-ad", "hvp", "x^1.5", {"x": 0}, [INF]),
    ("tinygrad", "gradient of gradient", "x^3*y", {"x": 2, "y": 5}, [60.0, 0.0]),
    ("autograd", "grad of grad", "x^3*y", {"x": 2, "y": 5}, [60.0, 0.0]),
    ("mlx", "grad of grad", "x^3*y", {"x": 2, "y": 5}, [60.0, 0.0]),
]


@pytest.mark.parametrize(
    ("name", "mode", "function", "at", "gradient"),
    [pytest.param(*fact, id=" ".join(fact[:3]), marks=marks(fact[0])) for fact in FACTS],
)
def test_a_measured_fact(name, mode, function, at, gradient):
    needs(name, VERSIONS[name])
    names = list(at)
    question = {"names": names, "point": list(map(float, at.values())), "wrt": list(range(len(names))), "mode": mode}
    question["float_exponents"] = function == "x^0.0"
    is_call = function.isidentifier() or function in ("min3", "clip01")
    question |= {"call": function} if is_call else {"program": serialization.encode(parse(function, names=names))}
    for number, measured in zip(engine_client.ask(name, question, 60.0)["gradient"], gradient, strict=True):
        assert number is measured or number == pytest.approx(measured, rel=1e-15, nan_ok=True)


REFUSALS = [
    ("mygrad", "reverse", "floor(x)", "cannot involve non-constant mygrad tensors"),
    ("autograd", "reverse", "cbrt(x)", "VJP of cbrt wrt argnums (0,) not defined"),
    ("advect", "reverse, staged", "cbrt(x)", "no abstract staging rule"),
]


@pytest.mark.parametrize(("name", "mode", "function", "message"), REFUSALS)
def test_what_a_library_refuses_is_told_in_its_own_words(name, mode, function, message):
    needs(name)
    question = {"names": ["x"], "point": [2.5], "wrt": [0], "mode": mode}
    answer = engine_client.ask(name, {**question, "program": serialization.encode(parse(function))}, 60.0)
    assert message in answer["error"]
