"""The characters of the language: the letters of a name, signs that stand for others, and look-alikes.

A text of ASCII characters needs none of these functions, so the tables of Unicode are imported where they are used.
"""

from __future__ import annotations

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
MICRO = "\u00b5"

# Signs that may be written in place of ASCII ones.
SYMBOLS = {"π": "pi", "·": "*", "⋅": "*", "×": "*", "÷": "/", "−": "-", "≤": "<=", "≥": ">=", "≠": "!="}

_STORED = str.maketrans(SUBSCRIPTS + MICRO, "0123456789μ")  # the micro sign of many keyboards is a mu

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
_SEPARATORS = "\x1c\x1d\x1e\x1f"  # Python counts them as white space, but they show nothing
_CONTROLS = {"\0": "NULL", "\x07": "BELL", "\x08": "BACKSPACE", "\x1b": "ESCAPE", "\x7f": "DELETE"}


def canonical(name: str) -> str:
    """Return a name as the language stores it: `x₁` is x1, the micro sign is a mu, and letters are composed (NFC)."""
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFC", name.translate(_STORED))


def first_flaw(word: str) -> int | None:
    """Return the place of the first character that cannot be part of a name; None if the word is a name.

    A letter of another script is welcome (θ, ñ, 变), unless the whole word could be taken for a Latin one:
    `а` (Cyrillic) is refused, `масса` is not.
    """
    from unicodedata import normalize

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
    """Tell whether every letter of a word could be a Latin one."""
    return all(c.isascii() or ord(c) in _LOOK_ALIKES or not c.isalpha() for c in word)


def plain(text: str) -> str:
    """Return the text with look-alikes replaced by what they look like, and without invisible characters."""
    if text.isascii():
        return "".join(c for c in text if _is_plain(c))
    from unicodedata import normalize

    composed = normalize("NFC", text)
    return "".join(map(_plain_character, composed.translate(_SIGNS)))


def _is_plain(character: str) -> bool:
    """Tell whether an ASCII character shows something, or is white space."""
    return character >= " " or character in "\t\n\r\f\v"


def _plain_character(character: str) -> str:
    from unicodedata import decomposition, normalize

    if character.isascii():
        return character if _is_plain(character) else ""
    if ord(character) in _LOOK_ALIKES:
        return character.translate(_LOOK_ALIKES)
    if is_invisible(character):
        return ""
    compatible = normalize("NFKC", character)
    if compatible == character or character.isspace() or character in SUPERSCRIPTS + "⁺⁻" + SUBSCRIPTS + MICRO:
        return character
    if decomposition(character).startswith("<super>"):
        return f"^{compatible}"
    fraction = compatible.replace("⁄", "/").replace("−", "-")
    return f"({fraction})" if "/" in fraction else fraction


def is_invisible(character: str) -> bool:
    """Tell whether a character shows nothing by itself: a control, a bidi control, a joiner."""
    from unicodedata import category

    return (category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and not character.isspace()) or (
        character in _INVISIBLE_LETTERS or character in _SEPARATORS
    )


def unicode_name(character: str) -> str:
    """Return the code point of a character with its name in Unicode: U+0430 CYRILLIC SMALL LETTER A."""
    from unicodedata import name

    known = name(character, "") or _CONTROLS.get(character, "")
    point = f"U+{ord(character):04X}"
    return f"{point} {known}" if known else f"the character {point}"


def looks_like(character: str) -> str:
    """Return the character of the language that this one looks like, or an empty text."""
    if character.isascii() or is_invisible(character):
        return ""
    meant = plain(character)
    return meant if meant.isascii() and meant != character else ""
