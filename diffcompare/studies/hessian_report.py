"""A Hessian as JSON and as a document: the matrix, every entry against the truth, symmetry and cost."""

from __future__ import annotations

from typing import Any

from diffcompare.document import Block, Cell, Code, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.wengert import dag_size, tree_size
from diffcompare.studies.hessian import Hessian
from diffcompare.studies.matrix_tables import (
    MAX_GRID_COLUMNS,
    accuracy_sentence,
    arrays,
    cost_table,
    entry_table,
    matrix_table,
    method_data,
    note_table,
    short_form,
    true_texts,
)
from diffcompare.studies.question import format_point
from diffcompare.studies.record import cell, counted, join, large, number, plain, question_entries, status, study_data
from diffcompare.truth.second_derivatives import second_partial

SWEEPS = ("forward-over-reverse", "reverse-over-reverse")


def label(hessian: Hessian, row: int, name: str) -> str:
    """Return the name of an entry: `d2f/dxdy`, `d2f/dx2`, or `(H v)x`."""
    variable = hessian.problem.wrt[row]
    if hessian.problem.vector is not None:
        return f"(H v){variable}"
    return second_partial(variable, name)


# --- The closing sentences --------------------------------------------------------------------------------------------


def verdict(hessian: Hessian) -> str:
    """Return the sentences that close the document."""
    if not hessian.problem.wrt:
        return "There is no variable, so that there are no second derivatives."
    sentences = [_cost_sentence(hessian), accuracy_sentence(hessian), _symmetry_sentence(hessian)]
    return " ".join(sentence for sentence in sentences if sentence)


def _cost_sentence(hessian: Hessian) -> str:
    """Say what the sweeps cost in evaluations of f, and for a product that the number of variables does not matter."""
    works = [
        (answer.method, answer.sweeps, answer.work.operations)
        for answer in hessian.answers
        if answer.method in SWEEPS and answer.work is not None and answer.status == "ok"
    ]
    if not works or not hessian.operations:
        return ""
    parts = [
        f"{method} takes {counted(sweeps or 0, 'sweep')} and {operations / hessian.operations:.3g} times the work of f"
        for method, sweeps, operations in works
    ]
    variables = counted(len(hessian.problem.wrt), "variable")
    if hessian.problem.vector is None:
        each = f"each of {variables}" if len(hessian.problem.wrt) > 1 else "the only variable"
        sentence = f"{join(parts)}: a sweep for {each}."
    else:
        sentence = f"{join(parts)}, whatever the number of variables (here {len(hessian.problem.wrt)})."
    return f"{sentence[0].upper()}{sentence[1:]}"


def _symmetry_sentence(hessian: Hessian) -> str:
    found = {answer.method: hessian.asymmetry(answer) for answer in hessian.answers}
    known = {method: asymmetry for method, asymmetry in found.items() if asymmetry is not None}
    if not known or len(hessian.problem.wrt) < 2:
        return ""
    exact = [method for method, asymmetry in known.items() if asymmetry.size == 0]
    rest = [
        f"{method} up to {asymmetry.size:.2g} ({second_partial(asymmetry.row, asymmetry.column)})"
        for method, asymmetry in known.items()
        if asymmetry.size
    ]
    parts = [f"symmetric to the last bit: {join(exact)}"] if exact else []
    parts += [f"not quite symmetric: {join(rest)}"] if rest else []
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


# --- Data: the JSON document of `hessian`, schema diffcompare/1 -------------------------------------------------------


def data(hessian: Hessian) -> dict[str, Any]:
    """Return all second derivatives for JSON: matrices are nested lists, rows and columns by variable."""
    key = _key(hessian)
    fields = {
        "value": number(hessian.value),
        "status": status(hessian.value),
        "shape": list(hessian.shape),
        "rows": list(hessian.problem.wrt),
        "columns": list(hessian.column_names),
        "vector": None if hessian.problem.vector is None else dict(hessian.problem.vector),
        key: plain(hessian.matrix),
        **({} if hessian.question.program is None else {"nested": plain(hessian.shaped)}),
        "truth": _truth(hessian, key),
        "methods": [
            {**method_data(hessian, answer, key), "asymmetry": _asymmetry(hessian, answer)}
            for answer in hessian.answers
        ],
        "verdict": verdict(hessian),
    }
    return study_data("hessian", hessian, hessian.problem.point, fields)


def _key(hessian: Hessian) -> str:
    return "hessian" if hessian.problem.vector is None else "product"


