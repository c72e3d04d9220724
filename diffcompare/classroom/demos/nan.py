"""The demo `nan`: a derivative can be nan although the value is right; where nan arises, and how to avoid it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos.frame import Broken, Frame, at_point, mask, partial_cell, table, true_partial
from diffcompare.classroom.demos.function_picture import function_picture, two_formulas, without_lines
from diffcompare.classroom.other_libraries import LibraryQuestion, Measured, libraries_frames
from diffcompare.document import Cell
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import Real, Undefined
from diffcompare.studies.compare import Comparison, compare
from diffcompare.studies.trace import trace

METHODS = ("forward-ad", "reverse-ad", "symbolic", "central-difference")


class LostDerivative(NamedTuple):
    """A formula whose derivative is lost at a point, a stable form of it, and the ends of a window that shows both."""

    text: str
    point: Mapping[str, float]
    stable: str
    window: tuple[float, float]
    sentence: str


CASES = (
    LostDerivative(
        "sqrt(x^2)",
        {"x": 0.0},
        "|x|",
        (-1.0, 1.0),
        "The slope of sqrt at 0 is infinite, and 0 times infinity is not a number.",
    ),
    LostDerivative(
        "sqrt(x)^2",
        {"x": 0.0},
        "x",
        (-1.0, 1.0),
        "The function is x, but it is computed through an infinite slope.",
    ),
    LostDerivative(
        "ln(exp(a) + exp(b))",
        {"a": 1000.0, "b": 0.0},
        "max(a, b) + ln(1 + exp(-|a - b|))",
        (500.0, 1100.0),
        "exp(1000) overflows: the value is lost before anything is differentiated.",
    ),
    LostDerivative(
        "ln(1 + exp(x))", {"x": 800.0}, "softplus(x)", (500.0, 1000.0), "The stable form never computes exp(800)."
    ),
)

LIBRARIES = (LibraryQuestion("sqrt(x^2)", 0.0, "-1 | 1"), LibraryQuestion("if(x < 0, exp(x), 1)", 800.0, "0"))
MEASURED: Measured = {
    "torch-reverse": ("2.15.0", (math.nan, math.nan)),
    "torch-forward": ("2.15.0", (math.nan, 0.0)),
    "jax-reverse": ("0.12.0.1", (math.nan, math.nan)),
    "jax-forward": ("0.12.0.1", (math.nan, 0.0)),
    "autograd-reverse": ("1.9.1", (math.nan, math.nan)),
    "autograd-forward": ("1.9.1", (math.nan, 0.0)),
    "casadi-reverse": ("3.8.2", (0.0, 0.0)),
    "casadi-forward": ("3.8.2", (0.0, 0.0)),
    "mlx-reverse": ("0.32.4", (math.nan, math.nan)),
    "mlx-forward": ("0.32.4", (math.nan, math.nan)),
}


def partial_by(comparison: Comparison, method: str, variable: str) -> Cell:
    """Return the partial of one method, or the reason why there is none."""
    return partial_cell(next(answer for answer in comparison.answers if answer.method == method), variable)


def frames() -> Iterator[Frame]:
    """Yield a reverse sweep node by node, a naive forward sweep, a guarded logarithm, and stable formulas."""
    yield from _upstream()
    yield _naive()
    yield _guarded()
    yield from libraries_frames(
        "Other libraries and nan",
        LIBRARIES,
        MEASURED,
        "Where both branches are computed, reverse mode multiplies an infinite slope by 0.",
    )
    for case in CASES:
        yield _case(case)


def _upstream() -> Iterator[Frame]:
    """Yield the adjoints of sqrt(x^2) at 0, node by node."""
    tape = trace("sqrt(x^2)", {"x": 0.0}, mode="reverse")
    steps = tape.adjoint
    picture = function_picture("sqrt(x^2)", {"x": 0.0})
    for count in range(1, len(steps) + 1):
        rows: list[tuple[Cell, ...]] = []
        for step in steps[:count]:
            adjoint = float(tape.adjoints[step.node])
            state = "" if math.isfinite(adjoint) else phrase("POISONED")
            rows.append((step.name, step.rule, _number(adjoint), state))
        caption, columns = "Adjoints of sqrt(x^2) at 0", "node | rule | >adjoint | state"
        adjoints = table("upstream", caption, columns, rows, adjoint=(0, 2), stepwise=True)
        step = steps[count - 1]
        yield Frame(
            phrase("Upstream, step {count}", count=count),
            (picture, adjoints),
            phrase("{name} = {rule} = {value}", name=step.name, rule=step.rule, value=rows[-1][2]),
            "0 times infinity is nan, and everything upstream of it too."
            if rows[-1][2] == "nan"
            else "The value itself was right: 0."
            if count == 1
            else "An infinite slope: the poison.",
            {step.name: rows[-1][2]},
            "The value is 0, exactly right. What is the derivative?" if count == len(steps) else "",
            (picture, mask(adjoints, (-1, 2), (-1, 3))) if count == len(steps) else (),
        )


def _naive() -> Frame:
    """Return the frame of d/dx[x^y] at (0, 2), where a naive forward sweep multiplies the tangent 0 of y by ln 0."""
    text, point = "x^y", {"x": 0.0, "y": 2.0}
    x, y, inactive = Real(point["x"]), Real(point["y"]), Real(0.0)
    naive = Real(1.0) * (y * x ** (y - 1)) + inactive * (x**y * Real(-math.inf))  # ln(0) is -inf
    comparison = compare(text, point, methods=METHODS, simplify="none")
    rows: list[tuple[Cell, ...]] = [(phrase("naive forward: multiplies every tangent, even 0"), str(float(naive)))]
    rows += [(_method_label(answer), partial_cell(answer, "x")) for answer in comparison.answers]
    rows.append((phrase("truth"), true_partial(comparison, "x")))
    answers = table("naive", at_point(text, "(0, 2)", "x"), "method | >derivative", rows)
    return Frame(
        "A naive sweep multiplies by 0",
        (answers,),
        "ẋ·y·x^(y-1) + ẏ·x^y·ln(x), with ẏ = 0 and ln(0) = -inf",
        "A tangent that is 0 because nothing varies must be skipped, not multiplied.",
        {
            "naive": str(float(naive)),
            **{answer.method: partial_cell(answer, "x") for answer in comparison.answers},
            "truth": true_partial(comparison, "x"),
        },
        "Forward, reverse: do the two modes agree?",
        (mask(answers, 1),),
        _multiplied(),
    )


def _method_label(answer: Derivative) -> str:
    """Return the method, with a note if it took a one-sided difference because there are no values on one side."""
    if any("no value on one side: " in note for note in answer.notes):
        return phrase("{method}, one-sided: x >= 0 only", method=answer.method)
    return answer.method


def _multiplied() -> Broken:
    """Return the two terms of the rule, and the formula that divides by x again."""
    x, y, inactive = Real(0.0), Real(2.0), Real(0.0)
    by_x, by_y = y * x ** (y - 1), inactive * (x**y * Real(-math.inf))
    divided = y * x**y / x
    rows: list[tuple[Cell, ...]] = [
        ("ẋ·y·x^(y-1) = 1·2·0", float(by_x)),
        ("ẏ·x^y·ln(x) = 0·0·(-inf)", _number(by_y)),
        (phrase("their sum"), _number(by_x + by_y)),
        (phrase("the first one as {formula}", formula="y·x^y/x = 2·0/0"), _number(divided)),
    ]
    return Broken(
        "inactive tangents multiplied",
        (table("broken", "The textbook's rule, term by term", "term | >number", rows),),
        "One poisoned term is enough, even if its weight is 0. Written as a division by x, the same slope is 0/0.",
        {"truth": float(by_x), "broken": _number(by_x + by_y), "divided": _number(divided)},
    )


def _number(x: float) -> Cell:
    """Return a number as a cell; infinities and nan as words."""
    return float(x) if math.isfinite(x) else str(float(x))


def _guarded() -> Frame:
    """Return the frame of `where` on arrays: both branches are computed, and 0 is passed to the unselected one."""
    x = Real(0.0)
    not_selected = Real(0.0)
    rows: list[tuple[Cell, ...]] = [
        (phrase("both branches computed, one selected"), str(float(not_selected * (1 / x)))),
        (phrase("the same with ln(where(x > 0, x, 1)) inside"), float(not_selected * (1 / Real(1.0)))),
    ]
    comparison = compare("if(x > 0, ln(x), 0)", {"x": 0.0}, methods="reverse-ad")
    rows.append((phrase("only the branch that is taken (here)"), partial_by(comparison, "reverse-ad", "x")))
    adjoints = table("guarded", "Adjoint of x in where(x > 0, ln(x), 0) at 0", "program | >adjoint", rows)
    text = "where(x > 0, ln(x), 0)"
    picture = function_picture("if(x > 0, ln(x), 0)", {"x": 0.0}, range=(-1.0, 2.0), shows="tangent", text=text)
    return Frame(
        "The guarded logarithm",
        (picture, adjoints),
        "adjoint of the branch not selected: 0; times 1/x = 1/0: nan",
        "In most reverse modes (PyTorch 2.15, JAX 0.12) `where` protects the value and not the derivative."
        " Guard the argument of ln, not its result.",
        {"both": rows[0][1], "double where": rows[1][1], "taken": rows[2][1]},
        "The value is 0, and ln is not selected. What is the derivative?",
        (without_lines(picture), mask(adjoints, 1)),
        _other_branch(),
    )


def _other_branch() -> Broken:
    """Return where(x < 0, exp(x), 1) at 800, computed as many array libraries do: reverse mode multiplies by 0.

    autograd 1.9, advect 0.3 and TensorFlow 2.21 do so too; in MLX 0.32 and heyoka 7.13 both modes have nan, in
    CasADi 3.8 and PyTensor 3.3 both are right.
    """
    x = 800.0
    slope = Real(math.inf)  # exp(800) overflows
    backward = Real(0.0) * slope
    comparison = compare("if(x < 0, exp(x), 1)", {"x": x}, methods=("forward-ad", "reverse-ad"))
    rows: list[tuple[Cell, ...]] = [
        (phrase("reverse, both branches computed: {formula}", formula="0·exp(800)"), _number(backward)),
        (phrase("forward, both branches computed: the tangent selected"), 0.0),
        (phrase("here, forward"), partial_by(comparison, "forward-ad", "x")),
        (phrase("here, reverse"), partial_by(comparison, "reverse-ad", "x")),
    ]
    return Broken(
        "the other branch is computed too",
        (table("broken", "d/dx of where(x < 0, exp(x), 1) at 800, where the value is 1", "mode | >derivative", rows),),
        "In PyTorch 2.15, JAX 0.12 and three other libraries the two modes disagree:"
        " reverse multiplies the infinite slope by 0, forward selects.",
        {"truth": 0.0, "broken": _number(backward)},
    )


def _case(case: LostDerivative) -> Frame:
    """Return the frame of a formula whose derivative is lost, beside its stable form."""
    text, point, stable, window, sentence = case
    name = next(iter(point))
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for formula in (text, stable):
        comparison = compare(formula, point, methods=("reverse-ad", "forward-ad"))
        cells = {
            "value": phrase("undefined") if isinstance(comparison.value, Undefined) else _number(comparison.value),
            "forward": partial_by(comparison, "forward-ad", name),
            "reverse": partial_by(comparison, "reverse-ad", name),
            "truth": true_partial(comparison, name),
        }
        rows.append((formula, *cells.values()))
        numbers |= {f"{formula} {quantity}": cell for quantity, cell in cells.items()}
    by_mode = (phrase(">forward d/d{name}", name=name), phrase(">reverse d/d{name}", name=name))
    answers = table(
        "case",
        phrase("At {where}", where=", ".join(f"{key} = {x:g}" for key, x in point.items())),
        ["formula", ">value", *by_mode, ">truth"],
        rows,
    )
    picture = two_formulas(text, stable, point, range=window)
    return Frame(
        phrase("{text}, and a stable form", text=text),
        (picture, answers),
        phrase("cure: {cure}", cure=stable),
        sentence,
        numbers,
        phrase("What is the derivative of {text}?", text=text),
        (picture, mask(answers, 2, 3)),
    )
