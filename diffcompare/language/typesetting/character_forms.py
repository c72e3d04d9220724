"""Expressions in characters, in two dimensions: fractions are stacked, exponents raised, brackets as tall as it takes.

A piece is a rectangle of characters with a baseline: its lines are equally wide, counted in the cells of a terminal,
and pieces in a row stand with their baselines on one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.diagnostics import width
from diffcompare.language.expression import Expression
from diffcompare.language.typesetting.letters import Name
from diffcompare.language.typesetting.typesetter import Fence, Sign, is_small, typeset

MAX_HEIGHT = 12  # lines of a formula; a higher one is no easier to read than its text

_SUBSCRIPTS = str.maketrans("-0123456789,", "₋₀₁₂₃₄₅₆₇₈₉,")
_SUPERSCRIPTS = str.maketrans("\u22120123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_RAISED = frozenset("\u22120123456789")
_MARKS = {"": "", "bar": "\u0304", "dot": "\u0307"}

_SIGNS: dict[Sign, str] = {
    "plus": " + ", "minus": " \u2212 ", "times": "⋅", "beside": "", "space": " ", "function": " ",
}  # fmt: skip

_RELATIONS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}

# The characters of a bracket: alone, at the top, between, at the bottom.
_OPENING: dict[Fence, str] = {"round": "(⎛⎜⎝", "square": "[⎡⎢⎣", "abs": "││││", "floor": "⌊⎢⎢⎣", "ceil": "⌈⎡⎢⎢"}
_CLOSING: dict[Fence, str] = {"round": ")⎞⎟⎠", "square": "]⎤⎥⎦", "abs": "││││", "floor": "⌋⎥⎥⎦", "ceil": "⌉⎤⎥⎥"}

_FUNCTIONS = {
    **{name: f"arc{name[1:]}" for name in ("asin", "acos", "atan")},
    "log10": "log₁₀",
    "log2": "log₂",
    "gamma": "Γ",
    "digamma": "ψ",
}


class Box(NamedTuple):
    """A rectangle of characters, and the number of the line that is its baseline."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def columns(self) -> int:
        """The width in cells of a terminal, the same for every line."""
        return width(self.lines[0])

    @property
    def below(self) -> int:
        """The number of lines below the baseline."""
        return len(self.lines) - 1 - self.base


def box(text: str) -> Box:
    """Return a text of one line as a box."""
    return Box((text,))


def beside(*boxes: Box) -> Box:
    """Return boxes side by side, on one baseline."""
    base, below = max([part.base for part in boxes]), max([part.below for part in boxes])
    padded = []
    for part in boxes:
        blank = " " * part.columns
        padded.append([blank] * (base - part.base) + list(part.lines) + [blank] * (below - part.below))
    return Box(tuple(["".join(row) for row in zip(*padded, strict=True)]), base)


def stacked(*boxes: Box, base: int, left: bool = False) -> Box:
    """Return boxes one above the other, in the middle or at the left; `base` is the number of the baseline."""
    columns = max([part.columns for part in boxes])
    lines = []
    for part in boxes:
        before = 0 if left else (columns - part.columns) // 2
        lines += [" " * before + line + " " * (columns - part.columns - before) for line in part.lines]
    return Box(tuple(lines), base)


