"""Files of expressions: `diffcompare batch` against the script that a person would write, in one run.

    python tests/benchmarks/batch.py [rows]

The expressions are random, of at most a hundred characters.  The script is sympy's `parse_expr`, `diff` and `lambdify`, for one expression after the other on one core; it answers a
sample of the rows, and its import is not counted.  `batch` is timed as a person sees it, from the start of the command
to its end: with all methods and the truth on some of the rows, and by reverse mode alone on all; each with one
process and with one for every core.  Printed are expressions a second, the ratio to the script, and the gain from
further cores.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from gradients_from_text import SHORT, Case, cases, sympy_script

from diffcompare.processes import processors

LIMIT = 10
"""Seconds after which the script is helped over an expression, as if it had answered: on some it does not end."""
SAMPLE = 100
FAST = ("--method", "reverse-ad", "--no-truth")


def write(path: Path, chosen: Sequence[Case]) -> None:
    """The rows as a file of JSON lines."""
    lines = [json.dumps({"expression": text, "point": point}) for text, point in chosen]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def script(chosen: Sequence[Case]) -> float:
    """Rows a second of the sympy script."""
    gradient = sympy_script()
    signal.signal(signal.SIGALRM, _too_long)
    start = perf_counter()
    for text, point in chosen:
        signal.alarm(LIMIT)
        with contextlib.suppress(TimeoutError):
            gradient(text, point)
    signal.alarm(0)
    return len(chosen) / (perf_counter() - start)


def _too_long(number: int, frame: object) -> None:
    raise TimeoutError


def batch(path: Path, rows: int, jobs: int, *more: str) -> float:
    """Rows a second of the command."""
    results = path.with_suffix(".results.jsonl")
    command = [sys.executable, "-m", "diffcompare", "batch", str(path), "-o", str(results), "--jobs", str(jobs), *more]
    start = perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    seconds = perf_counter() - start
    assert done.returncode in (0, 1), done
    assert results.read_bytes().count(b"\n") == rows
    results.unlink()
    return rows / seconds


def report(title: str, path: Path, rows: int, base: float, *more: str) -> None:
    """Print what one process does, what all do, and what the further ones bring."""
    one = batch(path, rows, 1, *more)
    every = batch(path, rows, processors(), *more)
    print(f"{title:28s} {one:10.1f} /s with 1 process {one / base:9.1f} x")
    print(f"{'':28s} {every:10.1f} /s with {processors()}         {every / base:9.1f} x   gain {every / one:.2f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    every = [case for case in cases(2 * count) if len(case[0]) <= SHORT][:count]
    sample = every[:SAMPLE]
    base = script(sample)
    print(f"{'sympy script':28s} {base:10.1f} /s")
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few.jsonl"), Path(folder, "many.jsonl")
        write(few, every[: 4 * SAMPLE])
        write(many, every)
        report("all methods and truth", few, min(4 * SAMPLE, len(every)), base)
        report("reverse-ad, no truth", many, len(every), base, *FAST)


if __name__ == "__main__":
    main()
