"""The report of a trace: evaluation, forward sweeps side by side, reverse sweep, adjoint identity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.expression import Expression, Variable
from diffcompare.numeric.user_operations import saved_by
from diffcompare.studies.record import (
    cell,
    counted,
    number,
    plain,
    question_entries,
    select,
    source_cell,
    source_data,
    status,
    study_data,
)
from diffcompare.studies.trace import Identity, Trace, TraceFrame
from diffcompare.studies.trace_wording import saved_text

MAX_TANGENTS = 10_000  # frames of forward sweeps; beyond that, frames with a zero tangent are omitted from the JSON
MAX_ROWS = 60  # rows of a table that is shown: the first and the last ones
MAX_SEEDS = 4  # seeds whose tangents are shown side by side
ROUNDING = 1e-9  # relative; rounding explains smaller differences between two sums of products

TITLES = {"forward": "Forward trace", "reverse": "Reverse trace", "both": "Forward and reverse trace"}


# --- Data: the JSON document of `trace`, schema diffcompare/1 ---------------------------------------------------------


def data(trace: Trace) -> dict[str, Any]:
    """Return every node and every frame for JSON; numbers in full precision, None where there is none."""
    frames, left_out = _frames(trace)
    fields = {
        "value": number(trace.values[trace.nodes[-1]]),
        **select(trace, "mode | wrt=problem.wrt"),
        "output": trace.words.ascii.get(trace.nodes[-1]),
        "nodes": [_node(trace, frame.node) for frame in trace.primal],
        "frames": [_frame(trace, frame) for frame in frames],
        "frames_left_out": left_out,
        "gradient": {name: _partial(trace, name) for name in trace.problem.wrt},
        "identity": plain(trace.identity),
    }
    return study_data("trace", trace, trace.problem.point, fields)


def _frames(trace: Trace) -> tuple[Sequence[TraceFrame], dict[str, Any] | None]:
    """Return the frames to write, and what is left out: with many seeds, the frames that a seed does not reach."""
    every = len(trace.tangents) * len(trace.primal)
    if every <= MAX_TANGENTS:
        return trace.frames, None
    tangents = [frame for seed in trace.tangents for frame in trace.reached(seed)]
    why = "frames of nodes that do not depend on the seed; their tangent, 0, is among those of the nodes"
    return (*trace.primal, *tangents, *trace.adjoint), {"count": every - len(tangents), "why": why}


def _partial(trace: Trace, name: str) -> float | None:
    """Return a partial by the reverse sweep where it ran, else by the forward sweep."""
    if trace.adjoints:
        return number(trace.adjoints.get(Variable(name), 0.0))
    return number(trace.tangents[name].get(trace.nodes[-1], 0.0)) if name in trace.tangents else None


def _node(trace: Trace, node: Expression) -> dict[str, Any]:
    active = node in trace.active
    fields: dict[str, Any] = {
        "name": trace.words.ascii[node],
        "variable": node.name if isinstance(node, Variable) else None,
        "operation": node.operation.name if node.operation else None,
        "arguments": [trace.words.ascii.get(argument) or str(argument) for argument in node.arguments],
        "active": active,
        "value": number(trace.values[node]),
        "status": status(trace.values[node]),
        **source_data(node),
    }
    saved = saved_by(node, trace.values)
    if saved is not None:
        fields["saved"] = list(saved)
    if trace.tangents:
        fields["tangents"] = {
            seed: number(tangents.get(node, 0.0)) if active else None for seed, tangents in trace.tangents.items()
        }
    if trace.adjoints:
        fields["adjoint"] = number(trace.adjoints.get(node, 0.0)) if active else None
    return fields


def _frame(trace: Trace, frame: TraceFrame) -> dict[str, Any]:
    return {
        "kind": frame.kind,
        "node": trace.words.ascii[frame.node],
        "seed": frame.seed,
        "from": None if frame.source is None else trace.words.ascii[frame.source],
        "assigns": "+=" if frame.again else "=",
        **select(frame, "rule | numbers | value | total | status | sentence"),
    }


# --- Document ---------------------------------------------------------------------------------------------------------


def document(trace: Trace, *, brief: bool = False) -> Document:
    """Return the document of a trace; a brief one has the tables only."""
    if not trace.has_tables:
        return Document((), trace.data)
    blocks: list[Block] = [] if brief else [Heading(TITLES[trace.mode], 1), _question(trace)]
    blocks += [table._replace(most=MAX_ROWS) for table in _tables(trace)]
    if not brief:
        blocks += [Paragraph(note, "note") for note in _remarks(trace)]
        blocks.append(Paragraph(_lesson(trace), "verdict"))
    return Document(tuple(blocks), trace.data)


def _question(trace: Trace) -> Listing:
    entries = question_entries(trace.question, trace.problem.point)
    entries.append(("value", cell(trace.values[trace.nodes[-1]])))
    return Listing(tuple(entries))


def _tables(trace: Trace) -> list[Table]:
    tables = [_primal(trace)] if trace.primal else []
    if trace.tangents:
        tables.append(_tangent(trace))
    if trace.adjoints:
        tables.append(_adjoint(trace, trace.adjoint))
    if trace.question.program is None:
        return tables
    return [_with_lines(table, nodes) for table, nodes in zip(tables, _nodes_of_rows(trace), strict=True)]


def _nodes_of_rows(trace: Trace) -> Iterator[list[Expression]]:
    """Yield the nodes that each table has rows for; an adjoint's row is for the operation that passes it on."""
    if trace.primal:
        yield [frame.node for frame in trace.primal]
    if trace.tangents:
        yield [frame.node for frame in trace.tangent(next(iter(trace.tangents)))]
    if trace.adjoints:
        yield [frame.source or frame.node for frame in trace.adjoint]


