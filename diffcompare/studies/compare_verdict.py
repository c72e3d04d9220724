"""The closing sentence of a comparison: what to learn from its tables, from which every figure in it comes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.language.expression import Expression
from diffcompare.language.printer import shorten
from diffcompare.numeric.evaluate import is_number
from diffcompare.studies.accuracy import FULL_DIGITS
from diffcompare.studies.compare import (
    GIVEN,
    MIN_EXACT_DIGITS,
    MIN_USEFUL_DIGITS,
    Comparison,
    MethodAccuracy,
    has_countable_digits,
    kinks,
    method_accuracies,
    right_nearby,
    tied_lines,
    value_digits,
)
from diffcompare.studies.record import join, partials

if TYPE_CHECKING:
    from diffcompare.truth.establish import Truth
    from diffcompare.truth.rounding import TrueNumber


RIVALS = ("forward-ad", "forward-difference", "central-difference")  # with which reverse mode is compared
MAX_NAMED = 8  # methods of other libraries that a sentence lists by name
STOPPED = {
    "timed-out": "timed out",
    "interrupted": "was interrupted",
    "out-of-memory": "ran out of memory",
    "failed": "failed",
    "not-supported": "cannot differentiate this function",
}
_UNLIKE = {  # the clauses where the recording is not the function, by the warnings that say so
    "W320": "the truth is that of one recorded run, and the function differs from call to call",
    "W321": "the truth is that of the recording, and the function is another one: see the warning",
}


class Findings(NamedTuple):
    """The clauses of the sentence in their order: what went wrong first, what it cost last."""

    wrong: Sequence[str] = ()
    kept: Sequence[str] = ()  # the digits that methods keep
    missing: Sequence[str] = ()
    value: Sequence[str] = ()  # the value itself is inaccurate
    gap: Sequence[str] = ()
    cost: Sequence[str] = ()


def verdict(comparison: Comparison) -> str:
    """Return one sentence that says what to learn from the tables."""
    return as_sentence(not_compared(comparison) or "; ".join(chain(*findings(comparison))))


def as_sentence(clauses: str) -> str:
    """Return clauses with a capital letter and a full stop."""
    return f"{clauses[0].upper()}{clauses[1:]}."


def not_compared(comparison: Comparison) -> str:
    """Return why nothing can be compared: no gradient, no truth or no method; empty where something can."""
    return _no_gradient(comparison) or _no_truth(comparison)


# --- Clauses: each function returns a list of at most a few, empty where there is nothing to say ----------------------


def agreement(exact: Sequence[MethodAccuracy], truth: Truth | None) -> list[str]:
    """Tell how many digits the exact methods keep; those that lost digits come last."""
    kept = {method.method: method.min_digits for method in exact if method.min_digits is not None}
    good = {method: digits for method, digits in kept.items() if digits >= MIN_EXACT_DIGITS}
    poor = {method: digits for method, digits in kept.items() if digits < MIN_EXACT_DIGITS}
    clauses = []
    if good:
        least = min(good.values())
        amount = f"{least:.1f} digits{'' if len(set(good.values())) == 1 else ' or more'}"
        full = f"all {FULL_DIGITS} digits of a double"
        if truth is not None and truth.source == "differences":
            full = "every digit that the differences bound"
        amount = full if least >= FULL_DIGITS else amount
        clauses.append(f"{join(_named([method for method in exact if method.method in good]))} {_keep(good)} {amount}")
    if poor:
        low, high = min(poor.values()), max(poor.values())
        amount = f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"
        clauses.append(f"{join(list(poor))} {_keep(poor)} only {amount}{'' if good else ' digits'}")
    return clauses


def _named(methods: Sequence[MethodAccuracy]) -> list[str]:
    """Return the names of methods; those of other libraries are counted where there are many."""
    ours = [method.method for method in methods if method.answer.engine is None]
    others = [method.method for method in methods if method.answer.engine is not None]
    return ours + (others if len(others) <= MAX_NAMED else [f"{len(others)} methods of other libraries"])


def differences(approximate: Sequence[MethodAccuracy]) -> list[str]:
    """Tell how many digits the difference formulas keep."""
    kept = {method.method: method.min_digits for method in approximate if method.min_digits is not None}
    if not kept:
        return []
    if len(set(kept.values())) == 1:
        return [f"{join(list(kept))} {_keep(kept)} {min(kept.values()):.1f} of {FULL_DIGITS} digits"]
    (first, least), *rest = kept.items()
    listed = join([f"{first} keeps {least:.1f}", *[f"{method} {least:.1f}" for method, least in rest]])
    return [f"{listed} of {FULL_DIGITS} digits"]


def _keep(methods: dict[str, float]) -> str:
    return "keeps" if len(methods) == 1 else "keep"


def zero(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> list[str]:
    """Tell what the methods return where the truth is 0 as a double.

    If the whole gradient is 0, every method is named, else only those that are clearly wrong.
    """
    assert comparison.truth is not None
    truth = comparison.truth.gradient.values()
    everywhere = all(true is not None and true.nearest == 0 for true in truth)
    errors = {method.method: max(method.errors_at_zero.values()) for method in methods if method.errors_at_zero}
    wrong = {method.method for method in methods if any(name in method.wrong for name in method.errors_at_zero)}
    off = [(method, error) for method, error in errors.items() if (error > 0 if everywhere else method in wrong)]
    clauses = [f"{method} {'is ' * (place == 0)}off by {error:.2g}" for place, (method, error) in enumerate(off)]
    if not everywhere:
        is_zero = "is 0 or underflows" if _underflow(comparison) else "is 0"
        return [f"where the truth {is_zero}, {join(clauses)}"] if clauses else []
    right = [method for method, error in errors.items() if error == 0]
    exact = all(true is not None and true.text == "0" and true.bound == "0" for true in truth)
    returned = "exactly that" if exact else "0"
    clauses[:0] = [f"{join(right)} {'returns' if len(right) == 1 else 'return'} {returned}"] if right else []
    if clauses:
        return [f"{_zero_truth(comparison)}: {', '.join(clauses)}"]
    return list(filter(None, [_underflow(comparison)]))


def _zero_truth(comparison: Comparison) -> str:
    """Describe a true gradient whose nearest doubles are all 0: as 0, as 0 within a bound, or by its size."""
    assert comparison.truth is not None
    underflow = _underflow(comparison)
    if underflow:
        return underflow
    bounds = [true.bound for true in comparison.truth.gradient.values() if true and true.bound != "0"]
    return f"the truth is 0{f' to within {max(bounds, key=Decimal)}' if bounds else ''}"


def _underflow(comparison: Comparison) -> str:
    """Tell which true partials are not 0 although the doubles nearest to them are; empty if there are none."""
    assert comparison.truth is not None
    gradient = comparison.truth.gradient
    small = {name: true for name, true in gradient.items() if true and true.text != "0" and true.nearest == 0}
    if not small:
        return ""
    largest = f"{max(Decimal(true.text).copy_abs() for true in small.values()):.1e}"
    if len(small) == 1:
        return f"the true {partials(list(small))} is {_two_digits(*small.values())}, which underflows to 0"
    return f"the true {partials(list(small))}, of size {largest} at most, underflow to 0"


def _two_digits(true: TrueNumber) -> str:
    """Return a number that no double holds as text with two digits."""
    return f"{Decimal(true.text):.1e}"


def branch_clause(comparison: Comparison) -> list[str]:
    """Warn where rounding decides a condition, so that every method in doubles differentiates the wrong branch."""
    if comparison.truth is None or not comparison.truth.misled:
        return []
    node = shorten(comparison.truth.misled[0])
    return [f"rounding decides the condition of {node}: in doubles it takes a different branch"]


def missing(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> list[str]:
    """Tell what is missing: numbers of a method, partials that doubles cannot hold, the truth, whole answers."""
    engines = [method for method in methods if method.answer.engine is not None]
    nans = engine_answers().without_number(engines) if engines else []
    return [*_without_number(methods), *nans, *_out_of_range(comparison), *stopped(comparison)]


def _without_number(accuracies: Sequence[MethodAccuracy]) -> list[str]:
    """Tell which methods have no number for a partial that exists; methods that miss the same ones share a clause."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for accuracy in accuracies:
        if accuracy.no_number and accuracy.answer.engine is None:
            groups.setdefault(accuracy.no_number, []).append(accuracy.method)
    return [
        f"{join(methods)} {'has' if len(methods) == 1 else 'have'} no number for {partials(names)} (the notes say why)"
        for names, methods in groups.items()
    ]


