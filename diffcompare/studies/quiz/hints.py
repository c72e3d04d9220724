"""Hints: first the rule to use, in letters; then the steps of the right derivation that leave something to do."""

from __future__ import annotations

from typing import NamedTuple

from diffcompare.backends.textbook_rules import ONE, ZERO, apply_rule
from diffcompare.document import Block, Equation, Equations
from diffcompare.expression import Expression, Open, Variable, apply
from diffcompare.operations import OPERATIONS
from diffcompare.studies.derive.steps import Step, steps_of
from diffcompare.wengert import active_nodes, listing

WITH_LETTERS_ONLY = ("+", "-", "neg", "*", "/")
"""Operations whose rules are written with u and v even where the variable itself is there: (x*v)' is no rule."""


class Hint(NamedTuple):
    """A hint: the rule's name, and its line."""

    rule: str
    equation: Equation

    def block(self, number: int) -> Block:
        """The hint as a block."""
        said = f"use the {named(self.rule)}" if number == 1 else f"by the {named(self.rule)}"
        return Equations(f"hint_{number}", (self.equation,), f"Hint: {said}")


def named(rule: str) -> str:
    """`power rule, chain rule` as it stands in a sentence."""
    return rule.replace(", ", " and the ")


def hints(expression: Expression, by: str) -> list[Hint]:
    """The hints for the derivative of an expression, the vaguest first; none of them is the whole answer."""
    active = active_nodes(listing(expression), (by,))
    steps = steps_of(expression, by, active)
    first = in_letters(steps[0], active)
    found = [Hint(steps[0].rule, first)]
    for step in steps:
        equation = Equation(Open(step.shown, by), step.after)
        if equation != first and any(type(node) is Open for node in listing(step.after)):
            found.append(Hint(step.rule, equation))
    return found


def in_letters(step: Step, active: set[Expression]) -> Equation:
    """The rule of a step in general, d/dx[u*v] = d/dx[u]*v + u*d/dx[v]: u and v vary; a, c and n are constants."""
    node, by = step.node, step.by
    assert node.operation is not None
    name, varying = node.operation.name, iter("uvw")
    written: list[Expression] = []
    derivatives: list[Expression] = []
    for place, argument in enumerate(node.arguments):
        if argument not in active:
            written.append(Variable("c" if name not in ("^n", "^") else "an"[place]))
            derivatives.append(ZERO)
        elif argument is Variable(by) and name not in WITH_LETTERS_ONLY:
            written.append(argument)
            derivatives.append(ONE)
        else:
            written.append(Variable(next(varying)))
            derivatives.append(Open(written[-1], by))
    general = apply(OPERATIONS["^"] if name == "^n" else node.operation, tuple(written))
    return Equation(Open(general, by), apply_rule(general, derivatives).derivative)
