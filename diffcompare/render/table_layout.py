"""Layout of tables and name-value lists for a given width, without ever dropping or cutting a digit.

A table that is too wide first loses its padding, then its group column (each group becomes a line above its rows), and
finally its columns: every cell gets a line of its own.  A line is a list of (text, style) spans; styles are names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from diffcompare.diagnostics import width
from diffcompare.formatting import is_formula
from diffcompare.render.equations import break_formula
from diffcompare.render.text_layout import (
    Line,
    group_place,
    is_prose,
    line_text,
    line_width,
    longest_word,
    padding_of,
    point_padding,
    prose_lines,
    repeats,
    title_padding,
    wrap,
)

if TYPE_CHECKING:
    from diffcompare.document import Cell, Table
    from diffcompare.render import Look

Fold: TypeAlias = Callable[[str, int], list[str]]  # breaks a text into lines of at most so many columns if it can
Entry: TypeAlias = tuple[str, Line, Fold | None]  # a label, its value, and how the value may be folded

_NARROWEST_PROSE = 24
_INDENT = 2


class TableLayout(NamedTuple):
    """One way to set a table: spaces between columns, spaces at the edges, and whether groups become lines."""

    gap: int
    margin: int
    grouped: bool = False


# from the most comfortable to the most compact
_LAYOUTS = (TableLayout(3, 1), TableLayout(2, 1), TableLayout(2, 1, True), TableLayout(1, 0), TableLayout(1, 0, True))


def table_lines(table: Table, titles: list[str], body: list[list[Line]], legend: list[Line], look: Look) -> list[Line]:
    """Set the table in the first layout that fits, or else with a line for each cell; the legend goes below."""
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
    """Return the layouts to try; groups of a single row become lines of their own only as a last resort."""
    if group is None:
        return [layout for layout in _LAYOUTS if not layout.grouped]
    repeated = any(left_out[group] for left_out in repeats(table))
    return list(_LAYOUTS) if repeated else sorted(_LAYOUTS, key=lambda layout: layout.grouped)


def entry_lines(entries: list[Entry], columns: int, indent: int = 0) -> list[Line]:
    """Set labels with their values beside them, or below where the line is too short."""
    labels = max((width(label) for label, _, _ in entries), default=0)
    lines: list[Line] = []
    for label, value, fold in entries:
        start = " " * indent + label + padding_of(label, labels, "left")[1] + "  "
        room = columns - width(start)
        if line_width(value) <= room:
            lines.append([(start, ""), *value])
        elif fold is wrap and room >= max(longest_word([line_text(value)]), _NARROWEST_PROSE):
            folded = prose_lines(line_text(value), "", room)
            lines += [[(start if line is folded[0] else " " * width(start), ""), *line] for line in folded]
        else:
            lines.append([(start, "")])
            lines += _below(value, fold, columns, indent + _INDENT)
    return lines


def fold_of(cell: Cell) -> Fold | None:
    """Return how a cell may be folded: prose between words, a formula between terms, anything else not at all."""
    if isinstance(cell, str):
        return wrap
    return break_formula if is_formula(cell) else None


def _below(value: Line, fold: Fold | None, columns: int, indent: int) -> list[Line]:
    """Put a value on lines of its own, indented if there is room."""
    parts = fold(line_text(value), max(columns - indent, 1)) if fold else []
    folded: list[Line] = [[(part, "")] for part in parts] or [value]
    return [[(" " * min(indent, max(columns - line_width(line), 0)), ""), *line] for line in folded]


def _points_in_line(table: Table, titles: list[str], body: list[list[Line]]) -> tuple[list[str], list[list[Line]]]:
    """Pad numbers on the right so that decimal points line up, and titles to begin where the numbers begin."""
    titles, padded = list(titles), [list(row) for row in body]
    for place, column in enumerate(table.columns):
        texts = [line_text(row[place]) for row in body]
        spaces = point_padding(column, [row[place] for row in table.rows], texts)
        for row, after in zip(padded, spaces, strict=True):
            row[place] = [*row[place], (" " * after, "")] if after else row[place]
        titles[place] += title_padding(titles[place], texts, spaces)
    return titles, padded


def _widths(
    table: Table, titles: list[str], body: list[list[Line]], layout: TableLayout, hidden: int | None, columns: int
) -> list[int] | None:
    """Return the column widths in this layout (0 for the hidden column), or None if the table does not fit."""
    widths = [max([width(title), *(line_width(row[place]) for row in body)]) for place, title in enumerate(titles)]
    count = len(widths) - (hidden is not None)
    spaces = layout.gap * (count - 1) + 2 * layout.margin + (_INDENT if layout.grouped else 0)
    if hidden is not None:
        widths[hidden] = 0
    spare = columns - spaces - sum(widths)
    last = len(widths) - 1
    if spare < 0 and is_prose(table, last) and last != hidden:
        texts = [line_text(row[last]) for row in body]
        if widths[last] + spare >= max(longest_word(texts), width(titles[last]), min(_NARROWEST_PROSE, widths[last])):
            widths[last] += spare
            spare = 0
    return widths if spare >= 0 else None


def _grid(
    table: Table, titles: list[str], body: list[list[Line]], layout: TableLayout, hidden: int | None, widths: list[int],
    rule: str,
) -> list[Line]:  # fmt: skip
    """Set header and rows between rules."""
    margin = layout.margin + (_INDENT if layout.grouped else 0)
    total = sum(widths) + layout.gap * (len(widths) - (hidden is not None) - 1) + margin + layout.margin
    line = [(rule * total, "faint")]
    visible = [place for place in range(len(widths)) if place != hidden]
    header: list[Line] = [[(title, "strong")] for title in titles]
    lines = [line, *_row(table, header, layout, visible, widths, margin), line]
    for row, left_out in zip(body, repeats(table), strict=True):
        if hidden is not None and not left_out[hidden]:
            lines.append([(" " * layout.margin, ""), (line_text(row[hidden]), "strong")])
        cells: list[Line] = [[] if out else cell for cell, out in zip(row, left_out, strict=True)]
        lines += _row(table, cells, layout, visible, widths, margin)
    return [*lines, line]


def _row(
    table: Table, cells: list[Line], layout: TableLayout, visible: list[int], widths: list[int], margin: int
) -> list[Line]:
    """Set one row of the grid; it has several lines only if the closing prose is folded."""
    line: Line = [(" " * margin, "")]
    for place in visible[:-1]:
        line += _aligned(cells[place], widths[place], table.columns[place].align)
        line.append((" " * layout.gap, ""))
    last = visible[-1]
    if line_width(cells[last]) <= widths[last]:
        return [line + _aligned(cells[last], widths[last], table.columns[last].align)]
    indent = " " * line_width(line)
    folded = prose_lines(line_text(cells[last]), cells[last][0][1], widths[last])
    return [line + folded[0], *([(indent, ""), *more] for more in folded[1:])]


def _aligned(cell: Line, columns: int, align: str) -> Line:
    spaces = " " * max(columns - line_width(cell), 0)
    return [(spaces, ""), *cell] if align == "right" else [*cell, (spaces, "")]


def _stack(table: Table, titles: list[str], body: list[list[Line]], columns: int) -> list[Line]:
    """Set every row as a block of `column: value` lines under the name of its group."""
    group = group_place(table)
    lines: list[Line] = []
    for values, row, left_out in zip(table.rows, body, repeats(table), strict=True):
        if lines:
            lines.append([])
        if group is not None and not left_out[group]:
            lines += prose_lines(line_text(row[group]), "strong", columns)
        entries: list[Entry] = [
            (f"{title}:", cell, fold_of(value))
            for place, (title, cell, value) in enumerate(zip(titles, row, values, strict=True))
            if place != group and not (isinstance(value, str | None) and not line_width(cell))
        ]
        lines += entry_lines(entries, columns, 0 if group is None else _INDENT)
    return lines
