"""The demo `step`: the step of a difference, truncation against round-off (Baydin et al. 2018, figure 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log10
from statistics import linear_regression

from diffcompare.backends.finite_differences import CENTRAL, FORWARD, quotient
from diffcompare.backends.problem import Problem
from diffcompare.classroom.demos.frame import (
    Broken,
    Frame,
    at_point,
    digits_kept,
    figures,
    mask,
    partial_cell,
    table,
)
from diffcompare.document import Approximate, Axis, Cell, Plot, Series, Source, Table, approximate
from diffcompare.language.parser import parse
from diffcompare.localization import Phrase, phrase
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.compare import compare
from diffcompare.studies.step_sweep.measurements import (
    Curve,
    bracketed,
    cancellation_table,
    complex_rule,
    error_of,
    formulas,
)
from diffcompare.studies.step_sweep.report import plot
from diffcompare.studies.step_sweep.sweep import StepSweep, sweep

CLOSED = "64*x*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2"
# The function of CLOSED as a loop of three steps, which rounds differently.
LOOP = "v1 = 4*x*(1 - x); v2 = 4*v1*(1 - v1); 4*v2*(1 - v2)"
X = 0.2
SHOWN = ("forward-difference", "central-difference", "richardson", "complex-step")
SAMPLES = 401  # steps in a bin, enough for medians that are stable to two digits
MAX_STEP, MIN_STEP = 1e-1, 1e-17
ENDS = (1e-4, 1e-8, 1e-16)  # the smallest step drawn, frame by frame
POWERS = (-1, -2, -4, -6, -8, -10, -12, -14, -16, -17)
# Exponents of h between which a branch is straight: truncation, round-off.
WINDOWS = {
    "forward-difference": ((-7, -2), (-14, -10)),
    "central-difference": ((-5, -2), (-13, -8)),
    "richardson": ((-3, -1.25), (-12, -5.5)),
}


def frames() -> Iterator[Frame]:
    """Yield the V-shaped error curve, its two branches, and what other formulas and functions make of it."""
    steps = MAX_STEP, MIN_STEP
    result = sweep(CLOSED, x=X, nominal=True, steps=steps, samples=SAMPLES, methods=SHOWN, budget=None)
    yield _descent(result)
    yield _actual_steps(result)
    yield _cancellation()
    for end in ENDS:
        yield _curve(result, end)
    yield _single_steps(result)
    yield _slopes(result)
    yield _best_steps(result)
    yield _rules_of_thumb(result)
    yield _complex_step(result)
    yield _large_constant()
    yield _quadratic()
    yield _float32()


def _caption(quantity: str, program: str = "closed form") -> Phrase:
    """Return a caption that names the program and the point, because another program rounds differently."""
    return phrase(
        "{what}: {program}, x = {x}",
        what=quantity if isinstance(quantity, Phrase) else phrase(quantity),
        program=phrase(program),
        x=X,
    )


def _curve_of(result: StepSweep, method: str) -> Curve:
    return next(curve for curve in result.curves if curve.method == method)


def _at_powers(result: StepSweep, method: str) -> dict[int, float]:
    """Return the errors of single steps at whole powers of ten, by the exponent."""
    return {
        round(bin.exponent): bin.error_at
        for bin in _curve_of(result, method).bins
        if bin.exponent == round(bin.exponent) and bin.error_at is not None
    }


def _descent(result: StepSweep) -> Frame:
    forward, central = _at_powers(result, "forward-difference"), _at_powers(result, "central-difference")
    rows = [(f"1e{power}", Approximate(forward[power]), Approximate(central[power])) for power in POWERS]
    errors = table("errors", _caption("Absolute errors"), "h | >forward | >central", rows)
    return Frame(
        "Smaller and smaller steps",
        (Source("text", CLOSED), errors),
        "(f(x + h) - f(x))/h, and (f(x + h) - f(x - h))/(2h)",
        "The error falls with h, then it rises again. At h = 0.1 the central difference is the less accurate one.",
        figures(errors, "forward {}") | figures(errors, "", "central {}"),
        "The error has fallen to 1e-6 and below. What happens at even smaller steps?",
        (Source("text", CLOSED), mask(errors, 1, 2, first_row=4)),
        _vanished(),
    )


def _vanished() -> Broken:
    """Return a step so small that x + h is x."""
    f = _line(CLOSED, "x", {"x": X})
    rows = [(f"{h:g}", (X + h) - X, (f(X + h) - f(X)) / h) for h in (1e-8, 1e-17)]
    caption = _caption("A step that changes x, and one that does not")
    return Broken(
        "h too small",
        (table("broken", caption, "h | >x + h - x | >(f(x + h) - f(x))/h", rows),),
        "x + h equals x, so the difference is 0 and the error is the whole derivative.",
        {"truth": rows[0][2], "quotient": rows[1][2]},
    )


def _actual_steps(result: StepSweep) -> Frame:
    """Return the frame of quotients divided by the step that x really takes, as `sweep` does by default."""
    actual = sweep(CLOSED, x=X, steps=(1e-6, 1e-10), samples=SAMPLES, methods=SHOWN[:2], budget=None)
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    columns = [(source, method) for method in SHOWN[:2] for source in (result, actual)]
    for power in (-8, -10):
        h = float(f"1e{power}")
        errors = [_at_powers(source, method)[power] for source, method in columns]
        rows.append((f"1e{power}", _three_digits((X + h) - X), *map(_three_digits, errors)))
        numbers |= {f"actual forward 1e{power}": errors[1], f"actual central 1e{power}": errors[3]}
    for h in (1e-16, 1e-17):
        rows.append((f"{h:g}", _three_digits((X + h) - X), None, None, None, None))
        numbers[f"taken {h:g}"] = (X + h) - X
    for method in SHOWN[:2]:
        best = actual.findings[method].best
        numbers |= {f"actual {method} best h": best.step if best else None}
        numbers |= {f"actual {method} least error": best.error if best else None}
    headings = "h | >x + h - x | >forward/h | >forward/step | >central/h | >central/step"
    steps = table("taken", _caption("Absolute errors, divided by h and by the step that x takes"), headings, rows)
    return Frame(
        "The step that x takes",
        (steps,),
        "h = 1e-16: (0.2 + h) - 0.2 = 1.11e-16; h = 1e-17: 0",
        "Doubles near 0.2 are 2.8e-17 apart: x + h is rounded to one of them, so the actual step is not h.",
        numbers,
        "Is the step from 0.2 to 0.2 + h always h?",
        (mask(steps, 1),),
    )


def _line(text: str, name: str, point: dict[str, float]) -> Callable[[float], float]:
    expression = parse(text)
    return lambda x: float(value_at(expression, {**point, name: x}))  # type: ignore[arg-type]


def _cancellation() -> Frame:
    """Return the frame of the digits that cancel, for the loop: its last digits differ from the closed form's."""
    line, rules = formulas(Problem(parse(LOOP), {"x": X}, ("x",)), nominal=True, single=False)
    steps = [float(f"1e{power}") for power in (-2, -4, -6, -8, -10, -12, -14, -16)]
    rows: list[tuple[Cell, ...]] = [("0", f"{line(X):.17g}", None)]
    numbers: dict[str, Cell] = {}
    for entry in cancellation_table(line, rules["forward-difference"][0], X, steps, single=False):
        assert entry.value is not None
        assert entry.shared is not None
        rows.append((f"{entry.step:.0e}", bracketed(entry.value, entry.shared, 17), entry.quotient))
        numbers |= {f"shared {entry.step:.0e}": entry.shared, f"quotient {entry.step:.0e}": entry.quotient}
    cancellation = table(
        "strip",
        _caption("The cancellation table", "loop"),
        "h | f(x + h), shared digits in brackets | >(f(x + h) - f(x))/h",
        rows,
    )
    return Frame(
        "What the subtraction cancels",
        (Source("text", LOOP), cancellation),
        "f(x + h) - f(x): the digits in brackets vanish",
        "The smaller h, the more digits cancel: what is left is rounding error, and the closed form"
        " rounds differently.",
        numbers,
    )


