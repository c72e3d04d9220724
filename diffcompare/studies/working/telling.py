"""A checked derivation as plain data and as a document."""

from __future__ import annotations

from typing import Any

from diffcompare.checking import WHERE_DEFINED
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.studies.check.data import partial_data
from diffcompare.studies.check.document import explained
from diffcompare.studies.check.wording import gap
from diffcompare.studies.telling import question_data, question_entries, warnings_data
from diffcompare.studies.working.record import Line, Working
from diffcompare.wengert import listing, variables

COLUMNS = (
    Column("line", "line", "right"),
    Column("step", "step"),
    Column("verdict", "verdict"),
    Column("follows", "follows from the line before"),
)
MOST_ROWS = 60


def data(working: Working) -> dict[str, Any]:
    """The lines with verdict, witness and mistake; `first_wrong` is the number of a line of the file."""
    question = question_data("check", working.question, {})
    question["expression"]["variables"] = variables(listing(working.question.parsed.expression))
    del question["point"]
    return {
        **question,
        "by": working.by,
        "verdict": working.verdict,
        "finished": working.finished,
        "first_wrong": None if working.first is None else working.lines[working.first].written.number,
        "steps": [_line(line) for line in working.lines],
        "partials": {working.by: partial_data(working.check, working.by)},
        "sentence": verdict(working),
        "warnings": warnings_data(working.notes),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "line": line.written.number,
        "text": line.written.text,
        "open": line.written.opens,
        "verdict": line.judgement.verdict,
        "follows": line.follows,
        "mistake": None if line.mistake is None else line.mistake.kind,
    }


def document(working: Working, *, brief: bool = False) -> Document:
    """The lines, and what is wrong with the first that does not follow."""
    rows: list[tuple[Cell, ...]] = [
        (line.written.number, Code(line.written.text), line.judgement.verdict, _follows(line)) for line in working.lines
    ]
    table = Table("steps", COLUMNS, tuple(rows), "Steps", most=MOST_ROWS)
    if brief:
        return Document((table,), working.data)
    entries = [*question_entries(working.question, {}), ("by", Code(working.by))]
    blocks: list[Block] = [Heading("Does it follow?", 1), Listing(tuple(entries)), table]
    if working.first is not None:
        blocks += explained(working.check, working.by, f"Line {working.lines[working.first].written.number}")
    blocks.append(Paragraph(verdict(working), "verdict"))
    return Document(tuple(blocks), working.data)


def _follows(line: Line) -> str:
    return "not known" if line.follows is None else "yes" if line.follows else "no"


def verdict(working: Working) -> str:
    """The closing sentence."""
    if working.first is None:
        unsure = [line.written.number for line in working.lines if not line.right]
        if unsure:
            return f"No line is wrong, but line {unsure[0]} could not be decided."
        said = (
            f"All {len(working.lines)} lines are the derivative"
            if len(working.lines) > 1
            else "The line is the derivative"
        )
        partly = [line for line in working.lines if line.judgement.verdict == WHERE_DEFINED]
        if partly:
            said += f"; line {partly[0].written.number} only where it is defined: it has {gap(partly[0].judgement)}"
        return f"{said}." if working.finished else f"{said}; in the last one a derivative is still to be worked out."
    line = working.lines[working.first]
    before = (
        "from the function" if working.first == 0 else f"from line {working.lines[working.first - 1].written.number}"
    )
    said = f"Line {line.written.number} does not follow {before}"
    return f"{said}: {line.mistake.sentence}." if line.mistake is not None else f"{said}."
