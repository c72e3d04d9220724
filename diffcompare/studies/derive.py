"""The gradient as source, and its document."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.backends import reverse
from diffcompare.backends.formula_answer import evaluate_formulas
from diffcompare.backends.problem import NOTHING, Problem, Size
from diffcompare.backends.registry import ONE_AT_A_TIME
from diffcompare.codegen import program
from diffcompare.codegen.libraries import LIBRARIES
from diffcompare.codegen.source import Unwritable
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document, Source
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.differentiation_rules import ZERO, derivatives_of
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import free_prefix, swells
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import active_nodes, dag_size, operation_count, tree_size, variables, wengert_list
from diffcompare.numeric.evaluate import values_at
from diffcompare.studies.derivation_steps import DerivationStep, steps_of, whole_lines
from diffcompare.studies.failure import point_failure
from diffcompare.studies.question import question_and_point, set_up
from diffcompare.studies.record import Record

if TYPE_CHECKING:
    from diffcompare.truth.establish import Truth
    from diffcompare.truth.rounding import TrueNumber


# The closing check: the formulas evaluated at the point, beside the truth or one reverse sweep.

WITH_TRUTH = 2_000  # nodes up to which the truth is computed; beyond that reverse mode has to do


class ClosingCheck(NamedTuple):
    """The partials by each formula and by reverse mode, None where undefined; and the truth, if all of it is known."""

    raw: Mapping[str, float | None] = NOTHING
    tidied: Mapping[str, float | None] = NOTHING
    reverse: Mapping[str, float | None] = NOTHING
    truth: Mapping[str, TrueNumber | None] = NOTHING
    failure: Diagnostic | None = None


def checked(
    nodes: Sequence[Expression],
    problem: Problem,
    raw: Mapping[str, Expression],
    tidied: Mapping[str, Expression],
) -> ClosingCheck:
    """What the formulas give at the point of the problem, and what is wrong with that point."""
    truth = _truth(problem) if len(nodes) <= WITH_TRUTH else None
    value = values_at(nodes, problem.point)[nodes[-1]]
    known = dict(truth.gradient) if truth is not None and None not in truth.gradient.values() else {}
    return ClosingCheck(
        evaluate_formulas(raw, problem)[0],
        evaluate_formulas(tidied, problem)[0] if tidied else {},
        dict(reverse.BACKEND.differentiate(problem).gradient),
        known,
        point_failure(nodes, problem, value, truth),
    )


def _truth(problem: Problem) -> Truth:
    from diffcompare.truth.establish import establish

    with ONE_AT_A_TIME:
        return establish(problem)


# The derivation as a record: the steps and the formulas by every variable, and what they give at the point.

# Up to so many rules, nodes of the result and characters of a line the whole derivative is written again for every
# rule; beyond that subexpressions get names and every rule stands by itself.
WHOLE_STEPS, WHOLE_SIZE, WHOLE_TEXT = 16, 160, 320

MAX_STEPS = 20_000  # steps by one variable that are written down; how many there are in all is counted

TIDIED = 30_000  # distinct nodes up to which a formula is tidied


class Derivation(NamedTuple):
    """The derivative by one variable."""

    by: str
    steps: Sequence[DerivationStep]
    """The first MOST_STEPS."""
    rules: int
    """How many steps there are."""
    raw: Expression
    """By the rules alone: the formula of the hand-coded backend, node for node."""
    tidied: Expression | None
    """None where the formula is too large to be tidied."""
    sizes: Mapping[str, Size]
    """Of `raw` and `tidied`."""
    lines: Sequence[Expression] | None
    """The whole derivative after each step; None where it is too large to be written again and again."""


@dataclass(frozen=True, repr=False)
class Derive(Record):
    """Derivations by some variables of one expression, and the check of their formulas at a point."""

    report = "diffcompare.studies.derive_report"

    question: ParsedInput
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    derivations: tuple[Derivation, ...]
    """Those by the first variables, where there are too many for all."""
    names: Mapping[Expression, str]
    """The names of subexpressions where they are written by name."""
    check: ClosingCheck
    notes: tuple[Diagnostic, ...]
    failure: Diagnostic | None = None

    @property
    def expression(self) -> Expression:
        """The function."""
        return self.question.parsed.expression

    @cached_property
    def nodes(self) -> list[Expression]:
        """Its Wengert list."""
        return wengert_list(self.expression)

    @property
    def variables(self) -> list[str]:
        """All variables, in the order of the point, or where there is no point in natural order."""
        return list(self.point) or variables(self.nodes)

    def code(self, language: str) -> str:
        """The gradient as a program in `python` or `numpy`.  Raises DiffcompareError (E542, E543)."""

        return code(self, language)

    def code_document(self, language: str) -> Document:
        """The program as a document of its own, so that what is written to a file runs."""

        return document(self, language)


def derivation(nodes: list[Expression], name: str, names: Mapping[Expression, str]) -> Derivation:
    """The derivation by one variable.  Raises DiffcompareError (E541) where no rule is known."""
    root = nodes[-1]
    active = active_nodes(nodes, (name,))
    try:
        derivatives = derivatives_of(nodes, name)
    except NotDifferentiable as refusal:
        raise _no_rule(refusal.node, name) from None
    raw = derivatives.get(root, ZERO)
    sizes = {"raw": _size(raw)}
    tidied = simplify(raw, root, _to_expand(nodes, derivatives)) if sizes["raw"].dag <= TIDIED else None
    if tidied is not None:
        sizes["tidied"] = _size(tidied)
        if 2 * sizes["tidied"].tree > 3 * sizes["raw"].tree:  # a sum of products may grow a little, but not so much
            tidied, sizes["tidied"] = raw, sizes["raw"]
    lines = _lines(nodes, name, active, sizes["raw"])
    steps = steps_of(root, name, active, names if lines is None else {}, MAX_STEPS)
    rules = max(sum(1 for node in active if node.operation is not None), 1)
    return Derivation(name, steps, rules, raw, tidied, sizes, lines)


def _lines(nodes: list[Expression], name: str, active: Collection[Expression], size: Size) -> list[Expression] | None:
    if operation_count(active) > WHOLE_STEPS or size.tree > WHOLE_SIZE:
        return None
    lines = whole_lines(nodes, name, active)
    return lines if all(_is_short(line) for line in [nodes[-1], *lines]) else None


def _is_short(line: Expression) -> bool:
    """Whether the formula can be written out in a line or two, without names for its parts."""
    return not swells(line, wengert_list(line)) and len(str(line)) <= WHOLE_TEXT


def _size(formula: Expression) -> Size:
    return Size(tree_size(formula), dag_size(formula))


def _to_expand(
    nodes: Sequence[Expression], derivatives: Mapping[Expression, Expression]
) -> dict[Expression, Expression]:
    """The products that make a product of three and more factors a sum with one factor differentiated in each term."""
    products: dict[Expression, Expression] = {}
    for node in nodes:
        if node.operation is not None and node.operation.name == "*":
            u, v = node.arguments
            for inner, other in ((u, v), (v, u)):
                if inner in derivatives and inner.operation is not None and inner.operation.name == "*":
                    derivative = derivatives[inner]
                    products |= {derivative * other: derivative, other * derivative: derivative}
    return products


def _no_rule(node: Expression, name: str) -> DiffcompareError:
    from diffcompare.language.printer import shorten

    message = f"no rule is known for {shorten(node)} by {name}"
    help = "differentiate by a variable that has a rule: --wrt"
    return DiffcompareError(Diagnostic("E541", "nondifferentiable", message, help=help))


# The question put to the rule sheet: which variables, how large, in which words.

# Nodes to be visited by all derivations together: a large expression is derived by its first variables only.
MAX_VISITS = 150_000

SECONDS = 2.0  # for the truth of the closing check, which is no more than a check; without it reverse mode has to do

NO_POINT = "E706"  # the code of the error that no point was found at which the function is defined

SMALL_CONSTANT = 12  # nodes of a constant up to which it needs no name


def derive_question(
    question: ParsedInput, *, at: Mapping[str, float] | None = None, wrt: str | Sequence[str] = ()
) -> Derive:
    """Derive by every variable in turn, or by those of `wrt`, and check the formulas at the point.

    A point that somebody gave and that is undefined or a kink is the record's `failure`; where nobody gave one, a bad
    point is only remarked.  Raises DiffcompareError for a wrong point or variable, and (E541) where no rule is known.
    """
    root = question.parsed.expression
    nodes = wengert_list(root)
    point, asked, notes, nowhere = _posed(question, nodes, at, wrt)
    names = names_of(nodes)
    few = asked[: max(MAX_VISITS // len(nodes), 1)] or ("x",)  # a constant is derived by x, to show its rule
    found = tuple(derivation(nodes, name, names) for name in few)
    problem = Problem(root, point, tuple(each.by for each in found if each.by in point), budget=SECONDS)
    check = checked(nodes, problem, *_formulas(found)) if nowhere is None else ClosingCheck(failure=nowhere)
    failure = check.failure if at is not None else None
    return Derive(question, point, asked, found, names, check, notes, failure)


def derive(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    wrt: str | Sequence[str] = (),
    **values: float,
) -> Derive:
    """The derivation of text, an `Expression`, `@name` or `FILE.toml:name`: see `derive_question`."""
    question, at = question_and_point(expression, point, values)
    return derive_question(question, at=at, wrt=wrt)


def names_of(nodes: Sequence[Expression]) -> dict[Expression, str]:
    """A name for every operation of a Wengert list that depends on a variable, and for large constants."""
    prefix = free_prefix({getattr(node, "name", "") for node in nodes})
    named = [
        node
        for node in nodes
        if node.operation is not None and (node.varies or node.level > 3 or tree_size(node) > SMALL_CONSTANT)
    ]
    return {node: f"{prefix}{number}" for number, node in enumerate(named, 1)}


def _posed(
    question: ParsedInput, nodes: Sequence[Expression], at: Mapping[str, float] | None, wrt: str | Sequence[str]
) -> tuple[dict[str, float], tuple[str, ...], tuple[Diagnostic, ...], Diagnostic | None]:
    """The point, the variables and the notes; a derivation needs no point, so that where none is found it goes on."""
    try:
        return *set_up(question, at, wrt), None
    except DiffcompareError as error:
        if at is not None or error.diagnostic.code != NO_POINT:
            raise
        _, asked, notes = set_up(question, dict.fromkeys(variables(nodes), 0.0), wrt)
        return {}, asked, notes, error.diagnostic


def _formulas(found: Sequence[Derivation]) -> tuple[dict[str, Expression], dict[str, Expression]]:
    raw = {each.by: each.raw for each in found}
    return raw, {each.by: each.tidied for each in found if each.tidied is not None}


LANGUAGES = tuple(LIBRARIES)


def code(derive: Derive, language: str) -> str:
    """The program for the partials by `wrt`; the formulas are left out where some were too many to be derived.

    Raises DiffcompareError for an unknown language (E542) and for an operation that cannot be written (E543).
    """
    if language not in LANGUAGES:
        help = f"the languages are {', '.join(LANGUAGES)}"
        raise DiffcompareError(Diagnostic("E542", "bad_value", f"no code in `{language}`", help=help))
    formulas = {each.by: each.raw if each.tidied is None else each.tidied for each in derive.derivations}
    complete = set(formulas) >= set(derive.wrt)
    point = derive.point if derive.check.failure is None and derive.wrt else None
    try:
        return program(
            derive.expression,
            list(derive.variables),
            derive.wrt,
            {name: formulas[name] for name in derive.wrt} if complete else None,
            point,
            language,
        )
    except Unwritable as refusal:
        message = f"`{refusal}` cannot be written in {language}"
        help = "choose another language, or write the operation in terms of others"
        raise DiffcompareError(Diagnostic("E543", "bad_value", message, help=help)) from None


def document(derive: Derive, language: str) -> Document:
    """The program alone: what is written to a file runs."""
    source = code(derive, language)
    data = {
        "schema": "diffcompare/1",
        "command": "derive",
        "expression": {"text": derive.question.text, "variables": list(derive.variables)},
        "point": dict(derive.point),
        "code": {"language": language, "text": source},
    }
    if derive.failure is not None:
        data["error"] = derive.failure.data()
    return Document((Source(LIBRARIES[language].syntax.language, source),), data)
