"""The answer to the question which mistake was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcompare.expression import Expression
from diffcompare.mistakes.record import Mistake
from diffcompare.mistakes.search import ORDER, Explanation, Search, confirmed, is_right
from diffcompare.mistakes.telling import Formulas, sentence, step_at
from diffcompare.mistakes.wholes import wholes


def find_mistake(
    expression: Expression,
    by: str,
    answer: Expression,
    points: Sequence[Mapping[str, float]],
    others: Mapping[str, Expression] | None = None,
) -> Mistake | None:
    """The mistake that turns the derivative of `expression` by the variable `by` into `answer`.

    `points` are some points (6 to 10, a double per variable) at which the function, its partial and the answer are
    finite and no kink is near; `others` are the answers for other variables.  None where no mistake of the table gives
    this answer, or where the answer is right.
    """
    search = Search(expression, by, answer, points)
    if not search.samples or is_right(search):
        return None
    found, _tried = search.single()
    candidates = [each for each in [*found, *wholes(search)] if search.agrees(each)]
    chosen = sorted(confirmed(search, candidates), key=lambda each: ORDER[each.kind])
    return told(search, chosen) if chosen else None


def told(search: Search, explanations: Sequence[Explanation]) -> Mistake:
    """The first explanation in words; the kinds of the others beside it."""
    best = explanations[0]
    also = tuple(dict.fromkeys(each.kind for each in explanations[1:] if each.kind != best.kind))
    if not best.changes:
        return Mistake(best.kind, best.says, None, (search.answer,), None, also)
    change = best.changes[0]
    formulas = Formulas(search.function)
    place = change.use[0] if change.use is not None and change.node.operation is None else change.node
    words = sentence(change, formulas)
    return Mistake(best.kind, words, place, (search.answer,), step_at(place, search.function), also)
