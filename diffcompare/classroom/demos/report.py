"""The report of a demo: its computed frames, as a document for people and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcompare import formatting
from diffcompare.classroom.demos import ENCORES, NAMES, TEN, load_demo
from diffcompare.classroom.demos.frame import Demo, Frame, localized, localized_table, table
from diffcompare.diagnostics import Diagnostic, usage_error
from diffcompare.document import Approximate, Block, Cell, Code, Document, Heading, Measured, Paragraph, Source, Table
from diffcompare.localization import phrase, translate
from diffcompare.numeric.evaluate import is_number
from diffcompare.studies.record import SCHEMA, Record, counted, large


@dataclass(frozen=True, repr=False)
class ComputedDemo(Record):
    """A demo and its frames."""

    demo: Demo
    frames: tuple[Frame, ...]
    failure: Diagnostic | None = None

    def data(self) -> dict[str, Any]:
        """Return plain data in the schema diffcompare/1."""
        return _json([self])

    def document(self, *, brief: bool = False) -> Document:
        """Return every frame once; if `brief`, only the claim, the last table and the closing sentence."""
        return document([self], brief=brief)


def compute(demo: Demo) -> ComputedDemo:
    """Compute all frames of a demo, in the current language."""
    demo = localized(demo)
    return ComputedDemo(demo, tuple(demo.frames()))


# --- As a document ----------------------------------------------------------------------------------------------------


def document(demos: Sequence[ComputedDemo], *, brief: bool = False, only: int | None = None) -> Document:
    """Return the frames of the demos one after the other, or frame number `only` of a single demo.

    Raises DiffcompareError (E599) if there is no such frame.
    """
    blocks: list[Block] = []
    for computed in demos:
        blocks += _brief(computed) if brief else _frames(computed, only)
    return Document(tuple(blocks), lambda: _json(demos, only))


def _frames(computed: ComputedDemo, only: int | None) -> list[Block]:
    blocks: list[Block] = [Heading(heading(computed.demo), 1)]
    for number, frame in numbered(computed, only):
        blocks += frame_blocks(frame, f"{number}/{len(computed.frames)}  {frame.title}")
    return blocks if only is not None else [*blocks, Paragraph(computed.demo.lesson, "verdict")]


def heading(demo: Demo) -> str:
    """Return the demo's name and claim as one line."""
    return translate("{name}: {claim}", name=demo.name, claim=demo.claim)


def numbered(computed: ComputedDemo, only: int | None) -> list[tuple[int, Frame]]:
    """Return the frames with their numbers, from 1 on, or only one of them.  Raises DiffcompareError (E599)."""
    frames = list(enumerate(computed.frames, 1))
    if only is None:
        return frames
    if not 1 <= only <= len(frames):
        message = f"`{computed.demo.name}` has {counted(len(frames), 'frame')}; there is no frame {only}"
        raise usage_error("E599", message, f"for example `--frame {len(frames)}`")
    return [frames[only - 1]]


def frame_blocks(frame: Frame, title: str) -> list[Block]:
    """Return a frame with everything revealed: question, picture, rule, sentence, and the effect of its bug."""
    blocks: list[Block] = [Heading(title)]
    if frame.question:
        blocks.append(Paragraph(translate("Predict: {question}", question=frame.question)))
    blocks += frame.blocks
    if frame.rule:
        blocks.append(Paragraph(translate("RULE  {rule}", rule=frame.rule)))
    if frame.sentence:
        blocks.append(Paragraph(translate("WHY  {sentence}", sentence=frame.sentence)))
    if frame.broken is not None:
        bug, sentence = frame.broken.bug, frame.broken.sentence
        broken = translate("With a bug ({bug}): {sentence}", bug=bug, sentence=sentence)
        blocks += [Paragraph(broken, "note"), *frame.broken.blocks]
    return blocks


def _brief(computed: ComputedDemo) -> list[Block]:
    tables = [table for frame in computed.frames for table in tables_of(frame.blocks)]
    return [Heading(heading(computed.demo), 1), *tables[-1:], Paragraph(computed.demo.lesson, "verdict")]


def catalogue() -> Document:
    """Return the list of all demos with their length, kind and claim."""
    rows: list[tuple[Cell, ...]] = []
    for name in NAMES:
        demo = localized(load_demo(name))
        rows.append((name, demo.minutes, phrase("encore" if name in ENCORES else "class"), demo.claim))
    listing = localized_table(table("demos", "Demos for the classroom", "name | >minutes | kind | claim", rows))
    lecture = translate(
        "`diffcompare demo all` is a lecture of {total} minutes: the ten class demos, in order.",
        total=sum(load_demo(name).minutes for name in TEN),
    )
    entries = [dict(zip(("name", "minutes", "kind", "claim"), row, strict=True)) for row in rows]
    return Document((listing, Paragraph(lecture, "note")), {"schema": SCHEMA, "command": "demo", "list": entries})


# --- As data ----------------------------------------------------------------------------------------------------------


def _json(demos: Sequence[ComputedDemo], only: int | None = None) -> dict[str, Any]:
    return {"schema": SCHEMA, "command": "demo", "demos": [demo_data(computed, only) for computed in demos]}


def demo_data(computed: ComputedDemo, only: int | None = None) -> dict[str, Any]:
    """Return a demo as plain data, with all its frames or only one."""
    demo = computed.demo
    return {
        "name": demo.name,
        "minutes": demo.minutes,
        "claim": demo.claim,
        "lesson": demo.lesson,
        "frames": [{"number": number, **frame_data(frame)} for number, frame in numbered(computed, only)],
    }


def frame_data(frame: Frame) -> dict[str, Any]:
    """Return a frame's words, figures and tables as plain data."""
    broken = frame.broken
    return {
        "title": frame.title,
        "question": frame.question or None,
        "rule": frame.rule or None,
        "sentence": frame.sentence or None,
        "program": next((block.text for block in frame.blocks if isinstance(block, Source)), None),
        "line": next((block.running for block in frame.blocks if isinstance(block, Source)), None),
        **_numbers_data(frame.numbers, frame.blocks),
        "broken": None
        if broken is None
        else {"bug": broken.bug, "sentence": broken.sentence, **_numbers_data(broken.numbers, broken.blocks)},
    }


def _numbers_data(numbers: Mapping[str, Cell], blocks: Iterable[Block]) -> dict[str, Any]:
    return {
        "numbers": {name: cell_data(cell) for name, cell in numbers.items()},
        "tables": [_table_data(table) for table in tables_of(blocks)],
    }


def tables_of(blocks: Iterable[Block]) -> list[Table]:
    """Return the tables among blocks, and those that belong to pictures (but not the lines of a program)."""
    tables = [
        block if isinstance(block, Table) else getattr(block, "table", None)
        for block in blocks
        if not isinstance(block, Source)
    ]
    return [table for table in tables if isinstance(table, Table)]


def _table_data(table: Table) -> Mapping[str, Any]:
    return {
        "key": table.key,
        "caption": table.caption or None,
        "columns": [column.key for column in table.columns],
        "rows": [[cell_data(cell) for cell in row] for row in table.rows],
    }


def cell_data(cell: Cell) -> Any:
    """Return a cell as a JSON value; infinities and nan, which some frames are about, as strings."""
    if isinstance(cell, Measured | Approximate):
        return cell_data(cell.value)
    if isinstance(cell, Code):
        return cell.text
    if isinstance(cell, bool | str) or cell is None:
        return cell
    if isinstance(cell, int):
        return large(cell)
    if isinstance(cell, float):
        return float(cell) if is_number(cell) else str(float(cell))
    return formatting.exact(cell)
