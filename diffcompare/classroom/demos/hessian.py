"""The demo `hessian`: second derivatives by forward mode over the formulas of a reverse sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from diffcompare.backends import automatic
from diffcompare.backends.problem import Problem
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, at_point, error_cell, figures, mask, table
from diffcompare.document import Cell
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import value_at
from diffcompare.numeric.sweeps import reverse
from diffcompare.studies.swell.study import EXPRESSIONS

SURVEY, AT_SURVEY = "ln(x1) + x1*x2 - sin(x2)", {"x1": 2.0, "x2": 5.0}
ROSENBROCK, AT_ROSENBROCK = "(1 - x)^2 + 100*(y - x^2)^2", {"x": -1.2, "y": 1.0}


def gradient_formulas(expression: Expression) -> dict[str, Expression]:
    """Return a formula for every partial, by a reverse sweep over expressions instead of numbers."""
    nodes = wengert_list(expression)
    adjoints = reverse(nodes, {node: node for node in nodes}, active_nodes(nodes), expression, EXPRESSIONS)
    return {node.name: adjoints.get(node, Number(0)) for node in nodes if isinstance(node, Variable)}


def hessian(text: str, point: Mapping[str, float]) -> tuple[dict[str, float], list[list[float | None]]]:
    """Return gradient and Hessian: forward mode over the formulas of reverse mode.

    The Hessian has None where forward mode has no answer.
    """
    formulas = gradient_formulas(parse(text))
    values = {name: float(value_at(formulas[name], point)) for name in point}  # type: ignore[arg-type]
    rows: list[list[float | None]] = []
    for name in point:
        second = automatic.forward_mode(Problem(formulas[name], point, tuple(point))).gradient
        rows.append([second.get(other) for other in point])
    return values, rows


def frames() -> Iterator[Frame]:
    """Yield the Hessians of two functions, and a second difference."""
    yield _hessian_frame("The survey's function", SURVEY, AT_SURVEY)
    yield _hessian_frame("Rosenbrock's function", ROSENBROCK, AT_ROSENBROCK)
    yield _second_differences()


def _hessian_frame(title: str, text: str, point: Mapping[str, float]) -> Frame:
    gradient, rows = hessian(text, point)
    names = list(point)
    cells: list[tuple[Cell, ...]] = [(name, gradient[name], *row) for name, row in zip(names, rows, strict=True)]
    columns = ["by", ">gradient", *[phrase(">by {name} again", name=name) for name in names]]
    matrix = table("hessian", at_point(text, point), columns, cells)
    numbers: dict[str, Cell] = {
        f"{a}{b}": value for a, row in zip(names, rows, strict=True) for b, value in zip(names, row, strict=True)
    }
    return Frame(
        title,
        (matrix,),
        "reverse once, over expressions; forward once per variable",
        "The Hessian is symmetric, although the sweeps know nothing of that.",
        {**numbers, **gradient},
        "Is the matrix symmetric?",
        (mask(matrix, *range(2, 2 + len(names))),),
        _confused_perturbations(),
    )


def _confused_perturbations() -> Broken:
    """Return what happens if nested forward sweeps share one tangent: d/dx of x * (d/dy of x + y).

    The inner sweep differentiates with respect to y.  If x still carries its tangent of the outer sweep, that is
    counted too.
    """
    of_x, of_y = 1.0, 1.0
    rows = []
    for tangents, by_y in (
        (phrase("a tangent of its own for each sweep"), of_y),
        (phrase("one tangent for both"), of_x + of_y),
    ):
        rows.append((tangents, by_y, of_x * by_y))
    columns = "tangents | >d/dy of x + y | >d/dx of x·(that)"
    return Broken(
        "perturbations confused",
        (table("broken", "d/dx of x·(d/dy of x + y) at x = y = 1, which is 1", columns, rows),),
        "Nested sweeps must keep their tangents apart.",
        {"truth": rows[0][2], "broken": rows[1][2]},
    )


def _second_differences() -> Frame:
    expression = parse(SURVEY)

    def f(x: float) -> float:
        return float(value_at(expression, {**AT_SURVEY, "x1": x}))  # type: ignore[arg-type]

    x, truth = AT_SURVEY["x1"], hessian(SURVEY, AT_SURVEY)[1][0][0]
    rows: list[tuple[Cell, ...]] = []
    for h in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8):
        quotient = (f(x + h) - 2 * f(x) + f(x - h)) / h**2
        rows.append((f"{h:g}", quotient, error_cell(quotient, truth)))
    quotients = table(
        "second",
        phrase(
            "The survey's function, with respect to {name}: {formula}", name="x1", formula="(f(x1+h) - 2f + f(x1-h))/h²"
        ),
        "h | >quotient | >error",
        rows,
    )
    return Frame(
        "The second difference",
        (quotients,),
        "truncation h², round-off eps/h²: best near eps^(1/4)",
        "At 1e-8 nothing is left of a difference of differences.",
        figures(quotients, "second {}"),
        "And at h = 1e-8?",
        (mask(quotients, (-1, 1), (-1, 2)),),
    )


DEMO = Demo(
    "hessian",
    4,
    "A Hessian is a forward sweep over a reverse one.",
    "Differentiate the derivative's program, not a difference of differences.",
    frames,
)
