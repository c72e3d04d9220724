"""The step of a difference: truncation against round-off (Baydin et al. 2018, figure 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log10
from statistics import linear_regression

from diffcompare.backends.finite_differences import CENTRAL, FORWARD, quotient
from diffcompare.backends.problem import Problem
from diffcompare.classroom.demos.answers import digits_kept, said
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.document import Approximate, Axis, Cell, Plot, Series, Source, Table
from diffcompare.language.parser import parse
from diffcompare.localization import Phrase, phrase
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.compare import compare
from diffcompare.studies.step_sweep.cancellation import bracketed, strip
from diffcompare.studies.step_sweep.error_curves import Curve, complex_rule, error_of, formulas
from diffcompare.studies.step_sweep.report import plot
from diffcompare.studies.step_sweep.sweep import StepSweep, sweep

CLOSED = "64*x*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2"
LOOP = "v1 = 4*x*(1 - x); v2 = 4*v1*(1 - v1); 4*v2*(1 - v2)"
"""The same function as a loop of three steps, which rounds otherwise."""
X = 0.2
SHOWN = ("forward-difference", "central-difference", "richardson", "complex-step")
SAMPLES = 401
"""Steps in a bin: with so many the medians are settled to two digits."""
MAX_STEP, MIN_STEP = 1e-1, 1e-17
ENDS = (1e-4, 1e-8, 1e-16)
"""How far the curves are drawn, frame by frame."""
POWERS = (-1, -2, -4, -6, -8, -10, -12, -14, -16, -17)
WINDOWS = {
    "forward-difference": ((-7, -2), (-14, -10)),
    "central-difference": ((-5, -2), (-13, -8)),
    "richardson": ((-3, -1.25), (-12, -5.5)),
}
"""Powers of ten between which a branch is straight: truncation, round-off."""


def frames() -> Iterator[Frame]:
    """The V, what it is made of, and what becomes of it in other hands."""
    steps = MAX_STEP, MIN_STEP
    found = sweep(CLOSED, x=X, nominal=True, steps=steps, samples=SAMPLES, methods=SHOWN, budget=None)
    yield _descent(found)
    yield _taken(found)
    yield _strip()
    for end in ENDS:
        yield _curve(found, end)
    yield _dots(found)
    yield _slopes(found)
    yield _best(found)
    yield _thumb(found)
    yield _complex(found)
    yield _offset()
    yield _booth()
    yield _single()


def _of(what: str, program: str = "closed form") -> Phrase:
    """A caption that says which program is differentiated, and where: another program rounds otherwise."""
    return phrase(
        "{what}: {program}, x = {x}",
        what=what if isinstance(what, Phrase) else phrase(what),
        program=phrase(program),
        x=X,
    )


def _curve_of(found: StepSweep, method: str) -> Curve:
    return next(curve for curve in found.curves if curve.method == method)


def _at_powers(found: StepSweep, method: str) -> dict[int, float]:
    """Errors of single steps, the whole powers of ten."""
    return {
        round(each.exponent): each.error_at
        for each in _curve_of(found, method).bins
        if each.exponent == round(each.exponent) and each.error_at is not None
    }


def _descent(found: StepSweep) -> Frame:
    forward, central = _at_powers(found, "forward-difference"), _at_powers(found, "central-difference")
    rows = [(f"1e{power}", Approximate(forward[power]), Approximate(central[power])) for power in POWERS]
    shown = table("errors", _of("Absolute errors"), "h | >forward | >central", rows)
    places = [(place, column) for place in range(4, len(rows)) for column in (1, 2)]
    numbers = {f"forward 1e{power}": forward[power] for power in POWERS} | {
        f"central 1e{power}": central[power] for power in POWERS
    }
    return Frame(
        "Smaller and smaller steps",
        (Source("text", CLOSED), shown),
        "(f(x + h) - f(x))/h, and (f(x + h) - f(x - h))/(2h)",
        "The error falls with h, and then it rises again. At h = 0.1 the central difference is the worse one.",
        numbers,
        "The error has fallen to 1e-6 and below. What will still smaller steps do?",
        (Source("text", CLOSED), masked(shown, *places)),
        _vanished(),
    )


def _vanished() -> Broken:
    """A step that x swallows."""
    f = _line(CLOSED, "x", {"x": X})
    rows = [(f"{h:g}", (X + h) - X, (f(X + h) - f(X)) / h) for h in (1e-8, 1e-17)]
    shown = table(
        "broken", _of("A step that is one, and a step that is none"), "h | >x + h - x | >(f(x + h) - f(x))/h", rows
    )
    return Broken(
        "h too small",
        (shown,),
        "x + h is x, so the difference is 0 and the error is all of the derivative.",
        {"truth": rows[0][2], "quotient": rows[1][2]},
    )


def _taken(found: StepSweep) -> Frame:
    """Divided by the step that x takes: what `sweep` does where nothing else is asked for."""
    actual = sweep(CLOSED, x=X, steps=(1e-6, 1e-10), samples=SAMPLES, methods=SHOWN[:2], budget=None)
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    columns = [(each, method) for method in SHOWN[:2] for each in (found, actual)]
    for power in (-8, -10):
        h = float(f"1e{power}")
        errors = [_at_powers(each, method)[power] for each, method in columns]
        rows.append((f"1e{power}", _two((X + h) - X), *map(_two, errors)))
        numbers |= {f"actual forward 1e{power}": errors[1], f"actual central 1e{power}": errors[3]}
    for h in (1e-16, 1e-17):
        rows.append((f"{h:g}", _two((X + h) - X), None, None, None, None))
        numbers[f"taken {h:g}"] = (X + h) - X
    for method in SHOWN[:2]:
        best = actual.findings[method].best
        numbers |= {f"actual {method} best h": best.step if best else None}
        numbers |= {f"actual {method} least error": best.error if best else None}
    heads = "h | >x + h - x | >forward/h | >forward/step | >central/h | >central/step"
    shown = table("taken", _of("Absolute errors, divided by h and by the step that x takes"), heads, rows)
    return Frame(
        "The step that x takes",
        (shown,),
        "h = 1e-16: (0.2 + h) - 0.2 = 1.11e-16; h = 1e-17: 0",
        "Doubles near 0.2 are 2.8e-17 apart: x + h is one of them, and the step another than was asked for.",
        numbers,
        "Is the step from 0.2 to 0.2 + h always h?",
        (masked(shown, *[(row, 1) for row in range(len(rows))]),),
    )


def _line(text: str, name: str, point: dict[str, float]) -> Callable[[float], float]:
    expression = parse(text)
    return lambda x: float(value_at(expression, {**point, name: x}))  # type: ignore[arg-type]


def _strip() -> Frame:
    """Of the loop: other digits are left over in another program."""
    line, rules = formulas(Problem(parse(LOOP), {"x": X}, ("x",)), nominal=True, single=False)
    steps = [float(f"1e{power}") for power in (-2, -4, -6, -8, -10, -12, -14, -16)]
    rows: list[tuple[Cell, ...]] = [("0", f"{line(X):.17g}", None)]
    numbers: dict[str, Cell] = {}
    for each in strip(line, rules["forward-difference"][0], X, steps, single=False):
        assert each.value is not None
        assert each.shared is not None
        rows.append((f"{each.step:.0e}", bracketed(each.value, each.shared, 17), each.quotient))
        numbers |= {f"shared {each.step:.0e}": each.shared, f"quotient {each.step:.0e}": each.quotient}
    shown = table(
        "strip",
        _of("The cancellation strip", "loop"),
        "h | f(x + h), shared digits in brackets | >(f(x + h) - f(x))/h",
        rows,
    )
    return Frame(
        "What the subtraction cancels",
        (Source("text", LOOP), shown),
        "f(x + h) - f(x): the digits in brackets vanish",
        "The smaller h, the more digits are the same: what is left is rounding, and the closed form rounds otherwise.",
        numbers,
    )


def _curve(found: StepSweep, end: float) -> Frame:
    whole = plot(found)
    assert whole is not None
    series = tuple(
        each._replace(points=tuple(point for point in each.points if point[0] >= 0.99 * end))
        for each in whole.series
        if each.name in SHOWN
    )
    drawn = Plot(
        whole.key,
        whole.x,
        whole.y,
        series,
        _some(whole.table, end),
        _of(phrase("Error against h, down to {end}", end=f"{end:g}")),
    )
    return Frame(
        phrase("The V emerges: down to h = {end}", end=f"{end:g}"),
        (drawn,),
        "truncation ~ h^order, round-off ~ eps/h",
        "Two straight lines with opposite slopes: the best step is where they cross."
        if end == ENDS[-1]
        else "A straight line on logarithmic axes: a power of h.",
        question="" if end == ENDS[-1] else "How does it go on to the left?",
        asked=() if end == ENDS[-1] else (drawn,),
    )


def _dots(found: StepSweep) -> Frame:
    """Single steps beside their medians, of one formula: those of two would hide each other."""
    bins = [each for each in reversed(_curve_of(found, SHOWN[0]).bins) if each.error and each.step >= 0.99 * ENDS[-1]]
    single = tuple([(each.step, each.error_at) for each in bins if each.error_at])
    median = tuple([(each.step, each.error) for each in bins if each.error])
    rows = [[_two(value) for value in (each.step, each.error_at, each.error)] for each in bins]
    lucky = min(single, key=lambda point: point[1])
    drawn = Plot(
        "dots",
        Axis("step h", True),
        Axis("absolute error", True),
        (Series(phrase("single steps"), single, "dots"), Series(phrase("medians"), median)),
        table("dots", _of("Forward difference"), "h | >single step | >median", rows),
        _of("Forward difference"),
    )
    return Frame(
        "One step is luck",
        (drawn,),
        "round-off of a single step: anything from 0 to eps/h and more",
        "To the right the error is a law, to the left it is a lottery: a lower dot is luck, and no better step.",
        {"lowest dot": lucky[1], "its h": lucky[0]},
    )


def _some(whole: Table, end: float) -> Table:
    rows = [row for row in whole.rows if isinstance(row[0], Approximate) and row[0].value >= 0.99 * end]
    return whole._replace(rows=tuple(rows))


def _slopes(found: StepSweep) -> Frame:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method, (long, short) in WINDOWS.items():
        curve = _curve_of(found, method)
        down, up = _slope(curve, *long), _slope(curve, *short)
        rows.append((method, curve.order, Approximate(down, 3), Approximate(up, 3)))
        numbers |= {f"{method} truncation": down, f"{method} round-off": up}
    shown = table("slopes", _of("Slopes fitted"), "method | >order | >truncation | >round-off", rows)
    return Frame(
        "Three formulas, three slopes, one way back",
        (shown,),
        "slopes: +1, +2, +4, and -1 for all",
        "The order decides how fast the error falls; round-off rises alike for all.",
        numbers,
        "Which slope has the round-off branch of each?",
        (masked(shown, *[(row, 3) for row in range(len(rows))]),),
        _misprinted(),
    )


def _slope(curve: Curve, low: float, high: float) -> float:
    """Of the straight line through the medians from 10^low to 10^high, on logarithmic axes."""
    points = [(each.exponent, log10(each.error)) for each in curve.bins if each.error and low <= each.exponent <= high]
    return linear_regression(*zip(*points, strict=True)).slope


def _misprinted() -> Broken:
    """The one-sided difference as a lecture note prints it, with the sign of one step turned."""
    f = _line(CLOSED, "x", {"x": X})
    rows: list[tuple[Cell, ...]] = []
    for h in (1e-2, 1e-4, 1e-6, 1e-8):
        plus, here, minus = f(X + h), f(X), f(X - h)
        rows.append((f"{h:g}", (plus - here) / h, (here - minus) / h, (minus - here) / h))
    heads = "h | >(f(x + h) - f(x))/h | >(f(x) - f(x - h))/h | >(f(x - h) - f(x))/h"
    return Broken(
        "a sign in the printed formula",
        (table("broken", _of("Forward, backward, and as a lecture note prints it"), heads, rows),),
        "The printed formula is the derivative with its sign turned: its error is the same for every h, and has no V.",
        {"truth": rows[-1][1], "broken": rows[-1][3]},
    )


def _best(found: StepSweep) -> Frame:
    """The least medians beside the theory, and beside a single step that was lucky."""
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method in SHOWN[:3]:
        each = found.findings[method]
        assert each.best is not None
        lucky, least = _luckiest(found, method)
        theory = each.theory
        rows.append(
            (method, *map(_two, (each.best.step, each.best.error, lucky, least)),
             *[_two(value) for value in ((theory.step, theory.error) if theory else (None, None))])
        )  # fmt: skip
        numbers |= {
            f"{method} best h": each.best.step,
            f"{method} least error": each.best.error,
            f"{method} lucky h": lucky,
            f"{method} lucky error": least,
            f"{method} theory h": theory.step if theory else None,
            f"{method} theory error": theory.error if theory else None,
        }
    heads = "method | >best h | >error | >lucky h | >lucky error | >h in theory | >its error"
    caption = _of(phrase("Absolute errors: medians of {count} steps, a single step, and the theory", count=SAMPLES))
    shown = table("best", caption, heads, rows)
    return Frame(
        "The bottom of the V",
        (shown,),
        "h* = 2·sqrt(u|f/f''|) for the forward difference, (3u|f/f'''|)^(1/3) for the central one, u = 2^-53",
        "At the best h half the digits are left, or two thirds. A single step may be lucky, and proves nothing.",
        numbers,
        "How many of 16 digits are right at the best h?",
        (masked(shown, *[(row, column) for row in range(len(rows)) for column in (2, 4, 6)]),),
    )


def _luckiest(found: StepSweep, method: str) -> tuple[float, float]:
    """Of ten steps a decade the one with the least error, and that error."""
    assert found.true is not None
    rule, _ = formulas(found.problem, nominal=True, single=False)[1][method]
    errors = {}
    for tenth in range(-10, -161, -1):
        value = rule(10.0 ** (tenth / 10))
        if value is not None:
            errors[10.0 ** (tenth / 10)] = error_of(value, found.true)
    step = min(errors, key=lambda h: errors[h])
    return step, errors[step]


def _thumb(found: StepSweep) -> Frame:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method in SHOWN[:2]:
        each = found.findings[method]
        if each.best is None or each.best.error is None or each.rule_error is None:
            continue
        assert each.rule is not None
        aside, cost = each.rule / each.best.step, each.rule_error / each.best.error
        rows.append((method, _two(each.rule), _two(each.best.step), _two(aside), _two(each.rule_error), _two(cost)))
        numbers |= {f"{method} cost of the rule": cost, f"{method} rule too long": aside}
    numbers["length"] = found.length
    shown = table(
        "rules",
        _of("sqrt(eps) and cbrt(eps)"),
        "method | >h of the rule | >best h | >times too long | >error | >times worse",
        rows,
    )
    return Frame(
        "The rule of thumb misses",
        (shown,),
        phrase("length scale sqrt|f/f''| = {length:.3f}", length=found.length) if found.length else "",
        "The rules hold for functions of length scale 1, and this one is shorter.",
        numbers,
    )


def _complex(found: StepSweep) -> Frame:
    loop = complex_rule(Problem(parse(LOOP), {"x": X}, ("x",)), single=False)
    rows = [(f"{each.step:.0e}", each.quotient, _two(each.error), loop(each.step)) for each in found.tiny]
    shown = table(
        "complex", _of("Complex step: Im f(x + ih)/h"), "h | >quotient | >absolute error | >of the loop", rows
    )
    worst = max([each.error or 0.0 for each in _curve_of(found, "complex-step").bins if each.step <= 1e-9])
    return Frame(
        "Nothing is subtracted",
        (shown,),
        "f'(x) ≈ Im f(x + ih)/h",
        "Without a difference nothing cancels: any small h will do, down to the smallest doubles.",
        {f"complex {h}": value for h, value, *_ in rows}
        | {f"complex of the loop {h}": value for h, *_, value in rows}
        | {"complex worst from 1e-9 down": worst},
        "And at h = 1e-300?",
        (masked(shown, *[(i, j) for i in range(len(rows)) for j in (1, 2, 3)]),),
    )


def _offset() -> Frame:
    methods = ("forward-difference", "central-difference", "reverse-ad")
    found = compare("1e8 + sin(x)", {"x": 1.0}, methods=methods)
    rows = [(answer.method, answer.variant or "", said(answer, "x")) for answer in found.answers]
    shown = table(
        "offset", phrase("{text} at {where}", text="1e8 + sin(x)", where=1), "method | step | >derivative", rows
    )
    return Frame(
        "A large constant",
        (shown,),
        "cos(1) = 0.5403",
        "The constant has no derivative, but it takes the digits of sin(x) with it.",
        {answer.method: answer.gradient["x"] for answer in found.answers},
        "Does adding a constant change the derivative?",
        (masked(shown, (0, 2), (1, 2)),),
    )


def _booth() -> Frame:
    text, point = "(x + 2*y - 7)^2 + (2*x + y - 5)^2", {"x": -1.0, "y": 1.0}
    f = _line(text, "x", point)
    rows = [
        (f"{h:g}", *[quotient(each, f, point["x"], h) for each in (FORWARD, CENTRAL)]) for h in (1.0, 0.25, 1e-3, 1e-6)
    ]
    true = said(compare(text, point, methods="reverse-ad").answers[0], "x")
    told = f"{true:g}" if isinstance(true, float) else true
    caption = phrase("Booth's function, d/dx at (-1, 1): {true}", true=told)
    shown = table("booth", caption, "h | >forward | >central", rows)
    return Frame(
        "A quadratic",
        (shown,),
        "f''' = 0: the central difference has nothing to truncate",
        "For a quadratic the largest step is the best one.",
        {f"central {h}": central for h, _, central in rows} | {"truth": true},
    )


def _single() -> Frame:
    found = sweep(CLOSED, x=X, single=True, nominal=True, methods=SHOWN[:2], budget=None)
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    kept: dict[str, float] = {}
    for method in SHOWN[:2]:
        best = found.findings[method].best
        if best is not None:
            rows.append((method, Approximate(best.step), None if best.error is None else Approximate(best.error)))
            numbers |= {f"float32 {method} best h": best.step, f"float32 {method} least error": best.error}
            kept[method] = digits_kept(best.error, found.true.nearest) if best.error and found.true else 0.0
    shown = table("float32", _of("In float32"), "method | >best h | >absolute error there", rows)
    return Frame(
        "The same in single precision",
        (shown,),
        "eps = 1.2e-7 instead of 2.2e-16",
        phrase(
            "At its best h a forward difference keeps {forward:.1f} of 7 digits and a central one {central:.1f}:"
            " a gradient check in float32 has no more to go by.",
            forward=kept["forward-difference"],
            central=kept["central-difference"],
        ),
        numbers | {f"float32 {method} digits": digits for method, digits in kept.items()},
    )


def _two(value: float | None) -> Cell:
    return None if value is None else Approximate(value, 3)


DEMO = Demo(
    "step",
    8,
    "The best h is neither big nor small, and even it leaves half the digits behind.",
    "Truncation falls with h, round-off grows with 1/h: you choose which lie to tell.",
    frames,
)
