"""A quiz as a state machine: `reply` takes a quiz and a line of input, and returns the quiz after it; hints.

Nothing here reads or prints.  After a wrong answer comes a hint, after a second one the misconception behind it, after
a third one the derivation; an answer that cannot be parsed or decided costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.classroom.quiz.exercises import Exercise, exercises
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Code, Equation, Equations, Heading, Listing, Paragraph
from diffcompare.language.differentiation_rules import ONE, ZERO, apply_rule
from diffcompare.language.expression import Expression, PendingDerivative, Variable, apply
from diffcompare.language.operations import ARITHMETIC, general_power, is_integer_power, is_power
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.misconceptions.messages import Mistake
from diffcompare.studies.check import Check, check_question
from diffcompare.studies.check_report import is_open, mistake_blocks
from diffcompare.studies.check_wording import as_sentence, evidence, headline, parts
from diffcompare.studies.derivation_steps import DerivationStep, steps_of
from diffcompare.studies.derive import derive_question
from diffcompare.studies.record import Record, counted

# A quiz as a record: its exercises, the answers, and the points. Every state of a quiz is such a record.

MAX_WRONG = 3  # wrong answers after which the derivation is shown

# For a right answer at the first attempt. A wrong answer and a requested hint cost one point each, down to one.
MAX_POINTS = 3

# A kind without a misconception of its own: it names a term of the right answer, and so gives it away.
TERM_MISSING = "term-missing"

Outcome: TypeAlias = Literal["right", "wrong", "skipped"]

Ending: TypeAlias = Literal["finished", "quit", "end-of-input", "interrupted"]


@dataclass(frozen=True)
class Attempt:
    """A judged answer."""

    text: str
    by: str
    check: Check

    @property
    def verdict(self) -> str:
        """Verdict of the check."""
        return self.check.verdict

    @property
    def kinds(self) -> tuple[str, ...]:
        """Misconceptions that explain the answer, as slugs."""
        return tuple(mistake.kind for mistake in parts(self.check.mistakes.get(self.by)))


@dataclass(frozen=True)
class Round:
    """An exercise of a quiz, and the answers to it."""

    exercise: Exercise
    attempts: tuple[Attempt, ...] = ()
    hints: int = 0  # hints that were requested
    hints_shown: int = 0  # hints that were shown, including those after a wrong answer
    outcome: Outcome | None = None  # None while the exercise is open

    @property
    def wrong(self) -> int:
        """Number of wrong answers."""
        return sum(attempt.verdict == "wrong" for attempt in self.attempts)

    @property
    def points(self) -> int:
        """Points for the exercise."""
        return max(MAX_POINTS - self.wrong - self.hints, 1) if self.outcome == "right" else 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """Misconceptions behind the answers, each once."""
        return tuple(dict.fromkeys(kind for attempt in self.attempts for kind in attempt.kinds))


@dataclass(frozen=True, repr=False)
class Quiz(Record):
    """A quiz at any time between its beginning and its end."""

    report = "diffcompare.classroom.quiz.report"

    rounds: tuple[Round, ...]
    level: int | None  # None where the questions climb from level to level
    topic: str | None
    seed: int
    ending: Ending | None = None
    failure: Diagnostic | None = None

    @property
    def place(self) -> int | None:
        """Index of the open round; None when the quiz is over."""
        if self.ending is not None:
            return None
        return next((index for index, item in enumerate(self.rounds) if item.outcome is None), None)

    @property
    def current(self) -> Round | None:
        """Round that is open; None when the quiz is over."""
        return None if self.place is None else self.rounds[self.place]

    def with_current(self, **changes: Any) -> Quiz:
        """Return the quiz with a changed open round; it is finished with the last one."""
        assert self.place is not None
        rounds = list(self.rounds)
        rounds[self.place] = replace(rounds[self.place], **changes)
        over = all(item.outcome is not None for item in rounds)
        return replace(self, rounds=tuple(rounds), ending="finished" if over else None)

    @property
    def answered(self) -> tuple[Round, ...]:
        """Rounds that are over, which are those that count."""
        return tuple(item for item in self.rounds if item.outcome is not None)

    @property
    def points(self) -> int:
        """Points so far."""
        return sum(item.points for item in self.answered)

    @property
    def max_points(self) -> int:
        """Points that were possible so far."""
        return MAX_POINTS * len(self.answered)

    @cached_property
    def points_lost(self) -> Mapping[str, int]:
        """Points lost by topic, the most first: what to practise."""
        lost: Counter[str] = Counter()
        for item in self.answered:
            if item.points < MAX_POINTS:
                lost[item.exercise.topic] += MAX_POINTS - item.points
        return dict(lost.most_common())


# Hints: first the rule to use, in letters; then the steps of the right derivation that leave something to do.


class Hint(NamedTuple):
    """A hint: a rule's name and an equation."""

    rule: str
    equation: Equation

    def block(self, number: int) -> Block:
        """Return the hint as a block."""
        advice = f"use the {named(self.rule)}" if number == 1 else f"by the {named(self.rule)}"
        return Equations(f"hint_{number}", (self.equation,), f"Hint: {advice}")


