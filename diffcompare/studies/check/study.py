"""The question of a check: which answers, on which domain."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from diffcompare.checking import judge
from diffcompare.conditions import parse_conditions
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.explain.misread import refuse_misread
from diffcompare.expression import Expression
from diffcompare.hand import formula_text, formulas_from
from diffcompare.source import Question
from diffcompare.studies.check.record import Answer, Check, Counting
from diffcompare.studies.inputs import is_bare, joined, question_of
from diffcompare.studies.methods import ONE_AT_A_TIME
from diffcompare.wengert import listing, variables

if TYPE_CHECKING:
    from diffcompare.checking import Judgement
    from diffcompare.mistakes import Mistake
    from diffcompare.studies.derive import Derive

BUDGET = 5.0


def check_question(
    question: Question,
    texts: Mapping[str, str],
    *,
    domain: Sequence[str] = (),
    seed: int = 0,
    budget: float = BUDGET,
    solution: bool = False,
    source: str = "--hand",
    where_defined: Counting = "right",
    formulas: Mapping[str, Expression] | None = None,
    deliberate: Collection[str] | None = None,
) -> Check:
    """Check the answers, texts by variable; without any, the formulas that come with the question.

    `where_defined` says as what an answer counts that agrees where it is defined, but has no value in some region;
    `formulas` are the expressions of the texts, for a caller who has read them already; `deliberate` are the variables
    that the user has named as such, by default those of the texts: others that look misread (`sinx`) are refused.

    Raises DiffcompareError for answers with mistakes of form, for unknown variables, and where there is no answer.
    """
    if where_defined not in get_args(Counting):
        raise ValueError(f"where_defined is 'right' or 'wrong', not {where_defined!r}")
    expression = question.parsed.expression
    names = variables(listing(expression)) or list(texts)  # a constant has a derivative by any variable
    names += [name for name in formulas or () if name not in names]
    refuse_misread(question.parsed.notes, (texts or names) if deliberate is None else deliberate)
    answers = _answers(question, texts, names, source, formulas)
    if not domain:
        domain = _domain_of(question, names)
    conditions = parse_conditions(domain, names)
    formulas = {name: answer.expression for name, answer in answers.items()}
    with ONE_AT_A_TIME:
        judgements, points = judge(expression, formulas, conditions=conditions, seed=seed, budget=budget)
        mistakes = _mistakes(expression, formulas, judgements, points)
    missing = tuple(name for name in names if name not in answers)
    return Check(
        question, answers, judgements, mistakes, missing, tuple(domain), seed, where_defined,
        _solved(question, judgements) if solution else None, (*question.parsed.notes, *_notes(missing)),
    )  # fmt: skip


def check_expression(
    expression: str | Expression,
    answers: Mapping[str, str | Expression | float] | str | Expression | float | None = None,
    /,
    *,
    domain: str | Sequence[str] = (),
    seed: int = 0,
    budget: float = BUDGET,
    where_defined: Counting = "right",
    **partials: str | Expression | float,
) -> Check:
    """Whether partials are those of an expression: `check_expression("x^2*sin(x)", x="2*x*cos(x)")`.

    The expression is text, an `Expression`, `@name` or `FILE.toml:name`; an answer is text, an `Expression` or a
    number, and the only one for a function of one variable needs no name.  Raises DiffcompareError for wrong input; a
    wrong answer is an answer: see `verdict`, `judgements` and `mistakes`.  `where_defined` says as what an answer
    counts that agrees where it is defined, but has no value in some region.
    """
    question = question_of(expression)
    names = variables(listing(question.parsed.expression))
    deliberate = {*partials, *(answers if isinstance(answers, Mapping) else ())}
    given: Any = answers
    if isinstance(answers, (str, Expression)) or is_bare(answers):
        if len(names) != 1:
            raise DiffcompareError(_nameless(names))
        given = {names[0]: answers}
    texts = {name: str(answer) for name, answer in (joined(given, partials, "answers") or {}).items()}
    return check_question(
        question, texts, domain=[domain] if isinstance(domain, str) else domain, seed=seed, budget=budget,
        source="the partial by", where_defined=where_defined, deliberate=deliberate,
    )  # fmt: skip


def _answers(
    question: Question,
    texts: Mapping[str, str],
    names: Sequence[str],
    source: str,
    formulas: Mapping[str, Expression] | None,
) -> dict[str, Answer]:
    if not texts:
        if question.hand is None:
            raise DiffcompareError(_nothing_to_check(names))
        texts = {name: str(formula) for name, formula in question.hand.formulas.items()}
    if formulas is None:
        formulas = formulas_from(texts, names, lambda name: f"{source} {name}")
        texts = {name: formula_text(text, name, names) for name, text in texts.items()}
    ordered = [name for name in names if name in formulas]
    return {name: Answer(texts[name].strip(), formulas[name]) for name in ordered}


def _domain_of(question: Question, names: Sequence[str]) -> tuple[str, ...]:
    """The domain that an entry gives for its formulas, where it is given in conditions and not in words."""
    entry = question.entry
    if entry is None or question.match is not None or not entry.domain:
        return ()
    try:
        parse_conditions([entry.domain], names)
    except DiffcompareError:
        return ()
    return (entry.domain,)


def _mistakes(
    expression: Expression,
    formulas: Mapping[str, Expression],
    judgements: Mapping[str, Judgement],
    points: Sequence[Mapping[str, float]],
) -> dict[str, Mistake | None]:
    from diffcompare.mistakes import find_mistake, first_difference

    found: dict[str, Mistake | None] = {}
    for name, judgement in judgements.items():
        found[name] = None
        if judgement.verdict == "wrong" and points:
            others = {other: formula for other, formula in formulas.items() if other != name}
            found[name] = find_mistake(expression, name, formulas[name], points, others)
            if found[name] is None and judgement.half is None:
                found[name] = first_difference(expression, name, formulas[name], points)
    return found


def _solved(question: Question, judgements: Mapping[str, Judgement]) -> Derive:
    from diffcompare.studies.derive import derive_question

    return derive_question(question, wrt=list(judgements))


def _notes(missing: Sequence[str]) -> tuple[Diagnostic, ...]:
    if not missing:
        return ()
    names = ", ".join(f"`{name}`" for name in missing)
    message = f"no answer was given for the partial{'s' * (len(missing) > 1)} by {names}"
    return (Diagnostic("W571", "note", message, help=f'add --hand {missing[0]}="..."', severity="note"),)


def _nothing_to_check(names: Sequence[str]) -> Diagnostic:
    message = "there is no derivative to check"
    if not names:
        return Diagnostic("E571", "bad_value", message, help="the expression is constant: it has no variable")
    return Diagnostic("E571", "bad_value", message, help=f'give one: --hand {names[0]}="..."')


def _nameless(names: Sequence[str]) -> Diagnostic:
    message = "an answer without a name is for a function of one variable"
    return Diagnostic("E572", "bad_value", message, help=f"name it: {names[0] if names else 'x'}=...")
