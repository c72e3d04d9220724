"""The words for a mistake: the violated rule, the subexpression, and the right derivative beside the wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.language.differentiation_rules import BY_HAND, ONE, ZERO, apply_rule, derivatives_of
from diffcompare.language.expression import Expression, PendingDerivative, Variable, apply, lift
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.parser import parse
from diffcompare.language.printer import to_text
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import tree_size, wengert_list
from diffcompare.misconceptions.pattern_matching import NodePattern
from diffcompare.misconceptions.patterns import (
    COMPOSITION,
    EXPONENTIAL,
    EXPONENTIAL_WITH_BASE,
    FRACTION,
    FUNCTION_OF_POWER,
    GENERAL_POWER,
    INTEGER_POWER,
    LEFT_CONSTANT,
    LEFT_OF_TWO_TERMS,
    LEFT_TERM,
    LOGARITHM,
    MULTIPLE,
    MULTIPLE_OF_POWER,
    NEGATION,
    OF_SUM,
    POWER,
    POWER_OF_FUNCTION,
    POWER_OF_MULTIPLE,
    POWER_OR_RECIPROCAL,
    PRODUCT,
    QUOTIENT,
    RECIPROCAL,
    RIGHT_CONSTANT,
    RIGHT_TERM,
    SIGNED_RIGHT_TERM,
    SINGLE_ARGUMENT,
)
from diffcompare.misconceptions.points import NO_VALUE, AnalyzedFunction, Change, apply_wrong_rule

MAX_TEXT_LENGTH = 60  # characters of a formula in a sentence
MAX_NODES = 400  # of a formula that is simplified or written out
RULE_ONLY = "{rule}"  # the message of a rule that is told by the right derivative of a function beside the wrong one

# The patterns of nodes that have a line of their own on a rule sheet.
ON_RULE_SHEETS = (SINGLE_ARGUMENT, LOGARITHM, PRODUCT, QUOTIENT, GENERAL_POWER)


class SolutionLine(NamedTuple):
    """A line of the right derivation, d/dx[node] = ..., with pending derivatives of the arguments."""

    rule: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Mistake:
    """The mistake that turns a derivative into the answer that was given."""

    kind: str
    """The slug of its kind in `KINDS`."""
    sentence: str
    node: Expression | None
    """The subexpression of the function where it was made; None for a mistake about the derivative as a whole."""
    affected_terms: tuple[Expression, ...]
    """The terms of the answer in which it shows; the whole answer where these are not known."""
    step: SolutionLine | None
    """The right rule at that node."""
    also: tuple[str, ...] = ()
    """Other kinds of mistakes that give the very same answer."""
    second: Mistake | None = None
    """The other mistake, where two were made at once."""


class _IdentityMapping(dict[Expression, Any]):
    """The values with which a rule returns a formula: every node stands for itself."""

    def __missing__(self, node: Expression) -> Expression:
        return node


IDENTITY = _IdentityMapping()


class Formulas:
    """The right and the wrong derivatives of the nodes of a function as formulas, if these are small enough."""

    def __init__(self, function: AnalyzedFunction) -> None:
        self.function = function

    @cached_property
    def derivatives(self) -> dict[Expression, Expression]:
        """The derivatives by the textbook rules, unsimplified; empty for a function that is too large."""
        if len(self.function.nodes) > MAX_NODES:
            return {}
        try:
            return derivatives_of(self.function.nodes, self.function.by)
        except NotDifferentiable:
            return {}

    def derivative(self, node: Expression) -> Expression | None:
        """Return the simplified derivative of a node; None where it is unknown or too large."""
        if node not in self.function.active:
            return ZERO
        derivative = ONE if node is Variable(self.function.by) else self.derivatives.get(node)
        return None if derivative is None else tidied(derivative, self.function.root)

    def wrong(self, change: Change) -> Expression | None:
        """Return the simplified wrong derivative of a node; None where it is unknown or too large."""
        if not self.derivatives:
            return None
        try:
            return tidied(lift(change.wrong_derivative(IDENTITY, self.derivatives)), self.function.root)
        except NO_VALUE:
            return None

    def wrong_derivative_of_root(self, changes: tuple[Change, ...]) -> Expression:
        """Return the derivative of the whole function with these mistakes made in it, unsimplified."""
        everywhere = {change.node: change for change in changes if change.use is None}
        once = {change.use: change for change in changes if change.use is not None}
        derivatives: dict[Expression, Expression] = {Variable(self.function.by): ONE}
        for node in self.function.nodes:
            if node in everywhere:
                derivatives[node] = lift(everywhere[node].wrong_derivative(IDENTITY, derivatives))
            elif node.operation is not None:
                of_arguments = []
                for position, argument in enumerate(node.arguments):
                    change = once.get((node, position))
                    wrong = None if change is None else lift(change.wrong_derivative(IDENTITY, derivatives))
                    of_arguments.append(derivatives.get(argument, ZERO) if wrong is None else wrong)
                if any(derivative is not ZERO for derivative in of_arguments):
                    derivatives[node] = apply_rule(node, of_arguments, BY_HAND).derivative
        return derivatives.get(self.function.root, ZERO)


def tidied(formula: Expression, root: Expression) -> Expression | None:
    """Return a simplified derivative of the function `root`; None if it is too large."""
    if len(wengert_list(formula)) > MAX_NODES or tree_size(formula) > 4 * MAX_NODES:
        return None
    return simplify(formula, root)


class _TemplateFields(dict[str, str]):
    """The fields of a message, computed when they are used."""

    def __init__(self, formulas: Formulas, change: Change) -> None:
        super().__init__()
        self.formulas = formulas
        self.change = change

    def __missing__(self, field: str) -> str:
        node, by = self.change.node, self.formulas.function.by
        if field == "by":
            return by
        if field == "rule":
            return _on_the_rule_sheet(self.change) or f"this is not the derivative of {short(node)}"
        if field == "node":
            return short(node)
        if field == "constant":
            site = site_of(self.change, self.formulas.function)
            return short(node if site in self.formulas.function.active else site)
        if field == "name":
            return node.operation.name if node.operation is not None else short(node)
        nodes = self.change.match.nodes
        return (
            short(nodes[field]) if field in nodes else short(self.formulas.derivative(nodes[field.removeprefix("d")]))
        )


def site_of(change: Change, function: AnalyzedFunction) -> Expression:
    """Return the node at which a mistake shows: for a leaf, its operation or the whole constant that contains it."""
    if change.node.operation is not None:
        return change.node
    users = [change.use] if change.use is not None else function.uses.get(change.node, [])
    site = users[0][0] if len(users) == 1 else change.node
    while site not in function.active and len(function.uses.get(site, ())) == 1:
        user = function.uses[site][0][0]
        if user in function.active:
            break
        site = user
    return site


def sentence(change: Change, formulas: Formulas, count: int = 1) -> str:
    """Return the mistake in one sentence, with the right derivative beside the wrong one.

    `count` is the number of nodes at which the same mistake was made.
    """
    text = change.rule.message.format_map(_TemplateFields(formulas, change))
    is_rule_only = change.rule.message == RULE_ONLY
    contrast = None
    if count == 1 and not (is_rule_only and change.match.inner is formulas.function.variable):
        contrast = _at_the_node(change, formulas)
    if contrast is None and not is_rule_only:
        contrast = _on_the_rule_sheet(change) or _in_letters(change, formulas.function)
    if contrast is not None:
        text += f": {contrast}"
    if count > 1:
        text += f", and the same in {'another place' if count == 2 else f'{count - 1} other places'}"
    return text


def _at_the_node(change: Change, formulas: Formulas) -> str | None:
    """Return the right and the wrong derivative of the node in words; None at the root, where that is the solution."""
    node = change.node
    right, wrong = formulas.derivative(node), formulas.wrong(change)
    if node.operation is None or node is formulas.function.root or right is None or wrong is None or right is wrong:
        return None
    texts = short(right), short(wrong), short(PendingDerivative(node, formulas.function.by))
    return None if "..." in "".join(texts) else f"{texts[2]} is {texts[0]}, not {texts[1]}"


def _on_the_rule_sheet(change: Change) -> str | None:
    """Return the right and the wrong derivative as on a rule sheet, with u and v for the arguments.

    None where the rule looks deeper into the node, and for a power of the variable, where that is the solution.
    """
    rule, operation, arguments = change.rule, change.node.operation, change.node.arguments
    if (
        operation is None
        or rule.pattern not in ON_RULE_SHEETS
        or (len(arguments) > 1 and change.match.inner is not None)
    ):
        return None
    single = len(arguments) == 1
    of_leaf = single and arguments[0].operation is None
    letters = arguments if of_leaf else tuple(Variable(letter) for letter in "uv"[: len(arguments)])
    tangents = {letter: ONE if single else Variable(f"{letter}'") for letter in letters}
    model = apply(operation, letters)
    match = rule.pattern(model, {model, *letters})
    if match is None:
        return None
    try:
        wrong = simplify(lift(apply_wrong_rule(rule, match, match.bind(IDENTITY, tangents), tangents)))
        right = simplify(apply_rule(model, [tangents[letter] for letter in letters]).derivative)
    except (*NO_VALUE, NotDifferentiable):
        return None
    if right is wrong:
        return None
    whole = f"the derivative of {to_text(model)}" if single else f"({to_text(model)})'"
    shown, confused = to_text(right), to_text(wrong)
    if operation.name == "tan" and "tan" not in confused:
        shown = f"sec({to_text(letters[0])})^2"  # as it is remembered
    return f"{whole} is {shown}, not {confused}"


# The rules that have a name on a rule sheet: what is differentiated, and its derivative.  The letters are those of the
# patterns: u and v are functions, c and n constants; f is a function of another.
_POWER, _CHAIN, _EXPONENTIAL = ("u^n", "n*u^(n - 1)*u'"), ("f(u)", "f'(u)*u'"), ("c^u", "c^u*ln(c)*u'")
_SUM, _SUM_WITH_CONSTANT = ("u + v", "u' + v'"), ("u + c", "u'")
_NAMED_RULES: Mapping[NodePattern, tuple[str, str]] = {
    COMPOSITION: _CHAIN, POWER: _POWER, POWER_OR_RECIPROCAL: _POWER, INTEGER_POWER: _POWER,
    EXPONENTIAL: _EXPONENTIAL, EXPONENTIAL_WITH_BASE: _EXPONENTIAL,
    MULTIPLE: ("c*u", "c*u'"), FRACTION: ("u/c", "u'/c"), RECIPROCAL: ("c/v", "-c*v'/v^2"), NEGATION: ("-u", "-u'"),
    LEFT_TERM: _SUM, RIGHT_TERM: _SUM, LEFT_OF_TWO_TERMS: _SUM, SIGNED_RIGHT_TERM: _SUM,
    LEFT_CONSTANT: _SUM_WITH_CONSTANT, RIGHT_CONSTANT: _SUM_WITH_CONSTANT,
    POWER_OF_FUNCTION: ("f(u)^n", "n*f(u)^(n - 1)*f'(u)*u'"), FUNCTION_OF_POWER: ("f(u^n)", "f'(u^n)*n*u^(n - 1)*u'"),
    POWER_OF_MULTIPLE: ("(c*u)^n", "n*(c*u)^(n - 1)*c*u'"), MULTIPLE_OF_POWER: ("c*u^n", "c*n*u^(n - 1)*u'"),
    OF_SUM: ("f(u + v)", "f'(u + v)*(u' + v')"),
}  # fmt: skip


def _in_letters(change: Change, function: AnalyzedFunction) -> str | None:
    """Return the right rule in letters, and the wrong one where letters can tell it; None for a rule without a name.

    A power of the variable itself has no inner derivative: (x^n)' is n*x^(n - 1).
    """
    whole, right = _NAMED_RULES.get(change.rule.pattern, ("", ""))
    if not whole:
        return None
    if change.node.operation is not None and change.node.operation.name == "-":
        whole, right = whole.replace("+", "-"), right.replace("+", "-")
    u = "u"
    if change.match.nodes.get("u") is function.variable and whole in ("u^n", "c^u") and function.by not in "cn":
        u = function.by
        whole, right = whole.replace("u", u), right.replace("*u'", "").replace("u", u)
    text = f"({whole})' is {right}"
    try:
        wrong = to_text(simplify(lift(_apply_in_letters(change, whole, u))))
    except (*NO_VALUE, TypeError, ValueError, NotDifferentiable):
        return text  # a wrong rule that asks for the exponent itself
    return text if wrong == right else f"{text}, not {wrong}"


def _apply_in_letters(change: Change, whole: str, u: str) -> Any:
    """Return what a wrong rule gives for letters, times the inner derivative or not, as the rule says."""
    inner: Any = Variable("u'") if u == "u" else ONE
    numbers: dict[str, Any] = {name: Variable(name) for name in "vcnx"} | {
        "u": Variable(u), "du": inner, "r": Variable(u), "dr": inner, "p": Variable("n"),
        "dv": Variable("v'"), "dt": Variable("v'"), "s": Variable("v"), "ds": Variable("v'"),
        "sign": -1 if "-" in whole else 1, "outer": Variable("f'(u)"), "y": Variable("f(u)"),
        "g": lambda at: Variable(f"f({to_text(lift(at))})"), "dg": lambda at: Variable(f"f'({to_text(lift(at))})"),
    }  # fmt: skip
    base, power, exponent = whole.partition("^")
    if power and "(" not in whole:
        numbers["y"] = parse(whole)
        numbers |= {name: parse(f"{base}^({exponent} {by})") for name, by in (("low", "- 1"), ("high", "+ 1"))}
    wrong = change.rule.apply(numbers)
    if change.rule.inner in ("times", "over"):
        return wrong * inner if change.rule.inner == "times" else wrong / inner
    return wrong


def short(formula: Expression | None) -> str:
    """Return a formula as text, shortened if it is long."""
    if formula is None:
        return "..."
    if tree_size(formula) > MAX_TEXT_LENGTH:
        name = formula.operation.name if formula.operation is not None else ""
        return f"{name}(...)" if name.isidentifier() else "(...)"
    text = to_text(formula)
    return text if len(text) <= MAX_TEXT_LENGTH else f"{text[: MAX_TEXT_LENGTH - 3]}..."


def right_rule_at(node: Expression, function: AnalyzedFunction) -> SolutionLine | None:
    """Return the right rule at a node, with pending derivatives of its arguments; None for a leaf."""
    if node.operation is None:
        return None
    by = function.by
    variable = Variable(by)
    ready = [
        ZERO if argument not in function.active else ONE if argument is variable else PendingDerivative(argument, by)
        for argument in node.arguments
    ]
    if all(derivative is ZERO for derivative in ready):
        return SolutionLine("constant rule", PendingDerivative(node, by), ZERO)
    try:
        rule, right = apply_rule(node, ready)
    except NotDifferentiable:
        return None
    return SolutionLine(rule, PendingDerivative(node, by), right)
