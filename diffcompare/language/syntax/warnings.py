"""Notes and warnings about a text that can be parsed: how it was read, and what else may be meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from diffcompare.diagnostics import Diagnostic
from diffcompare.language.expression import Expression
from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.printer import to_text
from diffcompare.language.syntax.misread_names import INDEXED, misread_names
from diffcompare.language.syntax.source_text import Attempt, SourceText, quoted
from diffcompare.language.tokenizer import SyntaxFault

# The text after a function whose parentheses were left out: `exp -x`, `cos-1(x)`, but not `exp - x`.
_BARE_CALL = re.compile(r"\s+[-+](?=\S)|-1\s*\(")
MAX_ECHO_LENGTH = 200  # characters up to which the whole expression is echoed as it was read


def find_warnings(
    text: str, expression: Expression, names: Collection[str], implicit: Sequence[int], attempt: Attempt
) -> tuple[Diagnostic, ...]:
    """Return notes and warnings about a text; `implicit` are the tokens before which a product was read."""
    source = SourceText(text, SyntaxFault("", len(text)), names, attempt)
    return (
        *_products(source, expression, implicit),
        *_names(source),
        *misread_names(source),
        *_unused(source),
        *_roots(source),
        *_groups(source),
    )


def _note(
    source: SourceText, code: str, message: str, index: int, help: str | None = None, warning: bool = False
) -> Diagnostic:
    span = source.span(index)
    return Diagnostic(code, "note", message, span, help, source.text, severity="warning" if warning else "note")


def _products(source: SourceText, expression: Expression, implicit: Sequence[int]) -> Iterator[Diagnostic]:
    if not implicit:
        return
    first, count = implicit[0], len(implicit)
    start = source.span(source.operand_start(first - 1) if source.short else first - 1)[0]
    what = "an implicit product" if count == 1 else f"{count:,} implicit products"
    echo = to_text(expression) if source.short else ""
    message = f"{what}, read as {quoted(echo)}" if 0 < len(echo) <= 40 else what
    if 40 < len(echo) <= MAX_ECHO_LENGTH:
        message = f"{what}, read as `{echo}`"
    yield Diagnostic("W301", "note", message, (start, source.span(first)[1]), text=source.text, severity="note")


def _names(source: SourceText) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for index, token in enumerate(source.tokens):
        first.setdefault(token, index)
    for name in sorted((first.keys() & FUNCTIONS.keys()), key=first.__getitem__):
        if name not in source.names:
            message = f"{quoted(name)} is the name of a function, read as a variable here"
            advice = f"the function needs parentheses: {name}(...)"
            code = "W307" if _BARE_CALL.match(source.text, source.span(first[name])[1]) else "W302"
            yield _note(source, code, message, first[name], advice, warning=True)
        else:
            yield _note(
                source, "W302", f"{quoted(name)} without parentheses is the variable, not the function", first[name]
            )
    if "e" not in first:
        return
    if "e" in source.names:
        yield _note(source, "W304", "`e` is a variable here, because the point gives it a value", first["e"])
    else:
        advice = "a point that gives `e` a value (e=2) makes it a variable"
        yield _note(source, "W303", "`e` is the constant 2.718...", first["e"], advice)


def _unused(source: SourceText) -> Iterator[Diagnostic]:
    if "=" not in source.tokens:
        return
    uses: dict[str, int] = {}
    for token in source.tokens:
        uses[token] = uses.get(token, 0) + 1
    for index, token in enumerate(source.tokens):
        if token == "=" and uses[source.tokens[index - 1]] == 1:
            message = f"{quoted(source.tokens[index - 1])} is given a value that is never used"
            yield _note(source, "W305", message, index - 1, warning=True)


def _groups(source: SourceText) -> Iterator[Diagnostic]:
    match = GROUPED.search(source.text)
    if match:
        count = {2: "two", 3: "three"}.get(len(match[0].split(",")), "several")
        message, advice = (
            f"{quoted(match[0])} is {count} arguments",
            f"one number is written {match[0].replace(',', '')}",
        )
        yield Diagnostic("W309", "note", message, match.span(), advice, source.text, severity="note")


def _roots(source: SourceText) -> Iterator[Diagnostic]:
    for index, token in enumerate(source.tokens):
        if (
            token == "√"
            and source.short
            and source.token(index + 1) != "("
            and source.token(source.root_stop(index)) in ("^", "**")
        ):
            argument = source.excerpt(index + 1, source.root_stop(index))
            message = f"the root takes {quoted(argument)} only: the power is one of the root"
            yield _note(source, "W306", message, index, "write √(...) for a longer argument", warning=True)
            return


_WORD = re.compile(r"[^\W\d]\w*+(?!\s*\()")  # a name that no parenthesis follows

# Arguments that look like one number with its digits in groups: max(1,200).
GROUPED = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:,\d{3})+(?![\w.])")
_CAPITALS = frozenset(("E", "I", "Pi", "PI"))


def may_have_warnings(text: str, implicit: Sequence[int], names: Collection[str] = ()) -> bool:
    """Tell whether `find_warnings` may find anything; `implicit` are the tokens before which a product was read."""
    if implicit or "=" in text or "√" in text:
        return True
    if ("," in text and GROUPED.search(text)) or (not text.isascii() and INDEXED.search(text)):
        return True
    words = set(_WORD.findall(text))
    if "e" in words or not words.isdisjoint(FUNCTIONS) or not words.isdisjoint(_CAPITALS):
        return True
    # x and x1 are what most names are like.
    longer = [word for word in words if len(word) > 1 and not word[1:].isdecimal()]
    return any(_may_be_several(word, words, names) for word in longer)


def _may_be_several(word: str, words: Collection[str], names: Collection[str]) -> bool:
    """Tell whether a name begins with another one, holds that of a function or of pi, or may end with the constant."""
    for length in range(1, min(len(word), 24)):
        if word[:length] in words or word[:length] in names:
            return True
    folded = word[0].lower() + word[1:]
    return "pi" in word or (len(word) == 2 and word[1] == "e") or any(name in folded for name in FUNCTIONS)
