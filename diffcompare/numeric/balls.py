"""Ball arithmetic by Arb: numbers of any precision that carry a bound of their own error.

A `Ball` stands for every number between midpoint - radius and midpoint + radius.  The true result of an operation lies
in the ball computed for it, whatever cancels on the way: that is a theorem about Arb (Johansson 2017), which
python-flint brings to Python.  That two precisions agree, on the other hand, proves nothing: `((x + 1e90) - 1e90)^2`
is 0 at 34 digits and at 68 digits.

Values come from Arb's functions and from the definitions in the table of operations, never from its partials, so that
they may serve as a check of those.

No radius, however small, proves that two numbers are equal: 0.1 + 0.2 is known to be 0.3 only because a ball keeps its
fraction as well.  Literals and doubles are rational numbers, and the results of + - * / and integer powers over them
are kept as fractions as long as these stay short.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from diffcompare.language.expression import (
    ArithmeticOperators,
    Constant,
    Double,
    Expression,
    Number,
    Operation,
    Variable,
)
from diffcompare.language.operations import ARITHMETIC, exp, ln, log1p
from diffcompare.numeric.arb_functions import (
    Beyond,
    Undecided,
    arb,
    bounds,
    fmpq,
    function_of,
    int_power,
    power_of_two,
    to_float,
    unrounded,
    whole,
)
from diffcompare.numeric.evaluate import OPEN, Functions, NumberSystem, Undefined, evaluate, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_FRACTION_BITS = 4_096  # of a numerator or denominator that a ball keeps; a literal of 1,000 digits has 3,322


class Ball(ArithmeticOperators):
    """All real numbers in the enclosure `arb`, or exactly the number `fraction` where that is known."""

    __slots__ = ("arb", "fraction")

    def __init__(self, enclosure: arb, fraction: fmpq | None = None) -> None:
        self.arb = enclosure
        self.fraction = fraction

    @staticmethod
    def constant(value: Any) -> Ball:
        """Return an integer or a double exactly, or a named constant (`pi`, `e`) at the working precision."""
        if isinstance(value, str):
            return Ball(arb.pi() if value == "pi" else arb.const_e())
        return lift(value)

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply an operation of the table; an `if` returns its branch as it is (a partial may be the integer 0)."""
        return ROWS[operation](*(arguments if operation.selects else map(lift, arguments)))

    @property
    def mid(self) -> arb:
        """The exact midpoint."""
        return self.arb.mid()

    @property
    def rad(self) -> arb:
        """The exact radius."""
        return self.arb.rad()

    @property
    def is_finite(self) -> bool:
        """True if both bounds are finite; if not, nothing is known of the number."""
        return self.arb.is_finite()

    def __neg__(self) -> Ball:
        return Ball(unrounded(operator.neg, self.arb), None if self.fraction is None else -self.fraction)

    def __add__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        if self.fraction is not None or other.fraction is not None:
            exact = _over_fractions(operator.add, self, other)
            if exact is not None:
                return exact
        return Ball(self.arb + other.arb)

    def __sub__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        if other is self and self.arb.is_finite():
            return lift(0)
        if self.fraction is not None or other.fraction is not None:
            exact = _over_fractions(operator.sub, self, other)
            if exact is not None:
                return exact
        return Ball(self.arb - other.arb)

    def __mul__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        if self.fraction is not None or other.fraction is not None:
            exact = _over_fractions(operator.mul, self, other)
            if exact is not None:
                return exact
        return Ball(self.arb * other.arb)

    def __truediv__(self, other: Any) -> Ball:
        if type(other) is not Ball:
            other = lift(other)
        quotient = self.arb / other.arb
        if not quotient.is_finite():
            return ENTIRE
        if quotient.is_exact():
            return Ball(quotient)
        return _over_fractions(operator.truediv, self, other) or Ball(quotient)

    def __float__(self) -> float:
        return to_float(self.arb)

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


ENTIRE = Ball(arb(0, math.inf))  # the whole real line: nothing is known

SMALL = {number: Ball(arb(number)) for number in range(-9, 10)}  # those of definitions and partials, built once


def lift(number: Any) -> Ball:
    """Return an integer or a double as a ball of radius 0, and a ball as it is."""
    if type(number) is Ball:
        return number
    small = SMALL.get(number)
    return Ball(arb(number)) if small is None else small


def compare(a: Ball, b: Ball) -> int:
    """Return the sign of a - b; raise Undecided where the balls overlap and are not known to be one number."""
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
            return 0  # too long for fractions, but exact and neither smaller nor larger
        raise Undecided
    return (left > right) - (left < right)


def exact_value(ball: Ball) -> fmpq | None:
    """Return the number as a fraction if the ball holds only that one and it is short; else None."""
    if ball.fraction is not None or not ball.arb.is_exact():
        return ball.fraction
    mantissa, exponent = ball.arb.man_exp()
    bits = mantissa.bit_length()
    if bits > MAX_FRACTION_BITS or not -MAX_FRACTION_BITS <= exponent <= MAX_FRACTION_BITS - bits:
        return None
    return fmpq(mantissa << exponent) if exponent >= 0 else fmpq(mantissa, 1 << int(-exponent))


