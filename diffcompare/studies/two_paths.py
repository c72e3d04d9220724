"""`graph --other-at`: the paths of a program at two points in one graph, what they share and what each has alone.

Two operations are one node where the same instruction ran in both runs on the same nodes (the n-th time in both, where
it ran on them several times).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.function_point import flat_values
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Double, Expression, Variable
from diffcompare.language.wengert import wengert_list
from diffcompare.recording.recorder import Decision, Recording, TapeNode
from diffcompare.recording.source_lines import SourcePlace
from diffcompare.studies.record import Record

Side: TypeAlias = Literal["both", "first", "second"]


class PathNode(NamedTuple):
    """A node of the joint graph: on which of the paths it lies, and its value on each (None where it is not there)."""

    name: str
    node: Expression
    arguments: tuple[int, ...]
    """The places of its arguments among the nodes."""
    side: Side
    values: tuple[float | None, float | None]
    place: SourcePlace | None


@dataclass(frozen=True, repr=False)
class TwoPaths(Record):
    """The paths that a program takes at two points.

    Fields:
        question: The program at the first point.
        points: Both points.
        values: The value of the function at each.
        nodes: The nodes of both paths, each after its arguments; what the first path has comes first.
        outputs: The place of the output of each path among the nodes.
        decisions: The decisions at the first point and at the second, in the order in which they were made.
        notes: What the user should know about the input.
    """

    report = "diffcompare.studies.two_paths_report"

    question: ParsedInput
    points: tuple[Mapping[str, float], Mapping[str, float]]
    values: tuple[float, float]
    nodes: tuple[PathNode, ...]
    outputs: tuple[int, int]
    decisions: tuple[tuple[Decision, ...], tuple[Decision, ...]]
    notes: tuple[Diagnostic, ...] = ()

    failure = None

    @property
    def parts_at(self) -> int | None:
        """The number of the first decision that differs, from 0; None where both paths are the same."""
        one, other = self.decisions
        for number, (mine, yours) in enumerate(zip(one, other, strict=False)):
            if (mine.place, mine.sign, mine.outcome) != (yours.place, yours.sign, yours.outcome):
                return number
        return min(len(one), len(other)) if len(one) != len(other) else None


def two_paths(question: ParsedInput, other: Mapping[str, Any]) -> TwoPaths:
    """Follow a program at its point and at another one, given as numbers, vectors and matrices by parameter.

    Raises DiffcompareError for a formula, and for a wrong point.
    """
    program = question.program
    if program is None:
        message = "a formula has the same graph at every point"
        help = "another point is for a Python function: graph model.py:f --at x=0.3 --other-at x=0.8"
        raise DiffcompareError(Diagnostic("E534", "bad_value", message, help=help))
    one = program.recording
    moved = flat_values(other)
    for name in moved:
        if name not in one.point:
            message = f"{program.label} has no variable `{name}`"
            help = f"its variables are {', '.join(one.point)}"
            raise DiffcompareError(Diagnostic("E705", "unknown_variable", message, help=help))
    two = program.record({**one.point, **moved})
    nodes, places = _joined(one, two)
    outputs = places[0][one.output], places[1][two.output]
    decisions = one.decisions, two.decisions
    return TwoPaths(
        question, (one.point, two.point), (one.value, two.value), nodes, outputs, decisions, question.parsed.notes
    )


def _joined(one: Recording, two: Recording) -> tuple[tuple[PathNode, ...], tuple[dict[Expression, int], ...]]:
    """Return the nodes of both paths, and the place of every node of each recording among them."""
    joined: dict[Any, PathNode] = {}
    order: dict[Any, int] = {}
    operations = 0
    places: tuple[dict[Expression, int], ...] = ({}, {})
    for side, recording in enumerate((one, two)):
        occurrences: dict[Any, int] = {}
        for node in wengert_list(recording.output):
            arguments = tuple([places[side][argument] for argument in node.arguments])
            key = _key(node, arguments, occurrences)
            value = float(recording.values[node])
            known = joined.get(key)
            if known is None:
                order[key] = len(order)
                values = (value, None) if side == 0 else (None, value)
                operations += node.operation is not None
                name = str(node) if node.operation is None else f"v{operations}"
                place = node.place if isinstance(node, TapeNode) else None
                joined[key] = PathNode(name, node, arguments, "first" if side == 0 else "second", values, place)
            elif side == 1:
                joined[key] = known._replace(side="both", values=(known.values[0], value))
            places[side][node] = order[key]
    return tuple(joined.values()), places


def _key(node: Expression, arguments: Sequence[int], occurrences: dict[Any, int]) -> Any:
    """Return what makes two nodes of two runs the same one."""
    if isinstance(node, Variable):
        return node.name
    if isinstance(node, Double):
        return node.double
    assert isinstance(node, TapeNode)
    instruction = (node.operation, node.place, *arguments)
    occurrences[instruction] = occurrences.get(instruction, 0) + 1
    return (*instruction, occurrences[instruction])
