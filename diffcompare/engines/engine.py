"""Engines: what a file in `libraries` says of its library, and how an expression runs through the library's functions.

A file describes the library without importing it, so that everybody can look at it; `load` imports the library, and
only the worker of that engine calls it.  To add an engine is to add a file.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.language.expression import Expression, Variable, apply
from diffcompare.language.operations import exact_integer, is_integer_power
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, value_at

Way: TypeAlias = Literal["automatically", "symbolically", "numerically"]
Number: TypeAlias = float | complex  # of a library: outside a real domain some go on with complex numbers
Function: TypeAlias = Callable[..., Any]  # takes numbers of the engine, one for each variable, and returns one


class EngineAnswer(NamedTuple):
    """The answer of one mode of an engine at a point.

    Attributes:
        value: The value of f, as a double, or complex if it is not real; None where the engine gives none.
        gradient: The partial with respect to each variable that was asked for, in that order, complex if it is not
            real; None where the engine returns no number.
        errors: The engine's own estimate of the error of each partial, for a numerical one that has estimates.
        size: The number of nodes of its formulas written out as trees, for a symbolic one.
    """

    value: Number | None
    gradient: Sequence[Number | None]
    errors: Sequence[float] | None = None
    size: int | None = None


INSIDE = " in "  # between the names of an inner and an outer derivative
KEPT = 256  # functions that are not built or compiled again when they are asked about at another point
ARRAY = 17  # elements of a small array: a vector of the processor holds fewer, so that some are left over at its end
ROUNDING = 16  # units in the last place by which the loop over vectors and that over the rest may differ


def common_element(elements: Iterable[float]) -> float:
    """Return the number that all elements of an array are, but for their rounding.

    Raises ArithmeticError where they differ by more: a library did not do the same to equal numbers.
    """
    first, *others = map(float, elements)
    for other in others:
        alike = other == first or (math.isnan(other) and math.isnan(first))
        if not alike and not (math.isfinite(first) and abs(other - first) <= ROUNDING * math.ulp(first)):
            raise ArithmeticError(f"equal numbers in an array have the derivatives {first!r} and {other!r}")
    return first


# Differentiates a function at a point with respect to the variables of these numbers.
Mode: TypeAlias = Callable[[Function, Sequence[float], Sequence[int]], EngineAnswer]


class Prepared(NamedTuple):
    """A function that a library has made ready at a point, to be differentiated there many times.

    Attributes:
        gradient: Computes the partials as doubles.
        value: Computes the value alone, in the same manner; None where nobody knows how.
    """

    gradient: Callable[[], Sequence[Number | None]]
    value: Callable[[], Number] | None = None


# Makes a function ready at a point, for the variables of these numbers.
Preparation: TypeAlias = Callable[[Function, Sequence[float], Sequence[int]], Prepared]


class Loaded(NamedTuple):
    """A library that has been imported.

    Attributes:
        functions: The library's function for each row of the table, by the name of the row: what its users would
            write.  `where` stands for all conditions.  Arithmetic and powers are Python's operators unless they are
            given here.  Functions that the language lacks have the names of the calls in `cases.toml`; those of
            several numbers take them one by one.
        modes: Its ways to a gradient, by name.
        digits: The binary digits of its numbers, where only the loaded library knows; None: as its file says.
        nested: Its derivatives of a function of one number at a number of the library, by name, as users write them
            inside another derivative; at a double as well.
        as_double: Turns its number into a double.
        of_complex: Its ways to the derivative of a function by a complex number, by name.
        number: Makes a number of the library of a double: functions of such numbers are evaluated by the library.
        prepared: The modes that build something once, as their users do who need many gradients; all others do the
            same work for every gradient.
    """

    functions: Mapping[str, Callable[..., Any]]
    modes: Mapping[str, Mode]
    digits: int | None = None
    nested: Mapping[str, Callable[[Function, Any], Any]] = MappingProxyType({})
    as_double: Callable[[Any], float] = float
    of_complex: Mapping[str, Callable[[Function, complex], complex]] = MappingProxyType({})
    number: Callable[[float], Any] | None = None
    prepared: Mapping[str, Preparation] = MappingProxyType({})


class Engine(NamedTuple):
    """A library that differentiates, described without importing it.

    Attributes:
        load: Imports the library.  Raises ImportError where it is not installed.
        package: The name of its distribution, with extras if it needs any: what `pip install` takes; of a program, the
            name of the package of the system.
        modes: The modes that `grad` shows, by name, in this order.
        audited: Further modes that an audit asks: the same by a compiler, or on arrays of equal elements.
        second: Modes whose gradient is the diagonal of the Hessian.
        nested: Its derivatives that can stand inside another: each is asked inside each.
        of_complex: Its ways to a derivative by a complex number.
        values: Modes whose only number is the value of the function.
        optional: The functions that a file of the user's might have and has not; empty for a library.
        way: The way of differentiating that it belongs to.
        digits: The binary digits of its numbers: 53 for doubles, 24 for single precision.
        single: Those of its modes that compute in single precision although it has doubles.
        also: Other distributions of the same library.
        program: For a library that is a program, the command that prints its version; empty for a library of Python.
        compiled: Modes of a compiler that pays for itself after many gradients: a benchmark asks them, too.
    """

    load: Callable[[], Loaded]
    package: str
    modes: tuple[str, ...]
    audited: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    of_complex: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    way: Way = "automatically"
    digits: int = 53
    single: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    program: tuple[str, ...] = ()
    compiled: tuple[str, ...] = ()


OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "^n": operator.pow,
    "^": operator.pow,
}
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "if <": operator.lt,
    "if <=": operator.le,
    "if >": operator.gt,
    "if >=": operator.ge,
    "if ==": operator.eq,
    "if !=": operator.ne,
}


class NoSuchFunction(Exception):
    """The library has no function for an operation, which has no definition by others either."""


def python_where(condition: Any, yes: Any, no: Any) -> Any:
    """Return `yes` or `no`, for libraries whose users write a conditional expression of Python."""
    return yes if condition else no


def as_number(x: Any) -> Number:
    """Return a number of a library as a double, or as a complex number if it is not real.  Raises TypeError."""
    try:
        number = (
            x if isinstance(x, complex) else complex(float(x))
        )  # NumPy's `float` of a complex number is its real part
    except TypeError:
        number = complex(x)
    return complex(number) if number.imag else float(number.real)


def each_number(partials: Iterable[Callable[[], Any]]) -> list[Number | None]:
    """Return every number that can be computed and None for the others.  Raises what the first did if none can."""
    numbers: list[Number | None] = []
    errors = []
    for partial in partials:
        try:
            numbers.append(as_number(partial()))
        except Exception as error:
            numbers.append(None)
            errors.append(error)
    if errors and len(errors) == len(numbers):
        raise errors[0]
    return numbers


def number_or_none(value: Callable[[], Any]) -> Number | None:
    """Return the value of a function; None where it cannot be computed."""
    try:
        return as_number(value())
    except Exception:
        return None


def along_both_axes(directional: Callable[[complex], Any], is_complex: Callable[[Any], bool]) -> complex:
    """Return the derivative by a complex number from those along 1 and i: f_x + i f_y where f is real, else f_x."""
    along = directional(1.0)
    return complex(along) if is_complex(along) else complex(float(along), float(directional(1j)))


def every_function(loaded: Loaded) -> dict[str, Callable[..., Any]]:
    """Return the library's function for each row that it has, with those that follow from Python's operators."""
    functions = {**OPERATORS, **loaded.functions}
    if where := loaded.functions.get("where"):
        functions |= {row: _conditional(compare, where) for row, compare in COMPARISONS.items() if row not in functions}
    return functions


def _conditional(compare: Callable[[Any, Any], Any], where: Callable[..., Any]) -> Callable[..., Any]:
    return lambda left, right, yes, no: where(compare(left, right), yes, no)


def written_for(expression: Expression, functions: Mapping[str, Any]) -> tuple[Expression, list[str]]:
    """Return an expression in rows that a library has, and the names of those that were written by others.

    Raises NoSuchFunction where an operation is neither the library's own nor defined by others.
    """
    written: dict[Expression, Expression] = {}
    replaced: dict[str, None] = {}
    for node in wengert_list(expression):
        if node.operation is None:
            written[node] = node
            continue
        arguments = tuple([written[argument] for argument in node.arguments])
        if node.operation.name in functions:
            written[node] = apply(node.operation, arguments)
            continue
        if node.operation.definition is None:
            raise NoSuchFunction(node.operation.name)
        replaced[node.operation.name] = None
        defined, more = written_for(node.operation.definition(*arguments), functions)
        written[node] = defined
        replaced |= dict.fromkeys(more)
    return written[expression], list(replaced)


def as_function(
    expression: Expression,
    names: Iterable[str],
    functions: Mapping[str, Callable[..., Any]],
    *,
    float_exponents: bool = False,
) -> Function:
    """Return an expression as a function of the library's numbers, one for each name in order.

    With `float_exponents` the exponents of integer powers are doubles: `x**2.0` and `x**2` may differ.
    """
    variables = [Variable(name) for name in names]
    steps = []
    for node in wengert_list(expression):
        if node.operation is not None and node.varies:
            whole = not (float_exponents and is_integer_power(node))
            literals = [None if a.varies else _literal(a, whole=whole) for a in node.arguments]
            steps.append((node, functions[node.operation.name], literals))
    constant = None if expression.varies else _literal(expression, whole=False)

    def f(*inputs: Any) -> Any:
        values: dict[Expression, Any] = dict(zip(variables, inputs, strict=True))
        for node, function, literals in steps:
            pairs = zip(node.arguments, literals, strict=True)
            values[node] = function(*[values[a] if literal is None else literal for a, literal in pairs])
        return values[expression] if constant is None else constant

    return f


def _literal(node: Expression, *, whole: bool) -> float | int:
    """Return the value of an expression without variables as a person writes it in Python: as an integer if it is one.

    Raises ValueError where it has no value.
    """
    integer = exact_integer(node) if whole else None
    if integer is not None and abs(integer) <= 2**53:
        return integer
    value = value_at(node, {})
    if isinstance(value, Undefined):
        raise ValueError(f"{node} has no value")
    return float(value)
