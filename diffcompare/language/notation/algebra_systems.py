"""Computer algebra: how Mathematica, Maple, Maxima, giac and sympy write formulas."""

from __future__ import annotations

import re
from typing import Any

from diffcompare.language.expression import Expression, Number
from diffcompare.language.notation.comparisons import Always
from diffcompare.language.notation.dialect import ARITHMETIC, RIGHT_POWER, Dialect
from diffcompare.language.notation.foreign_functions import (
    ANY_NUMBER,
    ARC_COTANGENT,
    COMMON,
    FACTORIAL,
    FLOORED_REMAINDER,
    IF,
    LOG_OF_BASE,
    PI,
    PIECEWISE,
    POWER,
    REAL_ROOT,
    SWAPPED_ATAN2,
    SWAPPED_LOG,
    E,
    ForeignFunction,
    branches,
    formula,
    renamed,
    row,
)
from diffcompare.language.operations import gamma, sqrt

_OPERATORS = {**ARITHMETIC, "^": RIGHT_POWER}
_BOTH_POWERS = {**_OPERATORS, "**": RIGHT_POWER}
_TRUTH = {"True": Always(True), "False": Always(False), "true": Always(True), "false": Always(False)}
_INVERSE = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
}  # fmt: skip


def _factorial(x: Expression) -> Expression:
    return gamma(x + 1)  # type: ignore[no-any-return]


def _pairs(*rows: Any, otherwise: Expression | None = None) -> Expression:
    """Return the choice of pairs (value, condition), as sympy and Mathematica write it."""
    parts: list[Any] = []
    for pair in rows:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ValueError("it takes pairs of a value and a condition")
        parts += [pair[1], pair[0]]
    return branches(*parts, otherwise=otherwise)


def _listed_pairs(rows: Any, *otherwise: Expression) -> Expression:
    if not isinstance(rows, tuple):
        raise ValueError("it takes a list of pairs")
    return _pairs(*rows, otherwise=otherwise[0] if otherwise else Number(0))


def _product(*factors: Expression) -> Expression:
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def _total(*summands: Expression) -> Expression:
    result = summands[0]
    for summand in summands[1:]:
        result = result + summand
    return result


def _root(x: Expression, n: Expression) -> Expression:
    """Return the principal root."""
    if n is Number(2):
        return sqrt(x)  # type: ignore[no-any-return]
    return POWER.build(x, 1 / n)


def _step(x: Expression) -> Expression:
    """Return the step of Heaviside, which is 1/2 at 0."""
    return (row("sign").build(x) + 1) / 2


