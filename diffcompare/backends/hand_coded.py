"""Hand-coded differentiation: formulas that a person derived and coded.

Where nobody wrote any, this backend does what a person with a rule sheet does: it applies the rules of the textbook
(`differentiation_rules`) one by one and leaves the result unsimplified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from diffcompare.backends.problem import (
    Backend,
    Derivative,
    Problem,
    Status,
    evaluate_formulas,
    exceeds_budget,
    measure,
    needs_definition,
    not_started,
)
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.differentiation_rules import BY_HAND, ZERO, RuleStyle, derivatives_of
from diffcompare.language.expression import Expression
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import operation_count, wengert_list
from diffcompare.numeric.evaluate import Deadline


def differentiate(problem: Problem) -> Derivative:
    """Evaluate the partials that a person wrote, or those that the textbook rules give."""
    formulas: dict[str, Expression] = {}
    notes: tuple[str, ...] = ()
    missing = list(problem.wrt)
    origin = "textbook"
    if problem.hand is not None and problem.hand.function is not None:
        return _by_function(problem, problem.hand.function)
    if problem.hand is not None:
        origin = problem.hand.origin
        formulas = {name: problem.hand.formulas[name] for name in problem.wrt if name in problem.hand.formulas}
        missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        expression = problem.path
        without_rule = needs_definition("hand-coded", problem, expression)
        if without_rule is not None:
            return without_rule._replace(variant=origin)
        rule_count = len(missing) * operation_count(wengert_list(expression))
        if exceeds_budget(rule_count, problem.budget):
            return not_started("hand-coded", problem, rule_count, origin)
        try:
            formulas |= textbook(expression, missing, problem.budget)
        except NotDifferentiable as refusal:
            note = f"no rule is known for {shorten(refusal.node)}"
            return Derivative("hand-coded", "not-supported", origin, dict.fromkeys(problem.wrt), notes=(note,))
        except TimeoutError:
            note = f"timed out after {problem.budget:g} s"
            return Derivative("hand-coded", "timed-out", origin, dict.fromkeys(problem.wrt), notes=(note,))
        notes = (f"textbook rules{f' for {_names(missing)}' if origin != 'textbook' else ''}",)
    formulas = {name: formulas[name] for name in problem.wrt}
    gradient, value_notes, status = evaluate_formulas(formulas, problem)
    size, work = measure(formulas)
    sizes = {"raw": size, "cse": None, "simplified": None}
    return Derivative("hand-coded", status, origin, gradient, work, formulas, sizes, notes + value_notes)


def _by_function(problem: Problem, function: Callable[[Mapping[str, float]], Mapping[str, float | None]]) -> Derivative:
    """Return what a person's Python function says; its operations are not counted."""
    try:
        gradient = function(problem.point)
    except DiffcompareError as error:
        note = error.diagnostic.message
        return Derivative("hand-coded", "failed", "given", dict.fromkeys(problem.wrt), notes=(note,))
    gradient = {name: gradient.get(name) for name in problem.wrt}
    status: Status = "undefined" if None in gradient.values() else "ok"
    return Derivative("hand-coded", status, "given", gradient)


def _names(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def textbook(
    expression: Expression,
    wrt: Iterable[str],
    budget: float | None = None,
    style: RuleStyle = BY_HAND,
    known: dict[str, dict[Expression, Expression]] | None = None,
) -> dict[str, Expression]:
    """Derive the partials of an expression by the rules of a textbook; return them by variable.

    `known` holds derivatives by variable and node that have been derived before, say those of a part of this
    expression; new ones are added.  Raises TimeoutError after `budget` seconds: n variables need n passes.
    """
    nodes = wengert_list(expression)
    deadline = Deadline(budget)
    results = {}
    for name in wrt:
        deadline.check()
        known_derivatives = None if known is None else known.setdefault(name, {})
        results[name] = derivatives_of(nodes, name, style, known_derivatives).get(nodes[-1], ZERO)
    return results


BACKEND = Backend("hand-coded", differentiate)
