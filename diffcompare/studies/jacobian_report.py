"""A Jacobian as JSON and as a document: its pattern and colours, every entry against the truth, and cost."""

from __future__ import annotations

from typing import Any

from diffcompare.backends.jacobian_methods import label
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.printer import outputs_text, to_text
from diffcompare.language.wengert import dag_size, tree_size
from diffcompare.numeric.sparsity import groups_of
from diffcompare.studies.jacobian import Jacobian
from diffcompare.studies.matrix_tables import (
    MAX_ENTRY_ROWS,
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
from diffcompare.studies.record import SCHEMA, cell, closing_data, counted, join, large, number, plain, status

MAX_OUTPUTS = 12  # outputs whose formulas are listed
MAX_SPACED_COLUMNS = 24  # of a pattern; a wider one is drawn without blanks
MAX_PATTERN_COLUMNS = 60  # of a pattern side by side; more follow in another column of the table
MAX_EQUAL_RATIO = 1.5  # of the operations of both modes up to which either will do
MODES = {"forward-ad": "forward mode", "reverse-ad": "reverse mode"}


# --- The closing sentences --------------------------------------------------------------------------------------------


def choice(jacobian: Jacobian) -> tuple[str | None, str]:
    """Return the mode to choose and the sentence that says why, by the operations of both, then by sweeps."""
    work = {answer.method: answer.work.operations for answer in jacobian.answers if answer.work is not None}
    if not all(mode in work for mode in MODES) or not jacobian.problem.wrt:
        return None, ""
    sweeps = {answer.method: answer.sweeps or 0 for answer in jacobian.answers}
    costs = {mode: f"{counted(sweeps[mode], 'sweep')} and {counted(work[mode], 'operation')}" for mode in MODES}
    best, other = sorted(MODES, key=lambda mode: (work[mode], sweeps[mode]))
    rows, names = jacobian.shape
    if work[other] <= MAX_EQUAL_RATIO * work[best]:
        needs = f"forward mode needs {costs['forward-ad']}, and reverse mode {costs['reverse-ad']} and a tape"
        return None, f"Either mode will do for {_shape(rows, names)}: {needs}."
    per = "colour" if jacobian.compression else {"forward-ad": "variable", "reverse-ad": "output"}[best]
    return best, (
        f"Choose {MODES[best]} for {_shape(rows, names)}: a sweep for every {per} makes {costs[best]}, "
        f"where {MODES[other]} needs {costs[other]}."
    )


def _shape(rows: int, names: int) -> str:
    return f"{counted(rows, 'output')} of {counted(names, 'variable')}"


def verdict(jacobian: Jacobian) -> str:
    """Return the sentences that close the document."""
    if not jacobian.problem.wrt:
        return "There is no variable, so the Jacobian has no column."
    sentences = [choice(jacobian)[1], accuracy_sentence(jacobian), _compression_sentence(jacobian)]
    return " ".join(sentence for sentence in sentences if sentence)


def _compression_sentence(jacobian: Jacobian) -> str:
    compression = jacobian.compression
    if compression is None:
        return ""
    rows, names = jacobian.shape
    columns, outputs = (len(groups_of(colours)) for colours in (compression.columns, compression.rows))
    saved = f"{counted(names, 'column')} in {counted(columns, 'colour')}, {counted(rows, 'row')} in {large(outputs)}"
    if compression.different:
        differ = [f"{method} (in {label(*entry)})" for method, entry in compression.different.items()]
        verb = "differs" if len(differ) == 1 else "differ"
        why = " The pattern is that of the recorded run." * (jacobian.problem.program is not None)
        return f"Compressed, {saved}: {join(differ)} {verb} from the Jacobian without compression.{why}"
    return f"Compressed, {saved}: every number is the same, to the last bit, as without compression."


# --- Data: the JSON document of `jacobian`, schema diffcompare/1 ------------------------------------------------------


def data(jacobian: Jacobian) -> dict[str, Any]:
    """Return the whole Jacobian for JSON: matrices are nested lists, rows by output and columns by variable."""
    mode, why = choice(jacobian)
    return {
        **_question_data(jacobian),
        "shape": list(jacobian.shape),
        "rows": list(jacobian.row_labels),
        "columns": list(jacobian.problem.wrt),
        "jacobian": plain(jacobian.matrix),
        **({} if jacobian.question.program is None else {"nested": plain(jacobian.shaped)}),
        "truth": _truth(jacobian) if jacobian.truths else None,
        "methods": [method_data(jacobian, answer, "jacobian") for answer in jacobian.answers],
        "pattern": _pattern_bits(jacobian),
        "compressed": _compression(jacobian),
        "choice": {"mode": mode, "why": why or None},
        "verdict": verdict(jacobian),
        **closing_data(jacobian),
    }


def _question_data(jacobian: Jacobian) -> dict[str, Any]:
    outputs = jacobian.problem.outputs
    return {
        "schema": SCHEMA,
        "command": "jacobian",
        "expression": {
            "text": jacobian.question.text,
            "read_as": outputs_text(outputs),
            "variables": list(jacobian.problem.point),
            "operations": jacobian.operations,
            "size": {"tree": large(tree_size(*outputs)), "dag": large(dag_size(*outputs))},
        },
        "entry": jacobian.question.entry.name if jacobian.question.entry else None,
        "point": dict(jacobian.problem.point),
        "outputs": [
            {"name": name, "text": to_text(output), "value": number(value), "status": status(value)}
            for name, output, value in zip(jacobian.row_labels, outputs, jacobian.values, strict=True)
        ],
    }


def _truth(jacobian: Jacobian) -> dict[str, Any]:
    truths = jacobian.truths
    return {
        "status": [truth.status for truth in truths],
        "value": [truth.value.text if truth.value else None for truth in truths],
        "jacobian": true_texts(jacobian, "text"),
        "bound": true_texts(jacobian, "bound"),
        "notes": _truth_notes(jacobian),
    }


def _pattern_bits(jacobian: Jacobian) -> list[list[int]]:
    """Return the pattern as a matrix of 0 and 1."""
    rows, names = jacobian.shape
    return [[int(jacobian.pattern.has(row, column)) for column in range(names)] for row in range(rows)]


def _compression(jacobian: Jacobian) -> dict[str, Any] | None:
    compression = jacobian.compression
    if compression is None:
        return None
    return {
        "columns": {"colors": _colour_numbers(compression.columns), "seed": _seed(compression.columns)},
        "rows": {"colors": _colour_numbers(compression.rows), "seed": _seed(compression.rows)},
        "equal": not compression.different,
        "different": {method: [f"f{row + 1}", name] for method, (row, name) in compression.different.items()},
    }


def _colour_numbers(colours: list[int]) -> list[int]:
    return [number + 1 for number in colours]


def _seed(colours: list[int]) -> list[list[int]]:
    """Return the seed matrix: a row for every member and a column for every colour, 1 where it has that colour."""
    count = len(groups_of(colours))
    return [[int(place == number) for place in range(count)] for number in colours]


# --- Document ---------------------------------------------------------------------------------------------------------


def document(jacobian: Jacobian, *, brief: bool = False) -> Document:
    """Return the tables of a Jacobian; a brief document has the matrix only."""
    if not jacobian.has_tables:
        return Document((), jacobian.data)
    caption = "The Jacobian" if jacobian.truths else "The Jacobian, without a truth to measure it by"
    matrix: list[Block] = [*matrix_table(jacobian, "jacobian", caption, "output")]
    listed = [entry for entry in jacobian.entries() if _is_shown(jacobian, *entry)]
    values = entry_table(jacobian, label, listed, "Entries that may differ from 0", brief=brief)
    if brief:
        is_whole = len(jacobian.problem.wrt) <= MAX_GRID_COLUMNS
        return Document(tuple(matrix if is_whole else [values]), jacobian.data, _arrays(jacobian))
    sentences = [accuracy_sentence(jacobian), choice(jacobian)[1], _compression_sentence(jacobian)]
    functions = list(zip(jacobian.row_labels, jacobian.problem.outputs, jacobian.values, strict=True))
    bare = [table._replace(caption="") for table in matrix_table(jacobian, "jacobian", caption, "output")]
    return short_form(
        jacobian,
        sentences if jacobian.problem.wrt else [verdict(jacobian)],
        functions,
        [*bare, *_slopes(jacobian)],
        lambda: _everything(jacobian, [*matrix], values),
        jacobian.data,
        _arrays(jacobian),
        [f"the truth of {note}" for note in _truth_notes(jacobian)],
    )


def _everything(jacobian: Jacobian, matrix: list[Block], values: Table) -> list[Block]:
    """Return the blocks of the long form: the question, every table, and the verdict."""
    blocks: list[Block] = [Heading("The Jacobian", 1), _question(jacobian), *matrix]
    if jacobian.problem.wrt:
        blocks += [_pattern(jacobian), *_seeds(jacobian), values, cost_table(jacobian)]
    blocks += [*_slopes(jacobian), *note_table(jacobian.answers)]
    blocks += [Paragraph(f"the truth of {note}", "note") for note in _truth_notes(jacobian)]
    closing = verdict(jacobian)
    return blocks + ([Paragraph(closing, "verdict")] if closing else [])


def _arrays(jacobian: Jacobian) -> dict[str, Any]:
    values = [number(value) for value in jacobian.values]
    return arrays(jacobian, "jacobian", value=values, pattern=_pattern_bits(jacobian))


def _is_shown(jacobian: Jacobian, row: int, name: str) -> bool:
    return jacobian.pattern.has(row, jacobian.problem.wrt.index(name))


def _question(jacobian: Jacobian) -> Listing:
    outputs, labels = jacobian.problem.outputs, jacobian.row_labels
    entries: list[tuple[str, Cell]] = [*zip(labels[:MAX_OUTPUTS], outputs, strict=False)]
    if len(outputs) > MAX_OUTPUTS:
        entries.append(("", f"and {counted(len(outputs) - MAX_OUTPUTS, 'other output')}"))
    if jacobian.problem.point:
        entries.append(("at", Code(format_point(jacobian.problem.point))))
    values = ", ".join(str(cell(value)) for value in jacobian.values[:MAX_OUTPUTS])
    entries.append(("value", Code(f"[{values}{', ...' * (len(outputs) > MAX_OUTPUTS)}]")))
    nodes = f"{counted(tree_size(*outputs), 'node')} as a tree, {large(dag_size(*outputs))} as a DAG"
    entries.append(("size", f"{counted(jacobian.operations, 'operation')}, {nodes}"))
    return Listing(tuple(entries))


def _pattern(jacobian: Jacobian) -> Table:
    """Return the sparsity pattern, drawn: a star where an entry may differ from 0, a point elsewhere."""
    rows, names = jacobian.shape
    wrt = jacobian.problem.wrt
    between = " " if names <= MAX_SPACED_COLUMNS else ""
    starts = range(0, names, MAX_PATTERN_COLUMNS)
    drawn: list[tuple[Cell, ...]] = []
    for name, bits in zip(jacobian.row_labels, _pattern_bits(jacobian), strict=True):
        stars = ["*" if bit else "." for bit in bits]
        parts = [Code(between.join(stars[start : start + MAX_PATTERN_COLUMNS])) for start in starts]
        drawn.append((name, *parts, sum(bits)))
    columns_named = ", ".join(wrt) if names <= MAX_OUTPUTS else f"{wrt[0]} ... {wrt[-1]}"
    caption = f"Sparsity pattern: {jacobian.pattern.entry_count} of {rows * names} entries; columns {columns_named}"
    titles = [f"{wrt[start]} ..." if len(starts) > 1 else "pattern" for start in starts]
    keys = ["pattern", *(f"pattern{number}" for number in range(2, len(starts) + 1))]
    patterns = [Column(key, title) for key, title in zip(keys, titles, strict=True)]
    heads = (Column("output", "output"), *patterns, Column("entries", "entries", "right"))
    return Table("pattern", heads, tuple(drawn), caption, most=MAX_ENTRY_ROWS, blocks=True)


def _seeds(jacobian: Jacobian) -> list[Table]:
    """Return both seed matrices: what each compressed sweep begins with."""
    compression = jacobian.compression
    if compression is None:
        return []
    tables = []
    for key, who, members, colours in (
        ("column_seeds", "variable", jacobian.problem.wrt, compression.columns),
        ("row_seeds", "output", jacobian.row_labels, compression.rows),
    ):
        mode = "forward sweeps and differences" if key == "column_seeds" else "reverse sweeps"
        heads = columns(f"member={who} | seed=seed matrix | >color=colour")
        seeds = _seed(colours)
        rows = [
            (name, Code(" ".join(map(str, seed))), number + 1)
            for name, seed, number in zip(members, seeds, colours, strict=True)
        ]
        caption = f"Seeds of {mode}: a column for each of {counted(len(groups_of(colours)), 'colour')}"
        tables.append(Table(key, heads, tuple(rows), caption, most=MAX_ENTRY_ROWS))
    return tables


def _slopes(jacobian: Jacobian) -> list[Table]:
    rows = tuple(
        (label(number, name), slopes.left, slopes.right)
        for number, truth in enumerate(jacobian.truths)
        for name, slopes in truth.slopes.items()
    )
    heads = columns("entry | left=slope from the left | right=slope from the right")
    return [Table("slopes", heads, rows, "One-sided slopes")] if rows else []


def _truth_notes(jacobian: Jacobian) -> list[str]:
    return [f"f{number + 1}: {note}" for number, truth in enumerate(jacobian.truths) for note in truth.notes]
