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
    over = _raised(_merged(a.over, b.over), known)
    return _reduced(Term(a.coefficient * b.coefficient, over, _merged(a.under, b.under)), known)


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


def _raised(factors: Mapping[Expression, int], known: Known) -> Mapping[Expression, int]:
    """u*u^(v - 1) is u^v, where the original has u^v: there u is 0 only where that has no value."""
    for factor in factors:
        whole = _whole_power(factor)
        if whole is None or whole not in known.defined or factors.get(whole.arguments[0], 0) < 1:
            continue
        rest = dict(factors)
        for gone in (factor, whole.arguments[0]):
            rest[gone] -= 1
            if rest[gone] == 0:
                del rest[gone]
        rest[whole] = rest.get(whole, 0) + 1
        return rest
    return factors


def _whole_power(factor: Expression) -> Expression | None:
    """u^v for u^(v - 1)."""
    if factor.operation is None or factor.operation.name != "^":
        return None
    base, exponent = factor.arguments
    if exponent.operation is None or exponent.operation.name != "-" or exponent.arguments[1] is not Number(1):
        return None
    return factor.operation(base, exponent.arguments[0])  # type: ignore[no-any-return]


def common_power(form: Form) -> tuple[Expression, Form] | None:
    """A power with the variable in its exponent that all terms of a sum have, and the sum without it."""
    if len(form) < 2:
        return None
    for factor, exponent in form[0].over.items():
        is_power = factor.operation is not None and factor.operation.name == "^" and factor.arguments[1].varies
        if is_power and exponent == 1 and all(term.over.get(factor) == 1 for term in form):
            return factor, tuple([term._replace(over=_without(term.over, factor)) for term in form])
    return None


def _without(factors: Mapping[Expression, int], gone: Expression) -> Mapping[Expression, int]:
    return {factor: exponent for factor, exponent in factors.items() if factor is not gone}


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
