"""The grammar as tables: what every token opens, closes and binds; calls of several arguments; misleading texts.

A frame of the parser's stack is (level, operation, left).  Level 0 is a bracket, where `left` is None for a parenthesis
or a call of one argument, a list of the arguments so far for other calls, and the number of the token for a bar.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, TypeAlias

from diffcompare.language.expression import Expression, Intern, Operation, build
from diffcompare.language.operations import (
    FUNCTIONS,
    OPERATIONS,
    RELATIONS,
    add,
    divide,
    general_power,
    ln,
    multiply,
    negate,
    sqrt,
    subtract,
)
from diffcompare.language.tokenizer import END, GROUPED, INDEXED, MAX_OPERATIONS, SyntaxFault

Frame: TypeAlias = tuple[int, Any, Any]

SUM, PRODUCT, NEGATION, POWER, ROOT = 2, 4, 6, 8, 10

BOTTOM: Frame = (0, None, ())
LIST: Frame = (0, "[", ())  # a list of outputs
LOG: Frame = (0, ln, None)  # a frame of its own: a comma turns it into log(x, base)
ROOT_FRAME: Frame = (ROOT, sqrt, None)
NEGATE: Frame = (NEGATION, negate, None)

# What a token does where a value is expected: the frame that it opens.
OPENERS: dict[str, Frame] = {
    "(": (0, None, None),
    "-": NEGATE,
    "log(": LOG,
    **{name + "(": (0, row, None) for name, row in FUNCTIONS.items() if row.arity == 1 and name != "log"},
}
# Functions of several arguments, with the least and the greatest number of arguments.
SEVERAL = {
    "log": (1, 2),
    "min": (2, MAX_OPERATIONS),
    "max": (2, MAX_OPERATIONS),
    "if": (3, 3),
    **{name: (row.arity, row.arity) for name, row in FUNCTIONS.items() if row.arity > 1 and name not in ("min", "max")},
}

# What a token does after a value: which frames it closes (those of at least that level), and the level it opens.
TIMES = (PRODUCT, PRODUCT, multiply)
AFTER: dict[str, tuple[int, int, Operation | None]] = {
    "+": (SUM, SUM, add),
    "-": (SUM, SUM, subtract),
    "*": TIMES,
    "/": (PRODUCT, PRODUCT, divide),
    "^": (POWER + 1, POWER, general_power),  # to the right: a power does not close a power
    "**": (POWER + 1, POWER, general_power),
    **dict.fromkeys((")", ",", "|", ";", "=", END, *RELATIONS), (1, 0, None)),
}
CLOSE_LIST = (1, 0, None)  # the same for a square bracket, which means nothing outside a list of outputs

_IN_USE = RLock()  # by the functions of one user

ENDS = ")0123456789."  # first characters of tokens after which a product may be implied


@contextmanager
def with_functions(rows: Mapping[str, Operation]) -> Iterator[None]:
    """Let texts call functions of a user's own, by name, until the context ends; other threads wait for theirs."""
    tables: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (FUNCTIONS, dict(rows)),
        (OPENERS, {f"{name}(": (0, row, None) for name, row in rows.items() if row.arity == 1}),
        (SEVERAL, {name: (row.arity, row.arity) for name, row in rows.items() if row.arity > 1}),
    ]
    with _IN_USE:
        for table, added in tables:
            table.update(added)
        try:
            yield
        finally:
            for table, added in tables:
                for name in added:
                    del table[name]


def build_call(name: str, arguments: list[Any], intern: Intern) -> Expression:
    """Build a call of several arguments: min, max and log of two are made of simpler operations."""
    if name in ("min", "max"):
        value: Expression = arguments[0]
        for argument in arguments[1:]:
            value = build(FUNCTIONS[name], (value, argument), intern)
        return value
    if name == "log":
        return build(divide, (build(ln, (arguments[0],), intern), build(ln, (arguments[1],), intern)), intern)
    if name == "if":
        left, relation, *others = arguments
        return build(OPERATIONS[f"if {relation}"], (left, *others), intern)
    return build(FUNCTIONS[name], tuple(arguments), intern)


def is_word(token: str) -> bool:
    """Tell whether a token is a name or a call."""
    return token[:1].isalpha() or token[:1] == "_"


def is_grouped(before: str, after: str, text: str) -> bool:
    """Tell whether a comma groups the digits of one number, as in `1,000`: no argument is written 000."""
    digits = before.isdecimal() and after.isdecimal() and before[0] != "0" and len(before) <= len(after) == 3
    return digits and f"{before},{after}" in text


def check_operations(tokens: list[str]) -> None:
    """Raise SyntaxFault for a text of too many operations, before any work is done."""
    from collections import Counter
    from itertools import pairwise

    uses = Counter(tokens)
    signs = sum([uses[sign] for sign in ("+", "-", "*", "/", "^", "**", "√")])
    calls = sum([count for token, count in uses.items() if is_word(token) and token[-1] == "("])
    products = 0
    if any(token[0] in ENDS for token in uses):
        products = sum(
            [
                count
                for (before, token), count in Counter(pairwise(tokens)).items()
                if before[0] in ENDS and (is_word(token) or token == "(")
            ]
        )
    count = signs + calls + products + uses["|"] // 2
    if count > MAX_OPERATIONS:
        raise SyntaxFault("E402", 0, count=count)


# --- Texts that may mean something else -------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d]\w*+(?!\s*\()")  # a name that no parenthesis follows
_CAPITALS = frozenset(("E", "I", "Pi", "PI", "M_PI", "M_E", "M_SQRT2", "M_LN2", "double", "float", "int"))


def may_have_warnings(text: str, implicit: Sequence[int], names: Collection[str] = ()) -> bool:
    """Tell whether `syntax.warnings` may find anything; `implicit` are the tokens before which a product was read."""
    if implicit or "=" in text or "√" in text:
        return True
    if ("," in text and GROUPED.search(text)) or (not text.isascii() and INDEXED.search(text)):
        return True
    words = set(_WORD.findall(text))
    if "e" in words or not words.isdisjoint(FUNCTIONS) or not words.isdisjoint(_CAPITALS):
        return True
    # Most names are like x or x1, and need no further look.
    longer = [word for word in words if len(word) > 1 and not word[1:].isdecimal()]
    return any(_may_be_several(word, words, names) for word in longer)


def _may_be_several(word: str, words: Collection[str], names: Collection[str]) -> bool:
    """Tell whether a name may be a product: it begins with another name, contains a function or pi, or ends in e."""
    for length in range(1, min(len(word), 24)):
        if word[:length] in words or word[:length] in names:
            return True
    folded = word[0].lower() + word[1:]
    return "pi" in word or (len(word) == 2 and word[1] == "e") or any(name in folded for name in FUNCTIONS)
