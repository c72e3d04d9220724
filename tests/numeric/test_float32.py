"""Single precision: numpy's float32 is the witness."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcompare.language.expression import Variable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import Undefined, evaluate
from diffcompare.numeric.float32 import FLOAT32, Float32, rounded
from diffcompare.numeric.sweeps import reverse

FLOATS = st.floats(allow_nan=False)
SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(FLOATS)
def test_rounding_is_that_of_float32(x: float) -> None:
    with numpy.errstate(over="ignore"):
        assert rounded(x) == float(numpy.float32(x))


@given(SINGLES, SINGLES)
def test_the_four_operations_are_those_of_the_hardware(a: float, b: float) -> None:
    left, right = numpy.float32(a), numpy.float32(b)
    with numpy.errstate(all="ignore"):
        pairs = [
            (Float32(a) + Float32(b), left + right), (Float32(a) - Float32(b), left - right),
            (Float32(a) * Float32(b), left * right), (Float32(a) / Float32(b), left / right),
        ]  # fmt: skip
        pairs.append((1 / Float32(b), numpy.float32(1) / right))
    for ours, theirs in pairs:
        assert type(ours) is Float32
        assert ours == float(theirs) or (math.isnan(ours) and math.isnan(theirs))


def test_a_polynomial_is_computed_operation_by_operation() -> None:
    x = numpy.float32(0.3)
    ours = evaluate(wengert_list(parse("0.1*x*(1-x)+x/7")), {"x": float(x)}, FLOAT32)
    theirs = numpy.float32(0.1) * x * (numpy.float32(1) - x) + x / numpy.float32(7)
    assert list(ours.values())[-1] == float(theirs)


def test_a_sweep_over_float32_stays_in_float32() -> None:
    nodes = wengert_list(parse("sin(x)*exp(x)"))
    values = evaluate(nodes, {"x": rounded(0.7)}, FLOAT32)
    adjoint = reverse(nodes, values, active_nodes(nodes), nodes[-1], FLOAT32)[Variable("x")]
    assert type(adjoint) is Float32
    assert adjoint == pytest.approx(math.exp(0.7) * (math.sin(0.7) + math.cos(0.7)), rel=3e-7)
    assert adjoint == rounded(adjoint)


def test_outside_a_domain_and_beyond_the_range() -> None:
    def value(text: str, x: float) -> object:
        nodes = wengert_list(parse(text))
        return evaluate(nodes, {"x": x}, FLOAT32)[nodes[-1]]

    assert type(value("ln(x)", -1.0)) is Undefined
    assert value("exp(x)", 100.0) == math.inf
    assert value("if(x > 0, x, ln(x))", 2.0) == 2
