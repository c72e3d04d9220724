"""The demo `four-ways`: four routes to one derivative (Baydin et al. 2018, figure 2)."""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare.backends.problem import Derivative
from diffcompare.classroom.demos import AT_SURVEY, SURVEY
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
from diffcompare.classroom.demos.function_picture import Shown, function_picture, without_lines
from diffcompare.classroom.demos.swell import derivative_of_logistic
from diffcompare.document import Approximate, Cell, Code, Measured, Plot, Source
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.parser import parse
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.compare import Comparison, compare
from diffcompare.studies.record import cell
from diffcompare.studies.trace import trace

SILU, AT_SILU = "x/(1 + exp(-x))", 0.7
WRONG = "(1 + exp(-x) + x*(1 + exp(-x)))/(1 + exp(-x))^2"
LOOP, CLOSED, X = "@logistic_l4_nested", "@logistic_l4", 0.2
TRUE = 9.0660864
H = 1e-6  # the step of the survey's figure 2
TABLE_1 = (
    "128*x*(1 - x)*(-8 + 16*x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2) + 64*(1 - x)*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2"
    " - 64*x*(1 - 2*x)^2*(1 - 8*x + 8*x^2)^2 - 256*x*(1 - x)*(1 - 2*x)*(1 - 8*x + 8*x^2)^2"
)
PROGRAM = "v = x\nrepeat 3 times:\n    v = (4*v)*(1 - v)"
PAIRS = "(v, v̇) = (x, 1)\nrepeat 3 times:\n    (v, v̇) = (4v(1 - v), 4v̇ - 8v·v̇)"


def frames() -> Iterator[Frame]:
    """Yield act 1, a wrong derivation by hand, and act 2, the logistic map by every route."""
    yield from _silu()
    yield from _logistic()


def _silu() -> Iterator[Frame]:
    methods = ("hand-coded", "central-difference", "symbolic", "forward-ad", "reverse-ad")
    comparison = compare(SILU, {"x": AT_SILU}, methods=methods, hand={"x": WRONG}, simplify="none")
    answers = table(
        "silu", at_point(SILU, {"x": AT_SILU}, "x"), "method | >derivative | >absolute error", _rows(comparison, "x")
    )
    slide = comparison.answers[0].gradient["x"]
    picture = function_picture(SILU, {"x": AT_SILU}, [("hand-coded", slide)], range=(-1.5, 2.5), shows="tangent")
    yield Frame(
        "Act 1: a derivative from a lecture slide",
        (picture, answers),
        f"f' = {WRONG}",
        "The other methods agree, but the slide does not: its last term has x*(1 + exp(-x)) instead of x*exp(-x).",
        {answer.method: answer.gradient["x"] for answer in comparison.answers},
        "A derivation by hand gives 1.1359. Do the other methods agree?",
        (without_lines(picture), mask(answers, 1, 2, first_row=1)),
    )


def _logistic() -> Iterator[Frame]:
    methods = ("symbolic", "central-difference", "forward-difference", "forward-ad", "reverse-ad")
    loop = compare(LOOP, {"x": X}, methods=methods, simplify="none")
    exact = ("hand-coded", "complex-step", "forward-difference")
    closed = compare(CLOSED, {"x": X}, methods=exact, hand={"x": TABLE_1})
    survey = compare(LOOP, {"x": X}, methods="forward-difference", step=H)
    yield _programs(loop)
    yield _by_hand(closed)
    yield _symbolically(loop)
    yield _numerically(survey)
    yield from _automatic()
    yield _together(closed, loop, survey)


def _programs(loop: Comparison) -> Frame:
    return Frame(
        "Act 2: one function, two programs",
        (Source("text", PROGRAM), _graph("slopes", None)),
        f"f({X}) = {loop.value!r}",
        "A loop of three steps of the logistic map. Unrolled and multiplied out it is a polynomial of degree 8.",
        {"value": cell(loop.value)},
    )


def _graph(shows: Shown, window: tuple[float, float] | None) -> Plot:
    """Return the graph of the loop around the point."""
    return function_picture(LOOP, {"x": X}, range=window, shows=shows, text="l4")


def _by_hand(closed: Comparison) -> Frame:
    hand = closed.answers[0].gradient["x"]
    by_hand = table("hand", "Table 1 of the survey", "formula | >value", [(Code(TABLE_1), hand)])
    return Frame(
        "By hand: a formula, derived and typed in",
        (by_hand,),
        "",
        "Exact, but a page of work; one slip makes it wrong.",
        {"hand": hand},
        broken=_slip(hand),
    )


