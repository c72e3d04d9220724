"""Expressions: an immutable DAG in which two equal expressions are the same object.

Every expression is *hash-consed*: building `x + 1` twice gives one object, so equality is identity, a shared
subexpression is stored (and later evaluated) once, and every algorithm of this project is a loop over distinct nodes.

This module knows that operations exist; `operations.py` knows which.  The rows of that table land in `OPERATIONS`.
"""

from __future__ import annotations

import weakref
from _thread import RLock  # without the rest of `threading`, which a script that asks for one gradient need not load
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NamedTuple, Self, TypeAlias

# A function of (result, *arguments), a constant such as 1 or -1, or None where there is no partial.
Partial: TypeAlias = Callable[..., Any] | int | None


class Region(NamedTuple):
    """A set of arguments, in words and as a test over anything that can be compared."""

    text: str
    contains: Callable[..., Any]


class Operation:
    """One row of the table of elementary operations (see `operations.py` for the rows and what the fields mean).

    Calling a row applies it to whatever numbers it is given: floats go to `real`, and any other number type says
    for itself what applying a row means, by a static method `apply_operation(operation, arguments)`.
    """

    __slots__ = (
        "aliases",
        "arity",
        "definition",
        "domain",
        "kink",
        "name",
        "names",
        "notation",
        "partials",
        "real",
        "samples",
        "selects",
    )

    def __init__(self, name: str, **fields: Any) -> None:
        self.name = name
        self.real: Callable[..., float] = fields["real"]
        self.partials: tuple[Partial, ...] = tuple(fields["partials"])
        self.arity = len(self.partials)
        self.definition: Callable[..., Any] | None = fields["definition"]
        self.domain: Region = fields["domain"]
        self.kink: Region = fields["kink"]
        self.names: dict[str, str] = fields["names"]
        self.notation: str = fields["notation"]
        self.aliases: tuple[str, ...] = fields["aliases"]
        self.samples: tuple[tuple[float, ...], ...] = fields["samples"]
        self.selects: Callable[..., int] | None = fields["selects"]

    def __call__(self, *arguments: Any) -> Any:
        for argument in arguments:
            if type(argument) is not float:
                apply_operation = getattr(type(argument), "apply_operation", None)
                if apply_operation is not None:
                    return apply_operation(self, arguments)
        return self.real(*arguments)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


class _Table(dict[str, Operation]):
    """The rows by name; they are imported on the first look-up, in case `x + y` comes before any other import."""

    def __missing__(self, name: str) -> Operation:
        import diffcompare.language.operations

        operation = diffcompare.language.operations.OPERATIONS.get(name)
        if operation is None:
            raise KeyError(name)
        return operation


OPERATIONS: dict[str, Operation] = _Table()  # the table by name, filled by `operations.py`: take it from there


class _Reference(weakref.ref["Expression"]):
    """A weak reference that knows its key in the table of nodes."""

    __slots__ = ("key",)
    key: tuple[Any, ...]


_interned: dict[tuple[Any, ...], _Reference] = {}
_removal = RLock()  # nodes may die, and be forgotten, while one is being forgotten


def _forget(reference: _Reference) -> None:
    # A node may have been rebuilt between its death and this call: only ever remove our own entry.
    with _removal:
        if _interned.get(reference.key) is reference:
            del _interned[reference.key]


class ArithmeticOperators:
    """The operators of a number type with a plain number on the left, and powers.

    The type itself has `+ - * /` with a plain number on the right, and says in `constant` what a plain number is in it.
    """

    __slots__ = ()

    def constant(self, value: Any) -> Any:
        """Return a plain number, or the constant of a name (`pi`, `e`), as a number of this type."""
        raise NotImplementedError

    def __radd__(self, other: Any) -> Self:
        return self.constant(other) + self  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> Self:
        return self.constant(other) - self  # type: ignore[no-any-return]

    def __rmul__(self, other: Any) -> Self:
        return self.constant(other) * self  # type: ignore[no-any-return]

    def __rtruediv__(self, other: Any) -> Self:
        return self.constant(other) / self  # type: ignore[no-any-return]

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        return OPERATIONS["^n" if isinstance(other, int) else "^"](self, other)


