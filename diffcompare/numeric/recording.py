"""Record Python functions (define-by-run): numbers that write every operation on a tape.

`record` calls a function once, at a point, and returns its tape as an expression of the language.  Loops and branches
run as Python runs them: a comparison looks at the value, and only the path that it chose stands on the tape.  So the
expression equals the function near that point, up to where a comparison would turn out the other way.

    def root(x):                                   # the Babylonian method
        y = 1
        while abs(y*y - x) > 1e-12 * x:
            y = (y + x/y) / 2
        return y

    record(root, {"x": 2.0}).expression

A recording number is one more number type for the table of operations: the rows of `operations` (`sin(x)`, `relu(x)`)
and Python's own arithmetic accept it; `math.sin` would take it off the tape, and is refused.

E584  something that a recording number cannot do      E585  a branch that depends on an undefined value
E586  the function returned something that is not a number
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.expression import ArithmeticOperators, Constant, Expression, Operation, Variable, apply, lift
from diffcompare.language.operations import RELATIONS, abs_, add, divide, multiply, negate, power_of, subtract
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Real, Undefined
from diffcompare.numeric.sweeps import partials

__all__ = ["Decision", "Recording", "RecordingNumber", "Saved", "record", "saved"]


class Decision(NamedTuple):
    """A comparison that the function made: its two sides, the sign between them, and its outcome."""

    left: Expression
    sign: str
    right: Expression
    outcome: bool

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


class Saved(NamedTuple):
    """The values that an operation must keep for the reverse sweep: its result, some of its arguments, or nothing."""

    result: bool
    arguments: tuple[Expression, ...]


class Recording(NamedTuple):
    """The run of a function at one point."""

    expression: Expression  # what the function computed there
    point: Mapping[str, float]
    value: float | Undefined
    steps: tuple[Expression, ...]  # the operations in the order in which they ran, each once
    decisions: tuple[Decision, ...]  # the comparisons in the order in which they were made
    values: Mapping[Expression, Any]  # the value of every node on the tape

    def backward(self, adjoints: dict[Expression, Any]) -> None:
        """Sweep from the end of the tape to its beginning, and add the contributions to `adjoints`.

        `adjoints` holds the seed of the output.  Nothing is cleared, so that a second sweep adds to the first.
        """
        active = {node for node in self.values if node.varies}
        for node in reversed(self.steps):
            if node in adjoints and node in active:
                for argument, partial in partials(node, self.values, active):
                    adjoints[argument] = adjoints.get(argument, 0.0) + adjoints[node] * partial


class RecordingNumber(ArithmeticOperators):
    """A number that computes like a double and writes its operations on a tape."""

    __slots__ = ("node", "tape", "value")
    __hash__ = None  # type: ignore[assignment]  # two that are equal are not the same node

    def __init__(self, tape: _Tape, node: Expression, value: Any) -> None:
        self.tape, self.node, self.value = tape, node, value

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> RecordingNumber:
        """Apply a row of the table and record it on the tape of the arguments."""
        tape = next(argument.tape for argument in arguments if isinstance(argument, RecordingNumber))
        return tape.apply(operation, arguments)

    def constant(self, value: Any) -> RecordingNumber:
        """Return a number, or the constant of that name, on the tape of this number."""
        return self.tape.number(Constant(value) if isinstance(value, str) else value)

    def __repr__(self) -> str:
        return f"<recording {self.node}>"

    def __abs__(self) -> Any:
        return self.tape.apply(abs_, [self])

    def __neg__(self) -> Any:
        return self.tape.apply(negate, [self])

    def __pos__(self) -> RecordingNumber:
        return self

    def __add__(self, other: Any) -> Any:
        return self._operate(add, other)

    def __sub__(self, other: Any) -> Any:
        return self._operate(subtract, other)

    def __mul__(self, other: Any) -> Any:
        return self._operate(multiply, other)

    def __truediv__(self, other: Any) -> Any:
        return self._operate(divide, other)

    def __pow__(self, other: Any, modulus: None = None) -> Any:
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

    def _operate(self, operation: Operation, other: Any) -> Any:
        """Record an operator; NotImplemented where the other operand is no number, so that Python asks that one."""
        return self.tape.apply(operation, [self, other]) if _is_operand(other) else NotImplemented

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
    """The operations and comparisons recorded so far."""

    def __init__(self) -> None:
        self.values: dict[Expression, Any] = {}
        self.steps: list[Expression] = []
        self.decisions: list[Decision] = []

    def number(self, value: Any) -> RecordingNumber:
        """Return a number of any kind as a recording number.

        Raises DiffcompareError for nan and inf.
        """
        if isinstance(value, RecordingNumber):
            return value
        if isinstance(value, float) and not math.isfinite(value):
            raise _refused(f"the function computes with {value}", "nan and inf are not numbers of the language")
        node = lift(value)
        for part in wengert_list(node):  # -2 is neg(2)
            if part not in self.values:
                self.values[part] = _value(part, self.values)
        return RecordingNumber(self, node, self.values[node])

    def apply(self, operation: Operation, arguments: Iterable[Any]) -> RecordingNumber:
        """Record an operation; one that was recorded before is the same node and no new step."""
        numbers = [self.number(argument) for argument in arguments]
        node = apply(operation, tuple([number.node for number in numbers]))
        if node not in self.values:
            self.values[node] = _value(node, self.values)
            self.steps.append(node)
        return RecordingNumber(self, node, self.values[node])

    def decide(self, left: RecordingNumber, sign: str, right: RecordingNumber) -> bool:
        """Compare two values and record the decision.  Raises DiffcompareError where one of them is undefined."""
        for side in (left, right):
            if type(side.value) is Undefined:
                message = f"a branch depends on `{side.node}`, which is undefined here"
                raise DiffcompareError(Diagnostic("E585", "domain_error", message, help="choose another point"))
        outcome = bool(RELATIONS[sign](left.value, right.value))
        self.decisions.append(Decision(left.node, sign, right.node, outcome))
        return outcome


def record(function: Callable[..., Any], point: Mapping[str, float]) -> Recording:
    """Call a function with recording numbers as keyword arguments, and return the recording of its run.

    Raises DiffcompareError where it does something that cannot be recorded, and whatever the function itself raises.
    """
    tape = _Tape()
    arguments = {}
    for name, x in point.items():
        node = Variable(name)
        tape.values[node] = Real(x)
        arguments[name] = RecordingNumber(tape, node, tape.values[node])
    result = function(**arguments)
    if not _is_operand(result):
        message = f"the function returned {result!r}, which is not a number"
        raise DiffcompareError(Diagnostic("E586", "bad_value", message, help="return one number"))
    output = tape.number(result)
    return Recording(output.node, dict(point), output.value, tuple(tape.steps), tuple(tape.decisions), tape.values)


def saved(node: Expression) -> Saved:
    """Return what the partials of an operation read, which must be kept until the reverse sweep comes by.

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


def _value(node: Expression, values: Mapping[Expression, Any]) -> Any:
    if node.operation is None:
        return CAREFUL.leaf(node, {})
    return CAREFUL.functions[node.operation](*[values[argument] for argument in node.arguments])


def _is_operand(value: Any) -> bool:
    return isinstance(value, RecordingNumber | Expression | int | float)


def _refused(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E584", "bad_value", message, help=help))