def _out_of_range(comparison: Comparison) -> list[str]:
    """Tell which true partials are too large or too small for a double, and which are not known."""
    assert comparison.truth is not None
    gradient = comparison.truth.gradient
    large = [name for name, true in gradient.items() if true and math.isinf(true.nearest)]
    small = [name for name, true in gradient.items() if true and true.nearest and not has_countable_digits(true)]
    small = [name for name in small if name not in large]
    underflow = "" if all(true and true.nearest == 0 for true in gradient.values()) else _underflow(comparison)
    unknown = [name for name, true in gradient.items() if true is None]
    size = "".join(f"{_two_digits(true)}, " for name, true in gradient.items() if true and [name] == large)
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
    """Tell which methods stopped without an answer, and why."""
    groups: dict[str, list[str]] = {}
    for answer in comparison.answers:
        if answer.status in STOPPED:
            groups.setdefault(STOPPED[answer.status], []).append(answer.method)
    return [f"{join(methods)} {why}" for why, methods in groups.items()]


def value(comparison: Comparison) -> list[str]:
    """Warn where the value itself is inaccurate, which no method of differentiation can notice."""
    digits = value_digits(comparison)
    if digits is None or digits >= MIN_EXACT_DIGITS:
        return []
    return [
        f"the value itself has {f'only {digits:.1f} correct digits' if digits >= 1 else 'not a single correct digit'}"
    ]


