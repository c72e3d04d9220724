"""Rows of the table at exact numbers, to any number of bits: mpmath's values, which no rule for partials enters.

Raw numbers in, a raw number out.  mpmath promises no bound, but keeps within its last bits; `ball` asks for guard bits.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from fractions import Fraction
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable
from diffcompare.language.operations import OPERATIONS, raise_to
from diffcompare.numeric.evaluate import NumberSystem, Undefined, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


# mpmath's arithmetic of raw numbers, without the rest of mpmath.
#
# Importing `mpmath.libmp` by its name imports all of mpmath first, whose contexts take longer to build than the
# truth about a small expression takes to find: the package of raw numbers stands on its own, and is loaded as one.

NAME = "diffcompare.numeric._libmp"


def _load() -> ModuleType:
    if "mpmath" in sys.modules:
        return sys.modules["mpmath"].libmp  # type: ignore[no-any-return]
    package = find_spec("mpmath")
    assert package is not None
    assert package.origin is not None
    directory = Path(package.origin).parent / "libmp"
    found = spec_from_file_location(NAME, directory / "__init__.py", submodule_search_locations=[str(directory)])
    assert found is not None
    assert found.loader is not None
    module = sys.modules[NAME] = module_from_spec(found)
    found.loader.exec_module(module)
    return module


Mpf: TypeAlias = "tuple[int, int, int, int]"

"""A raw number: (sign, mantissa, exponent, bits of the mantissa)."""

LIBRARY: Any = _load()

"""The package of raw numbers."""

finf: Mpf = LIBRARY.finf

fzero: Mpf = LIBRARY.fzero

from_float = LIBRARY.from_float

from_int = LIBRARY.from_int

from_rational = LIBRARY.from_rational

mpf_abs = LIBRARY.mpf_abs

mpf_add = LIBRARY.mpf_add

mpf_div = LIBRARY.mpf_div

mpf_floor = LIBRARY.mpf_floor

mpf_lt = LIBRARY.mpf_lt

mpf_mul = LIBRARY.mpf_mul

mpf_neg = LIBRARY.mpf_neg

mpf_pos = LIBRARY.mpf_pos

mpf_pow_int = LIBRARY.mpf_pow_int

mpf_shift = LIBRARY.mpf_shift

mpf_sub = LIBRARY.mpf_sub

to_str = LIBRARY.to_str


# Ball arithmetic: numbers of any precision that carry a bound of their own error.
#
# A `Ball` is a midpoint and a radius, and stands for every number between midpoint - radius and midpoint + radius.
# The true result of an operation lies in the ball computed for it, whatever cancels on the way. That two precisions
# agree, on the other hand, proves nothing: `((x + 1e90) - 1e90)^2` is 0 at 34 digits and at 68 digits.
#
# A row of the table needs no interval version of its own. Its partial says that the function solves the
# differential equation y' = F(y, x), and by Picard's argument a candidate ball Y encloses it over a ball X of
# radius r as soon as
#
# f(mid X) + sup |F(Y, X)| * r lies within Y,
#
# for if the function left Y there would be a first point where it does, and up to there the bound holds. F may need
# other rows over X, and they this one in turn (sin and cos): an enclosure that is still being proved is assumed
# meanwhile, and the argument then holds for the system of equations as a whole.
#
# No radius, however small, proves that two numbers are equal: that 0.1 + 0.2 is 0.3 is known only to a ball that
# keeps its fraction. Literals and doubles are rational, and what + - * / and integer powers make of them is kept as
# a fraction as long as that stays short.

RADIUS_BITS = 32

GUARD_BITS = 30

MAX_MAGNITUDE = 20_000

"""Arguments beyond 2^20000 are refused: reducing them, say for a sine, would need as many bits again."""

MAX_EXPONENT = 2_100

"""What grows exponentially is refused beyond 2^2100, which is 1e300 squared: mpmath multiplies its way up to it."""

MAX_FRACTION = 4_096

"""Bits of a numerator or denominator that a ball keeps: a literal of 1,000 digits has 3,322."""


class Undecided(Exception):
    """A comparison that the radii leave open: more precision may decide it.  `where` is the node, once it is known."""

    where: Expression | None = None


class Beyond(Exception):
    """A number too large, or a precision too high, to go on with; the text says which."""


class _BallContext:
    """The working precision and what is known at it."""

    bits = 128
    known: ClassVar[dict[tuple[Any, ...], Ball]] = {}
    assumed: ClassVar[dict[tuple[Any, ...], Ball]] = {}


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work at this many bits, with a memory of enclosures of its own."""
    before = _BallContext.bits, _BallContext.known, _BallContext.assumed
    _BallContext.bits, _BallContext.known, _BallContext.assumed = bits, {}, {}
    try:
        yield
    finally:
        _BallContext.bits, _BallContext.known, _BallContext.assumed = before


