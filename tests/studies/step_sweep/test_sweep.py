"""The sweep over the step: Figure 3 of the survey (Baydin et al. 2018) in figures, and what it teaches.

The function is the fourth iterate of the logistic map in closed form at x = 0.2, where f' = 9.0660864.
"""

from __future__ import annotations

import json
from math import log10

import pytest
from rows import every_row

from diffcompare.backends.symbolic import client
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Paragraph, Plot, Table
from diffcompare.render import render
from diffcompare.studies.question import question_and_point
from diffcompare.studies.step_sweep.findings import side_notes
from diffcompare.studies.step_sweep.measurements import Grid, curves
from diffcompare.studies.step_sweep.sweep import StepSweep, sweep, sweep_question

FORWARD, CENTRAL = "forward-difference", "central-difference"
L4 = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"


@pytest.fixture(scope="module")
def nominal() -> StepSweep:
    """The textbook's quotient: h itself divides."""
    return sweep(L4, x=0.2, nominal=True, steps=(1e-1, 1e-17))


@pytest.fixture(scope="module")
def actual() -> StepSweep:
    """The step that x really takes divides, as in `grad`."""
    return sweep("@logistic_l4", steps=(1e-1, 1e-17))


@pytest.fixture(scope="module")
def float32() -> StepSweep:
    return sweep(L4, x=0.2, single=True)


def error_at(swept: StepSweep, method: str, step: float) -> float | None:
    """The error of the one step of that size."""
    curve = swept.curve(method)
    assert curve is not None
    (bin,) = [bin for bin in curve.bins if bin.step == step]
    return bin.error_at


def median_at(swept: StepSweep, method: str, exponent: float) -> float | None:
    curve = swept.curve(method)
    assert curve is not None
    (bin,) = [bin for bin in curve.bins if bin.exponent == exponent]
    return bin.error


# --- The table --------------------------------------------------------------------------------------------------------


def test_the_function_and_its_derivatives(nominal: StepSweep) -> None:
    assert nominal.value == pytest.approx(0.28901376, rel=1e-14)
    assert nominal.true is not None
    assert nominal.true.nearest == pytest.approx(9.0660864, rel=1e-15)
    assert nominal.higher is not None
    assert nominal.higher[2] == pytest.approx(67.395584, rel=1e-14)
    assert nominal.higher[3] == pytest.approx(-3948.87168, rel=1e-14)


@every_row(
    ("step", "forward", "central"),
    [(1e-1, 2.0, 5.5), (1e-2, 2.7e-1, 6.6e-2), (1e-4, 3.4e-3, 6.6e-6), (1e-6, 3.4e-5, 5.8e-10), (1e-8, 3.3e-7, 4.5e-9),
     (1e-10, 3.7e-7, 6.5e-7), (1e-12, 6.1e-5, 6.1e-5), (1e-14, 6.7e-3, 6.7e-3), (1e-16, 0.93, 1.2), (1e-17, 9.07, 9.07)],
)  # fmt: skip
def test_errors_at_powers_of_ten(nominal: StepSweep, step: float, forward: float, central: float) -> None:
    assert error_at(nominal, FORWARD, step) == pytest.approx(forward, rel=0.04)
    assert error_at(nominal, CENTRAL, step) == pytest.approx(central, rel=0.04)


@pytest.mark.parametrize(("step", "forward", "central"), [(1e-8, 3.4e-7, 2.8e-10), (1e-10, 3.8e-7, 1.0e-7)])
def test_the_actual_step_changes_the_short_ones(actual: StepSweep, step: float, forward: float, central: float) -> None:
    assert error_at(actual, FORWARD, step) == pytest.approx(forward, rel=0.04)
    assert error_at(actual, CENTRAL, step) == pytest.approx(central, rel=0.04)


def test_where_x_takes_no_step_the_textbook_gets_0_and_we_nothing(nominal: StepSweep, actual: StepSweep) -> None:
    assert error_at(nominal, FORWARD, 1e-17) == pytest.approx(9.0660864)
    assert error_at(actual, FORWARD, 1e-17) is None


