"""Functions of other notations: what each is in our language, as a builder of expressions.

A row of a table of functions is a `ForeignFunction`: how many arguments it takes, and what it makes of them.  Most are
rows of the language under another name; the others are formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from diffcompare.language.expression import Constant, Expression, Number, apply, intern
from diffcompare.language.expression import build as build_node
from diffcompare.language.grammar import build_call
from diffcompare.language.notation.comparisons import Always, Condition, Relation, as_number, choose
from diffcompare.language.operations import (
    FUNCTIONS,
    abs_,
    acos,
    asin,
    atan,
    cbrt,
    cos,
    cosh,
    exact_integer,
    floor,
    gamma,
    ln,
    power_of,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

PI, E = Constant("pi"), Constant("e")
ANY_NUMBER = 1_000_000


class ForeignFunction(NamedTuple):
    """A function of another notation: the least and the greatest number of arguments, and the expression of them."""

    least: int
    most: int
    build: Callable[..., Expression]
    takes_conditions: bool = False


def power(base: Expression, exponent: Expression) -> Expression:
    """Return base ^ exponent, as the parser builds it."""
    return build_node(*power_of(base, exponent), intern)


def row(name: str) -> ForeignFunction:
    """Return a function of our own language."""
    operation = FUNCTIONS[name]
    if name in ("min", "max"):
        return ForeignFunction(2, ANY_NUMBER, lambda *arguments: build_call(name, list(arguments), intern))
    return ForeignFunction(operation.arity, operation.arity, lambda *arguments: apply(operation, arguments))


def formula(build: Callable[..., Any], arity: int = 1) -> ForeignFunction:
    """Return a function that is a formula in our language."""
    return ForeignFunction(arity, arity, build)


def renamed(names: str) -> dict[str, ForeignFunction]:
    """Return functions by foreign name, from words `foreign=ours`; a word alone has the same name here."""
    pairs = [word.partition("=") for word in names.split()]
    return {foreign: row(ours or foreign) for foreign, _, ours in pairs}


def logarithm(number: Expression, base: Expression) -> Expression:
    """Return the logarithm of a number to a base, as our log(x, base) is read."""
    return build_call("log", [number, base], intern)


def truncated(x: Expression) -> Expression:
    """Return x without its digits after the point."""
    return sign(x) * floor(abs_(x))  # type: ignore[no-any-return]


def rounded(x: Expression) -> Expression:
    """Return the nearest integer; halves go away from zero, as in C, Fortran and MATLAB."""
    return sign(x) * floor(abs_(x) + Number(1) / Number(2))  # type: ignore[no-any-return]


def _floored_remainder(a: Expression, b: Expression) -> Expression:
    return a - b * floor(a / b)  # type: ignore[no-any-return]


def _truncated_remainder(a: Expression, b: Expression) -> Expression:
    return a - b * truncated(a / b)


def _degrees(function: Callable[[Any], Any]) -> ForeignFunction:
    return formula(lambda x: function(x * PI / 180))


def _copied_sign(a: Expression, b: Expression) -> Expression:
    return choose(Relation(b, ">=", Number(0)), abs_(a), -abs_(a))


def odd_root(x: Expression, n: Expression) -> Expression:
    """Return the real root of a whole order, which for an odd one has a value left of zero.

    Raises ValueError where the order is no whole number.
    """
    order = exact_integer(n)
    if order is None or order < 1:
        raise ValueError("the order of a root is a whole number")
    if order % 2 == 0:
        return sqrt(x) if order == 2 else power(x, 1 / n)
    return cbrt(x) if order == 3 else sign(x) * power(abs_(x), 1 / n)  # type: ignore[no-any-return]


def branches(*parts: Expression | Condition, otherwise: Expression | None = None) -> Expression:
    """Return the expression of `condition, value, condition, value, ..., otherwise`, as Maple and giac write it.

    Raises ValueError where no value is left for the case that no condition holds.
    """
    values = list(parts)
    if len(values) % 2:
        otherwise = _number(values.pop())
    pairs = list(zip(values[::2], values[1::2], strict=True))
    if pairs and isinstance(pairs[-1][0], Always) and pairs[-1][0].holds:
        otherwise = _number(pairs.pop()[1])
    if otherwise is None:
        raise ValueError("there is no value for the case that none of the conditions holds")
    for condition, value in reversed(pairs):
        if isinstance(condition, Expression):
            raise ValueError("a condition is a comparison")
        otherwise = choose(condition, _number(value), otherwise)
    return otherwise


def _number(value: Expression | Condition) -> Expression:
    return value if isinstance(value, Expression) else as_number(value)


def if_function(condition: Expression | Condition, yes: Expression, no: Expression) -> Expression:
    """Return the choice of `if(condition, yes, no)`."""
    return branches(condition, _number(yes), _number(no))


IF = ForeignFunction(3, 3, if_function, takes_conditions=True)
PIECEWISE = ForeignFunction(3, ANY_NUMBER, branches, takes_conditions=True)

# The functions that mean the same everywhere, under the names of C, Python, MATLAB, Maxima and Fortran.
COMMON: Mapping[str, ForeignFunction] = {
    **renamed(
        "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh atan2 exp log=ln log10 log2 sqrt abs max min "
        "sec csc cot erf erfc hypot floor ceil log1p expm1 cbrt"
    ),
    "sech": formula(lambda x: 1 / cosh(x)), "csch": formula(lambda x: 1 / sinh(x)),
    "coth": formula(lambda x: 1 / tanh(x)), "asec": formula(lambda x: acos(1 / x)),
    "acsc": formula(lambda x: asin(1 / x)), "exp2": formula(lambda x: power(Number(2), x)),
    "exp10": formula(lambda x: power(Number(10), x)),
}  # fmt: skip

POWER = formula(power, 2)
FLOORED_REMAINDER = formula(_floored_remainder, 2)
TRUNCATED_REMAINDER = formula(_truncated_remainder, 2)
COPIED_SIGN = formula(_copied_sign, 2)
ROUNDED = formula(rounded)
TRUNCATED = formula(truncated)
FACTORIAL = formula(lambda x: gamma(x + 1))
IDENTITY = formula(lambda x: x)
SQUARE = formula(lambda x: power(x, Number(2)))
SIND, COSD, TAND = map(_degrees, (sin, cos, tan))
REAL_ROOT = formula(odd_root, 2)
ARC_COTANGENT = formula(lambda x: atan(1 / x))
LOG_OF_BASE = ForeignFunction(1, 2, lambda x, *base: logarithm(x, *base) if base else ln(x))
SILU = formula(lambda x: x * sigmoid(x))
STEP = formula(lambda x: choose(Relation(x, ">", Number(0)), Number(1), Number(0)))
RECIPROCAL = formula(lambda x: 1 / x)
ROOT = formula(lambda x, n: sqrt(x) if n is Number(2) else power(x, 1 / n), 2)
SWAPPED_ATAN2 = formula(lambda x, y: FUNCTIONS["atan2"](y, x), 2)
SWAPPED_LOG = ForeignFunction(1, 2, lambda first, *rest: logarithm(rest[0], first) if rest else ln(first))


def prefixed(prefixes: Iterable[str], functions: Mapping[str, ForeignFunction]) -> dict[str, ForeignFunction]:
    """Return the functions under names with a prefix: `d` for those of Fortran that take double precision."""
    return {f"{prefix}{name}": function for prefix in prefixes for name, function in functions.items()}


def suffixed(suffixes: Iterable[str], functions: Mapping[str, ForeignFunction]) -> dict[str, ForeignFunction]:
    """Return the functions under names with a suffix: `f` for those of C that take single precision."""
    return {f"{name}{suffix}": function for suffix in suffixes for name, function in functions.items()}
