"""The libraries that code is generated for (`math`, NumPy, JavaScript): their syntax, functions and definitions.

Functions that a library lacks are defined here, those of JavaScript in `definitions.js`, and a program gets only the
definitions that it uses.  They follow the rows of the table of operations, float by float; a test compares them with
the rows.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from diffcompare.language.expression import Operation
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.special_functions import ZETA_LESS_ONE

INDENT = {"python": "    ", "javascript": "  ", "c": "    "}

_RESERVED = """
    arguments await break case catch class const continue debugger default delete do else enum eval export extends false
    finally for function if implements import in instanceof interface let new null package private protected public
    return static super switch this throw true try typeof undefined var void while with yield Infinity Math NaN console
"""


class Syntax(NamedTuple):
    """The statements of a language, as far as a program needs them."""

    language: str
    comment_sign: str
    taken: Collection[str]  # names that no variable can have

    def takes_name(self, name: str) -> bool:
        """Tell whether a variable may have this name, unless it is taken."""
        if self.language == "c":  # what begins with an underscore is the compiler's, and not all read more than ASCII
            return name.isidentifier() and name.isascii() and name[0] != "_"
        return name.isidentifier() and normalize("NFKC", name) == name

    def assignment(self, name: str, text: str, *, grows: bool = False) -> str:
        """Assign a number to a new variable; `grows` says that others will be added to it."""
        if self.language == "python":
            return f"{name} = {text}"
        kind = {"javascript": ("const", "let"), "c": ("const double", "double")}[self.language][grows]
        return f"{kind} {name} = {text};"

    def increment(self, name: str, text: str) -> str:
        """Add a number to a variable."""
        return f"{name} += {text}" if self.language == "python" else f"{name} += {text};"

    def comment(self, text: str) -> str:
        """Write a comment; in C neither a trigraph nor a backslash joins it to the next line."""
        if self.language == "c":
            text = re.sub(r"[\\\x00-\x1f]", " ", re.sub(r"\?(?=\?)|/(?=\*)", r"\g<0> ", text))
        return f"{self.comment_sign} {text}"

    def result(self, entries: Sequence[str], *, in_lines: bool) -> list[str]:
        """Return a dictionary from a function, with an entry a line or all in one line."""
        end = "" if self.language == "python" else ";"
        if not in_lines:
            return [f"return {{{', '.join(entries)}}}{end}"]
        return ["return {", *[f"{INDENT[self.language]}{entry}," for entry in entries], f"}}{end}"]

    def function(self, name: str, parameters: Sequence[str], summary: str, lines: Sequence[str]) -> str:
        """Define a function with a summary as its docstring or first comment."""
        head, indent = f"{name}({', '.join(parameters)})", INDENT[self.language]
        body = "\n".join([indent + line for line in lines])
        if self.language == "python":
            return f'def {head}:\n{indent}"""{summary}"""\n{body}'
        return f"function {head} {{\n{indent}{self.comment(summary)}\n{body}\n}}"


PYTHON_SYNTAX = Syntax("python", "#", frozenset({"math", "numpy", "float", *dir(builtins), *keyword.kwlist}))
JAVASCRIPT_SYNTAX = Syntax("javascript", "//", frozenset(_RESERVED.split()))


class Library(NamedTuple):
    """A library that code is generated for: how its functions are called, and what has to be defined."""

    name: str  # the module that a program imports, or the language if it is not Python
    calls: dict[str, str]  # the functions of the library, by operation
    definitions: dict[str, str]  # the source of the functions that it lacks, by name
    choice: str  # `condition ? yes : no` with the fields {condition}, {yes} and {no}
    constants: dict[str, str]
    partials: dict[tuple[str, int], str]  # by operation and argument, those that the table computes otherwise in floats
    syntax: Syntax = PYTHON_SYNTAX
    folds_constants: bool = False  # True if its functions take tensors only: those of constants are written as numbers

    def needs(self, name: str) -> list[str]:
        """Return the other definitions that a definition calls."""
        source = re.sub(f"{self.syntax.comment_sign}.*", "", self.definitions.get(name, ""))
        return [other for other in self.definitions if other != name and re.search(rf"(?<![\w.]){other}\(", source)]


def _calls(library: str, own: dict[str, str]) -> dict[str, str]:
    """Return the functions of a library by operation: those that the table names, and `own` ones."""
    named = {
        name: f"{library}.{operation.names[library]}"
        for name, operation in OPERATIONS.items()
        if name.isidentifier() and library in operation.names
    }
    return {**named, **own}


_DIGAMMA = """\
def digamma(x):
    # Abramowitz & Stegun 6.3.5, 6.3.7 and 6.3.18
    if x <= 0:
        return digamma(1 - x) - math.pi / math.tan(math.pi * x)
    terms = []
    while x < 10:
        terms.append(-1 / x)
        x += 1
    square, series = 1 / (x * x), 0.0
    for coefficient in (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12):
        series = (series + coefficient) * square
    return math.fsum([*terms, math.log(x), -0.5 / x, -series])