def named(rule: str) -> str:
    """Return `power rule, chain rule` in the form that fits in a sentence."""
    return rule.replace(", ", " and the ")


def hints(expression: Expression, by: str) -> list[Hint]:
    """Return the hints for the derivative of an expression, the vaguest first; none is the whole answer."""
    active = active_nodes(wengert_list(expression), (by,))
    steps = steps_of(expression, by, active)
    first = in_letters(steps[0], active)
    given = [Hint(steps[0].rule, first)]
    for step in steps:
        equation = Equation(PendingDerivative(step.written, by), step.after)
        if equation != first and any(type(node) is PendingDerivative for node in wengert_list(step.after)):
            given.append(Hint(step.rule, equation))
    return given


def in_letters(step: DerivationStep, active: set[Expression]) -> Equation:
    """Return the general rule of a step: d/dx[u*v] = d/dx[u]*v + u*d/dx[v], with a, c and n as constants."""
    node, by = step.node, step.by
    assert node.operation is not None
    varying = iter("uvw")
    written: list[Expression] = []
    derivatives: list[Expression] = []
    for place, argument in enumerate(node.arguments):
        if argument not in active:
            written.append(Variable("an"[place] if is_power(node) else "c"))
            derivatives.append(ZERO)
        elif argument is Variable(by) and node.operation not in ARITHMETIC:  # (x*v)' is not a rule, but (u*v)' is
            written.append(argument)
            derivatives.append(ONE)
        else:
            written.append(Variable(next(varying)))
            derivatives.append(PendingDerivative(written[-1], by))
    general = apply(general_power if is_integer_power(node) else node.operation, tuple(written))
    return Equation(PendingDerivative(general, by), apply_rule(general, derivatives).derivative)


HINT, SKIP, QUIT = ("", "?"), ("skip",), ("quit", "q", "exit")

BUDGET = 2.0  # seconds for the points, and again for the proof, of an answer


class Reply(NamedTuple):
    """The quiz after a line of input, the blocks to show, and the parse error of an answer, if any."""

    quiz: Quiz
    blocks: tuple[Block, ...] = ()
    diagnostic: Diagnostic | None = None


def begin(count: int, *, level: int | None = None, topic: str | None = None, seed: int = 0) -> Quiz:
    """Return a quiz of `count` exercises.  Raises ValueError for a topic that is not asked at the level."""
    made = exercises(count, level=level, topic=topic, seed=seed)
    return Quiz(tuple(map(Round, made)), level, topic, seed)


def introduction(quiz: Quiz) -> tuple[Block, ...]:
    """Return the heading and the instructions of a quiz."""
    about = "" if quiz.topic is None else f", topic {quiz.topic}"
    lowest, highest = (quiz.rounds[place].exercise.level for place in (0, -1))
    height = f"level {lowest}" if lowest == highest else f"levels {lowest} to {highest}"
    return (
        Heading(f"Quiz: {counted(len(quiz.rounds), 'derivative')}, {height}{about} (seed {quiz.seed})", 1),
        Paragraph(
            f"Write a derivative such as 2*x*cos(x^2). An empty line or ? is a hint, skip shows the derivation, "
            f"quit ends the quiz. A right answer earns "
            f"{counted(MAX_POINTS, 'point')}, less one for every wrong answer and every hint that you ask for."
        ),
    )


def question_blocks(quiz: Quiz) -> tuple[Block, ...]:
    """Return the open exercise as blocks."""
    place, current = quiz.place, quiz.current
    assert place is not None
    assert current is not None
    exercise = current.exercise
    blocks: list[Block] = [
        Heading(f"Question {place + 1} of {len(quiz.rounds)}"),
        Equations("question", (Equation(Variable("f"), exercise.expression),)),
    ]
    if exercise.domain:
        blocks.append(Listing((("for", Code(", ".join(exercise.domain))),)))
    return tuple(blocks)


def prompt(quiz: Quiz) -> str:
    """Return the prompt for the answer: `df/dx = `."""
    assert quiz.current is not None
    return f"{quiz.current.exercise.wanted} = "


def interrupted(quiz: Quiz, ending: Ending) -> Quiz:
    """Return the quiz ended before its last exercise."""
    return quiz if quiz.ending is not None else replace(quiz, ending=ending)


