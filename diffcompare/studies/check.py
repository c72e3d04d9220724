"""The question of a check: which answers, on which domain."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

from diffcompare.backends.registry import ONE_AT_A_TIME
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.formulas import formula_text, formulas_from, parse_conditions
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.syntax.misread_names import refuse_misread
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.question import checked_names, checked_positive, is_bare_number, merged, question_of
from diffcompare.studies.record import Record
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict, judge

if TYPE_CHECKING:
    from diffcompare.misconceptions.messages import Mistake
    from diffcompare.studies.derive import Derive


# A check as a record: the answers, the judgement of each, and the mistake behind each that is wrong.

EXIT_CODES: Mapping[Verdict, int] = {
    "proved": 0, "agrees": 0, "agrees where it is defined": 0, "wrong": 1, "undecided": 3,
}  # fmt: skip

Counting: TypeAlias = Literal["right", "wrong"]

"""As what an answer counts that agrees where it is defined, but has no value in some region: that is the teacher's
choice."""


class GivenPartial(NamedTuple):
    """A partial that somebody wrote."""

    text: str
    expression: Expression


@dataclass(frozen=True, repr=False)
class Check(Record):
    """Whether partials are right, and why not."""

    report = "diffcompare.studies.check_report"

    question: ParsedInput
    answers: Mapping[str, GivenPartial]
    judgements: Mapping[str, Judgement]
    mistakes: Mapping[str, Mistake | None]
    missing: tuple[str, ...]
    """Variables of the function for whose partials no answer was given."""
    conditions: tuple[str, ...] = ()
    seed: int = 0
    where_defined: Counting = "right"
    solution: Derive | None = None
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """One verdict over all partials: that of the worst."""
        found = {judgement.verdict for judgement in self.judgements.values()}
        return next(verdict for verdict in WORST_FIRST if verdict in found)

    @property
    def ok(self) -> bool:
        """Whether every partial is proved or agrees; where it is defined, if that is to count as right."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 where all is right, 1 where something is wrong, 3 where something is undecided."""
        found = {judgement.verdict for judgement in self.judgements.values()}
        if self.where_defined == "wrong" and WHERE_DEFINED in found:
            return 1
        return EXIT_CODES[self.verdict]


BUDGET = 5.0


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
    """Check the answers, texts by variable; without any, the formulas that come with the question.

    `where_defined` says as what an answer counts that agrees where it is defined, but has no value in some region;
    `formulas` are the expressions of the texts, for a caller who has read them already; `deliberate` are the variables
    that the user has named as such, by default those of the texts: others that look misread (`sinx`) are refused.

    Raises DiffcompareError for answers with mistakes of form, for unknown variables, and where there is no answer.
    """
    if where_defined not in get_args(Counting):
        raise ValueError(f"where_defined is 'right' or 'wrong', not {where_defined!r}")
    expression = question.parsed.expression
    names = variables(wengert_list(expression)) or list(texts)  # a constant has a derivative by any variable
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
    names = variables(wengert_list(question.parsed.expression))
    deliberate = {*partials, *(answers if isinstance(answers, Mapping) else ())}
    given: Any = answers
    if isinstance(answers, (str, Expression)) or is_bare_number(answers):
        if len(names) != 1:
            raise DiffcompareError(_nameless(names))
        given = {names[0]: answers}
    texts = {name: str(answer) for name, answer in (merged(given, partials, "answers") or {}).items()}
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
    from diffcompare.misconceptions.explain import find_mistake
    from diffcompare.misconceptions.terms import first_difference

    found: dict[str, Mistake | None] = {}
    for name, judgement in judgements.items():
        found[name] = None
        if judgement.verdict == "wrong" and points:
            others = {other: formula for other, formula in formulas.items() if other != name}
            found[name] = find_mistake(expression, name, formulas[name], points, others)
            if found[name] is None and judgement.half_space is None:
                found[name] = first_difference(expression, name, formulas[name], points)
    return found


def _solved(question: ParsedInput, judgements: Mapping[str, Judgement]) -> Derive:
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
