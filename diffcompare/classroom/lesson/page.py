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
from diffcompare.classroom.lesson import controls
from diffcompare.classroom.lesson.own_lesson import OwnLesson, recipes
from diffcompare.classroom.lesson.plan import Plan, timed
from diffcompare.classroom.lesson.programs import Program, Staged, bars, shipped, stepped
from diffcompare.classroom.lesson.style import STYLE
from diffcompare.classroom.lesson.texts import word, words
from diffcompare.codegen.javascript_table import operation_table
from diffcompare.document import Bars, Block, Document, Graph, Picture, Plot, Source, Table
from diffcompare.inputs.catalogue import entry
from diffcompare.language.expression import Expression
from diffcompare.localization import language, translate
from diffcompare.render import Look, svg
from diffcompare.render.html import FRAGMENT_STYLE, PAGE_STYLE, body

HEADING_SHIFT = 3  # levels by which headings inside a frame are lowered
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
PLOT_SIZES = {
    "wide": 600,
    "high": 360,
}  # pixels of a plot, so that its letters are large when it fills a part of the screen
MIN_LINES = 3  # lines of a text that stands beside a table as programs do
PLAYED = ("trace",)  # demos whose graph the script fills
DRAWINGS = ("curve", "bars")  # of panels, which take the place of those of the frames
MAX_TURNED_ROWS = 3  # rows of a table that is turned on its side
MAX_ROW_LENGTH = 60  # characters of a row that stands beside a picture
MAX_SHOWN_ROWS = 14  # rows of a picture's table that stand beside it; longer ones are folded away

# The script: files of plain JavaScript one after the other, in the order in which they depend on each other.
FILES = (
    "numbers", "elements", "tape", "trace", "stage", "layout", "steps", "point", "live", "curve", "swell", "dialogs",
    "presenter", "start",
)  # fmt: skip


def page(demos: Sequence[ComputedDemo], own: OwnLesson | None = None, plan: Plan | None = None) -> str:
    """Return the lesson as one HTML file in the current language.

    `own` tells which demos are about the viewer's function, and what they need; keys skip the steps that are not in the
    `plan`, which the outline still lists.  The page loads nothing: its own content security policy forbids it, and
    admits its one script by its hash.
    """
    if plan is not None:
        demos = [timed(planned) for planned in plan.demos]
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
        "keyboard": controls.KEYBOARD,
        "plan": plan.data() if plan is not None else None,
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
        f'<main class="diffcompare">\n<h1>{word("title")}</h1>\n'
        f"<noscript><p>{word('no script')}</p></noscript>\n"
        '<p id="banner" class="banner" role="alert" hidden></p>\n'
        f"{''.join([_demo(number, each, each.demo.name in played, panels) for number, each in enumerate(demos, 1)])}"
        f"</main>\n{controls.bar()}{controls.outline(demos)}{controls.key_list()}{controls.presenter()}"
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


def _demo(number: int, computed: ComputedDemo, is_own: bool, panels: Mapping[str, str]) -> str:
    demo = computed.demo
    still = any(f'id="{drawing}"' in panels.get(demo.name, "") for drawing in DRAWINGS)
    frames = [_frame(demo.name, place, frame, still) for place, frame in enumerate(computed.frames, 1)]
    end = (
        f'<article class="frame" id="{demo.name}-end" data-asks="no" data-breaks="no">\n'
        f"<h3>{word('end')}</h3>\n"
        f'<div class="told"><div class="step"><p class="verdict">{html.escape(demo.lesson)}</p></div></div>\n'
        "</article>\n"
    )
    marks = ('id="subject" ' if demo.name in PLAYED else "") + 'class="subject following"'
    subject = f"<p {marks}></p>\n" if is_own or demo.name in PLAYED else ""
    panel = panels.get(demo.name, "")
    return (
        f'<section class="demo" id="{demo.name}" data-minutes="{demo.minutes}" aria-labelledby="{demo.name}-title">\n'
        f'<h2 id="{demo.name}-title"><span class="count">{number}</span> {html.escape(demo.title)}'
        f' <span class="claim">{html.escape(demo.claim)}</span></h2>\n'
        f"{subject}{''.join(frames)}{end}{panel}{_printed(computed)}</section>\n"
    )


