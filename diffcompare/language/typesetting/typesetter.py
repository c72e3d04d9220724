"""The typesetter: what an expression looks like in print, decided once for every form.

Brackets, the minus, and where a product needs a sign are the same in LaTeX, in MathML and in characters: `typeset`
walks along the nodes of an expression, and asks the writer of a form (`Forms`) for fractions, powers, roots and rows.
Nothing is taken from text, and what is written in LaTeX is read back by our own reader as the same object.

A product is written by its factors side by side, as in 2x, with a sign where these would be read as something else:
2·3, x·2, and x·(y + 1), which without a sign is a call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from diffcompare.language.expression import Constant, Double, Expression, Number, PendingDerivative
from diffcompare.language.grammar import NEGATION, POWER, PRODUCT, SUM
from diffcompare.language.operations import (
    add,
    exact_integer,
    exp,
    is_choice,
    is_negation,
    is_power,
    is_product,
    is_quotient,
    is_sum,
)
from diffcompare.language.printer import ATOM, double_text, number_text
from diffcompare.language.typesetting.letters import Name, parts_of_name
from diffcompare.language.wengert import wengert_list

MAX_NODES = 200  # nodes up to which an expression is typeset: a larger formula does not fit on a page
MAX_DIGITS = 1_000  # characters of its numbers and names together

# How tightly a form binds, beside the levels of the grammar and `ATOM`.
CASES, CALL = 1, 9

T = TypeVar("T")

Fence: TypeAlias = Literal["round", "square", "abs", "floor", "ceil"]
# The last three are products without a sign: side by side, with the space that words need, and before a function.
Sign: TypeAlias = Literal["plus", "minus", "times", "beside", "space", "function"]

# What a form begins or ends with, which decides whether a factor may stand beside it.
Edge: TypeAlias = Literal["digit", "letter", "word", "call", "fraction", "group", "root", "bars", "derivative", "power"]

_FENCES: dict[str, Fence] = {"abs": "abs", "floor": "floor", "ceil": "ceil"}
_ROOTS = {"sqrt": 2, "cbrt": 3}

# Functions whose power is written behind their name, sin²(x), as everybody does and reads.
POWERED = frozenset(("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "ln"))


class Forms(Protocol[T]):
    """The writer of a form: makes a piece of mathematics from its parts."""

    def number(self, digits: str) -> T:
        """Write a number without an exponent."""

    def name(self, name: Name) -> T:
        """Write a variable."""

    def constant(self, name: str) -> T:
        """Write one of the constants of the language, `pi` or `e`."""

    def negated(self, inner: T) -> T:
        """Write a minus before a piece."""

    def row(self, left: T, sign: Sign, right: T) -> T:
        """Write two pieces with a sign between them."""

    def fraction(self, above: T, below: T) -> T:
        """Write a fraction."""

    def power(self, base: T, exponent: T) -> T:
        """Write a base with an exponent."""

    def root(self, inner: T, degree: int) -> T:
        """Write a square root or a cube root."""

    def fenced(self, inner: T, fence: Fence) -> T:
        """Write a piece between brackets or bars."""

    def call(self, function: str, exponent: T | None, arguments: Sequence[T]) -> T:
        """Write a function by its name in the table, with its power if it has one, and its arguments."""

    def cases(self, left: T, relation: str, right: T, yes: T, no: T) -> T:
        """Write a choice: the first value if the relation holds, else the other one."""

    def derivative(self, by: T, partial: bool, inner: T) -> T:
        """Write d/dx before a piece in brackets, with a curly d for one of several variables."""


class Piece(NamedTuple, Generic[T]):
    """A piece of mathematics: how tightly it binds, and what it begins and ends with."""

    form: T
    level: int
    first: Edge
    last: Edge
    beginning: Name | None = None  # the name that it begins with, if it is one
    end: Name | None = None


def typeset(root: Expression, forms: Forms[T], least: int = 0) -> T:
    """Return an expression in a form, in brackets if it binds less tightly than `least`.

    Args:
        root: An expression that is small enough, as `is_small` tells: shared parts are written out.
        forms: The writer of the form.
        least: A level of the grammar (`SUM`, `PRODUCT`, ...).

    Returns:
        What the writer makes of the whole.
    """
    pieces: dict[Expression, Piece[T]] = {}
    for node in wengert_list(root):
        pieces[node] = _leaf(node, forms) if node.operation is None else _operation(node, pieces, forms)
    return _held(pieces[root], least, forms).form


def is_small(root: Expression) -> bool:
    """Tell whether an expression is small enough to be typeset, written out and with its numbers and names."""
    return _size_up_to(root, MAX_NODES) <= MAX_NODES


def _size_up_to(root: Expression, limit: int) -> int:
    """Return the number of nodes of an expression written out; anything above the limit where it is larger."""
    size, characters, stack = 0, 0, [root]
    while stack and size <= limit and characters <= MAX_DIGITS:
        node = stack.pop()
        size += 1
        stack += node.arguments
        if isinstance(node, PendingDerivative):
            stack.append(node.of)
        elif isinstance(node, Number):
            characters += max(node.digits.bit_length() // 3, node.places)
        else:
            characters += len(getattr(node, "name", ""))
    return size if characters <= MAX_DIGITS else limit + 1


# --- Parts of a long formula ------------------------------------------------------------------------------------------


class FormulaPart(NamedTuple):
    """A part of a formula where a line may end before it: the sign before it, and how tightly it has to bind."""

    sign: Literal["", "+", "-", "*"]
    node: Expression
    least: int


def terms(root: Expression, is_long: Callable[[Expression], bool]) -> list[FormulaPart]:
    """Return the terms of a sum from left to right; of a long term its factors."""
    parts: list[FormulaPart] = []
    for term in _chain(root, ("+", "-"), PRODUCT):
        if is_long(term.node):
            first, *factors = _chain(term.node, ("*",), POWER)
            parts += [FormulaPart(term.sign, first.node, PRODUCT), *factors]
        else:
            parts.append(term)
    return parts


def _chain(root: Expression, signs: tuple[str, ...], least: int) -> list[FormulaPart]:
    """Return the operands of a chain a + b - c from left to right."""
    operands: list[FormulaPart] = []
    node = root
    while node.operation is not None and node.operation.name in signs:
        sign, (node, operand) = node.operation.name, node.arguments
        operands.append(FormulaPart(sign, operand, ATOM if is_negation(operand) else least))  # type: ignore[arg-type]
    return [FormulaPart("", node, 0 if node is root else least if signs == ("*",) else 0), *reversed(operands)]


# --- Leaves -----------------------------------------------------------------------------------------------------------


def _leaf(leaf: Expression, forms: Forms[T]) -> Piece[T]:
    if isinstance(leaf, Number | Double):
        return _number(number_text(leaf) if isinstance(leaf, Number) else double_text(leaf.double), forms)
    if isinstance(leaf, PendingDerivative):
        return _pending(leaf, forms)
    if isinstance(leaf, Constant):
        name = Name("π" if leaf.name == "pi" else leaf.name)
        return Piece(forms.constant(leaf.name), ATOM, "letter", "letter", name, name)
    name = parts_of_name(leaf.name)  # type: ignore[attr-defined]
    edge: Edge = "letter" if name.is_letter else "word"
    return Piece(forms.name(name), ATOM, edge, edge, name, name)


def _number(text: str, forms: Forms[T]) -> Piece[T]:
    mantissa, _, exponent = text.partition("e")
    negative = mantissa.startswith("-")  # as a double of a recorded program may be
    mantissa = mantissa.lstrip("-")
    form = forms.number(mantissa)
    piece: Piece[T] = Piece(form, ATOM, "digit", "digit")
    if exponent:
        above = forms.number(exponent.lstrip("-+"))
        power = forms.power(forms.number("10"), forms.negated(above) if exponent[0] == "-" else above)
        piece = Piece(power if mantissa == "1" else forms.row(form, "times", power), PRODUCT, "digit", "power")
    return piece._replace(form=forms.negated(piece.form), level=NEGATION, first="group") if negative else piece


def _pending(leaf: PendingDerivative, forms: Forms[T]) -> Piece[T]:
    """Write d/dx [...]."""
    by = forms.name(parts_of_name(leaf.by))
    several = any(node.varies and node.operation is None and node.name != leaf.by for node in wengert_list(leaf.of))  # type: ignore[attr-defined]
    inner = forms.fenced(typeset(leaf.of, forms), "square")
    return Piece(forms.derivative(by, several, inner), CALL, "derivative", "derivative")


# --- Operations -------------------------------------------------------------------------------------------------------


def _operation(node: Expression, pieces: dict[Expression, Piece[T]], forms: Forms[T]) -> Piece[T]:
    assert node.operation is not None
    name, arguments = node.operation.name, [pieces[argument] for argument in node.arguments]
    if is_sum(node):
        right = _held(arguments[1], CALL if is_negation(node.arguments[1]) else PRODUCT, forms)
        left = _held(arguments[0], SUM, forms)
        form = forms.row(left.form, "plus" if node.operation is add else "minus", right.form)
        return Piece(form, SUM, left.first, right.last)
    if is_product(node):
        return _product(node, arguments[0], arguments[1], forms)
    if is_quotient(node):
        return Piece(forms.fraction(arguments[0].form, arguments[1].form), POWER, "fraction", "fraction")
    if is_negation(node):
        return Piece(forms.negated(_held(arguments[0], POWER, forms).form), NEGATION, "group", arguments[0].last)
    if node.operation is exp:
        return Piece(forms.power(forms.constant("e"), arguments[0].form), POWER, "letter", "power")
    if is_power(node):
        return _power(node, pieces, forms)
    if name in _ROOTS:
        return Piece(forms.root(arguments[0].form, _ROOTS[name]), CALL, "root", "root")
    if name in _FENCES:
        return Piece(forms.fenced(arguments[0].form, _FENCES[name]), ATOM, "bars", "bars")
    if is_choice(node):
        l, r, yes, no = [piece.form for piece in arguments]
        return Piece(forms.cases(l, name.removeprefix("if "), r, yes, no), CASES, "group", "group")
    operands = _operands(node) if name in ("min", "max") else node.arguments
    return Piece(forms.call(name, None, [pieces[operand].form for operand in operands]), CALL, "call", "call")


def _operands(node: Expression) -> tuple[Expression, ...]:
    """Return the operands a, b, c of max(max(a, b), c), which is how max(a, b, c) is read."""
    operation, others = node.operation, []
    while node.operation is operation:
        node, last = node.arguments
        others.append(last)
    return (node, *reversed(others))


def _power(node: Expression, pieces: dict[Expression, Piece[T]], forms: Forms[T]) -> Piece[T]:
    base, exponent = node.arguments
    order = exact_integer(exponent)
    if base.operation is not None and base.operation.name in POWERED and order is not None and order > 1:
        inner = [pieces[argument].form for argument in base.arguments]
        return Piece(forms.call(base.operation.name, pieces[exponent].form, inner), POWER, "call", "call")
    held = _held(pieces[base], ATOM, forms)
    return Piece(forms.power(held.form, pieces[exponent].form), POWER, held.first, "power", held.beginning)


def _product(node: Expression, left: Piece[T], right: Piece[T], forms: Forms[T]) -> Piece[T]:
    left = _held(left, PRODUCT, forms)
    negative = is_negation(node.arguments[1]) or right.level == NEGATION  # a double may be negative
    right = _held(right, CALL if negative else POWER, forms)
    form = forms.row(left.form, "times" if negative else between(left, right), right.form)
    return Piece(form, PRODUCT, left.first, right.last, left.beginning, right.end)


# --- Brackets and signs -----------------------------------------------------------------------------------------------


def _held(piece: Piece[T], least: int, forms: Forms[T]) -> Piece[T]:
    """Return a piece, in brackets if it binds less tightly than it has to."""
    return piece if piece.level >= least else Piece(forms.fenced(piece.form, "round"), ATOM, "group", "group")


# Edges after which, and before which, a product always has its sign.
_CLOSED = frozenset(("bars", "derivative"))
_OPEN = frozenset(("digit", "fraction", "derivative"))


def between(left: Piece[T], right: Piece[T]) -> Sign:
    """Return what stands between two factors."""
    last, first = left.last, right.first
    if first in _OPEN or last in _CLOSED:
        return "times"
    if first == "group":  # x(y + 1) is read as a call, and so is what follows a function
        return "beside" if last in ("digit", "group", "power", "fraction") else "times"
    if first == "bars":
        return "beside" if last == "digit" else "times"
    if last == "call":
        return "function" if first == "call" else "times"
    if first == "call":
        return "function"
    if "word" in (first, last):
        return "space"
    return "times" if _clash(left.end, right.beginning) else "beside"


def _clash(before: Name | None, after: Name | None) -> bool:
    """Tell whether two letters side by side are read as something else: xx, dx, a difference."""
    return before is not None and after is not None and (before == after or (before.stem in "dΔ∂" and not before.below))