@pytest.mark.parametrize(
    ("method", "truncation"),
    [(FORWARD, 1), ("backward-difference", 1), (CENTRAL, 2), ("five-point", 4), ("richardson", 4), ("complex-step", 2)],
)
def test_slopes(nominal: StepSweep, actual: StepSweep, method: str, truncation: int) -> None:
    for swept in (nominal, actual):
        findings = swept.findings[method]
        assert findings.truncation is not None
        assert findings.truncation.slope == pytest.approx(truncation, abs=0.02)
        if method == "complex-step":
            assert findings.round_off is None
        else:
            assert findings.round_off is not None
            assert findings.round_off.slope == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize(
    ("method", "step", "error"), [(FORWARD, 1.8e-9, 5.9e-8), (CENTRAL, 3.2e-7, 2.1e-10), ("richardson", 1e-4, 2.0e-12)]
)
def test_minima_of_the_medians(nominal: StepSweep, method: str, step: float, error: float) -> None:
    best = nominal.findings[method].best
    assert best is not None
    assert abs(log10(best.step / step)) <= 0.51  # the minimum is flat: a median of 31 may lie two bins aside
    assert best.error == pytest.approx(error, rel=0.5, abs=0)


def test_minima_with_the_actual_step(actual: StepSweep) -> None:
    forward, central = actual.findings[FORWARD].best, actual.findings[CENTRAL].best
    assert forward is not None
    assert central is not None
    assert (forward.error, central.error) == (pytest.approx(5.1e-8, rel=0.4), pytest.approx(1.2e-10, rel=0.5))


def test_a_median_of_401_steps_is_the_published_one(nominal: StepSweep) -> None:
    assert nominal.true is not None
    middles = (-8.5, -8.75, -9.0)
    measured, _ = curves(nominal.problem, nominal.true, Grid(middles, 4, 401), nominal=True, single=False)
    errors = dict(zip(middles, [bin.error for bin in measured[0].bins], strict=True))
    assert errors[-8.75] == pytest.approx(5.9e-8, rel=0.1)
    assert min(errors.values()) == errors[-8.75]  # type: ignore[type-var]


def test_theory(nominal: StepSweep) -> None:
    forward, central = nominal.findings[FORWARD].theory, nominal.findings[CENTRAL].theory
    assert forward is not None
    assert central is not None
    assert (forward.step, forward.error) == (pytest.approx(1.4e-9, rel=0.03), pytest.approx(9.3e-8, rel=0.01))
    assert (central.step, central.error) == (pytest.approx(2.9e-7, rel=0.02), pytest.approx(1.7e-10, rel=0.03))
    assert nominal.findings["complex-step"].theory is None


def test_the_complex_step_has_no_round_off(nominal: StepSweep) -> None:
    curve = nominal.curve("complex-step")
    assert curve is not None
    short = [bin.error for bin in curve.bins if bin.exponent <= -9]
    tiny = [bin.error for bin in nominal.tiny if bin.step >= 1e-300]
    assert len(tiny) == 5
    assert all(error is not None and error <= 2e-14 for error in short + tiny)


def test_the_table_of_errors_alone_asks_nothing_of_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("sympy was asked")

    monkeypatch.setattr(client, "prepare", refuse)
    monkeypatch.setattr(client, "differentiate", refuse)
    question, at = question_and_point(L4, {"x": 0.2}, {})
    swept = sweep_question(question, at=at, steps=(1e-1, 1e-4), samples=1, brief=True)
    assert "0.01" in render(swept.document(brief=True), "plain")
    with pytest.raises(AssertionError, match="sympy was asked"):
        swept.document()


def test_the_methods_without_a_step_are_right_to_the_last_digits(nominal: StepSweep) -> None:
    assert [answer.method for answer in nominal.without_step] == ["forward-ad", "reverse-ad", "symbolic"]
    assert all(answer.error is not None and answer.error <= 1e-14 for answer in nominal.without_step)


# --- The teaching points ----------------------------------------------------------------------------------------------


def test_a_at_a_tenth_the_centre_is_worse(nominal: StepSweep) -> None:
    (note,) = [note for note in side_notes(nominal) if "worse" in note]
    assert note.startswith("At h = 0.1 the central difference is worse than the forward one (5.5 against 2.0)")


