"""Demos: lists of frames that are computed when they are shown, one module each; their names in teaching order.

E581  no demo of that name          E599  no such frame
E598  an expression too long for a demo          E585  an expression that a demo or the page cannot play
E579  a lesson too short for any demo             W585  demos of a lesson that are not about the viewer's function
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from diffcompare.diagnostics import MIN_SLIP_LIKENESS, did_you_mean, usage_error

if TYPE_CHECKING:
    from diffcompare.classroom.demos.frame import Demo

TEN = ("four-ways", "trace", "swell", "step", "sweeps", "tape", "branches", "kinks", "nan", "fd-strikes-back")
ENCORES = ("hessian", "nesting", "complex", "memory", "chaos")
NAMES = (*TEN, *ENCORES)
# Play the viewer's own function, too; `branches` only one in Python.
OWN = ("four-ways", "trace", "swell", "step", "sweeps", "tape", "branches", "hessian")
SURVEY, AT_SURVEY = "ln(x1) + x1*x2 - sin(x2)", {"x1": 2.0, "x2": 5.0}  # the survey's function, in many of them


def load_demo(name: str) -> Demo:
    """Return the demo of that name.  Raises DiffcompareError (E581) if there is none."""
    if name not in NAMES:
        suggestion = did_you_mean(name, NAMES, MIN_SLIP_LIKENESS)
        fix = f"did you mean `{suggestion}`?" if suggestion else f"choose {', '.join(NAMES)}, or all"
        raise usage_error("E581", f"there is no demo `{name}`", fix)
    module = import_module(f"{__name__}.{name.replace('-', '_')}")  # each imports what only its own frames need
    demo: Demo = module.DEMO
    return demo


def select_demos(names: Iterable[str], all_names: Iterable[str] = TEN) -> list[Demo]:
    """Return the demos of these names, each once; `all` stands for `all_names`.

    Raises DiffcompareError (E581) for an unknown name.
    """
    chosen = [name for given in names for name in (all_names if given == "all" else (given,))]
    return list(map(load_demo, dict.fromkeys(chosen)))
