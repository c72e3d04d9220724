"""The report of a comparison: its data, and its short form with the verdict first; `compare_tables` has the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from diffcompare.backends.problem import Derivative, EngineRun
from diffcompare.document import (
    Approximate,
    Block,
    Cell,
    Code,
    Document,
    Equation,
    Equations,
    Measured,
    Outcome,
    Paragraph,
    Table,
    approximate,
    columns,
)
from diffcompare.formatting import text
from diffcompare.studies.accuracy import FULL_DIGITS, tenths
from diffcompare.studies.compare import (
    GIVEN,
    MIN_EXACT_DIGITS,
    Comparison,
    MethodAccuracy,
    method_accuracies,
)
from diffcompare.studies.compare_verdict import (
    RIVALS,
    STOPPED,
    Findings,
    as_sentence,
    differences,
    engine_answers,
    findings,
    not_compared,
)
from diffcompare.studies.compare_verdict import verdict as verdict  # the record asks its report for it
from diffcompare.studies.question import format_point
from diffcompare.studies.record import cell, counted, in_a_line, join, number, plain, select, slope_data, study_data

if TYPE_CHECKING:
    from diffcompare.truth.rounding import Slopes

UNINFORMATIVE = "textbook rules"  # a note that says no more than the column `how` does
MAX_FORMULAS = 6  # partials whose formulas are shown
NO_ANSWER = "E807"  # no method has an answer within its time
MAX_FORMULA_NODES = 40  # formulas with more nodes, written out, are not shown
MAX_ROWS = 24  # of values without a truth that people are shown
MAX_NOTES = 4  # of methods without a number
MIN_DIGITS = 3.0  # of a difference formula; where it keeps fewer, its number is another one
COUNTS = (*"012", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")  # in a sentence


# --- Data: the JSON document of `grad`, schema diffcompare/1 ----------------------------------------------------------


def data(comparison: Comparison) -> dict[str, Any]:
    """Return the whole comparison for JSON; numbers in full precision, None where there is none."""
    fields = {
        "value": number(comparison.value),
        "truth": _truth(comparison),
        "methods": [_method(comparison, answer) for answer in comparison.answers],
        "verdict": comparison.verdict,
    }
    return study_data("grad", comparison, comparison.problem.point, fields)


def _truth(comparison: Comparison) -> dict[str, Any] | None:
    truth = comparison.truth
    if truth is None:
        return None
    known: dict[str, Any] = {
        "status": truth.status,
        "value": truth.value.text if truth.value else None,
        "gradient": {name: true.text if true else None for name, true in truth.gradient.items()},
        "bound": {name: true.bound if true else None for name, true in truth.gradient.items()},
    }
    if truth.slopes:
        known["slopes"] = {
            name: {"left": slope_data(slopes.left), "right": slope_data(slopes.right)}
            for name, slopes in truth.slopes.items()
        }
    if truth.notes:
        known["notes"] = list(truth.notes)
    return known


def _method(comparison: Comparison, answer: Derivative) -> dict[str, Any]:
    program = comparison.question.program
    measured = {name: comparison.errors(answer, name) for name in answer.gradient}
    slopes = comparison.truth.slopes if comparison.truth else {}
    return {
        **select(answer, "method | variant? | status | gradient"),
        **({} if program is None else {"nested": plain(program.at.shaped(answer.gradient))}),
        "error": {
            kind: {name: errors[kind] for name, errors in measured.items()} for kind in ("absolute", "relative", "ulp")
        },
        "digits": {name: errors["digits"] for name, errors in measured.items()},
        **({"convention": _conventions(answer, slopes)} if slopes else {}),
        **select(answer, "work | formula=formulas | swell=sizes? | notes"),
        **({} if answer.engine is None else {"engine": _engine(answer.engine)}),
    }


def _conventions(answer: Derivative, slopes: Mapping[str, Slopes]) -> dict[str, str | None]:
    """Name the convention that each partial at a kink follows; None where it is no number."""
    return {name: engine_answers().convention(answer, name, slopes[name]) or None for name in slopes}


def _engine(run: EngineRun) -> dict[str, Any]:
    return {
        **select(run, "name | mode | version | digits | size?"),
        "value": engine_answers().as_data(run.value),
        "raw": {name: engine_answers().as_data(partial) for name, partial in run.raw.items()},
        **({} if run.errors is None else {"estimated_error": {name: number(e) for name, e in run.errors.items()}}),
    }


# --- Document: the verdict, the formulas beside the truth, and a row for each method --------------------------------


def document(comparison: Comparison, *, brief: bool = False) -> Document:
    """Return a comparison in its short form, with the long one as its details; a brief document has the values only."""
    if brief:
        values = [comparison.long_form("values", brief=True)] if comparison.problem.wrt else []
        return Document(tuple(values), comparison.data)
    opening = _opening(comparison)
    blocks: list[Block] = [opening, _formulas(comparison)]
    if comparison.answers and (comparison.problem.wrt or comparison.has_no_value):
        blocks += _methods(comparison)
    if opening.outcome != "right":
        blocks += _reasons(comparison, opening.text)
    return Document(tuple(blocks), comparison.data, details=lambda: comparison.long_form("tables"))


def _opening(comparison: Comparison) -> Paragraph:
    """Return the verdict: what is right in one sentence, and what is not in as many clauses as it takes."""
    pending = [answer.method for answer in comparison.answers if answer.is_pending]
    if pending:
        verb = "is" if len(pending) == 1 else "are"
        return Paragraph(as_sentence(f"{join(pending)} {verb} at work"), "verdict", "undecided")
    why = not_compared(comparison)
    if why:
        is_constant = comparison.failure is None and not comparison.problem.wrt
        is_open = comparison.failure is None or comparison.failure.code == NO_ANSWER
        outcome: Outcome = "right" if is_constant else "undecided" if is_open else "wrong"
        return Paragraph(as_sentence(why), "verdict", outcome)
    found, methods = findings(comparison), method_accuracies(comparison)
    failed = any(answer.status == "failed" for answer in comparison.answers)
    if found.wrong or found.value or failed or any(map(_is_off, methods)):
        outcome = "wrong"
    else:
        unable = STOPPED["not-supported"]  # is no doubt about the others
        outcome = "right" if all(clause.endswith(unable) for clause in found.missing) else "undecided"
    clauses = found._replace(cost=_times_f(comparison, found))
    if outcome == "right":
        clauses = clauses._replace(kept=_agreement(comparison, methods, found))
    else:
        clauses = _wrong_first(clauses, methods)
    return Paragraph(as_sentence("; ".join(chain(*clauses)) or "there is nothing to compare"), "verdict", outcome)


def _wrong_first(clauses: Findings, methods: Sequence[MethodAccuracy]) -> Findings:
    """Return the clauses of a verdict that is not "right" so that it begins with what is wrong."""
    about_others = [clause for clause in clauses.missing if clause.endswith(STOPPED["not-supported"])]
    grave = [clause for clause in clauses.missing if clause not in about_others]
    kept = list(clauses.kept)
    if any(_lost_all(method) for method in methods if not method.exact):
        kept = [*kept[-1:], *kept[:-1]]  # the difference formulas come last
    return clauses._replace(wrong=[*clauses.wrong, *grave, *clauses.value], kept=kept, missing=about_others, value=())


def _is_off(method: MethodAccuracy) -> bool:
    """Tell whether a method has no number, or one that is further from the truth than its formula explains."""
    if method.no_number or (method.exact and method.wrong):
        return True
    at_zero = max(method.errors_at_zero.values(), default=0.0)
    return not method.exact and (
        _lost_all(method) or at_zero > method.tolerance * 10 ** (MIN_EXACT_DIGITS - MIN_DIGITS)
    )


def _lost_all(method: MethodAccuracy) -> bool:
    """Tell whether a partial of a method has too few correct digits to be of use."""
    return method.min_digits is not None and method.min_digits < MIN_DIGITS


def _agreement(comparison: Comparison, methods: Sequence[MethodAccuracy], found: Findings) -> Sequence[str]:
    """Return the clauses on methods that are all right: the exact ones together, the difference formulas by name."""
    exact = [method.min_digits for method in methods if method.exact and method.full == FULL_DIGITS]
    kept = [digits for digits in exact if digits is not None]
    if len(methods) < 2 or len(kept) < len(exact) or not kept:
        return [_all_agree(comparison, methods), *found.kept] if len(methods) > 1 else found.kept
    clauses = [_all_agree(comparison, methods)]
    approximate = [method for method in methods if not method.exact]
    single = [method for method in methods if method.exact and method.full < FULL_DIGITS]
    who = "the exact ones" if approximate or single else "they"
    least = min(kept)
    amount = f"all {FULL_DIGITS} digits of a double" if least >= FULL_DIGITS else f"{least:.1f} digits or more"
    if comparison.truth is not None and comparison.truth.source == "differences":
        amount = "every digit that the differences bound"
    clauses.append(f"{who} keep {amount}")
    return [*clauses, *(engine_answers().single_precision(single) if single else []), *differences(approximate)]


def _times_f(comparison: Comparison, found: Findings) -> Sequence[str]:
    """Tell what all partials cost by reverse mode and by another method, in evaluations of f, where that is told."""
    if not found.cost or not comparison.operations:
        return ()
    work = {
        answer.method: answer.work.operations / comparison.operations for answer in comparison.answers if answer.work
    }
    other = next(method for method in RIVALS if method in work)
    count = len(comparison.problem.wrt)
    which = "both partials" if count == 2 else f"all {count} partials"
    costs = [text(Approximate(work[method])) for method in ("reverse-ad", other)]
    return [f"reverse-ad finds {which} at {costs[0]} times the cost of f, {other} at {costs[1]} times"]


def _all_agree(comparison: Comparison, methods: Sequence[MethodAccuracy]) -> str:
    count = COUNTS[len(methods)] if len(methods) < len(COUNTS) else str(len(methods))
    which = "methods that answered" if len(methods) < len(comparison.answers) else "methods"
    return f"{'both' if len(methods) == 2 else f'all {count}'} {which} agree with the truth"


def _formulas(comparison: Comparison) -> Equations:
    """Return the function with its value, and the first partials as formulas beside their true values."""
    problem = comparison.problem
    function: Cell = problem.expression if comparison.question.program is None else Code(comparison.question.label)
    at = f"at {format_point(problem.point)}: " if problem.point else "value "
    rows = [Equation("f", in_a_line(function, MAX_FORMULA_NODES), f"{at}{text(cell(comparison.value))}")]
    given = {answer.method: answer for answer in comparison.answers if answer.formulas}
    own = given.get("hand-coded")
    if own is not None and own.variant not in GIVEN:
        own = None
    right = given.get("symbolic") if own else given.get("hand-coded", given.get("symbolic"))
    for name in problem.wrt[:MAX_FORMULAS]:
        if own is not None and own.formulas and name in own.formulas:
            rows.append(Equation(f"df/d{name}", in_a_line(own.formulas[name], MAX_FORMULA_NODES), "by hand"))
        formula = right.formulas.get(name) if right is not None and right.formulas else None
        kind, true = _true_value(comparison, name)
        if formula is not None:
            rows.append(Equation(f"df/d{name}", in_a_line(formula, MAX_FORMULA_NODES), f"{kind} {true}".strip()))
        elif true:
            rows.append(Equation(f"df/d{name}", Code(true), kind))
    return Equations("formulas", tuple(rows))


def _true_value(comparison: Comparison, name: str) -> tuple[str, str]:
    """Return what the truth knows of a partial, its value or its slopes, and that; else two empty texts."""
    truth, true = comparison.truth, comparison.true_partial(name)
    if truth is not None and name in truth.slopes:
        left, right = ("none" if slope is None else text(slope_data(slope)) for slope in truth.slopes[name])
        return "slopes", f"{left} from the left, {right} from the right"
    if truth is None or true is None:
        return "", ""
    bound = f" ± {float(true.bound):.1e}, by differences" if truth.source == "differences" else ""
    return "truth", f"{true.text}{bound}"


# --- The table of methods ---------------------------------------------------------------------------------------------


def _methods(comparison: Comparison) -> list[Block]:
    """Return a row for each method, with a column for each partial, or where they are too many with the worst one."""
    names = comparison.problem.wrt
    worst = _worst_partials(comparison) if len(names) > 1 else []
    if not 0 < len(names) <= MAX_FORMULAS:
        return worst or [comparison.long_form("values", brief=True)]
    heads = " | ".join([">" + f"d{place}=df/d{name}" for place, name in enumerate(names)])
    rows = [
        (*[value_cell(comparison, answer, name) for name in names], *_measures(comparison, answer, names))
        for answer in comparison.answers
    ]
    return [_table(comparison, heads, rows)._replace(narrow=tuple(worst))]


def _table(comparison: Comparison, heads: str, rows: Sequence[tuple[Cell, ...]]) -> Table:
    """Return the table of methods with these columns between their names and their errors; empty ones are left out."""
    keys = columns(f"method | {heads} | >absolute=error | >digits | >ratio=cost | convention")
    every = [(answer.method, *row) for answer, row in zip(comparison.answers, rows, strict=True)]
    first = len(keys) - 4  # errors and all behind them are left out where no method has any
    shown = [place for place in range(len(keys)) if place < first or any(row[place] is not None for row in every)]
    return Table("methods", tuple(keys[at] for at in shown), tuple(tuple(row[at] for at in shown) for row in every))


def _worst_partials(comparison: Comparison) -> list[Block]:
    """Return a row for each method with its worst partial; without a truth, every value."""
    names = comparison.problem.wrt
    if not any(map(comparison.true_partial, names)):
        return [comparison.long_form("values", brief=True)._replace(caption="", most=MAX_ROWS)]
    rows: list[tuple[Cell, ...]] = []
    for answer in comparison.answers:
        name = min(names, key=lambda name: _order(comparison, answer, name))
        rows.append((f"df/d{name}", value_cell(comparison, answer, name), *_measures(comparison, answer, names)))
    where = f"each method's worst of {len(names)} partials"
    if len(names) > MAX_FORMULAS:
        where = f"formulas of the first {MAX_FORMULAS} partials, and {where}"
    where += "; `-v`, or `details()` in Python, shows all of them"
    return [_table(comparison, "partial | >value", rows), Paragraph(where, "note")]


def _order(comparison: Comparison, answer: Derivative, name: str) -> tuple[bool, float, float]:
    """Return what puts the worst partial first: one without a number, then few digits, then a large error."""
    errors = comparison.errors(answer, name)
    lacks = answer.gradient.get(name) is None and comparison.true_partial(name) is not None
    digits = errors["digits"]
    return not lacks, math.inf if digits is None else digits, -(errors["absolute"] or 0.0)


def _measures(comparison: Comparison, answer: Derivative, names: Sequence[str]) -> tuple[Cell, ...]:
    """Return the largest error of a method, its fewest digits, its work per f, and the conventions it follows."""
    errors = [comparison.errors(answer, name) for name in names]
    absolute = [error["absolute"] for error in errors if error["absolute"] is not None]
    digits = [error["digits"] for error in errors if error["digits"] is not None]
    work, operations = answer.work, comparison.operations
    slopes = comparison.truth.slopes if comparison.truth else {}
    followed = [engine_answers().convention(answer, name, slopes[name]) for name in names if name in slopes]
    return (
        approximate(max(absolute, default=None)),
        tenths(min(digits, default=None)),
        Approximate(work.operations / operations, 2) if work and operations else None,
        "; ".join(dict.fromkeys(filter(None, followed))) or None,
    )


def value_cell(comparison: Comparison, answer: Derivative, name: str) -> Cell:
    """Return a partial of a method beside its truth, or why there is none."""
    partial, true = answer.gradient.get(name), comparison.true_partial(name)
    if partial is not None:
        return Measured(partial, true.text if true and math.isfinite(true.nearest) else None)
    return answer.no_number if answer.engine is None else engine_answers().number_cell(answer, name, true)


def _reasons(comparison: Comparison, told: str) -> list[Block]:
    """Return the notes of the truth and of methods that lack a number or are off, but for what has been told."""
    off = {accuracy.method for accuracy in method_accuracies(comparison) if _is_off(accuracy)}
    by_note: dict[str, list[str]] = {}
    for answer in comparison.answers:
        if answer.notes and not answer.is_pending and (answer.method in off or None in answer.gradient.values()):
            by_note.setdefault("; ".join(answer.notes), []).append(answer.method)
    truth = comparison.truth.notes if comparison.truth and not comparison.is_pending else ()
    notes = [f"the truth of {note}" if note.startswith("df/d") else note for note in truth if note not in told]
    notes += [f"{', '.join(methods)}: {note}" for note, methods in by_note.items()]
    more = [f"`-v` has {counted(len(notes) - MAX_NOTES, 'other note')}"] * (len(notes) > MAX_NOTES)
    return [Paragraph(note, "note") for note in [*notes[:MAX_NOTES], *more]]