class Ball:
    """All numbers between `mid - rad` and `mid + rad`; or the one among them that `fraction` is."""

    __slots__ = ("fraction", "mid", "rad")

    def __init__(self, mid: Mpf, rad: Mpf = fzero, fraction: Fraction | None = None) -> None:
        self.mid = mid
        self.rad = rad
        self.fraction = fraction

    @staticmethod
    def constant(value: int | str) -> Ball:
        """An integer, exactly, or a named constant at the working precision."""
        if isinstance(value, str):
            return rounded(constant(value, _BallContext.bits + GUARD_BITS))
        return Ball(from_int(value))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """A row of the table over balls."""
        if operation.selects or operation.name in ("+", "-", "*", "/", "neg"):
            return operation.real(*arguments)
        balls = [lift(argument) for argument in arguments]
        own = OWN.get(operation.name)
        if own is not None:
            return own(*balls)
        if not has_value(operation):
            assert operation.definition is not None, "a row has a function in mpmath or a definition"
            return operation.definition(*balls)
        return enclose(operation, balls)

    def __neg__(self) -> Ball:
        return Ball(mpf_neg(self.mid), self.rad, None if self.fraction is None else -self.fraction)

    def __add__(self, other: Any) -> Ball:
        other = lift(other)
        if self.fraction is not None or other.fraction is not None:
            known = _of_fractions(operator.add, self, other)
            if known is not None:
                return known
        exact = _exact_sum(self.mid, other.mid)
        if exact is None:
            return rounded(mpf_add(self.mid, other.mid, _BallContext.bits, "n"), _up(self.rad, other.rad))
        return rounded_exactly(exact, _up(self.rad, other.rad))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Ball:
        return Ball(fzero) if other is self and self.rad != finf else self + -lift(other)

    def __rsub__(self, other: Any) -> Ball:
        return lift(other) + -self

    def __mul__(self, other: Any) -> Ball:
        other = lift(other)
        if _is_zero(self) or _is_zero(other):
            return ENTIRE if finf in (self.rad, other.rad) else Ball(fzero)
        if self.fraction is not None or other.fraction is not None:
            known = _of_fractions(operator.mul, self, other)
            if known is not None:
                return known
        radius = _up(
            _up(_times(mpf_abs(self.mid), other.rad), _times(mpf_abs(other.mid), self.rad)), _times(self.rad, other.rad)
        )
        return rounded_exactly(mpf_mul(self.mid, other.mid), radius)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Ball:
        other = lift(other)
        least = mpf_sub(mpf_abs(other.mid), other.rad, RADIUS_BITS, "f")
        if not mpf_lt(fzero, least):
            return ENTIRE
        if _is_zero(self):
            return self
        quotient = mpf_div(self.mid, other.mid, _BallContext.bits, "n")
        if self.rad == fzero == other.rad and mpf_mul(quotient, other.mid) == self.mid:
            return Ball(quotient)
        known = _of_fractions(operator.truediv, self, other)
        if known is not None:
            return known
        ratio = _over(mpf_abs(self.mid), mpf_abs(other.mid))
        return rounded(quotient, _over(_up(self.rad, _times(ratio, other.rad)), least))

    def __pow__(self, other: Any) -> Any:
        return raise_to(self, other)

    def __rtruediv__(self, other: Any) -> Ball:
        return lift(other) / self

    def __lt__(self, other: Any) -> bool:
        return compare(self, lift(other)) < 0

    def __le__(self, other: Any) -> bool:
        return compare(self, lift(other)) <= 0

    def __gt__(self, other: Any) -> bool:
        return compare(self, lift(other)) > 0

    def __ge__(self, other: Any) -> bool:
        return compare(self, lift(other)) >= 0

    def __eq__(self, other: object) -> bool:
        return compare(self, lift(other)) == 0

    def __ne__(self, other: object) -> bool:
        return compare(self, lift(other)) != 0

    def __hash__(self) -> int:
        return hash((self.mid, self.rad))


