"""The sentences of a gradient check: the verdict, and the message of a failing test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from diffcompare.studies.callables.entries import Entry, known_digits
from diffcompare.studies.callables.values import shown
from diffcompare.studies.telling import counted

if TYPE_CHECKING:
    from diffcompare.studies.callables.inspection import Inspection
    from diffcompare.studies.callables.record import GradientCheck

MOST_ENTRIES = 5
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
        lines += [f"    {_said(entry)}" for entry in entries[:MOST_ENTRIES]]
        if len(entries) > MOST_ENTRIES:
            lines.append(f"    and {len(entries) - MOST_ENTRIES:,} more, less far off")
        if each.trouble and each.steady:
            lines.append(f"    {each.trouble}")
    if check.verdict == "undecided" and any(is_noisy(entry) for each in bad if each.steady for entry in each.judged):
        lines.append("  give f in double precision or with less noise, or allow_undecided=True")
    return "\n".join(lines)


def is_noisy(entry: Entry) -> bool:
    """Whether it is the noise of f that leaves an entry undecided."""
    return entry.verdict == "undecided" and entry.slope.kind in ("smooth", "edge")


def _is_bad(entry: Entry, check: GradientCheck) -> bool:
    return entry.verdict == check.verdict


def _said(entry: Entry) -> str:
    """`df/dx[1]: given 4.0, found 2.0 +- 1e-12, given/found = 2`."""
    text = f"{entry.name}: given {entry.given!r}"
    if entry.found is not None:
        text += f", differences give {_rounded(entry.found, entry.slope.error)} (within {entry.slope.error:.1g})"
        if entry.verdict == "wrong":
            text += _how_far(entry)
    return f"{text}; {entry.remark}" if entry.remark else text


def _how_far(entry: Entry) -> str:
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
