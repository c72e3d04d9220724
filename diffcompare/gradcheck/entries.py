"""The verdict on one entry of a gradient: the given value against the estimated slope of f."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from diffcompare.gradcheck.extrapolation import DirectionalSlope
from diffcompare.gradcheck.values import EPSILON
from diffcompare.numeric.difference_limits import Estimate

Verdict: TypeAlias = Literal["right", "wrong", "kink", "undecided"]

ROUNDING = 64 * EPSILON  # relative error that the arithmetic of a right formula may well make
MAX_RELATIVE_ERROR = 2e-3  # an entry that is known to fewer than about three digits is not called right
NEGLIGIBLE = 1e-4  # an entry that may be 0 is right if its error is below this part of the largest entry
COMPLEX_STEP_AGREEMENT = 1e-9  # independent as they are, complex step and formula are right if they agree so well
DIVERGENT_QUOTIENTS = (
    "the difference quotients do not converge: f varies within the smallest steps of a double, or is not smooth"
)
CONSTANT_VALUES = "f had the same value everywhere: it is constant, and 0 is right, or its changes are rounded away"


@dataclass(frozen=True, slots=True)
class GradientEntry:
    """One partial derivative, or the derivative along one direction."""

    name: str
    """`df/dx[1]`, or `df along direction 2`."""
    component: int
    """Component of f, from 0."""
    coordinate: int | None
    """Coordinate of the point, from 0; None for the derivative along a direction."""
    given: float
    """The value under test."""
    slope: DirectionalSlope
    """The derivative as estimated from values of f, with its error."""
    allowed: float
    """Largest permissible difference: the error of the estimate plus the rounding of the given value."""
    verdict: Verdict
    """`right`, `wrong`, `kink` (given is a slope of either side or between them), or `undecided`."""
    remark: str = ""
    """Why the verdict is what it is, in words, where there is something to say."""

    @property
    def found(self) -> float | None:
        """The derivative estimated from values of f; None where they determine no single number."""
        if self.slope.kind not in ("smooth", "edge"):
            return None
        return self.slope.value if self.verdict == "undecided" else self.slope.best

    @property
    def ratio(self) -> float | None:
        """given / found; None where `found` may be 0."""
        estimate = self.found
        if estimate is None or abs(self.slope.value) <= 4 * self.slope.error or not math.isfinite(self.given):
            return None
        return self.given / estimate + 0.0  # + 0.0 makes -0 a 0

    @property
    def ratio_error(self) -> float:
        """Relative error of the ratio."""
        rounding = self.allowed - self.slope.error
        return self.slope.error / abs(self.slope.value) + (rounding / abs(self.given) if self.given else 0.0)

    @property
    def gap(self) -> float:
        """|given - found| over the larger of the two; infinite where `given` is not finite."""
        estimate = self.found
        if not math.isfinite(self.given):
            return math.inf
        if estimate is None:
            return 0.0
        return abs(self.given - estimate) / max(abs(self.given), abs(estimate), 5e-324)

    @property
    def method(self) -> str:
        """The numerical method that the estimate comes from."""
        if self.slope.kind == "smooth":
            by_values = self.slope.complex_step is None or self.verdict == "undecided"
            return "central differences" if by_values else "complex step"
        return "one-sided differences"


def known_digits(relative_error: float) -> int:
    """Return how many digits of a number are known, from 1 to 10."""
    return min(10, max(1, round(-math.log10(max(relative_error, 1e-10)))))


def worst_first(entry: GradientEntry) -> tuple[int, float, float]:
    """Return a sort key: wrong before undecided before kink before right, then by the gap."""
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
    """Judge one entry.

    `rounding` is the absolute error that the given value may have from its own arithmetic, and `largest` the size of
    the largest entry of the component, in the unit of this entry.
    """
    allowed = slope.error + rounding
    verdict, remark = _verdict(given, slope, allowed, largest)
    if verdict == "undecided" and _agrees_with_complex_step(given, slope, rounding):
        verdict, remark = "right", "confirmed by the complex step; differences are too noisy to tell"
    return GradientEntry(name, component, coordinate, given, slope, allowed, verdict, remark)


def _verdict(given: float, slope: DirectionalSlope, allowed: float, largest: float) -> tuple[Verdict, str]:
    """Return the verdict by the differences alone, with a remark."""
    if slope.kind in ("vertical", "jump"):
        return "undecided", _no_derivative(slope)
    if not math.isfinite(given):
        return "wrong", f"given as {given}"
    if slope.kind == "unknown":
        return "undecided", DIVERGENT_QUOTIENTS
    if slope.kind == "kink":
        return _at_kink(given, slope, allowed)
    remark = ""
    if slope.kind == "edge":
        remark = f"f has values {'above' if slope.left is None else 'below'} only"
    if abs(given - slope.value) > allowed:
        return "wrong", remark
    if allowed <= MAX_RELATIVE_ERROR * max(abs(given), abs(slope.value)):
        return "right", remark
    if abs(given) <= allowed and abs(slope.value) <= allowed and allowed <= NEGLIGIBLE * largest:
        return "right", remark
    if given == 0 and slope.flat:
        return "right", "f is flat around the point"
    return "undecided", _too_noisy(slope, allowed)


def _no_derivative(slope: DirectionalSlope) -> str:
    if slope.kind == "jump":
        why = f"f jumps by {slope.jump:.6g} at the point"
    else:
        why = "the tangent is vertical: the difference quotients grow without bound"
    sides = f"slope {_side(slope.left)} from the left, {_side(slope.right)} from the right"
    return f"no derivative here ({sides}): {why}"


def _agrees_with_complex_step(given: float, slope: DirectionalSlope, rounding: float) -> bool:
    """Tell whether the complex step confirms the given value, where differences are too noisy to tell."""
    if slope.complex_step is None or rounding > MAX_RELATIVE_ERROR * abs(given):
        return False
    return abs(given - slope.complex_step) <= COMPLEX_STEP_AGREEMENT * abs(given) + rounding


def _too_noisy(slope: DirectionalSlope, allowed: float) -> str:
    """Say which noise leaves the entry undecided: that of the gradient, or that of f."""
    if allowed > 2 * slope.error:
        return f"the gradient itself is too noisy: near the point its values scatter by about {allowed:.1g}"
    digits = math.log10(abs(slope.value) / slope.error) if slope.value and slope.error else 0.0
    known = f"to {digits:.1f} digits" if digits > 0.1 else "not even to one digit"
    extra = "" if slope.complex_step is None else f"; the complex step gives {slope.complex_step!r}"
    return f"the values of f are too noisy: their differences give the derivative {known}{extra}"


def _at_kink(given: float, slope: DirectionalSlope, allowed: float) -> tuple[Verdict, str]:
    """Return the verdict on a value given at a kink: any slope between those of both sides will do."""
    left, right = slope.left, slope.right
    assert left is not None
    assert right is not None
    sides = f"slope {_side(left)} on the left, {_side(right)} on the right"
    low, high = sorted((left.value, right.value))
    slack = allowed if math.isfinite(allowed) else min(left.error, right.error)
    if low - slack <= given <= high + slack:
        return "kink", f"a kink: {sides}"
    return "wrong", f"a kink: {sides}, and the given value is neither of them, nor between them"


def _side(side: Estimate | None) -> str:
    if side is None:
        return "none"
    if math.isinf(side.value):
        return "-" * (side.value < 0) + "infinity"
    value = 0.0 if abs(side.value) <= side.error else side.value
    return f"{value:.6g}"
