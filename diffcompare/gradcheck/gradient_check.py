"""The check of a Python gradient against values of the function: `dc.check(f, gradient, x)`.

At every point all entries are judged, and the mistake is named that explains the wrong ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown
from diffcompare.gradcheck.entries import CONSTANT_VALUES, GradientEntry, worst_first
from diffcompare.gradcheck.error_patterns import EntryGrid, ErrorPattern, common_factor, describe_factor, find_pattern
from diffcompare.gradcheck.extrapolation import DirectionalSlope
from diffcompare.gradcheck.flat_arguments import FlatPoint, flat_point, flattened
from diffcompare.gradcheck.given import WrongShape, evaluate_gradient
from diffcompare.gradcheck.jacobian_check import JacobianCheck
from diffcompare.gradcheck.other_checkers import OtherCheck, checker_names, other_check
from diffcompare.gradcheck.values import FunctionValues, describe_point
from diffcompare.studies.record import Record

MAX_ENTRIES = 200  # points with more coordinates are checked along random directions


class Inspection(NamedTuple):
    """The result at one point: values of f, verdicts on the gradient, and the pattern of its mistake."""

    point: FlatPoint
    """The coordinates, and how f is called."""
    value: list[float]
    """The components of f at the point."""
    shape: tuple[int, ...] | None
    """Shape of f's value; None for a number."""
    entries: tuple[GradientEntry, ...]
    """The judged entries, worst first; where there are many coordinates, only those that were located as wrong."""
    directions: tuple[GradientEntry, ...]
    """Derivatives along random directions, if there are many coordinates, else empty."""
    pattern: ErrorPattern | None
    """The mistake that explains all wrong entries, if one was found."""
    shape_error: str
    """What is wrong with the gradient's shape; empty if nothing is."""
    noise: list[float]
    """Standard deviation of the noise of every component of f near the point."""
    evaluations: int
    """Evaluations of f, complex ones among them."""
    trouble: str
    """Where f had no value near the point and what happened, or that f is not a function; empty if nothing did."""
    deterministic: bool = True
    """True if f always has the same value at the point; where it has not, nothing is decided."""

    @property
    def judged(self) -> tuple[GradientEntry, ...]:
        """Entries and directions."""
        return self.entries + self.directions


