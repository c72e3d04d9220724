"""The catalogue, to be read: `diffcompare list` and `diffcompare list physics`."""

from __future__ import annotations

from dataclasses import dataclass

from diffcompare.catalogue import GROUPS, Entry, load
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Code, Column, Document, Heading, Paragraph, Table

COLUMNS = (
    Column("group", "group", group=True),
    Column("name", "name"),
    Column("title", "title"),
    Column("point", "point"),
    Column("expression", "expression"),
)


@dataclass(frozen=True, slots=True)
class ExamplesRecord:
    """Entries of the catalogue: all of them, or those of a group."""

    entries: tuple[Entry, ...]
    group: str | None = None

    def data(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {"schema": "diffcompare/1", "command": "list", "examples": [_entry_data(each) for each in self.entries]}

    def document(self) -> Document:
        """One table, by group."""
        rows = tuple(
            (each.group, f"@{each.name}", each.title, Code(point_text(each)), Code(each.text)) for each in self.entries
        )
        title = "Catalogue of expressions" if self.group is None else f"Catalogue of expressions: {self.group}"
        example = self.entries[0].name
        closing = f"An entry is asked for by its name with an @ before it: diffcompare grad @{example}"
        return Document((Heading(title, 1), Table("examples", COLUMNS, rows), Paragraph(closing, "note")), self.data)


def examples(group: str | None = None) -> ExamplesRecord:
    """The catalogue, or one group of it.  Raises DiffcompareError (E610) for a group that it does not have."""
    if group is not None and group not in GROUPS:
        raise _unknown(group)
    return ExamplesRecord(tuple(each for each in load() if group in (None, each.group)), group)


def point_text(entry: Entry) -> str:
    """The classic point as `--at` takes it."""
    return ",".join(
        f"{name}={int(value) if value.is_integer() and abs(value) < 1e15 else value}"
        for name, value in entry.point.items()
    )


def _entry_data(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "group": entry.group,
        "title": entry.title,
        "expression": entry.text,
        "point": dict(entry.point),
        "gradient": dict(entry.formulas),
        "domain": entry.domain or None,
        "lesson": entry.lesson,
        "source": entry.source,
        "tier": entry.tier,
        "demos": list(entry.demos),
        "traps": list(entry.traps),
    }


def _unknown(group: str) -> DiffcompareError:
    from difflib import get_close_matches

    close = get_close_matches(group, GROUPS, 1, 0.5)
    help_text = f"did you mean `{close[0]}`?" if close else f"the groups are {', '.join(GROUPS)}"
    message = f"the catalogue has no group `{group}`"
    return DiffcompareError(Diagnostic(code="E610", kind="bad_value", message=message, help=help_text))
