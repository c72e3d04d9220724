"""The verdict on each partial, with its evidence.

`proved`: an argument settles it.  `agrees`: at every point that was tried, to 30 digits and more.  `agrees where it is
defined`: one or the other, but there are regions in which the formula has no value although the function has a
derivative.  `wrong`: there is a point at which the two values are different numbers, by a bound on both.  `undecided`:
nothing of the kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from diffcompare.backends.problem import Problem
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import OPERATIONS, NotDifferentiable
from diffcompare.language.simplify import tidy
from diffcompare.language.wengert import dag_size, variables, wengert_list
from diffcompare.numeric import arb_functions
from diffcompare.numeric.evaluate import is_number, values_at
from diffcompare.verify.compare_exactly import Compared, PreparedFunction, Witness, nearest, nonzero, witness_of
from diffcompare.verify.domain import INFINITY
from diffcompare.verify.interior_points import effort
from diffcompare.verify.regions import Found, Stretch, half_of, is_hole, needs_of, stretches_of
from diffcompare.verify.sampling import Point, SamplePoint, places

# The stretches of a variable in words.

MAX_INTERVALS = 4

"""Stretches that are named, those nearest to 0."""


def stretch_text(name: str, low: float, high: float) -> str:
    """`0 < x < 1`, `x > 0`, `all x`."""
    if low == -INFINITY and high == INFINITY:
        return f"all {name}"
    if low == -INFINITY:
        return f"{name} < {_number(high)}"
    if high == INFINITY:
        return f"{name} > {_number(low)}"
    return f"{_number(low)} < {name} < {_number(high)}"


def stretches_text(stretches: Iterable[Stretch], outcome: str | None = None) -> str:
    """The stretches of that outcome (None: all of them), joined by `and`."""
    chosen = [each for each in stretches if outcome in (None, each.outcome)]
    near = sorted(chosen, key=_distance)[:MAX_INTERVALS]
    texts = [stretch_text(each.name, each.low, each.high) for each in chosen if each in near]
    return " and ".join([*texts, *["..."] * (len(near) < len(chosen))])


def _distance(stretch: Stretch) -> float:
    """How far a stretch is from 0."""
    return max(stretch.low, -stretch.high, 0.0)


def _number(x: float) -> str:
    short = f"{x:.6g}"
    return short if float(short) == x else f"about {short}"


# Arguments that settle a formula for good: it is what the rules give, or sympy shows the difference to be 0.

MAX_NODES = 10_000

"""Distinct nodes up to which formulas are tidied and compared."""

MAX_NODES_FOR_SYMPY = 600


def by_tidying(expression: Expression, name: str, answer: Expression) -> tuple[str | None, Expression | None]:
    """Why the formula is that of the rule sheet, and answer - derivative, tidied: they are one formula once both are.

    The argument is None if they are not, the difference if it is too large.
    """
    try:
        raw = derivatives_of(wengert_list(expression), name).get(expression, ZERO)
    except NotDifferentiable:
        return None, None
    if answer is raw:
        return "it is the formula that the rules give", ZERO
    if dag_size(raw, answer) > MAX_NODES:
        return None, None
    difference = tidy(answer - raw, expression)
    if difference is ZERO or tidy(answer, expression) is tidy(raw, expression):
        return "tidied, it is the formula that the rules give", ZERO
    return None, difference


def by_sympy(
    expression: Expression, name: str, answer: Expression, budget: float, positive: Sequence[str] = ()
) -> str | None:
    """Whether sympy shows within the budget (in seconds) that the difference is 0; the argument in words."""
    from diffcompare.backends.symbolic import client

    if dag_size(expression, answer) > MAX_NODES_FOR_SYMPY:
        return None
    step = client.prove(Problem(expression, {}, (name,), budget=budget), answer, positive)
    return f"by sympy, {step} of the difference is 0" if step else None


Verdict = Literal["proved", "agrees", "agrees where it is defined", "wrong", "undecided"]

WHERE_DEFINED: Verdict = "agrees where it is defined"

WORST_FIRST: tuple[Verdict, ...] = ("wrong", "undecided", WHERE_DEFINED, "agrees", "proved")

ENOUGH, ENOUGH_FOR_SEVERAL = 96, 160

"""Points that are compared, at most, for one and for several variables; those at the edges of pieces come on top."""

THOROUGH = 3

"""Points at which 600 digits are compared."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one partial."""

    verdict: Verdict
    argument: str = ""
    """What proves it, or why it is undecided."""
    points: int = 0
    """Points at which the two were compared."""
    witness: Witness | None = None
    stretches: tuple[Stretch, ...] = ()
    """Along the only variable, from left to right, where the function has a derivative; empty for several variables."""
    holes: tuple[Point, ...] = ()
    """Single points at which the formula has no value, though the function has a derivative."""
    half: str | None = None
    """With several variables: the half of space, `c > 0`, in which a wrong formula is right at all points."""
    outside: Point | None = None
    """A point of a region in which the formula has no value, though the function has a derivative."""
    needs: str | None = None
    """What the formula requires, and does not find there: `x >= 0`."""