_SPARE = ("numbers", "active")  # columns that make room for the lines of a program


def _with_lines(table: Table, nodes: Sequence[Expression]) -> Table:
    """Add a column with the line of the program that each node was recorded from."""
    rows = [(*row, source_cell(node)) for row, node in zip(table.rows, nodes, strict=True)]
    heads = [each._replace(spare=each.key in _SPARE) for each in table.columns]
    return table._replace(columns=(*heads, Column("source", "line", folds=True)), rows=tuple(rows))


def _primal(trace: Trace) -> Table:
    heads = columns("node | rule | numbers=to 4 digits | >value | active")
    formulas = trace.words.formulas
    rows = [
        (
            Variable(frame.name),
            Code(frame.rule, frame.node if isinstance(frame.node, Variable) else formulas.get(frame.rule)),
            Code(frame.numbers, formulas.get(frame.numbers)),
            _number(frame.value, frame.status),
            "yes" if frame.node in trace.active else "inactive",
        )
        for frame in trace.primal
    ]
    table = Table("values", heads, tuple(rows), "Evaluation trace: values, forwards")
    kept = [saved_by(frame.node, trace.values) for frame in trace.primal]
    if not any(kept):
        return table
    saved = [Code(saved_text(values)) if values else None for values in kept]
    with_saved = tuple([(*row, cell) for row, cell in zip(rows, saved, strict=True)])
    return table._replace(columns=(*heads, Column("saved", "saved")), rows=with_saved)


def _tangent(trace: Trace) -> Table:
    """Return the forward sweeps as a table with a row for each node and a column for each of the first seeds.

    The rule is shown with numbers only where there is one seed.
    """
    seeds, formulas = list(trace.tangents)[:MAX_SEEDS], trace.words.formulas
    single = len(seeds) == 1
    heads = columns("node | rule | numbers=to 4 digits" if single else "node | rule")
    heads += tuple(Column(seed, f"seed {seed}", "right") for seed in seeds)
    rows = []
    for frames in zip(*map(trace.tangent, seeds), strict=True):
        first = frames[0]
        row: list[Cell] = [Variable(first.name), Code(first.rule, formulas.get(first.rule))]
        row += [Code(first.numbers, formulas.get(first.numbers)) if first.numbers else None] if single else []
        rows.append((*row, *[_number(frame.total, frame.status) for frame in frames]))
    left_out = len(trace.tangents) - len(seeds)
    note = f" ({counted(left_out, 'other seed')} in the JSON)" if left_out else ""
    return Table("tangent", heads, tuple(rows), f"Forward sweeps: tangents, forwards{note}")