def cost(comparison: Comparison) -> list[str]:
    """Compare the operations that reverse mode needs for all partials with those of another method."""
    work = {
        answer.method: answer.work.operations for answer in comparison.answers if answer.work and answer.status == "ok"
    }
    count = len(comparison.problem.wrt)
    other = next((method for method in RIVALS if method in work), None)
    if "reverse-ad" not in work or other is None or count < 2:
        return []
    which = "both partials" if count == 2 else f"all {count} partials"
    return [f"for {which} reverse-ad does {work['reverse-ad']} operations and {other} {work[other]}"]


def engine_answers() -> ModuleType:
    """Import what is said of other libraries, which a comparison of our own methods need not load."""
    from diffcompare.studies import engine_answers

    return engine_answers


# --- Where nothing can be compared ------------------------------------------------------------------------------------


def _no_gradient(comparison: Comparison) -> str:
    """Return the sentence for a function without a gradient at this point, or without variables; else empty."""
    failure = comparison.failure
    if failure is None:
        constant = "a constant: its gradient is empty, and there is nothing to compare"
        return "" if comparison.problem.wrt else "; ".join([constant, *_value_lost(comparison)])
    numbers = {name for answer in comparison.answers for name, x in answer.gradient.items() if x is not None}
    if failure.code == "E803" and comparison.truth is not None:
        names = list(comparison.truth.slopes)
        sentence = f"there is no {partials(names, 'or')} at this point"
        if numbers.isdisjoint(names):
            return f"{sentence}, and no method returns a number for it"
        engines = any(answer.engine for answer in comparison.answers)
        outside = engine_answers().outside_slopes(comparison) if engines else ""
        sentence = f"{sentence}: a number that a method returns for it is a convention, or an accident of its step"
        return f"{sentence}; {outside}" if outside else sentence
    if failure.code == "E802" and numbers:
        return f"{failure.message}; so no number in the table is a derivative"
    return failure.message