def _curve(result: StepSweep, end: float) -> Frame:
    whole = plot(result)
    assert whole is not None
    series = tuple(
        curve._replace(points=tuple(point for point in curve.points if point[0] >= 0.99 * end))
        for curve in whole.series
        if curve.name in SHOWN
    )
    drawn = Plot(
        whole.key,
        whole.x,
        whole.y,
        series,
        _some(whole.table, end),
        _caption(phrase("Error against h, down to {end}", end=f"{end:g}")),
    )
    return Frame(
        phrase("The V emerges: down to h = {end}", end=f"{end:g}"),
        (drawn,),
        "truncation ~ h^order, round-off ~ eps/h",
        "Two straight lines with opposite slopes: the best step is where they cross."
        if end == ENDS[-1]
        else "A straight line on logarithmic axes: a power of h.",
        question="" if end == ENDS[-1] else "How does the curve continue to the left?",
        question_blocks=() if end == ENDS[-1] else (drawn,),
    )


def _single_steps(result: StepSweep) -> Frame:
    """Return the frame of single steps and their medians, for one formula only, to keep the dots apart."""
    bins = [bin for bin in reversed(_curve_of(result, SHOWN[0]).bins) if bin.error and bin.step >= 0.99 * ENDS[-1]]
    single = tuple([(bin.step, bin.error_at) for bin in bins if bin.error_at])
    median = tuple([(bin.step, bin.error) for bin in bins if bin.error])
    rows = [[_three_digits(value) for value in (bin.step, bin.error_at, bin.error)] for bin in bins]
    lucky = min(single, key=lambda point: point[1])
    drawn = Plot(
        "dots",
        Axis("step h", True),
        Axis("absolute error", True),
        (Series(phrase("single steps"), single, "dots"), Series(phrase("medians"), median)),
        table("dots", _caption("Forward difference"), "h | >single step | >median", rows),
        _caption("Forward difference"),
    )
    return Frame(
        "A single step is luck",
        (drawn,),
        "round-off of a single step: anything from 0 to eps/h and more",
        "On the right the error follows a law, on the left it is a lottery: a lower dot is luck, not a better step.",
        {"lowest dot": lucky[1], "its h": lucky[0]},
    )