ENTIRE = Ball(fzero, finf)

"""Nothing is known."""


def lift(number: Any) -> Ball:
    """An integer or a double as a ball of radius 0; a ball as it is."""
    if type(number) is Ball:
        return number
    return Ball(from_int(number) if isinstance(number, int) else from_float(number))


def compare(a: Ball, b: Ball) -> int:
    """The sign of a - b.  Raises Undecided where the balls overlap (unless both are the same exact number)."""
    if a is b and a.rad != finf:
        return 0
    difference = mpf_sub(a.mid, b.mid, RADIUS_BITS, "d")
    radius = _up(a.rad, b.rad)
    if radius == fzero or mpf_lt(radius, mpf_abs(difference)):
        return 0 if difference == fzero else -1 if difference[0] else 1
    left, right = to_fraction(a), to_fraction(b)
    if left is None or right is None:
        raise Undecided
    return (left > right) - (left < right)


def to_fraction(ball: Ball) -> Fraction | None:
    """The number itself, where the ball is known to be just that one and it is short."""
    if ball.rad != fzero or ball.fraction is not None:
        return ball.fraction
    sign, mantissa, exponent, bits = ball.mid
    if max(bits, bits + exponent, -exponent) > MAX_FRACTION:
        return None
    number = Fraction(int(mantissa) << exponent) if exponent >= 0 else Fraction(int(mantissa), 1 << -exponent)
    return -number if sign else number


def from_fraction(number: Fraction) -> Ball | None:
    """The ball of one rational number, of radius 0 if it is a short binary one; None if it is too long to be kept."""
    p, q = number.numerator, number.denominator
    if max(p.bit_length(), q.bit_length()) > MAX_FRACTION:
        return None
    mid = from_rational(p, q, _BallContext.bits, "n")
    if q & (q - 1) == 0 and mid == mpf_shift(from_int(p), 1 - q.bit_length()):
        return Ball(mid)
    return Ball(mid, mpf_shift(mpf_abs(mid), -_BallContext.bits), number)


def _of_fractions(operation: Callable[[Fraction, Fraction], Fraction], a: Ball, b: Ball) -> Ball | None:
    """The result over two numbers that are known as fractions; None where one is not, or it grows too long."""
    left = to_fraction(a)
    right = None if left is None else to_fraction(b)
    return None if left is None or right is None else from_fraction(operation(left, right))


def magnitude(ball: Ball) -> Mpf:
    """An upper bound of |x| over the ball."""
    return _up(mpf_abs(ball.mid), ball.rad)


def ends(ball: Ball) -> tuple[Mpf, Mpf]:
    """A lower and an upper bound of the ball, rounded outwards (an exact end could be long)."""
    bits = max(_BallContext.bits, ball.mid[3]) + 64
    return mpf_sub(ball.mid, ball.rad, bits, "f"), mpf_add(ball.mid, ball.rad, bits, "c")


def rounded(mid: Mpf, radius: Mpf = fzero) -> Ball:
    """A ball about a midpoint that was rounded to the working precision (or better)."""
    return Ball(mid, _up(radius, mpf_shift(mpf_abs(mid), -_BallContext.bits)))


def rounded_exactly(exact: Mpf, radius: Mpf) -> Ball:
    """A ball about an exact midpoint: rounded, and widened only if that changes it."""
    mid = mpf_pos(exact, _BallContext.bits, "n")
    return Ball(mid, radius) if mid == exact else rounded(mid, radius)


