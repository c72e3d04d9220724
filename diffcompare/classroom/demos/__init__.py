"""Demos: lists of frames, computed as they are shown.  One module each; here are their names, in the order of class.

E581  no demo of that name          E583  no such frame
E582  an expression too long for a demo          E587  an expression that the page cannot play
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from diffcompare.diagnostics import MIN_SLIP_LIKENESS, Diagnostic, DiffcompareError, did_you_mean

if TYPE_CHECKING:
    from diffcompare.classroom.demos.frame import Demo

TEN = ("four-ways", "trace", "swell", "step", "sweeps", "tape", "branches", "kinks", "nan", "fd-strikes-back")
ENCORES = ("hessian", "complex", "memory", "chaos")
NAMES = (*TEN, *ENCORES)


def demo(name: str) -> Demo:
    """The demo of that name.  Raises DiffcompareError (E581) for a name that is none."""
    if name not in NAMES:
        close = did_you_mean(name, NAMES, MIN_SLIP_LIKENESS)
        cure = f"did you mean `{close}`?" if close else f"choose {', '.join(NAMES)}, or all"
        raise DiffcompareError(Diagnostic("E581", "bad_value", f"there is no demo `{name}`", help=cure))
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    found: Demo = module.DEMO
    return found


def demos(names: Iterable[str], everything: Iterable[str] = TEN) -> list[Demo]:
    """The demos of these names, each once; `all` stands for `everything`.  Raises DiffcompareError as `demo` does."""
    chosen = [each for name in names for each in (everything if name == "all" else (name,))]
    return list(map(demo, dict.fromkeys(chosen)))
