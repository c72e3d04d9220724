"""`dc.check` and `check` for expressions: a verdict on each partial that somebody wrote, and the mistake behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from diffcompare.backends import ONE_AT_A_TIME
from diffcompare.diagnostics import Diagnostic, DiffcompareError, note, truncated
from diffcompare.inputs.conditions import parse_conditions
from diffcompare.inputs.formulas import formula_text, formulas_from
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.syntax.misread_names import refuse_misread
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.explain import find_mistake
from diffcompare.misconceptions.messages import Mistake
from diffcompare.misconceptions.terms import first_difference
from diffcompare.studies.derive import Derive, derive_question
from diffcompare.studies.question import (
    checked_names,
    checked_positive,
    is_bare_number,
    merged,
    own_operations,
    question_of,
)
from diffcompare.studies.record import Record
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict, judge

BUDGET = 5.0  # seconds
EXIT_CODES: Mapping[Verdict, int] = {
    "proved": 0, "agrees": 0, "agrees where it is defined": 0, "wrong": 1, "undecided": 3,
}  # fmt: skip

# How an answer counts that agrees where it is defined but has no value in some region: the teacher decides.
Counting: TypeAlias = Literal["right", "wrong"]


class GivenPartial(NamedTuple):
    """A partial that somebody wrote, as text and as parsed."""

    text: str
    expression: Expression


@dataclass(frozen=True, repr=False)
class Check(Record):
    """The result of checking partial derivatives: whether they are right, and if not, why.

    Fields:
        question: The function whose partials are checked.
        answers: The partials that were checked, by variable.
        judgements: The verdict on each partial and its evidence: a proof, the points compared, a counterexample.
        mistakes: The known mistake that explains a wrong partial; None where the partial is not wrong, or no mistake
            fits.
        missing: Variables of the function for whose partials no answer was given.
        conditions: Conditions that restrict the domain, as text: `x > 0`.
        seed: The seed of the sample points.
        where_defined: The way a partial counts that agrees wherever it is defined but has no value in some region.
        solution: The derivation step by step, if it was asked for.
        notes: Warnings and notes for the user.
        failure: Always None: a check needs no point, so none can be unsuitable.
    """

    report = "diffcompare.studies.check_report"

    question: ParsedInput
    answers: Mapping[str, GivenPartial]
    judgements: Mapping[str, Judgement]
    mistakes: Mapping[str, Mistake | None]
    missing: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    seed: int = 0
    where_defined: Counting = "right"
    solution: Derive | None = None
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the partials."""
        return worst_verdict(self.judgements.values())

    @property
    def ok(self) -> bool:
        """True if every partial counts as right: it is proved or agrees (see also `where_defined`)."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 if all partials are right, 1 if one is wrong, 3 if one is undecided and none is wrong."""
        verdicts = {judgement.verdict for judgement in self.judgements.values()}
        if self.where_defined == "wrong" and WHERE_DEFINED in verdicts:
            return 1
        return EXIT_CODES[self.verdict]


def worst_verdict(judgements: Iterable[Judgement]) -> Verdict:
    """Return the worst verdict among judgements, of which there is at least one."""
    verdicts = {judgement.verdict for judgement in judgements}
    return next(verdict for verdict in WORST_FIRST if verdict in verdicts)


