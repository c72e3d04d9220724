"""The report of the check of a `Function`: its sentence, its JSON data, and its document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.document import Block, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.gradcheck.report import data as check_data
from diffcompare.studies.record import SCHEMA, cell, counted

if TYPE_CHECKING:
    from diffcompare.gradcheck.function_check import FunctionCase, FunctionCheck

COLUMNS = (
    Column("order", "order", "right"),
    Column("at", "at"),
    Column("verdict", "verdict"),
    Column("entry", "worst entry"),
    Column("given", "backward", "right"),
    Column("found", "differences", "right"),
)


def verdict(check: FunctionCheck) -> str:
    """Say in one sentence whether backward is right, and if not, what is wrong."""
    if check.verdict == "wrong" and all(case.order == 2 for case in check.cases if case.verdict == "wrong"):
        what = check.mistake.sentence if check.mistake else "its own derivative is wrong"
        return f"The backward of {check.name} agrees with its forward, but {what}."
    if check.verdict == "wrong":
        what = check.mistake.sentence if check.mistake else "it disagrees with the values of forward"
        return f"The backward of {check.name} is wrong: {what}."
    points = counted(sum(case.order == 1 for case in check.cases), "point")
    if check.verdict == "undecided":
        return f"Undecided: at some of {points} the values of {check.name} are too rough to tell."
    return f"The backward of {check.name} agrees with its forward, of first and second order, at {points}."


def data(check: FunctionCheck) -> dict[str, Any]:
    """Return the whole record as plain data."""
    return {
        "schema": SCHEMA,
        "command": "check",
        "function": check.name,
        "verdict": check.verdict,
        "mistake": check.mistake and check.mistake._asdict(),
        "evaluations": check.evaluations,
        "cases": [_case_data(case) for case in check.cases],
        "sentence": verdict(check),
    }


def _case_data(case: FunctionCase) -> dict[str, Any]:
    points = check_data(case.check)["points"] if case.check is not None else []
    return {
        "order": case.order,
        "shapes": [list(getattr(argument, "shape", ())) for argument in case.arguments],
        "verdict": case.verdict,
        "mistake": case.mistake and case.mistake._asdict(),
        **(points[0] | {"mistake": case.mistake and case.mistake._asdict()} if points else {}),
    }


def document(check: FunctionCheck, *, brief: bool = False) -> Document:
    """Return a table with a line for every point and order, and the verdict."""
    blocks: list[Block] = [] if brief else [Heading("Backward against forward", 1)]
    blocks.append(Listing((("function", check.name), ("evaluations", check.evaluations))))
    blocks.append(Table("cases", COLUMNS, tuple(_row(case) for case in check.cases)))
    blocks.append(Paragraph(verdict(check), "verdict"))
    return Document(tuple(blocks), check.data)


def _row(case: FunctionCase) -> tuple[Any, ...]:
    at = Code(", ".join(_text(argument) for argument in case.arguments))
    worst = case.check.entries[0] if case.check is not None and case.check.entries else None
    if worst is None:
        return (case.order, at, case.verdict, None, None, None)
    estimate = None if worst.found is None else float(worst.found)
    return (case.order, at, case.verdict, worst.name, cell(worst.given), estimate)


def _text(argument: Any) -> str:
    return str(argument.tolist()) if hasattr(argument, "tolist") else repr(argument)
