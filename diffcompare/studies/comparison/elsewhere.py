"""A formula that is right at one point may be wrong: x^2 is 2*x at 2.  So it is held against reverse mode elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.backends.reverse import gradient_at
from diffcompare.evaluation import Undefined, is_number, value_at
from diffcompare.point import candidates, near_kink
from diffcompare.studies.inputs import shown_point

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from diffcompare.studies.comparison.record import Comparison

CLEARLY = 1e-6
"""The relative difference from which on two values are not the same number, rounded twice."""


def parts_elsewhere(comparison: Comparison) -> str:
    """A clause on the first other point at which a formula of the user's is not the partial; empty if none is found."""
    for name, point, said, partial in _elsewhere(comparison):
        if is_number(said) and abs(said - partial) > CLEARLY * max(abs(partial), abs(said)):
            return _clause(name, point, said, partial)
    return ""


def gap_elsewhere(comparison: Comparison) -> list[str]:
    """A clause on the first other point at which a formula of the user's has no value, if it is not alone in that."""
    for name, point, said, _ in _elsewhere(comparison):
        if type(said) is Undefined:
            from diffcompare.checking.regions import is_hole, needs_of

            assert comparison.problem.hand is not None
            formula = comparison.problem.hand.formulas[name]
            if not is_hole(formula, comparison.problem.expression, point):
                needs = needs_of(formula, point)
                where = shown_point(point) + (f" (it needs {needs})" if needs else "")
                return [f"by hand df/d{name} has no value for instance at {where}, where f has a derivative"]
    return []


def _elsewhere(comparison: Comparison) -> Iterator[tuple[str, dict[str, float], Any, float]]:
    """What a formula of the user's, and reverse mode, say at other points: by variable and point."""
    problem = comparison.problem
    answered = any(answer.method == "hand-coded" and answer.status == "ok" for answer in comparison.answers)
    if problem.hand is None or problem.hand.origin == "catalogue" or not answered:
        return
    formulas = {name: problem.hand.formulas[name] for name in problem.wrt if name in problem.hand.formulas}
    for point in candidates(list(problem.point)) if problem.point else ():
        gradient = gradient_at(problem.expression, point)
        if gradient is None or near_kink(problem.expression, point):
            continue
        for name, formula in formulas.items():
            partial = gradient[name]
            assert partial is not None
            yield name, point, value_at(formula, point), partial


def _clause(name: str, point: Mapping[str, float], said: float, partial: float) -> str:
    return (
        f"check the formula by hand for df/d{name}: it agrees at this point, but at {shown_point(point)} it gives "
        f"{said:.6g} and reverse-ad {partial:.6g}, and one point proves nothing"
    )
