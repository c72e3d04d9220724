"""Characters: what may be shown, how it is written in ASCII, and how wide it is on a screen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffcompare.document import Stage

# Signs that a font shows like another one are written by their numbers, so that nobody takes one for the other.
_ASCII = {
    "\u00d7": "*", "·": "*", "⋅": "*", "÷": "/", "\u2212": "-", "±": "+/-", "√": "sqrt", "∂": "d", "∇": "grad ",
    "∑": "sum", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "⇒": "=>", "↦": "|->",
    "…": "...", "\u2013": "-", "—": "-", "\u2018": "'", "\u2019": "'", "“": '"', "”": '"', "«": '"', "»": '"', "•": "*",
    "✓": "ok", "✔": "ok", "✗": "x", "✘": "x", "°": " deg", "µ": "mu", "ß": "ss", "─": "-", "┄": ".", "│": "|", "━": "=",
    "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "⁻": "^-", "₋": "_-",
    "²": "^2", "³": "^3", "¹": "^1", "⁰": "^0", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9",
}  # fmt: skip


def stage_mark(stage: Stage, unicode: bool = True) -> str:
    """The sign of a stage, one character: `>` now, a tick (# in ASCII) done."""
    return {"": " ", "now": ">", "done": "✓" if unicode else "#"}[stage]


def clean(text: str, unicode: bool = True) -> str:
    """The text without anything that steers a terminal or turns the writing around; in ASCII unless `unicode`.

    Control characters, bidirectional overrides and lone surrogates are shown as escapes (`\\x1b`), never sent.
    """
    if text.isprintable() and (unicode or text.isascii()):
        return text
    return "".join([char if char.isprintable() else _visible(char) for char in (text if unicode else ascii_only(text))])


def _visible(char: str) -> str:
    from unicodedata import category

    return " " if category(char) == "Zs" else char.encode("unicode_escape").decode("ascii")


def ascii_only(text: str) -> str:
    """The text in ASCII: `θ` as theta, `≤` as <=, an accent dropped, anything else as an escape."""
    return text if text.isascii() else "".join([char if char.isascii() else _transliterated(char) for char in text])


def _transliterated(char: str) -> str:
    if char in _ASCII:
        return _ASCII[char]
    from unicodedata import category, combining, normalize

    if category(char) == "Zs":
        return " "
    plain = "".join(
        [_ASCII.get(part) or greek(part) or part for part in normalize("NFKD", char) if not combining(part)]
    )
    return plain if plain and plain.isascii() else char.encode("unicode_escape").decode("ascii")


def greek(char: str) -> str:
    """The name of a Greek letter (`theta`, `Theta`), nothing for any other character."""
    from unicodedata import name

    words = name(char, "").replace("LAMDA", "LAMBDA").split()
    if words[:1] != ["GREEK"] or "LETTER" not in words:
        return ""
    return words[-1].capitalize() if "CAPITAL" in words else words[-1].lower()


def width(text: str) -> int:
    """Columns that a line takes on a screen."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    from unicodedata import category, east_asian_width

    return 0 if category(char) in ("Mn", "Me") else 1 + (east_asian_width(char) in "WF")
