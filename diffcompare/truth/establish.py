"""The truth about a problem: value and gradient in ball arithmetic at growing precision, checked by values alone.

One evaluation and one reverse sweep run at growing precision, until both ends of every ball round to the same 25 digits
and to the same double.  The sweep uses the same table of partials as the methods it judges, so it is checked against a
difference quotient of values, in a direction that moves every variable.  Where an operation that matters is at a kink,
where a partial is not finite, or where that check fails, the slopes on both sides of the point decide
(`one_sided.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from diffcompare.backends.problem import NOTHING, Problem
from diffcompare.collection_pause import collection_paused
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.arb_functions import Beyond, Unavailable, Undecided, power_of_two, precision, to_float
from diffcompare.numeric.balls import BALLS, Ball, compare, evaluate_balls, lift
from diffcompare.numeric.evaluate import Deadline, Undefined, at_kink, values_at
from diffcompare.numeric.sweeps import reverse
from diffcompare.numeric.user_operations import definition_notes, without_definition
from diffcompare.truth.directional_check import directional_check
from diffcompare.truth.rounding import SURE_BITS, Slopes, TrueNumber, round_ball

if TYPE_CHECKING:
    from diffcompare.truth.one_sided import Slope

FIRST_BITS, LAST_BITS = 128, 1 << 15
MAX_KINK_BITS = 2048  # what is still open at a possible kink by then is left to the one-sided slopes

# A number that rounds to the double 0 is followed down to 2^-8192, unless bits times nodes exceed ZERO_WORK.
ZERO_BITS, ZERO_WORK = 1 << 13, 1 << 20

TruthStatus = Literal["ok", "undefined", "nondifferentiable", "timed-out", "unresolved", "unavailable"]


class Truth(NamedTuple):
    """The true value and the true partials at a point, as far as they are known."""

    status: TruthStatus
    value: TrueNumber | None = None
    gradient: Mapping[str, TrueNumber | None] = NOTHING
    slopes: Mapping[str, Slopes] = NOTHING
    undefined: tuple[Expression, Undefined] | None = None
    misled: tuple[Expression, ...] = ()
    """Every `if` that takes a different branch in doubles than in exact arithmetic, where 0.1 + 0.2 is 0.3."""
    tied: str = ""
    """For a program: the line at which another path begins at the point, as both sides of a decision are equal."""
    notes: tuple[str, ...] = ()
    source: Literal["", "definition", "differences"] = ""
    """Where the numbers of a user's own operations come from; differences of doubles where one has no definition."""


@dataclass
class _Sweep:
    """The results of one evaluation and one reverse sweep at one precision."""

    value: Any = None
    partials: dict[str, Ball] = field(default_factory=dict)
    kinks: list[Expression] = field(default_factory=list)
    branches: dict[Expression, int] = field(default_factory=dict)
    undecided: bool = False
    open_at: Expression | None = None
    outside: tuple[Expression, Undefined] | None = None


class _Rounded(NamedTuple):
    """A sweep, its rounded numbers, and the variables whose partial it cannot settle."""

    sweep: _Sweep
    value: TrueNumber | None
    partials: dict[str, TrueNumber | None]
    suspects: set[str]
    bits: int

    @property
    def may_be_smaller(self) -> bool:
        """True if some number is only known to be 0 to this precision, so that more bits may find its magnitude."""
        pairs = [(self.value, self.sweep.value)]
        pairs += [
            (self.partials[name], ball) for name, ball in self.sweep.partials.items() if name not in self.suspects
        ]
        return any(
            number.text == "0" and ball.rad > power_of_two(-ZERO_BITS) for number, ball in pairs if number is not None
        )


def establish(problem: Problem) -> Truth:
    """Return the truth about a problem, within its time budget; never raises for a hard problem, see `status`."""
    try:
        return _establish(problem, Deadline(problem.budget).check)
    except TimeoutError:
        return Truth("timed-out", gradient=dict.fromkeys(problem.wrt), notes=(f"no truth within {problem.budget:g} s",))
    except Unavailable as reason:
        return Truth("unavailable", gradient=dict.fromkeys(problem.wrt), notes=(f"no truth: {reason}",))
    except Beyond as excess:
        note = f"no truth: it would need {excess}"
    except NotDifferentiable:
        note = "no truth: an operation has no partial with respect to one of its arguments"
    except (MemoryError, OverflowError):
        note = "no truth: its numbers do not fit into memory"
    return Truth("unresolved", gradient=dict.fromkeys(problem.wrt), notes=(note,))


def _establish(problem: Problem, check: Callable[[], None]) -> Truth:
    nodes = wengert_list(problem.expression)
    opaque = without_definition(nodes)
    with collection_paused(len(nodes)):
        if opaque is not None:
            return _by_differences(problem, nodes, opaque, check)
        truth = _by_balls(problem, nodes, check)
    notes = definition_notes(nodes, problem.point)
    return truth._replace(source="definition", notes=(*truth.notes, *notes)) if notes else truth


