"""A demo as data: a list of frames, the same for the terminal, the page, the handout, JSON and the tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log10
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from diffcompare.document import (
    NOTHING,
    Approximate,
    Bars,
    Block,
    Cell,
    Column,
    Graph,
    Heading,
    Measured,
    Paragraph,
    Plot,
    Quantity,
    Source,
    Stage,
    Table,
)  # fmt: skip
from diffcompare.localization import Phrase, language, phrase, translate, translated

if TYPE_CHECKING:
    from diffcompare.backends.problem import Derivative
    from diffcompare.studies.compare import Comparison

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
        title=translator(demo.title),
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
    live: Sequence[Any] = ()  # the cells of its tables that the page computes anew at another point, see `live`


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
    live: Sequence[Any] = ()  # the cells of its tables that the page computes anew at another point, see `live`
    live_rule: Sequence[Any] = ()  # its rule in the same way


class Demo(NamedTuple):
    """A demo: its claim, its length in class, its closing sentence, the function of its frames, and its title."""

    name: str
    minutes: int
    claim: str
    lesson: str
    frames: Callable[[], Iterable[Frame]]
    title: str  # what it is about, in a few words for those who do not know its name


def ending(demo: Demo) -> Frame:
    """Return the closing sentence as a frame of its own."""
    return Frame(translate("In one sentence"), (Paragraph(demo.lesson, "verdict"),))


# Tables of demos: headings in one string, and variants for a question.


def table(
    key: str,
    caption: str,
    columns: str | Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    primal: Sequence[int] = (),
    tangent: Sequence[int] = (),
    adjoint: Sequence[int] = (),
    stepwise: bool = False,
) -> Table:
    """Return a table whose `columns` are headings between bars, `method | >value`, or a list of headings.

    `>` aligns a column of numbers to the right.  Columns of values (`primal`), tangents and adjoints, by their indices,
    have a style of their own.  In a `stepwise` table the last row is the current step, and those above it are done.
    Raises ValueError for a row with a different number of cells.
    """
    headings = [heading.strip() for heading in columns.split("|")] if isinstance(columns, str) else columns
    cells = tuple(map(tuple, rows))
    if any(len(row) != len(headings) for row in cells):
        raise ValueError(f"a row of `{key}` does not have {len(headings)} cells")
    quantities: dict[Quantity, Sequence[int]] = {"primal": primal, "tangent": tangent, "adjoint": adjoint}
    heads = [_column(heading) for heading in headings]
    for quantity, places in quantities.items():
        for place in places:
            heads[place] = heads[place]._replace(quantity=quantity)
    stages: list[Stage] = ["done" for _ in cells]
    return Table(key, tuple(heads), cells, caption, stages=(*stages[1:], "now") if stepwise and cells else ())


def _column(heading: str) -> Column:
    title = heading.removeprefix(">")
    if isinstance(heading, Phrase):
        title = phrase(heading.pattern.removeprefix(">"), **heading.values)
    return Column(title.replace(" ", "_"), title, "right" if heading.startswith(">") else "left")


def mask(table: Table, *places: int | tuple[int, int], first_row: int = 0) -> Table:
    """Put a question mark in cells, given as (row, column), and in whole columns from a row on.

    Negative numbers count from the end.
    """
    rows = [list(row) for row in table.rows]
    for place in places:
        cells = [place] if isinstance(place, tuple) else [(row, place) for row in range(first_row, len(rows))]
        for row, column in cells:
            rows[row][column] = "?"
    return table._replace(rows=tuple(map(tuple, rows)))


def figures(table: Table, *names: str) -> dict[str, Cell]:
    """Return a frame's figures from its table: a name for each column behind the first; "" leaves a column out.

    In a name, `{}` stands for the first cell of the row.
    """
    return {
        name.format(row[0]): cell.value if isinstance(cell, Approximate | Measured) else cell
        for row in table.rows
        for name, cell in zip(names, row[1:], strict=False)
        if name
    }


# Tables of methods: the answers that methods give for one expression at one point.


def partial_cell(answer: Derivative, variable: str) -> Cell:
    """Return a method's partial derivative, or the reason why there is none: nan, inf, undefined …"""
    value = answer.gradient.get(variable)
    if value is not None:
        return value
    stated = re.compile(rf"df/d{re.escape(variable)}(?: is -?|: .*\b)(nan|inf)\b")
    return next((match[1] for match in map(stated.search, answer.notes) if match), phrase(answer.status))


def true_partial(comparison: Comparison, variable: str) -> Cell:
    """Return the true partial, or the slopes on both sides of a kink."""
    if comparison.truth is None:
        return None
    slopes = comparison.truth.slopes.get(variable)
    if slopes is not None and slopes.left != slopes.right:
        left, right = _slope_text(slopes.left), _slope_text(slopes.right)
        return phrase("{left} left, {right} right", left=left, right=right)
    partial = comparison.truth.gradient.get(variable)
    if partial is None:
        return phrase(comparison.truth.status) if slopes is None else slopes.left
    return partial.nearest


def _slope_text(slope: float | None) -> str:
    return phrase("none") if slope is None else f"{slope:g}"


def error_cell(value: Cell, truth: Cell) -> Approximate | None:
    """Return the absolute error of a partial, where it and the truth are both numbers."""
    return Approximate(abs(value - truth)) if isinstance(value, float) and isinstance(truth, float) else None


def answers_table(comparison: Comparison, variable: str, caption: str) -> Table:
    """Return a table with a row for every method, and the truth in the last row."""
    rows: list[tuple[Cell, ...]] = [(answer.method, partial_cell(answer, variable)) for answer in comparison.answers]
    rows.append((phrase("truth"), true_partial(comparison, variable)))
    return table("answers", caption, f"method | >d/d{variable}", rows)


def at_point(text: str, where: object, by: str = "") -> Phrase:
    """Return the caption of an expression at a point, or of its partial with respect to a variable."""
    if isinstance(where, Mapping):
        where = ", ".join(f"{name} = {x:g}" for name, x in where.items())
    if by:
        return phrase("d/d{name} of {text} at {where}", name=by, text=text, where=where)
    return phrase("{text} at {where}", text=text, where=where)


def digits_kept(error: float, truth: float) -> float:
    """Return the number of correct digits, -log10 of the relative error.  The error must not be 0."""
    return -log10(abs(error / truth))
