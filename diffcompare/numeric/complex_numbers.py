"""Complex numbers that the rows of the table can be applied to: cmath, and the functions that it lacks.

They serve steps in the imaginary direction, so a tiny imaginary part must keep its digits.  |x|, min, max and `if` are
decided by the real part.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from diffcompare.language.expression import ArithmeticOperators, Expression, Operation
from diffcompare.language.operations import ARITHMETIC, CONSTANTS
from diffcompare.numeric.evaluate import FLOATS, Functions, NumberSystem, guarded


class Complex(ArithmeticOperators):
    """A complex number that rows of the table can be applied to, ordered by its real part."""

    __slots__ = ("z",)

    def __init__(self, z: complex) -> None:
        self.z = z

    @staticmethod
    def constant(value: Any) -> Complex:
        """Return a number or a named constant."""
        return Complex(complex(CONSTANTS[value] if isinstance(value, str) else value))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table to complex numbers."""
        return _function(operation)(*[Complex(_plain(argument)) for argument in arguments])

    def __add__(self, other: Any) -> Complex:
        return Complex(self.z + _plain(other))

    def __sub__(self, other: Any) -> Complex:
        return Complex(self.z - _plain(other))

    def __mul__(self, other: Any) -> Complex:
        return Complex(self.z * _plain(other))

    def __truediv__(self, other: Any) -> Complex:
        return Complex(self.z / _plain(other))

    def __float__(self) -> float:
        return self.z.real

    def __neg__(self) -> Complex:
        return Complex(-self.z)

    def __lt__(self, other: Any) -> bool:
        return self.z.real < _plain(other).real

    def __le__(self, other: Any) -> bool:
        return self.z.real <= _plain(other).real

    def __gt__(self, other: Any) -> bool:
        return self.z.real > _plain(other).real

    def __ge__(self, other: Any) -> bool:
        return self.z.real >= _plain(other).real

    def __eq__(self, other: object) -> bool:
        return self.z.real == _plain(other).real

    __hash__ = None  # type: ignore[assignment]


def _plain(number: Any) -> complex:
    return number.z if isinstance(number, Complex) else complex(number)


def _power(base: Complex, exponent: Complex) -> Complex:
    return Complex(base.z**exponent.z)


def _int_power(base: Complex, exponent: Complex) -> Complex:
    # Beyond 100 Python takes the polar form: the angle of a negative base is near pi, where h is lost.
    n = exponent.z.real
    power = (-base.z if base.z.real < 0 else base.z) ** (int(n) if abs(n) < 2**31 else n)
    return Complex(-power if base.z.real < 0 and n % 2 else power)


def _expm1(a: Complex) -> Complex:
    # exp(a) - 1 would lose the digits that this row exists for; cos - 1 is of the order of h^2.
    x, h = a.z.real, a.z.imag
    return Complex(complex(math.expm1(x) * math.cos(h) - 2 * math.sin(h / 2) ** 2, math.exp(x) * math.sin(h)))


def _log1p(a: Complex) -> Complex:
    x, h = a.z.real, a.z.imag
    return Complex(
        complex(math.log1p(2 * x + x * x + h * h) / 2 if abs(x) < 0.5 else math.log(abs(1 + a.z)), math.atan2(h, 1 + x))
    )


def _erf(a: Complex) -> Complex:
    # Near 1 the imaginary part would be rounded away, so it is computed with the small complement.
    if a < 0:
        return -_erf(-a)
    return 1 - _by_mpmath("erfc", a.z) if a > 1 else _by_mpmath("erf", a.z)


def _erfc(a: Complex) -> Complex:
    return 1 + _erf(-a) if a < 0 else _by_mpmath("erfc", a.z)


def _lgamma(a: Complex) -> Complex:
    # loggamma does not overflow as gamma does, but left of 0 its imaginary part is a multiple of pi, and h is lost.
    if a > 0:
        return _by_mpmath("loggamma", a.z)
    gamma = _by_mpmath("gamma", a.z)
    return Complex(cmath.log((-gamma if gamma < 0 else gamma).z))


def _sigmoid(a: Complex) -> Complex:
    # Each of the two forms overflows on one side.
    tail = cmath.exp(a.z if a < 0 else -a.z)
    return Complex((tail if a < 0 else 1) / (1 + tail))


