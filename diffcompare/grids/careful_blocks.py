"""Blocks of points with care: which points are outside a domain, and numbers where the quick program has none.

A quick program (`BlockProgram`) computes as IEEE 754 does: 1/0 is inf, and exp(-1/0^2) is 0.  The language has no value
there.  So every block in which NumPy met a division by zero, an overflow or a nan comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from diffcompare.backends.problem import Derivative, Problem
from diffcompare.codegen.joint_sweep import JointSweep, joint_sweep
from diffcompare.codegen.magnitudes import Limits, watch
from diffcompare.grids.block_functions import block_function
from diffcompare.grids.block_program import BlockProgram, program_of, watching
from diffcompare.language.expression import Constant, Double, Expression, Number, Variable, apply
from diffcompare.language.operations import CONSTANTS, EVERYWHERE, RELATIONS, is_choice
from diffcompare.language.wengert import wengert_list

FINE, OUTSIDE, NOT_FINITE = 0, 1, 2  # of a point: all numbers are there; outside the domain; a number is not finite
MAX_SINGLY = 2_000  # points of one function that are differentiated one by one, with exponents beyond the doubles
MAX_PATTERNS = 256  # ways through the branches of `if` that get a program of their own
MAX_CHOICES = 62
MAX_HELD = 4_000_000  # values of nodes that are held at a time: 32 MB, and a few times that for partials

Arrays: TypeAlias = Mapping[Expression, Any]


def leaf_value(leaf: Expression, columns: Mapping[str, Any]) -> Any:
    """Return the block of a variable, or the double of a number or a constant."""
    if type(leaf) is Variable:
        return columns[leaf.name]
    if isinstance(leaf, Constant):
        return CONSTANTS[leaf.name]
    assert isinstance(leaf, Number | Double)
    return leaf.double


def node_values(nodes: Sequence[Expression], columns: Mapping[str, Any], points: int) -> dict[Expression, Any]:
    """Return a block for every node of a straight-line program."""
    values: dict[Expression, Any] = {}
    for node in nodes:
        if node.operation is None:
            values[node] = np.broadcast_to(np.asarray(leaf_value(node, columns), dtype=float), (points,))
        else:
            out = np.empty(points)
            block_function(node.operation).write(*[values[argument] for argument in node.arguments], out)
            values[node] = out
    return values


def careful_values(
    nodes: Sequence[Expression], columns: Mapping[str, Any], points: int
) -> tuple[dict[Expression, Any], dict[Expression, Any]]:
    """Return a block for every node of a Wengert list, and for those that are undefined somewhere, where they are.

    As over single doubles, a function outside its domain is undefined, and so is what is computed from it, but for an
    `if` that takes the other branch.
    """
    with watching():
        values = node_values(nodes, columns, points)
    undefined: dict[Expression, Any] = {}
    for node in nodes:
        operation = node.operation
        if operation is None:
            continue
        if operation.selects is not None:
            left, right, yes, no = node.arguments
            lost = _either(undefined, (left, right))
            if yes in undefined or no in undefined:
                takes_first = RELATIONS[operation.name[3:]](values[left], values[right])
                of_branch = np.where(takes_first, undefined.get(yes, False), undefined.get(no, False))
                lost = of_branch if lost is None else lost | of_branch
        else:
            lost = _either(undefined, node.arguments)
            if operation.domain is not EVERYWHERE:
                lost = _with_domain(node, values, lost)
        if lost is not None and lost.any():
            undefined[node] = lost
            values[node] = np.where(lost, np.nan, values[node])
    return values, undefined


def _either(undefined: Arrays, nodes: Sequence[Expression]) -> Any:
    """Return where one of some nodes is undefined; None for nowhere."""
    lost = None
    for node in nodes:
        if node in undefined:
            lost = undefined[node] if lost is None else lost | undefined[node]
    return lost


def _with_domain(node: Expression, values: Arrays, lost: Any) -> Any:
    """Return where a node is undefined: where an argument is, and where the arguments are outside the domain.

    An operation has no finite number outside its domain, so that few points need to be asked.
    """
    suspects = ~np.isfinite(values[node])
    if lost is not None:
        suspects &= ~lost
    places = np.flatnonzero(suspects)
    if not len(places):
        return lost
    assert node.operation is not None
    columns = [values[argument][places].tolist() for argument in node.arguments]
    contains = node.operation.domain.contains
    outside = [not any(x != x for x in point) and not contains(*point) for point in zip(*columns, strict=True)]
    lost = np.zeros(len(suspects), dtype=bool) if lost is None else lost.copy()
    lost[places] |= outside
    return lost


def _pieces(blocks: Iterable[slice], nodes: int) -> Iterator[slice]:
    """Yield blocks in pieces of so few points that the values of all nodes fit into memory."""
    size = max(1, MAX_HELD // max(nodes, 1))
    for block in blocks:
        for start in range(block.start, block.stop, size):
            yield slice(start, min(start + size, block.stop))


class GridProgram(Protocol):
    """A program for value and partials at ordinary points, which says where it met others: a `BlockProgram`."""

    def run(self, columns: Sequence[Any], results: Sequence[Any]) -> Sequence[slice]:
        """Fill the results, and return the blocks that need care, as `BlockProgram.run` does."""


class GridFunction:
    """Value and partials of an expression at blocks of points, each with what is wrong where a number is missing.

    Args:
        expression: The function.
        variables: Its variables in the order of the columns.
        wrt: The variables to differentiate by.
        sweep: Makes the straight-line program: `joint_sweep` in reverse mode.
        singly: The same method at one point, for points at which exponents leave the doubles; None does without.
        program: What computes the ordinary points; default: a `BlockProgram` of the sweep.
    """

    def __init__(
        self,
        expression: Expression,
        variables: Sequence[str],
        wrt: Sequence[str],
        sweep: Callable[[Expression, Sequence[str]], JointSweep] = joint_sweep,
        singly: Callable[[Problem], Derivative] | None = None,
        program: GridProgram | None = None,
    ) -> None:
        self.expression, self.variables, self.wrt, self.sweep, self.singly = expression, variables, wrt, sweep, singly
        self.program: GridProgram = program or program_of(sweep(expression, wrt), variables)
        self.left = MAX_SINGLY
        self._nodes = wengert_list(expression)
        self._choices = [node for node in self._nodes if is_choice(node)][:MAX_CHOICES]
        self._resolved: dict[int, tuple[JointSweep, Limits]] = {}

    def run(self, columns: Sequence[Any], results: Sequence[Any]) -> Any:
        """Fill the arrays for the value and the partials; return a code for every point, or None if all are fine.

        Numbers that are missing are nan.  The arguments are those of `BlockProgram.run`.
        """
        doubtful = self.program.run(columns, results)
        status = None
        for block in _pieces(doubtful, len(self._nodes)):
            own = [column if np.ndim(column) == 0 else column[block] for column in columns]
            codes = self.repair(own, [result[block] for result in results])
            if codes is not None:
                status = np.zeros(len(results[0]), dtype=np.uint8) if status is None else status
                status[block] = codes
        return status

    def repair(self, columns: Sequence[Any], results: Sequence[Any]) -> Any:
        """Put right one block that the quick program has filled; return the codes of its points as `run` does."""
        points = len(results[0])
        named = dict(zip(self.variables, columns, strict=True))
        values, undefined = careful_values(self._nodes, named, points)
        value = values[self.expression]
        lost = undefined.get(self.expression)
        codes = np.zeros(points, dtype=np.uint8)
        if lost is not None:
            codes[lost] = OUTSIDE
        results[0][...] = value
        for partial in results[1:]:
            partial[codes == OUTSIDE] = np.nan
        codes[~np.isfinite(value) & (codes == FINE)] = NOT_FINITE
        if self.wrt:
            self._repair_partials(values, named, results[1:], codes)
        return codes if codes.any() else None

    def _repair_partials(self, values: Arrays, named: Mapping[str, Any], partials: Sequence[Any], codes: Any) -> None:
        """Compute partials along the branches that each point takes, and one by one where that is not finite."""
        patterns = np.zeros(len(codes), dtype=np.int64)
        for place, node in enumerate(self._choices):
            left, right, _, _ = node.arguments
            assert node.operation is not None
            patterns |= RELATIONS[node.operation.name[3:]](values[left], values[right]).astype(np.int64) << place
        open_places = codes != OUTSIDE
        for number, pattern in enumerate(np.unique(patterns[open_places])):
            places = np.flatnonzero(open_places & (patterns == pattern))
            fine = np.zeros(len(places), dtype=bool)
            if number < MAX_PATTERNS:
                sweep, limits = self._along(int(pattern))
                own = {name: column if np.ndim(column) == 0 else column[places] for name, column in named.items()}
                with watching():
                    found = node_values(sweep.nodes, own, len(places))
                fine = np.logical_and.reduce([np.isfinite(found[node]) for node in sweep.nodes])
                for partial, node in zip(partials, sweep.partials.values(), strict=True):
                    partial[places] = np.where(fine, found[node], np.nan)
                for node, (low, high) in limits.items():
                    if node in found:
                        size = np.abs(found[node])
                        fine &= (size < high) & ((size > low) | (size == 0))
            self._one_by_one(places[~fine], named, partials, codes)

    def _one_by_one(self, places: Any, named: Mapping[str, Any], partials: Sequence[Any], codes: Any) -> None:
        for place in places.tolist():
            gradient: Mapping[str, float | None] = {}
            if self.singly is not None and self.left > 0:
                self.left -= 1
                point = {name: column if np.ndim(column) == 0 else column[place] for name, column in named.items()}
                point = {name: float(x) for name, x in point.items()}
                gradient = self.singly(Problem(self.expression, point, tuple(self.wrt))).gradient
            for name, partial in zip(self.wrt, partials, strict=True):
                number = gradient.get(name, float(partial[place]))
                partial[place] = np.nan if number is None else number
                if np.isnan(partial[place]):
                    codes[place] = NOT_FINITE

    def _along(self, pattern: int) -> tuple[JointSweep, Limits]:
        """Return the program of the expression in which every `if` is the branch that this pattern takes.

        With it come the limits of values: beyond them products of a few may leave the doubles, though none is infinite.
        """
        if pattern not in self._resolved:
            branches = {node: 2 if pattern >> place & 1 else 3 for place, node in enumerate(self._choices)}
            replaced: dict[Expression, Expression] = {}
            for node in self._nodes:
                if node in branches:
                    replaced[node] = replaced[node.arguments[branches[node]]]
                elif node.operation is None:
                    replaced[node] = node
                else:
                    replaced[node] = apply(node.operation, tuple([replaced[each] for each in node.arguments]))
            sweep = self.sweep(replaced[self.expression], self.wrt)
            self._resolved[pattern] = sweep, watch(sweep.nodes, wengert_list(sweep.value)).limits
        return self._resolved[pattern]


class GridFormulas:
    """Formulas at blocks of points."""

    def __init__(self, formulas: Sequence[Expression], variables: Sequence[str]) -> None:
        self.formulas, self.variables = formulas, variables
        self._nodes = wengert_list(*formulas)
        self.program = BlockProgram(self._nodes, formulas, variables)

    def run(self, columns: Sequence[Any], results: Sequence[Any]) -> Any:
        """Fill the arrays of the formulas, as `GridFunction.run` does."""
        status = None
        for block in _pieces(self.program.run(columns, results), len(self._nodes)):
            named = {
                name: column if np.ndim(column) == 0 else column[block]
                for name, column in zip(self.variables, columns, strict=True)
            }
            points = len(results[0][block])
            values, undefined = careful_values(self._nodes, named, points)
            codes = np.zeros(points, dtype=np.uint8)
            for formula, result in zip(self.formulas, results, strict=True):
                result[block] = np.where(np.isfinite(values[formula]), values[formula], np.nan)
                codes[~np.isfinite(values[formula])] = NOT_FINITE
                if formula in undefined:
                    codes[undefined[formula]] = OUTSIDE
            if codes.any():
                status = np.zeros(len(results[0]), dtype=np.uint8) if status is None else status
                status[block] = codes
        return status