"""

_POLYGAMMA = """\
def polygamma(n, x):
    # Abramowitz & Stegun 6.4.6 and 6.4.11
    n = int(n)
    if n == 0:
        return digamma(x)
    terms, sign = [], (-1) ** (n + 1)
    while x < 20 + n:
        terms.append(math.factorial(n) / x ** (n + 1))
        x += 1
    terms += [math.factorial(n - 1) / x**n, math.factorial(n) / (2 * x ** (n + 1))]
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
        terms.append(bernoulli * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n)))
    return sign * math.fsum(terms)
"""

_FOR_MATH = """\
def sign(x):
    return float((x > 0) - (x < 0))


def cot(x):
    return 1 / math.tan(x)


def sec(x):
    return 1 / math.cos(x)


def csc(x):
    return 1 / math.sin(x)


def relu(x):
    return x if x > 0 else 0.0


def sigmoid(x):
    e = math.exp(-abs(x))  # never overflows
    return (1 if x >= 0 else e) / (1 + e)


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def tanh_slope(y, x):
    # 1 - y*y cancels in the tails
    if abs(x) < 0.5:
        return 1 - y * y
    q = math.exp(-2 * abs(x))
    return 4 * q / ((1 + q) * (1 + q))


def sigmoid_slope(x):
    # y*(1 - y) cancels in the tail
    e = math.exp(-abs(x))
    return e / ((1 + e) * (1 + e))


def gauss(x):
    # exp(-x*x), with x*x split exactly: its rounding would cost x*x/2 ulp (Dekker 1971)
    if abs(x) > 27.3:
        return 0.0
    square, high = x * x, x * 134217729.0
    high -= high - x
    low = x - high
    return math.exp(-square) * (1 - (((high * high - square) + 2 * high * low) + low * low))


def power_slope(y, a, b):
    # b*a**(b - 1), but the rounding of b - 1 would be multiplied by ln(a)
    return b * (y / a) if a != 0 else b * math.pow(a, b - 1)


def power_growth(y, a):
    # y*ln(a), and its limit at a = 0
    return y * math.log(a) if a != 0 else 0.0


def acosh_slope(x):
    # (x - 1)*(x + 1) may overflow
    return 1 / (math.sqrt(x - 1) * math.sqrt(x + 1))


def power(a, b):
    # a**b, and inf where that is beyond the doubles
    try:
        return a**b
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.inf


def quotient(a, b):
    # a/b, and inf or nan where Python raises
    if b != 0:
        return a / b
    return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)


def unbounded(function, x):
    # the function, and inf where its value is beyond the doubles
    try:
        return function(x)
    except OverflowError:
        return math.copysign(math.inf, function(math.copysign(1.0, x)))


def quiet(value):
    # in a branch that may not be taken nothing raises
    try:
        return value()
    except (ArithmeticError, ValueError):
        return math.nan
"""

FOR_NUMPY = """\
def cot(x):
    return 1 / numpy.tan(x)


def sec(x):
    return 1 / numpy.cos(x)


def csc(x):
    return 1 / numpy.sin(x)


def relu(x):
    return numpy.maximum(x, 0.0)


def sigmoid(x):
    e = numpy.exp(-numpy.abs(x))  # never overflows
    return numpy.where(x >= 0, 1, e) / (1 + e)


def softplus(x):
    return numpy.maximum(x, 0.0) + numpy.log1p(numpy.exp(-numpy.abs(x)))


erf = numpy.vectorize(math.erf, otypes=[float])


erfc = numpy.vectorize(math.erfc, otypes=[float])


gamma = numpy.vectorize(math.gamma, otypes=[float])


lgamma = numpy.vectorize(math.lgamma, otypes=[float])


def tanh_slope(y, x):
    # 1 - y*y cancels in the tails
    q = numpy.exp(-2 * numpy.abs(x))
    return numpy.where(numpy.abs(x) < 0.5, 1 - y * y, 4 * q / ((1 + q) * (1 + q)))


def sigmoid_slope(x):
    # y*(1 - y) cancels in the tail
    e = numpy.exp(-numpy.abs(x))
    return e / ((1 + e) * (1 + e))


def gauss(x):
    # exp(-x*x), with x*x split exactly: its rounding would cost x*x/2 ulp (Dekker 1971)
    x = numpy.clip(x, -28.0, 28.0)
    square, high = x * x, x * 134217729.0
    high = high - (high - x)
    low = x - high
    return numpy.exp(-square) * (1 - (((high * high - square) + 2 * high * low) + low * low))


