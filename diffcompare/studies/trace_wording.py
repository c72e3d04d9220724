"""The wording of a trace: what a node computes and passes on, with the names of the list and with numbers.

A rule is an expression that is built twice: over variables named like the nodes, and over their values rounded to a few
digits.  Its partials are those of the table of operations, so it says what the sweep does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from diffcompare.language.expression import Expression, Number, Variable, lift
from diffcompare.language.operations import exact_integer, is_quotient
from diffcompare.language.printer import infix
from diffcompare.language.wengert import names, pretty
from diffcompare.numeric.evaluate import Undefined, is_number

Kind: TypeAlias = Literal["primal", "tangent", "adjoint"]
# Returns the expression that stands for a node, or for its tangent or adjoint, in a rule.
Substitution: TypeAlias = Callable[[Expression], Expression]

# The combining mark over the letter: none, a dot, a bar.
MARKS: dict[Kind, str] = {"primal": "", "tangent": "\u0307", "adjoint": "\u0304"}
MAX_EXACT_DIGITS = 8  # numbers with more digits are rounded
MAX_KEPT_NODES = 60  # of a list whose rules are kept as expressions, to be typeset
MAX_SAVED = 4  # saved numbers that are shown
ROUNDED_DIGITS = 4  # significant digits of rounded numbers in a rule; the value beside it has all digits


class Wording:
    """Names of the nodes of a Wengert list, and their rules as text."""

    def __init__(self, nodes: Sequence[Expression], variables: Sequence[str], values: Mapping[Expression, Any]) -> None:
        self.ascii = names(nodes, variables)
        self.values = values
        self._tangents: dict[Expression, str] = {}
        self._literals: dict[str, Expression] = {}
        self._keeps_formulas = len(nodes) <= MAX_KEPT_NODES
        self.formulas: dict[str, Expression] = {}  # of a short list: the rules as expressions, by their text

    def name(self, node: Expression, kind: Kind = "primal") -> str:
        """Return v₃, v̇₃ or v̄₃; for a number or a constant its text."""
        if node not in self.ascii:
            return infix(node, {})
        return f"v{MARKS[kind]}{pretty(self.ascii[node])[1:]}"

    def number(self, value: Any) -> str:
        """Return a number as `short` writes it."""
        text = short(value)
        if self._keeps_formulas and is_number(value):
            self.formulas[text] = self._literal(value)
        return text

    def value(self, node: Expression) -> tuple[str, str]:
        """Return the rule by which an operation computes its value, with names and numbers: `sin(v₀)` and `sin(5)`."""
        assert node.operation is not None
        operation = node.operation
        return self._twice(lambda value, change: operation(*map(value, node.arguments)), "primal", {})

    def tangent(
        self, node: Expression, active: Collection[Expression], tangents: Mapping[Expression, Any]
    ) -> tuple[str, str]:
        """Return the rule of a tangent: the sum of the arguments' tangents, each times its local partial."""

        def total(value: Substitution, change: Substitution) -> Expression:
            result: Expression | None = None
            for argument, _, rule in _partials(node, active, value):
                if type(self.values[argument]) is Undefined:
                    continue  # the branch that an `if` did not take
                if _is(rule, -1):
                    result = -change(argument) if result is None else result - change(argument)
                else:
                    term = change(argument) if _is(rule, 1) else _times(change(argument), rule)
                    result = term if result is None else result + term
            return Number(0) if result is None else result

        if node not in self._tangents:  # the same for every seed
            self._tangents[node] = self._with_names(total, "tangent")
        reached = any(argument in tangents for argument in node.arguments)
        return self._tangents[node], self._with_numbers(total, tangents) if reached else "0"

    def contributions(
        self, node: Expression, adjoint: Any, active: Collection[Expression]
    ) -> list[tuple[Expression, Any, str, str]]:
        """Return what a node passes on: (argument, local partial, rule with names, rule with numbers) for each.

        The rule is the adjoint of the node times the local partial.
        """
        numbers = [self.values[argument] for argument in node.arguments]
        contributions = []
        for place, (argument, partial, _) in enumerate(_partials(node, active, _placeholder)):
            number = partial(self.values[node], *numbers) if callable(partial) else partial

            def product(value: Substitution, change: Substitution, place: int = place) -> Expression:
                return _times(change(node), _partials(node, active, value)[place][2])

            if not _is(number, 0):
                contributions.append((argument, number, *self._twice(product, "adjoint", {node: adjoint})))
        return contributions

    def _literal(self, value: Any) -> Expression:
        """Return a number, rounded to few digits, as an expression; a question mark for anything else."""
        if not is_number(value):
            return Variable("?")
        text = short(value)
        literal = self._literals.get(text)
        if literal is None:
            literal = self._literals[text] = lift(float(text))
        return literal

    def _text(self, rule: Expression) -> str:
        text = infix(rule, {}).replace("*", "·")
        if self._keeps_formulas:
            self.formulas[text] = rule
        return text

    def _is_literal(self, node: Expression) -> bool:
        """Tell whether the node is written as itself: a number, a constant, -1 in x^-1."""
        return node not in self.ascii or exact_integer(node) is not None

    def _twice(
        self, build: Callable[[Substitution, Substitution], Expression], kind: Kind, changes: Mapping[Expression, Any]
    ) -> tuple[str, str]:
        """Return the rule with names, and with numbers."""
        return self._with_names(build, kind), self._with_numbers(build, changes)

    def _with_names(self, build: Callable[[Substitution, Substitution], Expression], kind: Kind) -> str:
        def named(kind: Kind) -> Substitution:
            return lambda node: node if self._is_literal(node) else Variable(self.name(node, kind))

        return self._text(build(named("primal"), named(kind)))

    def _with_numbers(
        self, build: Callable[[Substitution, Substitution], Expression], changes: Mapping[Expression, Any]
    ) -> str:
        return self._text(
            build(
                lambda node: node if self._is_literal(node) else self._literal(self.values[node]),
                lambda node: self._literal(changes.get(node, 0.0)),
            )
        )


