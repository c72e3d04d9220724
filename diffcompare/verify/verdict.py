"""The verdict on each partial (proved, agrees, wrong, undecided), with its evidence.

`proved`: an argument settles it.  `agrees`: the values agree at every point that was tried, to 30 digits or more.
`agrees where it is defined`: one of the two, but there are regions in which the formula has no value although the
function has a derivative.  `wrong`: there is a point at which the two values are different numbers, by a bound on both.
`undecided`: none of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal, TypeAlias

from diffcompare.backends.problem import Problem
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import NotDifferentiable, general_power, is_choice, ln, log2, log10, sqrt
from diffcompare.language.printer import shorten
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import dag_size, variables, wengert_list
from diffcompare.numeric import arb_functions
from diffcompare.numeric.evaluate import Deadline, is_number, values_at
from diffcompare.numeric.user_operations import without_definition
from diffcompare.verify.candidate_points import Point, reading_effort
from diffcompare.verify.compare_exactly import (
    Counterexample,
    PointComparison,
    PreparedFunction,
    certified_nonzero,
    choose_counterexample,
    most_readable_point,
)
from diffcompare.verify.regions import (
    Comparisons,
    OutcomeInterval,
    find_unmet_requirement,
    half_space_of_agreement,
    is_hole,
    outcome_intervals,
)
from diffcompare.verify.sampling import SamplePoint, sample_points

# Arguments that settle a formula for good: it is what the rules give, or sympy shows the difference to be 0.

MAX_NODES = 10_000  # distinct nodes up to which formulas are simplified and compared
MAX_NODES_FOR_SYMPY = 600


def prove_by_rules(expression: Expression, name: str, answer: Expression) -> tuple[str | None, Expression | None]:
    """Compare an answer with the derivative by the rules, both simplified.

    Returns:
        The argument in words, None if the two are not one formula; and answer - derivative, simplified, None if it is
        too large or unknown.
    """
    try:
        raw = derivatives_of(wengert_list(expression), name).get(expression, ZERO)
    except NotDifferentiable:
        return None, None
    if answer is raw:
        return "it is the formula that the rules give", ZERO
    if dag_size(raw, answer) > MAX_NODES:
        return None, None
    difference = simplify(answer - raw, expression)
    if difference is ZERO or simplify(answer, expression) is simplify(raw, expression):
        return "tidied, it is the formula that the rules give", ZERO
    return None, difference


def prove_by_sympy(
    expression: Expression, name: str, answer: Expression, budget: float, positive: Sequence[str] = ()
) -> str | None:
    """Return the argument in words if sympy shows within the budget (in seconds) that the difference is 0, else None.

    `positive` are variables that sympy may assume to be positive.
    """
    from diffcompare.backends.symbolic import client

    if dag_size(expression, answer) > MAX_NODES_FOR_SYMPY:
        return None
    step = client.prove(Problem(expression, {}, (name,), budget=budget), answer, positive)
    return f"according to sympy, {step} of the difference is 0" if step else None


# The verdict.

Verdict = Literal["proved", "agrees", "agrees where it is defined", "wrong", "undecided"]
WHERE_DEFINED: Verdict = "agrees where it is defined"
WORST_FIRST: tuple[Verdict, ...] = ("wrong", "undecided", WHERE_DEFINED, "agrees", "proved")

MAX_POINTS, MAX_POINTS_FOR_SEVERAL = 96, 160  # for one and for several variables; boundary points come on top
DEEP_POINTS = 3  # points at which 600 digits are compared

AllComparisons: TypeAlias = list[tuple[SamplePoint, dict[str, PointComparison]]]  # of every answer, by variable


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one partial."""

    verdict: Verdict
    argument: str = ""
    """The proof, or why it is undecided."""
    points: int = 0
    """The number of points at which answer and partial were compared."""
    counterexample: Counterexample | None = None
    intervals: tuple[OutcomeInterval, ...] = ()
    """The outcomes along the only variable, from left to right; empty for several variables."""
    holes: tuple[Point, ...] = ()
    """Isolated points at which the formula has no value although the function has a derivative."""
    half_space: str | None = None
    """With several variables: the half-space, `c > 0`, in which a wrong formula is right at all points."""
    undefined_at: Point | None = None
    """A point of a region in which the formula has no value although the function has a derivative."""
    unmet_requirement: str | None = None
    """The requirement of the formula that is not met there: `x >= 0`."""
    opaque: str = ""
    """The operation without a definition for which the partial is a limit of differences of values."""


