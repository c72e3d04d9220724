"""Check of a Python gradient against values of the function: `dc.check(f, gradient, x)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.gradcheck.entries import GradientEntry, worst_first
from diffcompare.gradcheck.flat_arguments import FlatPoint, flat_point
from diffcompare.gradcheck.inspection import Inspection, inspect_point
from diffcompare.studies.record import Record

MAX_ENTRIES = 200  # points with more coordinates are checked along random directions


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
        raise TypeError(f"f is not a function: {f!r}")
    flat_points = [flat_point(point, coordinates)] if point or coordinates else []
    if not isinstance(points, Iterable):
        help = "give several points as a list: points=[1.0, 2.0]"
        raise DiffcompareError(
            Diagnostic("E575", "bad_value", f"`points` is {points!r}, which is not a list", help=help)
        )
    flat_points += map(_one_of_several, points)
    if not flat_points:
        raise TypeError("check needs a point: check(f, gradient, x), or points=[...]")
    if len(flat_points) > 1 and not (callable(gradient) or gradient is True):
        raise TypeError("several points need a gradient that can be called")
    inspections = tuple(
        inspect_point(f, gradient, flat, seed=seed, each=each, max_entries=MAX_ENTRIES) for flat in flat_points
    )
    return GradientCheck(getattr(f, "__name__", type(f).__name__).replace("<lambda>", "f"), inspections)


def _one_of_several(point: Any) -> FlatPoint:
    """Flatten an item of `points`: a tuple is several arguments if its items differ in shape, else one argument."""
    if isinstance(point, tuple) and any(hasattr(item, "__len__") for item in point):
        try:
            return flat_point((point,))
        except DiffcompareError:  # rows of different shapes, or something else that cannot be one argument
            return flat_point(point)
    return flat_point((point,))
