"""The differences between two audits, of two versions of an engine: `audit --against` what `audit --save` kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Document, Heading, Paragraph, Table, columns
from diffcompare.studies.audit import Audit
from diffcompare.studies.record import SCHEMA, counted


class AuditChange(NamedTuple):
    """A number that another audit has otherwise, as text; None where one of the two has no such number."""

    engine: str
    case: str
    mode: str
    variable: str
    before: str | None
    after: str | None

    @property
    def is_of_verdict(self) -> bool:
        """Tell whether the verdict is another one, too."""
        return (self.before or "").rpartition("(")[2] != (self.after or "").rpartition("(")[2]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[AuditChange]:
    """Return what differs between the data of two audits, as `audit --save` writes them, of what both asked for."""
    old, new = _by_place(before), _by_place(after)
    cut = {place for numbers in (old, new) for place, text in numbers.items() if text.endswith("(not-asked)")}
    return [
        AuditChange(*place, old.get(place), new.get(place))
        for place in dict.fromkeys([*old, *new])
        if old.get(place) != new.get(place) and place not in cut
    ]


def _by_place(data: Mapping[str, Any]) -> dict[tuple[str, str, str, str], str]:
    return {
        (one["engine"], one["case"], one["mode"], one["variable"]): f"{one['text']} ({one['kind']})"
        for one in data["numbers"]
    }


def saved(text: str, source: str) -> dict[str, Any]:
    """Read what `audit --save` wrote.  Raises DiffcompareError for anything else."""
    try:
        data = json.loads(text)
        if data["command"] == "audit" and data["numbers"]:
            for engine in data["engines"]:
                engine["name"], engine["version"]
            _by_place(data)
            return dict(data)
    except (ValueError, TypeError, LookupError, RecursionError):
        pass
    help = "`diffcompare audit --save FILE` writes one"
    raise DiffcompareError(Diagnostic("E717", "bad_value", "this is no saved audit", help=help, source=source))


def changed(audit: Audit, *, earlier: dict[str, Any]) -> Document:
    """Return what differs from an earlier audit, of the engines that are in both."""
    names = {engine.name for engine in audit.engines}
    versions = {engine["name"]: engine["version"] for engine in earlier["engines"]}
    common = {**earlier, "numbers": [one for one in earlier["numbers"] if one["engine"] in names]}
    found = sorted(changes(common, audit.data()), key=lambda change: not change.is_of_verdict)
    verdicts = sum(change.is_of_verdict for change in found)
    rows = tuple(
        [
            (change.engine, change.case, change.mode, f"d/d{change.variable}", change.before, change.after)
            for change in found
        ]
    )
    heads = columns("*engine | *case | mode | partial | before | after")
    compared = ", ".join(
        f"{engine.name} {engine.version} with {versions.get(engine.name) or 'nothing saved'}"
        for engine in audit.engines
    )
    differ = f"{counted(len(rows), 'number')} {'differs' if len(rows) == 1 else 'differ'}"
    said = f"{differ}, {verdicts} by the verdict: {compared}."
    blocks: list[Block] = [Heading("Engines against an earlier audit", 1), Paragraph(said, "verdict")]
    blocks += [Table("changes", heads, rows, "Changes")] if rows else []
    fields = {
        "schema": SCHEMA,
        "command": "audit",
        "changes": [{**change._asdict(), "of_verdict": change.is_of_verdict} for change in found],
    }
    return Document(tuple(blocks), lambda: fields)
