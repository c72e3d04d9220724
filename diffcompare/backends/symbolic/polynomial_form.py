"""Polynomials in one variable as Table 1 of the survey writes them, and their derivatives.  Worker process only.

There (Baydin et al. 2018, Table 1) a polynomial is the product of its factors, the unsimplified derivative is the
result of the product rule, and the simplified one has a common number in front.  sympy finds the factors; the terms are
put together here, because sympy orders them otherwise: powers ascend, a factor begins with a positive number, and
simple factors come before those of a higher degree or power.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Any, NamedTuple, TypeAlias

import sympy

from diffcompare.backends.symbolic.from_sympy import rational
from diffcompare.backends.symbolic.to_sympy import CannotConvert
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import multiply, raise_to

Coefficients: TypeAlias = tuple[Fraction, ...]  # of a polynomial, the constant term first; the last one is not 0

X: Coefficients = (Fraction(0), Fraction(1))


class PolynomialFactor(NamedTuple):
    """A polynomial to a power."""

    of: Coefficients
    power: int


class PolynomialTerm(NamedTuple):
    """A number times factors."""

    number: Fraction
    factors: tuple[PolynomialFactor, ...]


def table_row(expression: Any, symbol: Any, name: str) -> dict[str, Expression]:
    """Return a polynomial in factors, and its derivative by the product rule and simplified.

    Raises CannotConvert for anything but a polynomial with rational coefficients.
    """
    variable = Variable(name)
    polynomial = _polynomial(expression, symbol)
    factored = _factored(polynomial)
    return {
        "factored": _written(factored, variable),
        "unsimplified": _sum(_product_rule(factored), variable),
        "simplified": _simplified(_coefficients(polynomial.diff(symbol)), variable),
    }


def _polynomial(expression: Any, symbol: Any) -> Any:
    try:
        return sympy.Poly(expression, symbol, domain=sympy.QQ)
    except (sympy.PolynomialError, sympy.CoercionFailed):
        raise CannotConvert("not a polynomial with rational coefficients") from None


def _coefficients(polynomial: Any) -> Coefficients:
    return tuple([Fraction(int(number.p), int(number.q)) for number in reversed(polynomial.all_coeffs())])


def _factored(polynomial: Any) -> PolynomialTerm:
    """Return the factors in order, each with its lowest coefficient positive unless that needs a minus in front."""
    content, powers = polynomial.factor_list()
    number, factors = Fraction(int(content.p), int(content.q)), []
    for factor, power in powers:
        coefficients = _coefficients(factor)
        if _lowest(coefficients) < 0:
            coefficients, number = _negated(coefficients), number * (-1) ** power
        factors.append(PolynomialFactor(coefficients, power))
    factors.sort(key=lambda factor: (*_sort_key(factor), factor.of))
    odd = [i for i, factor in enumerate(factors) if factor.power % 2 and len([c for c in factor.of if c]) > 1]
    if number < 0 and odd:  # -2 + x^2 reads better than -(2 - x^2)
        number, factors[odd[-1]] = -number, PolynomialFactor(_negated(factors[odd[-1]].of), factors[odd[-1]].power)
    return PolynomialTerm(number, tuple(factors))


def _lowest(coefficients: Coefficients) -> Fraction:
    return next((coefficient for coefficient in coefficients if coefficient), Fraction(0))


def _negated(coefficients: Coefficients) -> Coefficients:
    return tuple([-coefficient for coefficient in coefficients])


def _sort_key(factor: PolynomialFactor) -> tuple[bool, int, int]:
    """Sort key of factors: powers of the variable come first, then simple factors."""
    return factor.of != X, len(factor.of), factor.power


def _product_rule(product: PolynomialTerm) -> list[PolynomialTerm]:
    """Apply (u v w)' = u' v w + u v' w + u v w'; terms whose inner derivative is a sum come first, as in Table 1."""
    terms: list[PolynomialTerm] = []
    sums: list[PolynomialTerm] = []
    for i, (of, power) in enumerate(product.factors):
        inner = tuple([k * coefficient for k, coefficient in enumerate(of)][1:])
        rest = [
            *product.factors[:i],
            *product.factors[i + 1 :],
            *([PolynomialFactor(of, power - 1)] if power > 1 else []),
        ]
        is_sum = len([coefficient for coefficient in inner if coefficient]) > 1
        number = product.number * power * (1 if is_sum else inner[-1])
        rest += (
            [PolynomialFactor(inner, 1)] if is_sum else [PolynomialFactor(X, len(inner) - 1)] if len(inner) > 1 else []
        )
        (sums if is_sum else terms).append(PolynomialTerm(number, _gathered(rest)))
    return sums + terms


def _gathered(factors: Sequence[PolynomialFactor]) -> tuple[PolynomialFactor, ...]:
    """Gather equal factors, and order them with simple ones first."""
    powers: dict[Coefficients, int] = {}
    for of, power in factors:
        powers[of] = powers.get(of, 0) + power
    return tuple(sorted([PolynomialFactor(of, power) for of, power in powers.items()], key=_sort_key))


# --- Expressions ------------------------------------------------------------------------------------------------------


def _sum(terms: Iterable[PolynomialTerm], variable: Expression) -> Expression:
    total: Expression | None = None
    for term in terms:
        if total is None:
            total = _written(term, variable)
        else:
            size = _written(term._replace(number=abs(term.number)), variable)
            total = total - size if term.number < 0 else total + size
    return Number(0) if total is None else total


def _written(term: PolynomialTerm, variable: Expression) -> Expression:
    """Write the number and the factors; 1 is written only where it is alone, and -1 only as a sign."""
    number = term.number
    factors = [_power(_base(factor.of, variable), factor.power) for factor in term.factors]
    if abs(number) != 1 or not factors:
        factors = [rational(sympy.Rational(number.numerator, number.denominator)), *factors]
    elif number < 0:
        factors[0] = -factors[0]
    return reduce(multiply, factors)


def _base(coefficients: Coefficients, variable: Expression) -> Expression:
    return variable if coefficients == X else _multiplied_out(coefficients, variable)


def _power(base: Expression, exponent: int) -> Expression:
    return base if exponent == 1 else raise_to(base, exponent)


def _multiplied_out(coefficients: Coefficients, variable: Expression) -> Expression:
    """Write a polynomial in ascending powers."""
    terms = [(number, power) for power, number in enumerate(coefficients) if number]
    return _sum([PolynomialTerm(number, (PolynomialFactor(X, k),) if k else ()) for number, k in terms], variable)


def _simplified(coefficients: Coefficients, variable: Expression) -> Expression:
    """Write a polynomial multiplied out, with a common number in front if it saves digits: 4 - 8x, 16(1 - 10x ...)."""
    present = [number for number in coefficients if number]
    if len(present) < 2:
        return _multiplied_out(coefficients, variable)
    common = Fraction(gcd(*[number.numerator for number in present]), lcm(*[number.denominator for number in present]))
    reduced = tuple([number / common for number in coefficients])
    if _digits([common, *reduced]) >= _digits(coefficients):
        return _multiplied_out(coefficients, variable)
    return _written(PolynomialTerm(common, (PolynomialFactor(reduced, 1),)), variable)


def _digits(numbers: Iterable[Fraction]) -> int:
    texts = [str(abs(number)) for number in numbers if number]
    return sum([len(text.replace("/", "")) for text in texts])
