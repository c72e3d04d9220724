"""The course of a quiz as a state machine: `reply` takes a quiz and a line of input, and gives the next quiz.

Nothing here reads or prints.  A wrong answer is followed by a hint, a second one by the mistake in it, a third one by
the derivation; what cannot be read or decided costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.classroom.quiz.exercises import Exercise, exercises
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Code, Equation, Equations, Heading, Listing, Paragraph
from diffcompare.language.differentiation_rules import ONE, ZERO, apply_rule
from diffcompare.language.expression import Expression, PendingDerivative, Variable, apply
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.misconceptions.messages import Mistake
from diffcompare.studies.check import Check, check_question
from diffcompare.studies.check_report import as_sentence, evidence, headline, is_open, mistake_blocks, parts
from diffcompare.studies.derivation_steps import DerivationStep, steps_of
from diffcompare.studies.derive import derive_question
from diffcompare.studies.record import Record, counted

# A quiz as a record: its questions, what was answered, and the points.  Every state of a quiz is such a record.

TRIES = 3  # Wrong answers after which the derivation is shown.

# For a right answer at once. A wrong one and a hint that was asked for cost one each, but a point is always left.
MAX_POINTS = 3

# The kind that is no mistake with a name of its own: it says a term of the right answer, and so gives it away.
A_TERM = "term-missing"

Outcome: TypeAlias = Literal["right", "wrong", "skipped"]

Ending: TypeAlias = Literal["finished", "quit", "end-of-input", "interrupted"]


@dataclass(frozen=True)
class Try:
    """An answer that was judged."""

    text: str
    by: str
    check: Check

    @property
    def verdict(self) -> str:
        """That of the check."""
        return self.check.verdict

    @property
    def kinds(self) -> tuple[str, ...]:
        """The mistakes in it, as slugs."""
        return tuple(mistake.kind for mistake in parts(self.check.mistakes.get(self.by)))


@dataclass(frozen=True)
class Round:
    """A question and what became of it."""

    exercise: Exercise
    tries: tuple[Try, ...] = ()
    hints: int = 0
    """Hints that were asked for."""
    shown: int = 0
    """Hints that were shown, those after a wrong answer among them."""
    outcome: Outcome | None = None
    """None as long as it is open."""

    @property
    def wrong(self) -> int:
        """Answers that were wrong."""
        return sum(each.verdict == "wrong" for each in self.tries)

    @property
    def points(self) -> int:
        """What it brought."""
        return max(MAX_POINTS - self.wrong - self.hints, 1) if self.outcome == "right" else 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """The mistakes that were made, each once."""
        return tuple(dict.fromkeys(kind for each in self.tries for kind in each.kinds))


@dataclass(frozen=True, repr=False)
class Quiz(Record):
    """A quiz, begun or ended."""

    report = "diffcompare.classroom.quiz.report"

    rounds: tuple[Round, ...]
    level: int | None
    """None where the questions climb from level to level."""
    topic: str | None
    seed: int
    ending: Ending | None = None
    failure: Diagnostic | None = None

    @property
    def place(self) -> int | None:
        """Which round is open; None where the quiz is over."""
        if self.ending is not None:
            return None
        return next((place for place, each in enumerate(self.rounds) if each.outcome is None), None)

    @property
    def current(self) -> Round | None:
        """The round that is open."""
        return None if self.place is None else self.rounds[self.place]

    def with_current(self, **changes: Any) -> Quiz:
        """The quiz after something happened to its open round; it is finished with the last one."""
        assert self.place is not None
        rounds = list(self.rounds)
        rounds[self.place] = replace(rounds[self.place], **changes)
        over = all(each.outcome is not None for each in rounds)
        return replace(self, rounds=tuple(rounds), ending="finished" if over else None)

    @property
    def answered(self) -> tuple[Round, ...]:
        """The rounds that are over: those that count."""
        return tuple(each for each in self.rounds if each.outcome is not None)

    @property
    def points(self) -> int:
        """All points."""
        return sum(each.points for each in self.answered)

    @property
    def most(self) -> int:
        """The points that could have been had so far."""
        return MAX_POINTS * len(self.answered)

    @cached_property
    def lost(self) -> Mapping[str, int]:
        """Points lost by topic, the most first: what is to be practised."""
        found: dict[str, int] = {}
        for each in self.answered:
            if each.points < MAX_POINTS:
                topic = each.exercise.topic
                found[topic] = found.get(topic, 0) + MAX_POINTS - each.points
        return dict(sorted(found.items(), key=lambda item: -item[1]))


# Hints: first the rule to use, in letters; then the steps of the right derivation that leave something to do.

# Operations whose rules are written with u and v even where the variable itself is there: (x*v)' is no rule.
WITH_LETTERS_ONLY = ("+", "-", "neg", "*", "/")


class Hint(NamedTuple):
    """A hint: the rule's name, and its line."""

    rule: str
    equation: Equation

    def block(self, number: int) -> Block:
        """The hint as a block."""
        said = f"use the {named(self.rule)}" if number == 1 else f"by the {named(self.rule)}"
        return Equations(f"hint_{number}", (self.equation,), f"Hint: {said}")


