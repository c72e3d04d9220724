"""Square brackets and braces, by what they are in other languages: an index, a call, a base, a group."""

from __future__ import annotations

import re
from collections.abc import Callable

from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.syntax.source_text import Finding, SourceText
from diffcompare.language.syntax.spelling import REWRITTEN

CLOSED_BY = {"[": "]", "{": "}", "(": ")"}
_INDEX = re.compile(r"(?<!\w)([^\W\d]\w*)\[\s*(\w+(?:\s*,\s*\w+)*)\s*\]")
_SUBSCRIPT = re.compile(r"_\{(\w+)\}")
_CALL = re.compile(r"(?<!\w)([^\W\d]\w*)\[")
_BASE = re.compile(r"(?<!\w)(log|sqrt|root)\[\s*(\w+)\s*\]\s*\(")


def bracket(source: SourceText, start: int, end: int) -> Finding:
    """Explain a bracket that is not round: `x[1]` is an element of an array, `Sin[x]` a call, `[x + 1]` a group."""
    text = source.text if source.short else ""
    for convert, message, label, advice in _KINDS:
        converted = convert(text)
        if converted != text:
            rest = _grouped(converted)
            return Finding(message, (start, end), label, advice, (rest,) if rest else ())
    message = f"`{source.text[start]}` groups nothing here: brackets are round"
    grouped = _grouped(text)
    return Finding(message, (start, end), "use a parenthesis", "with parentheses:", (grouped,) if grouped else ())


def _with_names(text: str) -> str:
    """Write every element of an array as a variable of its own: x[1] is x1, a[i,j] is a_i_j."""

    def name(match: re.Match[str]) -> str:
        word, index = match[1], re.split(r"\s*,\s*", match[2])
        is_call = len(word) > 2 and word[0].isupper() and not all(part.isdecimal() for part in index)
        if word.casefold() in FUNCTIONS or word == "D" or is_call:
            return match[0]
        glue = "" if len(index) == 1 and index[0].isdecimal() and not word[-1].isdecimal() else "_"
        return f"{word}{glue}{'_'.join(index)}"

    return _SUBSCRIPT.sub(r"_\1", _INDEX.sub(name, text))


def _with_bases(text: str) -> str:
    """Write Maple's log[b](x) as log(x, b), and sqrt[n](x) as a power."""
    while match := _BASE.search(text):
        stop = closing_bracket(text, match.end() - 1)
        if stop is None:
            break
        argument, (function, base) = text[match.end() : stop], match.groups()
        if function == "log":
            call = f"log{base}({argument})" if base in ("2", "10") else f"log({argument}, {base})"
        else:
            call = f"cbrt({argument})" if base == "3" else f"(({argument})^(1/{base}))"
        text = text[: match.start()] + call + text[stop + 1 :]
    return text


def _with_calls(text: str) -> str:
    """Write Mathematica's Sin[x] with parentheses; Log[b, x] and ArcTan[x, y] turn their arguments round."""
    place = 0
    while match := _CALL.search(text, place):
        place = match.end()
        name = match[1].casefold()
        stop = closing_bracket(text, match.end() - 1) if name in FUNCTIONS or name in REWRITTEN else None
        if stop is None or text[stop + 1 :].lstrip().startswith("("):  # a bracket and a parenthesis: who knows
            continue
        arguments = _split(text[match.end() : stop])
        if len(arguments) == 2 and name in ("log", "arctan"):
            arguments, name = arguments[::-1], {"arctan": "atan2"}.get(name, name)
        text = f"{text[: match.start()]}{name}({', '.join(arguments)}){text[stop + 1 :]}"
        place = match.start() + len(name) + 1
    return text


def _grouped(text: str) -> str | None:
    """Write every other bracket as a parenthesis; None where one follows a name, as no group does."""
    if re.search(r"[^\W\d]\w*\s*[\[{]|[)\]}]\s*[\[{]", text):
        return None
    return text.translate(str.maketrans("[]{}", "()()"))


def closing_bracket(text: str, start: int) -> int | None:
    """Find where the bracket that opens there is closed by one of its kind."""
    open_ones: list[str] = []
    for place in range(start, len(text)):
        if text[place] in CLOSED_BY:
            open_ones.append(CLOSED_BY[text[place]])
        elif text[place] in ")]}":
            if open_ones.pop() != text[place]:
                return None
            if not open_ones:
                return place
    return None


def _split(text: str) -> list[str]:
    """Split a text at the commas that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


_KINDS: tuple[tuple[Callable[[str], str], str, str, str], ...] = (
    (
        _with_bases,
        "a base and a degree do not stand in brackets",
        "no bracket here",
        "with the base behind, the degree below 1:",
    ),
    (_with_calls, "a function's argument stands in round brackets", "use a parenthesis", "with parentheses:"),
    (_with_names, "there are no arrays: every element is a variable of its own", "no index", "as variables:"),
)
