"""The cases of an audit: `cases.toml`, one stanza each, with the right value, its reason and its source.

A case is an expression of the language at a point, or a call of a function that the language does not have
(`call = "mod"`, with the coordinates of the point as its arguments).  Its right values are exact: a number in decimals,
`inf` or `-inf`, `left | right` for the slopes on both sides of a kink, or `none` where there is no derivative at all.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

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
        source: Where the case comes from.
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
    source: str = ""

    @property
    def text(self) -> str:
        """The function as a person would write it."""
        text = self.expression or f"{self.call}({', '.join(self.at)})"
        return f"{text}, second derivative" if self.order == 2 else text


@cache
def edge_cases() -> tuple[AuditCase, ...]:
    """Return the cases of the file."""
    with open(FILE, "rb") as file:
        stanzas = tomllib.load(file)["case"]
    return tuple([_case(stanza) for stanza in stanzas])


def _case(stanza: Mapping[str, Any]) -> AuditCase:
    at = {name: float(x) for name, x in stanza["at"].items()}
    return AuditCase(**{**stanza, "at": at})
