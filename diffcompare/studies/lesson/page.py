"""The page put together: every frame as an element, the figures as data, the style and the script inside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from diffcompare.catalogue import entry
from diffcompare.document import Bars, Block, Document, Graph, Picture, Plot, Table
from diffcompare.render import Look, cells, svg
from diffcompare.render.html import body
from diffcompare.render.html_style import FRAGMENT_STYLE, PAGE_STYLE
from diffcompare.studies.demos import step
from diffcompare.studies.demos.frame import Frame
from diffcompare.studies.demos.play import Played, demo_data
from diffcompare.studies.lesson.bars import bars
from diffcompare.studies.lesson.panels import panel
from diffcompare.studies.lesson.program import Program, Staged, shipped, stepped
from diffcompare.studies.lesson.script import script
from diffcompare.studies.lesson.style import STYLE
from diffcompare.studies.lesson.words import words as page_words

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
MOST_ROWS = 40
"""Rows of all tables of a demo that fit on its sheet of paper: beyond, the steps have their numbers by name."""
MOST_PRINTED = 4_500
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
    whole = sum(len(table.rows) for each in tables for table in each) <= MOST_ROWS
    rows = "".join(
        [
            _row(number, frame, each if whole else ())
            for number, (frame, each) in enumerate(zip(played.frames, tables, strict=True), 1)
        ]
    )
    # Patterns are found by their ids, and those of a picture that is not shown are no patterns.
    pictures = [svg.picture(each._replace(key=f"printed-{each.key}")) for each in _pictures(played.frames)]
    figures = "".join([f"<figure>{each}</figure>" for each in pictures])
    kind = "printed dense" if len(rows) > MOST_PRINTED else "printed"
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
    numbers = "; ".join([f"{name} = {cells.text(cell, PRINTED)}" for name, cell in frame.numbers.items()])
    few = not tables and len(frame.numbers) <= FEW_NUMBERS
    texts = (str(number), frame.title, frame.rule, numbers if few else "", frame.sentence)
    row = f"<tr>{''.join([f'<td>{html.escape(text)}</td>' for text in texts])}</tr>\n"
    below = f'<div class="inside">{body(Document(tables), Look(), LOWER)}</div>' if tables else html.escape(numbers)
    more = "" if few else f'<tr><td></td><td colspan="4">{below}</td></tr>\n'
    return f"<tbody>{row}{more}</tbody>\n"
