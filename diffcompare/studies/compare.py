"""The comparison: one expression at one point, every method side by side, each against the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from diffcompare.evaluation import values_at
from diffcompare.expression import Expression
from diffcompare.problem import Hand, Problem
from diffcompare.source import Question
from diffcompare.studies.comparison.record import Comparison
from diffcompare.studies.inputs import asked_at, checked_positive, pose
from diffcompare.studies.methods import DEFAULT_METHODS, ONE_AT_A_TIME, ask, chosen
from diffcompare.wengert import listing, variables

__all__ = ["Comparison", "compare", "compare_question"]


def compare_question(
    question: Question,
    *,
    at: Mapping[str, float] | None = None,
    hand: Hand | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = DEFAULT_METHODS,
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    simplify: bool = True,
) -> Comparison:
    """Put one question to every method and to the truth.

    `at` is the point (None: the classic one, else a default with a note), `hand` overrides the question's own
    formulas, `wrt` restricts the variables, without `simplify` sympy is spared its longest task.  Raises
    DiffcompareError for a wrong point, variable, method, step or budget.
    """
    names = [methods] if isinstance(methods, str) else list(methods)
    # Whoever gives a formula wants to see it judged.
    backends = chosen(names if hand is None or {"hand-coded", "all"} & set(names) else ["hand-coded", *names])
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    if any(each.name == "symbolic" for each in backends):
        from diffcompare.backends.symbolic import prepare

        prepare()  # sympy is imported in its own process while this one does everything else
    point, asked, notes = pose(question, at, wrt)
    problem = Problem(question.parsed.expression, point, asked, hand or question.hand, step, budget, simplify)
    value = values_at(listing(problem.expression), point)[problem.expression]
    established = None
    if truth:
        from diffcompare.truth import establish

        with ONE_AT_A_TIME:
            established = establish(problem)
    # The symbolic method waits for its worker, so it is asked last; the answers keep the order of the question.
    ready = {each.name: ask(each, problem) for each in sorted(backends, key=lambda each: each.name == "symbolic")}
    answers = tuple(ready[each.name] for each in backends)
    return Comparison(question, problem, value, established, answers, notes)


def compare(
    expression: str | Expression,
    point: Mapping[str, float] | float | None = None,
    /,
    *,
    methods: str | Iterable[str] = DEFAULT_METHODS,
    hand: Mapping[str, str | Expression] | None = None,
    wrt: str | Sequence[str] = (),
    step: float | None = None,
    budget: float | None = 5.0,
    truth: bool = True,
    simplify: bool = True,
    **values: float,
) -> Comparison:
    """Differentiate an expression in every way and compare: `compare("x^2*sin(x)", x=1.5)`.

    The expression is text, an `Expression`, `@name` (an entry of the catalogue) or `FILE.toml:name`.  The point is a
    mapping, or keyword arguments for variables that are not named like an option, or both, or a number where there is
    one variable.  `methods` are names, or "all"; `hand` maps variables to formulas that a person derived; `wrt` names
    the variables to differentiate by; without `simplify` sympy's formulas are left as they are, which saves most of the
    time.
    Raises DiffcompareError for wrong input; an undefined or non-differentiable point is an answer, see `failure`.
    """
    if isinstance(values.get("method"), str | list | tuple):
        raise TypeError("compare() asks several methods: the option is `methods`")
    question, at = asked_at(expression, point, values)
    own = _own_formulas(hand, question) if hand else None
    return compare_question(
        question, at=at, hand=own, wrt=wrt, methods=methods, step=step, budget=budget, truth=truth, simplify=simplify
    )


def _own_formulas(hand: Mapping[str, str | Expression], question: Question) -> Hand:
    from diffcompare.hand import formulas_from

    names = variables(listing(question.parsed.expression))
    texts = {name: str(formula) for name, formula in hand.items()}
    return Hand(formulas_from(texts, names, lambda name: f"hand[{name!r}]"), "given")
