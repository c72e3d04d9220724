"""One run of a Python function, recorded: its tape, its output and its decisions, with a clear error where that fails.

`record` calls a function once, at a point.  Loops and branches run as Python runs them: a comparison looks at the
value, and only the path that it chose stands on the tape.  So the tape equals the function near that point, up to where
a comparison would turn out the other way.

    def root(x):                                   # the Babylonian method
        y = 1
        while abs(y*y - x) > 1e-12 * x:
            y = (y + x/y) / 2
        return y

    record(root, {"x": 2.0}).expression

Names from `math` and NumPy record as they are written (see `namespaces`), and so do the rows of the table.

E582  the function does not end            E583  the tape is too long
E584  a recorded number is made a plain one  E586  the function returned something that is not a real number
E587  the function raised an exception       E588  a number of an earlier run is used
"""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any, NamedTuple

from diffcompare.collection_pause import collection_paused
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Apply, Double, Expression, Variable, apply, lift
from diffcompare.language.operations import OPERATIONS, exact_integer
from diffcompare.language.wengert import wengert_list
from diffcompare.recording import composed_operators  # noqa: F401  (it gives recorded numbers their operators)
from diffcompare.recording.leftovers import leave_plain
from diffcompare.recording.namespaces import recorded_names
from diffcompare.recording.outcome import did_not_end, fails_plainly, flattened_result, no_number, raised
from diffcompare.recording.recorded_number import (
    MAX_OPERATIONS,
    RecordedNumber,
    Tape,
    open_tapes,
    plain,
)
from diffcompare.recording.reverse_sweep import places_of, sweep_back
from diffcompare.recording.source_lines import SourcePlace, error_at, place_of, place_of_error
from diffcompare.recording.time_limit import OutOfTime

__all__ = ["Decision", "Recording", "Saved", "record", "saved"]


class TapeNode(Apply):
    """An operation that ran, as a node of the graph: it knows its instruction, and is never merged with an equal one.

    Its level is its place on the tape, so that a Wengert list of tape nodes is in the order of the run, and every
    sweep, study and drawing of expressions works on a tape as well.
    """

    __slots__ = ("code", "instruction")
    code: CodeType | SourcePlace  # the place itself where the function ran in another process
    instruction: int

    @property
    def place(self) -> SourcePlace:
        """The place of the operation in the source."""
        return self.code if isinstance(self.code, SourcePlace) else place_of(self.code, self.instruction)


class Saved(NamedTuple):
    """The values that an operation must keep for the reverse sweep: its result, some of its arguments, or nothing."""

    result: bool
    arguments: tuple[Expression, ...]


class Decision(NamedTuple):
    """A comparison that the function made: the places of its two sides, the sign between them, and its outcome."""

    left: int
    sign: str
    right: int
    outcome: bool
    numbers: tuple[Any, Any]
    code: CodeType | SourcePlace  # the place itself where the function ran in another process
    instruction: int
    after: int
    """The length of the tape when it was made."""

    @property
    def place(self) -> SourcePlace:
        """The place of the comparison in the source."""
        return self.code if isinstance(self.code, SourcePlace) else place_of(self.code, self.instruction)


