"""Straight-line programs: what goes over the pipe is what comes out of it."""

import json

import pytest
from hypothesis import given
from strategies import expressions

from diffcompare.language import serialization
from diffcompare.language.expression import OPERATIONS, Number, Variable
from diffcompare.language.operations import exp, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import dag_size


def sent(*roots):
    return serialization.decode(json.loads(json.dumps(serialization.encode(*roots))))


@given(expressions())
def test_the_way_there_and_back_is_the_identity(expression):
    assert sent(expression) == [expression]
    assert sent(expression)[0] is expression


def test_several_expressions_share_their_instructions():
    shared = parse("sin(x*y)")
    program = serialization.encode(shared + 1, shared * 2)
    assert len(program["code"]) == dag_size(shared + 1, shared * 2)
    assert program["code"][:2] == [["variable", "x"], ["variable", "y"]]


@pytest.mark.parametrize("number", [Number(0), Number(1, 20), Number(10**9999 + 1), Number(314, 2)])
def test_numbers_of_any_length_travel_exactly(number):
    assert sent(number)[0] is number


def test_a_deep_expression_travels_too():
    deep = Variable("x")
    for _ in range(20_000):
        deep = sin(deep)
    assert sent(deep)[0] is deep


def test_no_row_is_called_like_a_leaf():
    assert not {"variable", "number", "constant"} & set(OPERATIONS)


def test_definitions_may_use_those_before_them():
    a, b, x = Variable("a"), Variable("b"), Variable("x")
    replaced = serialization.substitute([b + x, a], {"a": exp(x), "b": a * a})
    assert replaced == [parse("exp(x)*exp(x) + x"), parse("exp(x)")]
