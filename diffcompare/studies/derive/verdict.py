"""The closing sentence: which rules, how large, and whether the formulas hold at the point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from diffcompare.studies.comparison.clauses import join
from diffcompare.studies.comparison.data import FULL_DIGITS, correct_digits, measure
from diffcompare.studies.inputs import MOST_SHOWN, coordinate
from diffcompare.studies.telling import large

if TYPE_CHECKING:
    from diffcompare.studies.derive.record import Derive

MOST_RULES = 8
"""Rules that are counted by name in the sentence."""


def verdict(derive: Derive) -> str:
    """The sentences that close a derivation."""
    return " ".join([_rules(derive), _sizes(derive), _check(derive)])


def rules_used(derive: Derive) -> dict[str, int]:
    """How often each rule was applied, the most frequent first."""
    return dict(Counter(step.rule for each in derive.derivations for step in each.steps).most_common())


def _rules(derive: Derive) -> str:
    used = rules_used(derive)
    named = [f"{rule.replace(', ', ' with ')} {_times(count)}" for rule, count in used.items()]
    if len(named) > MOST_RULES:
        named = [*named[: MOST_RULES - 1], f"{len(named) - MOST_RULES + 1} others"]
    total, written = sum(each.rules for each in derive.derivations), sum(used.values())
    which = f" (the first {written:,} of them counted)" if written < total else ""
    return f"{total:,} rule{'s' * (total != 1)} applied{which}: {join(named)}."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _sizes(derive: Derive) -> str:
    raw = sum(each.sizes["raw"].tree for each in derive.derivations)
    what = "derivative has" if len(derive.derivations) == 1 else "derivatives have together"
    said = f"Unsimplified the {what} {large(raw)} node{'s' * (raw != 1)}"
    if not all(each.tidied for each in derive.derivations):
        return f"{said}, which is too large to be tidied."
    return f"{said}, tidied {large(sum(each.sizes['tidied'].tree for each in derive.derivations))}."


def _check(derive: Derive) -> str:
    check = derive.check
    if not derive.wrt:
        return "There is no variable, so that there is nothing to check."
    if check.failure is not None:
        return f"The formulas cannot be checked {_place(derive)}: {check.failure.message}."
    lost = [each.by for each in derive.derivations if check.raw[each.by] is None]
    if lost:
        return f"{_begin(derive)} the unsimplified formula by {join(lost[:4])} has no finite value."
    if not check.truth and None in check.reverse.values():
        return f"{_begin(derive)} neither the truth nor reverse mode has a gradient to hold the formulas against."
    formulas: dict[str, Mapping[str, float | None]] = {"unsimplified": check.raw, "tidied": check.tidied}
    kept = {name: _digits(derive, values) for name, values in formulas.items() if values}
    with_what = "the truth" if check.truth else "reverse mode"
    digits = list(kept.values())
    if len(set(digits)) == 1:
        both = "both formulas agree" if len(kept) > 1 else "the formula agrees"
        return f"{_begin(derive)} {both} with {with_what} {_amount(digits[0])}."
    listed = join([f"{name} {_amount(number)}" for name, number in kept.items()])
    return f"{_begin(derive)} the formulas agree with {with_what}: {listed}."


def _place(derive: Derive) -> str:
    parts = [f"{name} = {coordinate(x)}" for name, x in derive.point.items()]
    if not parts:
        return "here"
    return f"at {', '.join(parts if len(parts) <= MOST_SHOWN else [*parts[: MOST_SHOWN - 1], '...'])}"


def _begin(derive: Derive) -> str:
    place = _place(derive)
    return place[0].upper() + place[1:]


def _amount(digits: float) -> str:
    return f"to all {FULL_DIGITS} digits of a double" if digits >= FULL_DIGITS else f"to {digits:.1f} digits"


def _digits(derive: Derive, values: Mapping[str, float | None]) -> float:
    """The digits that the worst partial has in common with the truth, or with reverse mode."""
    least = FULL_DIGITS
    for name, value in values.items():
        if derive.check.truth:
            found = measure(value, derive.check.truth.get(name))
            digits = found["digits"] if found["relative"] is not None else _absolute(found["absolute"])
        else:
            other = derive.check.reverse.get(name)
            digits = None if value is None or other is None else _agreeing(value, other)
        least = min(least, 0.0 if digits is None else digits)
    return least


def _absolute(error: float | None) -> float | None:
    """Beside a true partial of 0 an error counts as it is."""
    return None if error is None else correct_digits(error)


def _agreeing(one: float, other: float) -> float:
    if one == other:
        return FULL_DIGITS
    return correct_digits(abs(one - other) / max(abs(one), abs(other))) or 0.0
