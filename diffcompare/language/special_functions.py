"""Special functions over doubles, where `math` has none or loses digits: gamma and its kin, roots, powers.

Near 2, lgamma(2 + z) = (1 - g) z + sum over k >= 2 of (-1)^k (zeta(k) - 1) z^k / k, where g is Euler's constant
(Abramowitz & Stegun 6.1.33), and digamma is its derivative (6.3.14).  Recurrences carry other arguments there.  What is
left to `math.lgamma` is only what lies beyond its roots: near them it loses every digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

_EULER, _ONE_LESS_EULER = 0.5772156649015329, 0.42278433509846714
# zeta(k) - 1 for k = 2, 3, ..., computed to 40 digits.
ZETA_LESS_ONE = (
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
    0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
    0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05,
    7.637197637899763e-06, 3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07,
    2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08, 1.4901554828365043e-08,
    7.45071178983543e-09, 3.725334024788457e-09, 1.862659723513049e-09, 9.313274324196682e-10, 4.656629065033784e-10,
    2.3283118336765053e-10, 1.164155017270052e-10,
)  # fmt: skip
_LGAMMA_ABOUT_2 = tuple((-1) ** k * zeta / k for k, zeta in enumerate(ZETA_LESS_ONE, 2))
_LGAMMA_ABOUT_1 = tuple((-1) ** k * (1 + zeta) / k for k, zeta in enumerate(ZETA_LESS_ONE[:20], 2))
_DIGAMMA_ABOUT_2 = tuple((-1) ** k * zeta for k, zeta in enumerate(ZETA_LESS_ONE, 2))

# The Taylor series of digamma about its root r = 1.4616..., from the definition psi^(k)(r)/k!, computed to 300 bits.
_ROOT = (1.4616321449683622, 9.549995429965697e-17)
DIGAMMA_ABOUT_ROOT = (
    0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
    -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
    0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328, 0.002305126326734928,
    -0.0015769367714301972, 0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602,
    -0.0003454680251063077, 0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741,
)  # fmt: skip
_BERNOULLI_OVER_2K = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)


def cbrt(x: float) -> float:
    """Return the real cube root: the result of the C library, improved by one step of Newton's method."""
    y = math.cbrt(x)
    return y - (y - x / y / y) / 3 if y and math.isfinite(y) else y


def power(a: float, b: float) -> float:
    """Return a^b, which the language defines for a positive base; `math.pow` also knows (-2)^2 and 0^0."""
    if a > 0 or (a == 0 and b > 0):
        return math.pow(a, b)
    raise ValueError("outside the domain of the general power")


def atan2(a: float, b: float) -> float:
    """Return the angle of the point (b, a); at the origin, where `math.atan2` gives 0, there is none."""
    if a == 0 and b == 0:
        raise ValueError("outside the domain of atan2")
    return math.atan2(a, b)


def sigmoid(x: float) -> float:
    """Return 1/(1 + exp(-x)), with an exponential that never overflows."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    e = math.exp(x)
    return e / (1 + e)


def softplus(x: float) -> float:
    """Return ln(1 + exp(x)) without overflow, and without losing digits where exp(x) is small."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def gamma(x: float) -> float:
    """Return the gamma function; inf where it overflows."""
    try:
        return math.gamma(x)
    except OverflowError:
        return math.copysign(math.inf, x)  # towards the pole at 0 from either side, or beyond 171.6


def lgamma(x: float) -> float:
    """Return ln|gamma(x)|, accurate near its roots too.  Raises ValueError at a pole."""
    if x <= 0:
        return _lgamma_of_negative(x)
    if x >= 8:
        return math.lgamma(x)
    if x < 0.5:
        return _lgamma_about_1(x) - math.log(x)
    if x < 1.35:
        return _lgamma_about_1(x - 1)
    product = 1.0
    while x >= 2.5:
        x -= 1
        product *= x
    z = x - 2
    return math.log(product) + z * (_ONE_LESS_EULER + z * _series(_LGAMMA_ABOUT_2, z))


