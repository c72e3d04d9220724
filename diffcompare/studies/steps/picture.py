"""The picture of a sweep: errors against steps on logarithmic axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.document import Approximate, Axis, Column, Plot, Series, Table
from diffcompare.language import Phrase, phrase

if TYPE_CHECKING:
    from diffcompare.studies.steps.record import Sweep

SHORT = {"forward-difference": "forward", "backward-difference": "backward", "central-difference": "central"}
"""Names of methods in narrow columns."""
FAR_OFF = 10
"""A complex step that errs by so many times the derivative, or the worst difference, is not drawn."""


def plot(sweep: Sweep) -> Plot | None:
    """Medians against steps, level lines below; None for a single step, and where no formula errs at any.

    A logarithmic axis has no 0: an error below an ulp, of which every method without a step has one or none, is drawn
    as an ulp.  A complex step that is far off (sin grows as exp(h) along the imaginary axis) is left out.
    """
    errors = [each.error for curve in sweep.curves for each in curve.bins if each.error]
    if not errors or len(sweep.curves[0].bins) < 2:
        return None
    floor = sweep.floor or min(errors)
    ceiling = FAR_OFF * max(abs(sweep.true.nearest) if sweep.true else 0.0, _worst_difference(sweep))
    series = []
    for curve in sweep.curves:
        points = [
            (each.step, max(each.error, floor))
            for each in reversed(curve.bins)
            if each.error is not None and each.error <= ceiling and each.step > 0
        ]
        series.append(Series(curve.method, tuple(points)))
    series += _level_lines(sweep, floor, [x for each in series for x, _ in each.points])
    caption = f"Error of df/d{sweep.name} against the step h ({medians(sweep)})"
    return Plot("error", Axis("step h", True), Axis("absolute error", True), tuple(series), _all(sweep), caption)


def _level_lines(sweep: Sweep, floor: float, steps: list[float]) -> list[Series]:
    """The methods without a step; those that differ by less than a factor of 2 share the line of the worst."""
    known = sorted((max(level.error, floor), level.method) for level in sweep.levels if level.error is not None)
    lines: list[list[tuple[float, str]]] = []
    for error, method in known:
        if lines and error <= 2 * lines[-1][0][0]:
            lines[-1].append((error, method))
        else:
            lines.append([(error, method)])
    ends = sorted({min(steps), max(steps)}) if steps else []
    return [
        Series(", ".join(sorted(method for _, method in line)), tuple((x, line[-1][0]) for x in ends), "level")
        for line in lines
    ]


def _worst_difference(sweep: Sweep) -> float:
    """The largest error of a formula over real numbers."""
    real = [curve for curve in sweep.curves if curve.method != "complex-step"]
    return max([each.error or 0.0 for curve in real for each in curve.bins])


def medians(sweep: Sweep) -> Phrase:
    """What a point of a curve is, in words."""
    bins, count = sweep.arithmetic.bins, sweep.arithmetic.samples
    where = phrase({1: "decade", 2: "half decade", 4: "quarter decade"}[bins])
    if count > 1:
        return phrase("medians of {count} steps per {where}", count=count, where=where)
    return phrase("one step per {where}", where=where)


def method_columns(sweep: Sweep) -> tuple[Column, ...]:
    """The columns of a table of errors: the step, and every formula."""
    methods = [
        Column(curve.method.replace("-", "_"), SHORT.get(curve.method, curve.method), "right") for curve in sweep.curves
    ]
    return (Column("step", "step", "right"), *methods)


def _all(sweep: Sweep) -> Table:
    """Every median of the plot."""
    rows = [
        (Approximate(each[0].step), *[None if one.error is None else Approximate(one.error) for one in each])
        for each in zip(*[curve.bins for curve in sweep.curves], strict=True)
    ]
    return Table("medians", method_columns(sweep), tuple(rows), phrase("Errors: {medians}", medians=medians(sweep)))
