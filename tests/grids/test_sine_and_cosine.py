"""Sine and cosine of a block at once, held against the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diffcompare.grids.sine_and_cosine import MAX_ARGUMENT, sine_and_cosine

flint = pytest.importorskip("flint")


def both(xs):
    blocks = [np.empty(len(xs)) for _ in range(7)]
    sine_and_cosine(np.asarray(xs, dtype=float), blocks[0], blocks[1], blocks[2:])
    return blocks[0], blocks[1]


def ulps(numbers, xs, function):
    flint.ctx.prec = 200
    worst = 0.0
    for number, x in zip(numbers.tolist(), xs, strict=True):
        true = getattr(flint.arb(x), function)()
        worst = max(worst, abs(float(flint.arb(number) - true)) / math.ulp(float(true.mid())))
    return worst


def test_they_are_right_to_an_ulp():
    """At random, next to multiples of pi/2, where the reduction cancels most, and far below 1."""
    random = np.random.default_rng(1)
    quarters = np.arange(-600, 601) * (math.pi / 2)
    xs = [*random.uniform(-MAX_ARGUMENT, MAX_ARGUMENT, 3_000), *random.uniform(-4, 4, 3_000), *quarters]
    xs += [*np.nextafter(quarters, 0), *10.0 ** random.uniform(-300, 0, 500), 0.0, 5e-324]
    bits = flint.ctx.prec
    try:
        sine, cosine = both(xs)
        assert ulps(sine, xs, "sin") < 0.8
        assert ulps(cosine, xs, "cos") < 0.8
    finally:
        flint.ctx.prec = bits


@pytest.mark.parametrize("x", [1e10, -1e300, math.inf, math.nan])
def test_other_arguments_are_left_to_numpy(x):
    with np.errstate(invalid="ignore"):
        sine, cosine = both([0.5, x])
        assert np.array_equal(sine, np.sin([0.5, x]), equal_nan=True)
        assert np.array_equal(cosine, np.cos([0.5, x]), equal_nan=True)
