"""The kinds of mistakes that a check can name: `diffcompare check --kinds`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffcompare.document import Code, Column, Document, Heading, Table
from diffcompare.mistakes import KINDS, example_of

COLUMNS = (
    Column("kind", "kind"),
    Column("title", "what it is"),
    Column("expression", "f"),
    Column("by", "by"),
    Column("wrong", "wrong answer"),
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds, each with an example whose wrong answer its wrong rule has just written."""

    def rows(self) -> list[dict[str, str]]:
        """The slug, the title and the example of each kind."""
        return [{"kind": slug, "title": kind.title, **example_of(slug)._asdict()} for slug, kind in KINDS.items()]

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"schema": "diffcompare/1", "command": "check", "kinds": self.rows()}

    def document(self) -> Document:
        """One table."""
        rows = tuple(
            (row["kind"], row["title"], Code(row["expression"]), Code(row["by"]), Code(row["wrong"]))
            for row in self.rows()
        )
        return Document((Heading("Mistakes that are known by name", 1), Table("kinds", COLUMNS, rows)), self.data)
