"""PARI, by its shell `gp`: the coefficients of a Taylor series around the point, with forty digits.

It has no formulas of elementary functions: its `deriv` is of rational functions and of series.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from diffcompare.engines import computer_algebra
from diffcompare.engines.computer_algebra import (
    MAX_SAID,
    AlgebraProgram,
    AlgebraTerm,
    System,
    exactly,
    read_number,
    run,
)
from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode

SYSTEM = System(
    ("gp", "-q", "-f"),
    start=("default(realprecision,40);", "default(parisizemax,1000000000);"),
    assign=lambda name, text: f"{name}={text};",
    show=lambda text: text,
    partial=lambda text, variable: text,
    at=lambda text, at: text,
    decimal=lambda text: f"1.*{text}",
)
TEMPLATES = {
    "exp": "exp({})", "expm1": "expm1({})", "ln": "log({})", "log1p": "log1p({})", "sqrt": "sqrt({})", "sin": "sin({})",
    "cos": "cos({})", "tan": "tan({})", "cot": "cotan({})", "asin": "asin({})", "acos": "acos({})", "atan": "atan({})",
    "sinh": "sinh({})", "cosh": "cosh({})", "tanh": "tanh({})", "asinh": "asinh({})", "acosh": "acosh({})",
    "atanh": "atanh({})", "abs": "abs({})", "sign": "sign({})", "floor": "floor({})", "ceil": "ceil({})",
    "erfc": "erfc({})", "gamma": "gamma({})", "lgamma": "lngamma({})", "digamma": "psi({})", "max": "max({},{})",
    "min": "min({},{})", "prod": "{}*{}*{}",
}  # fmt: skip


def load() -> Loaded:
    """Look for the program."""
    loaded = computer_algebra.loaded(SYSTEM, TEMPLATES)
    return loaded._replace(modes={"series": _series(1), "second": _series(2)})


def _series(order: int) -> Mode:
    def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        asked = []
        for i in wrt:
            program = AlgebraProgram(SYSTEM.assign)
            names = [f"x{j}" for j in range(len(point))]
            result = program.written(f(*[AlgebraTerm(program, name) for name in names]))
            at = [f"{name}={SYSTEM.decimal(exactly(x))}" for name, x in zip(names, point, strict=True)]
            at[i] += f"+'e+O('e^{order + 1})"
            steps = "".join([*[f"{text};" for text in at], *program.statements])
            asked += [f"iferr({steps}polcoef({result},{k},'e)*{math.factorial(k)}.,E,E)" for k in (0, order)]
        output = run(SYSTEM, (), asked)
        partials = [read_number(text) for text in output[1::2]]
        if all(partial is None for partial in partials):
            raise ArithmeticError(f"it answers {output[1][:MAX_SAID] or 'nothing'}")
        value = read_number(output[0])
        return EngineAnswer(value, partials)

    return answer


ENGINE = Engine(load, "pari-gp", ("series",), second=("second",), program=("gp", "--version-short"))
