"""Evaluation of expressions: one loop along the Wengert list, over any number system, and doubles as IEEE 754 has them.

There are two systems of doubles.  In `FLOATS`, the fast one, Python raises where a value leaves the domain or the
range.  Callers catch that and evaluate again in `CAREFUL`, in which nothing raises: outside a domain a value is an
`Undefined`, beyond the range it is inf as in IEEE 754, and `if` takes a branch without looking at the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple, Self

from diffcompare.language.expression import (
    ArithmeticOperators,
    Constant,
    Double,
    Expression,
    Number,
    Operation,
    Variable,
)
from diffcompare.language.operations import CONSTANTS, general_power, integer_power, max_, min_
from diffcompare.language.wengert import wengert_list

RANGE_ERRORS = (ArithmeticError, ValueError)  # raised by FLOATS where CAREFUL has an answer


class Deadline:
    """The end of a time budget in seconds; without a budget it never comes."""

    __slots__ = ("end",)

    def __init__(self, budget: float | None) -> None:
        self.end = math.inf if budget is None else monotonic() + budget

    @property
    def has_passed(self) -> bool:
        """True if the budget is spent."""
        return monotonic() > self.end

    @property
    def remaining(self) -> float | None:
        """The seconds that are left, 0 once the budget is spent; None without a budget."""
        return None if self.end == math.inf else max(self.end - monotonic(), 0.0)

    def check(self) -> None:
        """Raise TimeoutError once the budget is spent."""
        if monotonic() > self.end:
            raise TimeoutError


class Undefined(NamedTuple):
    """The value of an operation outside its domain, with the arguments that it was given."""

    operation: Operation
    arguments: tuple[float, ...]


class NumberSystem(NamedTuple):
    """A way to read a Wengert list: how it is evaluated and swept over one number type."""

    functions: Mapping[Operation, Callable[..., Any]]  # a function of numbers for every row of the table
    leaf: Callable[[Expression, Mapping[str, Any]], Any]  # the number of a literal, constant or variable at a point
    total: Callable[[list[Any]], Any]  # the sum of a list of numbers
    one: Any


class Functions(dict[Operation, Callable[..., Any]]):
    """The functions of one number system by operation, each made by `make` when it is first needed."""

    def __init__(self, make: Callable[[Operation], Callable[..., Any]]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, operation: Operation) -> Callable[..., Any]:
        function = self[operation] = self.make(operation)
        return function


class Real(ArithmeticOperators, float):
    """A double with IEEE 754 arithmetic where Python's own raises: 1/0 is inf, 0/0 is nan, an overflow is inf."""

    __slots__ = ()

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """Apply a row of the table to doubles; it never raises."""
        try:
            result = operation.real(*arguments)
        except OverflowError:
            # Every row that can overflow has the sign there that it has at 1 or -1.
            sign = operation.real(math.copysign(1.0, arguments[0]), *arguments[1:])
            result = math.copysign(math.inf, sign)
        except (ValueError, ZeroDivisionError):
            pole = (operation is general_power or operation is integer_power) and arguments[0] == 0
            result = math.inf if pole else math.nan
        return result if type(result) is int else Real(result)

    @staticmethod
    def constant(value: Any) -> Real:
        """Return a number or a named constant as a double."""
        return Real(CONSTANTS[value] if isinstance(value, str) else value)

    def __neg__(self) -> Self:
        return self.__class__(float.__neg__(self))

    def __abs__(self) -> Self:
        return self.__class__(float.__abs__(self))

    def __add__(self, other: Any) -> Self:
        return self.__class__(float.__add__(self, other))

    def __sub__(self, other: Any) -> Self:
        return self.__class__(float.__sub__(self, other))

    def __mul__(self, other: Any) -> Self:
        return self.__class__(float.__mul__(self, other))

    __radd__, __rmul__ = __add__, __mul__  # at no cost, since they commute

    def __truediv__(self, other: Any) -> Self:
        return self.__class__(quotient(float(self), float(other)))