def _lgamma_about_1(z: float) -> float:
    if abs(z) < 0.1:
        return z * (z * _series(_LGAMMA_ABOUT_1, z) - _EULER) + 0.0  # never -0.0
    return z * (_ONE_LESS_EULER + z * _series(_LGAMMA_ABOUT_2, z)) - math.log1p(z)


def _lgamma_of_negative(x: float) -> float:
    if math.isinf(x):
        return math.inf
    if x == math.floor(x):
        raise ValueError("a pole of gamma")
    mpmath = _mpmath()
    with mpmath.workprec(120):  # there are roots between the poles, near which doubles lose every digit
        return float(mpmath.re(mpmath.loggamma(mpmath.mpf(x))))


def digamma(x: float) -> float:
    """Return the derivative of lgamma: by Taylor series near its root and near 2, else asymptotically (6.3.18)."""
    if x <= 0:
        return float(_mpmath().digamma(x))  # the roots between the poles need more digits than doubles have
    distance = (x - _ROOT[0]) - _ROOT[1]
    if abs(distance) < 0.3:
        return distance * _series(DIGAMMA_ABOUT_ROOT, distance)
    if x >= 8:
        return _digamma_of_large(x)
    terms = []
    while x < 1.5:
        terms.append(-1 / x)
        x += 1
    while x >= 2.5:
        x -= 1
        terms.append(1 / x)
    z = x - 2
    return math.fsum([*terms, _ONE_LESS_EULER, z * _series(_DIGAMMA_ABOUT_2, z)])


def _digamma_of_large(x: float) -> float:
    terms = []
    while x < 10:
        terms.append(-1 / x)
        x += 1
    inverse = 1 / (x * x)
    return math.fsum([*terms, math.log(x), -0.5 / x, -inverse * _series(_BERNOULLI_OVER_2K, inverse)])


# The largest order of polygamma: beyond a few thousand its zeta function takes seconds.
MAX_ORDER = 1000


def polygamma(n: float, x: float) -> float:
    """Return the n-th derivative of digamma.  Raises ValueError unless n is an integer from 0 to the largest order."""
    if not 0 <= n <= MAX_ORDER + 1 or n != int(n):  # the partial of the largest order is the next one
        raise ValueError(f"the order of polygamma is an integer from 0 to {MAX_ORDER}")
    return _reflected(int(n), x) if x < REFLECTED_BELOW else float(_mpmath().polygamma(int(n), x))


REFLECTED_BELOW = -20.0  # mpmath would step up from there by 1, which takes forever from -1e9


def _reflected(n: int, x: float) -> float:
    """Return (-1)^n psi_n(1 - x) - pi d^n/dx^n cot(pi x) (A & S 6.4.7).  Raises ValueError at a pole.

    The n-th derivative of cot(pi x) is pi^n times a polynomial in c = cot(pi x), for (c^k)' = -k c^(k-1) (1 + c^2).
    """
    fraction = x - math.floor(x)
    if fraction == 0:
        raise ValueError("a pole of polygamma")
    mpmath = _mpmath()
    coefficients = [0, 1]
    for _ in range(n):
        slopes = [-k * coefficient for k, coefficient in enumerate(coefficients)][1:]
        coefficients = [a + b for a, b in zip([*slopes, 0, 0], [0, 0, *slopes], strict=True)]
    with mpmath.workprec(120 + 4 * n):
        cot = mpmath.cospi(fraction) / mpmath.sinpi(fraction)
        mirrored = mpmath.polygamma(n, 1 - mpmath.mpf(x))
        return float((-1) ** n * mirrored - mpmath.pi ** (n + 1) * mpmath.polyval(coefficients[::-1], cot))


def _series(coefficients: Sequence[float], z: float) -> float:
    total = 0.0
    for coefficient in reversed(coefficients):
        total = total * z + coefficient
    return total


def _mpmath() -> Any:
    import mpmath

    return mpmath
