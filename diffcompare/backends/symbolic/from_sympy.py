"""Conversion from sympy: its expressions as ours, as a person would write them and as suits doubles.  Worker only.

A product with negative powers becomes one division, x^(1/2) is sqrt(x), a negative term is subtracted; no number is
ever rounded.  Worker process only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from math import factorial
from typing import Any

import sympy

from diffcompare.backends.symbolic.to_sympy import OWN, RELATIONS, CannotConvert
from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable
from diffcompare.language.operations import (
    OPERATIONS,
    abs_,
    add,
    cosh,
    digamma,
    divide,
    exact_integer,
    gamma,
    max_,
    min_,
    multiply,
    negate,
    polygamma,
    raise_to,
    sign,
    sinh,
    sqrt,
    subtract,
    tanh,
)

TOO_LARGE = 10**4000  # Python refuses to print integers beyond 4,300 digits
# sympy's order of terms reads well but is slow to find; longer sums keep sympy's internal order.
MAX_ORDERED_TERMS = 40
MAX_ORDERED_MONOMIALS = 1_000  # of polynomials, whose order (descending powers) is quickly found


class UndefinedFormula(Exception):
    """sympy's answer is not a finite real number: it contains zoo, oo, nan or I."""


def from_sympy(expressions: Sequence[Any], names: Mapping[Any, str]) -> list[Expression]:
    """Convert expressions, given the names of the symbols.  Raises CannotConvert or UndefinedFormula."""
    convert = converter(names)
    return [convert(expression) for expression in expressions]


def converter(names: Mapping[Any, str]) -> Callable[[Any], Expression]:
    """Return a function that converts one expression after the other, and their common parts once.

    It raises CannotConvert or UndefinedFormula.
    """
    memo: dict[Any, Expression] = {symbol: Variable(name) for symbol, name in names.items()}
    return lambda expression: _convert(expression, memo)


def _convert(expression: Any, memo: dict[Any, Expression]) -> Expression:
    """Convert an expression, and add its parts to the memo."""
    for node in postorder(expression, parts=_all_parts, known=memo):
        memo[node] = _converted(node, memo)
    return memo[expression]


def parts(node: Any) -> Sequence[Any]:
    """Return the arguments of a node that have values; for a Piecewise these are its branches."""
    if isinstance(node, sympy.Piecewise):
        return [branch for branch, _ in node.args]
    return node.args  # type: ignore[no-any-return]


def postorder(
    root: Any, parts: Callable[[Any], Sequence[Any]] = parts, known: Collection[Any] = frozenset()
) -> list[Any]:
    """Return the distinct subexpressions that are not known, each of them after its parts."""
    ordered: dict[Any, None] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            ordered[node] = None
        elif node not in ordered and node not in known:
            stack.append((node, True))
            stack += [(part, False) for part in reversed(parts(node)) if part not in ordered]
    return list(ordered)


def _converted(node: Any, memo: Mapping[Any, Expression]) -> Expression:
    if node.is_Rational:
        return rational(node)
    if node.is_Add:
        return _sum(node, memo)
    if node.is_Mul:
        return _product(node, memo)
    if node.is_Pow:
        base, exponent = node.args
        if _is_in_denominator(node):
            return _divided(Number(1), _raised(memo[base], -exponent))
        return _raised(memo[base], exponent) if exponent.is_Rational else raise_to(memo[base], memo[exponent])
    if isinstance(node, sympy.Piecewise):
        return _choice(node, memo)
    if node in ATOMS:
        return ATOMS[node]()
    if node in NOT_REAL:
        raise UndefinedFormula(f"sympy's formula contains {node}")
    try:
        build = FUNCTIONS[node.func]
    except KeyError:
        raise CannotConvert(f"sympy answers with {node.func.__name__}, which the table of operations lacks") from None
    built: Expression = build(*[memo[argument] for argument in node.args])
    return built


# --- Numbers, sums, products, powers ---------------------------------------------------------------------------------


def rational(number: Any) -> Expression:
    """Convert one of sympy's rational numbers.  Raises CannotConvert for one of more than 4,000 digits."""
    top, bottom = _fraction(abs(number))
    magnitude = top if bottom == Number(1) else divide(top, bottom)
    return negate(magnitude) if number.is_negative else magnitude


