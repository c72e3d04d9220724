"""A look at the words of a text that is right: may there be anything to say about it?  Mostly there is nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diffcompare.operations import FUNCTIONS

_WORD = re.compile(r"[^\W\d]\w*+(?!\s*\()")
"""A name that no parenthesis follows."""


def remarkable(text: str, implicit: Sequence[int]) -> bool:
    """Whether `remarks` may have something to say; `implicit` are the tokens before which a product was read."""
    if implicit or "=" in text or "√" in text:
        return True
    words = set(_WORD.findall(text))
    return "e" in words or not words.isdisjoint(FUNCTIONS)