@dataclass(frozen=True, repr=False)
class GradientCheck(Record):
    """Result of `dc.check(f, gradient, x)`: the gradient of a Python function, judged by values of the function.

    It is true in a condition if the gradient is right, prints itself as a table, and has `to_json()`.  The method and
    its sources are those of `dc.check`.

        >>> import math
        >>> import diffcompare as dc
        >>> check = dc.check(math.sin, lambda x: -math.cos(x), 1.0)
        >>> check.ok, check.verdict, check.points[0].pattern.kind
        (False, 'wrong', 'sign')
    """

    report = "diffcompare.gradcheck.report"

    name: str
    """Name of the function."""
    points: tuple[Inspection, ...]
    """For every point its value, noise, judged entries, and the pattern of the mistake; in the order given."""
    others: tuple[OtherCheck, ...] = ()
    """The verdicts of other libraries' checkers at the first point, where they were asked."""

    @property
    def entries(self) -> tuple[GradientEntry, ...]:
        """Entries judged at all points, worst first, each with `given`, `found`, `ratio`, `verdict` and `remark`."""
        return tuple(sorted((entry for point in self.points for entry in point.entries), key=worst_first))

    @property
    def evaluations(self) -> int:
        """Number of evaluations of f, complex ones among them."""
        return sum(point.evaluations for point in self.points)

    @property
    def verdict(self) -> Literal["agrees", "wrong", "undecided"]:
        """`wrong` if any entry or the shape is wrong, else `undecided` if anything is, else `agrees`."""
        verdicts = [entry.verdict for point in self.points for entry in point.judged]
        if "wrong" in verdicts or any(point.shape_error for point in self.points):
            return "wrong"
        is_decided = "undecided" not in verdicts and all(point.deterministic for point in self.points)
        return "agrees" if is_decided else "undecided"

    @property
    def ok(self) -> bool:
        """True if the gradient agrees with the values of f in every entry, kinks included."""
        return self.verdict == "agrees"

    def __bool__(self) -> bool:
        return self.ok

    def assert_ok(self, *, allow_undecided: bool = False) -> None:
        """Raise AssertionError unless the gradient is right: for tests.

        Args:
            allow_undecided: accept a gradient that the values of f are too noisy to judge.

        Raises:
            AssertionError: with `message`, which names the wrong entries, both values, and what to do.
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        if not (self.ok or (allow_undecided and self.verdict == "undecided")):
            raise AssertionError(self.message)

    @property
    def message(self) -> str:
        """The verdict and the worst entries, with advice, in a few lines; a single line if nothing is wrong."""
        text: str = self.from_report("message")
        return text

    @property
    def failure(self) -> Diagnostic | None:
        """Always None: where f has no value an exception is raised, and there is no record."""
        return None


def check_callable(
    f: Callable[..., Any],
    gradient: Any,
    /,
    *point: Any,
    points: Iterable[Any] = (),
    each: bool = False,
    seed: int = 0,
    engines: Sequence[str] = (),
    **coordinates: Any,
) -> GradientCheck:
    """Check the gradient of a Python function at a point, by values of the function alone.

    The arguments are those of `dc.check` for a function.  Every entry of the gradient is estimated by Ridders'
    extrapolation of central differences, with steps from 1/17 of the coordinate downwards; its error comes from the
    tableau and from the noise of f (ECnoise), and is confirmed at smaller steps.  The slopes on both sides are
    estimated as well, and the complex step is used where f takes complex numbers and it agrees with the differences.

    There is no tolerance.  An entry is

    - `wrong` if it differs from the estimate by more than the error of the estimate plus the rounding of its own
      arithmetic;
    - `right` if it does not, and the error is small enough to tell (about three digits); at the edge of the domain one
      side is enough;
    - `kink` if the slopes on both sides differ and it is one of them or lies between them;
    - `undecided` otherwise: where f is too noisy, jumps, or has a vertical tangent; where f has different values at the
      same point, and so is not a function; and, unless the entry is 0, where f has the same value wherever it was
      evaluated, and so may be constant or rounded.

    More than 200 coordinates are checked along 3 random directions, and up to 8 wrong entries are located by bisection,
    at about 32 evaluations of f for each halving.
    """
    if not callable(f):
        raise TypeError(f"f is not a function: {shown(f)}")
    flat_points = _all_points(point, coordinates, points)
    if len(flat_points) > 1 and not (callable(gradient) or gradient is True):
        raise TypeError("several points need a callable gradient")
    others: tuple[OtherCheck, ...] = ()
    if engines:
        others = tuple(other_check(name, f, gradient, flat_points[0]) for name in checker_names(engines))
    inspections = tuple(inspect_point(f, gradient, flat, seed=seed, each=each) for flat in flat_points)
    return GradientCheck(getattr(f, "__name__", type(f).__name__).replace("<lambda>", "f"), inspections, others)


def _all_points(point: tuple[Any, ...], coordinates: dict[str, Any], points: Iterable[Any]) -> list[FlatPoint]:
    """Flatten the point that was given by arguments, if any, and the items of `points`."""
    flat_points = [flat_point(point, coordinates)] if point or coordinates else []
    if not isinstance(points, Iterable):
        help = "give several points as a list: points=[1.0, 2.0]"
        raise DiffcompareError(
            Diagnostic("E575", "bad_value", f"`points` is {points!r}, which is not a list", help=help)
        )
    flat_points += map(_one_of_several, points)
    if not flat_points:
        raise TypeError("check needs a point: check(f, gradient, x), or points=[...]")
    return flat_points


def _one_of_several(point: Any) -> FlatPoint:
    """Flatten an item of `points`: a tuple is several arguments if its items differ in shape, else one argument."""
    if isinstance(point, tuple) and any(hasattr(item, "__len__") for item in point):
        try:
            return flat_point((point,))
        except DiffcompareError:  # rows of different shapes, or something else that cannot be one argument
            return flat_point(point)
    return flat_point((point,))


# --- One point --------------------------------------------------------------------------------------------------------


def inspect_point(f: Callable[..., Any], gradient: Any, point: FlatPoint, *, seed: int, each: bool) -> Inspection:
    """Judge the gradient at one point.

    All entries are judged if `each` is set or there are at most MAX_ENTRIES coordinates; otherwise the derivatives
    along random directions, which `seed` chooses.  Raises DiffcompareError where f or the gradient has no numbers.
    """
    point_of_f = point.for_function(f)
    values = FunctionValues(f, point_of_f, lambda: _is_same_function(gradient, f) or _is_one_number(gradient, point))
    if gradient is True:
        if not values.paired:
            raise TypeError("gradient=True is for a function that returns (value, gradient), and f does not")
        gradient = f
    point_of_gradient = point.for_function(gradient) if callable(gradient) else point_of_f
    if [leaf.shape for leaf in point_of_gradient.leaves] == [leaf.shape for leaf in point_of_f.leaves]:
        point_of_gradient = FlatPoint(point_of_f.leaves, point_of_gradient.coordinates, point_of_gradient.form)
    try:
        given = evaluate_gradient(
            gradient, point_of_gradient, values.shape, point_of_f.coordinates, paired=values.paired is True
        )
    except WrongShape as wrong:
        return _with_wrong_shape(values, str(wrong))
    jacobian_check = JacobianCheck(values, given, gradient, point_of_gradient, seed)
    if each or len(point_of_f.coordinates) <= MAX_ENTRIES:
        entries, directions = jacobian_check.every_entry(), list[GradientEntry]()
    else:
        entries, directions = jacobian_check.along_directions()
    return _inspection(jacobian_check, entries, directions)


def _is_same_function(gradient: Any, f: Callable[..., Any]) -> bool:
    """Tell whether f itself returns the gradient."""
    return gradient is True or (callable(gradient) and gradient == f)


def _is_one_number(gradient: Any, point: FlatPoint) -> bool:
    """Tell whether the gradient is a single number for a single coordinate."""
    try:
        answer = point.for_function(gradient).call(gradient, point.coordinates) if callable(gradient) else gradient
        return len(point.coordinates) == 1 and flattened(answer)[1] in (None, ())
    except Exception:  # user code may raise anything; it is reported where the gradient is evaluated
        return False


def _with_wrong_shape(values: FunctionValues, shape_error: str) -> Inspection:
    pattern = ErrorPattern("shape", shape_error)
    return Inspection(values.point, values.here, values.shape, (), (), pattern, shape_error, [], values.count, "")


def _inspection(
    jacobian_check: JacobianCheck, entries: list[GradientEntry], directions: list[GradientEntry]
) -> Inspection:
    """Build the inspection, with the judgements that need all evaluations to be done."""
    values = jacobian_check.values
    nondeterminism = values.nondeterminism()
    if nondeterminism:
        entries, directions = (
            [replace(entry, verdict="undecided", remark="") for entry in judged] for judged in (entries, directions)
        )
    else:
        entries, directions = (
            [_undecided_if_constant(entry, values.constant) for entry in judged] for judged in (entries, directions)
        )
    return Inspection(
        values.point,
        values.here,
        values.shape,
        tuple(sorted(entries, key=worst_first)),
        tuple(sorted(directions, key=worst_first)),
        _pattern(jacobian_check, entries, directions, is_decided=not nondeterminism),
        jacobian_check.given.shape,
        jacobian_check.noise,
        values.count,
        nondeterminism or _trouble(values, entries),
        deterministic=not nondeterminism,
    )


def _undecided_if_constant(entry: GradientEntry, constant: Collection[int]) -> GradientEntry:
    """Return the entry, undecided instead of wrong where f was constant: so are values rounded to few digits."""
    if entry.component not in constant or entry.verdict != "wrong" or not math.isfinite(entry.given):
        return entry
    unknown = DirectionalSlope("unknown", math.nan, math.inf)
    return replace(entry, verdict="undecided", slope=unknown, remark=CONSTANT_VALUES)


def _pattern(
    jacobian_check: JacobianCheck,
    entries: Sequence[GradientEntry],
    directions: Sequence[GradientEntry],
    *,
    is_decided: bool,
) -> ErrorPattern | None:
    """Return the mistake behind the wrong entries, if any; first of all, a wrong shape that could be repaired."""
    given = jacobian_check.given
    if given.repair == "transposed":
        verdict = ": its transpose is right" if _all_right(entries) else ": and its transpose is wrong as well"
        return ErrorPattern("transposed", given.shape + verdict)
    if given.repair == "swapped":
        return ErrorPattern(
            "swapped", given.shape + ("" if _all_right(entries) else ", and wrong in the right order as well")
        )
    if not is_decided:
        return None
    grid = EntryGrid(entries, jacobian_check.values.point, len(given.rows), complete=not directions)
    of_directions = _common_factor_of_directions(directions, grid.inputs, grid.outputs)
    return of_directions or jacobian_check.rearrangement() or find_pattern(grid)


def _all_right(entries: Sequence[GradientEntry]) -> bool:
    return all(entry.verdict in ("right", "kink") for entry in entries)


def _common_factor_of_directions(directions: Sequence[GradientEntry], inputs: int, outputs: int) -> ErrorPattern | None:
    """Return the pattern of a constant factor along all directions: then it is one of all entries."""
    factor = common_factor(directions) if len([e for e in directions if e.ratio is not None]) > 1 else None
    if factor is None:
        return None
    description = describe_factor(factor, directions[:1], inputs, outputs)
    sentence = f"along every direction the derivative is {description.predicate}"
    return ErrorPattern(description.kind, sentence, factor.value)


def _trouble(values: FunctionValues, entries: Sequence[GradientEntry]) -> str:
    """Say what happened nearest to the point instead of a value, if it left an entry undecided or one-sided."""
    if not values.failures or all(entry.slope.kind == "smooth" for entry in entries):
        return ""
    here = values.point.coordinates
    nearest = min(values.failures, key=lambda there: math.dist(there, here))
    moved = [index for index, (a, b) in enumerate(zip(here, nearest, strict=True)) if a != b]
    names = values.point.names
    where = f"{names[moved[0]]} = {nearest[moved[0]]!r}" if len(moved) == 1 else describe_point(values.point, nearest)
    return f"f {values.failures[nearest]} at {where}"
