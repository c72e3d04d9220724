"""The closing sentence of a comparison: what to learn from its tables.  Every figure in it comes from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from diffcompare.language.printer import shorten
from diffcompare.numeric.evaluate import is_number
from diffcompare.studies.accuracy import FULL_DIGITS
from diffcompare.studies.compare import (
    GOOD,
    Standing,
    countable,
    gap_elsewhere,
    kinks,
    parts_elsewhere,
    right_beside,
    standings,
    value_digits,
)

if TYPE_CHECKING:
    from diffcompare.studies.compare import Comparison
    from diffcompare.truth.rounding import TrueNumber


# The clauses of a verdict, one function each: a list of at most a few, empty where there is nothing to say.

STOPPED = {
    "timed-out": "timed out",
    "out-of-memory": "ran out of memory",
    "failed": "failed",
    "not-supported": "cannot differentiate this function",
}


def agreement(exact: Sequence[Standing]) -> list[str]:
    """What the methods of exact rules keep; those that lost digits come after those that did not."""
    good = {each.method: each.least for each in exact if each.least is not None and each.least >= GOOD}
    poor = {each.method: each.least for each in exact if each.least is not None and each.least < GOOD}
    said = []
    if good:
        least = min(good.values())
        amount = f"{least:.1f} digits{'' if len(set(good.values())) == 1 else ' or more'}"
        amount = f"all {FULL_DIGITS} digits of a double" if least >= FULL_DIGITS else amount
        said.append(f"{join(list(good))} {_keep(good)} {amount}")
    if poor:
        low, high = min(poor.values()), max(poor.values())
        amount = f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"
        said.append(f"{join(list(poor))} {_keep(poor)} only {amount}{'' if good else ' digits'}")
    return said


def differences(rough: Sequence[Standing]) -> list[str]:
    """What the difference formulas keep."""
    kept = {each.method: each.least for each in rough if each.least is not None}
    if not kept:
        return []
    if len(set(kept.values())) == 1:
        return [f"{join(list(kept))} {_keep(kept)} {min(kept.values()):.1f} of {FULL_DIGITS} digits"]
    (first, least), *rest = kept.items()
    listed = join([f"{first} keeps {least:.1f}", *[f"{method} {least:.1f}" for method, least in rest]])
    return [f"{listed} of {FULL_DIGITS} digits"]


def _keep(methods: dict[str, float]) -> str:
    return "keeps" if len(methods) == 1 else "keep"


def zero(comparison: Comparison, found: Sequence[Standing]) -> list[str]:
    """What the methods say where the truth is 0 as a double: every one where all of it is, else those clearly off."""
    assert comparison.truth is not None
    truth = comparison.truth.gradient.values()
    everywhere = all(true is not None and true.nearest == 0 for true in truth)
    sizes = {each.method: max(each.misses.values()) for each in found if each.misses}
    astray = {each.method for each in found if any(name in each.astray for name in each.misses)}
    off = [(method, size) for method, size in sizes.items() if (size > 0 if everywhere else method in astray)]
    said = [f"{method} {'is ' * (place == 0)}off by {size:.2g}" for place, (method, size) in enumerate(off)]
    if not everywhere:
        is_zero = "is 0 or underflows" if _underflow(comparison) else "is 0"
        return [f"where the truth {is_zero}, {join(said)}"] if said else []
    right = [method for method, size in sizes.items() if size == 0]
    exact = all(true is not None and true.text == "0" and true.bound == "0" for true in truth)
    returned = "exactly that" if exact else "0"
    said[:0] = [f"{join(right)} {'returns' if len(right) == 1 else 'return'} {returned}"] if right else []
    return [f"{_nothing(comparison)}: {', '.join(said)}"] if said else list(filter(None, [_underflow(comparison)]))


def _nothing(comparison: Comparison) -> str:
    """How a gradient is told whose nearest doubles are all 0: as 0, as 0 within a bound, or by its size."""
    assert comparison.truth is not None
    underflow = _underflow(comparison)
    if underflow:
        return underflow
    bounds = [true.bound for true in comparison.truth.gradient.values() if true and true.bound != "0"]
    return f"the truth is 0{f' to within {max(bounds, key=Decimal)}' if bounds else ''}"


def _underflow(comparison: Comparison) -> str:
    """The partials that are not 0, although the doubles nearest to them are."""
    assert comparison.truth is not None
    gradient = comparison.truth.gradient
    small = {name: true for name, true in gradient.items() if true and true.text != "0" and true.nearest == 0}
    if not small:
        return ""
    largest = f"{max(Decimal(true.text).copy_abs() for true in small.values()):.1e}"
    if len(small) == 1:
        return f"the true {partials(list(small))} is {_sized(*small.values())}, which underflows to 0"
    return f"the true {partials(list(small))}, of size {largest} at most, underflow to 0"


def _sized(true: TrueNumber) -> str:
    """A number that no double holds, to two digits."""
    return f"{Decimal(true.text):.1e}"


def misled_clause(comparison: Comparison) -> list[str]:
    """Whether rounding decides a condition: who computes it in doubles differentiates another branch."""
    if comparison.truth is None or not comparison.truth.misled:
        return []
    node = shorten(comparison.truth.misled[0])
    return [f"rounding decides the condition of {node}: in doubles it takes another branch"]


def missing(comparison: Comparison, found: Sequence[Standing]) -> list[str]:
    """What is not there: numbers of a method, partials that doubles cannot hold, the truth, whole answers."""
    return [*_silent(found), *_beyond(comparison), *stopped(comparison)]


def _silent(found: Sequence[Standing]) -> list[str]:
    """Which methods have no number for a partial that exists."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in found:
        if each.silent:
            groups.setdefault(each.silent, []).append(each.method)
    return [
        f"{join(methods)} {'has' if len(methods) == 1 else 'have'} no number for {partials(names)} (the notes say why)"
        for names, methods in groups.items()
    ]


