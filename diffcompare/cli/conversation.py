"""A quiz held as a conversation, with a person in a terminal or a script (a pipe or a file).

Questions go to stdout if the result is text for people too.  Otherwise (JSON, CSV ...) they go to stderr, and only if
somebody types: a script that asks for JSON gets nothing else.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence

from diffcompare import safe_io
from diffcompare.classroom.quiz.exercises import LEVELS, TOPICS, levels_of
from diffcompare.classroom.quiz.session import Quiz, begin, interrupted, introduction, prompt, question_blocks, reply
from diffcompare.cli.arguments import unknown_word
from diffcompare.cli.output import Settings, choose_format, choose_look, progress_line
from diffcompare.diagnostics import Diagnostic, usage_error
from diffcompare.document import Block, Document
from diffcompare.inputs.files import read_text
from diffcompare.render import render

FOR_PEOPLE = ("terminal", "plain")
MAX_LINE_LENGTH = 100_000  # bytes of an input line; a longer one is too long for an answer anyway


class Conversation:
    """A dialogue partner: a person who types, or a list of answers."""

    def __init__(self, settings: Settings, answers: Iterable[str] | None = None) -> None:
        """Take `answers` in place of a person, or read standard input if they are None."""
        self._typed = answers is None and safe_io.is_terminal(sys.stdin)
        self._lines = _input_lines() if answers is None else iter(answers)
        format = choose_format(settings)
        to_file = settings.output not in (None, "-")
        self._on_stdout = to_file or format in FOR_PEOPLE
        self._silent = not self._typed and (settings.quiet or not self._on_stdout)
        self._look = choose_look(settings)
        stream = sys.stdout if self._on_stdout else sys.stderr
        self._format = format if format in FOR_PEOPLE else FOR_PEOPLE[not safe_io.is_terminal(stream)]

    def say(self, blocks: Sequence[Block]) -> None:
        """Show blocks, followed by an empty line."""
        if blocks:
            self._write(render(Document(tuple(blocks)), self._format, look=self._look) + "\n")

    def tell(self, diagnostic: Diagnostic) -> None:
        """Report on stderr what is wrong with an answer."""
        if not self._silent:
            safe_io.tell(diagnostic)
            safe_io.complain("\n")

    def ask(self, prompt: str) -> str | None:
        """Return the next answer, or None if there are no more.  Raises KeyboardInterrupt."""
        line = self._type(prompt) if self._typed else next(self._lines, None)
        if line is None:
            self._write("\n" if self._typed else "")
        elif not self._typed:  # echo the answer, as a terminal would
            self._write(f"{prompt}{line}".rstrip() + "\n")
        if line is not None:
            self._write("\n")
        return line

    def end_interrupted_line(self) -> None:
        """Begin a new line after the `^C` that a terminal echoes."""
        self._write("\n\n" if self._typed else "\n")

    def _type(self, prompt: str) -> str | None:
        """Read a line that somebody types, with readline's keys if it is available."""
        if not (self._on_stdout and safe_io.is_terminal(sys.stdout)):
            self._write(prompt)
            return next(self._lines, None)
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  (`input` uses it)
        try:
            return input(prompt)
        except EOFError:
            return None
        except UnicodeDecodeError:
            return "\N{REPLACEMENT CHARACTER}"

    def _write(self, text: str) -> None:
        if self._silent or not text:
            return
        if self._on_stdout:
            safe_io.write(text)
        else:
            safe_io.complain(text)


def _input_lines() -> Iterator[str]:
    """Yield the lines of standard input as they come; none if it is closed."""
    if sys.stdin is None:
        return
    try:
        while line := sys.stdin.buffer.readline(MAX_LINE_LENGTH):
            yield line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
    except (OSError, ValueError):  # unreadable or closed
        return


# --- The quiz ---------------------------------------------------------------------------------------------------------


def new_quiz(count: int, level: str | None, topic: str | None, seed: int | None) -> Quiz:
    """Begin a quiz as the options say.  Raises DiffcompareError (E506) for a level or topic that does not exist."""
    levels = list(map(str, LEVELS))
    if level is not None and level not in levels:
        raise unknown_word("--level", level, levels)
    if topic is not None and topic.lower() not in TOPICS:
        raise unknown_word("--topic", topic, TOPICS)
    topic = topic.lower() if topic else None
    if topic is not None and level is not None and int(level) not in levels_of(topic):
        available = levels_of(topic)
        first, last = available[0], available[-1]
        where = f"at level {first}" if first == last else f"at levels {first} to {last}"
        raise usage_error(
            "E506", f"`--topic {topic}` is not asked at level {level}, but {where}",
            f"for example `--topic {topic} --level {first}`",
        )  # fmt: skip
    number = secrets.randbelow(10_000) if seed is None else seed
    return begin(count, level=int(level) if level else None, topic=topic, seed=number)


def hold_quiz(quiz: Quiz, conversation: Conversation, solutions: bool | None = None) -> Quiz:
    """Ask all questions of a quiz, unless the person stops earlier, and return the quiz with the answers."""
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


def lines_of(path: str | None) -> Sequence[str] | None:
    """Return the lines of a file of answers; None where a person is to be asked."""
    return None if path in (None, safe_io.STREAM) else read_text(path).splitlines()
