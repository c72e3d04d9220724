"""What `grad --with` costs beyond plain `grad`, as a multiple of the library's import, and what an audit costs.

    python tests/benchmarks/engines.py [--audit] [LIBRARY ...]    (default: autograd; what is not installed is left out)

The library is imported in a process of its own, which starts before everything else that `grad` does: that is wall
time.  An audit is measured in processor time of all its processes, as a multiple of the library's import and one
evaluation of every function of the suite at its point, by the library's functions on its numbers; `--audit` measures
this alone.  A library of formulas builds and evaluates each: it is asked for a gradient with respect to no variable.
Of a library that loads in a blink the multiple says little: about one second of every audit is ours.
"""

from __future__ import annotations

import functools
import os
import resource
import statistics
import subprocess
import sys
from time import perf_counter, process_time

from diffcompare.engines.engine import as_function, every_function, written_for
from diffcompare.engines.registry import engine, version
from diffcompare.language.parser import parse
from diffcompare.studies.audit_suite import suite

ROUNDS = 11
EXPRESSION = "ln(x1)+x1*x2-sin(x2)"
MOST = 1.3
MOST_OF_AUDIT = 10
NUMBERS = {  # of libraries whose file does not say how one is made, and which do not take Python's
    "mlx": lambda library, x: library.core.array(x, dtype=library.core.float64),
    "num-dual": lambda library, x: library.Dual64(x, 0.0),
    "paddle": lambda library, x: library.to_tensor(x, dtype="float64"),
    "tinygrad": lambda library, x: library.Tensor([x], dtype=library.dtypes.float64).realize(),
}
AS_DOUBLE = {"num-dual": lambda x: x.value}
OF_FORMULAS = ("casadi", "ddx-ad", "drake", "heyoka", "openturns", "pyomo", "pytensor", "symengine")
MEASURED = {name: x for name, x in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as users have it


def seconds(arguments: list[str]) -> float:
    """Wall seconds of one Python process."""
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=MEASURED)
    return perf_counter() - start


def import_and_values(name: str) -> tuple[float, int, int]:
    """Processor seconds of an import and of the suite's values, how many these are, and how many it refuses."""
    cases = list(suite(second=False))
    start = process_time()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    loaded = engine(name).load()
    functions, known, refused = every_function(loaded), 0, 0
    number = functools.partial(NUMBERS[name], sys.modules[name.replace("-", "_")]) if name in NUMBERS else loaded.number
    as_double = AS_DOUBLE.get(name, loaded.as_double)
    for case in cases:
        try:
            if case.call:
                f = functions[case.call]
            else:
                f = as_function(written_for(parse(case.expression, names=case.at), functions)[0], case.at, functions)
            if engine(name).program or name in OF_FORMULAS:
                loaded.modes[engine(name).modes[0]](f, list(case.at.values()), ())
            else:
                as_double(f(*(map(number, case.at.values()) if number else case.at.values())))
            known += 1
        except Exception:
            refused += 1
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    programs = children.ru_utime + children.ru_stime - used.ru_utime - used.ru_stime
    return process_time() - start + programs, known, refused


def processor_seconds(arguments: list[str]) -> tuple[float, str]:
    """Processor seconds of a Python process and of all that it starts, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=MEASURED
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def show_audit(name: str) -> None:
    """Print what an audit costs."""
    _, printed = processor_seconds([__file__, "--values", name])
    once, known, refused = map(float, printed.splitlines()[-1].split())  # above it may be what a library says
    audit, _ = processor_seconds(["-m", "diffcompare", "audit", name, "--quiet"])
    print(
        f"{name}: import and {known:.0f} values ({refused:.0f} refused) {once:.1f} s of processor, audit {audit:.1f} s"
    )
    times = audit / once
    print(f"    audit: {times:.1f} x that ({'within' if times <= MOST_OF_AUDIT else 'more than'} {MOST_OF_AUDIT})")


def main() -> None:
    if sys.argv[1:2] == ["--values"]:
        print(*import_and_values(sys.argv[2]))
        return
    audit_only = sys.argv[1:2] == ["--audit"]
    for name in sys.argv[1 + audit_only :] or ["autograd"]:
        if not version(name):
            print(f"{name} is not installed")
            continue
        if audit_only:
            show_audit(name)
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
        show_audit(name)


if __name__ == "__main__":
    main()
