"""Kinks: where there is no derivative, a convention answers."""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare.classroom.demos.answers import answers_table, asked, figures, said
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.document import Cell
from diffcompare.localization import phrase

AT_ZERO = (
    ("|x|", "The corner of |x|", "Left slope -1, right slope 1: any number between them is a convention, ours is 0."),
    (
        "max(x, 0)",
        "max(x, 0)",
        "A tie takes the second argument here. Elsewhere it is 1/2 (PyTorch 2.15, JAX 0.12), 1 (TensorFlow 2.21)"
        " or 0 (MLX 0.32).",
    ),
    (
        "relu(x) - relu(-x)",
        "relu(x) - relu(-x) is x",
        "Two conventions of 0 add up to 0, where the truth is 1: a finite number, and wrong (Kakade and Lee 2018).",
    ),
)


def frames() -> Iterator[Frame]:
    """One-sided slopes first."""
    for text, title, sentence in AT_ZERO:
        found = asked(text, {"x": 0.0})
        shown = answers_table(found, "x", phrase("{text} at {where}", text=text, where=0))
        places = [(row, 1) for row in range(len(shown.rows))]
        yield Frame(
            title,
            (shown,),
            f"f(x) = {text}, x = 0",
            sentence,
            figures(found, "x"),
            "What is the derivative at 0?",
            (masked(shown, *places),),
            _one_side(text),
        )
    yield _beside()
    yield _staircase()


def _one_side(text: str) -> Broken | None:
    """Somebody looks to one side only; none where the sides agree, or one of them has no answer."""
    found = asked(text, {"x": 0.0}, ("forward-difference", "backward-difference"))
    right, left = (said(answer, "x") for answer in found.answers)
    if not isinstance(right, float) or not isinstance(left, float) or right == left:
        return None
    rows: list[tuple[Cell, ...]] = [(phrase("to the right"), right), (phrase("to the left"), left)]
    return Broken(
        "one side only",
        (table("broken", phrase("Slopes of {text} at 0", text=text), "where to | >slope", rows),),
        "Whoever looks to one side only has a number. The sides differ: there is no derivative.",
        {"right": right, "left": left},
    )


def _beside() -> Frame:
    found = asked("relu(x)", {"x": -1e-9}, ("forward-difference", "central-difference", "reverse-ad"))
    shown = answers_table(found, "x", phrase("{text} at {where}", text="relu(x)", where="-1e-9"))
    return Frame(
        "Beside the kink",
        (shown,),
        "the step is longer than the way to the kink",
        "A failed gradient check need not mean a wrong gradient: the difference straddles the kink.",
        figures(found, "x"),
        "Which method is right?",
        (masked(shown, (0, 1), (1, 1), (2, 1)),),
    )


def _staircase() -> Frame:
    text, point = "floor(10*x)/10", {"x": 0.25}
    rows: list[tuple[Cell, ...]] = []
    for method, h in (("reverse-ad", None), ("central-difference", 0.1), ("central-difference", 0.01)):
        answer = asked(text, point, (method,), h).answers[0]
        rows.append((method if h is None else f"{method}, h = {h}", said(answer, "x")))
    shown = table("staircase", phrase("{text} at {where}", text=text, where=0.25), "method | >d/dx", rows)
    return Frame(
        "A staircase",
        (shown,),
        "flat almost everywhere, and yet it climbs with slope 1",
        "A gradient of 0 need not be a bug, and need not be what you want.",
        {str(row[0]): row[1] for row in rows},
        "What is the slope of a staircase?",
        (masked(shown, *[(i, 1) for i in range(3)]),),
    )


DEMO = Demo(
    "kinks",
    6,
    'At a kink the "derivative" is a house rule.',
    "One-sided slopes first, conventions second, trust third.",
    frames,
)
