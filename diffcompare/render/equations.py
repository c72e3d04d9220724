"""Equations as lines of text: aligned at their `=`, remarks in a column of their own, folded but never cut."""

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
    from diffcompare.render.table_layout import Line

MAX_LEFT_WIDTH = 20
"""A left side that is longer stands on a line of its own, and the `=` below it."""

_GAP = 3
_MIN_COLUMNS = 12
"""Columns that a formula is given before its remark has to stand below it."""

# A formula may be parted before a sign or a relation, and after a product sign, a parenthesis or a comma; never in the
# remark at its end that says how long it is.
_PLACES = re.compile(
    r"(?<= )(?=(?:[-+=]|[<>!=]=?) )|(?<=[*(\[])(?<!… \()(?<!\.\.\. \()(?=\S)|(?<=/)(?!d\w+\[)|(?<=[,;] )"
)


def equation_lines(block: Equations, look: Look, columns: int | None = None) -> list[Line]:
    """The block's rows in so many columns; None: every row on one line, however long."""
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
        lines += [[(" " * (4 * bool(place)) + part, "")] for place, part in enumerate(parted(left, room))]
        left = ""
    start = " " * (indent - width(left)) + left + " = " if left else " " * indent + " = "
    room = max(width(right) if columns is None else columns - width(start), 1)
    parts = parted(right, room)
    texts = [start + parts[0], *[" " * width(start) + part for part in parts[1:]]]
    lines += [[(text, "")] for text in texts]
    if remark:
        lines += _beside(lines.pop(), remark, column, columns)
    return lines


def _beside(line: Line, remark: str, column: int, columns: int | None) -> list[Line]:
    """The remark after the formula where there is room, else below it."""
    [(text, face)] = line
    at_edge = column if columns is None else max(column, columns - width(remark))
    for place in (column, at_edge):
        if width(text) + _GAP <= place and (columns is None or place + width(remark) <= columns):
            return [[(text + " " * (place - width(text)), face), (remark, "faint")]]
    room = 80 if columns is None else columns
    folded = wrap(remark, max(room - 8, 1))
    below = max(min(column, room - max(map(width, folded))), 0)
    return [line, *[[(" " * below, ""), (part, "faint")] for part in folded]]


def parted(formula: str, columns: int) -> list[str]:
    """A formula in parts of at most so many columns, where it can be parted at all: in the fewest parentheses."""
    parts = []
    while width(formula) > columns:
        place = _best_place(formula, columns)
        if place is None:
            break
        parts.append(formula[:place].rstrip())
        formula = formula[place:]
    return [*parts, formula]


def _best_place(formula: str, columns: int) -> int | None:
    """Where to part: in the second half of the line, in the fewest parentheses, rather between terms than factors."""
    depths = list(accumulate((char in "([") - (char in ")]") for char in formula))
    places = [match.start() for match in _PLACES.finditer(formula)]
    fitting = [place for place in places if width(formula[:place].rstrip()) <= columns]
    if not fitting:
        return places[0] if places else None
    late = [place for place in fitting if place >= columns // 2] or fitting[-1:]
    return min(late, key=lambda place: (depths[place - 1], formula[place - 1] != " ", -place))


def _text(cell: object, look: Look) -> str:
    return clean(formatting.text(cell, look.digits), look.unicode)  # type: ignore[arg-type]
