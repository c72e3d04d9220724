r"""Names of LaTeX: functions, letters, relations, and what has no meaning in our language, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from diffcompare.language.notation.foreign_functions import ARC_COTANGENT, COMMON, ForeignFunction, row
from diffcompare.language.operations import FUNCTIONS

GREEK = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda",
    "Xi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell", "hbar",
))  # fmt: skip

# Other shapes of a letter; a formula with both shapes has two variables.
VARIANTS = {
    "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "varsigma": "sigma",
    "varkappa": "kappa",
}  # fmt: skip

# Letters that are functions as often as variables, with the function that one before a parenthesis may be.
CALLED = {"sigma": "sigmoid", "psi": "digamma", "Phi": "", "phi": "", "zeta": "", "Gamma": "gamma", "theta": ""}

# Letters before a parenthesis that are factors: k(x + 1).  Of f(x + 1) and x(t + 1) that is not known.
COEFFICIENTS = frozenset("abckmn")

# Letters that an argument ends with, where another factor follows after a space: `\sin x y`.
VARIABLES = frozenset("xyzuvwt") | {"theta", "phi"}

_SPELLINGS = {
    **{name: row(name) for name in FUNCTIONS if name not in ("log", "gamma", "psi", "lngamma")},
    "log": row("ln"),
    "arccot": ARC_COTANGENT, "acot": ARC_COTANGENT, "arcctg": ARC_COTANGENT,
    "arcsec": COMMON["asec"], "arccsc": COMMON["acsc"], "gamma": row("gamma"),
    "loggamma": row("lgamma"), "ReLU": row("relu"), "Relu": row("relu"), "abs": row("abs"), "ceiling": row("ceil"),
}  # fmt: skip
FUNCTION_NAMES: Mapping[str, ForeignFunction] = {**COMMON, **_SPELLINGS}
# Those that are commands with a backslash; the others are written with \operatorname.
COMMANDS = frozenset(FUNCTION_NAMES) - GREEK - {"abs", "sqrt", "gamma", "psi"}

INVERSES = {
    "sin": "asin", "cos": "acos", "tan": "atan", "tg": "atan", "sinh": "asinh", "cosh": "acosh", "tanh": "atanh",
    "sec": "asec", "csc": "acsc", "cot": "acot", "exp": "ln", "ln": "exp", "log": "exp",
}  # fmt: skip

RELATIONS = {
    "<": "<", ">": ">", "=": "==", "<=": "<=", ">=": ">=", "lt": "<", "gt": ">", "le": "<=", "leq": "<=", "ge": ">=",
    "geq": ">=", "leqslant": "<=", "geqslant": ">=", "ne": "!=", "neq": "!=",
}  # fmt: skip

TIMES = frozenset(("cdot", "times", "ast", "*"))

# Brackets, by what opens them: what closes them.
BRACKETS = {
    "(": ")", "[": "]", "{": "}", "\\{": "\\}", "lvert": "rvert", "lfloor": "rfloor", "lceil": "rceil",
    "lbrace": "rbrace", "lbrack": "rbrack", "lparen": "rparen",
}  # fmt: skip

# Commands of LaTeX that are no formula of elementary functions, or no formula at all.
UNREAD = {
    "int": "an integral", "iint": "an integral", "oint": "an integral", "sum": "a sum over an index",
    "prod": "a product over an index", "lim": "a limit", "infty": "infinity, which is no number",
    "pm": "two formulas in one", "mp": "two formulas in one", "partial": "a derivative inside a formula",
    "nabla": "a gradient, which is what diffcompare computes", "prime": "a derivative", "dot": "a derivative",
    "ddot": "a derivative", "vec": "a vector", "mathbf": "a vector or a matrix", "boldsymbol": "a vector or a matrix",
    "bm": "a vector or a matrix", "top": "a transpose", "binom": "a binomial coefficient", "lVert": "a norm of vectors",
    "Vert": "a norm of vectors", "|": "a norm of vectors", "ldots": "left out", "cdots": "left out", "dots": "left out",
    "imath": "the imaginary unit, and there are no complex numbers", "bmod": "a remainder", "mod": "a remainder",
    "in": "a set", "to": "a limit", "rightarrow": "a limit", "approx": "an approximation", "sim": "an approximation",
    "langle": "a scalar product", "mid": "a condition", "left.": "a bracket that shows nothing",
    "right.": "a bracket that shows nothing", "Re": "a part of a complex number", "Im": "a part of a complex number",
    "arg": "a part of a complex number", "det": "a matrix", "circ": "a composition", "Rightarrow": "a conclusion",
    "implies": "a conclusion", "&": "not part of a formula", "#": "a macro's argument", "$": "not part of a formula",
    "def": "a program for TeX", "newcommand": "a program for TeX", "renewcommand": "a program for TeX",
    "let": "a program for TeX", "catcode": "a program for TeX", "input": "a program for TeX",
    "write": "a program for TeX",
    "DeclareMathOperator": "a program for TeX", "edef": "a program for TeX", "gdef": "a program for TeX",
    "csname": "a program for TeX", "loop": "a program for TeX", "expandafter": "a program for TeX",
}  # fmt: skip

WHERE = frozenset((
    "if", "for", "when", "where", "wenn", "falls", "für", "si", "quand", "pour", "cuando", "if if", "provided", "on",
))  # fmt: skip
OTHERWISE = frozenset(("otherwise", "else", "sonst", "sinon", "otherwise.", "elsewhere", "en otro caso", "altrimenti"))
ALSO = frozenset(("and", "und", "et", "y"))
EITHER = frozenset(("or", "oder", "ou", "o"))

ACCENTS = {"bar": "bar", "overline": "bar", "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde"}
FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac")
# Signs with which a factor begins.
STARTING = frozenset((*FRACTIONS, "sqrt", "pi", *ACCENTS, *GREEK, *VARIANTS, *COMMANDS, *BRACKETS))
