"""What the file of cases calls right is right: the truth finds the same numbers."""

import pytest

from diffcompare.backends.problem import Problem
from diffcompare.engines.cases import edge_cases
from diffcompare.engines.judgement import judge
from diffcompare.language.parser import parse
from diffcompare.studies.accuracy import truth_about
from diffcompare.truth.second_derivatives import establish_second

EXPRESSIONS = [case for case in edge_cases() if case.expression]


@pytest.mark.parametrize("case", EXPRESSIONS, ids=lambda case: case.name)
def test_right_values_are_those_of_the_truth(case):
    problem = Problem(parse(case.expression, names=case.at), case.at, tuple(case.at), budget=30)
    if case.order == 1:
        truth = truth_about(problem)
        numbers, slopes = truth.gradient, truth.slopes
    else:
        second = establish_second(problem)
        numbers = {row: number for (row, column), number in second.entries.items() if row == column}
        slopes = {row: sides for (row, column), sides in second.slopes.items() if row == column}
    for name, right in case.right.items():
        true, sides = numbers.get(name), slopes.get(name)
        if "|" in right:
            assert [sides.left, sides.right] == [float(side) for side in right.split("|")]
        elif right == "inf":
            assert true is None
            assert sides is None or float("inf") in (sides.left, sides.right)
        elif right == "none":
            assert true is None
        elif true is not None:
            assert judge(true.nearest, right).kind == "right"
            assert true.text.startswith(right.rstrip("0")[:12]) or float(true.text) == float(right)
        else:
            assert case.name == "x^y at a negative base", "the partial by x exists where that by y does not"


def test_names_occur_once_and_every_case_says_why():
    names = [case.name for case in edge_cases()]
    assert len(set(names)) == len(names)
    assert all(case.why and case.right and bool(case.call) != bool(case.expression) for case in edge_cases())
