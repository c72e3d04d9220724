"""Conditions: what `--domain` takes."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.formulas import parse_conditions
from diffcompare.numeric.evaluate import value_at


@pytest.mark.parametrize(
    ("texts", "inside", "outside"),
    [
        (["x>0"], [1, 1e-9], [0, -1]),
        (["0 < x < 1"], [0.5], [0, 1, 2]),
        (["x >= 0, x <= 1"], [0, 1], [-1, 2]),
        (["x != 2"], [1], [2]),
        (["x > 0 and x < 3"], [1], [4, -1]),
        (["x^2 < 4", "x > 0"], [1], [-1, 3]),
        (["x ≥ 1"], [1], [0.5]),
    ],
)
def test_conditions(texts, inside, outside):
    conditions = parse_conditions(texts, ["x"])

    def holds(x):
        return all(value_at(condition, {"x": x}) for condition in conditions)

    assert all(map(holds, inside))
    assert not any(map(holds, outside))


@pytest.mark.parametrize(("text", "code"), [("x", "E713"), ("y > 0", "E705"), ("x > (", "E205"), ("x > ", "E201")])
def test_what_is_no_condition(text, code):
    with pytest.raises(DiffcompareError) as caught:
        parse_conditions([text], ["x"])
    assert caught.value.diagnostic.source == "--domain"
    assert caught.value.diagnostic.code == code
