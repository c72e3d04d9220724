"""A formula that is right at one point may be wrong: x^2 is 2*x at 2.  So it is held against reverse mode elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.backends.reverse import gradient_at
from diffcompare.evaluation import is_number, value_at
from diffcompare.point import candidates, near_kink
from diffcompare.studies.inputs import coordinate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffcompare.studies.comparison.record import Comparison

CLEARLY = 1e-6
"""The relative difference from which on two values are not the same number, rounded twice."""


def parts_elsewhere(comparison: Comparison) -> str:
    """A clause on the first other point at which a formula of the user's is not the partial; empty if none is found."""
    problem = comparison.problem
    answered = any(answer.method == "hand-coded" and answer.status == "ok" for answer in comparison.answers)
    if problem.hand is None or problem.hand.origin == "catalogue" or not answered:
        return ""
    formulas = {name: problem.hand.formulas[name] for name in problem.wrt if name in problem.hand.formulas}
    for point in candidates(list(problem.point)) if problem.point else ():
        gradient = gradient_at(problem.expression, point)
        if gradient is None or near_kink(problem.expression, point):
            continue
        for name, formula in formulas.items():
            said, partial = value_at(formula, point), gradient[name]
            assert partial is not None
            if is_number(said) and abs(float(said) - partial) > CLEARLY * max(abs(partial), abs(float(said))):  # type: ignore[arg-type]
                return _clause(name, point, float(said), partial)  # type: ignore[arg-type]
    return ""


def _clause(name: str, point: Mapping[str, float], said: float, partial: float) -> str:
    where = ", ".join(f"{variable} = {coordinate(x)}" for variable, x in point.items())
    return (
        f"check the formula by hand for df/d{name}: it agrees at this point, but at {where} it gives {said:.6g} "
        f"and reverse-ad {partial:.6g}, and one point proves nothing"
    )
