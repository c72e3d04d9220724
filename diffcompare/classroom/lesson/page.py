"""The lesson's page: every frame as an element, the figures as data, style and script inline."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from diffcompare import formatting
from diffcompare.classroom.demos import step
from diffcompare.classroom.demos.frame import Frame
from diffcompare.classroom.demos.report import ComputedDemo, demo_data
from diffcompare.classroom.lesson.own_lesson import OwnLesson, recipes
from diffcompare.classroom.lesson.programs import Program, Staged, bars, shipped, stepped
from diffcompare.classroom.lesson.style import STYLE
from diffcompare.classroom.lesson.texts import ENGLISH, words
from diffcompare.codegen.javascript_table import operation_table
from diffcompare.document import Bars, Block, Document, Graph, Picture, Plot, Source, Table
from diffcompare.inputs.catalogue import entry
from diffcompare.language.expression import Expression
from diffcompare.localization import language, translated
from diffcompare.render import Look, svg
from diffcompare.render.html import FRAGMENT_STYLE, PAGE_STYLE, body

HEADING_SHIFT = 3  # levels by which headings inside a frame are lowered
BUTTONS = ("back", "next", "first", "last")
TOGGLES = {"predict": True, "break": False, "projector": False, "keys": True}
# The key of a button, as announced to assistive technology.
SHORTCUTS = {
    "back": "ArrowLeft", "next": "ArrowRight", "first": "Home", "last": "End", "predict": "p", "break": "b",
    "projector": "Shift+P",
}  # fmt: skip
ARROWS = {"ArrowLeft": "\u2190", "ArrowRight": "\u2192"}
SURVEY = "baydin"  # the catalogue entry that the demo `trace` shows
LOOP = "logistic_l4_nested"  # the catalogue entry that computes the function of the demo `step` in a loop
CANCELLATION = ("there", "here", "difference", "quotient", "error")  # lines of that table, as the ids of elements end
LAST_MEMBER = 12  # the last member of the family in the panel of `swell`
PRINTED_DIGITS = 6  # digits of a number in the printed table of steps
MAX_INLINE_NUMBERS = 2  # numbers of a step that fit in its row there
# Rows of all tables of a demo that fit on its sheet of paper; with more, steps list their numbers by name instead, but
# for those that have none.
MAX_PRINTED_ROWS = 40
MAX_PRINTED_LENGTH = 4_500  # characters of a demo's rows that fit on paper in the larger font

# The script: files of plain JavaScript one after the other, in the order in which they depend on each other.
FILES = ("numbers", "elements", "tape", "trace", "stage", "steps", "point", "live", "curve", "swell", "start")


def word(key: str, **filling: object) -> str:
    """Return words of the page in the current language as HTML, with the placeholders filled in."""
    text = translated(ENGLISH[key], "page")
    return html.escape(text.format(**filling) if filling else text)


def page(demos: Sequence[ComputedDemo], own: OwnLesson | None = None) -> str:
    """Return the lesson as one HTML file in the current language.

    `own` tells which demos are about the viewer's function, and what they need.  The page loads nothing: its own
    content security policy forbids it, and admits its one script by its hash.
    """
    names = [computed.demo.name for computed in demos]
    played = own.played if own else frozenset()
    stages = ({"own": own.stage} if own and own.stage else {}) | shipped() if "trace" in names else {}
    programs: dict[str, Program | Staged] = {**stages, **({"live": own.program} if own and own.program else {})}
    if "step" in names and "step" not in played:
        programs |= _step_programs()
    figures = {
        "demos": list(map(demo_data, demos)),
        "programs": {name: program.data for name, program in programs.items()},
        "swell": bars() if "swell" in names and "swell" not in played else None,
        "words": words(),
        "played": "own" if own and own.stage else "live" if own and own.program else SURVEY,
        "live": {demo.demo.name: recipes(demo) for demo in demos if demo.demo.name in played - {"trace"}}
        if own and own.program
        else None,
    }
    panels = _panels(names, stages, own)
    code = script([node for program in programs.values() for node in program.nodes])
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{word('title')}</title>\n"
        f"<style>\n{FRAGMENT_STYLE}{svg.STYLE}{PAGE_STYLE}{STYLE}</style>\n</head>\n<body>\n"
        f'<main class="diffcompare">\n<h1>{word("title")}</h1>\n{_navigation(names)}'
        f"<noscript><p>{word('no script')}</p></noscript>\n"
        '<p id="banner" class="banner" role="alert" hidden></p>\n'
        f"{''.join([_demo(each, each.demo.name in played, panels) for each in demos])}</main>\n{_controls()}"
        '<p id="spoken" class="spoken" aria-live="polite"></p>\n'
        f"{''.join([_template(name, stage) for name, stage in stages.items()])}"
        f'<script type="application/json" id="figures">{_data(figures)}</script>\n'
        f"<script>{code}</script>\n</body>\n</html>\n"
    )


def script(nodes: Iterable[Expression]) -> str:
    """Return the whole script of the page, with the operations of these nodes, generated from the table."""
    here = Path(__file__).parent / "scripts"
    parts = [(here / f"{name}.js").read_text(encoding="utf-8") for name in FILES]
    return "\n".join(['\n"use strict";\n', f"const operations = {operation_table(nodes)};\n", *parts])


def _step_programs() -> dict[str, Program]:
    """Return two programs of one function that differ in their last digits: for the curve, and for the cancellation."""
    return {"step": stepped(step.CLOSED, {"x": step.X}), "cancellation": stepped(entry(LOOP).text, {"x": step.X})}


def _data(figures: object) -> str:
    """Return JSON that cannot end the element that holds it."""
    return json.dumps(figures, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _template(name: str, stage: Staged) -> str:
    """Return the graph of a program as a template that the script fills."""
    return f'<template id="graph-{name}">{svg.picture(stage.graph)}</template>\n'


def _navigation(names: Iterable[str]) -> str:
    items = "".join([f'<li><button type="button">{html.escape(name)}</button></li>' for name in names])
    return f'<nav aria-label="{word("demos")}"><ul>{items}</ul></nav>\n'


def _controls() -> str:
    buttons = [_button(name, "") for name in BUTTONS]
    buttons += [_button(name, f' aria-pressed="{str(on).lower()}"') for name, on in TOGGLES.items()]
    inside = f'{"".join(buttons)}<output id="place"></output>'
    return f'<div class="controls" role="group" aria-label="{word("steps")}">{inside}</div>\n'


def _button(name: str, pressed: str) -> str:
    key = SHORTCUTS.get(name)
    shortcut = f' aria-keyshortcuts="{key}" title="{ARROWS.get(key, key)}"' if key else ""
    return f'<button type="button" id="{name}"{pressed}{shortcut}>{word(name)}</button>'


def _demo(computed: ComputedDemo, is_own: bool, panels: Mapping[str, str]) -> str:
    demo = computed.demo
    staged = demo.name == "trace"
    frames = [_frame(demo.name, number, frame, staged) for number, frame in enumerate(computed.frames, 1)]
    end = (
        f'<article class="frame" id="{demo.name}-end" data-asks="no" data-breaks="no">\n'
        f"<h3>{word('end')}</h3>\n"
        f'<div class="told"><p class="verdict">{html.escape(demo.lesson)}</p></div>\n</article>\n'
    )
    marks = ('id="subject" ' if staged else "") + 'class="subject following"'
    subject = f"<p {marks}></p>\n" if is_own or staged else ""
    panel = panels.get(demo.name, "")
    return (
        f'<section class="demo" id="{demo.name}" aria-labelledby="{demo.name}-title">\n'
        f'<h2 id="{demo.name}-title">{word("heading", name=demo.name, claim=demo.claim)}</h2>\n'
        f"{subject}{''.join(frames)}{end}{panel}{_printed(computed)}</section>\n"
    )


# --- A frame ----------------------------------------------------------------------------------------------------------


def _frame(name: str, number: int, frame: Frame, staged: bool) -> str:
    """Return a frame as HTML: its question, its answer, and the effect of its bug."""
    parts = [f"<h3>{number}. {html.escape(frame.title)}</h3>\n"]
    if frame.question:
        parts.append(f'<p class="question">{word("question", question=frame.question)}</p>\n')
        parts.append(f'<div class="asked">{_blocks(frame.question_blocks, staged)}</div>\n')
    sentences = [("rule", frame.rule), ("why", frame.sentence)]
    paragraphs = [f'<p class="{kind}"><b>{word(kind)}</b>{html.escape(text)}</p>\n' for kind, text in sentences if text]
    parts.append(f'<div class="told">{"".join(paragraphs)}{_blocks(frame.blocks, staged)}</div>\n')
    if frame.broken is not None:
        bug = word("damage", bug=frame.broken.bug, sentence=frame.broken.sentence)
        damage = _blocks(frame.broken.blocks, staged)
        parts.append(f'<div class="broken"><p><b>{word("broken")}</b> {bug}</p>\n{damage}</div>\n')
    asks, breaks = ("yes" if part else "no" for part in (frame.question, frame.broken))
    data = f'data-asks="{asks}" data-breaks="{breaks}"'
    return f'<article class="frame" id="{name}-{number}" {data}>\n{"".join(parts)}</article>\n'


def _blocks(blocks: Sequence[Block], staged: bool) -> str:
    """Return blocks as HTML: a program that has numbered lines on the left, and what follows it on the right."""
    if blocks and isinstance(blocks[0], Source) and blocks[0].first is not None:
        beside = "".join([_block(block, staged) for block in blocks[1:]])
        kind = ' class="growing"' if any(map(is_growing, blocks[1:])) else ""
        return f'<div class="program">{_html(blocks[:1])}<div{kind}>{beside}</div></div>\n'
    return "".join([_block(block, staged) for block in blocks])


def _block(block: Block, staged: bool) -> str:
    """Return a block as HTML; the numbers of a graph are shown beside it.

    Where the script plays the steps, it replaces the drawing by one graph that fills with numbers.
    """
    if not isinstance(block, Graph):
        return _html([block])
    name = word("graph") if staged else html.escape(block.caption)
    kind, drawing = ("scroll slot", "") if staged else ("scroll", svg.picture(block))
    region = f'<div class="{kind}" role="region" aria-label="{name}" tabindex="0">{drawing}</div>'
    return f'<div class="pair">{region}<div>{_html([block.table])}</div></div>\n'


def _html(blocks: Sequence[Block]) -> str:
    return body(Document(tuple(blocks)), Look(), HEADING_SHIFT)


# --- Panels: controls below the frames of three demos, to change the point, the step or the size of a problem ---------


def _panel(title: str, inside: str, name: str = "") -> str:
    known = f' id="{name}"' if name else ""
    return f'<div class="panel"{known} role="group" aria-label="{title}">\n<h3>{title}</h3>\n{inside}</div>\n'


def _picture(name: str, size: str, title: str, description: str) -> str:
    return (
        f'<div class="scroll" role="region" aria-label="{title}" tabindex="0">'
        f'<svg id="{name}" class="{name}" viewBox="0 0 {size}" role="img"><title>{title}</title>'
        f"<desc>{description}</desc></svg></div>\n"
    )


def _panels(names: Sequence[str], stages: Mapping[str, Staged], own: OwnLesson | None) -> dict[str, str]:
    """Return the panels by demo; that of the point moves among all demos of the viewer's function."""
    played = own.played if own else frozenset()
    panels = {}
    programs: dict[str, Program | Staged] = {**stages}
    if not stages and own and own.program:
        programs["live"] = own.program
    if programs:
        place = "trace" if "trace" in names else next(name for name in names if name in played)
        panels[place] = _point_panel(programs, own.note if own else "")
    if "step" in names and ("step" not in played or (own and own.program)):
        panels["step"] = _step_panel() + panels.get("step", "")
    if "swell" in names and "swell" not in played:
        panels["swell"] = _swell_panel()
    return panels