def named(rule: str) -> str:
    """`power rule, chain rule` as it stands in a sentence."""
    return rule.replace(", ", " and the ")


def hints(expression: Expression, by: str) -> list[Hint]:
    """The hints for the derivative of an expression, the vaguest first; none of them is the whole answer."""
    active = active_nodes(wengert_list(expression), (by,))
    steps = steps_of(expression, by, active)
    first = in_letters(steps[0], active)
    found = [Hint(steps[0].rule, first)]
    for step in steps:
        equation = Equation(PendingDerivative(step.written, by), step.after)
        if equation != first and any(type(node) is PendingDerivative for node in wengert_list(step.after)):
            found.append(Hint(step.rule, equation))
    return found


def in_letters(step: DerivationStep, active: set[Expression]) -> Equation:
    """The rule of a step in general, d/dx[u*v] = d/dx[u]*v + u*d/dx[v]: u and v vary; a, c and n are constants."""
    node, by = step.node, step.by
    assert node.operation is not None
    name, varying = node.operation.name, iter("uvw")
    written: list[Expression] = []
    derivatives: list[Expression] = []
    for place, argument in enumerate(node.arguments):
        if argument not in active:
            written.append(Variable("c" if name not in ("^n", "^") else "an"[place]))
            derivatives.append(ZERO)
        elif argument is Variable(by) and name not in WITH_LETTERS_ONLY:
            written.append(argument)
            derivatives.append(ONE)
        else:
            written.append(Variable(next(varying)))
            derivatives.append(PendingDerivative(written[-1], by))
    general = apply(OPERATIONS["^"] if name == "^n" else node.operation, tuple(written))
    return Equation(PendingDerivative(general, by), apply_rule(general, derivatives).derivative)


HINT, SKIP, QUIT = ("", "?"), ("skip",), ("quit", "q", "exit")

BUDGET = 2.0  # Seconds for the points, and for the proof, of an answer.


class Reply(NamedTuple):
    """The quiz after a line of input, what is to be shown, and what was wrong with the form of an answer."""

    quiz: Quiz
    blocks: tuple[Block, ...] = ()
    diagnostic: Diagnostic | None = None


def begin(count: int, *, level: int | None = None, topic: str | None = None, seed: int = 0) -> Quiz:
    """A quiz of so many questions.  Raises ValueError for a topic that is not asked on the level."""
    made = exercises(count, level=level, topic=topic, seed=seed)
    return Quiz(tuple(map(Round, made)), level, topic, seed)


def introduction(quiz: Quiz) -> tuple[Block, ...]:
    """What is said before the first question."""
    about = "" if quiz.topic is None else f", topic {quiz.topic}"
    lowest, highest = (quiz.rounds[place].exercise.level for place in (0, -1))
    height = f"level {lowest}" if lowest == highest else f"levels {lowest} to {highest}"
    return (
        Heading(f"Quiz: {counted(len(quiz.rounds), 'derivative')}, {height}{about} (seed {quiz.seed})", 1),
        Paragraph(
            f"Write a derivative such as 2*x*cos(x^2). An empty line or ? is a hint, skip shows the derivation, "
            f"quit ends the quiz. A right answer brings "
            f"{counted(MAX_POINTS, 'point')}, less one for every wrong answer and every hint that you ask for."
        ),
    )


def asked(quiz: Quiz) -> tuple[Block, ...]:
    """The open question."""
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
    """What stands before the answer."""
    assert quiz.current is not None
    return f"{quiz.current.exercise.wanted} = "


def interrupted(quiz: Quiz, ending: Ending) -> Quiz:
    """The quiz ended before its last question."""
    return quiz if quiz.ending is not None else replace(quiz, ending=ending)


