"""Notes and warnings about a text that can be parsed: how it was read, and what else may be meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from diffcompare.diagnostics import Diagnostic
from diffcompare.language.expression import Expression
from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.printer import outputs_text
from diffcompare.language.syntax.misread_names import misread_names
from diffcompare.language.syntax.source_text import MAX_ECHO_LENGTH, Attempt, SourceText, quoted
from diffcompare.language.tokenizer import GROUPED, SyntaxFault

# The text after a function whose parentheses were left out: `exp -x`, `cos-1(x)`, but not `exp - x`.
_BARE_CALL = re.compile(r"\s+[-+](?=\S)|-1\s*\(")


def find_warnings(
    text: str, outputs: Sequence[Expression], names: Collection[str], implicit: Sequence[int], attempt: Attempt
) -> tuple[Diagnostic, ...]:
    """Return notes and warnings about a text; `implicit` are the tokens before which a product was read."""
    source = SourceText(text, SyntaxFault("", len(text)), names, attempt)
    return (
        *_products(source, outputs, implicit),
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


def _products(source: SourceText, outputs: Sequence[Expression], implicit: Sequence[int]) -> Iterator[Diagnostic]:
    if not implicit:
        return
    first, count = implicit[0], len(implicit)
    start = source.span(source.operand_start(first - 1) if source.short else first - 1)[0]
    products = "an implicit product" if count == 1 else f"{count:,} implicit products"
    echo = outputs_text(outputs) if source.short else ""
    message = f"{products}, read as {quoted(echo)}" if 0 < len(echo) <= 40 else products
    if 40 < len(echo) <= MAX_ECHO_LENGTH:
        message = f"{products}, read as `{echo}`"
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
            message = f"the root takes {quoted(argument)} only: the power applies to the root"
            yield _note(source, "W306", message, index, "write √(...) for a longer argument", warning=True)
            return
