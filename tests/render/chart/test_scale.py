"""Axes: where values stand, and round numbers at the ticks."""

from __future__ import annotations

import pytest

from diffcompare.render.chart.scale import power_text, scale_of, tick_label


def labels(values: list[float], *, log: bool, most: int = 8) -> list[str]:
    return [tick_label(number, log=log) for _, number in scale_of(values, log=log).ticks(most)]


def test_a_logarithmic_axis_ends_at_whole_powers_of_ten_and_has_ticks_there() -> None:
    scale = scale_of([3e-7, 0.02], log=True)
    assert (scale.low, scale.high) == (-7, -1)
    assert scale.place(1e-4) == pytest.approx(0.5)
    assert labels([3e-7, 0.02], log=True) == ["1e-7", "1e-6", "1e-5", "1e-4", "1e-3", "1e-2", "1e-1"]
    assert labels([1e-16, 1e-1], log=True) == ["1e-15", "1e-10", "1e-5"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0, 10.0], ["0", "2", "4", "6", "8", "10"]), ([-0.3, 0.21], ["-0.4", "-0.2", "0", "0.2", "0.4"]),
     ([5.0, 5.0], ["4", "4.5", "5", "5.5", "6"])],
)  # fmt: skip
def test_ticks_of_a_plain_axis_are_round(values: list[float], expected: list[str]) -> None:
    assert labels(values, log=False, most=6) == expected


def test_there_are_never_more_ticks_than_fit() -> None:
    for most in range(2, 20):
        for values in ([1e-300, 1e300], [1e-3, 1.0], [1.0, 10**400]):
            assert len(scale_of(values, log=True).ticks(most)) <= most
        for plain in ([0.0, 1.0], [-7e-9, 3e4], [0.0, 10**5_000]):
            assert len(scale_of(plain, log=False).ticks(most)) <= most


def test_integers_of_hundreds_of_digits_keep_their_proportions() -> None:
    scale = scale_of([10**400, 10**399], log=False, from_zero=True)
    assert scale.place(10**399) == pytest.approx(0.1)
    logarithmic = scale_of([10, 10**400], log=True)
    assert logarithmic.place(10**200) == pytest.approx(199 / 399)


def test_a_bar_of_the_smallest_height_is_still_to_be_seen() -> None:
    assert scale_of([1, 1000], log=True, from_zero=True).place(1) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("number", "text"),
    [(600, "600"), (0.25, "0.25"), (1e-9, "1e-09"), (3 * 2**200 - 5, "4.82e+60"), (10**130, "1.00e+130"),
     (-(10**4_000), "-1.00e+4000"), (9_999_999_999_999, "1.00e+13")],
)  # fmt: skip
def test_a_number_to_a_few_digits_however_large(number: float, text: str) -> None:
    assert power_text(number) == text
