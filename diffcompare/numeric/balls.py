"""Ball arithmetic by Arb: numbers of any precision that carry a bound of their own error.

A `Ball` stands for every number between midpoint - radius and midpoint + radius.  The true result of an operation lies
in the ball computed for it, whatever cancels on the way: that is a theorem about Arb (Johansson 2017), which
python-flint brings to Python.  That two precisions agree, on the other hand, proves nothing: `((x + 1e90) - 1e90)^2`
is 0 at 34 digits and at 68 digits.

Values come from the functions of the library and from definitions; no partial of the table enters them.

No radius, however small, proves that two numbers are equal: that 0.1 + 0.2 is 0.3 is known only to a ball that keeps
its fraction.  Literals and doubles are rational, and what + - * / and integer powers make of them is kept as a
fraction as long as that stays short.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable
from diffcompare.language.operations import exp, ln, log1p, raise_to
from diffcompare.numeric.arb_functions import SLOW_BITS as SLOW_BITS  # what whoever works with balls asks for
from diffcompare.numeric.arb_functions import Beyond as Beyond
from diffcompare.numeric.arb_functions import Undecided as Undecided
from diffcompare.numeric.arb_functions import arb, bounds, fmpq, function_of, int_power, power_of_two, unrounded, whole
from diffcompare.numeric.arb_functions import precision as precision
from diffcompare.numeric.arb_functions import to_float as to_float
from diffcompare.numeric.evaluate import Functions, NumberSystem, Undefined, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_FRACTION = 4_096
"""Bits of a numerator or denominator that a ball keeps: a literal of 1,000 digits has 3,322."""


class Ball:
    """All numbers of an `arb`; or the one among them that `fraction` is."""

    __slots__ = ("arb", "fraction")

    def __init__(self, enclosure: arb, fraction: fmpq | None = None) -> None:
        self.arb = enclosure
        self.fraction = fraction

    @staticmethod
    def constant(value: int | str) -> Ball:
        """An integer, exactly, or a named constant at the working precision."""
        if isinstance(value, str):
            return Ball(arb.pi() if value == "pi" else arb.const_e())
        return lift(value)

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """A row of the table over balls.  (What an `if` takes stays as it is: a partial that is the integer 0, say.)"""
        return ROWS[operation](*(arguments if operation.selects else map(lift, arguments)))

    @property
    def mid(self) -> arb:
        """The midpoint, exactly."""
        return self.arb.mid()

    @property
    def rad(self) -> arb:
        """The radius, exactly."""
        return self.arb.rad()

    @property
    def is_finite(self) -> bool:
        """Whether anything is known of the number."""
        return self.arb.is_finite()

    def __neg__(self) -> Ball:
        return Ball(unrounded(operator.neg, self.arb), None if self.fraction is None else -self.fraction)

    def __add__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        if self.fraction is not None or other.fraction is not None:
            known = _of_fractions(operator.add, self, other)
            if known is not None:
                return known
        return Ball(self.arb + other.arb)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        if other is self and self.arb.is_finite():
            return lift(0)
        if self.fraction is not None or other.fraction is not None:
            known = _of_fractions(operator.sub, self, other)
            if known is not None:
                return known
        return Ball(self.arb - other.arb)

    def __rsub__(self, other: Any) -> Ball:
        return lift(other) - self

    def __mul__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        if self.fraction is not None or other.fraction is not None:
            known = _of_fractions(operator.mul, self, other)
            if known is not None:
                return known
        return Ball(self.arb * other.arb)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        quotient = self.arb / other.arb
        if not quotient.is_finite():
            return ENTIRE
        if quotient.is_exact():
            return Ball(quotient)
        return _of_fractions(operator.truediv, self, other) or Ball(quotient)

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

    __hash__ = None  # type: ignore[assignment]  # equality may be open


ENTIRE = Ball(arb(0, math.inf))
"""Nothing is known."""

SMALL = {number: Ball(arb(number)) for number in range(-9, 10)}
"""The integers of definitions, partials and domains."""


def lift(number: Any) -> Ball:
    """An integer or a double as a ball of radius 0; a ball as it is."""
    if type(number) is Ball:
        return number
    small = SMALL.get(number)
    return Ball(arb(number)) if small is None else small


def compare(a: Ball, b: Ball) -> int:
    """The sign of a - b.  Raises Undecided where the balls overlap (unless both are the same exact number)."""
    if a.arb < b.arb:
        return -1
    if a.arb > b.arb:
        return 1
    if a is b and a.arb.is_finite():
        return 0
    left = exact_value(a)
    right = None if left is None else exact_value(b)
    if left is None or right is None:
        if a.arb.is_exact() and b.arb.is_exact():
            return 0  # numbers too long for a fraction that are neither smaller nor larger
        raise Undecided
    return (left > right) - (left < right)


def exact_value(ball: Ball) -> fmpq | None:
    """The number itself, where the ball is known to be just that one and it is short."""
    if ball.fraction is not None or not ball.arb.is_exact():
        return ball.fraction
    mantissa, exponent = ball.arb.man_exp()
    bits = mantissa.bit_length()
    if bits > MAX_FRACTION or not -MAX_FRACTION <= exponent <= MAX_FRACTION - bits:
        return None
    return fmpq(mantissa << exponent) if exponent >= 0 else fmpq(mantissa, 1 << int(-exponent))


def to_fraction(ball: Ball) -> Fraction | None:
    """The number itself, where the ball is known to be just that one and it is short."""
    number = exact_value(ball)
    return None if number is None else Fraction(int(number.p), int(number.q))


def from_fraction(number: fmpq) -> Ball | None:
    """The ball of one rational number, of radius 0 if it is a short binary one; None if it is too long to be kept."""
    if number.height_bits() > MAX_FRACTION:
        return None
    enclosure = arb(number)
    return Ball(enclosure) if enclosure.is_exact() else Ball(enclosure, number)


def _of_fractions(operation: Callable[[fmpq, fmpq], fmpq], a: Ball, b: Ball) -> Ball | None:
    """The result over two numbers that are known as fractions; None where one is not, or it grows too long."""
    left = exact_value(a)
    right = None if left is None else exact_value(b)
    return None if left is None or right is None else from_fraction(operation(left, right))


def magnitude(ball: Ball) -> arb:
    """An upper bound of |x| over the ball."""
    return ball.arb.abs_upper()


def ends(ball: Ball) -> tuple[arb, arb]:
    """A lower and an upper bound of the ball, rounded outwards."""
    return bounds(ball.arb)


def contains_zero(ball: Ball) -> bool:
    """Whether 0 lies in the ball."""
    return not (ball.arb < 0 or ball.arb > 0)


def is_zero(ball: Ball) -> bool:
    """Whether the ball is known to be 0."""
    return ball.arb.is_zero()


# --- Rows of the table: by their values alone, so that those may vouch for partials -----------------------------------


def _row(operation: Operation) -> Callable[..., Any]:
    """A row over balls inside its domain: by its own rule, by that of Arb, or by its definition."""
    if operation.selects or operation.name in ("+", "-", "*", "/", "neg"):
        return operation.real
    if operation.name in OWN:
        return OWN[operation.name]
    function = function_of(operation)
    if function is None:
        assert operation.definition is not None, "a row has a function in Arb or a definition"
        return operation.definition
    return _over_balls(function)


def _over_balls(function: Callable[..., arb]) -> Callable[..., Ball]:
    return lambda *balls: _known(function(*[ball.arb for ball in balls]))


ROWS = Functions(_row)


def _known(enclosure: arb) -> Ball:
    return Ball(enclosure) if enclosure.is_finite() else ENTIRE


def _int_power(x: Ball, exponent: Ball) -> Ball:
    n = whole(exponent.arb)
    if n < 0:
        return 1 / _int_power(x, lift(-n))
    if n == 0:
        return lift(1)
    power = int_power(x.arb, n) if x.fraction is None else None
    if power is None or (not power.is_exact() and x.arb.is_exact()):
        known = _power_of_fraction(x, n)
        if known is not None:
            return known
    return Ball(int_power(x.arb, n) if power is None else power)


def _power_of_fraction(x: Ball, n: int) -> Ball | None:
    """x^n for n > 0, where x is known as a fraction and the power stays short."""
    number = exact_value(x)
    if number is None or number.height_bits() * n > MAX_FRACTION + n:
        return None
    return from_fraction(number**n)


def _general_power(base: Ball, exponent: Ball) -> Any:
    if is_zero(base):
        return lift(0)
    if exponent.arb.is_integer() and magnitude(exponent) < power_of_two(64):
        n = whole(exponent.arb)
        known = _power_of_fraction(base, abs(n)) if n else lift(1)
        if known is not None:
            return known if n >= 0 else 1 / known
    return exp(exponent * ln(base))


def _sqrt(x: Ball) -> Ball:
    number = x.fraction
    if number is not None and number > 0:
        p, q = math.isqrt(int(number.p)), math.isqrt(int(number.q))
        exact = from_fraction(fmpq(p, q)) if p * p == number.p and q * q == number.q else None
        if exact is not None:
            return exact
    return _known(x.arb.sqrt())


def _absolute(x: Ball) -> Ball:
    return Ball(unrounded(abs, x.arb), None if x.fraction is None else abs(x.fraction))


def _larger(a: Ball, b: Ball) -> Ball:
    try:
        return b if compare(a, b) < 0 else a
    except Undecided:
        return Ball(a.arb.max(b.arb))


def _floor(x: Ball) -> Ball:
    if x.fraction is not None:
        return Ball(arb(x.fraction.floor()))
    return x if x.arb.is_integer() else _known(x.arb.floor())


def _softplus(x: Ball) -> Any:
    # ln(1 + exp(x)) would need the logarithm of a number beyond all bounds.
    return _larger(x, lift(0)) + log1p(exp(-_absolute(x)))


OWN: dict[str, Callable[..., Any]] = {
    "sqrt": _sqrt,
    "softplus": _softplus,
    "^n": _int_power,
    "^": _general_power,
    "abs": _absolute,
    "max": _larger,
    "min": lambda a, b: -_larger(-a, -b),
    "floor": _floor,
    "ceil": lambda x: -_floor(-x),
}


# --- The reading ------------------------------------------------------------------------------------------------------


OPEN = (math.nan,)
"""The arguments of an `Undefined` of which it is open whether it is one: it may stand in a branch not taken."""


def _guarded(operation: Operation) -> Callable[..., Any]:
    """A row over balls that returns an `Undefined` outside its domain, and an open one where that is open."""
    selects, domain, row = operation.selects, operation.domain.contains, ROWS[operation]

    def choice(*arguments: Any) -> Any:
        for argument in arguments[:2]:
            if type(argument) is Undefined:
                return argument
        try:
            return arguments[selects(*arguments[:2])]  # type: ignore[misc]
        except Undecided:
            return Undefined(operation, OPEN)

    def everywhere(*arguments: Any) -> Any:
        for argument in arguments:
            if type(argument) is Undefined:
                return argument
        return row(*arguments)

    def function(*arguments: Any) -> Any:
        for argument in arguments:
            if type(argument) is Undefined:
                return argument
        try:
            inside = domain(*arguments)
        except Undecided:
            return Undefined(operation, OPEN)
        if not inside:
            return Undefined(operation, tuple(to_float(argument.arb) for argument in arguments))
        return row(*arguments)

    return choice if selects else function if operation.domain.text else everywhere


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


BALLS = NumberSystem(Functions(_guarded), _leaf, _sum, lift(1))


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
