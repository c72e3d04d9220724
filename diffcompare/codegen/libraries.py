"""What the operations are called in Python's `math`, in NumPy and in JavaScript, and definitions of what these lack.

A program gets only the definitions that it uses.  They follow the rows of the table of operations, float by float; a
test holds them against the rows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from diffcompare.codegen.javascript import BUILT_IN, DEFINITIONS
from diffcompare.codegen.javascript import SLOPES as javascript_slopes
from diffcompare.codegen.target_syntax import JAVASCRIPT as JAVASCRIPT_SYNTAX
from diffcompare.codegen.target_syntax import PYTHON, Syntax
from diffcompare.language.expression import Operation
from diffcompare.language.operations import OPERATIONS


class Library(NamedTuple):
    """A library as a target: how its functions are called, and what it lacks."""

    name: str
    """The module that a program imports, or the language if it is not Python."""
    calls: dict[str, str]
    """Operations that the library has, by our name."""
    definitions: dict[str, str]
    """The source of each function that a program has to bring along."""
    choice: str
    """`condition ? yes : no` with the fields {condition}, {yes} and {no}."""
    constants: dict[str, str]
    slopes: dict[tuple[str, int], str]
    """Partials that the table writes in another form over floats than over formulas: by operation and argument."""
    syntax: Syntax = PYTHON

    def needs(self, name: str) -> list[str]:
        """The other definitions that a definition calls."""
        source = self.definitions.get(name, "")
        return [other for other in self.definitions if other != name and re.search(rf"(?<![\w.]){other}\(", source)]


def _calls(library: str, own: dict[str, str]) -> dict[str, str]:
    found = {
        name: f"{library}.{operation.names[library]}"
        for name, operation in OPERATIONS.items()
        if name.isidentifier() and library in operation.names
    }
    return {**found, **own}


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

_FOR_NUMPY = """\
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


def _by_name(sources: str) -> dict[str, str]:
    """The definitions of a text, by the name that each defines."""
    found = {}
    for source in sources.strip().split("\n\n\n"):
        name = re.match(r"(?:def |function )?(\w+)", source)
        assert name is not None
        found[name[1]] = source
    return found


def _by_element(name: str, source: str) -> str:
    """A definition over numbers, made one over arrays (it calls itself and others by number)."""
    return f"{source.strip()}\n\n\n{name} = numpy.vectorize({name}, otypes=[float])"


SLOPES: dict[tuple[str, int], str] = {
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
"""Those of Python's libraries."""

MATH = Library(
    "math",
    _calls("math", {"ln": "math.log", "abs": "abs", "min": "min", "max": "max"}),
    {**_by_name(_FOR_MATH), "digamma": _DIGAMMA.strip(), "polygamma": _POLYGAMMA.strip()},
    "{yes} if {condition} else {no}",
    {"pi": "math.pi", "e": "math.e"},
    SLOPES,
)
NUMPY = Library(
    "numpy",
    _calls("numpy", {"abs": "numpy.abs"}),
    {
        **_by_name(_FOR_NUMPY),
        "digamma": _by_element("digamma", _DIGAMMA),
        "polygamma": _by_element("polygamma", _POLYGAMMA),
    },
    "numpy.where({condition}, {yes}, {no})",
    {"pi": "numpy.pi", "e": "numpy.e"},
    SLOPES,
)

JAVASCRIPT = Library(
    "javascript",
    {"ln": "Math.log", **{name: f"Math.{name}" for name in BUILT_IN}},
    _by_name(DEFINITIONS),
    "{condition} ? {yes} : {no}",
    {"pi": "Math.PI", "e": "Math.E"},
    {**SLOPES, **javascript_slopes},
    JAVASCRIPT_SYNTAX,
)

LIBRARIES = {"python": MATH, "numpy": NUMPY, "javascript": JAVASCRIPT}
"""The targets by the name of `--code`."""


def call_of(operation: Operation, library: Library) -> str | None:
    """How a program calls an operation, None where neither the library nor a definition has it."""
    if operation.name in library.calls:
        return library.calls[operation.name]
    return operation.name if operation.name in library.definitions or operation.definition else None


def definable(library: Library) -> set[str]:
    """The names that a program may define."""
    rows = {row.name for row in OPERATIONS.values() if row.definition and row.name not in library.calls}
    return rows | library.definitions.keys()
