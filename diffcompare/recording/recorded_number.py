"""Recorded numbers: they compute like doubles and append an entry to the tape for every operation that runs.

The tape is append-only, with an entry for each operation in the order of the run, and the instruction that ran it: two
equal operations are two entries.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Real as RealNumber
from types import FrameType
from typing import Any

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Expression, Operation
from diffcompare.language.operations import CONSTANTS, OPERATIONS, RELATIONS, abs_, integer_power, negate
from diffcompare.recording.refusals import CountExpected, formats_text, refusal
from diffcompare.recording.source_lines import error_at, place_here, place_of, user_frame
from diffcompare.recording.time_limit import TimeLimit
from diffcompare.recording.valueless import ANY_NUMBER, has_no_value

MAX_OPERATIONS = 20_000_000  # of one run; each takes some 200 bytes
CHECKED_EVERY = 0xFF  # the clock is looked at where these bits of the length of the tape are 0

_frame = sys._getframe

_RUNS = itertools.count()


class Tape:
    """The operations of one run in their order, and the decisions between them; the first entries are the variables.

    An entry is a plain tuple, made at every operation: the row, the places of its two arguments (where there is one
    the second is None; where there are more than two the first is a tuple of all their places, and the second None;
    those of constants are negative), its value, and the code and the instruction that ran.  A decision is a plain
    tuple, too, with the fields of `Decision`.
    """

    __slots__ = (
        "constants",
        "constants_known",
        "decisions",
        "entries",
        "is_open",
        "limit",
        "most",
        "refusal",
        "run",
    )

    def __init__(self, variables: Sequence[Any], budget: float | None = None, most: int | None = None) -> None:
        entries: list[Any] = [(None, place, None, value, None, 0) for place, value in enumerate(variables)]
        self.entries, self.most = entries, most
        self.run = next(_RUNS)  # of two tapes that are open the inner one has the larger number
        self.limit = TimeLimit(budget, lambda: len(entries) > MAX_OPERATIONS)
        self.constants: list[Any] = []
        self.constants_known: dict[Any, int] = {}
        self.decisions: list[Any] = []
        self.is_open = True
        self.refusal: DiffcompareError | None = None  # what could not be recorded, should the function catch it

    def number(self, place: int, value: Any) -> RecordedNumber:
        """Return the number of an entry."""
        number = RecordedNumber()
        number.tape, number.place, number.value = self, place, value
        return number

    def constant(self, value: Any) -> int:
        """Return the place of a number that does not depend on the variables of this tape: -1, -2 ..."""
        if type(value) is RecordedNumber:  # of an outer tape
            self.constants.append(value)
            return -len(self.constants)
        known = self.constants_known.get(value)
        if known is None:
            self.constants.append(float(value))
            known = -len(self.constants)
            if value != 0:  # 0.0 and -0.0 are equal, and two numbers
                self.constants_known[value] = known
        return known

    def append(
        self, row: Operation, left: int | tuple[int, ...], right: int | None, value: Any, frame: FrameType
    ) -> RecordedNumber:
        """Append an operation and return its number."""
        number = RecordedNumber()
        number.tape, number.place, number.value = self, len(self.entries), value
        self.entries.append((row, left, right, value, frame.f_code, frame.f_lasti))
        if not number.place & CHECKED_EVERY:
            self.limit.check()
        return number

    def relocate(self, start: int, frame: FrameType) -> None:
        """Give all entries from `start` on the place that a frame has reached: the line that called a library."""
        place = (frame.f_code, frame.f_lasti)
        self.entries[start:] = [entry[:4] + place for entry in self.entries[start:]]


class RecordedNumber:
    """A number that writes its operations on a tape; the operators are set below, one closure for each."""

    __slots__ = ("place", "tape", "value")
    tape: Tape
    place: int
    value: Any

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """A number for `isinstance(x, float)`, so that a function takes the path that it takes with a double."""
        return float

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table, as `diffcompare.language.operations.sin(x)` does."""
        return record_operation(operation, operation, arguments, user_frame(_frame(2)))

    def constant(self, value: int | str) -> Any:
        """Return an integer, or the constant of that name, as a number that a partial can compute with."""
        return CONSTANTS[value] if isinstance(value, str) else value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return repr(plain(self))  # so that a program prints and writes what it prints in a plain call

    def __format__(self, spec: str) -> str:
        return format(plain(self), spec)

    def __neg__(self) -> Any:
        return self.tape.append(negate, self.place, None, -self.value, _frame(1))

    def __pos__(self) -> RecordedNumber:
        return self

    def __abs__(self) -> Any:
        return self.tape.append(abs_, self.place, None, abs(self.value), _frame(1))

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        if type(other) is int and type(self.value) is float and modulus is None:  # squares are everywhere
            tape = self.tape
            return tape.append(integer_power, self.place, tape.constant(other), self.value**other, _frame(1))
        return NotImplemented if modulus is not None else record_power(self, other, _frame(1))

    def __rpow__(self, other: Any) -> Any:
        return record_power(other, self, _frame(1))

    def __bool__(self) -> bool:
        return decide(self, "!=", 0, _frame(1))

    def __float__(self) -> float:
        if formats_text(_frame(1)):
            return float(plain(self))
        raise _leaves_tape("float", "a plain double has no history")

    def __int__(self) -> int:
        raise _no_count(self, "int", "an integer has no derivative")

    def __index__(self) -> int:
        raise _no_count(self, "an index", "the number depends on the variables, and an index cannot")

    __trunc__ = __int__

    def __floor__(self) -> Any:
        return record_operation(OPERATIONS["floor"], OPERATIONS["floor"], [self], _frame(1))

    def __ceil__(self) -> Any:
        return record_operation(OPERATIONS["ceil"], OPERATIONS["ceil"], [self], _frame(1))

    def __complex__(self) -> complex:
        raise _leaves_tape("complex", "complex numbers are not recorded")

    def __copy__(self) -> RecordedNumber:
        return self  # a copy of a number is the number

    def __deepcopy__(self, memo: object) -> RecordedNumber:
        return self

    def item(self) -> float:
        """Raise the error for what would take the number off the tape."""
        raise _leaves_tape("item", "it returns a plain double, which has no history")

    tolist = item

    def is_integer(self) -> bool:
        """Tell whether the number is an integer here."""
        return bool(plain(self).is_integer())

    @property
    def real(self) -> RecordedNumber:
        """The number itself."""
        return self

    @property
    def imag(self) -> float:
        """Zero: the number is real."""
        return 0.0

    def conjugate(self) -> RecordedNumber:
        """Return the number itself."""
        return self


