"""Simplification of a formula, as a person does it: no 0, no 1, one number in front, like terms added.

Numbers are folded exactly, as rationals; signs are pulled out of products; like terms are added; fractions are written
as one fraction.  Nothing is expanded (except the products named by the caller), and nothing is factored except a power
with the variable in its exponent.  Sums and functions of the original keep the form that they were given.

The result is equal to the formula wherever that has a value.  It has more values only where the original function
has none: a factor is cancelled if it is not 0, and a term that adds up to 0 is dropped if it is defined, wherever the
original is defined.  So x/x stays, while x^2*(1/x) is x beside a ln(x).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from diffcompare.language.expression import Constant, Expression, Number, apply, lift
from diffcompare.language.operations import (
    add,
    cosh,
    exact_integer,
    exp,
    general_power,
    is_choice,
    is_integer_power,
    is_linear,
    is_negation,
    is_product,
    is_quotient,
    ln,
    raise_to,
    sigmoid,
    sqrt,
    subtract,
)
from diffcompare.language.wengert import wengert_list

# Terms: a number times factors over factors, and the arithmetic that gathers them.

MAX_POWER = 64  # exponents up to which a power of a product becomes a product of powers

MAX_NUMBER = 10**30  # numerators and denominators up to which numbers are folded


class Term(NamedTuple):
    """coefficient * product of `over` / product of `under`; both map factors to exponents from 1 on."""

    coefficient: Fraction
    over: Mapping[Expression, int] = {}
    under: Mapping[Expression, int] = {}


Form: TypeAlias = tuple[Term, ...]  # a sum of terms

ZERO, ONE = Number(0), Number(1)


def leaf_form(leaf: Expression) -> Form:
    if isinstance(leaf, Number) and leaf.digits < MAX_NUMBER and leaf.places <= 30:
        return (Term(Fraction(leaf.digits, 10**leaf.places)),)
    return (atom(leaf),)


def atom(node: Expression) -> Term:
    return Term(Fraction(1), {node: 1})


def negated(term: Term) -> Term:
    return term._replace(coefficient=-term.coefficient)


def product(a: Term, b: Term, assumptions: Assumptions) -> Term:
    over = _raised(_merged(a.over, b.over), assumptions)
    return _reduced(Term(a.coefficient * b.coefficient, over, _merged(a.under, b.under)), assumptions)


def quotient(a: Term, b: Term, node: Expression, assumptions: Assumptions) -> Term:
    if b.coefficient == 0:
        return atom(node)
    inverse = Term(1 / b.coefficient, b.under, b.over)
    return product(a, inverse, assumptions)


def power(base: Term, exponent: Expression, node: Expression) -> Term:
    n = exact_integer(exponent)
    assert n is not None
    if n == 0:
        return Term(Fraction(1))
    if abs(n) > MAX_POWER or (base.coefficient == 0 and n < 0):
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


def _raised(factors: Mapping[Expression, int], assumptions: Assumptions) -> Mapping[Expression, int]:
    """Write u*u^(v - 1) as u^v if the original has u^v: then u is 0 only where the original has no value."""
    for factor in factors:
        whole = _whole_power(factor)
        if whole is None or whole not in assumptions.defined or factors.get(whole.arguments[0], 0) < 1:
            continue
        gathered = dict(factors)
        for part in (factor, whole.arguments[0]):
            gathered[part] -= 1
            if gathered[part] == 0:
                del gathered[part]
        gathered[whole] = gathered.get(whole, 0) + 1
        return gathered
    return factors


def _whole_power(factor: Expression) -> Expression | None:
    """Return u^v for u^(v - 1), None for anything else."""
    if factor.operation is not general_power:
        return None
    base, exponent = factor.arguments
    if exponent.operation is not subtract or exponent.arguments[1] is not ONE:
        return None
    return apply(general_power, (base, exponent.arguments[0]))


def common_power(form: Form) -> tuple[Expression, Form] | None:
    """Find a power with a variable in its exponent that all terms of a sum have; return it, and the sum without it."""
    if len(form) < 2:
        return None
    for factor, exponent in form[0].over.items():
        is_exponential = factor.operation is general_power and factor.arguments[1].varies
        if is_exponential and exponent == 1 and all(term.over.get(factor) == 1 for term in form):
            return factor, tuple([term._replace(over=_without(term.over, factor)) for term in form])
    return None


def _without(factors: Mapping[Expression, int], dropped: Expression) -> Mapping[Expression, int]:
    return {factor: exponent for factor, exponent in factors.items() if factor is not dropped}


def _reduced(term: Term, assumptions: Assumptions) -> Term:
    """Cancel the factors that are both above and below the line and are never 0."""
    common = [factor for factor in term.over if factor in term.under and never_zero(factor, assumptions)]
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


def collected(terms: Iterable[Term], assumptions: Assumptions) -> Form:
    """Add like terms; drop a sum of 0 where its factors are defined."""
    sums: dict[tuple[frozenset[tuple[Expression, int]], ...], Term] = {}
    for term in terms:
        key = (frozenset(term.over.items()), frozenset(term.under.items()))
        earlier = sums.get(key)
        sums[key] = term if earlier is None else earlier._replace(coefficient=earlier.coefficient + term.coefficient)
    kept = tuple(term for term in sums.values() if term.coefficient or not is_defined(term, assumptions))
    return kept or (Term(Fraction(0)),)


def is_defined(term: Term, assumptions: Assumptions) -> bool:
    factors = wengert_list(*term.over, *term.under)
    if any(factor not in assumptions.nonzero for factor in term.under):
        return False
    return all(is_total(factor) or factor in assumptions.defined for factor in factors)


# Assumptions: what may be relied on wherever a function is defined.

_NEVER_ZERO = (exp, cosh, sigmoid)


class Assumptions(NamedTuple):
    """Facts that hold wherever the original function is defined."""

    kept: Collection[Expression] = frozenset()  # nodes of the original: their sums and functions stay as they are
    defined: Collection[Expression] = frozenset()
    nonzero: Collection[Expression] = frozenset()
    decimals: bool = False  # whether the formula has decimals in it, so that 3/4 is written 0.75


def assumptions_of(original: Expression) -> Assumptions:
    """Collect the nodes of an expression, and what must hold of those always evaluated for it to have a value."""
    always: dict[Expression, None] = {}
    stack = [original]
    while stack:
        node = stack.pop()
        if node not in always:
            always[node] = None
            stack.extend(node.arguments[:2] if is_choice(node) else node.arguments)
    nonzero: set[Expression] = set()
    for node in always:
        if node.operation is not None:
            nonzero.update(_factors_of(_needed_nonzero(node)))
    return Assumptions(frozenset(wengert_list(original)), frozenset(always), frozenset(nonzero))


def _needed_nonzero(node: Expression) -> list[Expression]:
    """Return the arguments that cannot be 0 where this operation is defined."""
    assert node.operation is not None
    arguments = node.arguments
    if is_quotient(node):
        return [arguments[1]]
    if is_integer_power(node):
        exponent = exact_integer(arguments[1])
        return [arguments[0]] if exponent is not None and exponent < 0 else []
    return [arguments[0]] if node.operation.domain.text == "x > 0" else []


def _factors_of(nodes: Sequence[Expression]) -> list[Expression]:
    """Return the nodes and the factors of products among them: if a product is not 0, none of its factors is."""
    factors, stack = [], list(nodes)
    while stack:
        node = stack.pop()
        factors.append(node)
        if is_product(node) or is_negation(node):
            stack.extend(node.arguments)
        elif is_quotient(node) or is_integer_power(node):
            stack.append(node.arguments[0])
    return factors


def never_zero(factor: Expression, assumptions: Assumptions) -> bool:
    if isinstance(factor, Constant) or factor in assumptions.nonzero:
        return True
    return factor.operation in _NEVER_ZERO


def is_total(node: Expression) -> bool:
    """Tell whether an operation is defined for all arguments."""
    if node.operation is None or not node.operation.domain.text:
        return True
    exponent = exact_integer(node.arguments[1]) if is_integer_power(node) else None
    return exponent is not None and exponent >= 0


# Terms written as expressions again.


def build(form: Form, decimals: bool) -> Expression:
    """Return the sum of the terms, in their order."""
    total: Expression | None = None
    for term in form:
        if total is None:
            total = _written(term, decimals, negative=term.coefficient < 0)
        else:
            size = _written(term, decimals)
            total = total - size if term.coefficient < 0 else total + size
    return ZERO if total is None else total


def _written(term: Term, decimals: bool, *, negative: bool = False) -> Expression:
    """Return the absolute value of a term as one fraction, with a minus before its first factor if `negative`."""
    numerator, denominator = abs(term.coefficient.numerator), term.coefficient.denominator
    front: Expression = lift(numerator)
    if decimals and denominator > 1:
        decimal = _decimal(numerator, denominator)
        if decimal is not None:
            front, denominator = decimal, 1
    above = _product_of(front, term.over, negative)
    below = _product_of(lift(denominator), term.under)
    return above if below is ONE else above / below


def _product_of(front: Expression, factors: Mapping[Expression, int], negative: bool = False) -> Expression:
    """Multiply a number and factors; letters come before functions and sums, otherwise the order is kept."""
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
    """Return a fraction as a decimal, if it ends within 30 places."""
    for places in range(1, 31):
        scaled, remainder = divmod(numerator * 10**places, denominator)
        if remainder == 0:
            return Number(scaled, places)
    return None


# Terms of a sum, and factors of a product, that are compared with each other; beyond that a part is one term.
MAX_TERMS = 24

NOTHING: Mapping[Expression, Expression] = {}


def simplify(
    formula: Expression, original: Expression | None = None, expanded: Mapping[Expression, Expression] = NOTHING
) -> Expression:
    """Simplify a formula; `original` is the function that it is a derivative of.

    `expanded` maps each product to be multiplied out to the factor whose terms become terms of their own, if they are
    few.
    """
    nodes = wengert_list(formula)
    assumptions = assumptions_of(original) if original is not None else Assumptions()
    assumptions = assumptions._replace(decimals=any(isinstance(node, Number) and node.places for node in nodes))
    forms: dict[Expression, Form] = {}
    built: dict[Expression, Expression] = {}
    for node in nodes:
        forms[node] = _bounded(_form(node, forms, built, assumptions, expanded), assumptions)
        if node.operation is None or node in assumptions.kept:
            built[node] = node
        else:
            built[node] = build(forms[node], assumptions.decimals)
    return build(_factored(forms[formula], assumptions), assumptions.decimals)


def _factored(form: Form, assumptions: Assumptions) -> Form:
    """Write x^x*ln(x) + x^x as x^x*(ln(x) + 1): a power that every term has is written once."""
    common = common_power(form)
    if common is None:
        return form
    power, quotients = common
    return (Term(Fraction(1), {power: 1, build(quotients, assumptions.decimals): 1}),)


def _form(
    node: Expression,
    forms: Mapping[Expression, Form],
    built: Mapping[Expression, Expression],
    assumptions: Assumptions,
    expanded: Mapping[Expression, Expression],
) -> Form:
    """Make the form of a node from the forms of its arguments."""
    if node.operation is None:
        return leaf_form(node)
    if is_linear(node):
        terms = [] if is_negation(node) else [*forms[node.arguments[0]]]
        last = forms[node.arguments[-1]]
        return collected([*terms, *(last if node.operation is add else map(negated, last))], assumptions)
    if is_product(node) or is_quotient(node) or is_integer_power(node):
        if _is_square_of_root(node):
            return forms[node.arguments[0].arguments[0]]
        operands = [_as_factor(argument, forms, built, assumptions) for argument in node.arguments]
        if node in expanded and is_product(node):
            return _multiplied_out(node, operands, forms, assumptions, expanded[node])
        return _multiplied(node, operands, assumptions)
    if node.operation is ln and node.arguments[0] is ONE:
        return (Term(Fraction(0)),)
    return (atom(node) if node in assumptions.kept else _function(node, forms, built, assumptions),)


def _is_square_of_root(node: Expression) -> bool:
    """Tell whether a node is sqrt(u)^2, which is u wherever it has a value."""
    return is_integer_power(node) and node.arguments[0].operation is sqrt and exact_integer(node.arguments[1]) == 2


def _multiplied(node: Expression, operands: Sequence[Term], assumptions: Assumptions) -> Form:
    """Return a product, a quotient or a power of two terms as one term."""
    if is_integer_power(node):
        return (power(operands[0], node.arguments[1], node),)
    if is_quotient(node):
        return collected([quotient(operands[0], operands[1], node, assumptions)], assumptions)
    return collected([product(operands[0], operands[1], assumptions)], assumptions)


def _multiplied_out(
    node: Expression,
    operands: Sequence[Term],
    forms: Mapping[Expression, Form],
    assumptions: Assumptions,
    factor: Expression,
) -> Form:
    """Multiply out: a term for every term of one factor, if they are few."""
    left, right = (
        forms[argument] if argument is factor else (operand,)
        for argument, operand in zip(node.arguments, operands, strict=True)
    )
    if len(left) * len(right) > MAX_TERMS // 2:
        return _multiplied(node, operands, assumptions)
    return collected([product(a, b, assumptions) for a in left for b in right], assumptions)


def _function(
    node: Expression, forms: Mapping[Expression, Form], built: Mapping[Expression, Expression], assumptions: Assumptions
) -> Term:
    """Apply a function to simplified arguments; a power with a negative exponent is written below the line."""
    assert node.operation is not None
    if node.operation is general_power:
        [exponent, *others] = forms[node.arguments[1]]
        if not others and exponent.coefficient < 0 and not exponent.over and not exponent.under:
            size = build((negated(exponent),), assumptions.decimals)
            return Term(Fraction(1), {}, {node.operation(built[node.arguments[0]], size): 1})
    return atom(apply(node.operation, tuple([built[argument] for argument in node.arguments])))


def _as_factor(
    argument: Expression,
    forms: Mapping[Expression, Form],
    built: Mapping[Expression, Expression],
    assumptions: Assumptions,
) -> Term:
    """Return a form as one term: a sum becomes a single factor, with the sign in front if all terms are negative."""
    form = forms[argument]
    if len(form) == 1:
        return form[0]
    node = built[argument]
    if all(term.coefficient < 0 for term in form):
        return Term(Fraction(-1), {build(tuple(map(negated, form)), assumptions.decimals): 1})
    return atom(node)


def _bounded(form: Form, assumptions: Assumptions) -> Form:
    """Make one factor of a form that is too large to be compared with others."""
    large = any(
        len(term.over) + len(term.under) > MAX_TERMS
        or max(abs(term.coefficient.numerator), term.coefficient.denominator) >= MAX_NUMBER
        for term in form
    )
    return (atom(build(form, assumptions.decimals)),) if large or len(form) > MAX_TERMS else form
