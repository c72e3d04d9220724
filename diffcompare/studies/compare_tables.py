"""The long form of a comparison: every method's values against the truth, formulas, cost, notes, and the verdict."""

from __future__ import annotations

import math

from diffcompare.backends import WAYS
from diffcompare.backends.problem import Derivative, Size
from diffcompare.document import (
    Approximate,
    Block,
    Cell,
    Code,
    Heading,
    Listing,
    Measured,
    Paragraph,
    Table,
    approximate,
    columns,
)
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import tree_size
from diffcompare.numeric.evaluate import Undefined
from diffcompare.studies.accuracy import error_cells
from diffcompare.studies.compare import Comparison
from diffcompare.studies.compare_report import MAX_FORMULA_NODES, MAX_FORMULAS, UNINFORMATIVE, value_cell
from diffcompare.studies.compare_verdict import engine_answers
from diffcompare.studies.record import counted, large, question_entries

STAGES = {"raw": "", "cse": "shared parts named", "simplified": "simplified"}


def tables(comparison: Comparison) -> tuple[Block, ...]:
    """Return every table of a comparison, and the verdict below them."""
    blocks: list[Block] = [Heading(_title(comparison), 1), _question(comparison)]
    if comparison.problem.wrt or comparison.has_no_value:
        blocks.append(values(comparison, brief=False))
    if comparison.truth is not None and comparison.truth.slopes:
        blocks.append(_slopes(comparison))
    blocks += _formulas(comparison)
    if comparison.problem.wrt and comparison.answers:
        blocks += _cost(comparison)
    blocks += _notes(comparison)
    blocks += [Paragraph(note, "note") for note in _side_notes(comparison)]
    if not comparison.is_pending:
        blocks.append(Paragraph(comparison.verdict, "verdict"))
    return tuple(blocks)


def _title(comparison: Comparison) -> str:
    """Name the number of ways that were asked (by default all four)."""
    ways = {
        answer.engine.way if answer.engine else WAYS.get(answer.method, "numerically") for answer in comparison.answers
    }
    return ("The truth", "One way", "Two ways", "Three ways", "Four ways")[len(ways)] + " to differentiate" * bool(ways)


def _question(comparison: Comparison) -> Listing:
    problem, truth = comparison.problem, comparison.truth
    entries = question_entries(comparison.question, problem.point)
    true_value = truth.value.text if truth and truth.value else None
    entries.append(("value", _value(comparison, true_value)))
    if true_value is not None:
        entries.append(("truth", Code(true_value)))
    count, size = comparison.operations, comparison.size
    entries.append(
        ("size", f"{counted(count, 'operation')}, {counted(size.tree, 'node')} as a tree, {large(size.dag)} as a DAG")
    )
    return Listing(tuple(entries))


def _value(comparison: Comparison, true_value: str | None) -> Cell:
    value = comparison.value
    if type(value) is Undefined:
        return "undefined"
    number = float(value)  # type: ignore[arg-type]
    return Measured(number, true_value) if math.isfinite(number) else str(number)


def values(comparison: Comparison, brief: bool) -> Table:
    """Return the table of values: for each partial the truth, then every method with its errors and digits.

    Where the truth is slopes on two sides, there are conventions; numerical libraries estimate their errors themselves.
    """
    keys = ["*partial", "method", "version", "value"]
    keys += [">absolute=error", ">relative", ">ulp", ">digits", ">estimate", "convention"]
    rows: list[tuple[Cell, ...]] = [] if brief else _other_values(comparison)
    for name in comparison.problem.wrt:
        if comparison.true_partial(name) is not None and not brief:
            rows.append((f"df/d{name}", *_truth_row(comparison, name), None, None))
        for answer in comparison.answers:
            rows.append((f"df/d{name}", *_value_row(comparison, answer, name)))
    # Errors are shown wherever there is a truth, or no reason why there is none; the last columns where they say more.
    slopes = comparison.truth.slopes if comparison.truth else {}
    left_out = (
        range(8, 10) if not slopes else range(4, 9) if set(slopes) >= set(comparison.problem.wrt) else range(8, 9)
    )
    if comparison.has_no_value:
        left_out = range(4, 10)
    is_needed = [any(row[place] is not None for row in rows) for place in range(len(keys))]
    shown = [
        place
        for place in range(len(keys))
        if (place < 4 if brief else place not in left_out or is_needed[place]) and (place != 2 or is_needed[2])
    ]
    table = tuple(tuple(row[place] for place in shown) for row in rows)
    heads = columns(" | ".join(keys[place] for place in shown))
    if is_needed[2]:  # with the versions of libraries the table may be too wide for a page; the digits stay
        spare = ("version", "absolute", "relative", "ulp", "estimate")  # the last ones are left out first
        heads = tuple(head._replace(spare=head.key in spare) for head in heads)
    return Table("values", heads, table, "Values")


def _truth_row(comparison: Comparison, name: str) -> tuple[Cell, ...]:
    """Return the row of a true partial, with where it comes from; by differences it has a bound."""
    true = comparison.true_partial(name)
    assert true is not None
    source = comparison.truth.source if comparison.truth is not None else ""
    bound = approximate(float(true.bound)) if source == "differences" else None
    return f"truth ({source})" if source else "truth", None, Code(true.text), bound, None, None, None


