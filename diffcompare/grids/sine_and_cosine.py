"""Sine and cosine of the same array at once: one reduction of the argument serves both.

x = k pi/2 + s + c with an integer k, |s| <= pi/4 and a tail c: pi/2 is subtracted in three parts, the first two of 33
bits, so that their products with k are exact (Cody and Waite 1980).  The polynomials are those of fdlibm (Sun
Microsystems 1993), which NumPy and most C libraries descend from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MAX_ARGUMENT = 1_000.0  # beyond it the parts of pi/2 have too few bits for an x next to a multiple of pi/2


def _constants(*numbers: Any) -> tuple[Any, ...]:
    """Return arrays without axes: a call of NumPy takes them twice as fast as Python's numbers."""
    return tuple([np.array(number) for number in numbers])


_TWO_OVER_PI, _ONE, _HALF = _constants(0.6366197723675814, 1.0, 0.5)
_HALF_PI = _constants(1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
_SINE = _constants(
    -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-06, -2.5050760253406863e-08,
    1.58969099521155e-10,
)  # fmt: skip
_COSINE = _constants(
    0.0416666666666666, -0.001388888888887411, 2.480158728947673e-05, -2.7557314351390663e-07, 2.087572321298175e-09,
    -1.1359647557788195e-11,
)  # fmt: skip
(_TO_INTEGER,) = _constants(1.5 * 2.0**52)  # added to a small double it leaves the nearest integer in the last bits
_BIT, _SIGN_PLACE, _SIGN = _constants(1, 62, -(2**63))


def sine_and_cosine(x: Any, sine: Any, cosine: Any, scratch: Any) -> None:
    """Write the sine and the cosine of a block of doubles into two others, to within 0.8 ulp.

    `scratch` are five more blocks; none of all these blocks is another one, and all are contiguous.
    """
    if not (np.maximum.reduce(x) <= MAX_ARGUMENT and np.minimum.reduce(x) >= -MAX_ARGUMENT):
        np.sin(x, sine)
        np.cos(x, cosine)
        return
    add, subtract, multiply = np.add, np.subtract, np.multiply
    k, tail, t, z, w = scratch
    s = sine
    multiply(x, _TWO_OVER_PI, k)
    add(k, _TO_INTEGER, k)
    subtract(k, _TO_INTEGER, t)
    multiply(t, _HALF_PI[0], tail)
    subtract(x, tail, tail)
    multiply(t, _HALF_PI[1], z)
    subtract(tail, z, s)
    subtract(tail, s, tail)
    subtract(tail, z, tail)
    multiply(t, _HALF_PI[2], t)
    subtract(tail, t, tail)
    multiply(s, s, z)
    # cos(s + c) = w + (((1 - w) - z/2) + (z^2 (C1 + z C2 + ...) - s c)) with w = 1 - z/2
    _horner(_COSINE, z, cosine)
    multiply(cosine, z, cosine)
    multiply(s, tail, t)
    subtract(cosine, t, cosine)
    # sin(s + c) = s + (s^3 (S1 + z S2 + ...) + c w)
    _horner(_SINE, z, t)
    multiply(t, s, t)
    multiply(z, _HALF, z)
    subtract(_ONE, z, w)
    multiply(tail, w, tail)
    add(t, tail, t)
    add(s, t, sine)
    subtract(_ONE, w, tail)
    subtract(tail, z, tail)
    add(tail, cosine, tail)
    add(w, tail, cosine)
    _turn(sine, cosine, k, t, z)


def _horner(coefficients: tuple[Any, ...], z: Any, out: Any) -> None:
    """Write z (c0 + z (c1 + ...)) into `out`."""
    np.multiply(z, coefficients[-1], out)
    for coefficient in coefficients[-2::-1]:
        np.add(out, coefficient, out)
        np.multiply(out, z, out)


def _turn(sine: Any, cosine: Any, k: Any, t: Any, z: Any) -> None:
    """Turn by k quarters, on the bits: an odd k swaps the two, and the second last bit of k and of k + 1 are signs."""
    and_, xor, shift = np.bitwise_and, np.bitwise_xor, np.left_shift
    s, c, k, t, z = [block.view(np.int64) for block in (sine, cosine, k, t, z)]
    and_(k, _BIT, t)
    np.negative(t, t)
    xor(s, c, z)
    and_(z, t, z)
    xor(s, z, s)
    xor(c, z, c)
    shift(k, _SIGN_PLACE, t)
    and_(t, _SIGN, t)
    xor(s, t, s)
    np.add(k, _BIT, k)
    shift(k, _SIGN_PLACE, k)
    and_(k, _SIGN, k)
    xor(c, k, c)
