"""Mistakes about the whole derivative rather than about a place in the function."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from diffcompare.backends.textbook_rules import ZERO, derivatives_of
from diffcompare.expression import Expression, Variable
from diffcompare.mistakes.sample import Sample
from diffcompare.mistakes.search import Explanation, Search
from diffcompare.sweeps import NotDifferentiable
from diffcompare.wengert import listing, variables

LARGEST = 300
"""Nodes up to which second derivatives, and the derivative of the answer, are looked at."""


def wholes(search: Search) -> Iterator[Explanation]:
    """Every mistake about the whole, as an equation that holds if it was made."""
    root, by = search.function.root, search.function.by
    names = [name for name in variables(search.function.nodes) if name != by]
    yield Explanation("sign-of-whole", lambda s: (-s.right, s.answer), "the sign of the whole derivative is wrong")
    yield Explanation(
        "not-differentiated", lambda s: (s.values[root], s.answer), "this is the function itself, not its derivative"
    )
    yield Explanation(
        "treated-as-constant",
        lambda s: (s.answer, s.answer * 0),
        f"the whole function is treated as a constant, but it depends on {by}",
    )
    for name in names:
        yield Explanation(
            "swapped-partials",
            partial(_adjoint, name),
            f"this is the partial derivative by {name}, not by {by}",
        )
    if names:
        yield Explanation(
            "total-instead-of-partial",
            lambda s: (s.right + sum(s.adjoints.get(Variable(name), 0) for name in names), s.answer),
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} differentiated too: for the partial derivative "
            f"by {by} {'it is' if len(names) == 1 else 'they are'} held constant",
        )
    yield Explanation(
        "logarithmic-derivative",
        lambda s: (s.right, s.answer * s.values[root]),
        "this is the derivative divided by the function: the derivative of its logarithm",
    )
    yield Explanation(
        "reciprocal-of-derivative", lambda s: (s.one, s.answer * s.right), "this is 1 over the derivative"
    )
    yield from _of_other_orders(search)


def _adjoint(name: str, sample: Sample) -> tuple[Any, Any]:
    return sample.adjoints.get(Variable(name), 0), sample.answer


def _of_other_orders(search: Search) -> Iterator[Explanation]:
    """The second derivative, and the integral: an answer whose own derivative is the function."""
    root, by = search.function.root, search.function.by
    if len(search.function.nodes) > LARGEST or len(listing(search.answer)) > LARGEST:
        return
    try:
        second = _derivative(_derivative(root, by), by)
        yield Explanation(
            "second-derivative", lambda s: (s.evaluate(second), s.answer), "this is the second derivative"
        )
        primitive = _derivative(search.answer, by)
        yield Explanation(
            "integrated",
            lambda s: (s.evaluate(primitive), s.values[root]),
            "this is an antiderivative: the function was integrated, not differentiated",
        )
    except NotDifferentiable:
        return


def _derivative(expression: Expression, by: str) -> Expression:
    return derivatives_of(listing(expression), by).get(expression, ZERO)
