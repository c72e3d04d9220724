"""The complex step: no subtraction, and where it dies."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterator

from diffcompare.classroom.demos.answers import answers_table, asked, figures, true
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.document import Approximate, Cell
from diffcompare.localization import phrase
from diffcompare.studies.compare import Comparison

X = 1.5
STEPS = (0.1, 1e-3, 1e-20)
"""Far too long, as long as that of a difference, and as it should be."""
TEXT = "exp(x)/sqrt(sin(x)^3 + cos(x)^3)"


def frames() -> Iterator[Frame]:
    """It works for what is analytic."""
    found = asked(TEXT, {"x": X}, ("central-difference", "complex-step", "reverse-ad"))
    shown = answers_table(found, "x", phrase("{text} at {where}", text=TEXT, where=X))
    yield Frame(
        "The example of Squire and Trapp (1998)",
        (shown,),
        "f'(x) ≈ Im f(x + ih)/h, h = 1e-20",
        "No difference is taken, so nothing cancels.",
        figures(found, "x"),
        "A step of 1e-20?",
        (masked(shown, (1, 1)),),
        _too_long(found),
    )
    yield _dies()


def _too_long(found: Comparison) -> Broken:
    """The steps of a difference: nothing cancels, but what is left out, -h² f‴/6, is there all the same."""
    truth = true(found, "x")
    answers = {h: asked(TEXT, {"x": X}, ("complex-step",), h).answers[0].gradient["x"] for h in STEPS}
    rows = [
        (h, value, Approximate(abs(value - truth)) if isinstance(truth, float) else None)
        for h, value in answers.items()
        if value is not None
    ]
    return Broken(
        "h too big",
        (table("broken", phrase("{text} at {where}", text=TEXT, where=X), "h | >complex step | >error", rows),),
        "Nothing cancels, but truncation is still of order h²: only a tiny h makes it vanish.",
        {"truth": truth, **{f"h = {h:g}": value for h, value in answers.items()}},
    )


def _dies() -> Frame:
    """By plain complex arithmetic, as somebody would write it."""
    cases: tuple[tuple[str, Callable[[complex], complex], float, float], ...] = (
        (phrase("{text} at {where}", text="exp(x)", where=1), cmath.exp, 1.0, cmath.exp(1).real),
        (phrase("|x| at -1, abs of a complex number"), lambda z: complex(abs(z)), -1.0, -1.0),
        (phrase("|x| at -1, sqrt(z*z)"), lambda z: cmath.sqrt(z * z), -1.0, -1.0),
        (phrase("{text} at {where}", text="conjugate(x)*x", where=3), lambda z: z.conjugate() * z, 3.0, 6.0),
    )
    h = 1e-20
    rows: list[tuple[Cell, ...]] = [(name, f(complex(x, h)).imag / h, true) for name, f, x, true in cases]
    shown = table("dies", "Plain complex arithmetic, h = 1e-20", "function | >complex step | >truth", rows)
    return Frame(
        "Where it dies",
        (shown,),
        "analytic functions only",
        "abs and conjugation are not analytic: the answer is finite, and wrong.",
        {str(row[0]): row[1] for row in rows},
        "Does it work for |x|?",
        (masked(shown, (1, 1), (3, 1)),),
        _undivided(h),
    )


def _undivided(h: float) -> Broken:
    """The imaginary part as it stands."""
    forgotten = cmath.exp(complex(1, h)).imag
    rows = [("Im f(x + ih)/h", forgotten / h), ("Im f(x + ih)", forgotten)]
    return Broken(
        "the division by h forgotten",
        (table("broken", phrase("{text} at {where}", text="exp(x)", where=1), "formula | >value", rows),),
        "The imaginary part is h times the derivative: so small that it is easily taken for 0.",
        {"truth": forgotten / h, "broken": forgotten},
    )


DEMO = Demo(
    "complex",
    3,
    "A step that subtracts nothing can be as small as you like.",
    "Exact for what is analytic, silently wrong for what is not.",
    frames,
)
