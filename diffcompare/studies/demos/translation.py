"""A demo in the language that is spoken: its words are exchanged, its numbers, formulas and keys stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from diffcompare.document import Bars, Block, Cell, Graph, Heading, Paragraph, Plot, Source, Table
from diffcompare.language import Phrase, language, translated
from diffcompare.studies.demos.frame import Broken, Demo, Frame

Say: TypeAlias = Callable[[str], str]


def told(which: Demo) -> Demo:
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
        return told_table(block, say)
    if isinstance(block, Source):  # a program is a program; what has no language is told in ours
        return block._replace(text=say(block.text)) if block.language == "text" else block
    if isinstance(block, Plot):
        x, y = (axis._replace(title=say(axis.title)) for axis in (block.x, block.y))
        series = tuple([each._replace(name=say(each.name)) for each in block.series])
        return block._replace(x=x, y=y, series=series, table=told_table(block.table, say), caption=say(block.caption))
    if isinstance(block, Bars):
        axis = block.axis._replace(title=say(block.axis.title))
        bars = tuple([(say(name), heights) for name, heights in block.series])
        return block._replace(axis=axis, series=bars, table=told_table(block.table, say), caption=say(block.caption))
    if isinstance(block, Graph):
        return block._replace(table=told_table(block.table, say), caption=say(block.caption))
    raise TypeError(f"no demo has {type(block).__name__}")


def told_table(table: Table, say: Say = translated) -> Table:
    """Caption, headings, and the cells that are phrases: all others are names, formulas and numbers."""

    def cell(each: Cell) -> Cell:
        return say(each) if isinstance(each, Phrase) else each

    columns = tuple([column._replace(title=say(column.title)) for column in table.columns])
    rows = tuple([tuple(map(cell, row)) for row in table.rows])
    return table._replace(caption=say(table.caption), columns=columns, rows=rows)
