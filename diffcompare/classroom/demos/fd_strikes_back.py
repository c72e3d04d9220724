"""The demo `fd-strikes-back`: exact derivatives of inaccurate programs are exactly wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.classroom.demos.frame import (
    Broken,
    Frame,
    at_point,
    error_cell,
    figures,
    mask,
    partial_cell,
    table,
    true_partial,
)
from diffcompare.classroom.demos.function_picture import function_picture, without_lines
from diffcompare.classroom.library_checkers import checkers_frame
from diffcompare.document import Approximate, Cell, Plot, Table
from diffcompare.localization import phrase
from diffcompare.studies.compare import compare

EXACT = ("symbolic", "forward-ad", "reverse-ad")
CHECK_TOLERANCE = 1e-5  # relative tolerance of a usual gradient check in doubles
METHODS = ("central-difference", "symbolic", "forward-ad", "reverse-ad", "complex-step")


class Case(NamedTuple):
    """A formula that is right on paper, a point at which it is computed badly, and a stable form of it."""

    text: str
    point: Mapping[str, float]
    title: str
    sentence: str
    window: tuple[float, float]
    stable: str = ""
    stable_sentence: str = ""


CASES = (
    Case(
        "(exp(x) - 1)/x",
        {"x": 1e-9},
        "exp(x) - 1",
        "The program is inaccurate, and its exact derivative is the derivative of the noise.",
        (0.0, 2e-9),
        "expm1(x)/x",
        "The same function, another program: AD is right to nine digits. sympy turns expm1 back into exp(x) - 1.",
    ),
    Case(
        "sin(x)/x",
        {"x": 1e-8},
        "sin(x)/x",
        "Wrong in every digit; which wrong number comes out depends on how the quotient rule is written.",
        (0.0, 4e-8),
    ),
    Case(
        "(-b + sqrt(b^2 - 4*a*c))/(2*a)",
        {"a": 1.0, "b": 1e5, "c": 1.0},
        "The root of a quadratic",
        "The exact methods agree on a number with the wrong sign, and thousands of times too large.",
        (0.999998, 1.000002),
        "-2*c/(b + sqrt(b^2 - 4*a*c))",
        "The same function without subtracting nearly equal numbers: now all exact methods are right.",
    ),
)
RUMP = "333.75*b^6 + a^2*(11*a^2*b^2 - b^6 - 121*b^4 - 2) + 5.5*b^8 + a/(2*b)"
AT_RUMP = {"a": 77617.0, "b": 33096.0}


def frames() -> Iterator[Frame]:
    """Yield cases in which every method but the difference is exact, about the wrong function, and then checkers."""
    for case in CASES:
        yield _unstable_frame(case)
        if case.stable:
            yield _stable_frame(case)
    yield _rump()
    yield checkers_frame()


def _answers(key: str, caption: str, text: str, point: Mapping[str, float]) -> Table:
    """Return a table of partials (those of the first variable) and their errors, with the truth in the last row."""
    comparison = compare(text, point, methods=METHODS, simplify="none")
    name = next(iter(point))
    truth = true_partial(comparison, name)
    rows: list[tuple[Cell, ...]] = []
    for answer in comparison.answers:
        value = partial_cell(answer, name)
        rows.append((answer.method, value, error_cell(value, truth)))
    return table(key, caption, "method | >derivative | >error", [*rows, (phrase("truth"), truth, None)])


def _picture(text: str, case: Case, answers: Table) -> Plot:
    """Return the values in doubles near the point, the true ones, and the line that reverse mode draws there."""
    lines = [("reverse-ad", figures(answers, "{}")["reverse-ad"])]
    return function_picture(text, case.point, lines, range=case.window, shows="tangent")


def _unstable_frame(case: Case) -> Frame:
    name = next(iter(case.point))
    answers = _answers("answers", at_point(case.text, case.point, name), case.text, case.point)
    picture = _picture(case.text, case, answers)
    return Frame(
        case.title,
        (picture, answers),
        f"f = {case.text}",
        case.sentence,
        figures(answers, "{}"),
        "Which of these answers would you trust?",
        (without_lines(picture), mask(answers, 1, 2)),
        _by_agreement(answers.rows),
    )


def _by_agreement(rows: Sequence[tuple[Cell, ...]]) -> Broken | None:
    """Return a check that passes because the methods agree; None where they do not."""
    exact = [value for method, value, _ in rows if method in EXACT and isinstance(value, float)]
    (*_, (_, truth, _)) = rows
    if not isinstance(truth, float) or not truth or len(exact) < 2:
        return None
    largest = max(map(abs, exact))
    spread = (max(exact) - min(exact)) / largest if largest else 0.0  # two zeros agree
    error = abs(exact[0] - truth) / abs(truth)
    if spread > CHECK_TOLERANCE:
        return None
    checks: list[tuple[Cell, ...]] = [
        (phrase("distance between the exact methods"), Approximate(spread), phrase("passed")),
        (phrase("distance from the truth"), Approximate(error), phrase("failed")),
    ]
    return Broken(
        "checked by agreement",
        (table("broken", "Two checks", "relative | >distance | check", checks),),
        "Methods that run the same program share its errors: they agree, and they are all wrong.",
        {"spread": spread, "error": error},
    )


def _stable_frame(case: Case) -> Frame:
    name = next(iter(case.point))
    answers = _answers("cured", phrase("d/d{name} of {text}", name=name, text=case.stable), case.stable, case.point)
    picture = _picture(case.stable, case, answers)
    return Frame(
        phrase("{title}, written stably", title=phrase(case.title)),
        (picture, answers),
        f"f = {case.stable}",
        case.stable_sentence,
        figures(answers, "{}"),
    )


def _rump() -> Frame:
    comparison = compare(RUMP, AT_RUMP, methods="reverse-ad")
    exact = comparison.truth.value.nearest if comparison.truth and comparison.truth.value else None
    value = float(comparison.value)  # type: ignore[arg-type]
    rows = [(phrase("the program"), value), (phrase("truth, {fraction}", fraction="-54767/66192"), exact)]
    values = table("rump", "Rump's polynomial at (77617, 33096)", "who | >value", rows)
    return Frame(
        "Rump's polynomial",
        (values,),
        f"f = {RUMP}",
        "No method of differentiation can tell: they all run this program. Agreement proves nothing.",
        {"value": value, "truth": exact},
        "Is the value right?",
        (mask(values, (1, 1)),),
    )