def _point_panel(programs: Mapping[str, Program | Staged], note: str) -> str:
    options = [f'<option value="{name}">{html.escape(it.data["text"])}</option>' for name, it in programs.items()]
    remark = f'<p class="note">{html.escape(note)}</p>\n' if note else ""
    return _panel(
        word("point"),
        f'<p><label>{word("expression")} <select id="expression">{"".join(options)}</select></label></p>\n'
        f'<p id="coordinates"></p>\n<p id="complaint" class="complaint" role="alert"></p>\n'
        f'<p id="answer" aria-live="polite"></p>\n'
        f'<p><button type="button" id="restore">{word("restore")}</button></p>\n{remark}',
        "point-panel",
    )


def _step_panel() -> str:
    terms = [f'<dt>{word(f"cancellation {key}")}</dt><dd id="cancellation-{key}"></dd>' for key in CANCELLATION]
    slider = '<input type="range" id="exponent" min="-17" max="-1" step="0.05" value="-6">'
    return _panel(
        word("another step"),
        '<div class="beside">\n<div>\n<p id="step-of" class="subject"></p>'
        f"{_picture('curve', '760 420', word('curve'), word('curve told'))}"
        f'<p><label>{word("exponent")} {slider}</label> <output id="chosen" for="exponent"></output></p>\n</div>\n<div>'
        f'<h4>{word("cancellation")}</h4>\n<p id="cancellation-of" class="subject"></p>\n'
        f'<dl class="cancellation">{"".join(terms)}</dl>\n<p id="cancellation-shared"></p>\n'
        "</div>\n</div>\n",
    )


