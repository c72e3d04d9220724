"""OpenTURNS: `gradient` and `hessian` of a `SymbolicFunction`, and its analytical `getGradient`.

Where its formula has no derivative, `gradient` takes differences without a word; `getGradient` raises.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.computer_algebra import AlgebraProgram, AlgebraTerm, call
from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded

LONGEST = 1_000_000  # characters of a formula, which is written out as a tree
TEMPLATES = {
    "exp": "exp({})", "expm1": "expm1({})", "ln": "ln({})", "log1p": "log1p({})", "log2": "log2({})",
    "log10": "log10({})", "sqrt": "sqrt({})", "cbrt": "cbrt({})", "sin": "sin({})", "cos": "cos({})", "tan": "tan({})",
    "cot": "cotan({})", "asin": "asin({})", "acos": "acos({})", "atan": "atan({})", "sinh": "sinh({})",
    "cosh": "cosh({})", "tanh": "tanh({})", "asinh": "asinh({})", "acosh": "acosh({})", "atanh": "atanh({})",
    "abs": "abs({})", "sign": "sign({})", "floor": "floor({})", "ceil": "ceil({})", "erf": "erf({})",
    "erfc": "erfc({})", "gamma": "gamma({})", "lgamma": "lngamma({})", "atan2": "atan2({},{})",
    "hypot": "hypot({},{})", "max": "max({},{})", "min": "min({},{})", "min3": "min({},{},{})", "prod": "{}*{}*{}",
    "clip01": "min(max({},0),1)", "if <": "{}<{} ? {} : {}", "if <=": "{}<={} ? {} : {}", "if >": "{}>{} ? {} : {}",
    "if >=": "{}>={} ? {} : {}", "if ==": "{}=={} ? {} : {}", "if !=": "{}!={} ? {} : {}",
}  # fmt: skip


def _decimal(x: float) -> str:
    if not math.isfinite(x):
        raise ValueError(f"{x} cannot be written in a formula")
    return repr(x) if x >= 0 else f"({x!r})"


def load() -> Loaded:
    """Import OpenTURNS."""
    import openturns as ot

    ot.Log.Show(ot.Log.NONE)

    def symbolic(f: Function, point: Sequence[float]) -> Any:
        program = AlgebraProgram(None, _decimal)
        names = [f"x{i}" for i in range(len(point))]
        text = program.written(f(*[AlgebraTerm(program, name) for name in names]))
        if len(text) > LONGEST:
            raise ValueError(f"a formula of {len(text)} characters")
        if text.startswith("(") and text.endswith(")"):
            text = text[1:-1]  # those of the last operation
        return ot.SymbolicFunction(names, [text])

    def gradient(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        function = symbolic(f, point)
        value, partials = function(list(point))[0], function.gradient(list(point))
        return EngineAnswer(value, [float(partials[i, 0]) for i in wrt])

    def analytical(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        function = symbolic(f, point)
        value, partials = function(list(point))[0], function.getGradient().gradient(list(point))
        return EngineAnswer(value, [float(partials[i, 0]) for i in wrt])

    def hessian(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        function = symbolic(f, point)
        value, partials = function(list(point))[0], function.hessian(list(point))
        return EngineAnswer(value, [float(partials[i, i, 0]) for i in wrt])

    functions = {row: call(text) for row, text in TEMPLATES.items()}
    return Loaded(functions, {"gradient": gradient, "analytical": analytical, "hessian": hessian})


ENGINE = Engine(load, "openturns", ("gradient", "analytical"), second=("hessian",))
