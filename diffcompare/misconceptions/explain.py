"""The explanation of a wrong answer: the mistake that turns the derivative into it, found and put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from diffcompare.language.expression import Expression
from diffcompare.misconceptions.combinations import combinations, made_throughout
from diffcompare.misconceptions.messages import Formulas, Mistake, right_rule_at, sentence, site_of
from diffcompare.misconceptions.points import Change
from diffcompare.misconceptions.search import Explanation, Search, confirm, is_right
from diffcompare.misconceptions.terms import affected_terms
from diffcompare.misconceptions.whole_answer import (
    constant_mistakes,
    integrated_terms,
    misread_functions,
    needs_no_second_mistake,
    whole_answer_mistakes,
)

MAX_CONFIRMED = 24  # explanations that are confirmed in ball arithmetic
MIN_POINTS = 3  # below which an agreement may be an accident


def find_mistake(
    expression: Expression,
    by: str,
    answer: Expression,
    points: Sequence[Mapping[str, float]],
    others: Mapping[str, Expression] | None = None,
    *,
    only_positive: bool = False,
) -> Mistake | None:
    """Find the mistake that turns the derivative of `expression` with respect to `by` into `answer`.

    Single mistakes are tried first, then the same mistake throughout, then points at which all variables are positive
    (somebody may take sqrt(x^2) for x), and finally two mistakes at once.

    Args:
        expression: The function.
        by: The variable of the derivative.
        answer: The formula that was given for the derivative.
        points: Some points, 6 to 10, with a double for each variable, at which the function, its partial and the answer
            are finite and no kink is near.
        others: The answers for other variables.
        only_positive: True if the points are already those at which all variables are positive.

    Returns:
        The mistake; None where no mistake of the table gives this answer, or where the answer is right.
    """
    search = Search(expression, by, answer, points, others or {})
    if (len(search.samples) < MIN_POINTS and search.function.varies) or is_right(search):
        return None
    single_mistakes, trials = search.single_mistakes()
    fallbacks = _surviving(search, constant_mistakes(search))
    explanations = (
        _surviving(search, [*single_mistakes, *whole_answer_mistakes(search), *misread_functions(search)])
        or _surviving(search, made_throughout(search, trials))
        or ([] if fallbacks else _surviving(search, integrated_terms(search)))
    )
    if not explanations and only_positive:
        return None
    if not explanations:
        positive = None if fallbacks else _where_positive(expression, by, answer, search.points, others)
        if positive is not None:
            return positive
        if not search.is_right_in_part and not needs_no_second_mistake(search, fallbacks):
            explanations = _surviving(search, combinations(search, trials))
    explanations += fallbacks
    return explanation_of(search, explanations) if explanations else None


def _where_positive(
    expression: Expression,
    by: str,
    answer: Expression,
    points: Sequence[Mapping[str, float]],
    others: Mapping[str, Expression] | None,
) -> Mistake | None:
    """Find a mistake that gives the answer where all variables are positive, as when sqrt(x^2) is taken for x."""
    positive = [point for point in points if all(x > 0 for x in point.values())]
    if len(positive) in (len(points), *range(MIN_POINTS)):
        return None
    mistake = find_mistake(expression, by, answer, positive, others, only_positive=True)
    if mistake is None:
        return None
    return replace(
        mistake, sentence=f"{mistake.sentence} (this gives the answer where {' and '.join(positive[0])} > 0)"
    )


def _surviving(search: Search, candidates: Iterable[Explanation]) -> list[Explanation]:
    """Return the explanations that hold at all points, in doubles and in balls, the most plausible first."""
    agreeing = sorted(filter(search.agrees, candidates), key=attrgetter("rank"))
    return sorted(confirm(search, agreeing[:MAX_CONFIRMED]), key=attrgetter("rank"))


def explanation_of(search: Search, explanations: Sequence[Explanation]) -> Mistake:
    """Put the first explanation into words, and name the kinds of the others."""
    best = explanations[0]
    formulas = Formulas(search.function)
    affected = affected_terms(search, formulas)
    if not best.changes:
        also = tuple(dict.fromkeys(other.kind for other in explanations if other.kind != best.kind))
        step = right_rule_at(best.node, search.function) if best.node is not None else None
        return Mistake(best.kind, best.message, best.node, affected, step, also)
    changes = best.changes
    kinds = {change.rule.kind for change in changes}
    also = tuple(dict.fromkeys(other.kind for other in explanations if other.kind not in kinds))
    if len(kinds) == 1 and len(changes) > 1:
        return _mistake_of(search, changes[0], formulas, affected, also, count=len(changes))
    first = _mistake_of(search, changes[0], formulas, affected, also)
    second = None
    if len(changes) > 1:
        second = _mistake_of(search, changes[1], formulas, affected, ())
    elif best.negative:
        second = Mistake("sign-of-whole", "the sign of the whole derivative is wrong", None, affected, None)
    return replace(first, second=second)


def _mistake_of(
    search: Search,
    change: Change,
    formulas: Formulas,
    affected: tuple[Expression, ...],
    also: tuple[str, ...],
    count: int = 1,
) -> Mistake:
    """Describe a change as a mistake, in words."""
    site = site_of(change, search.function)
    text = sentence(change, formulas, count)
    return Mistake(change.rule.kind, text, site, affected, right_rule_at(site, search.function), also)