def power_slope(y, a, b):
    # b*a**(b - 1), but the rounding of b - 1 would be multiplied by ln(a)
    safe = numpy.where(a != 0, a, 1.0)
    return numpy.where(a != 0, b * (y / safe), b * numpy.asarray(a, dtype=float) ** (b - 1))


def power_growth(y, a):
    # y*ln(a), and its limit at a = 0
    return numpy.where(a != 0, y * numpy.log(numpy.where(a != 0, a, 1.0)), 0.0)


def acosh_slope(x):
    # (x - 1)*(x + 1) may overflow
    return 1 / (numpy.sqrt(x - 1) * numpy.sqrt(x + 1))
"""


def by_name(sources: str) -> dict[str, str]:
    """Split a text into its definitions, by the name that each defines."""
    definitions = {}
    for source in sources.strip().split("\n\n\n"):
        name = re.match(r"(?:def |function |static double )?(\w+)", source)
        assert name is not None
        definitions[name[1]] = source
    return definitions


def _by_element(name: str, source: str) -> str:
    """Turn a definition over numbers into one over arrays, called element by element."""
    return f"{source.strip()}\n\n\n{name} = numpy.vectorize({name}, otypes=[float])"


PYTHON_PARTIALS: dict[tuple[str, int], str] = {
    ("tanh", 0): "tanh_slope({y}, {a})",
    ("sigmoid", 0): "sigmoid_slope({a})",
    ("erf", 0): "1.1283791670955126*gauss({a})",
    ("erfc", 0): "-1.1283791670955126*gauss({a})",
    ("log10", 0): "0.4342944819032518/{a}",
    ("log2", 0): "1.4426950408889634/{a}",
    ("atan", 0): "1/{hypot}(1, {a})/{hypot}(1, {a})",
    ("acosh", 0): "acosh_slope({a})",
    ("^", 0): "power_slope({y}, {a}, {b})",
    ("^", 1): "power_growth({y}, {a})",
    ("atan2", 0): "{b}/{hypot}({a}, {b})/{hypot}({a}, {b})",
    ("atan2", 1): "-{a}/{hypot}({a}, {b})/{hypot}({a}, {b})",
}

MATH = Library(
    "math",
    _calls("math", {"ln": "math.log", "abs": "abs", "min": "min", "max": "max"}),
    {**by_name(_FOR_MATH), "digamma": _DIGAMMA.strip(), "polygamma": _POLYGAMMA.strip()},
    "{yes} if {condition} else {no}",
    {"pi": "math.pi", "e": "math.e"},
    PYTHON_PARTIALS,
)
NUMPY = Library(
    "numpy",
    _calls("numpy", {"abs": "numpy.abs"}),
    {
        **by_name(FOR_NUMPY),
        "digamma": _by_element("digamma", _DIGAMMA),
        "polygamma": _by_element("polygamma", _POLYGAMMA),
    },
    "numpy.where({condition}, {yes}, {no})",
    {"pi": "numpy.pi", "e": "numpy.e"},
    PYTHON_PARTIALS,
)

# JavaScript raises nothing: what has no value is NaN, what is beyond the doubles is Infinity.

_IN_MATH = (  # operations that `Math` has under our names
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "expm1",
    "floor", "hypot", "log10", "log1p", "log2", "max", "min", "sign", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip

JAVASCRIPT_PARTIALS = {  # partials that are computed as in the table, to the last bit: a page shows them
    ("atan", 0): "atan_slope({a})",
    ("atan2", 0): "atan2_slope({b}, {a}, {b})",
    ("atan2", 1): "atan2_slope(-{a}, {a}, {b})",
}


def _definitions_in_javascript() -> dict[str, str]:
    text = (Path(__file__).parent / "definitions.js").read_text(encoding="utf-8")
    return by_name(text.replace("ZETA_LESS_ONE", ", ".join(map(repr, ZETA_LESS_ONE))))


JAVASCRIPT = Library(
    "javascript",
    {"ln": "Math.log", **{name: f"Math.{name}" for name in _IN_MATH}},
    _definitions_in_javascript(),
    "{condition} ? {yes} : {no}",
    {"pi": "Math.PI", "e": "Math.E"},
    {**PYTHON_PARTIALS, **JAVASCRIPT_PARTIALS},
    JAVASCRIPT_SYNTAX,
)

LIBRARIES = {"python": MATH, "numpy": NUMPY, "javascript": JAVASCRIPT}  # by the value of `--code`


def call_of(operation: Operation, library: Library) -> str | None:
    """Return the name by which a program calls an operation; None if neither the library nor a definition has it."""
    if operation.name in library.calls:
        return library.calls[operation.name]
    return operation.name if operation.name in library.definitions or operation.definition else None


def definable(library: Library) -> set[str]:
    """Return the names that a program may define."""
    rows = {row.name for row in OPERATIONS.values() if row.definition and row.name not in library.calls}
    return rows | library.definitions.keys()
