"""The demo `hessian`: second derivatives by a reverse sweep over dual numbers, forward mode over reverse mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from diffcompare.backends import automatic
from diffcompare.backends.hessian_methods import HessianProblem, forward_over_reverse
from diffcompare.classroom.demos import AT_SURVEY, SURVEY
from diffcompare.classroom.demos.frame import Broken, Frame, at_point, error_cell, figures, mask, table
from diffcompare.document import Cell
from diffcompare.language.parser import parse
from diffcompare.localization import phrase
from diffcompare.numeric.dual_numbers import inner_derivative, pair, tangent_of, value_of
from diffcompare.numeric.evaluate import value_at

ROSENBROCK, AT_ROSENBROCK = "(1 - x)^2 + 100*(y - x^2)^2", {"x": -1.2, "y": 1.0}


def hessian(text: str, point: Mapping[str, float]) -> tuple[dict[str, float], list[list[float | None]]]:
    """Return gradient and Hessian: a reverse sweep over dual numbers for every variable.

    The Hessian has None where such a sweep has no answer.
    """
    problem = HessianProblem(parse(text), point, tuple(point))
    rows = [[row[other] for other in point] for row in forward_over_reverse(problem).rows]
    return automatic.reverse_mode(problem.scalar).gradient, rows  # type: ignore[return-value]


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
        "one reverse sweep per variable, over numbers that carry a tangent",
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
    outer = pair(1.0, 1.0)
    x, y = pair(pair(1.0), pair(1.0)), pair(pair(1.0, 1.0))  # pairs of pairs: x moves outside, y inside
    apart, mixed = inner_derivative(x + y), tangent_of(outer + outer)
    rows = [
        (tangents, float(value_of(by_y)), float(tangent_of(outer * by_y)))
        for tangents, by_y in (
            (phrase("a tangent of its own for each sweep"), apart),
            (phrase("one tangent for both"), mixed),
        )
    ]
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
