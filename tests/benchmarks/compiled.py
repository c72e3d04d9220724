"""Compiled functions (`dc.function`) beside programs that a person writes, in Python and in C, in one run.

    python tests/benchmarks/compiled.py [points|speelpenning|helmholtz|logistic|value]

Prints processor time as ratios, medians of rounds in which all take turns.  Every contender has to return the same
numbers.  C is compiled by `gcc -O2` where there is one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from math import cos, exp, log, sin, sqrt, tanh
from statistics import median
from time import process_time

import diffcompare as dc

ROUNDS = 21

# --- One point: value and gradient as a person writes them, with what is shared computed once --------------------------


def survey(x1, x2):
    return log(x1) + x1 * x2 - sin(x2), (1 / x1 + x2, x1 - cos(x2))


def rosenbrock(x, y):
    a, b = 1 - x, y - x**2
    return a**2 + 100 * b**2, (-2 * a - 400 * b * x, 200 * b)


def density(m, s, x):
    z = (x - m) / s
    p = exp(-(z**2) / 2) / (s * sqrt(2 * math.pi))
    slope = p * z / s
    return p, (slope, p * (z**2 - 1) / s, -slope)


def neuron(b, t, w1, w2, x1, x2):
    y = tanh(w1 * x1 + w2 * x2 + b)
    r = y - t
    d = 2 * r * (1 - y**2)
    return r**2, (d, -2 * r, d * x1, d * x2, d * w1, d * w2)


def distance(x1, x2, y1, y2):
    dx, dy = x1 - x2, y1 - y2
    d = sqrt(dx**2 + dy**2)
    return d, (dx / d, -dx / d, dy / d, -dy / d)


def wave(a, k, t, w, x):
    e, phase = exp(-a * t), k * x - w * t
    s, c = sin(phase), cos(phase)
    return e * s, (-t * e * s, e * c * x, -a * e * s - e * c * w, -e * c * t, e * c * k)


POINTS = {
    "ln(x1) + x1*x2 - sin(x2)": (survey, (2.0, 5.0)),
    "(1 - x)^2 + 100*(y - x^2)^2": (rosenbrock, (-1.2, 1.0)),
    "exp(-((x - m)/s)^2/2)/(s*sqrt(2*pi))": (density, (0.3, 1.7, 1.1)),
    "(tanh(w1*x1 + w2*x2 + b) - t)^2": (neuron, (0.1, 0.7, 0.3, -0.2, 1.5, 0.4)),
    "sqrt((x1 - x2)^2 + (y1 - y2)^2)": (distance, (1.0, 4.0, 2.0, 6.0)),
    "exp(-a*t)*sin(k*x - w*t)": (wave, (0.1, 2.0, 0.7, 3.0, 0.9)),
}


def seconds(call: Callable[[], object], repeats: int) -> float:
    """The processor time of one call."""
    start = process_time()
    for _ in range(repeats):
        call()
    return (process_time() - start) / repeats


def seconds_at(function: Callable[..., object], point: tuple[float, ...], repeats: int) -> float:
    """The processor time of one call with these arguments."""
    start = process_time()
    for _ in range(repeats):
        function(*point)
    return (process_time() - start) / repeats


def points() -> None:
    """Value and gradient at one point."""
    print("value and gradient at one point; 1 = hand-written Python")
    for text, (hand, point) in POINTS.items():
        f = dc.function(text)
        compiled, at = f.value_and_gradient, dict(zip(f.variables, point, strict=True))
        (value, partials), (own_value, own_partials) = hand(*point), compiled(*point)
        numbers = zip((value, *partials), (own_value, *own_partials), strict=True)
        assert all(math.isclose(a, b, rel_tol=1e-12) for a, b in numbers), text
        assert own_partials == tuple(dc.gradient(text, at).values()), text
        for _ in range(100):
            dc.gradient(text, at)
        rounds = [
            (
                seconds_at(hand, point, 2000),
                seconds_at(compiled, point, 2000),
                seconds(lambda at=at, text=text: dc.gradient(text, at), 400),
            )
            for _ in range(ROUNDS)
        ]
        own = median(b / a for a, b, _ in rounds)
        again = median(c / a for a, _, c in rounds)
        print(
            f"  {text:40s}{median(a for a, _, _ in rounds) * 1e9:7.0f} ns{own:7.2f} dc.function{again:7.2f} dc.gradient"
        )


def value() -> None:
    """The gradient over the value."""
    print("value and gradient over the value alone")
    ratios = []
    for text, (_, point) in POINTS.items():
        f = dc.function(text)
        both, alone = f.value_and_gradient, f.value
        alone(*point)
        ratio = median(seconds_at(both, point, 2000) / seconds_at(alone, point, 2000) for _ in range(ROUNDS))
        ratios.append(ratio)
        print(f"  {text:40s}{ratio:7.2f}")
    print(f"  median {median(ratios):.2f}")


RUNS = {"points": points, "value": value}


def main() -> None:
    for name in sys.argv[1:] or RUNS:
        RUNS[name]()


if __name__ == "__main__":
    main()
