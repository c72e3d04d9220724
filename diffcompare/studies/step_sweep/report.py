"""The report of a step sweep: plot, errors, slopes, best steps, cancellation, and what they teach.

`data` writes the JSON document (schema diffcompare/1), `document` the blocks that renderers show.
"""

from __future__ import annotations

from typing import Any

from diffcompare.document import (
    Approximate,
    Axis,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Equations,
    Heading,
    Listing,
    Measured,
    Paragraph,
    Plot,
    Series,
    Table,
    approximate,
    columns,
)
from diffcompare.formatting import text
from diffcompare.localization import Phrase, phrase
from diffcompare.numeric.evaluate import is_number
from diffcompare.studies.accuracy import tenths
from diffcompare.studies.question import format_point
from diffcompare.studies.record import cell, in_a_line, number, plain, primed, question_entries, select, study_data
from diffcompare.studies.step_sweep.findings import side_notes
from diffcompare.studies.step_sweep.findings import verdict as verdict  # StepSweep.verdict asks its report for it
from diffcompare.studies.step_sweep.measurements import DIGITS, Curve, bracketed
from diffcompare.studies.step_sweep.slopes import FittedSlope
from diffcompare.studies.step_sweep.sweep import StepSweep, digits_at, digits_of

# --- JSON -------------------------------------------------------------------------------------------------------------


def data(sweep: StepSweep) -> dict[str, Any]:
    """Return the whole sweep as plain data; numbers in full precision, None where there is none."""
    arithmetic, true = sweep.arithmetic, sweep.truth.gradient.get(sweep.name)
    fields = {
        "wrt": sweep.name,
        "value": number(sweep.value),
        "truth": {"status": sweep.truth.status, "derivative": true.text if true else None},
        "higher": {str(order): number for order, number in (sweep.higher or {}).items()},
        "precision": "single" if arithmetic.single else "double",
        "step_used": "nominal" if arithmetic.nominal else "actual",
        "bins_per_decade": arithmetic.bins,
        "steps_per_bin": arithmetic.samples,
        "complete": sweep.complete,
        "methods": [_curve(sweep, curve) for curve in sweep.curves],
        "levels": [select(answer, "method | value | error | note?") for answer in sweep.without_step],
        "strip": plain(sweep.cancellation),
        "tiny_complex_steps": [select(bin, "step | quotient | error") for bin in sweep.tiny],
        "verdict": sweep.verdict,
    }
    return study_data("sweep", sweep, sweep.problem.point, fields)


def _curve(sweep: StepSweep, curve: Curve) -> dict[str, Any]:
    findings = sweep.findings[curve.method]
    best = findings.best
    return {
        "method": curve.method,
        "order": curve.order,
        "bins": [select(bin, "step | quotient | error | error_at_step=error_at") for bin in curve.bins],
        "truncation": _slope(findings.truncation),
        "round_off": _slope(findings.round_off),
        "best": best and {**select(best, "step | error"), "digits": digits_at(sweep, curve), "equals": findings.equals},
        "theory": select(findings.theory, "step | error | reason?"),
        "rule_of_thumb": None if findings.rule is None else {"step": findings.rule, "error": findings.rule_error},
    }


def _slope(slope: FittedSlope | None) -> dict[str, float | bool] | None:
    if slope is None:
        return None
    return {
        "slope": slope.slope,
        "from": 10.0**slope.low,
        "to": 10.0**slope.high,
        "bins": slope.bins,
        "spread": slope.spread,
        "uncertain": slope.is_uncertain,
    }


# --- Plot -------------------------------------------------------------------------------------------------------------

# Names of methods in narrow columns.
SHORT = {"forward-difference": "forward", "backward-difference": "backward", "central-difference": "central"}

FAR_OFF = 10  # a complex step is not drawn if its error is this many times the derivative, or the worst difference


def plot(sweep: StepSweep) -> Plot | None:
    """Return the plot of median errors against steps; None for a single step, and where no formula has any error.

    A logarithmic axis has no 0, so errors below an ulp are drawn as an ulp.  A complex step that is far off is left out
    (sin grows as exp(h) along the imaginary axis).
    """
    errors = [bin.error for curve in sweep.curves for bin in curve.bins if bin.error]
    if not errors or len(sweep.curves[0].bins) < 2:
        return None
    floor = sweep.floor or min(errors)
    ceiling = FAR_OFF * max(abs(sweep.true.nearest) if sweep.true else 0.0, _worst_difference(sweep))
    series = []
    for curve in sweep.curves:
        points = [
            (bin.step, max(bin.error, floor))
            for bin in reversed(curve.bins)
            if bin.error is not None and bin.error <= ceiling and bin.step > 0
        ]
        series.append(Series(curve.method, tuple(points)))
    series += _level_lines(sweep, floor, [step for line in series for step, _ in line.points])
    caption = f"Error of df/d{sweep.name} against the step h ({medians(sweep)})"
    return Plot(
        "error", Axis("step h", True), Axis("absolute error", True), tuple(series), _table_of_medians(sweep), caption
    )


