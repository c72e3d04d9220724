"""The demo `branches`: automatic differentiation sees the path that a program took, not its loops and branches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from diffcompare.backends import automatic
from diffcompare.backends.problem import Problem
from diffcompare.classroom.demos.frame import Broken, Frame, figures, mask, partial_cell, table, true_partial
from diffcompare.classroom.demos.function_picture import function_picture, two_formulas, without_lines
from diffcompare.document import Approximate, Cell, Code, Source
from diffcompare.inputs.python_function import program
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import value_at
from diffcompare.recording.recorder import Recording, record
from diffcompare.studies.compare import compare

X, ELSEWHERE = 2.0, 2000.0
STEPS = 4
TOLERANCE = 1e-15
LOOP = "def root(x, y=1):\n    while abs(y*y - x) > 1e-15*x:\n        y = (y + x/y)/2\n    return y"
BRANCHING = "if(x == 0, 0, x)"
WARM = "root(x, y=1.4142135623730951)"


def recorded_problem(function: Callable[..., Any], point: Mapping[str, float]) -> Problem:
    """Return the problem of differentiating a Python function, which is recorded anew at every point."""
    run = program(function, point, "f")
    return Problem(run.recording.output, point, tuple(point), program=run)


def babylonian(steps: int) -> Callable[[Any], Any]:
    """Return the square root by a number of Babylonian steps from 1, as a Python function."""

    def root(x: Any) -> Any:
        y: Any = 1
        for _ in range(steps):
            y = (y + x / y) / 2
        return y

    return root


def until_close(start: float, first: int = 0) -> Callable[[Any], Any]:
    """Return the Babylonian square root that iterates from `start` until the square is close to x.

    The condition is tested for the first time after `first` steps.
    """

    def root(x: Any) -> Any:
        y: Any = start
        for _ in range(first):
            y = (y + x / y) / 2
        while abs(y * y - x) > TOLERANCE * x:
            y = (y + x / y) / 2
        return y

    return root


def _derivative(function: Callable[..., Any], x: float) -> float:
    """Return the derivative of a recorded function by reverse mode."""
    partial = automatic.reverse_mode(recorded_problem(function, {"x": x})).gradient["x"]
    return math.nan if partial is None else partial


def frames() -> Iterator[Frame]:
    """Yield a loop, its errors, a branch that holds at one point only, and a warm start."""
    tape = record(until_close(1.0), {"x": X})
    questions = [tape.question(decision) for decision in tape.decisions]
    decisions = [
        (
            f"{number}",
            Code(question) if len(question) < 60 else f"|y*y - x| {decision.sign} ...",
            phrase("yes") if decision.outcome else phrase("no"),
        )
        for number, (decision, question) in enumerate(zip(tape.decisions, questions, strict=True), 1)
    ]
    yield Frame(
        "A loop, recorded",
        (Source("python", LOOP), table("decisions", "The tests of the loop", "time | question | answer", decisions)),
        f"root({X:g}) = {tape.value!r}",
        "The tape has the steps that ran, but none of the tests.",
        {"steps": len(tape.decisions) - 1, "value": tape.value},
        broken=_replayed(tape),
    )
    yield _errors()
    yield _branch()
    yield _warm_start()


def _replayed(tape: Recording) -> Broken:
    """Return what happens if the tape of one point is used at another, where the loop runs longer."""
    rows = []
    for x in (X, ELSEWHERE):
        replayed = float(value_at(tape.expression, {"x": x}))  # type: ignore[arg-type]
        partial = automatic.reverse_mode(Problem(tape.expression, {"x": x}, ("x",))).gradient["x"]
        rows.append((f"{x:g}", math.sqrt(x), replayed, 1 / (2 * math.sqrt(x)), partial))
    columns = "x | >root | >by the tape | >derivative | >derivative by the tape"
    _, true, wrong, slope, slope_of_tape = rows[-1]
    window, of_tape = (0.0, ELSEWHERE), phrase("the tape of x = {x}", x=f"{X:g}")
    picture = two_formulas("sqrt(x)", tape.expression, {"x": X}, range=window, name=of_tape)
    return Broken(
        "a tape used at another point",
        (
            picture,
            table("broken", "The tape has the steps of x = 2, and no more", columns, rows),
        ),
        "At another point the loop would have run longer. A tape belongs to one run: record again at every point.",
        {"truth": true, "broken": wrong, "true slope": slope, "broken slope": slope_of_tape},
    )


def _errors() -> Frame:
    """Return the frame of errors step by step: the derivative converges later than the value."""
    root, slope = math.sqrt(X), 1 / (2 * math.sqrt(X))
    rows: list[tuple[Cell, ...]] = []
    for steps in range(1, STEPS + 1):
        value = record(babylonian(steps), {"x": X}).value
        error, slope_error = abs(value - root), abs(_derivative(babylonian(steps), X) - slope)
        rows.append((steps, *map(Approximate, (error, slope_error, slope_error / error))))
    errors = table("errors", "Errors after so many steps", "steps | >value | >derivative | >quotient", rows)
    return Frame(
        "The derivative converges later than the value",
        (errors,),
        "ratio of the errors: it doubles every step",
        "If you stop when the value is good, the derivative is not as good yet.",
        figures(errors, "value error {}", "derivative error {}", "quotient {}"),
        "Is the derivative as good as the value?",
        (mask(errors, 2, 3),),
    )


def _branch() -> Frame:
    """Return the frame of a branch that is taken at a single point."""
    methods = ("central-difference", "symbolic", "forward-ad", "reverse-ad")
    comparison = compare(BRANCHING, {"x": 0.0}, methods=methods, simplify="none")

    def branching(x: Any) -> Any:
        return 0 if x == 0 else x

    recorded = partial_cell(automatic.reverse_mode(recorded_problem(branching, {"x": 0.0})), "x")
    rows: list[tuple[Cell, ...]] = [(answer.method, partial_cell(answer, "x")) for answer in comparison.answers]
    rows += [(phrase("the program, recorded"), recorded), (phrase("truth"), 1.0)]
    source = Source("python", "def f(x):\n    return 0 if x == 0 else x")
    answers = table("branch", "d/dx at 0", "method | >derivative", rows)
    line = (phrase("the branch taken at 0"), recorded)
    picture = function_picture(BRANCHING, {"x": 0.0}, [line], shows="tangent")
    return Frame(
        "A branch for one point",
        (source, picture, answers),
        "f(x) = x everywhere, so f'(0) = 1",
        "AD and symbolic differentiation see the branch, not the function. A difference uses points beside it.",
        {
            **{answer.method: partial_cell(answer, "x") for answer in comparison.answers},
            "truth": true_partial(comparison, "x"),
            "recorded": recorded,
        },
        "f(x) = x for every x. What do the methods return at 0?",
        (source, without_lines(picture), mask(answers, 1)),
    )


def _warm_start() -> Frame:
    """Return the frame of a loop that starts at the answer, and so never runs."""
    start = math.sqrt(X)
    cold, warm, cured = (_derivative(root, X) for root in (until_close(1.0), until_close(start), until_close(start, 1)))
    rows = [
        (phrase("from 1"), cold),
        (phrase("from the answer"), warm),
        (phrase("from the answer, one more step"), cured),
        (phrase("truth"), 1 / (2 * math.sqrt(X))),
    ]
    source = Source("python", f"{LOOP}\n\n{WARM}")
    derivatives = table("warm", "d root/dx at 2", "start | >derivative", rows)
    line = (phrase("from the answer"), warm)
    picture = function_picture("sqrt(x)", {"x": X}, [line], range=(0.0, 2 * X), shows="tangent", text="root(x)")
    return Frame(
        "A warm start",
        (source, picture, derivatives),
        "the loop runs 0 times: the result does not depend on x",
        "A better start made the derivative useless. The cure (Christianson 1994): iterate until the"
        " derivative has converged too; here one more step is enough.",
        {"cold": cold, "warm": warm, "cured": cured},
        "The loop starts at the answer. What is the derivative?",
        (source, without_lines(picture), mask(derivatives, (1, 1), (2, 1))),
    )
