"""sympy's forms of a derivative, member by member, within a time that ends.

There are three rounds, for all members together: the derivative as it comes and after common-subexpression
elimination, then expanded, then simplified, which takes longest.  They have half a budget, half a budget and a whole
one.  Where a round runs out of time, that stage is not asked again of later members, which are larger; and of what
has no derivative from the first round, neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.backends import symbolic
from diffcompare.backends.symbolic import prepare
from diffcompare.problem import Problem
from diffcompare.studies.swell.measure import NOT_ASKED, Purse, sized
from diffcompare.studies.swell.record import Form

__all__ = ["prepare", "sympy_forms"]

STAGES = {"sympy": "raw", "cse": "cse", "expanded": "expanded", "simplified": "simplified"}
"""Our forms, and the stages of the worker that make them."""

ROUNDS = ((0.5, ("sympy", "cse")), (0.5, ("sympy", "expanded")), (1.0, ("sympy", "simplified")))
"""The share of the budget, and the forms; the first is what the worker makes the others of."""


ENDS = ("timed-out", "out-of-memory")
"""What a larger member would meet again."""


def sympy_forms(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[dict[str, Form]]:
    """Every form that sympy arrives at, for every problem and order of the derivative."""
    found = [dict.fromkeys(STAGES, NOT_ASKED) for _ in problems]
    rest = list(zip(found, problems, strict=True))
    for share, names in ROUNDS:
        _round(rest, names, Purse(None if budget is None else share * budget))
        rest = [(forms, problem) for forms, problem in rest if forms[names[0]].formulas is not None]
    return found


def _round(members: Sequence[tuple[dict[str, Form], tuple[Problem, int]]], names: Sequence[str], purse: Purse) -> None:
    """Ask for these forms of one member after the other, and note what comes."""
    for forms, (problem, order) in members:
        open_names = [name for name in names if forms[name].formulas is None]
        if purse.is_empty:
            forms.update(dict.fromkeys(open_names, purse.timed_out))
            return
        prepare()  # the last worker may have been ended
        stages = [STAGES[name] for name in names]
        answer = symbolic.derive(problem._replace(budget=purse.left), stages, order)
        purse.spend(answer.seconds)
        forms.update({name: _form(answer, name, problem, purse) for name in open_names})
        if any(status in ENDS for status, _ in answer.troubles.values()):
            return


def _form(answer: symbolic.Answer, name: str, problem: Problem, purse: Purse) -> Form:
    """The formulas that arrived, or why there are none."""
    stage = STAGES[name]
    if stage in answer.formulas:
        return _complete(answer, stage, problem)
    if any(status == "timed-out" for status, _ in answer.troubles.values()):
        return purse.timed_out
    status, why = answer.troubles.get(stage, ("failed", "not reached"))
    return Form(why, status)


def _complete(answer: symbolic.Answer, stage: str, problem: Problem) -> Form:
    formulas = answer.formulas[stage]
    missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        return Form(f"undefined: {answer.undefined[missing[0]]}", "undefined")
    return sized(formulas, answer.sizes[stage])