def _no_truth(comparison: Comparison) -> str:
    """Return the sentence for a comparison without a truth or without methods; empty if there are both."""
    truth = comparison.truth
    if truth is not None and any(truth.gradient.values()):
        return "" if comparison.answers else "this is the truth alone: no method was asked"
    answered = [answer.method for answer in comparison.answers if answer.status == "ok"]
    clauses = [f"{join(answered)} answered"] if answered else []
    clauses += stopped(comparison)
    if truth is None:
        return f"the truth was not asked for, so no error is known: {'; '.join(clauses)}"
    why = "; ".join(truth.notes) or truth.status
    return "; ".join([f"the truth is not known ({why}), and so no error", *clauses])


# --- What was compared ------------------------------------------------------------------------------------------------


def findings(comparison: Comparison) -> Findings:
    """Return what there is to say of a comparison with a truth.

    A mistake in the user's formula silences all other clauses, and cancellation most of them.
    """
    methods = method_accuracies(comparison)
    at_fault, misled_by_it = _own_operation(comparison, methods)
    doubt, gap = _own_formulas(comparison, [method for method in methods if method not in misled_by_it], at_fault)
    if doubt:
        return Findings([*at_fault, doubt])
    at_kink, explained = (at_fault, misled_by_it) if at_fault else _at_kink(comparison, methods)
    engines = any(method.answer.engine for method in methods)
    unexplained = [method for method in methods if method not in explained]
    wrong, named = engine_answers().wrong_answers(comparison, unexplained) if engines else ([], set())
    others = [method for method in unexplained if method.method not in named]
    exact = [method for method in others if method.exact and method.full == FULL_DIGITS]
    single = [method for method in others if method.exact and method.full < FULL_DIGITS]
    approximate = [method for method in others if not method.exact]
    unlike = [_UNLIKE[note.code] for note in comparison.notes if note.code in _UNLIKE]
    gone = missing(comparison, methods)
    if unlike and not at_kink:
        return Findings(missing=[*unlike, *gone])
    misled = branch_clause(comparison)
    lost = "" if misled else _cancellation(comparison, exact, approximate)
    if lost:
        return Findings([*wrong, *at_kink, lost], missing=gone, value=value(comparison))
    kept = [
        *zero(comparison, others),
        *agreement(exact, comparison.truth),
        *(engine_answers().single_precision(single) if single else []),
        *differences(approximate),
    ]
    off = [*_value_lost(comparison), *misled, *wrong, *at_kink]
    found = Findings(off, kept, gone, value(comparison), gap, cost(comparison))
    return found if any(found) else Findings(missing=["there is nothing to compare"])


def _own_formulas(
    comparison: Comparison, methods: Sequence[MethodAccuracy], at_fault: Sequence[str]
) -> tuple[str, list[str]]:
    """Return a clause on a mistake in the formulas of the user, here or elsewhere, and one on where they have no value.

    An operation of the user's own that is at fault speaks for what differs elsewhere.
    """
    if comparison.problem.hand is None or comparison.problem.hand.origin == "catalogue":
        return "", []
    from diffcompare.studies.own_formulas import disagreement_elsewhere, gap_elsewhere, mistake

    doubt = mistake(comparison, methods) or ("" if at_fault else disagreement_elsewhere(comparison))
    return doubt, [] if doubt else gap_elsewhere(comparison)