def _some(whole: Table, end: float) -> Table:
    rows = [row for row in whole.rows if isinstance(row[0], Approximate) and row[0].value >= 0.99 * end]
    return whole._replace(rows=tuple(rows))


def _slopes(result: StepSweep) -> Frame:
    curves = {method: _curve_of(result, method) for method in WINDOWS}
    rows: list[tuple[Cell, ...]] = [
        (method, curve.order, *[Approximate(_slope(curve, *window), 3) for window in WINDOWS[method]])
        for method, curve in curves.items()
    ]
    slopes = table("slopes", _caption("Slopes fitted"), "method | >order | >truncation | >round-off", rows)
    return Frame(
        "Three formulas, three slopes, one way back",
        (slopes,),
        "slopes: +1, +2, +4, and -1 for all",
        "The order decides how fast the error falls; round-off rises at the same rate for all.",
        figures(slopes, "", "{} truncation", "{} round-off"),
        "What is the slope of each round-off branch?",
        (mask(slopes, 3),),
        _misprinted(),
    )


def _slope(curve: Curve, low: float, high: float) -> float:
    """Return the slope of the line through the medians from 10^low to 10^high, on logarithmic axes."""
    points = [(bin.exponent, log10(bin.error)) for bin in curve.bins if bin.error and low <= bin.exponent <= high]
    return linear_regression(*zip(*points, strict=True)).slope


