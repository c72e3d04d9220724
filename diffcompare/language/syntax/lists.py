"""Findings about lists of outputs, `[x*y, x + y^2]`: E217, and commas that separate outputs."""

from __future__ import annotations

from diffcompare.language.syntax.source_text import Finding, SourceText, is_numeric, quoted
from diffcompare.language.syntax.structure import stray_comma

EXAMPLE = "for example [x*y, x + y^2]"


def misplaced_list(source: SourceText) -> Finding:
    """Explain a list of outputs that is empty, not closed, nested, or not the last statement by itself."""
    index = source.index
    token, before = source.token(index), source.token(index - 1)
    if not token:
        return _not_closed(source)
    if token == "[":
        return _inside(source)
    if token == ";" and "]" in source.tokens[index:]:
        return _semicolons(source)
    span = source.span(index)
    if token == "," and before in ("[", ","):
        fix = source.edited((*span, ""))
        return Finding("an output is missing before the comma", span, "expected here", "without it:", (fix,))
    if token != "]" or before == "]":
        cut = source.edited((span[0], len(source.text), ""))
        message = "a list of outputs ends the text"
        return Finding(message, span, "nothing follows a list", "without it:", (cut,), is_certain=token in (";", "]"))
    if before == "[":
        return Finding("a list without outputs", (source.span(index - 1)[0], span[1]), "nothing inside", EXAMPLE)
    if before == ",":
        fix = source.edited((*source.span(index - 1), ""))
        return Finding("an output is missing after the comma", span, "expected here", "without it:", (fix,))
    if "[" in source.tokens[:index]:
        return Finding(f"a value is missing after {quoted(before)}", span, "expected here")
    fixes = (source.edited((*span, "")), source.edited((0, 0, "[")))
    return Finding("this bracket closes nothing", span, "no bracket is open", "without it:", fixes)


def _not_closed(source: SourceText) -> Finding:
    opened = source.span(source.tokens.index("["))
    fixes = (source.text.rstrip(" ,") + "]",) if source.short else ()
    return Finding("this bracket is not closed", opened, "opened here", "closed at the end:", fixes)


def _inside(source: SourceText) -> Finding:
    """Explain a bracket within a list, or one after something else."""
    index, tokens = source.index, source.tokens
    span = source.span(index)
    if "[" in tokens[:index]:
        inner = [place for place, token in enumerate(tokens) if token in "[]" and place > tokens.index("[")]
        closes = inner and inner[-1] == len(tokens) - 1
        edits = [(*source.span(place), "") for place in (inner[:-1] if closes else inner)] if source.short else []
        message = "outputs are one list, without lists inside"
        return Finding(message, span, "a list in a list", "as one list:", (source.edited(*edits),), is_certain=False)
    if source.token(index - 1) == "=":
        fix = source.edited((source.span(index - 2)[0], span[0], ""))
        return Finding("a list of outputs has no name", span, "not the value of a name", "without it:", (fix,))
    message = "a list of outputs is a statement by itself"
    return Finding(message, span, "a list is not a number to compute with", EXAMPLE)


def _semicolons(source: SourceText) -> Finding:
    """Explain outputs that are separated by `;`, as rows are elsewhere."""
    opened = source.tokens.index("[")
    signs = [place for place, token in enumerate(source.tokens) if token == ";" and place > opened]
    fix = source.edited(*[(*source.span(place), ",") for place in signs] if source.short else [])
    message = "a comma separates outputs, not `;`"
    return Finding(message, source.span(source.index), "write a comma", "with a comma:", (fix,))


def comma(source: SourceText) -> Finding:
    """Explain a stray comma; where a list is allowed, it may separate outputs that lack their brackets."""
    text = source.text.strip()
    inner = text[1:-1] if text[:1] == "(" and text[-1:] == ")" else text
    listed = f"[{inner}]"
    index = source.index
    in_number = is_numeric(source.token(index - 1)) and is_numeric(source.token(index + 1))
    # Where no list is allowed, the parser refuses this one as well.
    if not in_number and source.short and not isinstance(source.attempt(listed, source.names), Exception):
        message = "several outputs go in square brackets"
        return Finding(message, source.span(index), "another output", "as a list:", (listed,), is_certain=False)
    return stray_comma(source)
