"""TensorFlow: reverse mode by `GradientTape`, forward mode by `ForwardAccumulator`, on tensors of doubles."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.engines.engine import KEPT, Engine, EngineAnswer, Function, Loaded


def load() -> Loaded:
    """Import TensorFlow, without its messages."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    import tensorflow as tf

    def tensor(x: Any) -> Any:
        return x if tf.is_tensor(x) else tf.constant(x, tf.float64)

    def of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *inputs: function(*map(tensor, inputs))

    functions = {
        "exp": tf.exp, "expm1": tf.math.expm1, "ln": tf.math.log, "log1p": tf.math.log1p, "sqrt": tf.sqrt,
        "sin": tf.sin, "cos": tf.cos, "tan": tf.tan, "asin": tf.asin, "acos": tf.acos, "atan": tf.atan,
        "sinh": tf.sinh, "cosh": tf.cosh, "tanh": tf.tanh, "asinh": tf.asinh, "acosh": tf.acosh, "atanh": tf.atanh,
        "abs": tf.abs, "sign": tf.sign, "floor": tf.floor, "ceil": tf.math.ceil, "relu": tf.nn.relu,
        "sigmoid": tf.sigmoid, "softplus": tf.nn.softplus, "erf": tf.math.erf, "erfc": tf.math.erfc,
        "lgamma": tf.math.lgamma, "digamma": tf.math.digamma, "polygamma": of_tensors(tf.math.polygamma),
        "atan2": of_tensors(tf.atan2), "max": tf.maximum, "min": tf.minimum,
        "where": lambda condition, yes, no: tf.where(condition, tensor(yes), tensor(no)),
        "mod": tf.math.floormod, "clip01": lambda x: tf.clip_by_value(x, 0.0, 1.0),
        "prod": lambda *xs: tf.reduce_prod(tf.stack(xs)), "min3": lambda *xs: tf.reduce_min(tf.stack(xs)),
        "std": lambda *xs: tf.math.reduce_std(tf.stack(xs)), "norm": lambda *xs: tf.norm(tf.stack(xs)),
        "logsumexp": lambda *xs: tf.reduce_logsumexp(tf.stack(xs)),
        "sorted_first": lambda *xs: tf.sort(tf.stack(xs))[0],
        "cumprod_last": lambda *xs: tf.math.cumprod(tf.stack(xs))[-1],
        "conj": tf.math.conj, "re_im": lambda z: tf.math.real(z) * tf.math.imag(z),
    }  # fmt: skip

    def number(x: Any) -> float | None:
        return None if x is None else float(x)

    def by_tape(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [tf.Variable(x, dtype=tf.float64) for x in point]
        with tf.GradientTape() as tape:
            value = f(*inputs)
        partials = tape.gradient(value, [inputs[i] for i in wrt])
        return EngineAnswer(float(value), [number(partial) for partial in partials])

    program = lru_cache(KEPT)(tf.function)

    def compiled(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        return by_tape(program(f), point, wrt)

    def forward(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [tensor(x) for x in point]
        value, partials = float("nan"), []
        for i in wrt:
            with tf.autodiff.ForwardAccumulator(inputs[i], tensor(1.0)) as accumulator:
                value = f(*inputs)
            partials.append(number(accumulator.jvp(value)))
        return EngineAnswer(float(value), partials)

    def second(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [tf.Variable(x, dtype=tf.float64) for x in point]
        partials = []
        for i in wrt:
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    value = f(*inputs)
                slope = inner.gradient(value, inputs[i])
            partials.append(None if slope is None else number(outer.gradient(slope, inputs[i])))
        return EngineAnswer(float("nan"), partials)

    def tape(f: Function, x: Any) -> Any:
        x = tensor(x)
        with tf.GradientTape() as inside:
            inside.watch(x)
            value = f(x)
        return inside.gradient(value, x)

    def accumulator(f: Function, x: Any) -> Any:
        x = tensor(x)
        with tf.autodiff.ForwardAccumulator(x, tensor(1.0)) as inside:
            value = f(x)
        return inside.jvp(value)

    def complex_tape(f: Function, z: complex) -> complex:
        x = tf.constant(z, tf.complex128)
        with tf.GradientTape() as outer:
            outer.watch(x)
            value = f(x)
        return complex(outer.gradient(value, x).numpy())

    modes = {"reverse": by_tape, "forward": forward, "reverse, tf.function": compiled, "tape in tape": second}
    nested = {"tape": tape, "accumulator": accumulator}
    return Loaded(functions, modes, nested=nested, of_complex={"reverse, complex": complex_tape}, number=tensor)


ENGINE = Engine(
    load,
    "tensorflow",
    ("reverse", "forward"),
    audited=("reverse, tf.function",),
    second=("tape in tape",),
    nested=("tape", "accumulator"),
    of_complex=("reverse, complex",),
    also=("tensorflow-cpu",),
)