def quotient(numerator: float, denominator: float) -> float:
    """Return a quotient of doubles as IEEE 754 has it, which never raises."""
    try:
        return numerator / denominator
    except ZeroDivisionError:
        if numerator == 0 or numerator != numerator:
            return math.nan
        return math.copysign(math.inf, numerator) * math.copysign(1.0, denominator)


# Arguments of an `Undefined` where balls are too wide to tell whether it is one.  It need not be an error: it may be in
# a branch that an `if` does not take.
OPEN = (math.nan,)


def guarded(
    operation: Operation,
    function: Callable[..., Any],
    *,
    passes_nan: bool = True,
    undecided: tuple[type[Exception], ...] = (),
) -> Callable[..., Any]:
    """Return the function of a row that is an `Undefined` outside its domain and calls `function` inside it.

    An argument that is an `Undefined` is passed on, and so is nan unless the domain is to decide (`passes_nan`).  Where
    a comparison raises one of `undecided`, the `Undefined` has the arguments OPEN.
    """
    # What does not depend on the arguments is decided here, once: the functions below run at every node.
    selects, domain, is_total = operation.selects, operation.domain.contains, not operation.domain.text

    def choice(*arguments: Any) -> Any:
        for argument in arguments[:2]:
            if type(argument) is Undefined:
                return argument
        try:
            return arguments[selects(*arguments[:2])]  # type: ignore[misc]
        except undecided:
            return Undefined(operation, OPEN)

    def within(*arguments: Any) -> Any:
        for argument in arguments:
            if type(argument) is Undefined:
                return argument
        if passes_nan:
            for argument in arguments:
                if argument != argument:
                    return Real(math.nan)
        if not is_total:
            try:
                is_inside = domain(*arguments)
            except undecided:
                return Undefined(operation, OPEN)
            if not is_inside:
                return Undefined(operation, tuple(map(float, arguments)))
        return function(*arguments)

    return choice if selects else within


def _float_leaf(node: Expression, point: Mapping[str, Any]) -> float:
    if type(node) is Variable:
        return point[node.name]  # type: ignore[no-any-return]
    if type(node) is Number or type(node) is Double:
        return node.double
    assert isinstance(node, Constant)
    return CONSTANTS[node.name]


def _sum(terms: list[float]) -> Real:
    try:
        return Real(math.fsum(terms))
    except (OverflowError, ValueError):  # a partial sum beyond the range; inf - inf
        return Real(sum(terms))


FLOATS = NumberSystem(Functions(lambda operation: operation.real), _float_leaf, math.fsum, 1.0)
CAREFUL = NumberSystem(
    Functions(lambda operation: guarded(operation, lambda *arguments: Real.apply_operation(operation, arguments))),
    lambda node, point: Real(_float_leaf(node, point)),
    _sum,
    Real(1.0),
)


def evaluate(nodes: Iterable[Expression], point: Mapping[str, Any], system: NumberSystem) -> dict[Expression, Any]:
    """Return the value of every node of a Wengert list at a point, which has a number for every variable."""
    functions, leaf, _, _ = system
    values: dict[Expression, Any] = {}
    for node in nodes:
        operation = node.operation
        if operation is None:
            values[node] = leaf(node, point)
            continue
        arguments = node.arguments
        if len(arguments) == 2:
            left, right = arguments
            values[node] = functions[operation](values[left], values[right])
        elif len(arguments) == 1:
            values[node] = functions[operation](values[arguments[0]])
        else:
            values[node] = functions[operation](*[values[argument] for argument in arguments])
    return values


def value_at(expression: Expression, point: Mapping[str, float]) -> float | Undefined:
    """Return the value of an expression in doubles: possibly nan or inf, or `Undefined` outside the domain.

    Raises KeyError if the point lacks a variable.
    """
    value: float | Undefined = values_at(wengert_list(expression), point)[expression]
    return value


