"""The course of a quiz as a state machine: `reply` takes a quiz and a line of input, and gives the next quiz.

Nothing here reads or prints.  A wrong answer is followed by a hint, a second one by the mistake in it, a third one by
the derivation; what cannot be read or decided costs nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Code, Equation, Equations, Heading, Listing, Paragraph
from diffcompare.expression import Variable
from diffcompare.mistakes import Mistake
from diffcompare.studies.check import Check, check_question
from diffcompare.studies.check.document import is_open, mistake_blocks
from diffcompare.studies.check.wording import as_sentence, evidence, headline, parts
from diffcompare.studies.derive import derive_question
from diffcompare.studies.quiz.hints import hints
from diffcompare.studies.quiz.questions import Exercise, exercises
from diffcompare.studies.quiz.record import A_TERM, MOST_POINTS, TRIES, Ending, Quiz, Round, Try
from diffcompare.studies.telling import counted

HINT, SKIP, QUIT = ("", "?"), ("skip",), ("quit", "q", "exit")
BUDGET = 2.0
"""Seconds for the points, and for the proof, of an answer."""


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
            f"{counted(MOST_POINTS, 'point')}, less one for every wrong answer and every hint that you ask for."
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
    if judgement.holes or judgement.outside is not None:
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