def check_question(
    question: ParsedInput,
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
    """Check answers, given as texts by variable; without any, the formulas that come with the question.

    Args:
        question: The function.
        texts: The answers, by variable.
        domain: Conditions on the variables, such as `x > 0`; by default the domain of the catalogue's entry.
        seed: Seed of the sample points.
        budget: Seconds for proofs and comparisons.
        solution: Whether to add the derivation step by step.
        source: How error messages call the answers.
        where_defined: How an answer counts that agrees where it is defined but has no value in some region.
        formulas: The parsed answers, for a caller who has parsed the texts already.
        deliberate: Variables that the user named explicitly, by default those of the texts; others whose names look
            like a misread function (`sinx`) are refused.

    Raises:
        DiffcompareError: An answer cannot be parsed, a variable is unknown, or there is nothing to check.
    """
    if where_defined not in get_args(Counting):
        raise ValueError(f"where_defined is 'right' or 'wrong', not {where_defined!r}")
    expression = question.parsed.expression
    names = variables(wengert_list(expression)) or list(texts)  # of a constant, those of the answers
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
        _solved(question, judgements) if solution else None,
        (*question.parsed.notes, *_readings(texts, answers), *_notes(missing)),
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
    ops: Any = None,
    **partials: str | Expression | float,
) -> Check:
    """Check partial derivatives of an expression: `check_expression("x^2*sin(x)", x="2*x*cos(x)")`.

    Args:
        expression: Text, an `Expression`, `@name` or `FILE.toml:name`.
        answers: The partials by variable, each as text, an `Expression` or a number; for a function of one variable
            the partial alone.
        domain: One or several conditions on the variables, such as `x > 0`.
        seed: Seed of the sample points.
        budget: Seconds for proofs and comparisons.
        where_defined: `"right"` or `"wrong"`: how an answer counts that agrees where it is defined but has no value in
            some region.
        ops: Functions of your own that the text calls by name: a `Function` of `diffcompare.tape`, a file of them
            (which is run), or a list.
        **partials: More partials, by keyword.

    Returns:
        A `Check`; a wrong answer raises nothing, see `verdict`, `judgements` and `mistakes`.

    Raises:
        DiffcompareError: The expression, an answer or a condition cannot be parsed, or a variable is unknown.
    """
    with own_operations(ops):
        question = question_of(expression)
    names = variables(wengert_list(question.parsed.expression))
    deliberate = {*partials, *(answers if isinstance(answers, Mapping) else ())}
    given: Any = answers
    if isinstance(answers, (str, Expression)) or is_bare_number(answers):
        if len(names) != 1:
            raise DiffcompareError(_nameless(names))
        given = {names[0]: answers}
    texts = {name: str(answer) for name, answer in (merged(given, partials, "answers") or {}).items()}
    with own_operations(ops):
        return check_question(
            question, texts, domain=checked_names("domain", domain), seed=seed,
            budget=checked_positive("budget", budget) or BUDGET,
            source="the partial by", where_defined=where_defined, deliberate=deliberate,
        )  # fmt: skip


def _answers(
    question: ParsedInput,
    texts: Mapping[str, str],
    names: Sequence[str],
    source: str,
    formulas: Mapping[str, Expression] | None,
) -> dict[str, GivenPartial]:
    if not texts:
        if question.hand is None:
            raise DiffcompareError(_nothing_to_check(names))
        texts = {name: str(formula) for name, formula in question.hand.formulas.items()}
    if formulas is None:
        formulas = formulas_from(texts, names, lambda name: f"{source} {name}")
        texts = {name: formula_text(text, name, names) for name, text in texts.items()}
    ordered = [name for name in names if name in formulas]
    return {name: GivenPartial(texts[name].strip(), formulas[name]) for name in ordered}


def _domain_of(question: ParsedInput, names: Sequence[str]) -> tuple[str, ...]:
    """Return the domain of a catalogue entry for its formulas, if it is written as conditions and not in words."""
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
    mistakes: dict[str, Mistake | None] = {}
    for name, judgement in judgements.items():
        mistakes[name] = None
        if judgement.verdict == "wrong" and points:
            others = {other: formula for other, formula in formulas.items() if other != name}
            mistakes[name] = find_mistake(expression, name, formulas[name], points, others)
            if mistakes[name] is None and judgement.half_space is None:
                mistakes[name] = first_difference(expression, name, formulas[name], points)
    return mistakes


def _solved(question: ParsedInput, judgements: Mapping[str, Judgement]) -> Derive | None:
    """Return the derivation of the partials that were judged; None where the function depends on none of them."""
    names = variables(wengert_list(question.parsed.expression))
    judged = [name for name in judgements if name in names]
    return derive_question(question, wrt=judged) if judged else None


def _readings(texts: Mapping[str, str], answers: Mapping[str, GivenPartial]) -> Iterator[Diagnostic]:
    """Yield a note for every answer in another notation, which says how it was read."""
    for name, answer in answers.items():
        if name in texts and answer.text not in texts[name]:
            yield note("W310", f"the answer for df/d{name} is read as `{truncated(str(answer.expression), 200)}`")


def _notes(missing: Sequence[str]) -> tuple[Diagnostic, ...]:
    if not missing:
        return ()
    names = ", ".join(f"`{name}`" for name in missing)
    message = f"no answer was given for the partial{'s' * (len(missing) > 1)} with respect to {names}"
    return (Diagnostic("W571", "note", message, help=f'add --hand {missing[0]}="..."', severity="note"),)


def _nothing_to_check(names: Sequence[str]) -> Diagnostic:
    message = "there is no derivative to check"
    if not names:
        return Diagnostic("E571", "bad_value", message, help="the expression is constant: it has no variable")
    return Diagnostic("E571", "bad_value", message, help=f'give one: --hand {names[0]}="..."')


def _nameless(names: Sequence[str]) -> Diagnostic:
    message = "an answer without a name is for a function of one variable"
    return Diagnostic("E572", "bad_value", message, help=f"name it: {names[0] if names else 'x'}=...")
