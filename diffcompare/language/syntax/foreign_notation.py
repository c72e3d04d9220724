"""Findings about other programs' notation that was not read: definitions, derivatives, powers of ten, backslashes.

They are recognized whole before a single sign of them is blamed: `f := x -> x^2` has more than a colon too many.
"""

from __future__ import annotations

import re

from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.syntax.characters import closing_bracket
from diffcompare.language.syntax.definitions import DEFINITIONS, DERIVATIVES
from diffcompare.language.syntax.source_text import Finding, SourceText

_OF_TEN = re.compile(r"(?<![\w.])(\d+\.?\d*|\.\d+)\*\^([-+]?\d+)")


def foreign(source: SourceText) -> Finding | None:
    """Explain a text in another notation; return None for one in ours."""
    if not source.short:
        return None
    return _definition(source) or _derivative(source) or _backslash(source) or _of_ten(source)


def _definition(source: SourceText) -> Finding | None:
    """Explain `f := x -> x^2`, `lambda x: x^2`, `f(x) = x^2`: the expression follows the sign."""
    match = next((match for pattern in DEFINITIONS if (match := pattern.fullmatch(source.text))), None)
    if match is None or match.groupdict().get("function") in FUNCTIONS:
        return None
    body = match["body"].strip()
    names = {name.rstrip("_") for name in re.findall(r"\w+", match["names"])}  # Mathematica's x_ is called x
    if not body or (match["sign"] in ("->", "=>", "→") and names.isdisjoint(re.findall(r"\w+", body))):
        return None
    if body[0] == "{" and body[-1] == "}":
        body = body[1:-1].strip()
    message = "functions are not defined here: write the expression alone"
    return Finding(
        message, match.span("sign"), "leave this out", "alone:", (body,), code="E212", kind="syntax_error"
    )  # fmt: skip


def _derivative(source: SourceText) -> Finding | None:
    """Explain `d/dx (x^2)`, `diff(x^2, x)` and `D[x^2, x]`: the function is their first argument."""
    match = next((match for pattern in DERIVATIVES if (match := pattern.fullmatch(source.text))), None)
    if match is None or not match["body"].strip():
        return None
    message = "there is no sign for a derivative: derivatives are what diffcompare computes"
    body = match["body"].strip()
    fixes = (body,) if body[0] != "(" or _ends_with_its_bracket(body) else ()  # not `d/dx (x) + (2)`
    return Finding(
        message, match.span("sign"), "leave this out", "the function alone:", fixes, code="E301", kind="syntax_error"
    )


def _backslash(source: SourceText) -> Finding | None:
    """Explain a backslash in a text that is no LaTeX, or a derivative in LaTeX where none can be asked for."""
    place = source.text.find("\\")
    if place < 0:
        return None
    if re.match(r"\\[dt]?frac\b", source.text[place:]):
        message = "a derivative is not part of a formula here: derivatives are what diffcompare computes"
        return Finding(message, (place, place + 5), "leave this out", code="E301", kind="syntax_error")
    message = "a backslash is not part of an expression"
    return Finding(message, (place, place + 1), "not a sign I know", code="E301", kind="syntax_error")


def _of_ten(source: SourceText) -> Finding | None:
    """Explain `1.5*^-3`, as Mathematica writes it."""
    if source.token(source.index) not in ("^", "**") or source.token(source.index - 1) != "*":
        return None
    fix = _OF_TEN.sub(r"\1e\2", source.text)
    if fix == source.text:
        return None
    return Finding(
        "a power of ten is written with `e`", source.span(source.index - 1, source.index), "two signs in a row",
        "with an `e`:", (fix,),
    )  # fmt: skip


def _ends_with_its_bracket(formula: str) -> bool:
    """Tell whether a bracket at the start is closed at the end."""
    return closing_bracket(formula, 0) == len(formula) - 1