def reply(quiz: Quiz, line: str, *, solutions: bool | None = None) -> Reply:
    """Return the reply to a line of input.

    `solutions` says whether derivations are shown: always, never, or (None) after a question without a right answer.
    """
    current, text = quiz.current, line.strip()
    assert current is not None
    if text in HINT:
        return _hinted(quiz, current)
    if text.lower() in SKIP:
        skipped = quiz.with_current(outcome="skipped")
        return _closed(skipped, current.exercise, [Paragraph("Skipped.")], solutions is not False)
    if text.lower() in QUIT:
        return Reply(interrupted(quiz, "quit"))
    try:
        check = _checked(current.exercise, text, quiz.seed)
    except DiffcompareError as error:
        return Reply(quiz, (), error.diagnostic)
    tried = quiz.with_current(attempts=(*current.attempts, Attempt(text, current.exercise.by, check)))
    if check.verdict == "undecided":
        reason = Paragraph(as_sentence(f"This could not be decided: {evidence(check, current.exercise.by)}"), "warning")
        return Reply(tried, (reason, Paragraph("It costs nothing: write the answer in a different form.")))
    if check.ok:
        return _right(tried, check, solutions is True)
    return _wrong(tried, check, solutions is not False)


def _checked(exercise: Exercise, text: str, seed: int) -> Check:
    return check_question(exercise.question, {exercise.by: text}, seed=seed, budget=BUDGET, source="your partial by")


def _hinted(quiz: Quiz, current: Round) -> Reply:
    hint = _next_hint(current)
    if hint is None:
        return Reply(quiz, (Paragraph("There are no more hints; `skip` shows the derivation."),))
    return Reply(quiz.with_current(hints=current.hints + 1, hints_shown=current.hints_shown + 1), (hint,))


def _next_hint(current: Round) -> Block | None:
    exercise = current.exercise
    known = hints(exercise.expression, exercise.by)
    return known[current.hints_shown].block(current.hints_shown + 1) if current.hints_shown < len(known) else None


def _right(quiz: Quiz, check: Check, solution: bool) -> Reply:
    assert quiz.current is not None
    exercise = quiz.current.exercise
    judgement = check.judgements[exercise.by]
    closed = quiz.with_current(outcome="right")
    points = replace(quiz.current, outcome="right").points
    result = headline(check, judgement).removeprefix("is ")
    blocks: list[Block] = [Paragraph(as_sentence(f"{result}. {counted(points, 'point')}"), "verdict")]
    if judgement.holes or judgement.undefined_at is not None:
        blocks.append(Paragraph(as_sentence(evidence(check, exercise.by)), "note"))
    return _closed(closed, exercise, blocks, solution)


def _wrong(quiz: Quiz, check: Check, solution: bool) -> Reply:
    current = quiz.current
    assert current is not None
    exercise = current.exercise
    blocks: list[Block] = [Paragraph(as_sentence(f"Not right: {evidence(check, exercise.by)}"), "verdict")]
    mistakes = list(parts(check.mistakes.get(exercise.by)))
    if current.wrong == MAX_WRONG:
        blocks += [Paragraph(as_sentence(f"The mistake: {mistake.sentence}")) for mistake in mistakes]
        return _closed(quiz.with_current(outcome="wrong"), exercise, blocks, solution)
    nameable = [mistake for mistake in mistakes if mistake.kind != TERM_MISSING]
    if current.wrong == MAX_WRONG - 1 and nameable:
        for mistake in nameable:
            blocks += mistake_blocks(check, exercise.by, _without_answer(mistake, exercise))
        return Reply(quiz, tuple(blocks))
    hint = _next_hint(current)
    if hint is None:
        return Reply(quiz, tuple(blocks))
    return Reply(quiz.with_current(hints_shown=current.hints_shown + 1), (*blocks, hint))


def _without_answer(mistake: Mistake, exercise: Exercise) -> Mistake:
    """Remove the right answer from a mistake about the whole function, whose sentence and step may contain it."""
    if mistake.node is not exercise.expression:
        return mistake
    known = mistake.step is not None and not is_open(mistake.step.right)
    before, whole, after = mistake.sentence.partition(f"the derivative of {exercise.expression} is ")
    sentence = f"{before}{whole}not {after.partition(', not ')[2]}" if whole else before
    return replace(mistake, sentence=sentence, step=None if known else mistake.step)


def _closed(quiz: Quiz, exercise: Exercise, blocks: list[Block], solution: bool) -> Reply:
    """Return the reply that ends a round, with the derivation if `solution`."""
    if solution:
        derived = derive_question(exercise.question, wrt=exercise.by).document().blocks
        blocks += [block for block in derived if isinstance(block, Equations)]
    return Reply(quiz, tuple(blocks))
