"""The record of a run: what is to be said when all rows are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import Diagnostic
from diffcompare.studies.batch.digest import Digest
from diffcompare.studies.batch.options import Options
from diffcompare.studies.batch.tally import Tally
from diffcompare.studies.telling import Shown

if TYPE_CHECKING:
    from diffcompare.document import Document


@dataclass(frozen=True, repr=False)
class Batch(Shown):
    """A run over many rows, in figures.  Nothing in it depends on the time that the run took, or on interruptions."""

    files: tuple[str, ...]
    options: Options
    tally: Tally
    rows: Sequence[Digest] = ()
    """Every row in short, where a format shows them all together."""
    notes: tuple[Diagnostic, ...] = ()

    @property
    def failure(self) -> Diagnostic | None:
        """Rows may fail; the run does not."""
        return None

    @property
    def verdict(self) -> str:
        """One sentence."""
        from diffcompare.studies.batch.verdict import verdict

        return verdict(self)

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        from diffcompare.studies.batch.data import data

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The figures as tables; a brief document has those of the methods only."""
        from diffcompare.studies.batch.document import document

        return document(self, brief=brief)
