"""Folding tables and name-value lines to a width, in steps that never drop or cut a digit.

A table that is too wide first loses its padding, then its group column (the group becomes a line above its rows), and
at last its columns: every cell gets a line of its own.  A line is a list of (text, style) spans; styles are names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from diffcompare.diagnostics import width
from diffcompare.formatting import is_formula
from diffcompare.render.equations import parted
from diffcompare.render.text_layout import (
    group_place,
    is_prose,
    longest_word,
    padding_of,
    point_padding,
    repeats,
    title_padding,
    wrap,
)

if TYPE_CHECKING:
    from diffcompare.document import Cell, Table
    from diffcompare.render import Look

Span: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Span]
Fold: TypeAlias = Callable[[str, int], list[str]]
"""A text in lines of at most so many columns, if it can be parted so."""
Entry: TypeAlias = tuple[str, Line, Fold | None]
"""A label, its value, and how that may be folded."""

_NARROWEST_PROSE = 24
_INDENT = 2


class TableLayout(NamedTuple):
    """One way to set a table: spaces between columns, spaces at the edges, and whether groups are lines."""

    gap: int
    margin: int
    grouped: bool = False


_LAYOUTS = (TableLayout(3, 1), TableLayout(2, 1), TableLayout(2, 1, True), TableLayout(1, 0), TableLayout(1, 0, True))
"""From the most comfortable to the most compact."""


def table_lines(table: Table, titles: list[str], body: list[list[Line]], legend: list[Line], look: Look) -> list[Line]:
    """The table in the first layout that fits, or else with a line for every cell; the legend stands below."""
    group = group_place(table)
    titles_in_line, points = _points_in_line(table, titles, body)
    for layout in _layouts(table, group):
        hidden = group if layout.grouped else None
        widths = _widths(table, titles_in_line, points, layout, hidden, look.width)
        if widths is not None:
            rule = "─" if look.unicode else "-"
            return _grid(table, titles_in_line, points, layout, hidden, widths, rule) + legend
    return [*_stack(table, titles, body, look.width), *([[], *legend] if legend else [])]


def _layouts(table: Table, group: int | None) -> list[TableLayout]:
    """The layouts to try; groups of one row each become lines of their own only where nothing else helps."""
    if group is None:
        return [layout for layout in _LAYOUTS if not layout.grouped]
    repeated = any(left_out[group] for left_out in repeats(table))
    return list(_LAYOUTS) if repeated else sorted(_LAYOUTS, key=lambda layout: layout.grouped)


def prose_lines(text: str, style: str, columns: int) -> list[Line]:
    """Prose folded between words, all in one style."""
    return [[(line, style)] for line in wrap(text, columns)]


def entry_lines(entries: list[Entry], columns: int, indent: int = 0) -> list[Line]:
    """Labels with their values beside them, or below where the line is too short; what has a fold may be folded."""
    labels = max((width(label) for label, _, _ in entries), default=0)
    lines: list[Line] = []
    for label, value, fold in entries:
        start = " " * indent + label + padding_of(label, labels, "left")[1] + "  "
        room = columns - width(start)
        if line_width(value) <= room:
            lines.append([(start, ""), *value])
        elif fold is wrap and room >= max(longest_word([_plain(value)]), _NARROWEST_PROSE):
            folded = prose_lines(_plain(value), "", room)
            lines += [[(start if line is folded[0] else " " * width(start), ""), *line] for line in folded]
        else:
            lines.append([(start, "")])
            lines += _below(value, fold, columns, indent + _INDENT)
    return lines


def fold_of(cell: Cell) -> Fold | None:
    """How a cell may be folded: prose between words, a formula between terms, and nothing else."""
    if isinstance(cell, str):
        return wrap
    return parted if is_formula(cell) else None


def _below(value: Line, fold: Fold | None, columns: int, indent: int) -> list[Line]:
    """A value on lines of its own, indented as far as it can be."""
    parts = fold(_plain(value), max(columns - indent, 1)) if fold else []
    folded: list[Line] = [[(part, "")] for part in parts] or [value]
    return [[(" " * min(indent, max(columns - line_width(line), 0)), ""), *line] for line in folded]


def line_width(line: Line) -> int:
    """Columns that the spans of a line take."""
    return sum([width(text) for text, _ in line])


def _plain(line: Line) -> str:
    return "".join([text for text, _ in line])


def _points_in_line(table: Table, titles: list[str], body: list[list[Line]]) -> tuple[list[str], list[list[Line]]]:
    """The cells with spaces after the numbers, so that decimal points stand below each other; titles likewise."""
    titles, padded = list(titles), [list(row) for row in body]
    for place, column in enumerate(table.columns):
        texts = [_plain(row[place]) for row in body]
        spaces = point_padding(column, [row[place] for row in table.rows], texts)
        for row, after in zip(padded, spaces, strict=True):
            row[place] = [*row[place], (" " * after, "")] if after else row[place]
        titles[place] += title_padding(titles[place], texts, spaces)
    return titles, padded


def _widths(
    table: Table, titles: list[str], body: list[list[Line]], layout: TableLayout, hidden: int | None, columns: int
) -> list[int] | None:
    """The width of every column in this layout (0 for the hidden one), or None where the table does not fit."""
    widths = [max([width(title), *(line_width(row[place]) for row in body)]) for place, title in enumerate(titles)]
    shown = len(widths) - (hidden is not None)
    spaces = layout.gap * (shown - 1) + 2 * layout.margin + (_INDENT if layout.grouped else 0)
    if hidden is not None:
        widths[hidden] = 0
    spare = columns - spaces - sum(widths)
    last = len(widths) - 1
    if spare < 0 and is_prose(table, last) and last != hidden:
        texts = [_plain(row[last]) for row in body]
        if widths[last] + spare >= max(longest_word(texts), width(titles[last]), min(_NARROWEST_PROSE, widths[last])):
            widths[last] += spare
            spare = 0
    return widths if spare >= 0 else None


def _grid(
    table: Table, titles: list[str], body: list[list[Line]], layout: TableLayout, hidden: int | None, widths: list[int],
    rule: str,
) -> list[Line]:  # fmt: skip
    """Header and rows between rules."""
    margin = layout.margin + (_INDENT if layout.grouped else 0)
    total = sum(widths) + layout.gap * (len(widths) - (hidden is not None) - 1) + margin + layout.margin
    line = [(rule * total, "faint")]
    shown = [place for place in range(len(widths)) if place != hidden]
    header: list[Line] = [[(title, "strong")] for title in titles]
    lines = [line, *_row(table, header, layout, shown, widths, margin), line]
    for row, left_out in zip(body, repeats(table), strict=True):
        if hidden is not None and not left_out[hidden]:
            lines.append([(" " * layout.margin, ""), (_plain(row[hidden]), "strong")])
        visible: list[Line] = [[] if out else cell for cell, out in zip(row, left_out, strict=True)]
        lines += _row(table, visible, layout, shown, widths, margin)
    return [*lines, line]


def _row(
    table: Table, cells: list[Line], layout: TableLayout, shown: list[int], widths: list[int], margin: int
) -> list[Line]:
    """One row of a grid; more lines than one only where the closing prose is folded."""
    line: Line = [(" " * margin, "")]
    for place in shown[:-1]:
        line += _aligned(cells[place], widths[place], table.columns[place].align)
        line.append((" " * layout.gap, ""))
    last = shown[-1]
    if line_width(cells[last]) <= widths[last]:
        return [line + _aligned(cells[last], widths[last], table.columns[last].align)]
    indent = " " * line_width(line)
    folded = prose_lines(_plain(cells[last]), cells[last][0][1], widths[last])
    return [line + folded[0], *([(indent, ""), *more] for more in folded[1:])]


def _aligned(cell: Line, columns: int, align: str) -> Line:
    spaces = " " * max(columns - line_width(cell), 0)
    return [(spaces, ""), *cell] if align == "right" else [*cell, (spaces, "")]


def _stack(table: Table, titles: list[str], body: list[list[Line]], columns: int) -> list[Line]:
    """Every row as a block of `column: value` lines, under the name of its group."""
    group = group_place(table)
    lines: list[Line] = []
    for values, row, left_out in zip(table.rows, body, repeats(table), strict=True):
        if lines:
            lines.append([])
        if group is not None and not left_out[group]:
            lines += prose_lines(_plain(row[group]), "strong", columns)
        entries: list[Entry] = [
            (f"{title}:", cell, fold_of(value))
            for place, (title, cell, value) in enumerate(zip(titles, row, values, strict=True))
            if place != group and not (isinstance(value, str | None) and not line_width(cell))
        ]
        lines += entry_lines(entries, columns, 0 if group is None else _INDENT)
    return lines
