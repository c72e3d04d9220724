"""Demos played: their frames, as data and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcompare import formatting
from diffcompare.classroom.demos import ENCORES, NAMES, demo
from diffcompare.classroom.demos.frame import Demo, Frame, localized, localized_table, table
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Approximate, Block, Cell, Code, Document, Heading, Measured, Paragraph, Source, Table
from diffcompare.localization import phrase, translate
from diffcompare.numeric.evaluate import is_number
from diffcompare.studies.record import SCHEMA, Record, large


@dataclass(frozen=True, repr=False)
class Played(Record):
    """A demo and its frames."""

    demo: Demo
    frames: tuple[Frame, ...]
    failure: Diagnostic | None = None

    def data(self) -> dict[str, Any]:
        """Plain data in the schema diffcompare/1."""
        return {"schema": SCHEMA, "command": "demo", "demos": [demo_data(self)]}

    def document(self, *, brief: bool = False) -> Document:
        """Every frame once; a brief one has the claim, the last table and the closing sentence."""
        return document([self], brief=brief)


def play(name: str) -> Played:
    """A demo with its frames computed.  Raises DiffcompareError for a name that is none."""
    return played(demo(name))


def played(which: Demo) -> Played:
    """The same for a demo that is at hand."""
    return Played(which, tuple(which.frames()))


# --- As a document ----------------------------------------------------------------------------------------------------


def document(plays: Sequence[Played], *, brief: bool = False, only: int | None = None) -> Document:
    """The frames of several demos one after the other, or frame number `only` of the one.

    Raises DiffcompareError (E583) for a number that is none.
    """
    blocks: list[Block] = []
    for each in plays:
        blocks += _brief(each) if brief else _whole(each, only)
    return Document(
        tuple(blocks), lambda: {"schema": SCHEMA, "command": "demo", "demos": [demo_data(each, only) for each in plays]}
    )


def _whole(played: Played, only: int | None) -> list[Block]:
    blocks: list[Block] = [Heading(heading(played.demo), 1)]
    for number, frame in numbered(played, only):
        blocks += frame_blocks(frame, f"{number}/{len(played.frames)}  {frame.title}")
    return blocks if only is not None else [*blocks, Paragraph(played.demo.lesson, "verdict")]


def heading(which: Demo) -> str:
    """The name and what is claimed."""
    return translate("{name}: {claim}", name=which.name, claim=which.claim)


def numbered(played: Played, only: int | None) -> list[tuple[int, Frame]]:
    """The frames with their numbers from 1 on: all, or one of them."""
    every = list(enumerate(played.frames, 1))
    if only is None:
        return every
    if not 1 <= only <= len(every):
        message = f"`{played.demo.name}` has {len(every)} frames, and no number {only}"
        raise DiffcompareError(Diagnostic("E583", "bad_value", message, help=f"for example `--frame {len(every)}`"))
    return [every[only - 1]]


def frame_blocks(frame: Frame, title: str) -> list[Block]:
    """A frame with everything revealed: question, picture, rule, sentence, and what a bug would make of it."""
    blocks: list[Block] = [Heading(title)]
    if frame.question:
        blocks.append(Paragraph(translate("Predict: {question}", question=frame.question)))
    blocks += frame.blocks
    if frame.rule:
        blocks.append(Paragraph(translate("RULE  {rule}", rule=frame.rule)))
    if frame.sentence:
        blocks.append(Paragraph(translate("WHY  {sentence}", sentence=frame.sentence)))
    if frame.broken is not None:
        blocks += [
            Paragraph(
                translate("If it is broken ({bug}): {sentence}", bug=frame.broken.bug, sentence=frame.broken.sentence),
                "note",
            ),
            *frame.broken.blocks,
        ]
    return blocks


def _brief(played: Played) -> list[Block]:
    """Claim, last table, sentence."""
    tables = [found for frame in played.frames for found in tables_of(frame.blocks)]
    return [
        Heading(heading(played.demo), 1),
        *tables[-1:],
        Paragraph(played.demo.lesson, "verdict"),
    ]


def catalogue() -> Document:
    """What demos there are."""
    rows: list[tuple[Cell, ...]] = []
    for name in NAMES:
        each = localized(demo(name))
        rows.append((name, each.minutes, phrase("encore" if name in ENCORES else "class"), each.claim))
    shown = localized_table(table("demos", "Demos for the classroom", "name | >minutes | kind | claim", rows))
    total = sum(demo(name).minutes for name in NAMES if name not in ENCORES)
    listed = [dict(zip(("name", "minutes", "kind", "claim"), row, strict=True)) for row in rows]
    lecture = translate(
        "`diffcompare demo all` is a lecture of {total} minutes: the ten of the class, in order.", total=total
    )
    return Document((shown, Paragraph(lecture, "note")), {"schema": SCHEMA, "command": "demo", "list": listed})


# --- As data ----------------------------------------------------------------------------------------------------------


def demo_data(played: Played, only: int | None = None) -> dict[str, Any]:
    """A demo for machines."""
    which = played.demo
    frames = [{"number": number, **frame_data(frame)} for number, frame in numbered(played, only)]
    return {
        "name": which.name,
        "minutes": which.minutes,
        "claim": which.claim,
        "lesson": which.lesson,
        "frames": frames,
    }


def frame_data(frame: Frame) -> dict[str, Any]:
    """A frame for machines: its words, its figures, its tables."""
    broken = frame.broken
    return {
        "title": frame.title,
        "question": frame.question or None,
        "rule": frame.rule or None,
        "sentence": frame.sentence or None,
        "program": next((block.text for block in frame.blocks if isinstance(block, Source)), None),
        "numbers": {name: plain(cell) for name, cell in frame.numbers.items()},
        "tables": [_table_data(each) for each in tables_of(frame.blocks)],
        "broken": None
        if broken is None
        else {
            "bug": broken.bug,
            "sentence": broken.sentence,
            "numbers": {name: plain(cell) for name, cell in broken.numbers.items()},
            "tables": [_table_data(each) for each in tables_of(broken.blocks)],
        },
    }


def tables_of(blocks: Iterable[Block]) -> list[Table]:
    """The tables among blocks, and those of pictures (the lines of a program are none)."""
    found = []
    for block in blocks:
        shown = block if isinstance(block, Table) else getattr(block, "table", None)
        if isinstance(shown, Table) and not isinstance(block, Source):
            found.append(shown)
    return found


def _table_data(shown: Table) -> Mapping[str, Any]:
    return {
        "key": shown.key,
        "caption": shown.caption or None,
        "columns": [column.key for column in shown.columns],
        "rows": [[plain(cell) for cell in row] for row in shown.rows],
    }


def plain(cell: Cell) -> Any:
    """A cell as JSON has it: inf and nan, where a frame is about them, by name."""
    if isinstance(cell, Measured | Approximate):
        return plain(cell.value)
    if isinstance(cell, Code):
        return cell.text
    if isinstance(cell, bool | str) or cell is None:
        return cell
    if isinstance(cell, int):
        return large(cell)
    if isinstance(cell, float):
        return float(cell) if is_number(cell) else str(float(cell))
    return formatting.exact(cell)
