"""Combined mistakes: the same one made throughout, and two different ones at once.

Two mistakes of which neither uses the result of the other change the derivative by the sum of their single effects.
Where one node lies above the other, the upper mistake is made with the tangents that the lower one has left, which
takes a forward sweep for every lower one.  And at a single node, a wrong outer derivative can meet a wrong chain rule.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import isfinite
from typing import Any

from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.messages import site_of
from diffcompare.misconceptions.pattern_matching import PatternMatch, Tangents, Values
from diffcompare.misconceptions.patterns import COMPOSITION
from diffcompare.misconceptions.points import NO_VALUE, AnalyzedFunction, Change, Sample
from diffcompare.misconceptions.rules import RULES
from diffcompare.misconceptions.search import (
    TOLERANCE,
    Explanation,
    Search,
    Trial,
    explanation_by,
    matches,
    wrong_derivatives,
)
from diffcompare.misconceptions.terms import signed_terms

MAX_NODES_THROUGHOUT = 400  # of a function, for the same mistake at every node
MAX_NODES_FOR_TWO, MAX_TRIALS_FOR_TWO = 80, 900  # nodes of a function and single mistakes, for combinations of two
MAX_SHORT_NODES = 3  # of a short answer

# Kinds that are neither made throughout nor combined: together they would explain anything.
NEVER_COMBINED = frozenset(
    {
        *("term-kept", "variable-as-constant", "constant-as-variable", "other-variable-differentiated"),
        *("lowered-factor", "coefficient-twice", "coefficient-added", "product-mixed"),
        *("power-misread", "function-split-over-sum", "outer-at-variable"),
        *("inner-factor-added", "inner-factor-divided", "inner-not-differentiated"),
        *("differentiated-inside", "outer-not-differentiated"),
    }
)

# Kinds that are never half of an explanation of a short answer, like 2*x: they would leave a trace in it.
NOT_FOR_SHORT_ANSWERS = frozenset(
    {
        *("derivative-misremembered", "inverse-function", "inverse-as-reciprocal", "degrees", "integrated"),
        *("outer-at-inner-derivative", "parentheses-missing", "quotient-mixed", "sign-of-whole"),
    }
)

# Those kinds of NEVER_COMBINED that may still occur with an independent mistake of another kind.
COMBINED_SIDE_BY_SIDE = frozenset(
    {
        *("inner-factor-added", "inner-factor-divided", "inner-not-differentiated"),
        *("outer-at-variable", "differentiated-inside", "outer-not-differentiated"),
        "other-variable-differentiated",
    }
)

CHAIN_RULES = [  # that take the outer derivative, right or wrong, and make of it something else
    rule
    for rule in RULES
    if rule.pattern is COMPOSITION and "outer" in rule.parameters and rule.kind not in NEVER_COMBINED
]
RULE_ORDER = {rule: index for index, rule in enumerate(RULES)}


def made_throughout(search: Search, trials: Sequence[Trial]) -> Iterator[Explanation]:
    """Yield explanations by the same mistake, or kind of mistake, at every node where it can be made."""
    if len(search.function.nodes) > MAX_NODES_THROUGHOUT:
        return
    kept = [trial.change for trial in trials if trial.change.rule.kind == "term-kept"]
    yield from (explanation_by((change._replace(use=None),)) for change in kept if change.node.operation is None)
    groups: dict[Any, dict[Expression, Change]] = {}
    for change in sorted((trial.change for trial in trials), key=lambda change: RULE_ORDER[change.rule]):
        kind = change.rule.kind
        if change.use is None and kind not in NEVER_COMBINED and change.node.operation is not None:
            for key in (kind, change.rule, (change.rule, change.node.operation)):
                groups.setdefault(key, {}).setdefault(change.node, change)
    yielded = set()
    for group in groups.values():
        changes = tuple(group.values())
        if len(changes) > 1 and changes not in yielded:
            yielded.add(changes)
            yield explanation_by(changes)


def combinations(search: Search, trials: Sequence[Trial]) -> Iterator[Explanation]:
    """Yield explanations by two mistakes at once that give the answer at the first point.

    `trials` are all single mistakes with their effects.
    """
    excluded = _never_combined(search)
    usual = [trial for trial in trials if trial.change.rule.kind not in excluded]
    if len(search.function.nodes) > MAX_NODES_FOR_TWO or len(usual) > MAX_TRIALS_FOR_TWO:
        return
    beside = [trial for trial in trials if _combines_side_by_side(trial.change, search.function)]
    yield from _at_one_node(search)
    yield from _independent(search, usual, usual)
    yield from _independent(search, usual, beside)
    yield from _nested(search, usual)
    if "sign-of-whole" not in excluded:
        yield from _with_wrong_sign(search, usual)


def _never_combined(search: Search) -> frozenset[str]:
    """Return the kinds that are not combined, given the answer."""
    is_short = len(wengert_list(search.answer)) <= MAX_SHORT_NODES
    return NEVER_COMBINED | NOT_FOR_SHORT_ANSWERS if is_short else NEVER_COMBINED


def _scale(sample: Sample) -> float:
    return float(abs(sample.answer) + abs(sample.right))


def _at_one_node(search: Search) -> Iterator[Explanation]:
    """Yield explanations by a wrong outer derivative together with a wrong chain rule at the same node."""
    first, excluded = search.samples[0], _never_combined(search)
    discrepancy = first.answer - first.right
    for node in search.function.nodes:
        for match, rules in matches(node, search.function):
            if match.inner is None or match.inner.operation is None:
                continue
            outer_rules = [rule for rule in rules if rule.inner == "times" and rule.kind not in excluded]
            for outer, chain_rule in product(outer_rules, CHAIN_RULES):
                change = _both(node, match, outer, chain_rule)
                try:
                    wrong = change.wrong_derivative(first.values, first.tangents)
                    effect = first.adjoint_through(node, None) * (wrong - first.tangents.get(node, 0))
                except NO_VALUE:
                    continue
                if isfinite(effect) and abs(discrepancy - effect) <= TOLERANCE * (_scale(first) + abs(effect)):
                    # In words they are two mistakes, each with its own wrong rule at the same node.
                    composition = COMPOSITION(node, search.function.active)
                    second = Change(node, chain_rule, composition if composition is not None else match)
                    yield explanation_by((change,))._replace(changes=(Change(node, outer, match), second))


def _both(node: Expression, match: PatternMatch, outer: Rule, chain_rule: Rule) -> Change:
    """Return the change by which a wrong chain rule is applied to a wrong outer derivative."""
    inner = match.inner
    assert inner is not None

    def wrong(values: Values, tangents: Tangents) -> Any:
        derivative = outer.apply(match.bind(values, tangents))
        return chain_rule.apply({"outer": derivative, "u": values[inner], "du": tangents.get(inner, 0)})

    rule = outer._replace(wrong=lambda wrong: wrong, inner=None)
    return Change(node, rule, replace(match, numbers={"wrong": wrong}))


def _combines_side_by_side(change: Change, function: AnalyzedFunction) -> bool:
    """Tell whether a mistake of NEVER_COMBINED affects only one term or one composition, so that it may be combined."""
    kind = change.rule.kind
    if kind == "constant-as-variable":
        return site_of(change, function) not in function.active
    return kind in COMBINED_SIDE_BY_SIDE or (kind == "term-kept" and change.node in signed_terms(function.root))


def _independent(search: Search, trials: Sequence[Trial], others: Sequence[Trial]) -> Iterator[Explanation]:
    """Yield explanations by two mistakes whose effects add up to the discrepancy, found by bisection."""
    first = search.samples[0]
    discrepancy, scale = first.answer - first.right, _scale(first)
    in_order = sorted(others, key=lambda trial: trial.effect)
    effects = [trial.effect for trial in in_order]
    for trial in trials:
        missing = discrepancy - trial.effect
        slack = TOLERANCE * (scale + abs(trial.effect) + abs(missing))
        if trials is others and missing < trial.effect - slack:
            continue  # the pair comes up once more with its mistakes exchanged
        index = bisect_left(effects, missing - slack)
        while index < len(effects) and effects[index] <= missing + slack:
            other = in_order[index].change
            if other.node is not trial.change.node or other.use != trial.change.use:
                yield explanation_by((trial.change, other))
            index += 1


def _nested(search: Search, trials: Sequence[Trial]) -> Iterator[Explanation]:
    """Yield explanations by one mistake, and a second one at a node that uses its result."""
    first, excluded = search.samples[0], _never_combined(search)
    discrepancy, scale = first.answer - first.right, _scale(first)
    for trial in trials:
        tangents = first.tangents_with((trial.change,))
        missing = discrepancy - trial.effect
        for node in first.reached:
            before, after = first.tangents.get(node, 0), tangents.get(node, 0)
            if node is trial.change.node or node.operation is None or before == after:
                continue
            adjoint = first.adjoint_through(node, None)
            for match, rule, wrong in wrong_derivatives(node, search.function, first.values, tangents, excluded):
                try:
                    effect = adjoint * (wrong - after)
                except NO_VALUE:
                    continue
                if abs(missing - effect) <= TOLERANCE * (scale + abs(trial.effect) + abs(effect)) and isfinite(effect):
                    yield explanation_by((trial.change, Change(node, rule, match)))


def _with_wrong_sign(search: Search, trials: Sequence[Trial]) -> Iterator[Explanation]:
    """Yield explanations by one mistake and a wrong sign of the whole derivative."""
    first = search.samples[0]
    discrepancy = -first.answer - first.right
    for trial in trials:
        if abs(discrepancy - trial.effect) <= TOLERANCE * (_scale(first) + abs(trial.effect)):
            yield _negative(explanation_by((trial.change,)))


def _negative(explanation: Explanation) -> Explanation:
    """Return the explanation with a wrong sign of the whole added to it."""

    def equation(sample: Sample) -> tuple[Any, Any]:
        left, right = explanation.equation(sample)
        return -left, right

    return explanation._replace(equation=equation, negative=True)
