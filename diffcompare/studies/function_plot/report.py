"""The report of a plot: what the picture shows in a sentence, the picture, and the slopes of its lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from diffcompare.document import (
    Axis,
    Block,
    Cell,
    Code,
    Document,
    Paragraph,
    Plot,
    Series,
    Table,
    approximate,
    columns,
)
from diffcompare.language.printer import to_text
from diffcompare.localization import translate
from diffcompare.studies.failure import point_failure
from diffcompare.studies.function_plot.curves import EVERYTHING, GraphCurve, slope_curve, value_curve
from diffcompare.studies.function_plot.plot import FunctionPlot, Versus
from diffcompare.studies.question import format_coordinate, format_point
from diffcompare.studies.record import join, number, slope_data, study_data

MAX_NAMED = 4  # breaks that a sentence names
MAX_CAPTION = 60  # characters of a formula in a caption
PLACES = {"pole": "a pole", "jump": "a jump", "hole": "a hole", "kink": "a kink", "end": "an end of the domain"}


# --- JSON -------------------------------------------------------------------------------------------------------------


def data(plot: FunctionPlot) -> dict[str, Any]:
    """Return the plot as plain data; numbers in full precision, None where there is none."""
    versus = plot.versus
    fields = {
        "along": plot.name,
        "range": {"from": plot.x[0], "to": plot.x[1], "automatic": plot.automatic},
        "values_shown": {"from": plot.y.low, "to": plot.y.high, "cuts_off_others": plot.y.cuts},
        "at": {
            "x": plot.here.x,
            "value": plot.here.value,
            "slope": plot.slope,
            "slope_from_left": slope_data(plot.slopes[0]) if plot.slopes else None,
            "slope_from_right": slope_data(plot.slopes[1]) if plot.slopes else None,
            "reverse_ad": plot.here.slope,
        },
        "secants": [secant._asdict() for secant in plot.secants],
        "breaks": [
            {
                "x": place.x,
                "kind": place.kind,
                "value": place.value,
                "from_left": slope_data(place.left.value),
                "from_right": slope_data(place.right.value),
            }
            for place in plot.breaks
        ],
        "samples": [[sample.x, sample.value, number(sample.slope)] for sample in plot.samples],
        "noise": plot.noise or None,
        "level": plot.level,
        "true_values": [list(point) for point in plot.true_curve],
        "versus": None
        if versus is None
        else {
            "text": versus.text,
            "largest_difference": versus.largest,
            "at": versus.at,
            "alike": versus.is_alike,
            "value": versus.here,
            "samples": [[sample.x, sample.value] for sample in versus.samples],
        },
        "verdict": plot.verdict,
    }
    return study_data("plot", plot, plot.problem.point, fields)


# --- The sentence -----------------------------------------------------------------------------------------------------


def verdict(plot: FunctionPlot) -> str:
    """Say what the picture shows at the point, and what breaks the graph."""
    if plot.failure is not None:
        return f"There is nothing to draw: {plot.failure.message}."
    if plot.versus is not None:
        return _of_two(plot, plot.versus)
    first = _of_noise(plot) if plot.noise else _of_point(plot)
    return " ".join([first, *_elsewhere(plot)])


def _where(plot: FunctionPlot) -> str:
    return f"{plot.name} = {format_coordinate(plot.here.x)}"


def _of_point(plot: FunctionPlot) -> str:
    place, where = plot.break_here, _where(plot)
    if plot.here.value is None:
        return _of_no_value(plot)
    if plot.slopes is not None:
        left, right = plot.slopes
        if place is not None and place.kind == "jump":
            return f"f jumps at {where}, so it has no slope there."
        if left is right is None:
            return f"f has a value at {where} alone: there is none on either side."
        if left is None or right is None:
            side, slope = ("right", right) if left is None else ("left", left)
            what = f"f ends at {where}: slope {_slope(slope)} from the {side}"
            return f"{what}, and no values on the other side."
        if left == right:
            return f"f is vertical at {where}: its slope is {_slope(left)}, which is no number."
        slopes = f"slope {_slope(left)} from the left, {_slope(right)} from the right"
        return f"f has a kink at {where}: {slopes}, so there is no derivative{_convention(plot)}."
    if plot.slope is None and place is not None:
        what = {"jump": "jumps", "kink": "has a kink", "end": "ends"}.get(place.kind, "breaks off")
        return f"f {what} at {where}, so it has no slope there."
    if plot.slope is None:
        return f"The slope of f at {where} is not known."
    tangent = f"f has the slope {format_coordinate(plot.slope)} at {where}"
    steps = sorted({secant.slope for secant in plot.secants})
    if len(steps) < 2 or max(abs(s.slope - plot.slope) for s in plot.secants) <= 1e-12 * abs(plot.slope):
        return f"{tangent}."
    first, last = [
        f"{_short(secant.slope)} (h = {format_coordinate(secant.h)})" for secant in (plot.secants[0], plot.secants[-1])
    ]
    return f"{tangent}; the slopes of the secants go from {first} to {last}."


def _convention(plot: FunctionPlot) -> str:
    slope = plot.here.slope
    return f" (reverse mode says {format_coordinate(slope)}, by convention)" if slope is not None else ""


def _of_no_value(plot: FunctionPlot) -> str:
    place, where = plot.break_here, _where(plot)
    if place is not None and place.kind == "hole":
        near = _short(place.left.value or 0.0)
        return f"f has no value at {where}, a hole: from both sides its values approach {near}."
    if place is not None and place.kind == "pole":
        return f"f has no value at {where}: there is a pole."
    failure = point_failure([], plot.problem, math.nan, plot.truth) if plot.truth.undefined is not None else None
    why = f": {failure.message.partition(': ')[2]}" if failure is not None else ""
    return f"f has no value at {where}{why}."


def _of_noise(plot: FunctionPlot) -> str:
    text = (
        f"What jumps up and down is rounding: the values in doubles err by up to {plot.noise:.2g} here, and "
        "the true curve is smooth."
    )
    if plot.slope is None or plot.here.slope is None:
        return text
    if abs(plot.here.slope - plot.slope) <= 1e-3 * abs(plot.slope):
        return f"{text} The slope at {_where(plot)} is {_short(plot.slope)}."
    return f"{text} At {_where(plot)} the slope is {_short(plot.slope)}; reverse mode says {_short(plot.here.slope)}."


def _of_two(plot: FunctionPlot, versus: Versus) -> str:
    if versus.is_alike and not versus.one_sided:
        return "The two agree wherever they were drawn, to rounding; `check` proves it."
    if not versus.differences:
        return "The two never have a value at the same place in this range."
    if versus.is_alike:
        return "The two agree wherever both have a value, but one of them is defined at fewer places."
    values = ""
    if plot.here.value is not None and versus.here is not None:
        values = f"; at {_where(plot)} they are {_short(plot.here.value)} and {_short(versus.here)}"
    return (
        f"The two differ by up to {_short(versus.largest)} in this range, at {plot.name} = {_short(versus.at)}{values}."
    )


def _elsewhere(plot: FunctionPlot) -> list[str]:
    """Say what breaks the graph at other places."""
    sentences = []
    for kind, what in PLACES.items():
        xs = [place.x for place in plot.breaks if place.kind == kind and place.x != plot.here.x]
        if xs:
            named = join([_short(x) for x in xs], most=MAX_NAMED)
            several = f"{len(xs)} {what.split()[1]}s" if kind != "end" else "ends of the domain"
            sentences.append(f"There {'is' if len(xs) == 1 else 'are'} {what if len(xs) == 1 else several} at {named}.")
    return sentences


def _short(value: float) -> str:
    return f"{value:.6g}"


def _slope(slope: float | None) -> str:
    """Return a slope with its sign."""
    if slope is None:
        return "none"
    if math.isinf(slope):
        return "+infinity" if slope > 0 else "-infinity"
    return format_coordinate(slope) if slope <= 0 else f"+{format_coordinate(slope)}"


# --- Document ---------------------------------------------------------------------------------------------------------


def document(plot: FunctionPlot, *, brief: bool = False) -> Document:
    """Return the plot as a document; a brief one is the table of slopes alone."""
    if plot.failure is not None:
        return Document((), plot.data)
    table = _lines(plot)
    if brief:
        return Document((table,), plot.data)
    blocks: list[Block] = [Paragraph(plot.verdict, "verdict"), picture(plot)]
    blocks += [table] if table.rows else []
    blocks += [Paragraph(note, "note") for note in _notes(plot)]
    return Document(tuple(blocks), plot.data)


def _lines(plot: FunctionPlot) -> Table:
    """Return the slopes of the lines; with another formula, the values of both at the point."""
    if plot.versus is not None:
        heads = columns("formula | >value=value at the point")
        both = [("f", plot.here.value), ("g", plot.versus.here)]
        return Table("values", heads, tuple(both), f"Both at {_where(plot)}")
    rows: list[tuple[Cell, ...]] = []
    slope = plot.slope
    for secant in plot.secants:
        off = None if slope is None else approximate(secant.slope - slope)
        rows.append(("secant", Code(format_coordinate(secant.h)), secant.slope, off))
    if plot.slopes is not None:
        for side, one_sided in zip(("left", "right"), plot.slopes, strict=True):
            if one_sided is not None:
                rows.append((f"from the {side}", None, slope_data(one_sided), None))
    elif slope is not None:
        rows.append(("tangent", None, slope, None))
    heads = columns("line | >h | >slope | >off=slope - f'")
    if slope is None:
        heads, rows = heads[:3], [row[:3] for row in rows]
    return Table("slopes", heads, tuple(rows), f"Slopes at {_where(plot)}")


def _notes(plot: FunctionPlot) -> list[str]:
    notes = []
    if plot.automatic:
        low, high = [format_coordinate(end) for end in plot.x]
        notes.append(f"The range was chosen for you; another one: --range {low}:{high}")
    known, drawn = [value_curve(plot.samples, plot.breaks, y) for y in (EVERYTHING, plot.y[:2])]
    if not plot.noise and len(drawn.pieces) > len(known.pieces):
        notes.append("f turns or breaks more often than can be drawn in this range: what is not known is left open.")
    if plot.y.cuts:
        notes.append("Values far outside the middle 80 % are cut off.")
    if not plot.shows_slopes and plot.versus is None and not plot.noise:
        slopes = [sample.slope for sample in plot.samples if sample.slope is not None]
        if slopes:
            notes.append(f"f' is left out: it runs from {_short(min(slopes))} to {_short(max(slopes))}.")
    return notes


# --- The picture ------------------------------------------------------------------------------------------------------


def picture(plot: FunctionPlot) -> Plot:
    """Return the curves of the function, its derivative, tangent and secants, or of two formulas, in their window."""
    series = _of_versus(plot, plot.versus) if plot.versus is not None else _of_one(plot)
    others = {name: x for name, x in plot.problem.point.items() if name != plot.name}
    formula = to_text(plot.problem.expression) if plot.question.program is None else plot.question.label
    caption = f"f = {formula}" if len(formula) <= MAX_CAPTION else f"f along {plot.name}"
    caption += f" at {format_point(others)}" if others else ""
    y_span = (plot.y.low, plot.y.high)
    level = f"f {'-' if plot.level > 0 else '+'} {format_coordinate(abs(plot.level))}" if plot.level else ""
    return Plot("graph", Axis(plot.name, span=plot.x), Axis(level, span=y_span), tuple(series), _numbers(plot), caption)


def _of_one(plot: FunctionPlot) -> list[Series]:
    """Return the lines, then the rings and dots at their ends: so colours do not depend on how many of these are."""
    values = value_curve(plot.samples, plot.breaks, EVERYTHING if plot.noise else plot.y[:2])
    if plot.noise:
        points = tuple([(x, y - plot.level) for x, y in values.points])
        noisy = Series(translate("f in doubles"), points, "guide", breaks=values.breaks)
        return [noisy, Series(translate("f, true values"), plot.true_curve, "curve"), *_tangent(plot)]
    curves = {"f": values}
    if plot.shows_slopes:
        name = "f'" if len(plot.problem.point) == 1 else f"df/d{plot.name}"
        curves[name] = slope_curve(plot.samples, plot.breaks, plot.y[:2])
    series = [*_lines_of(curves), *_secant_series(plot, len(curves)), *_tangent(plot), *_ends_of(curves)]
    if plot.here.value is not None:
        series.append(Series("", ((plot.here.x, plot.here.value),), "dots", of=0))
    return series


def _lines_of(curves: Mapping[str, GraphCurve]) -> list[Series]:
    return [Series(name, curve.points, "curve", curve.breaks) for name, curve in curves.items()]


def _ends_of(curves: Mapping[str, GraphCurve]) -> list[Series]:
    """Return the rings and the dots of curves that are the first series of a picture."""
    ends: list[Series] = []
    for place, curve in enumerate(curves.values()):
        ends += [Series("", curve.rings, "rings", of=place)] if curve.rings else []
        ends += [Series("", curve.dots, "dots", of=place)] if curve.dots else []
    return ends


def _tangent(plot: FunctionPlot) -> list[Series]:
    """Return the tangent, or at a kink the two half-tangents."""
    x, y = plot.here.x, plot.here.value
    low, high = plot.x
    if plot.noise and plot.true_curve:
        y = min(plot.true_curve, key=lambda point: abs(point[0] - x))[1]
    if y is None or not low <= x <= high:
        return []
    if plot.slopes is None:
        if plot.slope is None:
            return []
        ends = [(at, y + plot.slope * (at - x)) for at in (low, high)]
        name = translate("tangent, slope {slope}", slope=_short(plot.slope))
        return [Series(name, (ends[0], (x, y), ends[1]), "guide")]
    place = plot.break_here
    if place is not None and place.kind == "jump":
        return []  # to one side or both there is no line that the graph approaches
    points: list[tuple[float, float]] = []
    for slope, end in zip(plot.slopes, (low, high), strict=True):
        if slope is None:
            continue
        if math.isinf(slope):
            reach = plot.y.height * math.copysign(1.0, slope * (end - x))
            half = [(x, y + reach), (x, y)]
        else:
            half = [(end, y + slope * (end - x)), (x, y)]
        points += half if end == low else half[::-1]
    slopes = [_slope(slope).replace("infinity", "∞") for slope in plot.slopes if slope is not None]
    if not slopes:  # a point by itself
        return []
    name = translate("tangent, slope {slope}", slope=slopes[0])
    if len(slopes) == 2:
        name = translate("slopes {left} and {right}", left=slopes[0], right=slopes[1])
    return [Series(name, tuple(points), "guide")]


def _secant_series(plot: FunctionPlot, number: int) -> list[Series]:
    """Return all secants as one curve in pieces, and their second points.

    They reach from edge to edge of the window, but at a kink from the point to the edge on their side.
    """
    if not plot.secants or plot.here.value is None:
        return []
    low, high = plot.x
    points: list[tuple[float, float]] = []
    for secant in plot.secants:
        ends = (low, high) if plot.slopes is None else (low, plot.here.x) if secant.h < 0 else (plot.here.x, high)
        points += [(x, plot.here.value + secant.slope * (x - plot.here.x)) for x in ends]
    seconds = tuple([(plot.here.x + secant.h, secant.value) for secant in plot.secants])
    labels = tuple([(x, y, f"h = {format_coordinate(s.h)}") for (x, y), s in zip(seconds, plot.secants, strict=True)])
    steps = ", ".join([format_coordinate(secant.h) for secant in plot.secants])
    lines = Series(
        translate("secants, h = {steps}", steps=steps), tuple(points), "guide", tuple(range(2, len(points), 2)), labels
    )
    return [lines, Series("", seconds, "dots", of=number)]


def _of_versus(plot: FunctionPlot, versus: Versus) -> list[Series]:
    """Return both curves and their difference."""
    curves = {
        "f": value_curve(plot.samples, plot.breaks, plot.y[:2]),
        f"g = {_clipped(versus.text)}": value_curve(versus.samples, versus.breaks, plot.y[:2]),
    }
    difference = Series("f - g", versus.differences, "curve", _gaps(plot, versus))
    return [*_lines_of(curves), difference, *_ends_of(curves)]


def _gaps(plot: FunctionPlot, versus: Versus) -> tuple[int, ...]:
    """Return the places at which the difference of two functions is interrupted: where one of them is."""
    xs = [place.x for place in (*plot.breaks, *versus.breaks) if place.kind != "kink"]
    known = [x for x, _ in versus.differences]
    sampled = {sample.x for sample in versus.samples} - set(known)
    cuts = sorted({*xs, *sampled})
    return tuple(
        place for place in range(1, len(known)) if any(known[place - 1] <= cut <= known[place] for cut in cuts)
    )


def _clipped(formula: str) -> str:
    return formula if len(formula) <= MAX_CAPTION else f"{formula[:MAX_CAPTION]}..."


def _numbers(plot: FunctionPlot) -> Table:
    """Return the numbers of the curves, for readers of CSV."""
    heads = columns(f">{plot.name} | >f | >slope=f'")
    rows: Sequence[tuple[Cell, ...]] = [(sample.x, sample.value, number(sample.slope)) for sample in plot.samples]
    if plot.versus is not None:
        heads = columns(f">{plot.name} | >g | >difference=f - g")
        by_x = dict(plot.versus.differences)
        rows = [(sample.x, sample.value, by_x.get(sample.x)) for sample in plot.versus.samples]
    return Table("samples", heads, tuple(rows), "Values and slopes")
