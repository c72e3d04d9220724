"""The report of an audit: a sentence to quote, a line for every engine, what is wrong with its cure, and the matrix."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Code, Document, Heading, Paragraph, Table, columns
from diffcompare.engines.cases import AuditCase
from diffcompare.studies.audit import Audit, AuditedEngine, EngineNumber, changes, disagree
from diffcompare.studies.record import SCHEMA, counted, number, select

KINDS = {
    "right": "right",
    "digits-lost": "digits lost",
    "convention": "conventions",
    "no-number": "nan or inf",
    "wrong": "wrong",
    "refused": "refused",
}
MARKS = {"right": "right", "refused": "-"}
MOST_WRONG = 12  # of an engine are listed; all are in the JSON


def data(audit: Audit) -> dict[str, Any]:
    """Return every number for JSON."""
    return {
        "schema": SCHEMA,
        "command": "audit",
        "engines": [
            {**select(engine, "name | version | digits | modes | note?"), **_counts(audit, engine)}
            for engine in audit.engines
        ],
        "cases": [
            select(case, "name | group | text | at | right | order | together? | why? | source?")
            for case in audit.cases
        ],
        "numbers": [
            {
                **select(one, "engine | mode | case=case.name | variable"),
                "number": number(one.number),
                "text": None if one.number is None else repr(one.number),
                **select(
                    one, "kind=judgement.kind | digits=judgement.digits | convention=judgement.convention? | note?"
                ),
            }
            for one in audit.numbers
        ],
        "verdict": verdict(audit),
    }


def document(audit: Audit, *, brief: bool = False) -> Document:
    """Return the report; a brief one has the line for every engine only."""
    if brief:
        return Document((_engines(audit),), audit.data)
    blocks: list[Block] = [
        Heading("Engines against the truth", 1),
        Paragraph(verdict(audit), "verdict"),
        _engines(audit),
    ]
    blocks += [table for table in (_wrong(audit), _matrix(audit)) if table.rows]
    missing = [f"{engine.name}: {engine.note}" for engine in audit.engines if engine.note]
    blocks += [Paragraph(note, "note") for note in missing]
    return Document(tuple(blocks), audit.data)


def verdict(audit: Audit) -> str:
    """Return a summary that a person can quote."""
    sentences = []
    for engine in audit.engines:
        if engine.note:
            continue
        counts = _counts(audit, engine)
        total = sum(counts["counts"].values())
        wrong, right = counts["counts"].get("wrong", 0), counts["counts"].get("right", 0)
        said = "none is finite and wrong" if not wrong else f"{wrong} {'is' if wrong == 1 else 'are'} finite and wrong"
        sentences.append(f"{_titled(engine)}: of {counted(total, 'number')} {right} are right, and {said}")
    return f"{'; '.join(sentences)}." if sentences else "No engine answered."


def _titled(engine: AuditedEngine) -> str:
    single = " (single precision)" if engine.digits == 24 else ""
    return f"{engine.name} {engine.version}{single}"


def _counts(audit: Audit, engine: AuditedEngine) -> dict[str, Any]:
    kinds: Counter[str] = Counter(one.judgement.kind for one in audit.numbers if one.engine == engine.name)
    differing = sum(disagree(numbers) for numbers in audit.by_case(engine.name).values())
    return {"counts": {kind: kinds[kind] for kind in KINDS}, "modes_disagree": differing}


def _engines(audit: Audit) -> Table:
    heads = columns("engine | version | >numbers | " + " | ".join(f">{kind}={title}" for kind, title in KINDS.items()))
    rows = []
    for engine in audit.engines:
        counts = _counts(audit, engine)
        listed = tuple(counts["counts"].values())
        rows.append((engine.name, engine.version, sum(listed), *listed, counts["modes_disagree"]))
    return Table(
        "engines", (*heads, *columns(">disagree=modes differ")), tuple(rows), "Numbers by verdict", sortable=True
    )


def _wrong(audit: Audit) -> Table:
    """Return what is finite and wrong, with the reason."""
    rows: list[tuple[Cell, ...]] = []
    for engine in audit.engines:
        seen: dict[tuple[str, str, str | None], list[EngineNumber]] = {}
        for one in audit.wrong:
            if one.engine == engine.name:
                seen.setdefault((one.case.name, one.variable, str(one.number)), []).append(one)
        for same in list(seen.values())[:MOST_WRONG]:
            first = same[0]
            modes = ", ".join(dict.fromkeys(one.mode for one in same))
            question = f"{first.case.text} at {_point(first.case)}"
            reason = first.note or first.case.why
            rows.append(
                (
                    engine.name,
                    modes,
                    Code(question),
                    f"d/d{first.variable}",
                    first.number,
                    _short(first.case.right[first.variable]),
                    reason,
                )
            )
    heads = columns("*engine | mode | question | partial | number=returned | right | why")
    return Table("wrong", heads, tuple(rows), "Finite and wrong")


def _point(case: AuditCase) -> str:
    return ", ".join(f"{name} = {x:.6g}" for name, x in case.at.items())


def _short(right: str) -> str:
    """Return a right value to a few digits."""
    if "|" in right or right in ("none", "inf", "-inf"):
        return right
    return f"{float(right):.6g}" if float(right) or right == "0" else right[:4] + right[right.rfind("e") :]


def _matrix(audit: Audit) -> Table:
    """Return a row for every case that some engine does not simply get right, and a column for every engine."""
    answered = [engine for engine in audit.engines if not engine.note]
    by_engine = {engine.name: audit.by_case(engine.name) for engine in answered}
    rows = []
    for case in audit.cases:
        cells = [_cell(by_engine[engine.name].get(case.name, [])) for engine in answered]
        if case.group not in ("Operations", "Catalogue") or any(cell not in ("right", "-") for cell in cells):
            rows.append((case.group, case.name, _rights(case), *cells))
    heads = columns("*group | case | right | " + " | ".join(engine.name for engine in answered))
    return Table("matrix", heads, tuple(rows), "Cases: the number where it is not right; by modes where they differ")


def _rights(case: AuditCase) -> str:
    return ", ".join(map(_short, case.right.values()))


def _cell(numbers: Sequence[EngineNumber]) -> str:
    """Say in a few characters what an engine returned on a case: once for all modes, if they say the same."""
    said: dict[str, None] = {}
    by_mode: dict[str, list[EngineNumber]] = {}
    for one in numbers:
        by_mode.setdefault(one.mode, []).append(one)
    for partials in by_mode.values():
        said[", ".join(dict.fromkeys(map(_mark, partials)))] = None
    marks = [mark for mark in said if mark != "-"] or list(said)
    return " / ".join(marks)


def _mark(one: EngineNumber) -> str:
    kind = one.judgement.kind
    if kind in MARKS:
        return MARKS[kind]
    if kind == "digits-lost":
        return f"{one.judgement.digits or 0:.1f} digits"
    text = f"{one.number:.4g}" if one.number is not None else "-"
    return f"WRONG {text}" if kind == "wrong" else text


# --- Against an earlier audit -----------------------------------------------------------------------------------------


def saved(text: str, source: str) -> dict[str, Any]:
    """Read what `audit --save` wrote.  Raises DiffcompareError for anything else."""
    try:
        data = json.loads(text)
        if data["command"] == "audit" and {"engine", "case", "mode", "variable", "text", "kind"} <= set(
            data["numbers"][0]
        ):
            return dict(data)
    except (ValueError, TypeError, LookupError):
        pass
    help = "`diffcompare audit --save FILE` writes one"
    raise DiffcompareError(Diagnostic("E717", "bad_value", "this is no saved audit", help=help, source=source))


def changed(audit: Audit, *, earlier: dict[str, Any]) -> Document:
    """Return what differs from an earlier audit, of the engines that are in both."""
    names = {engine.name for engine in audit.engines}
    versions = {engine["name"]: engine["version"] for engine in earlier["engines"]}
    common = {**earlier, "numbers": [one for one in earlier["numbers"] if one["engine"] in names]}
    found = changes(common, data(audit))
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
    said = f"{counted(len(rows), 'number')} {'differs' if len(rows) == 1 else 'differ'}: {compared}."
    blocks: list[Block] = [Heading("Engines against an earlier audit", 1), Paragraph(said, "verdict")]
    blocks += [Table("changes", heads, rows, "Changes")] if rows else []
    fields = {"schema": SCHEMA, "command": "audit", "changes": [change._asdict() for change in found]}
    return Document(tuple(blocks), lambda: fields)