class CharacterForms:
    """The writer of characters; see `Forms`."""

    def number(self, digits: str) -> Box:
        return box(digits)

    def name(self, name: Name) -> Box:
        below = f"_{name.below}" if name.is_word_below else name.below.translate(_SUBSCRIPTS)
        return box(f"{name.stem}{_MARKS[name.mark]}{below}")

    def constant(self, name: str) -> Box:
        return box("π" if name == "pi" else name)

    def negated(self, inner: Box) -> Box:
        return beside(box("\u2212"), inner)

    def row(self, left: Box, sign: Sign, right: Box) -> Box:
        tall = len(left.lines) > 1 or len(right.lines) > 1
        between = " ⋅ " if sign == "times" and tall else " " if sign == "beside" and tall else _SIGNS[sign]
        return beside(left, box(between), right) if between else beside(left, right)

    def fraction(self, above: Box, below: Box) -> Box:
        # A fraction in a fraction has the shorter line, so that the outer one is seen.
        columns = max(above.columns, below.columns) + 2 * any("─" in part.lines[part.base] for part in (above, below))
        return stacked(above, box("─" * columns), below, base=len(above.lines))

    def power(self, base: Box, exponent: Box) -> Box:
        if len(base.lines) == len(exponent.lines) == 1 and _RAISED.issuperset(exponent.lines[0]):
            return box(base.lines[0] + exponent.lines[0].translate(_SUPERSCRIPTS))
        left = Box((" " * base.columns,) * len(exponent.lines) + base.lines, len(exponent.lines) + base.base)
        right = Box(exponent.lines + (" " * exponent.columns,) * len(base.lines), left.base)
        return beside(left, right)

    def root(self, inner: Box, degree: int) -> Box:
        sign = "√" if degree == 2 else "∛"
        stem = [" ┌", *[" │"] * (len(inner.lines) - 1), f"{sign}│"]
        roof = "─" * (inner.columns + 1)  # a little longer, so that it is seen where the root ends
        below = [f"{line} " for line in inner.lines]
        lines = [start + line for start, line in zip(stem, (roof, *below), strict=True)]
        return Box(tuple(lines), inner.base + 1)

    def fenced(self, inner: Box, fence: Fence) -> Box:
        return beside(_bracket(_OPENING[fence], inner), inner, _bracket(_CLOSING[fence], inner))

    def call(self, function: str, exponent: Box | None, arguments: Sequence[Box]) -> Box:
        called = box(_FUNCTIONS.get(function, function))
        listed: list[Box] = []
        for argument in arguments:
            listed += [box(", "), argument] if listed else [argument]
        raised = called if exponent is None else self.power(called, exponent)
        return beside(raised, self.fenced(beside(*listed), "round"))

    def cases(self, left: Box, relation: str, right: Box, yes: Box, no: Box) -> Box:
        condition = beside(box("  if "), left, box(f" {_RELATIONS[relation]} "), right)
        columns = max(yes.columns, no.columns)
        first = beside(_widened(yes, columns), condition)
        rows = stacked(
            first, box(""), beside(_widened(no, columns), box("  otherwise")), base=len(first.lines), left=True
        )
        middle = [("⎪", "⎨")[number == rows.base] for number in range(len(rows.lines))]
        brace = Box(("⎧", *middle[1:-1], "⎩"), rows.base)
        return beside(brace, box(" "), rows)

    def derivative(self, by: Box, partial: bool, inner: Box) -> Box:
        d = "∂" if partial else "d"
        return beside(self.fraction(box(d), beside(box(d), by)), box(" "), inner)


def _bracket(characters: str, inner: Box) -> Box:
    """Return a bracket as tall as what it holds."""
    if len(inner.lines) == 1:
        return box(characters[0])
    between = (characters[2],) * (len(inner.lines) - 2)
    return Box((characters[1], *between, characters[3]), inner.base)


def _widened(part: Box, columns: int) -> Box:
    return beside(part, box(" " * (columns - part.columns))) if part.columns < columns else part


FORMS = CharacterForms()


def layout(expression: Expression) -> Box | None:
    """Return an expression in two dimensions; None for one that is too large to be typeset."""
    return typeset(expression, FORMS) if is_small(expression) else None


def in_two_dimensions(expression: Expression, columns: int = 80) -> list[str] | None:
    """Return the lines of an expression in two dimensions; None where it is too large, too wide or too high."""
    found = layout(expression)
    if found is None or found.columns > columns or len(found.lines) > MAX_HEIGHT:
        return None
    return list(found.lines)
