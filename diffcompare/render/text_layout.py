"""Text on a grid of columns: printable characters, widths, padding, decimal alignment, folding, repeated cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from diffcompare.diagnostics import visible, width
from diffcompare.document import Bars, Block, Cell, Column, Graph, Measured, Outcome, Paragraph, Plot, Stage, Table
from diffcompare.localization import translate

Span: TypeAlias = tuple[str, str]  # a text and the name of its style
Line: TypeAlias = list[Span]

# Keys that look like another character in most fonts are written as escapes, so that nobody mistakes one for another.
_ASCII = {
    "\u00d7": "*", "·": "*", "⋅": "*", "÷": "/", "\u2212": "-", "±": "+/-", "√": "sqrt", "∂": "d", "∇": "grad ",
    "∑": "sum", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "⇒": "=>", "↦": "|->",
    "…": "...", "\u2013": "-", "—": "-", "\u2018": "'", "\u2019": "'", "“": '"', "”": '"', "«": '"', "»": '"', "•": "*",
    "✓": "ok", "✔": "ok", "✗": "x", "✘": "x", "°": " deg", "µ": "mu", "ß": "ss", "─": "-", "┄": ".", "│": "|", "━": "=",
    "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "⁻": "^-", "₋": "_-",
    "²": "^2", "³": "^3", "¹": "^1", "⁰": "^0", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9",
}  # fmt: skip


def stage_mark(stage: Stage, unicode: bool = True) -> str:
    """Return the one-character mark of a stage: `>` for the current row, a tick (`#` in ASCII) for a finished one."""
    return {"": " ", "now": ">", "done": "✓" if unicode else "#"}[stage]


def clean(text: str, unicode: bool = True) -> str:
    """Return the text without characters that control a terminal or the writing direction; in ASCII unless `unicode`.

    Control characters, bidirectional overrides and lone surrogates become visible escapes (`\\x1b`).
    """
    return visible(text if unicode else ascii_only(text))


def ascii_only(text: str) -> str:
    """Transliterate to ASCII: `θ` to theta, `≤` to <=, accents dropped, anything else an escape."""
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
    """Return the name of a Greek letter (`theta`, `Theta`), or nothing for any other character."""
    from unicodedata import name

    words = name(char, "").replace("LAMDA", "LAMBDA").split()
    if words[:1] != ["GREEK"] or "LETTER" not in words:
        return ""
    return words[-1].capitalize() if "CAPITAL" in words else words[-1].lower()


def line_text(line: Line) -> str:
    """Return the text of a line without its styles."""
    return "".join([text for text, _ in line])


def line_width(line: Line) -> int:
    """Return the number of columns that a line takes."""
    return sum([width(text) for text, _ in line])


def padded(lines: Sequence[Line], height: int) -> list[Line]:
    """Return the lines with empty ones below, up to a height."""
    return [*lines, *[[]] * (height - len(lines))]


def cut(line: Line, columns: int, sign: str) -> Line:
    """Return the line if it fits, else its beginning with a sign that it is cut."""
    if line_width(line) <= columns:
        return line
    return [*_beginning(line, columns - width(sign)), (sign, "")]


def _beginning(line: Line, columns: int) -> Line:
    beginning: Line = []
    for text, style in line:
        part = first_columns(text, columns - line_width(beginning))
        beginning.append((part, style))
        if part != text:
            break
    return beginning


def first_columns(text: str, columns: int) -> str:
    """Return the beginning of a text that takes at most so many columns."""
    while width(text) > columns:
        text = text[:-1]
    return text


_MAX_POINT_PADDING = 6

_NEVER_FIRST = "，。、；：！？）】》」』”’…—%)],.;:!?\u0304\u0307"  # no line may begin with these

_NEVER_LAST = "（【《「『“‘(["  # no line may end with these


def padding_of(text: str, columns: int, align: str) -> tuple[str, str]:
    """Return the spaces before and after a text that align it in a column of this width."""
    spaces = " " * max(columns - width(text), 0)
    return (spaces, "") if align == "right" else ("", spaces)


def point_padding(column: Column, cells: Sequence[Cell], texts: Sequence[str]) -> list[int]:
    """Return how many spaces to put after each number so that the decimal points of a right-aligned column line up.

    Digits of equal weight are then below each other, and the eye finds where two numbers begin to differ.  No padding
    is added where it would make the column much wider (1e+20 above 1.7163378145367738e-20).
    """
    unpadded = [0] * len(texts)
    if column.align != "right" or not any(isinstance(cell, Measured | float) for cell in cells):
        return unpadded
    after = [width(text[_point(text) :]) for text in texts]
    padding = [max(after) - length for length in after]
    widest = max(width(text) + spaces for text, spaces in zip(texts, padding, strict=True))
    return padding if widest <= max(map(width, texts)) + _MAX_POINT_PADDING else unpadded


def title_padding(title: str, texts: Sequence[str], padding: Sequence[int]) -> str:
    """Return spaces to put after the title of a decimal-aligned column, so that it begins where the numbers begin."""
    if not any(padding):
        return ""
    columns = max(width(text) + spaces for text, spaces in zip(texts, padding, strict=True))
    return " " * max(columns - width(title), 0)


def _point(number: str) -> int:
    """Return the position of the decimal point, or of the place where it would be."""
    places = [place for place in (number.find("."), number.find("e")) if place >= 0]
    return min(places) if places else len(number)


def wrap(text: str, columns: int) -> list[str]:
    """Fold the text between words; a word longer than the line gets a line to itself, uncut."""
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


def prose_lines(text: str, style: str, columns: int) -> list[Line]:
    """Fold prose between words, all in one style."""
    return [[(line, style)] for line in wrap(text, columns)]


def longest_word(texts: Sequence[str]) -> int:
    """Return the width of the longest word: the narrowest column that these texts can be folded into."""
    return max((width(word) for text in texts for _, word in _words(text)), default=0)


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces between which a line may end, each with the space before it (Chinese has none)."""
    for word in text.split():
        space, start = " ", 0
        for place in range(1, 0 if word.isascii() else len(word)):
            if _may_part(word[place - 1], word[place]):
                yield space, word[start:place]
                space, start = "", place
        yield space, word[start:]


