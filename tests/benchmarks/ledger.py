"""The ledger of the source: how many modules and lines there are, and how they depend on one another.

    python tests/benchmarks/ledger.py

The limits that these counts must keep stand in `tests/test_architecture.py`.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_architecture import MODULES, count_imports, lines_of, loaded_by_grad


def main() -> None:
    lines = sorted(map(lines_of, MODULES))
    counts = count_imports()
    for what, count in {
        "modules": len(lines),
        "lines": sum(lines),
        "lines of the median module": round(statistics.median(lines)),
        "lines of the longest module": lines[-1],
        "modules below 60 lines": sum(count < 60 for count in lines),
        "imports of our own modules inside functions": counts["late"],
        "imports of our own modules for type checkers only": counts["type"],
        "modules that the default grad loads": len(loaded_by_grad()),
    }.items():
        print(f"{what:52s}{count:8,}")


if __name__ == "__main__":
    main()
