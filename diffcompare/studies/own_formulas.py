"""Formulas of the user: a mistake at the point that rounding does not explain, and what they say elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from diffcompare.backends.automatic import gradient_at
from diffcompare.inputs.point import candidates
from diffcompare.numeric.evaluate import Undefined, is_number, value_at
from diffcompare.studies.compare import GIVEN, MIN_USEFUL_DIGITS, Comparison, MethodAccuracy
from diffcompare.studies.question import format_point, near_kink
from diffcompare.studies.record import partials

_FACTORS = {-1.0: "minus", 2.0: "twice", 0.5: "half", -2.0: "minus twice", -0.5: "minus half"}


def mistake(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> str:
    """Name the formulas of the user that are wrong where all other exact methods are right; empty if none is."""
    hand = next((method for method in methods if method.answer.variant in GIVEN), None)
    if hand is None or comparison.problem.hand is None:
        return ""
    others = [method for method in methods if method.exact and method is not hand and method.answer.engine is None]
    wrong = [
        name
        for name in hand.wrong
        if name in comparison.problem.hand.formulas
        and hand.digits.get(name, 0.0) <= MIN_USEFUL_DIGITS
        and not any(name in other.wrong for other in others)
    ]
    if not wrong:
        return ""
    one = len(wrong) == 1
    subject = f"check the formula{'' if one else 's'} by hand for {partials(wrong)}: {'it' if one else 'they'}"
    factor = _factor(comparison, hand, wrong)
    if factor:
        return f"{subject} {'is' if one else 'are'} {factor} the truth: a mistake, not rounding"
    return f"{subject} {_how_wrong(hand, wrong, others)}, which is more often a mistake than rounding"


def _factor(comparison: Comparison, hand: MethodAccuracy, wrong: Sequence[str]) -> str:
    """Name the simple factor by which all wrong partials differ from the truth; empty if there is none."""
    pairs = [(hand.answer.gradient[name], comparison.true_partial(name)) for name in wrong]
    ratios = {round(given / true.nearest, 9) for given, true in pairs if given is not None and true and true.nearest}
    return _FACTORS.get(ratios.pop(), "") if len(ratios) == 1 and len(pairs) == len(wrong) else ""


def _how_wrong(hand: MethodAccuracy, wrong: Sequence[str], others: Sequence[MethodAccuracy]) -> str:
    """Compare the digits of the wrong formulas with those of the other exact methods."""
    one = len(wrong) == 1
    kept = [hand.digits[name] for name in wrong if name in hand.digits]
    if not kept:
        error = max(hand.errors_at_zero[name] for name in wrong)
        return f"{'is' if one else 'are'} off by {error:.2g} where the truth is 0"
    how = f"keep{'s' if one else ''} {min(kept):.1f} digits{'' if one else ' at worst'}"
    good = [other.digits[name] for other in others for name in wrong if name in other.digits]
    if not good:
        return how
    return f"{how} where the other exact methods keep {min(good):.1f}{' or more' if len(set(good)) > 1 else ''}"


# --- The user's formulas at other points ------------------------------------------------------------------------------

# A formula that agrees at one point may be wrong: x^2 equals 2*x at 2.  So it is compared with reverse mode elsewhere.

MIN_DIFFERENCE = 1e-6  # relative; smaller differences between a formula and reverse mode may be rounding


def disagreement_elsewhere(comparison: Comparison) -> str:
    """Return a clause on the first other point at which a formula of the user is wrong; empty if none is found."""
    for name, point, value, partial in _formulas_elsewhere(comparison):
        if is_number(value) and abs(value - partial) > MIN_DIFFERENCE * max(abs(partial), abs(value)):
            return (
                f"check the formula by hand for df/d{name}: it agrees at this point, but at {format_point(point)} it "
                f"gives {value:.6g} and reverse-ad {partial:.6g}, and one point proves nothing"
            )
    return ""


def gap_elsewhere(comparison: Comparison) -> list[str]:
    """Return a clause on the first other point at which a formula of the user is undefined, though f is not.

    A removable singularity, such as that of sin(x)/x at 0, is not a gap.
    """
    for name, point, value, _ in _formulas_elsewhere(comparison):
        if type(value) is Undefined:
            from diffcompare.verify.regions import find_unmet_requirement, is_hole

            assert comparison.problem.hand is not None
            formula = comparison.problem.hand.formulas[name]
            if not is_hole(formula, comparison.problem.expression, point):
                needs = find_unmet_requirement(formula, point)
                where = format_point(point) + (f" (it needs {needs})" if needs else "")
                return [f"by hand df/d{name} has no value, for instance at {where}, where f has a derivative"]
    return []


def _formulas_elsewhere(comparison: Comparison) -> Iterator[tuple[str, dict[str, float], Any, float]]:
    """Yield (variable, point, value of the user's formula, partial by reverse mode) for other points."""
    problem = comparison.problem
    answered = any(answer.method == "hand-coded" and answer.status == "ok" for answer in comparison.answers)
    if problem.hand is None or problem.hand.origin == "catalogue" or not answered:
        return
    formulas = {name: problem.hand.formulas[name] for name in problem.wrt if name in problem.hand.formulas}
    for point in candidates(list(problem.point)) if problem.point else ():
        gradient = gradient_at(problem.expression, point)
        if gradient is None or near_kink(problem.expression, point):
            continue
        for name, formula in formulas.items():
            partial = gradient[name]
            assert partial is not None
            yield name, point, value_at(formula, point), partial
