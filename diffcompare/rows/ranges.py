"""Points from ranges: tables of test functions name every variable and say from where to where it goes.

The columns are `v1_name, v1_low, v1_high, v2_name, ...`, as in the AI Feynman database (Udrescu and Tegmark, Science
Advances 6, 2020).  A point is taken inside, at another place of the range for every variable: in the middle of equal
ranges all variables would be equal, and differences of them 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

GOLDEN = 0.6180339887498949
MARGIN = 0.1
"""Which part of a range is left free at either end."""
_ENDS = (("_low", "_high"), ("_min", "_max"), ("_lower", "_upper"))


class Range(NamedTuple):
    """The places of the columns of one variable."""

    name: int
    low: int
    high: int


def ranges_in(titles: Sequence[str]) -> list[Range]:
    """The columns that say ranges, variable by variable."""
    places = {title.lower(): place for place, title in enumerate(titles) if title}
    found = []
    for title, place in places.items():
        stem = title.removesuffix("_name")
        ends = [(stem + low, stem + high) for low, high in _ENDS if {stem + low, stem + high} <= places.keys()]
        if title.endswith("_name") and ends:
            found.append(Range(place, places[ends[0][0]], places[ends[0][1]]))
    return found


def point_in(ranges: Sequence[Range], cells: Sequence[str]) -> dict[str, str]:
    """A coordinate for every variable whose range a record says."""
    found: dict[str, str] = {}
    for number, columns in enumerate(ranges):
        if max(columns) < len(cells) and cells[columns.name].strip():
            try:
                low, high = float(cells[columns.low]), float(cells[columns.high])
            except ValueError:
                continue
            if not (math.isfinite(low) and math.isfinite(high)):
                continue
            part = MARGIN + (1 - 2 * MARGIN) * ((number + 1) * GOLDEN % 1)
            found[cells[columns.name].strip()] = f"{low + part * (high - low):.4g}"
    return found
