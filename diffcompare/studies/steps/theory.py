"""The best step that theory predicts, from the function's value and one higher derivative.

A quotient with weights w at offsets o drops the term `C f^(p+1) h^p` of the Taylor series, C = |sum w o^(p+1)| /
(d (p+1)!), and its values are rounded by u|f| each, which makes `R/h`, R = u|f| sum |w| / d.  The sum of the two is
least at h = (R / (p C |f^(p+1)|))^(1/(p+1)), where the truncation error is 1/p of the round-off error (Nocedal & Wright
2006, section 8.1).  For the forward difference that is 2 sqrt(u|f|/|f''|), for the central one cbrt(3u|f|/|f'''|).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial, isfinite
from typing import NamedTuple

from diffcompare.backends.numerical import FIVE_POINT, Stencil
from diffcompare.studies.steps.curves import stencil_of

HIGHER = {1: "f''", 2: "f'''", 4: "f^(5)"}
"""How the derivative is written on which the truncation error of a formula of this order depends."""


class Prediction(NamedTuple):
    """The best step and the error at it; None with the reason where theory has no answer."""

    step: float | None
    error: float | None
    reason: str = ""


def predict(method: str, value: float, higher: Mapping[int, float | None], u: float) -> Prediction | None:
    """What theory says about a method; None for the complex step, which has no round-off to balance.

    `value` is f, `higher` its derivatives by order, and `u` the unit round-off.
    """
    # Richardson's (4D(h/2) - D(h))/3 is the five-point formula at h/2.
    stencil, halves = (FIVE_POINT, 2) if method == "richardson" else (stencil_of(method), 1)
    if stencil is None:
        return None
    name, derivative = HIGHER[stencil.order], higher.get(stencil.order + 1)
    if derivative is None:
        return Prediction(None, None, f"{name} is not known here")
    if derivative == 0:
        return Prediction(None, None, f"{name} = 0")
    if value == 0:
        return Prediction(None, None, "f = 0")
    return _balance(stencil, halves, abs(value), abs(derivative), u)


def _balance(stencil: Stencil, halves: int, value: float, derivative: float, u: float) -> Prediction:
    p = stencil.order
    weighed = zip(stencil.weights, stencil.offsets, strict=True)
    moment = abs(sum(weight * offset ** (p + 1) for weight, offset in weighed))
    truncation = moment / (stencil.denominator * factorial(p + 1)) * derivative
    noise = u * value * sum(map(abs, stencil.weights)) / stencil.denominator
    step = (noise / p / truncation) ** (1 / (p + 1)) if truncation else float("inf")
    if not (step > 0 and isfinite(step)):
        return Prediction(None, None, "beyond the doubles")
    return Prediction(halves * step, noise / step * (1 + 1 / p))


def rule_of_thumb(method: str, x: float, epsilon: float) -> float | None:
    """The step of a function whose scale is 1: eps^(1/(p+1)) max(1, |x|), the default of `grad`."""
    stencil = FIVE_POINT if method == "richardson" else stencil_of(method)
    return None if stencil is None else float(epsilon ** (1 / (stencil.order + 1)) * max(1.0, abs(x)))
