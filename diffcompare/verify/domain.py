"""The domain of a formula: guards and constraints read off the table, intervals of a line, requirements in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeAlias

from diffcompare.language.expression import Constant, Expression, Number
from diffcompare.language.operations import (
    abs_,
    add,
    ceil,
    cosh,
    divide,
    exact_integer,
    exp,
    floor,
    general_power,
    integer_power,
    is_choice,
    is_integer_power,
    is_product,
    is_quotient,
    negate,
    sin,
    sqrt,
)
from diffcompare.language.parser import parse
from diffcompare.language.simplify import assumptions_of
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, evaluate_along, is_number, values_at

# Guards: expressions at whose zeros a formula may change its character.
#
# They are read off the table: the argument of an operation with a domain or a kink, and the difference of two sides
# that are compared.  A product is split into its factors, because it changes where one of them does: 1/(x-1)^2 changes
# at the zero of x - 1.

MAX_GUARDS = 60  # a formula with more guards is still sampled, but some of its intervals may be missed


def find_guards(nodes: Iterable[Expression]) -> list[Expression]:
    """Return the distinct guards of a Wengert list, in its order."""
    guards: dict[Expression, None] = {}
    for node in nodes:
        if node.operation is not None and node.varies:
            for guarded in _guarded_expressions(node):
                guards |= dict.fromkeys(factor for factor in _factors_of(guarded) if factor.varies)
    return list(guards)[:MAX_GUARDS]


def _guarded_expressions(node: Expression) -> Iterator[Expression]:
    """Yield the expressions at whose zeros one operation may change its character."""
    operation, arguments = node.operation, node.arguments
    assert operation is not None
    if is_choice(node) or operation.kink.text == "a = b":
        yield arguments[0] - arguments[1]
    elif is_integer_power(node):
        power = exact_integer(arguments[1])
        if power is not None and power < 0:
            yield arguments[0]
    elif is_quotient(node):
        yield arguments[1]
    elif operation in (floor, ceil):
        yield sin(Constant("pi") * arguments[0])
    elif operation.domain.text or operation.kink.text:
        yield from constraints_of(node) or arguments


def constraints(nodes: Iterable[Expression], conditions: Iterable[Expression] = ()) -> list[Expression]:
    """Return expressions that are all positive inside the domains of all operations of a Wengert list.

    They are also positive where the `conditions` of the user hold.
    """
    candidates = chain(map(_constraint_of_condition, conditions), *map(constraints_of, nodes))
    distinct = dict.fromkeys(candidates)
    return [constraint for constraint in distinct if constraint is not None and constraint.varies][:MAX_GUARDS]


def _constraint_of_condition(condition: Expression) -> Expression | None:
    """Return an expression that is positive where an inequality holds; None for x = y and x != y.

    The inequality is an `if` with the values 1 and 0.
    """
    assert condition.operation is not None
    left, right = condition.arguments[:2]
    return {">": left - right, "<": right - left}.get(condition.operation.name.removeprefix("if ")[0])


def constraints_of(node: Expression) -> list[Expression]:
    """Return expressions that are positive inside the domain of one operation: 1 + x and 1 - x for asin(x)."""
    operation, arguments = node.operation, node.arguments
    if operation is None:
        return []
    if operation is general_power:
        return [arguments[0]]
    bounds = _BOUNDS.fullmatch(operation.domain.text)
    if bounds is None:
        return []
    (x,) = arguments
    lower, relation, bound = bounds.groups()
    constraints = [_excess_over(x, int(lower))] if lower else []
    return [*constraints, _excess_over(x, int(bound)) if relation == ">" else int(bound) - x]


def _excess_over(x: Expression, bound: int) -> Expression:
    """Return x - bound in its shortest form."""
    return x - bound if bound > 0 else x + -bound if bound < 0 else x


_BOUNDS = re.compile(r"(?:(-?\d+) <=? )?x ([<>])=? (-?\d+)")  # a domain: `x > -1`, `-1 <= x <= 1`


def _factors_of(guard: Expression) -> Iterator[Expression]:
    """Yield the factors of a product, of a numerator and of the base of a power."""
    pending = [guard]
    while pending:
        node = pending.pop()
        if is_product(node):
            pending += node.arguments
        elif node.operation in (negate, integer_power, divide, sqrt, abs_):
            pending.append(node.arguments[0])
        else:
            yield node


# The intervals of a line: one variable, cut where the sign of a guard or the domain of a formula changes.
#
# Nothing is assumed about where these cuts lie.  The guards are evaluated over a grid of all scales; where the sign
# of one, or whether a formula is defined, differs between neighbours, the change is bisected down to neighbouring
# doubles.  A guard that only touches 0 is found at the minimum of its modulus.

INFINITY = math.inf
MAX_BOUNDARIES = 24  # boundaries kept, the nearest to 0 first: 1/sin(x) has infinitely many
MAX_CHANGES_PER_CELL = 4  # boundaries searched for between two neighbours of the grid
TOUCHING_TOLERANCE = 1e-9  # a minimum below this fraction of the neighbouring values counts as a zero

Check: TypeAlias = Callable[[], None]  # called before evaluations; it may raise to end the search


class Interval(NamedTuple):
    """An open interval of one variable; an end may be infinite."""

    low: float
    high: float


def _unchecked() -> None:
    """Do nothing: without a deadline there is nothing to check."""


REAL_LINE = Interval(-INFINITY, INFINITY)


@lru_cache(maxsize=1)
def scale_grid() -> list[float]:
    """Return a rising grid from 1e-6 to 1e9 in modulus, denser around 0, with a few points far beyond.

    It has no round numbers, because these are often zeros of a guard.
    """
    scales = [m * 10.0**k for k in range(-6, 10) for m in (1.13, 1.87, 3.29, 5.71)]
    near = [0.171 + 0.343 * k for k in range(40)]
    beyond = [3.1e12, 2.7e18, 1.7e40, 1.3e100, 1.1e200]
    positive = sorted({*scales, *near, *beyond})
    return [*[-x for x in reversed(positive)], *positive]


def intervals_along(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    point: Mapping[str, float],
    check: Check = _unchecked,
) -> list[Interval]:
    """Return the intervals of one variable in rising order, while the others keep their values from `point`."""
    cuts = find_boundaries(formulas, guards, name, point, check)
    return [Interval(low, high) for low, high in zip([-INFINITY, *cuts], [*cuts, INFINITY], strict=True)]


def find_boundaries(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    point: Mapping[str, float],
    check: Check = _unchecked,
    grid: Sequence[float] = (),
    most: int = MAX_BOUNDARIES,
) -> list[float]:
    """Return where a guard changes its sign or a formula its domain along a variable, in rising order.

    A boundary is rounded to a number with few digits if there is one within the accuracy of the search.  `grid` is
    rising; by default it has all scales.  Of more than `most` boundaries those nearest to 0 are returned.
    """
    if not guards:
        return []
    grid = grid or scale_grid()
    columns = evaluate_along(wengert_list(*formulas, *guards), point, name, grid, check)
    boundaries: set[float] = set()
    for formula, classify in _watched_quantities(formulas, guards):
        check()
        classes = list(map(classify, columns[formula]))
        if len(set(classes)) > 1:
            boundaries |= _changes_along(formula, classify, grid, classes, name, point)
    for guard in guards:
        boundaries |= _touching_points(guard, grid, columns[guard], name, point)
    return sorted(sorted(boundaries, key=abs)[:most])


def _watched_quantities(
    formulas: Iterable[Expression], guards: Iterable[Expression]
) -> list[tuple[Expression, Callable[[Any], Any]]]:
    """Return each guard with its sign, and each formula with whether it is undefined, as classes of its value."""
    return [*((guard, _sign) for guard in guards), *((formula, _is_undefined) for formula in formulas)]


def is_uniform(
    formulas: Sequence[Expression],
    guards: Sequence[Expression],
    name: str,
    xs: Sequence[float],
    check: Check,
) -> bool:
    """Tell whether no guard changes sign or touches 0, and no formula changes its domain, along the only variable.

    `xs` are rising.  A guard that touches 0 matters because it may be a kink: sqrt(g^2) is |g|.
    """
    columns = evaluate_along(wengert_list(*formulas, *guards), {}, name, xs, check)
    watched = _watched_quantities(formulas, guards)
    if any(len(set(map(classify, columns[formula]))) > 1 for formula, classify in watched):
        return False
    return not any(_touching_points(guard, xs, columns[guard], name, {}) for guard in guards)


def _changes_along(
    formula: Expression,
    classify: Callable[[Any], Any],
    grid: Sequence[float],
    classes: Sequence[Any],
    name: str,
    point: Mapping[str, float],
) -> set[float]:
    """Return where the class of a formula's value changes: its sign, or whether it is defined."""
    nodes = wengert_list(formula)

    def class_at(x: float) -> Any:
        return classify(values_at(nodes, {**point, name: x})[formula])

    changes = set()
    for (low, high), (first, last) in zip(pairwise(grid), pairwise(classes), strict=True):
        for _ in range(MAX_CHANGES_PER_CELL):
            if first == last:
                break
            below, low = _bisect(low, high, lambda x, first=first: class_at(x) == first)  # type: ignore[misc]
            changes.add(fewest_digits_between(below, low))
            first = class_at(low)
    return changes