def _softplus(a: Complex) -> Complex:
    tail = _log1p(Complex(cmath.exp(a.z if a < 0 else -a.z)))
    return tail if a < 0 else a + tail


def _polygamma(order: Complex, a: Complex) -> Complex:
    if order.z.imag:
        raise ValueError("polygamma has no derivative with respect to its order")
    return _by_mpmath("polygamma", int(order.z.real), a.z)


def _by_mpmath(name: str, *arguments: Any) -> Complex:
    """Evaluate a row by mpmath, with enough bits that an imaginary part of the size of h keeps 53 of its own."""
    import mpmath

    imaginary = abs(arguments[-1].imag)
    bits = 120 - (math.frexp(imaginary)[1] if imaginary else 0)
    with mpmath.workprec(max(bits, 120)):
        return Complex(complex(getattr(mpmath.mp, name)(*arguments)))


def _atan2(a: Complex, b: Complex) -> Complex:
    angle = math.atan2(a.z.real, b.z.real)
    # The quotient with the larger denominator is the accurate one; the real part has the right quadrant.
    turned = cmath.atan(a.z / b.z) if abs(b.z) >= abs(a.z) else -cmath.atan(b.z / a.z)
    return Complex(complex(angle, turned.imag))


def _hypot(a: Complex, b: Complex) -> Complex:
    # Squares could leave the range, so numbers near 1 are squared.
    size = max(abs(a.z), abs(b.z))
    scale = math.ldexp(1.0, math.frexp(size)[1] - 1) if math.isfinite(size) else 1.0
    return Complex(cmath.sqrt((a.z / scale) ** 2 + (b.z / scale) ** 2) * scale)


OWN_FUNCTIONS: dict[str, Callable[..., Complex]] = {
    "^": _power,
    "^n": _int_power,
    "expm1": _expm1,
    "log1p": _log1p,
    "erf": _erf,
    "erfc": _erfc,
    "lgamma": _lgamma,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "polygamma": _polygamma,
    "atan2": _atan2,
    "hypot": _hypot,
    "abs": lambda a: -a if a < 0 else a,
    "min": lambda a, b: a if a < b else b,
    "max": lambda a, b: a if a > b else b,
    "sign": lambda a: Complex(complex((a > 0) - (a < 0))),
    "floor": lambda a: Complex(complex(math.floor(a.z.real))),
    "ceil": lambda a: Complex(complex(math.ceil(a.z.real))),
}


@lru_cache(maxsize=256)
def _function(operation: Operation) -> Callable[..., Any]:
    """Return the function of a row over `Complex`: our own, an operator, that of cmath, its definition, or mpmath's."""
    if operation.name in OWN_FUNCTIONS:
        return OWN_FUNCTIONS[operation.name]
    if operation.selects or operation in ARITHMETIC:
        return operation.real
    if "cmath" in operation.names:
        function = getattr(cmath, operation.names["cmath"])
        return lambda *arguments: Complex(function(*[argument.z for argument in arguments]))
    if operation.definition:
        return operation.definition
    if "mpmath" not in operation.names:
        raise TypeError(f"{operation.name} has values in doubles only")
    name = operation.names["mpmath"]
    return lambda *arguments: _by_mpmath(name, *[argument.z for argument in arguments])


def _leaf(node: Expression, point: Any) -> Complex:
    value = FLOATS.leaf(node, point)
    return value if isinstance(value, Complex) else Complex(complex(value))


COMPLEX = NumberSystem(
    Functions(lambda operation: guarded(operation, _function(operation), passes_nan=False)),
    _leaf,
    sum,
    Complex(1 + 0j),
)


def in_precision_of(rounded: Callable[[float], float]) -> NumberSystem:
    """Return the complex numbers in a lower precision: `rounded` is applied to both parts of every result."""

    def lower(number: Any) -> Any:
        return Complex(complex(rounded(number.z.real), rounded(number.z.imag))) if type(number) is Complex else number

    def lowered(operation: Operation) -> Callable[..., Any]:
        function = COMPLEX.functions[operation]
        return lambda *arguments: lower(function(*arguments))

    return NumberSystem(Functions(lowered), lambda node, point: lower(_leaf(node, point)), sum, COMPLEX.one)
