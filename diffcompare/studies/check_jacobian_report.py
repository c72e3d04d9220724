"""The report of a checked Jacobian: a verdict for every entry, the evidence, and the mistakes."""

from __future__ import annotations

from typing import Any

from diffcompare.backends.jacobian_methods import label
from diffcompare.document import (
    Block,
    Cell,
    Code,
    Column,
    Document,
    Heading,
    Listing,
    Outcome,
    Paragraph,
    Table,
    columns,
)
from diffcompare.language.printer import outputs_text, to_text
from diffcompare.studies.check_jacobian import MatrixCheck
from diffcompare.studies.check_report import OUTCOMES, partial_data
from diffcompare.studies.check_wording import as_sentence, evidence
from diffcompare.studies.matrix_tables import MAX_GRID_COLUMNS
from diffcompare.studies.record import SCHEMA, closing_data, counted, join
from diffcompare.verify.verdict import WHERE_DEFINED

MAX_NAMED = 6  # entries in the closing sentence


def verdict(checked: MatrixCheck) -> str:
    """Return the closing sentence."""
    wrong = [entry for entry, word in _verdicts(checked) if word == "wrong"]
    if checked.is_transposed:
        return "The Jacobian is wrong, and its transpose is right: rows are outputs, columns are variables."
    if wrong:
        listed = join(wrong[:MAX_NAMED]) + f" and {len(wrong) - MAX_NAMED} others" * (len(wrong) > MAX_NAMED)
        return f"The Jacobian is wrong in {listed}."
    words = {word for _, word in _verdicts(checked)}
    count = counted(len(checked.checks) * len(checked.names), "entry").replace("entrys", "entries")
    if words == {"proved"}:
        return f"The Jacobian is right: this is proved for all {count}."
    open_ones = [entry for entry, word in _verdicts(checked) if word == "undecided"]
    if open_ones:
        return f"The Jacobian is undecided in {join(open_ones[:MAX_NAMED])}."
    gaps = [entry for entry, word in _verdicts(checked) if word == WHERE_DEFINED]
    if gaps:
        without = f"{join(gaps, most=MAX_NAMED)} {'has' if len(gaps) == 1 else 'have'} no value in part of the domain"
        counts = ", which counts as wrong" * (checked.where_defined == "wrong")
        return f"The Jacobian agrees where it is defined, but {without}{counts}."
    return f"The Jacobian is right as far as can be seen, in all {count}."


def _verdicts(checked: MatrixCheck) -> list[tuple[str, str]]:
    return [
        (label(row, name), check.judgements[name].verdict)
        for row, check in enumerate(checked.checks)
        for name in checked.names
    ]


# --- Data: the JSON document, schema diffcompare/1 --------------------------------------------------------------------


def data(checked: MatrixCheck) -> dict[str, Any]:
    """Return every entry for JSON: verdicts as nested lists, and the evidence for each as `check` has it."""
    outputs = checked.question.parsed.outputs
    labels = [f"f{number + 1}" for number in range(len(outputs))]
    return {
        "schema": SCHEMA,
        "command": "check",
        "expression": {
            "text": checked.question.text,
            "read_as": outputs_text(outputs),
            "variables": list(checked.names),
        },
        "outputs": [{"name": name, "text": to_text(o)} for name, o in zip(labels, outputs, strict=True)],
        "shape": [len(outputs), len(checked.names)],
        "rows": labels,
        "columns": list(checked.names),
        "where_defined": checked.where_defined,
        "verdict": checked.verdict,
        "verdicts": [[check.judgements[name].verdict for name in checked.names] for check in checked.checks],
        "transposed": checked.is_transposed,
        "entries": [[partial_data(check, name) for name in checked.names] for check in checked.checks],
        "sentence": verdict(checked),
        **closing_data(checked),
    }


# --- Document ---------------------------------------------------------------------------------------------------------


def document(checked: MatrixCheck, *, brief: bool = False) -> Document:
    """Return the verdicts as a matrix, then the evidence for each entry; a brief document has the verdicts only."""
    entries = _entries(checked)
    matrix: list[Block] = [_matrix(checked)] if len(checked.names) <= MAX_GRID_COLUMNS else []
    if brief:
        return Document(tuple(matrix or [entries]), checked.data)
    outcome: Outcome = OUTCOMES[checked.exit_code]
    blocks: list[Block] = [Paragraph(verdict(checked), "verdict", outcome)]
    doubtful = tuple(row for row in entries.rows if row[2] != "proved")
    if outcome != "right" and doubtful:
        blocks.append(entries._replace(rows=doubtful, caption="Entries that are not proved"))
    blocks += _derivations(checked)
    return Document(tuple(blocks), checked.data, details=lambda: _everything(checked, matrix, entries))


def _everything(checked: MatrixCheck, matrix: list[Block], entries: Table) -> tuple[Block, ...]:
    """Return the blocks of the long form: the verdicts as a matrix, and the evidence for each entry."""
    outputs = checked.question.parsed.outputs
    listing = Listing(tuple((f"f{number + 1}", output) for number, output in enumerate(outputs)))
    blocks: list[Block] = [Heading("Is this the Jacobian?", 1), listing, *matrix, entries]
    return (*blocks, *_derivations(checked), Paragraph(verdict(checked), "verdict"))


def _derivations(checked: MatrixCheck) -> list[Block]:
    """Return the derivations of the outputs, if they were asked for."""
    blocks: list[Block] = []
    for number, check in enumerate(checked.checks):
        if check.solution is not None:
            _, *derivation = check.solution.document().blocks
            blocks += [Heading(f"The derivative of f{number + 1}, rule by rule"), *derivation]
    return blocks


def _matrix(checked: MatrixCheck) -> Table:
    heads = (Column("row", "output"), *[Column(f"d{name}", f"d/d{name}") for name in checked.names])
    rows: list[tuple[Cell, ...]] = [
        (f"f{number + 1}", *[check.judgements[name].verdict for name in checked.names])
        for number, check in enumerate(checked.checks)
    ]
    return Table("verdicts", heads, tuple(rows), "Verdicts", blocks=True)


def _entries(checked: MatrixCheck) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for number, check in enumerate(checked.checks):
        for name in checked.names:
            mistake = None if checked.is_transposed else check.mistakes.get(name)  # the one mistake is the order
            why = as_sentence(evidence(check, name)) + (f" {as_sentence(mistake.sentence)}" if mistake else "")
            rows.append((label(number, name), Code(check.answers[name].text), check.judgements[name].verdict, why))
    return Table("entries", columns("entry | answer=yours | verdict | evidence=why"), tuple(rows), "Every entry")
