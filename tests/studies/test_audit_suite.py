"""The suite asks for first and second derivatives, at points that an engine can represent, and forgives rounding only."""

import math

import pytest

from diffcompare.engines.cases import AuditCase, edge_cases
from diffcompare.numeric.float32 import rounded
from diffcompare.studies.audit_suite import Question, suite


@pytest.fixture(scope="module")
def doubles():
    return {case.name: case for case in suite()}


@pytest.fixture(scope="module")
def singles():
    return {case.name: case for case in suite(digits=24)}


def test_names_are_unique_and_every_case_has_a_source(doubles):
    assert len(doubles) == len(list(suite())) > 700
    assert all(case.source and case.right for case in doubles.values())


def test_every_operation_is_asked_to_second_order_too(doubles):
    assert doubles["exp(x) at x = 0.3"].right["x"].startswith(f"{math.exp(0.3):.14f}")
    assert doubles["exp(x) at x = 0.3, twice"].right["x"].startswith(f"{math.exp(0.3):.14f}")
    assert doubles["exp(x) at x = 0.3, twice"].order == 2
    x, y = 0.7, 1.9
    twice = doubles["hypot(x, y) at x = 3, y = 4, twice"].right
    assert float(twice["x"]) == pytest.approx(16 / 125, rel=1e-15)
    assert float(twice["y"]) == pytest.approx(9 / 125, rel=1e-15)
    assert float(doubles["x/y at x = 0.7, y = 1.9, twice"].right["y"]) == pytest.approx(2 * x / y**3, rel=1e-15)


def test_without_second_derivatives_nothing_asks_for_them():
    assert {case.order for case in suite(second=False)} == {1}


def test_the_points_of_single_precision_are_rounded_and_their_right_values_belong_to_them(doubles, singles):
    exact, near = doubles["tanh(x) at x = 0.45"], singles["tanh(x) at x = 0.45"]
    assert near.at["x"] == rounded(0.45) != 0.45
    assert float(near.right["x"]) == pytest.approx(1 / math.cosh(rounded(0.45)) ** 2, rel=1e-15)
    assert near.right["x"] != exact.right["x"]
    assert singles["tanh at 20"] == doubles["tanh at 20"]
    assert singles["sin(x)/x near 0"].at["x"] == rounded(1e-8)


def test_points_beyond_single_precision_are_left_out(doubles, singles):
    assert {"hypot of tiny numbers", "asinh at 1e200"} <= set(doubles) - set(singles)


def judged(case, digits=53, **partials):
    return [verdict.kind for verdict in Question(case).judged(partials, digits)]


def test_what_a_formula_loses_by_itself_is_no_fault_of_an_engine(doubles):
    case = doubles["@one_minus_cos"]
    assert abs(float(case.right["x"])) < 1e-6
    assert judged(case, x=1e-5) == ["digits-lost"]
    assert judged(case, x=1e3) == ["wrong"]  # more than rounding can lose
    assert judged(case, x=math.nan) == ["no-number"]


def test_a_convention_at_a_kink_is_forgiven_nowhere():
    (relu,) = [case for case in edge_cases() if case.name == "relu minus mirrored relu"]
    assert judged(relu, x=0.0) == ["wrong"]
    assert Question(relu).rounding == {}


def test_what_does_not_cancel_is_not_forgiven(doubles):
    case = doubles["exp(x) at x = 0.3"]
    right = float(case.right["x"])
    assert judged(case, x=right) == ["right"]
    assert judged(case, x=right * (1 + 1e-12)) == ["digits-lost"]
    assert judged(case, x=right * 1.01) == ["wrong"]
    assert judged(case, x=-right) == ["wrong"]


def test_the_size_of_a_question_is_what_the_output_has_of_its_intermediate_values(doubles):
    sizes = {name: Question(doubles[name]).size for name in ("tanh at 20", "softplus at 800", "logaddexp at 1000")}
    assert sizes == {"tanh at 20": 1.0, "softplus at 800": 800.0, "logaddexp at 1000": 1000.0}
    steep = AuditCase("steep", "Tails", {"x": 9.0}, {"x": "0"}, "1e-20*tanh(1e3*x)")
    assert Question(steep).size == 1e-20, "the value of tanh is 1, but little of it arrives"
    assert Question(steep._replace(expression="1/(1 + exp(-x))", at={"x": -900.0})).size == 1.0, "beyond the range"
