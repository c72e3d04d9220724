"""Compiled functions (`dc.function`) beside programs that a person writes, in Python and in C, in one run.

    python tests/benchmarks/compiled.py [points|value|speelpenning|helmholtz|logistic|irregular]
    python tests/benchmarks/compiled.py [helmholtz1000|irregular100000|irregular1000000]    slow

Prints processor time as ratios, medians of rounds in which all take turns.  Every contender has to return the same
numbers.  C is compiled by `gcc -O2` where there is one.
"""

from __future__ import annotations

import ctypes
import gc
import math
import operator
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import reduce
from math import cos, exp, log, sin, sqrt, tanh
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

import diffcompare as dc
from diffcompare.codegen.piecewise_program import PiecewiseProgram
from diffcompare.language.expression import Variable
from diffcompare.language.operations import cos as cosine
from diffcompare.language.operations import ln
from diffcompare.language.operations import sin as sine
from diffcompare.language.wengert import operation_count, wengert_list

ROUNDS = 21
STEPS = 100_000

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


# --- Large expressions beside C -----------------------------------------------------------------------------------------

IN_C = r"""
#include <math.h>
double speelpenning(int n, const double *x, double *g) {
    g[0] = 1;
    for (int i = 1; i < n; i++) g[i] = g[i - 1] * x[i - 1];
    double value = g[n - 1] * x[n - 1], behind = 1;
    for (int i = n - 1; i >= 0; i--) { g[i] *= behind; behind *= x[i]; }
    return value;
}
double helmholtz(int n, const double *x, double *g, const double *b, const double *a) {
    double r = sqrt(2.0), t = 8.314 * 300, bx = 0, e = 0, q = 0, sum = 0, w[n];
    for (int i = 0; i < n; i++) { bx += b[i] * x[i]; sum += x[i]; w[i] = 0; }
    for (int i = 0; i < n; i++) {
        double row = 0;
        const double *ai = a + (long)i * n;
        for (int j = 0; j < n; j++) { row += ai[j] * x[j]; w[j] += ai[j] * x[i]; }
        g[i] = row;
        q += x[i] * row;
    }
    double p = 1 + (1 + r) * bx, m = 1 + (1 - r) * bx, l = log(p / m), d = sqrt(8.0) * bx;
    double dbx = t * sum / (1 - bx) + q / (d * bx) * l - q / d * ((1 + r) / p - (1 - r) / m);
    for (int i = 0; i < n; i++) {
        double ln = log(x[i] / (1 - bx));
        e += x[i] * ln;
        g[i] = t * (ln + 1) + dbx * b[i] - l / d * (g[i] + w[i]);
    }
    return t * e - q / d * l;
}
void many_speelpenning(long times, int n, const double *x, double *g, double *value) {
    for (long k = 0; k < times; k++) *value = speelpenning(n, x, g);
}
void many_helmholtz(long times, int n, const double *x, double *g, double *value, const double *b, const double *a) {
    for (long k = 0; k < times; k++) *value = helmholtz(n, x, g, b, a);
}
"""


def library() -> ctypes.CDLL | None:
    """The programs in C; None where there is no compiler."""
    if shutil.which("gcc") is None:
        print("  (no gcc)")
        return None
    folder = Path(tempfile.mkdtemp())
    (folder / "programs.c").write_text(IN_C, encoding="utf-8")
    command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(folder / "programs.so"), str(folder / "programs.c"), "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(folder / "programs.so"))


