"""The screen of the player: a frame in the given columns and rows; what cannot be folded is cut with a sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from diffcompare.classroom.demos.frame import Demo, Frame
from diffcompare.classroom.player.state import State, has_open_question, press
from diffcompare.diagnostics import width
from diffcompare.document import Block, Document, Graph, Paragraph, Plot, Source, Table
from diffcompare.localization import language, translate
from diffcompare.render import Look
from diffcompare.render.graph.text import DENSITIES, TextDrawing, draw_graph, drawing_lines
from diffcompare.render.terminal import document_lines, source_lines
from diffcompare.render.text_layout import Line, clean, line_width, wrap

MIN_SIZE = (20, 6)

GAP = 1  # columns between a graph and its table, beside the table's own margin

MIN_ROWS = 3  # rows to keep of a table that is cut at its beginning to fit below its graph

MAX_BODY = 18  # lines for a short body: keeps the words close to it on a tall screen

NARROW_DIGITS = 6  # significant digits of a table that is otherwise too wide to fit beside its graph

# Columns that can be left out: what they say of the current step is also shown below.
EXPENDABLE_COLUMNS = ("rule", "saved", "passes_on")

MIN_SOURCE = 30  # columns of a program beside its table; longer lines are cut

HELP = (
    ("space, right, enter", "next step, or reveal the answer"),
    ("left, backspace", "one step back"),
    ("page down, page up", "the same two, on a presenter's remote"),
    ("home, end", "first and last step"),
    ("f, r", "the same node in the forward or reverse sweep; again: its next step"),
    ("n, N", "next and previous demo"),
    ("up, down", "scroll, if a step is longer than the screen"),
    ("p", "predict: ask before the numbers are shown, on or off"),
    ("b", "break it: the same step with a bug"),
    ("+, -", "more digits, fewer digits"),
    ("s", "save this frame as Markdown and SVG in the current directory"),
    ("?", "this help; any key closes it"),
    ("q", "quit"),
)

HELP_KEYS_WIDTH = 21  # columns for the keys in the help

KEYS = (
    "[space] next", "[home] first", "[<-] back", "[f/r] sweeps", "[p] predict", "[b] break", "[+/-] digits", "[s] save",
    "[?] help", "[q] quit",
)  # fmt: skip

# Keys that are left out of a narrow line, in this order; the help lists them all.
OPTIONAL_KEYS = ("[+/-] digits", "[s] save", "[f/r] sweeps")

# Keys that lose their words in an even narrower line, in this order; finally all lose their brackets.
SHORTENED_KEYS = ("[<-] back", "[?] help", "[b] break", "[p] predict", "[home] first", "[space] next", "[q] quit")

SWEEPS = {"primal": "VALUES", "forward": "FORWARD", "reverse": "REVERSE"}


class Screen(NamedTuple):
    """Lines of styled spans, none wider than the screen."""

    lines: tuple[Line, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Lines without their styles."""
        return tuple(["".join([text for text, _ in line]) for line in self.lines])


def compose(demo: Demo, frames: Sequence[Frame], state: State, look: Look, rows: int, demos: int = 1) -> Screen:
    """Return the whole screen; `demos` is the number of demos, after the last of which nothing follows."""
    columns, rows = max(look.width, MIN_SIZE[0]), max(rows, MIN_SIZE[1])
    look = look._replace(width=columns - 1, digits=state.digits)
    if state.help:
        body = _plain([line for keys, meaning in HELP for line in _help(translate(keys), translate(meaning), look)])
        title, words, keys = f" {demo.name}  {translate('keys')}", [], translate("any key continues")
    else:
        frame = frames[state.frame]
        title = _title(demo, frames, state, columns)
        keys = _keys(frame, frames, press(state, "next", frames, demos) != state, columns)
        words = _words(frame, state, has_open_question(state, frames), look)
        last = next(other for other in reversed(frames) if other.sweep == frame.sweep) if frame.sweep else frame
        body = _body(frame, last, state, has_open_question(state, frames), look, rows - 2 - len(words))
    words = words[-(rows - 4) :]
    window = _window(body, rows - 2 - len(words), state.scroll)
    lines: list[Line] = [[(title, "strong")], *_padded([*window, *words], rows - 2), [(keys, "")]]
    return Screen(tuple([_cut(_cleaned(line, look), columns - 1, clean("…", look.unicode)) for line in lines]))