def _is_undefined(value: Any) -> bool:
    return type(value) is Undefined


def _sign(value: Any) -> int | None:
    """Return the sign of a value, None where it is undefined.

    An overflow has a sign too; that of inf - inf is unknown and taken to be 0.
    """
    return None if type(value) is Undefined else (value > 0) - (value < 0)


def _bisect(low: float, high: float, holds: Callable[[float], bool]) -> tuple[float, float]:
    """Return neighbouring doubles, or nearly so, of which the lower satisfies `holds` and the higher does not."""
    for _ in range(120):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if holds(middle):
            low = middle
        else:
            high = middle
    return low, high


def fewest_digits_between(low: float, high: float) -> float:
    """Return the number with the fewest digits between two neighbours: a boundary is rarely meant to be a double."""
    slack = 4 * math.ulp(max(abs(low), abs(high)))
    if low <= slack and high >= -slack:
        return 0.0
    for digits in range(1, 16):
        short = float(f"{high:.{digits}g}")
        if low - slack <= short <= high + slack:
            return short
    return high


def _touching_points(
    guard: Expression, grid: Sequence[float], values: Sequence[Any], name: str, point: Mapping[str, float]
) -> set[float]:
    """Return where a guard touches 0 without changing its sign, or changes it within less than a cell of the grid."""
    zeros = set()
    sizes = [abs(value) if is_number(value) else INFINITY for value in values]
    for index in range(1, len(grid) - 1):
        before, here, after = sizes[index - 1 : index + 2]
        if before > here <= after and before != INFINITY != after and _have_one_sign(values[index - 1 : index + 2]):
            height = signed_value_along(guard, _sign(values[index]) or 1, name, point)
            zeros |= _zeros_near_minimum(height, grid[index - 1], grid[index + 1], min(before, after))
    return zeros