def _level_lines(sweep: StepSweep, floor: float, steps: list[float]) -> list[Series]:
    """Return level lines for the methods without a step; errors within a factor of 2 share the line of the worst."""
    answers = [answer for answer in sweep.without_step if answer.error is not None]
    known = sorted((max(answer.error or 0.0, floor), answer.method) for answer in answers)
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


def _worst_difference(sweep: StepSweep) -> float:
    """Return the largest error of a formula over real numbers."""
    real = [curve for curve in sweep.curves if curve.method != "complex-step"]
    return max([bin.error or 0.0 for curve in real for bin in curve.bins])


def medians(sweep: StepSweep) -> Phrase:
    """Say what a point of a curve is: the median of how many steps."""
    bins, count = sweep.arithmetic.bins, sweep.arithmetic.samples
    where = phrase({1: "decade", 2: "half decade", 4: "quarter decade"}[bins])
    if count > 1:
        return phrase("medians of {count} steps per {where}", count=count, where=where)
    return phrase("one step per {where}", where=where)


def method_columns(sweep: StepSweep) -> tuple[Column, ...]:
    """Return the columns of a table of errors: the step, and one for each formula."""
    methods = [curve.method for curve in sweep.curves]
    return columns(
        " | ".join([">step", *[f">{method.replace('-', '_')}={SHORT.get(method, method)}" for method in methods]])
    )


def _table_of_medians(sweep: StepSweep) -> Table:
    """Return the table of all medians, for readers who cannot see the plot."""
    rows = [
        (approximate(bins[0].step), *[approximate(bin.error) for bin in bins])
        for bins in zip(*[curve.bins for curve in sweep.curves], strict=True)
    ]
    return Table("medians", method_columns(sweep), tuple(rows), phrase("Errors: {medians}", medians=medians(sweep)))


def document(sweep: StepSweep, *, brief: bool = False) -> Document:
    """Return the sweep as a document with all tables as its details; a brief one is the table of errors alone."""
    if sweep.failure is not None:
        return Document((), sweep.data)
    if brief:
        return Document((_errors(sweep),), sweep.data)
    picture = plot(sweep)
    blocks: list[Block] = [Paragraph(sweep.verdict, "verdict"), _function(sweep)]
    blocks += [*([picture] if picture else []), _summary(sweep)]
    return Document(tuple(blocks), sweep.data, details=lambda: long_form(sweep))


def _function(sweep: StepSweep) -> Equations:
    """Return the function in a line, with the point and the value there."""
    problem, program = sweep.problem, sweep.question.program
    formula: Cell = problem.expression if program is None else Code(sweep.question.label)
    at = f"at {format_point(problem.point)}: {text(cell(sweep.value))}"
    return Equations("functions", (Equation("f", in_a_line(formula), at),))


def _summary(sweep: StepSweep) -> Table:
    """Return a row for each method: its best step, the error there, and the power of h with which errors fall."""
    rows: list[tuple[Cell, ...]] = []
    for curve in sweep.curves:
        best, slope = sweep.findings[curve.method].best, sweep.findings[curve.method].truncation
        step, error = (None, None) if best is None else (approximate(best.step), approximate(best.error))
        rows.append((curve.method, step, error, tenths(digits_at(sweep, curve)), _slope_text(slope)))
    for answer in sweep.without_step:
        digits = None if answer.error is None else tenths(digits_of(sweep, answer.error))
        rows.append((answer.method, "none", answer.note or approximate(answer.error), digits, None))
    heads = columns("method | >step=best step | >error | >digits | >slope")
    return Table("summary", heads, tuple(rows), summary=True)


def _slope_text(slope: FittedSlope | None) -> str | None:
    """Return a fitted slope, with a question mark where it is uncertain."""
    return None if slope is None else f"{slope.slope:+.1f} ?" if slope.is_uncertain else f"{slope.slope:+.2f}"


def long_form(sweep: StepSweep) -> tuple[Block, ...]:
    """Return the picture with every table and note."""
    errors = _errors(sweep)
    blocks: list[Block] = [Heading("Error against step", 1), _facts(sweep)]
    picture = plot(sweep)
    blocks += [picture] if picture else []
    blocks += [errors, _without_step(sweep)]
    blocks += [_slopes(sweep), _best(sweep)] if picture else []
    blocks += [table for table in (_cancellation(sweep), _tiny(sweep)) if table.rows]
    blocks += [Paragraph(note, "note") for note in side_notes(sweep)]
    return (*blocks, Paragraph(sweep.verdict, "verdict"))


