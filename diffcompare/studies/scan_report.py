"""A scan as JSON and as a document: extremes, errors of all methods, worst points, and the error along the grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from diffcompare.document import (
    Axis,
    Block,
    Cell,
    Code,
    Document,
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
from diffcompare.grids.careful_blocks import NOT_FINITE, OUTSIDE
from diffcompare.grids.difference_blocks import KINK
from diffcompare.grids.measured_grid import REFERENCE
from diffcompare.studies.accuracy import correct_digits, tenths
from diffcompare.studies.question import format_coordinate
from diffcompare.studies.record import counted, join, number, question_entries, study_data
from diffcompare.studies.scan import SampledErrors, Scan, WorstPoint

FLOOR = 0.25  # ulp; smaller errors are drawn as this, as a logarithmic axis has no 0
MAX_CURVES = 5  # partials that are drawn beside f
REASONS = {OUTSIDE: "outside the domain", NOT_FINITE: "no finite number", KINK: "steps over a kink"}
KEYS = {OUTSIDE: "outside", NOT_FINITE: "not_finite", KINK: "kink"}


def at(scan: Scan, place: int) -> str:
    """Return a point as `--at` takes it."""
    return ",".join(f"{name}={format_coordinate(x)}" for name, x in scan.grid.point(place).items())


# --- JSON -------------------------------------------------------------------------------------------------------------


def data(scan: Scan) -> dict[str, Any]:
    """Return the scan as plain data; numbers in full precision, None where there is none."""
    fields = {
        "over": [
            {"name": axis.name, "from": axis.start, "to": axis.stop, "points": axis.points, "log": axis.is_log}
            for axis in scan.grid.axes
        ],
        "points": scan.grid.points,
        "computed": scan.measured.done,
        "wrt": list(scan.wrt),
        "compute": scan.engine,
        "sample": {"known": scan.sample[0], "asked": scan.sample[1]},
        "values": [
            {
                "of": name if name == "f" else f"df/d{name}",
                "smallest": extremes.smallest,
                "smallest_at": _point(scan, extremes.smallest_place),
                "largest": extremes.largest,
                "largest_at": _point(scan, extremes.largest_place),
            }
            for name, extremes in scan.measured.extremes.items()
        ],
        "without_gradient": _failures(scan, scan.measured.function),
        "methods": [_method(scan, name) for name in scan.methods],
        "worst": [
            {
                "method": worst.method,
                "partial": f"df/d{worst.name}",
                "at": _point(scan, worst.place),
                "ulp": worst.ulp,
                "digits": worst.digits,
                "value": number(worst.value),
                "truth": worst.truth,
            }
            for worst in scan.worst
        ],
        "verdict": scan.verdict,
    }
    document = study_data("scan", scan, scan.grid.fixed, fields)
    document["expression"]["variables"] = list(scan.grid.variables)
    return document


def _point(scan: Scan, place: int) -> dict[str, float] | None:
    return None if place < 0 else scan.grid.point(place)


def _failures(scan: Scan, statistics: Any) -> dict[str, Any]:
    return {
        KEYS[code]: {"points": count, "first": _point(scan, statistics.first[code])}
        for code, count in sorted(statistics.codes.items())
    }


def _method(scan: Scan, name: str) -> dict[str, Any]:
    sampled, found = scan.sampled.get(name), scan.measured.methods.get(name)
    against_truth = None
    if sampled is not None and sampled.points:
        against_truth = {
            "points": sampled.points,
            "median": sampled.median,
            "rms": number(sampled.root_mean_square),
            "largest": sampled.largest,
            "largest_at": _point(scan, sampled.place),
        }
    against_reverse = None
    if found is not None:
        against_reverse = {
            "points": found.count,
            "median": found.median,
            "rms": number(found.root_mean_square),
            "largest": found.largest if found.count else None,
            "largest_at": _point(scan, found.place),
        }
    return {
        "method": name,
        "ulp_against_truth": against_truth,
        "ulp_against_reverse_ad": against_reverse,
        "fails": _failures(scan, found) if found is not None else None,
        "not_over_arrays": scan.not_over_arrays.get(name),
    }


# --- The closing sentence ---------------------------------------------------------------------------------------------


def verdict(scan: Scan) -> str:
    """Say how far off the methods are at worst, and where one fails."""
    known = {name: errors for name, errors in scan.sampled.items() if errors.points and errors.largest is not None}
    sentences = []
    if known:
        ranked = sorted(known, key=lambda name: known[name].largest or 0.0)
        best, worst = ranked[0], ranked[-1]
        sentences.append(f"At {scan.sample[0]:,} points with truth, {best} is off by {_ulps(known[best])} at most")
        if worst != best:
            sentences[-1] += f", {worst} by {_ulps(known[worst])} ({_digits(known[worst])})"
        sentences[-1] += "."
    failing = [name for name, found in scan.measured.methods.items() if found.codes]
    for name in failing[:3]:
        found = scan.measured.methods[name]
        parts = [f"{REASONS[code]} at {counted(count, 'point')}" for code, count in sorted(found.codes.items())]
        sentences.append(f"{name}: {join(parts)}.")
    if len(failing) > 3:
        sentences.append(f"{len(failing) - 3} more methods fail somewhere.")
    lost = sum(scan.measured.function.codes.values())
    if lost:
        sentences.append(f"{counted(lost, 'point')} of {scan.grid.points:,} have no gradient.")
    return " ".join(sentences) or f"All methods agree at {counted(scan.grid.points, 'point')}."


def _ulps(errors: SampledErrors) -> str:
    return f"{errors.largest:.2g} ulp"


def _digits(errors: SampledErrors) -> str:
    digits = correct_digits((errors.largest or 0.0) * 2.0**-53)
    return f"about {digits:.0f} digits right"


# --- Document ---------------------------------------------------------------------------------------------------------


def document(scan: Scan, *, brief: bool = False) -> Document:
    """Return the scan as a document; a brief one is the table of errors alone."""
    arrays = _coordinates(scan) if scan.arrays else {}
    if scan.failure is not None:
        return Document((), scan.data, arrays)
    errors = _errors(scan)
    if brief:
        return Document((errors,), scan.data, arrays)
    blocks: list[Block] = [Heading("Value, gradient and errors over a grid", 1), _facts(scan), _values(scan)]
    blocks += [picture for picture in (_curves(scan), _plot(scan)) if picture is not None]
    blocks.append(errors)
    failures = _where_it_fails(scan)
    blocks += [table for table in (failures, _worst(scan)) if table.rows]
    blocks += [Paragraph(note, "note") for note in _notes(scan)]
    return Document((*blocks, Paragraph(scan.verdict, "verdict")), scan.data, arrays)


def _coordinates(scan: Scan) -> dict[str, Any]:
    axes = {f"axis_{axis.name}": axis.all_values() for axis in scan.grid.axes}
    return {**axes, **scan.arrays}


def _facts(scan: Scan) -> Listing:
    entries = question_entries(scan.question, scan.grid.fixed)
    entries += [("over", Code(axis.text)) for axis in scan.grid.axes]
    done, total = scan.measured.done, scan.grid.points
    entries.append(("points", total if done == total else f"the first {done:,} of {total:,}"))
    known, asked = scan.sample
    if asked:
        entries.append(("truth", f"at {known:,} of them" if known == asked else f"at {known:,} of {asked:,} tried"))
    entries.append(("computed by", scan.engine))
    return Listing(tuple(entries))


def _values(scan: Scan) -> Table:
    heads = columns("of | >smallest | smallest_at=at | >largest | largest_at=at")
    rows: list[tuple[Cell, ...]] = []
    for name, extremes in scan.measured.extremes.items():
        label = name if name == "f" else f"df/d{name}"
        smallest, largest = extremes.smallest_place, extremes.largest_place
        rows.append((label, extremes.smallest, _at_cell(scan, smallest), extremes.largest, _at_cell(scan, largest)))
    return Table("values", heads, tuple(rows), "Smallest and largest values")


def _at_cell(scan: Scan, place: int) -> Cell:
    return Code(at(scan, place)) if place >= 0 else None


def _errors(scan: Scan) -> Table:
    heads = columns(
        "method | >truth_median=median | >truth_rms=rms | >truth_largest=largest | >digits=digits at least"
        " | >median=median, all | >rms=rms, all | >largest=largest, all | -largest_at=at"
    )
    rows: list[tuple[Cell, ...]] = []
    for name in scan.methods:
        sampled = scan.sampled.get(name) or SampledErrors(0)
        found = scan.measured.methods.get(name)
        worst = next((worst for worst in scan.worst if worst.method == name), None)
        row: list[Cell] = [name, approximate(sampled.median), _finite(sampled.root_mean_square)]
        row += [approximate(sampled.largest), tenths(None if worst is None else worst.digits)]
        if found is None or not found.count:
            row += [None, None, None, None]
        else:
            row += [approximate(found.median), _finite(found.root_mean_square), approximate(found.largest)]
            row.append(Code(at(scan, found.place)))
        rows.append(tuple(row))
    caption = "Errors in ulp: against the truth at the sample, and against reverse-ad at all points"
    return Table("methods", heads, tuple(rows), caption)


def _finite(value: float | None) -> Cell:
    return None if value is None or not math.isfinite(value) else approximate(value)


def _where_it_fails(scan: Scan) -> Table:
    heads = columns("method | why | >points | first=first at")
    rows: list[tuple[Cell, ...]] = []
    for name, statistics in (("all methods", scan.measured.function), *scan.measured.methods.items()):
        for code, count in sorted(statistics.codes.items()):
            rows.append((name, REASONS[code], count, Code(at(scan, statistics.first[code]))))
    return Table("failures", heads, tuple(rows), "Where a method has no answer, or one across a kink")


def _worst(scan: Scan) -> Table:
    heads = columns("method | partial | >value | truth | >ulp | grad=grad ... ")
    rows = tuple([_worst_row(scan, worst) for worst in scan.worst])
    return Table("worst", heads, rows, "Farthest from the truth; the last column is for `grad`")


def _worst_row(scan: Scan, worst: WorstPoint) -> tuple[Cell, ...]:
    value: Cell = Measured(worst.value, worst.truth) if math.isfinite(worst.value) else str(worst.value)
    return (
        worst.method,
        f"df/d{worst.name}",
        value,
        Code(worst.truth),
        approximate(worst.ulp),
        Code(f"--at {at(scan, worst.place)}"),
    )


def _plot(scan: Scan) -> Plot | None:
    """Return the largest error along the first axis; None where no method has an error."""
    axis = scan.grid.axes[0]
    xs = scan.measured.stretches
    series = []
    for name, found in scan.measured.methods.items():
        along = found.along.tolist()
        known = [(x, y) for x, y in zip(xs, along, strict=True) if math.isfinite(y) and (x > 0 or not axis.is_log)]
        points = [(x, max(y, FLOOR)) for x, y in known]
        if points:
            series.append(Series(name, tuple(sorted(points))))
    if not series or len(xs) < 2:
        return None
    names = [line.name for line in series]
    heads = columns(" | ".join([f">{axis.name}", *[f">{name.replace('-', '_')}={name}" for name in names]]))
    by_x = [dict(line.points) for line in series]
    rows = tuple([(x, *[approximate(line.get(x)) for line in by_x]) for x in xs])
    caption = f"Largest error of a partial along {axis.name}, against reverse-ad (errors below {FLOOR} ulp as {FLOOR})"
    table = Table("errors_along", heads, rows, caption)
    is_log = axis.is_log and axis.start > 0
    return Plot("errors", Axis(axis.name, is_log), Axis("error in ulp", True), tuple(series), table, caption)


def _curves(scan: Scan) -> Plot | None:
    """Return f and its first partials along the only axis; None where nothing can be drawn."""
    axis = scan.grid.axes[0]
    kept = {name: points for name, points in list(scan.curves.items())[:MAX_CURVES] if len(points) > 1}
    if not kept or (axis.is_log and axis.start < 0):
        return None
    xs = sorted({x for points in kept.values() for x, _ in points})
    by_x = [dict(points) for points in kept.values()]
    heads = columns(" | ".join([f">{axis.name}", *[f">{_key(name)}={name}" for name in kept]]))
    rows = tuple([(x, *[line.get(x) for line in by_x]) for x in xs])
    caption = f"f and its partials along {axis.name}"
    series = tuple([Series(name, tuple(sorted(points))) for name, points in kept.items()])
    table = Table("curves", heads, rows, caption, summary=True)
    return Plot("values_along", Axis(axis.name, axis.is_log), Axis("value"), series, table, caption)


def _key(name: str) -> str:
    return name.replace("/", "_")


def _notes(scan: Scan) -> Sequence[str]:
    notes = [f"{name} has no form over arrays: {why}" for name, why in scan.not_over_arrays.items()]
    if any(name == REFERENCE for name in scan.methods) and scan.measured.methods:
        notes.append("reverse-ad is what the others are compared with at all points; its own errors are at the sample")
    return notes
