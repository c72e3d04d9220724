"""Plots in a terminal: curves of dots between axes, each told by a mark of its own and never by its colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.render.canvas import Canvas, hue, marks
from diffcompare.render.folding import line_width, prose_lines
from diffcompare.render.glyphs import clean, width
from diffcompare.render.scale import Scale, scale_of, tick_label

if TYPE_CHECKING:
    from diffcompare.document import Plot
    from diffcompare.render import Look
    from diffcompare.render.folding import Line

WIDEST, HIGHEST, LOWEST = 160, 32, 8


def draw(plot: Plot, look: Look, columns: int) -> list[Line]:
    """The plot in so many columns: caption, curves between axes, legend."""
    points = [point for series in plot.series for point in series.points]
    lines = prose_lines(clean(plot.caption, look.unicode), "strong", columns) if plot.caption else []
    if not points:
        return lines
    x_scale = scale_of([x for x, _ in points], log=plot.x.log)
    y_scale = scale_of([y for _, y in points], log=plot.y.log)
    rows = min(max(columns // 4, LOWEST), HIGHEST)
    labels = _row_labels(y_scale, rows)
    margin = max(map(width, labels.values())) + 1
    canvas = Canvas(max(min(columns, WIDEST) - margin - 1, 8), rows, look)
    _add_curves(canvas, plot, x_scale, y_scale)
    bar, cross, corner, rule, notch = "│┤└─┬" if look.unicode else "|++-+"
    lines += prose_lines(clean(plot.y.title, look.unicode), "", columns)
    for row, line in enumerate(canvas.lines()):
        label = labels.get(row, "")
        lines.append([(label.rjust(margin - 1) + " " + (cross if label else bar), ""), *line])
    ticks, names = _column_labels(x_scale, canvas.columns, rule, notch)
    lines += [[(" " * margin + corner + ticks, "")], [(" " * (margin + 1) + names, "")]]
    lines += _centred(clean(plot.x.title, look.unicode), margin + 1, canvas.columns, columns)
    return [*lines, *_legend(plot, look, columns)]


def _add_curves(canvas: Canvas, plot: Plot, x_scale: Scale, y_scale: Scale) -> None:
    for number, series in enumerate(plot.series):
        points = [(x_scale.place(x), y_scale.place(y)) for x, y in series.points]
        if series.marks == "dots":
            cells = canvas.scatter(number, points)
        else:
            cells = canvas.line(number, points, dashed=series.marks == "level")
        canvas.mark(number, len(plot.series), cells)


def _row_labels(scale: Scale, rows: int) -> dict[int, str]:
    """The rows at which ticks stand, and their labels."""
    labels: dict[int, str] = {}
    for place, number in scale.ticks(max(rows // 2, 2)):
        labels.setdefault(round((1 - place) * (rows - 1)), tick_label(number, log=scale.log))
    return labels


def _column_labels(scale: Scale, columns: int, rule: str, notch: str) -> tuple[str, str]:
    """The axis below, and the labels under its ticks, none of which touch each other or stand out."""
    axis, names = [rule] * columns, " " * columns
    for place, number in scale.ticks(max(columns // 7, 2)):
        column = round(place * (columns - 1))
        label = tick_label(number, log=scale.log)
        start = min(max(column - len(label) // 2, 0), columns - len(label))
        axis[column] = notch
        if start >= 0 and not names[max(start - 1, 0) : start + len(label) + 1].strip():
            names = names[:start] + label + names[start + len(label) :]
    return "".join(axis), names


def _centred(title: str, margin: int, room: int, columns: int) -> list[Line]:
    if width(title) > room:
        return prose_lines(title, "", columns)
    return [[(" " * (margin + (room - width(title)) // 2) + title, "")]]


def _legend(plot: Plot, look: Look, columns: int) -> list[Line]:
    """The mark and the name of every curve, as many in a line as it holds."""
    lines: list[Line] = [[]]
    for number, series in enumerate(plot.series):
        name = clean(series.name, look.unicode)
        entry: Line = [(marks(look)[number], hue(number)), (f" {name}", "")]
        if lines[-1] and line_width(lines[-1]) + 3 + line_width(entry) > columns:
            lines.append([])
        lines[-1] += [("   ", ""), *entry] if lines[-1] else entry
    return lines
