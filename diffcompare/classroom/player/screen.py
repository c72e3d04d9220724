"""What is to be seen: a frame in so many columns and rows; what cannot be folded is cut, with a sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from diffcompare.classroom.demos.frame import Demo, Frame
from diffcompare.diagnostics import width
from diffcompare.document import Block, Document, Graph, Paragraph, Plot, Table
from diffcompare.localization import language, translate
from diffcompare.render import Look
from diffcompare.render.graph.text import DENSITIES, TextDrawing, dense, drawing_lines
from diffcompare.render.table_layout import Line, line_width
from diffcompare.render.terminal import document_lines
from diffcompare.render.text_layout import clean, wrap

# What the keys do: from one state of the player to the next.

DIGITS: tuple[int | None, ...] = (4, 6, 9, None)  # Significant digits, from few to all of them.

LAST = -1  # The last frame of a demo whose length is not known yet.


class State(NamedTuple):
    """Where the player is, and how it shows it."""

    demo: int = 0
    frame: int = 0
    revealed: bool = False
    broken: bool = False
    predict: bool = True
    digits: int | None = None
    help: bool = False
    notice: str = ""
    """What is to be said until the next key."""
    scroll: int = 0
    over: bool = False


def asks(state: State, frames: Sequence[Frame]) -> bool:
    """Whether the frame's question stands open."""
    return state.predict and not state.revealed and bool(frames[state.frame].question)


def press(state: State, key: str, frames: Sequence[Frame], demos: int) -> State:
    """The state after a key; `frames` are those of the demo shown.  A key without a meaning changes nothing."""
    if key == "quit":
        return state._replace(over=True)
    state = state._replace(notice="")
    if state.help:
        return state._replace(help=False)
    if key in _MOVES:
        return _moved(state, key, frames, demos)
    if key in ("up", "down"):
        return state._replace(scroll=max(state.scroll + (1 if key == "down" else -1), 0))
    if key in ("more", "fewer"):
        place = DIGITS.index(state.digits) + (1 if key == "more" else -1)
        return state._replace(digits=DIGITS[min(max(place, 0), len(DIGITS) - 1)])
    if key == "help":
        return state._replace(help=True)
    if key == "predict":
        return state._replace(predict=not state.predict, revealed=False)
    if key == "break" and frames[state.frame].broken is not None:
        return state._replace(broken=not state.broken, revealed=True, scroll=0)
    return state


_MOVES = ("next", "back", "first", "last", "forward", "reverse", "next demo", "previous demo")


def _moved(state: State, key: str, frames: Sequence[Frame], demos: int) -> State:
    if key == "next":
        return _next(state, frames, demos)
    if key == "back":
        if state.frame > 0:
            return _at(state, state.demo, state.frame - 1, revealed=True)
        return _at(state, state.demo - 1, LAST, revealed=True) if state.demo > 0 else state
    if key in ("forward", "reverse"):
        found = _same_step(frames, state.frame, key)
        return state if found is None else _at(state, state.demo, found)
    if key in ("next demo", "previous demo"):
        other = state.demo + (1 if key == "next demo" else -1)
        return _at(state, other, 0) if 0 <= other < demos else state
    return _at(state, state.demo, 0 if key == "first" else len(frames) - 1)


def _same_step(frames: Sequence[Frame], place: int, sweep: str) -> int | None:
    """Where this sweep comes by the node that is shown; again for the next time, of another seed or message.

    Where it does not, where it begins; None for a demo without that sweep.
    """
    every = [other for other, frame in enumerate(frames) if frame.sweep == sweep]
    here = [other for other in every if frames[other].node and frames[other].node == frames[place].node]
    if place in here:
        return here[(here.index(place) + 1) % len(here)]
    if place in every:
        return place
    return next(iter([*here, *every]), None)


def _next(state: State, frames: Sequence[Frame], demos: int) -> State:
    if asks(state, frames):
        return state._replace(revealed=True)
    if state.frame + 1 < len(frames):
        return _at(state, state.demo, state.frame + 1)
    return _at(state, state.demo + 1, 0) if state.demo + 1 < demos else state


def _at(state: State, demo: int, frame: int, *, revealed: bool = False) -> State:
    return state._replace(demo=demo, frame=frame, revealed=revealed, broken=False, scroll=0)


