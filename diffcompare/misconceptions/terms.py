"""The summands of an answer, compared with those of the right derivative one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import NamedTuple

from diffcompare.language.expression import Expression
from diffcompare.misconceptions.messages import Formulas, Mistake, short, step_at, tidied
from diffcompare.misconceptions.patterns import operation_name
from diffcompare.misconceptions.points import Sample
from diffcompare.misconceptions.search import Search, agree, is_right
from diffcompare.numeric.evaluate import is_number

MIN_COMPARED = 3
"""Points without which it may be an accident that one summand is a multiple of another."""
MAX_SUMMANDS = 60


class Summand(NamedTuple):
    """A term as it stands in a sum, and whether it is subtracted there."""

    term: Expression
    negative: bool
    values: tuple[float, ...]
    """At the points, with its sign and its constant factor."""

    @property
    def signed(self) -> Expression:
        return -self.term if self.negative else self.term


def shows(search: Search, formulas: Formulas) -> tuple[Expression, ...]:
    """The summands of the answer that the right derivative does not have; the whole where that tells nothing."""
    right = formulas.derivatives.get(search.function.root)
    if right is None:
        return (search.answer,)
    ours = summands(search.answer, search.samples)
    extra = _unmatched(ours, summands(right, search.samples))
    if not extra or len(extra) == len(ours):
        return (search.answer,)
    return tuple(dict.fromkeys(each.term for each in extra))


def first_difference(
    expression: Expression, by: str, answer: Expression, points: Sequence[Mapping[str, float]]
) -> Mistake | None:
    """The first term of the right derivative that the answer lacks, or a term that it has too much.

    None where the answer is right or the derivative is too large to be written down.
    """
    search = Search(expression, by, answer, points)
    formulas = Formulas(search.function)
    right = formulas.derivative(expression)
    if right is None or not search.samples or is_right(search):
        return None
    rights = summands(right, search.samples)
    answers = _most_alike(answer, rights, search)
    for each in rights:
        if _only_differs_by(search, each, -1):
            return _told(search, "term-missing", each, f"the term {_text(each)} of the derivative is missing", formulas)
    for each in answers:
        if _only_differs_by(search, each, 1):
            return _told(search, "term-extra", each, f"the term {_text(each)} is too much", formulas)
    lacking, extra = _unmatched(rights, answers), _unmatched(answers, rights)
    if lacking and len(rights) == 1:  # naming it would be the solution
        says = "the derivative is one term, or can be written as one, and the answer is not equal to it"
        return _told(search, "term-missing", lacking[0], says, formulas)
    if lacking:
        multiple = next((each for each in extra if _is_multiple(each.values, lacking[0].values)), None)
        instead = "no term of the answer is equal to it" if multiple is None else f"the answer has {_text(multiple)}"
        says = f"the derivative has the term {_text(lacking[0])}, and {instead}"
        return _told(search, "term-missing", lacking[0], says, formulas)
    if extra:
        says = f"the answer has the term {_text(extra[0])}, and no term of the derivative is equal to it"
        return _told(search, "term-extra", extra[0], says, formulas)
    return None


def _most_alike(answer: Expression, rights: Sequence[Summand], search: Search) -> list[Summand]:
    """The summands of the answer, as it was written or tidied: 2*x + x is no longer 2*x and something."""
    ways = [summands(each, search.samples) for each in (tidied(answer, search.function.root) or answer, answer)]
    return min(ways, key=lambda answers: len(_unmatched(rights, answers)))


def _is_multiple(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    """Whether the first is a constant multiple of the second, as a slip of the pen makes one."""
    if len(ours) < MIN_COMPARED or not all(map(isfinite, (*ours, *theirs))) or not theirs[0]:
        return False
    return bool(ours[0]) and all(agree(a * theirs[0], ours[0] * b) for a, b in zip(ours, theirs, strict=True))


def _told(search: Search, kind: str, summand: Summand, says: str, formulas: Formulas) -> Mistake:
    missing = kind == "term-missing"
    node = _origin(search, summand, formulas) if missing else None
    shown = (search.answer,) if missing else shows(search, formulas)
    return Mistake(kind, says, node, shown, None if node is None else step_at(node, search.function))


def _text(summand: Summand) -> str:
    return short(summand.signed)


def _only_differs_by(search: Search, summand: Summand, sign: int) -> bool:
    """Whether the answer is the right derivative with this term added or taken away."""
    pairs = zip(summand.values, search.samples, strict=True)
    return all(agree(sample.right + sign * value, sample.answer) for value, sample in pairs)


def _origin(search: Search, summand: Summand, formulas: Formulas) -> Expression | None:
    """The term of the function from whose derivative a term of the derivative comes."""
    for part in summands(search.function.root, search.samples):
        derivative = formulas.derivative(part.term)
        if derivative is not None and any(
            _equal(each.values, summand.values) or _equal([-value for value in each.values], summand.values)
            for each in summands(derivative, search.samples)
        ):
            return part.term
    return None


def summands(formula: Expression, samples: Sequence[Sample]) -> list[Summand]:
    """The terms of a sum of sums, those in a constant multiple of a sum too."""
    found: list[Summand] = []
    ones = tuple(1.0 for _ in samples)
    stack: list[tuple[Expression, tuple[float, ...]]] = [(formula, ones)]
    while stack:
        node, factors = stack.pop()
        name, arguments = operation_name(node), node.arguments
        if name in ("+", "-", "neg") and len(found) + len(stack) < MAX_SUMMANDS:
            negative = tuple(-factor for factor in factors)
            parts = [(each, factors) for each in arguments]
            if name != "+":
                parts[-1] = (arguments[-1], negative)
            stack.extend(reversed(parts))
            continue
        inner = _multiple_of_sum(node)
        if inner is not None and len(found) + len(stack) < MAX_SUMMANDS:
            stack.append((inner, tuple(f * _ratio(node, inner, s) for f, s in zip(factors, samples, strict=True))))
            continue
        values = tuple(f * _number(node, s) for f, s in zip(factors, samples, strict=True))
        found.append(Summand(node, factors[:1] < (0.0,), values))
    return found


def terms_of(root: Expression) -> dict[Expression, int]:
    """The terms of a sum as they stand, with their signs."""
    found: dict[Expression, int] = {}
    pending = [(root, 1)]
    while pending:
        node, sign = pending.pop()
        name = operation_name(node)
        if name in ("+", "-", "neg"):
            pending += [(each, sign) for each in node.arguments[:-1]]
            pending.append((node.arguments[-1], sign if name == "+" else -sign))
        else:
            found[node] = sign
    return found


def _multiple_of_sum(node: Expression) -> Expression | None:
    """The sum in c*(u + v) or (u + v)/c."""
    name = operation_name(node)
    if name not in ("*", "/"):
        return None
    varying = [argument for argument in node.arguments if argument.varies]
    if len(varying) != 1 or (name == "/" and node.arguments[0] is not varying[0]):
        return None
    return varying[0] if operation_name(varying[0]) in ("+", "-") else None


def _ratio(node: Expression, inner: Expression, sample: Sample) -> float:
    [constant] = [argument for argument in node.arguments if argument is not inner]
    factor = _number(constant, sample)
    return factor if operation_name(node) == "*" else 1 / factor if factor else nan


def _number(formula: Expression, sample: Sample) -> float:
    """Its value; nan, which is equal to nothing, where it has none."""
    value = sample.evaluate(formula)
    return float(value) if is_number(value) else nan


def _unmatched(ours: Sequence[Summand], theirs: Sequence[Summand]) -> list[Summand]:
    """Those of ours that are equal to none of theirs, each of which is used once."""
    left = list(theirs)
    unmatched = []
    for each in ours:
        partner = next((other for other in left if _equal(each.values, other.values)), None)
        if partner is None:
            unmatched.append(each)
        else:
            left.remove(partner)
    return unmatched


def _equal(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    return all(agree(a, b) for a, b in zip(ours, theirs, strict=True))
