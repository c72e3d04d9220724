"""The terms of an answer, compared one by one with those of the right derivative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan, prod
from typing import NamedTuple

from diffcompare.language.expression import Expression
from diffcompare.language.operations import add, is_linear, is_product, is_quotient, is_sum
from diffcompare.misconceptions.messages import Formulas, Mistake, right_rule_at, short, tidied
from diffcompare.misconceptions.points import Sample
from diffcompare.misconceptions.search import Search, agree, is_right
from diffcompare.numeric.evaluate import is_number

MIN_COMPARED = 3  # points below which it may be an accident that one term is a multiple of another
MAX_TERMS_SPLIT = 60


class AnswerTerm(NamedTuple):
    """A term of a sum, and whether it is subtracted there."""

    expression: Expression
    negative: bool
    values: tuple[float, ...]
    """Its values at the points, with its sign and its constant factor."""

    @property
    def signed(self) -> Expression:
        """The term with its sign."""
        return -self.expression if self.negative else self.expression


def affected_terms(search: Search, formulas: Formulas) -> tuple[Expression, ...]:
    """Return the terms of the answer that the right derivative lacks; the whole answer where that tells nothing."""
    right = formulas.derivatives.get(search.function.root)
    if right is None:
        return (search.answer,)
    ours = split_terms(search.answer, search.samples)
    extra = _unmatched(ours, split_terms(right, search.samples))
    if not extra or len(extra) == len(ours):
        return (search.answer,)
    return tuple(dict.fromkeys(term.expression for term in extra))


def first_difference(
    expression: Expression, by: str, answer: Expression, points: Sequence[Mapping[str, float]]
) -> Mistake | None:
    """Return the first term of the right derivative that the answer lacks, or else a term that it has in excess.

    The result is None where the answer is right or the derivative is too large to be written down.
    """
    search = Search(expression, by, answer, points)
    formulas = Formulas(search.function)
    right = formulas.derivative(expression)
    if right is None or not search.samples or is_right(search):
        return None
    rights = split_terms(right, search.samples)
    answers = _most_alike(answer, rights, search)
    for term in rights:
        if _differs_only_by(search, term, -1):
            message = f"the term {short(term.signed)} of the derivative is missing"
            return _mistake_in_term(search, "term-missing", term, message, formulas)
    for term in answers:
        if _differs_only_by(search, term, 1):
            return _mistake_in_term(
                search, "term-extra", term, f"the term {short(term.signed)} does not belong in the answer", formulas
            )
    lacking, extra = _unmatched(rights, answers), _unmatched(answers, rights)
    if lacking and len(rights) == 1:  # naming it would be the solution
        message = "the derivative is one term, or can be written as one, and the answer is not equal to it"
        return _mistake_in_term(search, "term-missing", lacking[0], message, formulas)
    if lacking:
        multiple = next((term for term in extra if _is_multiple(term.values, lacking[0].values)), None)
        instead = (
            "no term of the answer is equal to it" if multiple is None else f"the answer has {short(multiple.signed)}"
        )
        message = f"the derivative has the term {short(lacking[0].signed)}, and {instead}"
        return _mistake_in_term(search, "term-missing", lacking[0], message, formulas)
    if extra:
        message = f"the answer has the term {short(extra[0].signed)}, and no term of the derivative is equal to it"
        return _mistake_in_term(search, "term-extra", extra[0], message, formulas)
    return None


def _most_alike(answer: Expression, rights: Sequence[AnswerTerm], search: Search) -> list[AnswerTerm]:
    """Return the terms of the answer simplified, as written or multiplied out: what is most like the derivative.

    Simplified, 2*x + x no longer has a term 2*x; and x*(2*sin(x) + x*cos(x)) has its terms once it is multiplied out.
    """
    forms = (tidied(answer, search.function.root) or answer, answer, _multiplied_out(answer))
    splits = [split_terms(form, search.samples) for form in forms]
    return min(splits, key=lambda terms: len(_unmatched(rights, terms)))


def _multiplied_out(formula: Expression) -> Expression:
    """Return a formula as a sum, with products distributed over the sums in them; unchanged where it gets too long."""
    terms: list[Expression] = []
    pending = [(formula, False)]
    while pending:
        if len(terms) + len(pending) > MAX_TERMS_SPLIT:
            return formula
        node, is_negative = pending.pop()
        factors = _factors(node)
        place = next((place for place, factor in enumerate(factors) if is_linear(factor)), None)
        if place is None:
            terms.append(-node if is_negative else node)
            continue
        total, others = factors[place], factors[:place] + factors[place + 1 :]
        parts = [(prod(others, start=part) if others else part, is_negative) for part in total.arguments]
        if total.operation is not add:
            parts[-1] = (parts[-1][0], not is_negative)
        pending.extend(reversed(parts))
    return sum(terms[1:], start=terms[0])


def _factors(node: Expression) -> list[Expression]:
    """Return the factors of a product, also those of products in it."""
    factors: list[Expression] = []
    pending = [node]
    while pending and len(factors) < MAX_TERMS_SPLIT:
        node = pending.pop()
        if is_product(node):
            pending += reversed(node.arguments)
        else:
            factors.append(node)
    return factors + pending


def _is_multiple(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    """Tell whether the first is a constant multiple of the second, as after a slip of the pen."""
    if len(ours) < MIN_COMPARED or not all(map(isfinite, (*ours, *theirs))) or not theirs[0]:
        return False
    return bool(ours[0]) and all(agree(a * theirs[0], ours[0] * b) for a, b in zip(ours, theirs, strict=True))


def _mistake_in_term(search: Search, kind: str, term: AnswerTerm, message: str, formulas: Formulas) -> Mistake:
    missing = kind == "term-missing"
    node = _origin(search, term, formulas) if missing else None
    affected = (search.answer,) if missing else affected_terms(search, formulas)
    return Mistake(kind, message, node, affected, None if node is None else right_rule_at(node, search.function))


def _differs_only_by(search: Search, term: AnswerTerm, sign: int) -> bool:
    """Tell whether the answer is the right derivative with this term added (sign 1) or taken away (-1)."""
    at_points = zip(term.values, search.samples, strict=True)
    return all(agree(sample.right + sign * value, sample.answer) for value, sample in at_points)


def _origin(search: Search, term: AnswerTerm, formulas: Formulas) -> Expression | None:
    """Return the term of the function whose derivative has the given term; None if there is none."""
    opposite = [-value for value in term.values]
    for part in split_terms(search.function.root, search.samples):
        derivative = formulas.derivative(part.expression)
        if derivative is not None and any(
            _equal(candidate.values, term.values) or _equal(candidate.values, opposite)
            for candidate in split_terms(derivative, search.samples)
        ):
            return part.expression
    return None


def split_terms(formula: Expression, samples: Sequence[Sample]) -> list[AnswerTerm]:
    """Split a formula into its terms, also those of nested sums and of constant multiples of sums."""
    terms: list[AnswerTerm] = []
    ones = tuple(1.0 for _ in samples)
    stack: list[tuple[Expression, tuple[float, ...]]] = [(formula, ones)]
    while stack:
        node, factors = stack.pop()
        if is_linear(node) and len(terms) + len(stack) < MAX_TERMS_SPLIT:
            negative = tuple(-factor for factor in factors)
            parts = [(argument, factors) for argument in node.arguments]
            if node.operation is not add:
                parts[-1] = (node.arguments[-1], negative)
            stack.extend(reversed(parts))
            continue
        inner = _multiple_of_sum(node)
        if inner is not None and len(terms) + len(stack) < MAX_TERMS_SPLIT:
            stack.append((inner, tuple(f * _ratio(node, inner, s) for f, s in zip(factors, samples, strict=True))))
            continue
        values = tuple(f * _number(node, s) for f, s in zip(factors, samples, strict=True))
        terms.append(AnswerTerm(node, factors[:1] < (0.0,), values))
    return terms


def signed_terms(root: Expression) -> dict[Expression, int]:
    """Return the terms of a sum as written, with their signs."""
    terms: dict[Expression, int] = {}
    pending = [(root, 1)]
    while pending:
        node, sign = pending.pop()
        if is_linear(node):
            pending += [(argument, sign) for argument in node.arguments[:-1]]
            pending.append((node.arguments[-1], sign if node.operation is add else -sign))
        else:
            terms[node] = sign
    return terms


def _multiple_of_sum(node: Expression) -> Expression | None:
    """Return the sum u + v in c*(u + v) or (u + v)/c; None for other formulas."""
    if not is_product(node) and not is_quotient(node):
        return None
    varying = [argument for argument in node.arguments if argument.varies]
    if len(varying) != 1 or (is_quotient(node) and node.arguments[0] is not varying[0]):
        return None
    return varying[0] if is_sum(varying[0]) else None


def _ratio(node: Expression, inner: Expression, sample: Sample) -> float:
    """Return the constant c or 1/c by which a node is a multiple of the sum in it."""
    [constant] = [argument for argument in node.arguments if argument is not inner]
    factor = _number(constant, sample)
    return factor if is_product(node) else 1 / factor if factor else nan


def _number(formula: Expression, sample: Sample) -> float:
    """Return the value of a formula; nan, which is equal to nothing, where it has none."""
    value = sample.evaluate(formula)
    return float(value) if is_number(value) else nan


def _unmatched(ours: Sequence[AnswerTerm], theirs: Sequence[AnswerTerm]) -> list[AnswerTerm]:
    """Return the terms of `ours` that are equal to none of `theirs`, each of which matches one term only."""
    remaining = list(theirs)
    unmatched = []
    for term in ours:
        partner = next((other for other in remaining if _equal(term.values, other.values)), None)
        if partner is None:
            unmatched.append(term)
        else:
            remaining.remove(partner)
    return unmatched


def _equal(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    return all(agree(a, b) for a, b in zip(ours, theirs, strict=True))
