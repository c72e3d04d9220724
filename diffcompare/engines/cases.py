"""The cases of an audit: `cases.toml`, one stanza each, with the right value, its reason and its source.

A case is an expression of the language at a point, or a call of a function that the language does not have
(`call = "mod"`, with the coordinates of the point as its arguments).  Its right values are exact: a number in decimals,
`inf` or `-inf`, `left | right` for the slopes on both sides of a kink, or `none` where there is no derivative at all.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.toml")


class AuditCase(NamedTuple):
    """A question to an engine, and what is right.

    Attributes:
        name: What it is about, unique among all cases.
        group: The heading under which it is listed.
        at: The point, by variable.
        right: For each variable the right partial as text; for order 2 the second derivative with respect to it.
        expression: The expression; empty for a call.
        call: The name of a function that is called with the coordinates of the point; empty for an expression.
        order: Which derivative is asked for, 1 or 2.
        float_exponents: Whether whole exponents are written as doubles, `x**2.0`.
        together: What the partials must add up to, whatever the engine's convention for each; empty for nothing.
        why: Why that is right, and what goes wrong.
        cure: What to write instead where an engine fails: another formula, another function; empty where nothing helps.
        source: Where the right value comes from: a definition, an identity, a section of a handbook.
    """

    name: str
    group: str
    at: Mapping[str, float]
    right: Mapping[str, str]
    expression: str = ""
    call: str = ""
    order: int = 1
    float_exponents: bool = False
    together: str = ""
    why: str = ""
    cure: str = ""
    source: str = ""

    @property
    def text(self) -> str:
        """The function as a person would write it."""
        text = self.expression or f"{self.call}({', '.join(self.at)})"
        text = re.sub(r"\^(\d+)\b", r"^\1.0", text) if self.float_exponents else text
        return f"{text}, second derivative" if self.order == 2 else text


NEEDED = ("group", "name", "at", "right", "why", "source")


@cache
def edge_cases() -> tuple[AuditCase, ...]:
    """Return the cases of the file."""
    with open(FILE, encoding="utf-8") as file:
        return read_cases(file.read())


def read_cases(text: str) -> tuple[AuditCase, ...]:
    """Read stanzas of cases.  Raises DiffcompareError, which names the stanza, where one of them is no case."""
    try:
        stanzas = tomllib.loads(text).get("case", [])
    except tomllib.TOMLDecodeError as error:
        raise _wrong(f"the cases are not TOML: {error}") from None
    if not isinstance(stanzas, list) or not all(isinstance(stanza, dict) for stanza in stanzas):
        raise _wrong("a case begins with `[[case]]`")
    found: dict[str, AuditCase] = {}
    for count, stanza in enumerate(stanzas, 1):
        name = stanza.get("name")
        place = f"case {count}, `{name}`" if name else f"case {count}"
        if problem := _problem(stanza) or ("a second case of this name" if name in found else ""):
            raise _wrong(f"{place}: {problem}")
        found[name] = AuditCase(**{**stanza, "at": {name: float(x) for name, x in stanza["at"].items()}})
    return tuple(found.values())


def _wrong(message: str) -> DiffcompareError:
    help = f"a case has {', '.join(NEEDED)}, and `expression` or `call`"
    return DiffcompareError(Diagnostic("E720", "bad_value", message, help=help))


def _problem(stanza: Mapping[str, Any]) -> str:
    """Say what is wrong with a stanza; nothing if it is a case."""
    for key in stanza:
        if key not in AuditCase._fields:
            near = did_you_mean(key, AuditCase._fields)
            return f"unknown key `{key}`{f', did you mean `{near}`?' if near else ''}"
    missing = [key for key in NEEDED if not stanza.get(key)]
    if missing:
        return f"it has no {', '.join(f'`{key}`' for key in missing)}"
    if ("expression" in stanza) == ("call" in stanza):
        return "it has both `expression` and `call`" if "call" in stanza else "it has neither `expression` nor `call`"
    if stanza.get("order", 1) not in (1, 2):
        return f"`order` is 1 or 2, not {stanza['order']}"
    for key in ("at", "right"):
        if not isinstance(stanza[key], dict):
            return f"`{key}` is a table, with a name for every number"
    for number in stanza["at"].values():
        if isinstance(number, bool) or not isinstance(number, int | float):
            return f"`{number}` in `at` is no number"
    if not set(stanza["right"]) <= set(stanza["at"]):
        return "`right` has a variable that `at` has not"
    return next((f"`{right}` is no right value" for right in stanza["right"].values() if not _is_right(right)), "")


def _is_right(text: Any) -> bool:
    """Tell whether a text is a number, `left | right`, or `none`."""
    try:
        if not isinstance(text, str):
            return False
        if text == "none":
            return True
        sides = [*map(float, text.split("|"))]
        return len(sides) <= 2 and not any(map(math.isnan, sides))
    except ValueError:
        return False
