"""The parts of a user's operation against each other: definition, forward and backward."""

import numpy as np
import pytest
from note_functions import Sinh

import diffcompare as dc
from diffcompare.language.wengert import wengert_list
from diffcompare.studies.question import question_and_point
from diffcompare.tape import Function
from diffcompare.truth.own_backwards import disagreement


class Sinh2(Sinh):
    name = "sinh2"
    definition = "(exp(i) - exp(-i))/2"


class Forgetful(Sinh2):
    name = "forgetful"

    @staticmethod
    def backward(ctx, grad_output):
        e, e_minus = ctx.saved_tensors
        return grad_output * (e - e_minus) / 2


class Misnamed(Sinh2):
    name = "misnamed"
    definition = "cosh(i)"


class Damped(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * np.sin(b)

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return grad_output * np.sin(b), grad_output * a * np.sin(b)


OPS = [Sinh2, Forgetful, Misnamed, Damped]


def found(text, **point):
    question, at = question_and_point(text, point, {}, ops=OPS)
    return disagreement(wengert_list(question.parsed.expression), at)


def test_operations_that_are_right_disagree_with_nothing():
    assert found("sinh2(x)*sinh2(2*x)", x=0.7) is None
    assert found("x^2", x=0.7) is None
    assert found("sinh2(x)", x=1e9) is None  # forward overflows


def test_a_backward_is_compared_with_the_definition():
    clause = found("sinh2(x)*forgetful(x)", x=0.7)
    assert clause.startswith("the backward of forgetful disagrees with its definition (at i = 0.7 the partial by i")
    assert "is 0.758584 by backward, and 1.25517)" in clause
    assert clause.endswith("test_own_backwards.py:Forgetful` says where")


def test_or_with_differences_of_forward():
    clause = found("damped(2, x)", x=0.7)
    assert "the backward of damped disagrees with differences of its forward" in clause
    assert "the partial by b is 1.28844 by backward, and 1.52968" in clause


def test_a_definition_of_another_function_is_told_first():
    clause = found("misnamed(x)", x=0.7)
    assert (
        "the definition of misnamed is another function than its forward (at i = 0.7 they are 1.25517 and 0.7" in clause
    )


@pytest.mark.parametrize("study", [dc.compare, dc.hessian, dc.taylor, dc.jacobian])
def test_the_closing_sentence_of_a_study_says_so(study):
    text = str(study("forgetful(x)*x", x=0.7, ops=OPS))
    assert "he backward of forgetful disagrees with its definition" in text
    assert "write the formula another way" not in text
    assert "disagrees" not in str(study("sinh2(x)*x", x=0.7, ops=OPS))


def test_a_formula_by_hand_is_judged_beside_it():
    verdict = dc.compare("forgetful(x)*x", x=0.7, ops=OPS, hand={"x": "x*cosh(x)"}).verdict
    assert verdict.startswith("The backward of forgetful")
    assert "check the formula by hand for df/dx" in verdict
    right = dc.compare("forgetful(x)*x", x=0.7, ops=OPS, hand={"x": "x*cosh(x) + sinh2(x)"}).verdict
    assert "by hand" not in right


def test_a_function_that_calls_one():
    verdict = dc.compare(lambda v: np.sum(Forgetful.apply(v)), v=[1.0, 2.0]).verdict
    assert verdict.startswith("The backward of Forgetful disagrees with its definition")
