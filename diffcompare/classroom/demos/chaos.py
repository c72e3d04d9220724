"""The demo `chaos`: an exact derivative of a value that cannot be computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diffcompare.classroom.demos.frame import Broken, Frame, at_point, digits_kept, mask, table
from diffcompare.document import Cell, approximate
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import evaluate
from diffcompare.numeric.float32 import FLOAT32
from diffcompare.numeric.sweeps import reverse
from diffcompare.studies.compare import compare
from diffcompare.studies.record import number
from diffcompare.studies.swell.families import FAMILIES

X = 0.2
MEMBERS = (10, 20, 30, 40, 55)


def frames() -> Iterator[Frame]:
    """Yield a frame for each of some members of the logistic map, up to n = 55."""
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for n in MEMBERS:
        expression = FAMILIES["logistic"].build(n)
        comparison = compare(expression, {"x": X}, methods=("reverse-ad", "forward-difference"))
        ad, difference = (answer.gradient["x"] for answer in comparison.answers)
        truth = comparison.truth.gradient["x"].nearest if comparison.truth and comparison.truth.gradient["x"] else None
        value = comparison.truth.value.nearest if comparison.truth and comparison.truth.value else None
        results = (number(comparison.value), value, ad, difference, truth)
        rows.append((n, *[approximate(value, 6) for value in results]))
        numbers |= {f"ad {n}": ad, f"difference {n}": difference, f"truth {n}": truth}
        numbers |= {f"value {n}": number(comparison.value), f"true value {n}": value}
        columns = "n | >value | >true value | >reverse AD | >difference | >truth"
        history = table("chaos", at_point("l(n)", {"x": X}), columns, rows, stepwise=True)
        yield Frame(
            phrase("The logistic map, n = {n}", n=n),
            (history,),
            phrase(
                "errors roughly double every step; difference: (l(x + h) - l(x))/h, {step}",
                step=comparison.answers[1].variant,
            ),
            _sentence(n, ad, difference, truth),
            dict(numbers),
            "Which of the two derivatives is still right?" if n >= 30 else "",
            (mask(history, (-1, -1)),) if n >= 30 else (),
            _in_single(expression, results),
        )


def _sentence(n: int, ad: float | None, difference: float | None, truth: float | None) -> str:
    """Say what is left of the two derivatives after n steps."""
    if n >= 50:
        return "By now the value itself is noise, and so is its derivative."
    if n >= 30:
        return "AD is as good as the value; a difference sees a function that wiggles faster than its step."
    if ad is None or difference is None or truth is None:
        return ""
    return phrase(
        "AD keeps {ad:.0f} digits, the difference {difference:.0f}.",
        ad=digits_kept(ad - truth, truth),
        difference=digits_kept(difference - truth, truth),
    )


def _in_single(expression: Expression, results: Sequence[float | None]) -> Broken:
    """Return the same value and derivative in float32, with the point rounded too."""
    value, true_value, ad, _, truth = results
    nodes = wengert_list(expression)
    values = evaluate(nodes, {"x": X}, FLOAT32)
    adjoints = reverse(nodes, values, active_nodes(nodes), nodes[-1], FLOAT32)
    broken = float(adjoints[Variable("x")])
    rows = [
        (phrase("truth"), true_value, truth),
        (phrase("reverse AD, 53 bits"), value, ad),
        (phrase("reverse AD, 24 bits"), float(values[nodes[-1]]), broken),
    ]
    return Broken(
        "too few digits",
        (table("broken", phrase("Doubles and float32"), "who | >value | >derivative", rows),),
        "About one bit is lost per step: the 24 bits of float32 are used up at n = 24, the 53 of a double at n = 53.",
        {"truth": truth, "ad": ad, "broken": broken},
    )
