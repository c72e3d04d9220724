"""The screen of the player: a frame in the given columns and rows; what cannot be folded is cut with a sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from diffcompare.classroom.demos.frame import Demo, Frame, ending
from diffcompare.classroom.player.body import ShownStep, body_lines, graph_of
from diffcompare.classroom.player.state import State, has_open_question, press
from diffcompare.diagnostics import width
from diffcompare.document import Bars, Plot
from diffcompare.localization import translate
from diffcompare.render import Look
from diffcompare.render.text_layout import Line, clean, cut, first_columns, padded, wrap

MIN_SIZE = (20, 6)

SHORT_BODY = 18  # lines for a short body: keeps the words close to it on a tall screen
MOST_WORDS = 4  # of a screen's rows, one in so many is kept free for words that come in other frames

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
        above = rows - 2
    else:
        frame = frames[state.frame]
        title = _title(demo, frames, state, columns)
        keys = _keys(frame, frames, press(state, "next", frames, demos) != state, columns)
        words = _words(frame, state, has_open_question(state, frames), look)[-(rows - 4) :]
        above = rows - 2 - max(len(words), min(_most_words(frames, look), rows // MOST_WORDS))
        body = body_lines(_step(frames, state), look, above)
        above = _start_of_words(frames, look, above)
    window = _window(body, above, state.scroll)
    lines: list[Line] = [[(title, "strong")], *padded([*window, *words], rows - 2), [(keys, "")]]
    return Screen(tuple([cut(_cleaned(line, look), columns - 1, clean("…", look.unicode)) for line in lines]))


def _step(frames: Sequence[Frame], state: State) -> ShownStep:
    """Return the blocks to be shown, and those of the frames beside this one that show the same, with other numbers."""
    frame = frames[state.frame]
    graphs = tuple([graph for each in frames if (graph := graph_of(each.blocks)) is not None])
    if state.broken and frame.broken is not None:
        return ShownStep(frame.broken.blocks, (frame.broken.blocks,), graphs)
    asks = has_open_question(state, frames) and bool(frame.question_blocks)
    first, last = state.frame, state.frame + 1
    while first > 0 and _shape(frames[first - 1]) == _shape(frame):
        first -= 1
    while last < len(frames) and _shape(frames[last]) == _shape(frame):
        last += 1
    together = [blocks for each in frames[first:last] for blocks in (each.blocks, each.question_blocks) if blocks]
    return ShownStep(frame.question_blocks if asks else frame.blocks, tuple(together), graphs)


def _shape(frame: Frame) -> tuple[object, ...]:
    """Return what a frame has in common with those that show the same with other numbers."""
    return frame.sweep, *[(type(block), getattr(block, "key", "")) for block in frame.blocks]


def _most_words(frames: Sequence[Frame], look: Look) -> int:
    """Return the largest number of lines of words that a frame has."""
    lines = [0]
    for frame in frames:
        lines.append(len(_words(frame, State(), False, look)))
        lines += [len(_words(frame, State(), True, look))] if frame.question else []
        lines += [len(_words(frame, State(broken=True), False, look))] if frame.broken else []
    return max(lines)


def _start_of_words(frames: Sequence[Frame], look: Look, rows: int) -> int:
    """Return the number of lines above the words, the same one in all frames: at most so many rows."""
    if rows <= SHORT_BODY or any(isinstance(block, Plot | Bars) for frame in frames for block in frame.blocks):
        return rows
    last = {_shape(frame): place for place, frame in enumerate(frames)}
    return min(
        max(
            SHORT_BODY,
            *[len(body_lines(_step(frames, State(frame=place, predict=False)), look, rows)) for place in last.values()],
        ),
        rows,
    )


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
        left = f"{first_columns(left, max(room - 1, 0))}…"
    return f"{left}{' ' * max(columns - 1 - width(left) - width(place), 1)}{place}"


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
    face = "wrong-verdict" if state.broken and frame.broken is not None and not open_question else "strong"
    lines: list[Line] = []
    for word, text in [*texts, (translate("NOTE"), state.notice)]:
        parts = wrap(clean(text, look.unicode), look.width - 9) if text else []
        heads = [word, *[""] * len(parts)]
        lines += [[(f" {_filled(head, 7)} ", face), (part, "")] for head, part in zip(heads, parts, strict=False)]
    return lines


def _window(body: list[Line], rows: int, scroll: int) -> list[Line]:
    """Return the visible lines of the body, and a line that counts the hidden ones above and below."""
    if len(body) <= rows:
        return padded(body, rows)
    start = min(scroll, len(body) - rows + 1)
    visible = body[start : start + rows - 1]
    below = len(body) - start - len(visible)
    hints = [translate("{count} lines above (up)", count=start)] * (start > 0)
    hints += [translate("{count} lines below (down)", count=below)] * (below > 0)
    return [*visible, *_plain([f"   ... {translate(', ').join(hints)}"])]


def _filled(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
