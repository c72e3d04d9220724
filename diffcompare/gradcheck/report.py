"""The report of a gradient check: its sentences, its JSON data, and its document."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diffcompare.document import (
    Approximate,
    Block,
    Cell,
    Code,
    Document,
    Heading,
    Listing,
    Outcome,
    Paragraph,
    Table,
    columns,
)
from diffcompare.gradcheck.entries import GradientEntry, known_digits
from diffcompare.gradcheck.other_checkers import disagreement
from diffcompare.gradcheck.values import describe_point
from diffcompare.studies.record import SCHEMA, cell, counted, select, slope_data, status

if TYPE_CHECKING:
    from diffcompare.gradcheck.gradient_check import GradientCheck, Inspection


# --- Sentences: the verdict, and the message of a failing test --------------------------------------------------------

MAX_MESSAGE_ENTRIES = 5  # entries of a point in the message of a failing test
SINGLE_PRECISION_NOISE = (2e-9, 5e-7)  # bounds of the relative noise that single precision leaves


def verdict(check: GradientCheck) -> str:
    """Say in one or two sentences whether the gradient is right, and how many evaluations it took to know."""
    cost = f"{counted(check.evaluations, 'evaluation')} of {check.name}"
    if check.verdict == "wrong":
        patterns = list(dict.fromkeys(filter(None, map(_what_is_wrong, check.points))))
        return f"The gradient is wrong: {'; '.join(patterns) or _wrong_entries(check)} ({cost})."
    nondeterminism = next((point.trouble for point in check.points if not point.deterministic), None)
    if nondeterminism:
        return f"Undecided: {nondeterminism} ({cost})."
    judged = [entry for point in check.points for entry in point.judged]
    count = sum(1 for entry in judged if entry.verdict == "undecided")
    without_derivative = [entry for entry in judged if entry.slope.kind in ("jump", "vertical")]
    if without_derivative and len(without_derivative) == count:
        entries_ask = "1 entry asks" if count == 1 else f"{count:,} entries ask"
        return f"Undecided: {entries_ask} for a derivative where f has none, and none is wrong ({cost})."
    if count:
        return f"Undecided: {_entries_are(count)} not known well enough to be called right, and none is wrong ({cost})."
    kinks = sum(1 for entry in judged if entry.verdict == "kink")
    at_kinks = f"; {_entries_are(kinks)} at a kink, and between the slopes of both sides" if kinks else ""
    how = " along random directions" if any(point.directions for point in check.points) else ""
    where = "at the point" if len(check.points) == 1 else f"at {len(check.points)} points"
    return f"The gradient agrees with the values of {check.name}{how} {where}{at_kinks} ({cost})."


def _what_is_wrong(point: Inspection) -> str:
    """Return the pattern or the wrong shape at a point, or ""."""
    return point.pattern.sentence if point.pattern else point.shape_error


def _wrong_entries(check: GradientCheck) -> str:
    wrong = [entry for entry in check.entries if entry.verdict == "wrong"]
    if not wrong:
        return "derivatives along random directions are wrong, and no single wrong entry was found"
    at_least = "at least " * any(point.directions for point in check.points)
    count = counted(len(wrong), "entry").replace("entrys", "entries")
    return f"{at_least}{count}, the worst is {_describe_entry(wrong[0])}"


def _entries_are(count: int) -> str:
    return "1 entry is" if count == 1 else f"{count:,} entries are"


def message(check: GradientCheck) -> str:
    """Return the verdict and, below it, the worst entries at every point where something is wrong or undecided."""
    lines = [verdict(check)]
    if check.verdict == "agrees":
        return lines[0]
    bad_points = [point for point in check.points if _is_verdict_of(check, point)]
    for point in bad_points:
        lines.append(f"  at {describe_point(point.point, point.point.coordinates)}")
        if not point.deterministic:
            continue  # the verdict has said it
        entries = [entry for entry in point.judged if entry.verdict == check.verdict]  # directions come last
        lines += [f"    {_describe_entry(entry)}" for entry in entries[:MAX_MESSAGE_ENTRIES]]
        if len(entries) > MAX_MESSAGE_ENTRIES:
            lines.append(f"    and {len(entries) - MAX_MESSAGE_ENTRIES:,} more, less far off")
        if point.trouble:
            lines.append(f"    {point.trouble}")
    noisy = (_is_noisy(entry) for point in bad_points if point.deterministic for entry in point.judged)
    if check.verdict == "undecided" and any(noisy):
        lines.append("  give f in double precision or with less noise, or allow_undecided=True")
    return "\n".join(lines)


def _is_noisy(entry: GradientEntry) -> bool:
    """Tell whether the noise of f leaves an entry undecided."""
    return entry.verdict == "undecided" and entry.slope.kind in ("smooth", "edge")


def _describe_entry(entry: GradientEntry) -> str:
    """Return `df/dx[1]: given 4.0, differences give 2.0 (within 1e-12), given/found = 2`."""
    text = f"{entry.name}: given {entry.given!r}"
    if entry.found is not None:
        text += f", differences give {_rounded(entry.found, entry.slope.error)} (within {entry.slope.error:.1g})"
        if entry.verdict == "wrong":
            text += _deviation(entry)
    return f"{text}; {entry.remark}" if entry.remark else text


def _deviation(entry: GradientEntry) -> str:
    """Return the ratio with its known digits or, where the values are nearly equal, their relative difference."""
    if 0 < entry.gap < 1e-4:
        return f", off by {entry.gap:.1e} of its size"
    return "" if entry.ratio is None else f", given/found = {entry.ratio:.{known_digits(entry.ratio_error)}g}"


def _rounded(value: float, error: float) -> str:
    """Return a number with its known digits and one more."""
    if not value or not error:
        return repr(value)
    digits = math.ceil(math.log10(abs(value) / error)) + 1 if abs(value) > error else 1
    return f"{value:.{min(max(digits, 2), 17)}g}"


def _noise_note(point: Inspection) -> str:
    """Say how noisy f is near a point if it is noisier than double precision makes it, else return ""."""
    noise, size = max(
        ((noise, abs(value)) for noise, value in zip(point.noise, point.value, strict=False)),
        key=lambda pair: pair[0] / (pair[1] or 1.0),
        default=(0.0, 1.0),
    )
    relative = noise / (size or 1.0)
    if relative < 1e-13 or not size:
        return ""
    low, high = SINGLE_PRECISION_NOISE
    single = ", as single precision has" * (low < relative < high)
    return f"Values of f near the point carry noise of {relative:.1e} of their size{single}."


# --- JSON of `check`, schema diffcompare/1 ----------------------------------------------------------------------------


def data(check: GradientCheck) -> dict[str, Any]:
    """Return the whole record as plain data; numbers in full precision, null where there is none."""
    return {
        "schema": SCHEMA,
        "command": "check",
        "function": check.name,
        "verdict": check.verdict,
        "evaluations": check.evaluations,
        "points": [_point_data(point) for point in check.points],
        **({"others": [other._asdict() for other in check.others]} if check.others else {}),
        "sentence": verdict(check),
    }


def _point_data(point: Inspection) -> dict[str, Any]:
    return {
        "point": dict(zip(point.point.names, point.point.coordinates, strict=True)),
        "value": point.value if point.shape is not None else point.value[0],
        "noise": point.noise if point.shape is not None or not point.noise else point.noise[0],
        "entries": [_entry_data(entry) for entry in point.entries],
        "directions": [_entry_data(entry) for entry in point.directions],
        "mistake": None if point.pattern is None else point.pattern._asdict(),
        "trouble": point.trouble or None,
        "evaluations": point.evaluations,
    }


def _entry_data(entry: GradientEntry) -> dict[str, Any]:
    slope = entry.slope
    sides = {
        "left": slope.left and slope_data(slope.left.value),
        "right": slope.right and slope_data(slope.right.value),
    }
    return {
        **select(entry, "name | component | coordinate | verdict | given"),
        "given_status": status(entry.given),
        **select(entry, "found | error=slope.error | ratio | method | complex_step=slope.complex_step"),
        "slopes": sides if slope.kind in ("kink", "vertical", "jump") else None,
        "remark": entry.remark or None,
    }


# --- Document ---------------------------------------------------------------------------------------------------------

MAX_ROWS = 24  # entries of a point shown to people; machines get all of them

OUTCOMES: Mapping[str, Outcome] = {"agrees": "right", "wrong": "wrong", "undecided": "undecided"}
COLUMNS = columns("entry | verdict | >given | >found | >error=within | >ratio=given/found | method=by | remark")


def document(check: GradientCheck, *, brief: bool = False) -> Document:
    """Return the verdict, and the points at which something is not right; a brief document has the tables only.

    The long form has a table for every point.
    """
    if brief:
        return Document((*_every_point(check), *_others(check)), check.data)
    blocks: list[Block] = [Paragraph(verdict(check), "verdict", OUTCOMES[check.verdict])]
    for index, point in enumerate(check.points, 1):
        is_shown = check.verdict != "agrees" and _is_verdict_of(check, point)
        blocks += _point_blocks(point, index if len(check.points) > 1 else 0) if is_shown else _notes(point)
    return Document((*blocks, *_others(check)), check.data, details=lambda: _everything(check))


def _is_verdict_of(check: GradientCheck, point: Inspection) -> bool:
    """Tell whether the verdict of the check is, among others, that of the point."""
    if check.verdict == "undecided" and not point.deterministic:
        return True
    return bool(point.shape_error) or any(entry.verdict == check.verdict for entry in point.judged)


def _everything(check: GradientCheck) -> tuple[Block, ...]:
    """Return the blocks of the long form: every entry at every point, and the verdict."""
    heading = Heading("The gradient against the values of the function", 1)
    facts = Listing((("function", check.name), ("evaluations", check.evaluations)))
    return (heading, facts, *_every_point(check), *_others(check), Paragraph(verdict(check), "verdict"))


def _every_point(check: GradientCheck) -> list[Block]:
    numbered = len(check.points) > 1
    return [
        block for index, point in enumerate(check.points, 1) for block in _point_blocks(point, index if numbered else 0)
    ]


def _others(check: GradientCheck) -> list[Block]:
    """Return the verdicts of other libraries' checkers, if any was asked, and whether they differ from this one."""
    if not check.others:
        return []
    rows = tuple(
        (other.tool, other.version or "-", other.verdict, other.settings or other.note) for other in check.others
    )
    table = Table("others", columns("tool | version | verdict | settings"), rows, "Other checkers")
    at_kink = any(entry.verdict == "kink" for entry in check.points[0].judged) if check.points else False
    differs = disagreement(check.verdict, check.others, at_kink=at_kink)
    return [table, Paragraph(differs, "note")] if differs else [table]


