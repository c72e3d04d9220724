"""A sweep over steps as a document: plot, errors, slopes, best steps, cancellation strip, and what they teach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.document import (
    Approximate,
    Axis,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Listing,
    Measured,
    Paragraph,
    Plot,
    Series,
    Table,
)
from diffcompare.localization import Phrase, phrase
from diffcompare.numeric.evaluate import is_number
from diffcompare.studies.record import number, question_data, question_entries, warnings_data
from diffcompare.studies.step_sweep.cancellation import DIGITS, bracketed
from diffcompare.studies.step_sweep.error_curves import Bin, Curve
from diffcompare.studies.step_sweep.findings import remarks
from diffcompare.studies.step_sweep.findings import verdict as verdict  # the record asks its report for it
from diffcompare.studies.step_sweep.slopes import FittedSlope
from diffcompare.studies.step_sweep.sweep import digits_at, digits_of

if TYPE_CHECKING:
    from diffcompare.studies.step_sweep.sweep import StepSweep


# A sweep over steps as plain data: the JSON document of `sweep`, schema diffcompare/1.


def data(sweep: StepSweep) -> dict[str, Any]:
    """The whole sweep; numbers in full precision, null where there is none."""
    problem, question, arithmetic = sweep.problem, sweep.question, sweep.arithmetic
    true = sweep.truth.gradient.get(sweep.name)
    document: dict[str, Any] = {
        **question_data("sweep", question, problem.point),
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
        "levels": [
            {"method": level.method, "value": level.value, "error": level.error, "note": level.note or None}
            for level in sweep.levels
        ],
        "strip": [
            {"step": row.step, "taken": row.taken, "value": row.value, "shared": row.shared, "quotient": row.quotient}
            for row in sweep.strip
        ],
        "tiny_complex_steps": [
            {"step": each.step, "quotient": each.quotient, "error": each.error} for each in sweep.tiny
        ],
        "verdict": sweep.verdict,
        "warnings": warnings_data(sweep.notes),
    }
    if sweep.failure is not None:
        document["error"] = sweep.failure.data()
    return document


def _curve(sweep: StepSweep, curve: Curve) -> dict[str, Any]:
    found = sweep.findings[curve.method]
    theory = found.theory
    return {
        "method": curve.method,
        "order": curve.order,
        "bins": [
            {"step": each.step, "quotient": each.quotient, "error": each.error, "error_at_step": each.error_at}
            for each in curve.bins
        ],
        "truncation": _slope(found.truncation),
        "round_off": _slope(found.round_off),
        "best": None
        if found.best is None
        else {
            "step": found.best.step,
            "error": found.best.error,
            "digits": digits_at(sweep, curve),
            "equals": found.equals,
        },
        "theory": None
        if theory is None
        else {"step": theory.step, "error": theory.error, "reason": theory.reason or None},
        "rule_of_thumb": None if found.rule is None else {"step": found.rule, "error": found.rule_error},
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


# The picture of a sweep: errors against steps on logarithmic axes.

SHORT = {"forward-difference": "forward", "backward-difference": "backward", "central-difference": "central"}

"""Names of methods in narrow columns."""

FAR_OFF = 10

"""A complex step that errs by so many times the derivative, or the worst difference, is not drawn."""


def plot(sweep: StepSweep) -> Plot | None:
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


def _level_lines(sweep: StepSweep, floor: float, steps: list[float]) -> list[Series]:
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


def _worst_difference(sweep: StepSweep) -> float:
    """The largest error of a formula over real numbers."""
    real = [curve for curve in sweep.curves if curve.method != "complex-step"]
    return max([each.error or 0.0 for curve in real for each in curve.bins])


def medians(sweep: StepSweep) -> Phrase:
    """What a point of a curve is, in words."""
    bins, count = sweep.arithmetic.bins, sweep.arithmetic.samples
    where = phrase({1: "decade", 2: "half decade", 4: "quarter decade"}[bins])
    if count > 1:
        return phrase("medians of {count} steps per {where}", count=count, where=where)
    return phrase("one step per {where}", where=where)


def method_columns(sweep: StepSweep) -> tuple[Column, ...]:
    """The columns of a table of errors: the step, and every formula."""
    methods = [
        Column(curve.method.replace("-", "_"), SHORT.get(curve.method, curve.method), "right") for curve in sweep.curves
    ]
    return (Column("step", "step", "right"), *methods)


def _all(sweep: StepSweep) -> Table:
    """Every median of the plot."""
    rows = [
        (Approximate(each[0].step), *[None if one.error is None else Approximate(one.error) for one in each])
        for each in zip(*[curve.bins for curve in sweep.curves], strict=True)
    ]
    return Table("medians", method_columns(sweep), tuple(rows), phrase("Errors: {medians}", medians=medians(sweep)))


def document(sweep: StepSweep, *, brief: bool = False) -> Document:
    """The sweep as a document; a brief one has the errors only."""
    if sweep.failure is not None:
        return Document((), sweep.data)
    errors = _errors(sweep)
    if brief:
        return Document((errors,), sweep.data)
    blocks: list[Block] = [Heading("Error against step", 1), _facts(sweep)]
    picture = plot(sweep)
    blocks += [picture] if picture else []
    blocks += [errors, _levels(sweep)]
    blocks += [_slopes(sweep), _best(sweep)] if picture else []
    blocks += [table for table in (_strip(sweep), _tiny(sweep)) if table.rows]
    blocks += [Paragraph(remark, "note") for remark in remarks(sweep)]
    return Document((*blocks, Paragraph(sweep.verdict, "verdict")), sweep.data)


def _facts(sweep: StepSweep) -> Listing:
    problem, arithmetic = sweep.problem, sweep.arithmetic
    entries = question_entries(sweep.question, problem.point)
    entries.append(("value", float(sweep.value)))  # type: ignore[arg-type]
    if sweep.true is not None:
        known = sweep.truth.gradient.get(sweep.name) is not None
        entries.append((f"df/d{sweep.name}", Code(sweep.true.text) if known else sweep.true.nearest))
    for order, derivative in (sweep.higher or {}).items():
        if order != 4:
            entries.append((f"f{chr(39) * order}" if order < 4 else f"f^({order})", derivative))
    if sweep.length is not None:
        entries.append(("length scale", Approximate(sweep.length)))
    used = "h as given (nominal)" if arithmetic.nominal else f"({sweep.name}+h)-{sweep.name}, as it really is"
    entries.append(("step used", used))
    entries.append(("arithmetic", "single precision (float32)" if arithmetic.single else "double precision"))
    return Listing(tuple(entries))


def _errors(sweep: StepSweep) -> Table:
    """The errors of single steps, at the powers of ten."""
    rows: list[tuple[Cell, ...]] = []
    for bins in zip(*[curve.bins for curve in sweep.curves], strict=True):
        exponent = bins[0].exponent
        if exponent == round(exponent) or len(sweep.curves[0].bins) == 1:
            rows.append((_few(bins[0].step, 1), *[_few(each.error_at) for each in bins]))
    return Table("errors", method_columns(sweep), tuple(rows), "Error of one step, at the powers of ten")


def _few(number: float | None, digits: int = 2) -> Cell:
    return None if number is None else Approximate(number, digits)


def _tenths(digits: float | None) -> Cell:
    """Correct digits, to one place after the point."""
    return None if digits is None else Approximate(digits, 3 if digits >= 10 else 2 if digits >= 1 else 1)


def _levels(sweep: StepSweep) -> Table:
    columns: tuple[Column, ...] = (
        Column("method", "method"), Column("value", "value", "right"), Column("error", "error", "right"),
        Column("digits", "digits", "right"), Column("note", "note"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for level in sweep.levels:
        value = None if level.value is None else Measured(level.value, sweep.true.text if sweep.true else None)
        digits = None if level.error is None else _tenths(digits_of(sweep, level.error))
        rows.append((level.method, value, _few(level.error), digits, level.note or None))
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table("levels", columns, tuple(rows), "Without a step")


def _slopes(sweep: StepSweep) -> Table:
    """Fitted slopes beside those of the theory."""
    columns = (
        Column("method", "method"),
        Column("truncation", "truncation", "right"), Column("truncation_theory", "theory", "right"),
        Column("truncation_range", "fitted on", "left"),
        Column("round_off", "round-off", "right"), Column("round_off_theory", "theory", "right"),
        Column("round_off_range", "fitted on", "left"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for curve in sweep.curves:
        found = sweep.findings[curve.method]
        theory = None if curve.method == "complex-step" else "-1"
        row: list[Cell] = [curve.method]
        for slope, expected in ((found.truncation, f"+{curve.order}"), (found.round_off, theory)):
            fitted = None if slope is None else f"{slope.slope:+.1f} ?" if slope.is_uncertain else f"{slope.slope:+.2f}"
            where = None if slope is None else f"{10**slope.low:.0e}..{10**slope.high:.0e}"
            row += [fitted, expected or "none", where or "-"]
        rows.append(tuple(row))
    return Table("slopes", columns, tuple(rows), "Slopes: the error goes as h to this power")


def _best(sweep: StepSweep) -> Table:
    columns: tuple[Column, ...] = (
        Column("method", "method"),
        Column("step", "best h", "right"), Column("error", "error", "right"), Column("digits", "digits", "right"),
        Column("theory_step", "theory h", "right"), Column("theory_error", "error", "right"),
        Column("rule_step", "thumb h", "right"), Column("rule_error", "error", "right"),
        Column("note", "note"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [_best_row(sweep, curve) for curve in sweep.curves]
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table("best", columns, tuple(rows), "Best steps: found, predicted, and by the rule of thumb")


def _best_row(sweep: StepSweep, curve: Curve) -> tuple[Cell, ...]:
    found = sweep.findings[curve.method]
    best, theory = found.best, found.theory
    return (
        curve.method,
        None if best is None else _few(best.step),
        None if best is None else _few(best.error),
        _tenths(digits_at(sweep, curve)),
        None if theory is None else _few(theory.step),
        None if theory is None else _few(theory.error),
        _few(found.rule),
        _few(found.rule_error),
        theory.reason or None if theory is not None else None,
    )


def _strip(sweep: StepSweep) -> Table:
    """f(x) on top, then f(x+h) for ever smaller h."""
    digits = DIGITS[sweep.arithmetic.single]
    columns = (
        Column("step", "h", "right"), Column("taken", "step taken", "right"), Column("value", "f(x+h)"),
        Column("shared", "shared", "right"), Column("quotient", "quotient", "right"),
    )  # fmt: skip
    if not sweep.strip or not is_number(sweep.value):
        return Table("strip", columns, ())
    here = float(sweep.value)  # type: ignore[arg-type]
    true = sweep.true.text if sweep.true else None
    rows: list[tuple[Cell, ...]] = [(Approximate(0.0), None, bracketed(here, digits, digits), digits, None)]
    for row in sweep.strip:
        value = None if row.value is None else bracketed(row.value, row.shared or 0, digits)
        quotient: Cell = None if row.quotient is None else Measured(row.quotient, true)
        rows.append((_few(row.step, 1), _few(row.taken, 3), value, row.shared, quotient))
    caption = "Cancellation: in brackets the digits to which f(x+h) agrees with f(x): the difference loses them"
    return Table("strip", columns, tuple(rows), caption)


def _tiny(sweep: StepSweep) -> Table:
    columns = (
        Column("step", "step", "right"), Column("quotient", "quotient", "right"), Column("error", "error", "right"),
    )  # fmt: skip
    rows = tuple([_tiny_row(sweep, each) for each in sweep.tiny])
    return Table("tiny", columns, rows, "The complex step, further down")


def _tiny_row(sweep: StepSweep, each: Bin) -> tuple[Cell, ...]:
    true = sweep.true.text if sweep.true else None
    quotient = None if each.quotient is None else Measured(each.quotient, true)
    return _few(each.step, 1), quotient, _few(each.error)