class _Late(Exception):
    pass


def judge(
    expression: Expression,
    answers: Mapping[str, Expression],
    *,
    conditions: Sequence[Expression] = (),
    seed: int = 0,
    budget: float = 5.0,
) -> tuple[dict[str, Judgement], list[Point]]:
    """The judgement of each answer, the formula for the partial by that variable; and the points where all have
    values, the tamest first.

    `conditions` are expressions that are not 0 where the user's domain is.  `budget` is in seconds, for the points of
    all answers and then for each proof.
    """
    if arb_functions.MISSING:
        why = f"values cannot be compared with certainty ({arb_functions.MISSING})"
        return {name: Judgement("undecided", why) for name in answers}, []
    names = variables(wengert_list(expression, *answers.values()))
    deadline = monotonic() + budget

    def check() -> None:
        if monotonic() > deadline:
            raise _Late

    function = PreparedFunction(expression, answers, check)
    enough = ENOUGH if len(names) == 1 else ENOUGH_FOR_SEVERAL
    usable = _usable(expression, answers)
    found: list[tuple[SamplePoint, dict[str, Compared]]] = []
    try:
        for place in places(expression, answers, names, usable, conditions, seed, check):
            if place.edge or sum(not other.edge for other, _ in found) < enough:
                compared = function.compared(place.point)
                if compared:
                    found.append((place, compared))
        _look_thoroughly(function, found)
    except _Late:
        pass
    proofs = _Proofs(expression, budget, conditions)
    judgements = {
        name: _judged(name, answer, [(place, each[name]) for place, each in found if name in each], proofs, check)
        for name, answer in answers.items()
    }
    calm = [place for place, compared in found if not place.edge and usable(place.point)]
    return judgements, [place.point for place in sorted(calm, key=_extremity)]


def _look_thoroughly(function: PreparedFunction, found: list[tuple[SamplePoint, dict[str, Compared]]]) -> None:
    """Compare hundreds of digits at a few points at which all values are the same so far."""
    for number, (place, compared) in enumerate(found[: 0 if function.is_slow else THOROUGH]):
        if all(each.outcome == "same" for each in compared.values()):
            found[number] = place, {**compared, **_parted(function.compared(place.point, thorough=True))}


def _extremity(place: SamplePoint) -> float:
    """How far the coordinates are from 1, in factors, and how near the point is to an end of its piece.

    Doubles are most at ease with numbers of one size, and away from a pole.
    """
    sizes = [abs(x) for x in place.point.values()]
    if place.name is not None:
        x = place.point[place.name]
        sizes += [min(abs(x - end), 1.0) for end in place.piece if math.isfinite(end)]
    return max([abs(math.log(size)) if size else math.inf for size in sizes], default=0.0)


def _parted(compared: Mapping[str, Compared]) -> dict[str, Compared]:
    return {name: each for name, each in compared.items() if each.outcome == "different"}


