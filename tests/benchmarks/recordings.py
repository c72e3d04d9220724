"""Programs of 10^5 operations, recorded and swept back: against the plain run, and against other engines, in one run.

    python tests/benchmarks/recordings.py

Prints medians of ratios of CPU time, from rounds in which all contenders take turns; the memory of a recording; and the
time of a chain of 10^6 nodes.  HIPS autograd takes part where it is installed, and has to return the same derivative.
"""

from __future__ import annotations

import gc
import importlib.util
import math
import tracemalloc
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from diffcompare.recording.recorder import record
from diffcompare.tape import Variable

OPERATIONS = 100_000
DEEP = 1_000_000
ROUNDS = 5
X = 0.3
AUTOGRAD = importlib.util.find_spec("autograd") is not None
LIMITS = {
    "recording / plain": 40.0, "recording / autograd": 1.0, "reverse / recording": 0.5, "tape / autograd": 1.5,
    "bytes an operation": 400.0,
}  # fmt: skip


# --- Loops over single numbers: each takes what `sin`, `exp` and their like come from ---------------------------------


def logistic_map(x: Any, functions: Any = math) -> Any:
    """Three operations a round."""
    for _ in range(OPERATIONS // 3):
        x = 3.5 * x * (1 - x)
    return x


def newton(x: Any, functions: Any) -> Any:
    """Newton's method for the square root, again and again: three operations a round."""
    y = 1.0
    for _ in range(OPERATIONS // 3):
        y = 0.5 * (y + x / y)
    return y


def horner(x: Any, functions: Any) -> Any:
    """A polynomial of high degree: two operations a round."""
    y = 0.0
    for _ in range(OPERATIONS // 2):
        y = y * x + 1.0
    return y


def sum_of_products(x: Any, functions: Any) -> Any:
    """Two operations a round, all on one total."""
    total = 0.0
    for place in range(OPERATIONS // 2):
        total += place * x
    return total


def waves(x: Any, functions: Any) -> Any:
    """Functions in place of operators: three operations a round."""
    y = x
    for _ in range(OPERATIONS // 3):
        y = functions.sin(y) + functions.exp(-0.5) * y
    return y


def decay(x: Any, functions: Any) -> Any:
    """Euler's method for y' = -x*exp(-y): four operations a round."""
    y, h = 1.0, 1e-4
    for _ in range(OPERATIONS // 5):
        y = y - h * x * functions.exp(-y)
    return y


def halving(x: Any, functions: Any) -> Any:
    """A comparison in every round, which is a decision on the tape: two operations a round."""
    y = x
    for _ in range(OPERATIONS // 2):
        y = y * 0.5 if y > 1 else y * 1.25 + x
    return y


LOOPS = (logistic_map, newton, horner, sum_of_products, waves, decay, halving)


# --- Arrays and depth on `diffcompare.tape` ---------------------------------------------------------------------------


def network(w: Any, sums: Any, tanh: Any) -> Any:
    """Twenty layers of a hundred units on a hundred rows, one array node for each operation."""
    h = ROWS
    for _ in range(20):
        h = tanh(h @ w)
    return sums(h * h)


ROWS = np.random.default_rng(0).normal(size=(100, 100))
WEIGHTS = np.random.default_rng(1).normal(size=(100, 100)) / 10


def tape_network() -> Any:
    """The gradient of the network by the weights on `diffcompare.tape`."""
    w = Variable(WEIGHTS, requires_grad=True)
    network(w, np.sum, np.tanh).backward()
    return w.grad.data


# --- The race ---------------------------------------------------------------------------------------------------------


def race(contenders: dict[str, Callable[[], Any]]) -> list[dict[str, float]]:
    """Return the CPU seconds of every contender in every round; all take turns."""
    rounds = []
    for _ in range(ROUNDS):
        times = {}
        for name, run in contenders.items():
            gc.collect()
            start = process_time()
            result = run()
            times[name] = process_time() - start
            del result
        rounds.append(times)
    return rounds


def print_ratio(rounds: list[dict[str, float]], one: str, other: str) -> None:
    """Print the median of the ratios of two contenders, each within a round."""
    if other in rounds[0]:
        what, found = f"{one} / {other}", median(times[one] / times[other] for times in rounds)
        print_figure(what, found)


def print_figure(what: str, found: float) -> None:
    over = "" if found <= LIMITS[what] else "   over"
    print(f"    {what:24s}{found:10.2f}   (at most {LIMITS[what]:g}){over}")


def loop_race(loop: Callable[..., Any]) -> None:
    """Race one loop: plain, recorded, and swept back, against autograd where it is installed."""

    def of_x(x: Any) -> Any:
        return loop(x, math)

    recordings = [record(of_x, {"x": X})]

    def swept() -> Any:
        recording = recordings.pop()  # which has not been swept before
        return recording, recording.gradient()  # so that it is freed after the clock has stopped

    def recorded() -> Any:
        recordings[:] = [record(of_x, {"x": X})]

    contenders = {"plain": lambda: [of_x(X) for _ in range(5)], "recording": recorded, "reverse": swept}
    slope = recordings[0].gradient()["x"]
    if AUTOGRAD:
        import autograd
        import autograd.numpy as anp

        contenders["autograd"] = lambda: autograd.make_vjp(lambda x: loop(x, anp))(X)
        assert math.isclose(autograd.grad(lambda x: loop(x, anp))(X), slope, rel_tol=1e-6, abs_tol=1e-300)
    count = len(recordings[0].steps)
    rounds = [{**times, "plain": times["plain"] / 5} for times in race(contenders)]
    plain = median(times["plain"] for times in rounds)
    print(f"{loop.__name__}: {count:,} operations, plain in {plain * 1e3:.1f} ms")
    print_ratio(rounds, "recording", "plain")
    print_ratio(rounds, "recording", "autograd")
    print_ratio(rounds, "reverse", "recording")


def array_race() -> None:
    """Race the network on `diffcompare.tape` against autograd."""
    contenders = {"tape": tape_network}
    if AUTOGRAD:
        import autograd
        import autograd.numpy as anp

        slope = autograd.grad(lambda w: network(w, anp.sum, anp.tanh))
        contenders["autograd"] = lambda: slope(WEIGHTS)
        np.testing.assert_allclose(tape_network(), slope(WEIGHTS), rtol=1e-9)
    print("arrays: a network, value and gradient")
    print_ratio(race(contenders), "tape", "autograd")


def memory() -> None:
    """Print the memory that a recording keeps."""
    print("memory of the logistic map")
    tracemalloc.start()
    recording = record(lambda x: logistic_map(x), {"x": X})
    print_figure("bytes an operation", tracemalloc.get_traced_memory()[0] / len(recording.tape.entries))
    tracemalloc.stop()


def deep() -> None:
    """Print the time of a chain of many nodes, on a recording and on the tape."""
    start = process_time()
    recording = record(lambda x: chain(x), {"x": 1.0})
    assert recording.gradient() == {"x": 1.0}
    recorded, start = process_time() - start, process_time()
    x = Variable(1.0, requires_grad=True)
    chain(x).backward()
    assert x.grad.data == 1.0
    print(f"a chain of {DEEP:,} nodes: recorded in {recorded:.1f} s, on the tape in {process_time() - start:.1f} s")


def chain(x: Any) -> Any:
    for _ in range(DEEP):
        x = x + 1.0
    return x


def main() -> None:
    if not AUTOGRAD:
        print("autograd is not installed: no ratios to it")
    for loop in LOOPS:
        loop_race(loop)
    array_race()
    memory()
    deep()


if __name__ == "__main__":
    main()
