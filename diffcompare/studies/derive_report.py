"""The report of a derivation: one rule a line, the tidied formula, sizes, and the check at the point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from diffcompare.backends.problem import Size
from diffcompare.document import Block, Cell, Document, Equation, Equations, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.expression import Expression, PendingDerivative, Variable
from diffcompare.language.printer import swells, to_text, tree_is_larger
from diffcompare.language.wengert import wengert_list
from diffcompare.studies.accuracy import FULL_DIGITS, correct_digits, measure
from diffcompare.studies.derivation_steps import DerivationStep, with_names
from diffcompare.studies.derive import MAX_STEPS, Derivation, Derive
from diffcompare.studies.question import format_point
from diffcompare.studies.record import counted, join, large, plain, question_entries, select, study_data, times

MAX_RULES = 8  # rules that are counted by name in the closing sentence
MAX_TEXT_NODES = 100_000  # distinct nodes of a formula; larger ones are left out of the JSON
MAX_SHOWN_STEPS = 60  # lines of one derivation that are shown; the JSON has all of them
MAX_VARIABLES = 6  # derivations that are shown
MAX_FUNCTION_LENGTH = 50  # characters of a function that is written in one line
MAX_CONSTANT_LENGTH = 16  # characters of a constant that is named beside a rule
MAX_RESULT_NODES = 200  # nodes of a formula that is written at the end of its derivation


# --- The closing sentences: which rules, how large, and whether the formulas hold at the point ------------------------


def verdict(derive: Derive) -> str:
    """Return the sentences that close a derivation."""
    return " ".join([_rules_sentence(derive), _sizes_sentence(derive), _check_sentence(derive)])


def rules_used(derive: Derive) -> dict[str, int]:
    """Count the applications of each rule, the most frequent first."""
    return dict(Counter(step.rule for derived in derive.derivations for step in derived.steps).most_common())


def _rules_sentence(derive: Derive) -> str:
    used = rules_used(derive)
    named = [f"{rule.replace(', ', ' with ')} {times(count)}" for rule, count in used.items()]
    total, written = sum(derived.rules for derived in derive.derivations), sum(used.values())
    which = f" (the first {written:,} of them counted)" if written < total else ""
    return f"{total:,} rule{'s' * (total != 1)} applied{which}: {join(named, most=MAX_RULES, others='others')}."


def _sizes_sentence(derive: Derive) -> str:
    raw = sum(derived.sizes["raw"].tree for derived in derive.derivations)
    single = len(derive.derivations) == 1
    beginning = f"The unsimplified {'derivative has' if single else 'derivatives together have'} {counted(raw, 'node')}"
    if not all(derived.tidied for derived in derive.derivations):
        return f"{beginning}, too many to be tidied."
    tidied = sum(derived.sizes["tidied"].tree for derived in derive.derivations)
    return f"{beginning}, the tidied one{'s' * (not single)} {large(tidied)}."


def _check_sentence(derive: Derive) -> str:
    """Return the sentence on the check: how many digits the formulas share with the truth, or why there is none."""
    check = derive.check
    if not derive.wrt:
        return "There is no variable, so there is nothing to check."
    if check.failure is not None:
        where = f"at {format_point(derive.point)}" if derive.point else "here"
        return f"The formulas cannot be checked {where}: {check.failure.message}."
    place = f"At {format_point(derive.point)}" if derive.point else "Here"
    lost = [derived.by for derived in derive.derivations if check.raw[derived.by] is None]
    if lost:
        return f"{place} the unsimplified formula with respect to {join(lost[:4])} has no finite value."
    if not check.truth and None in check.reverse.values():
        return f"{place} neither the truth nor reverse mode has a gradient to compare the formulas with."
    formulas: dict[str, Mapping[str, float | None]] = {"unsimplified": check.raw, "tidied": check.tidied}
    common = {name: _min_common_digits(derive, partials) for name, partials in formulas.items() if partials}
    reference = "the truth" if check.truth else "reverse mode"
    digits = list(common.values())
    if len(set(digits)) == 1:
        both = "both formulas agree" if len(common) > 1 else "the formula agrees"
        return f"{place} {both} with {reference} {_amount(digits[0])}."
    listed = join([f"{name} {_amount(number)}" for name, number in common.items()])
    return f"{place} the formulas agree with {reference}: {listed}."


def _amount(digits: float) -> str:
    return f"to all {FULL_DIGITS} digits of a double" if digits >= FULL_DIGITS else f"to {digits:.1f} digits"


def _min_common_digits(derive: Derive, partials: Mapping[str, float | None]) -> float:
    """Return the digits that the worst partial has in common with the truth, or with reverse mode."""
    return min((_common_digits(derive, name, partial) for name, partial in partials.items()), default=FULL_DIGITS)


def _common_digits(derive: Derive, name: str, partial: float | None) -> float:
    if derive.check.truth:
        errors = measure(partial, derive.check.truth.get(name))
        if errors["relative"] is not None:
            return errors["digits"] or 0.0
        return correct_digits(errors["absolute"]) or 0.0  # where the true partial is 0 only the absolute error counts
    other = derive.check.reverse.get(name)
    if partial is None or other is None:
        return 0.0
    if partial == other:
        return FULL_DIGITS
    return correct_digits(abs(partial - other) / max(abs(partial), abs(other))) or 0.0


# --- Data: the JSON document of `derive`, schema diffcompare/1 --------------------------------------------------------


def data(derive: Derive) -> dict[str, Any]:
    """Return all derivations for JSON; numbers in full precision, None where there is none."""
    by_name = [step for derived in derive.derivations if derived.lines is None for step in derived.steps]
    names = {step.name: to_text(step.written) for step in by_name if step.name is not None}
    fields = {
        "names": names,
        "derivations": [_derivation_data(derive, derived) for derived in derive.derivations],
        "left_out": list(derive.wrt[len(derive.derivations) :]),
        "rules": rules_used(derive),
        "verdict": verdict(derive),
    }
    return study_data("derive", derive, derive.point, fields)


def _derivation_data(derive: Derive, derived: Derivation) -> dict[str, Any]:
    check, truth = derive.check, derive.check.truth.get(derived.by)
    return {
        "by": derived.by,
        "steps": [_step(derived, place) for place in range(len(derived.steps))],
        "steps_left_out": derived.rules - len(derived.steps),
        "steps_left_out_why": f"the first {MAX_STEPS} are written" if derived.rules > len(derived.steps) else None,
        "unsimplified": _formula(derived.raw, derived.sizes["raw"]),
        "tidied": None if derived.tidied is None else _formula(derived.tidied, derived.sizes["tidied"]),
        "value": {
            "unsimplified": check.raw.get(derived.by),
            "tidied": check.tidied.get(derived.by),
            "reverse-ad": check.reverse.get(derived.by),
            "truth": truth.text if truth else None,
        },
    }


def _step(derived: Derivation, place: int) -> dict[str, Any]:
    """Return a step for JSON: `after` is the derivative of `of`, `line` the whole derivative after this step."""
    line = None if derived.lines is None else derived.lines[place]
    return {**select(derived.steps[place], "rule | name | of=written | after | constant"), "line": plain(line)}


def _formula(formula: Expression, size: Size) -> dict[str, Any]:
    if size.dag <= MAX_TEXT_NODES:
        return {"text": to_text(formula), "size": plain(size)}
    why = f"more than {MAX_TEXT_NODES} nodes: `--code python` prints it as a program"
    return {"text": None, "text_left_out": why, "size": plain(size)}


# --- Document ---------------------------------------------------------------------------------------------------------


def document(derive: Derive, *, brief: bool = False) -> Document:
    """Return the derivations one after the other; a brief document has the tidied formulas only."""
    first = derive.derivations[:MAX_VARIABLES]
    if brief:
        return Document((_results(first),), derive.data)
    blocks: list[Block] = [Heading("The derivative, rule by rule", 1), *_question(derive)]
    if any(derived.lines is None for derived in first):
        blocks.append(_definitions(derive, first))
    for derived in first:
        blocks += _derivation(derived, derive.expression)
    blocks.append(_sizes(derive))
    if len(first) < len(derive.wrt):
        blocks.append(Paragraph(_left_out(derive, len(first)), "note"))
    blocks.append(Paragraph(verdict(derive), "verdict"))
    return Document(tuple(blocks), derive.data)


def _question(derive: Derive) -> list[Block]:
    """Return the function and the point; a long function is an equation, because every format can fold those."""
    expression = derive.expression
    long = tree_is_larger(expression, MAX_FUNCTION_LENGTH) or len(str(expression)) > MAX_FUNCTION_LENGTH
    entries = question_entries(derive.question, derive.point)[int(long) :]
    named = swells(expression, derive.nodes) and expression in derive.names  # else its parts had other names than below
    right = Variable(derive.names[expression]) if named else expression
    blocks: list[Block] = [Equations("function", (Equation(Variable("f"), right),))] if long else []
    return [*blocks, Listing(tuple(entries))] if entries else blocks


def _definitions(derive: Derive, derivations: Sequence[Derivation]) -> Equations:
    """Return what the names stand for in the steps that are shown."""
    by_name = [derived for derived in derivations if derived.lines is None]
    steps = [step for derived in by_name for step in derived.steps[:MAX_SHOWN_STEPS]]
    needed = {argument for step in steps for argument in (step.node, *step.node.arguments)}
    rows = [
        Equation(Variable(name), with_names(node, derive.names))
        for node, name in derive.names.items()
        if node in needed
    ]
    return Equations("names", tuple(rows[-MAX_SHOWN_STEPS:]), "Names")


def _derivation(derived: Derivation, root: Expression) -> list[Block]:
    caption = f"By {derived.by}"
    if derived.lines is None:
        return _by_names(derived, caption)
    steps = zip(derived.steps, derived.lines, strict=True)
    rows = [Equation(None, line, _remark(step)) for step, line in steps]
    rows[0] = rows[0]._replace(left=PendingDerivative(root, derived.by))
    if derived.tidied is not None and derived.tidied is not derived.raw:
        rows.append(Equation(None, derived.tidied, "tidied"))
    return [Equations(f"by_{derived.by}", tuple(rows), caption)]


def _by_names(derived: Derivation, caption: str) -> list[Block]:
    """Return a large derivation: every rule by itself, and the formula if it is not too long."""
    rows = [
        Equation(PendingDerivative(_name_or_text(step), derived.by), step.after, _remark(step))
        for step in derived.steps[:MAX_SHOWN_STEPS]
    ]
    blocks: list[Block] = [Equations(f"by_{derived.by}", tuple(rows), caption)]
    if derived.rules > MAX_SHOWN_STEPS:
        steps_left, recorded = derived.rules - MAX_SHOWN_STEPS, len(derived.steps) - MAX_SHOWN_STEPS
        which = "which are" if recorded == steps_left else f"the next {recorded:,} of them"
        blocks.append(
            Paragraph(f"{steps_left:,} more steps for df/d{derived.by} follow, {which} in the JSON document.", "note")
        )
    results: list[Equation] = []
    for formula, name, remarked in ((derived.raw, "raw", "unsimplified"), (derived.tidied, "tidied", "tidied")):
        if (
            formula is not None
            and derived.sizes[name].tree <= MAX_RESULT_NODES
            and not swells(formula, wengert_list(formula))
        ):
            results.append(
                Equation(PendingDerivative(Variable("f"), derived.by) if not results else None, formula, remarked)
            )
    return [*blocks, Equations(f"result_by_{derived.by}", tuple(results))] if results else blocks


def _remark(step: DerivationStep) -> str:
    """Return the rule, the term of a sum that it made vanish, and the derivative known from an earlier line."""
    parts = [step.rule]
    if step.constant is not None and step.constant.varies and len(str(step.constant)) <= MAX_CONSTANT_LENGTH:
        parts.append(f"{step.constant} is constant")
    if step.known_argument is not None and step.name is None:
        text = str(step.known_argument)
        parts.append(f"d/d{step.by}[{text if len(text) <= MAX_CONSTANT_LENGTH else '...'}] from above")
    return ", ".join(parts)


def _name_or_text(step: DerivationStep) -> Expression:
    return step.written if step.name is None else Variable(step.name)


def _results(derivations: Sequence[Derivation]) -> Equations:
    rows = [Equation(PendingDerivative(Variable("f"), derived.by), derived.best) for derived in derivations]
    return Equations("results", tuple(rows))


def _sizes(derive: Derive) -> Table:
    heads = columns(
        "partial | >rules | >raw_tree=tree | >raw_dag=DAG | >tidied_tree=tidied tree | >tidied_dag=tidied DAG"
    )
    rows: list[tuple[Cell, ...]] = []
    for derived in derive.derivations[:MAX_VARIABLES]:
        raw, tidied = derived.sizes["raw"], derived.sizes.get("tidied")
        rest = (tidied.tree, tidied.dag) if tidied else (None, None)
        rows.append((f"df/d{derived.by}", derived.rules, raw.tree, raw.dag, *rest))
    return Table("sizes", heads, tuple(rows), "Rules applied, and nodes of the formulas, unsimplified and tidied")


def _left_out(derive: Derive, listed: int) -> str:
    left_out, derived = len(derive.wrt) - listed, len(derive.derivations)
    kept = f"the JSON document has those for {derived} of them" if derived > listed else "choose others with --wrt"
    return f"the first {listed} of {len(derive.wrt):,} variables are shown, {left_out:,} are left out; {kept}."
