"""Is this gradient right?  The gradient of a Python function against the values of the function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.gradcheck.entries import GradientEntry, worst_first
from diffcompare.gradcheck.flat_arguments import FlatPoint, place_of
from diffcompare.gradcheck.inspection import Inspection, inspect_point
from diffcompare.studies.record import Record

# The check of a gradient as a record: verdicts at every point, and whether a test may pass.


@dataclass(frozen=True, repr=False)
class GradientCheck(Record):
    """The gradient of a Python function, checked against its values at some points."""

    report = "diffcompare.gradcheck.report"

    name: str
    """The name of the function."""
    points: tuple[Inspection, ...]

    @property
    def entries(self) -> tuple[GradientEntry, ...]:
        """The entries that were judged at all points, the worst first."""
        return tuple(sorted((entry for each in self.points for entry in each.entries), key=worst_first))

    @property
    def evaluations(self) -> int:
        """How often f was evaluated."""
        return sum(each.evaluations for each in self.points)

    @property
    def verdict(self) -> Literal["agrees", "wrong", "undecided"]:
        """`wrong` where any entry (or the shape) is; `undecided` where none is, and some could not be told."""
        judged = [entry.verdict for each in self.points for entry in each.judged]
        if "wrong" in judged or any(each.misfit for each in self.points):
            return "wrong"
        return "undecided" if "undecided" in judged or not all(each.steady for each in self.points) else "agrees"

    @property
    def ok(self) -> bool:
        """Whether the gradient agrees with the values of f in every entry, kinks included."""
        return self.verdict == "agrees"

    def __bool__(self) -> bool:
        return self.ok

    def assert_ok(self, *, allow_undecided: bool = False) -> None:
        """For tests.  Raises AssertionError, which says which entry is wrong, both values, and what to do.

        What cannot be decided, because the values of f are too noisy, fails as well unless it is allowed.
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        if not (self.ok or (allow_undecided and self.verdict == "undecided")):
            raise AssertionError(self.message)

    @property
    def message(self) -> str:
        """What is wrong and what to do about it, in a few lines; one line where nothing is."""
        text: str = self.from_report("message")
        return text

    @property
    def failure(self) -> Diagnostic | None:
        """None: where f has no value there is an exception and no record."""
        return None


MANY = 200

"""Coordinates up to which every entry is looked at."""


def check_callable(
    f: Callable[..., Any],
    gradient: Any,
    /,
    *point: Any,
    points: Iterable[Any] = (),
    each: bool = False,
    seed: int = 0,
    **named: Any,
) -> GradientCheck:
    """Check the gradient of a Python function at a point, by values of the function alone.

    `f` returns a number, or an array of any shape S; then `gradient` gives a Jacobian.  `gradient` is a callable that
    is called just as f is, or the numbers themselves.  The point is what somebody would call f with:

        check_callable(f, g, 2.0)                    f(2.0)                 the gradient is a number
        check_callable(f, g, [1, 2, 3])              f(array)               an array of the same shape (for S: S + it)
        check_callable(f, g, 2.0, 5.0)               f(2.0, 5.0)            an array of both
        check_callable(f, g, W, b)                   f(W, b)                a pair, each in the shape of its argument
        check_callable(f, g, {"a": 1.0, "b": [2]})   f({"a": ..., "b": ...})  a mapping with the same keys
        check_callable(f, g, x=1.0, y=2.0)           f(x=1.0, y=2.0)        a mapping, or an array of both

    A function that returns (value, gradient) as optimisers want it is taken by its value: `check_callable(f, True, x)`
    checks the gradient that it returns, and `gradient` may be such a function as well.

    Lists and tuples become numpy arrays (of doubles; an array in single precision stays one), made anew for every call.
    Where the signature of f has no place for one argument, but for n, a list of n numbers is spread over them; so is a
    mapping over keywords.  `points` are further points (a tuple or list for several arguments).

    Estimated are, for every entry: the derivative, by Ridders' extrapolation of central differences, with steps from
    1/17 of the coordinate downwards (Ridders 1982); its error, by the tableau and by the noise of f (ECnoise, Moré &
    Wild 2011), confirmed at smaller steps; the slopes on both sides; and by the complex step (Squire & Trapp 1998)
    where f takes complex numbers and this agrees with the differences.

    There is no tolerance: an entry is `wrong` where it lies outside the error of the estimate and the rounding of its
    own arithmetic, `right` inside if that error is small enough to tell (about three digits), `undecided` if it is not,
    and `kink` where the slopes on both sides differ and it is one of them or between them.  At the edge of the domain
    one side is enough.  Where f jumps or has a vertical tangent there is no derivative, and where it has another value
    when it is asked again it is no function: then nothing is right, and all is `undecided`.  Where f has one value
    wherever it was asked for, it may be constant or rounded, and what is not 0 is `undecided`.

    More than 200 coordinates are checked along 3 random directions (`seed` chooses them; `each` looks at every entry
    all the same), and wrong entries, up to 8, are located by bisection: about 32 evaluations of f for each halving.

    The record's `ok` says whether all is right, `assert_ok()` is for tests, `message` says what to do.  Raises
    DiffcompareError where f has no finite value at the point (E576), or the point (E575) or the gradient (E577) is not
    made of numbers; a gradient of the wrong shape is a wrong gradient.
    """
    if not callable(f):
        raise TypeError(f"f is no function: {f!r}")
    places = [place_of(point, named)] if point or named else []
    if not isinstance(points, Iterable):
        help = "give several points as a list: points=[1.0, 2.0]"
        raise DiffcompareError(Diagnostic("E575", "bad_value", f"`points` is {points!r}, which is no list", help=help))
    places += [_one(each_point) for each_point in points]
    if not places:
        raise TypeError("check needs a point: check(f, gradient, x), or points=[...]")
    if len(places) > 1 and not (callable(gradient) or gradient is True):
        raise TypeError("several points need a gradient that can be called")
    found = tuple(inspect_point(f, gradient, place, seed=seed, each=each, many=MANY) for place in places)
    return GradientCheck(getattr(f, "__name__", type(f).__name__).replace("<lambda>", "f"), found)


def _one(point: Any) -> FlatPoint:
    """A point of several: a tuple of arguments where its items are of different shapes, else one argument."""
    if isinstance(point, tuple) and any(hasattr(item, "__len__") for item in point):
        try:
            return place_of((point,))
        except DiffcompareError:  # rows of different shapes, or something else that one argument cannot be
            return place_of(point)
    return place_of((point,))