def to_fraction(ball: Ball) -> Fraction | None:
    """Return `exact_value` as a Fraction of the standard library."""
    number = exact_value(ball)
    return None if number is None else Fraction(int(number.p), int(number.q))


def from_fraction(number: fmpq) -> Ball | None:
    """Return the ball of a rational number, of radius 0 if it is a dyadic one; None if it is too long to be kept."""
    if number.height_bits() > MAX_FRACTION_BITS:
        return None
    enclosure = arb(number)
    return Ball(enclosure) if enclosure.is_exact() else Ball(enclosure, number)


def _over_fractions(operation: Callable[[fmpq, fmpq], fmpq], a: Ball, b: Ball) -> Ball | None:
    """Return the exact result over two balls known as fractions; None where one is not, or the result is too long."""
    left = exact_value(a)
    right = None if left is None else exact_value(b)
    return None if left is None or right is None else from_fraction(operation(left, right))


def magnitude(ball: Ball) -> arb:
    """Return an upper bound of |x| over the ball."""
    return ball.arb.abs_upper()


def ends(ball: Ball) -> tuple[arb, arb]:
    """Return a lower and an upper bound of the ball, rounded outwards."""
    return bounds(ball.arb)


def contains_zero(ball: Ball) -> bool:
    """Tell whether 0 lies in the ball."""
    return not (ball.arb < 0 or ball.arb > 0)


def is_zero(ball: Ball) -> bool:
    """Tell whether the ball is known to be exactly 0."""
    return ball.arb.is_zero()


# --- Operations of the table, by their values alone: partials are checked against them --------------------------------


def _row(operation: Operation) -> Callable[..., Any]:
    """Return an operation over balls inside its domain: by a rule below, by Arb, or by its definition."""
    if operation.selects or operation in ARITHMETIC:
        return operation.real
    if operation.name in OWN:
        return OWN[operation.name]
    function = function_of(operation)
    if function is None:
        if operation.definition is None:
            raise Beyond(f"a definition of {operation.name} in this language")
        return operation.definition
    return _over_balls(function)


def _over_balls(function: Callable[..., arb]) -> Callable[..., Ball]:
    return lambda *balls: _enclose(function(*[ball.arb for ball in balls]))


ROWS = Functions(_row)


def _enclose(enclosure: arb) -> Ball:
    return Ball(enclosure) if enclosure.is_finite() else ENTIRE


def _int_power(x: Ball, exponent: Ball) -> Ball:
    n = whole(exponent.arb)
    if n < 0:
        return 1 / _int_power(x, lift(-n))
    if n == 0:
        return lift(1)
    power = int_power(x.arb, n) if x.fraction is None else None
    if power is None or (not power.is_exact() and x.arb.is_exact()):
        exact = _power_of_fraction(x, n)
        if exact is not None:
            return exact
    return Ball(int_power(x.arb, n) if power is None else power)


def _power_of_fraction(x: Ball, n: int) -> Ball | None:
    """Return x^n for n > 0 if x is known as a fraction and the power stays short; else None."""
    number = exact_value(x)
    if number is None or number.height_bits() * n > MAX_FRACTION_BITS + n:
        return None
    return from_fraction(number**n)


def _general_power(base: Ball, exponent: Ball) -> Any:
    if is_zero(base):
        return lift(0)
    if exponent.arb.is_integer() and magnitude(exponent) < power_of_two(64):
        n = whole(exponent.arb)
        exact = _power_of_fraction(base, abs(n)) if n else lift(1)
        if exact is not None:
            return exact if n >= 0 else 1 / exact
    return exp(exponent * ln(base))


def _sqrt(x: Ball) -> Ball:
    number = x.fraction
    if number is not None and number > 0:
        p, q = math.isqrt(int(number.p)), math.isqrt(int(number.q))
        exact = from_fraction(fmpq(p, q)) if p * p == number.p and q * q == number.q else None
        if exact is not None:
            return exact
    return _enclose(x.arb.sqrt())


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
    return x if x.arb.is_integer() else _enclose(x.arb.floor())


def _softplus(x: Ball) -> Any:
    # For large x the textbook form ln(1 + exp(x)) takes the logarithm of a number too large to be held.
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


# --- The number system ------------------------------------------------------------------------------------------------


def _leaf(node: Expression, point: Mapping[str, Any]) -> Ball:
    if type(node) is Variable:
        return lift(point[node.name])
    if type(node) is Number:
        return lift(node.digits) / lift(10**node.places) if node.places else lift(node.digits)
    if type(node) is Double:
        return lift(node.double)
    assert isinstance(node, Constant)
    return Ball.constant(node.name)


def _sum(terms: list[Ball]) -> Ball:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


BALLS = NumberSystem(
    Functions(lambda operation: guarded(operation, ROWS[operation], passes_nan=False, undecided=(Undecided,))),
    _leaf,
    _sum,
    lift(1),
)


def evaluate_balls(
    nodes: Sequence[Expression], point: Mapping[str, Any], check: Callable[[], None]
) -> dict[Expression, Any]:
    """Return the value of every node as a ball or an `Undefined`; `check` is called before each and may raise.

    Raises Undecided where a domain or a condition is open at this precision, and Beyond where a number is too large.
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
