"""nan in derivatives of good values: where it is born, who sees it, what cures it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos.answers import answer, asked, figures, said, true
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, growing, masked, measuring, table
from diffcompare.document import Block, Cell
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import Real, Undefined
from diffcompare.studies.trace import trace

METHODS = ("forward-ad", "reverse-ad", "symbolic", "central-difference")
CASES = (
    ("sqrt(x^2)", {"x": 0.0}, "|x|", "The slope of sqrt at 0 is infinite, and 0 times infinity is not a number."),
    ("sqrt(x)^2", {"x": 0.0}, "x", "The function is x, and the way there goes through an infinite slope."),
    (
        "ln(exp(a) + exp(b))",
        {"a": 1000.0, "b": 0.0},
        "max(a, b) + ln(1 + exp(-|a - b|))",
        "exp(1000) overflows: the value is lost before anything is differentiated.",
    ),
    ("ln(1 + exp(x))", {"x": 800.0}, "softplus(x)", "The stable form never computes exp(800)."),
)


def frames() -> Iterator[Frame]:
    """Node by node upstream, a naive pass, and cures."""
    yield from _upstream()
    yield _naive()
    yield _guarded()
    for text, point, cure, sentence in CASES:
        yield _case(text, point, cure, sentence)


def _upstream() -> Iterator[Frame]:
    """The adjoints of sqrt(x^2) at 0."""
    found = trace("sqrt(x^2)", {"x": 0.0}, mode="reverse")
    steps = found.adjoint
    for count in range(1, len(steps) + 1):
        rows: list[tuple[Cell, ...]] = []
        for step in steps[:count]:
            value = float(found.adjoints[step.node])
            rows.append(
                (
                    step.name,
                    step.rule,
                    value if math.isfinite(value) else str(value),
                    "" if math.isfinite(value) else phrase("POISONED"),
                )
            )
        shown = table("upstream", "Adjoints of sqrt(x^2) at 0", "node | rule | >adjoint | state", rows)
        shown = growing(measuring(shown, "adjoint", 0, 2))
        step = steps[count - 1]
        yield Frame(
            phrase("Upstream, step {count}", count=count),
            (shown,),
            phrase("{name} = {rule} = {value}", name=step.name, rule=step.rule, value=rows[-1][2]),
            "0 times infinity is nan, and everything upstream of it too."
            if rows[-1][2] == "nan"
            else "The value was perfect: 0."
            if count == 1
            else "An infinite slope: the poison.",
            {step.name: rows[-1][2]},
            "The value is 0, exactly right. What is the derivative?" if count == len(steps) else "",
            (masked(shown, (-1, 2), (-1, 3)),) if count == len(steps) else (),
        )


def _naive() -> Frame:
    """x^y by x at (0, 2): the textbook's rule to the letter multiplies the tangent 0 of y by ln 0."""
    text, point = "x^y", {"x": 0.0, "y": 2.0}
    x, y, inactive = Real(point["x"]), Real(point["y"]), Real(0.0)
    naive = Real(1.0) * (y * x ** (y - 1)) + inactive * (x**y * Real(-math.inf))  # ln(0) is -inf
    found = asked(text, point, METHODS)
    rows: list[tuple[Cell, ...]] = [(phrase("naive forward: every tangent, also 0"), str(float(naive)))]
    rows += [(_one_sided(each), said(each, "x")) for each in found.answers]
    rows.append((phrase("truth"), true(found, "x")))
    shown = table(
        "naive",
        phrase("d/d{name} of {text} at {where}", name="x", text=text, where="(0, 2)"),
        "method | >derivative",
        rows,
    )
    return Frame(
        "A naive pass multiplies by 0",
        (shown,),
        "ẋ·y·x^(y-1) + ẏ·x^y·ln(x), with ẏ = 0 and ln(0) = -inf",
        "A tangent that is 0 because nothing varies must be skipped, not multiplied.",
        {"naive": str(float(naive)), **figures(found, "x")},
        "Forward, reverse: do the two modes agree?",
        (masked(shown, *[(i, 1) for i in range(len(rows))]),),
        _multiplied(),
    )


def _one_sided(each: Derivative) -> str:
    """The method, and that it looked to one side only where on the other there is no value."""
    if any("no value on one side: " in note for note in each.notes):
        return phrase("{method}, one-sided: x >= 0 only", method=each.method)
    return each.method


def _multiplied() -> Broken:
    """The two terms of the rule, and the formula that divides by x again."""
    x, y, inactive = Real(0.0), Real(2.0), Real(0.0)
    by_x, by_y = y * x ** (y - 1), inactive * (x**y * Real(-math.inf))
    divided = y * x**y / x
    rows: list[tuple[Cell, ...]] = [
        ("ẋ·y·x^(y-1) = 1·2·0", float(by_x)),
        ("ẏ·x^y·ln(x) = 0·0·(-inf)", _word(by_y)),
        (phrase("their sum"), _word(by_x + by_y)),
        (phrase("the first one as {formula}", formula="y·x^y/x = 2·0/0"), _word(divided)),
    ]
    return Broken(
        "inactive tangents multiplied",
        (table("broken", "The textbook's rule, term by term", "term | >number", rows),),
        "One poisoned term is enough, though its weight is 0. The same slope divided by x again is 0/0.",
        {"truth": float(by_x), "broken": _word(by_x + by_y), "divided": _word(divided)},
    )


