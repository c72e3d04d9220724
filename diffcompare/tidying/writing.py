"""Terms written as expressions again."""

from __future__ import annotations

from collections.abc import Mapping

from diffcompare.expression import Expression, Number, lift
from diffcompare.operations import raise_to
from diffcompare.tidying.terms import Form, Term

ZERO, ONE = Number(0), Number(1)


def build(form: Form, decimals: bool) -> Expression:
    """The sum of the terms, in their order."""
    total: Expression | None = None
    for term in form:
        if total is None:
            total = _written(term, decimals, negative=term.coefficient < 0)
        else:
            size = _written(term, decimals)
            total = total - size if term.coefficient < 0 else total + size
    return ZERO if total is None else total


def _written(term: Term, decimals: bool, *, negative: bool = False) -> Expression:
    """The size of the term as one fraction, with a minus before its first factor if it is `negative`."""
    numerator, denominator = abs(term.coefficient.numerator), term.coefficient.denominator
    front: Expression = lift(numerator)
    if decimals and denominator > 1:
        decimal = _decimal(numerator, denominator)
        if decimal is not None:
            front, denominator = decimal, 1
    above = _multiplied(front, term.over, negative)
    below = _multiplied(lift(denominator), term.under)
    return above if below is ONE else above / below


def _multiplied(front: Expression, factors: Mapping[Expression, int], negative: bool = False) -> Expression:
    """The number and the factors; letters come before functions and sums, otherwise the order is kept."""
    powers = [factor if exponent == 1 else raise_to(factor, exponent) for factor, exponent in _ordered(factors)]
    if front is not ONE or not powers:
        powers = [front, *powers]
    product = -powers[0] if negative else powers[0]
    for power in powers[1:]:
        product = product * power
    return product


def _ordered(factors: Mapping[Expression, int]) -> list[tuple[Expression, int]]:
    return sorted(factors.items(), key=lambda item: item[0].operation is not None)


def _decimal(numerator: int, denominator: int) -> Number | None:
    """The fraction as a decimal, if it ends within 30 places."""
    for places in range(1, 31):
        scaled, rest = divmod(numerator * 10**places, denominator)
        if rest == 0:
            return Number(scaled, places)
    return None
