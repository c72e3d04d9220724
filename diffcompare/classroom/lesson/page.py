"""The page put together: every frame as an element, the figures as data, the style and the script inside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from diffcompare import formatting
from diffcompare.classroom.demos import step
from diffcompare.classroom.demos.frame import Frame
from diffcompare.classroom.demos.report import Played, demo_data
from diffcompare.classroom.lesson.programs import Program, Staged, bars, shipped, stepped
from diffcompare.classroom.lesson.style import STYLE
from diffcompare.classroom.lesson.texts import words as page_words
from diffcompare.codegen.tape_operations import operations
from diffcompare.document import Bars, Block, Document, Graph, Picture, Plot, Table
from diffcompare.inputs.catalogue import entry
from diffcompare.language.expression import Expression
from diffcompare.render import Look, svg
from diffcompare.render.html import FRAGMENT_STYLE, PAGE_STYLE, body

# Panels: what can be moved, chosen and typed on the page itself, below the frames of three demos.

STRIP = ("there", "here", "difference", "quotient", "error")

"""The lines of the cancellation strip, by the ends of the elements' names."""

LAST = 12

"""Members of the family of swell."""


def panel(name: str, stages: Mapping[str, Staged], words: Mapping[str, str]) -> str:
    """The panel of a demo; nothing for one that has none."""
    panels: dict[str, Callable[[], str]] = {
        "trace": lambda: _point(stages, words),
        "step": lambda: _step(words),
        "swell": lambda: _swell(words),
    }
    return panels[name]() if name in panels else ""


def _panel(title: str, inside: str) -> str:
    name = html.escape(title)
    return f'<div class="panel" role="group" aria-label="{name}">\n<h3>{name}</h3>\n{inside}</div>\n'


def _picture(name: str, size: str, title: str, told: str) -> str:
    return (
        f'<div class="scroll" role="region" aria-label="{html.escape(title)}" tabindex="0">'
        f'<svg id="{name}" class="{name}" viewBox="0 0 {size}" role="img"><title>{html.escape(title)}</title>'
        f"<desc>{html.escape(told)}</desc></svg></div>\n"
    )


def _point(stages: Mapping[str, Staged], words: Mapping[str, str]) -> str:
    options = [f'<option value="{name}">{html.escape(each.data["text"])}</option>' for name, each in stages.items()]
    return _panel(
        words["point"],
        f"<p><label>{html.escape(words['expression'])} "
        f'<select id="expression">{"".join(options)}</select></label></p>\n'
        f'<p id="coordinates"></p>\n<p id="complaint" class="complaint" role="alert"></p>\n'
        f'<p id="answer" aria-live="polite"></p>\n'
        f'<p><button type="button" id="restore">{html.escape(words["restore"])}</button></p>\n',
    )


def _step(words: Mapping[str, str]) -> str:
    lines = "".join([f'<dt>{html.escape(words[f"strip {key}"])}</dt><dd id="strip-{key}"></dd>' for key in STRIP])
    slider = '<input type="range" id="exponent" min="-17" max="-1" step="0.05" value="-6">'
    label = f"<label>{html.escape(words['exponent'])} {slider}</label>"
    return _panel(
        words["another step"],
        '<div class="beside">\n<div>\n<p id="step-of" class="subject"></p>'
        f"{_picture('curve', '760 420', words['curve'], words['curve told'])}"
        f'<p>{label} <output id="chosen" for="exponent"></output></p>\n</div>\n<div>'
        f'<h4>{html.escape(words["strip"])}</h4>\n<p id="strip-of" class="subject"></p>\n'
        f'<dl class="strip">{lines}</dl>\n<p id="strip-shared"></p>\n'
        "</div>\n</div>\n",
    )


def _swell(words: Mapping[str, str]) -> str:
    title = words["swell"].format(last=LAST)
    return _panel(
        title,
        f'<p><button type="button" id="accuracy" aria-pressed="false">{html.escape(words["accuracy"])}</button></p>\n'
        f'{_picture("bars", "900 360", title, "")}<ul id="bar-legend" class="legend"></ul>\n'
        f"<p>{html.escape(words['swell note'])}</p>\n"
        f'<details><summary>{html.escape(words["numbers of bars"])}</summary><div id="bar-table"></div></details>\n',
    )


