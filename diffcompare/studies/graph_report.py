"""The report of a computational graph: the drawing, the table of nodes, and what sharing saves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, cast

from diffcompare.document import (
    MAX_DRAWN,
    Block,
    Cell,
    Code,
    Document,
    Edge,
    Graph,
    Heading,
    Listing,
    Paragraph,
    Table,
    Vertex,
    columns,
)
from diffcompare.formatting import short_number
from diffcompare.language.expression import Expression, Variable, apply
from diffcompare.language.operations import is_negation
from diffcompare.language.printer import SIGNS
from diffcompare.language.wengert import pretty
from diffcompare.numeric.evaluate import Undefined
from diffcompare.studies.graph import ComputationalGraph
from diffcompare.studies.record import (
    cell,
    counted,
    join,
    large,
    number,
    plain,
    question_entries,
    select,
    source_cell,
    source_data,
    source_place,
    status,
    study_data,
    times,
)

MAX_ROWS = 30  # rows of the table that is shown in place of a drawing that would be too large
MAX_NAME_LENGTH = 16  # characters of a variable's name or a number in a drawing
MAX_EXACT_PATHS = 10**15  # larger counts are rounded in prose; the listing and the JSON have them exactly
MAX_NAMED = 3  # shared nodes and variables that the closing sentence names

CONDITIONS = "A condition only decides which branch is taken: no derivative flows through it."


# --- Data: the JSON document of `graph`, schema diffcompare/1 ---------------------------------------------------------


def data(graph: ComputationalGraph) -> dict[str, Any]:
    """Return every node and every edge for JSON; numbers in full precision, None where there is none."""
    names = graph.names
    fields = {
        "value": number(graph.values[graph.output]),
        **select(graph, "show | wrt=problem.wrt | seed"),
        "output": names[graph.output],
        "nodes": [_node(graph, node) for node in graph.nodes],
        "edges": [
            {"from": names[use.argument], "to": names[use.user], **select(use, "partial | condition=decides")}
            for use in graph.uses
        ],
        "paths": plain(graph.paths),
    }
    return study_data("graph", graph, graph.problem.point, fields)


def _node(graph: ComputationalGraph, node: Expression) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": graph.names[node],
        "kind": kind(node),
        "variable": node.name if isinstance(node, Variable) else None,
        "operation": node.operation.name if node.operation else None,
        "arguments": [graph.names[argument] for argument in node.arguments],
        "level": graph.levels[node],
        **source_data(node),
        "active": node in graph.active,
        "value": number(graph.values[node]),
        "status": status(graph.values[node]),
        "used_by": [graph.names[user] for user in graph.users[node]],
    }
    if graph.show != "values":
        fields[graph.show] = number(graph.derivatives.get(node))
    return fields


def kind(node: Expression) -> str:
    """Return whether a node is a `variable`, a `constant` (numbers included) or an `operation`."""
    if node.operation is not None:
        return "operation"
    return "variable" if isinstance(node, Variable) else "constant"


# --- Document ---------------------------------------------------------------------------------------------------------


def document(graph: ComputationalGraph, *, brief: bool = False) -> Document:
    """Return the document of a graph; a brief one has the drawing and its table only."""
    blocks: list[Block] = [] if brief else [Heading("The computational graph", 1), _question(graph)]
    blocks.append(_picture(graph))
    if not brief:
        blocks += [Paragraph(note, "note") for note in _remarks(graph)]
        blocks.append(Paragraph(_lesson(graph), "verdict"))
    return Document(tuple(blocks), graph.data)


def _question(graph: ComputationalGraph) -> Listing:
    entries = question_entries(graph.question, graph.problem.point)
    entries.append(("value", cell(graph.values[graph.output])))
    if graph.seed is not None:
        entries.append(
            ("seed", f"the tangent of {graph.seed} is 1: every tangent is a derivative with respect to {graph.seed}")
        )
    elif graph.show == "adjoint":
        entries.append(("seed", f"the adjoint of {node_name(graph, graph.output)} is 1"))
    entries.append(("size", f"{counted(graph.tree, 'node')} as a tree, {large(graph.dag)} as a DAG"))
    return Listing(tuple(entries))


def node_name(graph: ComputationalGraph, node: Expression) -> str:
    """Return the name of a node as it is printed: v₁, and the text of a number or a constant."""
    return pretty(graph.names[node]) if node.operation or isinstance(node, Variable) else graph.names[node]


def _prose_name(graph: ComputationalGraph, node: Expression) -> str:
    """Return the name of a node in prose, where variables are called by their own."""
    return node.name if isinstance(node, Variable) else node_name(graph, node)


def _picture(graph: ComputationalGraph) -> Graph:
    vertices = tuple(_vertex(graph, node) for node in graph.nodes)
    edges = tuple(
        Edge(node_name(graph, use.argument), node_name(graph, use.user), _label(use.partial), use.decides)
        for use in graph.uses
    )
    table = _table(graph)._replace(most=MAX_ROWS if len(vertices) > MAX_DRAWN else None)
    titles = {"values": "values", "tangent": "values and tangents", "adjoint": "values and adjoints"}
    caption = f"Computational graph with {titles[graph.show]}"
    return Graph("graph", vertices, edges, table, caption)


def _label(partial: float | None) -> str:
    return "" if partial is None else short_number(partial)


def _vertex(graph: ComputationalGraph, node: Expression) -> Vertex:
    numbers: list[tuple[Literal["primal", "tangent", "adjoint"], float | None]] = []
    value, place = graph.values[node], source_place(node)
    if kind(node) != "constant":
        numbers.append(("primal", None if type(value) is Undefined else float(value)))
        if graph.show != "values" and node in graph.derivatives:
            numbers.append((graph.show, graph.derivatives[node]))
    return Vertex(
        node_name(graph, node),
        _formula(graph, node),
        cast(Literal["variable", "constant", "operation"], kind(node)),
        graph.levels[node],
        node in graph.active,
        tuple(numbers),
        line=None if place is None else place.line,
        source_line="" if place is None else place.source_line,
        formula=_typeset(graph, node),
    )


def _typeset(graph: ComputationalGraph, node: Expression) -> Expression:
    """Return what a node does to its arguments as an expression in their names."""
    if node.operation is None:
        return node
    arguments = [each if kind(each) == "constant" else Variable(node_name(graph, each)) for each in node.arguments]
    return apply(node.operation, tuple(arguments))


def _formula(graph: ComputationalGraph, node: Expression) -> str:
    """Return what a node does to its arguments: `v₋₁·v₀`, `sin(v₀)`."""
    if isinstance(node, Variable):
        return _short(node.name)
    if node.operation is None:
        return _short(graph.names[node])
    return operation_text(node, [node_name(graph, argument) for argument in node.arguments])


def operation_text(node: Expression, arguments: Sequence[str]) -> str:
    """Return an operation on arguments that have names: `v₋₁·v₀`, `sin(v₀)`."""
    assert node.operation is not None
    names = list(map(_short, arguments))
    name = node.operation.name
    if name in SIGNS:
        sign = {" - ": " \N{MINUS SIGN} ", "*": "·"}.get(SIGNS[name], SIGNS[name])
        return sign.join(names)
    if is_negation(node):
        return f"\N{MINUS SIGN}{names[0]}"
    if name.startswith("if "):
        return f"if({names[0]} {name[3:]} {names[1]}, {names[2]}, {names[3]})"
    return f"{name}({', '.join(names)})"


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 1]}…"


def _table(graph: ComputationalGraph) -> Table:
    derivative = "" if graph.show == "values" else f" | >{graph.show}"
    line = " | ~source=line" if graph.question.program is not None else ""
    heads = columns(f"node | operation | arguments=of | >value{derivative} | used_by=used by{line}")
    rows = tuple(_row(graph, node) for node in graph.nodes)
    return Table("nodes", heads, rows, "Nodes, in the order of the Wengert list")


def _row(graph: ComputationalGraph, node: Expression) -> tuple[Cell, ...]:
    users = graph.users[node]
    arguments = [node_name(graph, argument) for argument in node.arguments]
    leaf = "" if node.operation else "variable" if isinstance(node, Variable) else "constant"
    operation: Cell = Code(node.operation.name.replace("^n", "^")) if node.operation else leaf
    if isinstance(node, Variable):
        arguments = [node.name]
    cells: list[Cell] = [node_name(graph, node), operation, ", ".join(arguments) or None, cell(graph.values[node])]
    if graph.show != "values":
        active = node in graph.active
        cells.append(number(graph.derivatives.get(node)) if active or graph.show == "tangent" else "inactive")
    cells.append(_listed([node_name(graph, user) for user in users], 6) if users else "the output")
    if graph.question.program is not None:
        cells.append(source_cell(node))
    return tuple(cells)


def _listed(names: list[str], most: int) -> str:
    """List names, each once with its multiplicity; beyond `most` of them the rest is counted."""
    counts = {name: names.count(name) for name in names} if len(names) <= 64 else dict.fromkeys(names, 1)
    texts = [name if count == 1 else f"{name} {times(count)}" for name, count in counts.items()]
    if len(texts) > most:
        texts = [*texts[: most - 1], f"{len(texts) - most + 1:,} more"]
    return ", ".join(texts)


def _remarks(graph: ComputationalGraph) -> list[str]:
    remarks = [graph.remark] if graph.remark else []
    count = len(graph.nodes)
    if count > MAX_DRAWN:
        remarks.append(
            f"{count:,} nodes are too many for a drawing (at most {MAX_DRAWN}), so there is only the "
            "table. `--format dot` writes the whole graph for Graphviz, `--json` every number."
        )
    return remarks


def _lesson(graph: ComputationalGraph) -> str:
    """Return the closing sentences: which nodes are shared, how many paths that makes, and what it saves."""
    shared = [node for node in graph.nodes if len(graph.derivative_users[node]) > 1 and kind(node) != "constant"]
    decided = any(use.decides for use in graph.uses)
    if not graph.paths:
        return "Nothing here depends on a variable: the graph computes a constant, and no derivative flows through it."
    if not shared and decided:
        return f"At most one path leads from each variable to {node_name(graph, graph.output)}. {CONDITIONS}"
    if not shared:
        return (
            "No variable and no operation is used twice, so the graph is a tree: one path leads from each variable to "
            f"{node_name(graph, graph.output)}, and no derivative is a sum."
        )
    return " ".join([_sharing(graph, shared), _path_count(graph), *([CONDITIONS] if decided else []), _saving(graph)])


def _sharing(graph: ComputationalGraph, shared: list[Expression]) -> str:
    most = sorted(shared, key=lambda node: -len(graph.derivative_users[node]))[:MAX_NAMED]
    users = {node: [node_name(graph, user) for user in graph.derivative_users[node]] for node in most}
    listed = [f"{_prose_name(graph, node)} (by {_listed(names, 4)})" for node, names in users.items()]
    unnamed = len(shared) - len(most)
    listed += [counted(unnamed, "other node")] if unnamed else []
    verb = "is" if len(shared) == 1 else "are"
    if graph.show == "adjoint":
        derivative = f"its {graph.show}" if len(shared) == 1 else "the adjoint of each"
    else:
        derivative = f"the derivative with respect to {'it' if len(shared) == 1 else 'each'}"
    return f"{join(listed)} {verb} used more than once: {derivative} is the sum over its uses."


def _path_count(graph: ComputationalGraph) -> str:
    """Return the sentence on the variables with the most paths to the output."""
    most = sorted(graph.paths.items(), key=lambda pair: -pair[1])[:MAX_NAMED]
    listed = [f"{_rounded(count)} from {name}" for name, count in most]
    first, count = most[0]
    listed[0] = f"{_rounded(count)} path{'s' * (count != 1)} from {first}"
    verb = "leads" if most[0][1] == 1 and len(most) == 1 else "lead"
    sentence = f"{join(listed)} {verb} to {node_name(graph, graph.output)}."
    return sentence[0].upper() + sentence[1:]


def _saving(graph: ComputationalGraph) -> str:
    return (
        f"Written out as a tree, the {counted(graph.dag, 'node')} would be {_rounded(graph.tree)}: a sweep visits "
        "each node once, whatever the number of paths."
    )


def _rounded(count: int) -> str:
    """Return a count in prose, in full as long as it can be read."""
    return str(count) if count < MAX_EXACT_PATHS else f"about 10^{math.floor(math.log10(count))}"
