"""The question put to every backend, and the form of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from diffcompare.language.expression import Expression
from diffcompare.numeric.recording import record

Status = Literal["ok", "undefined", "timed-out", "out-of-memory", "failed", "not-supported"]


NOTHING: Mapping[str, Any] = {}
"""The default of fields that hold a mapping; never written to."""


class Hand(NamedTuple):
    """Partials that a person wrote, one formula per variable, and where they come from."""

    formulas: Mapping[str, Expression]
    origin: Literal["given", "file", "catalogue"]


class Problem(NamedTuple):
    """Differentiate `expression` at `point` by the variables `wrt`.

    `step` overrides the step of the difference formulas; `budget` is in seconds for each method (None: no limit);
    without `simplify` a method that has formulas does not look for shorter ones.  `program` is what has another
    expression at another point: a Python function that is recorded as it runs.
    """

    expression: Expression
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    hand: Hand | None = None
    step: float | None = None
    budget: float | None = 5.0
    simplify: bool = True
    program: Callable[[Mapping[str, float]], Expression] | None = None

    def at(self, point: Mapping[str, float]) -> Expression:
        """The expression that computes the function at this point (the same one everywhere, for a typed expression)."""
        return self.expression if self.program is None else self.program(point)


class Size(NamedTuple):
    """Nodes of formulas: written out as a tree, and distinct."""

    tree: int
    dag: int


class Work(NamedTuple):
    """Evaluations of f, and elementary operations in all."""

    evaluations: int
    operations: int


class Derivative(NamedTuple):
    """One method's answer.  A partial that could not be computed is None; inf and nan are never stored as partials."""

    method: str
    status: Status = "ok"
    variant: str | None = None
    gradient: Mapping[str, float | None] = NOTHING
    work: Work | None = None
    formulas: Mapping[str, Expression] | None = None
    sizes: Mapping[str, Size | None] | None = None
    """Of the whole gradient, by stage: `raw`, and for sympy `cse` and `simplified`."""
    notes: tuple[str, ...] = ()


class Backend(NamedTuple):
    """A way of differentiating."""

    name: str
    differentiate: Callable[[Problem], Derivative]


def recorded_problem(
    function: Callable[..., Any], point: Mapping[str, float], wrt: Sequence[str] = (), **fields: Any
) -> Problem:
    """The problem of differentiating a function: every method that looks elsewhere has it recorded anew there."""
    expression = record(function, point).expression
    return Problem(
        expression, dict(point), tuple(wrt) or tuple(point),
        program=lambda elsewhere: record(function, elsewhere).expression, **fields,
    )  # fmt: skip
