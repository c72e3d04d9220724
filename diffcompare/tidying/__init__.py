"""Tidying a formula, as a person does before handing it in: no 0 and no 1, one number in front, like factors together.

Numbers are folded exactly, as rationals; signs are pulled out of products; like terms are added; fractions are written
as one fraction.  Nothing is expanded (but for the products named by the caller), and nothing is factored but a power
with the variable in its exponent.  Sums and functions of the original keep the form that they were given.

A tidied formula is equal to the formula wherever that has a value.  It has more values only where the original function
has none: a factor is cancelled if it is not 0, and a term that adds up to 0 is dropped if it is defined, wherever the
original is defined.  So x/x stays, while x^2*(1/x) is x beside a ln(x).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from diffcompare.expression import Expression, Number, apply
from diffcompare.operations import exact_integer
from diffcompare.tidying.known import Known, known_of
from diffcompare.tidying.terms import (
    LARGEST_NUMBER,
    Form,
    Term,
    atom,
    collected,
    common_power,
    leaf_form,
    negated,
    power,
    product,
    quotient,
)
from diffcompare.tidying.writing import build
from diffcompare.wengert import listing

__all__ = ["tidy"]

MOST_TERMS = 24
"""Terms of a sum, and factors of a product, that are compared with each other; beyond that a part is one term."""

NOTHING: Mapping[Expression, Expression] = {}


def tidy(
    formula: Expression, original: Expression | None = None, expanded: Mapping[Expression, Expression] = NOTHING
) -> Expression:
    """The formula, tidied; `original` is the function that it is a derivative of.

    `expanded` has products that are multiplied out, and the factor of each whose terms become terms of its own, if they
    are few.
    """
    nodes = listing(formula)
    known = known_of(original) if original is not None else Known()
    known = known._replace(decimals=any(isinstance(node, Number) and node.places for node in nodes))
    forms: dict[Expression, Form] = {}
    built: dict[Expression, Expression] = {}
    for node in nodes:
        forms[node] = _bounded(_form(node, forms, built, known, expanded), known)
        if node.operation is None or node in known.kept:
            built[node] = node
        else:
            built[node] = build(forms[node], known.decimals)
    return build(_factored(forms[formula], known), known.decimals)


def _factored(form: Form, known: Known) -> Form:
    """x^x*ln(x) + x^x as x^x*(ln(x) + 1): a power that every term has is written once."""
    found = common_power(form)
    if found is None:
        return form
    power, rest = found
    return (Term(Fraction(1), {power: 1, build(rest, known.decimals): 1}),)


def _form(
    node: Expression,
    forms: Mapping[Expression, Form],
    built: Mapping[Expression, Expression],
    known: Known,
    expanded: Mapping[Expression, Expression],
) -> Form:
    """The form of a node from those of its arguments."""
    if node.operation is None:
        return leaf_form(node)
    name = node.operation.name
    if name in ("+", "-", "neg"):
        terms = [*forms[node.arguments[0]]] if name != "neg" else []
        last = forms[node.arguments[-1]]
        return collected([*terms, *(last if name == "+" else map(negated, last))], known)
    if name in ("*", "/", "^n"):
        if _is_square_of_root(node):
            return forms[node.arguments[0].arguments[0]]
        operands = [_as_factor(argument, forms, built, known) for argument in node.arguments]
        if node in expanded and name == "*":
            return _multiplied_out(node, operands, forms, known, expanded[node])
        return _multiplied(node, operands, known)
    if name == "ln" and node.arguments[0] is Number(1):
        return (Term(Fraction(0)),)
    return (atom(node) if node in known.kept else _function(node, forms, built, known),)


def _is_square_of_root(node: Expression) -> bool:
    """sqrt(u)^2, which is u wherever it has a value."""
    assert node.operation is not None
    base = node.arguments[0].operation
    return (
        node.operation.name == "^n"
        and base is not None
        and base.name == "sqrt"
        and exact_integer(node.arguments[1]) == 2
    )


def _multiplied(node: Expression, operands: Sequence[Term], known: Known) -> Form:
    """A product, a quotient or a power of two terms, as one term."""
    assert node.operation is not None
    if node.operation.name == "^n":
        return (power(operands[0], node.arguments[1], node),)
    if node.operation.name == "/":
        return collected([quotient(operands[0], operands[1], node, known)], known)
    return collected([product(operands[0], operands[1], known)], known)


def _multiplied_out(
    node: Expression, operands: Sequence[Term], forms: Mapping[Expression, Form], known: Known, factor: Expression
) -> Form:
    """A product with a term for every term of one factor, if they are few."""
    left, right = (
        forms[each] if each is factor else (operand,) for each, operand in zip(node.arguments, operands, strict=True)
    )
    if len(left) * len(right) > MOST_TERMS // 2:
        return _multiplied(node, operands, known)
    return collected([product(a, b, known) for a in left for b in right], known)


def _function(
    node: Expression, forms: Mapping[Expression, Form], built: Mapping[Expression, Expression], known: Known
) -> Term:
    """A function of tidied arguments; a power with a negative number above becomes one below the line."""
    assert node.operation is not None
    if node.operation.name == "^":
        [exponent, *others] = forms[node.arguments[1]]
        if not others and exponent.coefficient < 0 and not exponent.over and not exponent.under:
            size = build((negated(exponent),), known.decimals)
            return Term(Fraction(1), {}, {node.operation(built[node.arguments[0]], size): 1})
    return atom(apply(node.operation, tuple([built[argument] for argument in node.arguments])))


def _as_factor(
    argument: Expression, forms: Mapping[Expression, Form], built: Mapping[Expression, Expression], known: Known
) -> Term:
    """A form as one term: a sum becomes a single factor, its sign in front where all of its terms have one."""
    form = forms[argument]
    if len(form) == 1:
        return form[0]
    node = built[argument]
    if all(term.coefficient < 0 for term in form):
        return Term(Fraction(-1), {build(tuple(map(negated, form)), known.decimals): 1})
    return atom(node)


def _bounded(form: Form, known: Known) -> Form:
    """A form too large to be compared with others becomes one factor."""
    large = any(
        len(term.over) + len(term.under) > MOST_TERMS
        or max(abs(term.coefficient.numerator), term.coefficient.denominator) >= LARGEST_NUMBER
        for term in form
    )
    return (atom(build(form, known.decimals)),) if large or len(form) > MOST_TERMS else form
