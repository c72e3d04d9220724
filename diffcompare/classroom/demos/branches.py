"""Loops and branches: a program is differentiated as it ran."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from diffcompare.backends import reverse
from diffcompare.backends.problem import Problem, recorded_problem
from diffcompare.classroom.demos.answers import asked, figures, said
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.document import Approximate, Cell, Code, Source
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import value_at
from diffcompare.numeric.recording import Recording, record

X, ELSEWHERE = 2.0, 2000.0
STEPS = 4
TOLERANCE = 1e-15
LOOP = "def root(x, y=1):\n    while abs(y*y - x) > 1e-15*x:\n        y = (y + x/y)/2\n    return y"
WARM = "root(x, y=1.4142135623730951)"


def babylonian(steps: int) -> Callable[[Any], Any]:
    """So many steps of the Babylonian root, from 1."""

    def root(x: Any) -> Any:
        y: Any = 1
        for _ in range(steps):
            y = (y + x / y) / 2
        return y

    return root


def until_close(start: float, first: int = 0) -> Callable[[Any], Any]:
    """The Babylonian root from a start, until the value is there; `first` steps come before anybody looks."""

    def root(x: Any) -> Any:
        y: Any = start
        for _ in range(first):
            y = (y + x / y) / 2
        while abs(y * y - x) > TOLERANCE * x:
            y = (y + x / y) / 2
        return y

    return root


def _derivative(function: Callable[..., Any], x: float) -> float:
    found = reverse.BACKEND.differentiate(recorded_problem(function, {"x": x})).gradient["x"]
    return math.nan if found is None else found


def frames() -> Iterator[Frame]:
    """A loop, a branch at a point, and a warm start."""
    tape = record(until_close(1.0), {"x": X})
    made = [
        (
            f"{number}",
            Code(str(each)) if len(str(each)) < 60 else f"|y*y - x| {each.sign} ...",
            phrase("yes") if each.outcome else phrase("no"),
        )
        for number, each in enumerate(tape.decisions, 1)
    ]
    yield Frame(
        "A loop, recorded",
        (Source("python", LOOP), table("decisions", "What the loop asked", "time | question | answer", made)),
        f"root({X:g}) = {float(tape.value)!r}",  # type: ignore[arg-type]
        "The tape has the steps that ran, and nothing of the question.",
        {"steps": len(tape.decisions) - 1, "value": float(tape.value)},  # type: ignore[arg-type]
        broken=_replayed(tape),
    )
    yield _errors()
    yield _branch()
    yield _warm()


def _replayed(tape: Recording) -> Broken:
    """The tape of one point taken for the program at another, where the loop would have gone on."""
    rows = []
    for x in (X, ELSEWHERE):
        replayed = float(value_at(tape.expression, {"x": x}))  # type: ignore[arg-type]
        partial = reverse.BACKEND.differentiate(Problem(tape.expression, {"x": x}, ("x",))).gradient["x"]
        rows.append((f"{x:g}", math.sqrt(x), replayed, 1 / (2 * math.sqrt(x)), partial))
    heads = "x | >root | >by the tape | >derivative | >derivative by the tape"
    _, true, wrong, slope, slope_of_tape = rows[-1]
    return Broken(
        "a tape used at another point",
        (table("broken", "The tape has the steps of x = 2, and no more", heads, rows),),
        "At another point the loop would have run longer. A tape is of one run: record anew wherever you ask.",
        {"truth": true, "broken": wrong, "true slope": slope, "broken slope": slope_of_tape},
    )


def _errors() -> Frame:
    true, slope = math.sqrt(X), 1 / (2 * math.sqrt(X))
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for steps in range(1, STEPS + 1):
        value = float(record(babylonian(steps), {"x": X}).value)  # type: ignore[arg-type]
        off, behind = abs(value - true), abs(_derivative(babylonian(steps), X) - slope)
        rows.append((steps, Approximate(off), Approximate(behind), Approximate(behind / off)))
        numbers |= {f"value error {steps}": off, f"derivative error {steps}": behind, f"quotient {steps}": behind / off}
    shown = table("errors", "Errors after so many steps", "steps | >value | >derivative | >quotient", rows)
    return Frame(
        "The derivative arrives behind the value",
        (shown,),
        "quotient of the errors: it doubles every step",
        "Whoever stops when the value is good has a derivative that is not as good yet.",
        numbers,
        "Is the derivative as good as the value?",
        (masked(shown, *[(i, j) for i in range(STEPS) for j in (2, 3)]),),
    )


def _branch() -> Frame:
    found = asked("if(x == 0, 0, x)", {"x": 0.0}, ("central-difference", "symbolic", "forward-ad", "reverse-ad"))

    def branching(x: Any) -> Any:
        return 0 if x == 0 else x

    recorded = said(reverse.BACKEND.differentiate(recorded_problem(branching, {"x": 0.0})), "x")
    rows: list[tuple[Cell, ...]] = [(each.method, said(each, "x")) for each in found.answers]
    rows += [(phrase("the program, recorded"), recorded), (phrase("truth"), 1.0)]
    shown = table("branch", "d/dx at 0", "method | >derivative", rows)
    return Frame(
        "A branch for one point",
        (Source("python", "def f(x):\n    return 0 if x == 0 else x"), shown),
        "f(x) = x everywhere, so f'(0) = 1",
        "AD and symbolic differentiation see the branch, not the function. A difference looks beside it.",
        {**figures(found, "x"), "recorded": recorded},
        "f(x) = x for every x. What do the methods say at 0?",
        (
            Source("python", "def f(x):\n    return 0 if x == 0 else x"),
            masked(shown, *[(i, 1) for i in range(len(rows))]),
        ),
    )


def _warm() -> Frame:
    start = math.sqrt(X)
    cold, warm, cured = (_derivative(each, X) for each in (until_close(1.0), until_close(start), until_close(start, 1)))
    rows = [
        (phrase("from 1"), cold),
        (phrase("from the answer"), warm),
        (phrase("from the answer, one step more"), cured),
        (phrase("truth"), 1 / (2 * math.sqrt(X))),
    ]
    shown = table("warm", "d root/dx at 2", "start | >derivative", rows)
    return Frame(
        "A warm start",
        (Source("python", f"{LOOP}\n\n{WARM}"), shown),
        "the loop runs 0 times: the result does not depend on x",
        "A better start made the derivative worthless. The cure (Christianson 1994): go on until the derivative"
        " has converged too; one step more does it.",
        {"cold": cold, "warm": warm, "cured": cured},
        "The loop starts at the answer. What is the derivative?",
        (Source("python", f"{LOOP}\n\n{WARM}"), masked(shown, (1, 1), (2, 1))),
    )


DEMO = Demo(
    "branches",
    6,
    "AD sees the path taken, not the program.",
    "What you run is what you differentiate - for better and for worse.",
    frames,
)
