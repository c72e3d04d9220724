"""The report of a gradient on whole arrays: the norm of each part, slopes along lines, and what each method did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcompare.document import Block, Cell, Code, Document, Heading, Listing, Paragraph, Table, approximate, columns
from diffcompare.inputs.function_point import Parameter
from diffcompare.studies.array_comparison import ROUNDING, ArrayComparison, SlopeCheck, entry_name
from diffcompare.studies.record import SCHEMA, closing_data, join, number, plain, select

MAX_ROWS = 40  # parameters in a table


def data(comparison: ArrayComparison) -> dict[str, Any]:
    """Return the whole comparison for JSON: the gradient in full, in nested lists."""
    norms = comparison.norms
    return {
        "schema": SCHEMA,
        "command": "grad",
        "function": comparison.program.label,
        "arrays": True,
        "parameters": [
            {"name": parameter.name, "shape": plain(parameter.shape or ()), "norm": number(norms[parameter.name][0])}
            for parameter in _parameters(comparison)
        ],
        "why": comparison.refused.message,
        "value": number(comparison.value),
        "gradient": _nested(comparison),
        "slopes": [
            {
                "along": check.label, comparison.reference: check.by_gradient,
                **select(check.measured, "slope=value | bound | runs"), "error": check.error, "agrees": check.agrees,
            }
            for check in comparison.slopes
        ],
        "methods": [select(answer, "method | status | error | note") for answer in comparison.answers],
        **select(comparison.result, "nodes=operations | numbers"),
        "verdict": comparison.verdict,
        **closing_data(comparison),
    }  # fmt: skip


def _nested(comparison: ArrayComparison) -> dict[str, Any]:
    gradient = comparison.gradient
    return {name: plain(part.tolist() if hasattr(part, "tolist") else part) for name, part in gradient.items()}


def _parameters(comparison: ArrayComparison) -> list[Parameter]:
    return [parameter for parameter in comparison.program.at.parameters if parameter.name in comparison.names]


def document(comparison: ArrayComparison, *, brief: bool = False) -> Document:
    """Return the tables of a comparison; a brief document has the gradient only."""
    blocks: list[Block] = [] if brief else [Heading("The gradient on whole arrays", 1), _listing(comparison)]
    blocks.append(_gradient(comparison))
    if not brief:
        if comparison.slopes:
            blocks.append(_slopes(comparison))
        rows = tuple((a.method, a.status, approximate(a.error), a.note) for a in comparison.answers)
        heads = columns("*method | status | >largest relative error | note")
        blocks.append(Table("methods", heads, rows, f"Methods, beside {comparison.reference}"))
        blocks += [Paragraph(text, "note") for text in _notes(comparison)]
        blocks.append(Paragraph(comparison.verdict, "verdict"))
    return Document(tuple(blocks), comparison.data, _nested(comparison))


def _listing(comparison: ArrayComparison) -> Listing:
    at, result = comparison.program.at, comparison.result
    shapes = [f"{p.name} {p.size_in_words}" for p in at.parameters if p.name not in at.fixed]
    counts = [f"{p.name} = {p.numbers[0]:g}" for p in at.parameters if p.name in at.fixed]
    operations = f", {result.operations:,} array operations that made {result.numbers:,} numbers"
    if comparison.program.library is not None:  # it does not say
        operations = ""
    entries: list[tuple[str, Cell]] = [
        ("f", Code(comparison.program.label)),
        ("at", join([*shapes, *counts], most=MAX_ROWS)),
        ("value", comparison.value),
        ("size", f"{at.size:,} inputs{operations}"),
    ]  # fmt: skip
    return Listing(tuple(entries))


def _gradient(comparison: ArrayComparison) -> Table:
    rows: list[tuple[Cell, ...]] = []
    norms = comparison.norms
    for parameter in _parameters(comparison):
        norm, place = norms[parameter.name]
        numbers = comparison.result.gradient[parameter.name]
        largest = float(numbers.ravel()[place]) if parameter.shape is not None else float(numbers)
        shape = " x ".join(map(str, parameter.shape)) if parameter.shape is not None else "number"
        entry = entry_name(comparison.program, parameter.name, place)
        rows.append((f"df/d{parameter.name}", shape, norm, largest, f"df/d{entry}"))
    heads = columns("*gradient | shape | norm | largest entry | at")
    return Table("gradient", heads, tuple(rows), f"Gradient by {comparison.reference}", most=MAX_ROWS)


def _slopes(comparison: ArrayComparison) -> Table:
    rows = tuple(
        (
            check.label,
            check.by_gradient,
            check.measured.value,
            approximate(check.error),
            approximate(check.measured.bound),
        )
        for check in comparison.slopes
    )
    heads = columns(f"*along | {comparison.reference} | plain calls | >error | >bound")
    caption = f"Slopes along lines, by {comparison.reference} and by differences of plain calls"
    return Table("slopes", heads, rows, caption)


def _notes(comparison: ArrayComparison) -> list[str]:
    return [
        f"Why whole arrays: {comparison.refused.message}. Trace, graph, derive, sweep, swell, taylor, a truth of 25 "
        "digits, and symbolic and hand-coded rules need single numbers: take a smaller input for them."
    ]


def verdict(comparison: ArrayComparison) -> str:
    """Return what was measured of the gradient, and what was not."""
    inputs = f"{comparison.program.at.size:,} inputs"
    reference, subject = comparison.reference, comparison.reference.capitalize()
    judged = [check for check in comparison.slopes if check.agrees is not None]
    if not judged:
        return f"{subject} has a gradient by {inputs}, and nothing that it was measured against."
    by_hand = next((answer for answer in comparison.answers if answer.method == "hand-coded" and answer.error), None)
    if by_hand is not None and by_hand.error is not None and by_hand.error > ROUNDING:
        return (
            f"Check the gradient by hand: it differs from that of {reference} by up to {by_hand.error:.2g} of the "
            f"largest entry; {reference} {_agreement(judged)}."
        )
    wrong = [check for check in judged if not check.agrees]
    if wrong:
        listed = join([check.label for check in wrong], most=3)
        return (
            f"{subject} and plain calls differ by more than their bound along {listed}: there is a kink close by, the "
            "function keeps a state, or a backward of yours is wrong."
        )
    whole = [a.method for a in comparison.answers if a.method.endswith("difference") and a.status == "ok"]
    rest = f"other directions of the {inputs} were not measured"
    if whole:
        rest = f"{join(whole)} took every input of {comparison.program.at.size:,}"
    return f"{subject} {_agreement(judged)}; the truth is not known to more digits, and {rest}."


def _agreement(judged: Sequence[SlopeCheck]) -> str:
    """Return the part of the verdict on lines."""
    relative = [
        check.error / abs(check.by_gradient) for check in judged if check.by_gradient and check.error is not None
    ]
    spread = f", to {max(relative):.1g} relative" if relative else ""
    if all(check.agrees for check in judged):
        return f"agrees with plain calls along all {len(judged)} lines within their bounds{spread}"
    return f"differs from plain calls along {sum(not check.agrees for check in judged)} of {len(judged)} lines"
