"""The report of an audit: a sentence to quote, a line for every engine, what is wrong with its cure, and the matrix."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Code, Document, Heading, Paragraph, Table, columns
from diffcompare.engines.cases import AuditCase
from diffcompare.engines.judgement import RIGHT_ULPS, Kind
from diffcompare.studies.audit import Audit, AuditedEngine, EngineNumber, changes, disagree
from diffcompare.studies.audit_suite import OPERATION, SINGLE
from diffcompare.studies.record import SCHEMA, counted, number, select

KINDS = {
    "right": "right",
    "digits-lost": "lost",
    "convention": "kink",
    "no-number": "nan",
    "wrong": "wrong",
    "refused": "refused",
}
LEGEND = (
    f"right: within {RIGHT_ULPS} ulp; lost: fewer digits; kink: a convention where no single derivative exists; "
    "nan: nan or inf where one exists; wrong: finite and wrong; refused: no such function, or an error; "
    "differ: cases on which the modes of the engine differ."
)
MARKS = {"right": ".", "digits-lost": "~", "no-number": "n", "wrong": "X", "refused": "-"}
CONVENTIONS = {
    "slope from the left": "l",
    "slope from the right": "r",
    "mean of both slopes": "m",
    "between the slopes": "b",
    "nan": "?",
    "a number": "o",
}
MARKS_LEGEND = (
    ". right, ~ digits lost, n nan or inf, X wrong, - refused; at a kink l r m b the slope from the left, from the right, "
    "their mean, between them, ? nan, o a number where there is no derivative; * modes differ"
)
SHOWN_AS_NUMBERS = 4  # engines; the matrix of more has marks
FEW_DIGITS = 8  # of an operation or an entry of the catalogue make it a row of the matrix
MOST_WORST = 40  # rows that people are shown
BAD: tuple[Kind, ...] = ("wrong", "no-number")


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
            {
                **select(case, "name | group | text | at"),
                "point": _point(case),
                **select(case, "right | order | together? | why? | cure? | source?"),
            }
            for case in audit.cases
        ],
        "numbers": [
            {
                **select(one, "engine | mode | case=case.name | variable"),
                "number": number(one.number),
                "text": None if one.number is None else repr(one.number),
                "right": one.case.right[one.variable],
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
        Paragraph(LEGEND),
    ]
    worst, differing, matrix = _worst(audit), _differing(audit), _matrix(audit)
    blocks += [table for table in (worst, differing, matrix) if table.rows]
    if matrix.rows:
        left_out = len(audit.cases) - len(matrix.rows)
        legend = MARKS_LEGEND if len(_answered(audit)) > SHOWN_AS_NUMBERS else "modes that differ are divided by /"
        blocks.append(Paragraph(f"{legend}. {_left_out(left_out)}"))
    missing = [f"{engine.name}: {engine.note}" for engine in audit.engines if engine.note]
    return Document((*blocks, *[Paragraph(note, "note") for note in missing]), audit.data)


def _left_out(count: int) -> str:
    return f"{counted(count, 'case')} {'is' if count == 1 else 'are'} right, nearly right or refused, and in the JSON only."


# --- The summary ------------------------------------------------------------------------------------------------------


def verdict(audit: Audit) -> str:
    """Return a summary that a person can quote: a sentence for each engine, or one for many together."""
    answered = _answered(audit)
    if not answered:
        return "No engine answered."
    if len(answered) > SHOWN_AS_NUMBERS:
        return _together(audit, answered)
    return " ".join([_sentence(engine, _counts(audit, engine)["counts"]) for engine in answered])


def _sentence(engine: AuditedEngine, counts: Mapping[str, int]) -> str:
    asked = sum(counts.values())
    returned = asked - counts["refused"]
    parts = [f"{counts['right']} are right to {RIGHT_ULPS} ulp"]
    parts += [f"{counts['digits-lost']} lost digits"] if counts["digits-lost"] else []
    parts += [f"{counts['convention']} follow a convention at a kink"] if counts["convention"] else []
    parts += [f"{counts['no-number']} are nan or inf where a derivative exists"] if counts["no-number"] else []
    wrong = counts["wrong"]
    last = f"{wrong} {'is' if wrong == 1 else 'are'} finite and wrong" if wrong else "none is finite and wrong"
    single = ", judged at its single precision," if engine.digits == SINGLE else ""
    return (
        f"{engine.name} {engine.version}{single} returned {returned:,} of {counted(asked, 'number')}: "
        f"{', '.join(parts)}, and {last}."
    )


def _together(audit: Audit, engines: Sequence[AuditedEngine]) -> str:
    counts = {engine.name: _counts(audit, engine)["counts"] for engine in engines}
    returned = sum(sum(kinds.values()) - kinds["refused"] for kinds in counts.values())
    right = sum(kinds["right"] for kinds in counts.values())
    said = [f"{len(engines)} engines returned {returned:,} numbers: {_share(right, returned)} are right to {RIGHT_ULPS} ulp"]
    for kind, words in (("no-number", "nan or inf where a derivative exists"), ("wrong", "finite and wrong")):
        by_engine = Counter({name: kinds[kind] for name, kinds in counts.items() if kinds[kind]})
        listed = ", ".join(f"{name} {count}" for name, count in by_engine.most_common())
        said.append(f"{by_engine.total() or 'none'} are {words}{f' ({listed})' if listed else ''}")
    single = [engine.name for engine in engines if engine.digits == SINGLE]
    precision = f" Judged at single precision: {', '.join(single)}." if single else ""
    return f"{'; '.join(said)}.{precision}"


def _share(part: int, whole: int) -> str:
    """Return a percentage, rounded down so that only all are 100 %."""
    return f"{100 * part // whole if whole else 0} %"


def _answered(audit: Audit) -> list[AuditedEngine]:
    return [engine for engine in audit.engines if not engine.note]


def _counts(audit: Audit, engine: AuditedEngine) -> dict[str, Any]:
    kinds: Counter[str] = Counter(one.judgement.kind for one in audit.numbers if one.engine == engine.name)
    differing = sum(disagree(numbers) for numbers in audit.by_case(engine.name).values())
    return {"counts": {kind: kinds[kind] for kind in KINDS}, "modes_disagree": differing}


def _engines(audit: Audit) -> Table:
    heads = columns(
        "engine | version | >numbers | " + " | ".join(f">{kind}={title}" for kind, title in KINDS.items()) + " | >differ"
    )
    rows = []
    for engine in audit.engines:
        counts = _counts(audit, engine)
        listed = tuple(counts["counts"].values())
        single = " (float32)" if engine.digits == SINGLE else ""
        shown = (sum(listed), *listed, counts["modes_disagree"]) if not engine.note else (None,) * 8
        rows.append((f"{engine.name}{single}", engine.version, *shown))
    return Table("engines", heads, tuple(rows), "Numbers by verdict", sortable=True)


# --- The worst --------------------------------------------------------------------------------------------------------


def _worst(audit: Audit) -> Table:
    """Return a row for every answer that is finite and wrong, or nan or inf where a derivative exists, with the cure."""
    found: dict[tuple[str, str, str], dict[str, dict[str, None]]] = {}
    examples: dict[tuple[str, str, str], list[EngineNumber]] = {}
    for (name, mode, _), numbers in _answers(audit).items():
        kinds = {one.judgement.kind for one in numbers}
        kind = next((kind for kind in BAD if kind in kinds), None)
        if kind is not None:
            first = numbers[0]
            returned = ", ".join([_brief(one.number) for one in numbers])
            asked = first.case.text if first.case.group == OPERATION else first.case.name
            key = kind, asked, returned if first.case.group != OPERATION else ""
            found.setdefault(key, {}).setdefault(name, {})[mode] = None
            examples.setdefault(key, numbers)
    rows = []
    by_case = {engine.name: audit.by_case(engine.name) for engine in audit.engines}
    for (kind, *_), by in sorted(found.items(), key=lambda item: BAD.index(item[0][0])):  # type: ignore[arg-type]
        numbers = examples[(kind, *_)]  # type: ignore[index]
        case = numbers[0].case
        returned = ", ".join([_brief(one.number) for one in numbers])
        note = f" ({numbers[0].note})" if numbers[0].note else ""
        engines = ", ".join([_by(name, tuple(said), by_case[name][case.name]) for name, said in by.items()])
        rows.append(
            (
                KINDS[kind],
                Code(f"{case.text} at {_point(case)}"),
                f"{returned}{note}",
                _rights(case),
                engines,
                case.cure or case.why or None,
            )
        )
    heads = columns("verdict | question | returned | right | engines | cure")
    caption = "The worst: finite and wrong, or nan or inf where a derivative exists"
    return Table("worst", heads, tuple(rows), caption, most=MOST_WORST, sortable=True)


def _answers(audit: Audit) -> dict[tuple[str, str, str], list[EngineNumber]]:
    """Return the partials together that a mode of an engine returned on a case."""
    listed: dict[tuple[str, str, str], list[EngineNumber]] = {}
    for one in audit.numbers:
        listed.setdefault((one.engine, one.mode, one.case.name), []).append(one)
    return listed


def _by(name: str, said: Sequence[str], numbers: Sequence[EngineNumber]) -> str:
    """Name an engine, with the modes that said so unless all of its modes that answered did."""
    answering = {one.mode for one in numbers if one.judgement.kind != "refused"}
    return _engine_name(name) if answering <= set(said) else f"{_engine_name(name)} ({', '.join(said)})"


def _engine_name(name: str) -> str:
    """Return the name of an engine, for a file the last part of its path without the suffix."""
    return name.removesuffix(".py").rpartition("/")[2] if name.endswith(".py") else name


def _brief(x: float | None) -> str:
    return "-" if x is None else f"{x:.6g}"


def _point(case: AuditCase) -> str:
    return ", ".join(f"{name} = {x:.6g}" for name, x in case.at.items())


def _short(right: str) -> str:
    """Return a right value to a few digits."""
    if "|" in right:
        return " | ".join([f"{float(side):.6g}" for side in right.split("|")])
    if right == "none" or not float(right):  # 0, or below all doubles
        return right if right in ("none", "0") else f"{right[: 4 + right.startswith('-')]}{right[right.rfind('e') :]}"
    return f"{float(right):.6g}"


def _rights(case: AuditCase) -> str:
    return ", ".join(map(_short, case.right.values()))


def _differing(audit: Audit) -> Table:
    """Return what the modes of an engine say where they differ."""
    rows = []
    for engine in _answered(audit):
        for numbers in audit.by_case(engine.name).values():
            if disagree(numbers):
                said: dict[str, list[str]] = {}
                for mode, partials in _by_mode(numbers).items():
                    if all(one.judgement.kind != "refused" for one in partials):
                        said.setdefault(", ".join([_brief(one.number) for one in partials]), []).append(mode)
                case = numbers[0].case
                listed = "; ".join(f"{', '.join(modes)}: {returned}" for returned, modes in said.items())
                rows.append((engine.name, Code(f"{case.text} at {_point(case)}"), listed, _rights(case)))
    heads = columns("engine | question | returned | right")
    return Table("differ", heads, tuple(rows), "Modes of one engine that differ", most=MOST_WORST, sortable=True)


def _by_mode(numbers: Sequence[EngineNumber]) -> dict[str, list[EngineNumber]]:
    by_mode: dict[str, list[EngineNumber]] = {}
    for one in numbers:
        by_mode.setdefault(one.mode, []).append(one)
    return by_mode


# --- The matrix -------------------------------------------------------------------------------------------------------


def _matrix(audit: Audit) -> Table:
    """Return a row for every case that some engine does not simply get right, and a column for every engine."""
    answered = _answered(audit)
    by_engine = {engine.name: audit.by_case(engine.name) for engine in answered}
    cell = _marks if len(answered) > SHOWN_AS_NUMBERS else _numbers
    rows = []
    for case in audit.cases:
        numbers = [by_engine[engine.name].get(case.name, []) for engine in answered]
        if any(_is_news(one) for listed in numbers for one in listed):
            rows.append((case.name, _rights(case), *map(cell, numbers)))
    names = [f"{engine.name}={_engine_name(engine.name)}" for engine in answered]
    heads = columns("case | right | " + " | ".join(names))
    if cell is _marks:
        rows = [(row[0], *row[2:]) for row in rows]
        heads = (heads[0], *heads[2:])
    return Table("matrix", heads, tuple(rows), "Cases that not all get right", sortable=True, blocks=True)


def _is_news(one: EngineNumber) -> bool:
    """Tell whether a number makes its case a row: one with most of its digits, or none at all, does so in no long list."""
    if one.judgement.kind in ("right", "refused"):
        return False
    return one.judgement.kind != "digits-lost" or (one.judgement.digits or 0.0) < FEW_DIGITS


def _numbers(numbers: Sequence[EngineNumber]) -> str:
    """Say what an engine returned on a case: once for all modes, if they say the same."""
    said = dict.fromkeys([", ".join(dict.fromkeys(map(_number, partials))) for partials in _by_mode(numbers).values()])
    return " / ".join([text for text in said if text != "-"] or list(said))


def _number(one: EngineNumber) -> str:
    kind = one.judgement.kind
    if kind in ("right", "refused"):
        return "right" if kind == "right" else "-"
    if kind == "digits-lost":
        return f"{one.judgement.digits or 0:.0f} digits"
    text = "-" if one.number is None else f"{one.number:.4g}"
    convention = CONVENTIONS.get(one.judgement.convention, "")
    return f"X {text}" if kind == "wrong" else f"{text} {convention}" if convention in "lrmb" and convention else text


def _marks(numbers: Sequence[EngineNumber]) -> str:
    """Mark what an engine returned on a case in a character or two."""
    said = dict.fromkeys(
        [CONVENTIONS.get(one.judgement.convention) or MARKS[one.judgement.kind] for one in numbers]
    )
    marks = [mark for mark in said if mark != "-"] or list(said)
    worst = sorted(marks, key="X n~?olrmb.-".replace(" ", "").index)
    return f"{worst[0] if worst else ''}{'*' if disagree(numbers) else ''}"


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
