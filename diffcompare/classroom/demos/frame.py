"""A demo as data: a list of frames, the same for the terminal, the page, the handout, JSON and the tests."""

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

Translator: TypeAlias = Callable[[str], str]


def localized(demo: Demo) -> Demo:
    """Return the demo with its words in the current language; numbers, formulas and keys are unchanged.

    The frames are translated when they are computed, so the language has to be set then as well.
    """

    def translator(text: str) -> str:
        return translated(text, demo.name)

    if language() == "en":
        return demo
    return demo._replace(
        claim=translator(demo.claim),
        lesson=translator(demo.lesson),
        frames=lambda: [_localized_frame(frame, translator) for frame in demo.frames()],
    )


def _localized_frame(frame: Frame, translator: Translator) -> Frame:
    return frame._replace(
        title=translator(frame.title),
        blocks=_localized_blocks(frame.blocks, translator),
        rule=translator(frame.rule),
        sentence=translator(frame.sentence),
        question=translator(frame.question),
        question_blocks=_localized_blocks(frame.question_blocks, translator),
        broken=None if frame.broken is None else _localized_broken(frame.broken, translator),
    )


def _localized_broken(broken: Broken, translator: Translator) -> Broken:
    return broken._replace(
        bug=translator(broken.bug),
        blocks=_localized_blocks(broken.blocks, translator),
        sentence=translator(broken.sentence),
    )


def _localized_blocks(blocks: Iterable[Block], translator: Translator) -> tuple[Block, ...]:
    return tuple([_localized_block(block, translator) for block in blocks])


def _localized_block(block: Block, translator: Translator) -> Block:
    match block:
        case Heading() | Paragraph() | Source(language="text"):  # pseudocode is translated, a program is not
            return block._replace(text=translator(block.text))
        case Source():
            return block
        case Table():
            return localized_table(block, translator)
        case Plot():
            x, y = (axis._replace(title=translator(axis.title)) for axis in (block.x, block.y))
            curves = tuple([series._replace(name=translator(series.name)) for series in block.series])
            block = block._replace(x=x, y=y, series=curves)
        case Bars():
            axis = block.axis._replace(title=translator(block.axis.title))
            bars = tuple([(translator(name), heights) for name, heights in block.series])
            block = block._replace(axis=axis, series=bars)
        case Graph():
            pass
        case _:
            raise TypeError(f"a demo cannot hold a {type(block).__name__}")
    return block._replace(table=localized_table(block.table, translator), caption=translator(block.caption))


def localized_table(table: Table, translator: Translator = translated) -> Table:
    """Translate a table's caption, its headings, and the cells that are phrases.

    All other cells are names, formulas or numbers, which are the same in every language.
    """

    def localized_cell(cell: Cell) -> Cell:
        return translator(cell) if isinstance(cell, Phrase) else cell

    columns = tuple([column._replace(title=translator(column.title)) for column in table.columns])
    rows = tuple([tuple(map(localized_cell, row)) for row in table.rows])
    return table._replace(caption=translator(table.caption), columns=columns, rows=rows)


class Broken(NamedTuple):
    """A frame's step with a bug in it: the bug, and its result beside the right one."""

    bug: str
    blocks: tuple[Block, ...]
    sentence: str
    numbers: Mapping[str, Cell] = NOTHING


class Frame(NamedTuple):
    """One step of a demo: a title, something to look at, and up to one question for the class."""

    title: str
    blocks: tuple[Block, ...]
    rule: str = ""  # the formula that is computed, with its numbers
    sentence: str = ""  # why the result is what it is, or what to notice
    numbers: Mapping[str, Cell] = NOTHING  # the figures of this frame by name
    question: str = ""  # a prediction to ask of the class before the numbers are revealed; empty if there is none
    # Blocks to show with the question, with `?` in the cells that are to be predicted.
    question_blocks: tuple[Block, ...] = ()
    broken: Broken | None = None
    sweep: Literal["", "primal", "forward", "reverse"] = ""  # the sweep of which this frame is a step
    node: str = ""  # the node that is computed in this step, by which the same node can be looked up in other sweeps


class Demo(NamedTuple):
    """A demo: its claim, its length in class, its closing sentence, and the function that computes its frames."""

    name: str
    minutes: int
    claim: str
    lesson: str
    frames: Callable[[], Iterable[Frame]]


# Tables of demos: headings in one string, and variants for a step, a question, or a kind of number.


def table(key: str, caption: str, columns: str | Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a table whose `columns` are headings between bars, `method | >value`, or a list of headings.

    `>` aligns a column of numbers to the right.  Raises ValueError for a row with another number of cells.
    """
    headings = [heading.strip() for heading in columns.split("|")] if isinstance(columns, str) else columns
    cells = tuple(map(tuple, rows))
    if any(len(row) != len(headings) for row in cells):
        raise ValueError(f"a row of `{key}` does not have {len(headings)} cells")
    return Table(key, tuple(map(_column, headings)), cells, caption)


def _column(heading: str) -> Column:
    title = heading.removeprefix(">")
    if isinstance(heading, Phrase):
        title = phrase(heading.pattern.removeprefix(">"), **heading.values)
    return Column(title.replace(" ", "_"), title, "right" if heading.startswith(">") else "left")


def with_current_row(table: Table) -> Table:
    """Mark the last row as the current step, and the rows above it as done."""
    stages: list[Stage] = ["done" for _ in table.rows]
    return table._replace(stages=(*stages[1:], "now") if stages else ())


def with_quantity(table: Table, quantity: Quantity, *columns: int) -> Table:
    """Mark columns as values, tangents or adjoints, which have a style of their own."""
    marked = list(table.columns)
    for index in columns:
        marked[index] = marked[index]._replace(quantity=quantity)
    return table._replace(columns=tuple(marked))


def mask(table: Table, *cells: tuple[int, int]) -> Table:
    """Put a question mark in some cells, given as (row, column); negative numbers count from the end."""
    rows = [list(row) for row in table.rows]
    for row, column in cells:
        rows[row][column] = "?"
    return table._replace(rows=tuple(map(tuple, rows)))


def mask_columns(table: Table, *columns: int, first_row: int = 0) -> Table:
    """Put a question mark in every cell of some columns, from a row on."""
    return mask(table, *[(row, column) for row in range(first_row, len(table.rows)) for column in columns])


def column_figures(table: Table, column: int = 1) -> dict[str, Cell]:
    """Return a frame's figures from one column of its table, named by the first cell of each row."""
    return {str(row[0]): row[column] for row in table.rows}
