"""Panels: what can be moved, chosen and typed on the page itself, below the frames of three demos."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

from diffcompare.studies.lesson.program import Staged

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
