"""Slopes from values: within their own error of the truth, kinks with both slopes, edges from one side."""

import math
import random
import struct

import pytest
from rows import every_row

from diffcompare.gradcheck.extrapolation import directional_slopes, with_complex_step
from diffcompare.gradcheck.flat_arguments import flat_point
from diffcompare.gradcheck.noise import ecnoise, noise_along
from diffcompare.gradcheck.values import FunctionValues, LineValues


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def slope_of(f, x):
    values = FunctionValues(f, flat_point([x]))
    scale = 2.0 ** (math.frexp(x)[1] - 1) if x else 1.0
    line = LineValues(values, {0: scale})
    return directional_slopes(line, noise_along(line))[0].rescaled(scale)


SMOOTH = {
    "exp": (math.exp, 1.0, math.e, 1e-10),
    "fast": (lambda x: math.sin(1000 * x), 1.0, 1000 * math.cos(1000), 1e-8),
    "narrow bump": (lambda x: math.exp(-((x / 1e-3) ** 2)), 5e-4, -1000 * math.exp(-0.25), 1e-9),
    "period that fits powers of 2": (lambda x: math.sin(128 * math.pi * x), 0.25, 128 * math.pi, 1e-9),
    "kink close by": (lambda x: abs(x - 1.001), 1.0, -1.0, 1e-10),
    "rounded kink": (lambda x: math.sqrt(x * x + 1e-12), 0.0, 0.0, 1e-9),
    "tiny x": (lambda x: 1 / x, 1e-30, -1e60, 1e-10),
    "large x": (lambda x: x * x, 1e10, 2e10, 1e-10),
    "edge close by": (math.log, 0.01, 100.0, 1e-10),
    "pole close by": (math.tan, 1.57, 1 + math.tan(1.57) ** 2, 1e-7),
    "root of f": (lambda x: x**3, 0.0, 0.0, 1e-15),
    "cancellation": (lambda x: (x + 1e8) - 1e8, 1.0, 1.0, 1e-5),
    "constant": (lambda x: 3.0, 1.0, 0.0, 1e-12),
}


@every_row("name", SMOOTH)
def test_a_smooth_slope_is_within_its_error_and_that_is_small(name):
    f, x, truth, known = SMOOTH[name]
    slope = slope_of(f, x)
    assert slope.kind == "smooth"
    assert abs(slope.value - truth) <= slope.error + 1e-13 * abs(truth)
    assert slope.error <= known * max(abs(truth), 1)


@pytest.mark.parametrize(
    ("f", "x", "left", "right"),
    [
        (abs, 0.0, -1, 1),
        (lambda x: max(x, 0.0), 0.0, 0, 1),
        (lambda x: x * x + 1e-3 * abs(x - 1), 1.0, 1.999, 2.001),
    ],
)
def test_a_kink_has_two_slopes(f, x, left, right):
    slope = slope_of(f, x)
    assert slope.kind == "kink"
    assert slope.left.value == pytest.approx(left, abs=1e-9)
    assert slope.right.value == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize(
    ("f", "x", "kind", "left", "right"),
    [
        (math.floor, 2.0, "jump", math.inf, 0),
        (lambda x: math.sqrt(abs(x)), 0.0, "vertical", -math.inf, math.inf),
    ],
)
def test_a_jump_and_a_cusp_have_infinite_slopes(f, x, kind, left, right):
    slope = slope_of(f, x)
    assert slope.kind == kind
    assert (slope.left.value, slope.right.value) == (left, right)


def test_an_odd_function_with_a_second_derivative_that_jumps_has_no_kink():
    slope = slope_of(lambda x: x * abs(x), 0.0)
    assert slope.kind == "smooth"
    assert abs(slope.value) <= slope.error < 1e-6


def test_a_slope_that_oscillates_ever_faster_is_not_known_better_than_it_is():
    slope = slope_of(lambda x: x * x * math.sin(1 / x) if x else 0.0, 0.0)
    assert slope.kind == "smooth"
    assert abs(slope.value) <= slope.error


def test_at_the_edge_of_the_domain_one_side_is_enough():
    slope = slope_of(lambda x: x * math.sqrt(x), 0.0)
    assert slope.kind == "edge"
    assert slope.left is None
    assert abs(slope.value) <= slope.error < 1e-5


@pytest.mark.parametrize(("f", "x"), [(math.sqrt, 0.0), (math.cbrt, 0.0), (math.asin, 1.0)])
def test_a_vertical_tangent_is_no_number(f, x):
    slope = slope_of(f, x)
    assert slope.kind == "vertical"
    assert slope.value == math.inf


@pytest.mark.parametrize("f", [lambda x: single(math.sin(x)), lambda x: math.sin(single(x))])
def test_single_precision_shows_in_the_noise_and_in_the_error(f):
    values = FunctionValues(f, flat_point([1.0]))
    line = LineValues(values, {0: 1.0})
    noise = noise_along(line)
    assert 3e-9 < noise[0] < 1e-7
    slope = directional_slopes(line, noise)[0]
    assert abs(slope.value - math.cos(1)) <= slope.error
    assert 1e-7 < slope.error < 1e-3


def test_the_noise_is_that_which_was_put_in():
    rng = random.Random(5)
    line = LineValues(FunctionValues(lambda x: x * x + rng.gauss(0, 1e-6), flat_point([3.0])), {0: 2.0})
    assert 2e-7 < noise_along(line)[0] < 3e-6


def test_stairs_are_noise_and_a_straight_line_is_none():
    assert ecnoise([1.0] * 5 + [1.0 + 2**-20] * 4) == pytest.approx(2**-20 / math.sqrt(12))
    assert ecnoise([float(k) for k in range(9)]) is None


def test_values_of_noise_give_its_deviation():
    rng = random.Random(1)
    estimates = [ecnoise([rng.gauss(0, 1) for _ in range(9)]) for _ in range(200)]
    known = sorted(estimate for estimate in estimates if estimate is not None)
    assert len(known) > 150
    assert 0.5 < known[len(known) // 2] < 2


def test_a_complex_step_that_disagrees_is_left_out():
    slope = slope_of(math.exp, 1.0)
    kept, dropped = with_complex_step([slope, slope], [math.e, 0.0])
    assert (kept.complex_step, dropped.complex_step) == (math.e, None)
    assert kept.error == slope.error