def _slip(hand: float | None) -> Broken:
    """Return table 1 of the survey with one sign changed."""
    wrong = TABLE_1.replace(" - 64*x*", " + 64*x*", 1)
    assert wrong != TABLE_1
    slip = compare(CLOSED, {"x": X}, methods="hand-coded", hand={"x": wrong}).answers[0].gradient["x"]
    rows = [(phrase("right"), hand), (phrase("slip"), slip)]
    return Broken(
        "a slip of the pen",
        (table("broken", "The same formula with one sign flipped", "formula | >value", rows),),
        "The third term has + instead of -: it still looks like Table 1, and no compiler complains.",
        {"truth": hand, "broken": slip},
    )


def _symbolically(loop: Comparison) -> Frame:
    symbolic = loop.answers[0]
    formula = next(iter((symbolic.formulas or {}).values()), None)
    value = symbolic.gradient["x"]
    return Frame(
        "Symbolically: a formula, found by rules",
        (table("symbolic", "sympy, of the loop unrolled", "formula | >value", [(formula, value)]),),
        "",
        "No slip is possible, but the loop had to become one expression first.",
        {"symbolic": value},
        broken=_expanded(value),
    )


def _expanded(value: float | None) -> Broken:
    """Return the derivative multiplied out, its terms added up in two orders."""
    polynomial = derivative_of_logistic(4)
    powers, horner = polynomial.by_powers(X), polynomial.by_horner(X)
    rows: list[tuple[Cell, ...]] = [
        (phrase("as found"), value, None if value is None else Approximate(polynomial.error_of(value, X))),
        (phrase("expanded, highest power first"), powers, Approximate(polynomial.error_of(powers, X))),
        (phrase("expanded, Horner's scheme"), horner, Approximate(polynomial.error_of(horner, X))),
    ]
    return Broken(
        "the formula expanded",
        (table("broken", "The same polynomial", "written | >value | >relative error", rows),),
        "Right on paper, but its terms cancel in doubles. The demo swell continues from here.",
        {"truth": value, "powers": powers, "Horner": horner},
    )


def _numerically(survey: Comparison) -> Frame:
    quotient = survey.answers[0].gradient["x"]
    _, error = _cells(survey, survey.answers[0], "x")
    kept = digits_kept(error.value, TRUE) if error else None
    rows = [(f"{H:g}", partial_cell(survey.answers[0], "x"), TRUE)]
    difference = table("numeric", "Forward difference", "step | >quotient | >truth", rows)
    picture = _graph("secants", (0.1, 0.24))
    return Frame(
        "Numerically: a guess from two values",
        (picture, difference),
        "(f(x + h) - f(x))/h with h = 0.000001",
        phrase("Only values of f are needed, but only {kept:.1f} of 16 digits are right.", kept=kept)
        if kept is not None
        else "Only values of f are needed.",
        {"forward-difference h=1e-6": quotient, "digits kept": kept},
        "How many digits will be right?",
        (without_lines(picture), mask(difference, (0, 1))),
        _misprinted(),
    )


def _misprinted() -> Broken:
    """Return the one-sided difference as a lecture note prints it, for the survey's function and x1."""
    f, x, h = parse(SURVEY), AT_SURVEY["x1"], H
    minus, here, plus = (float(value_at(f, {**AT_SURVEY, "x1": at})) for at in (x - h, x, x + h))  # type: ignore[arg-type]
    rows: list[tuple[Cell, ...]] = [
        (phrase("as printed: {formula}", formula="(f(x - h) - f(x))/h"), (minus - here) / h),
        (phrase("forward: {formula}", formula="(f(x + h) - f(x))/h"), (plus - here) / h),
        (phrase("backward: {formula}", formula="(f(x) - f(x - h))/h"), (here - minus) / h),
    ]
    return Broken(
        "a printed formula",
        (table("broken", at_point(SURVEY, "(2, 5)", "x1"), "formula | >value", rows),),
        "A lecture note prints the difference with one sign flipped. Run a formula once before you trust it.",
        {"truth": rows[1][1], "backward": rows[2][1], "broken": rows[0][1]},
    )


def _together(closed: Comparison, loop: Comparison, survey: Comparison) -> Frame:
    truth = closed.truth.gradient["x"] if closed.truth else None
    rows: list[tuple[Cell, ...]] = []
    for program, comparison in ((phrase("closed form"), closed), (phrase("loop"), survey), (phrase("loop"), loop)):
        rows += [(method, program, *cells) for method, *cells in _rows(comparison, "x")]
    final = table("all", "Every route", "method | program | >derivative | >absolute error", rows)
    return Frame(
        "All routes side by side",
        (final,),
        phrase("truth: {truth}", truth=truth.text if truth else "?"),
        "Formulas and AD agree to the last digits; differences do not.",
        {answer.method: answer.gradient["x"] for answer in (*closed.answers, *loop.answers)}
        | {"forward-difference of the closed form": closed.answers[2].gradient["x"]},
        "Which error will be the largest?",
        (mask(final, 3),),
    )


