"""Refusing what cannot be done in time."""

import pytest

from diffcompare.backends.problem import OPERATIONS_PER_SECOND, Derivative, Problem, exceeds_budget, not_started
from diffcompare.language.parser import parse


@pytest.mark.parametrize(
    ("operations", "budget", "verdict"),
    [(100, 5.0, False), (10**8, 5.0, False), (10**8 + 1, 5.0, True), (10**30, None, False), (1, 1e-9, True)],
)
def test_hopeless(operations, budget, verdict):
    assert OPERATIONS_PER_SECOND == 2e7
    assert exceeds_budget(operations, budget) is verdict


def test_not_started():
    problem = Problem(parse("x*y"), {"x": 1.0, "y": 2.0}, ("x", "y"))
    assert not_started("forward-ad", problem, 123456789) == Derivative(
        "forward-ad",
        "timed-out",
        gradient={"x": None, "y": None},
        notes=("not started: 123456789 operations would not fit into 5 s",),
    )