MATHEMATICA = Dialect(
    title="Mathematica",
    functions={
        **COMMON,  # in small letters they are not Mathematica's, but mean one thing
        **{name.capitalize(): function for name, function in COMMON.items() if name.isalpha()},
        **{f"Arc{name[1:].capitalize()}": COMMON[name] for name in COMMON if re.match("a[^bt]|atanh", name)},
        **renamed("Ceiling=ceil Gamma=gamma LogGamma=lgamma PolyGamma=polygamma RealAbs=abs RealSign=sign Ramp=relu"),
        **renamed("LogisticSigmoid=sigmoid CubeRoot=cbrt Log10=log10 Log2=log2 Sign=sign sign=sign"),
        "ArcTan": ForeignFunction(1, 2, lambda *a: SWAPPED_ATAN2.build(*a) if len(a) == 2 else row("atan").build(*a)),
        "Log": SWAPPED_LOG, "Power": POWER, "Surd": REAL_ROOT, "Mod": FLOORED_REMAINDER, "If": IF,
        "ArcCot": ARC_COTANGENT,
        "Factorial": FACTORIAL, "Piecewise": ForeignFunction(1, 2, _listed_pairs, takes_conditions=True),
        "Times": ForeignFunction(1, ANY_NUMBER, _product), "Plus": ForeignFunction(1, ANY_NUMBER, _total),
        "Divide": formula(lambda a, b: a / b, 2), "Subtract": formula(lambda a, b: a - b, 2),
        "Minus": formula(lambda a: -a),
    },
    operators=_OPERATORS,
    constants={"Pi": PI, "E": E, "Degree": PI / 180, **_TRUTH},
    both=("&&",), either=("||",), negations=("!",),
    number=r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:`{1,2}[0-9]*\.?[0-9]*)?(?:\*\^[+-]?[0-9]+)?",
    exponent=r"\*\^",
    name=r"\\\[[A-Z][A-Za-z]+\]|[^\W\d_][^\W_]*", call="[]", index="[]", lists="{}", postfixes={"!": _factorial},
    unread={
        "I": "the imaginary unit", "Infinity": "no number", "D": "a derivative", "Integrate": "an integral",
        "Sum": "a sum over an index", "_": "a pattern", "->": "a rule", "#": "an argument of a pure function",
        "NormalDistribution": "a distribution",
    },
    is_beside=True, is_chained=True,
)  # fmt: skip

_MAXIMA_FUNCTIONS = {
    **COMMON, **renamed("signum=sign gamma log_gamma=lgamma ceiling=ceil entier=floor"), "mod": FLOORED_REMAINDER,
    "factorial": FACTORIAL, "cabs": row("abs"), "acot": ARC_COTANGENT,
}  # fmt: skip
MAXIMA = Dialect(
    title="Maxima",
    functions=_MAXIMA_FUNCTIONS,
    operators=_BOTH_POWERS,
    constants={"%pi": PI, "%e": E, **_TRUTH},
    relations={"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "==", "#": "!="},
    both=("and",), either=("or",), negations=("not",), choice="then",
    exponent="[bBdD]", number=r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eEbBdD][+-]?[0-9]+)?",
    name=r"%?[^\W\d]\w*", index="[]", postfixes={"!": _factorial}, ends=(";", "$"),
    unread={
        "%i": "the imaginary unit", "%gamma": "Euler's constant, which is not in our language", "inf": "no number",
        "%phi": "the golden ratio, which is not in our language", "'": "an operation that is not done",
        "diff": "a derivative", "integrate": "an integral", "und": "no number", ".": "a product of matrices",
    },
)  # fmt: skip

MAPLE = Dialect(
    title="Maple",
    functions={
        **{name: function for name, function in COMMON.items() if name not in ("log", "atan2")},
        **renamed(" ".join(f"{name}={own}" for name, own in _INVERSE.items())),
        **renamed("signum=sign sign GAMMA=gamma lnGAMMA=lgamma loggamma=lgamma Psi=digamma atan2 ceil ln"),
        "arctan": ForeignFunction(1, 2, lambda *a: row("atan2" if len(a) == 2 else "atan").build(*a)),
        "log": LOG_OF_BASE, "surd": REAL_ROOT, "piecewise": PIECEWISE, "root": formula(_root, 2),
        "factorial": FACTORIAL, "arccot": ARC_COTANGENT, "log[10]": row("log10"), "log[2]": row("log2"),
        "Heaviside": formula(_step),
    },
    operators=_BOTH_POWERS,
    constants={"Pi": PI, **_TRUTH},
    relations={"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "==", "<>": "!="},
    both=("and",), either=("or",), negations=("not",), name=r"log\[(?:10|2)\]|[^\W\d]\w*", index="[]",
    postfixes={"!": _factorial}, ends=(";", ":"),
    unread={
        "I": "the imaginary unit", "infinity": "no number", "diff": "a derivative", "D": "a derivative",
        "gamma": "Euler's constant, which is not in our language",
        "int": "an integral", "sum": "a sum over an index", "'": "an operation that is not done",
    },
)  # fmt: skip

GIAC = Dialect(
    title="giac",
    functions={
        **_MAXIMA_FUNCTIONS, **renamed(" ".join(f"{name}={own}" for name, own in _INVERSE.items())),
        **renamed("ln Gamma=gamma sign Psi=digamma"), "log": row("ln"), "surd": REAL_ROOT, "piecewise": PIECEWISE,
        "when": IF, "ifte": IF,
    },
    operators=_OPERATORS,
    constants={"pi": PI, "e": E, **_TRUTH},
    both=("and", "&&"), either=("or", "||"), negations=("not", "!"), choice="?", index="[]",
    postfixes={"!": _factorial},
    unread={"i": "the imaginary unit", "inf": "no number", "infinity": "no number", "diff": "a derivative"},
)  # fmt: skip

SYMPY = Dialect(
    title="sympy",
    functions={
        **{name: function for name, function in COMMON.items() if name not in ("log", "abs", "max", "min", "ceil")},
        **renamed("Abs=abs Max=max Min=min ceiling=ceil sign gamma loggamma=lgamma digamma polygamma ln"),
        "log": LOG_OF_BASE, "Pow": POWER, "Rational": formula(lambda a, b: a / b, 2), "factorial": FACTORIAL,
        "Piecewise": ForeignFunction(1, ANY_NUMBER, _pairs, takes_conditions=True), "root": formula(_root, 2),
        "real_root": REAL_ROOT, "Mod": FLOORED_REMAINDER, "acot": ARC_COTANGENT, "Heaviside": formula(_step),
    },
    operators={**ARITHMETIC, "**": RIGHT_POWER},
    constants={"pi": PI, "E": E, **_TRUTH},
    both=("&",), either=("|",), negations=("~",), index="[]", lists="()", postfixes={},
    name=r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", modules=frozenset(("sympy", "sp", "sym")),
    is_choosing=True,
    unread={"I": "the imaginary unit", "oo": "no number", "Derivative": "a derivative", "Integral": "an integral",
            "zoo": "no number", "nan": "no number"},
)  # fmt: skip