def _by_balls(problem: Problem, nodes: Sequence[Expression], check: Callable[[], None]) -> Truth:
    active = active_nodes(nodes, problem.wrt)
    rounded = _grow(nodes, active, problem, FIRST_BITS, check)
    # 0 to within a tiny radius may be a number far below the doubles: while they are cheap, more bits find its size.
    while rounded.bits * len(nodes) < ZERO_WORK and rounded.bits < ZERO_BITS and rounded.may_be_smaller:
        try:
            further = _grow(nodes, active, problem, 2 * rounded.bits, check)
        except Beyond:
            break
        if further.value is None:
            break
        rounded = further
    sweep, bits = rounded.sweep, rounded.bits
    if sweep.outside:
        return Truth("undefined", gradient=dict.fromkeys(problem.wrt), undefined=sweep.outside)
    if rounded.value is None:
        note = f"no truth with {bits} bits"
        if sweep.open_at is not None:
            note += f": they do not decide {shorten(sweep.open_at)}"
        return Truth("unresolved", gradient=dict.fromkeys(problem.wrt), notes=(note,))
    return _decide(problem, nodes, rounded, check)


def _by_differences(
    problem: Problem, nodes: Sequence[Expression], opaque: Expression, check: Callable[[], None]
) -> Truth:
    from diffcompare.truth.bounded_differences import gradient_by_differences  # few problems need it

    gradient, slopes, note = gradient_by_differences(problem, nodes, opaque, check)
    status: TruthStatus = "nondifferentiable" if slopes else "ok" if all(gradient.values()) else "unresolved"
    return Truth(status, gradient=gradient, slopes=slopes, notes=(note,), source="differences")


def _grow(
    nodes: Sequence[Expression], active: set[Expression], problem: Problem, bits: int, check: Callable[[], None]
) -> _Rounded:
    """Sweep at growing precision, until every number that a sweep can settle is rounded."""
    while True:
        sweep = _sweep(nodes, active, problem, bits, check)
        value = round_ball(sweep.value) if isinstance(sweep.value, Ball) else None
        partials = {name: round_ball(ball) for name, ball in sweep.partials.items()}
        suspects = set() if sweep.outside else _suspects(nodes, sweep, problem)
        rounded = _Rounded(sweep, value, partials, suspects, bits)
        needs_slopes = value is not None and (suspects or sweep.undecided)
        last = bits >= (MAX_KINK_BITS if needs_slopes else LAST_BITS)
        if sweep.outside or last or bits >= LAST_BITS:
            return rounded
        if value is not None and not sweep.undecided:
            trusted = [(partials[name], sweep.partials[name]) for name in problem.wrt if name not in suspects]
            settled = all(is_settled(number, ball) for number, ball in [(value, sweep.value), *trusted])
            if settled and all(sweep.partials[name].is_finite for name in suspects):
                return rounded
        bits *= 2


def is_settled(number: TrueNumber | None, ball: Ball) -> bool:
    """Tell whether a number is known to 25 digits, with a bound far below the last of them."""
    if number is None or number.text == "0" or ball.arb.is_exact():
        return number is not None
    return ball.arb.rel_accuracy_bits() > SURE_BITS


def _sweep(
    nodes: Sequence[Expression], active: set[Expression], problem: Problem, bits: int, check: Callable[[], None]
) -> _Sweep:
    """Compute value and gradient at one precision, and the kinks that the values meet."""
    sweep = _Sweep()
    output = nodes[-1]
    with precision(bits):
        try:
            values = evaluate_balls(nodes, problem.point, check)
            sweep.value = values[output]
            if type(sweep.value) is Undefined:
                sweep.outside = next((node, sweep.value) for node in nodes if values[node] is sweep.value)
                return sweep
            sweep.branches = _branches(nodes, values)
            sweep.kinks = find_kinks(nodes, values, active)
            adjoints = reverse(nodes, values, active, output, BALLS, check)
            # A kink that no adjoint reaches (in the condition of an `if`, below a step function) does not matter.
            sweep.kinks = [node for node in sweep.kinks if node in adjoints]
            sweep.partials = {name: adjoints.get(Variable(name), lift(0)) for name in problem.wrt}
        except Undecided as undecided:
            sweep.undecided, sweep.open_at = True, undecided.where
    return sweep


def _branches(nodes: Sequence[Expression], values: Mapping[Expression, Any]) -> dict[Expression, int]:
    """Return the index of the argument that every `if` takes, where its condition has a value."""
    taken = {}
    for node in nodes:
        if node.operation is not None and node.operation.selects:
            compared = [values[argument] for argument in node.arguments[:2]]
            if not any(type(value) is Undefined for value in compared):
                taken[node] = node.operation.selects(*compared)
    return taken