@dataclass(frozen=True, eq=False)
class Recording:
    """The run of a function at one point.

    Fields:
        point: The values of the variables.
        tape: The operations and decisions of the run.
        places: The places on the tape of the numbers that the function returned, in row order.
        shape: The shape of what it returned; None for a number.
    """

    point: Mapping[str, Any]
    tape: Tape
    places: tuple[int, ...]
    shape: tuple[int, ...] | None

    # --- The tape as nodes of a graph: as many as there are operations, so that they are built only when needed -------

    @cached_property
    def nodes(self) -> list[Expression]:
        """A node for every entry of the tape, variables first, then for every constant, the last one first."""
        constants = [Double(float(plain(value))) for value in self.tape.constants]
        nodes: list[Expression] = [Variable(name) for name in self.point]
        nodes += [None] * (len(self.tape.entries) - len(nodes))  # type: ignore[list-item]
        count = len(nodes)
        nodes += reversed(constants)  # so that the place -1 is that of the first constant
        for place in range(len(self.point), count):
            row, left, right, _, code, instruction = self.tape.entries[place]
            node = TapeNode()
            node.operation, node.varies, node.code, node.instruction = row, True, code, instruction
            node.arguments = tuple([nodes[place] for place in places_of(left, right)])
            node.level = place + 1
            nodes[place] = node
        return nodes

    @cached_property
    def steps(self) -> tuple[TapeNode, ...]:
        """The operations in the order in which they ran."""
        return tuple(self.nodes[len(self.point) : len(self.tape.entries)])  # type: ignore[arg-type]

    @cached_property
    def values(self) -> dict[Expression, Any]:
        """The value of every node of the run."""
        return dict(zip(self.nodes, self._numbers, strict=True))

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The comparisons in the order in which they were made."""
        return tuple(map(Decision._make, self.tape.decisions))

    @cached_property
    def outputs(self) -> tuple[Expression, ...]:
        """The nodes of the numbers that the function returned, in row order."""
        return tuple([self.nodes[place] for place in self.places])

    @property
    def output(self) -> Expression:
        """The node of the only number that the function returned."""
        (output,) = self.outputs
        return output

    @property
    def value(self) -> Any:
        """The only number that the function returned."""
        (place,) = self.places
        return self.tape.entries[place][3] if place >= 0 else self.tape.constants[-place - 1]

    @cached_property
    def expression(self) -> Expression:
        """The only output as an expression of the language, in which equal parts are one."""
        (expression,) = self.expressions
        return expression

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """The outputs as expressions of the language, in which equal parts are one."""
        return merged(*self.outputs) if len(self.outputs) != 1 else (merged(self.output),)

    def question(self, decision: Decision) -> str:
        """Return a decision as a comparison of two expressions: `x > 0`."""
        return f"{merged(self.nodes[decision.left])} {decision.sign} {merged(self.nodes[decision.right])}"

    def parting_decision(self, other: Recording) -> Decision | None:
        """Return the decision of this run in which another one parts from it; None where it only goes on or ends."""
        for mine, yours in zip(self.decisions, other.decisions, strict=False):
            if (mine.sign, mine.place, mine.outcome) != (yours.sign, yours.place, yours.outcome):
                return mine
        return None

    def first_difference(self, other: Recording) -> str:
        """Return in words the first decision in which two runs part; empty where they take the same path."""
        for mine, yours in zip(self.decisions, other.decisions, strict=False):
            if (mine.sign, mine.place) != (yours.sign, yours.place):
                return f"{mine.place.in_prose}, is reached in one of the runs only"
            if mine.outcome != yours.outcome:
                left, right = map(short_number, yours.numbers)
                outcome = "true" if yours.outcome else "false"
                return f"{mine.place.in_prose}, where {left} {mine.sign} {right} is {outcome}"
        shorter, longer = sorted((self.decisions, other.decisions), key=len)
        if len(shorter) == len(longer):
            return ""
        return f"{longer[len(shorter)].place.in_prose}, is reached in one of the runs only"

    # --- The reverse sweep --------------------------------------------------------------------------------------------

    def backward(self, adjoints: list[Any]) -> list[Any]:
        """Sweep from the end of the tape to its beginning; return the adjoints of the variables, None where none came.

        `adjoints` has an entry for every entry of the tape: the seeds of the outputs, of variables too, and None where
        nothing has arrived yet.  The sweep uses it up.  An adjoint is the total of its contributions, correctly
        rounded, as in the reverse sweep over expressions.
        """
        total: Callable[[list[Any]], Any] = _rounded_total
        if RecordedNumber in map(type, [*self.point.values(), *self.tape.constants]):
            total = functools.partial(functools.reduce, operator.add)  # of numbers recorded for an outer function
        with collection_paused():
            return sweep_back(self.tape.entries, self._numbers, len(self.point), adjoints, total)

    @cached_property
    def _numbers(self) -> list[Any]:
        """The numbers of all entries, then those of the constants, the last one first."""
        return [*map(operator.itemgetter(3), self.tape.entries), *self.tape.constants[::-1]]

    def seeded(self, output: int = 0) -> list[Any]:
        """Return adjoints for `backward`, with the seed 1 of one output; a constant has no adjoint."""
        adjoints: list[Any] = [None] * len(self.tape.entries)
        if self.places[output] >= 0:
            adjoints[self.places[output]] = 1.0
        return adjoints

    @property
    def output_values(self) -> list[Any]:
        """The numbers that the function returned, in row order."""
        return [self._numbers[place] for place in self.places]

    def of_output(self, number: int) -> Recording:
        """Return the recording with one of its outputs alone, and with the same nodes."""
        single = Recording(self.point, self.tape, (self.places[number],), None)
        vars(single).update(nodes=self.nodes, values=self.values, _numbers=self._numbers)
        return single

    def used_by(self, output: int) -> set[str]:
        """Return the variables that one output depends on."""
        return self._variables_below([self.places[output]])

    @cached_property
    def used(self) -> set[str]:
        """The variables that the outputs depend on."""
        return self._variables_below(self.places)

    def deciding(self) -> set[str]:
        """Return the variables that a decision depends on."""
        return self._variables_below([place for made in self.decisions for place in (made.left, made.right)])

    def _variables_below(self, places: Iterable[int]) -> set[str]:
        reached = bytearray(len(self.tape.entries))
        for place in places:
            if place >= 0:
                reached[place] = 1
        for place in range(len(reached) - 1, len(self.point) - 1, -1):
            if reached[place]:
                _, left, right, *_ = self.tape.entries[place]
                for argument in places_of(left, right):
                    if argument >= 0:
                        reached[argument] = 1
        return {name for name, mark in zip(self.point, reached, strict=False) if mark}

    def gradient(self, output: int = 0) -> dict[str, Any]:
        """Return the partials of one output by name, by a reverse sweep."""
        adjoints = self.backward(self.seeded(output))
        return {name: 0.0 if adjoint is None else adjoint for name, adjoint in zip(self.point, adjoints, strict=True)}


def _rounded_total(contributions: list[float]) -> float:
    """Return a sum, rounded once; from its end, where they are the smallest if a loop forgets where it began.

    `math.fsum` carries all digits of what it has read, so that it is slow after large numbers and many small ones.
    """
    return math.fsum(reversed(contributions))


def record(
    function: Callable[..., Any],
    point: Mapping[str, float],
    *,
    call: Callable[[Callable[..., Any], Mapping[str, Any]], Any] | None = None,
    budget: float | None = None,
    most: int | None = None,
) -> Recording:
    """Call a function with recorded numbers, and return the recording of its run.

    `call` calls it with the numbers by name, by default as keyword arguments.  Raises DiffcompareError where it does
    something that cannot be recorded, raises an exception, or has not ended after `budget` seconds, and ManyNumbers
    where an operation on an array would make the tape longer than `most`.
    """
    tape = Tape(list(point.values()), budget, most)
    try:
        places, shape = _run(function, tape, point, call or (lambda function, numbers: function(**numbers)))
    finally:
        if sys.getrefcount(tape) > UNSHARED:  # a number of this run is still alive: in a global, a cache, a default
            leave_plain(function, tape)
    return Recording(dict(point), tape, places, shape)


UNSHARED = 2  # references to a tape that nobody but `record` holds


def _run(
    function: Callable[..., Any], tape: Tape, point: Mapping[str, float], call: Callable[..., Any]
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """Call a function with recorded numbers; return the places on the tape of what it returned, and their shape."""
    numbers = {name: tape.number(place, value) for place, (name, value) in enumerate(point.items())}
    failure: BaseException | None = None
    with recorded_names(function) as recorded, collection_paused():
        open_tapes().append(tape)
        try:
            result = tape.limit.call(call, recorded, numbers)
        except DiffcompareError:
            raise
        except OutOfTime as error:
            raise tape.refusal or _stopped(tape, place_of_error(error.__traceback__)) from None
        except (Exception, SystemExit) as error:
            failure = error
        finally:
            tape.is_open = False
            open_tapes().remove(tape)
    if failure is not None:
        plainly = fails_plainly(function, point, call, failure, tape.limit.seconds)
        raise tape.refusal or raised(failure, plainly=plainly) from failure
    if tape.refusal is not None:
        raise tape.refusal
    outputs, shape = flattened_result(result, function)
    return tuple([_place(number, tape, function) for number in outputs]), shape


def _stopped(tape: Tape, place: SourcePlace | None) -> DiffcompareError:
    """Return the error for a run that was stopped at a place: it took too long, or its tape is too long."""
    if len(tape.entries) <= MAX_OPERATIONS:
        return did_not_end(tape.limit.seconds, place)
    message = f"the function has run {MAX_OPERATIONS:,} operations, and a tape holds no more"
    help = "write it with the arrays of `diffcompare.tape`: one node for a whole array"
    return error_at(place, "E583", "resource_limit", message, help)


def _place(number: Any, tape: Tape, function: Any) -> int:
    """Return the place on the tape of a number that the function returned."""
    if type(number) is RecordedNumber:
        if number.tape is tape:
            return number.place
        if not number.tape.is_open:
            raise no_number(number, function, "it returned a number of an earlier run: it keeps state between calls")
    return tape.constant(number)


# --- The tape as an expression ----------------------------------------------------------------------------------------


def merged(*roots: Expression) -> Any:
    """Return tape nodes as expressions of the language, in which equal parts are one; a single one by itself."""
    known: dict[Expression, Expression] = {}
    for node in wengert_list(*roots):
        if node.operation is None:
            known[node] = _decimal(node.double) if isinstance(node, Double) else node
        else:
            arguments = [known[argument] for argument in node.arguments]
            if node.operation is OPERATIONS["^n"]:
                exponent = exact_integer(node.arguments[1])
                assert exponent is not None, "the exponent of an integer power is an integer"
                arguments[1] = lift(exponent)
            known[node] = apply(node.operation, tuple(arguments))
    expressions = tuple([known[root] for root in roots])
    return expressions[0] if len(roots) == 1 else expressions


def _decimal(x: float) -> Expression:
    """Return a double as the shortest decimal that reads back as it, without a point where it is an integer."""
    return lift(int(x) if x.is_integer() and abs(x) < 1e15 else x)


def saved(node: Expression) -> Saved:
    """Return what the partials of an operation read, which must be kept until the reverse sweep needs it.

    It is found by applying the partials to variables; only arguments that vary have a partial that is needed.
    """
    assert node.operation is not None
    result = Variable("result")
    symbols: list[Expression] = [
        Variable(f"argument{place}") if argument.varies else argument for place, argument in enumerate(node.arguments)
    ]
    used: set[Expression] = set()
    for partial, argument in zip(node.operation.partials, node.arguments, strict=True):
        if callable(partial) and argument.varies:
            used.update(wengert_list(lift(partial(result, *symbols))))
    kept = [
        argument for argument, symbol in zip(node.arguments, symbols, strict=True) if argument.varies and symbol in used
    ]
    return Saved(result in used, tuple(dict.fromkeys(kept)))


def short_number(number: Any) -> str:
    """Return a number to six digits."""
    return f"{plain(number):.6g}"
