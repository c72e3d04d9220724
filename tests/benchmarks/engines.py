"""What `grad --with` costs beyond plain `grad`, in wall time, as a multiple of the library's own import.

    python tests/benchmarks/engines.py [LIBRARY ...]        (default: autograd; those that are not installed are left out)

The library is imported in a process of its own, which starts before everything else that `grad` does.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from time import perf_counter

from diffcompare.engines.registry import version

ROUNDS = 11
EXPRESSION = "ln(x1)+x1*x2-sin(x2)"
MOST = 1.3


def seconds(arguments: list[str]) -> float:
    """Wall seconds of one Python process."""
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return perf_counter() - start


def main() -> None:
    for name in sys.argv[1:] or ["autograd"]:
        if not version(name):
            print(f"{name} is not installed")
            continue
        plain = ["-m", "diffcompare", "grad", EXPRESSION]
        commands = {
            "plain grad": plain,
            f"grad --with {name}": [*plain, "--with", name],
            "import": ["-c", f"import {name}"],
        }
        rounds = [[seconds(arguments) for arguments in commands.values()] for _ in range(ROUNDS + 1)][1:]  # in turns
        without, asked, imported = (statistics.median(column) for column in zip(*rounds, strict=True))
        times = (asked - without) / imported
        print(f"{name} {version(name)}: import {imported:.2f} s, grad {without:.2f} s, with it {asked:.2f} s")
        print(f"    beyond plain grad: {times:.2f} x the import ({'within' if times <= MOST else 'more than'} {MOST})")


if __name__ == "__main__":
    main()