def _swell_panel() -> str:
    title = word("swell", last=LAST_MEMBER)
    return _panel(
        title,
        f'<p><button type="button" id="accuracy" aria-pressed="false">{word("accuracy")}</button></p>\n'
        f'{_picture("bars", "900 360", title, "")}<ul id="bar-legend" class="legend"></ul>\n'
        f"<p>{word('swell note')}</p>\n"
        f'<details><summary>{word("numbers of bars")}</summary><div id="bar-table"></div></details>\n',
    )


# --- The printed page -------------------------------------------------------------------------------------------------


def _printed(computed: ComputedDemo) -> str:
    """Return the printed form of a demo: a table of all steps, the last picture of each kind, and the lesson."""
    heads = "".join([f'<th scope="col">{word(head)}</th>' for head in ("step", "rule", "numbers", "why")])
    # The numbers of graphs are in the drawings.
    tables = _last_of_growing([[b for b in frame.blocks if isinstance(b, Table)] for frame in computed.frames])
    if sum(len(table.rows) for frame_tables in tables for table in frame_tables) > MAX_PRINTED_ROWS:
        tables = [[] if frame.numbers else inside for frame, inside in zip(computed.frames, tables, strict=True)]
    steps = zip(computed.frames, tables, strict=True)
    rows = "".join([_printed_row(number, frame, inside) for number, (frame, inside) in enumerate(steps, 1)])
    # Fill patterns are found by their ids, which do not work inside a picture that is hidden: printed copies need ids
    # of their own.
    pictures = [svg.picture(picture) for picture in _pictures(computed.frames)]
    figures = "".join([f"<figure>{picture}</figure>" for picture in pictures])
    kind = "printed dense" if len(rows) > MAX_PRINTED_LENGTH else "printed"
    return (
        f'<div class="{kind}">\n{_printed_program(computed.frames)}<table><caption>{word("all steps")}</caption>\n'
        f'<thead><tr><th scope="col">n</th>{heads}</tr></thead>\n{rows}</table>\n'
        f'<div class="closing">{figures}<p class="verdict">{html.escape(computed.demo.lesson)}</p></div>\n</div>\n'
    )