def test_b_the_rules_of_thumb_miss(nominal: StepSweep) -> None:
    assert nominal.length == pytest.approx(0.065, abs=0.001)
    forward, central = nominal.findings[FORWARD], nominal.findings[CENTRAL]
    assert forward.rule == pytest.approx(1.5e-8, rel=0.01)
    assert central.rule == pytest.approx(6.1e-6, rel=0.01)
    assert forward.best is not None
    assert central.best is not None
    assert forward.best.error is not None
    assert central.best.error is not None
    assert forward.rule_error is not None
    assert central.rule_error is not None
    assert forward.rule_error / forward.best.error == pytest.approx(10, rel=0.5)
    assert central.rule_error / central.best.error == pytest.approx(100, rel=0.5)
    (note,) = [note for note in side_notes(nominal) if "rules of thumb" in note]
    assert "sqrt(eps) = 1.5e-08 is 8.4 times too long" in note
    assert "cbrt(eps) = 6.1e-06" in note
    assert "length scale of f itself, sqrt|f/f''|, is 0.065 and not 1" in note


def test_c_the_step_is_not_the_step(nominal: StepSweep, actual: StepSweep) -> None:
    (row,) = [row for row in nominal.cancellation if row.step == 1e-16]
    assert row.taken == 1.1102230246251565e-16
    assert any("(0.2 + 1e-16) - 0.2 = 1.11e-16; here h itself divides" in note for note in side_notes(nominal))
    assert any("(0.2 + 1e-16) - 0.2 = 1.11e-16; so that is what divides" in note for note in side_notes(actual))


def test_d_the_smallest_complex_step(nominal: StepSweep) -> None:
    assert (nominal.tiny[-1].step, nominal.tiny[-1].quotient) == (5e-324, 15.0)
    assert any("at h = 5e-324 it returns 15.0" in note for note in side_notes(nominal))


def test_e_in_single_precision(float32: StepSweep) -> None:
    forward, central = float32.findings[FORWARD].best, float32.findings[CENTRAL].best
    assert forward is not None
    assert central is not None
    assert abs(log10(forward.step / 1e-4)) <= 0.75
    assert abs(log10(central.step / 3e-4)) <= 0.5
    assert forward.error == pytest.approx(1e-3, rel=0.6)
    assert central.error == pytest.approx(1.7e-4, rel=0.75)
    assert all(answer.error is not None and answer.error <= 5e-6 for answer in float32.without_step)
    assert any(answer.error is not None and answer.error > 1e-9 for answer in float32.without_step), (
        "computed in doubles"
    )
    assert float32.problem.point == {"x": 0.20000000298023224}
    assert float32.verdict.count("of 7.2 digits") == 1


def test_the_strip_counts_what_the_difference_loses(nominal: StepSweep) -> None:
    shared = [row.shared for row in nominal.cancellation]
    assert shared == sorted(shared, key=lambda count: count or 0)
    assert (shared[0], shared[-1]) == (0, 14)


def test_the_verdict_is_one_sentence_of_figures(actual: StepSweep) -> None:
    assert actual.verdict.startswith("Truncation falls with h and round-off grows as 1/h: the best forward step, ")
    assert " of 15.9 digits; the complex step at h = 1e-20 subtracts nothing" in actual.verdict


# --- Other functions --------------------------------------------------------------------------------------------------


def test_a_large_constant_costs_its_digits() -> None:
    """1e8 + sin(x): the values carry an error of 1e-8, and the best steps are thousands of times longer."""
    swept = sweep("1e8+sin(x)", x=1)
    findings = swept.findings[FORWARD]
    assert findings.best is not None
    assert findings.theory is not None
    assert findings.theory.step == pytest.approx(2.3e-4, rel=0.02)
    assert 2e-5 < findings.best.step < 1e-3
    assert findings.round_off is not None
    assert findings.round_off.slope == pytest.approx(-1, abs=0.15)


def test_a_straight_line_has_no_truncation_error() -> None:
    swept = sweep("3*x+2", x=1)
    assert all(findings.truncation is None for findings in swept.findings.values())
    assert any("no truncation error is visible" in note for note in side_notes(swept))
    assert swept.findings[FORWARD].theory is not None
    assert swept.findings[FORWARD].theory.reason == "f'' = 0"
    assert swept.verdict.startswith("Round-off grows as 1/h and no truncation error is visible")


