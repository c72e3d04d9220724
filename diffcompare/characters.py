"""Characters that look like others: which letters a name may have, and what was probably meant.

Imported only where a text holds characters outside ASCII, or is in error.
"""

from __future__ import annotations

from unicodedata import category, decomposition, name, normalize

from diffcompare.lexer import SUBSCRIPTS

MICRO = "\u00b5"

# Cyrillic small letters and capitals, then Greek ones, that nobody can tell from Latin letters.
_LOOK_ALIKES = str.maketrans(
    "асԁеһіјорԛѕѵԝху" + "АВЕІЈКМНОРԚЅТԜХУҮ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "acdehijopqsvwxy" + "ABEIJKMHOPQSTWXYY" + "ABEZHIKMNOPTYXo",
)
_SIGNS = str.maketrans(
    {"–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "∗": "*", "∙": "*", "•": "*", "⨯": "*", "∕": "/",
     "⁄": "/", "ˆ": "^", "↑": "^", "∣": "|", "≔": "=", "⩽": "<=", "⩾": ">=", "⟨": "(", "⟩": ")", "∶": "/"}
)  # fmt: skip
_INVISIBLE_LETTERS = "\u115f\u1160\u3164\uffa0"


def first_flaw(word: str) -> int | None:
    """Where a character stands that cannot be part of a name; None if the word is a name.

    A letter of another script is welcome (θ, ñ, 变), unless it cannot be told from a Latin letter by its company:
    `а` (Cyrillic) is refused, `масса` is not.
    """
    if word[0] in SUBSCRIPTS:
        return 0
    deceptive = _is_deceptive(word)
    for position, character in enumerate(word):
        if character.isascii() or character in SUBSCRIPTS or character == MICRO:
            continue
        if not character.isalpha() or character in _INVISIBLE_LETTERS or normalize("NFKC", character) != character:
            return position
        if deceptive and ord(character) in _LOOK_ALIKES:
            return position
    return None


def _is_deceptive(word: str) -> bool:
    """Whether every letter of a word could be a Latin one."""
    return all(c.isascii() or ord(c) in _LOOK_ALIKES or not c.isalpha() for c in word)


def plain(text: str) -> str:
    """The text with its look-alikes replaced by what they look like, and invisible characters left out."""
    if text.isascii():
        return "".join(c for c in text if c >= " " or c in "\t\n\r\f\v")
    composed = normalize("NFC", text)
    return "".join(map(_plain_character, composed.translate(_SIGNS)))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character if character >= " " or character in "\t\n\r\f\v" else ""
    if ord(character) in _LOOK_ALIKES:
        return character.translate(_LOOK_ALIKES)
    if is_invisible(character):
        return ""
    compatible = normalize("NFKC", character)
    if compatible == character or character.isspace() or character in "²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻" + SUBSCRIPTS + MICRO:
        return character
    if decomposition(character).startswith("<super>"):
        return f"^{compatible}"
    fraction = compatible.replace("⁄", "/").replace("−", "-")
    return f"({fraction})" if "/" in fraction else fraction


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing by itself: a control, a bidi control, a joiner."""
    return (category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and not character.isspace()) or (
        character in _INVISIBLE_LETTERS or character in "\x1c\x1d\x1e\x1f"
    )


def called(character: str) -> str:
    """What a character is called: its code point and its name in Unicode."""
    controls = {"\0": "NULL", "\x07": "BELL", "\x08": "BACKSPACE", "\x1b": "ESCAPE", "\x7f": "DELETE"}
    known = name(character, "") or controls.get(character, "")
    point = f"U+{ord(character):04X}"
    return f"{point} {known}" if known else f"the character {point}"


def looks_like(character: str) -> str:
    """The character of the language that this one looks like; empty if there is none."""
    if character.isascii() or is_invisible(character):
        return ""
    meant = plain(character)
    return meant if meant.isascii() and meant != character else ""
