"""How every method stands against the truth, partial by partial: what the verdict is made of."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.evaluation import is_number, values_at
from diffcompare.studies.comparison.data import measure
from diffcompare.studies.methods import DIFFERENCES
from diffcompare.wengert import active_nodes, listing, variables

if TYPE_CHECKING:
    from diffcompare.expression import Expression
    from diffcompare.problem import Derivative
    from diffcompare.studies.comparison.record import Comparison
    from diffcompare.truth.rounding import TrueNumber

GOOD = 12.0
"""A method of exact rules that keeps fewer digits than this has lost some to rounding, or is wrong."""

NEAR = 1e-3
"""How near partials beside a kink must be to the truth at it."""

DISTANCES = (1e-7, 1e-5, 1e-4, 1e-3)
"""How far a point is moved off a kink: nearer by, a formula like (exp(x) - 1)/x has lost its digits."""

SMALLEST = sys.float_info.min
"""Below this a double has fewer digits, so counting them says nothing of the method."""


class Standing(NamedTuple):
    """One method: the digits that it keeps, by partial, and where it has none to keep."""

    method: str
    answer: Derivative
    exact: bool
    """Whether it follows exact rules: not a difference formula, nor a complex step of a length that a user chose."""
    digits: Mapping[str, float]
    """Correct digits of the partials of which digits can be counted."""
    misses: Mapping[str, float]
    """What it says, in size, where the true partial is 0, or underflows to it."""
    silent: tuple[str, ...]
    """Partials that fit into a double, of which the method has no number."""
    rounding: float
    """A miss up to this is the rounding of a gradient of this size."""

    @property
    def least(self) -> float | None:
        """The digits of its worst partial; None where none can be counted."""
        return min(self.digits.values(), default=None)

    @property
    def far_off(self) -> bool:
        """Whether whatever is wrong with it is wrong by more than a small move of the point explains."""
        return all(kept < -math.log10(NEAR) for kept in self.digits.values() if kept < GOOD) and all(
            size > NEAR for name, size in self.misses.items() if name in self.astray
        )

    @property
    def astray(self) -> list[str]:
        """The partials that are wrong by more than the rounding of a few operations explains."""
        lost = [name for name, kept in self.digits.items() if kept < GOOD]
        return lost + [name for name, size in self.misses.items() if size > self.rounding]


def standings(comparison: Comparison) -> list[Standing]:
    """Every method that gave a number for some partial, or should have."""
    true = {name: comparison.true_partial(name) for name in comparison.problem.wrt}
    sizes = [abs(each.nearest) for each in true.values() if each is not None and math.isfinite(each.nearest)]
    rounding = (max(sizes, default=0.0) or 1.0) * 10**-GOOD
    return [
        _standing(comparison, answer, true, rounding)
        for answer in comparison.answers
        if answer.status in ("ok", "undefined")
    ]


def _standing(
    comparison: Comparison, answer: Derivative, true: Mapping[str, TrueNumber | None], rounding: float
) -> Standing:
    method = answer.method
    exact = method not in DIFFERENCES and not (method == "complex-step" and comparison.problem.step is not None)
    digits, misses, silent = {}, {}, []
    for name, known in true.items():
        partial = answer.gradient.get(name)
        if known is None or not math.isfinite(known.nearest):
            continue
        if partial is None:
            silent.append(name)
        elif known.nearest == 0:
            misses[name] = abs(partial)
        elif countable(known):
            digits[name] = comparison.measure(name, partial)["digits"] or 0.0
    return Standing(method, answer, exact, digits, misses, tuple(silent), rounding)


def countable(true: TrueNumber) -> bool:
    """Whether correct digits can be counted: not of 0, nor of what a double holds with few digits or not at all."""
    return SMALLEST <= abs(true.nearest) < math.inf


def value_digits(comparison: Comparison) -> float | None:
    """The correct digits of the value of f; None where they cannot be counted."""
    true = comparison.truth.value if comparison.truth else None
    if true is None or not countable(true) or not is_number(comparison.value):
        return None
    return measure(float(comparison.value), true)["digits"]  # type: ignore[arg-type]


def kinks(comparison: Comparison) -> list[tuple[Expression, set[str]]]:
    """The operations at a kink of theirs, or at the edge of their branches, and the variables below each."""
    values = values_at(comparison.nodes, comparison.problem.point)
    active = active_nodes(comparison.nodes, comparison.problem.wrt)
    found = []
    for node in comparison.nodes:
        if node in active and node.operation is not None and node.operation.kink.text:
            arguments = [values[argument] for argument in node.arguments]
            compared = len(arguments) if node.operation.selects is None else 2
            moving = any(argument in active for argument in node.arguments[:compared])
            if moving and all(map(is_number, arguments[:compared])) and node.operation.kink.contains(*arguments):
                found.append((node, set(variables(listing(node)))))
    return found


def right_beside(comparison: Comparison, names: Collection[str]) -> bool:
    """Whether AD finds these true partials when the point is moved a little, so that a kink must be what it misses."""
    from diffcompare.backends.reverse import gradient_at

    for distance in DISTANCES:
        for direction in (distance, -distance):
            moved = {
                name: x + direction * (1 + number / 2) * max(1.0, abs(x))  # each by another amount: x == y is left
                for number, (name, x) in enumerate(comparison.problem.point.items())
            }
            found = gradient_at(comparison.problem.expression, moved)
            if found is not None and all(_is_near(found[name], comparison.true_partial(name)) for name in names):
                return True
    return False


def _is_near(partial: float, true: TrueNumber | None) -> bool:
    return true is not None and math.isclose(partial, true.nearest, rel_tol=NEAR, abs_tol=NEAR)
