"""Ask sympy for the forms of a derivative, member by member, within a time budget.

There are three rounds over all members: the derivative as it comes and after common-subexpression elimination, then
expanded, then simplified, which takes longest.  They have half a budget, half a budget and a whole one.  When a round
runs out of time it ends, because later members are larger; a member without a derivative from the first round is left
out of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.backends.problem import Problem
from diffcompare.backends.symbolic import client
from diffcompare.backends.symbolic.client import prepare
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import exact_integer
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.swell.measure import NOT_ASKED, TimeBudget, sized
from diffcompare.studies.swell.results import DerivativeForm

# --- Polynomials as in Table 1 of the survey: factored, by the product rule, and simplified ---------------------------

MAX_DEGREE = 8  # that of the last row of the survey's table


def table_rows(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[DerivativeForm | None]:
    """Return the row of Table 1 for every problem and order of the derivative; None for what is no small polynomial.

    The formulas of a row are `factored` (the polynomial itself), and its derivative `unsimplified` and `simplified`.
    """
    remaining = TimeBudget(budget)
    return [_table_row(problem, order, remaining) if _is_small(problem) else None for problem, order in problems]


def _table_row(problem: Problem, order: int, remaining: TimeBudget) -> DerivativeForm:
    if remaining.is_empty:
        return remaining.timed_out
    answer = client.derive(problem._replace(budget=remaining.left), ("raw", "polynomial"), order)
    remaining.spend(answer.seconds)
    if "polynomial" in answer.formulas:
        return sized(answer.formulas["polynomial"])
    status, why = next(iter(answer.troubles.values()), ("failed", "not reached"))
    return DerivativeForm(why, status)


def _is_small(problem: Problem) -> bool:
    nodes = wengert_list(problem.expression)
    if len(problem.wrt) != 1 or set(variables(nodes)) - set(problem.wrt):
        return False
    degree = degree_bound(nodes)
    return degree is not None and degree <= MAX_DEGREE


def degree_bound(nodes: Sequence[Expression]) -> int | None:
    """Return an upper bound of the degree of the last node; None where it is not written as a polynomial."""
    degrees: dict[Expression, int | None] = {}
    for node in nodes:
        degrees[node] = _degree(node, [degrees[argument] for argument in node.arguments])
    return degrees[nodes[-1]]


def _degree(node: Expression, degrees: Sequence[int | None]) -> int | None:
    if node.operation is None:
        return 0 if isinstance(node, Number) else 1 if isinstance(node, Variable) else None
    first, last = degrees[0], degrees[-1]
    if first is None or last is None:
        return None
    name = node.operation.name
    if name in ("+", "-", "neg"):
        return max(first, last)
    if name == "*":
        return first + last
    if name == "/":
        return first if last == 0 else None
    exponent = exact_integer(node.arguments[1]) if name == "^n" else None
    return first * exponent if exponent is not None and exponent >= 0 else None


# --- Forms ------------------------------------------------------------------------------------------------------------

# Our forms, and the stages of the sympy worker that produce them.
STAGES = {"sympy": "raw", "cse": "cse", "expanded": "expanded", "simplified": "simplified"}

# The share of the budget, and the forms; the worker derives the others from the first.
ROUNDS = ((0.5, ("sympy", "cse")), (0.5, ("sympy", "expanded")), (1.0, ("sympy", "simplified")))


FINAL_STATUSES = ("timed-out", "out-of-memory")  # a larger member would end in the same way


def sympy_forms(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[dict[str, DerivativeForm]]:
    """Return the forms by sympy for every problem and order of the derivative, or why there are none."""
    results = [dict.fromkeys(STAGES, NOT_ASKED) for _ in problems]
    rest = list(zip(results, problems, strict=True))
    for share, names in ROUNDS:
        _round(rest, names, TimeBudget(None if budget is None else share * budget))
        rest = [(forms, problem) for forms, problem in rest if forms[names[0]].formulas is not None]
    return results


def _round(
    members: Sequence[tuple[dict[str, DerivativeForm], tuple[Problem, int]]],
    names: Sequence[str],
    remaining: TimeBudget,
) -> None:
    """Ask for these forms of one member after the other, and store the results in place."""
    for forms, (problem, order) in members:
        open_names = [name for name in names if forms[name].formulas is None]
        if remaining.is_empty:
            forms.update(dict.fromkeys(open_names, remaining.timed_out))
            return
        prepare()  # start a new worker if the last one was ended
        stages = [STAGES[name] for name in names]
        answer = client.derive(problem._replace(budget=remaining.left), stages, order)
        remaining.spend(answer.seconds)
        forms.update({name: _form(answer, name, problem, remaining) for name in open_names})
        if any(status in FINAL_STATUSES for status, _ in answer.troubles.values()):
            return


def _form(answer: client.SympyAnswer, name: str, problem: Problem, remaining: TimeBudget) -> DerivativeForm:
    """Return the formulas of one form, or why there are none."""
    stage = STAGES[name]
    if stage in answer.formulas:
        return _complete(answer, stage, problem)
    if any(status == "timed-out" for status, _ in answer.troubles.values()):
        return remaining.timed_out
    status, why = answer.troubles.get(stage, ("failed", "not reached"))
    return DerivativeForm(why, status)


def _complete(answer: client.SympyAnswer, stage: str, problem: Problem) -> DerivativeForm:
    formulas = answer.formulas[stage]
    missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        return DerivativeForm(f"undefined: {answer.undefined[missing[0]]}", "undefined")
    return sized(formulas, answer.sizes[stage])
