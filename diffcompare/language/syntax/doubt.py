"""Places of a text at which it may be read in two ways, and the findings that show both readings: E204 and E215."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from diffcompare.language.syntax.source_text import Finding, SourceText, quoted

DoubtKind: TypeAlias = Literal["argument", "inverse", "quotient", "power", "root"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """The first place of a text with two readings."""

    kind: DoubtKind
    index: int
    last: int

    def finding(self, source: SourceText, narrow: str, wide: str) -> Finding:
        """Return the finding that shows both readings of the whole text."""
        start, stop = source.span(self.index)[0], source.span(self.last)[1]
        excerpt = source.text[start:stop]
        if self.kind == "inverse":
            message = f"{quoted(excerpt)} is either the inverse function or the reciprocal"
            readings = ((narrow, "for the inverse function"), (wide, "for the reciprocal"))
            return Finding(message, (start, stop), "ambiguous", readings=readings, code="E215")
        if self.kind == "argument":
            message = f"it is not clear where the argument of {quoted(source.word(self.index))} ends"
            label = "a function's argument goes in parentheses"
            return Finding(message, (start, stop), label, readings=((narrow, ""), (wide, "")), code="E215")
        after = source.word(self.last) or source.token(self.last)
        message = f"it is not clear where the {self.kind} ends before {quoted(after)}"
        label = "no product is implied here"
        return Finding(message, source.span(self.last), label, readings=((wide, ""), (narrow, "")), code="E204")