class Expression(ArithmeticOperators):
    """A node of the graph of an expression; equal expressions are one object, so `is` compares them.

    Nodes are built by `parse`, by arithmetic (`x + 1`), or by calling rows of the table (`sin(x)`), and never change.
    `str()` writes an expression as text that `parse` reads back as the same object.

    Attributes:
        operation: The row of the table that is applied here; None for a variable, a number or a constant.
        arguments: The nodes that it is applied to.
        varies: Whether a variable occurs in the expression.
        level: 0 for a leaf, otherwise one more than the highest argument.

    Raises:
        TypeError: Something that is neither a number nor an expression is an operand.
        ValueError: `nan` or `inf` is an operand: the language has no such numbers.

    Example:
        >>> from diffcompare.language.parser import parse
        >>> x = parse("x")
        >>> x * x + 1 is parse("x*x + 1")
        True
        >>> str(x**2 / 3)
        'x^2/3'
    """

    __slots__ = ("__weakref__", "arguments", "level", "operation", "varies")

    operation: Operation | None
    arguments: tuple[Expression, ...]
    varies: bool
    level: int

    def __repr__(self) -> str:
        return f"<expression {self}>"

    def __str__(self) -> str:
        from diffcompare.language.printer import to_text

        return to_text(self)

    def in_two_dimensions(self, columns: int = 80) -> str:
        """Return the expression with stacked fractions and raised exponents, or `str()` where that does not fit.

        Args:
            columns: The cells of a terminal that a line may take.

        Returns:
            Lines of Unicode characters, without the spaces at their ends.
        """
        lines = self._typeset("character_forms", "in_two_dimensions", columns)
        return str(self) if lines is None else "\n".join([line.rstrip() for line in lines])

    def _repr_latex_(self) -> str:
        return f"${self._typeset('latex_forms', 'to_latex')}$"

    def _repr_html_(self) -> str | None:
        html: str | None = self._typeset("mathml_forms", "to_html")
        return html  # a notebook shows the text where there is none

    def _typeset(self, module: str, function: str, *options: Any) -> Any:
        return getattr(import_module(f"diffcompare.language.typesetting.{module}"), function)(self, *options)

    def __reduce__(self) -> Any:
        from diffcompare.language.parser import parse
        from diffcompare.language.wengert import variables, wengert_list

        return (parse, (str(self), tuple(variables(wengert_list(self)))))

    @staticmethod
    def apply_operation(operation: Operation, arguments: Iterable[Any]) -> Expression:
        """Apply a row to expressions, which builds the node."""
        return apply(operation, tuple([lift(argument) for argument in arguments]))

    @staticmethod
    def constant(value: Any) -> Expression:
        """Return a Python number, or the constant of a name, as an expression."""
        return Constant(value) if isinstance(value, str) else lift(value)

    def __add__(self, other: Any) -> Expression:
        return apply(OPERATIONS["+"], (self, lift(other)))

    def __sub__(self, other: Any) -> Expression:
        return apply(OPERATIONS["-"], (self, lift(other)))

    def __mul__(self, other: Any) -> Expression:
        return apply(OPERATIONS["*"], (self, lift(other)))

    def __truediv__(self, other: Any) -> Expression:
        return apply(OPERATIONS["/"], (self, lift(other)))

    def __neg__(self) -> Expression:
        return apply(OPERATIONS["neg"], (self,))

    def __pow__(self, other: Any, modulus: None = None) -> Expression:
        from diffcompare.language.operations import raise_to

        power: Expression = raise_to(self, lift(other))
        return power

    def __rpow__(self, other: Any) -> Expression:
        from diffcompare.language.operations import raise_to

        power: Expression = raise_to(lift(other), self)
        return power


class Apply(Expression):
    """An operation applied to arguments."""

    __slots__ = ()


# Given a key and a node, returns the node that is known by that key; if there is none, the given one becomes it.
Intern: TypeAlias = Callable[[Any, Expression], Expression]


class Leaf(Expression):
    """A node without arguments."""

    __slots__ = ()


