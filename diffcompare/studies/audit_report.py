"""The report of an audit: a sentence to quote, a line for every engine, what is wrong with its cure, and the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Paragraph, Table, columns
from diffcompare.engines.cases import AuditCase
from diffcompare.engines.judgement import RIGHT_ULPS, Kind
from diffcompare.studies.audit import NO_ANSWER, Audit, AuditedEngine, EngineNumber, disagree
from diffcompare.studies.audit_suite import CATALOGUE, OPERATION, SINGLE
from diffcompare.studies.audit_verdict import KINDS, SHOWN_AS_NUMBERS, answered_engines, counts_of, engine_name, verdict
from diffcompare.studies.record import SCHEMA, counted, join, number, select

LEGEND = (
    f"right: within {RIGHT_ULPS} ulp; lost: fewer digits, or a small number that is rounding of larger ones; kink: a "
    "convention where no single derivative exists; nan: nan or inf where one exists; wrong: finite and wrong; refused: "
    "no such function, or an error; "
    "differ: cases on which the modes of the engine differ. "
    f"An error is rounding up to {RIGHT_ULPS} units beside the intermediate values, and {RIGHT_ULPS}·2^order beside 1, "
    "since these are right to as much themselves."
)
MARKS = {"right": ".", "digits-lost": "~", "no-number": "n", "wrong": "X", "refused": "-", "not-asked": "_"}
CONVENTIONS = {
    "slope from the left": "l",
    "slope from the right": "r",
    "mean of both slopes": "m",
    "between the slopes": "b",
    "conjugate": "c",
    "nan": "?",
    "a number": "o",
}
MARKS_LEGEND = (
    ". right, ~ digits lost, n nan or inf, X wrong, - refused, _ not asked; at a kink l r m b the slope from the "
    "left, from the right, their mean, between them, ? nan, o a number where there is no derivative; c the conjugate; "
    "* modes differ"
)
NUMBERS_LEGEND = (
    "X wrong, - refused; l r m b at a kink: the slope from the left, from the right, their mean, between them; "
    "c the conjugate; modes that differ are divided by /"
)
WORST_FIRST = "Xn~?olrmbc.-_"
FEW_DIGITS = 12  # of an operation or an entry of the catalogue make it a row of the matrix
MOST_OTHERS = 12  # rows of a table about the catalogue and the operations, below all those about edge cases
BAD: tuple[Kind, ...] = ("wrong", "no-number")


def data(audit: Audit) -> dict[str, Any]:
    """Return every number for JSON."""
    return {
        "schema": SCHEMA,
        "command": "audit",
        "engines": [
            {
                **select(engine, "name | version | digits | modes | single | note | not_asked | cut"),
                **counts_of(audit, engine),
            }
            for engine in audit.engines
        ],
        "cases": [
            {
                **select(case, "name | group | text | at"),
                "point": _point(case),
                **select(case, "right | order | together | why | cure | source"),
            }
            for case in audit.cases
        ],
        "numbers": [
            {
                **select(one, "engine | mode | case=case.name | variable"),
                "number": number(one.number),
                "text": None if one.number is None else repr(one.number),
                "right": one.case.right[one.variable],
                **select(one, "kind=judgement.kind | digits=judgement.digits | convention=judgement.convention | note"),
            }
            for one in audit.numbers
        ],
        "verdict": verdict(audit),
        "interrupted": audit.was_interrupted,
        **({} if audit.failure is None else {"error": audit.failure.data()}),
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
        legend = MARKS_LEGEND if len(answered_engines(audit)) > SHOWN_AS_NUMBERS else NUMBERS_LEGEND
        blocks.append(Paragraph(f"{legend}. What all get right, or nearly, and what all refuse is in the JSON only."))
    notes = [f"{engine.name}: {engine.note}" for engine in audit.engines if engine.note]
    notes += [_not_asked(engine) for engine in answered_engines(audit) if engine.not_asked]
    notes += [note for engine in answered_engines(audit) for note in _cut(engine)]
    notes += [
        f"{engine.name} ({'; '.join(engine.single)}) is judged at single precision, 24 binary digits"
        for engine in answered_engines(audit)
        if engine.single
    ]
    return Document((*blocks, *[Paragraph(note, "note") for note in notes]), audit.data)


def _not_asked(engine: AuditedEngine) -> str:
    """Say what an engine was not asked for, and which functions of a file would be asked."""
    said = f"{engine.name} was not asked for {join(engine.not_asked)}"
    if not engine.optional:
        return f"{said}: it has none here"
    return f"{said}: the file has no {join([f'`{name}`' for name in engine.optional], 'or')}"


def _cut(engine: AuditedEngine) -> list[str]:
    """Say of which modes only the first questions were asked, and why: a sentence for each reason."""
    by_reason: dict[str, list[str]] = {}
    for mode in engine.cut:
        by_reason.setdefault(mode.why, []).append(f"{mode.mode} {mode.asked:,} of {mode.questions:,}")
    return [
        f"{engine.name} was not asked all questions ({why}): {', '.join(asked)}" for why, asked in by_reason.items()
    ]


def _engines(audit: Audit) -> Table:
    cut = any(one.judgement.kind == "not-asked" for one in audit.numbers)
    kinds = [kind for kind in KINDS if kind != "not-asked" or cut]
    heads = columns(
        "engine | version | >numbers | "
        + " | ".join(f">{kind}={title}" for kind, title in KINDS.items() if kind in kinds)
        + " | >differ"
    )
    rows = []
    for engine in audit.engines:
        counts = counts_of(audit, engine)
        listed = tuple([counts["counts"][kind] for kind in kinds])
        single = " (float32)" if engine.digits == SINGLE else ""
        shown = (sum(listed), *listed, counts["modes_disagree"]) if not engine.note else (None,) * (len(kinds) + 2)
        rows.append((f"{engine.name}{single}", engine.version, *shown))
    return Table("engines", heads, tuple(rows), "Numbers by verdict", sortable=True)


# --- The worst --------------------------------------------------------------------------------------------------------


def _worst(audit: Audit) -> Table:
    """Return a row for every answer that is finite and wrong, or nan or inf where a derivative exists, with the cure.

    What an engine returned for one operation at several samples is one row.
    """
    found: dict[Kind, dict[tuple[str, str], list[Sequence[EngineNumber]]]] = {kind: {} for kind in BAD}
    for numbers in _answers(audit).values():
        kinds = {one.judgement.kind for one in numbers}
        kind = next((kind for kind in BAD if kind in kinds), None)
        if kind is not None:
            case = numbers[0].case
            same = (case.text, numbers[0].engine) if case.group == OPERATION else (case.name, _returned(numbers))
            found[kind].setdefault(same, []).append(numbers)
    by_case = {engine.name: audit.by_case(engine.name) for engine in audit.engines}
    rows = [
        (answers[0][0].case, (KINDS[kind], *_bad(answers, by_case)))
        for kind, listed in found.items()
        for answers in listed.values()
    ]
    # All that is wrong comes first, also where only some of the catalogue's rows are shown.
    heads = columns("verdict | question | returned | right | engines | cure")
    caption = "The worst: finite and wrong, or nan or inf where a derivative exists"
    table = _table("worst", heads, rows, caption)
    return table._replace(rows=tuple(sorted(table.rows, key=lambda row: row[0] != KINDS["wrong"])))


def _bad(
    answers: Sequence[Sequence[EngineNumber]], by_case: Mapping[str, Mapping[str, Sequence[EngineNumber]]]
) -> tuple[Cell, ...]:
    """Return question, answer, right values, who gave it, and the cure, of answers that are alike."""
    bad = [one for one in answers[0] if one.judgement.kind in BAD]
    first = bad[0]
    case = first.case
    others = len({numbers[0].case.name for numbers in answers}) - 1
    points = f" and {counted(others, 'other point')}" if others else ""
    note = f" ({first.note})" if first.note else ""
    said: dict[str, dict[str, None]] = {}
    for numbers in answers:
        said.setdefault(numbers[0].engine, {})[numbers[0].mode] = None
    engines = [_by(name, tuple(modes), by_case[name][case.name]) for name, modes in said.items()]
    return (
        Code(f"{_asked(case)}{points}"),
        f"{_partials({one.variable: _brief(one.number) for one in bad}, case)}{note}",
        _partials({one.variable: _short(case.right[one.variable]) for one in bad}, case),
        ", ".join(engines),
        case.cure or None,
    )


MOST_PARTIALS = 3


def _partials(texts: Mapping[str, str], case: AuditCase) -> str:
    """List some of the partials of a case, with their variables where it has several."""
    named = [f"{name}: {text}" if len(case.right) > 1 else text for name, text in texts.items()]
    return ", ".join([*named[:MOST_PARTIALS], *(["..."] if len(named) > MOST_PARTIALS else [])])


def _returned(numbers: Sequence[EngineNumber]) -> str:
    return ", ".join([_brief(one.number) for one in numbers])


def _answers(audit: Audit) -> dict[tuple[str, str, str], list[EngineNumber]]:
    """Return the partials together that a mode of an engine returned on a case."""
    listed: dict[tuple[str, str, str], list[EngineNumber]] = {}
    for one in audit.numbers:
        listed.setdefault((one.engine, one.mode, one.case.name), []).append(one)
    return listed


def _by(name: str, said: Sequence[str], numbers: Sequence[EngineNumber]) -> str:
    """Name an engine, with the modes that said so unless all of its modes that answered did."""
    answering = {one.mode for one in numbers if one.judgement.kind not in NO_ANSWER}
    return engine_name(name) if answering <= set(said) else f"{engine_name(name)} ({'; '.join(said)})"


def _brief(x: float | None) -> str:
    return "-" if x is None else f"{x:.6g}"


def _asked(case: AuditCase) -> str:
    return case.name if case.group == CATALOGUE else f"{case.text} at {_point(case)}"


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
    for engine in answered_engines(audit):
        for numbers in audit.by_case(engine.name).values():
            if disagree(numbers):
                said: dict[str, list[str]] = {}
                for mode, partials in _by_mode(numbers).items():
                    if all(one.judgement.kind not in NO_ANSWER for one in partials):
                        said.setdefault(_returned(partials), []).append(mode)
                case = numbers[0].case
                listed = " / ".join(f"{returned} ({'; '.join(modes)})" for returned, modes in said.items())
                rows.append((case, (engine_name(engine.name), Code(_asked(case)), listed, _rights(case))))
    heads = columns("engine | question | returned | right")
    return _table("differ", heads, rows, "Modes of one engine that differ")


def _by_mode(numbers: Sequence[EngineNumber]) -> dict[str, list[EngineNumber]]:
    by_mode: dict[str, list[EngineNumber]] = {}
    for one in numbers:
        by_mode.setdefault(one.mode, []).append(one)
    return by_mode


# --- The matrix -------------------------------------------------------------------------------------------------------


def _matrix(audit: Audit) -> Table:
    """Return a row for every case that some engine does not simply get right, and a column for every engine."""
    answered = answered_engines(audit)
    by_engine = {engine.name: audit.by_case(engine.name) for engine in answered}
    cell = _marks if len(answered) > SHOWN_AS_NUMBERS else _numbers
    rows = []
    for name, cases in _rows(audit.cases).items():
        numbers = [[one for case in cases for one in by_engine[engine.name].get(case.name, [])] for engine in answered]
        if any(_is_news(one) for listed in numbers for one in listed):
            right = _rights(cases[0]) if len(cases) == 1 else None
            rows.append((cases[0], (name, right, *map(cell, numbers))))
    named = [engine_name(engine.name) for engine in answered]
    titles = _beginnings(named) if cell is _marks else named
    heads = columns("case | right | " + " | ".join(map("=".join, zip(named, titles, strict=True))))
    if cell is _marks:
        rows = [(case, (row[0], *row[2:])) for case, row in rows]
        heads = (heads[0], *heads[2:])
    return _table("matrix", heads, rows, "Cases that not all get right", blocks=True)


def _table(
    key: str,
    heads: tuple[Column, ...],
    rows: Sequence[tuple[AuditCase, tuple[Cell, ...]]],
    caption: str,
    *,
    blocks: bool = False,
) -> Table:
    """Return a table with every row about an edge case, and as many of the others as a person will read."""
    edge = [row for case, row in rows if case.group not in (CATALOGUE, OPERATION)]
    others = [row for case, row in rows if case.group in (CATALOGUE, OPERATION)]
    more = len(others) - MOST_OTHERS
    rest = f" ({more} more in the JSON)" if more > 0 else ""
    return Table(key, heads, (*edge, *others[:MOST_OTHERS]), f"{caption}{rest}", sortable=True, blocks=blocks)


def _rows(cases: Sequence[AuditCase]) -> dict[str, list[AuditCase]]:
    """Return the cases of each row of the matrix: one, or those of an operation at its samples."""
    rows: dict[str, list[AuditCase]] = {}
    for case in cases:
        rows.setdefault(f"{case.text}, samples" if case.group == OPERATION else case.name, []).append(case)
    return rows


def _beginnings(names: Sequence[str]) -> list[str]:
    """Return the first letters of each name, as many as tell it from the others but three at least."""
    return [
        next(
            (name[:end] for end in range(3, len(name)) if sum(other.startswith(name[:end]) for other in names) == 1),
            name,
        )
        for name in names
    ]


def _is_news(one: EngineNumber) -> bool:
    """Tell whether a number makes its case a row: one that is right, has most of its digits, or is missing does not."""
    if one.judgement.kind in ("right", *NO_ANSWER):
        return False
    return one.judgement.kind != "digits-lost" or (one.judgement.digits or 0.0) < FEW_DIGITS


def _numbers(numbers: Sequence[EngineNumber]) -> str:
    """Say what an engine returned on a case: once for all modes, if they say the same."""
    if len({one.case.name for one in numbers}) > 1:
        counts: Counter[str] = Counter(one.judgement.kind for one in numbers)
        return ", ".join([f"{counts[kind]} {title}" for kind, title in KINDS.items() if counts[kind]])
    said = dict.fromkeys([", ".join(dict.fromkeys(map(_number, partials))) for partials in _by_mode(numbers).values()])
    return " / ".join([text for text in said if text not in ("-", "not asked")] or list(said))


def _number(one: EngineNumber) -> str:
    kind = one.judgement.kind
    if kind in ("right", *NO_ANSWER):
        return "-" if kind == "refused" else KINDS[kind]
    if kind == "digits-lost":
        return f"{one.judgement.digits or 0:.0f} digits"
    text = "-" if one.number is None else f"{one.number:.4g}"
    convention = CONVENTIONS.get(one.judgement.convention, "")
    return f"X {text}" if kind == "wrong" else f"{text} {convention}" if convention in "lrmbc" and convention else text


def _marks(numbers: Sequence[EngineNumber]) -> str:
    """Mark what an engine returned on a case in a character or two."""
    said = dict.fromkeys([CONVENTIONS.get(one.judgement.convention) or MARKS[one.judgement.kind] for one in numbers])
    marks = [mark for mark in said if mark not in "-_"] or list(said)
    worst = min(marks, key=WORST_FIRST.index, default="")
    return f"{worst}{'*' if disagree(numbers) else ''}"
