"""`dc.derive` and `derive`: derivatives rule by rule, their formulas checked at a point, and the gradient as code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.backends import automatic
from diffcompare.backends.problem import NOTHING, Problem, Size, evaluate_formulas
from diffcompare.codegen import program
from diffcompare.codegen.c_program import C, c_program
from diffcompare.codegen.engine_libraries import ENGINES
from diffcompare.codegen.engine_program import engine_program
from diffcompare.codegen.libraries import LIBRARIES
from diffcompare.codegen.source import Unwritable
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document, Source
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable, is_product
from diffcompare.language.printer import free_prefix, shorten, swells
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import active_nodes, dag_size, operation_count, tree_size, variables, wengert_list
from diffcompare.numeric.evaluate import values_at
from diffcompare.numeric.user_operations import without_definition
from diffcompare.studies.accuracy import truth_about
from diffcompare.studies.derivation_steps import DerivationStep, steps_of, whole_lines
from diffcompare.studies.failure import point_failure
from diffcompare.studies.question import Setup, question_and_point, set_up
from diffcompare.studies.record import SCHEMA, Record

if TYPE_CHECKING:
    from diffcompare.truth.rounding import TrueNumber


MAX_NODES_WITH_TRUTH = 2_000  # formulas of larger expressions are checked against reverse mode only
CHECK_BUDGET = 2.0  # seconds for the truth of the closing check; without a truth reverse mode has to do

# A derivation of up to this many rules, nodes of the result and characters in a line is written as whole lines, one for
# each rule; in a larger one subexpressions get names and every rule is shown by itself.
MAX_WHOLE_STEPS, MAX_WHOLE_SIZE, MAX_WHOLE_TEXT = 16, 160, 320
MAX_STEPS = 20_000  # steps by one variable that are recorded; `rules` counts all of them
MAX_TIDIED_NODES = 30_000  # distinct nodes; larger formulas are not tidied
MAX_VISITS = 150_000  # nodes visited by all derivations: a large expression is derived by its first variables only
MAX_UNNAMED_CONSTANT = 12  # nodes of a constant; larger ones are written by a name
NO_POINT = "E706"  # the code of the error that no point was found at which the function is defined
LANGUAGES = (*LIBRARIES, "c", *ENGINES)


# --- Records ----------------------------------------------------------------------------------------------------------


class ClosingCheck(NamedTuple):
    """The formulas evaluated at the point, with reverse mode and the truth to compare them with."""

    raw: Mapping[str, float | None] = NOTHING  # partials by the unsimplified formulas; None where undefined
    tidied: Mapping[str, float | None] = NOTHING  # partials by the tidied formulas, where there are any
    reverse: Mapping[str, float | None] = NOTHING  # partials by reverse mode
    truth: Mapping[str, TrueNumber | None] = NOTHING  # the true partials; empty unless all of them are known
    failure: Diagnostic | None = None  # what is wrong with the point, if anything is


class Derivation(NamedTuple):
    """The derivative with respect to one variable."""

    by: str
    steps: Sequence[DerivationStep]  # the first `MAX_STEPS` steps
    rules: int  # the number of all steps
    raw: Expression  # the formula by the rules alone: that of the hand-coded backend, node for node
    tidied: Expression | None  # the tidied formula; None where it is too large to be tidied
    sizes: Mapping[str, Size]  # the number of nodes of `raw` and `tidied`
    # The whole derivative after each step; None where it is too large to be written again and again.
    lines: Sequence[Expression] | None

    @property
    def best(self) -> Expression:
        """The tidied formula, or the unsimplified one where there is no other."""
        return self.raw if self.tidied is None else self.tidied


@dataclass(frozen=True, repr=False)
class Derive(Record):
    """Derivations of one expression with respect to some variables, and the check of their formulas at a point.

    Fields:
        question: The input as it was read.
        point: The point of the closing check; empty where none was found.
        wrt: The variables of differentiation.
        derivations: One for each variable of `wrt`; by the first ones only where the expression is very large.
        names: The names of subexpressions, for derivations that write them by name.
        check: What the formulas, reverse mode and the truth give at the point.
        notes: What the user should know about the input.
        failure: What is wrong with a point that the user gave, if anything is.
    """

    report = "diffcompare.studies.derive_report"

    question: ParsedInput
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    derivations: tuple[Derivation, ...]
    names: Mapping[Expression, str]
    check: ClosingCheck
    notes: tuple[Diagnostic, ...]
    failure: Diagnostic | None = None

    @property
    def expression(self) -> Expression:
        """The function."""
        return self.question.parsed.expression

    @cached_property
    def nodes(self) -> list[Expression]:
        """The Wengert list of the function."""
        return wengert_list(self.expression)

    @property
    def variables(self) -> list[str]:
        """All variables, in the order of the point, or in natural order where there is no point."""
        return list(self.point) or variables(self.nodes)

    def code(self, language: str) -> str:
        """Return the gradient as a program; it has no formulas where there were too many variables.

        Raises DiffcompareError for an unknown language (E542) and for an operation that cannot be written (E543).
        """
        if language not in LANGUAGES:
            help = f"the languages are {', '.join(LANGUAGES)}"
            raise DiffcompareError(Diagnostic("E542", "bad_value", f"unknown language `{language}`", help=help))
        derived = {derivation.by: derivation.best for derivation in self.derivations}
        formulas = {name: derived[name] for name in self.wrt} if set(derived) >= set(self.wrt) else None
        point = self.point if self.check.failure is None and self.wrt else None
        try:
            if language in ENGINES:
                return engine_program(self.expression, self.variables, self.wrt, point, language)
            if language == "c":
                return c_program(self.expression, self.variables, self.wrt, formulas, point)
            return program(self.expression, self.variables, self.wrt, formulas, point, language)
        except Unwritable as refusal:
            message = f"`{refusal}` cannot be written in {language}"
            help = "choose another language, or write the operation in terms of others"
            if without_definition(self.nodes) is not None:
                help = 'give the class a `definition`, a text in the language: definition = "..."'
            raise DiffcompareError(Diagnostic("E543", "bad_value", message, help=help)) from None

    def code_document(self, language: str) -> Document:
        """Return a document with the program alone, so that what is written to a file runs."""
        source = self.code(language)
        data = {
            "schema": SCHEMA,
            "command": "derive",
            "expression": {"text": self.question.text, "variables": self.variables},
            "point": dict(self.point),
            "code": {"language": language, "text": source},
        }
        if self.failure is not None:
            data["error"] = self.failure.data()
        syntax = C.syntax if language == "c" else (LIBRARIES | ENGINES)[language].syntax
        return Document((Source(syntax.language, source),), data)


# --- The closing check ------------------------------------------------------------------------------------------------


def check_formulas(
    nodes: Sequence[Expression],
    problem: Problem,
    raw: Mapping[str, Expression],
    tidied: Mapping[str, Expression],
) -> ClosingCheck:
    """Evaluate the formulas at the point of the problem, and say what is wrong with that point, if anything is."""
    truth = truth_about(problem) if len(nodes) <= MAX_NODES_WITH_TRUTH else None
    value = values_at(nodes, problem.point)[nodes[-1]]
    known = dict(truth.gradient) if truth is not None and None not in truth.gradient.values() else {}
    return ClosingCheck(
        evaluate_formulas(raw, problem)[0],
        evaluate_formulas(tidied, problem)[0] if tidied else {},
        dict(automatic.reverse_mode(problem).gradient),
        known,
        point_failure(nodes, problem, value, truth),
    )


# --- One derivation ---------------------------------------------------------------------------------------------------


def derivation(nodes: list[Expression], name: str, names: Mapping[Expression, str]) -> Derivation:
    """Differentiate with respect to one variable.  Raises DiffcompareError (E541) where no rule is known."""
    root = nodes[-1]
    active = active_nodes(nodes, (name,))
    try:
        derivatives = derivatives_of(nodes, name)
    except NotDifferentiable as refusal:
        raise _no_rule(refusal.node, name) from None
    raw = derivatives.get(root, ZERO)
    sizes = {"raw": _size(raw)}
    tidied = simplify(raw, root, _to_expand(nodes, derivatives)) if sizes["raw"].dag <= MAX_TIDIED_NODES else None
    if tidied is not None:
        sizes["tidied"] = _size(tidied)
        if 2 * sizes["tidied"].tree > 3 * sizes["raw"].tree:  # a sum of products may grow a little, but not so much
            tidied, sizes["tidied"] = raw, sizes["raw"]
    lines = _lines(nodes, name, active, sizes["raw"])
    steps = steps_of(root, name, active, names if lines is None else {}, MAX_STEPS)
    rules = max(sum(1 for node in active if node.operation is not None), 1)
    return Derivation(name, steps, rules, raw, tidied, sizes, lines)


def _lines(nodes: list[Expression], name: str, active: Collection[Expression], size: Size) -> list[Expression] | None:
    """Return the whole derivative after each step; None where that is too long."""
    if operation_count(active) > MAX_WHOLE_STEPS or size.tree > MAX_WHOLE_SIZE:
        return None
    lines = whole_lines(nodes, name, active)
    return lines if all(_is_short(line) for line in [nodes[-1], *lines]) else None


def _is_short(line: Expression) -> bool:
    """Tell whether the formula can be written out in a line or two, without names for its parts."""
    return not swells(line, wengert_list(line)) and len(str(line)) <= MAX_WHOLE_TEXT


def _size(formula: Expression) -> Size:
    return Size(tree_size(formula), dag_size(formula))


def _to_expand(
    nodes: Sequence[Expression], derivatives: Mapping[Expression, Expression]
) -> dict[Expression, Expression]:
    """Return the products to expand (with the factor to expand) by the product rule of three and more factors.

    Expanded, the derivative of such a product is a sum with one factor differentiated in each term.
    """
    products: dict[Expression, Expression] = {}
    for node in nodes:
        if is_product(node):
            u, v = node.arguments
            for inner, other in ((u, v), (v, u)):
                if inner in derivatives and is_product(inner):
                    derivative = derivatives[inner]
                    products |= {derivative * other: derivative, other * derivative: derivative}
    return products


def _no_rule(node: Expression, name: str) -> DiffcompareError:
    message = f"no rule is known for {shorten(node)} with respect to {name}"
    help = "choose variables that have a rule: --wrt"
    return DiffcompareError(Diagnostic("E541", "nondifferentiable", message, help=help))


# --- All derivations of a question ------------------------------------------------------------------------------------


def derive_question(
    question: ParsedInput, *, at: Mapping[str, float] | None = None, wrt: str | Sequence[str] = ()
) -> Derive:
    """Differentiate with respect to every variable in turn, or to those of `wrt`, and check the formulas at the point.

    A given point that is undefined or at a kink is the record's `failure`; a bad default point is only mentioned in the
    verdict.  Raises DiffcompareError for a wrong point or variable, and (E541) where no rule is known.
    """
    question = question.as_expression()
    root = question.parsed.expression
    nodes = wengert_list(root)
    setup, no_point = _set_up_leniently(question, nodes, at, wrt)
    names = names_of(nodes)
    first = setup.wrt[: max(MAX_VISITS // len(nodes), 1)] or ("x",)  # a constant is derived by x, to show its rule
    derivations = tuple(derivation(nodes, name, names) for name in first)
    problem = Problem(root, setup.point, tuple(name for name in first if name in setup.point), budget=CHECK_BUDGET)
    raw = {derived.by: derived.raw for derived in derivations}
    tidied = {derived.by: derived.tidied for derived in derivations if derived.tidied is not None}
    check = check_formulas(nodes, problem, raw, tidied) if no_point is None else ClosingCheck(failure=no_point)
    failure = check.failure if at is not None else None
    return Derive(question, setup.point, setup.wrt, derivations, names, check, setup.notes, failure)


def derive(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    ops: Any = None,
    **values: Any,
) -> Derive:
    """Differentiate an expression rule by rule, with respect to each variable, and check the formulas at a point.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue), `FILE.toml:name`, or a Python function,
            which is recorded as it runs; vectors and matrices among its parameters have variables `w[0]`, `W[0, 1]`.
        point: Where to check the formulas: a mapping of variable names to numbers, or one number where there is one
            variable.  None: the classic point of a catalogue entry, else a default point, which the notes name.
        wrt: The variables of differentiation; none means all of them.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **values: Coordinates of the point for variables that are not named `wrt`.

    Returns:
        A `Derive`: for each variable the steps with their rules, the unsimplified and the tidied formula and their
        sizes; its `code("python")` is the gradient as a program.

    Raises:
        DiffcompareError: For an expression that cannot be read, for a wrong point or variable, and (E541) where no rule
            is known.
        TypeError: For an expression of another type.

    Example:
        >>> print(derive("x^2*sin(x)", x=1.5).derivations[0].tidied)
        2*x*sin(x) + x^2*cos(x)

    Source: the rules are those of calculus; that formulas grow faster than functions (expression swell) is section 2.2
    of Baydin, Pearlmutter, Radul and Siskind, JMLR 18(153), 2018.
    """
    question, at = question_and_point(expression, point, values, ops=ops)
    return derive_question(question, at=at, wrt=wrt)


def names_of(nodes: Sequence[Expression]) -> dict[Expression, str]:
    """Name every operation of a Wengert list that depends on a variable, and large constants."""
    prefix = free_prefix({getattr(node, "name", "") for node in nodes})
    named = [
        node
        for node in nodes
        if node.operation is not None and (node.varies or node.level > 3 or tree_size(node) > MAX_UNNAMED_CONSTANT)
    ]
    return {node: f"{prefix}{number}" for number, node in enumerate(named, 1)}


def _set_up_leniently(
    question: ParsedInput, nodes: Sequence[Expression], at: Mapping[str, float] | None, wrt: str | Sequence[str]
) -> tuple[Setup, Diagnostic | None]:
    """Set up the question; where no default point is found, return an empty point and the reason.

    A derivation needs a point only for its closing check.
    """
    try:
        return set_up(question, at, wrt), None
    except DiffcompareError as error:
        if at is not None or error.diagnostic.code != NO_POINT:
            raise
        setup = set_up(question, dict.fromkeys(variables(nodes), 0.0), wrt)  # any point will do to check `wrt`
        return setup._replace(point={}), error.diagnostic
