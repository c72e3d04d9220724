"""sympy's forms of a derivative, member by member, within a time that ends.

There are three rounds, for all members together: the derivative as it comes and after common-subexpression
elimination, then expanded, then simplified, which takes longest.  They have half a budget, half a budget and a whole
one.  Where a round runs out of time, that stage is not asked again of later members, which are larger; and of what
has no derivative from the first round, neither.
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

# Polynomials as the survey's Table 1 writes them: factored, by the product rule, and simplified.

MAX_DEGREE = 8

"""Degree up to which polynomials are written: that of the last row of the survey's table."""


def table_rows(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[DerivativeForm | None]:
    """For every problem and order of the derivative its row of the table, None for what is no small polynomial.

    The formulas of a row are called `factored` (what is differentiated), `unsimplified` and `simplified`.
    """
    purse = TimeBudget(budget)
    return [_table_row(problem, order, purse) if _is_small(problem) else None for problem, order in problems]


def _table_row(problem: Problem, order: int, purse: TimeBudget) -> DerivativeForm:
    if purse.is_empty:
        return purse.timed_out
    answer = client.derive(problem._replace(budget=purse.left), ("raw", "polynomial"), order)
    purse.spend(answer.seconds)
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
    """What the degree of a Wengert list's last node cannot exceed; None where that is no polynomial in its text."""
    degrees: dict[Expression, int | None] = {}
    for node in nodes:
        degrees[node] = _degree(node, [degrees[argument] for argument in node.arguments])
    return degrees[nodes[-1]]


def _degree(node: Expression, parts: Sequence[int | None]) -> int | None:
    if node.operation is None:
        return 0 if isinstance(node, Number) else 1 if isinstance(node, Variable) else None
    first, last = parts[0], parts[-1]
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


STAGES = {"sympy": "raw", "cse": "cse", "expanded": "expanded", "simplified": "simplified"}

"""Our forms, and the stages of the worker that make them."""

ROUNDS = ((0.5, ("sympy", "cse")), (0.5, ("sympy", "expanded")), (1.0, ("sympy", "simplified")))

"""The share of the budget, and the forms; the first is what the worker makes the others of."""


ENDS = ("timed-out", "out-of-memory")

"""What a larger member would meet again."""


def sympy_forms(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[dict[str, DerivativeForm]]:
    """Every form that sympy arrives at, for every problem and order of the derivative."""
    found = [dict.fromkeys(STAGES, NOT_ASKED) for _ in problems]
    rest = list(zip(found, problems, strict=True))
    for share, names in ROUNDS:
        _round(rest, names, TimeBudget(None if budget is None else share * budget))
        rest = [(forms, problem) for forms, problem in rest if forms[names[0]].formulas is not None]
    return found


def _round(
    members: Sequence[tuple[dict[str, DerivativeForm], tuple[Problem, int]]], names: Sequence[str], purse: TimeBudget
) -> None:
    """Ask for these forms of one member after the other, and note what comes."""
    for forms, (problem, order) in members:
        open_names = [name for name in names if forms[name].formulas is None]
        if purse.is_empty:
            forms.update(dict.fromkeys(open_names, purse.timed_out))
            return
        prepare()  # the last worker may have been ended
        stages = [STAGES[name] for name in names]
        answer = client.derive(problem._replace(budget=purse.left), stages, order)
        purse.spend(answer.seconds)
        forms.update({name: _form(answer, name, problem, purse) for name in open_names})
        if any(status in ENDS for status, _ in answer.troubles.values()):
            return


def _form(answer: client.SympyAnswer, name: str, problem: Problem, purse: TimeBudget) -> DerivativeForm:
    """The formulas that arrived, or why there are none."""
    stage = STAGES[name]
    if stage in answer.formulas:
        return _complete(answer, stage, problem)
    if any(status == "timed-out" for status, _ in answer.troubles.values()):
        return purse.timed_out
    status, why = answer.troubles.get(stage, ("failed", "not reached"))
    return DerivativeForm(why, status)


def _complete(answer: client.SympyAnswer, stage: str, problem: Problem) -> DerivativeForm:
    formulas = answer.formulas[stage]
    missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        return DerivativeForm(f"undefined: {answer.undefined[missing[0]]}", "undefined")
    return sized(formulas, answer.sizes[stage])