def _help(keys: str, meaning: str, look: Look) -> list[str]:
    parts = wrap(meaning, max(look.width - HELP_KEYS_WIDTH - 2, MIN_SIZE[0]))
    return [f"{_filled('' if place else keys, HELP_KEYS_WIDTH)}  {part}" for place, part in enumerate(parts)]


def _plain(lines: Iterable[str]) -> list[Line]:
    return [[(line, "")] for line in lines]


def _cleaned(line: Line, look: Look) -> Line:
    return [(clean(text, look.unicode), style) for text, style in line]


def _title(demo: Demo, frames: Sequence[Frame], state: State, columns: int) -> str:
    """Return demo and frame on the left; number, sweep and modes on the right."""
    frame = frames[state.frame]
    marks = [translate(SWEEPS.get(frame.sweep, "")), _place(demo, frames, state.frame)]
    if state.broken and frame.broken is not None:
        marks.append(translate("[BROKEN: {bug}]", bug=frame.broken.bug))
    elif state.predict:
        marks.append(translate("[predict]"))
    place = " ".join(filter(None, marks))
    room = columns - 1 - width(place) - 2
    left = f" {demo.name}  {frame.title}"
    if width(left) > room:
        left = f"{_first(left, max(room - 1, 0))}…"
    return f"{left}{' ' * max(columns - 1 - width(left) - width(place), 1)}{place}"


def ending(demo: Demo) -> Frame:
    """Return the closing sentence as a frame of its own."""
    return Frame(translate("In one sentence"), (Paragraph(demo.lesson, "verdict"),))


def _place(demo: Demo, frames: Sequence[Frame], place: int) -> str:
    """Return the frame's number and their count, as in `--frame`; the closing sentence has no number."""
    count = len(frames) - (frames[-1] == ending(demo))
    return f"{place + 1}/{count}" if place < count else translate("end")


def _keys(frame: Frame, frames: Sequence[Frame], has_next: bool, columns: int) -> str:
    """Return the keys that do something here, with as many words as fit in the line."""
    idle = {"[b] break": frame.broken is None, "[f/r] sweeps": not any(other.sweep for other in frames)}
    idle |= {"[space] next": not has_next, "[home] first": has_next}
    labels = {key: translate(key) for key in KEYS if not idle.get(key)}
    for key in (*OPTIONAL_KEYS, *SHORTENED_KEYS):
        if width(" ".join(labels.values())) < columns:
            break
        if key in OPTIONAL_KEYS:
            labels.pop(key, None)
        elif key in labels:
            labels[key] = labels[key].split(" ")[0]
    line = " ".join(labels.values())
    return line if width(line) < columns else line.replace("[", "").replace("]", "")


def _words(frame: Frame, state: State, open_question: bool, look: Look) -> list[Line]:
    """Return the rule with its numbers and the reason; before the answer is revealed, only the question."""
    texts: list[tuple[str, str]] = []
    if open_question:
        texts = [(translate("PREDICT"), frame.question)]
    elif state.broken and frame.broken is not None:
        damage = translate("{bug}. {sentence}", bug=frame.broken.bug, sentence=frame.broken.sentence)
        texts = [(translate("BROKEN"), damage)]
    else:
        texts = [(translate("RULE"), frame.rule), (translate("WHY"), frame.sentence)]
    lines: list[Line] = []
    for word, text in [*texts, (translate("NOTE"), state.notice)]:
        parts = wrap(clean(text, look.unicode), look.width - 9) if text else []
        heads = [word, *[""] * len(parts)]
        lines += [[(f" {_filled(head, 7)} ", "strong"), (part, "")] for head, part in zip(heads, parts, strict=False)]
    return lines