# --- A frame ----------------------------------------------------------------------------------------------------------
#
# Each of its parts - what is asked, what is told, what a bug does - has a picture, the step and what is said of it, so
# that a screen has places for the three.


def _frame(name: str, number: int, frame: Frame, still: bool) -> str:
    """Return a frame as HTML: its question, its answer, and the effect of its bug."""
    parts = [f"<h3>{number}. {html.escape(frame.title)}</h3>\n"]
    if frame.question:
        question = f'<p class="question">{word("question", question=frame.question)}</p>\n'
        parts.append(_part("asked", frame.question_blocks, question, name, still))
    sentences = [("rule", frame.rule), ("why", frame.sentence)]
    paragraphs = [f'<p class="{kind}"><b>{word(kind)}</b>{html.escape(text)}</p>\n' for kind, text in sentences if text]
    parts.append(_part("told", frame.blocks, "".join(paragraphs), name, still))
    if frame.broken is not None:
        bug = word("damage", bug=frame.broken.bug, sentence=frame.broken.sentence)
        parts.append(_part("broken", frame.broken.blocks, f"<p><b>{word('broken')}</b>{bug}</p>\n", name, still))
    asks, breaks = ("yes" if part else "no" for part in (frame.question, frame.broken))
    data = f'data-asks="{asks}" data-breaks="{breaks}" data-sweep="{frame.sweep}" data-node="{frame.node}"'
    return f'<article class="frame" id="{name}-{number}" {data}>\n{"".join(parts)}</article>\n'


def _part(kind: str, blocks: Sequence[Block], said: str, name: str, still: bool) -> str:
    """Return a part of a frame: its picture and its step side by side, and what is said below them.

    A program stands in the place of the picture if there is none.  A picture that is `still` gives
    way to that of the panel where the script plays the steps; graphs of those demos that are played do so as well.
    """
    drawn: list[Picture] = [block for block in blocks if isinstance(block, Picture)]
    programs = [block for block in blocks[:1] if is_program(block) and not drawn]
    beside = blocks[len(programs) :]
    pictures = "".join([_drawn(block, name in PLAYED) for block in drawn]) + _html(programs)
    step = "".join([_numbers(block, still) if isinstance(block, Picture) else _set(block) for block in beside])
    shape = "picture still" if still and drawn else "picture program" if programs else "picture"
    filling = " filling" if name in PLAYED and drawn else ""
    areas = [(shape, pictures), (f"step{filling}", step), ("said", said)]
    inside = "".join([f'<div class="{area}">{text}</div>\n' for area, text in areas if text])
    return f'<div class="{kind}">{inside}</div>\n'


def is_program(block: Block) -> bool:
    """Tell whether a block is a program: its lines are numbered, or there are several."""
    return isinstance(block, Source) and (block.first is not None or block.text.count("\n") >= MIN_LINES - 1)


def _drawn(block: Picture, played: bool) -> str:
    """Return a picture in a region of its own; in its place only the region, where the script fills one graph."""
    if played and isinstance(block, Graph):
        return f'<div class="scroll slot" role="region" aria-label="{word("graph")}" tabindex="0"></div>\n'
    caption, sizes = html.escape(block.caption), PLOT_SIZES if isinstance(block, Plot) else {}
    drawing = svg.picture(block._replace(caption=""), **sizes)
    region = f'<div class="scroll" role="region" aria-label="{caption}" tabindex="0">{drawing}</div>\n'
    return f'<p class="caption">{caption}</p>\n{region}'


def _numbers(block: Picture, still: bool) -> str:
    """Return the table of a picture, folded away if it is long, or if the panel's curve has a table of its own."""
    table = _html([block.table])
    elsewhere = still and isinstance(block, Plot)
    if isinstance(block, Graph) or (len(block.table.rows) <= MAX_SHOWN_ROWS and not elsewhere):
        return table
    return f"<details><summary>{html.escape(translate('The numbers'))}</summary>\n{table}</details>\n"


