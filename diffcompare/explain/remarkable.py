"""A look at the words of a text that is right: may there be anything to say about it?  Mostly there is nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from diffcompare.operations import FUNCTIONS

_WORD = re.compile(r"[^\W\d]\w*+(?!\s*\()")
"""A name that no parenthesis follows."""


_CAPITALS = frozenset(("E", "I", "Pi", "PI"))


def remarkable(text: str, implicit: Sequence[int], names: Collection[str] = ()) -> bool:
    """Tell whether `remarks` may have something to say; `implicit` are the tokens before which a product was read."""
    if implicit or "=" in text or "√" in text:
        return True
    words = set(_WORD.findall(text))
    if "e" in words or not words.isdisjoint(FUNCTIONS) or not words.isdisjoint(_CAPITALS):
        return True
    # x and x1 are what most names are like.
    longer = [word for word in words if len(word) > 1 and not word[1:].isdecimal()]
    return any(_may_be_several(word, words, names) for word in longer)


def _may_be_several(word: str, words: Collection[str], names: Collection[str]) -> bool:
    """Tell whether a name holds that of a function or of pi, or begins with another name."""
    for length in range(1, min(len(word), 24)):
        if word[:length] in words or word[:length] in names:
            return True
    return "pi" in word or any(name in word for name in FUNCTIONS)
