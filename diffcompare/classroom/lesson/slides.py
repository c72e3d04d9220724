"""The lesson as slides: a file for the browser with one frame a slide, and printed, one slide a page.

A slide whose frame has a question has two states, with the question and with the answer.  Both have their room from the
beginning, so that nothing moves when the answer appears; printed, a slide shows the answer.  What happens with the bug
of a frame is on a slide after it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffcompare import formatting
from diffcompare.classroom.demos.frame import Broken, Frame
from diffcompare.classroom.lesson.plan import OPENING, PER_WORD, Plan, PlannedDemo, clock, step_seconds, words_in
from diffcompare.classroom.lesson.slides_style import STYLE
from diffcompare.document import Bars, Block, Cell, Column, Document, Graph, Plot, Source, Table
from diffcompare.localization import language, translate
from diffcompare.render import Look, svg
from diffcompare.render.html import FRAGMENT_STYLE, body

PICTURES = (Graph, Plot, Bars)
PLOT_HEIGHT = 340.0  # pixels down to the legend: with it, what a slide has room for
PLOT_WIDTHS = (960.0, 560.0)  # pixels: of a plot alone, and of one with something beside it
GRAPH_DIGITS = 6  # significant, of the numbers beside a graph
MIN_ROWS_BESIDE = 5  # of a table that stands beside a program of one line, and not below it
MAX_RULE_LENGTH = 90  # characters in the larger letters
MAX_ROWS = (11, 7)  # of a table beside a graph that fills step by step: alone, and below the lines of a program
MIN_TURNED, MAX_TURNED = 5, 2  # columns and rows of a table that is turned where it stands beside a picture
HEADING_SHIFT = 2  # levels by which headings inside a slide are lowered

# Buttons on the screen: the action of the script, what is on it, and the keys that do the same.
BUTTONS = (
    ("back", "\u2190", "Back", "\u2190  PageUp"),
    ("next", "\u2192", "Next", "\u2192  Space  PageDown"),
    ("overview", "\u25a6", "All slides", "o  Esc"),
    ("notes", "\u270e", "Notes and clock in a second window", "w  s"),
    ("fullscreen", "\u2922", "Full screen", "F"),
    ("help", "?", "Keys", "?"),
)
MORE_KEYS = (("Home  End", "First and last slide"), ("n  p", "Next and previous demo"), (".", "Black screen"))


def slides(plan: Plan) -> str:
    """Return the planned lesson as one HTML file of slides in the current language.

    The file loads nothing: its own content security policy forbids it, and admits its one script by its hash.
    """
    code = (Path(__file__).parent / "scripts" / "slides.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'"
    )
    title = _text(translate("How derivatives are computed"))
    figures = json.dumps({"plan": plan.data(), "words": _words()}, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>\n{FRAGMENT_STYLE}{svg.STYLE}{STYLE}</style>\n</head>\n<body>\n"
        f'<main id="deck" class="diffcompare">\n{_deck(plan, title)}</main>\n{_controls()}{_help()}{_presenter()}'
        '<p id="spoken" class="spoken" aria-live="polite"></p>\n'
        f'<script type="application/json" id="figures">{figures}</script>\n<script>{code}</script>\n</body>\n</html>\n'
    )


def _deck(plan: Plan, title: str) -> str:
    first = _slide("title", "start", _title(plan, title), 0.0, _opening_notes(plan))
    parts, start = [f'<section class="demo">\n{first}</section>\n'], 0.0
    for number, demo in enumerate(plan.demos, 1):
        parts.append(_demo(demo, number, start))
        start += demo.seconds
    return "".join(parts)


def _slide(kind: str, name: str, inside: str, start: float, notes: Sequence[str], states: str = "told") -> str:
    """Return a slide; `start` is the second at which it begins, `states` are shown one after the other."""
    told = "".join([f"<p>{_text(note)}</p>" for note in notes])
    return (
        f'<article class="slide {kind}" id="{name}" data-states="{states}" data-start="{start:.0f}">\n{inside}'
        f'<aside class="notes">{told}</aside>\n</article>\n'
    )


# --- Slides without a frame -------------------------------------------------------------------------------------------


def _title(plan: Plan, title: str) -> str:
    rows = "".join(
        [
            f'<li><a href="#{demo.name}/0"><span>{_text(demo.computed.demo.title)}</span> <span class="minutes">'
            f"{_text(clock(demo.seconds))}</span></a></li>"
            for demo in plan.demos
        ]
    )
    about = translate("About {minutes} minutes", minutes=round(plan.seconds / 60))
    return f'<h1>{title}</h1>\n<p class="about">{_text(about)}</p>\n<ol class="outline">{rows}</ol>\n'


def _opening_notes(plan: Plan) -> list[str]:
    keys = translate(
        "Keys: → or space goes on, ← goes back, o shows all slides, w opens this window, ? shows all keys."
    )
    return [*[block.text for block in plan.remarks()], keys]


def _demo(demo: PlannedDemo, number: int, start: float) -> str:
    told = demo.computed.demo
    opening = (
        f'<p class="count">{number}</p>\n<h2>{_text(told.title)}</h2>\n<p class="claim">{_text(told.claim)}</p>\n'
        f'<p class="about">{_text(translate("{needed} min", needed=clock(demo.seconds)))}</p>\n'
    )
    lasting = translate("This demo takes about {needed}.", needed=clock(demo.seconds))
    parts = [_slide("opening", f"{told.name}-0", opening, start, [told.claim, lasting])]
    start += OPENING + PER_WORD * words_in(told.claim)
    for step, seconds in zip(demo.numbers, step_seconds(demo.computed, demo.numbers), strict=True):
        parts.append(_frame(demo, step, start))
        start += seconds
    closing = (
        f'<p class="where">{_text(translate("In one sentence"))}</p>\n<p class="sentence">{_text(told.lesson)}</p>\n'
    )
    parts.append(_slide("closing", f"{told.name}-end", closing, start, [told.lesson]))
    return f'<section class="demo" aria-label="{_text(told.title)}">\n{"".join(parts)}</section>\n'


# --- A frame ----------------------------------------------------------------------------------------------------------


def _frame(demo: PlannedDemo, number: int, start: float) -> str:
    """Return the slide of a frame, and that of its bug."""
    frame = demo.computed.frames[number - 1]
    question = f'<p class="question">{_text(translate("Predict: {question}", question=frame.question))}</p>\n'
    asked = f'<div class="layer asked">{_blocks(frame.question_blocks)}</div>\n' if frame.question else ""
    kind = "rule long" if len(frame.rule) > MAX_RULE_LENGTH else "rule"
    told = f'<p class="{kind}">{_text(frame.rule)}</p>' if frame.rule else ""
    told += f'<p class="why">{_text(frame.sentence)}</p>' if frame.sentence else ""
    where = demo.computed.demo.title
    inside = (
        f"{_header(where, _text(frame.title))}{question if frame.question else ''}"
        f'<div class="content">{asked}<div class="layer told">{_blocks(frame.blocks)}</div></div>\n'
        f'<footer class="told">{told}</footer>\n'
    )
    name, states = f"{demo.name}-{number}", "asked told" if frame.question else "told"
    shown = _slide("step", name, inside, start, _notes(frame), states)
    return shown if frame.broken is None else shown + _broken(frame.broken, where, f"{name}b", start)


def _broken(broken: Broken, where: str, name: str, start: float) -> str:
    title = f"<span>{_text(translate('With a bug'))}</span> {_text(broken.bug)}"
    inside = (
        f"{_header(where, title)}"
        f'<div class="content"><div class="layer told">{_blocks(broken.blocks)}</div></div>\n'
        f'<footer><p class="why">{_text(broken.sentence)}</p></footer>\n'
    )
    return _slide("step broken", name, inside, start, [broken.bug, broken.sentence])


def _header(where: str, title: str) -> str:
    """Return the head of a slide; `title` is HTML."""
    return f'<header><p class="where">{_text(where)}</p><h3>{title}</h3></header>\n'


def _notes(frame: Frame) -> list[str]:
    """Return what the lecturer may want to say, in the order of the states."""
    notes = []
    if frame.question:
        notes.append(translate("Ask, and let them vote: {question}", question=frame.question))
    notes += [text for text in (frame.rule, frame.sentence) if text]
    if frame.broken is not None:
        notes.append(translate("Then with a bug: {bug}", bug=frame.broken.bug))
    return notes


def _blocks(blocks: Sequence[Block]) -> str:
    """Return blocks as HTML: a picture, or a program of several lines, on the left, and the tables on the right."""
    drawn = [block for block in blocks if isinstance(block, PICTURES)]
    programs = [block for block in blocks if isinstance(block, Source)]
    others = [block for block in blocks if not isinstance(block, (*PICTURES, Source))]
    tables = "".join([_html([_turned(block) if drawn else block]) for block in others])
    tables += "".join(
        [
            _html([_end_of(rounded(block.table), MAX_ROWS[bool(programs)])])
            for block in drawn
            if isinstance(block, Graph)
        ]
    )
    pictures = "".join([_picture(block, beside=bool(tables or programs)) for block in drawn])
    left, right = (pictures, _html(programs) + tables) if drawn else (_html(programs), tables)
    if not (left and right):
        return f'<div class="alone">{left}{right}</div>'
    lines = max([block.text.count("\n") + 1 for block in programs], default=2)
    rows = max([len(block.rows) for block in others if isinstance(block, Table)], default=0)
    kind = "stack" if not drawn and lines == 1 and rows < MIN_ROWS_BESIDE else "pair"
    return f'<div class="{kind}"><div>{left}</div><div>{right}</div></div>'


def _picture(block: Graph | Plot | Bars, *, beside: bool) -> str:
    """Return a picture, with something beside it or alone.

    A plot is drawn as large as its room, so that the letters along its axes keep their size.
    """
    sizes = {"wide": PLOT_WIDTHS[beside], "high": PLOT_HEIGHT} if isinstance(block, Plot) else {}
    return f'<div class="picture {type(block).__name__.lower()}">{svg.picture(block, **sizes)}</div>'


def _end_of(table: Table, most: int) -> Table:
    """Return a table that fills step by step without its first rows, where it has more than a slide has room for."""
    if not table.stages or len(table.rows) <= most:
        return table
    caption = translate(
        "{caption} (the last {count} of {total})", caption=table.caption, count=most, total=len(table.rows)
    )
    return table._replace(caption=caption, rows=table.rows[-most:], stages=table.stages[-most:])


def _turned(block: Block) -> Block:
    """Return a table of many columns and few rows with the columns as rows, which is narrower; others as they are."""
    if not isinstance(block, Table) or len(block.columns) < MIN_TURNED or len(block.rows) > MAX_TURNED:
        return block
    heads = [Column(formatting.text(row[0]), formatting.text(row[0]), "right") for row in block.rows]
    rows = [
        (column.title, *[_as_text(row[place]) for row in block.rows])
        for place, column in enumerate(block.columns)
        if place
    ]
    return block._replace(columns=(block.columns[0], *heads), rows=tuple(rows), stages=())


def _as_text(cell: Cell) -> Cell:
    """Return a number as text, which is not aligned at its point with words that stand in the same column."""
    return formatting.text(cell) if isinstance(cell, float) else cell


def rounded(table: Table) -> Table:
    """Return a table with its numbers rounded to a few digits: what stands beside a graph, whose numbers have four."""
    rows = [[_rounded(cell) for cell in row] for row in table.rows]
    return table._replace(rows=tuple(map(tuple, rows)))


def _rounded(cell: Cell) -> Cell:
    return float(f"{cell:.{GRAPH_DIGITS}g}") if isinstance(cell, float) else cell


def _html(blocks: Sequence[Block]) -> str:
    return body(Document(tuple(blocks)), Look(), HEADING_SHIFT) if blocks else ""


def _text(text: str) -> str:
    return html.escape(text)


# --- Around the slides ------------------------------------------------------------------------------------------------


def _controls() -> str:
    buttons = "".join(
        [
            f'<button type="button" data-action="{action}" aria-label="{_text(translate(name))}"'
            f' title="{_text(translate(name))} ({keys})">{sign}</button>'
            for action, sign, name, keys in BUTTONS
        ]
    )
    return (
        f'<div class="progress" aria-hidden="true"><div id="bar"></div></div>\n<div id="controls" role="group"'
        f' aria-label="{_text(translate("Slides"))}">{buttons}<output id="place"></output></div>\n'
    )


def _help() -> str:
    rows = [(keys, name) for _, _, name, keys in BUTTONS] + list(MORE_KEYS)
    listed = "".join(
        [
            f"<tr><th scope='row'>{' '.join([f'<kbd>{key}</kbd>' for key in keys.split('  ')])}</th>"
            f"<td>{_text(translate(name))}</td></tr>"
            for keys, name in rows
        ]
    )
    switch = (
        f'<label><input type="checkbox" id="keys" checked> {_text(translate("Single letters are shortcuts"))}</label>'
    )
    close = f'<button type="button" data-action="help">{_text(translate("Close"))}</button>'
    title = f"<h2>{_text(translate('Keys'))}</h2>"
    return f'<dialog id="help">{title}<table>{listed}</table>\n<p>{switch}</p>{close}</dialog>\n'


def _presenter() -> str:
    """Return what the second window shows: clock, notes, and the slide that comes next."""
    return (
        '<div id="presenter" class="diffcompare" hidden>\n<header><output id="clock">0:00</output>'
        f' <output id="planned"></output> <button type="button" data-action="restart">{_text(translate("Start again"))}'
        f'</button> <output id="where"></output></header>\n<div id="said"></div>\n'
        f'<section><h2>{_text(translate("Next"))}</h2><div id="coming"></div></section>\n</div>\n'
    )


def _words() -> dict[str, Any]:
    """Return the words that the script fills in."""
    return {
        "planned": translate("planned: {planned}"),
        "blocked": translate("The browser did not open a second window: allow it for this file."),
        "end": translate("The end"),
    }
