"""Problems and answers of backends: what they are given, what they return, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.expression import Expression
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import dag_size, tree_size, wengert_list
from diffcompare.numeric.evaluate import Undefined, describe_outside, evaluate, is_number, values_at
from diffcompare.numeric.extended_range import EXTENDED, may_leave_range, recover_range
from diffcompare.numeric.sweeps import formula_work
from diffcompare.numeric.user_operations import without_definition, written_out

if TYPE_CHECKING:
    from diffcompare.recording.recorder import Recording

OPERATIONS_PER_SECOND = 2e7  # more than plain Python does anywhere

Status = Literal[
    "ok",
    "undefined",
    "timed-out",
    "out-of-memory",
    "failed",
    "not-supported",
    "not-installed",
    "pending",
    "interrupted",
]

Simplify = Literal["none", "quick", "full"]  # quick: cheap forms of short formulas, the same on every machine

NOTHING: Mapping[str, Any] = {}  # the default of fields that hold a mapping; never written to


class Hand(NamedTuple):
    """Partials that a person wrote, a formula for every variable, and where they come from.

    `function` returns them at a point, for partials that are a Python function.
    """

    formulas: Mapping[str, Expression]
    origin: Literal["given", "file", "catalogue"]
    function: Callable[[Mapping[str, float]], Mapping[str, float | None]] | None = None


class RecordedProgram(Protocol):
    """A Python function: it is recorded as it runs, and may be another expression at another point."""

    @property
    def recording(self) -> Recording:
        """The run at the point of the problem."""

    @property
    def formula(self) -> Expression:
        """The function as one expression for every input.  Raises DiffcompareError where it decides by a variable."""

    def value(self, point: Mapping[str, float]) -> float | None:
        """Return the value of a plain call at another point; None where it has none."""

    def record(self, point: Mapping[str, float]) -> Recording:
        """Return the run at another point.  Raises DiffcompareError where the function does not run."""


class NativeProgram(Protocol):
    """A Python function that a library runs and differentiates, called with the library's own arrays."""

    def native(
        self,
        library: str,
        point: Mapping[str, float] | None = None,
        *,
        value_only: bool = False,
        mode: str = "native",
    ) -> tuple[float, dict[str, float]]:
        """Return the value and the partials by flat name.  Raises DiffcompareError."""


class ProgramOfSeveral(RecordedProgram, Protocol):
    """A Python function that may return several numbers."""

    @property
    def formulas(self) -> tuple[Expression, ...]:
        """The outputs as expressions for every input.  Raises DiffcompareError as `formula` does."""

    def values(self, point: Mapping[str, float]) -> Sequence[float] | None:
        """Return the values of a plain call at another point; None where there are none."""


@dataclass(frozen=True, eq=False)
class OutputProgram:
    """One output of a Python function that returns several, as a program by itself."""

    program: ProgramOfSeveral
    number: int

    @cached_property
    def recording(self) -> Recording:
        """The run at the point of the problem."""
        return self.program.recording.of_output(self.number)

    @property
    def formula(self) -> Expression:
        """The output as one expression for every input.  Raises DiffcompareError where it decides by a variable."""
        return self.program.formulas[self.number]

    def value(self, point: Mapping[str, float]) -> float | None:
        """Return the value of a plain call at another point; None where it has none."""
        values = self.program.values(point)
        return values[self.number] if values is not None and self.number < len(values) else None

    def record(self, point: Mapping[str, float]) -> Recording:
        """Return the run at another point.  Raises DiffcompareError where the function does not run."""
        return same_shape(self.program, point).of_output(self.number)


def path_note(program: RecordedProgram | None) -> str:
    """Say of what computes along the recorded path where the program first decided; empty where it never did."""
    decisions = program.recording.decisions if program is not None else ()
    if not decisions:
        return ""
    return f"stays on the path recorded at the point: {decisions[0].place.in_prose}, is not decided anew"


def same_shape(program: RecordedProgram, point: Mapping[str, float]) -> Recording:
    """Return the run at another point.  Raises DiffcompareError where it returns another number of outputs."""
    here, there = program.recording, program.record(point)
    if len(there.places) != len(here.places):
        message = f"the function returned {len(there.places)} numbers, and {len(here.places)} at the point"
        raise DiffcompareError(Diagnostic("E586", "bad_value", message, help="return the same outputs everywhere"))
    return there


class Problem(NamedTuple):
    """The problem of differentiating `expression` at `point` with respect to the variables `wrt`.

    `step` overrides the step of difference formulas; `budget` is in seconds for each method (None: no limit);
    `simplify` says how hard a method with formulas looks for shorter ones.  For a Python function, `program`, the
    expression is the tape of its run at the point; `native` is the function that libraries run.
    """

    expression: Expression
    point: Mapping[str, float]
    wrt: tuple[str, ...]
    hand: Hand | None = None
    step: float | None = None
    budget: float | None = 5.0
    simplify: Simplify = "quick"
    program: RecordedProgram | None = None
    native: NativeProgram | None = None

    def at(self, point: Mapping[str, float]) -> Expression:
        """Return the expression that computes the function at a point; a formula is the same everywhere."""
        if self.program is None or point == self.point:
            return self.expression
        return self.program.record(point).output

    @property
    def path(self) -> Expression:
        """The expression that computes the function at the point and near it, in which equal parts are one."""
        return written_out(self.expression if self.program is None else self.program.recording.expression)

    @property
    def formula(self) -> Expression:
        """The expression that computes the function everywhere.

        Raises DiffcompareError for a program that decides by the value of a variable.
        """
        return written_out(self.expression if self.program is None else self.program.formula)


