"""Readers of whole texts in which a formula has a name, is a function, or is to be differentiated.

`y = x^2`, `f(x) = x^2` and `f := x -> x^2` are the formula; `d/dx (x^2)` is the question about it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from diffcompare.language.notation.recognition import finding_of, in_notation, reading_of
from diffcompare.language.notation.translation import NotationFault
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.syntax.characters import closing_bracket
from diffcompare.language.syntax.source_text import Finding, Reading, SourceText

_NAME = r"[^\W\d]\w*+"
_NAMES = rf"{_NAME}(?:\s*+,\s*+{_NAME})*"
_GIVEN = rf"(?:{_NAME}\s*+(?::=|=|:|<-)\s*+)?"
DEFINITIONS = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"\s*+{_GIVEN}\(?\s*+(?P<names>{_NAMES})\s*+\)?\s*+(?P<sign>->|=>|\|->|↦|→)(?P<body>.+)",
        rf"\s*+{_GIVEN}(?P<sign>lambda)\s+(?P<names>{_NAMES})\s*+:(?P<body>.+)",
        rf"\s*+{_GIVEN}(?P<sign>@)\(\s*+(?P<names>{_NAMES})\s*+\)(?P<body>.+)",
        rf"\s*+{_GIVEN}(?P<sign>function)\s*+\(\s*+(?P<names>{_NAMES})\s*+\)(?P<body>.+)",
        rf"\s*+{_NAME}\s*+\[\s*+(?P<names>{_NAMES})\s*+\]\s*+(?P<sign>:=|=(?![=<>]))(?P<body>.+)",
        rf"\s*+(?P<sign>def)\s+{_NAME}\(\s*+(?P<names>{_NAMES})\s*+\)\s*+:\s*+return\b(?P<body>.+)",
        rf"\s*+(?P<function>{_NAME})\s*+\(\s*+(?P<names>{_NAMES})\s*+\)\s*+(?P<sign>:=|=(?![=<>])|->|→|↦)(?P<body>.+)",
        rf"\s*+{_GIVEN}(?P<sign>proc)\s*+\(\s*+(?P<names>{_NAMES})\s*+\)(?P<body>.+?)\bend(?:\s+proc)?\s*+[:;]?\s*+",
    )
]
_ARROWS = ("->", "=>", "→")  # signs that also lead to a limit

DERIVATIVES = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"\s*+(?P<sign>[d∂]\s*+/\s*+[d∂](?P<by>{_NAME}))\s*+(?P<body>\(.*\)|(?<=\s)[^\s(].*)\s*+",
        rf"\s*+(?P<sign>[d∂]\s*+/\s*+[d∂](?P<by>{_NAME}))\s*+\[(?P<body>.*)\]\s*+",
        rf"\s*+(?P<sign>diff|D)\s*+[(\[](?P<body>.*),\s*+(?P<by>{_NAME})\s*+[)\]]\s*+",
    )
]

# Names and `=`, at the end of a text that gives it a value and computes nothing from it.
_ASSIGNED = re.compile(rf"(?:^|;)\s*+({_NAME})\s*+:?=(?![=<>])")


def definition(source: SourceText) -> Reading | Finding | None:
    """Read `f := x -> x^2`, `f(x) = x^2` and their like as the expression after the sign."""
    match = next((match for pattern in DEFINITIONS if (match := pattern.fullmatch(source.text))), None)
    if match is None or match.groupdict().get("function") in FUNCTIONS:
        return None
    body = match["body"].strip().removesuffix(";").rstrip()
    names = [name.rstrip("_") for name in re.findall(r"\w+", match["names"])]  # Mathematica's x_ is called x
    words = re.findall(r"\w+", body)
    named = match.groupdict().get("function") or match["sign"]
    if not body or (match["sign"] in _ARROWS and set(names).isdisjoint(words)) or named in words:
        return None
    if body[0] == "{" and body[-1] == "}":
        body = body[1:-1].strip()
    if re.search(r"[;{}]|(?<![<>=!])=(?!=)", body) or not {*CONSTANTS, *FUNCTIONS}.isdisjoint(names):
        return None
    notation = "matlab" if match["sign"] == "@" else "mathematica" if match["names"][-1] == "_" else ""
    return _read_in(notation, source, body, Reading(body, variables=tuple(names)))


def _read_in(notation: str, source: SourceText, body: str, reading: Reading) -> Reading | Finding:
    """Return the reading of a body in the notation that the sign of a definition gives away, if it is read in one."""
    try:
        translation = in_notation(notation, body, {*source.names, *reading.variables}) if notation else None
    except NotationFault as fault:
        if not fault.readings:
            return reading
        start = source.text.rindex(body)
        finding = finding_of(fault)
        return replace(finding, span=(start + fault.span[0], start + fault.span[1]))
    if translation is None:
        return reading
    return replace(reading_of(translation), variables=reading.variables, wrt=reading.wrt)


def derivative(source: SourceText) -> Reading | Finding | None:
    """Read `d/dx (x^2)`, `diff(x^2, x)` and `D[x^2, x]` as the question about x^2, by x."""
    match = next((match for pattern in DERIVATIVES if (match := pattern.fullmatch(source.text))), None)
    if match is None or not match["body"].strip():
        return None
    body = match["body"].strip()
    if body[0] == "(" and closing_bracket(body, 0) != len(body) - 1:  # `d/dx (x) + (2)`
        return None
    if body[0] == "(":
        body = body[1:-1].strip()
    elif match["sign"][0] in "d∂" and source.text[match.start("body") - 1] != "[" and not _is_one_factor(body):
        return None
    notation = "mathematica" if source.text.lstrip()[:2] == "D[" else ""
    return _read_in(notation, source, body, Reading(body, wrt=match["by"], variables=(match["by"],)))


def _is_one_factor(body: str) -> bool:
    """Tell whether `d/dx` stands before all of a text, as in `d/dx sin x`, or perhaps not, as in `d/dx x^2 sin x`."""
    first, *others = re.sub(r"\([^()]*\)", "", body).split()
    return len(others) < 1 + (first in FUNCTIONS) and re.search(r"[-+]", "".join([first, *others])) is None


def value_of_name(source: SourceText) -> Reading | None:
    """Read `y = x^2`, after which nothing is computed from y, as the value itself."""
    text = source.text.rstrip().removesuffix(";")
    matches = list(_ASSIGNED.finditer(text))
    if not matches or ";" in text[matches[-1].end() :]:
        return None
    match = matches[-1]
    body = text[match.end() :]
    words = re.findall(_NAME, body)
    varies = any(word not in CONSTANTS and word not in FUNCTIONS for word in words)
    if not varies or match[1] in words or match[1] in {*CONSTANTS, *FUNCTIONS} or re.search(r"(?<![<>=!])=(?!=)", body):
        return None
    return Reading(text[: match.start(1)] + body.strip())
