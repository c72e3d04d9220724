"""Rules of a trace: what a node computes and passes on, written with the names of the list and with numbers.

A rule is an expression, built twice: over letters that stand for the nodes, and over their values rounded to a few
digits.  The partials in it are the rows' own, so it says what the sweep does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from diffcompare.language.expression import Expression, Number, Variable, lift
from diffcompare.language.operations import OPERATIONS, exact_integer
from diffcompare.language.printer import infix
from diffcompare.language.wengert import names, pretty
from diffcompare.numeric.evaluate import Undefined, is_number

Kind: TypeAlias = Literal["primal", "tangent", "adjoint"]
# What stands for a node, or for its tangent or adjoint, in a rule.
Stand: TypeAlias = Callable[[Expression], Expression]

# What stands over the letter: v, v with a dot, v with a bar.
MARKS: dict[Kind, str] = {"primal": "", "tangent": "\u0307", "adjoint": "\u0304"}
SHORT = 8  # digits up to which a number is written as it is
DIGITS = 4  # significant digits of the numbers in a rule; the value beside it has all of them


class Wording:
    """The names of a list's nodes, and its rules."""

    def __init__(self, nodes: Sequence[Expression], variables: Sequence[str], values: Mapping[Expression, Any]) -> None:
        self.ascii = names(nodes, variables)
        self.values = values
        self._tangents: dict[Expression, str] = {}
        self._literals: dict[str, Expression] = {}

    def name(self, node: Expression, kind: Kind = "primal") -> str:
        """v₃, v̇₃ or v̄₃; a number or a constant by its text."""
        if node not in self.ascii:
            return infix(node, {})
        return f"v{MARKS[kind]}{pretty(self.ascii[node])[1:]}"

    def value(self, node: Expression) -> tuple[str, str]:
        """What an operation computes: `sin(v₀)` and `sin(5)`."""
        assert node.operation is not None
        operation = node.operation
        return self._twice(lambda value, change: operation(*map(value, node.arguments)), "primal", {})

    def tangent(
        self, node: Expression, active: Collection[Expression], tangents: Mapping[Expression, Any]
    ) -> tuple[str, str]:
        """The sum of the tangents that arrive, each with its partial."""

        def total(value: Stand, change: Stand) -> Expression:
            found: Expression | None = None
            for argument, _, rule in _partials(node, active, value):
                if type(self.values[argument]) is Undefined:
                    continue  # the branch that an `if` did not take
                if _is(rule, -1):
                    found = -change(argument) if found is None else found - change(argument)
                else:
                    term = change(argument) if _is(rule, 1) else _times(change(argument), rule)
                    found = term if found is None else found + term
            return Number(0) if found is None else found

        if node not in self._tangents:  # the same for every seed
            self._tangents[node] = self._with_names(total, "tangent")
        reached = any(argument in tangents for argument in node.arguments)
        return self._tangents[node], self._with_numbers(total, tangents) if reached else "0"

    def contributions(
        self, node: Expression, adjoint: Any, active: Collection[Expression]
    ) -> list[tuple[Expression, Any, str, str]]:
        """What a node passes on: to which argument, the partial, and its adjoint times the partial in words."""
        numbers = [self.values[argument] for argument in node.arguments]
        found = []
        for place, (argument, partial, _) in enumerate(_partials(node, active, _letter)):
            number = partial(self.values[node], *numbers) if callable(partial) else partial

            def product(value: Stand, change: Stand, place: int = place) -> Expression:
                return _times(change(node), _partials(node, active, value)[place][2])

            if not _is(number, 0):
                found.append((argument, number, *self._twice(product, "adjoint", {node: adjoint})))
        return found

    def _literal(self, value: Any) -> Expression:
        """A number of few digits as an expression, the same one every time; a question mark where there is none."""
        if not is_number(value):
            return Variable("?")
        text = short(value)
        found = self._literals.get(text)
        if found is None:
            found = self._literals[text] = lift(float(text))
        return found

    def _is_literal(self, node: Expression) -> bool:
        """Whether the node is written as itself: a number, a constant, -1 in x^-1."""
        return node not in self.ascii or exact_integer(node) is not None

    def _twice(
        self, build: Callable[[Stand, Stand], Expression], kind: Kind, changes: Mapping[Expression, Any]
    ) -> tuple[str, str]:
        """The rule with names, and with numbers."""
        return self._with_names(build, kind), self._with_numbers(build, changes)

    def _with_names(self, build: Callable[[Stand, Stand], Expression], kind: Kind) -> str:
        def named(kind: Kind) -> Stand:
            return lambda node: node if self._is_literal(node) else Variable(self.name(node, kind))

        return _text(build(named("primal"), named(kind)))

    def _with_numbers(self, build: Callable[[Stand, Stand], Expression], changes: Mapping[Expression, Any]) -> str:
        return _text(
            build(
                lambda node: node if self._is_literal(node) else self._literal(self.values[node]),
                lambda node: self._literal(changes.get(node, 0.0)),
            )
        )


def _text(rule: Expression) -> str:
    return infix(rule, {}).replace("*", "·")


def _letter(node: Expression) -> Expression:
    """Any letter will do where only the form of a rule counts; exponents stay, for x^2 has a rule of its own."""
    return Variable("v") if node.varies else node


def _partials(node: Expression, active: Collection[Expression], value: Stand) -> list[tuple[Expression, Any, Any]]:
    """The active arguments, each with the row's partial and the same as a rule (or 1, or -1)."""
    assert node.operation is not None
    stands = list(map(value, node.arguments))
    found = []
    for partial, argument in zip(node.operation.partials, node.arguments, strict=True):
        if argument in active and partial is not None:
            rule = partial(value(node), *stands) if callable(partial) else partial
            if not _is(rule, 0):
                found.append((argument, partial, rule))
    return found


def _is(rule: Any, number: int) -> bool:
    """Whether a partial is literally that number."""
    return type(rule) is int and rule == number


def _times(change: Expression, partial: Any) -> Expression:
    """A change times a partial, as people write it: v̄₁/v₋₁, not v̄₁*(1/v₋₁)."""
    rule = lift(partial)
    if rule.operation is OPERATIONS["/"] and rule.arguments[0] is Number(1):
        return change / rule.arguments[1]
    return change * rule


def equals(*values: Any) -> str:
    """The sign before numbers that are written as they are, or rounded."""
    return "=" if all(is_number(value) and float(short(value)) == value for value in values) else "≈"


def short(value: Any) -> str:
    """A number as it is where it is short, else in few digits."""
    if value is None or not is_number(value):
        return "?"
    whole = f"{float(value):.{SHORT}g}"
    return whole if float(whole) == value else f"{float(value):.{DIGITS}g}"
