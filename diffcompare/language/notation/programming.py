"""Programs: how MATLAB, Fortran, C and Python write formulas, and the libraries CasADi and Pyomo print them."""

from __future__ import annotations

from dataclasses import replace

from diffcompare.language.expression import Expression, Number
from diffcompare.language.notation.comparisons import Always
from diffcompare.language.notation.dialect import (
    ARITHMETIC,
    ELEMENTWISE,
    LEFT_POWER,
    PRODUCT,
    RIGHT_POWER,
    Dialect,
    Operator,
)
from diffcompare.language.notation.foreign_functions import (
    COMMON,
    COPIED_SIGN,
    FLOORED_REMAINDER,
    IDENTITY,
    IF,
    LOG_OF_BASE,
    PI,
    POWER,
    REAL_ROOT,
    ROUNDED,
    SQUARE,
    TRUNCATED,
    TRUNCATED_REMAINDER,
    E,
    ForeignFunction,
    formula,
    prefixed,
    renamed,
    row,
    suffixed,
)
from diffcompare.language.operations import floor as floor_of
from diffcompare.language.operations import ln, sqrt

_ELEMENTARY = {
    name: COMMON[name]
    for name in (
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "exp",
        "log",
        "log10",
        "sqrt",
        "abs",
    )
}

MATLAB = Dialect(
    title="MATLAB",
    functions={
        **COMMON, **renamed("sign gamma gammaln=lgamma psi=digamma"), "power": POWER, "nthroot": REAL_ROOT,
        "mod": FLOORED_REMAINDER, "rem": TRUNCATED_REMAINDER, "round": ROUNDED, "fix": TRUNCATED,
        "times": formula(lambda a, b: a * b, 2), "rdivide": formula(lambda a, b: a / b, 2), "realsqrt": row("sqrt"),
        "reallog": row("ln"), "realpow": POWER, "heaviside": ForeignFunction(1, 2, lambda x,
        *_: (row("sign").build(x) + 1) / 2),
    },
    operators={**ARITHMETIC, **ELEMENTWISE, "^": LEFT_POWER, ".^": LEFT_POWER},
    constants={"true": Always(True), "false": Always(False)},
    relations={"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "~=": "!=", "!=": "!="},
    both=("&&", "&"), either=("||", "|"), negations=("~", "!"),
    number=r"(?:[0-9]+(?:\.(?![*/^'])[0-9]*)?|\.[0-9]+)(?:[eEdD][+-]?[0-9]+)?", exponent="[dD]",
    skipped=r"\s+|\.\.\.[^\n]*\n|%[^\n]*", index="()", statements=";", ends=(";", ","),
    unread={"i": "the imaginary unit", "j": "the imaginary unit",
            "'": "a transpose", ".'": "a transpose", "Inf": "no number", "NaN": "no number", "[": "a matrix",
            "@": "a function", "end": "not part of a formula"},
)  # fmt: skip

FORTRAN = Dialect(
    title="Fortran",
    functions={
        **COMMON, **prefixed("d", {**_ELEMENTARY, "log10": row("log10"), "atan2": row("atan2"), "max1": row("max"),
        "min1": row("min")}),
        **renamed("alog=ln alog10=log10 amax1=max amin1=min gamma log_gamma=lgamma ceiling=ceil"),
        "mod": TRUNCATED_REMAINDER,
        "modulo": FLOORED_REMAINDER, "dmod": TRUNCATED_REMAINDER, "sign": COPIED_SIGN, "dsign": COPIED_SIGN,
        "nint": ROUNDED,
        "anint": ROUNDED, "int": TRUNCATED, "aint": TRUNCATED, "dble": IDENTITY, "real": IDENTITY,
        "merge": ForeignFunction(3, 3, lambda yes, no, condition: IF.build(condition, yes, no), takes_conditions=True),
        "atan": ForeignFunction(1, 2, lambda *a: row("atan2" if len(a) == 2 else "atan").build(*a)),
    },
    operators={**ARITHMETIC, "**": RIGHT_POWER},
    constants={".true.": Always(True), ".false.": Always(False)},
    relations={**{sign: sign for sign in ("<", "<=", ">", ">=", "==")}, "/=": "!=", ".lt.": "<", ".le.": "<=",
    ".gt.": ">",
               ".ge.": ">=", ".eq.": "==", ".ne.": "!="},
    both=(".and.",), either=(".or.",), negations=(".not.",),
    number=r"(?:[0-9]+(?:\.(?![A-Za-z]{2,3}\.)[0-9]*)?|\.[0-9]+)(?:[eEdDqQ][+-]?[0-9]+)?", exponent="[dDqQ]",
    suffix=r"_\w+", name=r"[^\W\d]\w*|\.(?:true|false)\.", index="()", ends=(";",), is_folded=True, divides_whole=True,
    integers="ijklmn", to_integers=frozenset(("int", "nint", "floor", "ceiling")),
    of_integers=frozenset(("abs", "max", "min", "mod", "modulo", "sign")),
    skipped=r"\n[ ]{5}[@&1-9$][ ]?|\s+|&\s*\n\s*&?|![^\n]*|(?i:\bparameter\s*\(\s*pi\s*=\s*3\.14159\d*(?:d0)?\s*\))",
    unread={"%": "a component of a structure", "//": "a joined text"},
)  # fmt: skip

_C_FUNCTIONS = {
    **{name: function for name, function in COMMON.items() if name not in ("max", "min")},
    **renamed("fabs=abs fmax=max fmin=min max min tgamma=gamma lgamma"), "pow": POWER, "fmod": TRUNCATED_REMAINDER,
    "copysign": COPIED_SIGN, "round": ROUNDED, "trunc": TRUNCATED, "fma": formula(lambda a, b, c: a * b + c, 3),
}  # fmt: skip
C = Dialect(
    title="C",
    functions={**_C_FUNCTIONS, **suffixed("fl", {name: f for name, f in _C_FUNCTIONS.items() if name[-1] not in "02"})},
    operators=ARITHMETIC,
    constants={
        "M_PI": PI, "M_E": E, "M_PI_2": PI / 2, "M_PI_4": PI / 4, "M_1_PI": 1 / PI, "M_2_PI": 2 / PI,
        "M_SQRT2": sqrt(Number(2)),
        "M_SQRT1_2": 1 / sqrt(Number(2)), "M_LN2": ln(Number(2)), "M_LN10": ln(Number(10)), "M_2_SQRTPI": 2 / sqrt(PI),
        "M_LOG2E": 1 / ln(Number(2)), "M_LOG10E": 1 / ln(Number(10)), "true": Always(True), "false": Always(False),
    },
    both=("&&",), either=("||",), negations=("!",), choice="?", index="[]", suffix="[fF]|[uUlL]+",
    casts=("(double)", "(float)", "(long double)"),
    skipped=r"\s+|//[^\n]*|/\*.*?\*/|\b(?:return|const|double|float|auto)\b(?!\s*\))",
    name=r"[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*", modules=frozenset(("std", "Math", "math", "")), statements=";",
    divides_whole=True, is_octal=True, of_integers=frozenset(("abs",)),
    unread={"--": "a step down by 1", "++": "a step up by 1", "<<": "a shift of bits", ">>": "a shift of bits",
            "^": "an exclusive or of bits; a power is pow(x, 2)", "%": "a remainder of integers", "**": "no sign",
            "&": "a sign of bits", "|": "a sign of bits", "->": "a component", "NAN": "no number",
            "INFINITY": "no number",
            "I": "the imaginary unit"},
)  # fmt: skip

_ARRAY_MODULES = ("np", "numpy", "math", "torch", "jnp", "jax", "tf", "scipy", "special", "nn", "functional", "F", "mp",
                  "mpmath", "casadi", "ca", "pyo", "pe", "keras", "cupy", "cp", "anp", "numpy.linalg")  # fmt: skip


def _floor_divide(a: Expression, b: Expression) -> Expression:
    return floor_of(a / b)  # type: ignore[no-any-return]


PYTHON = Dialect(
    title="Python",
    functions={
        **{name: function for name, function in COMMON.items() if name != "log"}, "log": LOG_OF_BASE,
        **renamed("fabs=abs absolute=abs arcsin arccos arctan arctan2 arcsinh arccosh arctanh sign"),
        **renamed("maximum=max minimum=min"),
        **renamed("fmax=max fmin=min gamma lgamma gammaln=lgamma digamma sigmoid expit relu softplus"),
        "power": POWER, "pow": POWER, "float_power": POWER, "square": SQUARE, "where": IF, "mod": FLOORED_REMAINDER,
        "fmod": TRUNCATED_REMAINDER, "copysign": COPIED_SIGN, "float": IDENTITY, "reciprocal": formula(lambda x: 1 / x),
        "trunc": TRUNCATED, "multiply": formula(lambda a, b: a * b, 2), "divide": formula(lambda a, b: a / b, 2),
        "add": formula(lambda a, b: a + b, 2), "subtract": formula(lambda a, b: a - b, 2), "factorial": formula(
            lambda x: row("gamma").build(x + 1)),
    },
    operators={**ARITHMETIC, "**": RIGHT_POWER, "%": Operator(PRODUCT, FLOORED_REMAINDER.build),
               "//": Operator(PRODUCT, _floor_divide)},
    constants={"True": Always(True), "False": Always(False)},
    both=("and", "&"), either=("or", "|"), negations=("not", "~"), choice="else", index="[]",
    name=r"[^\W\d]\w*(?:\.[^\W\d]\w*)*", suffix="(?!)", skipped=r"\s+|\breturn\b|#[^\n]*|\\\n",
    modules=frozenset(_ARRAY_MODULES),
    unread={"^": "an exclusive or of bits; a power is x**2", "@": "a product of matrices", "lambda": "a function",
            "inf": "no number", "nan": "no number"},
    is_chained=True, is_octal=True, is_choosing=True,
)  # fmt: skip

# The strings of PySR, which writes its equations with functions of Julia and some of its own.
PYSR = Dialect(
    title="PySR",
    functions={
        **COMMON, **renamed("sign gamma relu"), "square": SQUARE, "cube": formula(lambda x: x**3),
        "inv": formula(lambda x: 1 / x), "neg": formula(lambda x: -x), "abs2": SQUARE,
    },
    operators={**ARITHMETIC, "^": RIGHT_POWER},
    constants={},
    index="[]",
)  # fmt: skip

CASADI = Dialect(
    title="CasADi",
    functions={**_C_FUNCTIONS, **renamed("sign"), "sq": SQUARE, "if_else": IF},
    operators=ARITHMETIC,
    constants={},
    both=("&&",), either=("||",), negations=("!",), choice="?", index="[]", name=r"@[0-9]+|[^\W\d]\w*", statements=",",
    unread={"nan": "no number", "inf": "no number", "dot": "a product of vectors", "mac": "a product of matrices",
            "vertcat": "a vector", "'": "a transpose"},
)  # fmt: skip

PYOMO = Dialect(
    title="Pyomo",
    functions={**COMMON, "Expr_if": IF},
    operators={**ARITHMETIC, "**": RIGHT_POWER},
    constants={},
    index="[]", skipped=r"\s+|\b(?:if|then|else)\s*=(?!=)", is_chained=True,
    unread={"None": "no number"},
)  # fmt: skip


def with_powers(dialect: Dialect) -> Dialect:
    """Return a dialect in which `^` is a power, and nothing else."""
    unread = {sign: meaning for sign, meaning in dialect.unread.items() if sign != "^"}
    return replace(dialect, operators={**dialect.operators, "^": RIGHT_POWER, "**": RIGHT_POWER}, unread=unread)
