"""The operations of the table over `arb`, the ball of the library Arb, and its working precision.

Arb (F. Johansson, IEEE Transactions on Computers 66, 2017) comes with python-flint.  Its balls enclose the true result
of every operation; that is proved, not estimated.
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
except ImportError as _error:  # no wheels are published for musl and WebAssembly
    MISSING = f"python-flint cannot be imported here: {_error}"
    # Modules build constants with these at import.  Nobody reads them: all work begins in `precision`, which raises.
    arb = fmpq = fmpz = lambda *parts: None  # type: ignore[assignment, misc]

GUARD_BITS = 32  # beyond the precision asked for, so that rounding stays below its last bit
# Arguments beyond 2^20000 are refused: to reduce them, for a sine say, would need as many bits again.
MAX_MAGNITUDE = 20_000
# Functions that grow exponentially are refused beyond 2^2100 (about 1e632): nobody could read the result.
MAX_EXPONENT = 2_100
MAX_SHIFT = 2_000  # steps of the recurrence that carries polygamma to x > 0
# Beyond these precisions one value would take seconds.
SLOW_BITS = {"gamma": 8_000, "lgamma": 8_000, "digamma": 8_000, "polygamma": 3_000}
EXPONENTIAL = ("exp", "expm1", "sinh", "cosh", "gamma", "lgamma")
UNBOUNDED = ("ln", "log1p", "cbrt", "atan", "asinh", "acosh", "erfc", "sign")


class Undecided(Exception):
    """A comparison that the radii leave open and more precision may decide; `where` is the node, if known."""

    where: Expression | None = None


class Beyond(Exception):
    """A number too large, or a precision too high, to continue with; the text says which."""


class Unavailable(Beyond):
    """Arb cannot be imported, so that there is no ball arithmetic; the text says why."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Set the working precision in bits for a `with` block; raise Unavailable where Arb cannot be imported."""
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
    """Set the precision in bits for a `with` block, without guard bits."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


@lru_cache(maxsize=1024)
def power_of_two(exponent: int) -> arb:
    """Return 2^exponent, exactly."""
    return arb((1, exponent))


def size_of(number: arb) -> int:
    """Return the smallest n such that |midpoint| < 2^n; 0 for the midpoint 0."""
    mantissa, exponent = number.man_exp() if number.is_exact() else number.mid().man_exp()
    return int(exponent) + int(mantissa.bit_length())


def to_float(number: arb) -> float:
    """Return the double nearest to the midpoint, correctly rounded (subnormal ones too); inf beyond the range."""
    return float(number)


def bounds(number: arb) -> tuple[arb, arb]:
    """Return a lower and an upper bound, rounded outwards to keep them short."""
    with at_bits(max(ctx.prec, number.bits()) + 64):
        return number.lower(), number.upper()


def unrounded(operation: Callable[[arb], arb], number: arb) -> arb:
    """Apply -x or |x| without rounding: python-flint rounds them, even those of an exact number that is long."""
    result = operation(number)
    if result.is_exact() or not number.is_exact():
        return result
    with at_bits(number.bits()):
        return operation(number)


def whole(number: arb) -> int:
    """Return an order or an exponent as an int; raise Undecided where it is too long for the precision."""
    integer = number.unique_fmpz()
    if integer is None:
        raise Undecided
    return int(integer)


def int_power(x: arb, n: int) -> arb:
    """Return x^n for n > 0, with spare bits for the rounding of each multiplication."""
    with at_bits(ctx.prec + n.bit_length()):
        power = x ** arb(n)
        if not power.is_finite() and x.contains(0):  # Arb takes logarithms of large powers, and 0 has none
            return arb(0, x.abs_upper() ** arb(n))
        return power


# --- Operations of the table ------------------------------------------------------------------------------------------


def function_of(operation: Operation) -> Callable[..., arb] | None:
    """Return an operation over `arb`, by a rule below or by Arb's function; None where Arb has none.

    The function raises Beyond for arguments that would take too long.
    """
    name = operation.name
    function = RULES.get(name) or getattr(arb, operation.names.get("flint", ""), None)
    if function is None:
        return None
    if operation.arity == 1 and name not in UNBOUNDED:
        function = _bounded(name, function)
    return _unless_slow(name, function) if name in SLOW_BITS else function


def _bounded(name: str, function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """Return the function with a guard that raises Beyond for arguments too large for it."""
    largest = MAX_EXPONENT if name in EXPONENTIAL else MAX_MAGNITUDE
    high = power_of_two(largest)
    low = -high

    def bounded(x: arb) -> arb:
        # exp of a large negative number is as cheap as any: it is close to 0.
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
    """Return erfc, which falls, between its values at both ends: Arb's bound for a wide argument is too large."""
    if x.is_exact() or not x > 4:
        return x.erfc()
    low, high = bounds(x)
    return low.erfc().union(high.erfc())


def _lgamma(x: arb) -> arb:
    """Return ln|gamma(x)|; left of 0 as -ln|1/gamma(x)|, because 1/gamma has no poles."""
    return x.lgamma() if x > 0 else -abs(x.rgamma()).log()


def _polygamma(order: arb, x: arb) -> arb:
    """Return polygamma of order n by Hurwitz's zeta function, after a recurrence has carried x to the right of 0.

    Abramowitz & Stegun 6.4.10 (zeta) and 6.4.6 (recurrence)
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
