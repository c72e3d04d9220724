"""A gradient check as plain data: the JSON document of `check`, schema diffcompare/1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from diffcompare.studies.callables.wording import verdict
from diffcompare.studies.telling import SCHEMA, number, status

if TYPE_CHECKING:
    from diffcompare.studies.callables.entries import Entry
    from diffcompare.studies.callables.extrapolation import Estimate
    from diffcompare.studies.callables.inspection import Inspection
    from diffcompare.studies.callables.record import GradientCheck


def data(check: GradientCheck) -> dict[str, Any]:
    """All that was found; numbers in full precision, null where there is none."""
    return {
        "schema": SCHEMA,
        "command": "check",
        "function": check.name,
        "verdict": check.verdict,
        "evaluations": check.evaluations,
        "points": [_point(each) for each in check.points],
        "sentence": verdict(check),
    }


def _point(each: Inspection) -> dict[str, Any]:
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


def _entry(entry: Entry) -> dict[str, Any]:
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