def _up(a: Mpf, b: Mpf) -> Mpf:
    return mpf_add(a, b, RADIUS_BITS, "u")  # type: ignore[no-any-return]


def _times(a: Mpf, b: Mpf) -> Mpf:
    return fzero if fzero in (a, b) else mpf_mul(a, b, RADIUS_BITS, "u")


def _over(a: Mpf, b: Mpf) -> Mpf:
    return mpf_div(a, b, RADIUS_BITS, "u")  # type: ignore[no-any-return]


def _is_zero(ball: Ball) -> bool:
    return bool(ball.mid == fzero and ball.rad == fzero)


def contains_zero(ball: Ball) -> bool:
    """Whether 0 lies in the ball."""
    return not mpf_lt(ball.rad, mpf_abs(ball.mid))


def _exact_sum(a: Mpf, b: Mpf) -> Mpf | None:
    """The exact sum, unless the numbers are so far apart that it would be long."""
    if a[1] and b[1] and abs(a[2] - b[2]) > 8 * _BallContext.bits + 4096:
        return None
    return mpf_add(a, b)  # type: ignore[no-any-return]


# --- Rows with an arithmetic of their own: powers, and functions that have corners or steps ---------------------------


def _int_power(x: Ball, exponent: Ball) -> Ball:
    n = _to_int(exponent)
    if n < 0:
        return 1 / _int_power(x, Ball(from_int(-n)))
    if n == 0:
        return Ball(from_int(1))
    if x.rad == fzero and x.mid[3] * n <= _BallContext.bits:
        return Ball(mpf_pow_int(x.mid, n, _BallContext.bits, "n"))
    known = _power_of_fraction(x, n)
    if known is not None:
        return known
    power = mpf_pow_int(x.mid, n, _BallContext.bits + GUARD_BITS + n.bit_length(), "n")
    slope = _times(from_int(n), _generous(mpf_pow_int(magnitude(x), n - 1, 2 * RADIUS_BITS + n.bit_length(), "u")))
    return rounded(mpf_pos(power, _BallContext.bits, "n"), _times(slope, x.rad))


def _power_of_fraction(x: Ball, n: int) -> Ball | None:
    """x^n for n > 0, where x is known as a fraction and the power stays short."""
    number = to_fraction(x)
    if number is None or max(abs(number.numerator), number.denominator).bit_length() * n > MAX_FRACTION + n:
        return None
    return from_fraction(number**n)


def _generous(bound: Mpf) -> Mpf:
    """A bound computed in rounded arithmetic, enlarged beyond its own rounding."""
    return _up(bound, mpf_shift(bound, -20))


def _to_int(ball: Ball) -> int:
    sign, mantissa, exponent, _ = ball.mid
    value = int(mantissa) << exponent if exponent >= 0 else int(mantissa) >> -exponent
    return -value if sign else value


def _power(base: Ball, exponent: Ball) -> Any:
    from diffcompare.language.operations import exp, ln

    if _is_zero(base):
        return Ball(fzero)
    if exponent.rad == fzero and exponent.mid[2] >= 0 and exponent.mid[2] + exponent.mid[3] <= 64:  # a whole number
        n = _to_int(exponent)
        known = _power_of_fraction(base, abs(n)) if n else Ball(from_int(1))
        if known is not None:
            return known if n >= 0 else 1 / known
    return exp(exponent * ln(base))


def _sqrt(x: Ball) -> Ball:
    number = x.fraction
    if number is not None:
        root = Fraction(math.isqrt(abs(number.numerator)), math.isqrt(number.denominator))
        exact = from_fraction(root) if root * root == number else None
        if exact is not None:
            return exact
    return enclose(OPERATIONS["sqrt"], [x])


def _absolute(x: Ball) -> Ball:
    return Ball(mpf_abs(x.mid), x.rad, None if x.fraction is None else abs(x.fraction))


