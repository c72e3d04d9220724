"""Mistakes about the whole derivative rather than about a place in the function."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.messages import short
from diffcompare.misconceptions.points import UNKNOWN, Sample
from diffcompare.misconceptions.search import Explanation, Search, agree
from diffcompare.misconceptions.simplified import derivative
from diffcompare.misconceptions.terms import summands, terms_of

MAX_TERMS = 8
"""Terms of a sum that are looked at one by one."""
MAX_WHOLE_NODES = 300
"""Nodes up to which second derivatives, and the derivative of the answer, are looked at."""
MAX_SECONDS = 4
"""Other variables by which the derivative is differentiated once more."""


def wholes(search: Search) -> Iterator[Explanation]:
    """Every mistake about the whole, as an equation that holds if it was made."""
    root, by = search.function.root, search.function.by
    names = [name for name in variables(search.function.nodes) if name != by]
    yield Explanation("sign-of-whole", lambda s: (-s.right, s.answer), "the sign of the whole derivative is wrong")
    yield Explanation(
        "not-differentiated", lambda s: (s.values[root], s.answer), "this is the function itself, not its derivative"
    )
    yield Explanation(
        "treated-as-constant",
        lambda s: (s.answer, s.answer * 0),
        f"the whole function is treated as a constant, but it depends on {by}",
    )
    for name in names:
        says = f"this is the partial derivative by {name}, not by {by}"
        if _is_right_partial(search, search.others.get(name)):
            says += f"; the two partials are swapped, for the answer by {name} is the one by {by}"
        yield Explanation("swapped-partials", partial(_adjoint, name), says)
    if names:
        yield Explanation(
            "total-instead-of-partial",
            lambda s: (s.right + sum(s.adjoints.get(Variable(name), 0) for name in names), s.answer),
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} differentiated too: for the partial derivative "
            f"by {by} {'it is' if len(names) == 1 else 'they are'} held constant",
        )
    yield Explanation(
        "logarithmic-derivative",
        lambda s: (s.right, s.answer * s.values[root]),
        "this is the derivative divided by the function: the derivative of its logarithm",
    )
    yield Explanation(
        "reciprocal-of-derivative", lambda s: (s.one, s.answer * s.right), "this is 1 over the derivative"
    )
    yield from _of_other_orders(search, names)


def constants(search: Search) -> Iterator[Explanation]:
    """What is said where nothing better is known: a constant factor, a constant term, a rounded constant."""
    factor = Explanation("coefficient-wrong", _same_ratio, "")
    if search.agrees(factor):
        yield factor._replace(says=_ratio_in_words(search.samples[0]))
    yield Explanation("constant-added", _same_difference, "a constant is added to the derivative")
    digits = _digits_that_agree(search)
    if digits is not None:
        says = f"a constant is rounded: the answer agrees with the derivative to {digits} digits only"
        yield Explanation("rounded-constant", lambda s: (s.right, s.right), says)


def _same_ratio(sample: Sample) -> tuple[Any, Any]:
    """answer/right = the same at two points where the right derivative differs."""
    other = sample.elsewhere()
    if isinstance(sample.answer, float) and bool(sample.answer) != bool(sample.right):
        raise ValueError("that is no factor")
    if _is_constant(sample) and _named_ratio(sample) not in SIMPLE:
        raise ValueError("any two constants have a ratio")
    return sample.answer * other.right, other.answer * sample.right


def _same_difference(sample: Sample) -> tuple[Any, Any]:
    if _is_constant(sample):
        raise ValueError("any two constants have a difference")
    other = sample.elsewhere()
    return sample.answer + other.right, other.answer + sample.right


def _is_constant(sample: Sample) -> bool:
    """Whether the right derivative is the same at this point and at another one, as far as doubles can tell."""
    if not isinstance(sample.right, float):
        return False  # this was asked in doubles before
    return agree(sample.right, sample.elsewhere().right)


def is_plain(search: Search, vague: Sequence[Explanation]) -> bool:
    """Whether what is said of the constants needs no two mistakes to explain it: all but odd factors and terms."""
    if not vague or vague[0].kind == "constant-added":
        return False
    return vague[0].kind != "coefficient-wrong" or _named_ratio(search.samples[0]) in ("2", "1/2")


SIMPLE = ("2", "1/2", "-2", "-1/2")


def _named_ratio(sample: Sample) -> str | None:
    """The factor as a person would write it: a simple fraction, perhaps with a constant; None where it is none."""
    if not isinstance(sample.right, float) or not sample.right:
        return None
    ratio = sample.answer / sample.right
    for name, constant in CONSTANTS_OF_FACTORS.items():
        for numerator, constant_above in ((abs(ratio) / constant, True), (abs(ratio) * constant, False)):
            fraction = Fraction(numerator).limit_denominator(180)
            if not fraction or fraction.numerator > 180 or not agree(float(fraction), numerator):
                continue
            return ("-" if ratio < 0 else "") + _fraction_text(fraction, name, constant_above)
    return None


def _fraction_text(fraction: Fraction, constant: str, above: bool) -> str:
    top, bottom = str(fraction.numerator), str(fraction.denominator)
    if constant and above:
        top = constant if top == "1" else f"{top}*{constant}"
    elif constant:
        bottom = constant if bottom == "1" else f"({bottom}*{constant})"
    return top if bottom == "1" else f"{top}/{bottom}"


CONSTANTS_OF_FACTORS = {
    "": 1.0,
    "pi": math.pi,
    "ln(10)": math.log(10),
    "ln(2)": math.log(2),
    "e": math.e,
    "sqrt(2)": math.sqrt(2),
    "sqrt(pi)": math.sqrt(math.pi),
}


def _ratio_in_words(sample: Sample) -> str:
    known = _named_ratio(sample)
    if known is None:
        ratio = sample.answer / sample.right if sample.right else math.nan
        return f"the answer is the right derivative times {ratio:.6g}"
    return f"the answer is the right derivative times {known}"


def _digits_that_agree(search: Search) -> int | None:
    """To how many digits the answer agrees everywhere, if it is not a small term that is added."""
    worst = max(abs(s.answer - s.right) / abs(s.right) if s.right else math.inf for s in search.samples)
    if not 0 < worst < ROUNDED:
        return None
    first = search.samples[0]
    terms = summands(search.answer, [first])
    added = any(agree(first.right + term.values[0], first.answer) for term in terms)
    return None if added else int(-math.log10(worst))


ROUNDED = 5e-3
"""The largest relative error that is taken for a rounded constant."""


def _is_right_partial(search: Search, other: Expression | None) -> bool:
    """Whether an answer for another variable is the partial that is asked for here."""
    try:
        return other is not None and all(agree(sample.evaluate(other), sample.right) for sample in search.samples)
    except UNKNOWN:
        return False


def _adjoint(name: str, sample: Sample) -> tuple[Any, Any]:
    return sample.adjoints.get(Variable(name), 0), sample.answer


def _of_other_orders(search: Search, names: Sequence[str]) -> Iterator[Explanation]:
    """The second derivative, and the integral: an answer whose own derivative is the function."""
    root, by = search.function.root, search.function.by
    if len(search.function.nodes) > MAX_WHOLE_NODES or len(wengert_list(search.answer)) > MAX_WHOLE_NODES:
        return
    try:
        right = derivative(root, by)
        for name in (by, *names[:MAX_SECONDS]):
            says = "this is the second derivative" + (f", by {by} and by {name}" if name != by else "")
            yield Explanation("second-derivative", partial(_equals, derivative(right, name)), says)
        primitive = derivative(search.answer, by)
        yield Explanation(
            "integrated",
            lambda s: (s.evaluate(primitive), s.values[root]),
            "this is an antiderivative: the function was integrated, not differentiated",
        )
    except NotDifferentiable:
        return


def integrated_terms(search: Search) -> Iterator[Explanation]:
    """A term of the function that was integrated: the derivative of the answer has the term itself.

    For then it is the second derivative of the function, but for this term.
    """
    root, by = search.function.root, search.function.by
    terms = {term: sign for term, sign in terms_of(root).items() if term in search.function.active}
    if (
        not 2 <= len(terms) <= MAX_TERMS
        or max(len(search.function.nodes), len(wengert_list(search.answer))) > MAX_WHOLE_NODES
    ):
        return
    try:
        of_answer, second = derivative(search.answer, by), derivative(derivative(root, by), by)
        for term, sign in terms.items():
            of_term = derivative(derivative(term, by), by)
            yield Explanation(
                "integrated",
                partial(_equal_but_for, (of_answer, second), (term, of_term), sign),
                f"{short(term)} is integrated instead of differentiated",
                node=term,
            )
    except NotDifferentiable:
        return


def _equal_but_for(
    derivatives: tuple[Expression, Expression], term: tuple[Expression, Expression], sign: int, sample: Sample
) -> tuple[Any, Any]:
    """The derivative of the answer, and the second derivative with the term itself for the term's second one."""
    of_answer, second = map(sample.evaluate, derivatives)
    itself, of_term = map(sample.evaluate, term)
    if itself == of_term:
        raise ValueError("whether the term was integrated does not show here")
    return of_answer, second + sign * (itself - of_term)


def _equals(formula: Expression, sample: Sample) -> tuple[Any, Any]:
    return sample.evaluate(formula), sample.answer