def _placeholder(node: Expression) -> Expression:
    """Return a variable for whatever varies, where only the form of a rule counts; x^2 has a rule of its own."""
    return Variable("v") if node.varies else node


def _partials(
    node: Expression, active: Collection[Expression], value: Substitution
) -> list[tuple[Expression, Any, Any]]:
    """Return (argument, local partial, local partial as an expression, 1 or -1) for every active argument."""
    assert node.operation is not None
    arguments = list(map(value, node.arguments))
    triples = []
    for partial, argument in zip(node.operation.partials, node.arguments, strict=True):
        if argument in active and partial is not None:
            rule = partial(value(node), *arguments) if callable(partial) else partial
            if not _is(rule, 0):
                triples.append((argument, partial, rule))
    return triples


def _is(rule: Any, number: int) -> bool:
    """Tell whether a partial is literally that integer."""
    return type(rule) is int and rule == number


def _times(change: Expression, partial: Any) -> Expression:
    """Multiply a tangent or an adjoint by a partial, written as people do: v̄₁/v₋₁, not v̄₁*(1/v₋₁)."""
    rule = lift(partial)
    if is_quotient(rule) and rule.arguments[0] is Number(1):
        return change / rule.arguments[1]
    return change * rule


def equals(*values: Any) -> str:
    """Return the sign to write before numbers: `=` where all of them are exact, `≈` where one is rounded."""
    return "=" if all(is_number(value) and float(short(value)) == value for value in values) else "≈"


def short(value: Any) -> str:
    """Return a number as text: in full where it is short, else rounded to a few digits."""
    if value is None or not is_number(value):
        return "?"
    full = f"{float(value):.{MAX_EXACT_DIGITS}g}"
    return full if float(full) == value else f"{float(value):.{ROUNDED_DIGITS}g}"


def saved_text(value: Any) -> str:
    """Return saved values to a few digits; of a long array its first numbers."""
    if not isinstance(value, list | tuple):
        return value if isinstance(value, str) else short(value)
    texts = [f"[{saved_text(item)}]" if isinstance(item, list) else saved_text(item) for item in value[:MAX_SAVED]]
    return ", ".join([*texts, *["..."] * (len(value) > MAX_SAVED)])
