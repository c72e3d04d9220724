"""Spelling of function names: what other languages call them, and misspelt ones."""

from __future__ import annotations

from diffcompare.language.operations import CONSTANTS, FUNCTIONS

# Modules that other languages write before a function and a dot.
MODULES = frozenset(
    ("np", "numpy", "math", "Math", "cmath", "sp", "sympy", "sym", "mp", "mpmath", "scipy", "special", "torch", "nn",
     "functional", "tf", "jnp", "jax", "lax", "autograd", "std")
)  # fmt: skip

ALIASES = {
    "sine": "sin", "cosine": "cos", "tangent": "tan", "cotangent": "cot", "secant": "sec", "cosecant": "csc",
    "arcsine": "asin", "arccosine": "acos", "arctangent": "atan", "arcus": "atan", "invsin": "asin", "invcos": "acos",
    "invtan": "atan", "asn": "asin", "senh": "sinh",
    "hypsin": "sinh", "hypcos": "cosh", "hyptan": "tanh",
    "logarithm": "ln", "loge": "ln", "logn": "ln", "natlog": "ln", "log_10": "log10", "log_2": "log2", "lnx": "ln",
    "exponential": "exp", "exponent": "exp",
    "squareroot": "sqrt", "square_root": "sqrt", "root": "sqrt", "sqroot": "sqrt",
    "sqt": "sqrt", "rad": "sqrt", "cuberoot": "cbrt", "root3": "cbrt", "cube_root": "cbrt", "cubicroot": "cbrt",
    "absolute": "abs", "fabs": "abs", "modulus": "abs", "norm": "abs", "magnitude": "abs", "signum": "sign",
    "maximum": "max", "minimum": "min", "fmax": "max", "fmin": "min", "amax": "max", "amin": "min",
    "ceiling": "ceil",
    "gammaln": "lgamma", "loggamma": "lgamma", "tgamma": "gamma",
    "sigm": "sigmoid", "where": "if", "iif": "if", "ifelse": "if", "cond": "if", "ternary": "if", "piecewise": "if",
    "norm2": "hypot", "pythagoras": "hypot", "error_function": "erf",
    "alog": "ln", "alog10": "log10", "dlog10": "log10", "fabsf": "abs", "fabsl": "abs",
}  # fmt: skip
for _name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs"):
    ALIASES |= dict.fromkeys((f"{_name}f", f"{_name}l", f"d{_name}"), _name)  # C and Fortran: their kinds of numbers

# Functions that are written as a formula here.
REWRITTEN = {
    "pow": "{0}^{1}", "power": "{0}^{1}", "square": "{0}^2", "squared": "{0}^2", "cube": "{0}^3",
    "reciprocal": "1/{0}", "inv": "1/{0}", "factorial": "gamma({0} + 1)", "fact": "gamma({0} + 1)",
    "acot": "atan(1/{0})", "arccot": "atan(1/{0})", "asec": "acos(1/{0})", "arcsec": "acos(1/{0})",
    "acsc": "asin(1/{0})", "arccsc": "asin(1/{0})", "sinc": "sin({0})/{0}", "sech": "1/cosh({0})",
    "csch": "1/sinh({0})", "coth": "1/tanh({0})", "ctgh": "1/tanh({0})", "exp2": "2^{0}", "exp10": "10^{0}",
    "heaviside": "if({0} > 0, 1, 0)", "step": "if({0} > 0, 1, 0)", "degrees": "{0}*180/pi", "radians": "{0}*pi/180",
    "logit": "ln({0}/(1 - {0}))", "swish": "{0}*sigmoid({0})", "silu": "{0}*sigmoid({0})",
    "mod": "({0} - {1}*floor({0}/{1}))", "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0}*{1}", "div": "{0}/{1}",
    "neg": "(-{0})", "frac": "{0}/{1}", "nroot": "{0}^(1/{1})",
    "unitstep": "if({0} >= 0, 1, 0)",
    "deg2rad": "{0}*pi/180", "rad2deg": "{0}*180/pi", "powf": "{0}^{1}", "powl": "{0}^{1}",
    "real": "{0}", "dble": "{0}", "double": "{0}", "float": "{0}",
    "sind": "sin({0}*pi/180)", "cosd": "cos({0}*pi/180)", "tand": "tan({0}*pi/180)", "asind": "asin({0})*180/pi",
    "acosd": "acos({0})*180/pi", "atand": "atan({0})*180/pi", "sinpi": "sin(pi*{0})", "cospi": "cos(pi*{0})",
    "round": "floor({0} + 1/2)", "trunc": "sign({0})*floor(abs({0}))", "int": "sign({0})*floor(abs({0}))",
}  # fmt: skip

