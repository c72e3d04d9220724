"""Wrong answers made to order: a mistake of the table planted in a function.  Examples and tests are made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from diffcompare.language.differentiation_rules import ZERO
from diffcompare.language.expression import Constant, Expression, Variable, apply, lift
from diffcompare.language.parser import parse
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.kinds import KINDS, Example
from diffcompare.misconceptions.messages import Formulas, tidied
from diffcompare.misconceptions.patterns import operation_name
from diffcompare.misconceptions.points import UNKNOWN, AnalyzedFunction, Change
from diffcompare.misconceptions.rules import RULES
from diffcompare.misconceptions.search import sights
from diffcompare.misconceptions.simplified import derivative, simpler, with_part
from diffcompare.numeric.evaluate import is_number, value_at


class Planted(NamedTuple):
    """A wrong derivative, and the mistake that was made in it; None for one about the whole."""

    kind: str
    answer: Expression
    change: Change | None = None


def example_of(slug: str) -> Example:
    """The example of a kind, its wrong answer computed by the wrong rule.  Raises KeyError for an unknown slug."""
    text, by = KINDS[slug].function
    expression = parse(text)
    wrong = [planted for planted in planted_in(expression, by) if planted.kind == slug]
    as_it_is = slug == "rounded-constant"  # tidied, its decimals would become fractions
    first = min(wrong, key=lambda planted: -1 if planted.change is None else RULES.index(planted.change.rule)).answer
    return Example(text, by, to_text(first if as_it_is else tidied(first, expression) or first))


def planted_in(expression: Expression, by: str) -> Iterator[Planted]:
    """Every mistake at every place: the wrong answers as they come out of the rules, not tidied."""
    function = AnalyzedFunction(expression, by)
    formulas = Formulas(function)
    right = derivative(expression, by)
    for node in reversed(function.nodes):
        uses = function.places_of(node)
        for sight, rules in sights(node, function):
            for rule in rules:
                for use in uses:
                    change = Change(node, rule, sight, use)
                    try:
                        answer = formulas.planted((change,))
                    except UNKNOWN:
                        continue
                    if answer is not right:
                        yield Planted(rule.kind, answer, change)
    yield from _wholes(expression, by)


def _wholes(expression: Expression, by: str) -> Iterator[Planted]:
    right = derivative(expression, by)
    if right is ZERO:
        return
    for kind, formula in WHOLE.items():
        answer = formula(expression, by, right)
        if answer is not right:
            yield Planted(kind, answer)
    others = [derivative(expression, name) for name in variables(wengert_list(expression)) if name != by]
    for other in others:
        yield Planted("swapped-partials", other)
    if others:
        total = right
        for other in others:
            total = total + other
        yield Planted("total-instead-of-partial", total)


WHOLE: Mapping[str, Callable[[Expression, str, Expression], Expression]] = {
    "sign-of-whole": lambda f, by, right: -right,
    "not-differentiated": lambda f, by, right: f,
    "treated-as-constant": lambda f, by, right: ZERO,
    "second-derivative": lambda f, by, right: derivative(right, by),
    "logarithmic-derivative": lambda f, by, right: right / f,
    "reciprocal-of-derivative": lambda f, by, right: 1 / right,
    "one-branch": lambda f, by, right: _one_branch(f, by) or right,
    "coefficient-wrong": lambda f, by, right: 2 * right,
    "constant-added": lambda f, by, right: right + 1,
    "rounded-constant": lambda f, by, right: _rounded(tidied(right, f) or right),
    "term-missing": lambda f, by, right: _with_last_term(tidied(right, f) or right, lambda t: t * Variable(by)),
    "term-extra": lambda f, by, right: _with_last_term(tidied(right, f) or right, lambda t: t + t * Variable(by)),
}


def _one_branch(f: Expression, by: str) -> Expression | None:
    """The derivative of the function in which an `if`, or a maximum, is replaced by its first branch."""
    found = (
        each
        for node in wengert_list(f)
        for each in simpler(node, AnalyzedFunction(f, by).active)
        if each[1] == "one-branch"
    )
    return next((derivative(with_part(f, node, part), by) for node, _, part in found), None)


def _with_last_term(total: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """A sum whose last term is replaced; any other formula as it is."""
    if operation_name(total) != "+":
        return total
    first, last = total.arguments
    return first + change(last)


def _rounded(formula: Expression) -> Expression:
    """The formula with four digits of every constant that is no fraction."""
    built: dict[Expression, Expression] = {}
    for node in wengert_list(formula):
        if node.operation is not None:
            built[node] = apply(node.operation, tuple(built[argument] for argument in node.arguments))
        else:
            built[node] = node
        if not node.varies and (isinstance(node, Constant) or operation_name(node) in ("ln", "sqrt", "sin", "exp")):
            value = value_at(built[node], {})
            if is_number(value):
                built[node] = lift(float(f"{value:.4g}"))
    return built[formula]