RealNumber.register(RecordedNumber)


def plain(value: Any) -> Any:
    """Return the double that a number has, whatever tapes it is on."""
    while type(value) is RecordedNumber:
        value = value.value
    return value


# --- Operators: the hottest code of a recording, so that each is one function without a call (the clock is looked at
# --- by the watch of `time_limit`) ------------------------------------------------------------------------------------


def _operator(sign: str) -> Callable[[Any, Any], Any]:
    row = OPERATIONS[sign]
    compute = row.real

    def operate(self: RecordedNumber, other: Any) -> Any:
        tape, kind = self.tape, type(other)
        if kind is RecordedNumber and other.tape is tape:
            right, value = other.place, compute(self.value, other.value)
        elif kind is float or kind is int:
            known = tape.constants_known
            right, value = known[other] if other in known else tape.constant(other), compute(self.value, other)
        else:
            return _mixed(row, (self, other), _frame(1))
        number = RecordedNumber()
        number.tape = tape
        number.value = value
        entries = tape.entries
        number.place = len(entries)
        frame = _frame(1)
        entries.append((row, self.place, right, value, frame.f_code, frame.f_lasti))
        return number

    return operate


def _swapped_operator(sign: str) -> Callable[[Any, Any], Any]:
    row = OPERATIONS[sign]
    compute = row.real

    def operate(self: RecordedNumber, other: Any) -> Any:
        tape, kind = self.tape, type(other)
        if kind is not float and kind is not int:
            return _mixed(row, (other, self), _frame(1))
        known = tape.constants_known
        left, value = known[other] if other in known else tape.constant(other), compute(other, self.value)
        number = RecordedNumber()
        number.tape = tape
        number.value = value
        entries = tape.entries
        number.place = len(entries)
        frame = _frame(1)
        entries.append((row, left, self.place, value, frame.f_code, frame.f_lasti))
        return number

    return operate