def reply(quiz: Quiz, line: str, *, solutions: bool | None = None) -> Reply:
    """What follows from a line of input.

    `solutions` says whether derivations are shown: always, never, or (None) where no right answer was given.
    """
    current, text = quiz.current, line.strip()
    assert current is not None
    if text in HINT:
        return _hinted(quiz, current)
    if text.lower() in SKIP:
        said = Paragraph("Skipped.")
        return _closed(quiz.with_current(outcome="skipped"), current.exercise, [said], solutions is not False)
    if text.lower() in QUIT:
        return Reply(interrupted(quiz, "quit"))
    try:
        check = _checked(current.exercise, text, quiz.seed)
    except DiffcompareError as error:
        return Reply(quiz, (), error.diagnostic)
    tried = quiz.with_current(tries=(*current.tries, Try(text, current.exercise.by, check)))
    if check.verdict == "undecided":
        said = Paragraph(as_sentence(f"This could not be decided: {evidence(check, current.exercise.by)}"), "warning")
        return Reply(tried, (said, Paragraph("It costs nothing: write it in another way.")))
    if check.ok:
        return _right(tried, check, solutions is True)
    return _wrong(tried, check, solutions is not False)


def _checked(exercise: Exercise, text: str, seed: int) -> Check:
    return check_question(exercise.question, {exercise.by: text}, seed=seed, budget=BUDGET, source="your partial by")


def _hinted(quiz: Quiz, current: Round) -> Reply:
    hint = _next_hint(current)
    if hint is None:
        return Reply(quiz, (Paragraph("There is no other hint; `skip` shows the derivation."),))
    return Reply(quiz.with_current(hints=current.hints + 1, shown=current.shown + 1), (hint,))


def _next_hint(current: Round) -> Block | None:
    exercise = current.exercise
    known = hints(exercise.expression, exercise.by)
    return known[current.shown].block(current.shown + 1) if current.shown < len(known) else None


def _right(quiz: Quiz, check: Check, solution: bool) -> Reply:
    assert quiz.current is not None
    exercise = quiz.current.exercise
    judgement = check.judgements[exercise.by]
    closed = quiz.with_current(outcome="right")
    points = replace(quiz.current, outcome="right").points
    said = headline(check, judgement).removeprefix("is ")
    blocks: list[Block] = [Paragraph(as_sentence(f"{said}. {counted(points, 'point')}"), "verdict")]
    if judgement.holes or judgement.undefined_at is not None:
        blocks.append(Paragraph(as_sentence(evidence(check, exercise.by)), "note"))
    return _closed(closed, exercise, blocks, solution)


def _wrong(quiz: Quiz, check: Check, solution: bool) -> Reply:
    current = quiz.current
    assert current is not None
    exercise = current.exercise
    blocks: list[Block] = [Paragraph(as_sentence(f"Not right: {evidence(check, exercise.by)}"), "verdict")]
    mistakes = list(parts(check.mistakes.get(exercise.by)))
    if current.wrong == TRIES:
        blocks += [Paragraph(as_sentence(f"The mistake: {mistake.sentence}")) for mistake in mistakes]
        return _closed(quiz.with_current(outcome="wrong"), exercise, blocks, solution)
    told = [mistake for mistake in mistakes if mistake.kind != A_TERM]
    if current.wrong == TRIES - 1 and told:
        for mistake in told:
            blocks += mistake_blocks(check, exercise.by, _veiled(mistake, exercise))
        return Reply(quiz, tuple(blocks))
    hint = _next_hint(current)
    if hint is None:
        return Reply(quiz, tuple(blocks))
    return Reply(quiz.with_current(shown=current.shown + 1), (*blocks, hint))


def _veiled(mistake: Mistake, exercise: Exercise) -> Mistake:
    """The mistake without the right answer, which its sentence and its step may hold where it is about the whole."""
    if mistake.node is not exercise.expression:
        return mistake
    known = mistake.step is not None and not is_open(mistake.step.right)
    before, whole, after = mistake.sentence.partition(f"the derivative of {exercise.expression} is ")
    veiled = f"{before}{whole}not {after.partition(', not ')[2]}" if whole else before
    return replace(mistake, sentence=veiled, step=None if known else mistake.step)


def _closed(quiz: Quiz, exercise: Exercise, blocks: list[Block], solution: bool) -> Reply:
    """A question is over: with its derivation, if that is to be shown."""
    if solution:
        derived = derive_question(exercise.question, wrt=exercise.by).document().blocks
        blocks += [block for block in derived if isinstance(block, Equations)]
    return Reply(quiz, tuple(blocks))
