"""The answer to the question which mistake was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from diffcompare.language.expression import Expression
from diffcompare.misconceptions.combinations import pairs, throughout
from diffcompare.misconceptions.messages import Formulas, Mistake, place_of, sentence, step_at
from diffcompare.misconceptions.points import Change
from diffcompare.misconceptions.search import Explanation, Search, confirmed, is_right
from diffcompare.misconceptions.simplified import simplified
from diffcompare.misconceptions.terms import shows
from diffcompare.misconceptions.whole_answer import constants, integrated_terms, is_plain, wholes


def find_mistake(
    expression: Expression,
    by: str,
    answer: Expression,
    points: Sequence[Mapping[str, float]],
    others: Mapping[str, Expression] | None = None,
    *,
    only_positive: bool = False,
) -> Mistake | None:
    """The mistake that turns the derivative of `expression` by the variable `by` into `answer`.

    `points` are some points (6 to 10, a double per variable) at which the function, its partial and the answer are
    finite and no kink is near; `others` are the answers for other variables.  None where no mistake of the table gives
    this answer, or where the answer is right.  Where no single one does at all of the points, those are tried at which
    every variable is positive (`only_positive` says that this is so already).
    """
    search = Search(expression, by, answer, points, others or {})
    if (len(search.samples) < MIN_POINTS and search.function.varies) or is_right(search):
        return None
    found, tried = search.single()
    vague = _standing(search, constants(search))
    explanations = (
        _standing(search, [*found, *wholes(search), *simplified(search)])
        or _standing(search, throughout(search, tried))
        or ([] if vague else _standing(search, integrated_terms(search)))
    )
    if not explanations and only_positive:
        return None
    if not explanations:
        positive = None if vague else _where_positive(expression, by, answer, search.points, others)
        if positive is not None:
            return positive
        if not search.is_right_in_part and not is_plain(search, vague):
            explanations = _standing(search, pairs(search, tried))
    explanations += vague
    return explanation_of(search, explanations) if explanations else None


def _where_positive(
    expression: Expression,
    by: str,
    answer: Expression,
    points: Sequence[Mapping[str, float]],
    others: Mapping[str, Expression] | None,
) -> Mistake | None:
    """The mistake of somebody who takes sqrt(x^2) for x: it gives the answer where all variables are positive."""
    positive = [point for point in points if all(x > 0 for x in point.values())]
    if len(positive) in (len(points), *range(MIN_POINTS)):
        return None
    found = find_mistake(expression, by, answer, positive, others, only_positive=True)
    if found is None:
        return None
    return replace(found, sentence=f"{found.sentence} (this gives the answer where {' and '.join(positive[0])} > 0)")


def _standing(search: Search, candidates: Iterable[Explanation]) -> list[Explanation]:
    """Those that hold at all points, in doubles and in balls, the most plausible first."""
    agreeing = [each for each in candidates if search.agrees(each)]
    return sorted(confirmed(search, sorted(agreeing, key=_rank)[:MAX_CONFIRMED]), key=_rank)


def _rank(explanation: Explanation) -> int:
    return explanation.rank


MAX_CONFIRMED = 24
"""Explanations that are put to ball arithmetic."""
MIN_POINTS = 3
"""Points without which an agreement may be an accident."""


def explanation_of(search: Search, explanations: Sequence[Explanation]) -> Mistake:
    """The first explanation in words; the kinds of the others beside it."""
    best = explanations[0]
    formulas = Formulas(search.function)
    shown = shows(search, formulas)
    if not best.changes:
        also = tuple(dict.fromkeys(each.kind for each in explanations if each.kind != best.kind))
        step = step_at(best.node, search.function) if best.node is not None else None
        return Mistake(best.kind, best.says, best.node, shown, step, also)
    changes = best.changes
    kinds = {change.rule.kind for change in changes}
    also = tuple(dict.fromkeys(each.kind for each in explanations if each.kind not in kinds))
    if len(kinds) == 1 and len(changes) > 1:
        return _made(search, changes[0], formulas, shown, also, places=len(changes))
    first = _made(search, changes[0], formulas, shown, also)
    second = None
    if len(changes) > 1:
        second = _made(search, changes[1], formulas, shown, ())
    elif best.negative:
        second = Mistake("sign-of-whole", "the sign of the whole derivative is wrong", None, shown, None)
    return first if second is None else _with_second(first, second)


def _with_second(first: Mistake, second: Mistake) -> Mistake:
    return Mistake(first.kind, first.sentence, first.node, first.shows, first.step, first.also, second)


def _made(
    search: Search,
    change: Change,
    formulas: Formulas,
    shown: tuple[Expression, ...],
    also: tuple[str, ...],
    places: int = 1,
) -> Mistake:
    place = place_of(change, search.function)
    words = sentence(change, formulas, places)
    return Mistake(change.rule.kind, words, place, shown, step_at(place, search.function), also)
