"""Where a subexpression stands in a text: for carets under it.

Nodes know no positions, for equal ones are the same object.  So the pieces of the text that could be an expression are
read, the shortest first, until one is the subexpression.
"""

from __future__ import annotations

from collections.abc import Collection

from diffcompare.diagnostics import DiffcompareError
from diffcompare.expression import Expression
from diffcompare.lexer import locate
from diffcompare.parser import parse

MOST_TOKENS = 120
"""A longer text is not searched: its pieces are too many."""


def span_of(text: str, node: Expression, names: Collection[str] = ()) -> tuple[int, int] | None:
    """The first and the last character + 1 of the first piece of the text that is the node; None if there is none."""
    tokens, starts, ends = locate(text, MOST_TOKENS + 1)
    if len(tokens) > MOST_TOKENS:
        return None
    pieces = [
        (ends[last] + (tokens[last][-1:] == "(") - starts[first], starts[first], first, last)
        for first in range(len(tokens))
        for last in range(first, len(tokens))
        if _is_balanced(tokens[first : last + 1])
    ]
    for _, start, _, last in sorted(pieces):
        end = ends[last]
        if _reads(text[start:end], names) is node:
            return start, end
    return None


def _is_balanced(tokens: list[str]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token[-1:] == "(") - (token == ")")
        if depth < 0 or token in (";", "="):
            return False
    return depth == 0 and tokens.count("|") % 2 == 0 and tokens[0] not in ("*", "/", "^", "**", ",", "+")


def _reads(piece: str, names: Collection[str]) -> Expression | None:
    try:
        return parse(piece, names)
    except DiffcompareError:
        return None