def address(array: np.ndarray) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def against_c(
    what: str, expression: dc.Expression, x: np.ndarray, name: str, data: list[np.ndarray], times: int
) -> None:
    """Print the time of a gradient at a vector, in times of the program in C."""
    programs = library()
    if programs is None:
        return
    start = process_time()
    f = dc.function(expression)
    value, gradient = f.at_vector(x)
    first = process_time() - start
    own, in_c, result = [], np.empty_like(x), np.empty(1)

    def called() -> None:
        """One gradient by C as a Python program gets it: a new array, and a call by ctypes."""
        made = np.empty_like(x)
        arguments = [len(x), address(x), address(made), *map(address, data)]
        getattr(programs, name)(*arguments)

    arguments = [ctypes.c_long(times), len(x), address(x), address(in_c), address(result), *map(address, data)]
    ratios, calls = [], []
    for _ in range(ROUNDS):
        start = process_time()
        getattr(programs, f"many_{name}")(*arguments)
        middle = process_time()
        for _ in range(max(1, times // 20)):
            f.at_vector(x)
        own.append((process_time() - middle) / max(1, times // 20))
        ratios.append(own[-1] / ((middle - start) / times))
        calls.append(own[-1] / seconds(called, max(1, times // 20)))
    assert math.isclose(result[0], value, rel_tol=1e-9), what
    assert np.allclose(gradient, in_c, rtol=1e-9), what
    print(
        f"  {what:40s}{median(own) * 1e6:9.0f} us{median(ratios):8.1f} x C{median(calls):8.1f} x C called from Python"
        f"   (first answer {first:.2f} s)"
    )


def speelpenning() -> None:
    """The product of 1,000 variables."""
    x = [Variable(f"x{place}") for place in range(1, 1001)]
    numbers = np.array([(1 + place) / (2 + place) for place in range(1000)])
    against_c("product of 1,000 variables", reduce(operator.mul, x), numbers, "speelpenning", [], 2000)


def helmholtz(sizes: tuple[tuple[int, int], ...] = ((100, 400), (300, 60))) -> None:
    """The energy of a mixed fluid of so many components, with C called so many times a round."""
    for count, times in sizes:
        random = np.random.default_rng(count)
        x, b, a = (
            0.5 / count * (1 + random.random(count)),
            0.001 * (1 + random.random(count)),
            random.random((count, count)),
        )
        names = [Variable(f"x{place}") for place in range(1, count + 1)]
        gc.disable()  # while millions of nodes are made
        bx = reduce(operator.add, [float(c) * v for c, v in zip(b, names, strict=True)])
        e = reduce(operator.add, [v * ln(v / (1 - bx)) for v in names])
        rows = [reduce(operator.add, [float(c) * v for c, v in zip(row, names, strict=True)]) for row in a]
        q = reduce(operator.add, [v * row for v, row in zip(names, rows, strict=True)])
        r = math.sqrt(2)
        energy = 8.314 * 300 * e - q / (8**0.5 * bx) * ln((1 + (1 + r) * bx) / (1 + (1 - r) * bx))
        gc.enable()
        against_c(f"Helmholtz energy of {count:,} components", energy, x, "helmholtz", [b, a], times)


# --- Steps that repeat --------------------------------------------------------------------------------------------------


def logistic_by_hand(r: float, x: float) -> tuple[float, tuple[float, float]]:
    """The reverse sweep over the logistic map, as a person writes it."""
    values = []
    for _ in range(STEPS):
        values.append(x)
        x = r * x * (1 - x)
    value, adjoint, adjoint_of_r = x, 1.0, 0.0
    for x in reversed(values):
        adjoint_of_r += adjoint * x * (1 - x)
        adjoint *= r * (1 - 2 * x)
    return value, (adjoint_of_r, adjoint)


def logistic_value(r: float, x: float) -> float:
    for _ in range(STEPS):
        x = r * x * (1 - x)
    return x


def logistic() -> None:
    """The logistic map of 100,000 steps."""
    r, x = Variable("r"), Variable("x")
    for _ in range(STEPS):
        x = r * x * (1 - x)
    start = process_time()
    compiled = dc.function(x).value_and_gradient
    value, partials = compiled(3.2, 0.4)
    first = process_time() - start
    own_value, own_partials = logistic_by_hand(3.2, 0.4)
    assert math.isclose(value, own_value)
    assert math.isclose(partials[0], own_partials[0])
    rounds = [(seconds_at(compiled, (3.2, 0.4), 1), seconds_at(logistic_by_hand, (3.2, 0.4), 1)) for _ in range(ROUNDS)]
    ratio = median(a / b for a, b in rounds)
    print(f"logistic map, {STEPS:,} steps: {ratio:.2f} x the reverse sweep by hand   (first answer {first:.2f} s)")
    alone = dc.function(x).value
    rounds = [(seconds_at(alone, (3.2, 0.4), 1), seconds_at(logistic_value, (3.2, 0.4), 1)) for _ in range(ROUNDS)]
    print(f"  the value alone: {median(a / b for a, b in rounds):.2f} x the loop by hand")


# --- Long expressions without a pattern ---------------------------------------------------------------------------------


def irregular_graph(operations: int) -> dc.Expression:
    """A random graph whose operations read whatever was among the last nine results; adjoints keep their size."""
    rng, results = random.Random(1), [Variable("x"), Variable("y")]
    while len(results) < operations / 2.8:
        one, other = rng.choice(results[-9:]), rng.choice(results[-9:])
        kind = rng.random()
        if kind < 0.3:
            new = one + rng.choice((0.1, 0.2, 0.3)) * rng.choice((sine, cosine))(other)
        elif kind < 0.5:
            new = one - 0.1 * one * other
        elif kind < 0.7:
            new = (one + other) / 2
        elif kind < 0.85:
            new = one * 0.5 + other * 0.5
        else:
            new = sine(one) * 0.75 + other * 0.25
        results.append(new)
    return reduce(operator.add, results[-9:])


def irregular(operations: int = 10_000) -> None:
    """A random graph: swept node by node at first, then compiled in pieces."""
    gc.disable()
    expression = irregular_graph(operations)
    gc.enable()
    nodes = wengert_list(expression)
    count = operation_count(nodes)
    before = memory()
    start = process_time()
    f = dc.function(expression)
    numbers = f.value_and_gradient(0.3, 0.7)
    first = process_time() - start
    start = process_time()
    program = PiecewiseProgram(nodes, f.variables, f.wrt)
    compilation = process_time() - start
    held = memory() - before
    assert program((0.3, 0.7)) == numbers
    rounds = [
        (seconds_at(program, ((0.3, 0.7),), 1), seconds_at(f.value_and_gradient, (0.3, 0.7), 1)) for _ in range(7)
    ]
    print(
        f"random graph, {count:,} operations: first answer {first:.2f} s, compiled in {compilation:.2f} s "
        f"({held / count:.0f} bytes an operation); {median(a for a, _ in rounds) / count * 1e6:.2f} us an operation, "
        f"{median(b / a for a, b in rounds):.1f} x as fast as the sweep"
    )


def memory() -> int:
    """The bytes of memory that this process has now (Linux)."""
    status = Path("/proc/self/statm")
    return int(status.read_text(encoding="ascii").split()[1]) * 4096 if status.exists() else 0


RUNS = {
    "points": points,
    "value": value,
    "speelpenning": speelpenning,
    "helmholtz": helmholtz,
    "logistic": logistic,
    "irregular": irregular,
}
SLOW = {
    "helmholtz1000": lambda: helmholtz(((1000, 20),)),  # three million nodes: a minute
    "irregular100000": lambda: irregular(100_000),
    "irregular1000000": lambda: irregular(1_000_000),  # three minutes
}


def main() -> None:
    for name in sys.argv[1:] or RUNS:
        {**RUNS, **SLOW}[name]()


if __name__ == "__main__":
    main()
