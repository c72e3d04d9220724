"""Where a function has a derivative, in words: what the table requires, but for edges and what is always so."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Constant, Expression, Number
from diffcompare.language.operations import OPERATIONS, exact_integer
from diffcompare.language.parser import parse
from diffcompare.language.simplify import known_of
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, evaluate_along, is_number, values_at

# Guards: expressions at whose zeros a formula may change its character.
#
# They are read off the table: what an operation with a domain or a kink is applied to, and the difference of what is
# compared.  A product is taken apart, for it changes where one of its factors does: 1/(x-1)^2 at the zero of x - 1.

MAX_GUARDS = 60

"""Guards that are looked at; a formula with more of them is sampled without its pieces being complete."""


def guards(nodes: Iterable[Expression]) -> list[Expression]:
    """The guards of a Wengert list, each once, in its order."""
    found: dict[Expression, None] = {}
    for node in nodes:
        if node.operation is not None and node.varies:
            for guarded in _guarded(node):
                found |= dict.fromkeys(factor for factor in _factors(guarded) if factor.varies)
    return list(found)[:MAX_GUARDS]


def _guarded(node: Expression) -> Iterator[Expression]:
    operation, arguments = node.operation, node.arguments
    assert operation is not None
    if operation.selects or operation.kink.text == "a = b":
        yield arguments[0] - arguments[1]
    elif operation.name == "^n":
        power = exact_integer(arguments[1])
        if power is not None and power < 0:
            yield arguments[0]
    elif operation.name == "/":
        yield arguments[1]
    elif operation.name in ("floor", "ceil"):
        yield OPERATIONS["sin"](Constant("pi") * arguments[0])
    elif operation.domain.text or operation.kink.text:
        yield from demands_of(node) or arguments


def demands(nodes: Iterable[Expression], conditions: Iterable[Expression] = ()) -> list[Expression]:
    """What is positive within the domains of all operations of a Wengert list, and where the conditions hold."""
    found = [*map(_of_condition, conditions), *(demand for node in nodes for demand in demands_of(node))]
    return [demand for demand in dict.fromkeys(found) if demand is not None and demand.varies][:MAX_GUARDS]


def _of_condition(condition: Expression) -> Expression | None:
    """What is positive where an inequality holds (an `if` with the values 1 and 0); None for x = y and x != y."""
    assert condition.operation is not None
    left, right = condition.arguments[:2]
    return {">": left - right, "<": right - left}.get(condition.operation.name.removeprefix("if ")[0])


def demands_of(node: Expression) -> list[Expression]:
    """What is positive within the domain of one operation: x - 1 for acosh(x), 1 + x and 1 - x for asin(x)."""
    operation, arguments = node.operation, node.arguments
    if operation is None:
        return []
    if operation.name == "^":
        return [arguments[0]]
    bounds = _BOUNDS.fullmatch(operation.domain.text)
    if bounds is None:
        return []
    (x,) = arguments
    least, relation, other = bounds.groups()
    found = [_above(x, int(least))] if least else []
    return [*found, _above(x, int(other)) if relation == ">" else int(other) - x]


def _above(x: Expression, bound: int) -> Expression:
    return x - bound if bound > 0 else x + -bound if bound < 0 else x


_BOUNDS = re.compile(r"(?:(-?\d+) <=? )?x ([<>])=? (-?\d+)")

"""The domain of an operation of one argument: `x > -1`, `-1 <= x <= 1`."""


def _factors(guard: Expression) -> Iterator[Expression]:
    """The factors of a product, of a numerator and of the base of a power."""
    pending = [guard]
    while pending:
        node = pending.pop()
        name = node.operation.name if node.operation is not None else ""
        if name == "*":
            pending += node.arguments
        elif name in ("neg", "^n", "/", "sqrt", "abs"):
            pending.append(node.arguments[0])
        else:
            yield node


# The pieces of a line: the stretches of one variable between the places where something changes.
#
# Nothing is assumed about where these places lie. The guards are evaluated over a grid of all scales; where the
# sign of one, or whether a formula is defined, differs between neighbours, the place is bisected down to
# neighbouring doubles. A guard that only touches 0 is found where its modulus is least.

INFINITY = math.inf

MAX_BOUNDARIES = 24

"""Boundaries that are kept, those nearest to 0: 1/sin(x) has infinitely many."""

WITHIN_A_CELL = 4

"""Boundaries that are looked for between two neighbours of the grid."""

TOUCHING = 1e-9

"""A least modulus below this part of its surroundings is a zero."""

Check: TypeAlias = Callable[[], None]

"""Called before evaluations: it may raise to end the search."""


class Piece(NamedTuple):
    """An open interval of one variable; an end may be infinite."""

    low: float
    high: float


def _unchecked() -> None:
    """There is all the time in the world."""


WHOLE = Piece(-INFINITY, INFINITY)


@lru_cache(maxsize=1)
def all_scales() -> list[float]:
    """All scales from 1e-6 to 1e9, denser around 0, and a few far beyond; no round numbers, which are often zeros."""
    scales = [m * 10.0**k for k in range(-6, 10) for m in (1.13, 1.87, 3.29, 5.71)]
    near = [0.171 + 0.343 * k for k in range(40)]
    beyond = [3.1e12, 2.7e18, 1.7e40, 1.3e100, 1.1e200]
    positive = sorted({*scales, *near, *beyond})
    return [*[-x for x in reversed(positive)], *positive]


def pieces(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    point: Mapping[str, float],
    check: Check = _unchecked,
) -> list[Piece]:
    """The pieces of a variable while the others stay where the point has them, from the lowest to the highest."""
    cuts = boundaries(formulas, guards, name, point, check)
    return [Piece(low, high) for low, high in zip([-INFINITY, *cuts], [*cuts, INFINITY], strict=True)]


def boundaries(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    point: Mapping[str, float],
    check: Check = _unchecked,
) -> list[float]:
    """Where a sign or a domain changes along a variable, rising; round numbers where they are that near."""
    if not guards:
        return []
    grid = all_scales()
    columns = evaluate_along(wengert_list(*formulas, *guards), point, name, grid, check)
    found: set[float] = set()
    for formula, kind in _watched(formulas, guards):
        check()
        kinds = list(map(kind, columns[formula]))
        if len(set(kinds)) > 1:
            found |= _changes(formula, kind, grid, kinds, name, point)
    for guard in guards:
        found |= _touched(guard, grid, columns[guard], name, point)
    return sorted(sorted(found, key=abs)[:MAX_BOUNDARIES])


def _watched(
    formulas: Iterable[Expression], guards: Iterable[Expression]
) -> list[tuple[Expression, Callable[[Any], Any]]]:
    return [*((guard, _sign) for guard in guards), *((formula, _is_undefined) for formula in formulas)]


def is_unbroken(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    xs: Sequence[float],
    check: Check,
) -> bool:
    """Whether at rising places along the only variable no guard changes its sign or touches 0, and no formula is
    defined here and not there.

    Where a guard touches 0 there may be a kink: sqrt(g^2) is |g|.
    """
    columns = evaluate_along(wengert_list(*formulas, *guards), {}, name, xs, check)
    if any(len(set(map(kind, columns[formula]))) > 1 for formula, kind in _watched(formulas, guards)):
        return False
    return not any(_touched(guard, xs, columns[guard], name, {}) for guard in guards)


def _changes(
    formula: Expression,
    kind: Callable[[Any], Any],
    grid: Sequence[float],
    kinds: Sequence[Any],
    name: str,
    point: Mapping[str, float],
) -> set[float]:
    """Where the kind of a formula's value changes: its sign, or whether it is defined."""
    nodes = wengert_list(formula)

    def kind_at(x: float) -> Any:
        return kind(values_at(nodes, {**point, name: x})[formula])

    found = set()
    for (low, right), (first, last) in zip(pairwise(grid), pairwise(kinds), strict=True):
        for _ in range(WITHIN_A_CELL):
            if first == last:
                break
            below, low = _bisected(low, right, lambda x, first=first: kind_at(x) == first)  # type: ignore[misc]
            found.add(_rounded(below, low))
            first = kind_at(low)
    return found


