"""Equations as lines of text: aligned at `=`, remarks in their own column, long formulas folded but never cut."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.render.text_layout import clean, wrap

if TYPE_CHECKING:
    from diffcompare.document import Equations
    from diffcompare.render import Look
    from diffcompare.render.text_layout import Line

MAX_LEFT_WIDTH = 20  # a longer left side gets a line of its own, with the `=` below it

_GAP = 3  # spaces between formula and remark
_MIN_COLUMNS = 12  # the least room for formulas; a remark that would leave less goes below

# A formula may be broken before a sign or a relation, and after a product sign, a parenthesis or a comma; never inside
# the closing "… (1,234 nodes)" of a shortened formula.
_BREAKS = re.compile(
    r"(?<= )(?=(?:[-+=]|[<>!=]=?) )|(?<=[*(\[])(?<!… \()(?<!\.\.\. \()(?=\S)|(?<=/)(?!d\w+\[)|(?<=[,;] )"
)


def equation_lines(block: Equations, look: Look, columns: int | None = None) -> list[Line]:
    """Return the equations as lines of at most `columns` columns; None puts each row on one line."""
    rows = [
        (_text(row.left, look) if row.left is not None else "", _text(row.right, look), clean(row.remark, look.unicode))
        for row in block.rows
    ]
    indent = max([width(left) for left, _, _ in rows if width(left) <= MAX_LEFT_WIDTH], default=0)
    indent = max(indent, 2) if any(width(left) > indent for left, _, _ in rows) else indent
    start = indent + len(" = ")
    widest = max([width(right) for _, right, _ in rows], default=0)
    remarks = max([width(remark) for _, _, remark in rows], default=0)
    column = start + widest + _GAP
    if columns is not None and column + remarks > columns:
        column = max(columns - remarks, start + _MIN_COLUMNS)
    lines: list[Line] = []
    for left, right, remark in rows:
        lines += _row(left, right, remark, indent, column, columns)
    return lines


def _row(left: str, right: str, remark: str, indent: int, column: int, columns: int | None) -> list[Line]:
    lines: list[Line] = []
    if width(left) > indent:
        room = len(left) if columns is None else columns - 4
        lines += [[(" " * (4 * bool(place)) + part, "")] for place, part in enumerate(break_formula(left, room))]
        left = ""
    start = " " * (indent - width(left)) + left + " = " if left else " " * indent + " = "
    room = max(width(right) if columns is None else columns - width(start), 1)
    parts = break_formula(right, room)
    texts = [start + parts[0], *[" " * width(start) + part for part in parts[1:]]]
    lines += [[(text, "")] for text in texts]
    if remark:
        lines += _beside(lines.pop(), remark, column, columns)
    return lines


def _beside(line: Line, remark: str, column: int, columns: int | None) -> list[Line]:
    """Put the remark after the formula if there is room, else below it."""
    [(text, face)] = line
    at_edge = column if columns is None else max(column, columns - width(remark))
    for place in (column, at_edge):
        if width(text) + _GAP <= place and (columns is None or place + width(remark) <= columns):
            return [[(text + " " * (place - width(text)), face), (remark, "faint")]]
    room = 80 if columns is None else columns
    folded = wrap(remark, max(room - 8, 1))
    below = max(min(column, room - max(map(width, folded))), 0)
    return [line, *[[(" " * below, ""), (part, "faint")] for part in folded]]


def break_formula(formula: str, columns: int) -> list[str]:
    """Break a formula into parts of at most `columns` columns where possible, at the shallowest parentheses."""
    parts = []
    while width(formula) > columns:
        place = _best_place(formula, columns)
        if place is None:
            break
        parts.append(formula[:place].rstrip())
        formula = formula[place:]
    return [*parts, formula]


def _best_place(formula: str, columns: int) -> int | None:
    """Choose where to break: late in the line, in the fewest parentheses, and between terms rather than factors."""
    depths = list(accumulate((char in "([") - (char in ")]") for char in formula))
    places = [match.start() for match in _BREAKS.finditer(formula)]
    fitting = [place for place in places if width(formula[:place].rstrip()) <= columns]
    if not fitting:
        return places[0] if places else None
    late = [place for place in fitting if place >= columns // 2] or fitting[-1:]
    return min(late, key=lambda place: (depths[place - 1], formula[place - 1] != " ", -place))


def _text(cell: object, look: Look) -> str:
    return clean(formatting.text(cell, look.digits), look.unicode)  # type: ignore[arg-type]
