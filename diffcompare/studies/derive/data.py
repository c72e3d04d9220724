"""A derivation as plain data: the JSON document of `derive`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.expression import Expression
from diffcompare.printer import to_text
from diffcompare.problem import Size
from diffcompare.studies.derive.record import MOST_STEPS
from diffcompare.studies.derive.verdict import rules_used, verdict
from diffcompare.studies.telling import large, question_data, warnings_data

if TYPE_CHECKING:
    from diffcompare.studies.derive.record import Derivation, Derive

LONGEST_TEXT = 100_000
"""Distinct nodes up to which a formula is written."""


def data(derive: Derive) -> dict[str, Any]:
    """All derivations; numbers in full precision, null where there is none."""
    written = [step for each in derive.derivations if each.lines is None for step in each.steps]
    names = {step.name: to_text(step.shown) for step in written if step.name is not None}
    document: dict[str, Any] = {
        **question_data("derive", derive.question, derive.point),
        "names": names,
        "derivations": [_derivation(derive, each) for each in derive.derivations],
        "left_out": list(derive.wrt[len(derive.derivations) :]),
        "rules": rules_used(derive),
        "verdict": verdict(derive),
        "warnings": warnings_data(derive.notes),
    }
    if derive.failure is not None:
        document["error"] = derive.failure.data()
    return document


def _derivation(derive: Derive, found: Derivation) -> dict[str, Any]:
    check, truth = derive.check, derive.check.truth.get(found.by)
    return {
        "by": found.by,
        "steps": [_step(found, place) for place in range(len(found.steps))],
        "steps_left_out": found.rules - len(found.steps),
        "steps_left_out_why": f"the first {MOST_STEPS} are written" if found.rules > len(found.steps) else None,
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
    if size.dag <= LONGEST_TEXT:
        return {"text": to_text(formula), "size": _size(size)}
    why = f"more than {LONGEST_TEXT} nodes: `--code python` prints it as a program"
    return {"text": None, "text_left_out": why, "size": _size(size)}


def _size(size: Size) -> dict[str, int | str]:
    return {"tree": large(size.tree), "dag": large(size.dag)}
