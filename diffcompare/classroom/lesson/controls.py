"""Ways through the lesson: the bar of controls, the outline, the list of keys, and the speaker's window."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from diffcompare.classroom.demos.report import ComputedDemo
from diffcompare.classroom.lesson.texts import word

# Every action with its keys, the most telling one first; the script reads them from here.
ACTIONS: Mapping[str, Sequence[str]] = {
    "next": ("ArrowRight", " ", "PageDown"),
    "back": ("ArrowLeft", "Shift+ ", "PageUp"),
    "first": ("Home",),
    "last": ("End",),
    "onwards": ("n",),
    "before": ("N",),
    "predict": ("p",),
    "break": ("b",),
    "forward": ("f",),
    "reverse": ("r",),
    "outline": ("o",),
    "notes": ("w",),
    "projector": ("P",),
    "fullscreen": ("F",),
    "help": ("?",),
}
KEYBOARD: Mapping[str, str] = {key: action for action, keys in ACTIONS.items() for key in keys}

BUTTONS = ("back", "next", "predict", "break", "outline", "notes", "projector", "fullscreen", "help")
TOGGLES = {"predict": True, "break": False, "projector": False}
NOTES = ("ask", "say", "break", "then")  # what the second window shows of a step
SIGNS = {"ArrowLeft": "\u2190", "ArrowRight": "\u2192", " ": "Space"}  # keys as people read them


def bar() -> str:
    """Return the bar of controls, with the place in the lesson at its end."""
    inside = f'{"".join(map(_button, BUTTONS))}<output id="place"></output>'
    progress = '<div class="progress" aria-hidden="true"><span id="progress"></span></div>'
    return f'<div class="controls" role="group" aria-label="{word("steps")}">{progress}{inside}</div>\n'


def _button(name: str) -> str:
    key = ACTIONS[name][0]
    state = f' aria-pressed="{str(TOGGLES[name]).lower()}"' if name in TOGGLES else ""
    return (
        f'<button type="button" id="{name}"{state} aria-keyshortcuts="{_announced(key)}" title="{_sign(key)}">'
        f"{word(name)}</button>"
    )


def _announced(key: str) -> str:
    """Return a key as assistive technology announces it."""
    return f"Shift+{key}" if key.isupper() and len(key) == 1 else key


def _sign(key: str) -> str:
    shift, _, plain = key.rpartition("Shift+")
    sign = SIGNS.get(plain, plain)
    if len(plain) == 1 and plain.isupper():
        return f"Shift+{plain}"
    return f"Shift+{sign}" if key.startswith("Shift+") else f"{shift}{sign}"


def _dialog(name: str, title: str, inside: str) -> str:
    close = f'<form method="dialog"><button>{word("close")}</button></form>'
    return (
        f'<dialog id="{name}" aria-labelledby="{name}-title">\n'
        f'<header><h2 id="{name}-title">{title}</h2>{close}</header>\n'
        f"{inside}</dialog>\n"
    )


def outline(demos: Sequence[ComputedDemo]) -> str:
    """Return the dialog that leads to every demo and every step; the script lists the steps of one demo at a time."""
    items = "".join(
        [
            f'<li><button type="button"><span class="count">{number}</span> <b>{html.escape(demo.title)}</b>'
            f" <small>{word('minutes', count=demo.minutes)}</small>"
            f'<span class="claim">{html.escape(demo.claim)}</span></button></li>\n'
            for number, demo in enumerate([computed.demo for computed in demos], 1)
        ]
    )
    demo_list = f'<nav aria-label="{word("outline")}"><ol class="demos">\n{items}</ol></nav>\n'
    step_list = '<ol id="steps" class="steps"></ol>\n'
    return _dialog("outline-list", word("title"), f'<div class="outline">{demo_list}{step_list}</div>\n')


def key_list() -> str:
    """Return the dialog with every key, and the switch that turns them off."""
    rows = "".join(
        [
            f"<dt>{' '.join([f'<kbd>{html.escape(_sign(key))}</kbd>' for key in keys])}</dt>"
            f"<dd>{word(f'help {action}')}</dd>\n"
            for action, keys in ACTIONS.items()
        ]
    )
    switch = f'<p><button type="button" id="keys" aria-pressed="true">{word("keys")}</button></p>\n'
    return _dialog("key-list", word("help"), f'<dl class="keys">\n{rows}</dl>\n{switch}')


def presenter() -> str:
    """Return what the second window shows: the clock, what to ask and to say, and what comes then."""
    notes = "".join([f'<dt>{word(f"notes {name}")}</dt><dd id="notes-{name}"></dd>\n' for name in NOTES])
    return (
        f'<section id="presenter" hidden aria-label="{word("notes title")}">\n'
        f'<header><p class="clock"><b>{word("elapsed")}</b> <output id="elapsed">0:00</output></p>\n'
        f'<p class="clock"><b>{word("notes demo")}</b> <output id="demo-elapsed">0:00</output>'
        ' <span id="demo-minutes"></span></p>\n'
        f'<button type="button" id="start-again">{word("start again")}</button></header>\n'
        '<h1 id="notes-demo"></h1>\n<p id="notes-claim" class="claim"></p>\n<h2 id="notes-step"></h2>\n'
        f'<dl class="notes">\n{notes}</dl>\n<p id="notes-lost" class="banner" role="alert" hidden></p>\n'
        f'<footer><button type="button" id="notes-back">{word("back")}</button>'
        f'<button type="button" id="notes-next">{word("next")}</button> <output id="notes-place"></output></footer>\n'
        "</section>\n"
    )
