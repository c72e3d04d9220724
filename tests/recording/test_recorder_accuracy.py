"""Accuracy of recorded programs: the sweep on the tape against true partials, to a few units in the last place.

The true values are those of mpmath (dual numbers of 60 digits), of the same programs on the same doubles.  Where many
steps follow one another, every engine ends some ulp away, with other last digits: on 40 points of `euler`, PyTorch's
order of sums (one contribution after the other) is 27 ulp away in the mean square, and sums that are rounded once 20.
"""

import math
from fractions import Fraction

from rows import every_row

from diffcompare.recording.recorder import record


def figure_2(x):
    for _ in range(3):
        x = 4 * x * (1 - x)
    return x


def micrograd(a, b):
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + max(b + a, 0.0)
    d = d + 3 * d + max(b - a, 0.0)
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def babylonian(x):
    y = 1.0
    while abs(y * y - x) > 1e-12 * x:
        y = (y + x / y) / 2
    return y


def euler(a, y0):
    y, h = y0, 0.01
    for k in range(1000):
        y = y + h * (a * y * (1 - y) + 0.1 * math.sin(k * h))
    return y


def pendulum(angle, speed):
    h = 0.005
    for _ in range(1000):
        angle, speed = angle + h * speed, speed - h * math.sin(angle)
    return angle * angle + speed


def runge_kutta(a, y0):
    y, h = y0, 0.001
    for _ in range(1000):
        k1 = -a * y
        k2 = -a * (y + h / 2 * k1)
        k3 = -a * (y + h / 2 * k2)
        k4 = -a * (y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def newton_inside(x):
    y = x
    for _ in range(30):
        step = (y + math.exp(y) - x) / (1 + math.exp(y))
        y = y - step
        if abs(step) < 1e-14:
            break
    return y * y


def quicksort(a, b, c, d):
    def ordered(items):
        if len(items) < 2:
            return items
        pivot = items[0]
        less = [item for item in items[1:] if item < pivot]
        return [*ordered(less), pivot, *ordered([item for item in items[1:] if item >= pivot])]

    return sum(k * item * item for k, item in enumerate(ordered([a * b, b - c, c * d, d * a]), 1))


def runs_longer(x):
    total, term, n = 0.0, 1.0, 0
    while term > 1e-8:
        term = term * x / (n + 1)
        total = total + term
        n += 1
    return total


# The partials, and how many ulp the recording may be away from them.
TRUE = [
    (figure_2, {"x": 0.2}, {"x": "9.06608640000000075"}, 2),
    (micrograd, {"a": -4.0, "b": 2.0}, {"a": "138.833819241982507", "b": "645.577259475218659"}, 1),
    (micrograd, {"a": 0.7, "b": -1.3}, {"a": "691.61516439882267", "b": "-2425.85878093436517"}, 2),
    (babylonian, {"x": 2.0}, {"x": "0.353553390593273762"}, 1),
    (babylonian, {"x": 1e6 + 0.1}, {"x": "0.00049999997500020028"}, 1),
    (euler, {"a": 0.8, "y0": 0.3}, {"a": "-0.0481054867692681554", "y0": "0.00219037554278772283"}, 20),
    (pendulum, {"angle": 0.7, "speed": 0.1}, {"angle": "0.940304588200266692", "speed": "0.154629662570569493"}, 60),
    (runge_kutta, {"a": 1.3, "y0": 0.7}, {"a": "-0.19077225512379198", "y0": "0.272531793034021044"}, 16),
    (newton_inside, {"x": 2.3}, {"x": "0.405348834014340494"}, 1),
    (
        quicksort,
        {"a": 3.1, "b": -1.7, "c": 2.2, "d": 0.4},
        {
            "a": "21.8860000000000001",
            "b": "-48.2740000000000016",
            "c": "17.7120000000000009",
            "d": "42.368000000000006",
        },
        1,
    ),
    (runs_longer, {"x": 1.5}, {"x": "4.48168906662013981"}, 1),
]


@every_row(("program", "point", "true", "ulps"), TRUE)
def test_partials_are_near_the_true_ones(program, point, true, ulps):
    for name, partial in record(program, point).gradient().items():
        error = abs(Fraction(partial) - Fraction(true[name])) / Fraction(math.ulp(partial))
        assert error <= ulps, f"{program.__name__} by {name}: {float(error):.1f} ulp"


def test_the_derivative_of_the_branch_that_ran_is_a_constant():
    recording = record(lambda x: 0 if x == 0 else x, {"x": 0.0})
    assert (recording.value, recording.gradient()) == (0.0, {"x": 0.0})
