"""The graph of a function in a demo, with lines through a point: the true slopes and those that methods return."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from diffcompare.classroom.demos.frame import at_point, mask, table
from diffcompare.document import Cell, Plot, Series, Table
from diffcompare.language.expression import Expression
from diffcompare.localization import phrase
from diffcompare.studies.function_plot.plot import FunctionPlot, plot
from diffcompare.studies.function_plot.report import picture
from diffcompare.studies.function_plot.window import value_window

Shown: TypeAlias = Literal["slopes", "secants", "tangent"]  # what is drawn of the derivative beside the tangent


def function_picture(
    expression: str | Expression,
    point: Mapping[str, float],
    lines: Sequence[tuple[str, Cell]] = (),
    *,
    range: tuple[float, float] | None = None,
    shows: Shown = "slopes",
    text: str = "",
) -> Plot:
    """Return the graph of a function around a point, as `plot` draws it, and further lines through the point.

    Args:
        expression: The function, of which the first variable of `point` is the one along the axis.
        point: The point of the tangent.
        lines: Names and slopes of further lines; one whose slope is not a finite number is left out.
        range: Both ends of the window; default: as the function demands.
        shows: Whether the derivative is drawn as a curve of its own, secants with longer and shorter steps, or neither.
        text: The function as the caption has it; default: the expression.

    Returns:
        A plot whose first series is the function, with the slopes of all its lines as its table.
    """
    plotted = plot(expression, point, wrt=next(iter(point)), range=range)
    if shows != "slopes" and plotted.shows_slopes:  # the window need not have room for the derivative
        values, _ = value_window([sample.value for sample in plotted.samples], [], [plotted.here.value])
        plotted = replace(plotted, shows_slopes=False, y=values)
    plotted = replace(plotted, secants=plotted.secants if shows == "secants" else ())
    slopes = [(name, slope) for name, slope in lines if isinstance(slope, float) and math.isfinite(slope)]
    drawn = picture(plotted)
    height = _height(plotted)
    more = () if height is None else tuple([_line(name, slope, plotted, height) for name, slope in slopes])
    caption = _caption(text, expression, plotted) or drawn.caption
    return drawn._replace(
        key=_key(plotted), series=_before_ends(drawn.series, more), table=_slopes(plotted, slopes), caption=caption
    )


def two_formulas(
    text: str, other: str | Expression, point: Mapping[str, float], *, range: tuple[float, float], name: str = ""
) -> Plot:
    """Return the graphs of two formulas of one function, the second one (with its name) as a thin line."""
    plotted = plot(text, point, wrt=next(iter(point)), range=range, versus=other)
    drawn, name = picture(plotted), name or str(other)
    f, g, _, *ends = drawn.series  # without their difference, for which the window need not have room
    names = (f._replace(name=text), g._replace(name=name, marks="guide"))
    assert plotted.versus is not None
    seen = [sample.value for sample in (*plotted.samples, *plotted.versus.samples)]
    window, _ = value_window(seen, [], [plotted.here.value, plotted.versus.here])
    values = [(text, plotted.here.value), (name, plotted.versus.here)]
    here = table("values", at_point("f", dict(plotted.problem.point)), "formula | >value", values)
    return drawn._replace(
        series=(*names, *ends),
        y=drawn.y._replace(span=(window.low, window.high)),
        table=here,
        caption=phrase("Two programs of one function"),
    )


def without_lines(drawn: Plot) -> Plot:
    """Return the picture as it is before its question is answered: the function alone, in the same window."""
    series = tuple([each for place, each in enumerate(drawn.series) if place == 0 or each.of == 0])
    return drawn._replace(series=series, table=mask(drawn.table, 1))


def _key(plotted: FunctionPlot) -> str:
    return f"graph along {plotted.name}"


def _caption(text: str, expression: str | Expression, plotted: FunctionPlot) -> str:
    """Return the caption, with the formula as the demo writes it; nothing where the plot's own serves."""
    formula = text or (expression if isinstance(expression, str) and not expression.startswith("@") else "")
    others = {name: x for name, x in plotted.problem.point.items() if name != plotted.name}
    if not formula:
        return ""
    return at_point(f"f = {formula}", others) if others else f"f = {formula}"


def _height(plotted: FunctionPlot) -> float | None:
    """Return the height at which the lines pass the point: that of the true curve where rounding errors are seen."""
    x, y = plotted.here.x, plotted.here.value
    if plotted.noise and plotted.true_curve:
        return min(plotted.true_curve, key=lambda point: abs(point[0] - x))[1]
    return y


def _line(name: str, slope: float, plotted: FunctionPlot, height: float) -> Series:
    """Return a line through the point to both edges of the window."""
    x = plotted.here.x
    points = [(at, height + slope * (at - x)) for at in (plotted.x[0], x, plotted.x[1])]
    return Series(phrase("{name}: slope {slope}", name=name, slope=f"{slope:.4g}"), tuple(points), "guide")


def _before_ends(series: Sequence[Series], more: Sequence[Series]) -> tuple[Series, ...]:
    """Return the series with more lines after the last one that has a name, before rings and dots."""
    named = max(place for place, each in enumerate(series) if each.of is None) + 1
    return (*series[:named], *more, *series[named:])


def _slopes(plotted: FunctionPlot, lines: Sequence[tuple[str, float]]) -> Table:
    """Return the slopes of the lines that are drawn."""
    rows: list[tuple[Cell, ...]] = [*_true_slopes(plotted), *lines]
    rows += [(phrase("secant, h = {h}", h=f"{secant.h:g}"), secant.slope) for secant in plotted.secants]
    where = f"{plotted.name} = {plotted.here.x:g}"
    return table("lines", phrase("Slopes at {where}", where=where), "line | >slope", rows)


def _true_slopes(plotted: FunctionPlot) -> Iterator[tuple[Cell, ...]]:
    if plotted.slopes is not None:
        for side, slope in zip((phrase("from the left"), phrase("from the right")), plotted.slopes, strict=True):
            if slope is not None:
                yield side, slope if math.isfinite(slope) else str(slope)
    elif plotted.slope is not None:
        yield phrase("tangent"), plotted.slope
