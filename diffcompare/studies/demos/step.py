"""The step of a difference: truncation against round-off (Baydin et al. 2018, figure 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from diffcompare.backends.numerical import CENTRAL, FORWARD, quotient
from diffcompare.document import Approximate, Cell, Plot, Table
from diffcompare.evaluation import value_at
from diffcompare.parser import parse
from diffcompare.studies.compare import compare
from diffcompare.studies.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.studies.steps.picture import plot
from diffcompare.studies.steps.record import Sweep
from diffcompare.studies.steps.strip import bracketed
from diffcompare.studies.sweep import sweep

CLOSED = "64*x*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2"
X = 0.2
SHOWN = ("forward-difference", "central-difference", "richardson", "complex-step")
ENDS = (1e-4, 1e-8, 1e-16)
"""How far the curves are drawn, frame by frame."""


def frames() -> Iterator[Frame]:
    """The V, what it is made of, and what becomes of it in other hands."""
    found = sweep(CLOSED, x=X, nominal=True)
    yield _descent(found)
    yield _strip(found)
    for end in ENDS:
        yield _curve(found, end)
    yield _slopes(found)
    yield _thumb(found)
    yield _complex(found)
    yield _offset()
    yield _booth()
    yield _single()


def _at_powers(found: Sweep, method: str) -> dict[int, float]:
    """Errors of bins at whole powers of ten."""
    curve = next(curve for curve in found.curves if curve.method == method)
    return {
        round(each.exponent): each.error
        for each in curve.bins
        if each.exponent == round(each.exponent) and each.error is not None
    }


def _descent(found: Sweep) -> Frame:
    forward, central = _at_powers(found, "forward-difference"), _at_powers(found, "central-difference")
    powers = [power for power in (-1, -2, -4, -6, -8, -10, -12, -14, -16) if power in forward]
    rows = [(f"1e{power}", Approximate(forward[power]), Approximate(central[power])) for power in powers]
    shown = table("errors", "Errors (medians around h)", "h | >forward | >central", rows)
    places = [(place, column) for place in range(4, len(rows)) for column in (1, 2)]
    numbers = {f"forward 1e{power}": forward[power] for power in powers} | {
        f"central 1e{power}": central[power] for power in powers
    }
    return Frame(
        "Smaller and smaller steps",
        (shown,),
        "(f(x + h) - f(x))/h, and (f(x + h) - f(x - h))/(2h)",
        "The error falls with h, and then it rises again. At h = 0.1 the central difference is the worse one.",
        numbers,
        "The error has fallen to 1e-6 and below. What will still smaller steps do?",
        (masked(shown, *places),),
        _vanished(),
    )


def _vanished() -> Broken:
    """A step that x swallows."""
    f = _line(CLOSED, "x", {"x": X})
    h = 1e-17
    found = (f(X + h) - f(X)) / h
    shown = table("broken", "A step that is none", "h | >x + h - x | >quotient", [(f"{h:g}", X + h - X, found)])
    return Broken(
        "h too small",
        (shown,),
        "x + h is x, so the difference is 0 and the error is all of the derivative.",
        {"quotient": found},
    )


def _line(text: str, name: str, point: dict[str, float]) -> Callable[[float], float]:
    expression = parse(text)
    return lambda x: float(value_at(expression, {**point, name: x}))  # type: ignore[arg-type]


def _strip(found: Sweep) -> Frame:
    rows: list[tuple[Cell, ...]] = [("0", f"{found.value:.17g}", None)]
    numbers: dict[str, Cell] = {}
    for each in found.strip:
        if each.value is None or each.shared is None:
            continue
        rows.append((f"{each.step:.0e}", bracketed(each.value, each.shared, 17), each.quotient))
        numbers |= {f"shared {each.step:.0e}": each.shared, f"quotient {each.step:.0e}": each.quotient}
    shown = table("strip", "The cancellation strip", "h | f(x + h), shared digits in brackets | >quotient", rows)
    return Frame(
        "What the subtraction cancels",
        (shown,),
        "f(x + h) - f(x): the digits in brackets vanish",
        "The smaller h, the more digits are the same: what is left of the difference is rounding.",
        numbers,
    )


def _curve(found: Sweep, end: float) -> Frame:
    whole = plot(found)
    assert whole is not None
    series = tuple(
        each._replace(points=tuple(point for point in each.points if point[0] >= 0.99 * end))
        for each in whole.series
        if each.name in SHOWN
    )
    drawn = Plot(whole.key, whole.x, whole.y, series, _some(whole.table, end), f"Error against h, down to {end:g}")
    return Frame(
        f"The V emerges: down to h = {end:g}",
        (drawn,),
        "truncation ~ h^order, round-off ~ eps/h",
        "Two straight lines with opposite slopes: the best step is where they cross."
        if end == ENDS[-1]
        else "A straight line on logarithmic axes: a power of h.",
        question="" if end == ENDS[-1] else "How does it go on to the left?",
        asked=() if end == ENDS[-1] else (drawn,),
    )


def _some(whole: Table, end: float) -> Table:
    rows = [row for row in whole.rows if isinstance(row[0], Approximate) and row[0].value >= 0.99 * end]
    return whole._replace(rows=tuple(rows))


def _slopes(found: Sweep) -> Frame:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method in SHOWN[:3]:
        each = found.findings[method]
        down = each.truncation.slope if each.truncation else None
        up = each.round_off.slope if each.round_off else None
        best, error = (each.best.step, each.best.error) if each.best else (None, None)
        rows.append(
            (method, _two(down), _two(up), _two(best), _two(error), _two(each.theory.step if each.theory else None))
        )
        numbers |= {
            f"{method} truncation": down,
            f"{method} round-off": up,
            f"{method} best h": best,
            f"{method} least error": error,
        }
    shown = table(
        "slopes",
        "Slopes fitted",
        "method | >truncation | >round-off | >best h | >error there | >best h in theory",
        rows,
    )
    return Frame(
        "Three formulas, three slopes, one way back",
        (shown,),
        "slopes: +1, +2, +4, and -1 for all",
        "The order decides how fast the error falls; round-off rises alike for all.",
        numbers,
        "Which slope has the round-off branch of each?",
        (masked(shown, (0, 2), (1, 2), (2, 2)),),
    )


def _thumb(found: Sweep) -> Frame:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method in SHOWN[:2]:
        each = found.findings[method]
        if each.best is None or each.best.error is None or each.rule_error is None:
            continue
        cost = each.rule_error / each.best.error
        rows.append((method, _two(each.rule), _two(each.rule_error), _two(each.best.error), _two(cost)))
        numbers |= {f"{method} cost of the rule": cost}
    numbers["length"] = found.length
    shown = table(
        "rules", "sqrt(eps) and cbrt(eps)", "method | >h of the rule | >error | >best error | >times worse", rows
    )
    return Frame(
        "The rule of thumb misses",
        (shown,),
        f"length scale sqrt|f/f''| = {found.length:.3f}" if found.length else "",
        "The rules hold for functions of length scale 1, and this one is shorter.",
        numbers,
    )


def _complex(found: Sweep) -> Frame:
    rows = [(f"{each.step:.0e}", each.quotient, _two(each.error)) for each in found.tiny]
    shown = table("complex", "Complex step: Im f(x + ih)/h", "h | >quotient | >error", rows)
    return Frame(
        "Nothing is subtracted",
        (shown,),
        "f'(x) ≈ Im f(x + ih)/h",
        "Without a difference nothing cancels: any small h will do, down to the smallest doubles.",
        {f"complex {h}": value for h, value, _ in rows},
        "And at h = 1e-300?",
        (masked(shown, *[(i, j) for i in range(len(rows)) for j in (1, 2)]),),
    )


def _offset() -> Frame:
    methods = ("forward-difference", "central-difference", "reverse-ad")
    found = compare("1e8 + sin(x)", {"x": 1.0}, methods=methods)
    rows = [(answer.method, answer.variant or "", answer.gradient["x"]) for answer in found.answers]
    shown = table("offset", "1e8 + sin(x) at 1", "method | step | >derivative", rows)
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
    true = compare(text, point, methods="reverse-ad").answers[0].gradient["x"]
    shown = table("booth", f"Booth's function, d/dx at (-1, 1): {true:g}", "h | >forward | >central", rows)
    return Frame(
        "A quadratic",
        (shown,),
        "f''' = 0: the central difference has nothing to truncate",
        "For a quadratic the largest step is the best one.",
        {f"central {h}": central for h, _, central in rows} | {"truth": true},
    )


def _single() -> Frame:
    found = sweep(CLOSED, x=X, single=True, nominal=True)
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for method in SHOWN[:2]:
        best = found.findings[method].best
        if best is not None:
            rows.append((method, _one(best.step), _one(best.error)))
            numbers |= {f"float32 {method} best h": best.step, f"float32 {method} least error": best.error}
    shown = table("float32", "In float32", "method | >best h | >error there", rows)
    return Frame(
        "The same in single precision",
        (shown,),
        "eps = 1.2e-7 instead of 2.2e-16",
        "Gradient checks in float32 have three digits to go by, at most.",
        numbers,
    )


def _two(value: float | None) -> Cell:
    return None if value is None else Approximate(value, 3)


def _one(value: float | None) -> Cell:
    return None if value is None else Approximate(value, 1)


DEMO = Demo(
    "step",
    8,
    "The best h is neither big nor small, and even it leaves half the digits behind.",
    "Truncation falls with h, round-off grows with 1/h: you choose which lie to tell.",
    frames,
)
