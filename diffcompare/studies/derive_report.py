"""A derivation as a document: one rule a line, the formula tidied, the sizes, and whether it all holds at the point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diffcompare.backends.problem import Size
from diffcompare.document import Block, Cell, Column, Document, Equation, Equations, Heading, Listing, Paragraph, Table
from diffcompare.language.expression import Expression, PendingDerivative, Variable
from diffcompare.language.printer import swells, to_text, tree_is_larger
from diffcompare.language.wengert import wengert_list
from diffcompare.studies.accuracy import FULL_DIGITS, correct_digits, measure
from diffcompare.studies.compare_verdict import join
from diffcompare.studies.derivation_steps import with_names
from diffcompare.studies.derive import MAX_STEPS
from diffcompare.studies.question import MAX_SHOWN, format_coordinate
from diffcompare.studies.record import large, question_data, question_entries, warnings_data

if TYPE_CHECKING:
    from diffcompare.studies.derivation_steps import DerivationStep
    from diffcompare.studies.derive import Derivation, Derive


# The closing sentence: which rules, how large, and whether the formulas hold at the point.

MAX_RULES = 8  # rules that are counted by name in the sentence


def verdict(derive: Derive) -> str:
    """The sentences that close a derivation."""
    return " ".join([_rules(derive), _sizes_clause(derive), _check(derive)])


def rules_used(derive: Derive) -> dict[str, int]:
    """How often each rule was applied, the most frequent first."""
    return dict(Counter(step.rule for each in derive.derivations for step in each.steps).most_common())


def _rules(derive: Derive) -> str:
    used = rules_used(derive)
    named = [f"{rule.replace(', ', ' with ')} {_times(count)}" for rule, count in used.items()]
    if len(named) > MAX_RULES:
        named = [*named[: MAX_RULES - 1], f"{len(named) - MAX_RULES + 1} others"]
    total, written = sum(each.rules for each in derive.derivations), sum(used.values())
    which = f" (the first {written:,} of them counted)" if written < total else ""
    return f"{total:,} rule{'s' * (total != 1)} applied{which}: {join(named)}."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _sizes_clause(derive: Derive) -> str:
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
    parts = [f"{name} = {format_coordinate(x)}" for name, x in derive.point.items()]
    if not parts:
        return "here"
    return f"at {', '.join(parts if len(parts) <= MAX_SHOWN else [*parts[: MAX_SHOWN - 1], '...'])}"


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


# A derivation as plain data: the JSON document of `derive`, schema diffcompare/1.

MAX_TEXT_LENGTH = 100_000  # distinct nodes up to which a formula is written


def data(derive: Derive) -> dict[str, Any]:
    """All derivations; numbers in full precision, null where there is none."""
    written = [step for each in derive.derivations if each.lines is None for step in each.steps]
    names = {step.name: to_text(step.shown) for step in written if step.name is not None}
    document: dict[str, Any] = {
        **question_data("derive", derive.question, derive.point),
        "names": names,
        "derivations": [_derivation_data(derive, each) for each in derive.derivations],
        "left_out": list(derive.wrt[len(derive.derivations) :]),
        "rules": rules_used(derive),
        "verdict": verdict(derive),
        "warnings": warnings_data(derive.notes),
    }
    if derive.failure is not None:
        document["error"] = derive.failure.data()
    return document


def _derivation_data(derive: Derive, found: Derivation) -> dict[str, Any]:
    check, truth = derive.check, derive.check.truth.get(found.by)
    return {
        "by": found.by,
        "steps": [_step(found, place) for place in range(len(found.steps))],
        "steps_left_out": found.rules - len(found.steps),
        "steps_left_out_why": f"the first {MAX_STEPS} are written" if found.rules > len(found.steps) else None,
        "unsimplified": _formula(found.raw, found.sizes["raw"]),
        "tidied": None if found.tidied is None else _formula(found.tidied, found.sizes["tidied"]),
        "value": {
            "unsimplified": check.raw.get(found.by),
            "tidied": check.tidied.get(found.by),
            "reverse-ad": check.reverse.get(found.by),
            "truth": truth.text if truth else None,
        },
    }


def _step(found: Derivation, place: int) -> dict[str, Any]:
    """`after` is the derivative of `of`; `line` is the whole derivative with this step done, where it is written."""
    step = found.steps[place]
    return {
        "rule": step.rule,
        "name": step.name,
        "of": to_text(step.shown),
        "after": to_text(step.after),
        "constant": None if step.constant is None else to_text(step.constant),
        "line": to_text(found.lines[place]) if found.lines is not None else None,
    }


def _formula(formula: Expression, size: Size) -> dict[str, Any]:
    if size.dag <= MAX_TEXT_LENGTH:
        return {"text": to_text(formula), "size": _size(size)}
    why = f"more than {MAX_TEXT_LENGTH} nodes: `--code python` prints it as a program"
    return {"text": None, "text_left_out": why, "size": _size(size)}


def _size(size: Size) -> dict[str, int | str]:
    return {"tree": large(size.tree), "dag": large(size.dag)}


MAX_SHOWN_STEPS = 60  # lines of one derivation that are shown; all of them are in the JSON document

MAX_VARIABLES = 6  # derivations that are shown

MAX_FUNCTION_LENGTH = 50  # characters up to which the function stands in one line

MAX_CONSTANT_LENGTH = 16  # characters of a constant that is named beside a rule

# Nodes up to which a formula is written at the end of its derivation, unless it has to be written in parts.
MAX_RESULT_LENGTH = 200


def document(derive: Derive, *, brief: bool = False) -> Document:
    """The derivations one after the other; a brief document has the tidied formulas only."""
    shown = derive.derivations[:MAX_VARIABLES]
    if brief:
        return Document((_results(shown),), derive.data)
    blocks: list[Block] = [Heading("The derivative, rule by rule", 1), *_question(derive)]
    if any(each.lines is None for each in shown):
        blocks.append(_definitions(derive, shown))
    for each in shown:
        blocks += _derivation(each, derive.expression)
    blocks.append(_sizes(derive))
    if len(shown) < len(derive.wrt):
        blocks.append(Paragraph(_left_out(derive, len(shown)), "note"))
    blocks.append(Paragraph(verdict(derive), "verdict"))
    return Document(tuple(blocks), derive.data)


def _question(derive: Derive) -> list[Block]:
    """The function and the point; a long function is an equation, which every format knows how to fold."""
    expression = derive.expression
    long = tree_is_larger(expression, MAX_FUNCTION_LENGTH) or len(str(expression)) > MAX_FUNCTION_LENGTH
    entries = question_entries(derive.question, derive.point)[int(long) :]
    named = swells(expression, derive.nodes) and expression in derive.names  # else its parts had other names than below
    right = Variable(derive.names[expression]) if named else expression
    blocks: list[Block] = [Equations("function", (Equation(Variable("f"), right),))] if long else []
    return [*blocks, Listing(tuple(entries))] if entries else blocks


def _definitions(derive: Derive, shown: Sequence[Derivation]) -> Equations:
    """What the names stand for in the steps that are shown."""
    steps = [step for each in shown if each.lines is None for step in each.steps[:MAX_SHOWN_STEPS]]
    needed = {argument for step in steps for argument in (step.node, *step.node.arguments)}
    rows = [
        Equation(Variable(name), with_names(node, derive.names))
        for node, name in derive.names.items()
        if node in needed
    ]
    return Equations("names", tuple(rows[-MAX_SHOWN_STEPS:]), "Names")


def _derivation(found: Derivation, root: Expression) -> list[Block]:
    caption = f"By {found.by}"
    if found.lines is None:
        return _by_names(found, caption)
    steps = zip(found.steps, found.lines, strict=True)
    rows = [Equation(None, line, _remark(step)) for step, line in steps]
    rows[0] = rows[0]._replace(left=PendingDerivative(root, found.by))
    if found.tidied is not None and found.tidied is not found.raw:
        rows.append(Equation(None, found.tidied, "tidied"))
    return [Equations(f"by_{found.by}", tuple(rows), caption)]


def _by_names(found: Derivation, caption: str) -> list[Block]:
    """A large derivation: every rule by itself, and the formula if it is not too long."""
    rows = [
        Equation(PendingDerivative(_written(step), found.by), step.after, _remark(step))
        for step in found.steps[:MAX_SHOWN_STEPS]
    ]
    blocks: list[Block] = [Equations(f"by_{found.by}", tuple(rows), caption)]
    if found.rules > MAX_SHOWN_STEPS:
        rest, more = found.rules - MAX_SHOWN_STEPS, len(found.steps) - MAX_SHOWN_STEPS
        which = "which are" if more == rest else f"the next {more:,} of them"
        blocks.append(Paragraph(f"{rest:,} more steps by {found.by} follow, {which} in the JSON document.", "note"))
    results: list[Equation] = []
    for formula, name, remarked in ((found.raw, "raw", "unsimplified"), (found.tidied, "tidied", "tidied")):
        if (
            formula is not None
            and found.sizes[name].tree <= MAX_RESULT_LENGTH
            and not swells(formula, wengert_list(formula))
        ):
            results.append(
                Equation(PendingDerivative(Variable("f"), found.by) if not results else None, formula, remarked)
            )
    return [*blocks, Equations(f"result_by_{found.by}", tuple(results))] if results else blocks


def _remark(step: DerivationStep) -> str:
    """The rule, which term of a sum it made vanish, and which derivative is known from an earlier line."""
    said = [step.rule]
    if step.constant is not None and step.constant.varies and len(str(step.constant)) <= MAX_CONSTANT_LENGTH:
        said.append(f"{step.constant} is constant")
    if step.again is not None and step.name is None:
        known = str(step.again) if len(str(step.again)) <= MAX_CONSTANT_LENGTH else "..."
        said.append(f"d/d{step.by}[{known}] from above")
    return ", ".join(said)


def _written(step: DerivationStep) -> Expression:
    return step.shown if step.name is None else Variable(step.name)


def _results(shown: Sequence[Derivation]) -> Equations:
    rows = []
    for each in shown:
        best = each.raw if each.tidied is None else each.tidied
        rows.append(Equation(PendingDerivative(Variable("f"), each.by), best))
    return Equations("results", tuple(rows))


def _sizes(derive: Derive) -> Table:
    columns = (
        Column("partial", "partial"),
        Column("rules", "rules", "right"),
        Column("raw_tree", "tree", "right"),
        Column("raw_dag", "DAG", "right"),
        Column("tidied_tree", "tidied tree", "right"),
        Column("tidied_dag", "tidied DAG", "right"),
    )
    rows: list[tuple[Cell, ...]] = []
    for each in derive.derivations[:MAX_VARIABLES]:
        raw, tidied = each.sizes["raw"], each.sizes.get("tidied")
        rest = (tidied.tree, tidied.dag) if tidied else (None, None)
        rows.append((f"df/d{each.by}", each.rules, raw.tree, raw.dag, *rest))
    return Table("sizes", columns, tuple(rows), "Rules applied, and nodes of the formulas, unsimplified and tidied")


def _left_out(derive: Derive, shown: int) -> str:
    rest, derived = len(derive.wrt) - shown, len(derive.derivations)
    kept = f"the JSON document has those by {derived} of them" if derived > shown else "choose others with --wrt"
    return f"the first {shown} of {len(derive.wrt):,} variables are shown, {rest:,} are left out; {kept}."
