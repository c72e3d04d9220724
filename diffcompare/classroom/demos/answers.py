"""Tables of what methods say of one expression at one point, for demos about places where they disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log10

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos.frame import table
from diffcompare.document import Cell, Table
from diffcompare.localization import phrase
from diffcompare.studies.compare import Comparison, compare

METHODS = ("central-difference", "forward-difference", "symbolic", "forward-ad", "reverse-ad")


def asked(
    text: str, point: Mapping[str, float], methods: Iterable[str] = METHODS, step: float | None = None
) -> Comparison:
    """The answers of some methods, and the truth."""
    return compare(text, point, methods=methods, step=step)


def answer(found: Comparison, method: str, name: str) -> Cell:
    """A partial, or what the method says instead."""
    return said(next(each for each in found.answers if each.method == method), name)


def said(each: Derivative, name: str) -> Cell:
    """A partial, or what the method says instead: nan, inf, undefined."""
    value = each.gradient.get(name)
    if value is not None:
        return value
    note = next((note for note in each.notes if f"by {name}:" in note), "")
    return next((word for word in ("nan", "inf") if word in note), phrase(each.status))


def answers_table(found: Comparison, name: str, caption: str) -> Table:
    """A row for every method, the truth last."""
    rows: list[tuple[Cell, ...]] = [(each.method, said(each, name)) for each in found.answers]
    return table("answers", caption, f"method | >d/d{name}", [*rows, (phrase("truth"), true(found, name))])


def true(found: Comparison, name: str) -> Cell:
    """The true partial, or the slopes on both sides of a kink."""
    if found.truth is None:
        return None
    slopes = found.truth.slopes.get(name)
    if slopes is not None and slopes.left != slopes.right:
        return phrase(
            "{left} from the left, {right} from the right", left=_side(slopes.left), right=_side(slopes.right)
        )
    partial = found.truth.gradient.get(name)
    if partial is None:
        return phrase(found.truth.status) if slopes is None else slopes.left
    return partial.nearest


def _side(slope: float | None) -> str:
    return phrase("none") if slope is None else f"{slope:g}"


def digits_kept(error: float, truth: float) -> float:
    """How many digits are right, by the relative error; an `error` of 0 has no number of them."""
    return -log10(abs(error / truth))


def figures(found: Comparison, name: str) -> dict[str, Cell]:
    """Every answer by method, and the truth."""
    return {**{each.method: said(each, name) for each in found.answers}, "truth": true(found, name)}
