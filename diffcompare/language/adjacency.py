"""Places of adjacent tokens: glued together, on lines of their own, or one above the other.

The parser knows tokens without places.  Where a product without a sign is read, and only there, it asks whether there
may be one: `2.d0` and `1.5f` are numbers of other languages and no products with d0 and f, and values on two lines are
no product at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from diffcompare.language.tokenizer import SyntaxFault, locate

# First letters of the suffixes that give the kind of a number in other languages.
STARTS = frozenset("dDqQfFlLuUiI")

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
        """Tell whether the token and the one before it stand on the same line."""
        between = self.text[self.ends[index - 1] : self.starts[index]]
        return between.splitlines() in ([], [between])

    def is_glued(self, index: int) -> bool:
        """Tell whether nothing stands between the token and the one before it."""
        return self.ends[index - 1] == self.starts[index]

    def is_suffix(self, index: int) -> bool:
        """Tell whether a name behind a number is a suffix of it; a variable would occur by itself as well."""
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
            if self.tokens[index][:1] in STARTS and self.is_suffix(index):
                yield index

    def _is_split_exponent(self, index: int) -> bool:
        """Tell whether it is the d of `1d-3`."""
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
