"""MyGrad: reverse mode by `Tensor.backward`, on tensors of doubles; it has no other."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.engines.engine import ARRAY, Engine, EngineAnswer, Function, Loaded, common_element


def load() -> Loaded:
    """Import MyGrad."""
    import mygrad as mg
    import numpy as np
    from mygrad.nnet import activations

    functions = {
        "exp": mg.exp, "expm1": mg.expm1, "ln": mg.log, "log1p": mg.log1p, "log2": mg.log2, "log10": mg.log10,
        "sqrt": mg.sqrt, "cbrt": mg.cbrt, "sin": mg.sin, "cos": mg.cos, "tan": mg.tan, "cot": mg.cot, "sec": mg.sec,
        "csc": mg.csc, "asin": mg.arcsin, "acos": mg.arccos, "atan": mg.arctan, "sinh": mg.sinh, "cosh": mg.cosh,
        "tanh": mg.tanh, "asinh": mg.arcsinh, "acosh": mg.arccosh, "atanh": mg.arctanh, "abs": mg.abs,
        "sign": mg.sign, "floor": mg.floor, "ceil": mg.ceil, "relu": activations.relu, "sigmoid": activations.sigmoid,
        "atan2": mg.arctan2, "max": mg.maximum, "min": mg.minimum, "where": mg.where, "mod": mg.mod,
        "logaddexp": mg.logaddexp, "clip01": lambda x: mg.clip(x, 0, 1),
        "prod": lambda *xs: mg.prod(mg.stack(xs), axis=0), "min3": lambda *xs: mg.min(mg.stack(xs), axis=0),
        "std": lambda *xs: mg.std(mg.stack(xs), axis=0), "norm": lambda *xs: mg.linalg.norm(mg.stack(xs), axis=0),
        "sinc": mg.sinc, "logsumexp": lambda *xs: mg.log(mg.sum(mg.exp(mg.stack(xs)), axis=0)),
        "cumprod_last": lambda *xs: mg.cumprod(mg.stack(xs), axis=0)[-1],
    }  # fmt: skip

    def reverse(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = list(map(mg.tensor, point))
        value = f(*inputs)
        value.backward()
        partials = [inputs[i].grad for i in wrt]  # None where f does not depend on it
        return EngineAnswer(value.item(), [None if partial is None else float(partial) for partial in partials])

    def reverse_array(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        inputs = [mg.tensor(np.full(ARRAY, x)) for x in point]
        f(*inputs).sum().backward()
        return EngineAnswer(float("nan"), [common_element(inputs[i].grad) for i in wrt])

    return Loaded(functions, {"reverse": reverse, "reverse, array of 17": reverse_array}, number=mg.tensor)


ENGINE = Engine(load, "mygrad", ("reverse",), audited=("reverse, array of 17",))
