"""Recognition: the notation that a text is in, asked only about a text that is not in our language.

`NOTATIONS` are the readers by name.  A text is read in every notation of which it bears a mark: `\\frac`, `Sin[`, `.^`.
If the readings agree, that is its meaning; if they differ, all are shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple, TypeAlias

from diffcompare.diagnostics import note
from diffcompare.language.expression import Expression
from diffcompare.language.notation.latex_statement import read_latex
from diffcompare.language.notation.translation import MAX_LENGTH, Meanings, NotationFault, Translation, translate
from diffcompare.language.syntax.source_text import Finding, Reading, SourceText

NotationReader: TypeAlias = Callable[[str, Collection[str], Meanings], Translation]


class ForeignNotation(NamedTuple):
    """A notation: what it is called, the mark by which a text in it is recognized, and its reader.

    A mark that other notations have as well is a hint: a text that cannot be read by it is not blamed for that.
    """

    title: str
    mark: re.Pattern[str]
    read: NotationReader
    hint: re.Pattern[str] = re.compile(r"(?!)")


NOTATIONS: dict[str, ForeignNotation] = {
    "latex": ForeignNotation("LaTeX", re.compile(r"\\[A-Za-z(\[{|]|^\s*\$"), read_latex, re.compile(r"[\^_]\s*\{")),
}


def in_notation(name: str, text: str, names: Collection[str] = ()) -> Translation:
    """Return the meaning of a text in a notation.

    Args:
        name: One of NOTATIONS.
        text: The formula.
        names: Variables that are known.

    Raises:
        NotationFault: The text is not read in this notation, or has several meanings.
    """
    if len(text) > MAX_LENGTH:
        message = f"a formula in {NOTATIONS[name].title} of {len(text):,} characters"
        raise NotationFault(message, (MAX_LENGTH, len(text)), f"{MAX_LENGTH:,} is the limit")
    notation = NOTATIONS[name]
    return translate(partial(_read, notation, text, names))


def _read(notation: ForeignNotation, text: str, names: Collection[str], meanings: Meanings) -> Translation:
    return notation.read(text, names, meanings)


def foreign_notation(source: SourceText) -> Reading | Finding | None:
    """Read a text in the notation whose mark it bears; None for one without a mark."""
    marked = {name: notation.mark.search(source.text) is not None for name, notation in NOTATIONS.items()}
    readings: dict[Expression, Reading] = {}
    words: dict[str, str] = {}
    faults: list[Finding] = []
    for name, is_marked in marked.items():
        if not is_marked and not NOTATIONS[name].hint.search(source.text):
            continue
        try:
            translation = in_notation(name, source.text, source.names)
        except NotationFault as fault:
            if is_marked:
                faults.append(finding_of(fault))
            continue
        readings.setdefault(translation.expression, reading_of(translation))
        words.setdefault(str(translation.expression), f"in {NOTATIONS[name].title}")
    if len(readings) == 1:
        return next(iter(readings.values()))
    if readings:
        message = "this has several meanings, by the notation it is in"
        return Finding(message, (0, len(source.text)), "which notation?", readings=tuple(words.items()), code="E222")
    return faults[0] if faults else None


def reading_of(translation: Translation) -> Reading:
    """Return a translation as a reading: text in our language, with the remarks as notes."""
    notes = tuple(note("W316", remark) for remark in translation.remarks)
    return Reading(str(translation.expression), notes, translation.variables, translation.wrt)


def finding_of(fault: NotationFault) -> Finding:
    """Return a fault as a finding about the text."""
    code = "E222" if len(fault.readings) > 1 else "E221"
    return Finding(
        fault.message, fault.span, fault.label, fault.help, readings=fault.readings, code=code, kind="syntax_error"
    )