def _fraction(number: Any) -> tuple[Expression, Expression]:
    """Return numerator and denominator of a positive rational; a decimal (8.314) over 1 if that is shorter."""
    if max(number.p, number.q) >= TOO_LARGE:
        raise CannotConvert("sympy answers with a number that has more than 4000 digits")
    places = _places(number.q)
    if places is not None:
        digits = number.p * 10**places // number.q
        if len(str(digits)) + 1 < len(str(number.p)) + len(str(number.q)):
            return Number(digits, places), Number(1)
    # Beyond the range of doubles this would be inf/inf or 1/inf, so the decimal point is moved in both alike.
    shift = max(0, len(str(number.p)) - 300, len(str(number.q)) - 300)
    return Number(number.p, shift), Number(number.q, shift)


def _places(denominator: int) -> int | None:
    """Return the number of decimals of a fraction with this denominator; None if it never ends."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _sum(node: Any, memo: Mapping[Any, Expression]) -> Expression:
    """Add positive terms and subtract negative ones; a positive one comes first, if there is any."""
    terms = [memo[term] for term in _ordered(node, memo)]
    first = next((i for i, term in enumerate(terms) if term.operation is not negate), 0)
    total = terms.pop(first)
    for term in terms:
        total = subtract(total, term.arguments[0]) if term.operation is negate else add(total, term)
    return total


def _ordered(node: Any, memo: Mapping[Any, Expression]) -> Sequence[Any]:
    count = len(node.args)
    if count > MAX_ORDERED_TERMS and not (count <= MAX_ORDERED_MONOMIALS and all(map(_is_monomial, node.args))):
        return node.args  # type: ignore[no-any-return]
    ordered: Sequence[Any] = node.as_ordered_terms()
    return ordered if all(term in memo for term in ordered) else node.args


def _is_monomial(term: Any) -> bool:
    rest = term.as_coeff_Mul()[1]
    powers = [factor.as_base_exp() for factor in sympy.Mul.make_args(rest)] if rest != 1 else []
    return all(base.is_Symbol and exponent.is_Integer for base, exponent in powers)


def _product(node: Any, memo: Mapping[Any, Expression]) -> Expression:
    """Write a product with at most one division, and with the sign in front."""
    coefficient, rest = node.as_coeff_Mul()
    top, bottom = _fraction(abs(coefficient))
    above, below, negative = [top], [bottom], bool(coefficient.is_negative)
    for factor in rest.args if rest.is_Mul else [rest]:
        if factor.is_Pow and _is_in_denominator(factor):
            below.append(_raised(memo[factor.base], -factor.exp))
        elif memo[factor].operation is negate:
            above.append(memo[factor].arguments[0])
            negative = not negative
        else:
            above.append(memo[factor])
    magnitude = _divided(_multiplied(above), _multiplied(below))
    return negate(magnitude) if negative else magnitude


def _multiplied(factors: Sequence[Expression]) -> Expression:
    """Return a product without factors of 1."""
    others = [factor for factor in factors if factor is not Number(1)]
    return reduce(multiply, others) if others else Number(1)


def _is_in_denominator(power: Any) -> bool:
    return bool(power.exp.is_Rational and power.exp.is_negative)


def _divided(above: Expression, below: Expression) -> Expression:
    return above if below is Number(1) else divide(above, below)


def _raised(base: Expression, exponent: Any) -> Expression:
    if exponent == 1:
        return base
    if exponent == sympy.S.Half:
        return sqrt(base)  # type: ignore[no-any-return]
    return raise_to(base, rational(exponent))  # type: ignore[no-any-return]


# --- Choices ---------------------------------------------------------------------------------------------------------

SYMBOLS = {relation: symbol for symbol, relation in RELATIONS.items()}


def _all_parts(node: Any) -> Sequence[Any]:
    """Return the arguments of a node; for a Piecewise, its branches and both sides of its conditions."""
    if not isinstance(node, sympy.Piecewise):
        return node.args  # type: ignore[no-any-return]
    relations = [relation for _, condition in node.args for relation in condition.atoms(*SYMBOLS)]
    return [*parts(node), *[side for relation in relations for side in relation.args]]


def _choice(node: Any, memo: Mapping[Any, Expression]) -> Expression:
    """Write a Piecewise as nested ifs, with the last branch innermost."""
    *cases, (last, condition) = node.args
    if condition != sympy.true:
        raise UndefinedFormula("sympy's formula is undefined on part of the line")
    total = memo[last]
    for branch, condition in reversed(cases):
        total = _if(condition, memo[branch], total, memo)
    return total


def _if(condition: Any, a: Expression, b: Expression, memo: Mapping[Any, Expression]) -> Expression:
    """Write if(condition, a, b), where sympy may have combined conditions by and, or, not and if."""
    if isinstance(condition, sympy.And):
        return reduce(lambda inside, part: _if(part, inside, b, memo), reversed(condition.args), a)
    if isinstance(condition, sympy.Or):
        return reduce(lambda inside, part: _if(part, a, inside, memo), reversed(condition.args), b)
    if isinstance(condition, sympy.Not):
        return _if(condition.args[0], b, a, memo)
    if isinstance(condition, sympy.ITE):
        test, first, second = condition.args
        return _if(test, _if(first, a, b, memo), _if(second, a, b, memo), memo)
    if condition in (sympy.true, sympy.false):
        return a if condition == sympy.true else b
    symbol = SYMBOLS.get(condition.func)
    if symbol is None:
        raise CannotConvert(f"sympy answers with the condition {condition.func.__name__}")
    left, right = condition.args
    return OPERATIONS[f"if {symbol}"](memo[left], memo[right], a, b)  # type: ignore[no-any-return]


# --- Functions and constants -----------------------------------------------------------------------------------------


def _zeta(s: Expression) -> Expression:
    """Write Riemann's zeta of an integer, sympy's value of polygamma(n, 1) (Abramowitz & Stegun 6.4.2)."""
    n = exact_integer(s)
    if n is None or n < 2:
        raise CannotConvert("sympy answers with zeta, which the table of operations lacks")
    magnitude = divide(polygamma(n - 1, Number(1)), Number(factorial(n - 1)))
    return negate(magnitude) if n % 2 else magnitude  # type: ignore[no-any-return]


def _catalan() -> Expression:
    """Write Catalan's constant, which sympy has in polygamma(1, 1/4) = pi^2 + 8*Catalan."""
    return (polygamma(1, divide(Number(1), Number(4))) - raise_to(Constant("pi"), 2)) / 8  # type: ignore[no-any-return]


