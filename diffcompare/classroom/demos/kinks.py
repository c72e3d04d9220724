"""The demo `kinks`: where a function has no derivative, methods follow conventions."""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare.classroom.demos.frame import (
    Broken,
    Frame,
    answers_table,
    at_point,
    figures,
    mask,
    partial_cell,
    table,
)
from diffcompare.classroom.demos.function_picture import function_picture, without_lines
from diffcompare.classroom.other_libraries import LibraryQuestion, Measured, libraries_frames
from diffcompare.document import Cell
from diffcompare.localization import phrase
from diffcompare.studies.compare import compare

METHODS = ("central-difference", "forward-difference", "symbolic", "forward-ad", "reverse-ad")
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
        "Two conventions of 0 add up to 0, where the truth is 1: a finite number, but wrong (Kakade and Lee 2018).",
    ),
)

LIBRARIES = (
    LibraryQuestion("|x|", 0.0, "-1 | 1"),
    LibraryQuestion("max(x, 0)", 0.0, "0 | 1"),
    LibraryQuestion("relu(x) - relu(-x)", 0.0, "1"),
)
MEASURED: Measured = {
    "torch": ("2.15.0", (0.0, 0.5, 0.0)),
    "jax": ("0.12.0.1", (1.0, 0.5, 0.0)),
    "autograd": ("1.9.1", (0.0, 0.5, 1.0)),
    "casadi": ("3.8.2", (0.0, 0.5, 1.0)),
    "tensorflow": ("2.21.0", (0.0, 1.0, 0.0)),
    "pytensor": ("3.3.8", (0.0, 1.0, 2.0)),
    "mlx": ("0.32.4", (0.0, 0.0, 0.0)),
}


def frames() -> Iterator[Frame]:
    """Yield three functions with a kink at 0, also in other libraries, a point close to one, and a step function."""
    for text, title, sentence in AT_ZERO:
        comparison = compare(text, {"x": 0.0}, methods=METHODS, simplify="none")
        answers = answers_table(comparison, "x", at_point(text, 0))
        picture = function_picture(text, {"x": 0.0}, [("reverse-ad", figures(answers, "{}")["reverse-ad"])])
        yield Frame(
            title,
            (picture, answers),
            f"f(x) = {text}, x = 0",
            sentence,
            figures(answers, "{}"),
            "What is the derivative at 0?",
            (without_lines(picture), mask(answers, 1)),
            _one_side(text),
        )
    yield from libraries_frames(
        "Other libraries at 0",
        LIBRARIES,
        MEASURED,
        "Conventions go function by function, not library by library. Of relu(x) - relu(-x) only 1 is right.",
    )
    yield _near_kink()
    yield _staircase()


def _one_side(text: str) -> Broken | None:
    """Return the two one-sided slopes; None where they agree or one of them is missing."""
    answers = compare(text, {"x": 0.0}, methods=("forward-difference", "backward-difference")).answers
    right, left = (partial_cell(answer, "x") for answer in answers)
    if not isinstance(right, float) or not isinstance(left, float) or right == left:
        return None
    rows: list[tuple[Cell, ...]] = [(phrase("to the right"), right), (phrase("to the left"), left)]
    return Broken(
        "one side only",
        (table("broken", phrase("Slopes of {text} at 0", text=text), "where to | >slope", rows),),
        "One side alone always gives a number. The sides differ, so there is no derivative.",
        {"right": right, "left": left},
    )


def _near_kink() -> Frame:
    """Return the frame of a point whose distance to the kink is smaller than the step."""
    methods = ("forward-difference", "central-difference", "reverse-ad")
    comparison = compare("relu(x)", {"x": -1e-9}, methods=methods)
    answers = answers_table(comparison, "x", at_point("relu(x)", "-1e-9"))
    lines = [(method, figures(answers, "{}")[method]) for method in methods]
    picture = function_picture("relu(x)", {"x": -1e-9}, lines, range=(-2e-8, 2e-8), shows="tangent")
    return Frame(
        "Close to the kink",
        (picture, answers),
        "the step is longer than the distance to the kink",
        "A failed gradient check need not mean a wrong gradient: the difference straddles the kink.",
        figures(answers, "{}"),
        "Which method is right?",
        (without_lines(picture), mask(answers, (0, 1), (1, 1), (2, 1))),
    )


def _staircase() -> Frame:
    """Return the frame of a step function, whose exact derivative 0 is of no use."""
    text, point = "floor(10*x)/10", {"x": 0.25}
    rows: list[tuple[Cell, ...]] = []
    for method, h in (("reverse-ad", None), ("central-difference", 0.1), ("central-difference", 0.01)):
        answer = compare(text, point, methods=method, step=h).answers[0]
        rows.append((method if h is None else f"{method}, h = {h}", partial_cell(answer, "x")))
    slopes = table("staircase", at_point(text, 0.25), "method | >d/dx", rows)
    lines = [(str(method), slope) for method, slope in rows[1:2]]
    picture = function_picture(text, point, lines, range=(0.0, 1.0), shows="tangent")
    return Frame(
        "A staircase",
        (picture, slopes),
        "flat almost everywhere, and yet it climbs with slope 1",
        "A gradient of 0 need not be a bug, and need not be what you want.",
        figures(slopes, "{}"),
        "What is the slope of a staircase?",
        (without_lines(picture), mask(slopes, 1)),
    )
