"""The body of the player's screen: the blocks of a frame, in the places that they have in all frames of a step.

What is to be shown is set together with what the other frames of its step show: the columns of a table are as wide as
any of them needs, a graph has room for the numbers of all, and a picture leaves as many lines to its legend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeGuard

from diffcompare.document import Bars, Block, Document, Graph, Plot, Source, Stage, Table
from diffcompare.localization import language, translate
from diffcompare.render import Look
from diffcompare.render.chart.text import draw_bars, draw_plot, rows_around
from diffcompare.render.graph.text import DENSITIES, TextDrawing, draw_graph, drawing_lines
from diffcompare.render.terminal import document_lines, source_lines
from diffcompare.render.text_layout import Line, clean, cut, first_columns, line_width, padded

GAP = 1  # columns between a graph and its table, beside the table's own margin
MIN_ROWS = 3  # rows to keep of a table that is cut at its beginning to fit below its graph
NARROW_DIGITS = 6  # significant digits of a table that is otherwise too wide to fit beside its graph
# Columns that can be left out: what they say of the current step is also shown below.
EXPENDABLE_COLUMNS = ("rule", "saved", "passes_on")
MIN_SOURCE = 30  # columns of a program beside its table; longer lines are cut
PROSE = 30  # columns of a paragraph beside a picture
# Columns of a picture beside a table: where the table is set spaciously, where they are side by side at all, and where
# they are so because there are too few rows.
SPACIOUS, SIDE_BY_SIDE, NARROWEST_PICTURE = 60, 36, 24
LOWEST_PICTURE = 5  # rows between the axes of a picture above a table
MAX_ROOM = 60  # rows of other frames for which a table has room


class ShownStep(NamedTuple):
    """The blocks that are shown, and those of all frames of the step, these among them."""

    blocks: tuple[Block, ...]
    frames: tuple[tuple[Block, ...], ...]
    graphs: tuple[Graph, ...] = ()  # the graph with the numbers of all frames of the demo

    @property
    def fullest(self) -> tuple[Block, ...]:
        """The blocks that need the most rows."""
        return max((self.blocks, *self.frames), key=lambda blocks: sum(map(_height, blocks)))


def _height(block: Block) -> int:
    """Return about how many lines a block needs, to compare it with others of its kind."""
    if isinstance(block, Source):
        return block.text.count("\n") + 2
    table = _table_of(block)
    return 1 if table is None else _shown(table) + 2


def _table_of(block: Block) -> Table | None:
    return block if isinstance(block, Table) else block.table if isinstance(block, Graph) else None


def body_lines(step: ShownStep, look: Look, rows: int) -> list[Line]:
    """Return the blocks of a frame in so many rows, or in more where they cannot be made smaller."""
    frames = tuple([_with_room(blocks, step.frames) for blocks in step.frames])
    step = step._replace(blocks=_with_room(step.blocks, step.frames), frames=frames)
    blocks, fullest = step.blocks, step.fullest
    graph = graph_of(blocks)
    if graph is not None:
        return _beside(step, look, rows) or _below(graph, look, rows)
    if len(blocks) > 1 and isinstance(blocks[0], Source) and blocks[0].first is not None:
        return _with_source(blocks, fullest, look, rows)
    if any(map(_is_picture, blocks)):
        return _with_picture(step, look, rows)
    return _set(blocks, fullest, look, rows)


def graph_of(blocks: Sequence[Block]) -> Graph | None:
    """Return the first graph among blocks, if there is one."""
    return next((block for block in blocks if isinstance(block, Graph)), None)


def _with_room(blocks: Sequence[Block], frames: Iterable[Sequence[Block]]) -> tuple[Block, ...]:
    """Return the blocks with tables that have room for the rows of the same tables in other frames."""
    others: dict[tuple[object, ...], list[Table]] = {}
    for table in map(_table_of, [block for frame in frames for block in frame]):
        if table is not None:
            others.setdefault(_heads(table), []).append(table)

    def roomy(table: Table) -> Table:
        rows = dict.fromkeys(row for other in others.get(_heads(table), ()) for row in other.rows)
        unseen = [row for row in rows if row not in table.rows][:MAX_ROOM]
        to_come: list[Stage] = ["" for _ in unseen]
        stages = (*table.stages, *to_come) if table.stages else ()
        return table._replace(rows=(*table.rows, *unseen), stages=stages, unseen=len(unseen))

    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Table):
            block = roomy(block)
        elif isinstance(block, Graph):
            block = block._replace(table=roomy(block.table))
        found.append(block)
    return tuple(found)


def _heads(table: Table) -> tuple[object, ...]:
    return (table.key, bool(table.stages), *table.columns)


def _set(blocks: Sequence[Block], fullest: Sequence[Block], look: Look, rows: int) -> list[Line]:
    """Return the blocks, without the rules of their tables if those of the fullest frame do not fit with them."""
    lines = _lines(blocks, look)
    return lines if len(_lines(fullest, look)) <= rows else _without_rules(lines)


# --- A picture and what belongs to it ---------------------------------------------------------------------------------


def _with_picture(step: ShownStep, look: Look, rows: int) -> list[Line]:
    """Return a picture with the rest on its right, or below it where the window is too narrow for that."""
    step = step._replace(frames=tuple([blocks for blocks in step.frames if any(map(_is_picture, blocks))]))
    picture, rest = _parted(step.blocks)
    _, fullest = _parted(step.fullest)
    plots = [each for each in (_parted(blocks)[0] for blocks in step.frames) if isinstance(each, Plot)]

    def beside(look: Look, room: int) -> list[Line]:
        right = look._replace(width=look.width - room - 2 * GAP)
        return _side_by_side(_picture_lines(picture, plots, look, room, rows), _set(rest, fullest, right, rows), room)

    if not rest:
        return _picture_lines(picture, plots, look, look.width, rows)
    narrow = look._replace(digits=min(look.digits or NARROW_DIGITS, NARROW_DIGITS))
    rooms = [(each, look.width - 2 * GAP - _widest(fullest, each, spaces)) for each, spaces in (
        (look, True), (look, False), (narrow, False),
    )]  # fmt: skip
    for (each, room), wanted in zip(rooms, (SPACIOUS, SIDE_BY_SIDE, SIDE_BY_SIDE), strict=True):
        if room >= wanted:
            return beside(each, room)
    for each in (look, narrow):
        left = rows - len(_set(fullest, fullest, each, 0)) - 1
        above = _picture_lines(picture, plots, look, look.width, left)
        if len(above) <= left:
            return [*above, [], *_set(rest, fullest, each, rows - len(above) - 1)]
    if rooms[-1][1] >= NARROWEST_PICTURE:
        return beside(*rooms[-1])
    return [*above, [], *_set(rest, fullest, narrow, 0)]


def _is_picture(block: Block) -> TypeGuard[Plot | Bars]:
    return isinstance(block, Plot | Bars)


def _parted(blocks: Sequence[Block]) -> tuple[Plot | Bars, list[Block]]:
    """Return the first picture and the other blocks."""
    picture = next(block for block in blocks if _is_picture(block))
    return picture, [block for block in blocks if block is not picture]


def _widest(blocks: Sequence[Block], look: Look, spacious: bool) -> int:
    """Return the columns that the blocks need; their tables with or without much space."""
    widths = [PROSE]
    for block in blocks:
        if isinstance(block, Table):
            widths.append(_min_width(block, look.digits, look, language()) + (2 * len(block.columns)) * spacious)
        elif isinstance(block, Source):
            widths.append(max(map(line_width, source_lines(block, look))))
    return max(widths)


def _picture_lines(picture: Plot | Bars, plots: Sequence[Plot], look: Look, columns: int, rows: int) -> list[Line]:
    """Return a picture in so many rows; a plot has the canvas and the lines that it has in all frames of the step."""
    if isinstance(picture, Bars):
        return draw_bars(picture, look, columns)
    around = max(rows_around(plot, look, columns) for plot in (picture, *plots))
    canvas = min(max(rows - around, LOWEST_PICTURE), columns // 2)
    return padded(draw_plot(picture, look, columns, canvas), canvas + around)


def _side_by_side(left: Sequence[Line], right: Sequence[Line], columns: int, gap: int = 2 * GAP) -> list[Line]:
    """Return lines of at most so many columns with others on their right."""
    height = max(len(left), len(right))
    pairs = zip(padded(left, height), padded(right, height), strict=True)
    return [[*line, (" " * (columns + gap - line_width(line)), ""), *beside] for line, beside in pairs]


# --- A program and its tables -----------------------------------------------------------------------------------------


def _with_source(blocks: Sequence[Block], last: Sequence[Block], look: Look, rows: int) -> list[Line]:
    """Return a program with its tables on the right, or below it on a narrow screen; the last rows are shown.

    The last frame of the sweep takes part in choosing the width, so that the program stands still.
    """
    source, *tables = blocks
    assert isinstance(source, Source)
    listing = source_lines(source, look)
    running = None if source.running is None else source.running - (source.first or 1)
    most = max([_shown(block) for block in last if isinstance(block, Table)], default=0)
    every = [block for block in (*tables, *last) if isinstance(block, Table)]
    for wanted in (max(map(line_width, listing)), MIN_SOURCE):
        for variants in zip(*[_variants(table, look.digits) for table in every], strict=True):
            room = look.width - 2 * GAP - max(_min_width(*variant, look, language()) for variant in variants)
            if room >= wanted:
                left = min(room, max(map(line_width, listing)))
                right = _tables(variants[: len(tables)], most, look._replace(width=look.width - left - 2 * GAP), rows)
                shown = _around(running, _folded_at(running, listing, left, source), rows)
                return _side_by_side([cut(line, left, clean("…", look.unicode)) for line in shown], right, left)
    below = _tables([(table, look.digits) for table in tables if isinstance(table, Table)], most, look, rows // 2)
    folded = _folded_at(running, listing, look.width, source)
    return [*_around(running, folded, max(rows - len(below), MIN_ROWS)), *below]


def _folded_at(running: int | None, listing: list[Line], columns: int, source: Source) -> list[Line]:
    """Return the lines of a program with the running one folded where it is wider than so many columns."""
    if running is None or not 0 <= running < len(listing):
        return listing
    indent = len(source.gutters[running][0])
    folded: list[Line] = [[]]
    for text, style in listing[running]:
        while text:
            part = first_columns(text, columns - line_width(folded[-1]))
            if part:
                folded[-1].append((part, style))
                text = text[len(part) :]
            else:
                folded.append([(" " * indent, "")])
    return [*listing[:running], *folded, *listing[running + 1 :]]


def _tables(variants: Iterable[tuple[Table, int | None]], most: int, look: Look, rows: int) -> list[Line]:
    """Return tables below each other in so many rows; the first one, which grows, gets what the others leave."""
    first, *others = variants
    after = [line for table, digits in others for line in [[], *_lines((table,), look._replace(digits=digits))]]
    if len(after) > rows // 2:
        after = []
    return [*_table(first[0], most, look._replace(digits=first[1]), rows - len(after)), *after]


def _around(running: int | None, lines: list[Line], rows: int) -> list[Line]:
    """Return as many lines as there is room for, with the running one among them."""
    start = min(max((running or 0) - rows // 2, 0), max(len(lines) - rows, 0))
    return lines[start : start + rows]


# --- A graph and its table --------------------------------------------------------------------------------------------


def _beside(step: ShownStep, look: Look, rows: int) -> list[Line]:
    """Return the graph and its table side by side; an empty list if there is no room for that.

    All graphs of the sweep take part in choosing the density, so that the drawing stands still during the sweep; those
    of the whole demo do so if there is room for their numbers as well.
    """
    graph = graph_of(step.blocks)
    assert graph is not None
    last = graph_of(step.fullest) or graph
    of_sweep = [found for blocks in step.frames if (found := graph_of(blocks)) is not None]
    now, then = (_variants(picture.table, look.digits) for picture in (graph, last))
    for variants in zip(now, then, strict=True):
        room = look.width - GAP - max(_min_width(*variant, look, language()) for variant in variants)
        for density in DENSITIES:
            for graphs in (step.graphs, of_sweep):
                steps = [each for each in graphs if _names(each) == _names(graph)]
                drawing = draw_graph(graph, look, density, steps)
                if drawing and drawing.width <= room:
                    return _joined(drawing, variants[0], _shown(last.table), look, rows)
    return []


def _names(graph: Graph) -> list[str]:
    return [vertex.name for vertex in graph.vertices]


def _joined(drawing: TextDrawing, variant: tuple[Table, int | None], most: int, look: Look, rows: int) -> list[Line]:
    table, digits = variant
    right = look._replace(width=look.width - drawing.width - GAP, digits=digits)
    return _side_by_side(drawing.lines, _table(table, most, right, rows), drawing.width, GAP)


def _below(graph: Graph, look: Look, rows: int) -> list[Line]:
    """Return the graph with its table below."""
    drawing, _ = drawing_lines(graph, look, look.width)
    return [*drawing, *_table(graph.table, 0, look, rows - len(drawing))]


# --- Tables -----------------------------------------------------------------------------------------------------------


def _variants(table: Table, digits: int | None) -> Iterator[tuple[Table, int | None]]:
    """Yield the table as it is, with few digits (which the caption says), and without the rules."""
    yield table, digits
    if digits is None or digits > NARROW_DIGITS:
        caption = translate("{caption} ({count} digits)", caption=table.caption, count=NARROW_DIGITS)
        table, digits = table._replace(caption=caption.strip()), NARROW_DIGITS
        yield table, digits
    kept = [place for place, column in enumerate(table.columns) if column.key not in EXPENDABLE_COLUMNS]
    columns = tuple([table.columns[place] for place in kept])
    yield table._replace(columns=columns, rows=tuple([tuple([row[at] for at in kept]) for row in table.rows])), digits


@lru_cache(maxsize=64)  # the last table of a sweep is looked at in every frame
def _min_width(table: Table, digits: int | None, look: Look, _spoken: str) -> int:
    """Return the width of a table at its densest, with its caption folded.

    The most spacious one has two more columns in each gap, and one more at each edge.
    """
    roomy = _lines((table._replace(caption=""),), look._replace(width=10_000, digits=digits))
    return max(map(line_width, roomy)) - 2 * (len(table.columns) - 1) - 2


def _table(table: Table, most: int, look: Look, rows: int) -> list[Line]:
    """Return a table in at most so many rows: without rules if it does not fit with `most` rows, or its last rows."""
    whole = _lines((table,), look)
    to_come = max(most - _shown(table), 0)
    if len(whole) + to_come <= rows:
        return whole
    bare = _without_rules(whole)
    count = max(rows - 2, MIN_ROWS)  # caption and heads
    return bare if len(bare) <= rows else _without_rules(_lines((_last(table, count),), look))


def _shown(table: Table) -> int:
    return len(table.rows) - table.unseen


def _last(table: Table, count: int) -> Table:
    total = _shown(table)
    if count >= total:
        return table
    caption = translate("{caption} (the last {count} of {total})", caption=table.caption, count=count, total=total)
    first = total - count
    return table._replace(rows=table.rows[first:], stages=table.stages[first:], caption=caption.strip())


def _lines(blocks: Sequence[Block], look: Look) -> list[Line]:
    return document_lines(Document(tuple(blocks)), look)


def _without_rules(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without horizontal rules."""
    return [line for line in lines if not (line and all(set(text) <= {"─", "-"} for text, _ in line))]
