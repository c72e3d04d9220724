"""Texts in the notation of another program: definitions of functions, LaTeX, exponents of ten.

They are recognised whole before a single sign of them is blamed: `f := x -> x^2` has more than a colon too many.
"""

from __future__ import annotations

import re

from diffcompare.explain.cures import Finding, Scene
from diffcompare.explain.latex import from_latex
from diffcompare.operations import FUNCTIONS

_NAME = r"[^\W\d]\w*"
_NAMES = rf"{_NAME}(?:\s*,\s*{_NAME})*"
_GIVEN = rf"(?:{_NAME}\s*(?::=|=|:|<-)\s*)?"
_DEFINITIONS = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"\s*{_GIVEN}\(?\s*(?P<names>{_NAMES})\s*\)?\s*(?P<sign>->|=>|\|->|↦|→)(?P<body>.+)",
        rf"\s*{_GIVEN}(?P<sign>lambda)\s+(?P<names>{_NAMES})\s*:(?P<body>.+)",
        rf"\s*{_GIVEN}(?P<sign>@)\(\s*(?P<names>{_NAMES})\s*\)(?P<body>.+)",
        rf"\s*{_GIVEN}(?P<sign>function)\s*\(\s*(?P<names>{_NAMES})\s*\)(?P<body>.+)",
        rf"\s*(?P<sign>def)\s+{_NAME}\(\s*(?P<names>{_NAMES})\s*\)\s*:\s*return\b(?P<body>.+)",
        rf"\s*(?P<function>{_NAME})\s*\(\s*(?P<names>{_NAMES})\s*\)\s*(?P<sign>:=|=(?![=<>]))(?P<body>.+)",
    )
]
_OF_TEN = re.compile(r"(?<![\w.])(\d+\.?\d*|\.\d+)\*\^([-+]?\d+)")


def foreign(scene: Scene) -> Finding | None:
    """Explain a text in another notation; None for one in ours."""
    if not scene.short:
        return None
    return _definition(scene) or _latex(scene) or _of_ten(scene)


def _definition(scene: Scene) -> Finding | None:
    """Explain `f := x -> x^2`, `lambda x: x^2`, `f(x) = x^2`: the expression is what stands behind."""
    match = next((match for pattern in _DEFINITIONS if (match := pattern.fullmatch(scene.text))), None)
    if match is None or match.groupdict().get("function") in FUNCTIONS:
        return None
    body = match["body"].strip()
    names = set(re.findall(r"\w+", match["names"]))
    if not body or (match["sign"] in ("->", "=>") and names.isdisjoint(re.findall(r"\w+", body))):
        return None
    if body[0] == "{" and body[-1] == "}":
        body = body[1:-1].strip()
    message = "functions are not defined here: write the expression alone"
    return Finding(
        message, match.span("sign"), "leave this out", "alone:", (body,), code="E212", kind="syntax_error"
    )  # fmt: skip


def _latex(scene: Scene) -> Finding | None:
    place = scene.text.find("\\")
    if place < 0:
        return None
    translated = from_latex(scene.text)
    message = "a backslash is not part of an expression: this is not LaTeX"
    return Finding(
        message, (place, place + 1), "not a sign I know", "in this language:", (translated,) if translated else (),
        code="E301", kind="syntax_error",
    )  # fmt: skip


def _of_ten(scene: Scene) -> Finding | None:
    """Explain `1.5*^-3`, as Mathematica writes it."""
    if scene.token(scene.index) not in ("^", "**") or scene.token(scene.index - 1) != "*":
        return None
    cure = _OF_TEN.sub(r"\1e\2", scene.text)
    if cure == scene.text:
        return None
    return Finding(
        "a power of ten is written with `e`", scene.span(scene.index - 1, scene.index), "two signs in a row",
        "with an `e`:", (cure,),
    )  # fmt: skip
