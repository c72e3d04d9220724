"""How long commands take to start and answer, as multiples of `python -c pass` (CPU time) in the same run.

    python tests/benchmarks/start_up.py        (Linux and macOS)

The last line compares wall time: the whole default `grad` over `python -c "import sympy"`.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from time import perf_counter

ROUNDS = 11
SURVEY = "ln(x1)+x1*x2-sin(x2)"
LIBRARY = f"import diffcompare as dc; print(dc.gradient({SURVEY!r}, {{'x1': 2, 'x2': 5}}))"
COMMANDS = {
    "the library: one gradient from text": ["-c", LIBRARY],
    "--version": ["-m", "diffcompare", "--version"],
    "a syntax error": ["-m", "diffcompare", "grad", "ln(x1"],
    "grad --method reverse-ad --json": ["-m", "diffcompare", "grad", SURVEY, "--method", "reverse-ad", "--json"],
    "grad --method reverse-ad, terminal": [
        "-m", "diffcompare", "grad", SURVEY, "--method", "reverse-ad", "--format", "terminal", "--color", "always",
    ],
}  # fmt: skip


def children() -> float:
    """CPU seconds of the processes that have ended; `os.times` counts in hundredths, which are too coarse here."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(arguments: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of one Python process."""
    before, start = children(), perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return children() - before, perf_counter() - start


def ratio(first: list[str], second: list[str], which: int) -> float:
    """The ratio of the medians of two commands, run in turns."""
    run(first)
    run(second)
    pairs = [(run(first)[which], run(second)[which]) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def main() -> None:
    for name, arguments in COMMANDS.items():
        print(f"{name:40s} {ratio(arguments, ['-c', 'pass'], 0):6.1f} x python -c pass, CPU")
    whole = ["-m", "diffcompare", "grad", SURVEY]
    print(f"{'the whole default grad':40s} {ratio(whole, ['-c', 'import sympy'], 1):6.1f} x import sympy, wall")


if __name__ == "__main__":
    main()
