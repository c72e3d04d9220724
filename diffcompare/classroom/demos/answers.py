"""Cells and tables of the answers that methods give for one expression at one point, for all demos."""

from __future__ import annotations

from math import log10

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos.frame import table
from diffcompare.document import Approximate, Cell, Table
from diffcompare.localization import phrase
from diffcompare.studies.compare import Comparison

METHODS = ("central-difference", "forward-difference", "symbolic", "forward-ad", "reverse-ad")


def partial_cell(answer: Derivative, variable: str) -> Cell:
    """Return a method's partial derivative, or the reason why there is none: nan, inf, undefined …"""
    value = answer.gradient.get(variable)
    if value is not None:
        return value
    note = next((note for note in answer.notes if f"by {variable}:" in note), "")
    return next((word for word in ("nan", "inf") if word in note), phrase(answer.status))


def partial_by(comparison: Comparison, method: str, variable: str) -> Cell:
    """Return the partial of one method, or the reason why there is none."""
    return partial_cell(next(answer for answer in comparison.answers if answer.method == method), variable)


def true_partial(comparison: Comparison, variable: str) -> Cell:
    """Return the true partial, or the slopes on both sides of a kink."""
    if comparison.truth is None:
        return None
    slopes = comparison.truth.slopes.get(variable)
    if slopes is not None and slopes.left != slopes.right:
        left, right = _slope_text(slopes.left), _slope_text(slopes.right)
        return phrase("{left} from the left, {right} from the right", left=left, right=right)
    partial = comparison.truth.gradient.get(variable)
    if partial is None:
        return phrase(comparison.truth.status) if slopes is None else slopes.left
    return partial.nearest


def _slope_text(slope: float | None) -> str:
    return phrase("none") if slope is None else f"{slope:g}"


def error_cell(value: Cell, truth: Cell) -> Approximate | None:
    """Return the absolute error of a partial, where it and the truth are both numbers."""
    return Approximate(abs(value - truth)) if isinstance(value, float) and isinstance(truth, float) else None


def answers_table(comparison: Comparison, variable: str, caption: str) -> Table:
    """Return a table with a row for every method, and the truth in the last row."""
    rows: list[tuple[Cell, ...]] = [(answer.method, partial_cell(answer, variable)) for answer in comparison.answers]
    rows.append((phrase("truth"), true_partial(comparison, variable)))
    return table("answers", caption, f"method | >d/d{variable}", rows)


def answer_figures(comparison: Comparison, variable: str) -> dict[str, Cell]:
    """Return every method's partial by the method's name, and the truth."""
    partials = {answer.method: partial_cell(answer, variable) for answer in comparison.answers}
    return {**partials, "truth": true_partial(comparison, variable)}


def digits_kept(error: float, truth: float) -> float:
    """Return the number of correct digits, -log10 of the relative error.  The error must not be 0."""
    return -log10(abs(error / truth))
