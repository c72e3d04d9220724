"""Tokens: the text cut into numbers, names, calls and signs.

One regular expression does the work, so that a token is a plain string and costs next to nothing.  Positions are not
recorded: they are found again (`locate`) when there is something to say about them.

    name   x1           call  sin( or sin (  (a name and its parenthesis)
    number 2e-3         sign  one character, or one of ** <= >= == !=

A text of ASCII characters takes the fast way.  Any other text is read with the same grammar and then spelt in it:
`x₁` is x1, `·` is *, `x²³` is x ^ 23.  Nothing else is normalised (NFKC would turn `x²` into `x2`): a character that
looks like one of the language is an error that names it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate, islice
from typing import Any

from diffcompare.language.alphabet import SUBSCRIPTS, SUPERSCRIPTS, SYMBOLS, canonical, first_flaw
from diffcompare.language.expression import Number

MAX_CHARACTERS = 1_000_000
MAX_OPERATIONS = 250_000
MAX_DIGITS = 1_000
MAX_EXPONENT = 1_000

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
