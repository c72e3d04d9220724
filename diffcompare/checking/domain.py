"""Domains in words: what a function requires, and the stretches of its variable."""

from __future__ import annotations

import re
from collections.abc import Iterable

from diffcompare.checking.pieces import INFINITY
from diffcompare.checking.verdict import Stretch
from diffcompare.expression import Expression
from diffcompare.operations import exact_integer
from diffcompare.wengert import listing

MOST = 6
"""Requirements that are named."""


def requirements(expression: Expression) -> list[str]:
    """What the table requires of the arguments of a function's operations: `x - 1 > 0`, `y != 0`."""
    found: dict[str, None] = {}
    for node in listing(expression):
        operation = node.operation
        if operation is None or not node.varies or not operation.domain.text or operation.selects:
            continue
        if operation.name == "^n" and (exact_integer(node.arguments[1]) or 0) >= 0:
            continue
        said = _said(operation.domain.text, operation.name, node.arguments)
        if said is not None:
            found[said] = None
    return list(found)[:MOST]


def _said(region: str, name: str, arguments: tuple[Expression, ...]) -> str | None:
    """The region with the arguments in the places of its letters; None where it is about a constant."""
    if name == "^n":
        region, arguments = "x != 0", arguments[:1]
    if name == "/":
        region, arguments = "x != 0", arguments[1:]
    letters = ("x",) if len(arguments) == 1 else ("a", "b")
    texts = {letter: str(argument) for letter, argument in zip(letters, arguments, strict=False)}
    if not any(argument.varies for argument in arguments):
        return None
    return re.sub(r"\b[abx]\b", lambda match: texts.get(match[0], match[0]), region)


def stretch_text(name: str, low: float, high: float) -> str:
    """`0 < x < 1`, `x > 0`, `all x`."""
    if low == -INFINITY and high == INFINITY:
        return f"all {name}"
    if low == -INFINITY:
        return f"{name} < {_number(high)}"
    if high == INFINITY:
        return f"{name} > {_number(low)}"
    return f"{_number(low)} < {name} < {_number(high)}"


def stretches_text(stretches: Iterable[Stretch], outcome: str | None = None) -> str:
    """The stretches of that outcome (None: all of them), joined by `and`."""
    texts = [stretch_text(each.name, each.low, each.high) for each in stretches if outcome in (None, each.outcome)]
    shown = texts if len(texts) <= MOST else [*texts[: MOST - 1], "..."]
    return " and ".join(shown)


def _number(x: float) -> str:
    short = f"{x:.6g}"
    return short if float(short) == x else f"about {short}"