def _automatic() -> Iterator[Frame]:
    tape = trace(LOOP, {"x": X}, mode="both")
    levels = _iterates(tape.problem.expression)
    values = [float(tape.values[node]) for node in levels]
    yield _on_pairs(list(zip(values, [float(tape.tangents["x"][node]) for node in levels], strict=True)))
    yield _from_the_end(values, [float(tape.adjoints[node]) for node in levels])


def _on_pairs(pairs: list[tuple[float, float]]) -> Frame:
    rows = [(f"v = l{i}", *pair) for i, pair in enumerate(pairs, 1)]
    dual_numbers = table("pairs", "Value and tangent", "iteration | >v | >v̇", rows, primal=(1,), tangent=(2,))
    (v, tangent), (_, last) = pairs[2:]
    return Frame(
        "Forward AD: run the program on pairs",
        (Source("text", PAIRS), dual_numbers),
        f"v̇ = 4·{tangent:.4g} - 8·{v:.4g}·({tangent:.4g}) = {last:.10g}",
        "Each line also updates its tangent; no formula for f' is ever written.",
        figures(dual_numbers, "{} value", "{} tangent"),
        "What is the last tangent?",
        (Source("text", PAIRS), mask(dual_numbers, (3, 2))),
        _wrong_seed(last),
        "forward",
    )


def _wrong_seed(last: float) -> Broken:
    """Return the last tangent for other seeds, 0 (the seed that nobody set) among them."""
    rows = [("1", last), ("2", 2 * last), ("0", 0.0)]
    return Broken(
        "a wrong seed",
        (table("broken", "The last tangent for different seeds", "seed of x | >last tangent", rows),),
        "Every tangent is linear in the seed: a seed left at 0 makes every tangent 0.",
        {"truth": last, "broken": 2 * last},
    )


def _from_the_end(values: list[float], adjoints: list[float]) -> Frame:
    rows = [(f"l{i}", adjoint) for i, adjoint in enumerate(adjoints, 1)][::-1]
    backward = table("adjoints", "Adjoints, from the end", "number | >adjoint", rows, adjoint=(1,))
    return Frame(
        "Reverse AD: the same slopes from the other end",
        (backward,),
        "",
        "The adjoint of x is the derivative.",
        figures(backward, "adjoint {}"),
        broken=_one_path(values, adjoints),
        sweep="reverse",
    )


def _one_path(values: list[float], adjoints: list[float]) -> Broken:
    """Return the adjoints with one path lost: v occurs twice in (4*v)*(1 - v)."""
    with_one_path = [1.0]
    for v in values[-2::-1]:
        with_one_path.append(with_one_path[-1] * 4 * (1 - v))
    rows = [
        (f"l{len(values) - place}", right, wrong)
        for place, (right, wrong) in enumerate(zip(adjoints[::-1], with_one_path, strict=True))
    ]
    return Broken(
        "a dropped path",
        (table("broken", "Adjoints", "number | >both paths | >one path", rows),),
        "v is used twice in (4*v)*(1 - v): without the message through 1 - v even the sign is wrong along the way.",
        {"truth": adjoints[0], "broken": with_one_path[-1]},
    )


def _iterates(expression: Expression) -> list[Expression]:
    """Return x and the results of the three steps; the argument of a step is v in (4*v)*(1 - v)."""
    iterates = [expression]
    while not isinstance(iterates[-1], Variable):
        iterates.append(iterates[-1].arguments[0].arguments[1])
    return iterates[::-1]


def _cells(comparison: Comparison, answer: Derivative, name: str) -> tuple[Cell, Approximate | None]:
    """Return a partial, or the reason why there is none, and its error where the truth is known."""
    value = answer.gradient.get(name)
    truth = comparison.truth.gradient[name] if comparison.truth else None
    if value is None or truth is None:
        return partial_cell(answer, name), None
    return Measured(value, truth.text), Approximate(truth.errors(value)[0])


def _rows(comparison: Comparison, name: str) -> list[tuple[str, Cell, Approximate | None]]:
    return [(_method_label(answer), *_cells(comparison, answer, name)) for answer in comparison.answers]


def _method_label(answer: Derivative) -> str:
    """Return the method's name; for a difference, with its step."""
    return f"{answer.method}, {answer.variant}" if (answer.variant or "").startswith("h = ") else answer.method