def _body(frame: Frame, last: Frame, state: State, open_question: bool, look: Look, rows: int) -> list[Line]:
    """Return the lines above the words; `last` is the last frame of the sweep, which needs the most room."""
    blocks = frame.blocks
    if open_question and frame.question_blocks:
        blocks = frame.question_blocks
    elif state.broken and frame.broken is not None:
        blocks = frame.broken.blocks
    graph = _graph_of(blocks)
    if graph is None and len(blocks) > 1 and isinstance(blocks[0], Source) and blocks[0].first is not None:
        return _with_source(blocks, last.blocks, look, rows)
    if graph is None:
        return _fitting(blocks, look, rows)
    return _beside(graph, _graph_of(last.blocks) or graph, look, rows) or _below(graph, look, rows)


def _with_source(blocks: Sequence[Block], last: Sequence[Block], look: Look, rows: int) -> list[Line]:
    """Return a program with its tables on the right, or below it on a narrow screen; the last rows are shown.

    The last frame of the sweep takes part in choosing the width, so that the program stands still.
    """
    source, *tables = blocks
    assert isinstance(source, Source)
    listing = source_lines(source, look)
    running = None if source.running is None else source.running - (source.first or 1)
    every = [block for block in (*tables, *last) if isinstance(block, Table)]
    for wanted in (max(map(line_width, listing)), MIN_SOURCE):
        for variants in zip(*[_variants(table, look.digits) for table in every], strict=True):
            room = look.width - 2 * GAP - max(_min_width(*variant, look, language()) for variant in variants)
            if room >= wanted:
                left = min(room, max(map(line_width, listing)))
                right = _tables(variants[: len(tables)], look._replace(width=look.width - left - 2 * GAP), rows)
                shown = _around(running, _folded_at(running, listing, left, source), rows)
                height = max(len(shown), len(right))
                pairs = zip(_padded(shown, height), _padded(right, height), strict=True)
                return [[*_filled_line(line, left, look), *beside] for line, beside in pairs]
    below = _tables([(table, look.digits) for table in tables if isinstance(table, Table)], look, rows // 2)
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
            part = _first(text, columns - line_width(folded[-1]))
            if part:
                folded[-1].append((part, style))
                text = text[len(part) :]
            else:
                folded.append([(" " * indent, "")])
    return [*listing[:running], *folded, *listing[running + 1 :]]


def _tables(variants: Iterable[tuple[Table, int | None]], look: Look, rows: int) -> list[Line]:
    """Return tables below each other in so many rows; the first one, which grows, gets what the others leave."""
    first, *others = variants
    after = [line for table, digits in others for line in [[], *_lines((table,), look._replace(digits=digits))]]
    if len(after) > rows // 2:
        after = []
    return [*_table(first[0], look._replace(digits=first[1]), rows - len(after)), *after]


def _around(running: int | None, lines: list[Line], rows: int) -> list[Line]:
    """Return as many lines as there is room for, with the running one among them."""
    start = min(max((running or 0) - rows // 2, 0), max(len(lines) - rows, 0))
    return lines[start : start + rows]


def _filled_line(line: Line, columns: int, look: Look) -> Line:
    """Return a line cut or filled to so many columns, and the gap."""
    line = _cut(line, columns, clean("…", look.unicode))
    return [*line, (" " * (columns + 2 * GAP - line_width(line)), "")]


def _graph_of(blocks: Sequence[Block]) -> Graph | None:
    return next((block for block in blocks if isinstance(block, Graph)), None)


def _fitting(blocks: Sequence[Block], look: Look, rows: int) -> list[Line]:
    """Return the blocks as spacious as the screen allows: tables lose their rules, plots become smaller."""
    roomy = _lines(blocks, look)
    if len(roomy) <= rows:
        return roomy
    if any(isinstance(block, Plot) for block in blocks):
        smaller = [_lines(blocks, look._replace(width=part * look.width // 8)) for part in (7, 6, 5, 4)]
        return next((lines for lines in smaller if len(lines) <= rows), roomy)
    return _without_rules(roomy)


def _beside(graph: Graph, last: Graph, look: Look, rows: int) -> list[Line]:
    """Return the graph and its table side by side; an empty list if there is no room for that.

    The last graph of the sweep takes part in choosing the density, so that the drawing stands still during the sweep.
    """
    now, then = (_variants(picture.table, look.digits) for picture in (graph, last))
    for variants in zip(now, then, strict=True):
        rooms = [look.width - GAP - _min_width(*variant, look, language()) for variant in variants]
        for density in DENSITIES:
            drawing, other = (draw_graph(picture, look, density) for picture in (graph, last))
            if drawing and other and drawing.width <= rooms[0] and other.width <= rooms[1]:
                return _joined(drawing, variants[0], look, rows)
    return []


def _joined(drawing: TextDrawing, variant: tuple[Table, int | None], look: Look, rows: int) -> list[Line]:
    left_width, (table, digits) = drawing.width + GAP, variant
    table_lines = _table(table, look._replace(width=look.width - left_width, digits=digits), rows)
    height = max(len(drawing.lines), len(table_lines))
    pairs = zip(_padded(drawing.lines, height), _padded(table_lines, height), strict=True)
    return [[*left, (" " * (left_width - line_width(left)), ""), *right] for left, right in pairs]


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


def _below(graph: Graph, look: Look, rows: int) -> list[Line]:
    """Return the graph with its table below."""
    drawing, _ = drawing_lines(graph, look, look.width)
    return [*drawing, *_table(graph.table, look, rows - len(drawing))]


def _table(table: Table, look: Look, rows: int) -> list[Line]:
    """Return a table in at most so many rows: without rules if necessary, and with its last rows only."""
    whole = _lines((table,), look)
    if len(whole) <= rows:
        return whole
    bare = _without_rules(whole)
    count = max(rows - 2, MIN_ROWS)  # caption and heads
    return bare if len(bare) <= rows else _without_rules(_lines((_last(table, count),), look))


def _last(table: Table, count: int) -> Table:
    if count >= len(table.rows):
        return table
    caption = translate(
        "{caption} (the last {count} of {total})", caption=table.caption, count=count, total=len(table.rows)
    )
    return table._replace(rows=table.rows[-count:], stages=table.stages[-count:], caption=caption.strip())


def _lines(blocks: Sequence[Block], look: Look) -> list[Line]:
    return document_lines(Document(tuple(blocks)), look)


def _without_rules(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without horizontal rules."""
    return [line for line in lines if not (line and all(set(text) <= {"─", "-"} for text, _ in line))]


def _padded(lines: Sequence[Line], height: int) -> list[Line]:
    return [*lines, *[[]] * (height - len(lines))]


def _window(body: list[Line], rows: int, scroll: int) -> list[Line]:
    """Return the visible lines of the body, and a line that counts the hidden ones above and below."""
    if len(body) <= rows:
        return _padded(body, min(rows, MAX_BODY))
    start = min(scroll, len(body) - rows + 1)
    visible = body[start : start + rows - 1]
    below = len(body) - start - len(visible)
    hints = [translate("{count} lines above (up)", count=start)] * (start > 0)
    hints += [translate("{count} lines below (down)", count=below)] * (below > 0)
    return [*visible, *_plain([f"   ... {translate(', ').join(hints)}"])]


def _filled(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _cut(line: Line, columns: int, sign: str) -> Line:
    """Return the line if it fits, else its beginning with a sign that it is cut."""
    if line_width(line) <= columns:
        return line
    return [*_beginning(line, columns - width(sign)), (sign, "")]


def _beginning(line: Line, columns: int) -> Line:
    beginning: Line = []
    for text, style in line:
        part = _first(text, columns - line_width(beginning))
        beginning.append((part, style))
        if part != text:
            break
    return beginning


def _first(text: str, columns: int) -> str:
    while width(text) > columns:
        text = text[:-1]
    return text
