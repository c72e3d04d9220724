"""A derivation as a list of steps: which rule was applied to which subexpression, and what it left open.

The steps begin at the outermost operation, as teachers write.  Every step is the textbook's rule read over derivatives
that are still open; the same rule read over those that are known gives the formulas.  A subexpression that occurs
several times is differentiated once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from diffcompare.language.differentiation_rules import ONE, ZERO, apply_rule
from diffcompare.language.expression import Expression, PendingDerivative, Variable, apply
from diffcompare.language.operations import NotDifferentiable


class DerivationStep(NamedTuple):
    """One rule applied: d/dby[node] = after."""

    rule: str
    node: Expression
    by: str
    after: Expression
    """The derivative of the node, with `Open` leaves for what is left to do."""
    shown: Expression
    """The node as it is written, with names for the subexpressions that have one."""
    name: str | None = None
    """The node's own name, if it has one."""
    constant: Expression | None = None
    """The term of a sum or a difference whose derivative is 0 because it does not depend on the variable."""
    again: Expression | None = None
    """An argument that was differentiated in an earlier step: its derivative is there already."""


NO_NAMES: Mapping[Expression, str] = {}


def order_of(root: Expression, active: Collection[Expression]) -> list[Expression]:
    """The operations to differentiate, each once: the outermost first, and then from left to right."""
    found: dict[Expression, None] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.operation is not None and node in active and node not in found:
            found[node] = None
            stack.extend(reversed(node.arguments))
    return list(found)


def steps_of(
    root: Expression,
    name: str,
    active: Collection[Expression],
    names: Mapping[Expression, str] = NO_NAMES,
    most: int | None = None,
) -> list[DerivationStep]:
    """The steps from d/dname[root] to formulas without open derivatives; no more than the first `most`.

    Subexpressions that have a name are written by it: then no line is longer than an operation and its partials.
    """
    if root is Variable(name):
        return [DerivationStep("variable rule", root, name, ONE, root)]
    if root not in active:
        return [DerivationStep("constant rule", root, name, ZERO, root)]
    done: set[Expression] = set()
    steps = []
    for node in order_of(root, active)[:most]:
        again = next((argument for argument in node.arguments if argument in done), None)
        steps.append(step(node, name, active, names)._replace(again=again))
        done.add(node)
    return steps


def step(
    node: Expression, name: str, active: Collection[Expression], names: Mapping[Expression, str]
) -> DerivationStep:
    """The rule for one node; the derivatives of its arguments stay open unless they are known by sight."""
    local = with_names(node, names)
    opened = [
        ZERO if argument not in active else ONE if argument.operation is None else PendingDerivative(written, name)
        for argument, written in zip(node.arguments, local.arguments, strict=True)
    ]
    try:
        rule, after = apply_rule(local, opened)
    except NotDifferentiable:  # by an argument that turns out to have the derivative 0: polygamma(floor(x), 2)
        return DerivationStep("constant rule", node, name, ZERO, local, names.get(node))
    terms = zip(local.arguments, opened, strict=True) if rule in ("sum rule", "difference rule") else ()
    constant = next((argument for argument, derivative in terms if derivative is ZERO), None)
    return DerivationStep(_chained(rule, opened), node, name, after, local, names.get(node), constant)


def with_names(node: Expression, names: Mapping[Expression, str]) -> Expression:
    """An operation with its arguments called by their names."""
    if node.operation is None:
        return node
    return apply(node.operation, tuple([Variable(names[each]) if each in names else each for each in node.arguments]))


_WITHOUT_CHAIN = {
    *("sum rule", "difference rule", "product rule", "quotient rule"),
    *("constant factor rule", "constant rule", "case by case"),
}


def _chained(rule: str, opened: Sequence[Expression]) -> str:
    """The rule's name, and the chain rule beside it where an inner derivative is multiplied."""
    inner = any(type(derivative) is PendingDerivative for derivative in opened)
    return f"{rule}, chain rule" if inner and rule not in _WITHOUT_CHAIN else rule


def whole_lines(nodes: Sequence[Expression], name: str, active: Collection[Expression]) -> list[Expression]:
    """The derivative of the whole expression after every step: what a person writes line by line.

    The last line is the formula of the hand-coded backend, node for node.
    """
    resolved: set[Expression] = set()
    lines = []
    for node in order_of(nodes[-1], active):
        resolved.add(node)
        lines.append(_partly(nodes, name, active, resolved))
    return lines or [_partly(nodes, name, active, resolved)]


def _partly(
    nodes: Sequence[Expression], name: str, active: Collection[Expression], resolved: Collection[Expression]
) -> Expression:
    """The derivative with the rules of the resolved nodes applied, and all others open."""
    known: dict[Expression, Expression] = {Variable(name): ONE}
    for node in nodes:
        if node.operation is None or node not in active:
            continue
        if node not in resolved:
            known[node] = PendingDerivative(node, name)
            continue
        ready = [known.get(argument, ZERO) for argument in node.arguments]
        try:
            known[node] = apply_rule(node, ready).derivative if any(each is not ZERO for each in ready) else ZERO
        except NotDifferentiable:
            known[node] = ZERO
    return known.get(nodes[-1], ZERO)