def values_at(nodes: Sequence[Expression], point: Mapping[str, float]) -> dict[Expression, Any]:
    """Return the value of every node in doubles, evaluated carefully only if the fast evaluation raises."""
    try:
        return evaluate(nodes, point, FLOATS)
    except RANGE_ERRORS:
        return evaluate(nodes, point, CAREFUL)


def evaluate_along(
    nodes: Sequence[Expression],
    point: Mapping[str, float],
    name: str,
    xs: Sequence[float],
    check: Callable[[], None] | None = None,
) -> dict[Expression, Sequence[Any]]:
    """Return the values of every node with the variable `name` at each of `xs`, equal to those of `values_at` there.

    A loop over the nodes outside and over `xs` inside is quicker than the other way round, and only nodes that need
    care are evaluated carefully.  `check` is called for every operation and may raise, to stop the work.
    """
    columns: dict[Expression, Sequence[Any]] = {}
    careful: set[Expression] = set()
    for node in nodes:
        operation = node.operation
        if operation is None:
            moves = type(node) is Variable and node.name == name
            columns[node] = xs if moves else [_float_leaf(node, point)] * len(xs)
            continue
        if check is not None:
            check()
        arguments = [columns[argument] for argument in node.arguments]
        if careful.isdisjoint(node.arguments):
            try:
                columns[node] = list(map(FLOATS.functions[operation], *arguments))
                continue
            except RANGE_ERRORS:
                pass
        careful.add(node)
        columns[node] = list(map(CAREFUL.functions[operation], *arguments))
    return columns


def is_undefined(value: Any) -> bool:
    """Tell whether a value is none at all; one that overflows may have a derivative all the same."""
    return type(value) is Undefined or value != value


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number: neither Undefined nor nan nor inf."""
    return type(value) is not Undefined and math.isfinite(value)


def first_nonfinite(
    nodes: Sequence[Expression], values: Mapping[Expression, Any], reached: Expression
) -> Expression | None:
    """Return the first node below `reached` whose value is not a finite number, though those of its arguments are."""
    below = {reached}
    for node in reversed(nodes):
        if node in below:
            selects = node.operation.selects if node.operation else None
            below.update(_consulted(node, values) if selects else node.arguments)
    for node in nodes:
        if node in below and node in values and not is_number(values[node]):
            return node
    return None


def _consulted(node: Expression, values: Mapping[Expression, Any]) -> list[Expression]:
    """Return the condition of an `if`, and the branch taken unless the condition is undefined."""
    condition = node.arguments[:2]
    numbers = [values[argument] for argument in condition]
    assert node.operation is not None
    assert node.operation.selects is not None
    if any(type(number) is Undefined for number in numbers):
        return list(condition)
    return [*condition, node.arguments[node.operation.selects(*numbers)]]


def describe_outside(outside: Undefined) -> str:
    """Say in words why an operation is undefined: `its argument is -1 (needs x > 0)`."""
    arguments = ", ".join(f"{argument:.17g}" for argument in outside.arguments)
    domain = outside.operation.domain.text
    if len(outside.arguments) == 1:
        return f"its argument is {arguments} (needs {domain})"
    # The letters of the table would be taken for variables of the user.
    letters = re.findall(r"\b[a-z]\b", outside.operation.notation)
    names = ("the base", "the exponent") if outside.operation is general_power else ("the first", "the second")
    names_of = dict(zip(letters, names, strict=False))
    needs = re.sub(r"\b[a-z]\b", lambda letter: names_of.get(letter[0], letter[0]), domain)
    return f"its arguments are {arguments} (needs {needs})"


def at_kink(node: Expression, values: Sequence[Any]) -> bool:
    """Tell whether a node is at a kink of its operation; raise Undecided where this precision cannot tell."""
    operation, arguments = node.operation, node.arguments
    if operation is None or not operation.kink.text:
        return False
    if (operation.selects or operation in (min_, max_)) and arguments[0] is arguments[1]:
        return False  # an expression compared with itself ties everywhere, which is not a kink
    compared = values[:2] if operation.selects else values
    if any(type(value) is Undefined for value in compared):
        return False
    return bool(operation.kink.contains(*values))
