"""The clauses of a verdict, one function each: a list of at most a few, empty where there is nothing to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from diffcompare.backends.automatic import shorten
from diffcompare.studies.comparison.data import FULL_DIGITS
from diffcompare.studies.comparison.standings import GOOD, Standing, countable, value_digits

if TYPE_CHECKING:
    from diffcompare.studies.comparison.record import Comparison
    from diffcompare.truth.rounding import TrueNumber

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


def misled(comparison: Comparison) -> list[str]:
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
