"""Layout of blocks with characters for a given width, without ever dropping or cutting a digit.

A table that is too wide first loses its padding, then its group column (each group becomes a line above its rows), and
finally its columns: every cell gets a line of its own.  A matrix is set in blocks of columns instead.  Equations are
aligned at `=`, with their remarks in a column of their own.  A line is a list of (text, style) spans; styles are names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.document import Bars, Cell, Equations, Graph, Plot, Table
from diffcompare.formatting import is_formula
from diffcompare.render.text_layout import (
    Line,
    clean,
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
    from diffcompare.render import Look


# --- Tables and listings ----------------------------------------------------------------------------------------------

Fold: TypeAlias = Callable[[str, int], list[str]]  # breaks a text into lines of at most that many columns if it can
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
    """Set the table in the first layout that fits, or else with a line for each cell; the legend goes below.

    A table with something in its place where it is too wide has no lines there.
    """
    spare = [place for place, column in enumerate(table.columns) if column.spare]
    for cells, shorter in ((body, ""), *_with_line_numbers(table, body)):
        for count in range(len(spare) + 1):
            left_out = spare[len(spare) - count :]
            lines = _fitting(*_without(left_out, table, titles, cells), look)
            if lines:
                *most, last = [titles[place] for place in left_out] or [""]
                named = f"{', '.join(most)} and {last}" if most else last
                verb, them = ("is", "it") if count == 1 else ("are", "them")
                note = f"the column{'s' * (count > 1)} {named} {verb} left out here; CSV and JSON have {them}"
                notes = [*[note][: len(left_out)], *[shorter][: len(shorter)]]
                return lines + legend + [line for text in notes for line in prose_lines(text, "faint", look.width)]
    if table.narrow:
        return []
    return [*_stack(table, titles, body, look.width), *([[], *legend] if legend else [])]


def _with_line_numbers(table: Table, body: list[list[Line]]) -> Iterator[tuple[list[list[Line]], str]]:
    """Yield the cells with numbers in place of the lines of a program, and a note on it, if there are such lines."""
    if not table.columns[-1].folds:
        return
    numbers = [line_text(row[-1]).partition(":")[0] for row in body]
    cells = [[*row[:-1], [(number, "")]] for row, number in zip(body, numbers, strict=True)]
    yield cells, "lines are given by number here; CSV and JSON have their text"


def _without(
    left_out: list[int], table: Table, titles: list[str], body: list[list[Line]]
) -> tuple[Table, list[str], list[list[Line]]]:
    """Return a table, its titles and its cells without some columns."""
    if not left_out:
        return table, titles, body
    return _with_columns([place for place in range(len(titles)) if place not in left_out], table, titles, body)


def _with_columns(
    places: list[int], table: Table, titles: list[str], body: list[list[Line]]
) -> tuple[Table, list[str], list[list[Line]]]:
    """Return a table, its titles and its cells with some columns only."""
    part = table._replace(
        columns=tuple([table.columns[place] for place in places]),
        rows=tuple([tuple([row[place] for place in places]) for row in table.rows]),
    )
    return part, [titles[place] for place in places], [[row[place] for place in places] for row in body]


def _fitting(table: Table, titles: list[str], body: list[list[Line]], look: Look) -> list[Line]:
    """Set the table in the first layout that fits; return nothing where none does."""
    group = group_place(table)
    titles_in_line, points = _points_in_line(table, titles, body)
    for layout in _layouts(table, group):
        hidden = group if layout.grouped else None
        widths = _widths(table, titles_in_line, points, layout, hidden, look.width)
        if widths is not None:
            rule = "─" if look.unicode else "-"
            return _grid(table, titles_in_line, points, layout, hidden, widths, rule)
    if table.blocks and group is None:
        for layout in _LAYOUTS:
            blocks = _blocks(table, titles_in_line, points, layout, look)
            if blocks:
                return blocks
    return []


def _blocks(table: Table, titles: list[str], body: list[list[Line]], layout: TableLayout, look: Look) -> list[Line]:
    """Set the table in blocks of as many columns as fit, each after the first column; nothing if one does not fit."""
    lines: list[Line] = []
    start = 1
    while start < len(titles):
        stop, block = start, None
        while stop < len(titles):
            part, names, cells = _with_columns([0, *range(start, stop + 1)], table, titles, body)
            widths = _widths(part, names, cells, layout, None, look.width)
            if widths is None:
                break
            block, stop = (part, names, cells, widths), stop + 1
        if block is None:
            return []
        part, names, cells, widths = block
        rule = "─" if look.unicode else "-"
        lines += [*([[]] if lines else []), *_grid(part, names, cells, layout, None, widths, rule)]
        start = stop
    return lines


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
    for row, left_out in list(zip(body, repeats(table), strict=True))[: len(body) - table.unseen]:
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
    every = list(zip(table.rows, body, repeats(table), strict=True))
    for values, row, left_out in every[: len(every) - table.unseen]:
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


# --- Equations --------------------------------------------------------------------------------------------------------

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
        lines += _set_equation(left, right, remark, indent, column, columns)
    return lines


def _set_equation(left: str, right: str, remark: str, indent: int, column: int, columns: int | None) -> list[Line]:
    """Set one equation, its remark after it or below; a left side wider than the indent gets lines of its own."""
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


# --- Pictures ---------------------------------------------------------------------------------------------------------

# Columns of a drawing where the width of the page is unknown.
CHART_WIDTH, MAX_GRAPH_WIDTH = 80, 200


def chart_lines(chart: Plot | Bars, look: Look, columns: int = CHART_WIDTH) -> list[Line]:
    """Draw a chart in lines no wider than `columns`; return none if it is empty."""
    from diffcompare.render.chart.text import draw_bars, draw_plot  # few documents have a chart

    return draw_plot(chart, look, columns) if isinstance(chart, Plot) else draw_bars(chart, look, columns)


def graph_lines(graph: Graph, look: Look, columns: int = MAX_GRAPH_WIDTH) -> tuple[list[Line], list[str]]:
    """Draw a graph and return the drawing and its legend, or only a note if it needs more columns.

    A graph that is too large has neither.
    """
    from diffcompare.render.graph.text import drawing_or_note  # few documents have a graph

    return drawing_or_note(graph, look, columns)