def _zeros_near_minimum(height: Callable[[float], float], low: float, high: float, surroundings: float) -> set[float]:
    """Return the zeros of a guard around its minimum between two points of the grid: two, one or none."""
    lowest = golden_section_minimum(height, low, high)
    noise = TOUCHING_TOLERANCE * surroundings
    if height(lowest) < -noise:
        falling = _bisect(low, lowest, lambda x: height(x) >= 0)
        rising = _bisect(lowest, high, lambda x: height(x) < 0)
        return {fewest_digits_between(*falling), fewest_digits_between(*rising)}
    return {_most_readable_zero(height, lowest, low, high)} if height(lowest) <= noise else set()


def _most_readable_zero(height: Callable[[float], float], lowest: float, low: float, high: float) -> float:
    """Return the number with the fewest digits at which a guard is as near to 0 as at `lowest`.

    Around a double zero, doubles see a whole plateau.
    """
    candidates = (0.0, *(float(f"{lowest:.{digits}g}") for digits in range(1, 8)))
    return next((x for x in candidates if low <= x <= high and abs(height(x)) <= abs(height(lowest))), lowest)


def _have_one_sign(values: Sequence[Any]) -> bool:
    return len(set(map(_sign, values))) == 1


def signed_value_along(
    guard: Expression, sign: float, name: str, point: Mapping[str, float]
) -> Callable[[float], float]:
    """Return sign * guard as a function of one variable; infinity where it is not a number."""
    nodes = wengert_list(guard)

    def height(x: float) -> float:
        value = values_at(nodes, {**point, name: x})[guard]
        return sign * value if is_number(value) else INFINITY

    return height