def _larger(a: Ball, b: Ball) -> Ball:
    try:
        return b if compare(a, b) < 0 else a
    except Undecided:
        pass  # max moves by no more than the larger of its arguments' moves
    mid = b.mid if mpf_lt(a.mid, b.mid) else a.mid
    return Ball(mid, b.rad if mpf_lt(a.rad, b.rad) else a.rad)


def _step(at: Callable[[Mpf], Mpf]) -> Callable[[Ball], Ball]:
    """A rising step function over a ball: between its values at the two ends."""

    def enclosure(x: Ball) -> Ball:
        if x.rad == finf:
            return ENTIRE
        low, high = map(at, ends(x))
        return Ball(low) if low == high else Ball(low, mpf_sub(high, low))

    return enclosure


def _sign(x: Mpf) -> Mpf:
    return from_int(0 if x == fzero else -1 if x[0] else 1)  # type: ignore[no-any-return]


def _ceil(x: Mpf) -> Mpf:
    return mpf_neg(mpf_floor(mpf_neg(x)))  # type: ignore[no-any-return]


def _polygamma(order: Ball, x: Ball) -> Ball:
    """Polygamma of order n >= 1: monotone for x > 0, whither the recurrence carries all other arguments.

    (Abramowitz & Stegun 6.4.6.  Its own derivative is the next order, so Picard's argument would never end.)
    """
    n = _to_int(order)
    if n == 0:
        return enclose(OPERATIONS["digamma"], [x])
    if x.rad == finf:
        return ENTIRE
    if x < -MAX_SHIFT:
        raise Beyond(f"polygamma of a number below -{MAX_SHIFT}")
    _refuse_slow("polygamma")
    shift = max(0, 1 - _to_int(Ball(mpf_floor(ends(x)[0]))))
    sign = Ball(from_int((-1) ** (n + 1) * math.factorial(n)))
    steps = [sign / _int_power(x + k, Ball(from_int(n + 1))) for k in range(shift)]
    right = x + shift
    low, high = ends(right)
    first = polygamma_at(n, low, _BallContext.bits + GUARD_BITS)
    last = first if high == low else polygamma_at(n, high, _BallContext.bits + GUARD_BITS)
    if first is None or last is None:
        return ENTIRE
    centre = mpf_pos(first, _BallContext.bits, "n")
    return _sum([_from_mpmath(centre, mpf_abs(mpf_sub(last, first, _BallContext.bits, "u"))), *steps])


def _atan2(a: Ball, b: Ball) -> Ball:
    """The angle; all of them where the balls meet the cut along the negative half of the b-axis."""
    if a.rad != fzero and contains_zero(a) and not mpf_lt(b.rad, b.mid):
        return Ball(fzero, from_int(4))
    return enclose(OPERATIONS["atan2"], [a, b])


def _exp(x: Ball) -> Ball:
    # Towards -inf there is no limit to what exp can take: below -2^2100 it is less than 2^-(2^2100).
    if not x.mid[0] or not mpf_lt(ends(x)[1], mpf_shift(from_int(-1), MAX_EXPONENT)):
        return enclose(OPERATIONS["exp"], [x])
    return Ball(fzero, mpf_shift(from_int(1), -(2**MAX_EXPONENT)))


def _erfc(x: Ball) -> Ball:
    # From 2^40 on mpmath's choice of a series overflows; erfc(x) < exp(-x^2) there.
    if x.rad == finf or mpf_lt(mpf_abs(x.mid), _up(from_int(2**40), x.rad)):
        return enclose(OPERATIONS["erfc"], [x])
    return Ball(from_int(2 if x.mid[0] else 0), mpf_shift(from_int(1), -(2**80)))


def _softplus(x: Ball) -> Any:
    # ln(1 + exp(x)) would need the logarithm of a number beyond all bounds.
    from diffcompare.language.operations import exp, log1p

    return _larger(x, Ball(fzero)) + log1p(exp(-_absolute(x)))


MAX_SHIFT = 2_000