def test_a_parabola_is_exact_for_the_central_difference() -> None:
    swept = sweep("(x+2*y-7)^2 + (2*x+y-5)^2", x=0.5, y=2)
    findings = swept.findings[CENTRAL]
    assert findings.truncation is None
    assert swept.findings[FORWARD].truncation is not None
    assert any("central difference has no truncation error" in note for note in side_notes(swept))


def test_a_constant_leaves_nothing_to_measure() -> None:
    swept = sweep("5+0*x", x=1)
    assert swept.verdict == "No formula errs at any of these steps: there is nothing to cancel."
    text = str(swept.details())
    assert "Error of one step" in text
    assert "Slopes" not in text


def test_where_the_second_derivative_vanishes_the_order_rises() -> None:
    swept = sweep("sin(x)", x=0)
    findings = swept.findings[FORWARD]
    assert findings.truncation is not None
    assert findings.truncation.slope == pytest.approx(2, abs=0.02)
    assert findings.theory is not None
    assert findings.theory.reason == "f'' = 0"
    assert any(note.startswith("f'' = 0 at this point") for note in side_notes(swept))


def test_long_steps_across_the_edge_of_a_domain_have_no_quotient() -> None:
    swept = sweep("sqrt(x)", x=1e-3)
    assert error_at(swept, "backward-difference", 0.1) is None
    assert error_at(swept, FORWARD, 0.1) is not None
    assert swept.findings[CENTRAL].truncation is not None
    assert "-" in str(swept)


def test_steps_grow_with_x() -> None:
    assert [sweep("ln(x)", x=1000).curves[0].bins[end].step for end in (0, -1)] == [1e2, 1e-13]


@pytest.mark.parametrize(
    ("text", "point", "code"),
    [("|x|", {"x": 0}, "E803"), ("ln(x)", {"x": -1}, "E802"), ("exp(x)", {"x": 800}, "E804"),
     ("1e308*x^10", {"x": 1}, "E804"), ("exp(-t*exp(3600))", {"t": 0}, "E804"), ("sqrt(x)", {"x": 0}, "E803")],
)  # fmt: skip
def test_a_point_without_a_derivative_is_an_answer(text: str, point: dict[str, float], code: str) -> None:
    swept = sweep(text, point)
    assert swept.failure is not None
    assert swept.failure.code == code
    assert swept.document().blocks == ()
    assert json.loads(swept.to_json())["error"]["code"] == code


def test_float32_has_a_smaller_range() -> None:
    failure = sweep("exp(x)", x=100, single=True).failure
    assert failure is not None
    assert failure.code == "E804"
    assert "float32" in failure.message


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [("2+3", {}, "E551"), ("x*y*z", {"wrt": ["x", "y"]}, "E552"), ("x", {"wrt": "z"}, "E705"), ("x", {"steps": (1, 0)}, "E703"),
     ("x", {"budget": -1}, "E703")],
)  # fmt: skip
def test_what_cannot_be_swept(text: str, options: dict[str, object], code: str) -> None:
    with pytest.raises(DiffcompareError) as refused:
        sweep(text, **options)  # type: ignore[arg-type]
    assert refused.value.diagnostic.code == code


def test_without_a_truth_reverse_mode_stands_in_and_the_answer_says_so() -> None:
    swept = sweep("sin(" * 300 + "x" + ")" * 300, x=1.5, budget=1e-3)
    assert swept.truth.status == "timed-out"
    assert swept.failure is None
    assert [note.code for note in swept.notes][:1] == ["W551"]
    assert swept.data()["truth"] == {"status": "timed-out", "derivative": None}


@pytest.mark.thorough
def test_a_large_function_gets_fewer_steps_and_no_slope_of_round_off() -> None:
    terms = "+".join(f"sin({k}*x)/{k * k}" for k in range(1, 600))
    swept = sweep(terms, x=0.3, budget=0.5)
    assert swept.arithmetic.samples == 1
    assert swept.findings[FORWARD].round_off is None


def test_one_step_a_bin_stands_in_its_middle() -> None:
    swept = sweep("sin(x)", x=1, samples=1)
    assert swept.arithmetic.samples == 1
    assert swept.complete