def _word(x: float) -> Cell:
    return float(x) if math.isfinite(x) else str(float(x))


def _guarded() -> Frame:
    """Selecting among arrays: both branches are computed, and 0 is passed to the one that was not selected."""
    x = Real(0.0)
    not_selected = Real(0.0)
    rows: list[tuple[Cell, ...]] = [
        (phrase("both branches computed, one selected"), str(float(not_selected * (1 / x)))),
        (phrase("the same, ln(where(x > 0, x, 1)) inside"), float(not_selected * (1 / Real(1.0)))),
    ]
    found = asked("if(x > 0, ln(x), 0)", {"x": 0.0}, ("reverse-ad",))
    rows.append((phrase("only the branch that is taken (here)"), answer(found, "reverse-ad", "x")))
    shown = table("guarded", "Adjoint of x in where(x > 0, ln(x), 0) at 0", "program | >adjoint", rows)
    return Frame(
        "The guarded logarithm",
        (shown,),
        "adjoint of the branch not selected: 0; times 1/x = 1/0: nan",
        "In most reverse modes (PyTorch 2.15, JAX 0.12) `where` protects the value and not the derivative."
        " Guard the argument of ln, not its result.",
        {"both": rows[0][1], "double where": rows[1][1], "taken": rows[2][1]},
        "The value is 0, and ln is not selected. The derivative?",
        (masked(shown, (0, 1), (1, 1), (2, 1)),),
        _other_branch(),
    )


def _other_branch() -> Broken:
    """where(x < 0, exp(x), 1) at 800, as many array libraries compute it: reverse has a zero to multiply with.

    So do autograd 1.9, advect 0.3 and TensorFlow 2.21; in MLX 0.32 and heyoka 7.13 both modes have nan, in CasADi 3.8
    and PyTensor 3.3 both are right.
    """
    x = 800.0
    slope = Real(math.inf)  # exp(800) overflows
    backward = Real(0.0) * slope
    found = asked("if(x < 0, exp(x), 1)", {"x": x}, ("forward-ad", "reverse-ad"))
    rows: list[tuple[Cell, ...]] = [
        (phrase("reverse, both branches computed: {formula}", formula="0·exp(800)"), _word(backward)),
        (phrase("forward, both branches computed: the tangent selected"), 0.0),
        (phrase("here, forward"), answer(found, "forward-ad", "x")),
        (phrase("here, reverse"), answer(found, "reverse-ad", "x")),
    ]
    return Broken(
        "the other branch is computed too",
        (table("broken", "d/dx of where(x < 0, exp(x), 1) at 800, where the value is 1", "mode | >derivative", rows),),
        "In PyTorch 2.15, JAX 0.12 and three other libraries the two modes disagree:"
        " reverse multiplies the infinite slope by 0, forward selects.",
        {"truth": 0.0, "broken": _word(backward)},
    )


def _case(text: str, point: Mapping[str, float], cure: str, sentence: str) -> Frame:
    name = next(iter(point))
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for each in (text, cure):
        found = asked(each, point, ("reverse-ad", "forward-ad"))
        value = found.value
        rows.append(
            (
                each,
                _shown(value),
                answer(found, "forward-ad", name),
                answer(found, "reverse-ad", name),
                true(found, name),
            )
        )
        numbers |= {
            f"{each} {what}": each_value
            for what, each_value in zip(("value", "forward", "reverse", "truth"), rows[-1][1:], strict=True)
        }
    shown = table(
        "case",
        phrase("At {where}", where=", ".join(f"{key} = {x:g}" for key, x in point.items())),
        [
            "formula",
            ">value",
            phrase(">forward d/d{name}", name=name),
            phrase(">reverse d/d{name}", name=name),
            ">truth",
        ],
        rows,
    )
    blocks: tuple[Block, ...] = (masked(shown, (0, 2), (0, 3), (1, 2), (1, 3)),)
    return Frame(
        phrase("{text}, and a stable form", text=text),
        (shown,),
        phrase("cure: {cure}", cure=cure),
        sentence,
        numbers,
        phrase("The derivative of {text}?", text=text),
        blocks,
    )


def _shown(value: float | Undefined) -> Cell:
    """A value, or what it is instead."""
    if isinstance(value, Undefined):
        return phrase("undefined")
    return value if math.isfinite(value) else str(float(value))


DEMO = Demo(
    "nan",
    6,
    "A perfect value can carry a poisoned derivative.",
    "0 times infinity is not 0: guard the input, not the output.",
    frames,
)