def _own_operation(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> tuple[list[str], list[MethodAccuracy]]:
    """Blame an operation of the user's own whose backward or definition is wrong: the clause, and what it explains."""
    wrong = [method for method in methods if method.exact and method.wrong]
    if not wrong and (value_digits(comparison) or FULL_DIGITS) >= MIN_EXACT_DIGITS:
        return [], []
    from diffcompare.truth.own_backwards import disagreement  # few comparisons ask

    clause = disagreement(comparison.nodes, comparison.problem.point)
    return ([clause], [method for method in wrong if method.answer.variant not in GIVEN]) if clause else ([], [])


def _cancellation(
    comparison: Comparison, exact: Sequence[MethodAccuracy], approximate: Sequence[MethodAccuracy]
) -> str:
    """Warn where every exact method has lost most digits of a partial; empty if there is none."""
    best = {name: _max_digits(exact, name) for name in comparison.problem.wrt}
    lost = {name: digits for name, digits in best.items() if digits is not None and digits < MIN_USEFUL_DIGITS}
    if not lost:
        return ""
    name = min(lost, key=lost.__getitem__)
    who, differentiates = _who_lost(exact, name, lost[name])
    sentence = (
        f"exact rules, inexact answer: {who} of {partials([name])}, because {differentiates} the formula with its "
        "rounding errors"
    )
    better = {method.method: method.digits.get(name, 0.0) for method in approximate}
    better = {method: digits for method, digits in better.items() if digits > lost[name]}
    if better:
        method = max(better, key=better.__getitem__)
        sentence += f" ({method} keeps {better[method]:.1f})"
    return f"{sentence}; write the formula another way"


def _max_digits(methods: Sequence[MethodAccuracy], name: str) -> float | None:
    """Return the most digits that any of these methods keeps of a partial; None where none can be counted."""
    return max((method.digits[name] for method in methods if name in method.digits), default=None)


def _who_lost(exact: Sequence[MethodAccuracy], name: str, kept: float) -> tuple[str, str]:
    methods = [method.method for method in exact if name in method.digits]
    amount = f"more than {kept:.1f} digits" if kept >= 1 else "a single digit"
    if len(methods) > 1:
        return f"no exact method keeps {amount}", "each differentiates"
    return (
        f"{methods[0]} {f'keeps only {kept:.1f} digits' if kept >= 1 else f'does not keep {amount}'}",
        "it differentiates",
    )


def _at_kink(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> tuple[list[str], list[MethodAccuracy]]:
    """Explain errors by a kink: return the clause and the methods that it explains.

    AD returns a number at a kink inside the function, and that may be wrong for the function as a whole.
    """
    digits = value_digits(comparison)
    if digits is not None and digits < MIN_EXACT_DIGITS:
        return [], []  # in doubles this may not be the kink, or not the branch, of the function
    places: list[tuple[Expression | str, set[str]]] = [*kinks(comparison), *tied_lines(comparison)]
    for node, names_below in places:
        explained = [
            method
            for method in methods
            if method.exact
            and method.wrong
            and method.far_off
            and names_below.issuperset(method.wrong)
            and right_nearby(comparison, method.wrong)
        ]
        if not explained:
            continue
        names = list(dict.fromkeys(name for method in explained for name in method.wrong))
        listed = join([method.method for method in explained])
        one = len(explained) == 1
        if isinstance(node, str):
            clause = f"{listed} {'sees' if one else 'see'} only the path taken at {node}, "
        elif node.operation is not None and node.operation.selects:
            clause = f"{listed} {'sees' if one else 'see'} only the branch of {shorten(node)} that is taken, "
        else:
            clause = f"at the kink of {shorten(node)} {listed} {'follows' if one else 'follow'} a convention, "
        return [f"{clause}and {'misses' if one else 'miss'} {partials(names)}"], explained
    return [], []


def _value_lost(comparison: Comparison) -> list[str]:
    """Warn where the function has a value that its formula does not reach in doubles."""
    true = comparison.truth.value if comparison.truth else None
    if is_number(comparison.value) or true is None or not math.isfinite(true.nearest):
        return []
    lost = "in doubles a step of the formula overflows or leaves its domain"
    return [f"{lost}, though the function has a value: write it another way"]
