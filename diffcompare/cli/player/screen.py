"""What is to be seen: a frame in so many columns and rows, cut and never wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.cli.player.state import State, asks
from diffcompare.document import Block, Document, Graph, Plot, Table
from diffcompare.render import Look, render
from diffcompare.render.glyphs import clean, width
from diffcompare.render.layout import wrap
from diffcompare.studies.demos.frame import Demo, Frame

SMALLEST = (20, 6)
GAP = 3
"""Columns between the graph and its table."""
FEWEST_ROWS = 3
"""Rows of a table that are shown at least, where it is cut at its beginning to stand below its graph."""
NARROW = 4
"""Significant digits where a table fits beside its graph only so."""

HELP = """\
space, right, enter    next step, or reveal what was asked
left, backspace        one step back
home, end              first and last step
f, r                   to the forward, to the reverse sweep
n, N                   next and previous demo
up, down               scroll, where a step is longer than the screen
p                      predict: ask before the numbers are shown, on or off
b                      break it: the same step with a bug
+, -                   more digits, fewer digits
?                      this help; any key leaves it
q                      quit"""
KEYS = "[space] next [<-] back [p] predict [b] break [+/-] digits [?] help [q] quit"
SHORT_KEYS = "[space] next  [?] help  [q] quit"


class Screen(NamedTuple):
    """Lines of text, each no wider than the screen; `strong` are the numbers of those in bold."""

    lines: tuple[str, ...]
    strong: tuple[int, ...] = ()


def compose(which: Demo, frames: Sequence[Frame], state: State, look: Look, rows: int) -> Screen:
    """The whole screen."""
    columns, rows = max(look.width, SMALLEST[0]), max(rows, SMALLEST[1])
    look = look._replace(width=columns - 1, styled=False, color=False, digits=state.digits)
    if state.help:
        body, title, foot = HELP.split("\n"), f" {which.name}  keys", ["any key goes on"]
    else:
        frame = frames[state.frame]
        title = _title(which, frames, state, columns)
        foot = [*_words(frame, state, asks(state, frames), look), _keys(frame, columns)]
        body = _body(frame, state, asks(state, frames), look, rows - 1 - len(foot))
    foot = foot[-(rows - 3) :]
    window = _window(body, rows - 1 - len(foot), state.scroll)
    lines = [title, *window, *foot]
    return Screen(tuple(_cut(clean(line, look.unicode), columns - 1) for line in lines), (0,))


def _title(which: Demo, frames: Sequence[Frame], state: State, columns: int) -> str:
    frame = frames[state.frame]
    mark = "[predict]" if state.predict else ""
    if state.broken and frame.broken is not None:
        mark = f"[BROKEN: {frame.broken.bug}]"
    place = f"{state.frame + 1}/{len(frames)} {mark}".rstrip()
    left = f" {which.name}  {frame.title}"
    return f"{left}{' ' * max(columns - 1 - width(left) - width(place), 2)}{place}"


def _keys(frame: Frame, columns: int) -> str:
    keys = KEYS if frame.broken is not None else KEYS.replace("[b] break ", "")
    return keys if len(keys) < columns else SHORT_KEYS


def _words(frame: Frame, state: State, open_question: bool, look: Look) -> list[str]:
    """The rule with its numbers and the reason; before the reveal the question and nothing else."""
    said: list[tuple[str, str]] = []
    if open_question:
        said = [("PREDICT", frame.question)]
    elif state.broken and frame.broken is not None:
        said = [("BROKEN", f"{frame.broken.bug}. {frame.broken.sentence}")]
    else:
        said = [("RULE", frame.rule), ("WHY", frame.sentence)]
    lines = []
    for word, text in said:
        parts = wrap(clean(text, look.unicode), look.width - 9) if text else []
        lines += [f" {word if place == 0 else '':<7} {part}" for place, part in enumerate(parts)]
    return lines


def _body(frame: Frame, state: State, open_question: bool, look: Look, rows: int) -> list[str]:
    blocks = frame.blocks
    if open_question and frame.asked:
        blocks = frame.asked
    elif state.broken and frame.broken is not None:
        blocks = frame.broken.blocks
    graph = next((block for block in blocks if isinstance(block, Graph)), None)
    if graph is None:
        return _fitting(blocks, look, rows)
    return _beside(graph, look) or _below(graph, look, rows)


def _fitting(blocks: Sequence[Block], look: Look, rows: int) -> list[str]:
    """The blocks as roomy as the screen allows: tables lose their lines, plots become smaller."""
    roomy = _text(blocks, look)
    if len(roomy) <= rows:
        return roomy
    if any(isinstance(block, Plot) for block in blocks):
        smaller = [_text(blocks, look._replace(width=part * look.width // 8)) for part in (7, 6, 5, 4)]
        return next((lines for lines in smaller if len(lines) <= rows), roomy)
    plain = render(Document(tuple(blocks)), "plain", look=look).rstrip("\n").split("\n")
    return plain if max(map(width, plain)) <= look.width else roomy


def _beside(graph: Graph, look: Look) -> list[str]:
    """The graph and its table side by side; nothing where that is too wide, with few digits even."""
    drawing = _drawing(graph, look)
    room = look.width - GAP - max(map(width, drawing), default=0)
    if not drawing:
        return []
    for digits in dict.fromkeys((look.digits, NARROW)):
        found = _text((graph.table,), look._replace(width=10_000, digits=digits))
        if max(map(width, found), default=0) <= room:
            break
    else:
        return []
    left = max(map(width, drawing)) + GAP
    height = max(len(drawing), len(found))
    pairs = zip(_padded(drawing, height), _padded(found, height), strict=True)
    return [f"{a}{' ' * (left - width(a))}{b}" for a, b in pairs]


def _below(graph: Graph, look: Look, rows: int) -> list[str]:
    """The graph over its table, of which only the last rows are shown where there is no room for all."""
    drawing, shown = _drawing(graph, look), graph.table
    whole = [*drawing, *_text((shown,), look)]
    if len(whole) <= rows:
        return whole
    count = max(rows - len(drawing) - 2, FEWEST_ROWS)  # caption and heads
    return [*drawing, *render(Document((_last(shown, count),)), "plain", look=look).rstrip("\n").split("\n")]


def _last(shown: Table, count: int) -> Table:
    if count >= len(shown.rows):
        return shown
    caption = f"{shown.caption} (the last {count} of {len(shown.rows)})".strip()
    return shown._replace(rows=shown.rows[-count:], caption=caption)


def _drawing(graph: Graph, look: Look) -> list[str]:
    """The drawing without its legend; nothing where it is too wide."""
    from diffcompare.render.graph_text import drawn

    lines = drawn(graph, look, look.width)
    if not lines or lines[0].startswith("note: "):
        return []
    if "" in lines[1:]:
        lines = lines[: lines.index("", 1)]
    return lines if lines[0].strip() else lines[1:]


def _text(blocks: Sequence[Block], look: Look) -> list[str]:
    return render(Document(tuple(blocks)), "terminal", look=look).rstrip("\n").split("\n")


def _padded(lines: list[str], height: int) -> list[str]:
    return [*lines, *[""] * (height - len(lines))]


def _window(body: list[str], rows: int, scroll: int) -> list[str]:
    """So many lines of the body, and how many are above and below."""
    if len(body) <= rows:
        return _padded(body, rows)
    start = min(scroll, len(body) - rows + 1)
    shown = body[start : start + rows - 1]
    rest = len(body) - start - len(shown)
    told = [f"{start} lines above (up)"] * (start > 0) + [f"{rest} lines below (down)"] * (rest > 0)
    return [*shown, f"   ... {', '.join(told)}"]


def _cut(line: str, columns: int) -> str:
    while width(line) > columns:
        line = line[:-1]
    return line
