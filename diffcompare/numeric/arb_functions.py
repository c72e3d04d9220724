"""Functions of `arb`, the ball of the library Arb, by rows of the table; and what it takes to work with it at all.

Arb (Johansson 2017) comes with python-flint.  Its balls hold the true result of every operation, by proof.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffcompare.language.expression import Expression, Operation

try:
    from flint import arb as arb
    from flint import ctx as ctx
    from flint import fmpq as fmpq
    from flint import fmpz as fmpz

    MISSING = ""
except ImportError as _error:  # musl and WebAssembly: nothing is published for them
    MISSING = f"python-flint cannot be imported here: {_error}"
    # Constants of modules are built with these and never looked at: all work begins with `precision`.
    arb = fmpq = fmpz = lambda *parts: None  # type: ignore[assignment, misc]

GUARD_BITS = 32
"""Bits beyond the working precision: bounds are to be those of the last bit of that."""
MAX_MAGNITUDE = 20_000
"""Arguments beyond 2^20000 are refused: reducing them, say for a sine, would need as many bits again."""
MAX_EXPONENT = 2_100
"""What grows exponentially is refused beyond 2^2100, which is 1e300 squared: nobody could read the result."""
MAX_SHIFT = 2_000
"""Steps of the recurrence that carries polygamma to the right of 0."""
SLOW_BITS = {"gamma": 8_000, "lgamma": 8_000, "digamma": 8_000, "polygamma": 3_000}
"""What would take seconds at more bits."""
EXPONENTIAL = ("exp", "expm1", "sinh", "cosh", "gamma", "lgamma")
UNBOUNDED = ("ln", "log1p", "cbrt", "atan", "asinh", "acosh", "erfc", "sign")


class Undecided(Exception):
    """A question that the radii leave open: more precision may decide it.  `where` is the node, once it is known."""

    where: Expression | None = None


class Beyond(Exception):
    """A number too large, or a precision too high, to go on with; the text says which."""


class Unavailable(Beyond):
    """There is no ball arithmetic at all, because Arb is not installed; the text says why."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work at this many bits.  Raises Unavailable where there is no Arb."""
    if MISSING:
        raise Unavailable(MISSING)
    before = ctx.prec
    ctx.prec = bits + GUARD_BITS
    try:
        yield
    finally:
        ctx.prec = before


@contextmanager
def at_bits(bits: int) -> Iterator[None]:
    """Work at this many bits for an operation or two, without guard bits."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


@lru_cache(maxsize=1024)
def power_of_two(exponent: int) -> arb:
    """2^exponent, exactly."""
    return arb((1, exponent))


def size_of(number: arb) -> int:
    """The smallest n for which the midpoint is below 2^n; 0 for 0."""
    mantissa, exponent = number.man_exp() if number.is_exact() else number.mid().man_exp()
    return int(exponent) + int(mantissa.bit_length())


def to_float(number: arb) -> float:
    """The double nearest to the midpoint, correctly rounded, subnormal numbers too; inf beyond the range."""
    return float(number)


def bounds(number: arb) -> tuple[arb, arb]:
    """A lower and an upper bound, rounded outwards (an exact end could be long)."""
    with at_bits(max(ctx.prec, number.bits()) + 64):
        return number.lower(), number.upper()


def unrounded(operation: Callable[[arb], arb], number: arb) -> arb:
    """-x or |x|, which python-flint rounds, but of a long exact number exactly."""
    result = operation(number)
    if result.is_exact() or not number.is_exact():
        return result
    with at_bits(number.bits()):
        return operation(number)


def whole(number: arb) -> int:
    """The integer that an order or an exponent is.  Raises Undecided where it is too long for the precision."""
    integer = number.unique_fmpz()
    if integer is None:
        raise Undecided
    return int(integer)


def int_power(x: arb, n: int) -> arb:
    """x^n for n > 0; every multiplication may lose half a bit."""
    with at_bits(ctx.prec + n.bit_length()):
        power = x ** arb(n)
        if not power.is_finite() and x.contains(0):  # Arb takes logarithms, which know no powers of these
            return arb(0, x.abs_upper() ** arb(n))
        return power


# --- Rows of the table ------------------------------------------------------------------------------------------------


def function_of(operation: Operation) -> Callable[..., arb] | None:
    """A row over `arb`: by a rule of its own or by the function of Arb; None where Arb has none.

    Raises Beyond, when it is called, for what would take too long.
    """
    name = operation.name
    function = RULES.get(name) or getattr(arb, operation.names.get("flint", ""), None)
    if function is None:
        return None
    if operation.arity == 1 and name not in UNBOUNDED:
        function = _bounded(name, function)
    return _unless_slow(name, function) if name in SLOW_BITS else function


def _bounded(name: str, function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """The function, but for arguments that are too large for it."""
    largest = MAX_EXPONENT if name in EXPONENTIAL else MAX_MAGNITUDE
    high = power_of_two(largest)
    low = -high

    def bounded(x: arb) -> arb:
        # Towards -inf there is no limit to what exp can take.
        if not low < x < high and x.is_finite() and not abs(x.mid()) < high and not (name == "exp" and x < 0):
            raise Beyond(f"{name} of a number beyond 2^{largest}")
        return function(x)

    return bounded


def _unless_slow(name: str, function: Callable[..., arb]) -> Callable[..., arb]:
    def limited(*arguments: arb) -> arb:
        if ctx.prec - GUARD_BITS > SLOW_BITS[name]:
            raise Beyond(f"{name} to more than {SLOW_BITS[name]} bits")
        return function(*arguments)

    return limited


def _cbrt(x: arb) -> arb:
    if x.is_zero():
        return x
    return x.root(3) if x > 0 else -((-x).root(3))


def _hypot(a: arb, b: arb) -> arb:
    return (a * a + b * b).nonnegative_part().sqrt()


def _erfc(x: arb) -> arb:
    """Falling, between its values at both ends; far from 0 Arb's own bound for a wide argument is much too large."""
    if x.is_exact() or not x > 4:
        return x.erfc()
    low, high = bounds(x)
    return low.erfc().union(high.erfc())


def _lgamma(x: arb) -> arb:
    """The logarithm of |gamma|; to the left of 0 that of 1/|gamma|, which has no poles."""
    return x.lgamma() if x > 0 else -abs(x.rgamma()).log()


def _polygamma(order: arb, x: arb) -> arb:
    """Polygamma of order n >= 1 by Hurwitz's zeta function, which is for x > 0: the recurrence carries others there.

    (Abramowitz & Stegun 6.4.6 and 6.4.10.)
    """
    n = whole(order)
    if n == 0:
        return x.digamma()
    if not x.is_finite():
        return x
    if x.lower() < -MAX_SHIFT:
        raise Beyond(f"polygamma of a number below -{MAX_SHIFT}")
    low, _ = bounds(x)
    shift = 0 if low >= 1 else 1 - math.floor(to_float(low))
    total = arb(n + 1).zeta(x + shift)
    for k in range(shift):
        total = total + 1 / int_power(x + k, n + 1)
    return total * (math.factorial(n) if n % 2 else -math.factorial(n))


RULES: dict[str, Callable[..., arb]] = {
    "cbrt": _cbrt,
    "hypot": _hypot,
    "erfc": _erfc,
    "lgamma": _lgamma,
    "polygamma": _polygamma,
    "atan2": lambda a, b: arb.atan2(a, b),
}
