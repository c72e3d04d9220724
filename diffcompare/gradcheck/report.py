"""A gradient check as a document: the entries, worst first, what they have in common, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diffcompare.document import Approximate, Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.gradcheck.entries import GradientEntry, known_digits
from diffcompare.gradcheck.values import shown
from diffcompare.studies.record import SCHEMA, cell, counted, number, status

if TYPE_CHECKING:
    from diffcompare.gradcheck.extrapolation import Estimate
    from diffcompare.gradcheck.gradient_check import GradientCheck
    from diffcompare.gradcheck.inspection import Inspection


# The sentences of a gradient check: the verdict, and the message of a failing test.

MAX_ENTRIES = 5

"""Entries that the message of a failing test shows at a point."""

SINGLE_PRECISION = (2e-9, 5e-7)

"""Relative noise between these is what single precision leaves."""


def verdict(check: GradientCheck) -> str:
    """One or two sentences: whether the gradient is right, and what it took to know."""
    cost = f"{counted(check.evaluations, 'evaluation')} of {check.name}"
    where = "at the point" if len(check.points) == 1 else f"at {len(check.points)} points"
    if check.verdict == "wrong":
        found = [sentence(each) for each in check.points]
        patterns = list(dict.fromkeys(each for each in found if each))
        return f"The gradient is wrong: {'; '.join(patterns) or _wrong_entries(check)} ({cost})."
    count = sum(1 for each in check.points for entry in each.judged if entry.verdict == "undecided")
    unsteady = next((each.trouble for each in check.points if not each.steady), None)
    if unsteady:
        return f"Undecided: {unsteady} ({cost})."
    without = [entry for each in check.points for entry in each.judged if entry.slope.kind in ("jump", "vertical")]
    if without and len(without) == count:
        where = "1 entry asks" if count == 1 else f"{count:,} entries ask"
        return f"Undecided: {where} for a derivative where f has none, and none is wrong ({cost})."
    if count:
        return f"Undecided: {_are(count)} not known well enough to be called right, and none is wrong ({cost})."
    kinks = sum(1 for each in check.points for entry in each.judged if entry.verdict == "kink")
    at_kinks = f"; {_are(kinks)} at a kink, and between the slopes of both sides" if kinks else ""
    how = " along random directions" if any(each.directions for each in check.points) else ""
    return f"The gradient agrees with the values of {check.name}{how} {where}{at_kinks} ({cost})."


def sentence(inspection: Inspection) -> str:
    """The pattern or the misfit at a point; empty where there is none."""
    return inspection.pattern.sentence if inspection.pattern else inspection.misfit


def _wrong_entries(check: GradientCheck) -> str:
    wrong = [entry for entry in check.entries if entry.verdict == "wrong"]
    if not wrong:
        return "derivatives along random directions are wrong, and no single entry was found"
    at_least = "at least " * any(each.directions for each in check.points)
    return f"{at_least}{counted(len(wrong), 'entry').replace('entrys', 'entries')}, the worst is {_said(wrong[0])}"


def _are(count: int) -> str:
    return "1 entry is" if count == 1 else f"{count:,} entries are"


def message(check: GradientCheck) -> str:
    """The verdict, and at every point that has a fault the worst entries with both values and their ratio."""
    lines = [verdict(check)]
    if check.verdict == "agrees":
        return lines[0]
    bad = [each for each in check.points if each.misfit or any(_is_bad(entry, check) for entry in each.judged)]
    for each in bad:
        entries = [entry for entry in each.judged if _is_bad(entry, check) and each.steady]  # directions come last
        lines.append(f"  at {shown(each.place, each.place.coordinates)}")
        lines += [f"    {_said(entry)}" for entry in entries[:MAX_ENTRIES]]
        if len(entries) > MAX_ENTRIES:
            lines.append(f"    and {len(entries) - MAX_ENTRIES:,} more, less far off")
        if each.trouble and each.steady:
            lines.append(f"    {each.trouble}")
    if check.verdict == "undecided" and any(is_noisy(entry) for each in bad if each.steady for entry in each.judged):
        lines.append("  give f in double precision or with less noise, or allow_undecided=True")
    return "\n".join(lines)


def is_noisy(entry: GradientEntry) -> bool:
    """Whether it is the noise of f that leaves an entry undecided."""
    return entry.verdict == "undecided" and entry.slope.kind in ("smooth", "edge")


def _is_bad(entry: GradientEntry, check: GradientCheck) -> bool:
    return entry.verdict == check.verdict


def _said(entry: GradientEntry) -> str:
    """`df/dx[1]: given 4.0, found 2.0 +- 1e-12, given/found = 2`."""
    text = f"{entry.name}: given {entry.given!r}"
    if entry.found is not None:
        text += f", differences give {_rounded(entry.found, entry.slope.error)} (within {entry.slope.error:.1g})"
        if entry.verdict == "wrong":
            text += _how_far(entry)
    return f"{text}; {entry.remark}" if entry.remark else text


def _how_far(entry: GradientEntry) -> str:
    """The ratio with the digits that are known, or where the two are nearly equal, by how much the value is off."""
    if 0 < entry.gap < 1e-4:
        return f", off by {entry.gap:.1e} of its size"
    return "" if entry.ratio is None else f", given/found = {entry.ratio:.{known_digits(entry.ratio_doubt)}g}"


def _rounded(value: float, error: float) -> str:
    """A number with the digits that are known and one more."""
    if not value or not error:
        return repr(value)
    digits = math.ceil(math.log10(abs(value) / error)) + 1 if abs(value) > error else 1
    return f"{value:.{min(max(digits, 2), 17)}g}"


def noise_note(inspection: Inspection) -> str:
    """How noisy f is, where it is noisier than double precision makes it; else empty."""
    worst = max(
        ((noise, abs(value)) for noise, value in zip(inspection.noise, inspection.value, strict=False)),
        key=lambda pair: pair[0] / (pair[1] or 1.0),
        default=(0.0, 1.0),
    )
    relative = worst[0] / (worst[1] or 1.0)
    if relative < 1e-13 or not worst[1]:
        return ""
    single = ", as single precision has" * (SINGLE_PRECISION[0] < relative < SINGLE_PRECISION[1])
    return f"Values of f near the point carry noise of {relative:.1e} of their size{single}."


# A gradient check as plain data: the JSON document of `check`, schema diffcompare/1.


def data(check: GradientCheck) -> dict[str, Any]:
    """All that was found; numbers in full precision, null where there is none."""
    return {
        "schema": SCHEMA,
        "command": "check",
        "function": check.name,
        "verdict": check.verdict,
        "evaluations": check.evaluations,
        "points": [_point_data(each) for each in check.points],
        "sentence": verdict(check),
    }


def _point_data(each: Inspection) -> dict[str, Any]:
    coordinates = dict(zip(each.place.names, each.place.coordinates, strict=True))
    return {
        "point": coordinates,
        "value": each.value if each.shape is not None else each.value[0],
        "noise": each.noise if each.shape is not None or not each.noise else each.noise[0],
        "entries": [_entry(entry) for entry in each.entries],
        "directions": [_entry(entry) for entry in each.directions],
        "mistake": None if each.pattern is None else each.pattern._asdict(),
        "trouble": each.trouble or None,
        "evaluations": each.evaluations,
    }


def _entry(entry: GradientEntry) -> dict[str, Any]:
    slope = entry.slope
    return {
        "name": entry.name,
        "component": entry.component,
        "coordinate": entry.coordinate,
        "verdict": entry.verdict,
        "given": number(entry.given),
        "given_status": status(entry.given),
        "found": number(entry.found),
        "error": number(slope.error),
        "ratio": number(entry.ratio),
        "method": entry.method,
        "complex_step": number(slope.complex_step),
        "slopes": {"left": _slope(slope.left), "right": _slope(slope.right)}
        if slope.kind in ("kink", "vertical", "jump")
        else None,
        "remark": entry.remark or None,
    }


def _slope(side: Estimate | None) -> float | str | None:
    if side is None:
        return None
    return side.value if math.isfinite(side.value) else str(side.value)


MAX_ROWS = 24

"""Entries that people are shown at a point; machines get all."""

COLUMNS = (
    Column("entry", "entry"),
    Column("verdict", "verdict"),
    Column("given", "given", "right"),
    Column("found", "found", "right"),
    Column("error", "within", "right"),
    Column("ratio", "given/found", "right"),
    Column("method", "by"),
    Column("remark", "remark"),
)


def document(check: GradientCheck, *, brief: bool = False) -> Document:
    """Write a table for every point, and the verdict; a brief document has the tables only."""
    blocks: list[Block] = [] if brief else [Heading("The gradient against the values of the function", 1)]
    blocks.append(Listing((("function", check.name), ("evaluations", check.evaluations))))
    for index, each in enumerate(check.points, 1):
        blocks += _point(each, index if len(check.points) > 1 else 0)
    blocks.append(Paragraph(verdict(check), "verdict"))
    return Document(tuple(blocks), check.data)


def _point(each: Inspection, number: int) -> list[Block]:
    suffix = f"_{number}" if number else ""
    blocks: list[Block] = [Listing((("at", Code(shown(each.place, each.place.coordinates))),))]
    if each.directions:
        blocks.append(_table(f"directions{suffix}", each.directions, "Along random directions"))
    if each.entries:
        caption = "Entries that were located" if each.directions else "Entries, the worst first"
        blocks.append(_table(f"entries{suffix}", each.entries, caption))
    notes = [noise_note(each), f"{each.trouble}." if each.trouble else ""]
    if number and each.pattern:
        notes.append(f"{each.pattern.sentence}.")
    return [*blocks, *[Paragraph(note, "note") for note in notes if note]]


def _table(key: str, entries: Sequence[GradientEntry], caption: str) -> Table:
    rows = tuple(_row(entry) for entry in entries)
    return Table(key, COLUMNS, rows, caption, most=MAX_ROWS)


def _row(entry: GradientEntry) -> tuple[Cell, ...]:
    found = None if entry.found is None else float(entry.found)
    error = Approximate(entry.slope.error) if found is not None else None
    ratio = None if entry.ratio is None else Approximate(entry.ratio, 6)
    return (entry.name, entry.verdict, cell(entry.given), found, error, ratio, entry.method, entry.remark)
