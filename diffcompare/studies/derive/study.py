"""The question put to the rule sheet: which variables, how large, in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.expression import Expression
from diffcompare.printer import free_prefix
from diffcompare.problem import Problem
from diffcompare.source import Question
from diffcompare.studies.derive.check import Check, checked
from diffcompare.studies.derive.record import Derivation, Derive, derivation
from diffcompare.studies.inputs import asked_at, pose
from diffcompare.wengert import listing, tree_size, variables

MOST_VISITS = 150_000
"""Nodes to be visited by all derivations together: a large expression is derived by its first variables only."""

SECONDS = 2.0
"""For the truth of the closing check, which is no more than a check; without it reverse mode has to do."""

NO_POINT = "E706"
"""The code of the error that no point was found at which the function is defined."""

SMALL_CONSTANT = 12
"""Nodes of a constant up to which it needs no name."""


def derive_question(
    question: Question, *, at: Mapping[str, float] | None = None, wrt: str | Sequence[str] = ()
) -> Derive:
    """Derive by every variable in turn, or by those of `wrt`, and check the formulas at the point.

    A point that somebody gave and that is undefined or a kink is the record's `failure`; where nobody gave one, a bad
    point is only remarked.  Raises DiffcompareError for a wrong point or variable, and (E541) where no rule is known.
    """
    root = question.parsed.expression
    nodes = listing(root)
    point, asked, notes, nowhere = _posed(question, nodes, at, wrt)
    names = names_of(nodes)
    few = asked[: max(MOST_VISITS // len(nodes), 1)] or ("x",)  # a constant is derived by x, to show its rule
    found = tuple(derivation(nodes, name, names) for name in few)
    problem = Problem(root, point, tuple(each.by for each in found if each.by in point), budget=SECONDS)
    check = checked(nodes, problem, *_formulas(found)) if nowhere is None else Check(failure=nowhere)
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
    question, at = asked_at(expression, point, values)
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
    question: Question, nodes: Sequence[Expression], at: Mapping[str, float] | None, wrt: str | Sequence[str]
) -> tuple[dict[str, float], tuple[str, ...], tuple[Diagnostic, ...], Diagnostic | None]:
    """The point, the variables and the notes; a derivation needs no point, so that where none is found it goes on."""
    try:
        return *pose(question, at, wrt), None
    except DiffcompareError as error:
        if at is not None or error.diagnostic.code != NO_POINT:
            raise
        _, asked, notes = pose(question, dict.fromkeys(variables(nodes), 0.0), wrt)
        return {}, asked, notes, error.diagnostic


def _formulas(found: Sequence[Derivation]) -> tuple[dict[str, Expression], dict[str, Expression]]:
    raw = {each.by: each.raw for each in found}
    return raw, {each.by: each.tidied for each in found if each.tidied is not None}
