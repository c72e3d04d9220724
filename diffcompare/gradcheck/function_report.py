"""The report of the check of a `Function`: its sentence, its JSON data, and its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from diffcompare.document import Block, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.gradcheck.report import OUTCOMES
from diffcompare.gradcheck.report import data as check_data
from diffcompare.studies.record import SCHEMA, counted, select

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
    if check.verdict == "wrong" and check.mistake and check.mistake.kind == "definition":
        return f"{check.name} contradicts itself: {check.mistake.sentence}."
    if check.verdict == "wrong":
        what = check.mistake.sentence if check.mistake else "it disagrees with the values of forward"
        return f"The backward of {check.name} is wrong: {what}{_where(check)}."
    points = counted(sum(case.order == 1 for case in check.cases), "point")
    if check.verdict == "undecided":
        why = next((case.check.points[0].trouble for case in check.cases if case.check is not None), "")
        return f"Undecided: {why or f'at some of {points} the values of {check.name} are too rough to tell'}."
    return f"The backward of {check.name} agrees with its forward, of first and second order, at {points}."


def _where(check: FunctionCheck) -> str:
    """Say where backward is wrong, if it is right elsewhere; empty where shapes or nothing make the difference."""
    tried = [case for case in check.cases if case.order == 1 and case.check is not None]
    numbers = [case for case in tried if not any(map(_has_shape, case.arguments))]
    wrong, right = ([case for case in numbers if case.verdict == verdict] for verdict in ("wrong", "agrees"))
    if not wrong or not right:
        return ""
    at, but = (", ".join(map(repr, cases[0].arguments)) for cases in (wrong, right))
    return f" (at {at}; it is right at {but})"


def _has_shape(argument: Any) -> bool:
    return bool(getattr(argument, "shape", ()))


def data(check: FunctionCheck) -> dict[str, Any]:
    """Return the whole record as plain data."""
    return {
        "schema": SCHEMA,
        "command": "check",
        "function": check.name,
        "verdict": check.verdict,
        "mistake": check.mistake and check.mistake._asdict(),
        "witness": _witness(check),
        "evaluations": check.evaluations,
        "cases": [_case_data(case) for case in check.cases],
        "sentence": verdict(check),
    }


def _witness(check: FunctionCheck) -> dict[str, Any] | None:
    """Return the worst entry that is wrong, with the values of forward's arguments where it was found."""
    case = next((case for case in check.cases if case.witness is not None), None)
    if case is None:
        return None
    return {"arguments": _plain_arguments(case), **select(case.witness, "name | given | found")}


def _plain_arguments(case: FunctionCase) -> list[Any]:
    return [argument.tolist() if hasattr(argument, "tolist") else argument for argument in case.arguments]


def _case_data(case: FunctionCase) -> dict[str, Any]:
    points = check_data(case.check)["points"] if case.check is not None else []
    return {
        "order": case.order,
        "arguments": _plain_arguments(case),
        "shapes": [list(getattr(argument, "shape", ())) for argument in case.arguments],
        "verdict": case.verdict,
        "mistake": case.mistake and case.mistake._asdict(),
        **(points[0] | {"mistake": case.mistake and case.mistake._asdict()} if points else {}),
    }


def document(check: FunctionCheck, *, brief: bool = False) -> Document:
    """Return the verdict and a line for every point and order at which backward is not right."""
    return document_of(check.data(), brief=brief)


def document_of(data: Mapping[str, Any], *, brief: bool = False) -> Document:
    """Return the document of a check from its data, which may have come from another process."""
    table = Table("cases", COLUMNS, tuple(map(_row, data["cases"])))
    if brief:
        return Document((table,), lambda: dict(data))
    blocks: list[Block] = [Paragraph(data["sentence"], "verdict", OUTCOMES[data["verdict"]])]
    if data["verdict"] != "agrees":
        blocks += [*_witness_listing(data), table._replace(rows=tuple(row for row in table.rows if row[2] != "agrees"))]
    return Document(tuple(blocks), lambda: dict(data), details=lambda: _everything(data, table))


def _witness_listing(data: Mapping[str, Any]) -> list[Block]:
    """Return the worst entry that is wrong, with the values of forward's arguments where it was found."""
    witness = data["witness"]
    if witness is None:
        return []
    at = ", ".join(map(repr, witness["arguments"]))
    told = f"{witness['name']} at {at}: backward {witness['given']}, differences {witness['found']}"
    return [Listing((("witness", told),))]


def _everything(data: Mapping[str, Any], table: Table) -> tuple[Block, ...]:
    """Return the blocks of the long form: every point and order, and the verdict."""
    facts = Listing((("function", data["function"]), ("evaluations", data["evaluations"])))
    heading = Heading("Backward against forward", 1)
    return (heading, facts, *_witness_listing(data), table, Paragraph(data["sentence"], "verdict"))


def _row(case: Mapping[str, Any]) -> tuple[Any, ...]:
    at = Code(", ".join(map(repr, case["arguments"])))
    if not case.get("entries"):
        return (case["order"], at, case["verdict"], None, None, None)
    worst = case["entries"][0]
    given = worst["given_status"] if worst["given"] is None else worst["given"]
    return (case["order"], at, case["verdict"], worst["name"], given, worst["found"])
