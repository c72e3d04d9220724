"""Value and gradient over a grid of points: NumPy in blocks and compiled C against a plain loop in C with libm.

    python tests/benchmarks/grids.py [expression]

Prints processor time as a ratio to that of the plain loop, the median of rounds in which all take turns, with the
quartiles; and the memory at the peak as a ratio to that of the results.  The program of `derive --code numpy`, PyTorch
and numexpr take part where they are installed; a C compiler has to be.  All have to return the same numbers.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import Any

import numpy as np

from diffcompare.backends.hand_coded import textbook
from diffcompare.codegen import program
from diffcompare.codegen.c_program import c_program
from diffcompare.grids.block_program import gradient_program
from diffcompare.grids.c_kernel import CKernel, compiler
from diffcompare.language.expression import Expression
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
SIZES = (10**5, 10**6, 10**7)
Contender = Callable[[Sequence[Any], Sequence[Any]], None]


def plain_loop(expression: Expression, names: list[str], folder: Path) -> Contender:
    """A loop around the function of `derive --code c`, as anyone would write and compile it."""
    arguments = ", ".join([*[f"a[{place}][k]" for place in range(len(names))], "gradient"])
    stores = " ".join(f"r[{place + 1}][k] = gradient[{place}];" for place in range(len(names)))
    loop = (
        "void loop(long n, double **a, double **r)\n{\n    for (long k = 0; k < n; k++) {\n"
        f"        double gradient[{len(names)}];\n        r[0][k] = f_gradient({arguments});\n        {stores}\n    }}\n}}\n"
    )
    (folder / "loop.c").write_text(c_program(expression, names, names, None, None) + loop, encoding="utf-8")
    words = [*compiler(), "-O2", "-shared", "-fPIC", "loop.c", "-o", "loop.so", "-lm"]
    subprocess.run(words, cwd=folder, check=True)
    function = ctypes.CDLL(str(folder / "loop.so")).loop

    def run(columns: Sequence[Any], results: Sequence[Any]) -> None:
        addresses = [
            (ctypes.c_void_p * len(arrays))(*[array.ctypes.data for array in arrays]) for arrays in (columns, results)
        ]
        function(ctypes.c_long(len(results[0])), *addresses)

    return run


def printed_program(expression: Expression, names: list[str]) -> Contender:
    """The gradient by `derive --code numpy`, and the value by the same operations."""
    space: dict[str, Any] = {"__name__": "program"}
    exec(program(expression, names, names, textbook(expression, names), None, "numpy"), space)
    value = gradient_program(expression, names, [])

    def run(columns: Sequence[Any], results: Sequence[Any]) -> None:
        value.run(columns, results[:1])
        for result, partial in zip(results[1:], space["gradient"](*columns).values(), strict=True):
            result[...] = partial

    return run


def torch_eager(names: list[str]) -> Contender | None:
    """PyTorch with one thread, on the survey's function."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)

    def run(columns: Sequence[Any], results: Sequence[Any]) -> None:
        x1, x2 = leaves = [torch.tensor(column, requires_grad=True) for column in columns]
        value = torch.log(x1) + x1 * x2 - torch.sin(x2)
        value.sum().backward()
        for result, tensor in zip(results, [value.detach(), *[leaf.grad for leaf in leaves]], strict=True):
            result[...] = tensor.numpy()

    return run


def numexpr_formulas(names: list[str]) -> Contender | None:
    """numexpr with one thread, a formula for each result, on the survey's function."""
    try:
        import numexpr
    except ImportError:
        return None
    numexpr.set_num_threads(1)

    def run(columns: Sequence[Any], results: Sequence[Any]) -> None:
        own = dict(zip(names, columns, strict=True))
        for formula, result in zip(("log(x1) + x1*x2 - sin(x2)", "x2 + 1/x1", "x1 - cos(x2)"), results, strict=True):
            numexpr.evaluate(formula, own, out=result)

    return run


def main(text: str = SURVEY) -> None:
    """Measure all contenders at all sizes."""
    expression = parse(text)
    names = variables(wengert_list(expression))
    with tempfile.TemporaryDirectory() as name:
        contenders: dict[str, Contender | None] = {
            "C, plain loop": plain_loop(expression, names, Path(name)),
            "NumPy in blocks": gradient_program(expression, names, names).run,
            "compiled C": CKernel(expression, names, names).run,
            "derive --code numpy": printed_program(expression, names),
        }
        if text == SURVEY:
            contenders |= {"torch, one thread": torch_eager(names), "numexpr, one thread": numexpr_formulas(names)}
        runs = {label: run for label, run in contenders.items() if run is not None}
        for points in SIZES:
            measure(runs, len(names), points)


def measure(runs: dict[str, Contender], count: int, points: int) -> None:
    """Measure all contenders at one size."""
    random = np.random.default_rng(1)
    columns = [random.uniform(0.5, 10, points) for _ in range(count)]
    reference, results = ([np.empty(points) for _ in range(count + 1)] for _ in range(2))
    first = next(iter(runs))
    runs[first](columns, reference)
    ratios: dict[str, list[float]] = {label: [] for label in runs}
    for _ in range(max(5, min(25, 5 * 10**6 // points))):
        times = {}
        for label, run in runs.items():
            start = process_time()
            run(columns, results)
            times[label] = process_time() - start
        for label, seconds in times.items():
            ratios[label].append(seconds / times[first])
    print(f"{points:,} points, 1 = {first}")
    for label, run in runs.items():
        run(columns, results)
        for result, right in zip(results, reference, strict=True):
            np.testing.assert_allclose(result, right, rtol=1e-9, atol=1e-12, err_msg=label)
        low, _, high = quantiles(ratios[label], n=4)
        print(
            f"  {label:22} {median(ratios[label]):6.2f}  ({low:.2f} to {high:.2f})   memory {memory(run, columns, results):5.2f}"
        )


def memory(run: Contender, columns: Sequence[Any], results: Sequence[Any]) -> float:
    """Return the peak of what Python and NumPy allocate beside the results, and the results, as a ratio to these."""
    size = sum(result.nbytes for result in results)
    tracemalloc.start()
    try:
        run(columns, results)
        return 1 + tracemalloc.get_traced_memory()[1] / size
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