def judge(
    expression: Expression,
    answers: Mapping[str, Expression],
    *,
    conditions: Sequence[Expression] = (),
    seed: int = 0,
    budget: float = 5.0,
) -> tuple[dict[str, Judgement], list[Point]]:
    """Judge the formulas that are given for the partials of a function.

    Args:
        expression: The function.
        answers: The formulas of the partials, by variable.
        conditions: Expressions that are not 0 inside the user's domain.
        seed: Seed of the random sample points.
        budget: In seconds, for the points of all answers together and once more for all proofs.

    Returns:
        The judgement of each answer, and the points at which everything has a value in doubles, beginning with those
        at which doubles lose least.
    """
    if arb_functions.MISSING:
        why = f"values cannot be compared with certainty ({arb_functions.MISSING})"
        return {name: Judgement("undecided", why) for name in answers}, []
    names = variables(wengert_list(expression, *answers.values()))
    check = Deadline(budget).check
    usable = _has_values(expression, answers)
    samples = sample_points(expression, answers, names, usable, conditions, seed, check)
    max_points = MAX_POINTS if len(names) == 1 else MAX_POINTS_FOR_SEVERAL
    function = PreparedFunction(expression, answers, check)
    compared = _compare_at(samples, function, max_points)
    proofs = _Proofs(expression, budget, conditions)
    judgements = {
        name: _judge_partial(name, answer, _comparisons_of(name, compared), proofs, check)
        for name, answer in answers.items()
    }
    if function.opaque is not None:
        opaque = shorten(function.opaque)
        judgements = {name: replace(judgement, opaque=opaque) for name, judgement in judgements.items()}
    usable_samples = [sample for sample, _ in compared if not sample.is_boundary and usable(sample.point)]
    return judgements, [sample.point for sample in sorted(usable_samples, key=_spread_of_scales)]


def _compare_at(samples: Iterable[SamplePoint], function: PreparedFunction, max_points: int) -> AllComparisons:
    """Compare all answers at up to `max_points` sample points and all boundary points, within the budget."""
    compared: AllComparisons = []
    try:
        for sample in samples:
            if sample.is_boundary or sum(not other.is_boundary for other, _ in compared) < max_points:
                comparisons = function.compare_at(sample.point)
                if comparisons:
                    compared.append((sample, comparisons))
        _compare_deeply(function, compared)
    except TimeoutError:
        pass  # what has been compared so far is the evidence
    return compared


def _comparisons_of(name: str, compared: AllComparisons) -> Comparisons:
    return [(sample, comparisons[name]) for sample, comparisons in compared if name in comparisons]


def _compare_deeply(function: PreparedFunction, compared: AllComparisons) -> None:
    """Compare hundreds of digits at a few points at which all values are the same so far."""
    few = 0 if function.is_slow or function.opaque is not None else DEEP_POINTS
    for index, (sample, comparisons) in enumerate(compared[:few]):
        if all(comparison.outcome == "same" for comparison in comparisons.values()):
            deep = function.compare_at(sample.point, deep=True)
            different = {name: comparison for name, comparison in deep.items() if comparison.outcome == "different"}
            compared[index] = sample, {**comparisons, **different}


def _spread_of_scales(sample: SamplePoint) -> float:
    """Return the largest factor (as a logarithm) by which a coordinate, or its distance to a boundary, differs from 1.

    Doubles lose least with numbers of one size, and away from a pole.
    """
    sizes = [abs(x) for x in sample.point.values()]
    if sample.name is not None:
        x = sample.point[sample.name]
        sizes += [min(abs(x - end), 1.0) for end in sample.interval if math.isfinite(end)]
    return max([abs(math.log(size)) if size else math.inf for size in sizes], default=0.0)


def _has_values(expression: Expression, answers: Mapping[str, Expression]) -> Callable[[Point], bool]:
    """Return a function that tests whether function and answers have values in doubles at a point."""
    roots = [expression, *answers.values()]
    nodes = wengert_list(*roots)

    def usable(point: Point) -> bool:
        values = values_at(nodes, point)
        return all(is_number(values[root]) for root in roots)

    return usable


class _Proofs:
    """Proofs by sympy, with one budget for all of them."""

    def __init__(self, expression: Expression, budget: float, conditions: Sequence[Expression]) -> None:
        self.expression, self.seconds_left, self.conditions = expression, budget, conditions

    def prove(self, name: str, answer: Expression) -> str | None:
        """Return the argument that a formula is the partial, in words; None without a proof within the budget."""
        if self.seconds_left <= 0:
            return None
        start = monotonic()
        positive = positive_variables([self.expression, answer], self.conditions)
        argument = prove_by_sympy(self.expression, name, answer, self.seconds_left, positive)
        self.seconds_left -= monotonic() - start
        return argument