class NamedLeaf(Leaf):
    """A leaf known by its name alone."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str) -> Self:
        node = _find((cls, name))
        if node is None:
            node = _leaf(cls)
            node.name = name
            node = _first((cls, name), node)
        return node  # type: ignore[no-any-return]


class Variable(NamedLeaf):
    """A variable."""

    __slots__ = ("sort_key",)
    sort_key: Any  # of its name, by which variables are in natural order, once it was asked for


class Constant(NamedLeaf):
    """A named constant of the language: `pi` or `e`."""

    __slots__ = ()


class Number(Leaf):
    """A non-negative decimal, exactly `digits / 10**places`; an integer has no places, whatever zeros it ends in."""

    __slots__ = ("digits", "double", "places")
    digits: int
    places: int
    double: float  # the nearest double; inf beyond the range of doubles

    def __new__(cls, digits: int, places: int = 0) -> Number:
        if digits < 0:
            raise ValueError("a Number is not negative: build neg(Number)")
        if places < 0:
            digits, places = digits * 10**-places, 0
        while places and digits % 10 == 0:
            digits, places = digits // 10, places - 1
        key = (cls, digits, places)
        node = _find(key)
        if node is None:
            node = _leaf(cls)
            node.digits, node.places = digits, places
            node.double = _quotient(digits, 10**places)
            node = _first(key, node)
        return node  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return self.double


class Double(Leaf):
    """A number in a recorded program: exactly the double that it is (0.1 is not 1/10), and of either sign."""

    __slots__ = ("double",)
    double: float

    def __new__(cls, double: float) -> Double:
        node: Double = _leaf(cls)
        node.double = double
        return node

    def __float__(self) -> float:
        return self.double


def _quotient(numerator: int, denominator: int) -> float:
    """Return the double nearest to a quotient, as in Python source: true division of integers rounds correctly."""
    try:
        return numerator / denominator
    except OverflowError:
        return float("inf")


class PendingDerivative(Leaf):
    """A derivative still to be worked out, such as `d/dx[x^2]`: a leaf of a derivation.

    It is shown and never evaluated; the parser does not know it.
    """

    __slots__ = ("by", "of")
    of: Expression
    by: str

    def __new__(cls, of: Expression, by: str) -> PendingDerivative:
        key = (cls, of, by)
        node = _find(key)
        if node is None:
            node = _leaf(cls)
            node.of, node.by = of, by
            node = _first(key, node)
        return node  # type: ignore[no-any-return]


def _find(key: tuple[Any, ...]) -> Any:
    reference = _interned.get(key)
    return None if reference is None else reference()


def intern(key: tuple[Any, ...], node: Expression) -> Expression:
    """Return the node of a key in the table of all expressions, where `node` is entered if there is none yet."""
    existing = _find(key)
    return _first(key, node) if existing is None else existing


def _first(key: tuple[Any, ...], node: Expression) -> Expression:
    """Enter a node under its key and return it, or the node of another thread that was quicker."""
    reference = _Reference(node, _forget)
    reference.key = key
    while (winner := _interned.setdefault(key, reference)) is not reference:  # atomic: two threads get the same node
        other = winner()
        if other is not None:
            return other
        _forget(winner)
    return node


def _leaf(cls: type[Leaf]) -> Any:
    node = object.__new__(cls)
    node.operation = None
    node.arguments = ()
    node.level = 0
    node.varies = cls is Variable
    return node


def apply(operation: Operation, arguments: tuple[Expression, ...]) -> Expression:
    """Return the node `operation(*arguments)`, which is the same object every time."""
    existing = _find((operation, arguments))
    return build(operation, arguments, _first) if existing is None else existing


def build(operation: Operation, arguments: tuple[Expression, ...], intern: Intern) -> Expression:
    """Build a node without looking it up first: the nodes of the parser are usually new.

    `intern` then enters it.  For an expression that nobody else will see, `intern` can be the `setdefault` of a
    dictionary: equal nodes are one object within it, and without weak references they cost half.
    """
    node = Apply()  # half the time of object.__new__
    node.operation = operation
    node.arguments = arguments
    # Spelled out for one and two arguments, as most operations have.
    if len(arguments) == 2:
        left, right = arguments
        node.varies = left.varies or right.varies
        node.level = (left.level if left.level > right.level else right.level) + 1
    elif len(arguments) == 1:
        (argument,) = arguments
        node.varies = argument.varies
        node.level = argument.level + 1
    else:
        node.varies = any(argument.varies for argument in arguments)
        node.level = max([argument.level for argument in arguments], default=0) + 1
    return intern((operation, arguments), node)


def lift(value: Any) -> Expression:
    """Return a Python number as an expression, exactly (a float becomes its shortest decimal).

    Raises TypeError for anything else, and ValueError for nan and inf.
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, int):
        return Number(value) if value >= 0 else -Number(-value)
    if isinstance(value, float):
        return _lift_float(value)
    raise TypeError(f"not a number or an expression: {value!r}")


def _lift_float(value: float) -> Expression:
    from decimal import Decimal

    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} is not a number of the language")
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    number = Number(int("".join(map(str, digits))), -int(exponent))
    return -number if sign else number