def _comparison(sign: str) -> Callable[[Any, Any], Any]:
    holds = RELATIONS[sign]

    def compare(self: RecordedNumber, other: Any) -> Any:
        tape, first, kind = self.tape, self.value, type(other)
        if (kind is not float and kind is not int) or type(first) is not float or not tape.is_open:
            return decide(self, sign, other, _frame(1)) if is_operand(other) else NotImplemented
        outcome = holds(first, other)
        known = tape.constants_known
        right = known[other] if other in known else tape.constant(other)
        frame, decisions = user_frame(_frame(1)), tape.decisions
        entry = (self.place, sign, right, outcome, (first, other), frame.f_code, frame.f_lasti, len(tape.entries))
        decisions.append(entry)
        if not len(decisions) & CHECKED_EVERY:
            tape.limit.check()
        return outcome

    return compare


for _sign, _name in {"+": "add", "-": "sub", "*": "mul", "/": "truediv"}.items():
    setattr(RecordedNumber, f"__{_name}__", _operator(_sign))
    setattr(RecordedNumber, f"__r{_name}__", _swapped_operator(_sign))
for _sign, _name in {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}.items():
    setattr(RecordedNumber, f"__{_name}__", _comparison(_sign))


def _mixed(row: Operation, operands: tuple[Any, Any], frame: FrameType) -> Any:
    """Apply an operator to a recorded number and one of another kind: a NumPy scalar, a number of another tape."""
    if not all(map(is_operand, operands)):
        if any(isinstance(operand, complex) for operand in operands):
            raise _leaves_tape("complex", "complex numbers are not recorded")
        return NotImplemented
    return record_operation(row, row.real, operands, frame)


def record_operation(
    row: Operation, compute: Callable[..., Any], arguments: Sequence[Any], frame: FrameType
) -> RecordedNumber:
    """Apply an operation to numbers, some of them recorded, and append it to the innermost tape among them.

    `compute` returns the value and raises what the user's own call would raise.
    """
    tape = innermost_tape(arguments)
    places, values = [], []
    for argument in arguments:
        if type(argument) is RecordedNumber and argument.tape is tape:
            places.append(argument.place)
            values.append(argument.value)
        else:
            argument = argument if type(argument) is RecordedNumber else float(argument)
            places.append(tape.constant(argument))
            values.append(argument)
    left, right = places if len(places) == 2 else (places[0] if len(places) == 1 else tuple(places), None)
    return tape.append(row, left, right, ANY_NUMBER if has_no_value(values) else compute(*values), frame)


def record_valued(row: Operation, value: Any, arguments: Sequence[Any], frame: FrameType) -> RecordedNumber:
    """Record an operation whose value was computed in another way, which rounds less or is Python's own."""
    return settle(record_operation(row, row, arguments, frame), value)


def settle(number: RecordedNumber, value: Any) -> RecordedNumber:
    """Give a number that was recorded just now another value, which differs by its rounding; and return it."""
    innermost = number
    while type(innermost.value) is RecordedNumber:  # of a gradient in a gradient: the plain number is of the outer tape
        innermost = innermost.value
    if type(innermost.value) is not type(ANY_NUMBER):
        entries = innermost.tape.entries
        entries[innermost.place] = (*entries[innermost.place][:3], value, *entries[innermost.place][4:])
        innermost.value = value
    return number


