"""The truth from differences of values, where an operation has no definition: bounds, and kinks."""

import math

import numpy as np
import pytest

import diffcompare as dc
from diffcompare.tape import Function


def function(value, slope):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return value(x)

    parts = {"forward": staticmethod(forward), "backward": staticmethod(lambda ctx, g: g * slope(ctx.saved_tensors[0]))}
    return type("Own", (Function,), parts)


SINE = function(np.sin, np.cos)
RAMP = function(lambda x: np.maximum(x, 0.0), lambda x: x.data > 0)


def truth(own, text, x):
    return dc.compare(text, x=x, ops=own, methods="reverse-ad").truth


@pytest.mark.parametrize("x", [0.0, 1e-3, 0.7, -40.0, 1e6])
def test_the_bound_holds(x):
    found = truth(SINE, "own(x)", x).gradient["x"]
    assert abs(found.nearest - math.cos(x)) <= float(found.bound) < 1e-3


def test_a_kink_is_no_derivative():
    found = truth(RAMP, "2*own(x)", 0.0)
    assert (found.status, found.gradient) == ("nondifferentiable", {"x": None})
    assert found.slopes["x"] == pytest.approx((0.0, 2.0), abs=1e-9)
    assert truth(RAMP, "own(x)", 0.5).gradient["x"].nearest == pytest.approx(1.0)


def test_a_curve_is_no_kink():
    assert truth(RAMP, "own(x)^2*x", 0.0).status == "ok"
    assert truth(SINE, "own(100*x)", 0.3).status == "ok"
