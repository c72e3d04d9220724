"""A sweep over steps as a document: plot, errors, slopes, best steps, cancellation strip, and what they teach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.document import (
    Approximate,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Listing,
    Measured,
    Paragraph,
    Table,
)
from diffcompare.evaluation import is_number
from diffcompare.studies.steps.curves import Bin, Curve
from diffcompare.studies.steps.data import digits_at, digits_of
from diffcompare.studies.steps.picture import method_columns, plot
from diffcompare.studies.steps.remarks import remarks
from diffcompare.studies.steps.strip import DIGITS, bracketed
from diffcompare.studies.telling import question_entries

if TYPE_CHECKING:
    from diffcompare.studies.steps.record import Sweep


def document(sweep: Sweep, *, brief: bool = False) -> Document:
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


def _facts(sweep: Sweep) -> Listing:
    problem, arithmetic = sweep.problem, sweep.arithmetic
    entries = question_entries(sweep.question, problem.point)
    entries.append(("value", float(sweep.value)))  # type: ignore[arg-type]
    if sweep.true is not None:
        known = sweep.truth.gradient.get(sweep.name) is not None
        entries.append((f"df/d{sweep.name}", Code(sweep.true.text) if known else sweep.true.nearest))
    for order, number in (sweep.higher or {}).items():
        if order != 4:
            entries.append((f"f{chr(39) * order}" if order < 4 else f"f^({order})", number))
    if sweep.length is not None:
        entries.append(("length scale", Approximate(sweep.length)))
    used = "h as given (nominal)" if arithmetic.nominal else f"({sweep.name}+h)-{sweep.name}, as it really is"
    entries.append(("step used", used))
    entries.append(("arithmetic", "single precision (float32)" if arithmetic.single else "double precision"))
    return Listing(tuple(entries))


def _errors(sweep: Sweep) -> Table:
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


def _levels(sweep: Sweep) -> Table:
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


def _slopes(sweep: Sweep) -> Table:
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


def _best(sweep: Sweep) -> Table:
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


def _best_row(sweep: Sweep, curve: Curve) -> tuple[Cell, ...]:
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


def _strip(sweep: Sweep) -> Table:
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


def _tiny(sweep: Sweep) -> Table:
    columns = (
        Column("step", "step", "right"), Column("quotient", "quotient", "right"), Column("error", "error", "right"),
    )  # fmt: skip
    rows = tuple([_tiny_row(sweep, each) for each in sweep.tiny])
    return Table("tiny", columns, rows, "The complex step, further down")


def _tiny_row(sweep: Sweep, each: Bin) -> tuple[Cell, ...]:
    true = sweep.true.text if sweep.true else None
    quotient = None if each.quotient is None else Measured(each.quotient, true)
    return _few(each.step, 1), quotient, _few(each.error)
