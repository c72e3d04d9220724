"""Tokens: the text cut into numbers, names, calls and signs.

One regular expression does the work, so that a token is a plain string and costs next to nothing.  Positions are not
recorded: they are found again (`locate`) when there is something to say about them.

    name   x1           call  sin( or sin (  (a name and its parenthesis)
    number 2e-3         sign  one character, or one of ** <= >= == !=

A text of ASCII characters takes the fast way.  Any other text is read with the same grammar and then spelt in it:
`x₁` is x1, `·` is *, `x²³` is x ^ 23.  Nothing else is normalized (NFKC would turn `x²` into `x2`): a character that
looks like one of the language is an error that names it.

The parser, too, knows tokens without places.  Where it reads a product without a sign, and only there, it asks the
`Adjacency` of the tokens whether there may be one: `2.d0` and `1.5f` are numbers of other languages, not products
with d0 and f, and values on two lines are never a product.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import accumulate, islice
from typing import Any

from diffcompare.language.expression import Number

MAX_CHARACTERS = 1_000_000
MAX_OPERATIONS = 250_000
MAX_DIGITS = 1_000
MAX_EXPONENT = 1_000


# --- Characters: the letters of a name, signs that stand for others, and look-alikes ----------------------------------
# (A text of ASCII characters needs none of this, so the tables of Unicode are imported where they are used.)

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
        if ord(character) in _SIGNS:  # ˆ, which Unicode counts among the letters
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
    return f"({fraction})" if "/" in fraction[1:] else fraction


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


# --- Tokens -----------------------------------------------------------------------------------------------------------

_SPACE = " \t\n\r\f\v\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

END = ""  # the token after the last one

INDEXED = re.compile(rf"(?<=[{SUBSCRIPTS}])(?=[^\W\d{SUBSCRIPTS}])")  # a name that goes on behind its index: x₁x₂
# Arguments that look like one number with its digits in groups: max(1,200).
GROUPED = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:,\d{3})+(?![\w.])")

_FROM_SUPERSCRIPT = str.maketrans(SUPERSCRIPTS + "⁻⁺", "0123456789-+")


def _pattern(start: str, part: str) -> re.Pattern[str]:
    # A number swallows what would make it a malformed one (2e, 2j, 1_000, 0x10), and fails when it is converted.
    # Possessive `*+`: the blanks after a name are never tried twice.
    return re.compile(
        rf"[-+/^(),]"  # the commonest signs first, for speed
        rf"|{start}{part}*+(?:[{_SPACE}]*+\()?"
        rf"|(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:(?![eE_jJxXoObB])"  # a plain number, which most are
        rf"|(?:[eE][+-]?[0-9]+)?(?:[eEjJ](?!\w)|_\w*|(?<=(?<![\w.])0)[xXoObB][0-9a-fA-F]+(?!\w))?)"
        rf"|π|[⁻⁺]?[{SUPERSCRIPTS}]++|\*\*|[<>=!]=|[^{_SPACE}]"
    )


_ASCII = _pattern("[A-Za-z_]", "[A-Za-z0-9_]")


@cache
def _unicode() -> re.Pattern[str]:
    return _pattern(rf"[^\W\dπ{SUPERSCRIPTS}]", rf"[^\Wπ{SUPERSCRIPTS}]")


class SyntaxFault(Exception):
    """The reason why a text is not an expression: a code, and the number of the token or the characters at fault.

    It is internal to the language: `syntax.diagnose` makes a diagnostic of it.
    """

    def __init__(self, code: str, index: int = 0, span: tuple[int, int] | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.index = index
        self.span = span
        self.details = details


def tokenize(text: str) -> list[str]:
    """Cut a text into tokens.  Raises SyntaxFault."""
    if len(text) > MAX_CHARACTERS:
        raise SyntaxFault("E401")
    if text.isascii():
        return _ASCII.findall(text)
    tokens = _unicode().findall(text, _start(text))
    foreign = [token for token in set(tokens) if not token.isascii()]
    try:
        spelt = {token: _spell(token, 0, strict=True) for token in foreign if token[-1] not in SUPERSCRIPTS}
    except SyntaxFault:
        spelt = {}
    if len(spelt) == len(foreign):
        return [spelt.get(token, token) for token in tokens]
    return [token for token, _, _ in _spelt(text, strict=True)]  # superscripts, or the place of a fault


def locate(text: str, count: int) -> tuple[list[str], list[int], list[int]]:
    """Return the tokens of a text, with the starts and the ends of the first `count`; a call ends with its name."""
    if not text.isascii():
        spelt = _spelt(text, strict=False)
        return [token for token, _, _ in spelt], [start for _, start, _ in spelt], [end for _, _, end in spelt]
    tokens = _ASCII.findall(text)
    if sum(map(len, tokens)) == len(text):  # no blanks: a million parentheses come without any
        ends = list(accumulate(map(len, islice(tokens, count))))
        starts = [0, *ends][: len(ends)]
    else:
        matches = list(islice(_ASCII.finditer(text), count))
        starts, ends = [match.start() for match in matches], [match.end() for match in matches]
    calls = {token for token in set(tokens) if len(token) > 1 and token[-1] == "("}
    for index, token in enumerate(tokens[:count] if calls else ()):
        if token in calls:
            ends[index] = starts[index] + len(token[:-1].rstrip())
    return tokens, starts, ends


def _start(text: str) -> int:
    return 1 if text.startswith("\ufeff") else 0  # a byte order mark


def _spelt(text: str, strict: bool) -> list[tuple[str, int, int]]:
    """Return the tokens of a text, spelt in ASCII, with their places; `strict` raises SyntaxFault for bad ones."""
    tokens: list[tuple[str, int, int]] = []
    raised = False  # the token before was a superscript
    for match in _unicode().finditer(text, _start(text)):
        token, start, end = match[0], match.start(), match.end()
        if token[-1] == "(" and len(token) > 1:
            end = start + len(token[:-1].rstrip())
        exponent = token[-1] in SUPERSCRIPTS
        if strict and raised and (exponent or token in ("^", "**")):
            raise SyntaxFault("E204", span=(start, end), stacked=True)
        raised = exponent
        if exponent:
            tokens.append(("^", start, end))
            spelt = token.translate(_FROM_SUPERSCRIPT)
            if not spelt[0].isdigit():
                tokens.append((spelt[0], start, end))
            tokens.append((spelt.lstrip("+-"), start, end))
        else:
            tokens.append((_spell(token, start, strict), start, end))
    return tokens


def _spell(token: str, start: int, strict: bool) -> str:
    if token.isascii():
        return token
    if token in SYMBOLS:
        return SYMBOLS[token]
    if not (token[0].isalnum() or token[0] == "_"):
        if strict and token != "√":
            raise SyntaxFault("E301", span=(start, start + 1))
        return token
    flaw = first_flaw(token[:-1].rstrip() if token[-1] == "(" else token)
    if flaw is None:
        return canonical(token)
    if strict:
        raise SyntaxFault("E301", span=(start + flaw, start + flaw + 1))
    return token


def number(token: str, index: int) -> Number:
    """Return the number that a token writes.  Raises SyntaxFault."""
    mantissa, letter, exponent = token.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    power = exponent.lstrip("+-0") or "0"
    if not digits.isdecimal() or (letter and not exponent.lstrip("+-").isdecimal()):
        raise SyntaxFault("E304", index)
    if len(digits) > MAX_DIGITS:
        raise SyntaxFault("E403", index)
    if len(power) > 4 or int(power) > MAX_EXPONENT:
        raise SyntaxFault("E404", index)
    places = len(fraction) + (int(power) if exponent.startswith("-") else -int(power))
    return Number(int(digits), places)


# --- Places of adjacent tokens ----------------------------------------------------------------------------------------


# First letters of the suffixes that give the kind of a number in other languages.
SUFFIX_STARTS = frozenset("dDqQfFlLuUiI")

_EXPONENT = re.compile(r"[dDqQ][0-9]+")
_KIND = re.compile(r"f(?:32|64)|[iu](?:8|16|32|64|128|size)|[uU][lL]{1,2}|[lL]{1,2}[uU]|ll|LL|[iI]64|[dD][lLdfDF]")
_BAR = re.compile(r"(?P<bar>-{3,})|^\s*(?P<short>-[- ]*)$")
# Suffixes of one letter, told from a variable by the number: `0.5f` but `2f`, `2.0L` but `0.5L`.
_FLOAT = re.compile(r"(?:[0-9.]+\.[0-9.]*|[0-9.]+e[-+]?[0-9]+)[fF]|[0-9]+\.0*[dDlL]", re.IGNORECASE)

_GOES_ON = ("", *"+-*/^,(=<>")  # ends of lines that go on in the next line, or are empty


class Adjacency:
    """The places of the tokens of one text, looked up once."""

    __slots__ = ("alone", "ends", "names", "starts", "text", "tokens")

    def __init__(self, text: str, tokens: Sequence[str], names: Collection[str]) -> None:
        self.text, self.tokens, self.names = text, tokens, names
        _, self.starts, self.ends = locate(text, len(tokens))
        self.alone: set[str] | None = None

    def are_on_one_line(self, index: int) -> bool:
        """Tell whether the token and the one before it are on the same line."""
        between = self.text[self.ends[index - 1] : self.starts[index]]
        return between.splitlines() in ([], [between])

    def is_glued(self, index: int) -> bool:
        """Tell whether nothing is between the token and the one before it."""
        return self.ends[index - 1] == self.starts[index]

    def is_sign(self, index: int) -> bool:
        """Tell whether a minus or plus belongs to what follows: `sin -x`, but neither `sin - x` nor `sin-x`."""
        return index + 1 < len(self.tokens) and self.is_glued(index + 1) and not self.is_glued(index)

    def is_suffix(self, index: int) -> bool:
        """Tell whether the name after a number is its suffix, as in `1.5f`; a variable would also occur alone."""
        name, number = self.tokens[index], self.tokens[index - 1]
        if name in self.names or not number[:1] or number[0] not in "0123456789." or not self.is_glued(index):
            return False
        match = _EXPONENT.fullmatch(name) or _KIND.fullmatch(name) or _FLOAT.fullmatch(number + name)
        return bool(match or self._is_split_exponent(index)) and not self._is_alone(name)

    def exponent(self, index: int) -> tuple[str, int]:
        """Return the exponent that a suffix writes, `d0` or `d-3`, and its last token; empty if it writes none."""
        if _EXPONENT.fullmatch(self.tokens[index]):
            return self.tokens[index][1:], index
        if self._is_split_exponent(index):
            return "".join(self.tokens[index + 1 : index + 3]), index + 2
        return "", index

    def suffixes(self) -> Iterator[int]:
        """Yield the numbers of all tokens that are suffixes."""
        for index in range(1, len(self.tokens)):
            if self.tokens[index][:1] in SUFFIX_STARTS and self.is_suffix(index):
                yield index

    def _is_split_exponent(self, index: int) -> bool:
        """Tell whether the token is the `d` of `1d-3`."""
        return (
            self.tokens[index] in ("d", "D")
            and index + 2 < len(self.tokens)
            and self.tokens[index + 1] in ("-", "+")
            and self.tokens[index + 2].isdecimal()
            and self.is_glued(index + 1)
            and self.is_glued(index + 2)
        )

    def _is_alone(self, name: str) -> bool:
        """Tell whether a name occurs anywhere without a number in front of it."""
        if self.alone is None:
            pairs = zip(["", *self.tokens], self.tokens, strict=False)
            self.alone = {token for before, token in pairs if before[:1] not in set("0123456789.") or not before}
        return name in self.alone


def check_dimensions(text: str) -> None:
    """Raise SyntaxFault for a formula in two dimensions: a fraction with a bar, exponents on a line above."""
    lines = text.splitlines(keepends=True)
    place = 0
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        bar = _BAR.search(line.rstrip()) if before.strip() and after.strip() else None
        if bar is not None:
            raise SyntaxFault("E216", span=(place + bar.start(bar.lastgroup or 0), place + bar.end(bar.lastgroup or 0)))
        if _is_above(line, after):
            start = place + len(line) - len(line.lstrip())
            raise SyntaxFault("E216", span=(start, place + len(line.rstrip())))
        place += len(line)


def _is_above(upper: str, lower: str) -> bool:
    """Tell whether a line holds the exponents of the next one, as columns show it."""
    start = len(upper) - len(upper.lstrip())
    base = lower[:start]
    if not start or len(base) < start or upper.rstrip()[-1:] in _GOES_ON or ";" in upper + lower:
        return False
    if not (base[-1].isalnum() or (base[-1] == ")" and base.count("(") >= base.count(")"))):
        return False
    return not any(a.strip() and b.strip() for a, b in zip(upper, lower, strict=False))