def find_kinks(
    nodes: Sequence[Expression], values: Mapping[Expression, Any], active: set[Expression]
) -> list[Expression]:
    """Return the active operations at one of their kinks, or so near one that this precision cannot tell."""
    kinks = []
    for node in nodes:
        compared = node.arguments[:2] if node.operation is not None and node.operation.selects else node.arguments
        if any(argument in active for argument in compared):
            try:
                if at_kink(node, [values[argument] for argument in node.arguments]):
                    kinks.append(node)
            except Undecided:
                kinks.append(node)
    return kinks


def _suspects(nodes: Sequence[Expression], sweep: _Sweep, problem: Problem) -> set[str]:
    """Return the variables whose partial the sweep alone cannot settle."""
    suspects = {name for name, ball in sweep.partials.items() if not ball.is_finite}
    if sweep.kinks:
        below = wengert_list(*sweep.kinks)
        names = {node.name for node in below if type(node) is Variable}
        suspects |= names.intersection(problem.wrt)
    return suspects if not sweep.undecided else set(problem.wrt)


def _decide(problem: Problem, nodes: Sequence[Expression], rounded: _Rounded, check: Callable[[], None]) -> Truth:
    """Accept the partials that values confirm; settle the others by the one-sided slopes."""
    sweep, value, partials, suspects, bits = rounded
    trusted = {name: ball for name, ball in sweep.partials.items() if name not in suspects and partials[name]}
    if trusted and not directional_check(nodes, problem.point, trusted, bits, check):
        suspects |= set(trusted)
    gradient: dict[str, TrueNumber | None] = {}
    slopes: dict[str, Slopes] = {}
    notes: list[str] = []
    broken = False
    for name in problem.wrt:
        if name not in suspects:
            gradient[name] = partials[name]
            if partials[name] is None:
                notes.append(f"df/d{name}: no truth with {bits} bits")
            continue
        from diffcompare.truth.one_sided import one_sided_slopes  # few points need it

        left, right = one_sided_slopes(nodes, problem.point, name, bits, check)
        gradient[name], note = _settle(name, left, right)
        if note:
            notes.append(note)
        if gradient[name] is None:
            slopes[name] = Slopes(slope_to_double(left), slope_to_double(right))
            broken = broken or _is_break(left, right)
    status: TruthStatus = "nondifferentiable" if broken else "ok" if all(gradient.values()) else "unresolved"
    misled = _differing_branches(nodes, problem, sweep.branches)
    notes += [f"{shorten(node)} takes a different branch in doubles than in exact arithmetic" for node in misled]
    return Truth(status, value, gradient, slopes, misled=misled, notes=tuple(notes))


def _differing_branches(
    nodes: Sequence[Expression], problem: Problem, branches: Mapping[Expression, int]
) -> tuple[Expression, ...]:
    """Return every `if` below the output that takes a different branch in doubles."""
    if not branches:
        return ()
    in_doubles = _branches(nodes, values_at(nodes, problem.point))
    needed = {nodes[-1]}
    for node in reversed(nodes):
        if node in needed:
            taken = branches.get(node)
            needed.update(node.arguments if taken is None else (*node.arguments[:2], node.arguments[taken]))
    return tuple(node for node, taken in branches.items() if node in needed and in_doubles.get(node, taken) != taken)


def _settle(name: str, left: Slope, right: Slope) -> tuple[TrueNumber | None, str]:
    """Return the partial that two one-sided slopes determine, or None, and a note for the user."""
    if isinstance(left, Ball) and isinstance(right, Ball):
        return (None, "") if balls_differ(left, right) else (round_ball(right) or round_ball(left), "")
    for side, other, word in ((left, right, "left"), (right, left, "right")):
        if isinstance(side, Ball) and other is None:
            return round_ball(side), f"df/d{name}: the slope from the {word}, at the edge of the domain"
    if _is_break(left, right):
        return None, ""
    return None, f"df/d{name}: no limit of the slopes was found"


def balls_differ(left: Ball, right: Ball) -> bool:
    try:
        return compare(left, right) != 0
    except Undecided:
        return False


def _is_break(left: Slope, right: Slope) -> bool:
    """Tell whether both one-sided slopes are known and together show that there is no derivative."""
    if any(isinstance(side, float) and math.isnan(side) for side in (left, right)):
        return False
    return not (isinstance(left, Ball) and isinstance(right, Ball)) or balls_differ(left, right)


def slope_to_double(slope: Slope) -> float | None:
    """Return a slope as a double; None where there are no values, or where no limit was found."""
    if isinstance(slope, Ball):
        return to_float(slope.arb) + 0.0  # never -0.0
    return None if slope is None or math.isnan(slope) else slope
