"""A derivation as a list of steps: which rule was applied to which subexpression, and what was left to derive.

The steps begin at the outermost operation, as teachers write.  Each step applies a rule of differentiation to
derivatives that are still pending; applied to known derivatives, the rule gives the final formula.  A subexpression
that occurs several times is differentiated once.
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
    # The derivative of the node, with a `PendingDerivative` for each derivative that is left to work out.
    after: Expression
    written: Expression  # the node as it is written, with names for the subexpressions that have one
    name: str | None = None  # the node's own name, if it has one
    # The term of a sum or a difference whose derivative is 0 because it does not depend on the variable.
    constant: Expression | None = None
    # An argument that was differentiated in an earlier step, so that its derivative is known.
    known_argument: Expression | None = None


NO_NAMES: Mapping[Expression, str] = {}


def order_of(root: Expression, active: Collection[Expression]) -> list[Expression]:
    """Return the operations to differentiate, each once: the outermost first, then from left to right."""
    ordered: dict[Expression, None] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.operation is not None and node in active and node not in ordered:
            ordered[node] = None
            stack.extend(reversed(node.arguments))
    return list(ordered)


def steps_of(
    root: Expression,
    name: str,
    active: Collection[Expression],
    names: Mapping[Expression, str] = NO_NAMES,
    most: int | None = None,
) -> list[DerivationStep]:
    """Return the steps from d/dname[root] to formulas without pending derivatives; at most the first `most`.

    Subexpressions that have a name are written by it, so that no line is longer than an operation and its partials.
    """
    if root is Variable(name):
        return [DerivationStep("variable rule", root, name, ONE, root)]
    if root not in active:
        return [DerivationStep("constant rule", root, name, ZERO, root)]
    done: set[Expression] = set()
    steps = []
    for node in order_of(root, active)[:most]:
        known = next((argument for argument in node.arguments if argument in done), None)
        steps.append(step(node, name, active, names)._replace(known_argument=known))
        done.add(node)
    return steps


def step(
    node: Expression, name: str, active: Collection[Expression], names: Mapping[Expression, str]
) -> DerivationStep:
    """Apply the rule for one node; the derivatives of its arguments stay pending unless they are obviously 0 or 1."""
    local = with_names(node, names)
    pending = [
        ZERO if argument not in active else ONE if argument.operation is None else PendingDerivative(written, name)
        for argument, written in zip(node.arguments, local.arguments, strict=True)
    ]
    try:
        rule, after = apply_rule(local, pending)
    except NotDifferentiable:  # by an argument that turns out to have the derivative 0: polygamma(floor(x), 2)
        return DerivationStep("constant rule", node, name, ZERO, local, names.get(node))
    terms = zip(local.arguments, pending, strict=True) if rule in ("sum rule", "difference rule") else ()
    constant = next((argument for argument, derivative in terms if derivative is ZERO), None)
    return DerivationStep(_with_chain_rule(rule, pending), node, name, after, local, names.get(node), constant)


def with_names(node: Expression, names: Mapping[Expression, str]) -> Expression:
    """Return an operation with a variable in place of each argument that has a name."""
    if node.operation is None:
        return node
    named = [Variable(names[argument]) if argument in names else argument for argument in node.arguments]
    return apply(node.operation, tuple(named))


_WITHOUT_CHAIN = {
    *("sum rule", "difference rule", "product rule", "quotient rule"),
    *("constant factor rule", "constant rule", "case by case"),
}


def _with_chain_rule(rule: str, derivatives: Sequence[Expression]) -> str:
    """Return the rule's name, followed by the chain rule where an inner derivative is multiplied."""
    inner = any(type(derivative) is PendingDerivative for derivative in derivatives)
    return f"{rule}, chain rule" if inner and rule not in _WITHOUT_CHAIN else rule


def whole_lines(nodes: Sequence[Expression], name: str, active: Collection[Expression]) -> list[Expression]:
    """Return the derivative of the whole expression after every step: what a person writes line by line.

    The last line is the formula of the hand-coded backend, node for node.
    """
    resolved: set[Expression] = set()
    lines = []
    for node in order_of(nodes[-1], active):
        resolved.add(node)
        lines.append(_partly_resolved(nodes, name, active, resolved))
    return lines or [_partly_resolved(nodes, name, active, resolved)]


def _partly_resolved(
    nodes: Sequence[Expression], name: str, active: Collection[Expression], resolved: Collection[Expression]
) -> Expression:
    """Return the derivative with the rules of the resolved nodes applied and those of all others pending."""
    known: dict[Expression, Expression] = {Variable(name): ONE}
    for node in nodes:
        if node.operation is None or node not in active:
            continue
        if node not in resolved:
            known[node] = PendingDerivative(node, name)
            continue
        derivatives = [known.get(argument, ZERO) for argument in node.arguments]
        varies = any(derivative is not ZERO for derivative in derivatives)
        try:
            known[node] = apply_rule(node, derivatives).derivative if varies else ZERO
        except NotDifferentiable:
            known[node] = ZERO
    return known.get(nodes[-1], ZERO)
