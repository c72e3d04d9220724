"""Arithmetic of columns: padding, decimal points in line, folding of prose, repeated group cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from diffcompare.diagnostics import visible, width
from diffcompare.document import Bars, Graph, Measured, Paragraph, Plot, Table
from diffcompare.localization import translate

if TYPE_CHECKING:
    from diffcompare.document import Block, Cell, Column, Stage


# Characters: what may be shown, how it is written in ASCII, and how wide it is on a screen.

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
    return visible(text if unicode else ascii_only(text))


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


_MAX_POINT_PADDING = 6

_NEVER_FIRST = "，。、；：！？）】》」』”’…—%)],.;:!?\u0304\u0307"

"""Characters at which no line begins."""

_NEVER_LAST = "（【《「『“‘(["

"""Characters at which none ends."""


def padding_of(text: str, columns: int, align: str) -> tuple[str, str]:
    """The spaces before and after a text in so many columns."""
    spaces = " " * max(columns - width(text), 0)
    return (spaces, "") if align == "right" else ("", spaces)


def point_padding(column: Column, cells: Sequence[Cell], texts: Sequence[str]) -> list[int]:
    """Spaces to put after each number so that the decimal points of a right-aligned column stand in line.

    Digits of the same place then stand below each other, and the eye finds where two numbers part.  Not done where
    it would make the column much wider (1e+20 above 1.7163378145367738e-20).
    """
    none = [0] * len(texts)
    if column.align != "right" or not any(isinstance(cell, Measured | float) for cell in cells):
        return none
    after = [width(text[_point(text) :]) for text in texts]
    padding = [max(after) - length for length in after]
    grown = max(width(text) + spaces for text, spaces in zip(texts, padding, strict=True))
    return padding if grown <= max(map(width, texts)) + _MAX_POINT_PADDING else none


def title_padding(title: str, texts: Sequence[str], padding: Sequence[int]) -> str:
    """Spaces after the title of a column whose points stand in line: it begins where the numbers begin."""
    if not any(padding):
        return ""
    columns = max(width(text) + spaces for text, spaces in zip(texts, padding, strict=True))
    return " " * max(columns - width(title), 0)


def _point(number: str) -> int:
    """Where the decimal point is, or would be."""
    places = [place for place in (number.find("."), number.find("e")) if place >= 0]
    return min(places) if places else len(number)


def wrap(text: str, columns: int) -> list[str]:
    """The text folded between words; a word that is too long keeps its line to itself, uncut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for space, word in _words(paragraph):
            if line and width(line) + len(space) + width(word) > columns:
                lines.append(line)
                line = word
            else:
                line += space * bool(line) + word
        lines.append(line)
    return lines


def longest_word(texts: Sequence[str]) -> int:
    """The narrowest column that these texts can be folded into."""
    return max((width(word) for text in texts for _, word in _words(text)), default=0)


def _words(text: str) -> Iterator[tuple[str, str]]:
    """The pieces between which a line may end, each with the space before it: Chinese has no spaces between words."""
    for word in text.split():
        space, start = " ", 0
        for place in range(1, 0 if word.isascii() else len(word)):
            if _may_part(word[place - 1], word[place]):
                yield space, word[start:place]
                space, start = "", place
        yield space, word[start:]


def _may_part(before: str, after: str) -> bool:
    """Whether a line may end between two characters: beside a Chinese one, but for punctuation that clings to it."""
    wide = width(before) == 2 or width(after) == 2
    return wide and after not in _NEVER_FIRST and before not in _NEVER_LAST


def is_prose(table: Table, place: int) -> bool:
    """Whether a column is the closing column of prose, the only one that may be folded."""
    if place != len(table.columns) - 1 or table.columns[place].align != "left" or place == 0:
        return False
    return all(row[place] is None or isinstance(row[place], str) for row in table.rows)


def repeats(table: Table) -> list[tuple[bool, ...]]:
    """For each row, which cells are left out on a screen: group cells equal to the one above, as are those before."""
    marks: list[tuple[bool, ...]] = []
    above: tuple[Cell, ...] | None = None
    for row in table.rows:
        same = above is not None
        found = []
        for place, column in enumerate(table.columns):
            same = same and (not column.group or (above is not None and row[place] == above[place]))
            found.append(same and column.group)
        marks.append(tuple(found))
        above = row
    return marks


def group_place(table: Table) -> int | None:
    """The first group column, if the table has one."""
    return next((place for place, column in enumerate(table.columns) if column.group), None)


def introduced(role: str, text: str) -> str:
    """Prose with the word that says what it is, since a colour or a face alone does not."""
    return "".join(introduction(role, text))


def introduction(role: str, text: str) -> tuple[str, str]:
    """The word that says what a text is, with its colon, and the rest; no word where none is needed."""
    if role not in ("note", "warning"):
        return "", text
    if text.lower().startswith(f"{role}:"):
        return text[: len(role) + 1], text[len(role) + 1 :]
    word = translate(f"{role}: ")
    return word.rstrip(), " " * word.endswith(" ") + text


def close_together(above: Block, below: Block) -> bool:
    """Whether two blocks need no empty line between them: notes and warnings stand in one list."""
    roles = ("note", "warning")
    return getattr(above, "role", None) in roles and getattr(below, "role", None) in roles


def for_people(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with long tables cut in the middle, and a remark that says so in its place."""
    shown: list[Block] = []
    for block in blocks:
        table = block if isinstance(block, Table) else getattr(block, "table", None)
        if table is None or table.most is None or len(table.rows) <= table.most:
            shown.append(block)
            continue
        half, count = table.most // 2, len(table.rows)
        head = table._replace(rows=table.rows[:half], most=None)
        tail = table._replace(rows=table.rows[-half:], most=None, caption=f"{table.caption} (the end)".lstrip())
        first: Block = block._replace(table=head) if isinstance(block, Plot | Bars | Graph) else head
        left_out = f"{count - 2 * half:,} of {count:,} rows are left out here; CSV and JSON have them all"
        shown += [first, Paragraph(left_out, "note"), tail]
    return shown
