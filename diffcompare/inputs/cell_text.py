"""The formula in a cell, without what programs write around it: HTML, the signs of LaTeX, the words of STACK.

Everything here takes time in proportion to the length of the cell, whatever is in it.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

MAX_CELL_LENGTH = 32_767  # characters, as in a cell of Excel

_TAGS = (
    "a|abbr|b|big|blockquote|br|center|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|li|mark|nolink|ol|p|pre|q|s"
    "|script|small|span|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var"
)
_TAG = re.compile(rf"<(/?)({_TAGS})(?:\s[^<>]*)?/?>", re.I)
_BREAKS = ("br", "dd", "div", "dt", "h", "hr", "li", "p", "td", "th", "tr")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_RAISED = re.compile(r"(\^)\((\d+|[^\W\d]\w*)\)(?![\w(])|(_)\((\w+)\)(?![\w(])")  # what need not be in parentheses

MATH_SIGNS = re.compile(r"\\[()\[\]]|\$\$?")
_AT_THE_END = ";. \t\n"


def without_markup(text: str) -> str:
    """Return a text without the tags and entities of HTML: `x<sup>2</sup>` is x^2, `&lt;` is <."""
    if "<" in text:
        text = _RAISED.sub(_bare, _TAG.sub(_instead, _without_comments(text)))
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{ZERO WIDTH SPACE}", "").strip()


def _without_comments(text: str) -> str:
    """Return a text without comments of HTML; one that is never closed stays."""
    first, *rest = text.split("<!--")
    parts = [first]
    for part in rest:
        _, closed, behind = part.partition("-->")
        parts.append(behind if closed else f"<!--{part}")
    return "".join(parts)


def _instead(tag: re.Match[str]) -> str:
    """Return what a tag means in a formula."""
    name = tag[2].lower()
    if name in ("sup", "sub"):
        return ")" if tag[1] else "^(" if name == "sup" else "_("
    return "\n" if name.rstrip("123456") in _BREAKS else ""  # no product is implied between lines


def _bare(raised: re.Match[str]) -> str:
    """Return an exponent, or an index, without its parentheses."""
    return "".join(part for part in raised.groups() if part is not None)


def unwrapped(text: str) -> str:
    """Return the formula in a cell, without tags, the signs of LaTeX around it, and a point or semicolon at its end.

    A text that is nothing but a formula is returned as it is.
    """
    plain = without_markup(text)
    if "\\" in plain or "$" in plain:
        plain = MATH_SIGNS.sub(" ", plain).strip()
    return plain.rstrip(_AT_THE_END)


# --- STACK's cells: `Seed: 11; ans1: 2*x [score]; prt1: # = 1` --------------------------------------------------------

_STATE = re.compile(r"(.*)\[(?:score|valid|invalid|blank)\]\s*", re.S | re.I)
_NAMED = re.compile(r"\s*([A-Za-z]\w*)\s*:(?!=)(.*)", re.S)
_INPUT = re.compile(r"ans\d*", re.I)


class NamedText(NamedTuple):
    """An answer in a cell of STACK, and the name of its input."""

    name: str
    text: str


def named_answers(text: str) -> list[NamedText] | None:
    """Return the answers in a cell of STACK, by the names of their inputs; None for any other cell.

    The seed and what the response trees say are left out.
    """
    if ":" not in text:
        return None
    segments = [_NAMED.fullmatch(segment) for segment in text.split(";")]
    if segments[0] is None:
        return None
    answers: list[NamedText] = []
    for segment in segments:
        if segment is None:  # something of a response tree
            continue
        state = _STATE.fullmatch(segment[2])
        if state is not None or _INPUT.fullmatch(segment[1]):
            answers.append(NamedText(segment[1], (state[1] if state else segment[2]).strip()))
    seeded = segments[0][1].lower() == "seed"
    return answers if answers or seeded else None