ATOMS: dict[Any, Callable[[], Expression]] = {
    sympy.pi: lambda: Constant("pi"),
    sympy.E: lambda: Constant("e"),
    sympy.EulerGamma: lambda: negate(digamma(Number(1))),
    sympy.Catalan: _catalan,
}

NOT_REAL = frozenset([sympy.I, sympy.zoo, sympy.oo, -sympy.oo, sympy.nan])


def _fold(operation: Operation) -> Callable[..., Any]:
    return lambda *arguments: reduce(operation, arguments)


def _functions() -> dict[Any, Callable[..., Any]]:
    """Map sympy's functions to ours: those that rows of the table name, and those that only sympy has."""
    functions: dict[Any, Callable[..., Any]] = {
        sympy.Heaviside: lambda u, at_zero: (1 + sign(u)) / 2,
        sympy.DiracDelta: lambda u: 0 / u,  # 0, and undefined on the spike
        sympy.Abs: abs_,
        sympy.sign: sign,
        sympy.re: lambda x: x,
        sympy.conjugate: lambda x: x,
        sympy.loggamma: OPERATIONS["lgamma"],
        sympy.factorial: lambda x: gamma(x + 1),
        sympy.sech: lambda x: 1 / cosh(x),
        sympy.csch: lambda x: 1 / sinh(x),
        sympy.coth: lambda x: 1 / tanh(x),
        sympy.zeta: _zeta,
        sympy.polygamma: lambda n, x: digamma(x) if n is Number(0) else polygamma(n, x),
        sympy.Max: _fold(max_),
        sympy.Min: _fold(min_),
        **{own: OPERATIONS[name] for name, own in OWN.items()},
    }
    for operation in OPERATIONS.values():
        function = getattr(sympy, operation.names.get("sympy", ""), None)
        if isinstance(function, type):
            functions.setdefault(function, operation)
    return functions


FUNCTIONS = _functions()
