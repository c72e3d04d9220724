"""The demo `four-ways` about the viewer's own function."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from diffcompare.classroom.demos.frame import Broken, Frame, mask
from diffcompare.classroom.demos.live import Figure, error, live_table
from diffcompare.classroom.own_function import (
    OwnFunction,
    symbolic_formulas,
)
from diffcompare.document import Cell, Code
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import active_nodes, names, pretty, wengert_list
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import CAREFUL, evaluate, is_number, values_at
from diffcompare.numeric.sweeps import forward, local_partials, partials
from diffcompare.studies.compare import compare_question

H = 1e-6  # the step of the difference
MAX_PAIRS = 14  # rows of the table of values and tangents: the last ones
MAX_FORMULA = 300  # characters of a formula that is shown


def four_ways_frames(own: OwnFunction) -> Iterator[Frame]:
    """Yield the routes to the derivative, and all of them side by side."""
    formulas = symbolic_formulas(own)
    if formulas:
        yield _symbolically(own, formulas)
    yield _numerically(own)
    if own.question.program is None:
        yield _on_pairs(own)
    yield _from_the_end(own)
    yield _together(own, formulas)


def _symbolically(own: OwnFunction, formulas: Mapping[str, Expression]) -> Frame:
    rows = [
        (f"df/d{name}", _formula(str(formula)), _evaluated(own, formula, name)) for name, formula in formulas.items()
    ]
    found, live = live_table("symbolic", "By sympy", "partial | formula | >value", rows)
    return Frame(
        "Symbolically: a formula, found by rules",
        (found,),
        "",
        "No slip is possible, but the program had to become one expression first.",
        {f"symbolic {name}": figure.value for name, (*_, figure) in zip(formulas, rows, strict=True)},
        live=live,
    )


def _evaluated(own: OwnFunction, formula: Expression, name: str) -> Figure:
    value = values_at(wengert_list(formula), own.point)[formula]
    return Figure(float(value) if is_number(value) else None, ("entry", own.names.index(name)))


def _formula(text: str) -> Cell:
    return Code(text) if len(text) <= MAX_FORMULA else _characters(text)


def _characters(text: str) -> str:
    return phrase("a formula of {count} characters", count=f"{len(text):,}")


def _numerically(own: OwnFunction) -> Frame:
    rows = []
    for name in own.names:
        quotient = own.quotient(name, H, 1, 0, 1)
        rows.append((f"df/d{name}", quotient, own.true(name), error(quotient, own.true(name))))
    columns = "partial | >quotient | >reverse AD | >error"
    difference, live = live_table("numeric", "Forward difference", columns, rows)
    return Frame(
        "Numerically: a guess from two values",
        (difference,),
        "(f(x + h) - f(x))/h with h = 0.000001",
        "Only values of f are needed.",
        {f"quotient {name}": quotient.value for name, (_, quotient, *_) in zip(own.names, rows, strict=True)},
        "How many digits will be right?",
        (mask(difference, 1, 3),),
        _misprinted(own),
        live=live,
    )


def _misprinted(own: OwnFunction) -> Broken:
    name = own.names[0]
    rows = [
        (phrase("as printed: {formula}", formula="(f(x - h) - f(x))/h"), own.quotient(name, H, -1, 0, 1)),
        (phrase("forward: {formula}", formula="(f(x + h) - f(x))/h"), own.quotient(name, H, 1, 0, 1)),
        (phrase("backward: {formula}", formula="(f(x) - f(x - h))/h"), own.quotient(name, H, 0, -1, 1)),
    ]
    wrong, live = live_table("broken", f"df/d{name}", "formula | >value", rows)
    sentence = "A lecture note prints the difference with one sign flipped. Run a formula once before you trust it."
    numbers = {"truth": rows[1][1].value, "broken": rows[0][1].value}
    return Broken("a printed formula", (wrong,), sentence, numbers, live)


def _on_pairs(own: OwnFunction) -> Frame:
    """Return the frame of values and tangents, for the first variable."""
    nodes, seed = wengert_list(own.expression), own.names[0]
    values, active = evaluate(nodes, own.point, CAREFUL), active_nodes(nodes)
    tangents = forward(local_partials(nodes, values, active), Variable(seed), CAREFUL)
    named = names(nodes, tuple(own.point))
    rows = [
        (
            f"{pretty(named[node])} = {node.name}" if isinstance(node, Variable) else pretty(named[node]),
            Figure(float(values[node]) if is_number(values[node]) else None, ("value", place)),
            Figure(float(tangents.get(node, 0.0)), ("tangent", seed, place)),
        )
        for place, node in enumerate(nodes)
        if node in named
    ]
    last = rows[-1][2]
    pairs, live = live_table(
        "pairs",
        phrase("Forward, seed {seed}", seed=seed),
        "node | >v | >v̇",
        rows[-MAX_PAIRS:],
        primal=(1,),
        tangent=(2,),
    )
    return Frame(
        "Forward AD: run the program on pairs",
        (pairs,),
        "",
        "Each line also updates its tangent; no formula for f' is ever written.",
        {"last tangent": last.value},
        "What is the last tangent?",
        (mask(pairs, (-1, 2)),),
        _wrong_seed(last),
        "forward",
        live=live,
    )


def _wrong_seed(last: Figure) -> Broken:
    rows = [
        (seed, Figure(factor * (last.value or 0.0), ("times", factor, last.recipe)))
        for seed, factor in (("1", 1), ("2", 2), ("0", 0))
    ]
    seeds, live = live_table("broken", "The last tangent for different seeds", "seed of x | >last tangent", rows)
    return Broken(
        "a wrong seed",
        (seeds,),
        "Every tangent is linear in the seed: a seed left at 0 makes every tangent 0.",
        {"truth": last.value, "broken": rows[1][1].value},
        live,
    )


def _from_the_end(own: OwnFunction) -> Frame:
    rows = [(name, own.true(name)) for name in own.names]
    gradient, live = live_table("adjoints", "The gradient", "variable | >adjoint", rows, adjoint=(1,))
    return Frame(
        "Reverse AD: the same slopes from the other end",
        (gradient,),
        "",
        "One sweep from the end gives the adjoints of all variables.",
        {f"adjoint {name}": own.gradient[name] for name in own.names},
        broken=_last_message(own),
        sweep="reverse",
        live=live,
    )


def _last_message(own: OwnFunction) -> Broken | None:
    """Return the gradient with `=` for `+=` in the reverse sweep; None where that changes nothing."""
    nodes = wengert_list(own.expression)
    values, active = evaluate(nodes, own.point, CAREFUL), active_nodes(nodes)
    adjoints: dict[Expression, Any] = {own.expression: CAREFUL.one}
    for node in reversed(nodes):
        if node in adjoints and node in active and node.operation is not None:
            for argument, slope in partials(node, values, active):
                adjoints[argument] = adjoints[node] * slope
    assigned = {name: float(adjoints.get(Variable(name), 0.0)) for name in own.names}
    if all(math.isclose(assigned[name], own.gradient[name]) for name in own.names):
        return None
    rows = [(name, own.true(name), Figure(assigned[name], ("assigned", name))) for name in own.names]
    listing, live = live_table("broken", "Adjoints", "variable | >with += | >with =", rows)
    sentence = "With = only the last message to every node is left: the other paths are lost."
    first = own.names[0]
    return Broken("= for +=", (listing,), sentence, {"truth": own.gradient[first], "broken": assigned[first]}, live)


def _together(own: OwnFunction, formulas: Mapping[str, Expression]) -> Frame:
    answers = compare_question(own.question, at=own.point, methods="forward-ad", truth=False).answers
    rows = []
    for name in own.names:
        true = own.true(name)
        found: list[tuple[str, Figure]] = []
        if name in formulas:
            found.append(("symbolic", _evaluated(own, formulas[name], name)))
        found.append(("forward-difference, h = 1e-06", own.quotient(name, H, 1, 0, 1)))
        found.append(("central-difference, h = 1e-05", own.quotient(name, 10 * H, 1, -1, 2)))
        found.append(("forward-ad", Figure(answers[0].gradient.get(name), ("along", name))))
        found.append(("reverse-ad", true))
        rows += [(method, f"df/d{name}", answer, error(answer, true)) for method, answer in found]
    columns = "method | partial | >derivative | >difference from reverse AD"
    final, live = live_table("all", "Every route", columns, rows)
    return Frame(
        "All routes side by side",
        (final,),
        "",
        "Formulas and AD agree to the last digits; differences do not.",
        {f"{method} {partial}": answer.value for method, partial, answer, _ in rows},
        "Which of them will differ most?",
        (mask(final, 3),),
        live=live,
    )
