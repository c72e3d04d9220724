"""The truth about second derivatives: the Hessian, or the Hessian times a vector, in ball arithmetic.

Reverse sweeps over dual numbers of balls run at growing precision, until every entry is known to 25 digits.  They read
the table's partials twice, so they are checked against mixed differences of values.  Where an operation that matters is
at a kink, the power series on both sides of the point decide, along single variables and along pairs of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from diffcompare.backends.problem import NOTHING, Problem
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import active_nodes, replace_nodes, wengert_list
from diffcompare.numeric.arb_functions import Beyond, Undecided, precision
from diffcompare.numeric.balls import BALLS, Ball, evaluate_balls, lift
from diffcompare.numeric.dual_numbers import duals
from diffcompare.numeric.evaluate import Deadline, Undefined
from diffcompare.numeric.power_series import as_series, terms
from diffcompare.numeric.second_order import hessian_product
from diffcompare.truth.decisions import judged, path_beside
from diffcompare.truth.directional_check import second_check
from diffcompare.truth.establish import (
    FIRST_BITS,
    LAST_BITS,
    Truth,
    TruthStatus,
    balls_differ,
    find_kinks,
    is_settled,
    slope_to_double,
)
from diffcompare.truth.one_sided import Ray, Side
from diffcompare.truth.rounding import Slopes, TrueNumber, round_ball

MAX_BITS = 1 << 12  # what is open by then stays open
SERIES_BITS = 1000
SERIES_TERMS = (3, 6, 12)  # every factor of a divisor that is 0 at the point costs a term
OVER_BALLS = partial(duals, passes_nan=False, undecided=(Undecided,))

Pair = tuple[str, str]


class SecondTruth(NamedTuple):
    """The true second derivatives, as far as they are known, and the truth about value and gradient."""

    first: Truth
    status: TruthStatus
    entries: Mapping[Pair, TrueNumber | None] = NOTHING  # type: ignore[assignment]
    """By row and column; the columns of products are those of their directions."""
    slopes: Mapping[Pair, Slopes] = NOTHING  # type: ignore[assignment]
    """The second derivatives on both sides of the point where they differ: along a variable, or along two together."""
    notes: tuple[str, ...] = ()


def establish_second(problem: Problem, directions: Mapping[str, Mapping[str, float]] | None = None) -> SecondTruth:
    """Return the truth about the Hessian, or about its products with directions, by name; it never raises."""
    deadline = Deadline(problem.budget)
    first = judged(problem)
    if first.status != "ok":
        return SecondTruth(first, first.status)
    try:
        second = _established(problem, first, directions, deadline.check)
        return _on_both_paths(problem, second, directions, deadline.check) if first.tied else second
    except TimeoutError:
        note = f"no truth within {problem.budget:g} s"
        return SecondTruth(first, "timed-out", notes=(note,))
    except Beyond as excess:
        return SecondTruth(first, "unresolved", notes=(f"no truth: it would need {excess}",))
    except (MemoryError, OverflowError):
        return SecondTruth(first, "unresolved", notes=("no truth: its numbers do not fit into memory",))


def _established(
    problem: Problem,
    first: Truth,
    directions: Mapping[str, Mapping[str, float]] | None,
    check: Callable[[], None],
) -> SecondTruth:
    seeds = {name: {name: 1.0} for name in problem.wrt} if directions is None else dict(directions)
    kinked = _variables_at_kinks(problem, check)
    if kinked and directions is not None:
        return SecondTruth(first, "unresolved", notes=("no truth: the point is at a kink",))
    entries: dict[Pair, TrueNumber | None] = {}
    for column, seed in seeds.items():
        skipped = kinked if kinked.intersection(seed) else set()
        numbers = _column(problem, seed, skipped, check)
        entries |= {(row, column): numbers[row] for row in problem.wrt}
    suspects = [entry for entry in entries if kinked.issuperset(entry)]
    slopes: dict[Pair, Slopes] = {}
    for row, column in suspects:
        entries[row, column], sides = _by_series(problem, row, column, check)
        if sides is not None:
            slopes[row, column] = sides
    known = all(number is not None for number in entries.values())
    status: TruthStatus = "nondifferentiable" if slopes else "ok" if known else "unresolved"
    lost = [
        f"(H {column}){row}" if directions is not None else second_partial(row, column)
        for (row, column), number in entries.items()
        if number is None
    ]
    notes = (f"no truth about {', '.join(lost[:4])}{', ...' * (len(lost) > 4)}",) if lost and not slopes else ()
    return SecondTruth(first, status, entries, slopes, notes)


def second_partial(row: str, column: str) -> str:
    """Return the name of an entry: `d2f/dxdy`, `d2f/dx2`, and `d2f/dx1dx1`, because x12 may be a variable as well."""
    return f"d2f/d{row}2" if row == column and not row[-1].isdigit() else f"d2f/d{row}d{column}"


def _variables_at_kinks(problem: Problem, check: Callable[[], None]) -> set[str]:
    """Return the variables below operations that are at a kink and reach the output."""
    nodes = wengert_list(problem.expression)
    active = active_nodes(nodes, problem.wrt)
    bits = FIRST_BITS
    while True:
        with precision(bits):
            try:
                kinks = find_kinks(nodes, evaluate_balls(nodes, problem.point, check), active)
                break
            except Undecided:
                if bits >= LAST_BITS:
                    return set(problem.wrt)
        bits *= 2
    return {node.name for node in wengert_list(*kinks) if isinstance(node, Variable)} if kinks else set()


def _column(
    problem: Problem, seed: Mapping[str, float], skipped: set[str], check: Callable[[], None]
) -> dict[str, TrueNumber | None]:
    """Return the Hessian times a direction, at growing precision; None for what neither bits nor values confirm.

    Rows that are `skipped` are not checked by values: a kink leaves them open.
    """
    nodes = wengert_list(problem.expression)
    bits = FIRST_BITS
    while True:
        check()
        with precision(bits):
            try:
                product = _product(problem, seed)
            except Undecided:
                product = {}
        numbers = {name: round_ball(ball) for name, ball in product.items()}
        settled = bool(product) and all(is_settled(numbers[name], ball) for name, ball in product.items())
        if settled or bits >= MAX_BITS:
            break
        bits *= 2
    checked = {name: ball for name, ball in product.items() if name not in skipped}
    if not all(ball.is_finite for ball in product.values()):  # a partial is infinite, although its product may not be
        return dict.fromkeys(problem.wrt)
    if not product or (checked and not second_check(nodes, problem.point, seed, checked, bits, check)):
        return dict.fromkeys(problem.wrt)
    return numbers


def _product(problem: Problem, seed: Mapping[str, float]) -> dict[str, Ball]:
    direction = {name: lift(number) for name, number in seed.items() if number}
    _, _, product = hessian_product(problem.expression, problem.point, problem.wrt, direction, BALLS, OVER_BALLS)
    return {name: lift(0 if type(ball) in (int, float) else ball) for name, ball in product.items()}


# --- Where another path of a program begins ---------------------------------------------------------------------------


def _on_both_paths(
    problem: Problem,
    second: SecondTruth,
    directions: Mapping[str, Mapping[str, float]] | None,
    check: Callable[[], None],
) -> SecondTruth:
    """Return the entries that the paths on all sides of the point share; the others exist on one side only."""
    found: dict[tuple[str, int], Mapping[Pair, TrueNumber | None]] = {}
    known: dict[Expression, Mapping[Pair, TrueNumber | None]] = {}
    for name, side in [(name, side) for name in problem.wrt for side in (-1, 1)]:
        check()
        path = path_beside(problem, name, side)
        if path is not None:
            there = problem._replace(expression=path.expression, program=None)
            if path.expression not in known:
                known[path.expression] = establish_second(there, directions).entries
            found[name, side] = known[path.expression]
    entries, slopes = dict(second.entries), dict(second.slopes)
    for row, column in second.entries:
        numbers = {place: there.get((row, column)) for place, there in found.items()}
        if len({number and number.text for number in numbers.values()}) < 2:
            continue
        entries[row, column] = None
        for name in (row, column) if directions is None else ():
            left, right = numbers.get((name, -1)), numbers.get((name, 1))
            if left is not None and right is not None and left.text != right.text:
                slopes[row, column] = Slopes(left.nearest, right.nearest)
    lost = entries != second.entries and not slopes
    notes = (*second.notes, *(["no truth where it differs from path to path"] if lost else []))
    status: TruthStatus = "nondifferentiable" if slopes else "unresolved" if lost else second.status
    return second._replace(status=status, entries=entries, slopes=slopes, notes=notes)


# --- At a kink --------------------------------------------------------------------------------------------------------


def _by_series(
    problem: Problem, row: str, column: str, check: Callable[[], None]
) -> tuple[TrueNumber | None, Slopes | None]:
    """Return an entry from second derivatives along lines, if both sides agree; else these, where they are known."""
    directions = [{name: 1} for name in dict.fromkeys((row, column))]
    lines = [_both_sides(problem, direction, check) for direction in directions]
    turned = 1  # along a line x = y a condition on x - y stays undecided, but not across it
    if row != column:
        lines.append(_both_sides(problem, {row: 1, column: 1}, check))
        if any(side is None for side in lines[-1]):
            turned, lines[-1] = -1, _both_sides(problem, {row: 1, column: -1}, check)
    for left, right in lines:
        if left is None or right is None:
            return None, None
        if balls_differ(left, right):
            return None, Slopes(slope_to_double(left), slope_to_double(right))
    values: list[Any] = [left for left, _ in lines]
    if row == column:
        return round_ball(values[0]), None
    one, other, both = values
    with precision(SERIES_BITS):
        return round_ball((both - one - other) / (2 * turned)), None


def _both_sides(
    problem: Problem, direction: Mapping[str, int], check: Callable[[], None]
) -> tuple[Ball | None, Ball | None]:
    left, right = (_along(problem, direction, side, check) for side in (-1, 1))
    return left, right


def _along(problem: Problem, direction: Mapping[str, int], side: int, check: Callable[[], None]) -> Ball | None:
    """Return the second derivative on one side of the point along a line."""
    moved = Variable(" t")  # no name of the language has a blank
    replaced: dict[Expression, Expression] = {
        Variable(name): Variable(name) + moved * sign for name, sign in direction.items()
    }
    (expression,) = replace_nodes([problem.expression], replaced)
    half = Side(wengert_list(expression), {**problem.point, moved.name: 0.0}, moved.name, side, check)
    for count in SERIES_TERMS:
        with precision(SERIES_BITS), terms(count):
            try:
                output = Ray(half).expanded()
                if output is None or type(output) is Undefined:
                    continue
                series = as_series(output)
                if series.end >= 3 and not series.has_pole:
                    second: Ball = series.coefficient(2) * 2
                    return second
            except (Undecided, Beyond):
                return None
    return None
