"""The check of a gradient as a record: verdicts at every point, and whether a test may pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Document
from diffcompare.studies.callables.entries import Entry, worst_first
from diffcompare.studies.callables.inspection import Inspection
from diffcompare.studies.telling import Shown


@dataclass(frozen=True, repr=False)
class GradientCheck(Shown):
    """The gradient of a Python function, checked against its values at some points."""

    name: str
    """The name of the function."""
    points: tuple[Inspection, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
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
        from diffcompare.studies.callables.wording import message

        return message(self)

    @property
    def failure(self) -> Diagnostic | None:
        """None: where f has no value there is an exception and no record."""
        return None

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        from diffcompare.studies.callables.data import data

        return data(self)

    def document(self) -> Document:
        """The entries, worst first, and the closing verdict."""
        from diffcompare.studies.callables.document import document

        return document(self)