def _may_part(before: str, after: str) -> bool:
    """Tell whether a line may end here: next to a wide (Chinese) character, except at punctuation that clings to it."""
    wide = width(before) == 2 or width(after) == 2
    return wide and after not in _NEVER_FIRST and before not in _NEVER_LAST


def is_prose(table: Table, place: int) -> bool:
    """Tell whether this is the closing column of prose, or of code that folds: the only column that may be folded."""
    if place != len(table.columns) - 1 or table.columns[place].align != "left" or place == 0:
        return False
    folds = table.columns[place].folds
    return all(row[place] is None or isinstance(row[place], str) or folds for row in table.rows)


def repeats(table: Table) -> list[tuple[bool, ...]]:
    """Tell for each cell whether it is left out on a screen, as a group cell that repeats the one above.

    A cell repeats only if the group cells to its left do.
    """
    marks: list[tuple[bool, ...]] = []
    above: tuple[Cell, ...] | None = None
    for row in table.rows:
        same = above is not None
        repeated = []
        for place, column in enumerate(table.columns):
            same = same and (not column.group or (above is not None and row[place] == above[place]))
            repeated.append(same and column.group)
        marks.append(tuple(repeated))
        above = row
    return marks


def group_place(table: Table) -> int | None:
    """Return the index of the first group column, if there is one."""
    return next((place for place, column in enumerate(table.columns) if column.group), None)


def introduced(role: str, text: str) -> str:
    """Return prose with an introductory word such as `note: `, since colour or weight alone does not tell its role."""
    return "".join(introduction(role, text))


def introduction(role: str, text: str) -> tuple[str, str]:
    """Return the introductory word of a note or warning (`note:`) and the rest; an empty word for other roles."""
    if role not in ("note", "warning"):
        return "", text
    if text.lower().startswith(f"{role}:"):
        return text[: len(role) + 1], text[len(role) + 1 :]
    word = translate(f"{role}: ")
    return word.rstrip(), " " * word.endswith(" ") + text


SIGNS: Mapping[Outcome, tuple[str, str]] = {
    "": ("", ""), "right": ("✓", "[ok]"), "wrong": ("✗", "[x]"), "undecided": ("?", "[?]"),
}  # fmt: skip


def signed(outcome: Outcome, text: str, unicode: bool = True) -> str:
    """Return a verdict behind the sign of its outcome, since colour alone does not tell it."""
    sign = SIGNS[outcome][0 if unicode else 1]
    return f"{sign} {text}" if sign else text


def close_together(above: Block, below: Block) -> bool:
    """Tell whether two blocks need no empty line between them: consecutive notes and warnings form one list."""
    roles = ("note", "warning")
    return getattr(above, "role", None) in roles and getattr(below, "role", None) in roles


def for_people(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the middle of long tables replaced by a note that says how many rows are left out.

    The columns in the middle of a wide table become one of dots.
    """
    shortened: list[Block] = []
    for given in blocks:
        block = _narrowed(given) if isinstance(given, Table) else given
        table = block if isinstance(block, Table) else getattr(block, "table", None)
        if table is None or table.most is None or len(table.rows) <= table.most:
            shortened.append(block)
            continue
        half, count = table.most // 2, len(table.rows)
        head = table._replace(rows=table.rows[:half], most=None)
        tail = table._replace(rows=table.rows[-half:], most=None, caption=f"{table.caption} (the end)".lstrip())
        first: Block = block._replace(table=head) if isinstance(block, Plot | Bars | Graph) else head
        left_out = f"{count - 2 * half:,} of {count:,} rows are left out here; CSV and JSON have them all"
        shortened += [first, Paragraph(left_out, "note"), tail]
    return shortened


def _narrowed(table: Table) -> Table:
    """Return a table with a column of dots in place of those in its middle, if it has more than people are shown."""
    count = len(table.columns) - 1
    if table.most_columns is None or count <= table.most_columns:
        return table
    half = table.most_columns // 2
    head, tail = slice(0, 1 + half), slice(len(table.columns) - half, None)
    dots = Column("dots", "...", "right")
    rows = tuple([(*row[head], "...", *row[tail]) for row in table.rows])
    caption = f"{table.caption}: {2 * half} of {count} columns".lstrip(": ")
    return table._replace(columns=(*table.columns[head], dots, *table.columns[tail]), rows=rows, caption=caption)
