"""The finding about a formula in a sentence of a textbook, `Find f'(x) if f(x) = x sin x`: the formula alone is shown.

A sentence is not read, for its words may ask for anything; the formula in it may be written as people write one.
"""

from __future__ import annotations

import re

from diffcompare.language.syntax.definitions import definition, value_of_name
from diffcompare.language.syntax.juxtaposition import juxtaposed
from diffcompare.language.syntax.source_text import Finding, SourceText
from diffcompare.language.syntax.typeset import typeset
from diffcompare.language.tokenizer import SyntaxFault

_WORDS = (
    "by|calculate|compute|consider|derivative|derive|determine|differentiate|evaluate|find|for|function|given"
    "|gradient|if|is|let|of|please|respect|slope|suppose|that|the|to|what|when|where|with"
)
_WORD = re.compile(rf"\b(?:{_WORDS})\b", re.I)
_OPENING = re.compile(
    rf"\s*+(?:(?:{_WORDS})\b(?!\(|\s*[=^*/])\s*+|[fgy]'(?:\(\w+\))?\s*+|d\w?/d\w\s*+|[,:]\s*+)++", re.I
)
_CLOSING = re.compile(
    r"(?:[,;.]\s*|\s+)(?:at|by|compute|find|for|then|what|when|where|with)\b.*|[?.!]+\s*", re.I | re.DOTALL
)
_READERS = (definition, value_of_name, typeset, juxtaposed)


def sentence(source: SourceText) -> Finding | None:
    """Return the finding that shows the formula of a sentence alone; None for a text that is no sentence."""
    opening = _OPENING.match(source.text)
    if opening and not any(word.lower() not in source.names for word in _WORD.findall(opening[0])):
        opening = None  # d/dx
    start = opening.end() if opening else 0
    closing = next((match for match in _CLOSING.finditer(source.text, start) if match.end() == len(source.text)), None)
    end = closing.start() if closing else len(source.text)
    if opening is None and (closing is None or closing[0][0] not in ",;" or not _WORD.search(closing[0])):
        return None
    if not source.text[start:end].strip():
        return None
    message, label = "an expression has no words around it", "leave this out"
    span = (0, start) if start else (end, len(source.text))
    text = source.text[start:end].strip()
    for _ in range(3):
        fault = source.attempt(text, source.names)
        if not isinstance(fault, SyntaxFault):
            return Finding(message, span, label, "alone:", (text,), code="E203")
        inner = SourceText(text, fault, source.names, source.attempt)
        step = next((step for reader in _READERS if (step := reader(inner)) is not None), None)
        if step is None:
            return None
        if isinstance(step, Finding):
            return Finding(message, span, label, readings=step.readings, code="E203") if step.readings else None
        text = step.text
    return None
