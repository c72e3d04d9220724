"""More than one mistake: the same one made throughout, and two different ones at once.

Two mistakes at places that do not lie above each other move the derivative by the sum of what each moves it by alone.
Where one lies above the other, the upper one is made with the slopes that the lower one has left: one sweep forwards
for every lower one.  And a wrong outer derivative can meet a wrong use of the inner one in the same place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import diffcompare.misconceptions.patterns as views
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.messages import place_of
from diffcompare.misconceptions.patterns import PatternMatch, Slopes, Values
from diffcompare.misconceptions.points import UNKNOWN, AnalyzedFunction, Change, Sample, with_inner
from diffcompare.misconceptions.rules import RULES
from diffcompare.misconceptions.search import TOLERANCE, Explanation, Search, Tried, explained, sights
from diffcompare.misconceptions.terms import terms_of

MAX_NODES_THROUGHOUT = 400
MAX_NODES_FOR_PAIRS = 80
MAX_TRIED = 900
"""Nodes of a function, and single mistakes, up to which mistakes are combined."""

ALONE = frozenset(
    {
        *("term-kept", "variable-as-constant", "constant-as-variable", "other-variable-differentiated"),
        *("lowered-factor", "coefficient-twice", "coefficient-added", "product-mixed"),
        *("power-misread", "function-split-over-sum", "outer-at-variable"),
        *("inner-factor-added", "inner-factor-divided", "inner-not-differentiated"),
        *("differentiated-inside", "outer-not-differentiated"),
    }
)
"""Kinds that are not made throughout, nor two at a time: together they would explain anything."""

STRANGE = frozenset(
    {
        *("derivative-misremembered", "inverse-function", "inverse-as-reciprocal", "degrees", "integrated"),
        *("outer-at-inner-derivative", "parentheses-missing", "quotient-mixed", "sign-of-whole"),
    }
)
"""Kinds that are no half of an explanation of a short answer, like 2*x: something of theirs would be left in it."""
SHORT = 3
"""Nodes that a short answer has at most."""

BESIDE = frozenset(
    {
        *("inner-factor-added", "inner-factor-divided", "inner-not-differentiated"),
        *("outer-at-variable", "differentiated-inside", "outer-not-differentiated"),
        "other-variable-differentiated",
    }
)
"""Those of them that are looked for beside another kind all the same."""

CHAIN_RULES = [rule for rule in RULES if rule.view is views.chain and rule.kind not in ALONE]


def throughout(search: Search, tried: Sequence[Tried]) -> Iterator[Explanation]:
    """The same kind of mistake at every place where it can be made."""
    if len(search.function.nodes) > MAX_NODES_THROUGHOUT:
        return
    kept = [each.change for each in tried if each.change.rule.kind == "term-kept"]
    yield from (explained((change._replace(use=None),)) for change in kept if change.node.operation is None)
    groups: dict[Any, dict[Expression, Change]] = {}
    for change in sorted((each.change for each in tried), key=lambda change: RULE_ORDER[change.rule]):
        kind = change.rule.kind
        if change.use is None and kind not in ALONE and change.node.operation is not None:
            for key in (kind, change.rule, (change.rule, change.node.operation)):
                groups.setdefault(key, {}).setdefault(change.node, change)
    seen = set()
    for group in groups.values():
        changes = tuple(group.values())
        if len(changes) > 1 and changes not in seen:
            seen.add(changes)
            yield explained(changes)


RULE_ORDER = {rule: place for place, rule in enumerate(RULES)}


def pairs(search: Search, tried: Sequence[Tried]) -> Iterator[Explanation]:
    """Two mistakes at once that agree with the answer at the first point."""
    alone = _alone(search)
    usual = [each for each in tried if each.change.rule.kind not in alone]
    if len(search.function.nodes) > MAX_NODES_FOR_PAIRS or len(usual) > MAX_TRIED:
        return
    beside = [each for each in tried if _stands_beside(each.change, search.function)]
    yield from _in_one_place(search)
    yield from _side_by_side(search, usual, usual)
    yield from _side_by_side(search, usual, beside)
    yield from _above_each_other(search, usual)
    if "sign-of-whole" not in alone:
        yield from _with_the_sign(search, usual)


def _alone(search: Search) -> frozenset[str]:
    """The kinds that are not combined, given the answer."""
    return ALONE | STRANGE if len(wengert_list(search.answer)) <= SHORT else ALONE


def _scale(sample: Sample) -> float:
    return float(abs(sample.answer) + abs(sample.right))


def _in_one_place(search: Search) -> Iterator[Explanation]:
    """A wrong outer derivative and a wrong use of the inner one."""
    first = search.samples[0]
    gap, alone = first.answer - first.right, _alone(search)
    for node in search.function.nodes:
        for sight, rules in sights(node, search.function):
            if sight.inner is None or sight.inner.operation is None:
                continue
            for outer in rules:
                for use in CHAIN_RULES if outer.inner == "times" and outer.kind not in alone else ():
                    change = Change(node, _composed(outer, use), _widened(sight, node))
                    try:
                        wrong = change.slope(first.values, first.slopes)
                        move = first.weight(node, None) * (wrong - first.slopes.get(node, 0))
                    except UNKNOWN:
                        continue
                    if isfinite(move) and abs(gap - move) <= TOLERANCE * (_scale(first) + abs(move)):
                        # Both are told as if they stood alone: each its own wrong rule at the same place.
                        link = views.chain(node, search.function.active)
                        second = Change(node, use, link if link is not None else sight)
                        yield explained((change,))._replace(changes=(Change(node, outer, sight), second))


def _widened(sight: PatternMatch, node: Expression) -> PatternMatch:
    """The numbers of the outer rule, and beside them those of the inner one."""
    inner = sight.inner
    assert inner is not None

    def see(values: Values, slopes: Slopes) -> tuple[Any, ...]:
        return (*sight.see(values, slopes), values[inner], slopes.get(inner, 0), values[node])

    return PatternMatch(see, inner, sight.parts)


def _composed(outer: Rule, use: Rule) -> Rule:
    def wrong(*seen: Any) -> Any:
        return use.wrong(outer.wrong(*seen[:-3]), *seen[-3:])

    return outer._replace(wrong=wrong, inner=None)


def _stands_beside(change: Change, function: AnalyzedFunction) -> bool:
    """Whether it is one of the kinds that stand alone, made where it moves a term or a chain and no more."""
    kind = change.rule.kind
    if kind == "constant-as-variable":
        return place_of(change, function) not in function.active
    return kind in BESIDE or (kind == "term-kept" and change.node in terms_of(function.root))


def _side_by_side(search: Search, ones: Sequence[Tried], others: Sequence[Tried]) -> Iterator[Explanation]:
    """Pairs whose moves add up to what is to be explained, found among the sorted moves."""
    first = search.samples[0]
    gap, scale = first.answer - first.right, _scale(first)
    in_order = sorted(others, key=lambda each: each.move)
    moves = [each.move for each in in_order]
    for one in ones:
        wanted = gap - one.move
        slack = TOLERANCE * (scale + abs(one.move) + abs(wanted))
        if ones is others and wanted < one.move - slack:
            continue  # the other half of the pairs, once more
        place = bisect_left(moves, wanted - slack)
        while place < len(moves) and moves[place] <= wanted + slack:
            other = in_order[place].change
            if other.node is not one.change.node or other.use != one.change.use:
                yield explained((one.change, other))
            place += 1


def _above_each_other(search: Search, tried: Sequence[Tried]) -> Iterator[Explanation]:
    """One mistake, and a second one at a place that uses its result."""
    first = search.samples[0]
    gap, scale = first.answer - first.right, _scale(first)
    alone = _alone(search)
    seen_at = {node: sights(node, search.function) for node in first.reached if node.operation is not None}
    for one in tried:
        slopes = first.mistaken((one.change,))
        for node in first.reached:
            before, after = first.slopes.get(node, 0), slopes.get(node, 0)
            if node is one.change.node or node.operation is None or before == after:
                continue
            weight = first.weight(node, None)
            wanted = gap - one.move
            for sight, rules in seen_at[node]:
                try:
                    seen = sight.see(first.values, slopes)
                except UNKNOWN:
                    continue
                for rule in rules:
                    if rule.kind in alone:
                        continue
                    try:
                        move = weight * (with_inner(rule, sight, seen, slopes) - after)
                    except UNKNOWN:
                        continue
                    if abs(wanted - move) <= TOLERANCE * (scale + abs(one.move) + abs(move)) and isfinite(move):
                        yield explained((one.change, Change(node, rule, sight)))


def _with_the_sign(search: Search, tried: Sequence[Tried]) -> Iterator[Explanation]:
    """One mistake, and the sign of the whole is wrong too."""
    first = search.samples[0]
    wanted = -first.answer - first.right
    for one in tried:
        if abs(wanted - one.move) <= TOLERANCE * (_scale(first) + abs(one.move)):
            yield _negative(explained((one.change,)))


def _negative(explanation: Explanation) -> Explanation:
    def equation(sample: Sample) -> tuple[Any, Any]:
        left, right = explanation.equation(sample)
        return -left, right

    return explanation._replace(equation=equation, negative=True)