def _set(block: Block) -> str:
    """Return a block as HTML; a table of few rows is turned on its side if these are long."""
    if is_growing(block):
        return f'<div class="growing">{_html([block])}</div>\n'
    if isinstance(block, Table) and 0 < len(block.rows) <= MAX_TURNED_ROWS and row_length(block) > MAX_ROW_LENGTH:
        size = f"--cells: {len(block.columns)}; --rows: {len(block.rows)}"
        return f'<div class="turned" style="{size}">{_html([block])}</div>\n'
    return _html([block])


def _html(blocks: Sequence[Block]) -> str:
    return body(Document(tuple(blocks)), Look(), HEADING_SHIFT)


def row_length(table: Table) -> int:
    """Return the characters of the longest texts of all columns."""
    return sum(
        [
            max([len(column.title), *[len(formatting.text(row[place])) for row in table.rows]])
            for place, column in enumerate(table.columns)
        ]
    )


# --- Panels of three demos, to change the point, the step or the size of a problem -----------------------------------


def _panel(kind: str, title: str, inside: str, name: str = "") -> str:
    known = f' id="{name}"' if name else ""
    return f'<div class="panel {kind}"{known} role="group" aria-label="{title}">\n<h3>{title}</h3>\n{inside}</div>\n'


def _canvas(name: str, size: str, title: str, description: str) -> str:
    return (
        f'<div class="scroll" role="region" aria-label="{title}" tabindex="0">'
        f'<svg id="{name}" class="{name} dc-svg" viewBox="0 0 {size}" role="img"><title>{title}</title>'
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
    signs = {"primal": "above: the value", "tangent": "below: the tangent", "adjoint": "below: the adjoint"}
    legend = "".join([f'<span class="sign {kind}">{translate(meaning)}</span> ' for kind, meaning in signs.items()])
    options = [f'<option value="{name}">{html.escape(it.data["text"])}</option>' for name, it in programs.items()]
    remark = f'<p class="note">{html.escape(note)}</p>\n' if note else ""
    return _panel(
        "strip",
        word("point"),
        f'<p class="fields"><label>{word("expression")} <select id="expression">{"".join(options)}</select></label>\n'
        f'<span id="coordinates"></span> <button type="button" id="restore">{word("restore")}</button></p>\n'
        f'<p id="complaint" class="complaint" role="alert"></p>\n<p id="answer" aria-live="polite"></p>\n'
        f'<p class="signs">{legend}</p>\n{remark}',
        "point-panel",
    )


def _step_panel() -> str:
    terms = [f'<dt>{word(f"cancellation {key}")}</dt><dd id="cancellation-{key}"></dd>' for key in CANCELLATION]
    slider = '<input type="range" id="exponent" min="-17" max="-1" step="0.05" value="-6">'
    return _panel(
        "drawing",
        word("another step"),
        f'{_canvas("curve", "760 470", word("curve"), word("curve told"))}<p id="step-of" class="subject"></p>'
        f'<p class="slider"><label>{word("exponent")} {slider}</label>'
        ' <output id="chosen" for="exponent"></output></p>\n',
    ) + (
        f'<div class="panel beside" role="group" aria-label="{word("cancellation")}">\n'
        f'<h4>{word("cancellation")}</h4>\n<p id="cancellation-of" class="subject"></p>\n'
        f'<dl class="cancellation">{"".join(terms)}</dl>\n'
        '<p id="cancellation-shared"></p>\n</div>\n'
    )


def _swell_panel() -> str:
    title = word("swell", last=LAST_MEMBER)
    return _panel(
        "drawing",
        title,
        f'{_canvas("bars", "760 470", title, "")}<ul id="bar-legend" class="legend"></ul>\n'
        f'<p class="slider"><button type="button" id="accuracy" aria-pressed="false">{word("accuracy")}</button></p>\n'
        f'<div class="fine"><p>{word("swell note")}</p>\n'
        f'<details><summary>{word("numbers of bars")}</summary><div id="bar-table"></div></details></div>\n',
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
