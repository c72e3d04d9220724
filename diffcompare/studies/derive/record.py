"""The derivation as a record: the steps and the formulas by every variable, and what they give at the point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.backends.textbook_rules import ZERO, derivatives_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document
from diffcompare.expression import Expression
from diffcompare.printer import swells
from diffcompare.problem import Size
from diffcompare.source import Question
from diffcompare.studies.derive.check import Check
from diffcompare.studies.derive.steps import Step, steps_of, whole_lines
from diffcompare.studies.telling import Shown
from diffcompare.sweeps import NotDifferentiable
from diffcompare.tidying import tidy
from diffcompare.wengert import active_nodes, dag_size, listing, operation_count, tree_size, variables

WHOLE_STEPS, WHOLE_SIZE, WHOLE_TEXT = 16, 160, 320
"""Up to so many rules, nodes of the result and characters of a line the whole derivative is written again for every
rule; beyond that subexpressions get names and every rule stands by itself."""

MOST_STEPS = 20_000
"""Steps by one variable that are written down; how many there are in all is counted."""

TIDIED = 30_000
"""Distinct nodes up to which a formula is tidied."""


class Derivation(NamedTuple):
    """The derivative by one variable."""

    by: str
    steps: Sequence[Step]
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
class Derive(Shown):
    """Derivations by some variables of one expression, and the check of their formulas at a point."""

    question: Question
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    derivations: tuple[Derivation, ...]
    """Those by the first variables, where there are too many for all."""
    names: Mapping[Expression, str]
    """The names of subexpressions where they are written by name."""
    check: Check
    notes: tuple[Diagnostic, ...]
    failure: Diagnostic | None = None

    @property
    def expression(self) -> Expression:
        """The function."""
        return self.question.parsed.expression

    @cached_property
    def nodes(self) -> list[Expression]:
        """Its Wengert list."""
        return listing(self.expression)

    @property
    def variables(self) -> list[str]:
        """All variables, in the order of the point, or where there is no point in natural order."""
        return list(self.point) or variables(self.nodes)

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.derive.data import data

        return data(self)

    def code(self, language: str) -> str:
        """The gradient as a program in `python` or `numpy`.  Raises DiffcompareError (E542, E543)."""
        from diffcompare.studies.derive.code import code

        return code(self, language)

    def code_document(self, language: str) -> Document:
        """The program as a document of its own, so that what is written to a file runs."""
        from diffcompare.studies.derive.code import document

        return document(self, language)

    def document(self, *, brief: bool = False) -> Document:
        """The derivations as equations, their sizes and the closing check; `brief` shows the results only."""
        from diffcompare.studies.derive.document import document

        return document(self, brief=brief)


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
    tidied = tidy(raw, root, _to_expand(nodes, derivatives)) if sizes["raw"].dag <= TIDIED else None
    if tidied is not None:
        sizes["tidied"] = _size(tidied)
        if 2 * sizes["tidied"].tree > 3 * sizes["raw"].tree:  # a sum of products may grow a little, but not so much
            tidied, sizes["tidied"] = raw, sizes["raw"]
    lines = _lines(nodes, name, active, sizes["raw"])
    steps = steps_of(root, name, active, names if lines is None else {}, MOST_STEPS)
    rules = max(sum(1 for node in active if node.operation is not None), 1)
    return Derivation(name, steps, rules, raw, tidied, sizes, lines)


def _lines(nodes: list[Expression], name: str, active: Collection[Expression], size: Size) -> list[Expression] | None:
    if operation_count(active) > WHOLE_STEPS or size.tree > WHOLE_SIZE:
        return None
    lines = whole_lines(nodes, name, active)
    return lines if all(_is_short(line) for line in [nodes[-1], *lines]) else None


def _is_short(line: Expression) -> bool:
    """Whether the formula can be written out in a line or two, without names for its parts."""
    return not swells(line, listing(line)) and len(str(line)) <= WHOLE_TEXT


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
    from diffcompare.backends.automatic import shorten

    message = f"no rule is known for {shorten(node)} by {name}"
    help = "differentiate by a variable that has a rule: --wrt"
    return DiffcompareError(Diagnostic("E541", "nondifferentiable", message, help=help))
