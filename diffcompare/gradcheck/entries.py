"""The verdict on one entry of a gradient: what was given, what the values of f say, and how far they can tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from diffcompare.gradcheck.extrapolation import DirectionalSlope, Estimate
from diffcompare.gradcheck.values import EPSILON

Verdict: TypeAlias = Literal["right", "wrong", "kink", "undecided"]

ROUNDING = 64 * EPSILON
"""Relative error that the arithmetic of a right formula may well have made."""
NEEDED = 2e-3
"""An entry that is known worse than to about three digits is not called right."""
NOTHING = 1e-4
"""An entry that is 0 as far as can be told is right where its error is less than this, beside the largest entry."""
CONFIRMED = 1e-9
"""The complex step and a formula that agree so far, independent as they are, are right."""
UNSETTLED = "the difference quotients settle nowhere: f varies within the smallest steps of a double, or is not smooth"
STILL = "f had one value wherever it was asked for: it is constant, and 0 is right, or it rounds its changes away"


@dataclass(frozen=True, slots=True)
class GradientEntry:
    """One partial derivative, or the derivative along one direction."""

    name: str
    component: int
    """Which component of f, from 0."""
    coordinate: int | None
    """Which coordinate of the point, from 0; None along a direction."""
    given: float
    slope: DirectionalSlope
    allowed: float
    """Given and found may differ by so much: the error of the differences and the rounding of what was given."""
    verdict: Verdict
    remark: str = ""

    @property
    def found(self) -> float | None:
        """The derivative by values of f; None where they give no single number."""
        if self.slope.kind not in ("smooth", "edge"):
            return None
        return self.slope.value if self.verdict == "undecided" else self.slope.best

    @property
    def ratio(self) -> float | None:
        """Given over found; None where the found one may be 0."""
        found = self.found
        if found is None or abs(self.slope.value) <= 4 * self.slope.error or not math.isfinite(self.given):
            return None
        return self.given / found + 0.0  # no ratio is -0

    @property
    def ratio_doubt(self) -> float:
        """By how much the ratio may be another, relative to itself."""
        rounding = self.allowed - self.slope.error
        return self.slope.error / abs(self.slope.value) + (rounding / abs(self.given) if self.given else 0.0)

    @property
    def gap(self) -> float:
        """How far off the given value is, relative to the larger of the two; infinite where it is no number."""
        found = self.found
        if not math.isfinite(self.given):
            return math.inf
        if found is None:
            return 0.0
        return abs(self.given - found) / max(abs(self.given), abs(found), 5e-324)

    @property
    def method(self) -> str:
        """How the derivative was found."""
        if self.slope.kind == "smooth":
            by_values = self.slope.complex_step is None or self.verdict == "undecided"
            return "central differences" if by_values else "complex step"
        return "one-sided differences"


def known_digits(doubt: float) -> int:
    """How many digits, of ten at the most, a number has that is known so well, relative to itself."""
    return min(10, max(1, round(-math.log10(max(doubt, 1e-10)))))


def worst_first(entry: GradientEntry) -> tuple[int, float, float]:
    """The key by which entries are sorted: wrong before undecided before kinks before right, then by the gap."""
    size = abs(entry.given - entry.found) if entry.found is not None and math.isfinite(entry.given) else 0.0
    return (("wrong", "undecided", "kink", "right").index(entry.verdict), -entry.gap, -size)


def judge(
    name: str,
    component: int,
    coordinate: int | None,
    given: float,
    slope: DirectionalSlope,
    *,
    rounding: float,
    largest: float,
) -> GradientEntry:
    """The verdict.  `rounding` is the absolute error that is allowed to the given value, `largest` the size of the
    largest entry of this component, in units of this one."""
    allowed = slope.error + rounding
    verdict, remark = _verdict(given, slope, allowed, largest)
    if verdict == "undecided" and _confirmed(given, slope, rounding):
        verdict, remark = "right", "confirmed by the complex step; differences are too noisy to tell"
    return GradientEntry(name, component, coordinate, given, slope, allowed, verdict, remark)


def _verdict(given: float, slope: DirectionalSlope, allowed: float, largest: float) -> tuple[Verdict, str]:
    if slope.kind in ("vertical", "jump"):
        return "undecided", _no_derivative(slope)
    if not math.isfinite(given):
        return "wrong", f"given as {given}"
    if slope.kind == "unknown":
        return "undecided", UNSETTLED
    if slope.kind == "kink":
        return _at_kink(given, slope, allowed)
    remark = ""
    if slope.kind == "edge":
        remark = f"f has values {'above' if slope.left is None else 'below'} only"
    if abs(given - slope.value) > allowed:
        return "wrong", remark
    if allowed <= NEEDED * max(abs(given), abs(slope.value)):
        return "right", remark
    if abs(given) <= allowed and abs(slope.value) <= allowed and allowed <= NOTHING * largest:
        return "right", remark
    if given == 0 and slope.flat:
        return "right", "f is flat around the point"
    return "undecided", _how_much(slope, allowed)


def _no_derivative(slope: DirectionalSlope) -> str:
    if slope.kind == "jump":
        why = f"f jumps by {slope.step:.6g} at the point"
    else:
        why = "the tangent is vertical: the difference quotients grow without bound"
    sides = f"slope {_side(slope.left)} from the left, {_side(slope.right)} from the right"
    return f"no derivative here ({sides}): {why}"


def _confirmed(given: float, slope: DirectionalSlope, rounding: float) -> bool:
    """Whether the complex step says the same."""
    if slope.complex_step is None or rounding > NEEDED * abs(given):
        return False
    return abs(given - slope.complex_step) <= CONFIRMED * abs(given) + rounding


def _how_much(slope: DirectionalSlope, allowed: float) -> str:
    if allowed > 2 * slope.error:
        return f"the gradient is too noisy itself: near the point its values scatter by about {allowed:.1g}"
    digits = math.log10(abs(slope.value) / slope.error) if slope.value and slope.error else 0.0
    known = f"to {digits:.1f} digits" if digits > 0.1 else "not even to one digit"
    extra = "" if slope.complex_step is None else f"; the complex step gives {slope.complex_step!r}"
    return f"the values of f are too noisy: their differences tell the derivative {known}{extra}"


def _at_kink(given: float, slope: DirectionalSlope, allowed: float) -> tuple[Verdict, str]:
    left, right = slope.left, slope.right
    assert left is not None
    assert right is not None
    said = f"slope {_side(left)} on the left, {_side(right)} on the right"
    low, high = sorted((left.value, right.value))
    slack = allowed if math.isfinite(allowed) else min(left.error, right.error)
    if low - slack <= given <= high + slack:
        return "kink", f"a kink: {said}"
    return "wrong", f"a kink: {said}, and the given value is neither, nor between them"


def _side(side: Estimate | None) -> str:
    if side is None:
        return "none"
    if math.isinf(side.value):
        return "-" * (side.value < 0) + "infinity"
    value = 0.0 if abs(side.value) <= side.error else side.value
    return f"{value:.6g}"
