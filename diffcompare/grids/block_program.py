"""A straight-line program over arrays: it runs block by block, so that everything between stays in the cache.

The steps of a program are the nodes of `joint_sweep`, each one call of NumPy with `out=`.  A block that no later step
reads is used again, and a block of a result is one of them until the result is written: beside its results a program
needs a few blocks, whatever the number of points, and it copies no input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from diffcompare.codegen.joint_sweep import JointSweep, joint_sweep
from diffcompare.grids.block_functions import block_function
from diffcompare.grids.sine_and_cosine import sine_and_cosine
from diffcompare.language.expression import Constant, Double, Expression, Number, Variable
from diffcompare.language.operations import CONSTANTS, cos, sin

MAX_BLOCK, MIN_BLOCK = 16_384, 8_192  # points: 128 KiB of doubles; of fewer, calls of NumPy take as long as the work
MAX_SHARE = 1 / 64  # of the results' memory that all registers together may have, above the smallest blocks
SMALL = 2**20  # numbers in the results (8 MiB) up to which memory does not matter
SCRATCH = 5  # blocks that sine and cosine of one argument need beside the two


class ProgramStep(NamedTuple):
    """A call that fills the block of one slot, or of two, from those of others."""

    write: Callable[..., Any]
    slots: tuple[int, ...]  # of `write`, in the order of its parameters


class BlockProgram:
    """A program for some nodes of a straight-line program, at any number of points.

    Args:
        nodes: Expressions in order of evaluation, as `JointSweep.nodes`.
        results: The nodes to be returned.
        variables: The variables in the order of the columns that `run` is given.
    """

    def __init__(self, nodes: Sequence[Expression], results: Sequence[Expression], variables: Sequence[str]) -> None:
        self.columns, self.results = len(variables), len(results)
        self.minds_underflow = False  # True if a block in which a number underflows needs care: partials may be lost
        self.constants: list[Any] = []  # arrays without axes, which NumPy takes faster than Python's numbers
        self.steps: list[ProgramStep] = []
        self.registers = 0
        self._lay_out(nodes, results, variables)

    # The slots of a program: the columns, then the results, then constants, then registers.

    def _lay_out(self, nodes: Sequence[Expression], results: Sequence[Expression], variables: Sequence[str]) -> None:
        slots: dict[Expression, int] = {}
        first_result = self.columns
        first_constant = first_result + self.results
        places = {name: place for place, name in enumerate(variables)}
        for node in dict.fromkeys([*nodes, *results]):
            if type(node) is Variable:
                slots[node] = places[node.name]
            elif node.operation is None:
                slots[node] = first_constant + len(self.constants)
                self.constants.append(np.array(_double(node)))
        first_register = first_constant + len(self.constants)
        operations = _with_pairs([node for node in nodes if node.operation is not None])
        homes: dict[Expression, int] = {}
        for place, node in enumerate(results):
            if node.operation is not None:
                homes.setdefault(node, first_result + place)
        last_read, written = _lifetimes(operations, results)
        pool = _Pool(first_register, {home: written[node] for node, home in homes.items()})
        for number, group in enumerate(operations):
            arguments = [slots[argument] for argument in group[0].arguments]
            dying = {slots[node] for node in group[0].arguments if last_read.get(node) == number}
            function = None if len(group) > 1 else block_function(group[0].operation)
            if function is not None and function.in_place:
                pool.release(dying, number)
            taken = [homes.get(node) for node in group]
            for node, home in zip(group, taken, strict=True):
                slots[node] = pool.take(last_read.get(node, number), number) if home is None else home
            own = tuple(slots[node] for node in group)
            if function is None:
                scratch = [pool.take(number, number) for _ in range(SCRATCH)]
                self.steps.append(ProgramStep(_write_pair, (*arguments, *own, *scratch)))
                pool.release(set(scratch), number)
            else:
                self.steps.append(ProgramStep(function.write, (*arguments, *own)))
            if function is None or not function.in_place:
                pool.release(dying, number)
            pool.release({slots[node] for node in group if node not in homes and node not in last_read}, number)
        self.registers = pool.size
        for place, node in enumerate(results):
            if slots[node] != first_result + place:  # a variable, a constant, or the same result twice
                self.steps.append(ProgramStep(_copy, (slots[node], first_result + place)))

    def block_size(self, points: int) -> int:
        """Return the number of points in a block: what the cache holds, and less where memory would tell."""
        if points * self.results <= SMALL:
            return MAX_BLOCK
        share = int(MAX_SHARE * points * self.results / max(self.registers, 1))
        return min(MAX_BLOCK, max(MIN_BLOCK, share - share % 512))

    def workspace(self, size: int) -> list[Any]:
        """Return registers for blocks of up to `size` points."""
        return [np.empty(size) for _ in range(self.registers)]

    def run_block(self, columns: Sequence[Any], results: Sequence[Any], workspace: Sequence[Any]) -> None:
        """Fill the blocks of the results; a column is a block or one number for all points."""
        size = len(results[0])
        if workspace and len(workspace[0]) != size:
            workspace = [register[:size] for register in workspace]
        columns = [np.asarray(column, dtype=float) for column in columns]
        slots = [*columns, *results, *self.constants, *workspace]
        for write, places in self.steps:
            write(*[slots[place] for place in places])

    def run(self, columns: Sequence[Any], results: Sequence[Any]) -> list[slice]:
        """Fill the arrays of the results, and return the blocks with a point at which a number was not finite.

        Args:
            columns: An array of doubles for every variable, all of one length, or a number for all points.
            results: Arrays of doubles of that length for the results, to be written; none may be a column.

        Returns:
            The slices of blocks in which an operation divided by zero, left its domain or the range of doubles, if only
            in a branch of an `if` that was not taken: what they hold there has to be computed with care.
        """
        points = len(results[0])
        size = self.block_size(points)
        workspace = self.workspace(min(size, points))
        doubtful: list[slice] = []
        with watching(underflow=self.minds_underflow) as flags:
            for block in blocks_of(points, size):
                own = [column if np.ndim(column) == 0 else column[block] for column in columns]
                self.run_block(own, [result[block] for result in results], workspace)
                if flags:
                    flags.clear()
                    doubtful.append(block)
        return doubtful


def gradient_program(expression: Expression, variables: Sequence[str], wrt: Sequence[str]) -> BlockProgram:
    """Return the program for the value and the partials with respect to `wrt`, in this order.

    Raises NotDifferentiable if a partial that is needed does not exist.
    """
    return program_of(joint_sweep(expression, wrt), variables)


def program_of(sweep: JointSweep, variables: Sequence[str]) -> BlockProgram:
    """Return the program for the value and the partials of a joint sweep."""
    program = BlockProgram(sweep.nodes, [sweep.value, *sweep.partials.values()], variables)
    program.minds_underflow = bool(sweep.partials)
    return program


def blocks_of(points: int, size: int) -> Iterator[slice]:
    """Yield the blocks of an array."""
    for start in range(0, points, size):
        yield slice(start, min(start + size, points))


class watching:
    """A context in which NumPy warns of nothing, and a list gets an entry for whatever is not an ordinary number."""

    def __init__(self, *, underflow: bool = False) -> None:
        self.flags: list[str] = []
        self.state = np.errstate(
            divide="call", invalid="call", over="call", under="call" if underflow else "ignore",
            call=lambda kind, _: self.flags.append(kind),
        )  # fmt: skip

    def __enter__(self) -> list[str]:
        self.state.__enter__()
        return self.flags

    def __exit__(self, *error: Any) -> None:
        self.state.__exit__(*error)


def _double(leaf: Expression) -> float:
    if isinstance(leaf, Constant):
        return CONSTANTS[leaf.name]
    assert isinstance(leaf, Number | Double)
    return leaf.double


def _copy(source: Any, out: Any) -> None:
    np.copyto(out, source)


def _write_pair(x: Any, sine: Any, cosine: Any, *scratch: Any) -> None:
    if np.ndim(x) == 0:
        sine[...], cosine[...] = np.sin(x), np.cos(x)
    else:
        sine_and_cosine(x, sine, cosine, scratch)


def _with_pairs(nodes: Sequence[Expression]) -> list[tuple[Expression, ...]]:
    """Group the operations of a program: the sine and the cosine of one argument are one step, all others alone."""
    of: dict[tuple[Any, Expression], Expression] = {
        (node.operation, node.arguments[0]): node for node in nodes if node.operation is sin or node.operation is cos
    }
    groups: list[tuple[Expression, ...]] = []
    done: set[Expression] = set()
    for node in nodes:
        if node in done:
            continue
        group: tuple[Expression, ...] = (node,)
        if node.operation is sin or node.operation is cos:
            both = [of.get((row, node.arguments[0])) for row in (sin, cos)]
            if None not in both:
                group = tuple(each for each in both if each is not None)
        groups.append(group)
        done.update(group)
    return groups


def _lifetimes(
    groups: Sequence[tuple[Expression, ...]], results: Sequence[Expression]
) -> tuple[dict[Expression, int], dict[Expression, int]]:
    """Return the number of the step that reads a node last, and of the step that writes it; results are always read."""
    last_read: dict[Expression, int] = {}
    written: dict[Expression, int] = {}
    for number, group in enumerate(groups):
        for node in group:
            written[node] = number
            for argument in node.arguments:
                last_read[argument] = number
    last_read |= dict.fromkeys(results, len(groups))
    return last_read, written


class _Pool:
    """The slots that hold intermediate numbers: registers, and blocks of results that are still to be written."""

    def __init__(self, first: int, homes: Mapping[int, int]) -> None:
        self.first, self.size = first, 0
        self.homes = homes  # the slot of a result, with the step that writes it
        self.free: set[int] = set(homes)

    def take(self, until: int, now: int) -> int:
        """Return a slot that nothing needs up to the step `until`."""
        usable = [slot for slot in self.free if self.homes.get(slot, until + 1) > until]
        if usable:
            slot = max(usable, key=lambda slot: (slot in self.homes, slot))
            self.free.remove(slot)
            return slot
        self.size += 1
        return self.first + self.size - 1

    def release(self, slots: set[int], now: int) -> None:
        """Give slots back; the block of a result that is written, or of a column, is never free again."""
        for slot in slots:
            if slot >= self.first or self.homes.get(slot, -1) > now:
                self.free.add(slot)
