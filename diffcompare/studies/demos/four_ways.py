"""Four routes to one number (Baydin et al. 2018, figure 2)."""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare.document import Approximate, Code, Measured, Source
from diffcompare.expression import Expression, Variable
from diffcompare.studies.compare import compare
from diffcompare.studies.comparison.record import Comparison
from diffcompare.studies.demos.frame import Demo, Frame, masked, table
from diffcompare.studies.telling import cell
from diffcompare.studies.trace import trace

SILU, AT_SILU = "x/(1 + exp(-x))", 0.7
WRONG = "(1 + exp(-x) + x*(1 + exp(-x)))/(1 + exp(-x))^2"
LOOP, CLOSED, X = "@logistic_l4_nested", "@logistic_l4", 0.2
TABLE_1 = (
    "128*x*(1 - x)*(-8 + 16*x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2) + 64*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2"
    " - 64*x*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2 - 256*x*(1 - x)*(1 - 2*x)*(1 - 8*x + 8*x^2)^2"
)
PROGRAM = "v = x\nrepeat 3 times:\n    v = (4*v)*(1 - v)"
PAIRS = "(v, v̇) = (x, 1)\nrepeat 3 times:\n    (v, v̇) = (4v(1 - v), 4v̇ - 8v·v̇)"


def frames() -> Iterator[Frame]:
    """Act 1: a wrong derivation.  Act 2: the logistic map by every route."""
    yield from _silu()
    yield from _logistic()


def _silu() -> Iterator[Frame]:
    methods = ("hand-coded", "central-difference", "symbolic", "forward-ad", "reverse-ad")
    found = compare(SILU, {"x": AT_SILU}, methods=methods, hand={"x": WRONG})
    rows = _rows(found, found, "x")
    shown = table("silu", f"d/dx of {SILU} at x = {AT_SILU}", "method | >derivative | >error", rows)
    numbers = {answer.method: answer.gradient["x"] for answer in found.answers}
    yield Frame(
        "Act 1: a derivative from a lecture slide",
        (shown,),
        f"f' = {WRONG}",
        "Four methods agree and one does not: the slide took exp(-x) for 1 + exp(-x) in its last term.",
        numbers,
        "By hand somebody found 1.1359. Do the others agree?",
        (masked(shown, *[(i, j) for i in range(1, 5) for j in (1, 2)]),),
    )


def _logistic() -> Iterator[Frame]:
    loop = compare(
        LOOP, {"x": X}, methods=("symbolic", "central-difference", "forward-difference", "forward-ad", "reverse-ad")
    )
    closed = compare(CLOSED, {"x": X}, methods=("hand-coded", "complex-step"), hand={"x": TABLE_1})
    survey = compare(LOOP, {"x": X}, methods="forward-difference", step=1e-6)
    truth = closed.truth.gradient["x"] if closed.truth else None
    yield Frame(
        "Act 2: one function, two programs",
        (Source("text", PROGRAM),),
        f"f({X}) = {loop.value!r}",
        "A loop of three steps of the logistic map. Unrolled and multiplied out it is a polynomial of degree 8.",
        {"value": cell(loop.value)},
    )
    hand = closed.answers[0].gradient["x"]
    by_hand = table("hand", "Table 1 of the survey", "formula | >value", [(Code(TABLE_1), hand)])
    yield Frame(
        "By hand: a formula, typed in",
        (by_hand,),
        "",
        "Exact, and a page of work; one slip and it is wrong.",
        {"hand": hand},
    )
    symbolic = loop.answers[0]
    formula = next(iter((symbolic.formulas or {}).values()), None)
    yield Frame(
        "Symbolically: a formula, found by rules",
        (table("symbolic", "sympy, of the loop unrolled", "formula | >value", [(formula, symbolic.gradient["x"])]),),
        "",
        "No slip is possible, but the loop had to become one expression first.",
        {"symbolic": symbolic.gradient["x"]},
    )
    quotient = survey.answers[0].gradient["x"]
    asked = table("numeric", "Forward difference", "step | >quotient | >truth", [("1e-06", quotient, 9.0660864)])
    yield Frame(
        "Numerically: a guess from two values",
        (asked,),
        "(f(x + h) - f(x))/h with h = 0.000001",
        "Only values of f are needed, and half the digits are wrong.",
        {"forward-difference h=1e-6": quotient},
        "How many digits will be right?",
        (masked(asked, (0, 1)),),
    )
    yield from _automatic()
    rows = [*_rows(closed, closed, "x"), *_rows(loop, loop, "x")]
    rows.insert(2, ("forward-difference, h = 1e-06", *_cells(quotient, loop)))
    final = table("all", "Every route", "method | >derivative | >error", rows)
    numbers = {answer.method: answer.gradient["x"] for answer in (*closed.answers, *loop.answers)}
    yield Frame(
        "All routes side by side",
        (final,),
        f"truth: {truth.text if truth else '?'}",
        "Formulas and AD agree to the last digits; differences do not.",
        numbers,
        "Which error column will be the largest?",
        (masked(final, *[(i, 2) for i in range(len(rows))]),),
    )


def _automatic() -> Iterator[Frame]:
    tape = trace(LOOP, {"x": X}, mode="both")
    levels = _iterates(tape.problem.expression)
    pairs = [
        (f"v = l{i}", float(tape.values[node]), float(tape.tangents["x"][node])) for i, node in enumerate(levels, 1)
    ]
    shown = table("pairs", "Value and tangent", "iteration | >v | >v̇", pairs)
    numbers = {
        f"{name} {what}": each for name, *both in pairs for what, each in zip(("value", "tangent"), both, strict=True)
    }
    yield Frame(
        "Forward AD: run the program on pairs",
        (Source("text", PAIRS), shown),
        f"v̇ = 4·{pairs[2][2]:.4g} - 8·{pairs[2][1]:.4g}·({pairs[2][2]:.4g}) = {pairs[3][2]:.10g}",
        "Each line also moves its tangent: no formula of f' is ever written.",
        numbers,
        "What is the last tangent?",
        (Source("text", PAIRS), masked(shown, (3, 2))),
    )
    adjoints = [(f"l{i}", float(tape.adjoints[node])) for i, node in enumerate(levels, 1)]
    yield Frame(
        "Reverse AD: the same slopes from the other end",
        (table("adjoints", "Adjoints, from the end", "number | >adjoint", adjoints[::-1]),),
        "",
        "The adjoint of x is the derivative.",
        {f"adjoint {name}": value for name, value in adjoints},
    )


def _iterates(expression: Expression) -> list[Expression]:
    """x, and the results of the three steps: (4*v)*(1 - v) is a step of v."""
    found = [expression]
    while not isinstance(found[-1], Variable):
        found.append(found[-1].arguments[0].arguments[1])
    return found[::-1]


def _cells(value: float | None, judged: Comparison) -> tuple[Measured | None, Approximate | None]:
    truth = judged.truth.gradient["x"] if judged.truth else None
    if value is None or truth is None:
        return None, None
    return Measured(value, truth.text), Approximate(truth.errors(value)[0])


def _rows(found: Comparison, judged: Comparison, name: str) -> list[tuple[str, Measured | None, Approximate | None]]:
    return [(answer.method, *_cells(answer.gradient[name], judged)) for answer in found.answers]


DEMO = Demo(
    "four-ways",
    5,
    "Four routes, one number, different reasons to believe it.",
    "Hand and symbolic give a formula, numeric gives a guess, AD gives the number - by running the program on pairs.",
    frames,
)
