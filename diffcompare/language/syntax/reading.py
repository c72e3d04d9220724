"""Readings: a text in a notation that is not ours, and has one meaning, is read as the text that writes it in ours.

The parser asks for the reading of a text that it cannot parse, so that ordinary text costs nothing.  Every reader of
`READERS` knows one notation.  It is given the text and returns

- a `Reading`, where the text can mean one thing: the same in our language, or at least a step nearer to it, for the
  readers are asked again about what they return;
- a `Finding`, where the text is in its notation and wrong, or has two meanings: all of them are shown;
- None for a text that is not in its notation.

A reading is always echoed.  Nothing is guessed: a text that no reader knows is an error, which `diagnose` explains.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from diffcompare.diagnostics import Diagnostic
from diffcompare.language.notation.recognition import (
    finding_of,
    in_notation,
    latex_notation,
    notation_in_a_line,
    reading_of,
)
from diffcompare.language.notation.translation import NotationFault
from diffcompare.language.syntax.definitions import definition, derivative, value_of_name
from diffcompare.language.syntax.diagnose import diagnostic_of, explain
from diffcompare.language.syntax.juxtaposition import juxtaposed
from diffcompare.language.syntax.sentences import sentence
from diffcompare.language.syntax.source_text import Attempt, Finding, Reading, SourceText
from diffcompare.language.syntax.typeset import typeset
from diffcompare.language.tokenizer import SyntaxFault

Reader: TypeAlias = Callable[[SourceText], Reading | Finding | None]

READERS: tuple[Reader, ...] = (
    latex_notation, definition, derivative, notation_in_a_line, value_of_name, typeset, juxtaposed,
    sentence,
)  # fmt: skip

MAX_READ_LENGTH = 10_000  # characters of a text that is looked at: an answer takes milliseconds
MAX_STEPS = 5  # readings on the way to a text in our language


def interpret(
    text: str,
    fault: SyntaxFault,
    names: Collection[str],
    attempt: Attempt,
    *,
    question: bool = False,
    notation: str | None = None,
) -> Reading | Diagnostic:
    """Return the one reading of a text that could not be parsed, or the diagnostic that explains why it has none.

    `names` are known variables, and `attempt` is the parser.  Only where a text is a `question`, asked by its
    derivative, may it be the derivative of something: `d/dx (x^2)`.  In a named `notation` nothing else is read.
    """
    if notation is not None:
        return _in_notation(text, notation, names, attempt)
    reading = Reading(text)
    while len(text) <= MAX_READ_LENGTH and reading.steps < MAX_STEPS:
        source = SourceText(reading.text, fault, {*names, *reading.variables}, attempt)
        step = next((step for reader in READERS if (step := reader(source)) is not None), None)
        if isinstance(step, Finding):
            return diagnostic_of(step, fault.code, reading.text, names, attempt)
        if step is None or (step.wrt is not None and (not question or reading.steps)):  # f(x) = d/dx ...
            break
        reading = reading.followed_by(step)
        parsed = attempt(reading.text, names)
        if not isinstance(parsed, SyntaxFault):
            return reading
        fault = parsed
    return explain(reading.text, fault, names, attempt)


def _in_notation(text: str, notation: str, names: Collection[str], attempt: Attempt) -> Reading | Diagnostic:
    """Return the reading of a text in a notation, or the diagnostic that explains why it has none.

    `notation` is one of the notations of `recognition`, or `diffcompare`, in which nothing but our language is read.
    """
    if notation == "diffcompare":
        parsed = attempt(text, names)
        return explain(text, parsed, names, attempt) if isinstance(parsed, SyntaxFault) else Reading(text)
    try:
        return reading_of(in_notation(notation, text, names))
    except NotationFault as fault:
        return diagnostic_of(finding_of(fault), fault.code, text, names, attempt)