def _last_of_growing(tables: Sequence[list[Table]]) -> list[list[Table]]:
    """Return the tables of every frame; those that grow from frame to frame are left where they are longest."""
    growing = [any(map(is_growing, inside)) for inside in tables]
    longest = {table.key: number for number, inside in enumerate(tables) if growing[number] for table in inside}
    return [
        [table for table in inside if not growing[number] or longest[table.key] == number]
        for number, inside in enumerate(tables)
    ]


def is_growing(table: Block) -> bool:
    """Tell whether a table has a row more in every frame."""
    return isinstance(table, Table) and "now" in table.stages


def _printed_program(frames: Sequence[Frame]) -> str:
    """Return the program that the frames of a demo step through, where they do so."""
    programs = {
        block._replace(running=None, segment=None): None
        for frame in frames
        for block in frame.blocks[:1]
        if isinstance(block, Source) and block.first is not None
    }
    return _html(list(programs)[:1])


def _pictures(frames: Sequence[Frame]) -> list[Picture]:
    """Return the last picture of each kind, except graphs without numbers."""
    last: dict[type, Picture] = {}
    for block in (block for frame in frames for block in frame.blocks):
        if isinstance(block, Plot | Bars) or (
            isinstance(block, Graph) and any(vertex.numbers for vertex in block.vertices)
        ):
            last[type(block)] = block
    return list(last.values())


def _printed_row(number: int, frame: Frame, tables: Sequence[Table]) -> str:
    """Return a step as a table row; its tables, or its numbers if there are many, follow below it."""
    numbers = "; ".join([f"{name} = {formatting.text(cell, PRINTED_DIGITS)}" for name, cell in frame.numbers.items()])
    few = not tables and len(frame.numbers) <= MAX_INLINE_NUMBERS
    texts = (str(number), frame.title, frame.rule, numbers if few else "")
    height, width = (2, 3) if tables else (1, 4)  # the sentence stands beside tables, and above a list of numbers
    why = f'<td rowspan="{height}">{html.escape(frame.sentence)}</td>'
    row = f"<tr>{''.join([f'<td>{html.escape(text)}</td>' for text in texts])}{why}</tr>\n"
    below = f'<div class="inside">{_html(tables)}</div>' if tables else html.escape(numbers)
    more = "" if few else f'<tr><td></td><td colspan="{width}">{below}</td></tr>\n'
    return f"<tbody>{row}{more}</tbody>\n"
