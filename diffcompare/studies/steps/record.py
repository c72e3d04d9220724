"""The record of a sweep over steps: what was measured, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.diagnostics import Diagnostic
from diffcompare.evaluation import is_number
from diffcompare.problem import Problem
from diffcompare.studies.steps import slopes
from diffcompare.studies.steps.curves import Bin, Curve
from diffcompare.studies.steps.levels import Level
from diffcompare.studies.steps.slopes import Slope
from diffcompare.studies.steps.strip import StripRow
from diffcompare.studies.steps.theory import Prediction, predict, rule_of_thumb
from diffcompare.studies.telling import Shown

if TYPE_CHECKING:
    from diffcompare.document import Document
    from diffcompare.evaluation import Undefined
    from diffcompare.source import Question
    from diffcompare.truth import Truth
    from diffcompare.truth.rounding import TrueNumber


FEWEST_SAMPLES = 5
"""Steps in a bin without which round-off has no slope: the error of a single step proves nothing."""


class Arithmetic(NamedTuple):
    """How it was computed: which step is divided by, in which precision, in how many bins and steps."""

    nominal: bool = False
    single: bool = False
    bins: int = 1
    """Bins in a decade."""
    samples: int = 1
    """Steps in a bin."""

    @property
    def unit_roundoff(self) -> float:
        """Half the distance from 1 to the next number."""
        return 2.0**-24 if self.single else 2.0**-53


class Findings(NamedTuple):
    """What a curve says."""

    best: Bin | None
    equals: int
    """How many bins are as good: among equals the longest step is called the best."""
    truncation: Slope | None
    round_off: Slope | None
    theory: Prediction | None
    rule: float | None
    """The step of the rule of thumb."""
    rule_error: float | None
    """The median error of the bin that it lies in."""


@dataclass(frozen=True, repr=False)
class Sweep(Shown):
    """Errors against steps, by one variable at one point.  Shows itself as a document."""

    question: Question
    problem: Problem
    value: float | Undefined
    truth: Truth
    arithmetic: Arithmetic
    true: TrueNumber | None = None
    """What errors are measured against: the true derivative, or reverse mode's where the truth is not known."""
    curves: tuple[Curve, ...] = ()
    levels: tuple[Level, ...] = ()
    strip: tuple[StripRow, ...] = ()
    tiny: tuple[Bin, ...] = ()
    """The complex step at steps far below those of the differences."""
    higher: dict[int, float | None] | None = None
    complete: bool = True
    failure: Diagnostic | None = None
    notes: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The variable."""
        return self.problem.wrt[0]

    @property
    def x(self) -> float:
        """Where that variable is."""
        return self.problem.point[self.name]

    @cached_property
    def floor(self) -> float:
        """About an ulp of the derivative: a smaller error is a matter of luck."""
        return 2 * self.arithmetic.unit_roundoff * abs(self.true.nearest) if self.true else 0.0

    @cached_property
    def length(self) -> float | None:
        """sqrt|f/f''|: the function's own scale of length, which the rule of thumb takes to be 1."""
        second = (self.higher or {}).get(2)
        if not second or not is_number(self.value) or not self.value:
            return None
        length = sqrt(abs(self.value / second))  # type: ignore[operator]
        return length if length > 0 and isfinite(length) else None

    @cached_property
    def findings(self) -> dict[str, Findings]:
        """What every curve says, by method."""
        return {curve.method: self._findings(curve) for curve in self.curves}

    def _findings(self, curve: Curve) -> Findings:
        value = float(self.value) if is_number(self.value) else 0.0  # type: ignore[arg-type]
        u = self.arithmetic.unit_roundoff
        rule = rule_of_thumb(curve.method, self.x, 2 * u)
        return Findings(
            slopes.best(curve, self.floor),
            slopes.equals(curve, self.floor),
            slopes.truncation(curve, self.floor),
            slopes.round_off(curve, self.floor) if self.arithmetic.samples >= FEWEST_SAMPLES else None,
            predict(curve.method, value, self.higher or {}, u),
            rule,
            _error_near(curve, rule, self.arithmetic.bins),
        )

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what to learn from the curves."""
        from diffcompare.studies.steps.remarks import verdict

        return verdict(self)

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        from diffcompare.studies.steps.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The sweep as a document; a brief one has the errors only."""
        from diffcompare.studies.steps.document import document

        return document(self, brief=brief)


def _error_near(curve: Curve, step: float | None, bins: int) -> float | None:
    """The median error of the bin in which a step lies."""
    from math import log10

    if step is None:
        return None
    nearest = min(curve.bins, key=lambda each: abs(each.exponent - log10(step)), default=None)
    if nearest is None or abs(nearest.exponent - log10(step)) > 0.5 / bins + 1e-9:
        return None
    return nearest.error
