"""Translations: a text in another notation as an expression of our language, or all that it may mean.

A reader builds expressions and never evaluates anything.  Where a text has two meanings it asks `Meanings.choose`, and
is run again for the other one, so that both are shown whole and in our language.  Two ways to the same expression are
one meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

from diffcompare.language.expression import Expression

MAX_MEANINGS = 4  # texts that are shown where a text has several meanings
MAX_LENGTH = 20_000  # characters of a text in another notation


class NotationFault(Exception):
    """The reason why a text in another notation is not read: words, and the characters of that text at fault."""

    def __init__(
        self,
        message: str,
        span: tuple[int, int],
        label: str = "",
        help: str | None = None,
        readings: Sequence[tuple[str, str]] = (),
        code: str = "E221",
    ) -> None:
        super().__init__(message)
        self.code = code  # E101 for a function that is not known, which may be a mistake in our own language
        self.message = message
        self.span = span
        self.label = label
        self.help = help
        self.readings = tuple(readings)  # texts in our language, with words for the meaning of each


class Translation(NamedTuple):
    """The one meaning of a text: an expression, remarks on how it was read, and what the text says of variables."""

    expression: Expression
    remarks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()  # names that the text calls variables: x in f(x) = x^2
    wrt: str | None = None  # the variable of d/dx, where the text asks for the derivative of the expression


class _Question(NamedTuple):
    """A place with two meanings."""

    message: str
    span: tuple[int, int]
    labels: tuple[str, ...]


class Meanings:
    """The choices in one run over a text, and the questions that came up in it."""

    def __init__(self, chosen: dict[str, int] | None = None) -> None:
        self.chosen = chosen or {}
        self.questions: dict[str, _Question] = {}
        self.remarks: dict[str, None] = {}

    def choose(self, kind: str, span: tuple[int, int], message: str, labels: Sequence[str]) -> int:
        """Return the number of the meaning to take at a place; all places of a kind are read alike in one run."""
        self.questions.setdefault(kind, _Question(message, span, tuple(labels)))
        return self.chosen.get(kind, 0)

    def remark(self, text: str) -> None:
        """Note how something was read."""
        self.remarks.setdefault(text)


def translate(read: Callable[[Meanings], Translation]) -> Translation:
    """Return the one meaning that a reader finds in a text.

    Args:
        read: The reader, run with the choices to make.

    Raises:
        NotationFault: The text is not read, or has several meanings, which are its readings.
    """
    meanings = Meanings()
    first = _run(read, meanings)
    if isinstance(first, Translation) and not meanings.questions:
        return first
    if not meanings.questions:
        assert isinstance(first, NotationFault), "a run ends in a translation or a fault"
        raise first
    kinds = list(meanings.questions)[:2]
    readings: dict[Expression, str] = {}
    last = first
    for choice in product(*[range(len(meanings.questions[kind].labels)) for kind in kinds]):
        run = Meanings(dict(zip(kinds, choice, strict=True)))
        last = _run(read, run)
        if isinstance(last, Translation):
            words = [meanings.questions[kind].labels[number] for kind, number in zip(kinds, choice, strict=True)]
            readings.setdefault(last.expression, " and ".join(filter(None, words)))
    if isinstance(first, NotationFault) and not readings:
        raise first
    if len(readings) == 1 and isinstance(first, Translation):
        return first
    question = meanings.questions[kinds[0]]
    texts = [(str(expression), words) for expression, words in readings.items()][:MAX_MEANINGS]
    raise NotationFault(question.message, question.span, "two readings", readings=texts)


def _run(read: Callable[[Meanings], Translation], meanings: Meanings) -> Translation | NotationFault:
    try:
        result = read(meanings)
    except NotationFault as fault:
        return fault
    return result._replace(remarks=(*result.remarks, *meanings.remarks))
