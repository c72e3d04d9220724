"""THE TABLE of elementary operations, one row each: value, partials, domain, kink, and names in other libraries.

A row declares the value of an operation and one *partial* per argument, and nothing else in the project knows what
`sin` is: the parser, the printer, all backends, the truth and the tests read these rows.

A partial is a function of the result `y` and the arguments, written once over *anything with arithmetic*: read over
floats it drives forward and reverse AD, over balls the truth, over expressions the formulas and the exact count of
the work.  It is written in its numerically stable form, and where it is literally 1 or -1 it is that number.

Fields of a row (all but the name and the partials have defaults):

    real        the value over floats; by default the function of that name in `math`, else the definition
    definition  the value in terms of other rows, for a library that has no such function
    domain      where the operation is defined            kink     where it has no derivative, though it has a value
    flint, mpmath, sympy, numpy, cmath   its name there; by default the row's own name, None where the library has none
    aliases     other names in the language               samples  points for the tests
    selects     for `if`: which argument is taken

To add an operation, put one row among its kin, above `FUNCTIONS`: its name there is the name in the language, and
parser, printer, help, every method, the truth, the generated programs, the lesson's page and the tests have it.

    sech = row("sech", definition=lambda x: 1 / cosh(x), partials=[lambda y, x: -y * tanh(x)])

Where the definition loses digits, give `real=` as well; where a library has the function, name it (`flint="sech"`).  A
case of its own, such as the 1 of sin(x)/x at 0, is a row of `if`:

    sinc = row(
        "sinc",
        definition=lambda x: OPERATIONS["if =="](x, 0, 1, sin(x) / x),
        partials=[lambda y, x: OPERATIONS["if =="](x, 0, 0, (cos(x) - y) / x)],
        flint="sinc",
    )

`python -m pytest tests/language/test_operations.py` measures every partial against 50 digits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.language import special_functions as special
from diffcompare.language.expression import OPERATIONS as OPERATIONS  # filled below, and imported from here
from diffcompare.language.expression import Constant, Double, Expression, Number, Operation, Partial, Region

EVERYWHERE = Region("", lambda *arguments: True)
NOWHERE = Region("", lambda *arguments: False)
NONNEGATIVE = Region("x >= 0", lambda x: x >= 0)
POSITIVE = Region("x > 0", lambda x: x > 0)
UNIT = Region("-1 <= x <= 1", lambda x: x >= -1 and x <= 1)
OPEN_UNIT = Region("-1 < x < 1", lambda x: x > -1 and x < 1)
# A double is never a zero of cos, and 0 is the only one of sin: near a pole in the reals doubles have large values.
NO_POLE_OF_TAN = Region("cos(x) != 0", lambda x: True)
NO_POLE_OF_COT = Region("sin(x) != 0", lambda x: x != 0)
NO_POLE_OF_GAMMA = Region("x != 0, -1, -2, ...", lambda x: x > 0 or floor(x) != x)
AT_ZERO = Region("x = 0", lambda x: x == 0)
AT_INTEGERS = Region("x an integer", lambda x: floor(x) == x)

LIBRARIES = ("numpy", "flint", "mpmath", "sympy", "cmath")
DEFAULT_SAMPLES = (-2.3, -0.7, -0.25, 0.3, 0.8, 1.6, 3.2)


def row(
    name: str,
    *,
    partials: Sequence[Partial],
    real: Callable[..., float] | None = None,
    definition: Callable[..., Any] | None = None,
    domain: Region = EVERYWHERE,
    kink: Region = NOWHERE,
    notation: str = "",
    aliases: tuple[str, ...] = (),
    samples: Sequence[Any] = (),
    selects: Callable[..., int] | None = None,
    **names: str | None,
) -> Operation:
    """Add one operation to the table and return it, callable over every number type."""
    in_math = getattr(math, name, None)
    default = None if definition else name
    library_names = {library: names.get(library, default) for library in LIBRARIES}
    if in_math:
        library_names["math"] = name
    parameters = ("x",) if len(partials) == 1 else ("a", "b")
    if not samples:
        samples = [(s,) for s in DEFAULT_SAMPLES] if len(partials) == 1 else [(0.7, 1.9), (2.5, 0.4), (1.3, 1.2)]
    operation = Operation(
        name,
        real=real or in_math or definition,
        partials=partials,
        definition=definition,
        domain=domain,
        kink=kink,
        names={library: own for library, own in library_names.items() if own},
        notation=notation or f"{name}({', '.join(parameters)})",
        aliases=aliases,
        samples=tuple(s if isinstance(s, tuple) else (s,) for s in samples),
        selects=selects,
    )
    OPERATIONS[name] = operation
    return operation


# --- Pieces of partials that need a different form over floats --------------------------------------------------------


def _square(x: Any) -> Any:
    return x * x if isinstance(x, float) else raise_to(x, 2)


def _integer_power_partial(x: Any, n: Any) -> Any:
    """Return n*x^(n-1), with the exponents 0, 1 and 2 folded by hand (and 0*x^-1 would be nan at x = 0)."""
    exponent = exact_integer(n) if isinstance(n, Expression) else n
    assert exponent is not None, "the exponent of an integer power is an integer"
    if exponent == 0:
        return 0
    if exponent == 1:
        return 1
    if exponent == 2:
        return n * x
    return n * (math.pow if type(x) is float else integer_power)(x, exponent - 1)


def _base_partial(y: Any, a: Any, b: Any) -> Any:
    # The rounding of b - 1 would be multiplied by ln(a): so b*(y/a) unless b - 1 is exact.
    if isinstance(a, Expression):
        return b * raise_to(a, b - 1)
    if isinstance(a, float):
        if a == 0 and b == 1:
            return 1.0
        return b * general_power(a, b - 1) if a == 0 or _less_one_exactly(b) else b * (y / a)
    return b * (y / a)


def _less_one_exactly(b: float) -> bool:
    """Tell whether b - 1 is a double (the error of a difference: Knuth, TAOCP vol. 2, 4.2.2)."""
    difference = b - 1
    moved = difference - b
    return (b - (difference - moved)) + (-1 - moved) == 0


def _exponent_partial(y: Any, a: Any, b: Any) -> Any:
    # At a = 0, where y = 0 too, the limit of y*ln(a) is 0.
    return 0 * y if not isinstance(a, Expression) and a == 0 else y * ln(a)


def _inverse_ln(base: int, x: Any) -> Any:
    # 1/ln(base) as a correctly rounded literal: computed in doubles it would be off.
    if isinstance(x, float):
        return {10: 0.4342944819032518, 2: 1.4426950408889634}[base] / x
    return 1 / (ln(x.constant(base)) * x)


def _atan_partial(x: Any) -> Any:
    return (1 / x) / x if isinstance(x, float) and abs(x) > 1e150 else 1 / (1 + _square(x))


def _atan2_partial(p: Any, a: Any, b: Any) -> Any:
    """Return p/(a^2 + b^2), scaled where a square would leave the range of doubles."""
    if isinstance(a, float) and isinstance(b, float):
        scale = max(abs(a), abs(b))
        if (scale > 1e145 or 0 < scale < 1e-145) and math.isfinite(scale):
            a, b = a / scale, b / scale
            return ((p / scale) / (a * a + b * b)) / scale
        return p / (a * a + b * b)
    return p / (_square(a) + _square(b))


def _acosh_partial(x: Any) -> Any:
    return 1 / x if isinstance(x, float) and x > 1e9 else 1 / sqrt((x - 1) * (x + 1))


def _has_radius(x: Any) -> bool:
    """Tell whether a number carries a bound of its error: what cancels in the tail is then lost at any precision."""
    return hasattr(x, "rad")


def _is_final(x: Any) -> bool:
    """Tell whether a number is a Variable of the tape that will not be differentiated again: an array of doubles."""
    return getattr(x, "is_final", False)


def _tanh_partial(y: Any, x: Any) -> Any:
    # 1 - y^2 cancels in the tail: at x = 18 it has lost 4 %, at 800 balls of 2,000 bits have nothing left.
    if type(x) is not float and _is_final(x):
        return _square(1 / cosh(x))
    if abs(x) < 0.5 if isinstance(x, float) else not _has_radius(x):
        return 1 - _square(y)
    q = math.exp(-2 * abs(x)) if type(x) is float else exp(-2 * abs_(x))  # a row is slow to call over doubles
    return 4 * q / ((1 + q) * (1 + q))


def _sigmoid_partial(y: Any, x: Any) -> Any:
    if x <= 0 if isinstance(x, float) else not (_has_radius(x) or _is_final(x)):
        return y * (1 - y)
    e = exp(-abs_(x))
    return e / ((1 + e) * (1 + e))


def _gauss(x: Any) -> Any:
    """Return exp(-x^2).  Over doubles x^2 is split exactly in two (Dekker 1971): its rounding would cost x^2/2 ulp."""
    if not isinstance(x, float):
        if not _is_final(x):
            return exp(-_square(x))
        x = min_(max_(x, -28), 28)  # an array of doubles; exp(-28^2) is 0
    elif not abs(x) < 27.3:  # exp(-27.3^2) is below the smallest double
        return exp(-(x * x))
    square = x * x
    high = x * 134217729.0
    high = high - (high - x)
    low = x - high
    return exp(-square) * (1 - (((high * high - square) + 2 * high * low) + low * low))


def _erf_partial(x: Any) -> Any:
    if isinstance(x, float):
        return 1.1283791670955126 * _gauss(x)
    return 2 / sqrt(x.constant("pi")) * _gauss(x)


def _has_polygamma(n: Any, x: Any) -> bool:
    return bool(n >= 0 and n <= special.MAX_ORDER and floor(n) == n and (x > 0 or floor(x) != x))


def _take(chosen: str, a: Any, b: Any) -> tuple[Any, Any]:
    """Return the partials of min or max: 1 for the argument taken, 0 for the other; a tie takes the second."""
    return OPERATIONS[chosen](a, b, 1, 0), OPERATIONS[chosen](a, b, 0, 1)


# Rows that partials above them refer to.
abs_: Operation
cos: Operation
cosh: Operation
digamma: Operation
floor: Operation
hypot: Operation
polygamma: Operation
sign: Operation

# --- Arithmetic -------------------------------------------------------------------------------------------------------

add = row("+", real=operator.add, partials=[1, 1], notation="a + b")
subtract = row("-", real=operator.sub, partials=[1, -1], notation="a - b")
multiply = row("*", real=operator.mul, partials=[lambda y, a, b: b, lambda y, a, b: a], notation="a * b")
divide = row(
    "/", real=operator.truediv, partials=[lambda y, a, b: 1 / b, lambda y, a, b: -y / b],
    domain=Region("b != 0", lambda a, b: b != 0), notation="a / b",
)  # fmt: skip
negate = row("neg", real=operator.neg, partials=[-1], notation="-x")
# x^n, n an integer constant, is defined for every x; the general power below needs a positive base.
integer_power = row(
    "^n", real=math.pow, partials=[lambda y, x, n: _integer_power_partial(x, n), None],
    domain=Region("n >= 0, or x != 0", lambda x, n: n >= 0 or x != 0), notation="x ^ n",
    samples=[(-1.7, 2.0), (0.4, 3.0), (-0.6, -3.0), (2.2, 5.0), (1.3, 1.0), (0.9, 0.0)],
)  # fmt: skip
general_power = row(
    "^", real=special.power, partials=[_base_partial, _exponent_partial],
    domain=Region("a > 0, or a = 0 and b > 0", lambda a, b: a > 0 or (a == 0 and b > 0)), notation="a ^ b",
    samples=[(0.7, 1.9), (2.5, 0.4), (1.3, -1.2), (3.1, 1 / 3)],
)  # fmt: skip

# --- Roots, exponentials, logarithms ----------------------------------------------------------------------------------

sqrt = row("sqrt", partials=[lambda y, x: 1 / (2 * y)], domain=NONNEGATIVE)
cbrt = row("cbrt", real=special.cbrt, partials=[lambda y, x: y / x / 3], sympy=None, cmath=None, kink=AT_ZERO,
           definition=lambda x: sign(x) * general_power(abs_(x), 1 / x.constant(3)), numpy="cbrt")  # fmt: skip
exp = row("exp", partials=[lambda y, x: y])
expm1 = row("expm1", partials=[lambda y, x: exp(x)], definition=lambda x: exp(x) - 1, numpy="expm1", flint="expm1",
            mpmath="expm1")  # fmt: skip
ln = row("ln", real=math.log, partials=[lambda y, x: 1 / x], domain=POSITIVE, aliases=("log",),
         numpy="log", flint="log", mpmath="log", sympy="log", cmath="log")  # fmt: skip
log1p = row("log1p", partials=[lambda y, x: 1 / (1 + x)], domain=Region("x > -1", lambda x: x > -1),
            definition=lambda x: ln(1 + x), numpy="log1p", flint="log1p", mpmath="log1p")  # fmt: skip
log10 = row("log10", partials=[lambda y, x: _inverse_ln(10, x)], domain=POSITIVE, aliases=("lg",),
            definition=lambda x: ln(x) / ln(x.constant(10)), numpy="log10", cmath="log10")  # fmt: skip
log2 = row("log2", partials=[lambda y, x: _inverse_ln(2, x)], domain=POSITIVE, aliases=("ld", "lb"),
           definition=lambda x: ln(x) / ln(x.constant(2)), numpy="log2")  # fmt: skip

# --- Trigonometry -----------------------------------------------------------------------------------------------------

sin = row("sin", partials=[lambda y, x: cos(x)], aliases=("sen",))
cos = row("cos", partials=[lambda y, x: -sin(x)])
tan = row("tan", partials=[lambda y, x: 1 + _square(y)], domain=NO_POLE_OF_TAN, aliases=("tg",))
cot = row("cot", partials=[lambda y, x: -(1 + _square(y))], real=lambda x: 1 / math.tan(x), aliases=("ctg", "cotan"),
          domain=NO_POLE_OF_COT, definition=lambda x: cos(x) / sin(x), flint="cot", sympy="cot")  # fmt: skip
sec = row("sec", partials=[lambda y, x: y * tan(x)], real=lambda x: 1 / math.cos(x),
          domain=NO_POLE_OF_TAN, definition=lambda x: 1 / cos(x), flint="sec", sympy="sec")  # fmt: skip
csc = row("csc", partials=[lambda y, x: -y * cot(x)], real=lambda x: 1 / math.sin(x), aliases=("cosec",),
          domain=NO_POLE_OF_COT, definition=lambda x: 1 / sin(x), flint="csc", sympy="csc")  # fmt: skip
asin = row("asin", partials=[lambda y, x: 1 / sqrt((1 - x) * (1 + x))], domain=UNIT, aliases=("arcsin", "arcsen"),
           numpy="arcsin")  # fmt: skip
acos = row("acos", partials=[lambda y, x: -1 / sqrt((1 - x) * (1 + x))], domain=UNIT, aliases=("arccos",),
           numpy="arccos")  # fmt: skip
atan = row("atan", partials=[lambda y, x: _atan_partial(x)], aliases=("arctan", "arctg"), numpy="arctan")
atan2 = row("atan2", real=special.atan2,
            partials=[lambda y, a, b: _atan2_partial(b, a, b), lambda y, a, b: _atan2_partial(-a, a, b)],
            domain=Region("a != 0, or b != 0", lambda a, b: a != 0 or b != 0), aliases=("arctan2",),
            kink=Region("a = 0 and b < 0", lambda a, b: a == 0 and b < 0), numpy="arctan2", cmath=None,
            samples=[(0.7, 1.9), (-2.5, 0.4), (1.3, -1.2), (-1.1, -0.3)])  # fmt: skip

# --- Hyperbolic functions ---------------------------------------------------------------------------------------------

sinh = row("sinh", partials=[lambda y, x: cosh(x)], aliases=("sh",))
cosh = row("cosh", partials=[lambda y, x: sinh(x)], aliases=("ch",))
tanh = row("tanh", partials=[_tanh_partial], aliases=("th",), samples=[-18.0, -2.3, -0.3, 0.0, 0.45, 1.6, 18.0])
asinh = row("asinh", partials=[lambda y, x: 1 / hypot(1, x)], aliases=("arcsinh", "arsinh"), numpy="arcsinh")
acosh = row("acosh", partials=[lambda y, x: _acosh_partial(x)], domain=Region("x >= 1", lambda x: x >= 1),
            aliases=("arccosh", "arcosh"), numpy="arccosh", samples=[1.001, 1.6, 3.2])  # fmt: skip
atanh = row("atanh", partials=[lambda y, x: 1 / ((1 - x) * (1 + x))], domain=OPEN_UNIT,
            aliases=("arctanh", "artanh"), numpy="arctanh")  # fmt: skip

# --- Kinks and steps (house rules: sign(0) = 0, relu'(0) = 0, a tie of min or max takes the second argument) ---------

abs_ = row("abs", real=abs, partials=[lambda y, x: sign(x)], kink=AT_ZERO, notation="|x|", sympy="Abs", flint=None,
           mpmath="fabs", cmath=None)  # fmt: skip
sign = row("sign", real=lambda x: float((x > 0) - (x < 0)), partials=[0], kink=AT_ZERO, aliases=("sgn",), flint="sgn",
           cmath=None)  # fmt: skip
min_ = row("min", real=lambda a, b: a if a < b else b, kink=Region("a = b", lambda a, b: a == b),
           partials=[lambda y, a, b: _take("if <", a, b)[0], lambda y, a, b: _take("if <", a, b)[1]],
           numpy="minimum", mpmath=None, sympy="Min", cmath=None)  # fmt: skip
max_ = row("max", real=lambda a, b: a if a > b else b, kink=Region("a = b", lambda a, b: a == b),
           partials=[lambda y, a, b: _take("if >", a, b)[0], lambda y, a, b: _take("if >", a, b)[1]],
           numpy="maximum", mpmath=None, sympy="Max", cmath=None)  # fmt: skip
relu = row("relu", partials=[lambda y, x: OPERATIONS["if >"](x, 0, 1, 0)], kink=AT_ZERO,
           real=lambda x: x if x > 0 else 0.0, definition=lambda x: max_(x, 0))  # fmt: skip
floor = row("floor", real=lambda x: x if math.isinf(x) else float(math.floor(x)), partials=[0], kink=AT_INTEGERS,
            cmath=None)  # fmt: skip
ceil = row("ceil", real=lambda x: x if math.isinf(x) else float(math.ceil(x)), partials=[0], kink=AT_INTEGERS,
           sympy="ceiling", cmath=None)  # fmt: skip

# --- Special functions ------------------------------------------------------------------------------------------------

hypot = row("hypot", partials=[lambda y, a, b: a / y, lambda y, a, b: b / y], numpy="hypot",
            kink=Region("a = b = 0", lambda a, b: a == 0 and b == 0),
            definition=lambda a, b: sqrt(_square(a) + _square(b)), samples=[(3.0, 4.0), (-0.2, 1.7)])  # fmt: skip
erf = row("erf", partials=[lambda y, x: _erf_partial(x)], numpy=None, cmath=None)
erfc = row("erfc", partials=[lambda y, x: -_erf_partial(x)], numpy=None, cmath=None)
gamma = row("gamma", real=special.gamma, partials=[lambda y, x: y * digamma(x)], domain=NO_POLE_OF_GAMMA,
            numpy=None, cmath=None)  # fmt: skip
lgamma = row("lgamma", real=special.lgamma, partials=[lambda y, x: digamma(x)], domain=NO_POLE_OF_GAMMA,
             aliases=("lngamma",), definition=lambda x: ln(abs_(gamma(x))))  # fmt: skip
digamma = row("digamma", real=special.digamma, partials=[lambda y, x: polygamma(1, x)], domain=NO_POLE_OF_GAMMA,
              aliases=("psi",), numpy=None, cmath=None)  # fmt: skip
polygamma = row("polygamma", real=special.polygamma, partials=[None, lambda y, n, x: polygamma(n + 1, x)],
                domain=Region(f"n = 0, 1, ..., {special.MAX_ORDER} and x != 0, -1, -2, ...", _has_polygamma),
                notation="polygamma(n, x)", numpy=None, flint=None, cmath=None,
                samples=[(1.0, 0.7), (2.0, 3.1)])  # fmt: skip
sigmoid = row("sigmoid", real=special.sigmoid, partials=[_sigmoid_partial], aliases=("expit", "logistic"),
              definition=lambda x: 1 / (1 + exp(-x)), samples=[-30.0, -2.3, 0.0, 0.6, 3.2, 30.0])  # fmt: skip
softplus = row("softplus", real=special.softplus, partials=[lambda y, x: sigmoid(x)],
               definition=lambda x: ln(1 + exp(x)), samples=[-30.0, -2.3, 0.0, 0.6, 3.2, 30.0])  # fmt: skip

# --- Choice -----------------------------------------------------------------------------------------------------------

RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def _choice(symbol: str) -> Operation:
    """Add the row of `if(l <symbol> r, a, b)`, which has the value and the derivative of the branch taken."""
    holds = RELATIONS[symbol]
    name = f"if {symbol}"
    return row(
        name,
        real=lambda l, r, a, b: a if holds(l, r) else b,
        partials=[0, 0, lambda y, l, r, a, b: OPERATIONS[name](l, r, 1, 0),
                  lambda y, l, r, a, b: OPERATIONS[name](l, r, 0, 1)],
        selects=lambda l, r: 2 if holds(l, r) else 3,
        kink=Region("l = r", lambda l, r, a, b: l == r),
        notation=f"if(l {symbol} r, a, b)",
        samples=[(0.5, 1.5, -0.3, 2.0), (1.5, 0.5, -0.3, 2.0), (1.5, 1.5, -0.3, 2.0)],
        numpy=None, flint=None, mpmath=None, sympy=None, cmath=None,
    )  # fmt: skip


for _symbol in RELATIONS:
    _choice(_symbol)

CONSTANTS = {"pi": math.pi, "e": math.e}  # the named constants of the language, as doubles

# Every name that can be called in the language, aliases too.
FUNCTIONS: dict[str, Operation] = {
    name: operation
    for operation in OPERATIONS.values()
    if operation.name.isidentifier() and operation is not negate
    for name in (operation.name, *operation.aliases)
}


# --- Predicates: what an expression is, by its outermost operation ----------------------------------------------------
# (In a hot loop compare with the row itself, `operation is negate`: that saves the call.)

ARITHMETIC = (add, subtract, multiply, divide, negate)  # the rows that are operators of Python on every number type


def is_sum(node: Expression) -> bool:
    """Tell whether a node is a + b or a - b."""
    return node.operation is add or node.operation is subtract


def is_negation(node: Expression) -> bool:
    """Tell whether a node is -a."""
    return node.operation is negate


def is_linear(node: Expression) -> bool:
    """Tell whether a node is a + b, a - b or -a: a sum of terms with signs."""
    return node.operation is add or node.operation is subtract or node.operation is negate


def is_product(node: Expression) -> bool:
    """Tell whether a node is a * b."""
    return node.operation is multiply


def is_quotient(node: Expression) -> bool:
    """Tell whether a node is a / b."""
    return node.operation is divide


def is_power(node: Expression) -> bool:
    """Tell whether a node is a power, with any exponent."""
    return node.operation is integer_power or node.operation is general_power


def is_integer_power(node: Expression) -> bool:
    """Tell whether a node is x^n with an integer constant n."""
    return node.operation is integer_power


def is_choice(node: Expression) -> bool:
    """Tell whether a node is an `if`."""
    return node.operation is not None and node.operation.selects is not None


# --- Powers and constants as the parser reads them --------------------------------------------------------------------


def raise_to(base: Any, exponent: Any) -> Any:
    """Return `base ^ exponent`: an integer power if the exponent is an integer constant, `exp` if the base is e.

    (A double of e raised to x would be off by x/2 ulp; and x^n is defined for negative x where x^y is not.)
    """
    if isinstance(exponent, int):
        return integer_power(base, exponent)
    row, arguments = power_of(base, exponent)
    return row(*arguments)


def power_of(base: Any, exponent: Any) -> tuple[Operation, tuple[Any, ...]]:
    """Return the row of the table that `base ^ exponent` is, and the arguments of that row."""
    if isinstance(base, Constant) and base.name == "e":
        return exp, (exponent,)
    if isinstance(exponent, Expression) and exact_integer(exponent) is not None:
        return integer_power, (base, exponent)
    return general_power, (base, exponent)


def exact_integer(expression: Expression) -> int | None:
    """Return the integer that a number or a negated number writes; None for any other expression."""
    if expression.operation is negate:
        inner = exact_integer(expression.arguments[0]) if not expression.arguments[0].operation else None
        return None if inner is None else -inner
    if isinstance(expression, Number) and expression.places == 0:
        return expression.digits
    if isinstance(expression, Double) and expression.double.is_integer():
        return int(expression.double)
    return None


class NotDifferentiable(Exception):
    """An operation was asked for a partial that its row does not have (`polygamma` with respect to its order)."""

    def __init__(self, node: Expression) -> None:
        super().__init__(node)
        self.node = node
