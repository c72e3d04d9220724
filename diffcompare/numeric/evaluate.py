"""Values of expressions: one loop along the Wengert list, read over any number type.

Doubles have two readings.  The fast one lets Python raise where a value leaves the domain or the range.  Whoever
catches that runs the *careful* one, in which nothing raises: outside a domain a value is an `Undefined`, beyond the
range it is inf as in IEEE 754, and `if` takes a branch without looking at the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable
from diffcompare.language.operations import CONSTANTS, raise_to
from diffcompare.language.wengert import wengert_list

T = TypeVar("T")

RANGE_ERRORS = (ArithmeticError, ValueError)
"""What the fast reading raises where the careful one has an answer."""


class Undefined(NamedTuple):
    """The value of an operation outside its domain: which operation, and the arguments it was given."""

    operation: Operation
    arguments: tuple[float, ...]


class NumberSystem(NamedTuple):
    """How to read a Wengert list over one number type."""

    functions: Mapping[Operation, Callable[..., Any]]
    leaf: Callable[[Expression, Mapping[str, Any]], Any]
    total: Callable[[list[Any]], Any]
    """The sum of a list of numbers."""
    one: Any


class Functions(dict[Operation, Callable[..., Any]]):
    """A row's function in one reading, made when it is first asked for."""

    def __init__(self, make: Callable[[Operation], Callable[..., Any]]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, operation: Operation) -> Callable[..., Any]:
        function = self[operation] = self.make(operation)
        return function


class Real(float):
    """A double with IEEE 754 arithmetic, where Python's own raises: 1/0 is inf, 0/0 is nan, an overflow is inf."""

    __slots__ = ()

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> Any:
        """A row over doubles without exceptions."""
        try:
            result = operation.real(*arguments)
        except OverflowError:
            # Every row that can overflow has the sign there that it has at 1 or -1.
            sign = operation.real(math.copysign(1.0, arguments[0]), *arguments[1:])
            result = math.copysign(math.inf, sign)
        except (ValueError, ZeroDivisionError):
            pole = operation.name in ("^", "^n") and arguments[0] == 0
            result = math.inf if pole else math.nan
        return result if type(result) is int else Real(result)

    @staticmethod
    def constant(value: int | str) -> Real:
        """An integer or a named constant as a double."""
        return Real(CONSTANTS[value] if isinstance(value, str) else value)

    def __add__(self, other: Any) -> Real:
        return Real(float.__add__(self, other))

    def __radd__(self, other: Any) -> Real:
        return Real(float.__radd__(self, other))

    def __sub__(self, other: Any) -> Real:
        return Real(float.__sub__(self, other))

    def __rsub__(self, other: Any) -> Real:
        return Real(float.__rsub__(self, other))

    def __mul__(self, other: Any) -> Real:
        return Real(float.__mul__(self, other))

    def __rmul__(self, other: Any) -> Real:
        return Real(float.__rmul__(self, other))

    def __neg__(self) -> Real:
        return Real(float.__neg__(self))

    def __abs__(self) -> Real:
        return Real(float.__abs__(self))

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        return raise_to(self, other)

    def __truediv__(self, other: Any) -> Real:
        return _quotient(float(self), float(other))

    def __rtruediv__(self, other: Any) -> Real:
        return _quotient(float(other), float(self))


def _quotient(numerator: float, denominator: float) -> Real:
    try:
        return Real(numerator / denominator)
    except ZeroDivisionError:
        if numerator == 0 or numerator != numerator:
            return Real(math.nan)
        return Real(math.copysign(math.inf, numerator) * math.copysign(1.0, denominator))


def guarded(operation: Operation, apply: Callable[[Operation, Sequence[Any]], Any]) -> Callable[..., Any]:
    """A row that returns an `Undefined` outside its domain; `apply` computes it and does not raise."""
    selects, domain = operation.selects, operation.domain.contains

    def function(*arguments: Any) -> Any:
        needed = arguments[:2] if selects else arguments
        for argument in needed:
            if type(argument) is Undefined:
                return argument
        if selects:
            return arguments[selects(*needed)]
        for argument in arguments:
            if argument != argument:
                return Real(math.nan)
        if not domain(*arguments):
            return Undefined(operation, tuple(map(float, arguments)))
        return apply(operation, arguments)

    return function


def _float_leaf(node: Expression, point: Mapping[str, Any]) -> float:
    if type(node) is Variable:
        return point[node.name]  # type: ignore[no-any-return]
    if type(node) is Number:
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
    Functions(lambda operation: guarded(operation, Real.apply_operation)),
    lambda node, point: Real(_float_leaf(node, point)),
    _sum,
    Real(1.0),
)


def evaluate(nodes: Iterable[Expression], point: Mapping[str, Any], reading: NumberSystem) -> dict[Expression, Any]:
    """The value of every node of a Wengert list at a point (a number per variable)."""
    functions, leaf, _, _ = reading
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
    """The value of an expression in doubles: possibly nan or inf, or `Undefined` outside the domain.

    Raises KeyError when the point lacks a variable.
    """
    value: float | Undefined = values_at(wengert_list(expression), point)[expression]
    return value


def values_at(nodes: Sequence[Expression], point: Mapping[str, float]) -> dict[Expression, Any]:
    """The value of every node in doubles, carefully where need be."""
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
    """The values of every node with one variable moved to each of `xs`, which are those of `values_at` there.

    Node by node it takes less time than place by place, and only what needs care is computed carefully.  `check` is
    called for every operation: it may raise.
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
        arguments = [columns[each] for each in node.arguments]
        if careful.isdisjoint(node.arguments):
            try:
                columns[node] = list(map(FLOATS.functions[operation], *arguments))
                continue
            except RANGE_ERRORS:
                pass
        careful.add(node)
        columns[node] = list(map(CAREFUL.functions[operation], *arguments))
    return columns


def is_number(value: Any) -> bool:
    """Whether a value is a finite number: neither Undefined nor nan nor inf."""
    return type(value) is not Undefined and math.isfinite(value)


def first_nonfinite(
    nodes: Sequence[Expression], values: Mapping[Expression, Any], reached: Expression
) -> Expression | None:
    """The first node below `reached` whose value is not a finite number although those of its arguments are."""
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
    """The condition of an `if`, and the branch taken."""
    condition = node.arguments[:2]
    numbers = [values[argument] for argument in condition]
    assert node.operation is not None
    assert node.operation.selects is not None
    if any(type(number) is Undefined for number in numbers):
        return list(condition)
    return [*condition, node.arguments[node.operation.selects(*numbers)]]


def describe_outside(outside: Undefined) -> str:
    """`its argument is -1 (needs x > 0)`."""
    arguments = ", ".join(f"{argument:.17g}" for argument in outside.arguments)
    domain = outside.operation.domain.text
    if len(outside.arguments) == 1:
        return f"its argument is {arguments} (needs {domain})"
    # The table's own letters would be taken for the user's.
    letters = re.findall(r"\b[a-z]\b", outside.operation.notation)
    names = ("the base", "the exponent") if outside.operation.name == "^" else ("the first", "the second")
    names_of = dict(zip(letters, names, strict=False))
    needs = re.sub(r"\b[a-z]\b", lambda letter: names_of.get(letter[0], letter[0]), domain)
    return f"its arguments are {arguments} (needs {needs})"