def _adjoint(trace: Trace, frames: Sequence[TraceFrame]) -> Table:
    heads = columns(
        "node=adjoint | assigns=sign | rule | numbers=to 4 digits | >value=contribution | >total=adjoint now"
    )
    formulas = trace.words.formulas
    rows = [
        (
            Variable(frame.name),
            "+=" if frame.again else "=",
            Code(frame.rule, formulas.get(frame.rule)),
            Code(frame.numbers, formulas.get(frame.numbers)),
            _number(frame.value, frame.status),
            _number(frame.total, frame.status),
        )
        for frame in frames
    ]
    return Table("adjoint", heads, tuple(rows), "Reverse sweep: adjoints, backwards")


def _number(value: float | None, status: str) -> Cell:
    return status if value is None else value


def _remarks(trace: Trace) -> list[str]:
    remarks = [trace.remark] if trace.remark else []
    program = trace.question.program
    if program is not None:
        idle = len(program.recording.steps) - sum(node.operation is not None for node in trace.nodes)
        if idle:
            remarks.append(
                f"{counted(idle, 'operation')} of the run {'does' if idle == 1 else 'do'} not reach the result"
            )
    undefined = [frame.name for frame in trace.primal if frame.status == "undefined"]
    if undefined and trace.failure is None:
        remarks.append(f"{', '.join(undefined[:5])}: outside the domain, and in a branch that is not taken")
    return remarks


def _lesson(trace: Trace) -> str:
    """Return the closing sentence: the identity where both modes ran, else what the sweep has answered."""
    wrt = trace.problem.wrt
    if not trace.tangents and not trace.adjoints:
        return "There is no sweep to show."
    added = sum(frame.again for frame in trace.adjoint)
    sums = f"{counted(added, 'contribution')} {'is' if added == 1 else 'are'} added (+=) to an earlier one"
    sums = sums if added else "no adjoint gets a second contribution"
    if trace.identity is not None:
        return f"{_identity(trace.identity)} Forward took {counted(len(wrt), 'sweep')}, reverse one, in which {sums}."
    if trace.adjoints:
        whom = "every input" if len(wrt) == len(trace.problem.point) else f"{counted(len(wrt), 'input')}, all at once"
        return f"One backward sweep answers for {whom}: {sums}."
    question = (
        "one question, the derivative of everything with respect to its seed" if len(wrt) == 1 else "one question each"
    )
    return f"{counted(len(wrt), 'sweep')} forwards: {question}."


def _identity(identity: Identity) -> str:
    """Return the sentence on the adjoint identity, which compares the two numbers and takes nothing for granted."""
    along = _shortened(", ".join(f"{x:g}" for x in identity.direction.values()))
    tangent, product = identity.tangent, identity.product
    sentence = (
        f"Along the direction ({along}) the tangent of the output is {tangent!r} and the adjoints of the inputs, "
        f"multiplied by it, are {product!r}"
    )
    if not (math.isfinite(tangent) and math.isfinite(product)):
        return f"{sentence}: beyond the doubles there is nothing to compare."
    if tangent == product:
        return f"{sentence}: the same number, from either end."
    if abs(tangent - product) <= ROUNDING * max(abs(tangent), abs(product)):
        return f"{sentence}: up to rounding the same number, from either end."
    return f"{sentence}: they differ, because a step of one of the sweeps cancels, underflows or overflows in doubles."


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
