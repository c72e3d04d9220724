"""Errors at many points, gathered block by block: the largest and where, the median, the root of the mean square."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

PER_OCTAVE = 16  # bins of the histogram that the median is read from: it is right to 2 %
_LOW, _HIGH = -80, 1100  # octaves of errors in ulp
MIN_ULP = 2.0**_LOW


class ErrorStatistics:
    """Statistics of errors in ulp; nan stands for a point without an error."""

    def __init__(self, bins: int) -> None:
        self.histogram = np.zeros((_HIGH - _LOW) * PER_OCTAVE + 1, dtype=np.int64)
        self.zeros = self.count = 0
        self.largest, self.place = 0.0, -1
        self.squares = 0.0
        self.codes: Counter[int] = Counter()
        self.first: dict[int, int] = {}
        self.along = np.full(bins, np.nan)  # the largest error in every stretch of the first axis

    def add(self, errors: Any, start: int, stretches: Any, codes: Any) -> None:
        """Add a block whose first point has the number `start`; `stretches` are the numbers of its points' bins."""
        if codes is not None:
            for code in np.unique(codes[codes > 0]).tolist():
                self.codes[code] += int(np.count_nonzero(codes == code))
                self.first.setdefault(code, start + int(np.argmax(codes == code)))
        known = np.isfinite(errors)
        if not known.any():
            return
        safe = np.where(known, errors, -1.0)
        place = int(np.argmax(safe))
        if safe[place] > self.largest or self.place < 0:
            self.largest, self.place = float(safe[place]), start + place
        finite = errors[known]
        self.count += len(finite)
        positive = finite[finite > 0]
        self.zeros += len(finite) - len(positive)
        if len(positive):
            with np.errstate(over="ignore"):
                self.squares += float(np.sum(positive * positive))
            octaves = np.log2(np.maximum(positive, MIN_ULP)) - _LOW
            self.histogram += np.bincount((octaves * PER_OCTAVE).astype(np.int64), minlength=len(self.histogram))
        np.fmax.at(self.along, stretches, np.where(known, errors, np.nan))

    @property
    def median(self) -> float | None:
        """The median error in ulp."""
        if not self.count:
            return None
        half = (self.count + 1) // 2
        if self.zeros >= half:
            return 0.0
        bin = int(np.searchsorted(np.cumsum(self.histogram), half - self.zeros))
        return float(2.0 ** ((bin + 0.5) / PER_OCTAVE + _LOW))

    @property
    def root_mean_square(self) -> float | None:
        """The root of the mean square error in ulp."""
        return math.sqrt(self.squares / self.count) if self.count else None


def ulps_between(numbers: Any, references: Any) -> Any:
    """Return how far apart numbers and references are, in ulp of the references; nan where that says nothing.

    It says nothing where one of the two is not finite, and where the reference is 0 and the number is not.
    """
    with np.errstate(all="ignore"):
        apart = np.abs(numbers - references) / np.spacing(np.abs(references))
    return np.where(numbers == references, 0.0, np.where((references == 0) | ~np.isfinite(apart), np.nan, apart))
