"""Where a function has a derivative, in words: what the table requires, but for edges and what is always so."""

from __future__ import annotations

import re
from collections.abc import Mapping

from diffcompare.expression import Expression, Number
from diffcompare.operations import exact_integer
from diffcompare.parser import parse
from diffcompare.tidying.known import known_of
from diffcompare.wengert import listing

MOST = 6
"""Requirements that are named."""
POSITIVE = ("exp", "cosh")
NOT_NEGATIVE = ("sqrt",)


def requirements(expression: Expression) -> list[str]:
    """What the table requires of the arguments of a function's operations: `x - 1 > 0`, `y != 0`."""
    always = known_of(expression).defined
    found = (requirement(node) for node in listing(expression) if node in always)
    return list(dict.fromkeys(said for said in found if said is not None))[:MOST]


def requirement(node: Expression) -> str | None:
    """What the table requires of the arguments of an operation; None where it is nothing, or about constants only."""
    operation, arguments = node.operation, node.arguments
    if operation is None or not node.varies or not operation.domain.text or operation.selects:
        return None
    if operation.name == "^n" and (exact_integer(arguments[1]) or 0) >= 0:
        return None
    region = {"^n": "x != 0", "^": "a > 0"}.get(operation.name, operation.domain.text)
    letters = dict(zip(re.findall(r"\b[a-z]\b", operation.notation), arguments, strict=True))
    parts = [part for part in region.split(" and ") if _is_open(part, letters)]
    if not parts:
        return None
    return re.sub(r"\b[a-z]\b", lambda match: _named(match[0], letters), " and ".join(parts))


def _is_open(part: str, letters: Mapping[str, Expression]) -> bool:
    return any(letters[letter].varies for letter in re.findall(r"\b[a-z]\b", part) if letter in letters)


def _named(letter: str, letters: Mapping[str, Expression]) -> str:
    return str(letters[letter]) if letter in letters else letter


def domain_of(expression: Expression) -> tuple[str, ...]:
    """The requirements: `x > 0` for sqrt(x), `x != 0` for 1/x^2, and nothing for ln(x^2 + 1)."""
    found: dict[str, None] = {}
    for said in requirements(expression):
        strict = said.replace("<=", "<").replace(">=", ">")  # at an edge there is no derivative
        relation = re.fullmatch(r"([^<>=!,]*) (>|!=) 0", strict)
        told = strict if relation is None else _told(parse(relation[1]), relation[2])
        if told is not None:
            found[told] = None
    return tuple(each for each in found if "!=" not in each or each.replace("!=", ">") not in found)


def _told(subject: Expression, relation: str) -> str | None:
    """The relation of a subject to 0; None where it holds everywhere."""
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
