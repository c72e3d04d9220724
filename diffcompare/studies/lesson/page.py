"""The page put together: every frame as an element, the figures as data, the style and the script inside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Sequence

from diffcompare.document import Block, Document, Graph
from diffcompare.render import Look, svg
from diffcompare.render.html import body
from diffcompare.render.html_style import FRAGMENT_STYLE, PAGE_STYLE
from diffcompare.studies.demos import step
from diffcompare.studies.demos.frame import Frame
from diffcompare.studies.demos.play import Played, demo_data
from diffcompare.studies.lesson.program import program, shipped
from diffcompare.studies.lesson.script import SCRIPT
from diffcompare.studies.lesson.style import STYLE

LOWER = 3
"""Levels by which headings inside of a frame are lowered."""
BUTTONS = (("back", "Back"), ("next", "Next"), ("first", "First"), ("last", "Last"))
TOGGLES = (
    ("predict", "Predict", True),
    ("break", "Break it", False),
    ("projector", "Projector", False),
    ("keys", "Shortcuts", True),
)
STRIP = {"h": "h", "there": "f(x + h)", "here": "f(x)", "quotient": "quotient", "error": "error"}
"""What the panel of the step shows, by the ends of the elements' names."""


def page(plays: Sequence[Played]) -> str:
    """The lesson in one file.  It loads nothing: its own policy forbids it, and names its one script by its hash."""
    names = [each.demo.name for each in plays]
    programs = shipped() if "trace" in names else {}
    programs |= {"step": program(step.CLOSED, {"x": step.X})} if "step" in names else {}
    figures = {"demos": [demo_data(each) for each in plays], "programs": programs}
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<title>How derivatives are computed</title>\n"
        f"<style>\n{FRAGMENT_STYLE}{svg.STYLE}{PAGE_STYLE}{STYLE}</style>\n</head>\n<body>\n"
        f'<main class="diffcompare">\n<h1>How derivatives are computed</h1>\n{_navigation(plays)}'
        '<p id="banner" class="banner" role="alert" hidden></p>\n'
        f"{''.join(map(_demo, plays))}</main>\n{_controls()}"
        '<p id="spoken" class="spoken" aria-live="polite"></p>\n'
        f'<script type="application/json" id="figures">{_data(figures)}</script>\n'
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _data(figures: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(figures, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _navigation(plays: Sequence[Played]) -> str:
    items = "".join([f'<li><button type="button">{html.escape(each.demo.name)}</button></li>' for each in plays])
    return f'<nav aria-label="Demos"><ul>{items}</ul></nav>\n'


def _controls() -> str:
    buttons = [f'<button type="button" id="{name}">{label}</button>' for name, label in BUTTONS]
    buttons += [
        f'<button type="button" id="{name}" aria-pressed="{str(on).lower()}">{label}</button>'
        for name, label, on in TOGGLES
    ]
    inside = f'{"".join(buttons)}<output id="place"></output>'
    return f'<div class="controls" role="toolbar" aria-label="Steps">{inside}</div>\n'


def _demo(played: Played) -> str:
    which = played.demo
    final = _final(played.frames)
    frames = [_frame(which.name, number, frame, number in final) for number, frame in enumerate(played.frames, 1)]
    end = (
        f'<article class="frame final" id="{which.name}-end" data-asks="no" data-breaks="no">\n'
        "<h3>In one sentence</h3>\n"
        f'<div class="told"><p class="verdict">{html.escape(which.lesson)}</p></div>\n</article>\n'
    )
    return (
        f'<section class="demo" id="{which.name}" aria-labelledby="{which.name}-title">\n'
        f'<h2 id="{which.name}-title">{html.escape(f"{which.name}: {which.claim}")}</h2>\n'
        f"{''.join(frames)}{end}{_panel(which.name)}</section>\n"
    )


def _frame(name: str, number: int, frame: Frame, final: bool) -> str:
    """A frame: what is asked, what is told, what a bug makes of it."""
    yes = {True: "yes", False: "no"}
    parts = [f"<h3>{number}. {html.escape(frame.title)}</h3>\n"]
    if frame.question:
        parts.append(f'<p class="question">Predict: {html.escape(frame.question)}</p>\n')
        parts.append(f'<div class="asked">{_blocks(frame.asked)}</div>\n')
    rule = f'<p class="rule"><b>RULE</b>{html.escape(frame.rule)}</p>\n' if frame.rule else ""
    why = f'<p class="why"><b>WHY</b>{html.escape(frame.sentence)}</p>\n' if frame.sentence else ""
    parts.append(f'<div class="told">{rule}{why}{_blocks(frame.blocks)}</div>\n')
    if frame.broken is not None:
        said = html.escape(f"{frame.broken.bug}. {frame.broken.sentence}")
        parts.append(f'<div class="broken"><p><b>BROKEN</b> {said}</p>\n{_blocks(frame.broken.blocks)}</div>\n')
    kind = "frame final" if final else "frame"
    data = f'data-asks="{yes[bool(frame.question)]}" data-breaks="{yes[frame.broken is not None]}"'
    return f'<article class="{kind}" id="{name}-{number}" {data}>\n{"".join(parts)}</article>\n'


def _final(frames: Sequence[Frame]) -> set[int]:
    """What a printed page needs: the last frame of every run whose titles differ in numbers only.

    A graph without any numbers is not printed: it comes again with them.
    """
    stems = [re.sub(r"[\d.e-]+", "", frame.title) for frame in frames]
    bare = [not frame.numbers and any(isinstance(block, Graph) for block in frame.blocks) for frame in frames]
    last = [place == len(stems) or stems[place] != stem for place, stem in enumerate(stems, 1)]
    return {place for place in range(1, len(frames) + 1) if last[place - 1] and not bare[place - 1]}


def _blocks(blocks: Iterable[Block]) -> str:
    return "".join(map(_block, blocks))


def _block(block: Block) -> str:
    """A block as everywhere, but that the numbers of a graph stand open beside it."""
    if isinstance(block, Graph):
        name = html.escape(block.caption)
        drawing = f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">{svg.picture(block)}</div>'
        return f'<div class="pair">{drawing}<div>{body(Document((block.table,)), Look(), LOWER)}</div></div>\n'
    return body(Document((block,)), Look(), LOWER)


def _panel(name: str) -> str:
    """What can be computed on the page itself."""
    return {"trace": _point_panel, "step": _step_panel}.get(name, str)()


def _point_panel() -> str:
    texts = {name: each["text"] for name, each in shipped().items() if each}
    choices = "".join([f'<option value="{name}">{html.escape(text)}</option>' for name, text in texts.items()])
    heads = "".join([f'<th scope="col">{head}</th>' for head in ("node", "operation", "value", "adjoint")])
    return (
        '<div class="panel" role="group" aria-label="Another point">\n<h3>Another point</h3>\n'
        f'<p><label>expression <select id="expression">{choices}</select></label></p>\n<p id="coordinates"></p>\n'
        '<div class="scroll" role="region" aria-label="Recomputed here" tabindex="0">'
        f'<table><thead><tr>{heads}</tr></thead><tbody id="retraced"></tbody></table></div>\n</div>\n'
    )


def _step_panel() -> str:
    lines = "".join([f'<dt>{label}</dt><dd id="step-{key}"></dd>' for key, label in STRIP.items()])
    slider = '<input type="range" id="exponent" min="-17" max="-1" step="0.25" value="-6">'
    return (
        '<div class="panel" role="group" aria-label="Another step">\n<h3>Another step</h3>\n'
        f"<p><label>exponent of h {slider}</label></p>\n"
        '<svg id="curve" class="curve" viewBox="0 0 640 300" role="img"><title>Error against h</title></svg>\n'
        f'<dl class="strip">{lines}</dl>\n<p>Struck out: digits that cancel in the difference.</p>\n</div>\n'
    )