def _is_undefined(value: Any) -> bool:
    return type(value) is Undefined


def _sign(value: Any) -> int | None:
    """The sign, also of an overflow (of inf - inf it is not known, and taken to be 0); None where it is undefined."""
    return None if type(value) is Undefined else (value > 0) - (value < 0)


def _bisected(low: float, high: float, holds: Callable[[float], bool]) -> tuple[float, float]:
    """Neighbouring doubles, or nearly: at the lower one it holds, at the higher one it does not."""
    for _ in range(120):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if holds(middle):
            low = middle
        else:
            high = middle
    return low, high


def _rounded(low: float, high: float) -> float:
    """The number of the fewest digits there, for doubles are rarely where the change is meant to be."""
    slack = 4 * math.ulp(max(abs(low), abs(high)))
    if low <= slack and high >= -slack:
        return 0.0
    for digits in range(1, 16):
        short = float(f"{high:.{digits}g}")
        if low - slack <= short <= high + slack:
            return short
    return high


def _touched(
    guard: Expression, grid: Sequence[float], values: Sequence[Any], name: str, point: Mapping[str, float]
) -> set[float]:
    """Where a guard touches 0 without changing its sign, or changes it for less than the grid can see."""
    found = set()
    sizes = [abs(value) if is_number(value) else INFINITY for value in values]
    for place in range(1, len(grid) - 1):
        before, here, after = sizes[place - 1 : place + 2]
        if before > here <= after and before != INFINITY != after and _one_sign(values[place - 1 : place + 2]):
            height = _height(guard, _sign(values[place]) or 1, name, point)
            low, high = grid[place - 1], grid[place + 1]
            lowest = least(height, low, high)
            noise = TOUCHING * min(before, after)
            if height(lowest) < -noise:
                found.add(_rounded(*_bisected(low, lowest, lambda x, height=height: height(x) >= 0)))  # type: ignore[misc]
                found.add(_rounded(*_bisected(lowest, high, lambda x, height=height: height(x) < 0)))  # type: ignore[misc]
            elif height(lowest) <= noise:
                found.add(_plainest(height, lowest, low, high))
    return found


