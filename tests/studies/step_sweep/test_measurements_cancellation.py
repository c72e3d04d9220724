"""The cancellation table: shared digits counted and marked."""

from __future__ import annotations

import pytest
from rows import every_row

from diffcompare.studies.step_sweep.measurements import bracketed, shared_digits, table_steps


@every_row(
    ("a", "b", "shared"),
    [(0.28901376, 0.28901385, 6), (0.28901376, 0.28901376, 17), (1.5, -1.5, 0), (1.5, 15.0, 0), (0.2, 0.4, 0),
     (123456.0, 123459.0, 5), (-2.5e-300, -2.4e-300, 1), (0.0, 0.0, 17)],
)  # fmt: skip
def test_leading_digits_in_common(a: float, b: float, shared: int) -> None:
    assert shared_digits(a, b, 17) == shared


@pytest.mark.parametrize(
    ("value", "shared", "text"),
    [(0.28901385, 6, "[0.289013]850"), (0.0012345, 2, "[0.0012]3450000"), (123.5, 4, "[123.5]00000"),
     (123.5, 0, "123.500000"), (-2.5e-30, 2, "[-2.5]0000000e-30"), (1.5, 9, "[1.50000000]"), (0.0, 9, "[0.00000000]")],
)  # fmt: skip
def test_the_shared_digits_stand_in_brackets(value: float, shared: int, text: str) -> None:
    marked = bracketed(value, shared, 9)
    assert marked == text
    assert float(marked.replace("[", "").replace("]", "")) == value


def test_steps_of_the_table() -> None:
    assert table_steps(-1, -16) == [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16]
    assert table_steps(-1, -5) == [1e-1, 1e-2, 1e-3, 1e-4, 1e-5]
    assert len(table_steps(0, -300)) <= 9
    assert table_steps(-6.5, -6.5) == [10.0**-6.5]
