"""Power series over balls or doubles: the expansion of a function at x + t or x - t as t falls to 0.

At a removable gap, (1 - cos(x))/x^2 at 0 say, no evaluation at the point helps, but the series of numerator and
denominator do: their leading zeros cancel.  A `PowerSeries` holds the terms from t^first on.  Of the remainder only the
order o(t^(end - 1)) is known, so that the bounded sin(1/t) is a series without terms that ends at t^0, and t^2*sin(1/t)
one that ends at t^2 and has the slope 0.

Most operations need no rule of their own here.  The partial F of the table says that y' = F(y, u) u', and this
differential equation gives the next term of y from the known terms of y and u (A. Griewank and A. Walther, Evaluating
Derivatives, 2008, chapter 13).  Over balls that is the truth about higher derivatives, over doubles it is Taylor mode.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from diffcompare.language.expression import ArithmeticOperators, Operation
from diffcompare.language.operations import ARITHMETIC, OPERATIONS
from diffcompare.numeric.balls import BALLS, Ball, compare, exact_value, is_zero, lift, to_fraction
from diffcompare.numeric.evaluate import Undefined

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unknown(Exception):
    """No series is known: an essential singularity, a root of t, or an operation at the edge of its domain."""


class TooShort(Unknown):
    """All known terms are 0 where a leading one is needed; a longer series may have one."""


class Coefficients(NamedTuple):
    """The numbers that are coefficients of a series, and what is asked of them."""

    lift: Callable[[Any], Any]  # a plain number as a coefficient
    constant: Callable[[Any], Any]  # a number, or the constant of a name
    functions: Mapping[Operation, Callable[..., Any]]  # of the constant terms; an `Undefined` outside a domain
    sign: Callable[[Any], int]  # raises Undecided where it is open
    is_zero: Callable[[Any], bool]  # known to be 0
    is_finite: Callable[[Any], bool]
    exact: Callable[[Any], Any]  # something hashable that is equal for equal numbers; None where that is not known
    to_fraction: Callable[[Any], Fraction | None]
    bounded: bool  # they carry their error, so that cancellation costs nothing but precision


OVER_BALLS = Coefficients(
    lift, Ball.constant, BALLS.functions, lambda ball: compare(ball, lift(0)), is_zero, lambda ball: ball.is_finite,
    exact_value, to_fraction, bounded=True,
)  # fmt: skip


class _SeriesContext:
    """The kind of coefficients, the number of terms of new series, and the coefficients solved so far.

    The arguments are kept with the coefficients, because the keys hold their ids.
    """

    of: Coefficients = OVER_BALLS
    count = 2
    solved: ClassVar[dict[Any, tuple[Any, list[Any]]]] = {}


@contextmanager
def terms(count: int, of: Coefficients = OVER_BALLS) -> Iterator[None]:
    """Set the number of terms, and their kind, for a `with` block, which begins with no operation solved."""
    before = _SeriesContext.of, _SeriesContext.count, _SeriesContext.solved
    _SeriesContext.of, _SeriesContext.count, _SeriesContext.solved = of, count, {}
    try:
        yield
    finally:
        _SeriesContext.of, _SeriesContext.count, _SeriesContext.solved = before


def _zero() -> Any:
    return _SeriesContext.of.lift(0)


class PowerSeries(ArithmeticOperators):
    """`terms[0]*t^first + terms[1]*t^(first + 1) + ...`, and a remainder of which only the order is known."""

    __slots__ = ("first", "heads", "root", "terms")

    def __init__(self, terms: Sequence[Any], first: int = 0, root: PowerSeries | None = None) -> None:
        self.terms = tuple(terms)
        self.first = first
        self.root = root or self
        self.heads: dict[int, PowerSeries] = {}

    @property
    def end(self) -> int:
        """The first power whose coefficient is not known."""
        return self.first + len(self.terms)

    def coefficient(self, power: int) -> Any:
        """Return the coefficient of a known power."""
        return self.terms[power - self.first] if power >= self.first else _zero()

    @property
    def rad(self) -> PowerSeries:
        """The series itself, over doubles: partials then take the form in which nothing cancels (see `operations`)."""
        if _SeriesContext.of.bounded:
            raise AttributeError("over balls more precision is the cure")
        return self

    def leading(self) -> PowerSeries:
        """Return the series without leading zeros; raise Undecided where a coefficient may or may not be 0."""
        for place, term in enumerate(self.terms):
            if _SeriesContext.of.sign(term) != 0:
                return PowerSeries(self.terms[place:], self.first + place) if place else self
        return PowerSeries((), self.end)

    def stripped(self) -> PowerSeries:
        """Return the series without those leading terms that are known to be 0; never raises."""
        zeros = next(
            (place for place, term in enumerate(self.terms) if not _SeriesContext.of.is_zero(term)), len(self.terms)
        )
        return PowerSeries(self.terms[zeros:], self.first + zeros) if zeros else self

    @property
    def has_pole(self) -> bool:
        """True if the series has a negative power, so that it runs off to infinity."""
        return self.first < 0 and self.leading().first < 0

    def sign(self) -> int:
        """Return the sign close to the point; raise TooShort where all known terms are 0."""
        leading = self.leading()
        if not leading.terms:
            raise TooShort
        return _SeriesContext.of.sign(leading.terms[0])

    def head(self, count: int) -> PowerSeries:
        """Return the terms from t^0 to t^(count - 1), always one object, so that solved operations can be looked up."""
        root = self.root
        if count not in root.heads:
            root.heads[count] = PowerSeries([root.coefficient(power) for power in range(count)], 0, root)
        return root.heads[count]

    def shifted(self, powers: int) -> PowerSeries:
        """Return the series times t^powers."""
        return PowerSeries(self.terms, self.first + powers)

    @staticmethod
    def constant(value: Any) -> PowerSeries:
        """Return a number or a named constant as a series."""
        return as_series(_SeriesContext.of.constant(value))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply an operation of the table to series and constants; raise Unknown where the result has no series."""
        series = [as_series(argument) for argument in arguments]
        if operation in ARITHMETIC:
            return operation.real(*series)
        own = OWN.get(operation.name)
        return own(*series) if own is not None else solve(operation, series)

    def __neg__(self) -> PowerSeries:
        return PowerSeries([-term for term in self.terms], self.first)

    def __add__(self, other: Any) -> PowerSeries:
        return _termwise(operator.add, self, as_series(other))

    def __sub__(self, other: Any) -> PowerSeries:
        return _termwise(operator.sub, self, as_series(other))

    def __mul__(self, other: Any) -> PowerSeries:
        a, b = self.stripped(), as_series(other).stripped()
        count = min(len(a.terms), len(b.terms))
        if not a.terms and not b.terms:  # o(t^m) times o(t^n)
            return PowerSeries((), a.first + b.first - 1)
        return PowerSeries([_convolved(a.terms, b.terms, place) for place in range(count)], a.first + b.first)

    def __truediv__(self, other: Any) -> PowerSeries:
        a, b = self.stripped(), as_series(other).leading()
        if not b.terms:
            raise TooShort
        quotient: list[Any] = []
        for place in range(min(len(a.terms), len(b.terms))):
            known = _convolved((_zero(), *b.terms[1:]), quotient, place)
            quotient.append((a.terms[place] - known) / b.terms[0])
        return PowerSeries(quotient, a.first - b.first)

    def __abs__(self) -> PowerSeries:
        return _absolute(self)