def _plainest(height: Callable[[float], float], lowest: float, low: float, high: float) -> float:
    """The plainest number at which a guard is as near to 0: of a double zero doubles see a whole plateau."""
    plain = (0.0, *(float(f"{lowest:.{digits}g}") for digits in range(1, 8)))
    return next((x for x in plain if low <= x <= high and abs(height(x)) <= abs(height(lowest))), lowest)


def _one_sign(values: Sequence[Any]) -> bool:
    return len(set(map(_sign, values))) == 1


def _height(guard: Expression, sign: int, name: str, point: Mapping[str, float]) -> Callable[[float], float]:
    """The guard, positive where it has its usual sign."""
    nodes = wengert_list(guard)

    def height(x: float) -> float:
        value = values_at(nodes, {**point, name: x})[guard]
        return sign * value if is_number(value) else INFINITY

    return height


def least(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function is least, by golden sections (Kiefer 1953)."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(80):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return low + (high - low) / 2


MAX_REQUIREMENTS = 6

"""Requirements that are named."""

POSITIVE = ("exp", "cosh")

NOT_NEGATIVE = ("sqrt",)


def requirements(expression: Expression) -> list[str]:
    """What the table requires of the arguments of a function's operations: `x - 1 > 0`, `y != 0`."""
    always = known_of(expression).defined
    found = (requirement(node) for node in wengert_list(expression) if node in always)
    return list(dict.fromkeys(said for said in found if said is not None))[:MAX_REQUIREMENTS]


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
    for node in wengert_list(expression):
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