def _misprinted() -> Broken:
    """Return the one-sided difference as a lecture note prints it, with the sign of one step changed."""
    f = _line(CLOSED, "x", {"x": X})
    rows: list[tuple[Cell, ...]] = []
    for h in (1e-2, 1e-4, 1e-6, 1e-8):
        plus, here, minus = f(X + h), f(X), f(X - h)
        rows.append((f"{h:g}", (plus - here) / h, (here - minus) / h, (minus - here) / h))
    columns = "h | >(f(x + h) - f(x))/h | >(f(x) - f(x - h))/h | >(f(x - h) - f(x))/h"
    return Broken(
        "a sign in the printed formula",
        (table("broken", _caption("Forward, backward, and as printed in a lecture note"), columns, rows),),
        "The printed formula gives the derivative with the wrong sign: its error is the same for every h, with no V.",
        {"truth": rows[-1][1], "broken": rows[-1][3]},
    )


def _best_steps(result: StepSweep) -> Frame:
    """Return the frame that compares the smallest medians with the theory and with a single lucky step."""
    rows: list[tuple[Cell, ...]] = []
    for method in SHOWN[:3]:
        best, theory = result.findings[method].best, result.findings[method].theory
        assert best is not None
        lucky, least = _luckiest(result, method)
        predicted = (theory.step, theory.error) if theory else (None, None)
        rows.append((method, *map(_three_digits, (best.step, best.error, lucky, least, *predicted))))
    columns = "method | >best h | >error | >lucky h | >lucky error | >h in theory | >its error"
    caption = _caption(
        phrase("Absolute errors: medians of {count} steps, a single step, and the theory", count=SAMPLES)
    )
    best_steps = table("best", caption, columns, rows)
    names = ("best h", "least error", "lucky h", "lucky error", "theory h", "theory error")
    return Frame(
        "The bottom of the V",
        (best_steps,),
        "h* = 2·sqrt(u|f/f''|) for the forward difference, (3u|f/f'''|)^(1/3) for the central one, u = 2^-53",
        "At the best h, half or two thirds of the digits are left. A single step may be lucky, but proves nothing.",
        figures(best_steps, *[f"{{}} {name}" for name in names]),
        "How many of 16 digits are right at the best h?",
        (mask(best_steps, 2, 4, 6),),
    )


def _luckiest(result: StepSweep, method: str) -> tuple[float, float]:
    """Return the step with the smallest error among ten steps a decade, and that error."""
    assert result.true is not None
    rule, _ = formulas(result.problem, nominal=True, single=False)[1][method]
    errors = {}
    for tenth in range(-10, -161, -1):
        value = rule(10.0 ** (tenth / 10))
        if value is not None:
            errors[10.0 ** (tenth / 10)] = error_of(value, result.true)
    step = min(errors, key=lambda h: errors[h])
    return step, errors[step]


def _rules_of_thumb(result: StepSweep) -> Frame:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method in SHOWN[:2]:
        finding = result.findings[method]
        if finding.best is None or finding.best.error is None or finding.rule_error is None:
            continue
        assert finding.rule is not None
        ratio, cost = finding.rule / finding.best.step, finding.rule_error / finding.best.error
        rows.append((method, *map(_three_digits, (finding.rule, finding.best.step, ratio, finding.rule_error, cost))))
        numbers |= {f"{method} cost of the rule": cost, f"{method} rule too long": ratio}
    numbers["length"] = result.length
    rules = table(
        "rules",
        _caption("sqrt(eps) and cbrt(eps)"),
        "method | >h of the rule | >best h | >times too long | >error | >times worse",
        rows,
    )
    return Frame(
        "The rule of thumb misses",
        (rules,),
        phrase("length scale sqrt|f/f''| = {length:.3f}", length=result.length) if result.length else "",
        "The rules of thumb assume a length scale of 1; this function's is shorter.",
        numbers,
    )