def as_series(number: Any) -> PowerSeries:
    """Return a constant as a series, and a series as it is."""
    if type(number) is PowerSeries:
        return number
    return PowerSeries([_SeriesContext.of.lift(number), *[_zero()] * (_SeriesContext.count - 1)])


def variable(x: float, direction: int) -> PowerSeries:
    """Return the series x + t, or x - t for the direction -1."""
    lift = _SeriesContext.of.lift
    return PowerSeries([lift(x), lift(direction), *[_zero()] * (_SeriesContext.count - 2)][: _SeriesContext.count])


def _termwise(operation: Callable[[Any, Any], Any], a: PowerSeries, b: PowerSeries) -> PowerSeries:
    """Return the sum or difference as far as both series are known."""
    end = min(a.end, b.end)
    first = min(a.first, b.first, end)
    return PowerSeries([operation(a.coefficient(power), b.coefficient(power)) for power in range(first, end)], first)


def _convolved(a: Sequence[Any], b: Sequence[Any], place: int) -> Any:
    """Return the coefficient at a place of the product a*b; b may still be growing, missing terms count as 0."""
    total = _zero()
    for index in range(max(0, place - len(b) + 1), min(place + 1, len(a))):
        total = total + a[index] * b[place - index]
    return total


# --- Operations by their differential equation ------------------------------------------------------------------------


