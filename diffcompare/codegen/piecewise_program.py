"""A long expression without any pattern, as functions of some hundred lines each: forwards piece by piece, and back.

A compiler needs memory for every line of a function at once, and tables that grow with its names.  So the Wengert list
is cut into pieces, and each becomes two functions of its own: one computes the values of its nodes, which are kept in a
tuple, the other their adjoints.  What a piece reads of earlier ones it takes from their tuples; what it contributes to
their adjoints stands in a list, every contribution in a place of its own, and is added up in the piece that it belongs
to: all that a node receives at once, as in the plain sweep, so that the results have its bits, but for the sign of a
zero.  Time and memory to write and compile all that are proportional to the length of the list.

Names in a piece: v0 ... are its values, w0 ... parts of its adjoints, k the tuples of all pieces (the first are the
variables), m the list of contributions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from diffcompare.codegen.joint_sweep import SweepBuilder
from diffcompare.codegen.point_program import LineWriter, defined
from diffcompare.collection_pause import collection_paused
from diffcompare.language.expression import Expression, Variable
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS, evaluate
from diffcompare.numeric.extended_range import near_range_limits

PIECE = 500  # operations: with more the compiler is slower, with fewer more is handed from one to another

Values: TypeAlias = tuple[float, ...]


class PiecewiseProgram:
    """A program for the value and the partials of an expression, in pieces.

    `program(numbers)` takes doubles in the order of the names, and returns the value and the tuple of partials; None
    where a number is none that a plain sweep over doubles takes for good.  `program.value(numbers)` is the value alone.
    """

    def __init__(
        self, nodes: Sequence[Expression], names: Sequence[str], wrt: Sequence[str], size: int = PIECE
    ) -> None:
        """Write and compile the Wengert list of an expression that has a variable, in pieces of `size` operations.

        Raises NotDifferentiable if a partial that is needed does not exist, and one of RANGE_ERRORS for a constant that
        the plain sweep does not take.
        """
        self.forwards: list[Callable[[list[Values]], Values]] = []
        self.backwards: list[Callable[[list[Values], list[float]], None]] = []
        self.contributions = 0  # how many are handed from piece to piece
        with collection_paused(len(nodes)):
            fixed = evaluate([node for node in nodes if not node.varies], {}, FLOATS)
            if near_range_limits(fixed.values()):
                raise OverflowError
            moving = [node for node in nodes if node.varies and node.operation is not None]
            places: dict[Expression, tuple[int, int]] = {Variable(name): (0, at) for at, name in enumerate(names)}
            places.update({node: (1 + at // size, at % size) for at, node in enumerate(moving)})
            received: dict[Expression, list[int]] = {}
            wanted: set[Expression] = {Variable(name) for name in wrt}
            for start in reversed(range(0, len(moving), size)):
                self._add_piece(moving[start : start + size], fixed, places, wanted, received)
        self.forwards.reverse()
        self.partials = [received.get(Variable(name), []) for name in wrt]

    def _add_piece(
        self,
        own: Sequence[Expression],
        fixed: Mapping[Expression, float],
        places: Mapping[Expression, tuple[int, int]],
        wanted: set[Expression],
        received: dict[Expression, list[int]],
    ) -> None:
        """Write a piece once those behind it are written; `received` has the contributions to each node so far."""
        builder, writer = SweepBuilder(), LineWriter({})
        piece, _ = places[own[0]]
        read = dict.fromkeys([argument for node in own for argument in node.arguments])
        inputs: dict[Expression, Expression] = {}
        for node in read:
            if node.varies and places[node][0] != piece:
                inputs[node] = Variable(f"input {len(inputs)}")
                writer.texts[inputs[node]] = "k[{}][{}]".format(*places[node])
        constants = {node: builder.constant(fixed[node]) for node in read if not node.varies}
        built = builder.forwards_with(own, {**inputs, **constants})
        values = [built[node] for node in own]
        lines = writer.lines(builder.needed(values), dict.fromkeys(values, 2), {})
        kept = "".join([f"{writer.texts[value]}, " for value in values])
        self.forwards.append(self._compiled("k", [*lines, f"return ({kept})"], writer))

        seeds: dict[Expression, list[Expression]] = {}
        for node in own:
            seeds[built[node]] = []
            for place in received.pop(node, ()):
                seeds[built[node]].append(Variable(f"contribution {place}"))
                writer.texts[seeds[built[node]][-1]] = f"m[{place}]"
        if not self.backwards:
            seeds[values[-1]] = [builder.constant(1.0)]
        leaves = {variable: node for node, variable in inputs.items() if node.operation is not None or node in wanted}
        gathered = builder.contributions(seeds, leaves)
        terms = [term for each in gathered.values() for term in each]
        writer.prefix = "w"
        lines = [f"{kept}= k[{piece}]", *writer.lines(builder.needed(terms), Counter(terms), {})]
        for variable, each in gathered.items():
            for term in each:
                received.setdefault(leaves[variable], []).append(self.contributions)
                lines.append(f"m[{self.contributions}] = {writer.texts[term]}")
                self.contributions += 1
        self.backwards.append(self._compiled("k, m", lines, writer))

    @staticmethod
    def _compiled(parameters: str, lines: Sequence[str], writer: LineWriter) -> Callable[..., Any]:
        source = "\n    ".join([f"def compiled({parameters}):", *lines])
        return defined(source, {"__builtins__": {}, **writer.functions})

    def value(self, numbers: Values) -> float | None:
        """Return the value; None where a plain sweep would have none."""
        try:
            values = self._values(numbers)
        except RANGE_ERRORS:
            return None
        return None if values is None else values[-1][-1]

    def __call__(self, numbers: Values) -> tuple[float, Values] | None:
        """Return the value and the partials; None where a plain sweep would have none."""
        try:
            values = self._values(numbers)
            if values is None:
                return None
            contributions = [0.0] * self.contributions
            for piece in self.backwards:
                piece(values, contributions)
            partials = tuple([math.fsum([contributions[place] for place in places]) for places in self.partials])
        except RANGE_ERRORS:
            return None
        return (values[-1][-1], partials) if math.isfinite(sum(partials)) else None

    def _values(self, numbers: Values) -> list[Values] | None:
        """Return the variables and the values of all pieces; None where one is near the ends of the doubles."""
        values = [numbers]
        for piece in self.forwards:
            values.append(piece(values))
        for each in values:
            if not math.isfinite(sum(each)) or near_range_limits(each):
                return None
        return values