# The script of the lesson: files of plain JavaScript one after the other, without a library.
#
# The operations that the page computes with are written from the table; all else stands in the files.

FILES = (
    "numbers",
    "elements",
    "tape",
    "trace",
    "stage",
    "steps",
    "articles",
    "point",
    "curve",
    "swell",
    "paper",
    "start",
)

"""In the order in which they build on each other."""


def script(nodes: Iterable[Expression]) -> str:
    """The whole script, as it stands in the page, with the operations of these nodes."""
    here = Path(__file__).parent / "scripts"
    parts = [(here / f"{name}.js").read_text(encoding="utf-8") for name in FILES]
    return "\n".join(['\n"use strict";\n', f"const operations = {operations(nodes)};\n", *parts])


LOWER = 3

"""Levels by which headings inside of a frame are lowered."""

BUTTONS = ("back", "next", "first", "last")

SHORTCUTS = {
    "back": "ArrowLeft", "next": "ArrowRight", "first": "Home", "last": "End", "predict": "p", "break": "b",
    "projector": "Shift+P",
}  # fmt: skip

"""The key of a button, as assistive technology is told."""

ARROWS = {"ArrowLeft": "\u2190", "ArrowRight": "\u2192"}

TOGGLES = {"predict": True, "break": False, "projector": False, "keys": True}

SURVEY = "baydin"

"""The entry of the catalogue that the demo `trace` plays."""

LOOP = "logistic_l4_nested"

"""The entry of the catalogue that computes the demo's function in a loop."""

PRINTED = 6

"""Digits of a number in the printed table of steps."""

FEW_NUMBERS = 2

"""Numbers of a step that stand in its row there."""

MAX_ROWS = 40

"""Rows of all tables of a demo that fit on its sheet of paper: beyond, the steps have their numbers by name."""

MAX_PRINTED = 4_500

"""Characters of a demo's rows that paper has room for in the larger letters."""


def page(plays: Sequence[Played], own: Staged | None = None) -> str:
    """The lesson in one file, in the language that is spoken; `own` is what its `trace` plays if not the survey's.

    It loads nothing: its own policy forbids it, and names its one script by its hash.
    """
    words = page_words()
    names = [each.demo.name for each in plays]
    stages = ({"own": own} if own else {}) | shipped() if "trace" in names else {}
    programs = stages | (_along() if "step" in names else {})
    figures = _figures(plays, programs, words) | {"played": "own" if own else SURVEY}
    code = script([node for each in programs.values() for node in each.nodes])
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'"
    )
    title = html.escape(words["title"])
    return (
        f'<!DOCTYPE html>\n<html lang="{words["lang"]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n"
        f"<style>\n{FRAGMENT_STYLE}{svg.STYLE}{PAGE_STYLE}{STYLE}</style>\n</head>\n<body>\n"
        f'<main class="diffcompare">\n<h1>{title}</h1>\n{_navigation(plays, words)}'
        f"<noscript><p>{html.escape(words['no script'])}</p></noscript>\n"
        '<p id="banner" class="banner" role="alert" hidden></p>\n'
        f"{''.join([_demo(each, stages, words) for each in plays])}</main>\n{_controls(words)}"
        '<p id="spoken" class="spoken" aria-live="polite"></p>\n'
        f"{''.join([_template(name, each) for name, each in stages.items()])}"
        f'<script type="application/json" id="figures">{_data(figures)}</script>\n'
        f"<script>{code}</script>\n</body>\n</html>\n"
    )


def _figures(
    plays: Sequence[Played], programs: Mapping[str, Program | Staged], words: Mapping[str, str]
) -> dict[str, Any]:
    """What the script computes with and shows."""
    names = [each.demo.name for each in plays]
    return {
        "demos": [demo_data(each) for each in plays],
        "programs": {name: each.data for name, each in programs.items()},
        "swell": bars() if "swell" in names else None,
        "words": words,
    }


