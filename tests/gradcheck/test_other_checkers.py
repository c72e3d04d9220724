"""Checkers of other libraries beside the verdict of `check`: where they pass a wrong gradient, or fail a right one."""

import json
import math

import numpy as np
import pytest

import diffcompare as dc
from diffcompare.gradcheck import other_checkers
from diffcompare.gradcheck.other_checkers import OtherCheck, disagreement


def tolerant(f, jacobian, coordinates):
    """Check as most checkers do: one central difference of a fixed step under a fixed tolerance."""
    rows = np.array(jacobian(coordinates))
    for place in range(len(coordinates)):
        moved = [[x + sign * 1e-6 * (i == place) for i, x in enumerate(coordinates)] for sign in (1, -1)]
        slope = (np.array(f(moved[0])) - np.array(f(moved[1]))) / 2e-6
        if not np.allclose(rows[:, place], slope, rtol=1e-3, atol=1e-5):
            return f"{rows[:, place]} is not {slope}", "eps=1e-06"
    return "", "eps=1e-06"


@pytest.fixture
def checker(monkeypatch):
    monkeypatch.setattr(other_checkers, "CHECKERS", {"torch": ("tolerant", tolerant)})
    monkeypatch.setattr(other_checkers, "version", lambda name: "1.0")


def other(check):
    assert len(check.others) == 1
    return check.others[0]


def test_a_right_gradient_passes_both(checker):
    check = dc.check(lambda x, y: x * y**2, lambda x, y: [y**2, 2 * x * y], 2.0, 3.0, engines=["torch"])
    assert (check.ok, other(check).verdict, other(check).version) == (True, "passes", "1.0")
    assert "note" not in {getattr(block, "role", "") for block in check.document().blocks}


def test_a_small_gradient_is_below_its_tolerance(checker):
    check = dc.check(lambda x: 1e-6 * x * x, lambda x: 1e-6 * x, 1.0, engines="torch")
    assert (check.verdict, other(check).verdict) == ("wrong", "passes")
    assert "tolerant (eps=1e-06) passes a gradient that is wrong" in str(check)


def test_a_fast_function_is_above_its_step(checker):
    check = dc.check(lambda x: math.sin(1e6 * x), lambda x: 1e6 * math.cos(1e6 * x), 1.0, engines=["torch"])
    assert (check.verdict, other(check).verdict) == ("agrees", "fails")
    assert "tolerant (eps=1e-06) fails a gradient that is right" in str(check)
    assert json.loads(check.to_json())["others"][0]["note"].endswith("]"), "JSON has what it says"


def test_vectors_matrices_and_several_outputs_arrive_flat(checker):
    w, matrix = [1.0, 2.0], [[1.0, 2.0], [3.0, 5.0]]
    square = dc.check(lambda w: w @ w, lambda w: 2 * w, w, engines=["torch"])
    outputs = dc.check(lambda a: a @ [1.0, 2.0], lambda a: np.einsum("ij,k->ijk", np.eye(2), [1.0, 2.0]), matrix,
                       engines=["torch"])  # fmt: skip
    paired = dc.check(lambda w: (w @ w, 2 * w), True, w, engines=["torch"])
    assert [other(check).verdict for check in (square, outputs, paired)] == ["passes"] * 3


def test_what_it_raises_is_its_answer(checker, monkeypatch):
    def broken(f, jacobian, coordinates):
        raise RuntimeError("no such device")

    monkeypatch.setattr(other_checkers, "CHECKERS", {"torch": ("broken", broken)})
    check = dc.check(math.sin, math.cos, 1.0, engines=["torch"])
    assert (other(check).verdict, other(check).note) == ("failed", "RuntimeError: no such device")
    assert check.ok


def test_one_that_is_not_installed_is_a_row(monkeypatch):
    monkeypatch.setattr(other_checkers, "version", lambda name: None)
    check = dc.check(math.sin, math.cos, 1.0, engines=["torch", "jax"])
    assert [row.verdict for row in check.others] == ["not-installed"] * 2
    assert check.others[1].note == "not installed: pip install jax"
    assert disagreement("wrong", check.others) == ""


@pytest.mark.parametrize(("name", "code"), [("autograd", "E719"), ("tch", "E715")])
def test_libraries_without_a_checker_are_refused(name, code):
    with pytest.raises(dc.DiffcompareError) as error:
        dc.check(math.sin, math.cos, 1.0, engines=[name])
    assert error.value.diagnostic.code == code


def test_an_expression_has_a_variable_of_that_name():
    assert dc.check("2*engines", engines="2").verdict == "proved"


def test_at_a_kink_a_checker_that_fails_fails_no_right_gradient():
    others = [OtherCheck("jax", "0.12", "jax.test_util.check_grads", "fails", settings="eps=0.0001")]
    assert "fails a gradient that is right" in disagreement("agrees", others)
    sentence = "jax.test_util.check_grads (eps=0.0001) fails at a kink, where no gradient is right."
    assert disagreement("agrees", others, at_kink=True) == sentence
