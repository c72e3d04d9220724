"""`diffcompare quiz`: exercises in differentiation, with hints and explanations of mistakes."""

from __future__ import annotations

from typing import Annotated

from diffcompare import safe_io
from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import OUTPUT, READS_FILE, Option
from diffcompare.cli.output import CommandResult, Settings, check_destination

EXAMPLES = (
    "diffcompare quiz",
    "diffcompare quiz --level 3 --topic chain --questions 10",
    "diffcompare quiz --seed 7 --answers answers.txt --json",
)
MAX_QUESTIONS = 50


def command(
    settings: Settings,
    level: Annotated[
        str | None,
        Option(
            "--level",
            metavar="1..5",
            help="Difficulty. [default: rising]",
            autocompletion=arguments.words_at("classroom.quiz.exercises:LEVELS"),
        ),
    ] = None,
    topic: Annotated[
        str | None,
        Option(
            "--topic",
            metavar="NAME",
            help="chain, product ... [default: all]",
            autocompletion=arguments.words_at("classroom.quiz.exercises:TOPICS"),
        ),
    ] = None,
    questions: Annotated[
        int, Option("--questions", metavar="N", help="Number of questions.", min=1, max=MAX_QUESTIONS)
    ] = 5,
    seed: options.OptionalSeed = None,
    answers: Annotated[
        str | None,
        Option("--answers", metavar="FILE", help="Read the answers from FILE, one per line."),
        READS_FILE,
    ] = None,
    solutions: Annotated[
        bool | None,
        Option(
            "--show-solutions/--no-solutions",
            help="Show every derivation, or none. [default: where needed]",
            group=OUTPUT,
        ),
    ] = None,
) -> CommandResult:
    """Find derivatives, with hints and explanations.

    A wrong answer has a hint first, then the mistake, then the derivation.
    """
    check_destination(settings)
    if answers is None:
        safe_io.protect_inputs([safe_io.STREAM], settings.output or safe_io.STREAM)
    from diffcompare.cli.conversation import Conversation, hold_quiz, lines_of, new_quiz

    quiz = new_quiz(questions, level, topic, seed)
    quiz = hold_quiz(quiz, Conversation(settings, lines_of(answers)), solutions)
    return CommandResult(quiz.document(brief=settings.quiet), (), None, 130 if quiz.ending == "interrupted" else 0)
