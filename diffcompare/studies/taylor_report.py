"""Taylor coefficients as JSON and as a document: the coefficients against the truth, and what every order costs."""

from __future__ import annotations

from contextlib import suppress
from math import factorial
from typing import Any

from diffcompare.backends.taylor_methods import TaylorAnswer
from diffcompare.document import Block, Cell, Code, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.wengert import dag_size, tree_size
from diffcompare.studies.matrix_tables import (
    MAX_ENTRY_ROWS,
    accuracy_sentence,
    arrays,
    cost_table,
    entry_table,
    method_data,
    note_table,
    short_form,
    true_texts,
)
from diffcompare.studies.record import cell, counted, large, number, plain, question_entries, status, study_data
from diffcompare.studies.taylor import Taylor

FLAT = ("absolute", "relative", "ulp")


def verdict(taylor: Taylor) -> str:
    """Return the sentences that close the document."""
    sentences = [_cost_sentence(taylor), accuracy_sentence(taylor), _swell_sentence(taylor)]
    return " ".join(sentence for sentence in sentences if sentence)


def _by_method(taylor: Taylor) -> dict[str, TaylorAnswer]:
    return {result.answer.method: result for result in taylor.results}


def _cost_sentence(taylor: Taylor) -> str:
    """Compare one series with nested pairs, at the highest order that both reached."""
    results = _by_method(taylor)
    if "taylor-mode" not in results or "nested-forward" not in results:
        return ""
    series, nested = (results[method].by_order for method in ("taylor-mode", "nested-forward"))
    order = min(len(series), len(nested)) - 1
    if order < 2:
        return ""
    one, other = series[order].operations, nested[order].operations
    growth = nested[order].operations, nested[order - 1].operations
    if not one or not other or not growth[0] or not growth[1]:
        return ""
    return (
        f"Up to order {order} one series takes {counted(one, 'operation')} and nested forward mode {large(other)}, "
        f"{growth[0] / growth[1]:.2g} times those of the order below."
    )


def _swell_sentence(taylor: Taylor) -> str:
    result = _by_method(taylor).get("symbolic")
    sizes = [cost.size.tree for cost in result.by_order if cost.size is not None] if result else []
    if len(sizes) < 2:
        return ""
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    nodes = counted(sizes[largest], "node")
    return f"Sympy's formulas have up to {nodes} (at order {largest}), where f has {large(sizes[0])}."


# --- Data: the JSON document of `taylor`, schema diffcompare/1 --------------------------------------------------------


def data(taylor: Taylor) -> dict[str, Any]:
    """Return all coefficients for JSON, as lists by order."""
    fields = {
        "value": number(taylor.value),
        "status": status(taylor.value),
        "wrt": taylor.problem.name,
        "order": taylor.problem.order,
        "shape": [taylor.problem.order + 1],
        "coefficients": plain(taylor.coefficients),
        "derivatives": plain(_derivatives(taylor)),
        "truth": _truth(taylor),
        "methods": [_method(taylor, result) for result in taylor.results],
        "verdict": verdict(taylor),
    }
    return study_data("taylor", taylor, taylor.problem.point, fields)


def _derivatives(taylor: Taylor) -> list[float | None]:
    """Return the derivatives of all orders as doubles, rounded once where the truth is known."""
    return [_derivative(taylor, order, coefficient) for order, coefficient in enumerate(taylor.coefficients)]


def _derivative(taylor: Taylor, order: int, coefficient: float | None) -> float | None:
    true = taylor.true_entry(order, "coefficient")
    if true is not None and true.centre is not None:
        with suppress(OverflowError):
            return float(true.centre * factorial(order))
    return None if coefficient is None else coefficient * factorial(order)


def _truth(taylor: Taylor) -> dict[str, Any] | None:
    if taylor.first is None:
        return None
    broken = taylor.truth.broken if taylor.truth else None
    known = taylor.truth is not None and None not in taylor.truth.coefficients
    state = "ok" if known else "nondifferentiable" if broken else taylor.first.status
    return {
        "status": state if known or state != "ok" else "unresolved",
        "coefficients": [row[0] for row in true_texts(taylor, "text")],
        "bound": [row[0] for row in true_texts(taylor, "bound")],
        "broken": None if broken is None else {"order": broken[0], "left": broken[1], "right": broken[2]},
        "notes": list(taylor.first.notes),
    }


