"""Define-by-run: a Python function is called with numbers that take down what is done with them.

`record` calls a function once, at a point, and returns its tape as an expression of the language.  Loops and branches
run as Python runs them: a comparison looks at the value, and the path that it chose is all that stands on the tape.
So the expression is the function near that point, until a comparison would turn out the other way.

    def root(x):                                   # the Babylonian method
        y = 1
        while abs(y*y - x) > 1e-12 * x:
            y = (y + x/y) / 2
        return y

    record(root, {"x": 2.0}).expression

A recording number is one more reading of the table of operations: the rows of `operations` (`sin(x)`, `relu(x)`) and
Python's own arithmetic take it; `math.sin` would drop it from the tape, and says so.

E584  something that a recording number cannot do      E585  a branch that depends on an undefined value
E586  the function returned something else than a number
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.expression import Constant, Expression, Operation, Variable, apply, lift
from diffcompare.language.operations import OPERATIONS, RELATIONS, abs_, power_of
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined
from diffcompare.numeric.sweeps import partials

__all__ = ["Decision", "Recording", "RecordingNumber", "Saved", "record", "saved"]


class Decision(NamedTuple):
    """A comparison that the function made: its two sides, the sign between them, and how it turned out."""

    left: Expression
    sign: str
    right: Expression
    outcome: bool

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


class Saved(NamedTuple):
    """What an operation must keep for the way back: its result, or some of its arguments."""

    result: bool
    arguments: tuple[Expression, ...]


class Recording(NamedTuple):
    """A function as it ran at one point."""

    expression: Expression
    """What it computed there, in the language of expressions."""
    point: Mapping[str, float]
    value: float | Undefined
    steps: tuple[Expression, ...]
    """The operations in the order in which they ran, each once."""
    decisions: tuple[Decision, ...]
    """The comparisons, in their order."""
    values: Mapping[Expression, Any]
    """Of every node on the tape."""

    def backward(self, adjoints: dict[Expression, Any]) -> None:
        """One sweep from the end of the tape to its beginning, added to the adjoints that are there.

        `adjoints` holds the seed of the output.  Nothing is cleared: whoever sweeps twice finds the sum.
        """
        active = {node for node in self.values if node.varies}
        for node in reversed(self.steps):
            if node in adjoints and node in active:
                for argument, partial in partials(node, self.values, active):
                    adjoints[argument] = adjoints.get(argument, 0.0) + adjoints[node] * partial


class RecordingNumber:
    """A number that computes like a double and takes down how."""

    __slots__ = ("node", "tape", "value")
    __hash__ = None  # type: ignore[assignment]  # two that are equal are not the same node

    def __init__(self, tape: _Tape, node: Expression, value: Any) -> None:
        self.tape, self.node, self.value = tape, node, value

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> RecordingNumber:
        """A row over recording numbers: its value, and a line on the tape."""
        tape = next(each.tape for each in arguments if isinstance(each, RecordingNumber))
        return tape.apply(operation, arguments)

    def constant(self, value: int | str) -> RecordingNumber:
        """An integer, or the constant of that name."""
        return self.tape.number(Constant(value) if isinstance(value, str) else value)

    def __repr__(self) -> str:
        return f"<recording {self.node}>"

    def __abs__(self) -> Any:
        return self.tape.apply(abs_, [self])

    def __neg__(self) -> Any:
        return self.tape.apply(OPERATIONS["neg"], [self])

    def __pos__(self) -> RecordingNumber:
        return self

    def __add__(self, other: Any) -> Any:
        return self._binary("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return self._binary("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return self._binary("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._binary("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return self._binary("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._binary("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._binary("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._binary("/", other, self)

    def __pow__(self, other: Any) -> Any:
        return self._power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return self._power(other, self)

    def __lt__(self, other: Any) -> bool:
        return self._decide("<", other)

    def __le__(self, other: Any) -> bool:
        return self._decide("<=", other)

    def __gt__(self, other: Any) -> bool:
        return self._decide(">", other)

    def __ge__(self, other: Any) -> bool:
        return self._decide(">=", other)

    def __eq__(self, other: Any) -> bool:
        return self._decide("==", other)

    def __ne__(self, other: Any) -> bool:
        return self._decide("!=", other)

    def __bool__(self) -> bool:
        return self._decide("!=", 0)

    def __float__(self) -> float:
        raise _refused("a recording number cannot be made a plain one: it would leave the tape",
                       "take sin, exp and the like from diffcompare.language.operations, not from math")  # fmt: skip

    __int__ = __index__ = __float__

    def _binary(self, name: str, left: Any, right: Any) -> Any:
        if not (_is_operand(left) and _is_operand(right)):
            return NotImplemented
        return self.tape.apply(OPERATIONS[name], [left, right])

    def _power(self, base: Any, exponent: Any) -> Any:
        if not (_is_operand(base) and _is_operand(exponent)):
            return NotImplemented
        row, _ = power_of(self.tape.number(base).node, self.tape.number(exponent).node)
        return self.tape.apply(row, [base, exponent] if len(row.partials) == 2 else [exponent])

    def _decide(self, sign: str, other: Any) -> bool:
        if not _is_operand(other):
            if sign in ("==", "!="):
                return sign == "!="
            raise _refused(f"a recording number is compared with {other!r}", "compare it with a number")
        return self.tape.decide(self, sign, self.tape.number(other))


class _Tape:
    """What has been done so far."""

    def __init__(self) -> None:
        self.values: dict[Expression, Any] = {}
        self.steps: list[Expression] = []
        self.decisions: list[Decision] = []

    def number(self, value: Any) -> RecordingNumber:
        """A number of whatever kind as a recording one."""
        if isinstance(value, RecordingNumber):
            return value
        if isinstance(value, float) and not math.isfinite(value):
            raise _refused(f"the function computes with {value}", "nan and inf are not numbers of the language")
        node = lift(value)
        for each in wengert_list(node):  # -2 is neg(2)
            if each not in self.values:
                self.values[each] = _value(each, self.values)
        return RecordingNumber(self, node, self.values[node])

    def apply(self, operation: Operation, arguments: Iterable[Any]) -> RecordingNumber:
        """Take down an operation; the same one a second time is the same node."""
        numbers = [self.number(argument) for argument in arguments]
        node = apply(operation, tuple([number.node for number in numbers]))
        if node not in self.values:
            self.values[node] = _value(node, self.values)
            self.steps.append(node)
        return RecordingNumber(self, node, self.values[node])

    def decide(self, left: RecordingNumber, sign: str, right: RecordingNumber) -> bool:
        """Compare two values, and remember that it was done."""
        for side in (left, right):
            if type(side.value) is Undefined:
                message = f"a branch depends on `{side.node}`, which is undefined here"
                raise DiffcompareError(Diagnostic("E585", "domain_error", message, help="choose another point"))
        outcome = bool(RELATIONS[sign](left.value, right.value))
        self.decisions.append(Decision(left.node, sign, right.node, outcome))
        return outcome


def record(function: Callable[..., Any], point: Mapping[str, float]) -> Recording:
    """Call a function with recording numbers, by name, and return what it did.

    Raises DiffcompareError where it does with them what cannot be recorded, and whatever the function itself raises.
    """
    tape = _Tape()
    given = {}
    for name, x in point.items():
        node = Variable(name)
        tape.values[node] = Real(x)
        given[name] = RecordingNumber(tape, node, tape.values[node])
    result = function(**given)
    if not _is_operand(result):
        message = f"the function returned {result!r}, which is not a number"
        raise DiffcompareError(Diagnostic("E586", "bad_value", message, help="return one number"))
    output = tape.number(result)
    return Recording(
        output.node, dict(point), output.value, tuple(tape.steps), tuple(tape.decisions), tape.values
    )  # fmt: skip


def saved(node: Expression) -> Saved:
    """What the partials of an operation read: that must be kept until the sweep back comes by.

    It is found by reading the partials over letters; only arguments that vary have a partial that anybody needs.
    """
    assert node.operation is not None
    result = Variable("result")
    letters: list[Expression] = [
        Variable(f"argument{place}") if argument.varies else argument for place, argument in enumerate(node.arguments)
    ]
    read: set[Expression] = set()
    for partial, argument in zip(node.operation.partials, node.arguments, strict=True):
        if callable(partial) and argument.varies:
            read.update(wengert_list(lift(partial(result, *letters))))
    kept = [
        argument for argument, letter in zip(node.arguments, letters, strict=True) if argument.varies and letter in read
    ]
    return Saved(result in read, tuple(dict.fromkeys(kept)))


def _value(node: Expression, values: Mapping[Expression, Any]) -> Any:
    if node.operation is None:
        return CAREFUL.leaf(node, {})
    return CAREFUL.functions[node.operation](*[values[argument] for argument in node.arguments])


def _is_operand(value: Any) -> bool:
    return isinstance(value, RecordingNumber | Expression | int | float)


def _refused(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E584", "bad_value", message, help=help))
