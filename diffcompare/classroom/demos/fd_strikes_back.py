"""Exact derivatives of inaccurate programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from diffcompare.classroom.demos.answers import asked, said, true
from diffcompare.classroom.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.document import Approximate, Cell
from diffcompare.localization import phrase

EXACT = ("symbolic", "forward-ad", "reverse-ad")
CLOSE = 1e-5
"""Relative tolerance of a usual gradient check in doubles."""
METHODS = ("central-difference", "symbolic", "forward-ad", "reverse-ad", "complex-step")


class Case(NamedTuple):
    """A formula that is right on paper, where it fails, and one that does not."""

    text: str
    point: Mapping[str, float]
    title: str
    sentence: str
    cure: str = ""
    cured: str = ""


CASES = (
    Case(
        "(exp(x) - 1)/x",
        {"x": 1e-9},
        "exp(x) - 1",
        "The program is inaccurate, and its exact derivative is the derivative of the noise.",
        "expm1(x)/x",
        "The same function, another program: AD is right to nine digits. sympy writes exp(x) - 1 for expm1 again.",
    ),
    Case(
        "sin(x)/x",
        {"x": 1e-8},
        "sin(x)/x",
        "Wrong in every digit; which garbage comes out depends on how the quotient rule is written.",
    ),
    Case(
        "(-b + sqrt(b^2 - 4*a*c))/(2*a)",
        {"a": 1.0, "b": 1e5, "c": 1.0},
        "The root of a quadratic",
        "The exact methods agree on a number of the wrong sign, thousands of times too large.",
        "-2*c/(b + sqrt(b^2 - 4*a*c))",
        "The same function without a difference of equals: now all exact methods are right.",
    ),
)
RUMP = "333.75*b^6 + a^2*(11*a^2*b^2 - b^6 - 121*b^4 - 2) + 5.5*b^8 + a/(2*b)"
AT_RUMP = {"a": 77617.0, "b": 33096.0}


def frames() -> Iterator[Frame]:
    """Every method but the difference is exact - about the wrong function."""
    for case in CASES:
        yield _frame(case)
        if case.cure:
            yield _cured(case)
    yield _rump()


def _rows(text: str, point: Mapping[str, float]) -> list[tuple[Cell, ...]]:
    found = asked(text, point, METHODS)
    name = next(iter(point))
    truth = true(found, name)
    rows: list[tuple[Cell, ...]] = []
    for each in found.answers:
        value = said(each, name)
        error = Approximate(abs(value - truth)) if isinstance(value, float) and isinstance(truth, float) else None
        rows.append((each.method, value, error))
    return [*rows, (phrase("truth"), truth, None)]


def _frame(case: Case) -> Frame:
    name = next(iter(case.point))
    rows = _rows(case.text, case.point)
    where = ", ".join(f"{key} = {x:g}" for key, x in case.point.items())
    shown = table(
        "answers",
        phrase("d/d{name} of {text} at {where}", name=name, text=case.text, where=where),
        "method | >derivative | >error",
        rows,
    )
    return Frame(
        case.title,
        (shown,),
        f"f = {case.text}",
        case.sentence,
        {str(row[0]): row[1] for row in rows},
        "Several methods. Whom do you trust?",
        (masked(shown, *[(i, j) for i in range(len(rows)) for j in (1, 2)]),),
        _by_agreement(rows),
    )


def _by_agreement(rows: Sequence[tuple[Cell, ...]]) -> Broken | None:
    """A check that passes because the methods agree; none where they do not."""
    exact = [value for method, value, _ in rows if method in EXACT and isinstance(value, float)]
    (*_, (_, truth, _)) = rows
    if not isinstance(truth, float) or not truth or len(exact) < 2:
        return None
    largest = max(map(abs, exact))
    spread = (max(exact) - min(exact)) / largest if largest else 0.0  # two zeros agree
    error = abs(exact[0] - truth) / abs(truth)
    if spread > CLOSE:
        return None
    told: list[tuple[Cell, ...]] = [
        (phrase("how far the exact methods are apart"), Approximate(spread), phrase("passed")),
        (phrase("how far they are from the truth"), Approximate(error), phrase("failed")),
    ]
    return Broken(
        "checked by agreement",
        (table("broken", "Two checks", "relative | >distance | check", told),),
        "Methods that run the same program share its errors: they agree, and they are all wrong.",
        {"spread": spread, "error": error},
    )


def _cured(case: Case) -> Frame:
    name = next(iter(case.point))
    rows = _rows(case.cure, case.point)
    shown = table(
        "cured", phrase("d/d{name} of {text}", name=name, text=case.cure), "method | >derivative | >error", rows
    )
    return Frame(
        phrase("{title}, written stably", title=phrase(case.title)),
        (shown,),
        f"f = {case.cure}",
        case.cured,
        {str(row[0]): row[1] for row in rows},
    )


def _rump() -> Frame:
    found = asked(RUMP, AT_RUMP, METHODS)
    exact = found.truth.value.nearest if found.truth and found.truth.value else None
    value = float(found.value)  # type: ignore[arg-type]
    rows = [(phrase("the program"), value), (phrase("truth, {fraction}", fraction="-54767/66192"), exact)]
    shown = table("rump", "Rump's polynomial at (77617, 33096)", "who | >value", rows)
    return Frame(
        "Rump's polynomial",
        (shown,),
        f"f = {RUMP}",
        "No method of differentiation can tell: they all run this program. Agreement proves nothing.",
        {"value": value, "truth": exact},
        "Is the value right?",
        (masked(shown, (1, 1)),),
    )


DEMO = Demo(
    "fd-strikes-back",
    6,
    "Exact differentiation of an inaccurate program is exactly inaccurate.",
    "Agreement is evidence, not proof; fix the formula first.",
    frames,
)