def _complex_step(result: StepSweep) -> Frame:
    loop = complex_rule(Problem(parse(LOOP), {"x": X}, ("x",)), single=False)
    rows = [(f"{tiny.step:.0e}", tiny.quotient, _three_digits(tiny.error), loop(tiny.step)) for tiny in result.tiny]
    quotients = table(
        "complex", _caption("Complex step: Im f(x + ih)/h"), "h | >quotient | >absolute error | >of the loop", rows
    )
    worst = max([bin.error or 0.0 for bin in _curve_of(result, "complex-step").bins if bin.step <= 1e-9])
    return Frame(
        "Nothing is subtracted",
        (quotients,),
        "f'(x) ≈ Im f(x + ih)/h",
        "Without a difference nothing cancels: any small h will do, down to the smallest doubles.",
        {f"complex {h}": value for h, value, *_ in rows}
        | {f"complex of the loop {h}": value for h, *_, value in rows}
        | {"complex worst from 1e-9 down": worst},
        "And at h = 1e-300?",
        (mask(quotients, 1, 2, 3),),
    )


def _large_constant() -> Frame:
    methods = ("forward-difference", "central-difference", "reverse-ad")
    comparison = compare("1e8 + sin(x)", {"x": 1.0}, methods=methods)
    rows = [(answer.method, answer.variant or "", partial_cell(answer, "x")) for answer in comparison.answers]
    answers = table("offset", at_point("1e8 + sin(x)", 1), "method | step | >derivative", rows)
    return Frame(
        "A large constant",
        (answers,),
        "cos(1) = 0.5403",
        "The derivative of the constant is 0, but it takes the digits of sin(x) with it.",
        {answer.method: answer.gradient["x"] for answer in comparison.answers},
        "Does adding a constant change the derivative?",
        (mask(answers, (0, 2), (1, 2)),),
    )


def _quadratic() -> Frame:
    text, point = "(x + 2*y - 7)^2 + (2*x + y - 5)^2", {"x": -1.0, "y": 1.0}
    f = _line(text, "x", point)
    rows = [
        (f"{h:g}", *[quotient(scheme, f, point["x"], h) for scheme in (FORWARD, CENTRAL)])
        for h in (1.0, 0.25, 1e-3, 1e-6)
    ]
    truth = partial_cell(compare(text, point, methods="reverse-ad").answers[0], "x")
    truth_text = f"{truth:g}" if isinstance(truth, float) else truth
    caption = phrase("Booth's function, d/dx at (-1, 1): {true}", true=truth_text)
    quotients = table("booth", caption, "h | >forward | >central", rows)
    return Frame(
        "A quadratic",
        (quotients,),
        "f''' = 0: the central difference has nothing to truncate",
        "For a quadratic the largest step is the best one.",
        {f"central {h}": central for h, _, central in rows} | {"truth": truth},
    )


def _float32() -> Frame:
    result = sweep(CLOSED, x=X, steps=(1e-1, 1e-6), single=True, nominal=True, methods=SHOWN[:2], budget=None)
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    kept: dict[str, float] = {}
    for method in SHOWN[:2]:
        best = result.findings[method].best
        if best is not None:
            rows.append((method, Approximate(best.step), approximate(best.error)))
            numbers |= {f"float32 {method} best h": best.step, f"float32 {method} least error": best.error}
            kept[method] = digits_kept(best.error, result.true.nearest) if best.error and result.true else 0.0
    best_steps = table("float32", _caption("In float32"), "method | >best h | >absolute error there", rows)
    return Frame(
        "The same in single precision",
        (best_steps,),
        "eps = 1.2e-7 instead of 2.2e-16",
        phrase(
            "At its best h a forward difference keeps {forward:.1f} of 7 digits and a central one {central:.1f}:"
            " a gradient check in float32 has no more to work with.",
            forward=kept["forward-difference"],
            central=kept["central-difference"],
        ),
        numbers | {f"float32 {method} digits": digits for method, digits in kept.items()},
    )


def _three_digits(value: float | None) -> Cell:
    return approximate(value, 3)