# Functions of other languages that have no counterpart here, whatever they look like.
_ABSENT = frozenset(("trigamma", "erfi", "erfinv", "zeta", "arg", "lambertw"))

# Functions with different meanings in different languages: what each meaning is written as here.
AMBIGUOUS = {"sq": ("{0}^2", "sqrt({0})"), "sqr": ("{0}^2", "sqrt({0})")}

MAX_SUGGESTED = 3
_MAX_NAME_LENGTH = 24


def suggest(name: str) -> str | None:
    """Return the function that was probably meant by a name; None if none is near."""
    return next(iter(suggestions(name)), None)


def suggestions(name: str) -> list[str]:
    """Return the functions that were probably meant by a name: one, or a few that are equally near."""
    if name in ALIASES:
        return [ALIASES[name]]
    if len(name) > _MAX_NAME_LENGTH or name in _ABSENT:
        return []
    folded = name.casefold()
    if folded in FUNCTIONS:
        return [folded]
    if folded in ALIASES:
        return [ALIASES[folded]]
    allowed = 1 if len(folded) < 5 else 2
    near: dict[tuple[int, bool, bool, bool], list[str]] = {}
    for known in [*FUNCTIONS, *ALIASES]:
        # A name of two letters is only taken for one with the same letters swapped.
        swapped = sorted(known) == sorted(folded)
        if abs(len(known) - len(folded)) <= allowed and (len(known) > 2 or swapped):
            key = _distance(folded, known, allowed), not swapped, known[0] != folded[0], known not in FUNCTIONS
            near.setdefault(key, []).append(ALIASES.get(known, known))
    best = min(near, default=None)
    if best is None or best[0] > allowed:
        return []
    different = {
        FUNCTIONS[function].name if function in FUNCTIONS else function: function for function in reversed(near[best])
    }
    return list(different.values())[::-1][:MAX_SUGGESTED]


def is_foreign_function(name: str) -> bool:
    """Tell whether a name is a function of another language, or one of ours in another case."""
    return name in ALIASES or name in REWRITTEN or name.casefold() in FUNCTIONS


def reason_against(name: str) -> str:
    """Return why a name cannot be given to a function of a user's own; empty if it can."""
    if not (name.isidentifier() and name.isascii()) or name.startswith("_"):
        return "is no name: letters, digits and underscores, the first a letter"
    if name in CONSTANTS or name in FUNCTIONS or name == "if" or is_foreign_function(name):
        return "means something already"
    return ""


def known_tail(name: str) -> str | None:
    """Return the longest name of a function that a name ends with: `xsin` ends with sin."""
    if len(name) > _MAX_NAME_LENGTH or name in _ABSENT:
        return None
    for start in range(1, len(name) - 1):
        if name[start:] in FUNCTIONS and len(name) - start > 2:
            return name[start:]
    return None


def is_known(name: str) -> bool:
    return name in FUNCTIONS or name in CONSTANTS or name == "if"


def _distance(a: str, b: str, limit: int) -> int:
    """Return the restricted Damerau-Levenshtein distance: letters to add, drop, change or swap to make b of a.

    Distances beyond `limit` are not told apart.
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        previous, row, oldest = row, [i], before
        for j, other in enumerate(b, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(previous) > limit:
            return limit + 1
        before = previous
    return row[-1]
