"""Where a function has a derivative, in words: what the table requires, but for edges and what is always so."""

from __future__ import annotations

import re

from diffcompare.expression import Expression, Number
from diffcompare.operations import exact_integer
from diffcompare.parser import parse
from diffcompare.wengert import listing

MOST = 6
"""Requirements that are named."""
POSITIVE = ("exp", "cosh")
NOT_NEGATIVE = ("sqrt",)


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
    if name == "^":
        region, arguments = "x > 0", arguments[:1]
    letters = ("x",) if len(arguments) == 1 else ("a", "b")
    texts = {letter: str(argument) for letter, argument in zip(letters, arguments, strict=False)}
    if not any(argument.varies for argument in arguments):
        return None
    return re.sub(r"\b[abx]\b", lambda match: texts.get(match[0], match[0]), region)


def domain_of(expression: Expression) -> tuple[str, ...]:
    """The requirements: `x > 0` for sqrt(x), `x != 0` for 1/x^2, and nothing for ln(x^2 + 1)."""
    found: dict[str, None] = {}
    for requirement in requirements(expression):
        said = requirement.partition(", or ")[0].replace("<=", "<")  # at an edge there is no derivative
        relation = re.fullmatch(r"(.*) (>=|>|!=) 0", said)
        told = said if relation is None else _told(parse(relation[1]), relation[2])
        if told is not None:
            found[told] = None
    return tuple(each for each in found if "!=" not in each or each.replace("!=", ">") not in found)


def _told(subject: Expression, relation: str) -> str | None:
    """The relation of a subject to 0; None where it holds everywhere."""
    if relation != "!=":
        relation = ">"
    while relation == "!=" and subject.operation is not None and subject.operation.name in ("^n", "sqrt"):
        subject = subject.arguments[0]
    return None if not subject.varies or is_positive(subject) else f"{subject} {relation} 0"


def is_positive(expression: Expression) -> bool:
    """Whether an expression can be seen to be positive wherever it has a value."""
    positive: set[Expression] = set()
    not_negative: set[Expression] = set()
    for node in listing(expression):
        name = node.operation.name if node.operation is not None else ""
        signs = [argument in positive for argument in node.arguments]
        safe = [argument in not_negative for argument in node.arguments]
        if isinstance(node, Number):
            sure, possible = node.digits > 0, True
        elif name == "+":
            sure, possible = any(signs) and all(safe), all(safe)
        elif name in ("*", "/"):
            sure, possible = all(signs), all(safe)
        else:
            even = name == "^n" and (exact_integer(node.arguments[1]) or 1) % 2 == 0
            sure, possible = name in POSITIVE, name in NOT_NEGATIVE or even
        if sure:
            positive.add(node)
        if sure or possible:
            not_negative.add(node)
    return expression in positive
