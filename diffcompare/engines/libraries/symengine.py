"""SymEngine: a formula by `diff`, evaluated where its numbers are doubles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import (
    Engine,
    EngineAnswer,
    Function,
    Loaded,
    Mode,
    Number,
    Prepared,
    as_number,
    each_number,
    number_or_none,
)

INFINITE = {"zoo": math.inf, "oo": math.inf, "-oo": -math.inf, "nan": math.nan}


def load() -> Loaded:
    """Import SymEngine."""
    import symengine as se

    def where(condition: Any, yes: Any, no: Any) -> Any:
        return se.Piecewise((yes, condition), (no, True))

    functions = {
        "exp": se.exp, "ln": se.log, "sqrt": se.sqrt, "sin": se.sin, "cos": se.cos, "tan": se.tan, "cot": se.cot,
        "sec": se.sec, "csc": se.csc, "asin": se.asin, "acos": se.acos, "atan": se.atan, "sinh": se.sinh,
        "cosh": se.cosh, "tanh": se.tanh, "asinh": se.asinh, "acosh": se.acosh, "atanh": se.atanh, "abs": abs,
        "sign": se.sign, "floor": se.floor, "ceil": se.ceiling, "erf": se.erf, "erfc": se.erfc, "gamma": se.gamma,
        "lgamma": se.loggamma, "digamma": se.digamma, "polygamma": se.polygamma, "atan2": se.atan2, "max": se.Max,
        "min": se.Min, "where": where, "if ==": lambda a, b, yes, no: where(se.Eq(a, b), yes, no),
        "if !=": lambda a, b, yes, no: where(se.Ne(a, b), yes, no), "min3": se.Min,
        "prod": lambda *x: math.prod(x),
    }  # fmt: skip

    def size(formula: Any) -> int:
        """Return the number of nodes of a formula written out as a tree."""
        sizes: dict[Any, int] = {}

        def visit(node: Any) -> int:
            if node not in sizes:
                sizes[node] = 1 + sum(map(visit, node.args))
            return sizes[node]

        return visit(formula)

    def mode(order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            variables = se.symbols(f"x:{len(point)}")
            value = se.sympify(f(*variables))
            at = dict(zip(variables, map(se.Float, point), strict=True))
            partials = [se.diff(value, *([variables[i]] * order)) for i in wrt]
            numbers = each_number([lambda partial=partial: _number(partial.subs(at)) for partial in partials])
            number = number_or_none(lambda: _number(value.subs(at)))
            return EngineAnswer(number, numbers, size=sum(map(size, partials)))

        return answer

    def nested(f: Function, x: Any) -> Any:
        y = se.Dummy("y")
        return se.diff(se.sympify(f(y)), y).subs({y: se.sympify(x)})

    def formula_at(f: Function, point: Sequence[float], wrt: Sequence[int]) -> Prepared:
        variables = se.symbols(f"x:{len(point)}")
        value = se.sympify(f(*variables))
        gradient = se.Lambdify(variables, [se.diff(value, variables[i]) for i in wrt])
        alone = se.Lambdify(variables, [value])
        return Prepared(lambda: list(map(float, gradient(point))), lambda: float(alone(point)[0]))

    modes = {"formula": mode(1), "second": mode(2)}
    prepared = {"formula": formula_at}
    return Loaded(functions, modes, nested={"diff": nested}, as_double=_number, prepared=prepared)


def _number(x: Any) -> Number:
    """Return a number, infinity without a direction as inf."""
    if str(x) in INFINITE:
        return INFINITE[str(x)]
    return as_number(complex(x.n(53)))


ENGINE = Engine(load, "symengine", ("formula",), second=("second",), nested=("diff",), way="symbolically")
