"""Bounds of magnitudes hold: a value within what is looked at never leaves them."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SMOOTH, doubles, expressions

from diffcompare.codegen.joint_sweep import joint_sweep
from diffcompare.codegen.magnitudes import watch
from diffcompare.language.expression import Variable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS, evaluate
from diffcompare.numeric.extended_range import MAX_PLAIN, MIN_PLAIN


def watched(text):
    expression = parse(text)
    sweep = joint_sweep(expression, variables(wengert_list(expression)))
    return sweep, watch(sweep.nodes, wengert_list(sweep.value))


def test_variables_alone_are_looked_at_where_that_is_enough():
    _, (limits, is_finite) = watched("x1*x2 - sin(x1)")
    assert {str(node) for node in limits} == {"x1", "x2"}
    assert is_finite
    assert limits[Variable("x1")][1] > 9e99


def test_an_exponent_is_looked_at():
    sweep, (limits, _) = watched("exp(x*y)")
    assert limits[next(node for node in sweep.nodes if str(node) == "x*y")] == (0.0, 200.0)


def test_a_long_product_is_looked_at_on_the_way():
    _, (limits, _) = watched("*".join(f"x{place}" for place in range(100)))
    products = [node for node in limits if node.operation is not None]
    assert 1 <= len(products) < 99
    assert all(limits[node] == (MIN_PLAIN, MAX_PLAIN) for node in products)


@given(expressions(SMOOTH, largest=8), st.fixed_dictionaries(dict.fromkeys("xyz", doubles)))
@settings(max_examples=150)
def test_values_within_the_looks_are_where_the_plain_sweep_loses_nothing(expression, point):
    sweep = joint_sweep(expression, sorted(point))
    limits, is_finite = watch(sweep.nodes, wengert_list(sweep.value))
    try:
        values = evaluate(sweep.nodes, point, FLOATS)
    except RANGE_ERRORS:
        return
    if all(
        low < abs(values[node]) < high or (values[node] == 0) for node, (low, high) in limits.items() if node in values
    ):
        sizes = [abs(values[node]) for node in wengert_list(sweep.value) if node.operation is not None]
        assert all(size == 0 or 2.0**-1001 < size < 2.0**1001 for size in sizes)
        if not is_finite:
            assert all(size == 0 or MIN_PLAIN / 2 < size < MAX_PLAIN * 2 for size in sizes)
        else:
            assert all(map(math.isfinite, values.values()))
