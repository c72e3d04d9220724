"""Tidying a formula, as a person does before handing it in: no 0 and no 1, one number in front, like factors together.

Numbers are folded exactly, as rationals; signs are pulled out of products; like terms are added; fractions are written
as one fraction.  Nothing is expanded (but for the products named by the caller) and nothing is factored.  Sums and
functions of the original keep the form that they were given.

A tidied formula is equal to the formula wherever that has a value.  It has more values only where the original function
has none: a factor is cancelled if it is not 0, and a term that adds up to 0 is dropped if it is defined, wherever the
original is defined.  So x/x stays, while x^2*(1/x) is x beside a ln(x).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from diffcompare.expression import Constant, Expression, Number, apply, lift
from diffcompare.operations import exact_integer, raise_to
from diffcompare.wengert import listing

MOST_TERMS = 24
"""Terms of a sum, and factors of a product, that are compared with each other; beyond that a part is one term."""
LARGEST_POWER = 64
"""Exponents up to which a power of a product becomes a product of powers."""
LARGEST_NUMBER = 10**30
"""Numerators and denominators up to which numbers are folded."""

ZERO, ONE = Number(0), Number(1)


class Term(NamedTuple):
    """coefficient * product of `over` / product of `under`; both map factors to exponents from 1 on."""

    coefficient: Fraction
    over: Mapping[Expression, int] = {}
    under: Mapping[Expression, int] = {}


Form: TypeAlias = tuple[Term, ...]
"""A sum of terms."""

NOTHING: Mapping[Expression, Expression] = {}

_NEVER_ZERO = ("exp", "cosh", "sigmoid")


class Known(NamedTuple):
    """What may be relied on wherever the original function is defined."""

    kept: Collection[Expression] = frozenset()
    """The nodes of the original: their sums and functions are left as they are."""
    defined: Collection[Expression] = frozenset()
    nonzero: Collection[Expression] = frozenset()


def tidy(
    formula: Expression, original: Expression | None = None, expanded: Mapping[Expression, Expression] = NOTHING
) -> Expression:
    """The formula, tidied; `original` is the function that it is a derivative of.

    `expanded` has products that are multiplied out, and the factor of each whose terms become terms of its own, if they
    are few.
    """
    known = _known(original) if original is not None else Known()
    nodes = listing(formula)
    decimals = any(isinstance(node, Number) and node.places for node in nodes)
    forms: dict[Expression, Form] = {}
    built: dict[Expression, Expression] = {}
    for node in nodes:
        forms[node] = _bounded(_form(node, forms, built, known, expanded), decimals)
        if node.operation is None or node in known.kept:
            built[node] = node
        else:
            built[node] = _build(forms[node], decimals)
    return _build(forms[formula], decimals)


def _form(
    node: Expression,
    forms: Mapping[Expression, Form],
    built: Mapping[Expression, Expression],
    known: Known,
    expanded: Mapping[Expression, Expression],
) -> Form:
    if node.operation is None:
        return _leaf(node)
    name = node.operation.name
    if name in ("+", "-", "neg"):
        terms = [*forms[node.arguments[0]]] if name != "neg" else []
        last = forms[node.arguments[-1]]
        return _collected([*terms, *(last if name == "+" else map(_negated, last))], known)
    if name in ("*", "/", "^n"):
        operands = [_as_factor(argument, forms, built) for argument in node.arguments]
        if name == "^n":
            return (_power(operands[0], node.arguments[1], node),)
        if name == "/":
            return _collected([_quotient(operands[0], operands[1], node, known)], known)
        if node in expanded:
            spread = [forms[each] if each is expanded[node] else (factor,)
                      for each, factor in zip(node.arguments, operands, strict=True)]  # fmt: skip
            if len(spread[0]) * len(spread[1]) <= MOST_TERMS // 2:
                return _collected([_product(a, b, known) for a in spread[0] for b in spread[1]], known)
        return _collected([_product(operands[0], operands[1], known)], known)
    if node in known.kept:
        return (_atom(node),)
    rebuilt = apply(node.operation, tuple([built[argument] for argument in node.arguments]))
    if name == "^":
        [exponent, *others] = forms[node.arguments[1]]
        if not others and exponent.coefficient < 0 and not exponent.over and not exponent.under:
            size = _build((_negated(exponent),), _has_decimals(node.arguments[1]))
            return (Term(Fraction(1), {}, {node.operation(built[node.arguments[0]], size): 1}),)
    return (_atom(rebuilt),)


def _leaf(leaf: Expression) -> Form:
    if isinstance(leaf, Number) and leaf.digits < LARGEST_NUMBER and leaf.places <= 30:
        return (Term(Fraction(leaf.digits, 10**leaf.places)),)
    return (_atom(leaf),)


def _atom(node: Expression) -> Term:
    return Term(Fraction(1), {node: 1})


def _negated(term: Term) -> Term:
    return term._replace(coefficient=-term.coefficient)


def _as_factor(argument: Expression, forms: Mapping[Expression, Form], built: Mapping[Expression, Expression]) -> Term:
    """A form as one term: a sum becomes a single factor, its sign in front where all of its terms have one."""
    form = forms[argument]
    if len(form) == 1:
        return form[0]
    node = built[argument]
    if all(term.coefficient < 0 for term in form):
        return Term(Fraction(-1), {_build(tuple(map(_negated, form)), _has_decimals(node)): 1})
    return _atom(node)


def _has_decimals(node: Expression) -> bool:
    return any(isinstance(each, Number) and each.places for each in listing(node))


def _product(a: Term, b: Term, known: Known) -> Term:
    return _reduced(Term(a.coefficient * b.coefficient, _merged(a.over, b.over), _merged(a.under, b.under)), known)


def _quotient(a: Term, b: Term, node: Expression, known: Known) -> Term:
    if b.coefficient == 0:
        return _atom(node)
    inverse = Term(1 / b.coefficient, b.under, b.over)
    return _product(a, inverse, known)


def _power(base: Term, exponent: Expression, node: Expression) -> Term:
    n = exact_integer(exponent)
    assert n is not None
    if n == 0:
        return Term(Fraction(1))
    if abs(n) > LARGEST_POWER or (base.coefficient == 0 and n < 0):
        return _atom(node)
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
    common = [factor for factor in term.over if factor in term.under and _never_zero(factor, known)]
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


def _never_zero(factor: Expression, known: Known) -> bool:
    if isinstance(factor, Constant) or factor in known.nonzero:
        return True
    return factor.operation is not None and factor.operation.name in _NEVER_ZERO


def _collected(terms: Iterable[Term], known: Known) -> Form:
    """Like terms added; a sum of 0 is dropped where its factors are defined."""
    found: dict[tuple[frozenset[tuple[Expression, int]], ...], Term] = {}
    for term in terms:
        key = (frozenset(term.over.items()), frozenset(term.under.items()))
        earlier = found.get(key)
        found[key] = term if earlier is None else earlier._replace(coefficient=earlier.coefficient + term.coefficient)
    kept = tuple(term for term in found.values() if term.coefficient or not _defined(term, known))
    return kept or (Term(Fraction(0)),)


def _defined(term: Term, known: Known) -> bool:
    factors = listing(*term.over, *term.under)
    if any(factor not in known.nonzero for factor in term.under):
        return False
    return all(_total(factor) or factor in known.defined for factor in factors)


def _total(node: Expression) -> bool:
    """Whether an operation is defined for all arguments."""
    if node.operation is None or not node.operation.domain.text:
        return True
    exponent = exact_integer(node.arguments[1]) if node.operation.name == "^n" else None
    return exponent is not None and exponent >= 0


def _bounded(form: Form, decimals: bool) -> Form:
    """A form too large to be compared with others becomes one factor."""
    large = any(
        len(term.over) + len(term.under) > MOST_TERMS
        or max(abs(term.coefficient.numerator), term.coefficient.denominator) >= LARGEST_NUMBER
        for term in form
    )
    return (_atom(_build(form, decimals)),) if large or len(form) > MOST_TERMS else form


# --- What is known of the original ------------------------------------------------------------------------------------


def _known(original: Expression) -> Known:
    """Its nodes; and of those that are always evaluated what must be so for it to have a value."""
    always: dict[Expression, None] = {}
    stack = [original]
    while stack:
        node = stack.pop()
        if node not in always:
            always[node] = None
            selects = node.operation is not None and node.operation.selects
            stack.extend(node.arguments[:2] if selects else node.arguments)
    nonzero: set[Expression] = set()
    for node in always:
        if node.operation is not None:
            nonzero.update(_factors_of(_needed_nonzero(node)))
    return Known(frozenset(listing(original)), frozenset(always), frozenset(nonzero))


def _needed_nonzero(node: Expression) -> list[Expression]:
    """The arguments that cannot be 0 where this operation is defined."""
    assert node.operation is not None
    name, arguments = node.operation.name, node.arguments
    if name == "/":
        return [arguments[1]]
    if name == "^n":
        exponent = exact_integer(arguments[1])
        return [arguments[0]] if exponent is not None and exponent < 0 else []
    return [arguments[0]] if node.operation.domain.text == "x > 0" else []


def _factors_of(nodes: Sequence[Expression]) -> list[Expression]:
    """The factors of products: if a product is not 0, none of them is."""
    found, stack = [], list(nodes)
    while stack:
        node = stack.pop()
        found.append(node)
        if node.operation is not None and node.operation.name in ("*", "^n", "neg", "/"):
            stack.extend(node.arguments[:1] if node.operation.name in ("^n", "/") else node.arguments)
    return found


# --- Writing a form ---------------------------------------------------------------------------------------------------


def _build(form: Form, decimals: bool) -> Expression:
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
