"""Single precision: numpy's float32 is the witness."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcompare.evaluation import Undefined, evaluate
from diffcompare.expression import Variable
from diffcompare.parser import parse
from diffcompare.single import SINGLE, Single, rounded
from diffcompare.sweeps import reverse
from diffcompare.wengert import active_nodes, listing

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
            (Single(a) + Single(b), left + right), (Single(a) - Single(b), left - right),
            (Single(a) * Single(b), left * right), (Single(a) / Single(b), left / right),
        ]  # fmt: skip
        pairs.append((1 / Single(b), numpy.float32(1) / right))
    for ours, theirs in pairs:
        assert type(ours) is Single
        assert ours == float(theirs) or (math.isnan(ours) and math.isnan(theirs))


def test_a_polynomial_is_computed_operation_by_operation() -> None:
    x = numpy.float32(0.3)
    ours = evaluate(listing(parse("0.1*x*(1-x)+x/7")), {"x": float(x)}, SINGLE)
    theirs = numpy.float32(0.1) * x * (numpy.float32(1) - x) + x / numpy.float32(7)
    assert list(ours.values())[-1] == float(theirs)


def test_a_sweep_over_float32_stays_in_float32() -> None:
    nodes = listing(parse("sin(x)*exp(x)"))
    values = evaluate(nodes, {"x": rounded(0.7)}, SINGLE)
    adjoint = reverse(nodes, values, active_nodes(nodes), nodes[-1], SINGLE)[Variable("x")]
    assert type(adjoint) is Single
    assert adjoint == pytest.approx(math.exp(0.7) * (math.sin(0.7) + math.cos(0.7)), rel=3e-7)
    assert adjoint == rounded(adjoint)


def test_outside_a_domain_and_beyond_the_range() -> None:
    def value(text: str, x: float) -> object:
        nodes = listing(parse(text))
        return evaluate(nodes, {"x": x}, SINGLE)[nodes[-1]]

    assert type(value("ln(x)", -1.0)) is Undefined
    assert value("exp(x)", 100.0) == math.inf
    assert value("if(x > 0, x, ln(x))", 2.0) == 2