def _along() -> dict[str, Program]:
    """Two programs of one function, which differ in their last digits: of the curve, and of the cancellation strip."""
    return {"step": stepped(step.CLOSED, {"x": step.X}), "strip": stepped(entry(LOOP).text, {"x": step.X})}


def _data(figures: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(figures, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _template(name: str, stage: Staged) -> str:
    """The graph of a program, to be filled by the script."""
    return f'<template id="graph-{name}">{svg.picture(stage.graph)}</template>\n'


def _navigation(plays: Sequence[Played], words: Mapping[str, str]) -> str:
    items = "".join([f'<li><button type="button">{html.escape(each.demo.name)}</button></li>' for each in plays])
    return f'<nav aria-label="{html.escape(words["demos"])}"><ul>{items}</ul></nav>\n'


def _controls(words: Mapping[str, str]) -> str:
    buttons = [_button(name, "", words) for name in BUTTONS]
    buttons += [_button(name, f' aria-pressed="{str(on).lower()}"', words) for name, on in TOGGLES.items()]
    inside = f'{"".join(buttons)}<output id="place"></output>'
    return f'<div class="controls" role="group" aria-label="{html.escape(words["steps"])}">{inside}</div>\n'


def _button(name: str, pressed: str, words: Mapping[str, str]) -> str:
    key = SHORTCUTS.get(name)
    told = f' aria-keyshortcuts="{key}" title="{ARROWS.get(key, key)}"' if key else ""
    return f'<button type="button" id="{name}"{pressed}{told}>{html.escape(words[name])}</button>'


def _demo(played: Played, stages: Mapping[str, Staged], words: Mapping[str, str]) -> str:
    which = played.demo
    staged = which.name == "trace"
    frames = [_frame(which.name, number, frame, staged, words) for number, frame in enumerate(played.frames, 1)]
    end = (
        f'<article class="frame" id="{which.name}-end" data-asks="no" data-breaks="no">\n'
        f"<h3>{html.escape(words['end'])}</h3>\n"
        f'<div class="told"><p class="verdict">{html.escape(which.lesson)}</p></div>\n</article>\n'
    )
    subject = '<p id="subject" class="subject"></p>\n' if staged else ""
    return (
        f'<section class="demo" id="{which.name}" aria-labelledby="{which.name}-title">\n'
        f'<h2 id="{which.name}-title">{html.escape(words["heading"].format(name=which.name, claim=which.claim))}</h2>\n'
        f"{subject}{''.join(frames)}{end}{panel(which.name, stages, words)}{_printed(played, words)}</section>\n"
    )


# --- A frame ----------------------------------------------------------------------------------------------------------


def _frame(name: str, number: int, frame: Frame, staged: bool, words: Mapping[str, str]) -> str:
    """A frame: what is asked, what is told, what a bug makes of it."""
    yes = {True: "yes", False: "no"}
    blocks = partial(_blocks, staged=staged, words=words)
    parts = [f"<h3>{number}. {html.escape(frame.title)}</h3>\n"]
    if frame.question:
        question = words["question"].format(question=frame.question)
        parts.append(f'<p class="question">{html.escape(question)}</p>\n')
        parts.append(f'<div class="asked">{blocks(frame.asked)}</div>\n')
    said = [("rule", frame.rule), ("why", frame.sentence)]
    told = "".join([f'<p class="{kind}"><b>{words[kind]}</b>{html.escape(text)}</p>\n' for kind, text in said if text])
    parts.append(f'<div class="told">{told}{blocks(frame.blocks)}</div>\n')
    if frame.broken is not None:
        bug = html.escape(words["damage"].format(bug=frame.broken.bug, sentence=frame.broken.sentence))
        shown = blocks(frame.broken.blocks)
        parts.append(f'<div class="broken"><p><b>{words["broken"]}</b> {bug}</p>\n{shown}</div>\n')
    data = f'data-asks="{yes[bool(frame.question)]}" data-breaks="{yes[frame.broken is not None]}"'
    return f'<article class="frame" id="{name}-{number}" {data}>\n{"".join(parts)}</article>\n'


def _blocks(blocks: Iterable[Block], *, staged: bool, words: Mapping[str, str]) -> str:
    return "".join([_block(block, staged, words) for block in blocks])


def _block(block: Block, staged: bool, words: Mapping[str, str]) -> str:
    """A block as everywhere, but that the numbers of a graph stand open beside it.

    Where the script plays the steps, it puts the one graph that fills with numbers in its place.
    """
    if isinstance(block, Graph):
        name = html.escape(words["graph"] if staged else block.caption)
        drawing = "" if staged else svg.picture(block)
        kind = "scroll slot" if staged else "scroll"
        region = f'<div class="{kind}" role="region" aria-label="{name}" tabindex="0">{drawing}</div>'
        return f'<div class="pair">{region}<div>{body(Document((block.table,)), Look(), LOWER)}</div></div>\n'
    return body(Document((block,)), Look(), LOWER)


# --- The printed page -------------------------------------------------------------------------------------------------


def _printed(played: Played, words: Mapping[str, str]) -> str:
    """What paper has of a demo: every step as a row of one table, the last picture of each kind, the sentence."""
    heads = "".join([f'<th scope="col">{html.escape(words[head])}</th>' for head in ("step", "rule", "numbers", "why")])
    tables = [_tables(frame) for frame in played.frames]
    whole = sum(len(table.rows) for each in tables for table in each) <= MAX_ROWS
    rows = "".join(
        [
            _row(number, frame, each if whole else ())
            for number, (frame, each) in enumerate(zip(played.frames, tables, strict=True), 1)
        ]
    )
    # Patterns are found by their ids, and those of a picture that is not shown are no patterns.
    pictures = [svg.picture(each._replace(key=f"printed-{each.key}")) for each in _pictures(played.frames)]
    figures = "".join([f"<figure>{each}</figure>" for each in pictures])
    kind = "printed dense" if len(rows) > MAX_PRINTED else "printed"
    return (
        f'<div class="{kind}">\n<table><caption>{html.escape(words["all steps"])}</caption>\n'
        f'<thead><tr><th scope="col">n</th>{heads}</tr></thead>\n{rows}</table>\n'
        f'{figures}<p class="verdict">{html.escape(played.demo.lesson)}</p>\n</div>\n'
    )


def _pictures(frames: Sequence[Frame]) -> list[Picture]:
    """The last picture of each kind; a graph without numbers is none."""
    found: dict[type, Picture] = {}
    for block in (block for frame in frames for block in frame.blocks):
        if isinstance(block, Plot | Bars) or (
            isinstance(block, Graph) and any(each.numbers for each in block.vertices)
        ):
            found[type(block)] = block
    return list(found.values())


def _tables(frame: Frame) -> tuple[Table, ...]:
    """The tables of a step (that of a graph stands in it, number by number)."""
    return tuple(block for block in frame.blocks if isinstance(block, Table))


def _row(number: int, frame: Frame, tables: tuple[Table, ...]) -> str:
    """A step as a row; its tables, or its many numbers, stand below."""
    numbers = "; ".join([f"{name} = {formatting.text(cell, PRINTED)}" for name, cell in frame.numbers.items()])
    few = not tables and len(frame.numbers) <= FEW_NUMBERS
    texts = (str(number), frame.title, frame.rule, numbers if few else "", frame.sentence)
    row = f"<tr>{''.join([f'<td>{html.escape(text)}</td>' for text in texts])}</tr>\n"
    below = f'<div class="inside">{body(Document(tables), Look(), LOWER)}</div>' if tables else html.escape(numbers)
    more = "" if few else f'<tr><td></td><td colspan="4">{below}</td></tr>\n'
    return f"<tbody>{row}{more}</tbody>\n"