class Size(NamedTuple):
    """The number of nodes of formulas: written out as trees, and distinct."""

    tree: int
    dag: int


class Work(NamedTuple):
    """The number of evaluations of f, and of elementary operations in all."""

    evaluations: int
    operations: int


class EngineRun(NamedTuple):
    """The library that gave an answer, and what it said beside the gradient.

    `digits` are the binary digits of its numbers, `raw` its partials as they came (also inf, nan and complex), `errors`
    its own estimates of their errors, `size` the number of nodes of its formulas.
    """

    name: str
    mode: str
    version: str | None
    way: str
    digits: int
    value: float | complex | None = None
    raw: Mapping[str, float | complex | None] = NOTHING
    errors: Mapping[str, float] | None = None
    size: int | None = None


class Derivative(NamedTuple):
    """The answer of a method.  A partial that could not be computed is None; inf and nan do not count as partials."""

    method: str
    status: Status = "ok"
    variant: str | None = None
    gradient: Mapping[str, float | None] = NOTHING
    work: Work | None = None
    formulas: Mapping[str, Expression] | None = None
    sizes: Mapping[str, Size | None] | None = None  # of the gradient, by stage: `raw`, from sympy `cse`, `simplified`
    notes: tuple[str, ...] = ()
    engine: EngineRun | None = None  # of an answer by another library

    @property
    def is_pending(self) -> bool:
        """True while the method is at work."""
        return self.status == "pending"

    @property
    def no_number(self) -> str | None:
        """The text in place of a number that is missing: dots while the method is at work, else why it has none."""
        return {"ok": None, "pending": "…"}.get(self.status, self.status)


class Backend(NamedTuple):
    """A way of differentiating, by name.

    One that is asked in a process of its own has `prepare`, which starts that process and returns at once.  One whose
    answer grows while it works has `follow`, which differentiates and shows the answer so far to a function, at times.
    """

    name: str
    differentiate: Callable[[Problem], Derivative]
    prepare: Callable[[], None] | None = None
    follow: Callable[[Problem, Callable[[Derivative], None]], Derivative] | None = None


# --- What several methods share ---------------------------------------------------------------------------------------


def exceeds_budget(operations: int, budget: float | None) -> bool:
    """Tell whether this many operations are certain to take more than `budget` seconds (None: no limit).

    Methods that need a pass for every variable then do not even start.
    """
    return budget is not None and operations > OPERATIONS_PER_SECOND * budget


def not_started(method: str, problem: Problem, operations: int, variant: str | None = None) -> Derivative:
    """Return the answer of a method that would exceed its budget and does not start."""
    note = f"not started: {operations} operations would not fit into {problem.budget:g} s"
    return Derivative(method, "timed-out", variant, dict.fromkeys(problem.wrt), notes=(note,))


def needs_definition(method: str, problem: Problem, expression: Expression) -> Derivative | None:
    """Return the answer of a method that needs formulas where an operation of the user's own has none."""
    note = lacking_definition((expression,))
    if not note:
        return None
    return Derivative(method, "not-supported", gradient=dict.fromkeys(problem.wrt), notes=(note,))


def lacking_definition(outputs: Sequence[Expression]) -> str:
    """Return which operation of the user's own has no definition, where a method needs formulas; empty if all have."""
    node = without_definition(wengert_list(*outputs))
    return (
        "" if node is None else f"{shorten(node)} has no `definition` in the language, and this method needs formulas"
    )


def evaluate_formulas(
    formulas: Mapping[str, Expression], problem: Problem
) -> tuple[dict[str, float | None], tuple[str, ...], Status]:
    """Return the value of every formula at the point, notes on those without one, and the status of the answer."""
    nodes = wengert_list(*formulas.values())
    values = values_at(nodes, problem.point)
    partials = {name: values[formula] for name, formula in formulas.items()}
    range_notes: tuple[str, ...] = ()
    if may_leave_range(values):
        wide = evaluate(nodes, problem.point, EXTENDED)
        partials, range_notes = recover_range(partials, {name: wide[formula] for name, formula in formulas.items()})
    gradient: dict[str, float | None] = {}
    notes = []
    for name, value in partials.items():
        gradient[name] = float(value) if is_number(value) else None
        if type(value) is Undefined:
            node = next(node for node in nodes if values[node] is value)
            notes.append(f"df/d{name}: {shorten(node)} is undefined: {describe_outside(value)}")
        elif not is_number(value):
            notes.append(f"df/d{name}: the formula evaluates to {float(value)}")
    return gradient, (*notes, *range_notes), "undefined" if notes else "ok"


def measure(formulas: Mapping[str, Expression]) -> tuple[Size, Work]:
    """Return the size of a whole gradient and the work of evaluating it, with equal subexpressions counted once."""
    roots = tuple(formulas.values())
    return Size(tree_size(*roots), dag_size(*roots)), Work(1, formula_work(roots))
