"""Power series in ball arithmetic: what a function does as t falls to 0 in x + t or x - t.

At a removable gap, (1 - cos(x))/x^2 at 0 say, no evaluation at the point tells anything, but the series of numerator
and denominator do: their leading zeros cancel.  A `Series` holds the terms from t^first on; the remainder is smaller
than the last of them, o(t^(end - 1)), and that alone, so that sin(1/t), which is bounded, is a series without terms
that ends at t^0, and t^2 times it one that ends at t^2, with the slope 0.

A row of the table needs no rule of its own here either.  Its partial F says that y' = F(y, u) u', and one term more of
y follows from the terms of y and u that are known.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from diffcompare.language.expression import Operation
from diffcompare.language.operations import OPERATIONS, raise_to
from diffcompare.numeric.balls import BALLS, Ball, compare, exact_value, is_zero, lift, to_fraction
from diffcompare.numeric.evaluate import Undefined

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unknown(Exception):
    """No series is known: an essential singularity, a root of t, or a row at the edge of its domain."""


class TooShort(Unknown):
    """All known terms are 0 where a leading one is needed: more terms may have it."""


ZERO, ONE = lift(0), lift(1)


class _SeriesContext:
    """How many terms a constant is given, and the rows that were solved so far, with their arguments kept alive."""

    count = 2
    solved: ClassVar[dict[Any, tuple[Any, list[Ball]]]] = {}


@contextmanager
def terms(count: int) -> Iterator[None]:
    """Work with this many terms, and with a memory of its own."""
    before = _SeriesContext.count, _SeriesContext.solved
    _SeriesContext.count, _SeriesContext.solved = count, {}
    try:
        yield
    finally:
        _SeriesContext.count, _SeriesContext.solved = before


class PowerSeries:
    """`terms[0]*t^first + terms[1]*t^(first + 1) + ...`, and a remainder of which only the order is known."""

    __slots__ = ("first", "heads", "root", "terms")

    def __init__(self, terms: Sequence[Ball], first: int = 0, root: PowerSeries | None = None) -> None:
        self.terms = tuple(terms)
        self.first = first
        self.root = root or self
        self.heads: dict[int, PowerSeries] = {}

    @property
    def end(self) -> int:
        """The first power that is not known."""
        return self.first + len(self.terms)

    def coefficient(self, power: int) -> Ball:
        """The coefficient of a known power."""
        return self.terms[power - self.first] if power >= self.first else ZERO

    def leading(self) -> PowerSeries:
        """The same without leading zeros.  Raises Undecided where this precision cannot tell whether one is 0."""
        for place, term in enumerate(self.terms):
            if compare(term, ZERO) != 0:
                return PowerSeries(self.terms[place:], self.first + place) if place else self
        return PowerSeries((), self.end)

    def stripped(self) -> PowerSeries:
        """The same without the leading terms that are known to be 0."""
        zeros = next((place for place, term in enumerate(self.terms) if not is_zero(term)), len(self.terms))
        return PowerSeries(self.terms[zeros:], self.first + zeros) if zeros else self

    @property
    def has_pole(self) -> bool:
        """Whether it may run off to infinity."""
        return self.first < 0 and self.leading().first < 0

    def sign(self) -> int:
        """The sign right beside the point.  Raises TooShort where all known terms are 0."""
        leading = self.leading()
        if not leading.terms:
            raise TooShort
        return compare(leading.terms[0], ZERO)

    def head(self, count: int) -> PowerSeries:
        """The terms from t^0 to t^(count - 1); the same object every time, by which solved rows are known again."""
        root = self.root
        if count not in root.heads:
            root.heads[count] = PowerSeries([root.coefficient(power) for power in range(count)], 0, root)
        return root.heads[count]

    def shifted(self, powers: int) -> PowerSeries:
        """The series times t^powers."""
        return PowerSeries(self.terms, self.first + powers)

    @staticmethod
    def constant(value: int | str) -> PowerSeries:
        """An integer or a named constant."""
        return as_series(Ball.constant(value))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """A row over series, and over constants beside them.  Raises Unknown where it has no series."""
        series = [as_series(argument) for argument in arguments]
        if operation.name in ("+", "-", "*", "/", "neg"):
            return operation.real(*series)
        own = OWN.get(operation.name)
        return own(*series) if own is not None else solve(operation, series)

    def __neg__(self) -> PowerSeries:
        return PowerSeries([-term for term in self.terms], self.first)

    def __add__(self, other: Any) -> PowerSeries:
        return _termwise(operator.add, self, as_series(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> PowerSeries:
        return _termwise(operator.sub, self, as_series(other))

    def __rsub__(self, other: Any) -> PowerSeries:
        return as_series(other) - self

    def __mul__(self, other: Any) -> PowerSeries:
        a, b = self.stripped(), as_series(other).stripped()
        count = min(len(a.terms), len(b.terms))
        if not a.terms and not b.terms:  # o(t^m) times o(t^n)
            return PowerSeries((), a.first + b.first - 1)
        return PowerSeries([_convolved(a.terms, b.terms, place) for place in range(count)], a.first + b.first)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> PowerSeries:
        a, b = self.stripped(), as_series(other).leading()
        if not b.terms:
            raise TooShort
        quotient: list[Ball] = []
        for place in range(min(len(a.terms), len(b.terms))):
            known = _convolved((ZERO, *b.terms[1:]), quotient, place)
            quotient.append((a.terms[place] - known) / b.terms[0])
        return PowerSeries(quotient, a.first - b.first)

    def __rtruediv__(self, other: Any) -> PowerSeries:
        return as_series(other) / self

    def __pow__(self, other: Any) -> Any:
        return raise_to(self, other)

    def __abs__(self) -> PowerSeries:
        return _absolute(self)


def as_series(number: Any) -> PowerSeries:
    """A constant as a series; a series as it is."""
    return number if type(number) is PowerSeries else PowerSeries([lift(number), *[ZERO] * (_SeriesContext.count - 1)])


def variable(x: float, direction: int) -> PowerSeries:
    """x + t, or x - t in the direction -1."""
    return PowerSeries([lift(x), lift(direction), *[ZERO] * (_SeriesContext.count - 2)])


def _termwise(operation: Callable[[Ball, Ball], Ball], a: PowerSeries, b: PowerSeries) -> PowerSeries:
    """A sum or a difference, as far as both are known."""
    end = min(a.end, b.end)
    first = min(a.first, b.first, end)
    return PowerSeries([operation(a.coefficient(power), b.coefficient(power)) for power in range(first, end)], first)


def _convolved(a: Sequence[Ball], b: Sequence[Ball], place: int) -> Ball:
    """The coefficient at a place of a product; of what is not there yet nothing is added."""
    total = ZERO
    for index in range(max(0, place - len(b) + 1), min(place + 1, len(a))):
        total = total + a[index] * b[place - index]
    return total


# --- Rows by their differential equation ------------------------------------------------------------------------------


def solve(operation: Operation, arguments: Sequence[PowerSeries], start: Ball | None = None) -> PowerSeries:
    """A smooth row over series without poles, term by term; `start` is its limit where that is not its value."""
    count = min(argument.end for argument in arguments)
    if count < 1:
        raise TooShort
    if any(argument.has_pole for argument in arguments):
        raise Unknown
    key = (operation, *[_identity(argument, count) for argument in arguments])
    if key not in _SeriesContext.solved:
        value = BALLS.functions[operation](*[argument.coefficient(0) for argument in arguments])
        if start is None and type(value) is Undefined:
            return _at_pole(operation, arguments)
        _SeriesContext.solved[key] = (arguments, [_finite(value if start is None else start)])
    known = _SeriesContext.solved[key][1]
    while len(known) < count:
        place = len(known)
        slope = _slope(operation, PowerSeries(known), arguments, place)
        if len(known) == place:  # sin asks for cos, and cos for sin: another one may have been faster
            known.append(_finite(slope / place))
    return PowerSeries(known[:count])


def _slope(operation: Operation, y: PowerSeries, arguments: Sequence[PowerSeries], count: int) -> Ball:
    """The coefficient of t^(count - 1) in y' = F(y, u) u'."""
    heads = [argument.head(count) for argument in arguments]
    total = ZERO
    for partial, argument in zip(operation.partials, arguments, strict=True):
        if not _is_constant(argument, count + 1):
            if partial is None:
                raise Unknown
            inner = PowerSeries([argument.coefficient(power) * power for power in range(1, count + 1)])
            product = inner * (partial(y, *heads) if callable(partial) else partial)
            if product.end < count:
                raise TooShort
            total = total + product.coefficient(count - 1)
    return total


def _is_constant(argument: PowerSeries, count: int) -> bool:
    return all(is_zero(argument.coefficient(power)) for power in range(1, count))


def _identity(argument: PowerSeries, count: int) -> Any:
    """What tells an argument from others: a constant by its value, a series by the object that its heads come from."""
    number = exact_value(argument.coefficient(0)) if _is_constant(argument, count) else None
    return id(argument.root) if number is None else (count, number)


def _finite(ball: Ball) -> Ball:
    if not ball.is_finite:
        raise Unknown
    return ball


def _at_pole(operation: Operation, arguments: Sequence[PowerSeries]) -> PowerSeries:
    """A row at a pole, where it is a quotient of series: by its definition or its recurrence."""
    if operation.name not in POLES or compare(arguments[0].coefficient(0), lift(-MAX_SHIFT)) < 0:
        raise Unknown
    return POLES[operation.name](*arguments)


MAX_SHIFT = 20
"""Poles of gamma and digamma further to the left are not looked at."""

POLES: Mapping[str, Callable[[PowerSeries], PowerSeries]] = {
    "cot": lambda x: OPERATIONS["cos"](x) / OPERATIONS["sin"](x),
    "csc": lambda x: 1 / OPERATIONS["sin"](x),
    "gamma": lambda x: OPERATIONS["gamma"](x + 1) / x,
    "digamma": lambda x: OPERATIONS["digamma"](x + 1) - 1 / x,
}


# --- Rows with rules of their own -------------------------------------------------------------------------------------


def _int_power(x: PowerSeries, exponent: PowerSeries) -> PowerSeries:
    n = to_fraction(exponent.coefficient(0))
    assert n is not None, "the exponent of an integer power is an integer"
    power, square, bits = as_series(ONE), x.stripped(), abs(int(n))
    while bits:
        power = power * square if bits & 1 else power
        bits >>= 1
        square = square * square if bits else square
    return 1 / power if n < 0 else power


def _power(base: PowerSeries, exponent: PowerSeries) -> PowerSeries:
    """base^exponent: t^(v e) (base/t^v)^e, whose remainder is all there is where v e is no whole number."""
    leading = base.leading()
    if not leading.terms:
        raise TooShort
    rest = OPERATIONS["exp"](exponent * OPERATIONS["ln"](leading.shifted(-leading.first)))
    if leading.first == 0:
        return rest  # type: ignore[no-any-return]
    number = to_fraction(exponent.coefficient(0)) if _is_constant(exponent, exponent.end) else None
    if number is None:
        raise Unknown
    return _times_power(rest, leading.first * number)


def _times_power(rest: PowerSeries, power: Fraction | int) -> PowerSeries:
    """A series times t^power: without terms where that is no whole number."""
    return rest.shifted(int(power)) if power.denominator == 1 else _vanishing(power)


def _vanishing(power: Fraction | int) -> PowerSeries:
    """What is of the size of t^power, and no more is known: no term below it."""
    end = -(-power.numerator // power.denominator)
    return PowerSeries([ZERO] * max(end, 0), min(end, 0))


def _root(name: str, degree: int) -> Callable[[PowerSeries], PowerSeries]:
    """A root of degree 2 or 3, which takes t^v out before it is solved."""

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
    return _vanishing(0)  # ln(t) is less than any negative power


def _absolute(x: PowerSeries) -> PowerSeries:
    leading = x.leading()
    return x if not leading.terms or leading.sign() > 0 else -x


def _larger(a: PowerSeries, b: PowerSeries) -> PowerSeries:
    difference = (a - b).leading()
    if not difference.terms:  # they agree as far as they are known
        return a - PowerSeries([ZERO] * (difference.end - min(difference.end, 0)), min(difference.end, 0))
    return a if difference.sign() > 0 else b


def _hypot(a: PowerSeries, b: PowerSeries) -> PowerSeries:
    """Homogeneous: the smaller power of t comes out."""
    sides = a.leading(), b.leading()
    power = min(side.first for side in sides)
    inner = [side.shifted(-power) for side in sides]
    if not any(side.terms and side.first == 0 for side in inner):
        return PowerSeries((), power)
    return solve(OPERATIONS["hypot"], inner).shifted(power)


def _angle(a: PowerSeries, b: PowerSeries) -> PowerSeries:
    """atan2: across its cut on the side to which a points, and at 0 the direction in which the ray leaves it."""
    sides = a.leading(), b.leading()
    power = min(side.first for side in sides)
    inner = [side.shifted(-power) for side in sides]
    if not any(side.terms and side.first == 0 for side in inner):
        raise TooShort
    cut = inner[1].first == 0 and inner[0].first > 0 and inner[1].sign() < 0
    return solve(OPERATIONS["atan2"], inner, Ball.constant("pi") * inner[0].sign() if cut else None)


def _at_infinity(name: str, below: int | None, above: int | None) -> Callable[[PowerSeries], PowerSeries]:
    """A row that tends to constants, so quickly that no power of t is left of the difference; None: to infinity."""

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
    return as_series(Ball.constant("pi") * x.sign() / 2) - solve(OPERATIONS["atan"], [1 / x])


def _bounded(name: str) -> Callable[[PowerSeries], PowerSeries]:
    """A row that has values between -1 and 1 wherever its argument runs."""
    return lambda x: _vanishing(0) if x.end < 1 or x.has_pole else solve(OPERATIONS[name], [x])


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
    "relu": lambda x: _larger(x, as_series(ZERO)),
    "max": _larger,
    "min": lambda a, b: -_larger(-a, -b),
    "hypot": _hypot,
}