def _beyond(comparison: Comparison) -> list[str]:
    """Partials too large or too small for a double, and those of which the truth is not known."""
    assert comparison.truth is not None
    gradient = comparison.truth.gradient
    large = [name for name, true in gradient.items() if true and math.isinf(true.nearest)]
    small = [name for name, true in gradient.items() if true and true.nearest and not countable(true)]
    small = [name for name in small if name not in large]
    underflow = "" if all(true and true.nearest == 0 for true in gradient.values()) else _underflow(comparison)
    unknown = [name for name, true in gradient.items() if true is None]
    size = "".join(f"{_sized(true)}, " for name, true in gradient.items() if true and [name] == large)
    return [
        *([f"the true {partials(large)} {_is(large)} {size}beyond the range of doubles (1.8e308)"] if large else []),
        *(
            [f"the true {partials(small)} {_is(small)} below 2.2e-308, where doubles run out of digits"]
            if small
            else []
        ),
        *([underflow] if underflow else []),
        *([f"the truth of {partials(unknown)} is not known"] if unknown else []),
    ]


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def stopped(comparison: Comparison) -> list[str]:
    """Which methods did not come to an answer."""
    return [f"{answer.method} {STOPPED[answer.status]}" for answer in comparison.answers if answer.status in STOPPED]


def value(comparison: Comparison) -> list[str]:
    """Whether the value itself is wrong, which no method of differentiation can notice."""
    kept = value_digits(comparison)
    if kept is None or kept >= GOOD:
        return []
    return [f"of the value itself {f'only {kept:.1f} digits are' if kept >= 1 else 'not a single digit is'} right"]


def cost(comparison: Comparison) -> list[str]:
    """What reverse mode pays for all partials beside another method that was asked."""
    work = {each.method: each.work.operations for each in comparison.answers if each.work and each.status == "ok"}
    count = len(comparison.problem.wrt)
    other = next((each for each in ("forward-ad", "forward-difference", "central-difference") if each in work), None)
    if "reverse-ad" not in work or other is None or count < 2:
        return []
    which = "both partials" if count == 2 else f"all {count} partials"
    return [f"for {which} reverse-ad does {work['reverse-ad']} operations and {other} {work[other]}"]


# --- Words ------------------------------------------------------------------------------------------------------------


def partials(names: Sequence[str], word: str = "and") -> str:
    """`df/dx`, `df/dx and df/dy`, `df/dx1, df/dx2, df/dx3 and 5 more`."""
    shown = [f"df/d{name}" for name in names]
    return join(shown if len(shown) <= 4 else [*shown[:3], f"{len(shown) - 3} more"], word)


def join(words: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f"{', '.join(words[:-1])} {word} {words[-1]}" if len(words) > 1 else "".join(words)


LOST = 8.0  # half of the digits: who keeps no more has lost them to cancellation, or made a mistake


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
    said += stopped(comparison)
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
    misled = misled_clause(comparison)
    lost = "" if misled else _cancellation(comparison, exact, rough)
    if lost:
        return [*at_kink, lost, *missing(comparison, found), *value(comparison)]
    return [
        *_on_the_way(comparison),
        *misled,
        *at_kink,
        *zero(comparison, others),
        *agreement(exact),
        *differences(rough),
        *missing(comparison, found),
        *value(comparison),
        *gap_elsewhere(comparison),
        *cost(comparison),
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
