"""Truth about a program that decides: the path of doubles, and the paths that begin at the point, for every order."""

import pytest

import diffcompare as dc


def tenth_sums(x):
    total = 0.0
    for _ in range(10):
        total = total + x
    return x**4 if total < 1.0 else x**3


def flat_or_square(x):
    return 0 * x if x < 0 else x**2


def flat_or_cube(x):
    return 0 * x if x < 0 else x**3


def flat_or_square_of_two(x, y):
    return x * y if x < 0 else x * y + x**2 * y**3


def test_a_decision_that_exact_arithmetic_makes_otherwise_is_told_for_every_order():
    told = "exact arithmetic decides differently from doubles"
    assert told in dc.compare(tenth_sums, x=0.1).truth.notes[0]
    hessian = dc.hessian(tenth_sums, x=0.1, methods="forward-over-reverse")
    assert told in hessian.truth.first.notes[0]
    assert hessian.truth.first.notes[0] in str(hessian)
    assert told in str(dc.taylor(tenth_sums, x=0.1, methods="taylor-mode"))


def test_a_second_derivative_exists_where_the_paths_on_both_sides_share_it():
    hessian = dc.hessian(flat_or_square, x=0.0, methods="forward-over-reverse")
    assert hessian.failure.code == "E803"
    assert "0 from one side, 2 from the other" in hessian.failure.message
    assert dc.hessian(flat_or_cube, x=0.0, methods="forward-over-reverse").truth.entries["x", "x"].text == "0"


def test_entries_that_all_paths_share_are_known():
    truth = dc.hessian(flat_or_square_of_two, x=0.0, y=1.0, methods="forward-over-reverse").truth
    known = {entry: number and number.nearest for entry, number in truth.entries.items()}
    assert known == {("x", "x"): None, ("x", "y"): 1.0, ("y", "x"): 1.0, ("y", "y"): 0.0}
    assert truth.slopes["x", "x"] == (0.0, 2.0)


def test_a_product_has_no_truth_where_the_paths_differ():
    times = {"x": 1.0, "y": 2.0}
    truth = dc.hessian(flat_or_square_of_two, x=0.0, y=1.0, times=times, methods="forward-over-reverse").truth
    assert truth.status == "unresolved"
    assert truth.entries["x", "v"] is None
    assert truth.entries["y", "v"].nearest == 1.0


@pytest.mark.parametrize(("function", "order", "right"), [(flat_or_square, 2, 2.0), (flat_or_cube, 3, 6.0)])
def test_a_series_breaks_off_at_the_order_at_which_the_paths_differ(function, order, right):
    taylor = dc.taylor(function, x=0.0, methods="taylor-mode")
    assert taylor.truth.broken == (order, 0.0, right)
    assert [c and c.nearest for c in taylor.truth.coefficients[:order]] == [0.0] * order
    assert f"no derivative of order {order}" in taylor.failure.message