OWN: dict[str, Callable[..., Any]] = {
    "sqrt": _sqrt,
    "polygamma": _polygamma,
    "atan2": _atan2,
    "softplus": _softplus,
    "erfc": _erfc,
    "exp": _exp,
    "^n": _int_power,
    "^": _power,
    "abs": _absolute,
    "max": _larger,
    "min": lambda a, b: -_larger(-a, -b),
    "sign": _step(_sign),
    "floor": _step(mpf_floor),
    "ceil": _step(_ceil),
}

# --- All other rows ---------------------------------------------------------------------------------------------------


def enclose(operation: Operation, arguments: Sequence[Ball]) -> Ball:
    """A smooth row over balls, by the argument at the head of this module."""
    key = (operation, *map(id, arguments))
    found = _BallContext.assumed.get(key) or _BallContext.known.get(key)
    if found is not None:
        return found
    if any(argument.rad == finf for argument in arguments):
        return ENTIRE
    centre = _at_exact(operation, arguments)
    result = centre
    if centre is not ENTIRE and any(argument.rad != fzero for argument in arguments):
        result = _widen(operation, arguments, key, centre)
    if not _BallContext.assumed:
        # The arguments are kept beside the result so that their identities stay theirs.
        _BallContext.known[key] = result
        _BallContext.known[(*key, "arguments")] = arguments  # type: ignore[assignment]
    return result


def _widen(operation: Operation, arguments: Sequence[Ball], key: tuple[Any, ...], centre: Ball) -> Ball:
    """The candidate grows until it holds; the first guess is what the slopes at the centre suggest."""
    reach = fzero
    for _ in range(5):
        _BallContext.assumed[key] = candidate = Ball(centre.mid, _up(centre.rad, reach))
        try:
            bound = _reach(operation, candidate, arguments)
        except Undecided:
            return ENTIRE
        finally:
            del _BallContext.assumed[key]
        if not mpf_lt(reach, bound):
            return Ball(centre.mid, _up(centre.rad, bound))
        if bound == finf:
            return ENTIRE
        reach = mpf_shift(bound, 1)
    return ENTIRE


def _reach(operation: Operation, y: Ball, arguments: Sequence[Ball]) -> Mpf:
    """How far the function can move over the ball while its value stays in `y`."""
    reach = fzero
    for partial, argument in zip(operation.partials, arguments, strict=True):
        if argument.rad != fzero:
            slope = lift(partial(y, *arguments) if callable(partial) else partial or 0)
            reach = _up(reach, _times(magnitude(slope), argument.rad))
    return reach


def _at_exact(operation: Operation, arguments: Sequence[Ball]) -> Ball:
    """The row at the midpoints, by mpmath at guard bits, with a radius for the rounding."""
    name = operation.name
    for argument in arguments:
        largest = MAX_EXPONENT if name in EXPONENTIAL else MAX_MAGNITUDE
        if argument.mid[2] + argument.mid[3] > largest and name not in UNBOUNDED:
            raise Beyond(f"{name} of a number beyond 2^{largest}")
    if name in SLOW_BITS:
        _refuse_slow(name)
    result = row_at(operation, [argument.mid for argument in arguments], _BallContext.bits + GUARD_BITS)
    if result is None:
        return ENTIRE
    mid = mpf_pos(result, _BallContext.bits, "n")
    if _is_exact(operation, arguments, mid):
        return Ball(mid)
    return _from_mpmath(mid, _lost(name, arguments[0].mid))


def _from_mpmath(mid: Mpf, radius: Mpf = fzero) -> Ball:
    """A ball about a result of mpmath at guard bits: half of the radius is for its rounding, half for their error."""
    return Ball(mid, _up(radius, mpf_shift(mpf_abs(mid), 1 - _BallContext.bits)))


def _lost(name: str, x: Mpf) -> Mpf:
    """What digamma and lgamma may lose by cancellation near their roots: mpmath adds terms of about this size."""
    if name not in ("digamma", "lgamma"):
        return fzero
    size = abs(x[2] + x[3])
    terms = _times(from_int(size + 2), from_int(1) if name == "digamma" else _up(mpf_abs(x), from_int(1)))
    return mpf_shift(terms, -_BallContext.bits)  # type: ignore[no-any-return]


