"""Terms: a number times factors over factors, and the arithmetic that gathers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from diffcompare.expression import Expression, Number
from diffcompare.operations import exact_integer
from diffcompare.tidying.known import Known, is_total, never_zero
from diffcompare.wengert import listing

LARGEST_POWER = 64
"""Exponents up to which a power of a product becomes a product of powers."""
LARGEST_NUMBER = 10**30
"""Numerators and denominators up to which numbers are folded."""


class Term(NamedTuple):
    """coefficient * product of `over` / product of `under`; both map factors to exponents from 1 on."""

    coefficient: Fraction
    over: Mapping[Expression, int] = {}
    under: Mapping[Expression, int] = {}


Form: TypeAlias = tuple[Term, ...]
"""A sum of terms."""


def leaf_form(leaf: Expression) -> Form:
    if isinstance(leaf, Number) and leaf.digits < LARGEST_NUMBER and leaf.places <= 30:
        return (Term(Fraction(leaf.digits, 10**leaf.places)),)
    return (atom(leaf),)


def atom(node: Expression) -> Term:
    return Term(Fraction(1), {node: 1})


def negated(term: Term) -> Term:
    return term._replace(coefficient=-term.coefficient)


def product(a: Term, b: Term, known: Known) -> Term:
    return _reduced(Term(a.coefficient * b.coefficient, _merged(a.over, b.over), _merged(a.under, b.under)), known)


def quotient(a: Term, b: Term, node: Expression, known: Known) -> Term:
    if b.coefficient == 0:
        return atom(node)
    inverse = Term(1 / b.coefficient, b.under, b.over)
    return product(a, inverse, known)


def power(base: Term, exponent: Expression, node: Expression) -> Term:
    n = exact_integer(exponent)
    assert n is not None
    if n == 0:
        return Term(Fraction(1))
    if abs(n) > LARGEST_POWER or (base.coefficient == 0 and n < 0):
        return atom(node)
    over, under = ({factor: k * abs(n) for factor, k in part.items()} for part in (base.over, base.under))
    return Term(base.coefficient**n, over, under) if n > 0 else Term(base.coefficient**n, under, over)


def _merged(a: Mapping[Expression, int], b: Mapping[Expression, int]) -> Mapping[Expression, int]:
    if not a or not b:
        return a or b
    merged = dict(a)
    for factor, exponent in b.items():
        merged[factor] = merged.get(factor, 0) + exponent
    return merged


def _reduced(term: Term, known: Known) -> Term:
    """The term without the factors that stand above and below the line and are never 0."""
    common = [factor for factor in term.over if factor in term.under and never_zero(factor, known)]
    if not common:
        return term
    over, under = dict(term.over), dict(term.under)
    for factor in common:
        least = min(over[factor], under[factor])
        for part in (over, under):
            part[factor] -= least
            if part[factor] == 0:
                del part[factor]
    return Term(term.coefficient, over, under)


def collected(terms: Iterable[Term], known: Known) -> Form:
    """Like terms added; a sum of 0 is dropped where its factors are defined."""
    found: dict[tuple[frozenset[tuple[Expression, int]], ...], Term] = {}
    for term in terms:
        key = (frozenset(term.over.items()), frozenset(term.under.items()))
        earlier = found.get(key)
        found[key] = term if earlier is None else earlier._replace(coefficient=earlier.coefficient + term.coefficient)
    kept = tuple(term for term in found.values() if term.coefficient or not is_defined(term, known))
    return kept or (Term(Fraction(0)),)


def is_defined(term: Term, known: Known) -> bool:
    factors = listing(*term.over, *term.under)
    if any(factor not in known.nonzero for factor in term.under):
        return False
    return all(is_total(factor) or factor in known.defined for factor in factors)
