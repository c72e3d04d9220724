"""The best step by theory: the textbook's formulas, and the same ones for formulas of higher order."""

from __future__ import annotations

from math import sqrt

import pytest

from diffcompare.backends import finite_differences
from diffcompare.backends.finite_differences import Stencil
from diffcompare.studies.step_sweep.slopes import predict, rule_of_thumb

U = 2.0**-53


def test_forward_and_central_as_in_the_textbook() -> None:
    f, higher = 0.5, {2: 3.0, 3: -7.0, 5: 11.0}
    forward = predict("forward-difference", f, higher, U)
    central = predict("central-difference", f, higher, U)
    assert forward is not None
    assert central is not None
    assert forward.step == pytest.approx(2 * sqrt(U * f / 3))
    assert forward.error == pytest.approx(2 * sqrt(U * f * 3))
    assert central.step == pytest.approx((3 * U * f / 7) ** (1 / 3))
    assert central.error == pytest.approx(1.5 * U * f / (3 * U * f / 7) ** (1 / 3))


def test_five_point_balances_h_to_the_fourth_over_thirty() -> None:
    prediction = predict("five-point", 1.0, {5: 1.0}, U)
    assert prediction is not None
    assert prediction.step == pytest.approx((1.5 * U / (4 / 30)) ** (1 / 5))


def test_richardson_is_the_five_point_formula_at_half_the_step() -> None:
    five, richardson = (predict(name, 2.0, {5: 3.0}, U) for name in ("five-point", "richardson"))
    assert five is not None
    assert richardson is not None
    assert five.step is not None
    assert (richardson.step, richardson.error) == (pytest.approx(2 * five.step), five.error)


@pytest.mark.parametrize(
    ("value", "higher", "reason"),
    [(1.0, {2: 0.0}, "f'' = 0"), (0.0, {2: 1.0}, "f = 0"), (1.0, {2: None}, "f'' is not known here"), (1.0, {}, "f'' is not known here"),
     (1e308, {2: 1e-308}, "beyond the doubles")],
)  # fmt: skip
def test_where_theory_has_no_answer_it_says_why(value: float, higher: dict[int, float | None], reason: str) -> None:
    prediction = predict("forward-difference", value, higher, 1.0 if value > 1e300 else U)
    assert prediction is not None
    assert (prediction.step, prediction.error, prediction.reason) == (None, None, reason)


def test_the_complex_step_needs_no_theory_and_no_rule() -> None:
    assert predict("complex-step", 1.0, {3: 1.0}, U) is None
    assert rule_of_thumb("complex-step", 1.0, 2 * U) is None


def test_the_rule_of_thumb_is_the_default_step_of_grad() -> None:
    from diffcompare.backends.finite_differences import STENCILS

    for stencil in STENCILS:
        assert rule_of_thumb(stencil.name, 30.0, 2 * U) == stencil.default_step(30.0)


def test_a_stencil_of_any_order_has_a_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    seven = Stencil("seven-point", (-3, -2, -1, 1, 2, 3), (-1, 9, -45, 45, -9, 1), 60, order=6)
    monkeypatch.setattr(finite_differences, "STENCILS", (*finite_differences.STENCILS, seven))
    known, unknown = predict("seven-point", 1.0, {7: 1.0}, U), predict("seven-point", 1.0, {}, U)
    assert known is not None
    assert unknown is not None
    assert known.step == pytest.approx((110 / 60 * U / 6 * 140) ** (1 / 7))  # truncation is h^6/140 f^(7)
    assert unknown.reason == "f^(7) is not known here"