def solve(operation: Operation, arguments: Sequence[PowerSeries], start: Any = None) -> PowerSeries:
    """Expand a smooth operation over series without poles, term by term.

    `start` is the constant term where that is not the value: the limit at the cut of atan2.
    """
    count = min(argument.end for argument in arguments)
    if count < 1:
        raise TooShort
    if any(argument.has_pole for argument in arguments):
        raise Unknown
    key = (operation, *[_identity(argument, count) for argument in arguments])
    if key not in _SeriesContext.solved:
        value = _SeriesContext.of.functions[operation](*[argument.coefficient(0) for argument in arguments])
        if start is None and type(value) is Undefined:
            return _at_pole(operation, arguments)
        _SeriesContext.solved[key] = (arguments, [_finite(value if start is None else start)])
    coefficients = _SeriesContext.solved[key][1]
    while len(coefficients) < count:
        place = len(coefficients)
        slope = _slope(operation, PowerSeries(coefficients), arguments, place)
        if len(coefficients) == place:  # sin needs cos, which needs sin: the inner call may have added this term
            coefficients.append(_finite(slope / place))
    return PowerSeries(coefficients[:count])


def _slope(operation: Operation, y: PowerSeries, arguments: Sequence[PowerSeries], count: int) -> Any:
    """Return the coefficient of t^(count - 1) in y' = F(y, u) u'."""
    heads = [argument.head(count) for argument in arguments]
    total = _zero()
    for partial, argument in zip(operation.partials, arguments, strict=True):
        if not _is_constant(argument, count + 1):
            if partial is None:
                raise Unknown
            inner = PowerSeries([argument.coefficient(power) * power for power in range(1, count + 1)])
            slope = as_series(partial(y, *heads) if callable(partial) else partial)
            total = total + _product_coefficient(inner, slope, count - 1)
    return total


def _product_coefficient(a: PowerSeries, b: PowerSeries, power: int) -> Any:
    """Return one coefficient of a product, without the others; raise TooShort where it is not known."""
    a, b = a.stripped(), b.stripped()
    first = a.first + b.first
    if first + min(len(a.terms), len(b.terms)) <= power:
        raise TooShort
    return _convolved(a.terms, b.terms, power - first) if power >= first else _zero()


def _is_constant(argument: PowerSeries, count: int) -> bool:
    return all(_SeriesContext.of.is_zero(argument.coefficient(power)) for power in range(1, count))


def _identity(argument: PowerSeries, count: int) -> Any:
    """Return a key for an argument: the value of a constant, or the id of the series that heads are taken from."""
    number = _SeriesContext.of.exact(argument.coefficient(0)) if _is_constant(argument, count) else None
    return id(argument.root) if number is None else (count, number)


def _finite(number: Any) -> Any:
    if not _SeriesContext.of.is_finite(number):
        raise Unknown
    return number


def _at_pole(operation: Operation, arguments: Sequence[PowerSeries]) -> PowerSeries:
    """Expand an operation at a pole, as a quotient of series: by its definition or its recurrence."""
    if operation.name not in POLES or _SeriesContext.of.sign(arguments[0].coefficient(0) + MAX_SHIFT) < 0:
        raise Unknown
    return POLES[operation.name](*arguments)


MAX_SHIFT = 20  # poles of gamma and digamma further left are not expanded

POLES: Mapping[str, Callable[[PowerSeries], PowerSeries]] = {
    "cot": lambda x: OPERATIONS["cos"](x) / OPERATIONS["sin"](x),
    "csc": lambda x: 1 / OPERATIONS["sin"](x),
    "gamma": lambda x: OPERATIONS["gamma"](x + 1) / x,
    "digamma": lambda x: OPERATIONS["digamma"](x + 1) - 1 / x,
}


# --- Operations with rules of their own -------------------------------------------------------------------------------


def _int_power(x: PowerSeries, exponent: PowerSeries) -> PowerSeries:
    n = _SeriesContext.of.to_fraction(exponent.coefficient(0))
    assert n is not None, "the exponent of an integer power is an integer"
    power, square, bits = as_series(1), x.stripped(), abs(int(n))
    while bits:
        power = power * square if bits & 1 else power
        bits >>= 1
        square = square * square if bits else square
    return 1 / power if n < 0 else power


def _power(base: PowerSeries, exponent: PowerSeries) -> PowerSeries:
    """Return base^exponent as t^(v*e) * (base/t^v)^e; where v*e is not an integer, only the order is known."""
    leading = base.leading()
    if not leading.terms:
        raise TooShort
    rest = OPERATIONS["exp"](exponent * OPERATIONS["ln"](leading.shifted(-leading.first)))
    if leading.first == 0:
        return rest  # type: ignore[no-any-return]
    number = _SeriesContext.of.to_fraction(exponent.coefficient(0)) if _is_constant(exponent, exponent.end) else None
    if number is None:
        raise Unknown
    return _times_power(rest, leading.first * number)


def _times_power(rest: PowerSeries, power: Fraction | int) -> PowerSeries:
    """Return a series times t^power; only its order is known where the power is not an integer."""
    return rest.shifted(int(power)) if power.denominator == 1 else _of_order(power)