def _value_row(comparison: Comparison, answer: Derivative, name: str) -> tuple[Cell, ...]:
    partial = answer.gradient.get(name)
    slopes = comparison.truth.slopes.get(name) if comparison.truth else None
    cell = value_cell(comparison, answer, name)
    if answer.engine is None and slopes is None:
        return answer.method, None, cell, *error_cells(comparison.measure(name, partial)), None, None
    own = engine_answers()
    cells = own.own_error_cells(answer.engine, comparison.errors(answer, name))
    followed = own.convention(answer, name, slopes) or None
    version = answer.engine.version if answer.engine else None
    return answer.method, version, cell, *cells, own.estimate_cell(answer, name), followed


def _other_values(comparison: Comparison) -> list[tuple[Cell, ...]]:
    """Return the rows of libraries whose value of f is not ours."""
    if not any(answer.engine for answer in comparison.answers):
        return []
    return [(*row, None, None) for row in engine_answers().value_rows(comparison)]


def _slopes(comparison: Comparison) -> Table:
    assert comparison.truth is not None
    heads = columns("partial | left=slope from the left | right=slope from the right")
    rows = tuple((f"df/d{name}", slopes.left, slopes.right) for name, slopes in comparison.truth.slopes.items())
    return Table("slopes", heads, rows, "One-sided slopes")


def _formulas(comparison: Comparison) -> list[Block]:
    """Return the table of the methods' formulas for the first partials; methods with equal formulas share a row."""
    names = comparison.problem.wrt[:MAX_FORMULAS]
    rows = [(f"df/d{name}", *row) for name in names for row in _formula_rows(comparison, name)]
    if all(isinstance(formula, str) for _, _, formula in rows):  # all are too long, so that only sizes are left
        return []
    table = Table("formulas", columns("*partial | method | formula"), tuple(rows), "Formulas")
    left_out = len(comparison.problem.wrt) - len(names)
    cut = (
        [Paragraph(f"the formulas of {counted(left_out, 'other partial')} are in the JSON", "note")] if left_out else []
    )
    return [table, *cut]


def _formula_rows(comparison: Comparison, name: str) -> list[tuple[Cell, Cell]]:
    methods: dict[Expression, list[str]] = {}
    for answer in comparison.answers:
        if answer.formulas and name in answer.formulas:
            methods.setdefault(answer.formulas[name], []).append(answer.method)
    rows: list[tuple[Cell, Cell]] = []
    for formula, listed in methods.items():
        size = tree_size(formula)
        rows.append((", ".join(listed), formula if size <= MAX_FORMULA_NODES else f"({large(size)} nodes)"))
    return rows


def _cost(comparison: Comparison) -> list[Table]:
    """Return the table of costs, if anything is in it: calls of f, operations, and the size of the formulas.

    Of other libraries there is a row only where the size of a formula is known.
    """
    heads = columns("method | how | >evaluations=calls | >operations=work | >ratio=per f | >tree | >dag=DAG | >swell")
    answers = [answer for answer in comparison.answers if answer.engine is None or answer.engine.size is not None]
    rows = [row for answer in answers for row in _cost_rows(comparison, answer)]
    return [Table("cost", heads, tuple(rows), "Cost")] if rows else []


def _cost_rows(comparison: Comparison, answer: Derivative) -> list[tuple[Cell, ...]]:
    sizes = {stage: size for stage, size in (answer.sizes or {}).items() if size is not None}
    work, operations = answer.work, comparison.operations
    first: tuple[Cell, ...] = (
        answer.method,
        answer.variant or answer.no_number,
        work.evaluations if work else None,
        work.operations if work else None,
        Approximate(work.operations / operations, 3) if work and operations else None,
        *(_formula_cells(comparison, answer) or _size_cells(comparison, sizes.get("raw"))),
    )
    later = [
        (answer.method, STAGES[stage], None, None, None, *_size_cells(comparison, size))
        for stage, size in sizes.items()
        if stage != "raw"
    ]
    return [first, *later]


def _formula_cells(comparison: Comparison, answer: Derivative) -> tuple[Cell, Cell, Cell] | None:
    """Return the size of a library's own formulas, written out as trees; None where it has none."""
    size = answer.engine.size if answer.engine else None
    return None if size is None else (size, None, Approximate(size / comparison.size.tree, 3))


def _size_cells(comparison: Comparison, size: Size | None) -> tuple[Cell, Cell, Cell]:
    """Return nodes as a tree, nodes as a DAG, and the expression swell: the tree relative to the tree of f."""
    if size is None:
        return None, None, None
    try:
        swell: Cell = Approximate(size.tree / comparison.size.tree, 3)
    except OverflowError:
        swell = None
    return size.tree, size.dag, swell


def _notes(comparison: Comparison) -> list[Table]:
    """Return the notes of the methods as a table of their own, so that the costs fit into 80 columns.

    Methods with the same note, such as both modes of a library, share a row.
    """
    notes: dict[str, list[str]] = {}
    for answer in comparison.answers:
        text = "; ".join(note for note in answer.notes if note != UNINFORMATIVE)
        notes.setdefault(text, []).append(answer.method)
    rows = tuple((", ".join(methods), text) for text, methods in notes.items() if text)
    return [Table("notes", columns("method | note"), rows, "Notes")] if rows else []


def _side_notes(comparison: Comparison) -> list[str]:
    """Return the notes of the truth, and the lesson of a catalogue entry."""
    notes = list(comparison.truth.notes) if comparison.truth else []
    notes = [f"the truth of {note}" if note.startswith("df/d") else note for note in notes]
    entry = comparison.question.entry
    if entry is not None and entry.lesson and _is_classic(comparison):
        notes.append(entry.lesson)
    return notes


def _is_classic(comparison: Comparison) -> bool:
    """Tell whether the point is the entry's own, in its own variables: the entry's lesson is about that point."""
    entry = comparison.question.entry
    return entry is not None and dict(comparison.problem.point) == dict(entry.point)