@pytest.mark.parametrize("samples", [0, -1, 4, 1.5])
def test_a_number_of_steps_without_a_middle_is_refused(samples) -> None:
    with pytest.raises(DiffcompareError, match="is not an odd number of steps"):
        sweep("sin(x)", x=1, samples=samples)


def test_a_budget_that_ends_leaves_what_was_measured() -> None:
    swept = sweep("sin(x)", x=1, budget=1e-9)
    assert not swept.complete
    assert swept.verdict == "There was no time for a single step: a larger --budget helps."
    assert "The sweep ended, because the budget of 1e-09 s was spent." in str(swept.details())
    assert "W552" in [note.code for note in swept.notes]


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_data_are_complete_and_plain(nominal: StepSweep) -> None:
    data = json.loads(nominal.to_json())
    assert (data["schema"], data["command"], data["step_used"], data["precision"]) == (
        "diffcompare/1", "sweep", "nominal", "double",
    )  # fmt: skip
    assert [method["method"] for method in data["methods"]][-1] == "complex-step"
    assert len(data["methods"][0]["bins"]) == 65
    assert data["methods"][0]["bins"][0]["step"] == 0.1
    assert data["methods"][5]["theory"] is None
    assert len(data["strip"]) == 8


@pytest.mark.parametrize("width", [80, 200])
def test_nothing_is_wider_than_the_terminal(nominal: StepSweep, width: int) -> None:
    from diffcompare.render import Look

    text = render(nominal.document().detailed, "terminal", look=Look(width=width))
    assert max(map(len, text.splitlines())) <= width
    assert "9.066086400000000748241291" in text


def test_every_format_has_the_figures(nominal: StepSweep) -> None:
    document = nominal.document().detailed
    assert "0.028364" in render(document, "csv") or "e-0" in render(document, "csv")
    assert render(document, "svg").count("<svg") == 1
    assert "```text" in render(document, "markdown")
    assert "\\begin{table}" in render(document, "latex")
    assert "<figure>" in render(document, "html")
    assert render(nominal.document(brief=True), "csv").startswith("step,forward_difference,backward_difference,")


def test_digits_are_lost_where_a_carry_hides_them() -> None:
    """20 and 19.99999... have no digit in common, and agree to many."""
    shared = {row.step: row.shared for row in sweep("1/x", x=0.05, samples=3).cancellation}
    assert shared[1e-8] == 6
    assert shared[1e-14] == 12


def test_a_rule_of_thumb_is_scaled_by_x() -> None:
    assert any("sqrt(eps)*700 = 1.0e-05" in note for note in side_notes(sweep("x^2*sin(x)", x=700)))


def test_the_complex_step_is_not_praised_where_it_is_wrong() -> None:
    swept = sweep("(exp(x) - 1)/x", x=1e-9)
    assert not any("subtracts nothing" in note for note in side_notes(swept))


def test_across_a_kink_f_is_no_straight_line() -> None:
    assert not any("straight line" in note for note in side_notes(sweep("|x - 1|", x=1.001)))


def test_a_sweep_goes_along_one_variable() -> None:
    with pytest.raises(DiffcompareError, match="one variable"):
        sweep("x*y", {"x": 1, "y": 2}, wrt=["y", "x"])
    assert sweep("x*y", x=1, y=2).name == "x"


def test_the_short_form_has_a_sentence_a_picture_and_a_row_for_each_method() -> None:
    swept = sweep("sin(x)", x=1, samples=3)
    verdict, function, picture, table = swept.document().blocks
    assert function.rows[0].remark == "at x = 1: 0.8414709848078965"
    assert verdict == Paragraph(swept.verdict, "verdict")
    assert isinstance(picture, Plot)
    assert isinstance(table, Table)
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows) == [curve.method for curve in swept.curves] + [answer.method for answer in swept.without_step]
    best = swept.findings["central-difference"].best
    assert best is not None
    step, error, digits, slope = rows["central-difference"]
    assert (step.value, error.value) == (best.step, best.error)
    assert 9 < digits.value < 12
    assert slope == "+2.00"
    assert rows["reverse-ad"][0] == "none"
    kinds = [type(block) for block in swept.document().detailed.blocks]
    assert kinds.count(Table) > 4
    for format in ("csv", "json"):
        assert render(swept.document(), format) == render(swept.document().detailed, format)
