"""The verdict on each partial, with its evidence.

`proved`: an argument settles it.  `agrees`: at every point that was tried, to 30 digits and more.  `wrong`: there is a
point at which the two values are different numbers, by a bound on both.  `undecided`: nothing of the kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Literal, NamedTuple

from diffcompare.checking.exactly import Compared, Function, nonzero
from diffcompare.checking.pieces import Piece
from diffcompare.checking.proof import by_sympy, by_tidying
from diffcompare.checking.sample import Place, Point, places
from diffcompare.checking.witness import Witness, witness_of
from diffcompare.evaluation import is_number, values_at
from diffcompare.expression import OPERATIONS, Expression, Number, Variable
from diffcompare.wengert import listing, variables

Verdict = Literal["proved", "agrees", "wrong", "undecided"]
ENOUGH, ENOUGH_FOR_SEVERAL = 96, 160
"""Points that are compared, at most, for one and for several variables; those at the edges of pieces come on top."""

THOROUGH = 3
"""Points at which 600 digits are compared."""

FOR_A_HALF = 8
"""Points at which a formula is right before half of space is said to be its domain."""


class Stretch(NamedTuple):
    """What was found on a stretch of one variable, from `low` to `high`."""

    name: str
    low: float
    high: float
    outcome: Literal["same", "different", "undefined"]


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
    """A point of a whole piece on which the formula has no value, though the function has a derivative."""


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
    names = variables(listing(expression, *answers.values()))
    deadline = monotonic() + budget

    def check() -> None:
        if monotonic() > deadline:
            raise _Late

    function = Function(expression, answers, check)
    enough = ENOUGH if len(names) == 1 else ENOUGH_FOR_SEVERAL
    usable = _usable(expression, answers)
    found: list[tuple[Place, dict[str, Compared]]] = []
    try:
        for place in places(expression, answers, names, usable, conditions, seed, check):
            if place.edge or sum(not other.edge for other, _ in found) < enough:
                compared = function.compared(place.point)
                if compared:
                    found.append((place, compared))
        for number, (place, compared) in enumerate(found[: 0 if function.is_slow else THOROUGH]):
            if all(each.outcome == "same" for each in compared.values()):
                found[number] = place, {**compared, **_parted(function.compared(place.point, thorough=True))}
    except _Late:
        pass
    proofs = _Proofs(expression, budget, conditions)
    judgements = {
        name: _judged(name, answer, [(place, each[name]) for place, each in found if name in each], proofs)
        for name, answer in answers.items()
    }
    calm = [place for place, compared in found if not place.edge and usable(place.point)]
    return judgements, [place.point for place in sorted(calm, key=_extremity)]


def _extremity(place: Place) -> float:
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
    nodes = listing(*roots)

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


def _judged(name: str, answer: Expression, found: Sequence[tuple[Place, Compared]], proofs: _Proofs) -> Judgement:
    different = [(place, compared) for place, compared in found if compared.outcome == "different"]
    same = [place for place, compared in found if compared.outcome == "same"]
    undefined = [place for place, compared in found if compared.outcome == "undefined"]
    stretches = _stretches(found)
    if different:
        half = _half([place.point for place, _ in different], [place.point for place in same])
        return Judgement("wrong", "", len(found), witness_of(different), stretches, half=half)
    holes = tuple(place.point for place in undefined if place.edge)
    outside = next((place.point for place in undefined if not place.edge), None)
    if not same:
        return Judgement("undecided", _why_not(found, outside), len(found), None, stretches, outside=outside)
    argument, difference = by_tidying(proofs.expression, name, answer)
    if argument is None:
        apart = _apart(difference, found)
        if apart:
            return Judgement("wrong", "", len(found), witness_of(apart), stretches)
        argument = proofs.of(name, answer)
    return Judgement(
        "proved" if argument else "agrees", argument or "", len(same), None, stretches, holes, outside=outside
    )


def _half(different: Sequence[Point], same: Sequence[Point]) -> str | None:
    """The sign of one of several variables with which the formula is right at all of many points."""
    names = list(different[0])
    for name in names if len(names) > 1 else []:
        for relation, sign in ((">", 1.0), ("<", -1.0)):
            right = sum(sign * point[name] > 0 for point in same)
            if right >= FOR_A_HALF and not any(sign * point[name] > 0 for point in different):
                return f"{name} {relation} 0"
    return None


def _apart(difference: Expression | None, found: Sequence[tuple[Place, Compared]]) -> list[tuple[Place, Compared]]:
    """Points at which the tidied difference is a number other than 0, however small: 2*x + exp(-1e5) against 2*x."""
    if difference is None:
        return []
    same = [(place, compared) for place, compared in found if compared.outcome == "same" and not place.edge]
    gaps = [(place, compared, nonzero(difference, place.point, lambda: None)) for place, compared in same[:THOROUGH]]
    return [(place, compared._replace(gap=gap)) for place, compared, gap in gaps if gap is not None]


def _why_not(found: Sequence[tuple[Place, Compared]], outside: Point | None) -> str:
    if not found:
        return "no point was found at which the function has a derivative"
    if outside is not None:
        return "the formula has no value at any of the points at which it could be compared"
    return "at no point could both be computed to enough digits"


def _stretches(found: Iterable[tuple[Place, Compared]]) -> tuple[Stretch, ...]:
    """What the pieces of the only variable say, neighbours of one mind joined."""
    by_piece: dict[tuple[str, Piece], list[str]] = {}
    bases = set()
    for place, compared in found:
        if place.name is not None and not place.edge and compared.outcome != "open":
            by_piece.setdefault((place.name, place.piece), []).append(compared.outcome)
            bases.add(len(place.point))
    if bases != {1}:
        return ()
    stretches: list[Stretch] = []
    for (name, piece), outcomes in sorted(by_piece.items(), key=lambda item: item[0][1]):
        outcome = "different" if "different" in outcomes else "undefined" if "undefined" in outcomes else "same"
        last = stretches[-1] if stretches else None
        if last is not None and last.outcome == outcome and last.high == piece.low:
            stretches[-1] = last._replace(high=piece.high)
        else:
            stretches.append(Stretch(name, piece.low, piece.high, outcome))  # type: ignore[arg-type]
    return tuple(stretches)


def positive_variables(formulas: Sequence[Expression], conditions: Sequence[Expression] = ()) -> list[str]:
    """The variables that are positive wherever all formulas have a value (a root has no derivative at 0)."""
    found = [node.arguments[0] for node in conditions if _says_positive(node)]
    nodes = listing(*formulas)
    if not any(node.operation is not None and node.operation.selects for node in nodes):
        need = [OPERATIONS[name] for name in ("ln", "log2", "log10", "sqrt", "^")]
        found += [node.arguments[0] for node in nodes if node.operation in need]
    return list(dict.fromkeys(node.name for node in found if type(node) is Variable))


def _says_positive(condition: Expression) -> bool:
    """Whether it is `x > 0`, or x beyond another number from 0 on."""
    name = condition.operation.name if condition.operation is not None else ""
    bound = condition.arguments[1]
    return name in ("if >", "if >=") and type(bound) is Number and (name == "if >" or bound.digits > 0)
