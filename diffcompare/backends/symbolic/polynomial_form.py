"""A polynomial in one variable and its derivative as Table 1 of the survey writes them.  Worker process only.

There (Baydin et al. 2018, Table 1) a polynomial is a product of its factors, the unsimplified derivative is what the
product rule makes of them, and the simplified one has the common number in front.  sympy finds the factors; what is
written down is put together here, for sympy has an order of its own: powers ascend, a factor begins with a positive
number, simple factors come before those of a higher degree or power.
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

Coefficients: TypeAlias = tuple[Fraction, ...]
"""Of a polynomial, from the constant on; the last one is not 0."""

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
    """The polynomial factored, and its derivative by the product rule and simplified.

    Raises CannotConvert for what is no polynomial with rational coefficients.
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
    return tuple([Fraction(int(each.p), int(each.q)) for each in reversed(polynomial.all_coeffs())])


def _factored(polynomial: Any) -> PolynomialTerm:
    """The factors in their order, each with its lowest coefficient positive, if that needs no minus in front."""
    content, found = polynomial.factor_list()
    number, factors = Fraction(int(content.p), int(content.q)), []
    for each, power in found:
        coefficients = _coefficients(each)
        if _lowest(coefficients) < 0:
            coefficients, number = _negated(coefficients), number * (-1) ** power
        factors.append(PolynomialFactor(coefficients, power))
    factors.sort(key=lambda factor: (*_place(factor), factor.of))
    odd = [i for i, factor in enumerate(factors) if factor.power % 2 and len([c for c in factor.of if c]) > 1]
    if number < 0 and odd:  # -2 + x^2 reads better than -(2 - x^2)
        number, factors[odd[-1]] = -number, PolynomialFactor(_negated(factors[odd[-1]].of), factors[odd[-1]].power)
    return PolynomialTerm(number, tuple(factors))


def _lowest(coefficients: Coefficients) -> Fraction:
    return next((each for each in coefficients if each), Fraction(0))


def _negated(coefficients: Coefficients) -> Coefficients:
    return tuple([-each for each in coefficients])


def _place(factor: PolynomialFactor) -> tuple[bool, int, int]:
    """Powers of the variable stand first, then simple factors."""
    return factor.of != X, len(factor.of), factor.power


def _product_rule(product: PolynomialTerm) -> list[PolynomialTerm]:
    """(u v w)' term by term; the terms whose inner derivative is a sum come first, as there."""
    terms: list[PolynomialTerm] = []
    sums: list[PolynomialTerm] = []
    for i, (of, power) in enumerate(product.factors):
        inner = tuple([k * each for k, each in enumerate(of)][1:])
        rest = [
            *product.factors[:i],
            *product.factors[i + 1 :],
            *([PolynomialFactor(of, power - 1)] if power > 1 else []),
        ]
        is_sum = len([each for each in inner if each]) > 1
        number = product.number * power * (1 if is_sum else inner[-1])
        rest += (
            [PolynomialFactor(inner, 1)] if is_sum else [PolynomialFactor(X, len(inner) - 1)] if len(inner) > 1 else []
        )
        (sums if is_sum else terms).append(PolynomialTerm(number, _gathered(rest)))
    return sums + terms


def _gathered(factors: Sequence[PolynomialFactor]) -> tuple[PolynomialFactor, ...]:
    """Equal factors together, simple ones first."""
    powers: dict[Coefficients, int] = {}
    for of, power in factors:
        powers[of] = powers.get(of, 0) + power
    return tuple(sorted([PolynomialFactor(*each) for each in powers.items()], key=_place))


# --- Written down -----------------------------------------------------------------------------------------------------


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
    """The number and the factors; a number of 1 is written only where it stands alone, and of -1 the sign."""
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
    """In ascending powers."""
    found = [(each, k) for k, each in enumerate(coefficients) if each]
    return _sum([PolynomialTerm(each, (PolynomialFactor(X, k),) if k else ()) for each, k in found], variable)


def _simplified(coefficients: Coefficients, variable: Expression) -> Expression:
    """Multiplied out; the common number in front where fewer digits are written then: 4 - 8x, but 16(1 - 10x ...)."""
    present = [each for each in coefficients if each]
    if len(present) < 2:
        return _multiplied_out(coefficients, variable)
    common = Fraction(gcd(*[each.numerator for each in present]), lcm(*[each.denominator for each in present]))
    reduced = tuple([each / common for each in coefficients])
    if _digits([common, *reduced]) >= _digits(coefficients):
        return _multiplied_out(coefficients, variable)
    return _written(PolynomialTerm(common, (PolynomialFactor(reduced, 1),)), variable)


def _digits(numbers: Iterable[Fraction]) -> int:
    texts = [str(abs(each)) for each in numbers if each]
    return sum([len(text.replace("/", "")) for text in texts])
