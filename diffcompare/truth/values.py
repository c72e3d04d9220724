"""Rows of the table at exact numbers, to any number of bits: mpmath's values, which no rule for partials enters.

Raw numbers in, a raw number out.  mpmath promises no bound, but keeps within its last bits; `ball` asks for guard bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from diffcompare.truth.mpf import LIBRARY, Mpf

if TYPE_CHECKING:
    from diffcompare.expression import Operation

SLOW_BITS = {"gamma": 8_000, "lgamma": 8_000, "digamma": 8_000, "polygamma": 3_000}
"""What would take seconds at more bits."""

RAW = {name: name for name in ("exp", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh",
                               "asinh", "acosh", "atanh", "sqrt", "cbrt", "gamma")} | {"ln": "log"}  # fmt: skip
"""Rows that are one function of raw numbers: all of mpmath is imported for the others only."""


def constant(name: str, bits: int) -> Mpf:
    """A named constant of the language."""
    return getattr(LIBRARY, f"mpf_{name}")(bits, "n")  # type: ignore[no-any-return]


def has_value(operation: Operation) -> bool:
    """Whether mpmath knows the row: otherwise it has a definition."""
    return "mpmath" in operation.names or operation.name in VALUES


def row_at(operation: Operation, numbers: Sequence[Mpf], bits: int) -> Mpf | None:
    """The row at these numbers; None where it has no finite real value."""
    name = operation.name
    try:
        if name in RAW and not (name in VALUES and bits > FEW_BITS):
            return _finite(getattr(LIBRARY, f"mpf_{RAW[name]}")(*numbers, bits, "n"))
        return _by_mpmath(VALUES.get(name) or operation.names["mpmath"], numbers, bits)
    except (ValueError, ArithmeticError):
        return None


def polygamma_at(order: int, x: Mpf, bits: int) -> Mpf | None:
    """Polygamma of a number to the right of 0."""
    return _by_mpmath(lambda x: _mpmath().polygamma(order, x), [x], bits)


def _by_mpmath(function: str | Callable[[Any], Any], numbers: Sequence[Mpf], bits: int) -> Mpf | None:
    mpmath = _mpmath()
    with mpmath.workprec(bits):
        called = getattr(mpmath.mp, function) if isinstance(function, str) else function
        result = called(*map(mpmath.mp.make_mpf, numbers))
    return _finite(result._mpf_) if isinstance(result, mpmath.mpf) else None


def _finite(number: Mpf) -> Mpf | None:
    """The number, unless it is one of those without a mantissa that are not 0: inf, -inf and nan."""
    return number if number[1] or not number[2] else None


def _mpmath() -> Any:
    import mpmath

    return mpmath


# mpmath takes ten times as long near 0 as where Stirling's series needs few terms: recurrences (Abramowitz & Stegun
# 6.1.15, 6.3.5) carry arguments there, at a cost of bits that the guard bits pay.

FEW_BITS = 600
"""Up to here it does not pay."""


def _steps(x: Any) -> int:
    """How far the recurrence carries x; 0 where it would be no help."""
    bits = _mpmath().mp.prec
    return int(bits - x) if bits > FEW_BITS and abs(x) < bits else 0


def _terms(x: Any, steps: int) -> tuple[range, int]:
    """x, x + 1, x + 2 ... as whole numbers of 2^-places, and the places: integers are many times as fast as mpf."""
    negative, mantissa, exponent, _ = x._mpf_
    places = max(-exponent, 0)
    first = (-1) ** negative * int(mantissa) << exponent + places
    return range(first, first + (steps << places), 1 << places), places


def _enough_bits(steps: int) -> int:
    """The working precision, and what roundings in every step may lose of it."""
    return int(_mpmath().mp.prec) + steps.bit_length() + 10


def _product(x: Any, steps: int) -> Any:
    terms, places = _terms(x, steps)
    bits, product, exponent = _enough_bits(steps), 1, -places * steps
    for term in terms:
        product *= term
        excess = max(product.bit_length() - bits, 0)
        product >>= excess
        exponent += excess
    return _mpmath().mpf((product, exponent))


def _reciprocals(x: Any, steps: int) -> Any:
    """1/x + 1/(x + 1) + 1/(x + 2) + ..."""
    terms, places = _terms(x, steps)
    bits = _enough_bits(steps)
    one = 1 << bits + places
    return _mpmath().mpf((sum(one // term for term in terms), -bits))


def _gamma(x: Any) -> Any:
    steps = _steps(x)
    return _mpmath().gamma(x + steps) / _product(x, steps)


def _lgamma(x: Any) -> Any:
    mpmath, steps = _mpmath(), _steps(x)
    return mpmath.re(mpmath.loggamma(x + steps)) - mpmath.log(abs(_product(x, steps)))


def _digamma(x: Any) -> Any:
    mpmath, steps = _mpmath(), _steps(x)
    return mpmath.digamma(x + steps) - _reciprocals(x, steps)


VALUES: dict[str, Callable[[Any], Any]] = {"gamma": _gamma, "lgamma": _lgamma, "digamma": _digamma}
"""Rows whose value is not, or not always, that of one function of mpmath."""
