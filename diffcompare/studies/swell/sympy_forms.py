"""sympy's forms of a derivative, member by member, within a time that ends.

There are two rounds, of one budget each for all members together: first the derivative as it comes, after
common-subexpression elimination and expanded, and then simplified, which takes longest.  Where a round runs out of
time, that stage is not asked again of later members, which are larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from diffcompare.backends import symbolic
from diffcompare.backends.symbolic import prepare
from diffcompare.problem import Problem
from diffcompare.studies.swell.measure import NOT_ASKED, Purse, sized
from diffcompare.studies.swell.record import Form

__all__ = ["prepare", "sympy_forms"]

STAGES = {"sympy": "raw", "cse": "cse", "expanded": "expanded", "simplified": "simplified"}
"""Our forms, and the stages of the worker that make them."""

ROUNDS = (("sympy", "cse", "expanded"), ("sympy", "simplified"))


def sympy_forms(problems: Sequence[tuple[Problem, int]], budget: float | None) -> list[dict[str, Form]]:
    """Every form that sympy arrives at, for every problem and order of the derivative."""
    found = [dict.fromkeys(STAGES, NOT_ASKED) for _ in problems]
    for names in ROUNDS:
        still_open, purse = list(names), Purse(budget)
        for forms, (problem, order) in zip(found, problems, strict=True):
            if "sympy" in still_open and len(still_open) > 1 and not purse.is_empty:
                answered = _ask(problem, order, still_open, purse)
                forms |= {name: form for name, form in answered.items() if forms[name].formulas is None}
    return found


def _ask(problem: Problem, order: int, still_open: list[str], purse: Purse) -> dict[str, Form]:
    """The forms of one member; a stage that runs out of time or memory is struck off the list."""
    prepare()  # the last one may have been ended
    since = monotonic()
    answer = symbolic.derive(problem._replace(budget=purse.left), [STAGES[name] for name in still_open], order)
    purse.charge(since)
    forms = {}
    for name in tuple(still_open):
        stage = STAGES[name]
        if stage in answer.formulas:
            forms[name] = _complete(answer, stage, problem)
            continue
        status, why = answer.troubles.get(stage, ("", "not reached"))
        if status in ("timed-out", "out-of-memory"):
            still_open.remove(name)
        timed_out = status == "timed-out" and purse.whole is not None
        forms[name] = Form(f"timed out after {purse.whole:g} s" if timed_out else why)
    return forms


def _complete(answer: symbolic.Answer, stage: str, problem: Problem) -> Form:
    formulas = answer.formulas[stage]
    missing = [name for name in problem.wrt if name not in formulas]
    if missing:
        return Form(f"undefined: {answer.undefined[missing[0]]}")
    return sized(formulas, answer.sizes[stage])
