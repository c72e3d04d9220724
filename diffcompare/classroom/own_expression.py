"""The viewer's own function in the demos that are about one function: four-ways, swell, step, sweeps and hessian.

Their sentences hold for every function; numbers have recipes, by which the lesson's page computes them at other points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from diffcompare.backends.hessian_methods import HessianProblem, forward_over_reverse
from diffcompare.classroom.demos.frame import Broken, Frame, mask, table
from diffcompare.classroom.demos.live import Figure, error, live_table
from diffcompare.classroom.demos.sweeps import counts_frame, operation_counts
from diffcompare.classroom.own_four_ways import four_ways_frames
from diffcompare.classroom.own_function import (
    MAX_NODES,
    MAX_SWOLLEN,
    SECONDS,
    OwnFunction,
)
from diffcompare.document import Cell, Source
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import dag_size, tree_size, wengert_list
from diffcompare.localization import phrase
from diffcompare.studies.step_sweep.report import plot
from diffcompare.studies.step_sweep.sweep import sweep_question
from diffcompare.studies.swell.measure import TimeBudget, by_rules

POWERS = (-1, -2, -4, -6, -8, -10, -12, -14, -16)
SECOND_STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8)
MAX_ORDER = 4  # of the derivatives in `swell`
SAMPLES = 31  # steps of a median in `step`
METHODS = ("forward-difference", "central-difference")
TINY = 1e-20  # a step that changes no x of usual size

# --- swell ------------------------------------------------------------------------------------------------------------


def swell_frames(own: OwnFunction) -> Iterator[Frame]:
    """Yield the sizes of f and of its derivatives by one variable, one order after the other."""
    if len(wengert_list(own.expression)) > MAX_NODES:
        return
    name, rows, derived = own.names[0], [_sizes("f", own.expression)], own.expression
    for order in range(1, MAX_ORDER + 1):
        form = by_rules(derived, (name,), "light", TimeBudget(SECONDS))
        if form.size is None:
            break
        derived = form.formulas[name]  # type: ignore[index]
        rows.append(_sizes("f" + "'" * order, derived))
        sizes = table("sizes", phrase("Derivatives by {name}", name=name), "what | >tree | >DAG", rows, stepwise=True)
        yield Frame(
            phrase("The derivative of order {order} as tree and as DAG", order=order),
            (sizes,),
            phrase("tree {tree}, DAG {dag}", tree=rows[-1][1], dag=rows[-1][2]),
            "The product rule copies its factors: a tree repeats them, a DAG draws them once.",
            {"tree": rows[-1][1], "dag": rows[-1][2]},
            "How many nodes will the formula have?",
            (mask(sizes, (-1, 1), (-1, 2)),),
        )
        if dag_size(derived) > MAX_SWOLLEN:
            break


def _sizes(label: str, expression: Expression) -> tuple[str, int, int]:
    return label, tree_size(expression), dag_size(expression)


# --- step -------------------------------------------------------------------------------------------------------------


def step_frames(own: OwnFunction) -> Iterator[Frame]:
    """Yield errors of difference quotients against the step, and their curve."""
    name, true = own.names[0], own.true(own.names[0])
    errors_of = {
        power: [error(own.quotient(name, float(f"1e{power}"), *scheme), true) for scheme in ((1, 0, 1), (1, -1, 2))]
        for power in POWERS
    }
    rows = [(f"1e{power}", *both) for power, both in errors_of.items()]
    caption = phrase("Absolute errors of df/d{name}", name=name)
    errors, live = live_table("errors", caption, "h | >forward | >central", rows)
    yield Frame(
        "Smaller and smaller steps",
        (Source("text", own.question.text), errors) if own.question.program is None else (errors,),
        "(f(x + h) - f(x))/h, and (f(x + h) - f(x - h))/(2h)",
        "As long as truncation is larger, the error falls with h; then round-off makes it rise again.",
        {f"forward 1e{power}": forward.value for power, (forward, _) in errors_of.items()},
        "What happens at even smaller steps?",
        (mask(errors, 1, 2, first_row=4),),
        _vanished(own),
        live=live,
    )
    swept = sweep_question(
        own.question, at=own.point, wrt=name, nominal=True, samples=SAMPLES, methods=METHODS, brief=True, budget=SECONDS
    )
    drawn = plot(swept) if swept.failure is None else None
    if drawn is not None:
        series = tuple([curve for curve in drawn.series if curve.name in METHODS])
        yield Frame(
            "The V of your function",
            (drawn._replace(series=series, caption=phrase("Error of df/d{name} against h", name=name)),),
            "truncation ~ h^order, round-off ~ eps/h",
            "Two straight lines with opposite slopes: the best step is where they cross.",
        )


def _vanished(own: OwnFunction) -> Broken | None:
    """Return a step so small that x + h is x; None where x is as small."""
    name = own.names[0]
    x = own.point[name]
    if x + TINY != x:
        return None
    quotients = {h: own.quotient(name, h, 1, 0, 1) for h in (1e-8, TINY)}
    rows = [(f"{h:g}", Figure((x + h) - x, ("taken", name, h)), quotient) for h, quotient in quotients.items()]
    columns = "h | >x + h - x | >(f(x + h) - f(x))/h"
    steps, live = live_table("broken", "A step that changes x, and one that does not", columns, rows)
    sentence = "x + h equals x, so the difference is 0 and the error is the whole derivative."
    return Broken("h too small", (steps,), sentence, {"quotient": quotients[TINY].value}, live)


# --- sweeps and hessian -----------------------------------------------------------------------------------------------


def sweeps_frames(own: OwnFunction) -> Iterator[Frame]:
    """Yield the operations of a gradient in both modes."""
    count = len(own.gradient)
    rows = [(count, operation_counts(own.expression, count))]
    if rows[0][1][0]:
        sentence = "Forward mode and differences pay for every variable, reverse mode once for all of them."
        yield counts_frame("Your function", "own", rows, sentence)


def hessian_frames(own: OwnFunction) -> Iterator[Frame]:
    """Yield the Hessian by the first variables, and second differences along the first one."""
    if len(wengert_list(own.expression)) > 10 * MAX_NODES:
        return
    problem = HessianProblem(own.expression, own.point, tuple(own.names))
    matrix = [[row[other] for other in own.names] for row in forward_over_reverse(problem).rows]
    first = len(own.names)  # behind the formulas of the gradient
    places = {(a, b): first * (1 + i) + j for i, a in enumerate(own.names) for j, b in enumerate(own.names)}
    rows = [
        (name, own.true(name), *[_entry(value, places[name, b]) for b, value in zip(own.names, row, strict=True)])
        for name, row in zip(own.names, matrix, strict=True)
    ]
    columns = ["by", ">gradient", *[phrase(">by {name} again", name=name) for name in own.names]]
    hessian, live = live_table("hessian", "The Hessian", columns, rows)
    yield Frame(
        "Your function",
        (hessian,),
        "one reverse sweep per variable, over numbers that carry a tangent",
        "The Hessian is symmetric, although the sweeps know nothing of that.",
        {
            f"{a}{b}": value
            for a, row in zip(own.names, matrix, strict=True)
            for b, value in zip(own.names, row, strict=True)
        },
        "Is the matrix symmetric?",
        (mask(hessian, *range(2, 2 + len(own.names))),),
        live=live,
    )
    yield _second_differences(own, _entry(matrix[0][0], places[own.names[0], own.names[0]]))


def _entry(value: float | None, place: int) -> Figure:
    return Figure(value, ("entry", place))


def _second_differences(own: OwnFunction, true: Figure) -> Frame:
    name = own.names[0]
    x, rows, numbers = own.point[name], [], dict[str, Cell]()
    for h in SECOND_STEPS:
        quotient = (own.value(**{name: x + h}) - 2 * own.value() + own.value(**{name: x - h})) / h**2
        figure = Figure(quotient if math.isfinite(quotient) else None, ("second", name, h))
        rows.append((f"{h:g}", figure, error(figure, true)))
        numbers[f"second {h:g}"] = figure.value
    caption: str = phrase("d²f/d{name}²: {formula}", name=name, formula="(f(x + h) - 2f(x) + f(x - h))/h²")
    quotients, live = live_table("second", caption, "h | >quotient | >error", rows)
    return Frame(
        "The second difference",
        (quotients,),
        "truncation h², round-off eps/h²: best near eps^(1/4)",
        "At 1e-8 nothing is left of a difference of differences.",
        numbers,
        "And at h = 1e-8?",
        (mask(quotients, (-1, 1), (-1, 2)),),
        live=live,
    )


FRAMES: Mapping[str, Callable[[OwnFunction], Iterator[Frame]]] = {
    "four-ways": four_ways_frames, "swell": swell_frames, "step": step_frames, "sweeps": sweeps_frames,
    "hessian": hessian_frames,
}  # fmt: skip