def _refuse_slow(name: str) -> None:
    if _BallContext.bits > SLOW_BITS[name]:
        raise Beyond(f"{name} to more than {SLOW_BITS[name]} bits")


EXPONENTIAL = ("exp", "expm1", "sinh", "cosh", "gamma", "lgamma")

UNBOUNDED = ("ln", "log1p", "sqrt", "cbrt", "atan", "atan2", "asinh", "acosh")


def _is_exact(operation: Operation, arguments: Sequence[Ball], result: Mpf) -> bool:
    """Whether the rounded result is exact: a root that squares back, a factorial, a bare 0, 1 or 2 at 0, 1 or -1."""
    x = arguments[0].mid
    if operation.name == "sqrt":
        return bool(mpf_mul(result, result) == x)
    if operation.name == "gamma" and x[2] >= 0 and not x[0]:  # a whole number, near enough to be the only one
        return bool(result[2] >= 0 and result[2] + result[3] <= _BallContext.bits)
    if operation.name == "lgamma" and x == from_int(2):
        return bool(result == fzero)
    return bool(result[3] <= 1 and all(argument.mid[1] <= 1 and argument.mid[2] == 0 for argument in arguments))


# --- The reading ------------------------------------------------------------------------------------------------------


OPEN = (math.nan,)

"""The arguments of an `Undefined` of which it is open whether it is one: it may stand in a branch not taken."""


def _guarded(operation: Operation) -> Callable[..., Any]:
    """A row over balls that returns an `Undefined` outside its domain, and an open one where that is open."""

    def function(*arguments: Any) -> Any:
        needed = arguments[:2] if operation.selects else arguments
        for argument in needed:
            if type(argument) is Undefined:
                return argument
        try:
            if operation.selects:
                return arguments[operation.selects(*needed)]
            inside = operation.domain.contains(*arguments)
        except Undecided:
            return Undefined(operation, OPEN)
        if not inside:
            return Undefined(operation, tuple(to_float(argument.mid) for argument in arguments))
        return Ball.apply_operation(operation, arguments)

    return function


class _GuardedBall(dict[Operation, Any]):
    def __missing__(self, operation: Operation) -> Any:
        function = self[operation] = _guarded(operation)
        return function


def _leaf(node: Expression, point: Mapping[str, Any]) -> Ball:
    if type(node) is Variable:
        return lift(point[node.name])
    if type(node) is Number:
        return lift(node.digits) / lift(10**node.places) if node.places else lift(node.digits)
    assert isinstance(node, Constant)
    return Ball.constant(node.name)


def _sum(terms: list[Ball]) -> Ball:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


BALLS = NumberSystem(_GuardedBall(), _leaf, _sum, Ball(from_int(1)))


def evaluate_balls(
    nodes: Sequence[Expression], point: Mapping[str, Any], check: Callable[[], None]
) -> dict[Expression, Any]:
    """The value of every node as a ball or an `Undefined`; `check` is called for every node and may raise.

    Raises Undecided where a domain or a condition is open at this precision, Beyond where a number is too large.
    """
    reached = nodes[0]

    def checked() -> Iterator[Expression]:
        nonlocal reached
        for node in nodes:
            check()
            reached = node
            yield node

    try:
        values = evaluate(checked(), point, BALLS)
    except Undecided as undecided:
        undecided.where = reached
        raise
    output = values[reached]
    if type(output) is Undefined and output.arguments is OPEN:
        question = Undecided()
        question.where = next(node for node in nodes if values[node] is output)
        raise question
    return values


def to_float(number: Mpf) -> float:
    """The nearest double, correctly rounded, subnormal numbers too; inf beyond the range."""
    sign, mantissa, exponent, bits = number
    if exponent + bits > 1100 or (not mantissa and exponent):
        result = float("inf")
    elif exponent + bits < -1200:
        result = 0.0
    else:
        try:
            # True division of integers is correctly rounded down to the subnormal numbers.
            result = float(int(mantissa) << exponent) if exponent >= 0 else int(mantissa) / (1 << -exponent)
        except OverflowError:
            result = float("inf")
    return -result if sign else result


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
