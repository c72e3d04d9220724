"""Four ways to differentiate a function, side by side: by hand, numerically, symbolically, automatically.

    >>> import diffcompare as dc
    >>> dc.gradient("ln(x1) + x1*x2 - sin(x2)", {"x1": 2, "x2": 5})
    {'x1': 5.5, 'x2': 1.7163378145367738}

`dc.compare("x^2*sin(x)", x=1.5)` runs every method and measures each against the truth; `dc.trace`, `dc.graph`,
`dc.derive` and `dc.sweep` show how the methods work; `dc.check` tells whether a derivative that you wrote is right;
`dc.parse(text)` returns the expression.  Wrong input raises `dc.DiffcompareError`, whose text says where the mistake is
and how to fix it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing for this would double the time of `--version`
if TYPE_CHECKING:
    from typing import Any

    from diffcompare.api import check
    from diffcompare.diagnostics import Diagnostic, DiffcompareError
    from diffcompare.gradcheck.gradient_check import GradientCheck
    from diffcompare.language.expression import Expression
    from diffcompare.language.parser import parse
    from diffcompare.studies.check import Check
    from diffcompare.studies.compare import Comparison, compare
    from diffcompare.studies.derive import derive
    from diffcompare.studies.gradient import gradient
    from diffcompare.studies.graph import graph
    from diffcompare.studies.step_sweep.sweep import sweep
    from diffcompare.studies.trace import trace

__version__ = "0.1.0"
__all__ = [
    "Check",
    "Comparison",
    "Diagnostic",
    "DiffcompareError",
    "Expression",
    "GradientCheck",
    "check",
    "compare",
    "derive",
    "gradient",
    "graph",
    "parse",
    "sweep",
    "trace",
]

_HOMES = {
    "Check": "diffcompare.studies.check",
    "Comparison": "diffcompare.studies.compare",
    "Diagnostic": "diffcompare.diagnostics",
    "DiffcompareError": "diffcompare.diagnostics",
    "Expression": "diffcompare.language.expression",
    "GradientCheck": "diffcompare.gradcheck.gradient_check",
    "check": "diffcompare.api",
    "compare": "diffcompare.studies.compare",
    "derive": "diffcompare.studies.derive",
    "gradient": "diffcompare.studies.gradient",
    "graph": "diffcompare.studies.graph",
    "parse": "diffcompare.language.parser",
    "sweep": "diffcompare.studies.step_sweep.sweep",
    "trace": "diffcompare.studies.trace",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: `diffcompare --version` imports this package and needs none of these modules.
    if name not in _HOMES:
        raise AttributeError(f"module 'diffcompare' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
