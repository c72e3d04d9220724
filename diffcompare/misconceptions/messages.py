"""A mistake in words: the rule, the subexpression, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import diffcompare.misconceptions.patterns as views
import diffcompare.misconceptions.power_patterns as powers
from diffcompare.language.differentiation_rules import BY_HAND, ONE, ZERO, apply_rule, derivatives_of
from diffcompare.language.expression import Expression, PendingDerivative, Variable, apply, lift
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import to_text
from diffcompare.language.simplify import tidy
from diffcompare.language.wengert import tree_size, wengert_list
from diffcompare.misconceptions.points import UNKNOWN, AnalyzedFunction, Change, with_inner

# What is said about a wrong derivative.


class SolutionLine(NamedTuple):
    """A line of the right derivation, d/dx[node] = ..., with `Open` derivatives left to do."""

    rule: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Mistake:
    """The mistake that turns a derivative into the answer that was given."""

    kind: str
    """Its slug in `KINDS`."""
    sentence: str
    node: Expression | None
    """The subexpression of the function where it was made; None where it is about the whole."""
    shows: tuple[Expression, ...]
    """The summands of the answer in which it shows; the whole answer where that cannot be told."""
    step: SolutionLine | None
    """The right rule at that node."""
    also: tuple[str, ...] = ()
    """Other kinds that give the very same answer at once."""
    second: Mistake | None = None
    """The other mistake, where two were made at once."""


MAX_TEXT_LENGTH = 60

"""Characters of a formula in a sentence."""

MAX_NODES = 400

"""Nodes up to which derivatives are written as formulas."""


THE_RULE = "{rule}"

"""What a mistake says that is no more than the right derivative of a function beside the wrong one."""

ON_RULE_SHEETS = (
    *(views.function, views.link, views.asked, powers.logarithm),
    *(views.product, views.quotient, powers.general_power),
)

"""The views of what has a line of its own on a rule sheet."""


class _Itself(dict[Expression, Any]):
    """Every node read as the expression that it is."""

    def __missing__(self, node: Expression) -> Expression:
        return node


ITSELF = _Itself()


class Formulas:
    """The derivatives of the nodes of a function as formulas, where they are small enough to be written."""

    def __init__(self, function: AnalyzedFunction) -> None:
        self.function = function

    @cached_property
    def derivatives(self) -> dict[Expression, Expression]:
        if len(self.function.nodes) > MAX_NODES:
            return {}
        try:
            return derivatives_of(self.function.nodes, self.function.by)
        except NotDifferentiable:
            return {}

    def derivative(self, node: Expression) -> Expression | None:
        """The tidied derivative of a node; None where it is not known or too large."""
        if node not in self.function.active:
            return ZERO
        known = ONE if node is Variable(self.function.by) else self.derivatives.get(node)
        return None if known is None else tidied(known, self.function.root)

    def wrong(self, change: Change) -> Expression | None:
        """The tidied wrong derivative of a node."""
        if not self.derivatives:
            return None
        try:
            return tidied(lift(change.slope(ITSELF, self.derivatives)), self.function.root)
        except UNKNOWN:
            return None

    def planted(self, changes: tuple[Change, ...]) -> Expression:
        """The wrong derivative of the whole in which these mistakes were made, as it comes out of the rules."""
        everywhere = {change.node: change for change in changes if change.use is None}
        once = {change.use: change for change in changes if change.use is not None}
        found: dict[Expression, Expression] = {Variable(self.function.by): ONE}
        for node in self.function.nodes:
            if node in everywhere:
                found[node] = lift(everywhere[node].slope(ITSELF, found))
            elif node.operation is not None:
                ready = []
                for place, argument in enumerate(node.arguments):
                    change = once.get((node, place))
                    ready.append(lift(change.slope(ITSELF, found)) if change else found.get(argument, ZERO))
                if any(each is not ZERO for each in ready):
                    found[node] = apply_rule(node, ready, BY_HAND).derivative
        return found.get(self.function.root, ZERO)


def tidied(formula: Expression, root: Expression) -> Expression | None:
    if len(wengert_list(formula)) > MAX_NODES or tree_size(formula) > 4 * MAX_NODES:
        return None
    return tidy(formula, root)


class _Words(dict[str, str]):
    """The fields of a sentence, worked out when they are asked for."""

    def __init__(self, formulas: Formulas, change: Change) -> None:
        super().__init__()
        self.formulas = formulas
        self.change = change

    def __missing__(self, field: str) -> str:
        node, by = self.change.node, self.formulas.function.by
        if field == "by":
            return by
        if field == "rule":
            return _as_rule(self.change) or f"the derivative of {short(node)} is another one"
        if field == "node":
            return short(node)
        if field == "constant":
            place = place_of(self.change, self.formulas.function)
            return short(node if place in self.formulas.function.active else place)
        if field == "name":
            return node.operation.name if node.operation is not None else short(node)
        derived, letter = len(field) == 2, field[-1]
        part = self.change.sight.parts["uvw".index(letter)]
        return short(part) if not derived else short(self.formulas.derivative(part))


def place_of(change: Change, function: AnalyzedFunction) -> Expression:
    """The node at which a mistake shows: of a leaf the operation that uses it, the whole of a constant it is in."""
    if change.node.operation is not None:
        return change.node
    users = [change.use] if change.use is not None else function.uses.get(change.node, [])
    place = users[0][0] if len(users) == 1 else change.node
    while place not in function.active and len(function.uses.get(place, ())) == 1:
        user = function.uses[place][0][0]
        if user in function.active:
            break
        place = user
    return place


def sentence(change: Change, formulas: Formulas, places: int = 1) -> str:
    """The mistake in one sentence, the right derivative beside the wrong one."""
    said = change.rule.says.format_map(_Words(formulas, change))
    told = change.rule.says == THE_RULE
    beside = None
    if places == 1 and not (told and change.sight.inner is formulas.function.variable):
        beside = _here(change, formulas)
    if beside is None and not told:
        beside = _as_rule(change)
    if beside is not None:
        said += f": {beside}"
    if places > 1:
        said += f", and the same in {'another place' if places == 2 else f'{places - 1} other places'}"
    return said


def _here(change: Change, formulas: Formulas) -> str | None:
    """The right and the wrong derivative of the node; of the whole function the right one would be the solution."""
    node = change.node
    right, wrong = formulas.derivative(node), formulas.wrong(change)
    if node.operation is None or node is formulas.function.root or right is None or wrong is None or right is wrong:
        return None
    texts = short(right), short(wrong), short(PendingDerivative(node, formulas.function.by))
    return None if "..." in "".join(texts) else f"{texts[2]} is {texts[0]}, not {texts[1]}"


def _as_rule(change: Change) -> str | None:
    """The same as it stands on a rule sheet: with u and v for what varies, or for a function of the variable as it is.

    None where the rule looks deeper into the node, and for a power of the variable: its rule would be the solution.
    """
    rule, operation, arguments = change.rule, change.node.operation, change.node.arguments
    if operation is None or rule.view not in ON_RULE_SHEETS or (len(arguments) > 1 and change.sight.inner is not None):
        return None
    single = len(arguments) == 1
    itself = single and arguments[0].operation is None
    letters = arguments if itself else tuple(Variable(letter) for letter in "uv"[: len(arguments)])
    slopes = {letter: ONE if single else Variable(f"{letter}'") for letter in letters}
    model = apply(operation, letters)
    sight = rule.view(model, {model, *letters})
    if sight is None:
        return None
    try:
        wrong = tidy(lift(with_inner(rule, sight, sight.see(ITSELF, slopes), slopes)))
        right = tidy(apply_rule(model, [slopes[letter] for letter in letters]).derivative)
    except (*UNKNOWN, NotDifferentiable):
        return None
    if right is wrong:
        return None
    whole = f"the derivative of {to_text(model)}" if single else f"({to_text(model)})'"
    return f"{whole} is {to_text(right)}, not {to_text(wrong)}"


def short(formula: Expression | None) -> str:
    """A formula as text, shortened if it is long."""
    if formula is None:
        return "..."
    if tree_size(formula) > MAX_TEXT_LENGTH:
        name = formula.operation.name if formula.operation is not None else ""
        return f"{name}(...)" if name.isidentifier() else "(...)"
    text = to_text(formula)
    return text if len(text) <= MAX_TEXT_LENGTH else f"{text[: MAX_TEXT_LENGTH - 3]}..."


def step_at(node: Expression, function: AnalyzedFunction) -> SolutionLine | None:
    """The right rule at a node, with the derivatives of its arguments still open."""
    if node.operation is None:
        return None
    by = function.by
    variable = Variable(by)
    ready = [
        ZERO if each not in function.active else ONE if each is variable else PendingDerivative(each, by)
        for each in node.arguments
    ]
    if all(each is ZERO for each in ready):
        return SolutionLine("constant rule", PendingDerivative(node, by), ZERO)
    try:
        rule, right = apply_rule(node, ready)
    except NotDifferentiable:
        return None
    return SolutionLine(rule, PendingDerivative(node, by), right)