def _usable(expression: Expression, answers: Mapping[str, Expression]) -> Callable[[Point], bool]:
    """Whether function and answers have values in doubles there."""
    roots = [expression, *answers.values()]
    nodes = wengert_list(*roots)

    def usable(point: Point) -> bool:
        values = values_at(nodes, point)
        return all(is_number(values[root]) for root in roots)

    return usable


class _Proofs:
    """Proofs by sympy, which has one budget for all of them."""

    def __init__(self, expression: Expression, budget: float, conditions: Sequence[Expression]) -> None:
        self.expression, self.left, self.conditions = expression, budget, conditions

    def of(self, name: str, answer: Expression) -> str | None:
        if self.left <= 0:
            return None
        since = monotonic()
        positive = positive_variables([self.expression, answer], self.conditions)
        argument = by_sympy(self.expression, name, answer, self.left, positive)
        self.left -= monotonic() - since
        return argument


def _judged(name: str, answer: Expression, found: Found, proofs: _Proofs, check: Callable[[], None]) -> Judgement:
    undefined = [place.point for place, each in found if each.outcome == "undefined"]
    holes = [point for point in undefined if is_hole(answer, proofs.expression, point)]
    found = [(place, each) for place, each in found if each.outcome != "undefined" or place.point not in holes]
    different = [(place, compared) for place, compared in found if compared.outcome == "different"]
    same = [place for place, compared in found if compared.outcome == "same"]
    outside = nearest([place for place, compared in found if compared.outcome == "undefined"])
    stretches = stretches_of(found, [proofs.expression, answer, *proofs.conditions], check)
    if different:
        half = half_of([place.point for place, _ in different], [place.point for place in same])
        return Judgement("wrong", "", len(found), witness_of(different), stretches, half=half)
    needs = None if outside is None else needs_of(answer, outside)
    if not same:
        why = _why_not(found, outside)
        return Judgement("undecided", why, len(found), None, stretches, outside=outside, needs=needs)
    argument, difference = by_tidying(proofs.expression, name, answer)
    if argument is None:
        apart = _apart(difference, found)
        if apart:
            return Judgement("wrong", "", len(found), witness_of(apart), stretches)
        argument = proofs.of(name, answer)
    verdict: Verdict = WHERE_DEFINED if outside is not None else "proved" if argument else "agrees"
    return Judgement(
        verdict,
        argument or "",
        len(same),
        None,
        stretches,
        tuple(sorted(holes, key=effort)),
        outside=outside,
        needs=needs,
    )


def _apart(difference: Expression | None, found: Found) -> list[tuple[SamplePoint, Compared]]:
    """Points at which the tidied difference is a number other than 0, however small: 2*x + exp(-1e5) against 2*x."""
    if difference is None:
        return []
    same = [(place, compared) for place, compared in found if compared.outcome == "same" and not place.edge]
    gaps = [(place, compared, nonzero(difference, place.point, lambda: None)) for place, compared in same[:THOROUGH]]
    return [(place, compared._replace(gap=gap)) for place, compared, gap in gaps if gap is not None]


def _why_not(found: Found, outside: Point | None) -> str:
    if not found:
        return "no point was found at which the function has a derivative"
    if outside is not None:
        return "the formula has no value at any of the points at which it could be compared"
    return "at no point could both be computed to enough digits"


def positive_variables(formulas: Sequence[Expression], conditions: Sequence[Expression] = ()) -> list[str]:
    """The variables that are positive wherever all formulas have a value (a root has no derivative at 0)."""
    found = [node.arguments[0] for node in conditions if _says_positive(node)]
    nodes = wengert_list(*formulas)
    if not any(node.operation is not None and node.operation.selects for node in nodes):
        need = [OPERATIONS[name] for name in ("ln", "log2", "log10", "sqrt", "^")]
        found += [node.arguments[0] for node in nodes if node.operation in need]
    return list(dict.fromkeys(node.name for node in found if type(node) is Variable))


def _says_positive(condition: Expression) -> bool:
    """Whether it is `x > 0`, or x beyond another number from 0 on."""
    name = condition.operation.name if condition.operation is not None else ""
    bound = condition.arguments[1]
    return name in ("if >", "if >=") and type(bound) is Number and (name == "if >" or bound.digits > 0)