def _of_order(power: Fraction | int) -> PowerSeries:
    """Return a series of which only the order O(t^power) is known: it has no terms below."""
    end = -(-power.numerator // power.denominator)
    return PowerSeries([_zero()] * max(end, 0), min(end, 0))


def _root(name: str, degree: int) -> Callable[[PowerSeries], PowerSeries]:
    """Return the rule for a root of degree 2 or 3, which takes t^v out before it expands the rest."""

    def row(x: PowerSeries) -> PowerSeries:
        leading = x.leading()
        if not leading.terms:
            raise TooShort
        return _times_power(solve(OPERATIONS[name], [leading.shifted(-leading.first)]), Fraction(leading.first, degree))

    return row


def _ln(x: PowerSeries) -> PowerSeries:
    leading = x.leading()
    if leading.first == 0 and leading.terms:
        return solve(OPERATIONS["ln"], [x])
    if leading.sign() < 0:
        raise Unknown
    return _of_order(0)  # ln(t) grows more slowly than any negative power


def _absolute(x: PowerSeries) -> PowerSeries:
    leading = x.leading()
    return x if not leading.terms or leading.sign() > 0 else -x


def _larger(a: PowerSeries, b: PowerSeries) -> PowerSeries:
    difference = (a - b).leading()
    if not difference.terms:  # equal as far as both are known
        return a - PowerSeries([_zero()] * (difference.end - min(difference.end, 0)), min(difference.end, 0))
    return a if difference.sign() > 0 else b


def _hypot(a: PowerSeries, b: PowerSeries) -> PowerSeries:
    """Expand hypot, which is homogeneous: the smaller power of t is taken out."""
    sides = a.leading(), b.leading()
    power = min(side.first for side in sides)
    inner = [side.shifted(-power) for side in sides]
    if not any(side.terms and side.first == 0 for side in inner):
        return PowerSeries((), power)
    return solve(OPERATIONS["hypot"], inner).shifted(power)


def _angle(a: PowerSeries, b: PowerSeries) -> PowerSeries:
    """Expand atan2: at its cut on the side to which a moves, and at the origin in the direction of the ray."""
    sides = a.leading(), b.leading()
    power = min(side.first for side in sides)
    inner = [side.shifted(-power) for side in sides]
    if not any(side.terms and side.first == 0 for side in inner):
        raise TooShort
    cut = inner[1].first == 0 and inner[0].first > 0 and inner[1].sign() < 0
    return solve(OPERATIONS["atan2"], inner, _SeriesContext.of.constant("pi") * inner[0].sign() if cut else None)


def _at_infinity(name: str, below: int | None, above: int | None) -> Callable[[PowerSeries], PowerSeries]:
    """Return the rule for an operation with limits at -inf and inf that it approaches faster than any power of t.

    The limit None stands for infinity.
    """

    def row(x: PowerSeries) -> PowerSeries:
        if not x.has_pole:
            return solve(OPERATIONS[name], [x])
        limit = above if x.sign() > 0 else below
        if limit is None:
            raise Unknown
        return as_series(limit)

    return row


def _softplus(x: PowerSeries) -> PowerSeries:
    return x if x.has_pole and x.sign() > 0 else _at_infinity("softplus", 0, None)(x)


def _atan(x: PowerSeries) -> PowerSeries:
    if not x.has_pole:
        return solve(OPERATIONS["atan"], [x])
    return as_series(_SeriesContext.of.constant("pi") * x.sign() / 2) - solve(OPERATIONS["atan"], [1 / x])


def _bounded(name: str) -> Callable[[PowerSeries], PowerSeries]:
    """Return the rule for an operation with values in [-1, 1], whatever its argument does."""
    return lambda x: _of_order(0) if x.end < 1 or x.has_pole else solve(OPERATIONS[name], [x])


OWN: Mapping[str, Callable[..., PowerSeries]] = {
    "^n": _int_power,
    "^": _power,
    "sqrt": _root("sqrt", 2),
    "cbrt": _root("cbrt", 3),
    "ln": _ln,
    "exp": _at_infinity("exp", 0, None),
    "sin": _bounded("sin"),
    "cos": _bounded("cos"),
    "atan": _atan,
    "atan2": _angle,
    "tanh": _at_infinity("tanh", -1, 1),
    "sigmoid": _at_infinity("sigmoid", 0, 1),
    "erf": _at_infinity("erf", -1, 1),
    "erfc": _at_infinity("erfc", 2, 0),
    "softplus": _softplus,
    "abs": _absolute,
    "relu": lambda x: _larger(x, as_series(0)),
    "max": _larger,
    "min": lambda a, b: -_larger(-a, -b),
    "hypot": _hypot,
}
