"""Gradient checkers of PyTorch and JAX in a demo: gradients that pass and are wrong, or are right and fail.

The functions stand here as a user writes them, and the checkers run on this very file in a process of their own.  Where
neither library is installed, the table is the one that was measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress

from diffcompare.classroom import other_libraries
from diffcompare.classroom.demos.frame import Frame, table
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Cell, Code
from diffcompare.engines.registry import version
from diffcompare.inputs.function_process import LIBRARY, FunctionProcess
from diffcompare.localization import phrase

CHECKED_ON = "2026-12-01"
MEASURED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "torch": ("2.13.0", ("passes", "passes", "fails", "fails", "passes")),
    "jax": ("0.12.0.1", ("passes", "fails", "fails", "fails", "fails")),
}
"""By library: the version that was measured, and the verdicts in the order of `CASES`."""

BUDGET = 20.0  # seconds for each library, beyond its import
WORKER = "diffcompare.gradcheck.other_checkers_worker"


def small(x: float) -> float:
    """Return a function below the tolerances."""
    return 1e-6 * x**2


def small_gradient(x: float) -> float:
    """Return half of its slope."""
    return 1e-6 * x


def nearly(x: float) -> float:
    """Return a plain power."""
    return x**3


def nearly_gradient(x: float) -> float:
    """Return its slope with a wrong factor."""
    return 3 * x**2 * 0.9995


def fast(x: float) -> float:
    """Return a wave that is shorter than the steps."""
    return math.sin(1e6 * x)


def fast_gradient(x: float) -> float:
    """Return its slope."""
    return 1e6 * math.cos(1e6 * x)


def offset(x: float) -> float:
    """Return a large number that hides the small changes of another one."""
    return 1e9 + math.sin(x)


def offset_gradient(x: float) -> float:
    """Return its slope."""
    return math.cos(x)


def near_pole(x: float) -> float:
    """Return a function that bends within the longer step."""
    return 1 / x


def near_pole_gradient(x: float) -> float:
    """Return its slope."""
    return -1 / x**2


# The function, how it is written, its gradient, the point, and whether the gradient is right.
CASES: tuple[tuple[str, str, str, float, bool], ...] = (
    ("small", "1e-6*x^2", "1e-6*x", 1.0, False),
    ("nearly", "x^3", "0.9995*3*x^2", 1.0, False),
    ("fast", "sin(1e6*x)", "1e6*cos(1e6*x)", 1.0, True),
    ("offset", "1e9 + sin(x)", "cos(x)", 1.0, True),
    ("near_pole", "1/x", "-1/x^2", 1e-3, True),
)


def checkers_frame() -> Frame:
    """Return the frame of the verdicts of other libraries' checkers: asked now if one is installed, else measured."""
    names = [name for name in MEASURED if name in other_libraries.installed()]
    shown = {name: (version(name) or "", tuple(_asked_now(name))) for name in names}
    caption = phrase("Installed here, and asked now")
    if not shown:
        caption = phrase("Measured on {date}, not now: no library is installed here", date=CHECKED_ON)
        shown = dict(MEASURED)
    rows: list[tuple[Cell, ...]] = [
        (
            Code(f),
            Code(gradient),
            x,
            phrase("right") if right else phrase("wrong"),
            *[phrase(verdicts[number]) for _, verdicts in shown.values()],
        )
        for number, (_, f, gradient, x, right) in enumerate(CASES)
    ]
    tools = [f"{name} {installed}" for name, (installed, _) in shown.items()]
    heads = ["f", "given gradient", ">x", "the gradient is", *tools]
    return Frame(
        "Gradient checkers of libraries",
        (table("checkers", caption, heads, rows),),
        "",
        "One step and one tolerance for all functions: a wrong gradient passes where it is small, and a right one fails"
        " where f is fast, large or bent.",
    )


def _asked_now(library: str) -> Sequence[str]:
    """Return the verdicts of a library's checker on all cases; `failed` from where its process has no answer."""
    verdicts: list[str] = []
    with FunctionProcess(__file__, CASES[0][0], BUDGET, WORKER) as process, suppress(DiffcompareError):
        for name, _, _, x, _ in CASES:
            files = {"function": (__file__, name), "gradient": (__file__, f"{name}_gradient")}
            answer = process.ask("checker", extra=LIBRARY, library=library, arguments=[x], **files)
            verdicts.append(str(answer["verdict"]))
    return [*verdicts, *["failed"] * (len(CASES) - len(verdicts))]
