"""`diffcompare quiz`: exercises in differentiation, with hints and explanations of mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from diffcompare.cli import completion, options, overwriting
from diffcompare.cli.conversation import Conversation
from diffcompare.cli.output import CommandResult, Settings, check_destination
from diffcompare.cli.progress import progress_line
from diffcompare.diagnostics import usage_error

if TYPE_CHECKING:
    from diffcompare.classroom.quiz.session import Quiz


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
        typer.Option("--level", metavar="1..5", help="Difficulty. [default: rising]", autocompletion=completion.levels),
    ] = None,
    topic: Annotated[
        str | None,
        typer.Option(
            "--topic", metavar="NAME", help="chain, product ... [default: all]", autocompletion=completion.topics
        ),
    ] = None,
    questions: Annotated[
        int, typer.Option("--questions", metavar="N", help="Number of questions.", min=1, max=MAX_QUESTIONS)
    ] = 5,
    seed: options.OptionalSeed = None,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE", help="Read the answers from FILE, one per line."),
        options.READS_FILE,
    ] = None,
    solutions: Annotated[
        bool | None,
        typer.Option("--show-solutions/--no-solutions", help="Show every derivation, or none. [default: where needed]"),
    ] = None,
) -> CommandResult:
    """Find derivatives, with hints and explanations."""
    check_destination(settings)
    if answers is None:
        overwriting.refuse([overwriting.STREAM], settings.output or overwriting.STREAM)
    quiz = _new_quiz(questions, level, topic, seed)
    quiz = hold_quiz(quiz, Conversation(settings, _lines(answers)), solutions)
    return CommandResult(quiz.document(brief=settings.quiet), (), None, 130 if quiz.ending == "interrupted" else 0)


def hold_quiz(quiz: Quiz, conversation: Conversation, solutions: bool | None = None) -> Quiz:
    """Ask all questions of a quiz, unless the person stops earlier, and return the quiz with the answers."""
    from diffcompare.classroom.quiz.session import interrupted, introduction, prompt, question_blocks, reply

    try:
        conversation.say(introduction(quiz))
        place = None
        while quiz.place is not None:
            if quiz.place != place:
                place = quiz.place
                conversation.say(question_blocks(quiz))
            line = conversation.ask(prompt(quiz))
            if line is None:
                return interrupted(quiz, "end-of-input")
            with progress_line("checking"):
                quiz, blocks, diagnostic = reply(quiz, line, solutions=solutions)
            if diagnostic is not None:
                conversation.tell(diagnostic)
            conversation.say(blocks)
    except KeyboardInterrupt:
        conversation.end_interrupted_line()
        return interrupted(quiz, "interrupted")
    return quiz


def _new_quiz(count: int, level: str | None, topic: str | None, seed: int | None) -> Quiz:
    import secrets

    from diffcompare.classroom.quiz.exercises import LEVELS, TOPICS, levels_of
    from diffcompare.classroom.quiz.session import begin

    levels = list(map(str, LEVELS))
    if level is not None and level not in levels:
        raise options.unknown_word("--level", level, levels)
    if topic is not None and topic.lower() not in TOPICS:
        raise options.unknown_word("--topic", topic, TOPICS)
    topic = topic.lower() if topic else None
    if topic is not None and level is not None and int(level) not in levels_of(topic):
        available = levels_of(topic)
        first, last = available[0], available[-1]
        where = f"on level {first}" if first == last else f"from level {first} to {last}"
        raise usage_error(
            "E506", f"`--topic {topic}` is not asked on level {level}, but {where}",
            f"for example `--topic {topic} --level {first}`",
        )  # fmt: skip
    number = secrets.randbelow(10_000) if seed is None else seed
    return begin(count, level=int(level) if level else None, topic=topic, seed=number)


def _lines(path: str | None) -> Sequence[str] | None:
    if path in (None, "-"):
        return None
    from diffcompare.inputs.files import read_text

    return read_text(path).splitlines()
