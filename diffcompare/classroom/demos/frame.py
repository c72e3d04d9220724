"""A demo as data: frames in their order, which every player shows - terminal, page, handout, JSON and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from diffcompare.document import (
    NOTHING,
    Bars,
    Block,
    Cell,
    Column,
    Graph,
    Heading,
    Paragraph,
    Plot,
    Quantity,
    Source,
    Stage,
    Table,
)
from diffcompare.localization import Phrase, language, phrase, translated

# A demo in the language that is spoken: its words are exchanged, its numbers, formulas and keys stay.

Say: TypeAlias = Callable[[str], str]


def localized(which: Demo) -> Demo:
    """The demo as it is told in the language that is spoken when it is asked for its frames."""

    def say(text: str) -> str:
        return translated(text, which.name)

    if language() == "en":
        return which
    return which._replace(
        claim=say(which.claim),
        lesson=say(which.lesson),
        frames=lambda: [_frame(frame, say) for frame in which.frames()],
    )


def _frame(frame: Frame, say: Say) -> Frame:
    return frame._replace(
        title=say(frame.title),
        blocks=_blocks(frame.blocks, say),
        rule=say(frame.rule),
        sentence=say(frame.sentence),
        question=say(frame.question),
        asked=_blocks(frame.asked, say),
        broken=None if frame.broken is None else _broken(frame.broken, say),
    )


def _broken(broken: Broken, say: Say) -> Broken:
    return broken._replace(bug=say(broken.bug), blocks=_blocks(broken.blocks, say), sentence=say(broken.sentence))


def _blocks(blocks: Iterable[Block], say: Say) -> tuple[Block, ...]:
    return tuple([_block(block, say) for block in blocks])


def _block(block: Block, say: Say) -> Block:
    if isinstance(block, Heading | Paragraph):
        return block._replace(text=say(block.text))
    if isinstance(block, Table):
        return localized_table(block, say)
    if isinstance(block, Source):  # a program is a program; what has no language is told in ours
        return block._replace(text=say(block.text)) if block.language == "text" else block
    if isinstance(block, Plot):
        x, y = (axis._replace(title=say(axis.title)) for axis in (block.x, block.y))
        series = tuple([each._replace(name=say(each.name)) for each in block.series])
        return block._replace(
            x=x, y=y, series=series, table=localized_table(block.table, say), caption=say(block.caption)
        )
    if isinstance(block, Bars):
        axis = block.axis._replace(title=say(block.axis.title))
        bars = tuple([(say(name), heights) for name, heights in block.series])
        return block._replace(
            axis=axis, series=bars, table=localized_table(block.table, say), caption=say(block.caption)
        )
    if isinstance(block, Graph):
        return block._replace(table=localized_table(block.table, say), caption=say(block.caption))
    raise TypeError(f"no demo has {type(block).__name__}")


def localized_table(table: Table, say: Say = translated) -> Table:
    """Caption, headings, and the cells that are phrases: all others are names, formulas and numbers."""

    def cell(each: Cell) -> Cell:
        return say(each) if isinstance(each, Phrase) else each

    columns = tuple([column._replace(title=say(column.title)) for column in table.columns])
    rows = tuple([tuple(map(cell, row)) for row in table.rows])
    return table._replace(caption=say(table.caption), columns=columns, rows=rows)


class Broken(NamedTuple):
    """The same step with a bug in it: what the bug is, and the damage beside the truth."""

    bug: str
    blocks: tuple[Block, ...]
    sentence: str
    numbers: Mapping[str, Cell] = NOTHING


class Frame(NamedTuple):
    """One thing to look at."""

    title: str
    blocks: tuple[Block, ...]
    rule: str = ""
    """What is computed, with its numbers."""
    sentence: str = ""
    """Why, or what to see in it."""
    numbers: Mapping[str, Cell] = NOTHING
    """The figures of this frame by name."""
    question: str = ""
    """What the room is asked before the numbers are shown; nothing where nothing is to be predicted."""
    asked: tuple[Block, ...] = ()
    """What is shown meanwhile, with `?` for what is asked."""
    broken: Broken | None = None
    sweep: Literal["", "primal", "forward", "reverse"] = ""
    """Which sweep it is a step of."""
    node: str = ""
    """The node that is computed in this step: the other sweeps come by it too."""


class Demo(NamedTuple):
    """A demo: what it claims, how long it takes in class, how it ends, and what computes its frames."""

    name: str
    minutes: int
    claim: str
    lesson: str
    frames: Callable[[], Iterable[Frame]]


def table(key: str, caption: str, columns: str | Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """A table; `columns` are headings between bars, `method | >value`, or one by one; `>`: numbers stand below.

    Raises ValueError for a row that has not as many cells.
    """
    heads = [head.strip() for head in columns.split("|")] if isinstance(columns, str) else columns
    found = tuple(map(_column, heads))
    cells = tuple(map(tuple, rows))
    if any(len(row) != len(found) for row in cells):
        raise ValueError(f"a row of `{key}` has not {len(found)} cells")
    return Table(key, found, cells, caption)


def _column(head: str) -> Column:
    title = head.removeprefix(">")
    if isinstance(head, Phrase):
        title = phrase(head.pattern.removeprefix(">"), **head.values)
    return Column(title.replace(" ", "_"), title, "right" if head.startswith(">") else "left")


def growing(shown: Table) -> Table:
    """The table with its last row as the step that is shown, and those above as done."""
    stages: list[Stage] = ["done" for _ in shown.rows]
    return shown._replace(stages=(*stages[1:], "now") if stages else ())


def measuring(shown: Table, quantity: Quantity, *places: int) -> Table:
    """The table with columns that hold values, tangents or adjoints, and are set like those."""
    columns = list(shown.columns)
    for place in places:
        columns[place] = columns[place]._replace(quantity=quantity)
    return shown._replace(columns=tuple(columns))


def masked(shown: Table, *places: tuple[int, int]) -> Table:
    """The table with a question mark in some cells (row and column, from the end if negative)."""
    rows = [list(row) for row in shown.rows]
    for row, column in places:
        rows[row][column] = "?"
    return shown._replace(rows=tuple(map(tuple, rows)))
