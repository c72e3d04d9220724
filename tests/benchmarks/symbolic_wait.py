"""How long people wait for sympy: ratios of times that were taken in turns in one run.

    python tests/benchmarks/symbolic_wait.py [ROUNDS [OTHER]]        (Linux and macOS; the first table on Linux only)

The default `grad` of every entry of the catalogue over `import sympy` (processor time of all its processes), the time to
the first table on a terminal over a bare Python (processor time of the process that prints it, and wall time), and the
demos and the lesson over `import sympy`, or over those of another checkout in the folder OTHER.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from start_up import SURVEY, children, run

from diffcompare.inputs.catalogue import references

IMPORT = ["-c", "import sympy"]
COLUMNS = {"COLUMNS": "100", "LINES": "80", "TERM": "xterm-256color"}
LONG = (["demo", "all", "--quiet"], ["lesson", "-o", os.path.join(tempfile.gettempdir(), "lesson.html")])


def used(arguments: list[str], folder: str | None = None) -> float:
    """CPU seconds of one Python process and its children, with the package in a folder of its own if it is given."""
    before = children()
    environment = {**os.environ, **({} if folder is None else {"PYTHONPATH": folder})}
    subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        env=environment, cwd=folder,
    )  # fmt: skip
    return children() - before


def first_table(arguments: list[str]) -> tuple[float, float]:
    """Return CPU and wall seconds of a command on a terminal until its table of costs is on the screen."""
    import pty

    start = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.execve(sys.executable, [sys.executable, *arguments], {**os.environ, **COLUMNS})
    shown = b""
    while b"Cost" not in shown:
        shown += os.read(terminal, 65536)
    wall = time.perf_counter() - start
    cpu = int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:  # the terminal is closed
            break
    os.waitpid(process, 0)
    os.close(terminal)
    return cpu, wall


def main(rounds: int, other: str | None) -> None:
    ratios = []
    for reference in references():
        grad = ["-m", "diffcompare", "grad", reference]
        pairs = [(used(grad), used(IMPORT)) for _ in range(rounds)]
        ratios.append((statistics.median(a / b for a, b in pairs), reference))
    ratios.sort()
    print(f"{'grad, median of the catalogue':40s} {statistics.median(r for r, _ in ratios):6.2f} x import sympy, CPU")
    print(f"{f'grad, worst: {ratios[-1][1]}':40s} {ratios[-1][0]:6.2f} x import sympy, CPU")
    if Path("/proc/self/schedstat").exists():
        firsts = [(first_table(["-m", "diffcompare", "grad", SURVEY]), run(["-c", "pass"])) for _ in range(7 * rounds)]
        for place, kind in enumerate(("CPU", "wall")):
            ratio = statistics.median(a[place] for a, _ in firsts) / statistics.median(b[place] for _, b in firsts)
            print(f"{'the first table on a terminal':40s} {ratio:6.2f} x python -c pass, {kind}")
    for words in LONG:
        command = ["-m", "diffcompare", *words]
        pairs = [(used(command), used(IMPORT if other is None else command, other)) for _ in range(rounds)]
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{' '.join(words[:3])[:40]:40s} {ratio:6.2f} x {'import sympy' if other is None else other}, CPU")


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["3"])[0]), (sys.argv[2:] or [None])[0])