MIN_SIZE = (20, 6)

GAP = 1  # Columns between the graph and its table, which has one more at its edge unless it is set densely.

MIN_ROWS = 3  # Rows of a table that are shown at least, where it is cut at its beginning to stand below its graph.

ROOM = 18  # Lines for what is shown, before the words below it: on a small screen all there are, on a tall one no gap.

NARROW = 6  # Significant digits where a table fits beside its graph only so.

TOLD_BELOW = "rule"  # The column that is left out where there is no other way: the rule of this step is told below.

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

HELP_KEYS = 21  # Columns for the keys.

KEYS = (
    "[space] next", "[home] first", "[<-] back", "[f/r] sweeps", "[p] predict", "[b] break", "[+/-] digits", "[s] save",
    "[?] help", "[q] quit",
)  # fmt: skip

# Keys that a narrow line leaves out, the first ones first: the help has them all.
SPARED = ("[+/-] digits", "[s] save", "[f/r] sweeps")

# The others lose their words in a still narrower one, in this order, and at last their brackets.
SHORTENED = ("[<-] back", "[?] help", "[b] break", "[p] predict", "[home] first", "[space] next", "[q] quit")

SWEEPS = {"primal": "VALUES", "forward": "FORWARD", "reverse": "REVERSE"}


class Screen(NamedTuple):
    """Lines of styled spans, each no wider than the screen."""

    lines: tuple[Line, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines without their styles."""
        return tuple(["".join([text for text, _ in line]) for line in self.lines])


def compose(which: Demo, frames: Sequence[Frame], state: State, look: Look, rows: int, demos: int = 1) -> Screen:
    """The whole screen; after the last frame of the last of so many demos nothing comes."""
    columns, rows = max(look.width, MIN_SIZE[0]), max(rows, MIN_SIZE[1])
    look = look._replace(width=columns - 1, digits=state.digits)
    if state.help:
        body = _plain([line for keys, meaning in HELP for line in _help(translate(keys), translate(meaning), look)])
        title, words, keys = f" {which.name}  {translate('keys')}", [], translate("any key continues")
    else:
        frame = frames[state.frame]
        title = _title(which, frames, state, columns)
        keys = _keys(frame, frames, press(state, "next", frames, demos) != state, columns)
        words = _words(frame, state, asks(state, frames), look)
        last = next(each for each in reversed(frames) if each.sweep == frame.sweep) if frame.sweep else frame
        body = _body(frame, last, state, asks(state, frames), look, rows - 2 - len(words))
    words = words[-(rows - 4) :]
    window = _window(body, rows - 2 - len(words), state.scroll)
    told = _padded([*window, *words], rows - 2)
    lines: list[Line] = [[(title, "strong")], *told, [(keys, "")]]
    return Screen(tuple([_cut(_cleaned(line, look), columns - 1, clean("…", look.unicode)) for line in lines]))


def _help(keys: str, meaning: str, look: Look) -> list[str]:
    parts = wrap(meaning, max(look.width - HELP_KEYS - 2, MIN_SIZE[0]))
    return [f"{_filled('' if place else keys, HELP_KEYS)}  {part}" for place, part in enumerate(parts)]


def _plain(lines: Iterable[str]) -> list[Line]:
    return [[(line, "")] for line in lines]


def _cleaned(line: Line, look: Look) -> Line:
    return [(clean(text, look.unicode), style) for text, style in line]


def _title(which: Demo, frames: Sequence[Frame], state: State, columns: int) -> str:
    """Demo and frame to the left; to the right where we are, in which sweep, and what is switched on."""
    frame = frames[state.frame]
    marks = [translate(SWEEPS.get(frame.sweep, "")), _place(which, frames, state.frame)]
    if state.broken and frame.broken is not None:
        marks.append(translate("[BROKEN: {bug}]", bug=frame.broken.bug))
    elif state.predict:
        marks.append(translate("[predict]"))
    place = " ".join(filter(None, marks))
    room = columns - 1 - width(place) - 2
    left = f" {which.name}  {frame.title}"
    if width(left) > room:
        left = f"{_first(left, max(room - 1, 0))}…"
    return f"{left}{' ' * max(columns - 1 - width(left) - width(place), 1)}{place}"


def ending(which: Demo) -> Frame:
    """The closing sentence as a frame of its own."""
    return Frame(translate("In one sentence"), (Paragraph(which.lesson, "verdict"),))


def _place(which: Demo, frames: Sequence[Frame], place: int) -> str:
    """The frame's number of all, counted as `--frames` does: the closing sentence has none."""
    count = len(frames) - (frames[-1] == ending(which))
    return f"{place + 1}/{count}" if place < count else translate("end")


def _keys(frame: Frame, frames: Sequence[Frame], goes_on: bool, columns: int) -> str:
    """The keys that do something here, as many and with as many words as the line has room for."""
    idle = {"[b] break": frame.broken is None, "[f/r] sweeps": not any(each.sweep for each in frames)}
    idle |= {"[space] next": not goes_on, "[home] first": goes_on}
    told = {key: translate(key) for key in KEYS if not idle.get(key)}
    for key in (*SPARED, *SHORTENED):
        if width(" ".join(told.values())) < columns:
            break
        if key in SPARED:
            told.pop(key, None)
        elif key in told:
            told[key] = told[key].split(" ")[0]
    line = " ".join(told.values())
    return line if width(line) < columns else line.replace("[", "").replace("]", "")


def _words(frame: Frame, state: State, open_question: bool, look: Look) -> list[Line]:
    """The rule with its numbers and the reason; before the reveal the question and nothing else."""
    said: list[tuple[str, str]] = []
    if open_question:
        said = [(translate("PREDICT"), frame.question)]
    elif state.broken and frame.broken is not None:
        told = translate("{bug}. {sentence}", bug=frame.broken.bug, sentence=frame.broken.sentence)
        said = [(translate("BROKEN"), told)]
    else:
        said = [(translate("RULE"), frame.rule), (translate("WHY"), frame.sentence)]
    lines: list[Line] = []
    for word, text in [*said, (translate("NOTE"), state.notice)]:
        parts = wrap(clean(text, look.unicode), look.width - 9) if text else []
        heads = [word, *[""] * len(parts)]
        lines += [[(f" {_filled(head, 7)} ", "strong"), (part, "")] for head, part in zip(heads, parts, strict=False)]
    return lines


def _body(frame: Frame, last: Frame, state: State, open_question: bool, look: Look, rows: int) -> list[Line]:
    """What is to be seen of a frame; `last` is the last one of its sweep, which needs the most room."""
    blocks = frame.blocks
    if open_question and frame.question_blocks:
        blocks = frame.question_blocks
    elif state.broken and frame.broken is not None:
        blocks = frame.broken.blocks
    graph = _graph_of(blocks)
    if graph is None:
        return _fitting(blocks, look, rows)
    return _beside(graph, _graph_of(last.blocks) or graph, look, rows) or _below(graph, look, rows)


def _graph_of(blocks: Sequence[Block]) -> Graph | None:
    return next((block for block in blocks if isinstance(block, Graph)), None)


def _fitting(blocks: Sequence[Block], look: Look, rows: int) -> list[Line]:
    """The blocks as roomy as the screen allows: tables lose their lines, plots become smaller."""
    roomy = _lines(blocks, look)
    if len(roomy) <= rows:
        return roomy
    if any(isinstance(block, Plot) for block in blocks):
        smaller = [_lines(blocks, look._replace(width=part * look.width // 8)) for part in (7, 6, 5, 4)]
        return next((lines for lines in smaller if len(lines) <= rows), roomy)
    return _without_rules(roomy)


def _beside(graph: Graph, last: Graph, look: Look, rows: int) -> list[Line]:
    """The graph and its table side by side; nothing where there is no room for that.

    How dense the two are is decided by the last graph of the sweep as well: the drawing stands still meanwhile.
    """
    now, then = (_narrower(each.table, look.digits) for each in (graph, last))
    for shown in zip(now, then, strict=True):
        rooms = [look.width - GAP - _narrowest(*each, look, language()) for each in shown]
        for density in DENSITIES:
            drawing, other = (dense(each, look, density) for each in (graph, last))
            if drawing and other and drawing.width <= rooms[0] and other.width <= rooms[1]:
                return _joined(drawing, shown[0], look, rows)
    return []


def _joined(drawing: TextDrawing, shown: tuple[Table, int | None], look: Look, rows: int) -> list[Line]:
    left, (table, digits) = drawing.width + GAP, shown
    found = _table(table, look._replace(width=look.width - left, digits=digits), rows)
    height = max(len(drawing.lines), len(found))
    pairs = zip(_padded(drawing.lines, height), _padded(found, height), strict=True)
    return [[*a, (" " * (left - line_width(a)), ""), *b] for a, b in pairs]


def _narrower(shown: Table, digits: int | None) -> Iterator[tuple[Table, int | None]]:
    """The table as it is, with few digits, and without the rules; that digits are left out is said above it."""
    yield shown, digits
    if digits is None or digits > NARROW:
        caption = translate("{caption} ({count} digits)", caption=shown.caption, count=NARROW)
        shown, digits = shown._replace(caption=caption.strip()), NARROW
        yield shown, digits
    kept = [place for place, column in enumerate(shown.columns) if column.key != TOLD_BELOW]
    columns = tuple([shown.columns[place] for place in kept])
    yield shown._replace(columns=columns, rows=tuple([tuple([row[at] for at in kept]) for row in shown.rows])), digits


@lru_cache(maxsize=64)  # the last table of a sweep is looked at in every frame
def _narrowest(shown: Table, digits: int | None, look: Look, _spoken: str) -> int:
    """How wide a table is set densely, its caption folded: the roomiest has two more a gap and one more an edge."""
    roomy = _lines((shown._replace(caption=""),), look._replace(width=10_000, digits=digits))
    return max(map(line_width, roomy)) - 2 * (len(shown.columns) - 1) - 2


def _below(graph: Graph, look: Look, rows: int) -> list[Line]:
    """The graph over its table."""
    drawing, _ = drawing_lines(graph, look, look.width)
    return [*drawing, *_table(graph.table, look, rows - len(drawing))]


def _table(shown: Table, look: Look, rows: int) -> list[Line]:
    """A table in so many rows: where there is no room for all, without lines, and only its last rows."""
    whole = _lines((shown,), look)
    if len(whole) <= rows:
        return whole
    bare = _without_rules(whole)
    count = max(rows - 2, MIN_ROWS)  # caption and heads
    return bare if len(bare) <= rows else _without_rules(_lines((_last(shown, count),), look))


def _last(shown: Table, count: int) -> Table:
    if count >= len(shown.rows):
        return shown
    caption = translate(
        "{caption} (the last {count} of {total})", caption=shown.caption, count=count, total=len(shown.rows)
    )
    return shown._replace(rows=shown.rows[-count:], stages=shown.stages[-count:], caption=caption.strip())


def _lines(blocks: Sequence[Block], look: Look) -> list[Line]:
    return document_lines(Document(tuple(blocks)), look)


def _without_rules(lines: Sequence[Line]) -> list[Line]:
    """Lines of tables without those that only divide."""
    return [line for line in lines if not (line and all(set(text) <= {"─", "-"} for text, _ in line))]


def _padded(lines: Sequence[Line], height: int) -> list[Line]:
    return [*lines, *[[]] * (height - len(lines))]


def _window(body: list[Line], rows: int, scroll: int) -> list[Line]:
    """So many lines of the body, and how many are above and below."""
    if len(body) <= rows:
        return _padded(body, min(rows, ROOM))
    start = min(scroll, len(body) - rows + 1)
    shown = body[start : start + rows - 1]
    rest = len(body) - start - len(shown)
    told = [translate("{count} lines above (up)", count=start)] * (start > 0)
    told += [translate("{count} lines below (down)", count=rest)] * (rest > 0)
    return [*shown, *_plain([f"   ... {translate(', ').join(told)}"])]


def _filled(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _cut(line: Line, columns: int, sign: str) -> Line:
    """The line where it has so many columns, else its beginning with a sign that it goes on."""
    if line_width(line) <= columns:
        return line
    return [*_beginning(line, columns - width(sign)), (sign, "")]


def _beginning(line: Line, columns: int) -> Line:
    found: Line = []
    for text, style in line:
        part = _first(text, columns - line_width(found))
        found.append((part, style))
        if part != text:
            break
    return found


def _first(text: str, columns: int) -> str:
    while width(text) > columns:
        text = text[:-1]
    return text
