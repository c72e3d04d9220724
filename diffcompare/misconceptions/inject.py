"""Fault injection: wrong derivatives made by a known mistake, for the examples of the kinds and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from diffcompare.language.differentiation_rules import ZERO
from diffcompare.language.expression import Constant, Expression, Variable, apply, lift
from diffcompare.language.operations import add, exp, ln, sin, sqrt
from diffcompare.language.parser import parse
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import replace_nodes, variables, wengert_list
from diffcompare.misconceptions.kinds import KINDS, Example
from diffcompare.misconceptions.messages import Formulas, tidied
from diffcompare.misconceptions.points import NO_VALUE, AnalyzedFunction, Change
from diffcompare.misconceptions.rules import RULES
from diffcompare.misconceptions.search import matches
from diffcompare.misconceptions.whole_answer import differentiate, simpler_readings
from diffcompare.numeric.evaluate import is_number, value_at


class InjectedMistake(NamedTuple):
    """A wrong derivative, and the change that was made in it; None for a mistake about the derivative as a whole."""

    kind: str
    answer: Expression
    change: Change | None = None


def example_of(slug: str) -> Example:
    """Return the example of a kind, with its wrong answer computed by the wrong rule.

    Raises:
        KeyError: There is no kind with this slug.
    """
    text, by = KINDS[slug].function
    expression = parse(text)
    wrong = [injected for injected in inject_mistakes(expression, by) if injected.kind == slug]
    keeps_decimals = slug == "rounded-constant"  # simplified, they would become fractions
    first = min(wrong, key=lambda injected: -1 if injected.change is None else RULES.index(injected.change.rule)).answer
    return Example(text, by, to_text(first if keeps_decimals else tidied(first, expression) or first))


def inject_mistakes(expression: Expression, by: str) -> Iterator[InjectedMistake]:
    """Yield the derivative with each single mistake made at each node, unsimplified."""
    function = AnalyzedFunction(expression, by)
    formulas = Formulas(function)
    right = differentiate(expression, by)
    for node in reversed(function.nodes):
        uses = function.possible_uses(node)
        for match, rules in matches(node, function):
            for rule in rules:
                for use in uses:
                    change = Change(node, rule, match, use)
                    try:
                        answer = formulas.wrong_derivative_of_root((change,))
                    except NO_VALUE:
                        continue
                    if answer is not right:
                        yield InjectedMistake(rule.kind, answer, change)
    yield from _about_the_whole(expression, by)


def _about_the_whole(expression: Expression, by: str) -> Iterator[InjectedMistake]:
    """Yield the answers that mistakes about the derivative as a whole lead to."""
    right = differentiate(expression, by)
    if right is ZERO:
        return
    for kind, formula in WHOLE_ANSWER.items():
        answer = formula(expression, by, right)
        if answer is not right:
            yield InjectedMistake(kind, answer)
    others = [differentiate(expression, name) for name in variables(wengert_list(expression)) if name != by]
    for other in others:
        yield InjectedMistake("swapped-partials", other)
    if others:
        total = right
        for other in others:
            total = total + other
        yield InjectedMistake("total-instead-of-partial", total)


WHOLE_ANSWER: Mapping[str, Callable[[Expression, str, Expression], Expression]] = {
    "sign-of-whole": lambda f, by, right: -right,
    "not-differentiated": lambda f, by, right: f,
    "treated-as-constant": lambda f, by, right: ZERO,
    "second-derivative": lambda f, by, right: differentiate(right, by),
    "logarithmic-derivative": lambda f, by, right: right / f,
    "reciprocal-of-derivative": lambda f, by, right: 1 / right,
    "one-branch": lambda f, by, right: _one_branch(f, by) or right,
    "coefficient-wrong": lambda f, by, right: 2 * right,
    "constant-added": lambda f, by, right: right + 1,
    "rounded-constant": lambda f, by, right: _round_constants(tidied(right, f) or right),
    "term-missing": lambda f, by, right: _with_last_term(tidied(right, f) or right, lambda t: t * Variable(by)),
    "term-extra": lambda f, by, right: _with_last_term(tidied(right, f) or right, lambda t: t + t * Variable(by)),
}


def _one_branch(f: Expression, by: str) -> Expression | None:
    """Return the derivative of the function in which an `if`, or a maximum, is replaced by its first branch."""
    active = AnalyzedFunction(f, by).active
    for node in wengert_list(f):
        for _, kind, part in simpler_readings(node, active):
            if kind == "one-branch":
                return differentiate(replace_nodes([f], {node: part})[0], by)
    return None


def _with_last_term(total: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return a sum with its last term changed; any other formula as it is."""
    if total.operation is not add:
        return total
    first, last = total.arguments
    return first + change(last)


def _round_constants(formula: Expression) -> Expression:
    """Return the formula with every irrational constant rounded to four digits."""
    rebuilt: dict[Expression, Expression] = {}
    for node in wengert_list(formula):
        if node.operation is not None:
            rebuilt[node] = apply(node.operation, tuple(rebuilt[argument] for argument in node.arguments))
        else:
            rebuilt[node] = node
        if not node.varies and (isinstance(node, Constant) or node.operation in (ln, sqrt, sin, exp)):
            value = value_at(rebuilt[node], {})
            if is_number(value):
                rebuilt[node] = lift(float(f"{value:.4g}"))
    return rebuilt[formula]
