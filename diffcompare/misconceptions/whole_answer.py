"""Mistakes about the derivative as a whole, or about which function is differentiated."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable, is_choice
from diffcompare.language.wengert import replace_nodes, variables, wengert_list
from diffcompare.misconceptions.messages import short
from diffcompare.misconceptions.patterns import ROOT_OF_SQUARE
from diffcompare.misconceptions.points import NO_VALUE, Sample
from diffcompare.misconceptions.search import Explanation, Search, agree
from diffcompare.misconceptions.terms import signed_terms, split_terms

MAX_TERMS = 8  # of a sum, each of which may have been integrated
MAX_NODES_DIFFERENTIATED = 300  # of function and answer, where a formula is differentiated for a comparison
MAX_OTHER_VARIABLES = 4  # by which the derivative is differentiated once more
MAX_READINGS = 12  # misreadings of the function that are tried
EXTREMA = ("max", "min")
MAX_ROUNDING = 5e-3  # the largest relative error that is taken for a rounded constant

# Factors by which answer and derivative may differ even where both are constants.
SIMPLE_FACTORS = ("2", "1/2", "-2", "-1/2")
CONSTANTS_OF_FACTORS = {
    "": 1.0,
    "pi": math.pi,
    "ln(10)": math.log(10),
    "ln(2)": math.log(2),
    "e": math.e,
    "sqrt(2)": math.sqrt(2),
    "sqrt(pi)": math.sqrt(math.pi),
}
MAX_FRACTION = 180  # numerator and denominator of a factor, which degrees reach


def whole_answer_mistakes(search: Search) -> Iterator[Explanation]:
    """Yield every mistake about the derivative as a whole, as an equation that holds if it was made."""
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
        message = f"this is the partial derivative with respect to {name}, not {by}"
        if _is_right_partial(search, search.others.get(name)):
            message += f"; the two partials are swapped: the answer for {name} is the one for {by}"
        yield Explanation("swapped-partials", partial(_is_partial_by, name), message)
    if names:
        yield Explanation(
            "total-instead-of-partial",
            lambda s: (s.right + sum(s.adjoints.get(Variable(name), 0) for name in names), s.answer),
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} differentiated too: in the partial derivative "
            f"with respect to {by} {'it is' if len(names) == 1 else 'they are'} held constant",
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


def constant_mistakes(search: Search) -> Iterator[Explanation]:
    """Yield explanations of last resort: a constant factor, a constant term, a rounded constant."""
    factor = Explanation("coefficient-wrong", _same_ratio, "")
    if search.agrees(factor):
        yield factor._replace(message=_ratio_in_words(search.samples[0]))
    yield Explanation("constant-added", _same_difference, "a constant is added to the derivative")
    digits = _digits_that_agree(search)
    if digits is not None:
        message = f"a constant is rounded: the answer agrees with the derivative to {digits} digits only"
        yield Explanation("rounded-constant", lambda s: (s.right, s.right), message)


def _same_ratio(sample: Sample) -> tuple[Any, Any]:
    """Return both sides of: answer/right is the same at two points at which the right derivative differs."""
    other = sample.at_another_point()
    if isinstance(sample.answer, float) and bool(sample.answer) != bool(sample.right):
        raise ValueError("that is not a factor")
    if _is_constant(sample) and _named_ratio(sample) not in SIMPLE_FACTORS:
        raise ValueError("any two constants have a ratio")
    return sample.answer * other.right, other.answer * sample.right


def _same_difference(sample: Sample) -> tuple[Any, Any]:
    """Return both sides of the equation that holds if answer - right is the same at two points."""
    if _is_constant(sample):
        raise ValueError("any two constants have a difference")
    other = sample.at_another_point()
    return sample.answer + other.right, other.answer + sample.right


def _is_constant(sample: Sample) -> bool:
    """Tell whether the right derivative is the same at this point and at another one, within rounding."""
    if not isinstance(sample.right, float):
        return False  # balls are asked only after doubles have answered
    return agree(sample.right, sample.at_another_point().right)


def needs_no_second_mistake(search: Search, fallbacks: Sequence[Explanation]) -> bool:
    """Tell whether a fallback is plausible by itself, so that two mistakes need not be searched for.

    Odd factors and added constants are not: two mistakes at once explain them better.
    """
    if not fallbacks or fallbacks[0].kind == "constant-added":
        return False
    return fallbacks[0].kind != "coefficient-wrong" or _named_ratio(search.samples[0]) in ("2", "1/2")


def _named_ratio(sample: Sample) -> str | None:
    """Return answer/right as a person would write it, a fraction perhaps with a constant; None if it is not one."""
    if not isinstance(sample.right, float) or not sample.right:
        return None
    ratio = sample.answer / sample.right
    for name, constant in CONSTANTS_OF_FACTORS.items():
        for numerator, constant_above in ((abs(ratio) / constant, True), (abs(ratio) * constant, False)):
            fraction = Fraction(numerator).limit_denominator(MAX_FRACTION)
            if not fraction or fraction.numerator > MAX_FRACTION or not agree(float(fraction), numerator):
                continue
            return ("-" if ratio < 0 else "") + _fraction_text(fraction, name, constant_above)
    return None


def _fraction_text(fraction: Fraction, constant: str, above: bool) -> str:
    """Return a fraction with a constant in its numerator, else in its denominator, as text."""
    top, bottom = str(fraction.numerator), str(fraction.denominator)
    if constant and above:
        top = constant if top == "1" else f"{top}*{constant}"
    elif constant:
        bottom = constant if bottom == "1" else f"({bottom}*{constant})"
    return top if bottom == "1" else f"{top}/{bottom}"


def _ratio_in_words(sample: Sample) -> str:
    ratio = sample.answer / sample.right if sample.right else math.nan
    return f"the answer is the right derivative times {_named_ratio(sample) or f'{ratio:.6g}'}"


def _digits_that_agree(search: Search) -> int | None:
    """Return to how many digits the answer agrees at all points; None if it does not, or if a term was added."""
    worst = max(abs(s.answer - s.right) / abs(s.right) if s.right else math.inf for s in search.samples)
    if not 0 < worst < MAX_ROUNDING:
        return None
    first = search.samples[0]
    terms = split_terms(search.answer, [first])
    added = any(agree(first.right + term.values[0], first.answer) for term in terms)
    return None if added else int(-math.log10(worst))


def _is_right_partial(search: Search, other: Expression | None) -> bool:
    """Tell whether an answer for another variable is the partial that is asked for here."""
    try:
        return other is not None and all(agree(sample.evaluate(other), sample.right) for sample in search.samples)
    except NO_VALUE:
        return False


def _is_partial_by(name: str, sample: Sample) -> tuple[Any, Any]:
    """Return both sides of the equation that holds if the answer is the partial with respect to that variable."""
    return sample.adjoints.get(Variable(name), 0), sample.answer


def _of_other_orders(search: Search, names: Sequence[str]) -> Iterator[Explanation]:
    """Yield the second derivatives, and the integral: an answer whose own derivative is the function."""
    root, by = search.function.root, search.function.by
    if (
        len(search.function.nodes) > MAX_NODES_DIFFERENTIATED
        or len(wengert_list(search.answer)) > MAX_NODES_DIFFERENTIATED
    ):
        return
    try:
        right = differentiate(root, by)
        for name in (by, *names[:MAX_OTHER_VARIABLES]):
            message = "this is the second derivative" + (f", with respect to {by} and {name}" if name != by else "")
            yield Explanation("second-derivative", partial(_equals, differentiate(right, name)), message)
        derivative_of_answer = differentiate(search.answer, by)
        yield Explanation(
            "integrated",
            lambda s: (s.evaluate(derivative_of_answer), s.values[root]),
            "this is an antiderivative: the function was integrated, not differentiated",
        )
    except NotDifferentiable:
        return


def integrated_terms(search: Search) -> Iterator[Explanation]:
    """Yield the terms of the function that may have been integrated while the others were differentiated.

    The derivative of such an answer is the second derivative of the function, with the term itself in place of its own.
    """
    root, by = search.function.root, search.function.by
    terms = {term: sign for term, sign in signed_terms(root).items() if term in search.function.active}
    if (
        not 2 <= len(terms) <= MAX_TERMS
        or max(len(search.function.nodes), len(wengert_list(search.answer))) > MAX_NODES_DIFFERENTIATED
    ):
        return
    try:
        of_answer, second = differentiate(search.answer, by), differentiate(differentiate(root, by), by)
        for term, sign in terms.items():
            of_term = differentiate(differentiate(term, by), by)
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
    """Return both sides of the equation that holds if a term was integrated.

    They are the derivative of the answer, and the second derivative of the function with the term in place of its own
    second derivative.
    """
    of_answer, second = map(sample.evaluate, derivatives)
    itself, of_term = map(sample.evaluate, term)
    if itself == of_term:
        raise ValueError("whether the term was integrated does not show here")
    return of_answer, second + sign * (itself - of_term)


def _equals(formula: Expression, sample: Sample) -> tuple[Any, Any]:
    """Return both sides of the equation that holds if the answer is this formula."""
    return sample.evaluate(formula), sample.answer


# Mistakes made before differentiating: a part of the function is taken for something simpler than it is.


def misread_functions(search: Search) -> Iterator[Explanation]:
    """Yield the derivatives of the function in which |u| is taken for u, or an `if` for one of its branches."""
    function = search.function
    if len(function.nodes) > MAX_NODES_DIFFERENTIATED:
        return
    readings = [reading for node in function.nodes for reading in simpler_readings(node, function.active)]
    for node, kind, part in readings[:MAX_READINGS]:
        if kind == "root-of-square" and not search.is_right_in_part:
            continue
        try:
            wrong = differentiate(replace_nodes([function.root], {node: part})[0], function.by)
        except NotDifferentiable:
            continue
        yield Explanation(kind, partial(_equals, wrong), _misreading_text(node, kind, part), node=node)


def simpler_readings(node: Expression, active: Collection[Expression]) -> Iterator[tuple[Expression, str, Expression]]:
    """Yield the node, the kind of the mistake, and a part for which the node may be taken, if that is not constant."""
    operation, arguments = node.operation, node.arguments
    if operation is None or node not in active:
        return
    if operation.name == "abs":
        yield node, "root-of-square", arguments[0]
    elif ROOT_OF_SQUARE(node, active) is not None:
        yield node, "root-of-square", arguments[0].arguments[0]
    parts = arguments[2:] if is_choice(node) else arguments if operation.name in EXTREMA else ()
    for part in parts:
        if part in active:
            yield node, "one-branch", part


def _misreading_text(node: Expression, kind: str, part: Expression) -> str:
    text = short(part)
    if kind == "root-of-square":
        return f"{short(node)} is |{text}|, which is not {text} where {text} < 0"
    return f"{short(node)} is taken for {text} everywhere"


def differentiate(expression: Expression, by: str) -> Expression:
    """Return the derivative by the textbook rules, unsimplified.

    Raises:
        NotDifferentiable: An operation has no derivative.
    """
    return derivatives_of(wengert_list(expression), by).get(expression, ZERO)
