"""The cancellation table: f(x+h) for ever smaller h, and the digits it shares with f(x).

The difference f(x+h) - f(x) loses just these digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10
from typing import NamedTuple

from diffcompare.backends.finite_differences import Line
from diffcompare.studies.step_sweep.error_curves import power_of_ten, rounding

DIGITS = {False: 17, True: 9}  # significant digits that distinguish all doubles, and (True) all float32
MAX_TABLE_ROWS = 9


class CancellationRow(NamedTuple):
    """One step: how far x really moves, the value there, and the forward difference."""

    step: float
    taken: float
    """(x + h) - x, in the arithmetic at hand."""
    value: float | None
    shared: int | None
    """The number of leading significant digits that f(x+h) shares with f(x)."""
    quotient: float | None


def cancellation_table(
    line: Line,
    rule: Callable[[float], float | None],
    x: float,
    steps: Sequence[float],
    *,
    single: bool,
) -> tuple[CancellationRow, ...]:
    """Return a row for every step; `line` is f along the variable, `rule` the forward difference by step."""
    rounded = rounding(single)
    here = line(x)
    rows = []
    for step in steps:
        there = rounded(x + rounded(step))
        value = line(there)
        shared = None if value is None or here is None else shared_digits(here, value, DIGITS[single])
        rows.append(CancellationRow(step, rounded(there - x), value, shared, rule(step)))
    return tuple(rows)


def shared_digits(a: float, b: float, digits: int) -> int:
    """Count the significant digits, of `digits`, to which two numbers agree.

    The larger of two counts: leading digits in common, and -log10 of the relative distance, because 19.999999 and 20
    have no digit in common.
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
    """Return a number with its shared digits in brackets: `[0.2890137]4231`."""
    text = f"{value:#.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    places = [place for place, char in enumerate(mantissa) if char.isdecimal()]
    while len(places) > 1 and mantissa[places[0]] == "0":
        del places[0]
    if shared == 0:
        return text
    end = places[min(shared, len(places)) - 1] + 1
    return f"[{mantissa[:end]}]{mantissa[end:]}{e}{exponent}"


def table_steps(high: float, low: float) -> list[float]:
    """Return powers of ten from 10^high down to 10^low, thinned to fit the table."""
    stride = 1 if high - low <= MAX_TABLE_ROWS else 2
    first, last = int(-(-low // stride)) * stride, int(high // stride) * stride
    powers: list[float] = [*range(last, first - 1, -stride)] or [high]
    kept = powers[:: -(-len(powers) // MAX_TABLE_ROWS)]
    return [power_of_ten(power) for power in kept]
