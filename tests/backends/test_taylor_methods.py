"""The methods of a Taylor expansion, and where each of them ends."""

import pytest

from diffcompare.backends.taylor_methods import METHODS, TaylorProblem
from diffcompare.language.parser import parse


def answer(method, text, x, order, **options):
    return METHODS[method](TaylorProblem(parse(text), {"x": x}, "x", order, **options))


def coefficients(found):
    return [row["coefficient"] for row in found.answer.rows]


@pytest.mark.parametrize("method", METHODS)
def test_all_methods(method):
    found = answer(method, "1/(1 - x)", 0.5, 3)
    assert found.answer.status == "ok"
    assert coefficients(found) == pytest.approx([2, 4, 8, 16], rel=1e-2 if method == "central-difference" else 1e-14)
    assert len(found.by_order) == 4


def test_sympy_swells_order_by_order():
    sizes = [cost.size.tree for cost in answer("symbolic", "tanh(x)*exp(x)", 0.5, 4).by_order]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 10 * sizes[0]


def test_nesting_stops_where_the_budget_ends_and_keeps_what_it_has():
    found = answer("nested-forward", "sin(x)*exp(x)", 0.5, 30, budget=0.05)
    assert found.answer.status == "timed-out"
    assert coefficients(found)[0] == pytest.approx(0.7904390832136149)
    assert coefficients(found)[-1] is None
    assert "stopped at order" in found.answer.notes[0]


def test_differences_lose_digits_with_every_order():
    found = coefficients(answer("central-difference", "exp(x)", 0.0, 8))
    errors = [
        abs(number * factorial - 1)
        for number, factorial in zip(found, (1, 1, 2, 6, 24, 120, 720, 5040, 40320), strict=True)
    ]
    assert errors[1] < 1e-10 < errors[4] < errors[8]


@pytest.mark.parametrize("method", ["taylor-mode", "nested-forward", "central-difference"])
def test_outside_the_domain(method):
    found = answer(method, "ln(x)", -1.0, 2)
    assert found.answer.status == "undefined"
    assert coefficients(found) == [None, None, None]


def test_one_series_stops_at_its_budget_and_keeps_what_it_has():
    steps = ["a0 = sin(x)", *[f"a{n} = sin(1.01*a{n - 1})" for n in range(1, 3000)]]
    text = "; ".join([*steps, "a2999"])
    found = answer("taylor-mode", text, 0.5, 30, budget=0.2)
    assert found.answer.status == "timed-out"
    assert "timed out after 0.2 s" in found.answer.notes[0]
