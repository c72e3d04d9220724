"""The methods of a Hessian: against each other, at the ends of the range, and where there is no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcompare.backends.hessian_methods import METHODS, HessianProblem
from diffcompare.language.parser import parse

SWEEPS = ("forward-over-reverse", "reverse-over-reverse")
FAST = (*SWEEPS, "difference-of-gradients", "second-difference")


def problem(text, vector=None, **point):
    return HessianProblem(parse(text), point, tuple(point), vector)


def matrix(answer):
    return [list(row.values()) for row in answer.rows]


@pytest.mark.parametrize("method", METHODS)
def test_a_small_one(method):
    answer = METHODS[method](problem("x^2*y + sin(y)", x=3.0, y=2.0))
    assert answer.status == "ok"
    flat = [number for row in matrix(answer) for number in row]
    assert flat == pytest.approx([4.0, 6.0, 6.0, -0.9092974268256817], rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_product_is_the_matrix_times_the_vector(method):
    answer = METHODS[method](problem("x^2*y + sin(y)", {"x": 1.0, "y": -2.0}, x=3.0, y=2.0))
    assert answer.status == "ok"
    assert [row["v"] for row in answer.rows] == pytest.approx([4 - 12, 6 + 2 * 0.9092974268256817], rel=1e-5)


@given(st.lists(st.floats(min_value=-2, max_value=2), min_size=3, max_size=3))
def test_sweeps_over_sweeps_agree(vector):
    direction = dict(zip("xyz", vector, strict=True))
    whole, along = (problem("x*exp(y)*sin(z) + ln(x)/y", v, x=1.2, y=0.8, z=2.0) for v in (None, direction))
    columns = METHODS["forward-over-reverse"](whole)
    expected = [sum(row[name] * direction[name] for name in direction) for row in columns.rows]
    for method in SWEEPS:
        assert [row["v"] for row in METHODS[method](along).rows] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_one_sweep_for_a_product_and_one_for_every_column():
    sweeps = {
        vector is None: [METHODS[method](problem("x*y*z", vector, x=1.0, y=2.0, z=3.0)).sweeps for method in SWEEPS]
        for vector in (None, {"x": 1.0})
    }
    assert sweeps == {True: [3, 3], False: [1, 1]}


def test_second_differences_need_2n_squared_values_and_one():
    for n in (1, 2, 3):
        answer = METHODS["second-difference"](
            problem("+".join(f"x{i}^2" for i in range(n)), **{f"x{i}": 1.0 for i in range(n)})
        )
        assert answer.work.evaluations == 2 * n * n + 1


def test_numbers_that_leave_the_range_on_the_way_are_found():
    for method in SWEEPS:
        answer = METHODS[method](problem("1/cosh(x)", x=600.0))
        assert answer.rows[0]["x"] == pytest.approx(5.3007931060086215e-261, rel=1e-12, abs=0)


def test_a_flat_tail_keeps_its_digits():
    for method in SWEEPS:
        second = METHODS[method](problem("tanh(x)", x=18.0)).rows[0]["x"]
        assert second == pytest.approx(-1.855618264194853788990239681027e-15, rel=1e-14, abs=0)


@pytest.mark.parametrize("method", FAST)
def test_where_f_has_no_value(method):
    answer = METHODS[method](problem("ln(x)*y", x=-1.0, y=2.0))
    assert answer.status == "undefined"
    assert matrix(answer) == [[None, None], [None, None]]


def test_a_missing_partial_is_told():
    answer = METHODS["forward-over-reverse"](problem("polygamma(n, x)", n=1.0, x=2.0))
    assert answer.status == "not-supported"


def test_too_much_work_is_not_started():
    names = {f"x{number}": 1.0 for number in range(100)}
    many = problem("*".join(names), **names)._replace(budget=1e-3)
    assert {METHODS[method](many).status for method in ("forward-over-reverse", "second-difference")} == {"timed-out"}


@pytest.mark.parametrize("method", SWEEPS)
@pytest.mark.parametrize("vector", [None, {"x": 1.0, "y": 0.0}])
def test_a_branch_that_is_not_taken_may_be_undefined(method, vector):
    answer = METHODS[method](problem("if(x > 0, x^y, if(y > 5, ln(x), 2 + x^2*y))", vector, x=-1.0, y=2.5))
    assert [row[0] for row in matrix(answer)] == [5.0, -2.0]
