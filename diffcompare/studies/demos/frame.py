"""A demo as data: frames in their order, which every player shows - terminal, page, handout, JSON and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from diffcompare.document import NOTHING, Block, Cell, Column, Quantity, Stage, Table
from diffcompare.language import Phrase, phrase


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
