"""Two paths of a program as JSON and as a document: one drawing, the table of nodes, and the decisions with numbers."""

from __future__ import annotations

from typing import Any, get_args

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
from diffcompare.language.expression import Variable
from diffcompare.language.wengert import pretty
from diffcompare.recording.recorder import Decision, short_number
from diffcompare.studies.graph_report import MAX_ROWS, operation_text
from diffcompare.studies.question import format_point
from diffcompare.studies.record import counted, question_data
from diffcompare.studies.two_paths import PathNode, Side, TwoPaths

SIDES: dict[Side, str] = dict(zip(get_args(Side), ("both", "the first", "the second"), strict=True))


def data(paths: TwoPaths) -> dict[str, Any]:
    """Return nodes and decisions of both paths for JSON."""
    return {
        **question_data("graph", paths.question, paths.points[0]),
        "other_point": dict(paths.points[1]),
        "values": list(paths.values),
        "nodes": [
            {
                "name": node.name,
                "operation": node.node.operation.name if node.node.operation else None,
                "arguments": [paths.nodes[place].name for place in node.arguments],
                "path": node.side,
                "values": list(node.values),
                "line": None if node.place is None else node.place.line,
            }
            for node in paths.nodes
        ],
        "decisions": [[_decision_data(decision) for decision in decisions] for decisions in paths.decisions],
        "parts_at": paths.parts_at,
        "warnings": [{"code": note.code, "message": note.message, "span": None} for note in paths.notes],
    }


def _decision_data(decision: Decision) -> dict[str, Any]:
    left, right = decision.numbers
    return {
        "line": decision.place.line, "text": decision.place.source_line, "left": left, "sign": decision.sign,
        "right": right, "outcome": decision.outcome,
    }  # fmt: skip


def document(paths: TwoPaths, *, brief: bool = False) -> Document:
    """Return the document of two paths; a brief one has the drawing and its table only."""
    blocks: list[Block] = [] if brief else [Heading("Two paths of a program", 1), _question(paths)]
    blocks.append(_picture(paths))
    if not brief:
        blocks += [_decisions(paths)] if any(paths.decisions) else []
        blocks.append(Paragraph(_lesson(paths), "verdict"))
    return Document(tuple(blocks), paths.data)


def _question(paths: TwoPaths) -> Listing:
    first, second = (format_point(point) for point in paths.points)
    outputs = [_printed(paths.nodes[place]) for place in paths.outputs]
    values = [f"{name} = {value!r}" for name, value in zip(outputs, paths.values, strict=True)]
    return Listing(
        (
            ("f", Code(paths.question.label)),
            ("the first", Code(first)),
            ("the second", Code(second)),
            ("values", " and ".join(values)),
        )
    )


def _picture(paths: TwoPaths) -> Graph:
    levels: list[int] = []
    for node in paths.nodes:
        levels.append(1 + max([levels[place] for place in node.arguments], default=-1))
    vertices = tuple(_vertex(paths, node, level) for node, level in zip(paths.nodes, levels, strict=True))
    edges = tuple(
        Edge(_printed(paths.nodes[place]), _printed(node)) for node in paths.nodes for place in node.arguments
    )
    rows = tuple(_row(paths, node) for node in paths.nodes)
    heads = columns("node | operation | of | path | >first=at the first | >second=at the second | ~source=line")
    most = MAX_ROWS if len(vertices) > MAX_DRAWN else None
    table = Table("nodes", heads, rows, "Nodes of both paths")._replace(most=most)
    outputs = tuple([_printed(paths.nodes[place]) for place in dict.fromkeys(paths.outputs)])
    return Graph("graph", vertices, edges, table, "The graph of both runs, with the values of each", outputs)


def _printed(node: PathNode) -> str:
    return pretty(node.name) if node.node.operation is not None else node.name


def _vertex(paths: TwoPaths, node: PathNode, level: int) -> Vertex:
    constant = node.node.operation is None and not isinstance(node.node, Variable)
    kind = "constant" if constant else "variable" if isinstance(node.node, Variable) else "operation"
    numbers = tuple(("primal", value) for value in node.values if value is not None and not constant)
    return Vertex(
        _printed(node),
        _formula(paths, node),
        kind,  # type: ignore[arg-type]
        level,
        True,
        numbers if len(set(numbers)) > 1 else numbers[:1],  # type: ignore[arg-type]
        line=None if node.place is None else node.place.line,
        source_line="" if node.place is None else node.place.source_line,
        path="" if node.side == "both" else SIDES[node.side],
    )


def _formula(paths: TwoPaths, node: PathNode) -> str:
    if node.node.operation is None:
        return node.name
    return operation_text(node.node, [_printed(paths.nodes[place]) for place in node.arguments])


def _row(paths: TwoPaths, node: PathNode) -> tuple[Cell, ...]:
    arguments = ", ".join(_printed(paths.nodes[place]) for place in node.arguments) or None
    what = node.node.operation.name.replace("^n", "^") if node.node.operation else None
    kind: Cell = "variable" if isinstance(node.node, Variable) else "constant" if what is None else Code(what)
    place = None if node.place is None else Code(str(node.place))
    return (_printed(node), kind, arguments, SIDES[node.side], *node.values, place)


def _decisions(paths: TwoPaths) -> Table:
    one, other = paths.decisions
    rows = []
    for number in range(max(len(one), len(other))):
        mine, yours = (decisions[number] if number < len(decisions) else None for decisions in (one, other))
        places = [Code(str(decision.place)) for decision in (mine, yours) if decision is not None]
        same = len(places) == 1 or places[0] == places[1]
        rows.append((number + 1, places[0] if same else Code(" / ".join(map(str, places))), _told(mine), _told(yours)))
    return Table(
        "decisions", columns("number=decision | line | at the first | at the second"), tuple(rows), "Decisions"
    )


def _told(decision: Decision | None) -> Cell:
    if decision is None:
        return None
    left, right = map(short_number, decision.numbers)
    return f"{left} {decision.sign} {right}: {'true' if decision.outcome else 'false'}"


def _lesson(paths: TwoPaths) -> str:
    """Return the closing sentences: where the paths part, and what that means for a tape."""
    operations = [node.side for node in paths.nodes if node.node.operation is not None]
    shared = counted(operations.count("both"), "operation")
    first, second = operations.count("first"), operations.count("second")
    if paths.parts_at is None:
        return f"Both runs take the same path: {shared}, with other numbers. One tape serves both points."
    number = paths.parts_at
    decisions = next(made for made in paths.decisions if number < len(made))
    place = decisions[number].place.in_prose
    return (
        f"The paths part at decision {number + 1}, {place}. They share {shared}; the first has {first} of its own, the "
        f"second {second}. The graph is built as the program runs, so a tape belongs to one run."
    )