def _method(taylor: Taylor, result: TaylorAnswer) -> dict[str, Any]:
    """Return a method for JSON, with lists by order in place of matrices of one column."""
    known = method_data(taylor, result.answer, "coefficients")
    flat = {
        **known,
        "coefficients": [row[0] for row in known["coefficients"]],
        "error": {kind: [row[0] for row in known["error"][kind]] for kind in FLAT},
        "digits": [row[0] for row in known["digits"]],
    }
    return {**flat, "by_order": [{"operations": cost.operations, "size": plain(cost.size)} for cost in result.by_order]}


# --- Document ---------------------------------------------------------------------------------------------------------


def document(taylor: Taylor, *, brief: bool = False) -> Document:
    """Return the tables of an expansion; a brief document has the coefficients only."""
    if not taylor.has_tables:
        return Document((), taylor.data)
    coefficients = _coefficients(taylor)
    if brief:
        return Document((coefficients,), taylor.data, _arrays(taylor))
    function: Cell = taylor.problem.expression if taylor.question.program is None else Code(taylor.question.label)
    return short_form(
        taylor,
        [accuracy_sentence(taylor)],
        [("f", function, taylor.value)],
        [coefficients],
        lambda: _everything(taylor, coefficients),
        taylor.data,
        _arrays(taylor),
        _truth_notes(taylor),
    )


def _truth_notes(taylor: Taylor) -> list[str]:
    return [f"the truth: {note}" for note in (taylor.first.notes if taylor.first else ())]


def _everything(taylor: Taylor, coefficients: Table) -> list[Block]:
    """Return the blocks of the long form: the question, every table, and the verdict."""
    values = entry_table(
        taylor, lambda row, _: f"c{row}", list(taylor.entries()), "Coefficients by every method", brief=False
    )
    blocks: list[Block] = [Heading("The Taylor series", 1), _question(taylor), coefficients, values]
    blocks += [cost_table(taylor), *_orders(taylor), *note_table(taylor.answers)]
    blocks += [Paragraph(note, "note") for note in _truth_notes(taylor)]
    closing = verdict(taylor)
    return blocks + ([Paragraph(closing, "verdict")] if closing else [])


def _arrays(taylor: Taylor) -> dict[str, Any]:
    """Return the numbers of all orders by name: the best known coefficients and derivatives, and those of methods."""
    found = arrays(taylor, "coefficients", derivatives=_derivatives(taylor))
    columns = ("coefficients", *[answer.method.replace("-", "_") for answer in taylor.answers])
    flat = {name: [row[0] for row in found[name]] for name in columns}
    return {**found, **flat, "columns": [taylor.problem.name]}


def _question(taylor: Taylor) -> Listing:
    entries: list[tuple[str, Cell]] = question_entries(taylor.question, taylor.problem.point)
    entries.append(("along", taylor.problem.name))
    entries.append(("value", cell(taylor.value)))
    expression = taylor.problem.expression
    nodes = f"{counted(tree_size(expression), 'node')} as a tree, {large(dag_size(expression))} as a DAG"
    entries.append(("size", f"{counted(taylor.operations, 'operation')}, {nodes}"))
    return Listing(tuple(entries))


def _coefficients(taylor: Taylor) -> Table:
    heads = columns("order | >coefficient | >derivative")
    rows: list[tuple[Cell, ...]] = [
        (order, coefficient, derivative)
        for order, (coefficient, derivative) in enumerate(zip(taylor.coefficients, _derivatives(taylor), strict=True))
    ]
    name = taylor.problem.name
    place = "a" if name != "a" else "c"
    return Table("coefficients", heads, tuple(rows), f"Coefficients of powers of {name} - {place}, at {place}")


def _orders(taylor: Taylor) -> list[Table]:
    """Return what every order costs: operations of one series and of nested pairs, nodes of sympy's formula."""
    results = _by_method(taylor)
    counted_methods = [method for method in results if method != "symbolic"]
    if not results:
        return []
    heads = "order | " + " | ".join(f">{method}" for method in counted_methods)
    heads += " | >tree=sympy tree | >dag=sympy DAG" if "symbolic" in results else ""
    rows: list[tuple[Cell, ...]] = []
    for order in range(taylor.problem.order + 1):
        row: list[Cell] = [order]
        for method in counted_methods:
            costs = results[method].by_order
            row.append(costs[order].operations if order < len(costs) else None)
        if "symbolic" in results:
            sizes = results["symbolic"].by_order
            size = sizes[order].size if order < len(sizes) else None
            row += [size.tree if size else None, size.dag if size else None]
        rows.append(tuple(row))
    caption = "Operations up to every order" + ", and nodes of sympy's derivative" * ("symbolic" in results)
    return [Table("orders", columns(heads), tuple(rows), caption, most=MAX_ENTRY_ROWS, blocks=True)]