def _judge_partial(
    name: str, answer: Expression, comparisons: Comparisons, proofs: _Proofs, check: Callable[[], None]
) -> Judgement:
    """Judge one answer by its comparisons, and by proofs where these leave it open."""
    undefined = [sample.point for sample, comparison in comparisons if comparison.outcome == "undefined"]
    holes = [point for point in undefined if is_hole(answer, proofs.expression, point)]
    comparisons = [
        (sample, comparison)
        for sample, comparison in comparisons
        if comparison.outcome != "undefined" or sample.point not in holes
    ]
    different = [(sample, comparison) for sample, comparison in comparisons if comparison.outcome == "different"]
    same = [sample for sample, comparison in comparisons if comparison.outcome == "same"]
    undefined_at = most_readable_point(
        [sample for sample, comparison in comparisons if comparison.outcome == "undefined"]
    )
    intervals = outcome_intervals(comparisons, [proofs.expression, answer, *proofs.conditions], check)
    judgement = Judgement("wrong", "", len(comparisons), intervals=intervals)
    if different:
        points_of_same = [sample.point for sample in same]
        half_space = half_space_of_agreement([sample.point for sample, _ in different], points_of_same)
        return replace(judgement, counterexample=choose_counterexample(different), half_space=half_space)
    unmet = None if undefined_at is None else find_unmet_requirement(answer, undefined_at)
    gaps = replace(judgement, undefined_at=undefined_at, unmet_requirement=unmet)
    if not same:
        return replace(gaps, verdict="undecided", argument=_why_undecided(comparisons, undefined_at))
    is_opaque = without_definition(wengert_list(proofs.expression)) is not None
    argument, difference = (None, None) if is_opaque else prove_by_rules(proofs.expression, name, answer)
    if argument is None and not is_opaque:
        tiny = _tiny_differences(difference, comparisons)
        if tiny:
            return replace(judgement, counterexample=choose_counterexample(tiny))
        argument = proofs.prove(name, answer)
    verdict: Verdict = WHERE_DEFINED if undefined_at is not None else "proved" if argument else "agrees"
    holes.sort(key=reading_effort)
    return replace(gaps, verdict=verdict, argument=argument or "", points=len(same), holes=tuple(holes))


def _tiny_differences(
    difference: Expression | None, comparisons: Comparisons
) -> list[tuple[SamplePoint, PointComparison]]:
    """Return points at which the simplified difference is not 0, however small: 2*x + exp(-1e5) against 2*x."""
    if difference is None:
        return []
    same = [
        (sample, comparison)
        for sample, comparison in comparisons
        if comparison.outcome == "same" and not sample.is_boundary
    ]
    tiny = []
    for sample, comparison in same[:DEEP_POINTS]:
        value = certified_nonzero(difference, sample.point, lambda: None)
        if value is not None:
            tiny.append((sample, comparison._replace(difference=value)))
    return tiny


def _why_undecided(comparisons: Comparisons, undefined_at: Point | None) -> str:
    """Return the reason why a formula that is right at no point is not wrong either."""
    if not comparisons:
        return "no point was found at which the function has a derivative"
    if undefined_at is not None:
        return "the formula has no value at any of the points at which it could be compared"
    return "at no point could both be computed to enough digits"


def positive_variables(formulas: Sequence[Expression], conditions: Sequence[Expression] = ()) -> list[str]:
    """Return the variables that are positive wherever all formulas have a value (a root has no derivative at 0)."""
    positive = [node.arguments[0] for node in conditions if _states_positive(node)]
    nodes = wengert_list(*formulas)
    if not any(map(is_choice, nodes)):
        restricted = (ln, log2, log10, sqrt, general_power)
        positive += [node.arguments[0] for node in nodes if node.operation in restricted]
    return list(dict.fromkeys(node.name for node in positive if type(node) is Variable))


def _states_positive(condition: Expression) -> bool:
    """Tell whether a condition is `x > 0`, or `x > c` or `x >= c` with a positive number c."""
    name = condition.operation.name if condition.operation is not None else ""
    bound = condition.arguments[1]
    return name in ("if >", "if >=") and type(bound) is Number and (name == "if >" or bound.digits > 0)