def _facts(sweep: StepSweep) -> Listing:
    problem, arithmetic = sweep.problem, sweep.arithmetic
    entries = question_entries(sweep.question, problem.point)
    entries.append(("value", float(sweep.value)))  # type: ignore[arg-type]
    if sweep.true is not None:
        known = sweep.truth.gradient.get(sweep.name) is not None
        entries.append((f"df/d{sweep.name}", Code(sweep.true.text) if known else sweep.true.nearest))
    for order, derivative in (sweep.higher or {}).items():
        if order != 4:
            entries.append((primed(order), derivative))
    if sweep.length is not None:
        entries.append(("length scale", Approximate(sweep.length)))
    used = "h as given (nominal)" if arithmetic.nominal else f"({sweep.name}+h)-{sweep.name}, as it really is"
    entries.append(("step used", used))
    entries.append(("arithmetic", "single precision (float32)" if arithmetic.single else "double precision"))
    return Listing(tuple(entries))


def _errors(sweep: StepSweep) -> Table:
    """Return the table of errors at single steps, the powers of ten."""
    rows: list[tuple[Cell, ...]] = []
    for bins in zip(*[curve.bins for curve in sweep.curves], strict=True):
        exponent = bins[0].exponent
        if exponent == round(exponent) or len(sweep.curves[0].bins) == 1:
            rows.append((approximate(bins[0].step, 1), *[approximate(bin.error_at) for bin in bins]))
    return Table("errors", method_columns(sweep), tuple(rows), "Error of one step, at the powers of ten")


def _measured(sweep: StepSweep, value: float | None) -> Cell:
    """Return a derivative as a cell that marks its correct digits."""
    return None if value is None else Measured(value, sweep.true.text if sweep.true else None)


def _without_step(sweep: StepSweep) -> Table:
    heads = columns("method | >value | >error | >digits | note")
    rows: list[tuple[Cell, ...]] = []
    for answer in sweep.without_step:
        digits = None if answer.error is None else tenths(digits_of(sweep, answer.error))
        rows.append(
            (answer.method, _measured(sweep, answer.value), approximate(answer.error), digits, answer.note or None)
        )
    if not any(row[-1] for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return Table("levels", heads, tuple(rows), "Without a step")


def _slopes(sweep: StepSweep) -> Table:
    """Return the table of fitted slopes and those of the theory."""
    heads = columns(
        "method | >truncation | >truncation_theory=theory | truncation_range=fitted on | >round_off=round-off"
        " | >round_off_theory=theory | round_off_range=fitted on"
    )
    rows: list[tuple[Cell, ...]] = []
    for curve in sweep.curves:
        findings = sweep.findings[curve.method]
        theory = None if curve.method == "complex-step" else "-1"
        row: list[Cell] = [curve.method]
        for slope, expected in ((findings.truncation, f"+{curve.order}"), (findings.round_off, theory)):
            where = None if slope is None else f"{10**slope.low:.0e}..{10**slope.high:.0e}"
            row += [_slope_text(slope), expected or "none", where or "-"]
        rows.append(tuple(row))
    return Table("slopes", heads, tuple(rows), "Slopes: the error goes as h to this power")


def _best(sweep: StepSweep) -> Table:
    heads = columns(
        "method | >step=best h | >error | >digits | >theory_step=theory h | >theory_error=error"
        " | >rule_step=thumb h | >rule_error=error | note"
    )
    rows: list[tuple[Cell, ...]] = [_best_row(sweep, curve) for curve in sweep.curves]
    if not any(row[-1] for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return Table("best", heads, tuple(rows), "Best steps: found, predicted, and by the rule of thumb")


def _best_row(sweep: StepSweep, curve: Curve) -> tuple[Cell, ...]:
    findings = sweep.findings[curve.method]
    best, theory = findings.best, findings.theory
    return (
        curve.method,
        None if best is None else approximate(best.step),
        None if best is None else approximate(best.error),
        tenths(digits_at(sweep, curve)),
        None if theory is None else approximate(theory.step),
        None if theory is None else approximate(theory.error),
        approximate(findings.rule),
        approximate(findings.rule_error),
        theory.reason or None if theory is not None else None,
    )


def _cancellation(sweep: StepSweep) -> Table:
    """Return the table of f(x), and below it f(x+h) for ever smaller h."""
    digits = DIGITS[sweep.arithmetic.single]
    heads = columns(">step=h | >taken=step taken | value=f(x+h) | >shared | >quotient")
    if not sweep.cancellation or not is_number(sweep.value):
        return Table("strip", heads, ())
    here = float(sweep.value)  # type: ignore[arg-type]
    rows: list[tuple[Cell, ...]] = [(Approximate(0.0), None, bracketed(here, digits, digits), digits, None)]
    for row in sweep.cancellation:
        value = None if row.value is None else bracketed(row.value, row.shared or 0, digits)
        rows.append(
            (approximate(row.step, 1), approximate(row.taken, 3), value, row.shared, _measured(sweep, row.quotient))
        )
    caption = "Cancellation: in brackets the digits to which f(x+h) agrees with f(x): the difference loses them"
    return Table("strip", heads, tuple(rows), caption)


def _tiny(sweep: StepSweep) -> Table:
    rows = tuple(
        [(approximate(bin.step, 1), _measured(sweep, bin.quotient), approximate(bin.error)) for bin in sweep.tiny]
    )
    return Table("tiny", columns(">step | >quotient | >error"), rows, "The complex step, further down")
