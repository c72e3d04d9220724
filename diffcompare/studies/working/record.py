"""A derivation that was checked: its lines, and the first that does not follow from the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diffcompare.checking import WORST_FIRST, Judgement, Verdict
from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document
from diffcompare.source import Question
from diffcompare.studies.check.record import EXIT_CODES, Check
from diffcompare.studies.telling import Shown
from diffcompare.studies.working.lines import Written

if TYPE_CHECKING:
    from diffcompare.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Line:
    """A line, whether it is the derivative, and whether it follows from the line before (None: not asked)."""

    written: Written
    judgement: Judgement
    follows: bool | None
    mistake: Mistake | None = None

    @property
    def right(self) -> bool:
        """Whether it is the derivative."""
        return EXIT_CODES[self.judgement.verdict] == 0


@dataclass(frozen=True, repr=False)
class Working(Shown):
    """The lines of a derivation by one variable."""

    question: Question
    by: str
    lines: tuple[Line, ...]
    first: int | None
    """The place of the first line that does not follow; None where all do."""
    check: Check
    """The check of that line, or of the last."""
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """That of the first line that does not follow, else that of the last."""
        found = {line.judgement.verdict for line in self.lines}
        return next(verdict for verdict in WORST_FIRST if verdict in found)

    @property
    def exit_code(self) -> int:
        """0 where all lines follow, 1 where one does not, 3 where that could not be decided."""
        return EXIT_CODES[self.verdict]

    @property
    def finished(self) -> bool:
        """Whether nothing is left to be worked out in the last line."""
        return self.lines[-1].written.opens == 0

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.working.telling import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The lines with their verdicts, and what is wrong with the first that is."""
        from diffcompare.studies.working.telling import document

        return document(self, brief=brief)