def golden_section_minimum(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function of one variable is least, by golden-section search (Kiefer 1953)."""
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


def minimum_near_grid(function: Callable[[float], float], grid: Sequence[float], values: Sequence[float]) -> float:
    """Return where a function is least, given its values on a grid: at a point of the grid or near it."""
    best = min(range(len(grid)), key=values.__getitem__)
    x = golden_section_minimum(function, grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    return min(x, grid[best], key=function)


# Requirements in words, as shown with a verdict: without edges, where there is no derivative, and without what
# always holds.

MAX_REQUIREMENTS = 6


def requirements(expression: Expression) -> list[str]:
    """Return what the table requires of the arguments of a function's operations: `x - 1 > 0`, `y != 0`."""
    always_evaluated = assumptions_of(expression).defined
    texts = (requirement(node) for node in wengert_list(expression) if node in always_evaluated)
    return list(dict.fromkeys(text for text in texts if text is not None))[:MAX_REQUIREMENTS]


def requirement(node: Expression) -> str | None:
    """Return what the table requires of the arguments of an operation; None if nothing, or only of constants."""
    operation, arguments = node.operation, node.arguments
    if operation is None or not node.varies or not operation.domain.text or is_choice(node):
        return None
    if is_integer_power(node) and (exact_integer(arguments[1]) or 0) >= 0:
        return None
    region = {integer_power: "x != 0", general_power: "a > 0"}.get(operation, operation.domain.text)
    letters = dict(zip(re.findall(r"\b[a-z]\b", operation.notation), arguments, strict=True))
    parts = [part for part in region.split(" and ") if _has_variable(part, letters)]
    if not parts:
        return None
    return re.sub(r"\b[a-z]\b", lambda match: _argument_text(match[0], letters), " and ".join(parts))


def _has_variable(part: str, letters: Mapping[str, Expression]) -> bool:
    return any(letters[letter].varies for letter in re.findall(r"\b[a-z]\b", part) if letter in letters)


def _argument_text(letter: str, letters: Mapping[str, Expression]) -> str:
    return str(letters[letter]) if letter in letters else letter


def domain_of(expression: Expression) -> tuple[str, ...]:
    """Return the domain in words: `x > 0` for sqrt(x), `x != 0` for 1/x^2, and nothing for ln(x^2 + 1)."""
    relations: dict[str, None] = {}
    for text in requirements(expression):
        strict = text.replace("<=", "<").replace(">=", ">")  # at an edge there is no derivative
        to_zero = re.fullmatch(r"([^<>=!,]*) (>|!=) 0", strict)
        relation = strict if to_zero is None else _relation_to_zero(parse(to_zero[1]), to_zero[2])
        if relation is not None:
            relations[relation] = None
    return tuple(text for text in relations if "!=" not in text or text.replace("!=", ">") not in relations)


def _relation_to_zero(subject: Expression, relation: str) -> str | None:
    """Return the relation of an expression to 0 as text; None where it holds everywhere."""
    while relation == "!=" and subject.operation in (integer_power, sqrt):
        subject = subject.arguments[0]
    return None if not subject.varies or is_positive(subject) else f"{subject} {relation} 0"


def is_positive(expression: Expression) -> bool:
    """Tell whether the form of an expression shows that it is positive wherever it has a value."""
    positive: set[Expression] = set()
    not_negative: set[Expression] = set()
    for node in wengert_list(expression):
        signs = [argument in positive for argument in node.arguments]
        safe = [argument in not_negative for argument in node.arguments]
        if isinstance(node, Number):
            sure, possible = node.digits > 0, True
        elif node.operation is add:
            sure, possible = any(signs) and all(safe), all(safe)
        elif is_product(node) or is_quotient(node):
            sure, possible = all(signs), all(safe)
        else:
            even = is_integer_power(node) and (exact_integer(node.arguments[1]) or 1) % 2 == 0
            sure, possible = node.operation in (exp, cosh), node.operation is sqrt or even
        if sure:
            positive.add(node)
        if sure or possible:
            not_negative.add(node)
    return expression in positive
