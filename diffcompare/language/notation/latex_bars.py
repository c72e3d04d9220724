r"""Bars in LaTeX: a pair of equal signs, of which it has to be worked out which one opens and which one closes.

`\left|` and `\right|` say it themselves.  Of plain bars every way to pair them is tried, and there has to be one only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from diffcompare.language.notation.latex_names import COMMANDS
from diffcompare.language.notation.latex_tokens import STOP, Token
from diffcompare.language.notation.translation import NotationFault

MAX_BARS = 10  # within one bracket; with more of them it has to be seen from each which one it is

_OPENS, _CLOSES = ("{", "(", "[", "\\{"), ("}", ")", "]", "\\}")
_BEFORE = (
    "+",
    "-",
    "cdot",
    "times",
    "*",
    "/",
    "=",
    "<",
    ">",
    "le",
    "ge",
    "leq",
    "geq",
    ",",
    "&",
    "\\\\",
    "^",
    "div",
    "ne",
)


def check_bars(tokens: Sequence[Token]) -> None:
    """Raise NotationFault where plain bars can be paired in several ways, or in none."""
    levels: list[list[int]] = [[]]
    for index, token in enumerate(tokens):
        if token.sign in _OPENS or token.kind == "begin":
            levels.append([])
        elif token.kind == STOP:
            while levels:
                _check_level(tokens, levels.pop())
        elif (token.sign in _CLOSES or token.kind == "end") and len(levels) > 1:
            _check_level(tokens, levels.pop())
        elif token.sign == "|":
            levels[-1].append(index)


def _check_level(tokens: Sequence[Token], bars: list[int]) -> None:
    """Check the bars of one bracket."""
    if not bars:
        return
    roles = [_roles(tokens, index) for index in bars]
    span = tokens[bars[0]].start, tokens[bars[-1]].end
    if len(bars) % 2:
        raise NotationFault("bars that do not pair up", span, "one is missing", r"write \left| and \right|")
    if len(bars) > MAX_BARS and any(len(role) > 1 for role in roles):
        raise NotationFault(
            "too many bars to tell them apart", span, "which ones pair up?", r"write \left| and \right|"
        )
    pairings = 1 if len(bars) > MAX_BARS else sum(_is_pairing(tokens, bars, choice) for choice in product(*roles))
    if pairings != 1:
        message = "these bars can be paired in several ways" if pairings else "bars that do not pair up"
        raise NotationFault(message, span, "which ones pair up?", r"write \left| and \right|")


def _roles(tokens: Sequence[Token], index: int) -> tuple[int, ...]:
    """Return what a bar can be: 1 where it opens, -1 where it closes."""
    before = tokens[index - 1] if index else None
    after = tokens[index + 1]
    can_close = before is not None and before.sign not in (*_BEFORE, *_OPENS) and not _is_function(before)
    can_open = after.kind not in (STOP, "end", "words") and after.sign not in (
        *(sign for sign in _BEFORE if sign != "-"), "+", "!", "%", "_", *_CLOSES,
    )  # fmt: skip
    return tuple(role for role, possible in ((1, can_open), (-1, can_close)) if possible)


def _is_function(token: Token) -> bool:
    return token.sign in COMMANDS


def _is_pairing(tokens: Sequence[Token], bars: list[int], roles: tuple[int, ...]) -> bool:
    """Tell whether the roles make pairs, none of which is empty."""
    level = 0
    for place, role in enumerate(roles):
        level += role
        if level < 0 or (role < 0 and place and roles[place - 1] > 0 and bars[place] == bars[place - 1] + 1):
            return False
    return level == 0
