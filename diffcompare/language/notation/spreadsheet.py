"""Spreadsheets: formulas of Excel, LibreOffice and Google Sheets, whose variables are cells: `=EXP(A1)`.

A minus sign binds more tightly than a power there: `=-A1^2` is (-A1)^2.  Where `;` separates arguments, a comma is the
decimal point.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from diffcompare.language.expression import Expression, Number
from diffcompare.language.notation.comparisons import Always
from diffcompare.language.notation.dialect import ARITHMETIC, DOUBTFUL_POWER, TIGHT, Dialect
from diffcompare.language.notation.foreign_functions import (
    ANY_NUMBER,
    ARC_COTANGENT,
    COMMON,
    FACTORIAL,
    FLOORED_REMAINDER,
    IF,
    PI,
    POWER,
    SQUARE,
    SWAPPED_ATAN2,
    TRUNCATED,
    ForeignFunction,
    formula,
    logarithm,
    renamed,
    row,
)
from diffcompare.language.notation.infix import read_infix
from diffcompare.language.notation.translation import Meanings
from diffcompare.language.operations import log10, sqrt


def _sum(*values: Expression) -> Expression:
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def _product(*values: Expression) -> Expression:
    result = values[0]
    for value in values[1:]:
        result = result * value
    return result


_IF = ForeignFunction(3, 3, IF.build, takes_conditions=True)
_LOG = ForeignFunction(1, 2, lambda x, *base: logarithm(x, *base) if base else log10(x))

# By name in small letters; those of German, French and Spanish programs follow.
_FUNCTIONS = {
    **{name: f for name, f in COMMON.items() if name not in ("log", "log2", "atan2", "floor", "ceil", "cbrt", "hypot",
    "asec", "acsc")},
    **renamed("ln log10 sign gamma gammaln=lgamma int=floor"), "log": _LOG, "atan2": SWAPPED_ATAN2, "power": POWER,
    "pi": ForeignFunction(0, 0, lambda: PI), "if": _IF, "mod": FLOORED_REMAINDER, "trunc": TRUNCATED, "fact": FACTORIAL,
    "acot": ARC_COTANGENT, "sum": ForeignFunction(1, ANY_NUMBER, _sum), "product": ForeignFunction(1, ANY_NUMBER,
    _product),
    "sumsq": ForeignFunction(1, ANY_NUMBER, lambda *values: _sum(*map(SQUARE.build, values))),
    "radians": formula(lambda x: x * PI / 180), "degrees": formula(lambda x: x * 180 / PI),
    "sqrtpi": formula(lambda x: sqrt(x * PI)),
    "wurzel": row("sqrt"), "potenz": POWER, "wenn": _IF, "vorzeichen": row("sign"), "rest": FLOORED_REMAINDER,
    "summe": ForeignFunction(1, ANY_NUMBER, _sum), "produkt": ForeignFunction(1, ANY_NUMBER, _product),
    "arcsin": row("asin"), "arccos": row("acos"), "arctan": row("atan"), "ganzzahl": row("floor"),
    "racine": row("sqrt"), "puissance": POWER, "si": _IF, "signe": row("sign"), "raiz": row("sqrt"),
    "raíz": row("sqrt"),
    "potencia": POWER, "signo": row("sign"), "sen": row("sin"), "seno": row("sin"), "raizq": row("sqrt"),
}  # fmt: skip

SPREADSHEET = Dialect(
    title="spreadsheets",
    functions=_FUNCTIONS,
    operators={**ARITHMETIC, "^": DOUBTFUL_POWER},
    constants={"true": Always(True), "false": Always(False)},
    minus=TIGHT,
    targets=(),
    relations={"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "==", "<>": "!="},
    name=r"\$?[A-Za-z]{1,3}\$?[0-9]+(?![\w.])|[^\W\d][\w.]*", separators=(",", ";"), is_folded=True, ends=(),
    postfixes={"%": lambda x: x / Number(100)},
    unread={",": "a comma outside the arguments of a function; a number has a decimal point",
    ":": "a range of cells", "&": "a joined text",
    '"': "a text", "!": "a cell of another sheet", "#": "an error of a cell",
            "'": "a cell of another sheet", "{": "a matrix"},
)  # fmt: skip
WITH_COMMAS = replace(
    SPREADSHEET,
    separators=(";",),
    number=r"(?:[0-9]+[,.]?[0-9]*|[,.][0-9]+)(?:[eE][+-]?[0-9]+)?",
)


def read_spreadsheet(text: str, names: Collection[str], meanings: Meanings) -> Expression:
    """Read the formula of a cell, with or without the `=` before it.  Raises NotationFault."""
    blank = text.replace("=", " ", 1) if text.lstrip().startswith("=") else text
    return read_infix(blank, names, meanings, WITH_COMMAS if ";" in text else SPREADSHEET)
