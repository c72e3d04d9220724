"""The cancellation strip: f(x+h) beside f(x), and the digits to which they agree, lost in the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10
from typing import NamedTuple

from diffcompare.backends.finite_differences import Line
from diffcompare.studies.step_sweep.error_curves import power_of_ten, rounding

DIGITS = {False: 17, True: 9}
"""Significant digits that tell all doubles apart, and all float32."""
MAX_ROWS = 9


class StripRow(NamedTuple):
    """One step: the step that x really takes, the value there, and what the difference is made of."""

    step: float
    taken: float
    """(x + h) - x."""
    value: float | None
    shared: int | None
    """Leading significant digits to which f(x+h) agrees with f(x)."""
    quotient: float | None


def strip(
    line: Line,
    rule: Callable[[float], float | None],
    x: float,
    steps: Sequence[float],
    *,
    single: bool,
) -> tuple[StripRow, ...]:
    """A row for every step; `rule` is the forward difference."""
    rounded = rounding(single)
    here = line(x)
    rows = []
    for step in steps:
        there = rounded(x + rounded(step))
        value = line(there)
        shared = None if value is None or here is None else shared_digits(here, value, DIGITS[single])
        rows.append(StripRow(step, rounded(there - x), value, shared, rule(step)))
    return tuple(rows)


def shared_digits(a: float, b: float, digits: int) -> int:
    """To how many significant digits two numbers agree, of so many.

    Those that they have in common, or as many as their distance says: 19.999999 and 20 have none in common.
    """
    if a == b:
        return digits
    distance = abs(a - b) / abs(a) if a else 1.0
    near = int(min(max(-log10(distance), 0.0), digits)) if 0 < distance < 1 else 0
    return max(near, _in_common(a, b, digits))


def _in_common(a: float, b: float, digits: int) -> int:
    first, second = f"{a:.{digits - 1}e}", f"{b:.{digits - 1}e}"
    (mantissa, _, exponent), (other, _, another) = first.partition("e"), second.partition("e")
    if exponent != another or (mantissa[0] == "-") != (other[0] == "-"):
        return 0
    ours, theirs = mantissa.replace(".", "").lstrip("-"), other.replace(".", "").lstrip("-")
    return next((place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]), digits)


def bracketed(value: float, shared: int, digits: int) -> str:
    """A number with the digits in brackets that it shares: `[0.2890137]4231`."""
    text = f"{value:#.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    places = [place for place, char in enumerate(mantissa) if char.isdecimal()]
    while len(places) > 1 and mantissa[places[0]] == "0":
        del places[0]
    if shared == 0:
        return text
    end = places[min(shared, len(places)) - 1] + 1
    return f"[{mantissa[:end]}]{mantissa[end:]}{e}{exponent}"


def strip_steps(high: float, low: float) -> list[float]:
    """Powers of ten for the strip: every second one over a long range."""
    stride = 1 if high - low <= MAX_ROWS else 2
    first, last = int(-(-low // stride)) * stride, int(high // stride) * stride
    powers: list[float] = [*range(last, first - 1, -stride)] or [high]
    kept = powers[:: -(-len(powers) // MAX_ROWS)]
    return [power_of_ten(power) for power in kept]