def _truth(hessian: Hessian, key: str) -> dict[str, Any] | None:
    truth = hessian.truth
    if truth is None:
        return None
    gradient = {name: true.text if true else None for name, true in truth.first.gradient.items()}
    return {
        "status": truth.status,
        "value": truth.first.value.text if truth.first.value else None,
        "gradient": gradient,
        key: true_texts(hessian, "text"),
        "bound": true_texts(hessian, "bound"),
        "slopes": [
            {"entry": list(entry), "left": number(sides.left), "right": number(sides.right)}
            for entry, sides in truth.slopes.items()
        ],
        "notes": [*truth.first.notes, *truth.notes],
    }


def _asymmetry(hessian: Hessian, answer: Any) -> dict[str, Any] | None:
    asymmetry = hessian.asymmetry(answer)
    if asymmetry is None:
        return None
    place = [asymmetry.row, asymmetry.column] if asymmetry.size else None
    return {"largest": asymmetry.size, "entry": place}


# --- Document ---------------------------------------------------------------------------------------------------------


def document(hessian: Hessian, *, brief: bool = False) -> Document:
    """Return the tables of a Hessian; a brief document has the matrix only."""
    if not hessian.has_tables:
        return Document((), hessian.data)
    whole = hessian.problem.vector is None
    caption = "The Hessian" if whole else "The Hessian times v"
    title = "d/d{}".format if whole else "H {}".format
    matrix: list[Block] = [*matrix_table(hessian, _key(hessian), caption, "by", title)]
    listed = [entry for entry in hessian.entries() if not whole or _is_upper(hessian, *entry)]
    entries = "Entries on and above the diagonal" if whole and len(hessian.problem.wrt) > 1 else "Entries"
    values = entry_table(hessian, lambda row, name: label(hessian, row, name), listed, entries, brief=brief)
    if brief:
        is_whole = len(hessian.column_names) <= MAX_GRID_COLUMNS
        return Document(tuple(matrix if is_whole else [values]), hessian.data, arrays(hessian, _key(hessian)))
    function: Cell = hessian.problem.expression if hessian.question.program is None else Code(hessian.question.label)
    tables = matrix_table(hessian, _key(hessian), "", "by", title)
    given = hessian.problem.vector
    vector: list[tuple[str, Cell, None]] = [] if given is None else [("v", Code(format_point(given, ": ")), None)]
    return short_form(
        hessian,
        [accuracy_sentence(hessian)] if hessian.problem.wrt else [verdict(hessian)],
        [("f", function, hessian.value), *vector],
        [*tables, *_slopes(hessian)],
        lambda: _everything(hessian, caption, matrix, values),
        hessian.data,
        arrays(hessian, _key(hessian)),
        _truth_notes(hessian),
    )


def _everything(hessian: Hessian, caption: str, matrix: list[Block], values: Table) -> list[Block]:
    """Return the blocks of the long form: the question, every table, and the verdict."""
    blocks: list[Block] = [Heading(caption, 1), _question(hessian), *matrix]
    if hessian.problem.wrt:
        blocks += [values, cost_table(hessian)]
    blocks += [*_slopes(hessian), *note_table(hessian.answers)]
    blocks += [Paragraph(note, "note") for note in _truth_notes(hessian)]
    closing = verdict(hessian)
    return blocks + ([Paragraph(closing, "verdict")] if closing else [])


def _truth_notes(hessian: Hessian) -> list[str]:
    truth = hessian.truth
    return [] if truth is None else [*[f"the truth: {note}" for note in truth.first.notes], *truth.notes]


def _is_upper(hessian: Hessian, row: int, name: str) -> bool:
    return hessian.problem.wrt.index(name) >= row


def _question(hessian: Hessian) -> Listing:
    entries: list[tuple[str, Cell]] = question_entries(hessian.question, hessian.problem.point)
    if hessian.problem.vector is not None:
        entries.append(("v", Code(format_point(hessian.problem.vector))))
    entries.append(("value", cell(hessian.value)))
    expression = hessian.problem.expression
    nodes = f"{counted(tree_size(expression), 'node')} as a tree, {large(dag_size(expression))} as a DAG"
    entries.append(("size", f"{counted(hessian.operations, 'operation')}, {nodes}"))
    return Listing(tuple(entries))


def _slopes(hessian: Hessian) -> list[Table]:
    truth = hessian.truth
    if truth is None or not truth.slopes:
        return []
    heads = columns("along | left=from the left | right=from the right")
    rows = tuple(
        (row if row == column else f"{row} and {column}", side.left, side.right)
        for (row, column), side in truth.slopes.items()
    )
    return [Table("slopes", heads, rows, "Second derivatives on both sides of the point")]
