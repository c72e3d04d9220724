"""The closing sentence of a comparison: what to learn from its tables.  Every figure in it comes from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare.backends.automatic import shorten
from diffcompare.evaluation import is_number
from diffcompare.studies.comparison import clauses
from diffcompare.studies.comparison.clauses import join, partials
from diffcompare.studies.comparison.elsewhere import gap_elsewhere, parts_elsewhere
from diffcompare.studies.comparison.standings import GOOD, Standing, kinks, right_beside, standings, value_digits

if TYPE_CHECKING:
    from diffcompare.studies.comparison.record import Comparison

LOST = 8.0
"""Half of the digits: who keeps no more has lost them to cancellation, or made a mistake."""


_FACTORS = {-1.0: "minus", 2.0: "twice", 0.5: "half", -2.0: "minus twice", -0.5: "minus half"}


def verdict(comparison: Comparison) -> str:
    """One sentence."""
    sentence = _no_gradient(comparison) or _no_truth(comparison) or "; ".join(_compared(comparison))
    return f"{sentence[0].upper()}{sentence[1:]}."


# --- Where nothing can be compared ------------------------------------------------------------------------------------


def _no_gradient(comparison: Comparison) -> str:
    failure = comparison.failure
    if failure is None:
        constant = "a constant: its gradient is empty, and there is nothing to compare"
        return "" if comparison.problem.wrt else "; ".join([constant, *_on_the_way(comparison)])
    numbers = {name for answer in comparison.answers for name, x in answer.gradient.items() if x is not None}
    if failure.code == "E803" and comparison.truth is not None:
        names = list(comparison.truth.slopes)
        sentence = f"there is no {partials(names, 'or')} at this point"
        if numbers.isdisjoint(names):
            return f"{sentence}, and no method returns a number for it"
        return f"{sentence}: a number that a method returns for it is a convention, or an accident of its step"
    if failure.code == "E802" and numbers:
        return f"{failure.message}; so no number in the table is a derivative"
    return failure.message


def _no_truth(comparison: Comparison) -> str:
    truth = comparison.truth
    if truth is not None and any(truth.gradient.values()):
        return "" if comparison.answers else "this is the truth alone: no method was asked"
    answered = [answer.method for answer in comparison.answers if answer.status == "ok"]
    said = [f"{join(answered)} answered"] if answered else []
    said += clauses.stopped(comparison)
    if truth is None:
        return f"the truth was not asked for, so no error is known: {'; '.join(said)}"
    why = "; ".join(truth.notes) or truth.status
    return "; ".join([f"the truth is not known ({why}), and so no error", *said])


# --- What was compared ------------------------------------------------------------------------------------------------


def _compared(comparison: Comparison) -> list[str]:
    """The clauses of the sentence: what went wrong first, what it cost last."""
    found = standings(comparison)
    mistake = _mistake(comparison, found)
    if mistake:
        return [mistake]
    doubt = parts_elsewhere(comparison)
    if doubt:
        return [doubt]
    at_kink, explained = _at_kink(comparison, found)
    others = [each for each in found if each not in explained]
    exact = [each for each in others if each.exact]
    rough = [each for each in others if not each.exact]
    misled = clauses.misled(comparison)
    lost = "" if misled else _cancellation(comparison, exact, rough)
    if lost:
        return [*at_kink, lost, *clauses.missing(comparison, found), *clauses.value(comparison)]
    return [
        *_on_the_way(comparison),
        *misled,
        *at_kink,
        *clauses.zero(comparison, others),
        *clauses.agreement(exact),
        *clauses.differences(rough),
        *clauses.missing(comparison, found),
        *clauses.value(comparison),
        *gap_elsewhere(comparison),
        *clauses.cost(comparison),
    ] or ["there is nothing to compare"]


def _mistake(comparison: Comparison, found: Sequence[Standing]) -> str:
    """Whether a formula that the user wrote is the odd one out."""
    hand = next((each for each in found if each.answer.variant in ("given", "file")), None)
    if hand is None or comparison.problem.hand is None:
        return ""
    others = [each for each in found if each.exact and each is not hand]
    wrong = [
        name
        for name in hand.astray
        if name in comparison.problem.hand.formulas
        and hand.digits.get(name, 0.0) <= LOST
        and not any(name in each.astray for each in others)
    ]
    if not wrong:
        return ""
    one = len(wrong) == 1
    subject = f"check the formula{'' if one else 's'} by hand for {partials(wrong)}: {'it' if one else 'they'}"
    factor = _factor(comparison, hand, wrong)
    if factor:
        return f"{subject} {'is' if one else 'are'} {factor} the truth: a mistake, and not rounding"
    return f"{subject} {_how_wrong(hand, wrong, others)}, and that is a mistake more often than rounding"


def _factor(comparison: Comparison, hand: Standing, wrong: Sequence[str]) -> str:
    """Whether what is wrong is a simple multiple of the truth."""
    pairs = [(hand.answer.gradient[name], comparison.true_partial(name)) for name in wrong]
    ratios = {round(said / true.nearest, 9) for said, true in pairs if said is not None and true and true.nearest}
    return _FACTORS.get(ratios.pop(), "") if len(ratios) == 1 and len(pairs) == len(wrong) else ""


def _how_wrong(hand: Standing, wrong: Sequence[str], others: Sequence[Standing]) -> str:
    one = len(wrong) == 1
    kept = [hand.digits[name] for name in wrong if name in hand.digits]
    if not kept:
        return f"{'is' if one else 'are'} off by {max(hand.misses[name] for name in wrong):.2g} where the truth is 0"
    how = f"keep{'s' if one else ''} {min(kept):.1f} digits{'' if one else ' at worst'}"
    good = [each.digits[name] for each in others for name in wrong if name in each.digits]
    if not good:
        return how
    return f"{how} where the other exact methods keep {min(good):.1f}{' or more' if len(set(good)) > 1 else ''}"


def _cancellation(comparison: Comparison, exact: Sequence[Standing], rough: Sequence[Standing]) -> str:
    """Whether every method of exact rules has lost most digits of a partial."""
    best = {name: kept for name in comparison.problem.wrt if (kept := _most(exact, name)) is not None and kept < LOST}
    if not best:
        return ""
    name = min(best, key=lambda each: best[each])
    who, each = _who(exact, name, best[name])
    sentence = (
        f"exact rules, inexact answer: {who} of {partials([name])}, for {each} the formula with its rounding errors"
    )
    better = {each.method: each.digits[name] for each in rough if each.digits.get(name, 0.0) > best[name]}
    if better:
        method = max(better, key=lambda each: better[each])
        sentence += f" ({method} keeps {better[method]:.1f})"
    return f"{sentence}; write the formula another way"


def _most(standings: Sequence[Standing], name: str) -> float | None:
    """The most digits that any of these methods keeps of a partial."""
    return max((each.digits[name] for each in standings if name in each.digits), default=None)


def _who(exact: Sequence[Standing], name: str, kept: float) -> tuple[str, str]:
    methods = [each.method for each in exact if name in each.digits]
    amount = f"more than {kept:.1f} digits" if kept >= 1 else "a single digit"
    if len(methods) > 1:
        return f"no exact method keeps {amount}", "each differentiates"
    return (
        f"{methods[0]} {f'keeps only {kept:.1f} digits' if kept >= 1 else f'does not keep {amount}'}",
        "it differentiates",
    )


def _at_kink(comparison: Comparison, found: Sequence[Standing]) -> tuple[list[str], list[Standing]]:
    """What kinks explain: AD returns a number at a kink inside the function, and it may be wrong for the whole."""
    kept = value_digits(comparison)
    if kept is not None and kept < GOOD:
        return [], []  # in doubles this may not be the kink, or not the branch, of the function
    for node, below in kinks(comparison):
        explained = [
            each
            for each in found
            if each.exact
            and each.astray
            and each.far_off
            and below.issuperset(each.astray)
            and right_beside(comparison, each.astray)
        ]
        if not explained:
            continue
        names = list(dict.fromkeys(name for each in explained for name in each.astray))
        methods = join([each.method for each in explained])
        one = len(explained) == 1
        if node.operation is not None and node.operation.selects:
            return [
                f"{methods} {'sees' if one else 'see'} only the branch of {shorten(node)} that is taken, "
                f"and {'misses' if one else 'miss'} {partials(names)}"
            ], explained
        return [
            f"at the kink of {shorten(node)} {methods} {'follows' if one else 'follow'} a convention, "
            f"and {'misses' if one else 'miss'} {partials(names)}"
        ], explained
    return [], []


def _on_the_way(comparison: Comparison) -> list[str]:
    """Whether the function has a value that its formula does not reach in doubles."""
    true = comparison.truth.value if comparison.truth else None
    if is_number(comparison.value) or true is None or not math.isfinite(true.nearest):
        return []
    lost = "in doubles a step of the formula overflows or leaves its domain"
    return [f"{lost}, though the function has a value: write it another way"]
