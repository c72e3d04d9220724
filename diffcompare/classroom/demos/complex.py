"""The demo `complex`: the complex step needs no subtraction, but fails for functions that are not analytic."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterator

from diffcompare.classroom.demos.frame import (
    Broken,
    Frame,
    answers_table,
    at_point,
    error_cell,
    figures,
    mask,
    table,
    true_partial,
)
from diffcompare.document import Cell
from diffcompare.localization import phrase
from diffcompare.studies.compare import Comparison, compare

X = 1.5
STEPS = (0.1, 1e-3, 1e-20)  # far too long, typical of a difference, and small enough
TEXT = "exp(x)/sqrt(sin(x)^3 + cos(x)^3)"


def frames() -> Iterator[Frame]:
    """Yield the frames: where the complex step works, and where it fails."""
    comparison = compare(TEXT, {"x": X}, methods=("central-difference", "complex-step", "reverse-ad"))
    answers = answers_table(comparison, "x", at_point(TEXT, X))
    yield Frame(
        "The example of Squire and Trapp (1998)",
        (answers,),
        "f'(x) ≈ Im f(x + ih)/h, h = 1e-20",
        "No difference is taken, so nothing cancels.",
        figures(answers, "{}"),
        "Does a step of 1e-20 work?",
        (mask(answers, (1, 1)),),
        _too_long(comparison),
    )
    yield _not_analytic()


def _too_long(comparison: Comparison) -> Broken:
    """Return what happens with steps as long as those of a difference: the truncation error -h² f‴/6 remains."""
    truth = true_partial(comparison, "x")
    answers = {h: compare(TEXT, {"x": X}, methods="complex-step", step=h).answers[0].gradient["x"] for h in STEPS}
    rows = [(h, value, error_cell(value, truth)) for h, value in answers.items()]
    return Broken(
        "h too big",
        (table("broken", at_point(TEXT, X), "h | >complex step | >error", rows),),
        "Nothing cancels, but truncation is still of order h²: only a tiny h makes it vanish.",
        {"truth": truth, **{f"h = {h:g}": value for h, value in answers.items()}},
    )


def _not_analytic() -> Frame:
    """Return the frame of four functions in plain complex arithmetic, two of them not analytic."""
    cases: tuple[tuple[str, Callable[[complex], complex], float, float], ...] = (
        (at_point("exp(x)", 1), cmath.exp, 1.0, cmath.exp(1).real),
        (phrase("|x| at -1, abs of a complex number"), lambda z: complex(abs(z)), -1.0, -1.0),
        (phrase("|x| at -1, sqrt(z*z)"), lambda z: cmath.sqrt(z * z), -1.0, -1.0),
        (at_point("conjugate(x)*x", 3), lambda z: z.conjugate() * z, 3.0, 6.0),
    )
    h = 1e-20
    rows: list[tuple[Cell, ...]] = [(name, f(complex(x, h)).imag / h, true) for name, f, x, true in cases]
    answers = table("dies", "Plain complex arithmetic, h = 1e-20", "function | >complex step | >truth", rows)
    return Frame(
        "Where it fails",
        (answers,),
        "analytic functions only",
        "abs and conjugation are not analytic: the answer is finite, but wrong.",
        figures(answers, "{}"),
        "Does it work for |x|?",
        (mask(answers, (1, 1), (3, 1)),),
        _undivided(h),
    )


def _undivided(h: float) -> Broken:
    """Return what happens if the imaginary part is not divided by h."""
    undivided = cmath.exp(complex(1, h)).imag
    rows = [("Im f(x + ih)/h", undivided / h), ("Im f(x + ih)", undivided)]
    return Broken(
        "the division by h forgotten",
        (table("broken", at_point("exp(x)", 1), "formula | >value", rows),),
        "The imaginary part is h times the derivative: so small that it is easily mistaken for 0.",
        {"truth": undivided / h, "broken": undivided},
    )