def innermost_tape(numbers: Sequence[Any]) -> Tape:
    """Return the tape that was opened last among those of the numbers.  Raises DiffcompareError for a closed one."""
    tapes = [number.tape for number in numbers if type(number) is RecordedNumber]
    for tape in tapes:
        if not tape.is_open:
            message = "a number of an earlier run of the function is used here"
            help = "keep no state between calls: no global, cache or default that holds results of an earlier run"
            raise error_at(place_here(), "E588", "bad_value", message, help)
    return max(tapes, key=lambda tape: tape.run) if len(tapes) > 1 else tapes[0]


@contextmanager
def tapes_aside() -> Iterator[None]:
    """Record nothing while plain numbers are computed with, in the middle of a recording."""
    aside = open_tapes()[:]
    open_tapes().clear()
    try:
        yield
    finally:
        open_tapes()[:] = aside


_OF_THREAD = threading.local()


def open_tapes() -> list[Tape]:
    """Return the tapes on which this thread records: the inner one, of a gradient that a function asks for, is last."""
    try:
        return _OF_THREAD.tapes  # type: ignore[no-any-return]
    except AttributeError:
        _OF_THREAD.tapes = []
        return _OF_THREAD.tapes  # type: ignore[no-any-return]


def decide(left: Any, sign: str, right: Any, frame: FrameType) -> bool:
    """Compare two numbers and record the decision on the innermost tape."""
    tape = innermost_tape((left, right))
    places = [
        number.place if type(number) is RecordedNumber and number.tape is tape else tape.constant(number)
        for number in (left, right)
    ]
    numbers = plain(left), plain(right)
    outcome = bool(RELATIONS[sign](*numbers))
    frame = user_frame(frame)
    entry = (places[0], sign, places[1], outcome, numbers, frame.f_code, frame.f_lasti, len(tape.entries))
    tape.decisions.append(entry)
    if not len(tape.decisions) & CHECKED_EVERY:
        tape.limit.check()
    return outcome


def record_power(base: Any, exponent: Any, frame: FrameType) -> Any:
    """Record `base ** exponent`: an integer power where the exponent is an integer that does not vary."""
    if not (is_operand(base) and is_operand(exponent)):
        return NotImplemented
    integer = type(exponent) is not RecordedNumber and float(exponent).is_integer()
    row = OPERATIONS["^n" if integer else "^"]

    def compute(a: Any, b: Any) -> Any:
        value = a**b
        if isinstance(value, complex):
            message = f"the power {a!r} ** {b!r} is complex, and only real numbers are recorded"
            place = place_of(frame.f_code, frame.f_lasti)
            raise error_at(place, "E586", "domain_error", message, "choose another point, or take abs(...) of the base")
        return value

    return record_operation(row, compute, (base, exponent), frame)


def is_operand(value: Any) -> bool:
    """Tell whether a value is a real number, recorded or not."""
    return type(value) in _NUMBERS or (isinstance(value, RealNumber) and not isinstance(value, Expression))


_NUMBERS = frozenset((RecordedNumber, float, int, bool))


def _no_count(number: RecordedNumber, what: str, why: str) -> DiffcompareError:
    """Return the error for a number as a count or an index, which a variable as it is may yet be."""
    refused = _leaves_tape(what, why)
    if number.tape.entries[number.place][0] is not None:
        return refused
    count = number.tape.refusal = CountExpected(refused, number.place, rounds=what == "int")
    return count


def _leaves_tape(what: str, why: str) -> DiffcompareError:
    """Return the error for an operation that would make a recorded number a plain one, and keep it on the tape."""
    refused = refusal(what, why)
    if open_tapes():
        open_tapes()[-1].refusal = open_tapes()[-1].refusal or refused
    return refused