def _point_blocks(point: Inspection, index: int) -> list[Block]:
    """Return the tables and notes of a point; `index` is 0 for the only one."""
    suffix = f"_{index}" if index else ""
    blocks: list[Block] = [Listing((("at", Code(describe_point(point.point, point.point.coordinates))),))]
    if point.directions:
        blocks.append(_table(f"directions{suffix}", point.directions, "Along random directions"))
    if point.entries:
        caption = "Entries that were located" if point.directions else "Entries, the worst first"
        blocks.append(_table(f"entries{suffix}", point.entries, caption))
    if index and point.pattern:
        blocks.append(Paragraph(f"{point.pattern.sentence}.", "note"))
    return [*blocks, *_notes(point)]


def _notes(point: Inspection) -> list[Block]:
    """Return what is to be known of the values of f at a point, whatever the verdict."""
    notes = [_noise_note(point), f"{point.trouble}." if point.trouble else ""]
    return [Paragraph(note, "note") for note in notes if note]


def _table(key: str, entries: Sequence[GradientEntry], caption: str) -> Table:
    rows = tuple(_row(entry) for entry in entries)
    return Table(key, COLUMNS, rows, caption, most=MAX_ROWS)


def _row(entry: GradientEntry) -> tuple[Cell, ...]:
    estimate = None if entry.found is None else float(entry.found)
    error = Approximate(entry.slope.error) if estimate is not None else None
    ratio = None if entry.ratio is None else Approximate(entry.ratio, 6)
    return (entry.name, entry.verdict, cell(entry.given), estimate, error, ratio, entry.method, entry.remark)
