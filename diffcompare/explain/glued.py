"""Names that look like several things written together: `sinx`, `xlnx`, `cos2x`, `pix`, `xy` beside x and y.

Such a name is one name, as every other is.  What it could have been meant to be is said, and nothing is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from diffcompare.explain.spelling import REWRITTEN
from diffcompare.operations import FUNCTIONS

LONGEST = 24
_UNLIKELY = (
    "min",
    "max",
    "sgn",
    "sign",
    "floor",
    "ceil",
    "gamma",
    "psi",
    "sh",
    "ch",
    "th",
    "lb",
    "ld",
    "relu",
    "expit",
)
"""Functions that nobody writes without parentheses, or whose names begin ordinary words."""
_CALLED = sorted((name for name in FUNCTIONS if name not in _UNLIKELY), key=len, reverse=True)
FUNCTION_WITHIN = re.compile(rf"(?:{'|'.join(_CALLED)})(?=\w)")
_OF_NUMBERS = ("ln", "sqrt", "cbrt", "sin", "cos", "tan")
"""Functions by which a number behind them is read as their argument: sqrt2."""
_ORDINARY = frozenset((
    "cost", "tank", "tang", "tans", "tana", "sink", "sing", "sins", "sine", "cosy", "cose", "logo", "logs", "loge",
    "logn", "logp", "logl", "logL", "expo", "exps", "expt", "sect", "sech", "secs", "lns", "coth", "csch", "cots",
    "tani", "logA", "logit", "expat", "expr", "expm", "expn", "pid", "pie", "pig", "pin", "pip", "pit", "piu",
))  # fmt: skip
"""Words that begin like a function or a constant and are what they are, unless the rest occurs by itself."""
_EVIDENT = frozenset("xyzθφ")
"""Letters that are variables wherever they stand."""
_GREEK = ("alpha", "beta", "theta", "phi", "omega")
"""Names that are arguments of functions wherever they stand behind one."""


class _Part(NamedTuple):
    """A factor as it would be written, and the variables in it."""

    text: str
    variables: tuple[str, ...]
    is_call: bool = False


def readings(name: str, known: Collection[str], *, raised: bool = False, unknown: bool = False) -> list[str]:
    """Give what a name may be when it is read as several things; nothing for an ordinary name.

    `known` are the names that occur by themselves; `raised` says that a power with a variable in its exponent follows,
    so that `xe` may be x*e; `unknown` says that the name cannot stand as it is, and that no other names exist.
    """
    if not 2 <= len(name) <= LONGEST or "_" in name or name in REWRITTEN or name in FUNCTIONS:
        return []
    if (raised or unknown) and name[-1] == "e":
        head = _whole(name[:-1], known) or _parts(name[:-1], known)
        if head and _is_evident(head, known, unknown):
            return ["*".join([*(part.text for part in head), "e"])]
    parts = _parts(name, known)
    if not parts or not _is_likely(name, parts, known, unknown):
        return []
    found = ["*".join(part.text for part in parts)]
    if len(parts) == 1 and (match := re.fullmatch(r"log(2|10)\((\w+)\)", parts[0].text)):
        found.append(f"log({match[1]}*{match[2]})")
    return found


def _is_likely(name: str, parts: list[_Part], known: Collection[str], unknown: bool) -> bool:
    """Tell whether a name is more likely to be these parts than a name: by what occurs elsewhere, or by its look."""
    variables = [variable for part in parts for variable in part.variables]
    if unknown or (variables and all(variable in known for variable in variables)):
        return _is_evident(parts, known, unknown)
    if name in _ORDINARY:
        return False
    calls = sum(part.is_call for part in parts)
    if parts[0].is_call and len(parts) == calls:
        return True
    return (calls > 0 or parts[0].text == "pi") and _is_evident(parts, known, unknown)


def _is_evident(parts: list[_Part], known: Collection[str], unknown: bool) -> bool:
    """Tell whether every variable of the parts occurs elsewhere, or twice in them, or is one by custom."""
    variables = [variable for part in parts for variable in part.variables]
    if unknown:
        return all(each in known for each in variables)
    return all(each in known or each in _EVIDENT or variables.count(each) > 1 for each in variables)


def _parts(name: str, known: Collection[str]) -> list[_Part] | None:
    """Split a name into factors, of which a function takes as much as it can; None for one that is itself."""
    for first, taken in _firsts(name, known):
        rest = name[taken:]
        if not rest and first.text != name:
            return [first]
        more = (_whole(rest, known) or _parts(rest, known)) if rest else None
        if more:
            return [first, *more]
    return None


def _whole(rest: str, known: Collection[str]) -> list[_Part] | None:
    """Take the rest of a name as one variable or constant."""
    if rest == "pi":
        return [_Part("pi", ())]
    return [_Part(rest, (rest,))] if rest in known or (len(rest) == 1 and rest.isalpha()) else None


def _firsts(name: str, known: Collection[str]) -> Iterator[tuple[_Part, int]]:
    """Give what a name may begin with, and how many letters that takes: a call, a known name, pi, or a letter."""
    for function in _CALLED:
        if name.startswith(function):
            for argument, taken in _arguments(name[len(function) :], known, function in _OF_NUMBERS):
                variables = tuple(part for part in argument if not part[0].isdigit() and part != "pi")
                yield _Part(f"{function}({'*'.join(argument)})", variables, True), len(function) + taken
    for each in _known_starts(name, known):
        yield _Part(each, (each,)), len(each)
    if name.startswith("pi"):
        yield _Part("pi", ()), 2
    if name[0].isalpha() and name[0] not in known:
        yield _Part(name[0], (name[0],)), 1


def _known_starts(name: str, known: Collection[str]) -> Iterator[str]:
    """Give the known names with which a text begins, the longest first."""
    return (name[:length] for length in range(len(name), 0, -1) if name[:length] in known)


def _arguments(rest: str, known: Collection[str], of_numbers: bool) -> Iterator[tuple[list[str], int]]:
    """Give what a function's argument may be, and its length in the name: `2x`, `pix`, `x1`, `kx`; longest first."""
    match = re.match(r"(\d*)(pi(?=[^\W\d]))?", rest)
    assert match is not None, "it matches the empty text"
    before, place = [each for each in match.groups() if each], match.end()
    if rest in ("pi", f"{match[1]}pi"):
        yield [each for each in (match[1], "pi") if each], len(rest)
    if of_numbers and rest.isdigit():
        yield [rest], len(rest)
    for names, length in sorted(_variables(rest[place:], known), key=lambda each: -each[1]):
        yield [*before, *names], place + length


def _variables(rest: str, known: Collection[str]) -> Iterator[tuple[list[str], int]]:
    """Give the names with which a text begins: known ones in a row, a Greek one, a letter, a letter and another."""
    names: list[str] = []
    place = 0
    while longest := next(_known_starts(rest[place:], known), ""):
        names.append(longest)
        place += len(longest)
        yield list(names), place
    yield from (([greek], len(greek)) for greek in _GREEK if rest.startswith(greek))
    if match := re.match(r"[^\W\d]\d*", rest):
        yield [match[0]], match.end()
    if len(rest) > 1 and rest[:2].isalpha() and (rest[1] in known or rest[1] in _EVIDENT or rest[1] == "t"):
        yield [rest[0], rest[1]], 2
